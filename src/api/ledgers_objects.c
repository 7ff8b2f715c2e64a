/* SPDX-License-Identifier: Apache-2.0 */
/* ledgers_objects.c - objects, one by one and as transfers. */
#include <stdio.h>

#include "api/ledger_job.h"
#include "base/error.h"
#include "base/str.h"

/* An answer that is no JSON. */
static void
begin_bytes(zta_ledger_job *job, const char *type)
{
	(void)zta_ledger_job__begin(job, 200);
	job->type = type;
}

void
zta_ledger_verb__object(zta_ledger_job *job)
{
	zta_store_object object;
	zta_error err = { 0 };
	zta_oid oid;
	zta_status status;

	if (!zta_oid__parse(job->id, &oid)) {
		zta_ledger_job__fail(job, 400, "invalid_request",
		    "an id is 64 hexadecimal digits in lower case", "");
		return;
	}
	status = zta_store__object_get(job->options->store, job->ledger.name,
	    &oid, job->arena, &object, &err);
	if (status != ZTA_OK) {
		zta_ledger_job__fail_with(job, status, &err);
		return;
	}
	begin_bytes(job, "application/octet-stream");
	(void)snprintf(job->fields, sizeof(job->fields), "ztauth-kind: %s\r\n",
	    zta_object_kind__name(object.kind));
	zta_buf__put(&job->body, object.body);
}

/* The ids in an array of the body. */
static zta_status
read_oids(zta_ledger_job *job, const zta_json_doc *doc, const char *name,
    zta_oid **out, uint32_t *count, zta_error *err)
{
	const zta_json *node = zta_json__get(doc->root, name);
	const zta_str *texts;
	uint32_t i;
	zta_status status =
	    zta_json__strings(doc, node, job->arena, &texts, count, err);

	if (status != ZTA_OK) {
		return status;
	}
	*out = zta_arena__zalloc(job->arena, (size_t)*count + 1, sizeof(**out));
	if (*out == NULL) {
		return zta_arena__failed(job->arena, err);
	}
	for (i = 0; i < *count; i++) {
		if (!zta_oid__parse(texts[i], &(*out)[i])) {
			return zta_json__fail(doc, node, err, ZTA_EINVALID,
			    "an id is 64 hexadecimal digits in lower case");
		}
	}
	return ZTA_OK;
}

/* A member that may be absent. */
static zta_status
read_bool(const zta_json_doc *doc, const char *name, bool *out, zta_error *err)
{
	const zta_json *node = zta_json__get(doc->root, name);

	*out = node != NULL && node->type == ZTA_JSON_TRUE;
	return node == NULL || zta_json__is_bool(node) ?
	    ZTA_OK :
	    zta_json__fail(doc, node, err, ZTA_EINVALID,
		"`%s` must be true or false", name);
}

void
zta_ledger_verb__fetch(zta_ledger_job *job)
{
	static const char *const names[] = { "want", "have", "differences",
		NULL };
	zta_error err = { 0 };
	uint32_t want_count = 0, have_count = 0;
	zta_oid *want, *have;
	bool differences = false;
	zta_json_doc doc;
	zta_status status =
	    zta_json__read(job->arena, job->call->body, &doc, &err);

	if (status == ZTA_OK) {
		status = zta_json__only(&doc, doc.root, names, &err);
	}
	if (status == ZTA_OK) {
		status = read_oids(job, &doc, "want", &want, &want_count, &err);
	}
	if (status == ZTA_OK) {
		status = read_oids(job, &doc, "have", &have, &have_count, &err);
	}
	if (status == ZTA_OK) {
		status = read_bool(&doc, "differences", &differences, &err);
	}
	if (status == ZTA_OK && want_count != 1) {
		status = zta_json__fail(
		    &doc, doc.root, &err, ZTA_EINVALID, "`want` has one id");
	}
	if (status == ZTA_OK) {
		begin_bytes(job, ZTA_TRANSFER_TYPE);
		status = zta_transfer__fetch(&job->ledger, want, have,
		    have_count, differences, &job->body, &err);
	}
	if (status != ZTA_OK) {
		zta_ledger_job__fail_with(job, status, &err);
	}
}

bool
zta_ledger_job__transfer(zta_ledger_job *job, zta_transfer *out)
{
	zta_object_source bases = zta_ledger__source(&job->ledger);
	zta_error err = { 0 };
	zta_str type;
	zta_status status;

	if (!zta_http_call__header(job->call, "content-type", &type) ||
	    !zta_str__is(type, ZTA_TRANSFER_TYPE)) {
		zta_ledger_job__fail(job, 415, "invalid_request",
		    "the body must be " ZTA_TRANSFER_TYPE, "Content-Type");
		return false;
	}
	status =
	    zta_transfer__read(job->arena, job->call->body, &bases, out, &err);
	if (status != ZTA_OK) {
		zta_ledger_job__fail_with(job, status, &err);
	}
	return status == ZTA_OK;
}

void
zta_ledger_verb__store(zta_ledger_job *job)
{
	zta_json_out out;
	zta_error err = { 0 };
	zta_transfer transfer;
	zta_status status;

	if (!zta_ledger_job__transfer(job, &transfer)) {
		return;
	}
	status = zta_store__object_put(job->options->store, job->ledger.name,
	    transfer.list, transfer.count, &err);
	if (status != ZTA_OK) {
		zta_ledger_job__fail_with(job, status, &err);
		return;
	}
	out = zta_ledger_job__begin(job, 200);
	zta_json_out__open(&out, '{');
	zta_json_out__name(&out, "stored");
	zta_json_out__int(&out, transfer.count);
	zta_json_out__close(&out, '}');
}
