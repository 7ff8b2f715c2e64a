/* SPDX-License-Identifier: Apache-2.0 */
/* ledger_job.c - see ledger_job.h. */
#include "api/ledger_job.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/error.h"
#include "base/str.h"
#include "http/http.h"

/* --- answers */

zta_json_out
zta_ledger_job__begin(zta_ledger_job *job, unsigned status)
{
	job->status = status;
	job->type = "application/json";
	job->fields[0] = '\0';
	zta_buf__clear(&job->body);
	return (zta_json_out){ &job->body, false };
}

zta_json_out
zta_ledger_job__begin_error(zta_ledger_job *job, unsigned status,
    const char *code, const char *message, const char *at)
{
	zta_json_out out = zta_ledger_job__begin(job, status);

	zta_json_out__open(&out, '{');
	zta_http__put_error(&out, code, zta_str_of(message), at);
	return out;
}

void
zta_ledger_job__fail(zta_ledger_job *job, unsigned status, const char *code,
    const char *message, const char *at)
{
	zta_json_out out =
	    zta_ledger_job__begin_error(job, status, code, message, at);

	zta_json_out__close(&out, '}');
}

void
zta_ledger_job__fail_with(
    zta_ledger_job *job, zta_status status, const zta_error *err)
{
	switch (status) {
	case ZTA_ENOTFOUND:
		zta_ledger_job__fail(
		    job, 404, "not_found", err->message, err->place);
		break;
	case ZTA_EEXIST:
		zta_ledger_job__fail(
		    job, 409, "exists", err->message, err->place);
		break;
	case ZTA_EINVAL:
	case ZTA_EINVALID:
	case ZTA_ESYNTAX:
	case ZTA_ELIMIT:
		zta_ledger_job__fail(
		    job, 400, "invalid_request", err->message, err->place);
		break;
	default:
		job->options->say("ledgers: %s%s%s", err->place,
		    err->place[0] == '\0' ? "" : ": ", err->message);
		zta_ledger_job__fail(
		    job, 503, "unavailable", "it cannot be done now", "");
		break;
	}
}

void
zta_json_out__oid(zta_json_out *out, const zta_oid *oid)
{
	char digits[ZTA_OID_HEX_MAX];

	if (zta_oid__is_none(oid)) {
		zta_json_out__null(out);
		return;
	}
	zta_oid__hex(oid, digits);
	zta_json_out__text(out, digits);
}

/* --- who may */

bool
zta_ledger_job__may(zta_ledger_job *job, const char *action, zta_str ref)
{
	const zta_access_question question = {
		.key = job->signer.is_signed ? &job->signer.key : NULL,
		.action = action,
		.ledger = job->ledger.name,
		.ref = ref
	};
	zta_error err = { 0 };
	zta_status status = zta_ledger_job__ask(job, &question, &err);

	if (status == ZTA_EUNTRUSTED) {
		job->options->say("ledgers: %s", err.message);
		zta_ledger_job__fail(
		    job, 403, "forbidden", "that is not permitted", "");
	} else if (status != ZTA_OK) {
		zta_ledger_job__fail_with(job, status, &err);
	}
	return status == ZTA_OK;
}

bool
zta_ledger_job__is_for_follower(zta_ledger_job *job, const zta_followed *what)
{
	if (what == NULL || !zta_str__eq(job->name, job->options->ledger)) {
		zta_ledger_job__fail(
		    job, 404, "not_found", "there is none of it here", "");
		return false;
	}
	/* Whoever may read policies without a name may not read this. */
	if (!job->signer.is_signed) {
		zta_ledger_job__fail(
		    job, 403, "forbidden", "that is not permitted", "");
	}
	return job->signer.is_signed;
}

zta_str
zta_ledger_job__full_name(zta_ledger_job *job, zta_str name)
{
	zta_str zone = job->options->zone;
	char *text =
	    zta_arena__alloc(job->call->arena, zone.len + 1 + name.len);

	if (text == NULL) {
		return (zta_str){ NULL, 0 };
	}
	memcpy(text, zone.ptr, zone.len);
	text[zone.len] = '/';
	memcpy(text + zone.len + 1, name.ptr, name.len);
	return (zta_str){ text, zone.len + 1 + name.len };
}

/* --- parameters */

static bool
refuse(zta_ledger_job *job, const char *name, const char *why)
{
	zta_ledger_job__fail(job, 400, "invalid_request", why, name);
	return false;
}

bool
zta_ledger_job__oid(zta_ledger_job *job, const char *name, zta_oid *out)
{
	return zta_oid__parse(zta_form__get(&job->query, name), out) ||
	    refuse(job, name, "an id is 64 hexadecimal digits in lower case");
}

bool
zta_ledger_job__number(zta_ledger_job *job, const char *name, uint64_t absent,
    uint64_t max, uint64_t *out)
{
	zta_str text = zta_form__get(&job->query, name);
	size_t i;

	*out = text.len == 0 ? absent : 0;
	for (i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9' || i > 18) {
			return refuse(job, name, "it is no number");
		}
		*out = *out * 10 + (uint64_t)(text.ptr[i] - '0');
	}
	return *out <= max || refuse(job, name, "the number is too large");
}
