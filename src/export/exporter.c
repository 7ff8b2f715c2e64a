/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exporter.c - see exporter.h.
 *
 * 1. `kept` is on disk before anybody hears of it, and all below it was taken.
 * 2. Records from `kept` to `next` were sent. If their connection breaks before
 *    they are settled, they are sent again.
 * 3. What is not durable is not sent: after a power cut it may never have been.
 *    Who runs beside a server cannot know; then the cursor shows it.
 * 4. Entries are sent in their order without a gap: one that is not there any
 *    more ends the export.
 */
#include "export/exporter.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "base/error.h"
#include "base/str.h"
#include "base/time.h"
#include "export/cursor.h"
#include "log/leaf.h"
#include "ztauth/log.h"

/* A batch ends with the record that takes it over one of these. */
#define BATCH_RECORDS 512u
#define BATCH_BYTES ((size_t)512 << 10)
/* Pauses after failures: they double. Nobody is waited for longer than that. */
#define PAUSE_MIN_MS 250
#define PAUSE_MAX_MS 30000
#define RETRY_MAX_MS 300000
/* How often new records, and `stop`, are looked for. */
#define LOOK_MS 50
/* What nobody acknowledges counts as taken when its connection holds so long. */
#define SETTLE_MS 2000

struct zta_exporter {
	zta_exporter_options options;
	zta_sink *sink;
	zta_log_reader *reader;
	zta_arena arena;
	zta_buf batch;
	uint32_t batch_count, batch_max; /* records */
	zta_cursor kept;                 /* invariant 1 */
	zta_cursor next;                 /* invariant 2 */
	zta_cursor mark;                 /* all below it settles at `mark_ms` */
	int64_t mark_ms;                 /* 0: nothing does */
	char said[ZTA_MSG_MAX]; /* the last complaint, which is made once */
};

static bool
is_stopped(const zta_exporter *e)
{
	return e->options.sink.stop != NULL &&
	    atomic_load(e->options.sink.stop);
}

static void
rest(const zta_exporter *e, int64_t ms)
{
	const struct timespec look = { 0, LOOK_MS * 1000000L };
	int64_t end = zta_time__monotonic_ms() + ms;

	while (!is_stopped(e) && zta_time__monotonic_ms() < end) {
		(void)nanosleep(&look, NULL);
	}
}

/* --- the cursor */

/* Read on at `kept`: what was sent since is sent again. */
static zta_status
rewind_to_kept(zta_exporter *e, zta_error *err)
{
	zta_log_reader_close(e->reader);
	e->reader = NULL;
	e->next = e->kept;
	e->mark_ms = 0;
	return zta_log_reader_open(
	    &e->reader, e->options.dir, (int64_t)e->kept.next, err);
}

static zta_status
keep(zta_exporter *e, const zta_cursor *cursor, zta_error *err)
{
	zta_status status = zta_cursor__save(e->options.cursor, cursor, err);

	if (status == ZTA_OK) {
		e->kept = *cursor;
		if (e->options.reached != NULL) {
			e->options.reached(e->options.context, e->kept.next);
		}
	}
	return status;
}

/* What was sent to whom acknowledges nothing may be taken by now, or lost. */
static zta_status
settle(zta_exporter *e, zta_error *err)
{
	int64_t now = zta_time__monotonic_ms();
	zta_status status = ZTA_OK;

	if (e->kept.next == e->next.next) {
		return ZTA_OK;
	}
	if (!zta_sink__holds(e->sink)) {
		return rewind_to_kept(e, err);
	}
	if (e->mark_ms != 0 && now >= e->mark_ms) {
		status = keep(e, &e->mark, err);
		e->mark_ms = 0;
	}
	if (e->mark_ms == 0) {
		e->mark = e->next;
		e->mark_ms = now + SETTLE_MS;
	}
	return status;
}

/* Is the entry before the cursor the one that was exported? */
static zta_status
check_cursor(zta_exporter *e, zta_error *err)
{
	unsigned char hash[ZTA_SHA256_LEN];
	zta_log_reader *reader;
	zta_leaf leaf;
	uint64_t index;
	zta_status status;

	if (e->kept.next == 0) {
		return ZTA_OK;
	}
	status = zta_log_reader_open(
	    &reader, e->options.dir, (int64_t)e->kept.next - 1, err);
	if (status != ZTA_OK) {
		return status;
	}
	status = zta_log_reader__leaf(reader, &leaf, &index, err);
	if (status == ZTA_OK) {
		zta_log_reader__hash(reader, hash);
		/* One that was let go of cannot be compared. */
		status = index != e->kept.next - 1 ||
			memcmp(hash, e->kept.hash, sizeof(hash)) == 0 ?
		    ZTA_OK :
		    ZTA_ENOTFOUND;
	}
	zta_log_reader_close(reader);
	if (status == ZTA_ENOTFOUND) {
		status = zta_error__set(err, ZTA_EINVALID,
		    "the cursor is of another log, or of what this one was");
		zta_error__place(err, "%s", e->options.cursor);
	}
	return status;
}

