/* SPDX-License-Identifier: Apache-2.0 */
/* pack.c - see pack.h. */
#include "ledger/pack.h"

#include "base/deflate.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/sort.h"
#include "base/str.h"
#include "crypto/digest.h"
#include "ledger/object.h"

#define HEAD_LEN 12u /* "PACK", version, count */
#define VERSION 2u
#define INDEX_MAGIC 0xff744f63u
#define INDEX_VERSION 2u
#define FANOUT 256u
/* Kinds beside those of objects. */
#define OFS_DELTA 6
#define REF_DELTA 7

static uint32_t
u32_at(const char *at)
{
	const unsigned char *p = (const unsigned char *)at;

	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

/* --- writing */

void
zta_pack__begin(zta_pack *pack, zta_buf *out, uint32_t count)
{
	*pack = (zta_pack){ out, out->len };
	zta_buf__text(out, "PACK");
	zta_buf__u32(out, VERSION);
	zta_buf__u32(out, count);
}

void
zta_pack__put(zta_pack *pack, zta_object_kind kind, zta_str body)
{
	size_t rest = body.len >> 4;
	unsigned char byte =
	    (unsigned char)((unsigned)kind << 4 | (body.len & 15));

	while (rest > 0) {
		zta_buf__byte(pack->out, (char)(byte | 0x80));
		byte = (unsigned char)(rest & 0x7f);
		rest >>= 7;
	}
	zta_buf__byte(pack->out, (char)byte);
	zta_deflate__put(pack->out, body);
}

static void
put_digest(zta_buf *out, size_t start)
{
	unsigned char digest[ZTA_SHA256_LEN];

	if (out->status != ZTA_OK) {
		return;
	}
	zta_digest__sha256(
	    (zta_str){ out->ptr + start, out->len - start }, digest);
	zta_buf__put(out, (zta_str){ (const char *)digest, sizeof(digest) });
}

void
zta_pack__end(zta_pack *pack)
{
	put_digest(pack->out, pack->start);
}

static int
cmp_places(const void *a, const void *b)
{
	return zta_oid__cmp(&((const zta_pack_place *)a)->oid,
	    &((const zta_pack_place *)b)->oid);
}

void
zta_pack_index__put(
    zta_buf *out, zta_str pack, zta_pack_place *places, uint32_t count)
{
	size_t start = out->len;
	uint32_t i, byte;

	zta_sort__run(places, count, sizeof(*places), cmp_places);
	zta_buf__u32(out, INDEX_MAGIC);
	zta_buf__u32(out, INDEX_VERSION);
	for (byte = 0, i = 0; byte < FANOUT; byte++) {
		while (i < count && places[i].oid.bytes[0] <= byte) {
			i++;
		}
		zta_buf__u32(out, i);
	}
	for (i = 0; i < count; i++) {
		zta_buf__put(out,
		    (zta_str){
			(const char *)places[i].oid.bytes, ZTA_OID_LEN });
	}
	for (i = 0; i < count; i++) {
		zta_buf__u32(out, places[i].crc);
	}
	for (i = 0; i < count; i++) {
		zta_buf__u32(out, places[i].offset);
	}
	zta_buf__put(out,
	    (zta_str){ pack.ptr + pack.len - ZTA_SHA256_LEN, ZTA_SHA256_LEN });
	put_digest(out, start);
}

/* --- reading */

static zta_status
refuse(zta_error *err, zta_status status, size_t at, const char *rule)
{
	(void)zta_error__set(err, status, "%s", rule);
	zta_error__place(err, "pack, byte %zu", at);
	return status;
}

/* Version, digest and count. */
static zta_status
read_head(zta_str bytes, uint32_t *count, zta_error *err)
{
	unsigned char digest[ZTA_SHA256_LEN];
	size_t end;

	if (bytes.len < ZTA_PACK_LEN_MIN ||
	    !zta_str__starts(bytes, ZTA_STR("PACK")) ||
	    u32_at(bytes.ptr + 4) != VERSION) {
		return refuse(
		    err, ZTA_ESYNTAX, 0, "this is no pack of version 2");
	}
	end = bytes.len - ZTA_SHA256_LEN;
	zta_digest__sha256((zta_str){ bytes.ptr, end }, digest);
	if (memcmp(digest, bytes.ptr + end, sizeof(digest)) != 0) {
		return refuse(err, ZTA_EINVALID, end,
		    "the digest is not that of what came before it");
	}
	*count = u32_at(bytes.ptr + 8);
	return *count <= ZTA_TRANSFER_OBJECTS_MAX ?
	    ZTA_OK :
	    refuse(err, ZTA_ELIMIT, 8, "too many objects");
}

/* Kind and size, from `*at` on; false if they are cut off, or not one form. */
static bool
read_size(zta_str bytes, size_t *at, int *kind, uint64_t *size)
{
	unsigned char byte;
	unsigned shift = 4;

	if (*at == bytes.len) {
		return false;
	}
	byte = (unsigned char)bytes.ptr[(*at)++];
	*kind = byte >> 4 & 7;
	*size = byte & 15;
	for (; byte & 0x80; shift += 7) {
		if (*at == bytes.len || shift > 53) {
			return false;
		}
		byte = (unsigned char)bytes.ptr[(*at)++];
		*size |= (uint64_t)(byte & 0x7f) << shift;
	}
	return true;
}

/* The rule that an entry of this kind and size breaks, or NULL. */
static const char *
breaks(int kind, uint64_t size)
{
	if (kind == OFS_DELTA || kind == REF_DELTA) {
		return "it is a delta; only packs of whole objects are read";
	}
	if (kind < ZTA_OBJECT_COMMIT || kind > ZTA_OBJECT_BLOB) {
		return "a ledger has no objects of this kind";
	}
	return size > ZTA_STORE_OBJECT_MAX ?
	    "the object is too large for a ledger" :
	    NULL;
}

typedef struct unpacker {
	zta_arena *arena;
	zta_arena work;
	zta_str bytes; /* without the digest */
	size_t at;
	size_t unpacked; /* bytes of all bodies so far */
	zta_error *err;
} unpacker;

static zta_status
read_body(unpacker *u, size_t size, zta_str *out)
{
	zta_str rest = { u->bytes.ptr + u->at, u->bytes.len - u->at };
	char *body;
	size_t used;
	zta_status status;

	u->unpacked += size;
	if (u->unpacked > ZTA_TRANSFER_MAX) {
		return zta_error__set(u->err, ZTA_ELIMIT,
		    "the objects take over %zu bytes", ZTA_TRANSFER_MAX);
	}
	body = zta_arena__alloc(u->arena, size + 1);
	if (body == NULL) {
		return zta_arena__failed(u->arena, u->err);
	}
	status = zta_inflate__exactly(rest, body, size, &used, u->err);
	u->at += status == ZTA_OK ? used : 0;
	*out = (zta_str){ body, size };
	return status;
}

static zta_status
read_entry(unpacker *u, zta_store_object *out)
{
	size_t start = u->at;
	uint64_t size = 0;
	int kind = 0;
	const char *rule;
	zta_status status;

	if (!read_size(u->bytes, &u->at, &kind, &size)) {
		return refuse(
		    u->err, ZTA_ESYNTAX, start, "the object is cut off");
	}
	rule = breaks(kind, size);
	if (rule != NULL) {
		return refuse(u->err, ZTA_EINVALID, start, rule);
	}
	out->kind = (zta_object_kind)kind;
	status = read_body(u, (size_t)size, &out->body);
	zta_arena__reset(&u->work);
	if (status == ZTA_OK) {
		status =
		    zta_object__check(&u->work, out->kind, out->body, u->err);
	}
	if (status == ZTA_OK) {
		status = zta_oid__of(out->kind, out->body, &out->oid, u->err);
	}
	if (status != ZTA_OK) {
		zta_error__inside(u->err, "pack, byte %zu", start);
	}
	return status;
}

zta_status
zta_pack__read(zta_arena *arena, zta_str bytes, zta_store_object **out,
    uint32_t *count, zta_error *err)
{
	unpacker u = { .arena = arena, .at = HEAD_LEN, .err = err };
	zta_store_object *list;
	uint32_t found = 0, i;
	zta_status status = read_head(bytes, &found, err);

	*out = NULL;
	*count = 0;
	if (status != ZTA_OK) {
		return status;
	}
	/* An entry takes two bytes at least, so this is no more than came. */
	if (found > bytes.len / 2) {
		return refuse(err, ZTA_ESYNTAX, 8, "the pack is cut off");
	}
	list = zta_arena__zalloc(arena, (size_t)found + 1, sizeof(*list));
	if (list == NULL) {
		return zta_arena__failed(arena, err);
	}
	u.bytes = (zta_str){ bytes.ptr, bytes.len - ZTA_SHA256_LEN };
	zta_arena__init(&u.work, SIZE_MAX);
	for (i = 0; status == ZTA_OK && i < found; i++) {
		status = read_entry(&u, &list[i]);
	}
	zta_arena__release(&u.work);
	if (status == ZTA_OK && u.at != u.bytes.len) {
		status = refuse(err, ZTA_ESYNTAX, u.at,
		    "something follows the last object");
	}
	if (status == ZTA_OK) {
		*out = list;
		*count = found;
	}
	return status;
}
