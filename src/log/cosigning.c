/* SPDX-License-Identifier: Apache-2.0 */
/* cosigning.c - see cosigning.h. */
#include "log/cosigning.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/b64.h"
#include "base/error.h"
#include "base/file.h"
#include "base/str.h"

#define OLD "old "
/* For everybody: checkpoints are handed out. */
#define MODE 0644

/* --- calls */

static zta_status
bad_call(zta_error *err)
{
	return zta_error__set(err, ZTA_EINVALID,
	    "expected the line `old` with a size, hashes of a proof, an empty "
	    "line, and a checkpoint");
}

zta_status
zta_cosign_call__read(zta_str body, zta_cosign_call *out, zta_error *err)
{
	zta_str rest = body, line, old = ZTA_STR(OLD);

	out->proof.count = 0;
	if (!zta_str__next(&rest, '\n', &line) || !zta_str__starts(line, old) ||
	    !zta_checkpoint__read_size(
		(zta_str){ line.ptr + old.len, line.len - old.len },
		&out->old)) {
		return bad_call(err);
	}
	while (zta_str__next(&rest, '\n', &line) && line.len > 0) {
		if (out->proof.count == ZTA_PATH_MAX ||
		    !zta_checkpoint__read_hash(
			line, out->proof.hashes[out->proof.count])) {
			return bad_call(err);
		}
		out->proof.count++;
	}
	out->note = rest;
	return rest.len > 0 ? ZTA_OK : bad_call(err);
}

void
zta_cosign_call__put(zta_buf *buf, const zta_cosign_call *call)
{
	char digits[ZTA_B64_STD_LEN(ZTA_SHA256_LEN)];
	unsigned i;

	zta_buf__printf(buf, OLD "%" PRIu64 "\n", call->old);
	for (i = 0; i < call->proof.count; i++) {
		zta_b64_std__encode(
		    (zta_str){
			(const char *)call->proof.hashes[i], ZTA_SHA256_LEN },
		    digits);
		zta_buf__put(buf, (zta_str){ digits, sizeof(digits) });
		zta_buf__byte(buf, '\n');
	}
	zta_buf__byte(buf, '\n');
	zta_buf__put(buf, call->note);
}

/* --- what may be cosigned */

/* Whatever key signed: what is known is known of the name. */
static uint32_t
number_of(const zta_cosigned *known, const zta_policy_log *log)
{
	return (uint32_t)(zta_log_policy__log(
			      known->logs, zta_str_of(log->key.name)) -
	    known->logs->logs);
}

/* SPEC: c2sp tlog-witness: in this order. */
zta_cosign_verdict
zta_cosigned__judge(const zta_cosigned *known, const zta_cosign_call *call,
    zta_cosign_case *out)
{
	const zta_log_head *last;
	const zta_policy_log *log;
	zta_str origin;

	switch (zta_log_policy__find(
	    known->logs, call->note, &log, &out->text, NULL)) {
	case ZTA_OK:
		break;
	case ZTA_ENOTFOUND:
		return ZTA_COSIGN_UNKNOWN;
	case ZTA_EUNTRUSTED:
		return ZTA_COSIGN_UNSIGNED;
	default:
		return ZTA_COSIGN_MALFORMED;
	}
	if (out->text.len > ZTA_COSIGNED_TEXT_MAX ||
	    zta_checkpoint__read_any(out->text, &origin, &out->head, NULL) !=
		ZTA_OK ||
	    call->old > out->head.size) {
		return ZTA_COSIGN_MALFORMED;
	}
	out->log = number_of(known, log);
	last = &known->last[out->log];
	if (call->old != last->size) {
		return ZTA_COSIGN_STALE;
	}
	if (out->head.size == last->size &&
	    memcmp(out->head.root, last->root, sizeof(last->root)) != 0) {
		return ZTA_COSIGN_SPLIT;
	}
	return zta_consistency__holds(last, &out->head, &call->proof) ?
	    ZTA_COSIGN_GOOD :
	    ZTA_COSIGN_UNPROVED;
}

static bool
is_of_log(const zta_cosigned *known, const zta_note_lines *lines)
{
	uint32_t i;

	for (i = 0; i < known->logs->log_count; i++) {
		if (zta_note_lines__is_by(lines, &known->logs->logs[i].key)) {
			return true;
		}
	}
	return false;
}

