/* SPDX-License-Identifier: Apache-2.0 */
/*
 * transfer_read.c - transfers that are read; see transfer.h.
 *
 * Reading takes three looks: where entries begin and end, whether the digest
 * is that of all bytes, and only then what the entries say. So damage on the
 * way is told as damage, and costs no more than a digest.
 */
#include "pap/transfer.h"

#include <string.h>

#include "base/deflate.h"
#include "base/error.h"
#include "base/map.h"
#include "base/random.h"
#include "crypto/digest.h"
#include "pap/difference.h"
#include "pap/transfer_format.h"

#define HEAD_LEN 5u   /* of the transfer */
#define PACKED_LEN 9u /* and the length of what is inside */
#define ENTRY_LEN 5u  /* kind and length */
#define BASE_LEN 36u  /* of a difference: the id of the base, and the size */

typedef struct reader {
	zta_str bytes;
	zta_arena *arena; /* of what is read */
	zta_arena work;   /* of one entry */
	const zta_object_source *bases;
	bool differences; /* of version 3 */
	size_t left;      /* what differences may still name and make */
	zta_map index;    /* id -> number, of what came before */
	zta_store_object *list;
	zta_error *err;
} reader;

static zta_status
refuse(zta_error *err, zta_status status, size_t at, const char *rule)
{
	(void)zta_error__set(err, status, "%s", rule);
	zta_error__place(err, "transfer, byte %zu", at);
	return status;
}

