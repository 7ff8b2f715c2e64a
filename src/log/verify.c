/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify.c - a whole log against its tree and its checkpoints: see
 * ztauth/log.h.
 *
 * The tree is grown anew from the entries. While the entries of one segment are
 * hashed, another thread reads the frames of the next.
 */
#include "ztauth/log.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "log/log_policy.h"
#include "log/segment.h"
#include "log/tree.h"
#include "log/verify_part.h"

#define LEN ZTA_SHA256_LEN
/* The newest checkpoint, and an older one. */
#define HEADS_MAX 2u

/* A file of the tree that is read along. */
typedef struct followed {
	zta_rows rows;
	uint64_t next; /* value that is compared next */
	size_t have;   /* values in `chunk`, the last of which is before it */
	size_t at;
	unsigned char chunk[ZTA_TILE_BYTES];
} followed;

typedef struct verifier {
	const char *dir;
	zta_error *err;
	zta_status status; /* of comparing */
	zta_merkle_growth growth;
	followed
	    files[ZTA_LOG_TREE_LEVELS + 1]; /* levels, and ZTA_LOG_TREE_AT */
	zta_log_head heads[HEADS_MAX];
	bool seen[HEADS_MAX];
	unsigned head_count;
} verifier;

/* --- comparing with the files of the tree */

static bool
refill(verifier *v, followed *f)
{
	uint64_t left = f->next < f->rows.found ? f->rows.found - f->next : 0;
	size_t room = sizeof(f->chunk) / f->rows.width;

	f->have = left < room ? (size_t)left : room;
	f->at = 0;
	/* What is behind the end of a file is made when the log is opened. */
	if (f->have > 0) {
		v->status = zta_rows__read(
		    &f->rows, f->next, f->have, f->chunk, v->err);
	}
	return f->have > 0 && v->status == ZTA_OK;
}

static void
compare(verifier *v, followed *f, const void *value)
{
	if (v->status != ZTA_OK || (f->at == f->have && !refill(v, f))) {
		return;
	}
	if (memcmp(f->chunk + f->at * f->rows.width, value, f->rows.width) !=
	    0) {
		v->status = zta_error__set(v->err, ZTA_EINVALID,
		    "value %" PRIu64 " of the tree does not follow from the "
		    "segments",
		    f->next);
		zta_error__place(v->err, "%s", f->rows.path);
	}
	f->at++;
	f->next++;
}

/* A zta_merkle_row. */
static void
compare_row(void *context, unsigned level, const unsigned char *hash)
{
	verifier *v = context;

	compare(v, &v->files[level], hash);
}

/* --- entries */

static void
look_at_heads(verifier *v)
{
	unsigned char root[LEN];
	unsigned i;

	for (i = 0; i < v->head_count; i++) {
		if (v->heads[i].size != v->growth.size) {
			continue;
		}
		zta_merkle__grown_root(&v->growth, root);
		v->seen[i] = memcmp(root, v->heads[i].root, LEN) == 0;
		if (!v->seen[i]) {
			v->status = zta_error__set(v->err, ZTA_EINVALID,
			    "the first %" PRIu64
			    " entries are not those that were signed for",
			    v->growth.size);
			zta_error__place(v->err, "%s", v->dir);
		}
	}
}

/* A zta_segment_visit. */
static zta_status
check_frame(void *context, const zta_frame *frame, uint64_t at, zta_error *err)
{
	verifier *v = context;
	zta_str rest = frame->entries, entry;
	unsigned char leaf[LEN], place[4];
	uint32_t number;

	(void)err;
	at += ZTA_FRAME_HEAD;
	while (v->status == ZTA_OK && zta_frame__next(&rest, &entry)) {
		number = (uint32_t)at;
		place[0] = (unsigned char)(number >> 24);
		place[1] = (unsigned char)(number >> 16);
		place[2] = (unsigned char)(number >> 8);
		place[3] = (unsigned char)number;
		compare(v, &v->files[ZTA_LOG_TREE_AT], place);
		zta_hash_tree__leaf(entry, leaf);
		zta_merkle__grow(&v->growth, leaf, compare_row, v);
		look_at_heads(v);
		at += ZTA_FRAME_LENGTH + entry.len;
	}
	return v->status;
}

/* --- segments */

/* The frames of one segment, read by a thread of its own. */
typedef struct scan {
	char path[ZTA_SEGMENT_PATH_MAX];
	uint64_t first;
	bool chained; /* `before` is known */
	unsigned char before[LEN];
	zta_segment_end end;
	zta_error err;
	zta_status status;
} scan;

