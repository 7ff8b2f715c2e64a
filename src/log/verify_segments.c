/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify_segments.c - the frames of a log, read by three threads: see
 * verify_part.h.
 *
 * 1. One thread reads a segment and holds each frame to its hash. Frames that
 *    held are handed to one that grows the tree from them, and to one that looks
 *    at their records: in spans of many, since they may be small.
 * 2. A span is in the mapping of its segment, which stays until all that was
 *    handed over of it is done.
 * 3. What the tree finds is told first: it is of an entry no later than where
 *    the reading thread came.
 */
#include "log/verify_part.h"

#include <pthread.h>
#include <string.h>

#include "base/error.h"
#include "log/segment.h"

/* Bytes of frames that are handed over at once, at least; and spans that may
 * wait: not so many that ZTA_SEGMENT_KEPT is passed, if frames are small. */
#define SPAN ((size_t)256 << 10)
#define SPANS_MAX 16u

/* Frames that stand one behind the other in a segment. */
typedef struct span {
	zta_str bytes;
	uint64_t segment; /* its first entry */
	uint64_t first;   /* entry */
	uint64_t at;      /* offset in the segment */
} span;

/* A thread, and what it is to do. */
typedef struct helper {
	/* False: no more is of use. */
	bool (*work)(void *context, uint64_t segment, const zta_frame *frame,
	    uint64_t at);
	void *context;
	pthread_t thread;
	bool threaded; /* or its work is done where it is handed over */
	bool failed;   /* it has no use for more */
	/* Under `lock`: spans that wait; the first is worked on until it is
	 * taken out. */
	pthread_mutex_t lock;
	pthread_cond_t change;
	span spans[SPANS_MAX];
	unsigned first, count;
	bool over;
} helper;

typedef struct team {
	helper tree, records;
	span next; /* that grows */
	uint64_t segment;
} team;

/* --- what they do */

static bool
grow(void *tree, uint64_t segment, const zta_frame *frame, uint64_t at)
{
	(void)segment;
	zta_verify_tree__frame(tree, frame, at);
	return ((const zta_verify_tree *)tree)->status == ZTA_OK;
}

static bool
look(void *records, uint64_t segment, const zta_frame *frame, uint64_t at)
{
	(void)at;
	zta_verify_records__frame(records, segment, frame);
	return ((const zta_verify_records *)records)->status == ZTA_OK;
}

static bool
work_on(const helper *h, span s)
{
	zta_frame frame;
	bool good = true;

	while (good &&
	    zta_frame__look(s.bytes, s.first, &frame) == ZTA_FRAME_GOOD) {
		good = h->work(h->context, s.segment, &frame, s.at);
		s.first += frame.count;
		s.at += frame.size;
		s.bytes.ptr += frame.size;
		s.bytes.len -= frame.size;
	}
	return good;
}

/* --- helpers */

static void *
run(void *context)
{
	helper *h = context;
	bool good = true;
	span now;

	(void)pthread_mutex_lock(&h->lock);
	for (;;) {
		while (h->count == 0 && !h->over) {
			(void)pthread_cond_wait(&h->change, &h->lock);
		}
		if (h->count == 0) {
			break;
		}
		now = h->spans[h->first];
		(void)pthread_mutex_unlock(&h->lock);
		good = good && work_on(h, now);
		(void)pthread_mutex_lock(&h->lock);
		h->failed = !good;
		h->first = (h->first + 1) % SPANS_MAX;
		h->count--;
		(void)pthread_cond_broadcast(&h->change);
	}
	(void)pthread_mutex_unlock(&h->lock);
	return NULL;
}

static void
start(helper *h)
{
	(void)pthread_mutex_init(&h->lock, NULL);
	(void)pthread_cond_init(&h->change, NULL);
	h->threaded = pthread_create(&h->thread, NULL, run, h) == 0;
}

static void
stop(helper *h)
{
	if (h->threaded) {
		(void)pthread_mutex_lock(&h->lock);
		h->over = true;
		(void)pthread_cond_broadcast(&h->change);
		(void)pthread_mutex_unlock(&h->lock);
		(void)pthread_join(h->thread, NULL);
	}
	(void)pthread_cond_destroy(&h->change);
	(void)pthread_mutex_destroy(&h->lock);
}

