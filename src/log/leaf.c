/* SPDX-License-Identifier: Apache-2.0 */
/*
 * leaf.c - see leaf.h. One table says for each field its key, its name in JSON
 * and its form; encoding, decoding and JSON all walk it.
 */
#include "log/leaf.h"

#include <stddef.h>
#include <string.h>

#include "base/b64.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/time.h"
#include "log/cbor.h"

#define VERSION 1

typedef enum form {
	TEXT,
	BYTES, /* hexadecimal in JSON */
	NUMBER,
	TIME, /* ms; RFC 3339 in JSON */
	FLAG,
	TEXTS,
	DIGESTS,
	RINGS
} form;

typedef struct field {
	unsigned key;
	const char *name;
	form form;
	size_t at; /* offset in the struct */
} field;

#define FIELD(key, form, member)                               \
	{                                                      \
		key, #member, form, offsetof(zta_leaf, member) \
	}

/* Ascending by key. A key is never used again for something else. */
static const field fields[] = {
	FIELD(1, TEXT, kind),
	FIELD(2, BYTES, id),
	FIELD(3, TIME, time),
	FIELD(4, TEXT, zone),
	FIELD(5, TEXT, ledger),
	FIELD(6, TEXT, commit),
	FIELD(7, TEXT, txn),
	FIELD(8, BYTES, request),
	FIELD(9, DIGESTS, credentials),
	FIELD(10, TEXT, subject_type),
	FIELD(11, TEXT, subject_id),
	FIELD(12, TEXT, action),
	FIELD(13, TEXT, resource_type),
	FIELD(14, TEXT, resource_id),
	FIELD(15, RINGS, rings),
	FIELD(16, FLAG, allowed),
	FIELD(17, TEXT, leg),
	FIELD(18, TEXT, code),
	FIELD(19, NUMBER, ring),
	FIELD(20, TEXTS, policies),
	FIELD(21, TEXTS, elevation),
	FIELD(22, TEXTS, errors),
	FIELD(23, TEXT, mode),
	FIELD(24, TEXT, reason),
	FIELD(25, TEXT, follow),
	FIELD(26, NUMBER, age),
	FIELD(27, TEXT, ref),
	FIELD(28, TEXT, to),
	FIELD(29, TEXT, key),
	FIELD(30, BYTES, digest),
};

#define RING(key, form, member)                                     \
	{                                                           \
		key, #member, form, offsetof(zta_leaf_ring, member) \
	}

static const field ring_fields[] = {
	RING(1, TEXT, workload),
	RING(2, TEXT, source),
	RING(3, TEXT, proof),
	RING(4, BYTES, digest),
	RING(5, TIME, at),
};

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static bool
is_there(const field *f, const void *base)
{
	const char *p = (const char *)base + f->at;

	switch (f->form) {
	case TEXT:
	case BYTES:
		return ((const zta_str *)(const void *)p)->len > 0;
	case NUMBER:
	case TIME:
		return *(const int64_t *)(const void *)p > 0;
	case FLAG:
		return true;
	case TEXTS:
	case DIGESTS:
		return ((const zta_leaf_list *)(const void *)p)->count > 0;
	case RINGS:
		return ((const zta_leaf *)base)->ring_count > 0;
	}
	return false;
}

/* --- encoding */

static void encode_fields(
    const field *list, size_t count, const void *base, zta_buf *buf);

static void
encode_list(const zta_leaf_list *list, zta_cbor_type type, zta_buf *buf)
{
	uint32_t i;

	zta_cbor__put(buf, ZTA_CBOR_ARRAY, list->count);
	for (i = 0; i < list->count; i++) {
		zta_cbor__put_str(buf, type, list->items[i]);
	}
}

static void
encode_field(const field *f, const void *base, zta_buf *buf)
{
	const zta_leaf *leaf = base;
	const void *p = (const char *)base + f->at;
	uint32_t i;

	zta_cbor__put(buf, ZTA_CBOR_UINT, f->key);
	switch (f->form) {
	case TEXT:
		zta_cbor__put_str(buf, ZTA_CBOR_TEXT, *(const zta_str *)p);
		break;
	case BYTES:
		zta_cbor__put_str(buf, ZTA_CBOR_BYTES, *(const zta_str *)p);
		break;
	case NUMBER:
	case TIME:
		zta_cbor__put(
		    buf, ZTA_CBOR_UINT, (uint64_t) * (const int64_t *)p);
		break;
	case FLAG:
		zta_cbor__put(buf, ZTA_CBOR_SIMPLE,
		    *(const bool *)p ? ZTA_CBOR_TRUE : ZTA_CBOR_FALSE);
		break;
	case TEXTS:
		encode_list(p, ZTA_CBOR_TEXT, buf);
		break;
	case DIGESTS:
		encode_list(p, ZTA_CBOR_BYTES, buf);
		break;
	case RINGS:
		zta_cbor__put(buf, ZTA_CBOR_ARRAY, leaf->ring_count);
		for (i = 0; i < leaf->ring_count; i++) {
			encode_fields(ring_fields, COUNT(ring_fields),
			    &leaf->rings[i], buf);
		}
		break;
	}
}

