/* SPDX-License-Identifier: Apache-2.0 */
/* domains.c - see domains.h. */
#include "trust/domains.h"

#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "identity/spiffe_id.h"

typedef struct reader {
	zta_domains *out;
	zta_arena *arena;
	zta_json_doc doc;
	zta_error *err;
} reader;

#define FAIL(r, node, ...) \
	zta_json__fail(&(r)->doc, node, (r)->err, ZTA_EINVALID, __VA_ARGS__)

static zta_status
read_domain_name(
    reader *r, const zta_json *object, const char *member, zta_str *out)
{
	const zta_json *node = zta_json__get(object, member);

	if (node == NULL || node->type != ZTA_JSON_STRING ||
	    !zta_trust_domain__is_valid(zta_json__str(node))) {
		return FAIL(r, node == NULL ? object : node,
		    "`%s` must be there, a trust domain", member);
	}
	*out = zta_json__str(node);
	return ZTA_OK;
}

static zta_status
read_sources(reader *r, const zta_json *node, zta_domain *out)
{
	uint32_t i;
	zta_status status = zta_json__words(
	    &r->doc, node, r->arena, &out->sources, &out->source_count, r->err);

	if (node != NULL) {
		zta_error__position(
		    r->doc.text, node->at, &out->line, &out->column);
	}
	for (i = 0; status == ZTA_OK && i < out->source_count; i++) {
		if (zta_domains__of_source(r->out, out->sources[i]) != NULL) {
			return FAIL(r, node, "a source is of one domain only");
		}
	}
	return status;
}

static zta_status
read_attests(reader *r, const zta_json *node, zta_domain *out)
{
	const zta_json *name, *list;
	zta_attests *attests;
	uint32_t i;
	zta_status status = ZTA_OK;

	if (node == NULL) {
		return ZTA_OK;
	}
	if (node->type != ZTA_JSON_OBJECT) {
		return FAIL(
		    r, node, "`attests` is an object of lists of workloads");
	}
	attests = zta_arena__zalloc(
	    r->arena, (size_t)node->count + 1, sizeof(*attests));
	if (attests == NULL) {
		return zta_arena__failed(r->arena, r->err);
	}
	name = zta_json__first(node);
	for (i = 0; status == ZTA_OK && i < node->count; i++) {
		list = zta_json__after(name);
		attests[i].property = zta_json__str(name);
		status = zta_json__words(&r->doc, list, r->arena,
		    &attests[i].workloads, &attests[i].workload_count, r->err);
		name = zta_json__after(list);
	}
	out->attests = attests;
	out->attests_count = node->count;
	return status;
}

static zta_status
read_domain(reader *r, const zta_json *node)
{
	static const char *const names[] = { "name", "jwks", "sources",
		"attests", NULL };
	zta_domain *d = &r->out->list[r->out->count];
	const zta_json *keys;
	zta_status status = zta_json__only(&r->doc, node, names, r->err);

	if (status == ZTA_OK) {
		status = read_domain_name(r, node, "name", &d->name);
	}
	if (status != ZTA_OK) {
		return status;
	}
	if (zta_domains__find(r->out, d->name) != NULL) {
		return FAIL(
		    r, zta_json__get(node, "name"), "this domain stands twice");
	}
	status = read_sources(r, zta_json__get(node, "sources"), d);
	if (status == ZTA_OK) {
		status = read_attests(r, zta_json__get(node, "attests"), d);
	}
	if (status != ZTA_OK) {
		return status;
	}
	keys = zta_json__get(node, "jwks");
	if (keys == NULL || keys->type != ZTA_JSON_OBJECT) {
		return FAIL(r, keys == NULL ? node : keys,
		    "`jwks` must be there, a key set");
	}
	r->out->count++; /* From now on it is released. */
	return zta_jwks__read(&d->keys, r->arena, &r->doc, keys, "sig", r->err);
}

zta_status
zta_domains__read(
    zta_domains *out, zta_arena *arena, zta_str text, zta_error *err)
{
	static const char *const names[] = { "own", "domains", NULL };
	reader r = { .out = out, .arena = arena, .err = err };
	const zta_json *list, *node;
	zta_status status;
	uint32_t i;

	*out = (zta_domains){ 0 };
	if (text.len == 0) {
		return ZTA_OK;
	}
	status = zta_json__read(arena, text, &r.doc, err);
	if (status == ZTA_OK) {
		status = zta_json__only(&r.doc, r.doc.root, names, err);
	}
	if (status == ZTA_OK) {
		status = read_domain_name(&r, r.doc.root, "own", &out->own);
	}
	if (status != ZTA_OK) {
		return status;
	}
	list = zta_json__get(r.doc.root, "domains");
	if (list == NULL || list->type != ZTA_JSON_ARRAY ||
	    list->count > ZTA_TRUST_DOMAINS_MAX) {
		return FAIL(&r, list == NULL ? r.doc.root : list,
		    "`domains` must be an array of at most %u",
		    ZTA_TRUST_DOMAINS_MAX);
	}
	out->list = zta_arena__zalloc(
	    arena, (size_t)list->count + 1, sizeof(*out->list));
	if (out->list == NULL) {
		return zta_arena__failed(arena, err);
	}
	node = zta_json__first(list);
	for (i = 0; status == ZTA_OK && i < list->count; i++) {
		status = read_domain(&r, node);
		node = zta_json__after(node);
	}
	return status;
}

void
zta_domains__release(zta_domains *domains)
{
	uint32_t i;

	for (i = 0; i < domains->count; i++) {
		zta_jwks__release(&domains->list[i].keys);
	}
}

const zta_domain *
zta_domains__find(const zta_domains *domains, zta_str name)
{
	uint32_t i;

	for (i = 0; i < domains->count; i++) {
		if (zta_str__eq(domains->list[i].name, name)) {
			return &domains->list[i];
		}
	}
	return NULL;
}

const zta_domain *
zta_domains__of_source(const zta_domains *domains, zta_str source)
{
	const zta_domain *d;
	uint32_t i, j;

	for (i = 0; i < domains->count; i++) {
		d = &domains->list[i];
		for (j = 0; j < d->source_count; j++) {
			if (zta_str__eq(d->sources[j], source)) {
				return d;
			}
		}
	}
	return NULL;
}
