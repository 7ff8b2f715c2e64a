/* SPDX-License-Identifier: Apache-2.0 */
/* shipment.c - see shipment.h. Numbers are big-endian. */
#include "log/shipment.h"

#include <string.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "log/frame.h"

static const char magic[] = { 'Z', 'T', 'A', 'S', 1 };

/* Where the parts of the head are. */
enum { FROM = sizeof(magic), LENGTH = FROM + 8, ENTRIES = LENGTH + 4 };

/* --- writing */

/* Append entries, each with its length before it. */
static zta_status
put_entries(zta_log_view *view, uint64_t from, uint64_t size, size_t bytes_max,
    zta_buf *out, uint64_t *end, zta_error *err)
{
	static const char length[ZTA_FRAME_LENGTH] = { 0 };
	size_t start = out->len, at;
	zta_status status = ZTA_OK;
	uint32_t len;
	int i;

	for (*end = from; *end < size; (*end)++) {
		at = out->len;
		zta_buf__put(out, (zta_str){ length, sizeof(length) });
		status = zta_log_view__entry(view, *end, out, err);
		if (status != ZTA_OK || out->status != ZTA_OK) {
			break;
		}
		if (*end > from && out->len - start > bytes_max) {
			out->len = at;
			break;
		}
		len = (uint32_t)(out->len - at - sizeof(length));
		for (i = 0; i < (int)sizeof(length); i++) {
			out->ptr[at + (size_t)i] = (char)(len >> (24 - 8 * i));
		}
	}
	return status;
}

zta_status
zta_shipment__make(zta_log_view *view, uint64_t from, zta_str note,
    const zta_log_head *head, size_t bytes_max, zta_buf *out, uint64_t *end,
    zta_error *err)
{
	const zta_merkle_source rows = zta_log_view__rows(view);
	size_t start = out->len, len;
	zta_merkle_path path;
	zta_status status;
	int i;

	zta_buf__put(out, (zta_str){ magic, sizeof(magic) });
	zta_buf__u32(out, (uint32_t)(from >> 32));
	zta_buf__u32(out, (uint32_t)from);
	zta_buf__u32(out, 0);
	status = put_entries(view, from, head->size, bytes_max, out, end, err);
	if (status == ZTA_OK) {
		status =
		    zta_merkle__prove(&rows, *end - 1, head->size, &path, err);
	}
	if (status != ZTA_OK || out->status != ZTA_OK) {
		return status != ZTA_OK ? status : zta_error__nomem(err);
	}
	len = out->len - start - ENTRIES;
	for (i = 0; i < 4; i++) {
		out->ptr[start + LENGTH + (size_t)i] =
		    (char)(len >> (24 - 8 * i));
	}
	zta_buf__byte(out, (char)path.count);
	zta_buf__put(out,
	    (zta_str){ (const char *)path.hashes,
		path.count * (size_t)ZTA_SHA256_LEN });
	zta_buf__put(out, note);
	return out->status == ZTA_OK ? ZTA_OK : zta_error__nomem(err);
}

/* --- reading */

static uint64_t
number(const char *from, size_t bytes)
{
	uint64_t out = 0;

	for (; bytes > 0; bytes--) {
		out = out << 8 | (unsigned char)*from++;
	}
	return out;
}

static zta_status
bad(zta_error *err, size_t at, const char *what)
{
	return zta_error__set(err, ZTA_EINVALID,
	    "not a batch of entries: %s, at byte %zu", what, at);
}

/* Do they fill their room exactly? */
static zta_status
read_entries(zta_shipment *out, zta_error *err)
{
	zta_str rest = out->entries;

	out->count = 0;
	while (zta_frame__next(&rest, &out->last)) {
		if (out->last.len > ZTA_LOG_ENTRY_MAX) {
			return bad(err,
			    ENTRIES +
				(size_t)(out->last.ptr - out->entries.ptr),
			    "an entry is too long");
		}
		out->count++;
	}
	if (rest.len > 0 || out->count == 0) {
		return bad(err, ENTRIES + out->entries.len - rest.len,
		    "its entries do not end where it says");
	}
	if (out->from > ZTA_LOG_TREE_SIZE_MAX - out->count) {
		return bad(err, FROM, "no log is so long");
	}
	return ZTA_OK;
}

zta_status
zta_shipment__read(zta_str bytes, zta_shipment *out, zta_error *err)
{
	size_t len, at;
	zta_status status;

	*out = (zta_shipment){ 0 };
	if (bytes.len < ENTRIES ||
	    memcmp(bytes.ptr, magic, sizeof(magic)) != 0) {
		return bad(err, 0, "it does not begin like one");
	}
	out->from = number(bytes.ptr + FROM, 8);
	len = (size_t)number(bytes.ptr + LENGTH, 4);
	if (len >= bytes.len - ENTRIES) {
		return bad(err, LENGTH, "it ends before its entries");
	}
	out->entries = (zta_str){ bytes.ptr + ENTRIES, len };
	status = read_entries(out, err);
	if (status != ZTA_OK) {
		return status;
	}
	at = ENTRIES + len;
	out->path.count = (unsigned char)bytes.ptr[at++];
	len = out->path.count * (size_t)ZTA_SHA256_LEN;
	if (out->path.count > ZTA_PATH_MAX || len > bytes.len - at) {
		return bad(err, at - 1, "it ends before its hashes");
	}
	memcpy(out->path.hashes, bytes.ptr + at, len);
	out->note = (zta_str){ bytes.ptr + at + len, bytes.len - at - len };
	return ZTA_OK;
}

zta_status
zta_shipment__check(const zta_shipment *s, const zta_note_key *key,
    zta_log_head *head, unsigned char prefix[ZTA_SHA256_LEN], zta_error *err)
{
	unsigned char leaf[ZTA_SHA256_LEN];
	uint64_t last = s->from + s->count - 1;
	zta_status status = zta_checkpoint__open(s->note, key, head, err);

	if (status != ZTA_OK) {
		return status;
	}
	zta_hash_tree__leaf(s->last, leaf);
	if (!zta_merkle__verify(leaf, last, head->size, &s->path, head->root)) {
		return zta_error__set(err, ZTA_EINVALID,
		    "the last entry does not lead to the checkpoint");
	}
	zta_merkle__prefix(leaf, last, head->size, &s->path, prefix);
	return ZTA_OK;
}