zta_status
zta_cosigned__strip(
    const zta_cosigned *known, zta_str note, zta_buf *out, zta_error *err)
{
	zta_note_lines lines;
	zta_status status = zta_note_lines__begin(&lines, note, err);

	if (status == ZTA_OK) {
		zta_buf__put(out, lines.text);
		zta_buf__byte(out, '\n');
	}
	while (status == ZTA_OK) {
		status = zta_note_lines__next(&lines, err);
		if (status == ZTA_OK && is_of_log(known, &lines)) {
			zta_buf__put(out, lines.line);
		}
	}
	return status == ZTA_ENOTFOUND ? out->status : status;
}

/* --- the directory */

void
zta_cosigned__name(zta_str origin, char out[ZTA_COSIGNED_NAME_LEN + 1])
{
	unsigned char digest[ZTA_SHA256_LEN];

	zta_digest__sha256(origin, digest);
	zta_hex__encode((zta_str){ (const char *)digest, sizeof(digest) }, out);
	out[ZTA_COSIGNED_NAME_LEN] = '\0';
}

static zta_status
path_of(const char *dir, zta_str origin, const char *suffix,
    char path[ZTA_ROWS_PATH_MAX], zta_error *err)
{
	char name[ZTA_COSIGNED_NAME_LEN + 1];

	zta_cosigned__name(origin, name);
	return snprintf(path, ZTA_ROWS_PATH_MAX, "%s/%s%s", dir, name, suffix) <
		ZTA_ROWS_PATH_MAX ?
	    ZTA_OK :
	    zta_error__set(err, ZTA_ELIMIT, "the path is too long");
}

zta_status
zta_cosigned__hold(const char *dir, int *fd, zta_error *err)
{
	zta_status status = ZTA_OK;

	*fd = -1;
	if (mkdir(dir, 0755) != 0 && errno != EEXIST) {
		status = zta_error__errno(err, "make the directory");
	}
	if (status == ZTA_OK) {
		*fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (*fd < 0) {
			status = zta_error__errno(err, "open the directory");
		} else if (flock(*fd, LOCK_EX | LOCK_NB) != 0) {
			status = zta_error__set(err, ZTA_EUNAVAILABLE,
			    "another witness keeps what it saw there");
			(void)close(*fd);
			*fd = -1;
		}
	}
	zta_error__place(status == ZTA_OK ? NULL : err, "%s", dir);
	return status;
}

/* Of a log whose signature on it is good, still. */
static zta_status
load_one(zta_cosigned *out, const char *dir, uint32_t number, zta_error *err)
{
	const zta_policy_log *log;
	char path[ZTA_ROWS_PATH_MAX];
	zta_str note, text, origin;
	zta_arena arena;
	zta_status status = path_of(
	    dir, zta_str_of(out->logs->logs[number].key.name), "", path, err);

	zta_arena__init(&arena, SIZE_MAX);
	if (status == ZTA_OK) {
		status = zta_file__read(&arena, path, ZTA_NOTE_MAX, &note, err);
	}
	if (status == ZTA_OK) {
		status =
		    zta_log_policy__find(out->logs, note, &log, &text, err);
		if (status == ZTA_OK) {
			status = zta_checkpoint__read_any(
			    text, &origin, &out->last[number], err);
		}
		if (status == ZTA_ENOTFOUND ||
		    (status == ZTA_OK &&
			number_of(out, log) !=
			    number_of(out, &out->logs->logs[number]))) {
			status = zta_error__set(err, ZTA_EUNTRUSTED,
			    "it is of another log than its name is");
		}
		zta_error__place(status == ZTA_OK ? NULL : err, "%s", path);
	}
	zta_arena__release(&arena);
	return status;
}

zta_status
zta_cosigned__load(zta_cosigned *out, const zta_log_policy *logs,
    const char *dir, zta_error *err)
{
	zta_status status = ZTA_OK;
	uint32_t i;

	*out = (zta_cosigned){ .logs = logs };
	for (i = 0; status == ZTA_OK && i < logs->log_count; i++) {
		out->last[i].size = 0;
		zta_digest__sha256(ZTA_STR(""), out->last[i].root);
		status = load_one(out, dir, i, err);
		if (status == ZTA_ENOTFOUND) {
			status = ZTA_OK;
		}
	}
	return status;
}

zta_status
zta_cosigned__store(const char *dir, zta_str origin, const char *suffix,
    zta_str note, zta_error *err)
{
	char path[ZTA_ROWS_PATH_MAX];
	zta_status status = path_of(dir, origin, suffix, path, err);

	/* What was refused first is what others are compared with. */
	if (status == ZTA_OK && suffix[0] != '\0' && access(path, F_OK) == 0) {
		return ZTA_OK;
	}
	return status != ZTA_OK ? status :
				  zta_file__replace(path, MODE, note, err);
}
