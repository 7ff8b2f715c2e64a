/* SPDX-License-Identifier: Apache-2.0 */
/* memo.c - the bytes of a memo; see memo.h. */
#include "pap/memo.h"

#include "base/limits.h"
#include "base/str.h"
#include "crypto/digest.h"

#define MAGIC ZTA_STR("ZTAM\002")

uint64_t
zta_memo__hash(zta_str id)
{
	return zta_str__hash(id, 0);
}

static bool
is_before(int64_t s, int64_t ns, const zta_memo_clock *clock)
{
	return s < clock->s || (s == clock->s && ns < clock->ns);
}

bool
zta_memo__is_settled(const zta_memo_clock *clock, const zta_tree_stamp *stamp)
{
	return is_before(stamp->modified_s, stamp->modified_ns, clock) &&
	    is_before(stamp->changed_s, stamp->changed_ns, clock);
}

/* --- reading */

static bool
take(zta_str *rest, void *out, size_t len)
{
	if (rest->len < len) {
		return false;
	}
	memcpy(out, rest->ptr, len);
	rest->ptr += len;
	rest->len -= len;
	return true;
}

/* Cut off `count` pieces of `size` bytes. */
static bool
take_slice(zta_str *rest, uint32_t count, size_t size, zta_str *out)
{
	if (rest->len / size < count) {
		return false;
	}
	*out = (zta_str){ rest->ptr, count * size };
	rest->ptr += out->len;
	rest->len -= out->len;
	return true;
}

static bool
take_string(zta_str *rest, zta_str *out)
{
	uint32_t len;

	return take(rest, &len, sizeof(len)) && take_slice(rest, len, 1, out);
}

/* A string that becomes one of C. */
static bool
take_text(zta_str *rest, zta_arena *arena, const char **out)
{
	zta_str text;

	if (!take_string(rest, &text) ||
	    memchr(text.ptr, '\0', text.len) != NULL) {
		return false;
	}
	*out = zta_arena__cstr(arena, text);
	return *out != NULL;
}

static bool
take_file(zta_str *rest, zta_memo_file *out)
{
	unsigned char judged, answers;
	uint32_t ids;

	if (!take_string(rest, &out->path) ||
	    !take(rest, &out->stamp, sizeof(out->stamp)) ||
	    !take(rest, &out->blob, sizeof(out->blob)) ||
	    !take(rest, &judged, sizeof(judged)) ||
	    !take(rest, &answers, sizeof(answers)) ||
	    !take(rest, &ids, sizeof(ids)) ||
	    !take_slice(rest, ids, sizeof(uint64_t), &out->ids)) {
		return false;
	}
	out->judged = judged == 1;
	out->answers = answers == 1;
	return out->path.len > 0 && judged <= 1 && answers <= judged &&
	    (out->judged || ids == 0);
}

static bool
take_warning(zta_str *rest, zta_arena *arena, const zta_memo *memo,
    zta_ledger_finding *out)
{
	uint32_t file;

	if (!take(rest, &file, sizeof(file)) || file >= memo->count ||
	    !memo->files[file].judged ||
	    !take(rest, &out->line, sizeof(out->line)) ||
	    !take(rest, &out->column, sizeof(out->column)) ||
	    !take_text(rest, arena, &out->rule) ||
	    !take_text(rest, arena, &out->message) ||
	    !take_text(rest, arena, &out->hint) ||
	    !take_string(rest, &out->policy)) {
		return false;
	}
	out->file = memo->files[file].path;
	out->warning = true;
	return true;
}

/* An array for a number of things that `rest` may hold. */
static bool
take_count(zta_str *rest, uint32_t max, zta_arena *arena, size_t size,
    uint32_t *count, void *out)
{
	void *list;

	if (!take(rest, count, sizeof(*count)) || *count > max ||
	    *count > rest->len) {
		return false;
	}
	list = zta_arena__zalloc(arena, (size_t)*count + 1, size);
	memcpy(out, &list, sizeof(list));
	return list != NULL;
}