/* Where an export begins: where it ended, or where it was told to. */
static zta_status
begin_new(zta_exporter *e, zta_error *err)
{
	zta_log_reader *reader;
	zta_leaf leaf;
	uint64_t index;
	int64_t from = e->options.begin_behind ? -1 : e->options.from;
	zta_status status =
	    zta_log_reader_open(&reader, e->options.dir, from, err);

	if (status != ZTA_OK) {
		return status;
	}
	status = zta_log_reader__leaf(reader, &leaf, &index, err);
	e->kept = (zta_cursor){ 0 };
	if (status == ZTA_OK && e->options.begin_behind) {
		e->kept.next = index + 1;
		zta_log_reader__hash(reader, e->kept.hash);
	} else if (status == ZTA_OK) {
		e->kept.next = index;
	}
	zta_log_reader_close(reader);
	if (status == ZTA_ENOTFOUND) {
		e->kept.next = from > 0 ? (uint64_t)from : 0;
		status = ZTA_OK;
	}
	return status;
}

static zta_status
load_cursor(zta_exporter *e, zta_error *err)
{
	zta_status status = zta_cursor__load(e->options.cursor, &e->kept, err);

	if (status == ZTA_ENOTFOUND) {
		/* On disk at once: a restart begins at the same place. */
		status = begin_new(e, err);
		if (status == ZTA_OK && e->kept.next > 0 &&
		    !e->options.begin_behind) {
			return ZTA_OK; /* it has no hash yet */
		}
		return status != ZTA_OK ? status : keep(e, &e->kept, err);
	}
	if (status == ZTA_OK) {
		status = check_cursor(e, err);
	}
	if (status == ZTA_OK && e->options.reached != NULL) {
		e->options.reached(e->options.context, e->kept.next);
	}
	return status;
}

zta_status
zta_exporter__open(
    zta_exporter **out, const zta_exporter_options *options, zta_error *err)
{
	zta_exporter *e = calloc(1, sizeof(*e));
	zta_status status;

	*out = NULL;
	if (e == NULL) {
		return zta_error__nomem(err);
	}
	e->options = *options;
	e->batch_max = BATCH_RECORDS;
	zta_arena__init(&e->arena, SIZE_MAX);
	zta_buf__init(&e->batch, SIZE_MAX);
	status = zta_sink__open(&e->sink, &options->sink, err);
	if (status == ZTA_OK) {
		status = load_cursor(e, err);
	}
	if (status == ZTA_OK) {
		status = rewind_to_kept(e, err);
	}
	if (status != ZTA_OK) {
		zta_exporter__close(e);
		return status;
	}
	*out = e;
	return ZTA_OK;
}

void
zta_exporter__close(zta_exporter *e)
{
	if (e != NULL) {
		zta_sink__close(e->sink);
		zta_log_reader_close(e->reader);
		zta_arena__release(&e->arena);
		zta_buf__release(&e->batch);
		free(e);
	}
}

/* --- batches */

/* Add the next record. ZTA_ENOTFOUND: there is none. */
static zta_status
add(zta_exporter *e, const zta_masks *masks, zta_cursor *to, zta_error *err)
{
	zta_event event;
	zta_status status =
	    zta_log_reader__leaf(e->reader, &event.leaf, &event.index, err);

	if (status != ZTA_OK) {
		return status;
	}
	if (event.index != to->next) {
		return zta_error__set(err, ZTA_EINVALID,
		    "records from %" PRIu64 " to %" PRIu64
		    " are gone, and were not exported",
		    to->next, event.index - 1);
	}
	zta_log_reader__hash(e->reader, event.hash);
	zta_arena__reset(&e->arena);
	status = zta_masks__apply(masks, e->options.mask_key, &e->arena,
	    &event.leaf, &event.masked, err);
	if (status == ZTA_OK) {
		zta_sink__add(e->sink, &event);
		to->next = event.index + 1;
		memcpy(to->hash, event.hash, sizeof(to->hash));
	}
	return status;
}

