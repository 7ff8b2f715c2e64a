/* SPDX-License-Identifier: Apache-2.0 */
/* frame.c - see frame.h. Numbers are big-endian. */
#include "log/frame.h"

#include "base/limits.h"
#include "base/str.h"

static const char magic[4] = { 'Z', 'T', 'A', 'F' };

/* Where the parts of the head are. */
enum { MAGIC = 0, SIZE = 4, FIRST = 8, COUNT = 16, TIME = 20, BEFORE = 28 };

static void
put_number(char *to, uint64_t number, size_t bytes)
{
	while (bytes > 0) {
		bytes--;
		to[bytes] = (char)number;
		number >>= 8;
	}
}

static uint64_t
get_number(const char *from, size_t bytes)
{
	uint64_t number = 0;
	size_t i;

	for (i = 0; i < bytes; i++) {
		number = number << 8 | (unsigned char)from[i];
	}
	return number;
}

void
zta_frame__begin(zta_buf *buf)
{
	static const char head[ZTA_FRAME_HEAD] = { 0 };

	zta_buf__put(buf, (zta_str){ head, sizeof(head) });
}

void
zta_frame__put_entry(zta_buf *buf, zta_str bytes)
{
	char len[4];

	put_number(len, bytes.len, sizeof(len));
	zta_buf__put(buf, (zta_str){ len, sizeof(len) });
	zta_buf__put(buf, bytes);
}

void
zta_frame__put_sum(
    zta_buf *sums, size_t len, const unsigned char leaf[ZTA_SHA256_LEN])
{
	char sum[ZTA_FRAME_LENGTH + ZTA_SHA256_LEN];

	put_number(sum, len, ZTA_FRAME_LENGTH);
	memcpy(sum + ZTA_FRAME_LENGTH, leaf, ZTA_SHA256_LEN);
	zta_buf__put(sums, (zta_str){ sum, sizeof(sum) });
}

void
zta_frame__finish(zta_buf *buf, zta_str sums, uint64_t first, uint32_t count,
    int64_t time, unsigned char hash[ZTA_SHA256_LEN])
{
	char *head = buf->ptr;
	const zta_str parts[] = { { head, ZTA_FRAME_HEAD }, sums };

	if (buf->status != ZTA_OK) {
		return;
	}
	memcpy(head + MAGIC, magic, sizeof(magic));
	put_number(head + SIZE, buf->len + ZTA_FRAME_TAIL, 4);
	put_number(head + FIRST, first, 8);
	put_number(head + COUNT, count, 4);
	put_number(head + TIME, (uint64_t)time, 8);
	memcpy(head + BEFORE, hash, ZTA_SHA256_LEN);
	zta_digest__sha256_parts(parts, 2, hash);
	zta_buf__put(buf, (zta_str){ (const char *)hash, ZTA_SHA256_LEN });
}

bool
zta_frame__head(zta_str bytes, uint64_t first, zta_frame *out)
{
	const char *head = bytes.ptr;

	*out = (zta_frame){ 0 };
	if (bytes.len < ZTA_FRAME_HEAD) {
		return false;
	}
	out->size = (size_t)get_number(head + SIZE, 4);
	out->first = get_number(head + FIRST, 8);
	out->count = (uint32_t)get_number(head + COUNT, 4);
	out->time = (int64_t)get_number(head + TIME, 8);
	return memcmp(head + MAGIC, magic, sizeof(magic)) == 0 &&
	    out->size >= ZTA_FRAME_HEAD + ZTA_FRAME_TAIL &&
	    out->size <= ZTA_LOG_FRAME_MAX && out->first == first;
}

zta_frame_state
zta_frame__look(zta_str bytes, uint64_t first, zta_frame *out)
{
	const char *head = bytes.ptr;

	if (bytes.len < ZTA_FRAME_HEAD) {
		return ZTA_FRAME_SHORT;
	}
	if (!zta_frame__head(bytes, first, out)) {
		return ZTA_FRAME_BAD;
	}
	if (bytes.len < out->size) {
		return ZTA_FRAME_SHORT;
	}
	memcpy(out->hash, head + out->size - ZTA_FRAME_TAIL, sizeof(out->hash));
	out->entries = (zta_str){ head + ZTA_FRAME_HEAD,
		out->size - ZTA_FRAME_HEAD - ZTA_FRAME_TAIL };
	return ZTA_FRAME_GOOD;
}

bool
zta_frame__holds(const zta_frame *frame, zta_buf *leaves)
{
	unsigned char hash[ZTA_SHA256_LEN];
	zta_str rest = frame->entries, entry;
	uint32_t count = 0;
	zta_sha256 sum;

	zta_sha256__begin(&sum);
	zta_sha256__add(
	    &sum, (zta_str){ rest.ptr - ZTA_FRAME_HEAD, ZTA_FRAME_HEAD });
	for (; zta_frame__next(&rest, &entry); count++) {
		zta_sha256__add(&sum,
		    (zta_str){
			entry.ptr - ZTA_FRAME_LENGTH, ZTA_FRAME_LENGTH });
		zta_hash_tree__leaf(entry, hash);
		zta_sha256__add(
		    &sum, (zta_str){ (const char *)hash, sizeof(hash) });
		if (leaves != NULL) {
			zta_buf__put(leaves,
			    (zta_str){ (const char *)hash, sizeof(hash) });
		}
	}
	zta_sha256__end(&sum, hash);
	/* The entries fill their room exactly. */
	return memcmp(hash, frame->hash, sizeof(hash)) == 0 && rest.len == 0 &&
	    count == frame->count && count > 0;
}

zta_frame_state
zta_frame__read(zta_str bytes, uint64_t first, const unsigned char *before,
    zta_buf *leaves, zta_frame *out)
{
	zta_frame_state state = zta_frame__look(bytes, first, out);

	/* A head that is another one's is no frame of which more is to come. */
	if (state != ZTA_FRAME_BAD && bytes.len >= ZTA_FRAME_HEAD &&
	    before != NULL &&
	    memcmp(bytes.ptr + BEFORE, before, ZTA_SHA256_LEN) != 0) {
		return ZTA_FRAME_BAD;
	}
	return state != ZTA_FRAME_GOOD || zta_frame__holds(out, leaves) ?
	    state :
	    ZTA_FRAME_BAD;
}

uint64_t
zta_frame__first(zta_str bytes)
{
	return bytes.len < ZTA_FRAME_HEAD ? 0 :
					    get_number(bytes.ptr + FIRST, 8);
}

size_t
zta_frame__size(zta_str bytes)
{
	return bytes.len < ZTA_FRAME_HEAD ||
		memcmp(bytes.ptr + MAGIC, magic, sizeof(magic)) != 0 ?
	    0 :
	    (size_t)get_number(bytes.ptr + SIZE, 4);
}

int64_t
zta_frame__time(zta_str bytes)
{
	return zta_frame__size(bytes) == 0 ?
	    INT64_MAX :
	    (int64_t)get_number(bytes.ptr + TIME, 8);
}

bool
zta_frame__next(zta_str *entries, zta_str *bytes)
{
	size_t len;

	if (entries->len < 4) {
		return false;
	}
	len = (size_t)get_number(entries->ptr, 4);
	if (len > entries->len - 4) {
		return false;
	}
	*bytes = (zta_str){ entries->ptr + 4, len };
	entries->ptr += 4 + len;
	entries->len -= 4 + len;
	return true;
}