static void *
run_scan(void *context)
{
	scan *s = context;

	s->status = zta_segment__scan(
	    s->path, s->first, s->chained ? s->before : NULL, &s->end, &s->err);
	return NULL;
}

/* The scan of segment `n`; `last` is that of the one before it, or NULL. */
static zta_status
prepare_scan(
    verifier *v, const uint64_t *firsts, size_t n, const scan *last, scan *out)
{
	*out = (scan){ .first = firsts[n],
		.chained = last != NULL || firsts[n] == 0 };
	if (last != NULL) {
		memcpy(out->before, last->end.hash, LEN);
	}
	return zta_segment__path(out->path, v->dir, firsts[n], v->err);
}

/* Does what was read end where the next segment begins? */
static zta_status
judge_scan(
    verifier *v, const scan *s, const uint64_t *firsts, size_t count, size_t n)
{
	zta_status status = s->status;

	if (status != ZTA_OK) {
		*v->err = s->err;
	} else if (n + 1 < count &&
	    (s->end.torn > 0 || s->end.next != firsts[n + 1])) {
		status = zta_error__set(v->err, ZTA_EINVALID,
		    "the segment does not reach to the next");
		zta_error__place(v->err, "%s", s->path);
	}
	return status;
}

static zta_status
verify_segments(
    verifier *v, const uint64_t *firsts, size_t count, zta_log_verified *out)
{
	scan *scans = calloc(2, sizeof(*scans)), *now, *next;
	zta_status status = ZTA_OK;
	pthread_t thread;
	bool ahead;
	size_t n;

	if (scans == NULL) {
		return zta_error__nomem(v->err);
	}
	status = prepare_scan(v, firsts, 0, NULL, &scans[0]);
	if (status == ZTA_OK) {
		(void)run_scan(&scans[0]);
	}
	for (n = 0; status == ZTA_OK && n < count; n++) {
		now = &scans[n % 2];
		next = &scans[(n + 1) % 2];
		status = judge_scan(v, now, firsts, count, n);
		ahead = status == ZTA_OK && n + 1 < count;
		if (ahead) {
			status = prepare_scan(v, firsts, n + 1, now, next);
			ahead = status == ZTA_OK;
		}
		if (ahead &&
		    pthread_create(&thread, NULL, run_scan, next) != 0) {
			(void)run_scan(next);
			ahead = false;
		}
		if (status == ZTA_OK) {
			status = zta_segment__walk(now->path, now->first,
			    now->end.next, check_frame, v, v->err);
		}
		if (ahead) {
			(void)pthread_join(thread, NULL);
		}
		out->entries = now->end.next;
		out->torn = now->end.torn;
	}
	out->segments = count;
	free(scans);
	return status;
}

/* --- entries that are no longer kept */

/* They have left their hashes, from which the tree is grown all the same. */
static zta_status
pass_over(verifier *v, uint64_t minimum)
{
	unsigned char leaf[LEN];
	uint64_t i;

	for (i = 0; v->status == ZTA_OK && i < minimum; i++) {
		v->status =
		    zta_rows__read(&v->files[0].rows, i, 1, leaf, v->err);
		if (v->status == ZTA_OK) {
			zta_merkle__grow(&v->growth, leaf, compare_row, v);
			look_at_heads(v);
		}
	}
	v->files[ZTA_LOG_TREE_AT].next = minimum;
	return v->status;
}

/* --- the whole */

/* The checkpoint of the log, as the policy wants it. */
static zta_status
open_newest(verifier *v, const zta_log_policy *policy, zta_log_verified *out)
{
	zta_arena arena;
	zta_str note;
	uint32_t count = 0;
	zta_status status;

	zta_arena__init(&arena, SIZE_MAX);
	status = zta_checkpoint__read_file(&arena, v->dir, &note, v->err);
	if (status == ZTA_OK) {
		status = zta_log_policy__open(
		    policy, note, &v->heads[0], NULL, v->err);
		if (status == ZTA_OK) {
			status = zta_log_policy__quorum(
			    policy, note, &count, v->err);
		}
		zta_error__place(
		    status == ZTA_OK ? NULL : v->err, "%s/checkpoint", v->dir);
	}
	zta_arena__release(&arena);
	out->covered = v->heads[0].size;
	out->cosigned = count;
	v->head_count = status == ZTA_OK;
	return status;
}