static void
encode_fields(const field *list, size_t count, const void *base, zta_buf *buf)
{
	size_t i, present = 0;

	for (i = 0; i < count; i++) {
		present += is_there(&list[i], base);
	}
	zta_cbor__put(buf, ZTA_CBOR_MAP, present);
	for (i = 0; i < count; i++) {
		if (is_there(&list[i], base)) {
			encode_field(&list[i], base, buf);
		}
	}
}

void
zta_leaf__encode(const zta_leaf *leaf, zta_buf *buf)
{
	zta_cbor__put(buf, ZTA_CBOR_UINT, VERSION);
	encode_fields(fields, COUNT(fields), leaf, buf);
}

/* --- decoding */

typedef struct decoder {
	zta_str rest;
	zta_arena *arena;
	bool no_memory;
} decoder;

static bool decode_fields(
    decoder *d, const field *list, size_t count, void *base);

static void *
take_room(decoder *d, uint64_t count, size_t size)
{
	void *room = NULL;

	/* Each item is at least one byte, so more is a lie. */
	if (count <= d->rest.len) {
		room = zta_arena__zalloc(d->arena, (size_t)count + 1, size);
		d->no_memory = room == NULL;
	}
	return room;
}

static bool
decode_list(decoder *d, zta_cbor_type type, zta_leaf_list *out)
{
	uint64_t count, i;
	zta_str *items;

	if (!zta_cbor__take(&d->rest, ZTA_CBOR_ARRAY, &count)) {
		return false;
	}
	items = take_room(d, count, sizeof(*items));
	if (items == NULL) {
		return false;
	}
	for (i = 0; i < count; i++) {
		if (!zta_cbor__take_str(&d->rest, type, &items[i])) {
			return false;
		}
	}
	*out = (zta_leaf_list){ items, (uint32_t)count };
	return true;
}

static bool
decode_rings(decoder *d, zta_leaf *leaf)
{
	uint64_t count, i;
	zta_leaf_ring *rings;

	if (!zta_cbor__take(&d->rest, ZTA_CBOR_ARRAY, &count)) {
		return false;
	}
	rings = take_room(d, count, sizeof(*rings));
	if (rings == NULL) {
		return false;
	}
	for (i = 0; i < count; i++) {
		if (!decode_fields(
			d, ring_fields, COUNT(ring_fields), &rings[i])) {
			return false;
		}
	}
	leaf->rings = rings;
	leaf->ring_count = (uint32_t)count;
	return true;
}

static bool
decode_number(decoder *d, int64_t *out)
{
	uint64_t number;

	if (!zta_cbor__take(&d->rest, ZTA_CBOR_UINT, &number) ||
	    number > INT64_MAX) {
		return false;
	}
	*out = (int64_t)number;
	return true;
}

static bool
decode_field(decoder *d, const field *f, void *base)
{
	void *p = (char *)base + f->at;
	uint64_t flag;

	switch (f->form) {
	case TEXT:
		return zta_cbor__take_str(&d->rest, ZTA_CBOR_TEXT, p);
	case BYTES:
		return zta_cbor__take_str(&d->rest, ZTA_CBOR_BYTES, p);
	case NUMBER:
	case TIME:
		return decode_number(d, p);
	case FLAG:
		if (!zta_cbor__take(&d->rest, ZTA_CBOR_SIMPLE, &flag) ||
		    (flag != ZTA_CBOR_TRUE && flag != ZTA_CBOR_FALSE)) {
			return false;
		}
		*(bool *)p = flag == ZTA_CBOR_TRUE;
		return true;
	case TEXTS:
		return decode_list(d, ZTA_CBOR_TEXT, p);
	case DIGESTS:
		return decode_list(d, ZTA_CBOR_BYTES, p);
	case RINGS:
		return decode_rings(d, base);
	}
	return false;
}

/* Keys ascend, are known, and what they name is not empty. */
static bool
decode_fields(decoder *d, const field *list, size_t count, void *base)
{
	uint64_t present, key, i;
	size_t at = 0;

	if (!zta_cbor__take(&d->rest, ZTA_CBOR_MAP, &present)) {
		return false;
	}
	for (i = 0; i < present; i++) {
		if (!zta_cbor__take(&d->rest, ZTA_CBOR_UINT, &key)) {
			return false;
		}
		while (at < count && list[at].key != key) {
			/* A flag is always written. */
			if (list[at].form == FLAG) {
				return false;
			}
			at++;
		}
		if (at == count || !decode_field(d, &list[at], base) ||
		    !is_there(&list[at], base)) {
			return false;
		}
		at++;
	}
	for (; at < count; at++) {
		if (list[at].form == FLAG) {
			return false;
		}
	}
	return true;
}

