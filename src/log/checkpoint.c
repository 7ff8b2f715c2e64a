/* SPDX-License-Identifier: Apache-2.0 */
/* checkpoint.c - see checkpoint.h. */
#include "log/checkpoint.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/b64.h"
#include "base/error.h"
#include "base/file.h"
#include "base/str.h"
#include "ztauth/log.h"

#define HASH_DIGITS ZTA_B64_STD_LEN(ZTA_SHA256_LEN)
/* The file is for everybody who may read the log. */
#define MODE 0640

void
zta_checkpoint__put(zta_buf *buf, zta_str origin, const zta_log_head *head)
{
	char digits[HASH_DIGITS];

	zta_b64_std__encode(
	    (zta_str){ (const char *)head->root, ZTA_SHA256_LEN }, digits);
	zta_buf__put(buf, origin);
	zta_buf__printf(
	    buf, "\n%" PRIu64 "\n%.*s\n", head->size, (int)HASH_DIGITS, digits);
}

bool
zta_checkpoint__read_size(zta_str digits, uint64_t *out)
{
	size_t i;

	*out = 0;
	if (digits.len == 0 || (digits.ptr[0] == '0' && digits.len > 1)) {
		return false;
	}
	for (i = 0; i < digits.len; i++) {
		if (digits.ptr[i] < '0' || digits.ptr[i] > '9' ||
		    *out > ZTA_LOG_TREE_SIZE_MAX) {
			return false;
		}
		*out = *out * 10 + (uint64_t)(digits.ptr[i] - '0');
	}
	return *out <= ZTA_LOG_TREE_SIZE_MAX;
}

bool
zta_checkpoint__read_hash(zta_str digits, unsigned char out[ZTA_SHA256_LEN])
{
	/* As many digits without padding are a byte more. */
	char bytes[ZTA_B64_BYTES(HASH_DIGITS)];
	size_t len;

	if (digits.len != HASH_DIGITS ||
	    !zta_b64_std__decode(digits, bytes, &len) ||
	    len != ZTA_SHA256_LEN) {
		return false;
	}
	memcpy(out, bytes, ZTA_SHA256_LEN);
	return true;
}

/* Cut origin, size and root off. */
static bool
read_head(zta_str *rest, zta_str *origin, zta_log_head *out)
{
	zta_str line;

	return zta_str__next(rest, '\n', origin) &&
	    zta_str__next(rest, '\n', &line) &&
	    zta_checkpoint__read_size(line, &out->size) &&
	    zta_str__next(rest, '\n', &line) &&
	    zta_checkpoint__read_hash(line, out->root) && rest->ptr != NULL;
}

zta_status
zta_checkpoint__read(
    zta_str text, zta_str origin, zta_log_head *out, zta_error *err)
{
	zta_str rest = text, line = { NULL, 0 };
	bool good = read_head(&rest, &line, out) && rest.len == 0;

	if (!zta_str__eq(line, origin)) {
		return zta_error__set(err, ZTA_EINVALID,
		    "the checkpoint is of another log than %.*s",
		    ZTA_STR_ARG(origin));
	}
	return good ?
	    ZTA_OK :
	    zta_error__set(err, ZTA_EINVALID,
		"a checkpoint is an origin, a size and a root, a line each");
}

zta_status
zta_checkpoint__read_any(
    zta_str text, zta_str *origin, zta_log_head *out, zta_error *err)
{
	zta_str rest = text, line;

	if (!read_head(&rest, origin, out) || origin->len == 0) {
		return zta_error__set(err, ZTA_EINVALID,
		    "a checkpoint begins with an origin, a size and a root");
	}
	while (rest.len > 0) {
		if (!zta_str__next(&rest, '\n', &line) || line.len == 0 ||
		    rest.ptr == NULL) {
			return zta_error__set(err, ZTA_EINVALID,
			    "a checkpoint has no empty lines");
		}
	}
	return ZTA_OK;
}

zta_status
zta_checkpoint__open(
    zta_str note, const zta_note_key *key, zta_log_head *out, zta_error *err)
{
	zta_str text;
	zta_status status = zta_note__open(note, key, &text, err);

	return status != ZTA_OK ?
	    status :
	    zta_checkpoint__read(text, zta_str_of(key->name), out, err);
}

static zta_status
path_of(const char *dir, char path[ZTA_ROWS_PATH_MAX], zta_error *err)
{
	return snprintf(path, ZTA_ROWS_PATH_MAX, "%s/checkpoint", dir) <
		ZTA_ROWS_PATH_MAX ?
	    ZTA_OK :
	    zta_error__set(err, ZTA_ELIMIT, "the path is too long");
}

zta_status
zta_checkpoint__read_file(
    zta_arena *arena, const char *dir, zta_str *note, zta_error *err)
{
	char path[ZTA_ROWS_PATH_MAX];
	zta_status status = path_of(dir, path, err);

	return status != ZTA_OK ?
	    status :
	    zta_file__read(arena, path, ZTA_CHECKPOINT_MAX, note, err);
}

zta_status
zta_checkpoint__load(const char *dir, const zta_note_key *key,
    zta_log_head *out, zta_buf *note, zta_error *err)
{
	zta_arena arena;
	zta_str bytes;
	zta_status status;

	zta_arena__init(&arena, SIZE_MAX);
	status = zta_checkpoint__read_file(&arena, dir, &bytes, err);
	if (status == ZTA_OK) {
		status = zta_checkpoint__open(bytes, key, out, err);
		zta_error__place(
		    status == ZTA_OK ? NULL : err, "%s/checkpoint", dir);
	}
	if (status == ZTA_OK && note != NULL) {
		zta_buf__put(note, bytes);
		status = note->status;
	}
	zta_arena__release(&arena);
	return status;
}

zta_status
zta_checkpoint__store(const char *dir, zta_str note, zta_error *err)
{
	char path[ZTA_ROWS_PATH_MAX];
	zta_status status = path_of(dir, path, err);

	return status != ZTA_OK ? status :
				  zta_file__replace(path, MODE, note, err);
}

zta_status
zta_log_covered(
    const char *dir, zta_str verifier_key, uint64_t *size, zta_error *err)
{
	zta_note_key key;
	zta_log_head head = { 0 };
	zta_status status = zta_note_key__read(&key, verifier_key, err);

	if (status == ZTA_OK) {
		status = zta_checkpoint__load(dir, &key, &head, NULL, err);
	}
	*size = head.size;
	return status;
}
