/* SPDX-License-Identifier: Apache-2.0 */
/*
 * transfer.c - see transfer.h.
 *
 * Reading takes three looks: where entries begin and end, whether the digest
 * is that of all bytes, and only then what the entries say. So damage on the
 * way is told as damage, and costs no more than a digest.
 */
#include "pap/transfer.h"

#include <string.h>

#include "base/deflate.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "crypto/digest.h"

#define MAGIC ZTA_STR("ZTAT\001")
#define PACKED ZTA_STR("ZTAT\002")
#define PACKED_LEN 9u /* and the length of what is inside */
#define ENTRY_LEN 5u  /* kind and length */
#define END 0

/* --- writing */

void
zta_transfer__begin(zta_buf *out)
{
	zta_buf__put(out, MAGIC);
}

void
zta_transfer__put(zta_buf *out, zta_object_kind kind, zta_str body)
{
	zta_buf__byte(out, (char)kind);
	zta_buf__byte(out, (char)(body.len >> 24));
	zta_buf__byte(out, (char)(body.len >> 16));
	zta_buf__byte(out, (char)(body.len >> 8));
	zta_buf__byte(out, (char)body.len);
	zta_buf__put(out, body);
}

void
zta_transfer__end(zta_buf *out)
{
	unsigned char digest[ZTA_SHA256_LEN];

	zta_buf__byte(out, END);
	zta_digest__sha256(zta_buf__str(out), digest);
	zta_buf__put(out, (zta_str){ (const char *)digest, sizeof(digest) });
}

static bool
may_hold(size_t packed, size_t size)
{
	return size <= ZTA_UPLOAD_MAX &&
	    size / ZTA_TRANSFER_RATIO_MAX <= packed;
}

void
zta_transfer__pack(zta_buf *out, zta_str transfer)
{
	zta_buf packed;
	uint32_t len = (uint32_t)transfer.len;

	zta_buf__init(&packed, SIZE_MAX);
	zta_buf__put(&packed, PACKED);
	zta_buf__byte(&packed, (char)(len >> 24));
	zta_buf__byte(&packed, (char)(len >> 16));
	zta_buf__byte(&packed, (char)(len >> 8));
	zta_buf__byte(&packed, (char)len);
	zta_deflate__put(&packed, transfer);
	zta_buf__put(out,
	    packed.status == ZTA_OK && packed.len < transfer.len &&
		    may_hold(packed.len, transfer.len) ?
		zta_buf__str(&packed) :
		transfer);
	zta_buf__release(&packed);
}

zta_status
zta_transfer__put_from(zta_buf *out, const zta_ledger *ledger,
    const zta_ledger_need *need, zta_arena *arena, zta_error *err)
{
	zta_object_source source = zta_ledger__source(ledger);
	zta_str body;
	zta_status status = zta_object__read(
	    &source, &need->oid, need->kind, arena, &body, err);

	if (status == ZTA_OK) {
		zta_transfer__put(out, need->kind, body);
	}
	return status;
}

zta_status
zta_transfer__fetch(const zta_ledger *ledger, const zta_oid *want,
    const zta_oid *have, size_t have_count, zta_buf *out, zta_error *err)
{
	zta_ledger_needs needs;
	zta_arena list, body;
	bool full = false;
	uint32_t i, commits = 0;
	zta_status status;

	zta_arena__init(&list, SIZE_MAX);
	zta_arena__init(&body, SIZE_MAX);
	zta_transfer__begin(out);
	status = zta_ledger__needs(
	    ledger, want, have, have_count, &list, &needs, err);
	for (i = 0; status == ZTA_OK && i < needs.count && !full; i++) {
		zta_arena__reset(&body);
		status = zta_transfer__put_from(
		    out, ledger, &needs.list[i], &body, err);
		if (needs.list[i].kind == ZTA_OBJECT_COMMIT) {
			commits++;
			full = out->len >= ZTA_TRANSFER_PART ||
			    commits == ZTA_RECEIVE_COMMITS_MAX;
		}
	}
	zta_transfer__end(out);
	if (status == ZTA_OK && out->status != ZTA_OK) {
		status = zta_error__set(err, out->status,
		    out->status == ZTA_ELIMIT ? "the transfer is too large" :
						"out of memory");
	}
	zta_arena__release(&list);
	zta_arena__release(&body);
	return status;
}

/* --- reading */

static zta_status
refuse(zta_error *err, zta_status status, size_t at, const char *rule)
{
	(void)zta_error__set(err, status, "%s", rule);
	zta_error__place(err, "transfer, byte %zu", at);
	return status;
}

