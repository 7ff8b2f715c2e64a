/* SPDX-License-Identifier: Apache-2.0 */
/*
 * leaf.c - see leaf.h: the bytes of a record, in deterministic CBOR.
 */
#include "log/leaf_fields.h"

#include <string.h>

#include "base/error.h"
#include "log/cbor.h"

#define VERSION 2

/* --- encoding */

static void encode_fields(
    const zta_leaf_table *table, const void *base, zta_buf *buf);

static void
encode_list(const zta_leaf_list *list, zta_cbor_type type, zta_buf *buf)
{
	uint32_t i;

	zta_cbor__put(buf, ZTA_CBOR_ARRAY, list->count);
	for (i = 0; i < list->count; i++) {
		zta_cbor__put_str(buf, type, list->items[i]);
	}
}

/* Nothing personal gets into a record because somebody forgot to commit. */
static void
encode_commitment(zta_str commitment, zta_buf *buf)
{
	if (commitment.len != ZTA_LEAF_DIGEST_LEN && buf->status == ZTA_OK) {
		buf->status = ZTA_EINVAL;
	}
	zta_cbor__put_str(buf, ZTA_CBOR_BYTES, commitment);
}

static void
encode_field(const zta_leaf_field *f, const void *base, zta_buf *buf)
{
	const zta_leaf *leaf = base;
	const void *p = (const char *)base + f->at;
	uint32_t i;

	zta_cbor__put(buf, ZTA_CBOR_UINT, f->key);
	if (f->privacy != ZTA_PRIVACY_NONE &&
	    zta_leaf_field__is_hidden(f, leaf)) {
		encode_commitment(leaf->commitments[f->personal], buf);
		return;
	}
	switch (f->form) {
	case ZTA_FORM_TEXT:
		zta_cbor__put_str(buf, ZTA_CBOR_TEXT, *(const zta_str *)p);
		break;
	case ZTA_FORM_BYTES:
		zta_cbor__put_str(buf, ZTA_CBOR_BYTES, *(const zta_str *)p);
		break;
	case ZTA_FORM_NUMBER:
	case ZTA_FORM_TIME:
		zta_cbor__put(
		    buf, ZTA_CBOR_UINT, (uint64_t) * (const int64_t *)p);
		break;
	case ZTA_FORM_FLAG:
		zta_cbor__put(buf, ZTA_CBOR_SIMPLE,
		    *(const bool *)p ? ZTA_CBOR_TRUE : ZTA_CBOR_FALSE);
		break;
	case ZTA_FORM_TEXTS:
		encode_list(p, ZTA_CBOR_TEXT, buf);
		break;
	case ZTA_FORM_DIGESTS:
		encode_list(p, ZTA_CBOR_BYTES, buf);
		break;
	case ZTA_FORM_RINGS:
		zta_cbor__put(buf, ZTA_CBOR_ARRAY, leaf->ring_count);
		for (i = 0; i < leaf->ring_count; i++) {
			encode_fields(
			    &zta_leaf_ring_fields, &leaf->rings[i], buf);
		}
		break;
	}
}

static void
encode_fields(const zta_leaf_table *table, const void *base, zta_buf *buf)
{
	uint64_t present = 0; /* bits of fields */
	size_t i;

	for (i = 0; i < table->count; i++) {
		present |=
		    (uint64_t)zta_leaf_field__is_there(&table->fields[i], base)
		    << i;
	}
	zta_cbor__put(
	    buf, ZTA_CBOR_MAP, (uint64_t)__builtin_popcountll(present));
	for (i = 0; present != 0; i++, present >>= 1) {
		if ((present & 1) != 0) {
			encode_field(&table->fields[i], base, buf);
		}
	}
}

void
zta_leaf__encode(const zta_leaf *leaf, zta_buf *buf)
{
	zta_cbor__put(buf, ZTA_CBOR_UINT, VERSION);
	encode_fields(&zta_leaf_fields, leaf, buf);
}

/* --- decoding */

typedef struct decoder {
	zta_str rest;
	zta_arena *arena;
	bool no_memory;
} decoder;

static bool decode_fields(decoder *d, const zta_leaf_table *table, void *base);

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
		if (!decode_fields(d, &zta_leaf_ring_fields, &rings[i])) {
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

/* A name is text where it is known, or bytes: a commitment to it. */
static bool
decode_personal(decoder *d, const zta_leaf_field *f, zta_leaf *leaf)
{
	zta_str *commitment = &leaf->commitments[f->personal];

	if (f->privacy == ZTA_PRIVACY_NAME &&
	    zta_cbor__take_str(&d->rest, ZTA_CBOR_TEXT,
		(zta_str *)(void *)((char *)leaf + f->at))) {
		return true;
	}
	leaf->strange |= f->privacy == ZTA_PRIVACY_NAME ? 1u << f->personal : 0;
	return zta_cbor__take_str(&d->rest, ZTA_CBOR_BYTES, commitment) &&
	    commitment->len == ZTA_LEAF_DIGEST_LEN;
}

static bool
decode_field(decoder *d, const zta_leaf_field *f, void *base)
{
	void *p = (char *)base + f->at;
	uint64_t flag;

	if (f->privacy != ZTA_PRIVACY_NONE) {
		return decode_personal(d, f, base);
	}
	switch (f->form) {
	case ZTA_FORM_TEXT:
		return zta_cbor__take_str(&d->rest, ZTA_CBOR_TEXT, p);
	case ZTA_FORM_BYTES:
		return zta_cbor__take_str(&d->rest, ZTA_CBOR_BYTES, p);
	case ZTA_FORM_NUMBER:
	case ZTA_FORM_TIME:
		return decode_number(d, p);
	case ZTA_FORM_FLAG:
		if (!zta_cbor__take(&d->rest, ZTA_CBOR_SIMPLE, &flag) ||
		    (flag != ZTA_CBOR_TRUE && flag != ZTA_CBOR_FALSE)) {
			return false;
		}
		*(bool *)p = flag == ZTA_CBOR_TRUE;
		return true;
	case ZTA_FORM_TEXTS:
		return decode_list(d, ZTA_CBOR_TEXT, p);
	case ZTA_FORM_DIGESTS:
		return decode_list(d, ZTA_CBOR_BYTES, p);
	case ZTA_FORM_RINGS:
		return decode_rings(d, base);
	}
	return false;
}

/* Keys ascend, are known, and what they name is not empty. */
static bool
decode_fields(decoder *d, const zta_leaf_table *table, void *base)
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
		while (at < table->count && table->fields[at].key != key) {
			/* A flag is always written. */
			if (table->fields[at].form == ZTA_FORM_FLAG) {
				return false;
			}
			at++;
		}
		if (at == table->count ||
		    !decode_field(d, &table->fields[at], base) ||
		    !zta_leaf_field__is_there(&table->fields[at], base)) {
			return false;
		}
		at++;
	}
	for (; at < table->count; at++) {
		if (table->fields[at].form == ZTA_FORM_FLAG) {
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
	if (decode_fields(&d, &zta_leaf_fields, leaf) && d.rest.len == 0) {
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