/* As many records as a batch has, up to `*to`. ZTA_ENOTFOUND: there are none. */
static zta_status
gather(zta_exporter *e, zta_cursor *to, zta_error *err)
{
	const zta_exporter_options *o = &e->options;
	uint64_t end = o->durable == NULL ? UINT64_MAX : o->durable(o->context);
	const zta_masks *masks;
	zta_status status = ZTA_OK;
	void *held;

	*to = e->next;
	e->batch_count = 0;
	masks = o->hold(o->context, &held);
	if (masks == NULL) {
		return ZTA_ENOTFOUND;
	}
	zta_sink__begin(e->sink, &e->batch);
	while (status == ZTA_OK && e->batch_count < e->batch_max &&
	    e->batch.len < BATCH_BYTES) {
		status =
		    to->next < end ? add(e, masks, to, err) : ZTA_ENOTFOUND;
		e->batch_count += status == ZTA_OK;
	}
	zta_sink__end(e->sink);
	o->drop(held);
	if (e->batch.status != ZTA_OK) {
		return zta_error__nomem(err);
	}
	return status == ZTA_ENOTFOUND && e->batch_count > 0 ? ZTA_OK : status;
}

/* Send what comes next. ZTA_ENOTFOUND: there is nothing, for now. */
static zta_status
step(zta_exporter *e, zta_sink_outcome *outcome, zta_error *err)
{
	zta_cursor to;
	zta_status status = settle(e, err);

	*outcome = (zta_sink_outcome){ 0 };
	if (status == ZTA_OK) {
		status = gather(e, &to, err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	status = zta_sink__send(e->sink, zta_buf__str(&e->batch), outcome, err);
	if (status != ZTA_OK) {
		return status;
	}
	if (outcome->rejected > 0) {
		e->options.say("export: %s: of entries %" PRIu64 " to %" PRIu64
			       " the collector rejected %" PRId64 ", for good",
		    e->options.sink.to, e->next.next, to.next - 1,
		    outcome->rejected);
	}
	e->next = to;
	return zta_sink__acknowledges(e->sink) ? keep(e, &to, err) : ZTA_OK;
}

/* --- until the end */

static void
complain(zta_exporter *e, const zta_error *err)
{
	if (strcmp(e->said, err->message) != 0) {
		e->options.say("export: %s: %s; it is sent again",
		    e->options.sink.to, err->message);
		memcpy(e->said, err->message, sizeof(e->said));
	}
}

static void
go_on(zta_exporter *e)
{
	if (e->said[0] != '\0') {
		e->options.say("export: %s: goes on", e->options.sink.to);
		e->said[0] = '\0';
	}
}

/* Somebody does not take it: leave them alone for a while. */
static zta_status
give_way(zta_exporter *e, const zta_sink_outcome *outcome, int64_t *pause,
    zta_error *err)
{
	int64_t wait = *pause;

	if (is_stopped(e)) {
		return ZTA_OK;
	}
	complain(e, err);
	if (outcome->is_too_large && e->batch_count > 1) {
		/* Half of it is another question, so it is asked at once. */
		e->batch_max = e->batch_count / 2;
		return rewind_to_kept(e, err);
	}
	if (outcome->retry_ms > wait) {
		wait = outcome->retry_ms < RETRY_MAX_MS ? outcome->retry_ms :
							  RETRY_MAX_MS;
	}
	rest(e, wait);
	*pause = *pause * 2 < PAUSE_MAX_MS ? *pause * 2 : PAUSE_MAX_MS;
	return rewind_to_kept(e, err);
}

zta_status
zta_exporter__run(zta_exporter *e, zta_error *err)
{
	int64_t pause = PAUSE_MIN_MS;
	zta_sink_outcome outcome;
	zta_status status = ZTA_OK;
	zta_error why;

	while (status == ZTA_OK && !is_stopped(e)) {
		why = (zta_error){ 0 };
		status = step(e, &outcome, &why);
		if (status == ZTA_OK) {
			pause = PAUSE_MIN_MS;
			go_on(e);
		} else if (status == ZTA_ENOTFOUND) {
			if (!e->options.follow &&
			    e->kept.next == e->next.next) {
				return ZTA_OK;
			}
			rest(e, LOOK_MS);
			status = ZTA_OK;
		} else if (status == ZTA_EUNAVAILABLE) {
			status = give_way(e, &outcome, &pause, &why);
		}
	}
	if (status != ZTA_OK && err != NULL) {
		*err = why;
	}
	return status;
}