static uint32_t
length_at(zta_str bytes, size_t at)
{
	const unsigned char *p = (const unsigned char *)bytes.ptr + at + 1;

	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

static bool
is_kind(char byte)
{
	return byte == ZTA_OBJECT_COMMIT || byte == ZTA_OBJECT_TREE ||
	    byte == ZTA_OBJECT_BLOB;
}

/* The rule that the entry at `at` breaks, or NULL. */
static const char *
breaks(zta_str bytes, size_t at)
{
	size_t left = bytes.len - at;

	if (!is_kind(bytes.ptr[at])) {
		return "a ledger has no objects of this kind";
	}
	if (left < ENTRY_LEN || left - ENTRY_LEN < length_at(bytes, at)) {
		return "the object is cut off";
	}
	return length_at(bytes, at) > ZTA_STORE_OBJECT_MAX ?
	    "the object is too large for a ledger" :
	    NULL;
}

/* Count the entries and find where they end. */
static zta_status
survey(zta_str bytes, uint32_t *count, size_t *end, zta_error *err)
{
	size_t at = MAGIC.len;
	const char *rule;

	*count = 0;
	if (!zta_str__starts(bytes, MAGIC)) {
		return refuse(
		    err, ZTA_ESYNTAX, 0, "this is no transfer of version 1");
	}
	while (at < bytes.len && bytes.ptr[at] != END) {
		rule = breaks(bytes, at);
		if (rule != NULL) {
			return refuse(err, ZTA_ESYNTAX, at, rule);
		}
		if (++*count > ZTA_TRANSFER_OBJECTS_MAX) {
			return refuse(err, ZTA_ELIMIT, at, "too many objects");
		}
		at += ENTRY_LEN + length_at(bytes, at);
	}
	if (bytes.len - at != 1 + ZTA_SHA256_LEN) {
		return refuse(err, ZTA_ESYNTAX, at,
		    bytes.len - at < 1 + ZTA_SHA256_LEN ?
			"the transfer is cut off" :
			"something follows the end of the transfer");
	}
	*end = at;
	return ZTA_OK;
}

static zta_status
check_digest(zta_str bytes, size_t end, zta_error *err)
{
	unsigned char digest[ZTA_SHA256_LEN];

	zta_digest__sha256((zta_str){ bytes.ptr, end + 1 }, digest);
	return memcmp(digest, bytes.ptr + end + 1, sizeof(digest)) == 0 ?
	    ZTA_OK :
	    refuse(err, ZTA_EINVALID, end + 1,
		"the digest is not that of what came before it");
}

static zta_status
read_entry(zta_arena *work, zta_str bytes, size_t at, zta_store_object *out,
    zta_error *err)
{
	zta_status status;

	out->kind = (zta_object_kind)bytes.ptr[at];
	out->body =
	    (zta_str){ bytes.ptr + at + ENTRY_LEN, length_at(bytes, at) };
	zta_arena__reset(work);
	status = zta_object__check(work, out->kind, out->body, err);
	if (status == ZTA_OK) {
		status = zta_oid__of(out->kind, out->body, &out->oid, err);
	}
	if (status != ZTA_OK) {
		zta_error__inside(err, "transfer, byte %zu", at);
	}
	return status;
}

/* What a compressed transfer holds, in `arena`; another one is left as it is. */
static zta_status
unpack(zta_arena *arena, zta_str *bytes, zta_error *err)
{
	zta_str stream;
	size_t size, used = 0;
	char *out;
	zta_status status;

	if (!zta_str__starts(*bytes, PACKED)) {
		return ZTA_OK;
	}
	if (bytes->len < PACKED_LEN) {
		return refuse(
		    err, ZTA_ESYNTAX, bytes->len, "the transfer is cut off");
	}
	size = length_at(*bytes, PACKED.len - 1);
	if (!may_hold(bytes->len, size)) {
		return refuse(err, ZTA_ELIMIT, PACKED.len,
		    "the transfer holds too much for its size");
	}
	out = zta_arena__alloc(arena, size + 1);
	if (out == NULL) {
		return zta_arena__failed(arena, err);
	}
	stream = (zta_str){ bytes->ptr + PACKED_LEN, bytes->len - PACKED_LEN };
	status = zta_inflate__exactly(stream, out, size, &used, err);
	if (status == ZTA_OK && used != stream.len) {
		status = zta_error__set(err, ZTA_ESYNTAX,
		    "something follows the end of the transfer");
	}
	if (status != ZTA_OK) {
		zta_error__place(err, "transfer, byte %zu", PACKED_LEN + used);
	}
	*bytes = (zta_str){ out, size };
	return status;
}

zta_status
zta_transfer__read(
    zta_arena *arena, zta_str bytes, zta_transfer *out, zta_error *err)
{
	zta_store_object *list;
	uint32_t count = 0, i;
	size_t end = 0, at = MAGIC.len;
	zta_arena work;
	zta_status status = unpack(arena, &bytes, err);

	*out = (zta_transfer){ 0 };
	if (status == ZTA_OK) {
		status = survey(bytes, &count, &end, err);
	}
	if (status == ZTA_OK) {
		status = check_digest(bytes, end, err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	list = zta_arena__zalloc(arena, (size_t)count + 1, sizeof(*list));
	if (list == NULL) {
		return zta_arena__failed(arena, err);
	}
	zta_arena__init(&work, SIZE_MAX);
	for (i = 0; status == ZTA_OK && i < count; i++) {
		status = read_entry(&work, bytes, at, &list[i], err);
		at += ENTRY_LEN + list[i].body.len;
	}
	zta_arena__release(&work);
	if (status == ZTA_OK) {
		*out = (zta_transfer){ list, count };
	}
	return status;
}
