/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify_segments.c - the frames of a log, read by two threads: see
 * verify_part.h.
 *
 * 1. One thread reads a segment, holds each frame to its hash, and grows the
 *    tree from the leaves that this is made of. Frames that held are handed to
 *    one that looks at their records: in spans of many, since they may be small.
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
} span;

typedef struct pair {
	zta_verify_tree *tree;
	zta_verify_records
	    *records; /* of the other thread, while there is one */
	pthread_t thread;
	bool threaded;
	uint64_t segment; /* that is read: its first entry */
	span next;        /* that grows */
	/* Under `lock`: spans that wait; the first is worked on until it is
	 * taken out. */
	pthread_mutex_t lock;
	pthread_cond_t change;
	span spans[SPANS_MAX];
	unsigned first, count;
	bool over;
} pair;

/* --- the thread of the records */

static void
look(zta_verify_records *records, span s)
{
	zta_frame frame;

	while (zta_frame__look(s.bytes, s.first, &frame) == ZTA_FRAME_GOOD) {
		zta_verify_records__frame(records, s.segment, &frame);
		s.first += frame.count;
		s.bytes.ptr += frame.size;
		s.bytes.len -= frame.size;
	}
}

static void *
run(void *context)
{
	pair *p = context;
	span now;

	(void)pthread_mutex_lock(&p->lock);
	for (;;) {
		while (p->count == 0 && !p->over) {
			(void)pthread_cond_wait(&p->change, &p->lock);
		}
		if (p->count == 0) {
			break;
		}
		now = p->spans[p->first];
		(void)pthread_mutex_unlock(&p->lock);
		look(p->records, now);
		(void)pthread_mutex_lock(&p->lock);
		p->first = (p->first + 1) % SPANS_MAX;
		p->count--;
		(void)pthread_cond_broadcast(&p->change);
	}
	(void)pthread_mutex_unlock(&p->lock);
	return NULL;
}

/* --- the thread that reads */

/* Hand over what has grown. */
static void
hand_over(pair *p)
{
	if (p->threaded) {
		(void)pthread_mutex_lock(&p->lock);
		while (p->count == SPANS_MAX) {
			(void)pthread_cond_wait(&p->change, &p->lock);
		}
		p->spans[(p->first + p->count) % SPANS_MAX] = p->next;
		p->count++;
		(void)pthread_cond_broadcast(&p->change);
		(void)pthread_mutex_unlock(&p->lock);
	} else {
		look(p->records, p->next);
	}
	p->next.bytes.len = 0;
}

/* Until all that was handed over is done. */
static void
wait_for_all(pair *p)
{
	(void)pthread_mutex_lock(&p->lock);
	while (p->count > 0) {
		(void)pthread_cond_wait(&p->change, &p->lock);
	}
	(void)pthread_mutex_unlock(&p->lock);
}

/* A zta_segment_visit. The failure that it gives is that of the tree. */
static zta_status
visit(void *context, const zta_frame *frame, uint64_t at, zta_error *err)
{
	pair *p = context;

	(void)err;
	if (frame == NULL) {
		if (p->next.bytes.len > 0) {
			hand_over(p);
		}
		wait_for_all(p);
		return ZTA_OK;
	}
	if (p->next.bytes.len == 0) {
		p->next = (span){ { frame->entries.ptr - ZTA_FRAME_HEAD, 0 },
			p->segment, frame->first };
	}
	p->next.bytes.len += frame->size;
	if (p->next.bytes.len >= SPAN) {
		hand_over(p);
	}
	zta_verify_tree__frame(p->tree, frame, at);
	return p->tree->status;
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
read_segments(pair *p, const uint64_t *firsts, size_t count,
    zta_log_verified *out, zta_error *err)
{
	char path[ZTA_SEGMENT_PATH_MAX];
	unsigned char hash[ZTA_SHA256_LEN] = { 0 };
	zta_segment_end end;
	zta_status status = ZTA_OK;
	size_t n;

	for (n = 0; status == ZTA_OK && n < count; n++) {
		p->segment = firsts[n];
		status = zta_segment__path(path, p->tree->dir, firsts[n], err);
		if (status != ZTA_OK) {
			break;
		}
		status = zta_segment__follow(path, firsts[n],
		    firsts[n] == 0 || n > 0 ? hash : NULL, visit, p, &end, err);
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
	pair p = { .tree = tree, .records = records };
	zta_status status = tree->status;

	(void)pthread_mutex_init(&p.lock, NULL);
	(void)pthread_cond_init(&p.change, NULL);
	p.threaded = pthread_create(&p.thread, NULL, run, &p) == 0;
	if (status == ZTA_OK) {
		status = read_segments(&p, firsts, count, out, err);
	}
	if (p.threaded) {
		(void)pthread_mutex_lock(&p.lock);
		p.over = true;
		(void)pthread_cond_broadcast(&p.change);
		(void)pthread_mutex_unlock(&p.lock);
		(void)pthread_join(p.thread, NULL);
	}
	(void)pthread_cond_destroy(&p.change);
	(void)pthread_mutex_destroy(&p.lock);
	out->segments = count;
	if (tree->status != ZTA_OK && err != NULL) {
		*err = tree->err;
	}
	return tree->status != ZTA_OK ? tree->status : status;
}
