/* SPDX-License-Identifier: Apache-2.0 */
/* delegators.c - see delegators.h. */
#include "trust/delegators.h"

#include "base/error.h"
#include "base/limits.h"
#include "base/random.h"
#include "base/str.h"

#define FAIL(doc, node, err, ...) \
	zta_json__fail(doc, node, err, ZTA_EINVALID, __VA_ARGS__)

static zta_status
read_delegator(zta_delegators *out, zta_arena *arena, const zta_json_doc *doc,
    const zta_json *node, zta_error *err)
{
	static const char *const names[] = { "name", "jwks", NULL };
	zta_delegator *d = &out->list[out->count];
	const zta_json *name, *keys;
	zta_status status = zta_json__only(doc, node, names, err);

	if (status != ZTA_OK) {
		return status;
	}
	name = zta_json__get(node, "name");
	keys = zta_json__get(node, "jwks");
	if (name == NULL || name->type != ZTA_JSON_STRING || name->count == 0) {
		return FAIL(doc, name == NULL ? node : name, err,
		    "`name` must be there, a string");
	}
	if (keys == NULL || keys->type != ZTA_JSON_OBJECT) {
		return FAIL(doc, keys == NULL ? node : keys, err,
		    "`jwks` must be there, a key set");
	}
	d->name = zta_json__str(name);
	status = zta_map__add(&out->by_name, d->name, out->count, err);
	if (status == ZTA_EEXIST) {
		return FAIL(doc, name, err, "this delegator stands twice");
	}
	if (status != ZTA_OK) {
		return status;
	}
	out->count++; /* From now on it is released. */
	return zta_jwks__read(&d->keys, arena, doc, keys, "sig", err);
}

static zta_status
read_administrators(zta_delegators *out, zta_arena *arena,
    const zta_json_doc *doc, zta_error *err)
{
	const zta_json *list = zta_json__get(doc->root, "administrators");
	const zta_json *node;
	zta_str *names;
	uint32_t i;

	if (list == NULL) {
		return ZTA_OK;
	}
	if (list->type != ZTA_JSON_ARRAY ||
	    list->count > ZTA_DELEGATION_ADMINISTRATORS_MAX) {
		return FAIL(doc, list, err,
		    "`administrators` must be an array of at most %u",
		    ZTA_DELEGATION_ADMINISTRATORS_MAX);
	}
	names =
	    zta_arena__zalloc(arena, (size_t)list->count + 1, sizeof(*names));
	if (names == NULL) {
		return zta_arena__failed(arena, err);
	}
	node = zta_json__first(list);
	for (i = 0; i < list->count; i++, node = zta_json__after(node)) {
		if (node->type != ZTA_JSON_STRING || node->count == 0) {
			return FAIL(doc, node, err,
			    "an administrator is named as delegators are");
		}
		names[i] = zta_json__str(node);
	}
	out->administrators = names;
	out->administrator_count = list->count;
	return ZTA_OK;
}

zta_status
zta_delegators__read(
    zta_delegators *out, zta_arena *arena, zta_str text, zta_error *err)
{
	static const char *const names[] = { "delegators", "administrators",
		NULL };
	const zta_json *list, *node;
	zta_json_doc doc;
	zta_status status;
	uint32_t i;

	*out = (zta_delegators){ 0 };
	if (text.len == 0) {
		return ZTA_OK;
	}
	status = zta_json__read(arena, text, &doc, err);
	if (status == ZTA_OK) {
		status = zta_json__only(&doc, doc.root, names, err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	list = zta_json__get(doc.root, "delegators");
	if (list == NULL || list->type != ZTA_JSON_ARRAY ||
	    list->count > ZTA_DELEGATORS_MAX) {
		return FAIL(&doc, list == NULL ? doc.root : list, err,
		    "`delegators` must be an array of at most %u",
		    ZTA_DELEGATORS_MAX);
	}
	out->list = zta_arena__zalloc(
	    arena, (size_t)list->count + 1, sizeof(*out->list));
	if (out->list == NULL) {
		return zta_arena__failed(arena, err);
	}
	zta_map__init(&out->by_name, arena, zta_random__seed());
	node = zta_json__first(list);
	for (i = 0; status == ZTA_OK && i < list->count; i++) {
		status = read_delegator(out, arena, &doc, node, err);
		node = zta_json__after(node);
	}
	return status != ZTA_OK ? status :
				  read_administrators(out, arena, &doc, err);
}

void
zta_delegators__release(zta_delegators *delegators)
{
	uint32_t i;

	for (i = 0; i < delegators->count; i++) {
		zta_jwks__release(&delegators->list[i].keys);
	}
	delegators->count = 0;
}

const zta_jwks *
zta_delegators__keys(const zta_delegators *delegators, zta_str name)
{
	uint32_t at;

	if (delegators->count == 0 || name.ptr == NULL) {
		return NULL;
	}
	at = zta_map__get(&delegators->by_name, name);
	return at == ZTA_MAP_NONE ? NULL : &delegators->list[at].keys;
}
