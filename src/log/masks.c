/* SPDX-License-Identifier: Apache-2.0 */
/*
 * masks.c - see masks.h. One table says which parts there are; reading and
 * applying walk it.
 */
#include "log/masks.h"

#include <stddef.h>
#include <string.h>

#include "base/b64.h"
#include "base/error.h"
#include "base/str.h"
#include "crypto/secret.h"
#include "log/leaf_fields.h"

/* Bytes of a hash that are shown: enough to tell subjects apart. */
#define HASH_LEN 16
#define HASH_NAME "hmac-sha256:"

typedef enum form {
	TEXT,
	LIST,     /* removed alone */
	BYTES,    /* the same */
	RINGS,    /* the same */
	RING_TEXT /* of every ring */
} form;

static const struct {
	const char *path;
	form form;
	size_t at;     /* of a zta_leaf, or a zta_leaf_ring */
	bool is_plain; /* it may be hashed, and replaced */
} parts[] = {
	{ "/subject_id", TEXT, offsetof(zta_leaf, subject_id), true },
	{ "/resource_id", TEXT, offsetof(zta_leaf, resource_id), true },
	{ "/txn", TEXT, offsetof(zta_leaf, txn), true },
	{ "/reason", TEXT, offsetof(zta_leaf, reason), true },
	{ "/rings/*/workload", RING_TEXT, offsetof(zta_leaf_ring, workload),
	    true },
	{ "/request", BYTES, offsetof(zta_leaf, request), false },
	{ "/credentials", LIST, offsetof(zta_leaf, credentials), false },
	{ "/rings", RINGS, 0, false },
	{ "/rings/*/digest", RING_TEXT, offsetof(zta_leaf_ring, digest),
	    false },
};

#define PARTS (sizeof(parts) / sizeof(parts[0]))

/* --- reading */

#define FAIL(doc, node, err, ...) \
	zta_json__fail(doc, node, err, ZTA_EINVALID, __VA_ARGS__)

static bool
is_string(const zta_json *node)
{
	return node != NULL && node->type == ZTA_JSON_STRING;
}

static zta_status
read_op(const zta_json_doc *doc, const zta_json *node, zta_mask *out,
    zta_error *err)
{
	static const char *const names[] = { [ZTA_MASK_REMOVE] = "remove",
		[ZTA_MASK_HASH] = "hash",
		[ZTA_MASK_UPSERT] = "upsert" };
	const zta_json *op = zta_json__get(node, "op");
	const zta_json *value = zta_json__get(node, "value");
	size_t i;

	for (i = 0; is_string(op) && i < sizeof(names) / sizeof(names[0]);
	     i++) {
		if (zta_str__is(zta_json__str(op), names[i])) {
			break;
		}
	}
	if (!is_string(op) || i == sizeof(names) / sizeof(names[0])) {
		return FAIL(doc, op == NULL ? node : op, err,
		    "`op` is remove, hash or upsert");
	}
	out->op = (zta_mask_op)i;
	if ((out->op == ZTA_MASK_UPSERT) != (value != NULL)) {
		return FAIL(doc, value == NULL ? node : value, err,
		    "an upsert has a `value`, and nothing else has one");
	}
	if (value == NULL) {
		return ZTA_OK;
	}
	if (!is_string(value) || value->count == 0 ||
	    value->count > ZTA_MASK_VALUE_MAX) {
		return FAIL(doc, value, err,
		    "`value` is a text of 1 to %u bytes", ZTA_MASK_VALUE_MAX);
	}
	out->value = zta_json__str(value);
	return ZTA_OK;
}