zta_status
zta_leaf__decode(
    zta_str bytes, zta_arena *arena, zta_leaf *leaf, zta_error *err)
{
	decoder d = { .rest = bytes, .arena = arena };
	uint64_t version;

	*leaf = (zta_leaf){ 0 };
	if (!zta_cbor__take(&d.rest, ZTA_CBOR_UINT, &version) ||
	    version != VERSION) {
		return zta_error__set(err, ZTA_EINVALID,
		    "the record has a version that is not known here");
	}
	if (decode_fields(&d, fields, COUNT(fields), leaf) && d.rest.len == 0) {
		return ZTA_OK;
	}
	return d.no_memory ? zta_arena__failed(arena, err) :
			     zta_error__set(err, ZTA_EINVALID,
				 "the record is not encoded as it should be");
}

bool
zta_leaf__id(zta_str bytes, unsigned char id[ZTA_LEAF_ID_LEN])
{
	uint64_t number;
	zta_str text;

	if (!zta_cbor__take(&bytes, ZTA_CBOR_UINT, &number) ||
	    number != VERSION ||
	    !zta_cbor__take(&bytes, ZTA_CBOR_MAP, &number) ||
	    !zta_cbor__take(&bytes, ZTA_CBOR_UINT, &number) || number != 1 ||
	    !zta_cbor__take_str(&bytes, ZTA_CBOR_TEXT, &text) ||
	    !zta_cbor__take(&bytes, ZTA_CBOR_UINT, &number) || number != 2 ||
	    !zta_cbor__take_str(&bytes, ZTA_CBOR_BYTES, &text) ||
	    text.len != ZTA_LEAF_ID_LEN) {
		return false;
	}
	memcpy(id, text.ptr, ZTA_LEAF_ID_LEN);
	return true;
}

/* --- JSON */

static void json_fields(
    const field *list, size_t count, const void *base, zta_json_out *out);

static void
json_hex(zta_str bytes, zta_json_out *out)
{
	char digits[2 * ZTA_LEAF_DIGEST_LEN];

	if (bytes.len > ZTA_LEAF_DIGEST_LEN) {
		bytes.len = ZTA_LEAF_DIGEST_LEN;
	}
	zta_hex__encode(bytes, digits);
	zta_json_out__str(out, (zta_str){ digits, 2 * bytes.len });
}

static void
json_list(const zta_leaf_list *list, bool hex, zta_json_out *out)
{
	uint32_t i;

	zta_json_out__open(out, '[');
	for (i = 0; i < list->count; i++) {
		if (hex) {
			json_hex(list->items[i], out);
		} else {
			zta_json_out__str(out, list->items[i]);
		}
	}
	zta_json_out__close(out, ']');
}

static void
json_field(const field *f, const void *base, zta_json_out *out)
{
	const zta_leaf *leaf = base;
	const void *p = (const char *)base + f->at;
	char time[ZTA_TIME_TEXT_MAX];
	uint32_t i;

	zta_json_out__name(out, f->name);
	switch (f->form) {
	case TEXT:
		zta_json_out__str(out, *(const zta_str *)p);
		break;
	case BYTES:
		json_hex(*(const zta_str *)p, out);
		break;
	case NUMBER:
		zta_json_out__int(out, *(const int64_t *)p);
		break;
	case TIME:
		zta_time__format(*(const int64_t *)p, time);
		zta_json_out__text(out, time);
		break;
	case FLAG:
		zta_json_out__bool(out, *(const bool *)p);
		break;
	case TEXTS:
	case DIGESTS:
		json_list(p, f->form == DIGESTS, out);
		break;
	case RINGS:
		zta_json_out__open(out, '[');
		for (i = 0; i < leaf->ring_count; i++) {
			zta_json_out__open(out, '{');
			json_fields(ring_fields, COUNT(ring_fields),
			    &leaf->rings[i], out);
			zta_json_out__close(out, '}');
		}
		zta_json_out__close(out, ']');
		break;
	}
}

static void
json_fields(
    const field *list, size_t count, const void *base, zta_json_out *out)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (is_there(&list[i], base)) {
			json_field(&list[i], base, out);
		}
	}
}

void
zta_leaf__json(const zta_leaf *leaf, uint64_t index, zta_json_out *out)
{
	zta_json_out__open(out, '{');
	zta_json_out__name(out, "index");
	zta_json_out__int(out, (int64_t)index);
	json_fields(fields, COUNT(fields), leaf, out);
	zta_json_out__close(out, '}');
}