static zta_status
open_older(verifier *v, const zta_log_policy *policy, zta_str older,
    zta_log_verified *out)
{
	const zta_policy_log *log;
	zta_str text;
	zta_status status =
	    zta_log_policy__find(policy, older, &log, &text, v->err);

	if (status == ZTA_OK) {
		status = zta_checkpoint__read(
		    text, zta_str_of(log->key.name), &v->heads[1], v->err);
	}
	if (status == ZTA_OK) {
		v->head_count = 2;
		out->older = v->heads[1].size;
	} else {
		zta_error__place(v->err, "the older checkpoint");
	}
	return status == ZTA_ENOTFOUND ? ZTA_EUNTRUSTED : status;
}

static zta_status
open_files(verifier *v)
{
	zta_status status = ZTA_OK;
	unsigned i;

	for (i = 0; i <= ZTA_LOG_TREE_LEVELS; i++) {
		v->files[i].rows.fd = -1;
	}
	for (i = 0; status == ZTA_OK && i <= ZTA_LOG_TREE_LEVELS; i++) {
		status = zta_log_tree__open_file(
		    &v->files[i].rows, v->dir, i, false, v->err);
	}
	return status;
}

/* Every checkpoint was met on the way. */
static zta_status
judge_heads(const verifier *v)
{
	unsigned i;

	for (i = 0; i < v->head_count; i++) {
		if (!v->seen[i]) {
			(void)zta_error__set(v->err, ZTA_EINVALID,
			    "the log has %" PRIu64 " entries, but %" PRIu64
			    " were signed for: it has lost entries",
			    v->growth.size, v->heads[i].size);
			zta_error__place(v->err, "%s", v->dir);
			return ZTA_EINVALID;
		}
	}
	return ZTA_OK;
}

/* Without a policy checkpoints are not looked at. */
static zta_status
verify(const char *dir, const zta_log_policy *policy, zta_str older,
    zta_log_verified *out, zta_error *err)
{
	zta_error unheard = { 0 };
	verifier *v = calloc(1, sizeof(*v));
	uint64_t *firsts = NULL;
	size_t count = 0;
	zta_status status;
	unsigned i;

	if (v == NULL) {
		return zta_error__nomem(err);
	}
	v->dir = dir;
	v->err = err != NULL ? err : &unheard;
	status = open_files(v);
	/* Checkpoints first: what they are of is there then. */
	if (status == ZTA_OK && policy != NULL) {
		status = open_newest(v, policy, out);
	}
	if (status == ZTA_OK && policy != NULL && older.len > 0) {
		status = open_older(v, policy, older, out);
	}
	if (status == ZTA_OK) {
		status = zta_segment__list(dir, &firsts, &count, v->err);
	}
	if (status == ZTA_OK && count == 0) {
		status = zta_error__set(
		    v->err, ZTA_EINVALID, "the log has no segment");
		zta_error__place(v->err, "%s", dir);
	}
	if (status == ZTA_OK) {
		out->minimum = firsts[0];
		look_at_heads(v);
		status = pass_over(v, firsts[0]);
	}
	if (status == ZTA_OK) {
		status = verify_segments(v, firsts, count, out);
	}
	if (status == ZTA_OK) {
		status = judge_heads(v);
	}
	if (status == ZTA_OK) {
		status = zta_verify__records(dir, out, v->err);
	}
	free(firsts);
	for (i = 0; i <= ZTA_LOG_TREE_LEVELS; i++) {
		zta_rows__close(&v->files[i].rows);
	}
	free(v);
	return status;
}

zta_status
zta_log_verify(const char *dir, zta_str verifier_key, zta_str older,
    zta_log_verified *out, zta_error *err)
{
	zta_policy_log log = { .url = "" };
	const zta_log_policy policy = zta_log_policy__of(&log);
	zta_status status;

	*out = (zta_log_verified){ 0 };
	if (verifier_key.len == 0) {
		return verify(dir, NULL, older, out, err);
	}
	status = zta_note_key__read(&log.key, verifier_key, err);
	return status != ZTA_OK ? status :
				  verify(dir, &policy, older, out, err);
}

zta_status
zta_log_verify_by(const char *dir, zta_str policy, zta_str older,
    zta_log_verified *out, zta_error *err)
{
	zta_log_policy read;
	zta_arena arena;
	zta_status status;

	*out = (zta_log_verified){ 0 };
	zta_arena__init(&arena, SIZE_MAX);
	status = zta_log_policy__read(&arena, policy, &read, err);
	if (status == ZTA_OK) {
		status = verify(dir, &read, older, out, err);
	}
	zta_arena__release(&arena);
	return status;
}