static uint32_t
number_at(zta_str bytes, size_t at)
{
	const unsigned char *p = (const unsigned char *)bytes.ptr + at;

	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

static uint32_t
length_at(zta_str bytes, size_t at)
{
	return number_at(bytes, at + 1);
}

static bool
is_difference(char byte)
{
	return byte == ZTA_OBJECT_TREE + ZTA_TRANSFER_DIFFERS ||
	    byte == ZTA_OBJECT_BLOB + ZTA_TRANSFER_DIFFERS;
}

static bool
is_kind(const reader *r, char byte)
{
	return byte == ZTA_OBJECT_COMMIT || byte == ZTA_OBJECT_TREE ||
	    byte == ZTA_OBJECT_BLOB || (r->differences && is_difference(byte));
}

/* The rule that the entry at `at` breaks, or NULL. */
static const char *
breaks(const reader *r, size_t at)
{
	size_t left = r->bytes.len - at;

	if (!is_kind(r, r->bytes.ptr[at])) {
		return "a ledger has no objects of this kind";
	}
	if (left < ENTRY_LEN || left - ENTRY_LEN < length_at(r->bytes, at)) {
		return "the object is cut off";
	}
	return length_at(r->bytes, at) > ZTA_STORE_OBJECT_MAX ?
	    "the object is too large for a ledger" :
	    NULL;
}

/* Count the entries and find where they end. */
static zta_status
survey(reader *r, uint32_t *count, size_t *end)
{
	zta_str bytes = r->bytes;
	size_t at = HEAD_LEN;
	const char *rule;

	*count = 0;
	r->differences = zta_str__starts(bytes, ZTA_TRANSFER_DIFFERENCES);
	if (!r->differences && !zta_str__starts(bytes, ZTA_TRANSFER_WHOLE)) {
		return refuse(r->err, ZTA_ESYNTAX, 0,
		    "this is no transfer of a version that is known");
	}
	while (at < bytes.len && bytes.ptr[at] != ZTA_TRANSFER_END) {
		rule = breaks(r, at);
		if (rule != NULL) {
			return refuse(r->err, ZTA_ESYNTAX, at, rule);
		}
		if (++*count > ZTA_TRANSFER_OBJECTS_MAX) {
			return refuse(
			    r->err, ZTA_ELIMIT, at, "too many objects");
		}
		at += ENTRY_LEN + length_at(bytes, at);
	}
	if (bytes.len - at != 1 + ZTA_SHA256_LEN) {
		return refuse(r->err, ZTA_ESYNTAX, at,
		    bytes.len - at < 1 + ZTA_SHA256_LEN ?
			"the transfer is cut off" :
			"something follows the end of the transfer");
	}
	*end = at;
	return ZTA_OK;
}

static zta_status
check_digest(const reader *r, size_t end)
{
	unsigned char digest[ZTA_SHA256_LEN];

	zta_digest__sha256((zta_str){ r->bytes.ptr, end + 1 }, digest);
	return memcmp(digest, r->bytes.ptr + end + 1, sizeof(digest)) == 0 ?
	    ZTA_OK :
	    refuse(r->err, ZTA_EINVALID, end + 1,
		"the digest is not that of what came before it");
}

/* --- entries */

static zta_str
key_of(const zta_oid *oid)
{
	return (zta_str){ (const char *)oid->bytes, sizeof(oid->bytes) };
}

/* From what came before, or from where the bases are. */
static zta_status
find_base(reader *r, const zta_oid *oid, zta_object_kind kind, zta_str *body)
{
	uint32_t i = zta_map__get(&r->index, key_of(oid));
	zta_status status = ZTA_ENOTFOUND;

	if (i != ZTA_MAP_NONE && r->list[i].kind == kind) {
		*body = r->list[i].body;
		return ZTA_OK;
	}
	if (r->bases != NULL) {
		status = zta_object__read(
		    r->bases, oid, kind, &r->work, body, r->err);
	}
	return status != ZTA_ENOTFOUND ?
	    status :
	    zta_error__set(
		r->err, ZTA_EINVALID, "the base of the difference is not here");
}

/* `body` is a difference, and becomes what it makes. */
static zta_status
make(reader *r, zta_object_kind kind, zta_str *body)
{
	zta_str steps = *body, base;
	zta_oid oid;
	size_t size;
	char *made;
	zta_status status;

	if (steps.len < BASE_LEN) {
		return zta_error__set(
		    r->err, ZTA_EINVALID, "the difference is cut off");
	}
	memcpy(oid.bytes, steps.ptr, sizeof(oid.bytes));
	size = number_at(steps, sizeof(oid.bytes));
	status = find_base(r, &oid, kind, &base);
	if (status != ZTA_OK) {
		return status;
	}
	if (base.len > r->left || size > r->left - base.len) {
		return zta_error__set(
		    r->err, ZTA_ELIMIT, "differences name and make too much");
	}
	r->left -= base.len + size;
	made = zta_arena__alloc(r->arena, size + 1);
	if (made == NULL) {
		return zta_arena__failed(r->arena, r->err);
	}
	steps.ptr += BASE_LEN;
	steps.len -= BASE_LEN;
	*body = (zta_str){ made, size };
	return zta_difference__apply(steps, base, made, size, r->err);
}

/* What came before may be a base; who sends chooses the ids: they are hashed. */
static zta_status
remember(reader *r, uint32_t number)
{
	zta_status status = !r->differences ?
	    ZTA_OK :
	    zta_map__add(
		&r->index, key_of(&r->list[number].oid), number, r->err);

	return status == ZTA_EEXIST ? ZTA_OK : status;
}

static zta_status
read_entry(reader *r, size_t at, uint32_t number)
{
	zta_store_object *out = &r->list[number];
	char kind = r->bytes.ptr[at];
	bool differs = is_difference(kind);
	zta_status status = ZTA_OK;

	out->kind =
	    (zta_object_kind)(differs ? kind - ZTA_TRANSFER_DIFFERS : kind);
	out->body =
	    (zta_str){ r->bytes.ptr + at + ENTRY_LEN, length_at(r->bytes, at) };
	zta_arena__reset(&r->work);
	if (differs) {
		status = make(r, out->kind, &out->body);
	}
	if (status == ZTA_OK) {
		status =
		    zta_object__check(&r->work, out->kind, out->body, r->err);
	}
	if (status == ZTA_OK) {
		status = zta_oid__of(out->kind, out->body, &out->oid, r->err);
	}
	if (status == ZTA_OK) {
		status = remember(r, number);
	}
	if (status != ZTA_OK) {
		zta_error__inside(r->err, "transfer, byte %zu", at);
	}
	return status;
}

/* --- the whole */

/* What a compressed transfer holds; another one is left as it is. */
static zta_status
unpack(reader *r)
{
	zta_str bytes = r->bytes, stream;
	size_t size, used = 0;
	char *out;
	zta_status status;

	if (!zta_str__starts(bytes, ZTA_TRANSFER_PACKED)) {
		return ZTA_OK;
	}
	if (bytes.len < PACKED_LEN) {
		return refuse(
		    r->err, ZTA_ESYNTAX, bytes.len, "the transfer is cut off");
	}
	size = number_at(bytes, HEAD_LEN);
	if (!zta_transfer__may_hold(bytes.len, size)) {
		return refuse(r->err, ZTA_ELIMIT, HEAD_LEN,
		    "the transfer holds too much for its size");
	}
	out = zta_arena__alloc(r->arena, size + 1);
	if (out == NULL) {
		return zta_arena__failed(r->arena, r->err);
	}
	stream = (zta_str){ bytes.ptr + PACKED_LEN, bytes.len - PACKED_LEN };
	status = zta_inflate__exactly(stream, out, size, &used, r->err);
	if (status == ZTA_OK && used != stream.len) {
		status = zta_error__set(r->err, ZTA_ESYNTAX,
		    "something follows the end of the transfer");
	}
	if (status != ZTA_OK) {
		zta_error__place(
		    r->err, "transfer, byte %zu", PACKED_LEN + used);
	}
	r->bytes = (zta_str){ out, size };
	return status;
}

static zta_status
read_all(reader *r, uint32_t count)
{
	size_t at = HEAD_LEN;
	uint32_t i;
	zta_status status = ZTA_OK;

	r->list =
	    zta_arena__zalloc(r->arena, (size_t)count + 1, sizeof(*r->list));
	if (r->list == NULL) {
		return zta_arena__failed(r->arena, r->err);
	}
	zta_map__init(&r->index, r->arena, zta_random__seed());
	zta_arena__init(&r->work, SIZE_MAX);
	for (i = 0; status == ZTA_OK && i < count; i++) {
		status = read_entry(r, at, i);
		at += ENTRY_LEN + length_at(r->bytes, at);
	}
	zta_arena__release(&r->work);
	return status;
}

zta_status
zta_transfer__read(zta_arena *arena, zta_str bytes,
    const zta_object_source *bases, zta_transfer *out, zta_error *err)
{
	reader r = { .bytes = bytes,
		.arena = arena,
		.bases = bases,
		.left = ZTA_TRANSFER_DIFFERENCES_MAX,
		.err = err };
	uint32_t count = 0;
	size_t end = 0;
	zta_status status = unpack(&r);

	*out = (zta_transfer){ 0 };
	if (status == ZTA_OK) {
		status = survey(&r, &count, &end);
	}
	if (status == ZTA_OK) {
		status = check_digest(&r, end);
	}
	if (status == ZTA_OK) {
		status = read_all(&r, count);
	}
	if (status == ZTA_OK) {
		*out = (zta_transfer){ r.list, count };
	}
	return status;
}