static void
hand_over(helper *h, span s)
{
	if (!h->threaded) {
		h->failed = h->failed || !work_on(h, s);
		return;
	}
	(void)pthread_mutex_lock(&h->lock);
	while (h->count == SPANS_MAX) {
		(void)pthread_cond_wait(&h->change, &h->lock);
	}
	h->spans[(h->first + h->count) % SPANS_MAX] = s;
	h->count++;
	(void)pthread_cond_broadcast(&h->change);
	(void)pthread_mutex_unlock(&h->lock);
}

/* Until it has nothing to do. */
static void
wait_for(helper *h)
{
	(void)pthread_mutex_lock(&h->lock);
	while (h->count > 0) {
		(void)pthread_cond_wait(&h->change, &h->lock);
	}
	(void)pthread_mutex_unlock(&h->lock);
}

static bool
has_failed(helper *h)
{
	bool failed;

	(void)pthread_mutex_lock(&h->lock);
	failed = h->failed;
	(void)pthread_mutex_unlock(&h->lock);
	return failed;
}

/* --- the thread that reads */

static void
hand_over_next(team *t)
{
	if (t->next.bytes.len > 0) {
		hand_over(&t->tree, t->next);
		hand_over(&t->records, t->next);
		t->next.bytes.len = 0;
	}
}

/* A zta_segment_visit. The failure that it gives is that of the tree. */
static zta_status
visit(void *context, const zta_frame *frame, uint64_t at, zta_error *err)
{
	team *t = context;

	(void)err;
	if (frame == NULL) {
		hand_over_next(t);
		wait_for(&t->tree);
		wait_for(&t->records);
	} else {
		if (t->next.bytes.len == 0) {
			t->next =
			    (span){ { frame->entries.ptr - ZTA_FRAME_HEAD, 0 },
				    t->segment, frame->first, at };
		}
		t->next.bytes.len += frame->size;
		if (t->next.bytes.len >= SPAN) {
			hand_over_next(t);
		}
	}
	/* What records say is told after all else. */
	return has_failed(&t->tree) ? ZTA_EINVALID : ZTA_OK;
}

/* Does what was read end where the next segment begins? */
static zta_status
judge_end(const zta_segment_end *end, const char *path, const uint64_t *firsts,
    size_t count, size_t n, zta_error *err)
{
	if (n + 1 < count && (end->torn > 0 || end->next != firsts[n + 1])) {
		(void)zta_error__set(err, ZTA_EINVALID,
		    "the segment does not reach to the next");
		zta_error__place(err, "%s", path);
		return ZTA_EINVALID;
	}
	return ZTA_OK;
}

static zta_status
read_segments(team *t, const char *dir, const uint64_t *firsts, size_t count,
    zta_log_verified *out, zta_error *err)
{
	char path[ZTA_SEGMENT_PATH_MAX];
	unsigned char hash[ZTA_SHA256_LEN] = { 0 };
	zta_segment_end end;
	zta_status status = ZTA_OK;
	size_t n;

	for (n = 0; status == ZTA_OK && n < count; n++) {
		t->segment = firsts[n];
		status = zta_segment__path(path, dir, firsts[n], err);
		if (status != ZTA_OK) {
			break;
		}
		status = zta_segment__follow(path, firsts[n],
		    firsts[n] == 0 || n > 0 ? hash : NULL, visit, t, &end, err);
		if (status == ZTA_OK) {
			status = judge_end(&end, path, firsts, count, n, err);
		}
		memcpy(hash, end.hash, sizeof(hash));
		out->entries = end.next;
		out->torn = end.torn;
	}
	return status;
}

zta_status
zta_verify__segments(zta_verify_tree *tree, zta_verify_records *records,
    const uint64_t *firsts, size_t count, zta_log_verified *out, zta_error *err)
{
	team t = { .tree = { .work = grow, .context = tree },
		.records = { .work = look, .context = records } };
	zta_status status = tree->status;

	start(&t.tree);
	start(&t.records);
	if (status == ZTA_OK) {
		status = read_segments(&t, tree->dir, firsts, count, out, err);
	}
	stop(&t.tree);
	stop(&t.records);
	out->segments = count;
	if (tree->status != ZTA_OK && err != NULL) {
		*err = tree->err;
	}
	return tree->status != ZTA_OK ? tree->status : status;
}