static bool
take_all(zta_str *rest, zta_arena *arena, zta_memo *out)
{
	uint32_t i;

	if (!take(rest, out->context, sizeof(out->context)) ||
	    !take(rest, &out->clock, sizeof(out->clock)) ||
	    !take_count(rest, ZTA_LEDGER_FILES_MAX, arena, sizeof(*out->files),
		&out->count, &out->files)) {
		return false;
	}
	for (i = 0; i < out->count; i++) {
		if (!take_file(rest, &out->files[i]) ||
		    (i > 0 &&
			zta_str__cmp(
			    out->files[i - 1].path, out->files[i].path) >= 0)) {
			return false;
		}
	}
	if (!take_count(rest, ZTA_LEDGER_FINDINGS_MAX, arena,
		sizeof(*out->warnings), &out->warning_count, &out->warnings)) {
		return false;
	}
	for (i = 0; i < out->warning_count; i++) {
		if (!take_warning(rest, arena, out, &out->warnings[i]) ||
		    (i > 0 &&
			zta_str__cmp(out->warnings[i - 1].file,
			    out->warnings[i].file) > 0)) {
			return false;
		}
	}
	return rest->len == 0;
}

bool
zta_memo__read(zta_arena *arena, zta_str bytes,
    const unsigned char key[ZTA_MEMO_DIGEST], zta_memo *out)
{
	unsigned char digest[ZTA_SHA256_LEN];
	zta_str rest = bytes;

	*out = (zta_memo){ 0 };
	if (!zta_str__starts(rest, MAGIC) ||
	    rest.len < MAGIC.len + ZTA_MEMO_DIGEST + sizeof(digest) ||
	    memcmp(rest.ptr + MAGIC.len, key, ZTA_MEMO_DIGEST) != 0) {
		return false;
	}
	rest.len -= sizeof(digest);
	zta_digest__sha256(rest, digest);
	if (memcmp(digest, rest.ptr + rest.len, sizeof(digest)) != 0) {
		return false;
	}
	rest.ptr += MAGIC.len + ZTA_MEMO_DIGEST;
	rest.len -= MAGIC.len + ZTA_MEMO_DIGEST;
	if (!take_all(&rest, arena, out)) {
		*out = (zta_memo){ 0 };
		return false;
	}
	return true;
}

/* --- writing */

static void
put(zta_buf *out, const void *bytes, size_t len)
{
	zta_buf__put(out, (zta_str){ bytes, len });
}

static void
put_u32(zta_buf *out, uint32_t number)
{
	put(out, &number, sizeof(number));
}

static void
put_string(zta_buf *out, zta_str text)
{
	put_u32(out, (uint32_t)text.len);
	zta_buf__put(out, text);
}

static void
put_file(zta_buf *out, const zta_memo_file *file)
{
	put_string(out, file->path);
	put(out, &file->stamp, sizeof(file->stamp));
	put(out, &file->blob, sizeof(file->blob));
	zta_buf__byte(out, file->judged ? 1 : 0);
	zta_buf__byte(out, file->answers ? 1 : 0);
	put_u32(out, (uint32_t)(file->ids.len / sizeof(uint64_t)));
	zta_buf__put(out, file->ids);
}

/* Warnings have the order of the files, and each has one. */
static void
put_warning(zta_buf *out, const zta_memo *memo, uint32_t *file,
    const zta_ledger_finding *warning)
{
	while (!zta_str__eq(memo->files[*file].path, warning->file)) {
		(*file)++;
	}
	put_u32(out, *file);
	put_u32(out, warning->line);
	put_u32(out, warning->column);
	put_string(out, zta_str_of(warning->rule));
	put_string(out, zta_str_of(warning->message));
	put_string(out, zta_str_of(warning->hint));
	put_string(out, warning->policy);
}

void
zta_memo__put(zta_buf *out, const unsigned char key[ZTA_MEMO_DIGEST],
    const zta_memo *memo)
{
	unsigned char digest[ZTA_SHA256_LEN];
	uint32_t i, file = 0;

	zta_buf__put(out, MAGIC);
	put(out, key, ZTA_MEMO_DIGEST);
	put(out, memo->context, sizeof(memo->context));
	put(out, &memo->clock, sizeof(memo->clock));
	put_u32(out, memo->count);
	for (i = 0; i < memo->count; i++) {
		put_file(out, &memo->files[i]);
	}
	put_u32(out, memo->warning_count);
	for (i = 0; i < memo->warning_count; i++) {
		put_warning(out, memo, &file, &memo->warnings[i]);
	}
	zta_digest__sha256(zta_buf__str(out), digest);
	put(out, digest, sizeof(digest));
}