static zta_status
read_mask(zta_masks *out, const zta_json_doc *doc, const zta_json *node,
    zta_error *err)
{
	static const char *const names[] = { "op", "path", "value", NULL };
	zta_mask *mask = &out->list[out->count];
	const zta_json *path;
	zta_status status = zta_json__only(doc, node, names, err);
	uint32_t i;

	if (status == ZTA_OK) {
		status = read_op(doc, node, mask, err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	path = zta_json__get(node, "path");
	mask->path = is_string(path) ? zta_json__str(path) : ZTA_STR("");
	while (mask->part < PARTS &&
	    !zta_str__is(mask->path, parts[mask->part].path)) {
		mask->part++;
	}
	path = path == NULL ? node : path;
	if (mask->part == PARTS) {
		return FAIL(doc, path, err,
		    "`path` is none of the parts that may be masked");
	}
	if (mask->op != ZTA_MASK_REMOVE && !parts[mask->part].is_plain) {
		return FAIL(doc, path, err, "this part can only be removed");
	}
	for (i = 0; i < out->count; i++) {
		if (out->list[i].part == mask->part) {
			return FAIL(doc, path, err, "this path stands twice");
		}
	}
	out->count++;
	return ZTA_OK;
}

zta_status
zta_masks__read(zta_masks *out, zta_arena *arena, zta_str text, zta_error *err)
{
	static const char *const names[] = { "masks", NULL };
	const zta_json *list, *node;
	zta_json_doc doc;
	zta_status status;
	uint32_t i;

	*out = (zta_masks){ 0 };
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
	list = zta_json__get(doc.root, "masks");
	if (list == NULL || list->type != ZTA_JSON_ARRAY ||
	    list->count > ZTA_MASKS_MAX) {
		return FAIL(&doc, list == NULL ? doc.root : list, err,
		    "`masks` must be an array of at most %u", ZTA_MASKS_MAX);
	}
	node = zta_json__first(list);
	for (i = 0; status == ZTA_OK && i < list->count; i++) {
		status = read_mask(out, &doc, node, err);
		node = zta_json__after(node);
	}
	return status;
}

/* --- applying */

typedef struct masker {
	const zta_mask *mask;
	zta_str key;
	zta_arena *arena;
	zta_error *err;
	bool found; /* something to be masked */
} masker;

/* What stands for a value that is hashed; removed where that cannot be. */
static zta_status
hash(masker *m, zta_str value, zta_str *out)
{
	const size_t name = strlen(HASH_NAME);
	unsigned char digest[ZTA_SHA256_LEN];
	char *text;
	zta_status status;

	*out = ZTA_STR("");
	if (m->key.len == 0) {
		return ZTA_OK;
	}
	status = zta_secret__hmac(m->key, value, digest);
	if (status != ZTA_OK) {
		return zta_error__nomem(m->err);
	}
	text = zta_arena__alloc(m->arena, name + 2 * HASH_LEN);
	if (text == NULL) {
		return zta_arena__failed(m->arena, m->err);
	}
	memcpy(text, HASH_NAME, name);
	zta_hex__encode(
	    (zta_str){ (const char *)digest, HASH_LEN }, text + name);
	*out = (zta_str){ text, name + 2 * HASH_LEN };
	return ZTA_OK;
}

static zta_status
mask_text(masker *m, zta_str *text)
{
	zta_str value = *text;

	*text = m->mask->value; /* empty, unless it is an upsert */
	if (m->mask->op == ZTA_MASK_UPSERT || value.len > 0) {
		m->found = true;
	}
	return m->mask->op == ZTA_MASK_HASH && value.len > 0 ?
	    hash(m, value, text) :
	    ZTA_OK;
}

/* The chain is the reader's, so it is changed in a copy. */
static zta_status
mask_rings(masker *m, zta_leaf *leaf, size_t at)
{
	zta_leaf_ring *rings = zta_arena__zalloc(
	    m->arena, (size_t)leaf->ring_count + 1, sizeof(*rings));
	zta_status status = ZTA_OK;
	uint32_t i;

	if (rings == NULL) {
		return zta_arena__failed(m->arena, m->err);
	}
	for (i = 0; status == ZTA_OK && i < leaf->ring_count; i++) {
		rings[i] = leaf->rings[i];
		status =
		    mask_text(m, (zta_str *)(void *)((char *)&rings[i] + at));
	}
	leaf->rings = rings;
	return status;
}

/* What was removed here is not what was erased there, which has this alone. */
static void
drop_commitment(zta_leaf *leaf, size_t at)
{
	const zta_leaf_field *f = zta_leaf_fields.fields;
	const zta_leaf_field *end = f + zta_leaf_fields.count;

	for (; f < end; f++) {
		if (f->at == at && f->privacy != ZTA_PRIVACY_NONE) {
			leaf->commitments[f->personal] = ZTA_STR("");
		}
	}
}

static zta_status
apply(masker *m, zta_leaf *leaf)
{
	const unsigned part = m->mask->part;
	void *at = (char *)leaf + parts[part].at;
	zta_status status;

	switch (parts[part].form) {
	case TEXT:
	case BYTES:
		status = mask_text(m, at);
		if (m->found) {
			drop_commitment(leaf, parts[part].at);
		}
		return status;
	case LIST:
		m->found = ((const zta_leaf_list *)at)->count > 0;
		*(zta_leaf_list *)at = (zta_leaf_list){ NULL, 0 };
		return ZTA_OK;
	case RINGS:
		m->found = leaf->ring_count > 0;
		leaf->rings = NULL;
		leaf->ring_count = 0;
		return ZTA_OK;
	case RING_TEXT:
		return mask_rings(m, leaf, parts[part].at);
	}
	return ZTA_EINVAL;
}

zta_status
zta_masks__apply(const zta_masks *masks, zta_str key, zta_arena *arena,
    zta_leaf *leaf, zta_leaf_list *masked, zta_error *err)
{
	zta_str *paths =
	    zta_arena__zalloc(arena, (size_t)masks->count + 1, sizeof(*paths));
	masker m = { .key = key, .arena = arena, .err = err };
	zta_status status = ZTA_OK;
	uint32_t i, count = 0;

	if (paths == NULL) {
		return zta_arena__failed(arena, err);
	}
	for (i = 0; status == ZTA_OK && i < masks->count; i++) {
		m.mask = &masks->list[i];
		m.found = false;
		status = apply(&m, leaf);
		if (m.found) {
			paths[count++] = m.mask->path;
		}
	}
	*masked = (zta_leaf_list){ paths, count };
	return status;
}
