/* SPDX-License-Identifier: Apache-2.0 */
/* witnesses.c - see witnesses.h. */
#include "daemon/witnesses.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/time.h"
#include "daemon/say.h"
#include "daemon/witness_ask.h"
#include "log/cosignature.h"
#include "log/cosigning.h"

/* How long others are waited for once the quorum is there. */
#define LINGER_MS 100
/* An answer, and what is around it. */
#define ANSWER_MS (2 * ZTA_WITNESS_MS)

/* What was found at the start of a log that was taken back. */
#define WITNESSED "checkpoint.witnessed"

/* One witness, with its thread. */
typedef struct asked {
	zta_witnesses *all;
	zta_witness_ask ask;
	/* Under the lock of all: */
	bool due, busy, well;
	int64_t pause_ms, not_before_ms;
	pthread_t thread;
	bool started;
} asked;

struct zta_witnesses {
	zta_witnesses_options options;
	zta_arena arena;
	zta_log_policy policy;
	asked list[ZTA_LOG_POLICY_WITNESSES_MAX];
	uint32_t count;
	atomic_bool stop;
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t wake;  /* threads */
	pthread_cond_t done;  /* who waits for them */
	uint32_t pending;
	uint64_t round;
	zta_log_head head;
	zta_buf note; /* with what has come in this round */
	bool met;     /* the quorum, the last time */
	zta_status back;
	zta_error why; /* of `back` */
};

/* --- the thread of one witness */

/* Not again for a while that grows; said once. */
static void
failed(asked *a, const zta_error *err)
{
	const zta_policy_voter *v = a->ask.witness;

	/* One that was broken off at the end has not failed. */
	if (a->well && !atomic_load(&a->all->stop)) {
		zta_daemon__say("witness %.*s: %s%s%s", ZTA_STR_ARG(v->name),
		    err->place, err->place[0] == '\0' ? "" : ": ",
		    err->message);
	}
	a->well = false;
	a->pause_ms = a->pause_ms == 0 ? ZTA_WITNESS_PAUSE_MIN_MS :
	    a->pause_ms * 2 > ZTA_WITNESS_PAUSE_MAX_MS ?
					 ZTA_WITNESS_PAUSE_MAX_MS :
					 a->pause_ms * 2;
	a->not_before_ms = zta_time__monotonic_ms() + a->pause_ms;
}

static void
succeeded(asked *a)
{
	if (!a->well) {
		zta_daemon__say("witness %.*s: cosigns again",
		    ZTA_STR_ARG(a->ask.witness->name));
	}
	a->well = true;
	a->pause_ms = 0;
	a->not_before_ms = 0;
}

/* Under the lock; without it while the witness is asked. */
static void
ask(asked *a)
{
	zta_witnesses *w = a->all;
	uint64_t round = w->round;
	zta_log_head head = w->head;
	zta_error err = { 0 };
	zta_buf note, lines;
	zta_status status;

	a->due = false;
	a->busy = true;
	zta_buf__init(&note, ZTA_NOTE_MAX);
	zta_buf__init(&lines, ZTA_NOTE_MAX);
	zta_buf__put(&note, zta_buf__str(&w->note));
	(void)pthread_mutex_unlock(&w->lock);
	status = note.status != ZTA_OK ? zta_error__nomem(&err) :
					 zta_witness_ask__cosign(&a->ask, &head,
					     zta_buf__str(&note), &lines, &err);
	if (status == ZTA_OK) {
		status = zta_cosignature__take(
		    &note, zta_buf__str(&lines), &a->ask.witness->key, &err);
	}
	(void)pthread_mutex_lock(&w->lock);
	a->busy = false;
	if (status != ZTA_OK) {
		failed(a, &err);
	} else {
		succeeded(a);
	}
	/* What comes too late is of another checkpoint. */
	if (round == w->round) {
		if (status == ZTA_OK) {
			status = zta_cosignature__take(&w->note,
			    zta_buf__str(&lines), &a->ask.witness->key, NULL);
		}
		w->pending--;
		(void)pthread_cond_signal(&w->done);
	}
	zta_buf__release(&lines);
	zta_buf__release(&note);
}

/* Keep what proves that the log was taken back. */
static void
keep(zta_witnesses *w, const asked *a, zta_str note, const zta_error *err)
{
	char path[ZTA_ROWS_PATH_MAX];

	if (w->back != ZTA_OK) {
		return;
	}
	w->back = err->status;
	w->why = *err;
	zta_error__place(
	    &w->why, "witness %.*s", ZTA_STR_ARG(a->ask.witness->name));
	if (snprintf(path, sizeof(path), "%s/" WITNESSED, w->options.dir) <
		(int)sizeof(path) &&
	    zta_file__replace(path, 0640, note, NULL) == ZTA_OK) {
		zta_daemon__say("witness %.*s: what it saw is in %s",
		    ZTA_STR_ARG(a->ask.witness->name), path);
	}
}

static void *
run(void *context)
{
	asked *a = context;
	zta_witnesses *w = a->all;
	zta_error err = { 0 };
	zta_buf note;
	zta_status status;

	zta_buf__init(&note, ZTA_NOTE_MAX);
	status =
	    zta_witness_ask__compare(&a->ask, w->options.size, &note, &err);
	(void)pthread_mutex_lock(&w->lock);
	if (status != ZTA_OK) {
		keep(w, a, zta_buf__str(&note), &err);
	}
	zta_buf__release(&note);
	w->pending--;
	(void)pthread_cond_signal(&w->done);
	while (!atomic_load(&w->stop)) {
		if (a->due) {
			ask(a);
		} else {
			(void)pthread_cond_wait(&w->wake, &w->lock);
		}
	}
	(void)pthread_mutex_unlock(&w->lock);
	return NULL;
}

/* --- all of them */

static bool
is_met(const zta_witnesses *w)
{
	return zta_log_policy__quorum(
		   &w->policy, zta_buf__str(&w->note), NULL, NULL) == ZTA_OK;
}

/* Under the lock: until all have answered, or enough, or time is over. */
static void
wait_for(zta_witnesses *w, int64_t start)
{
	struct timespec until;
	int64_t end;

	while (w->pending > 0) {
		end = start + (is_met(w) ? LINGER_MS : ANSWER_MS);
		if (zta_time__monotonic_ms() >= end) {
			break;
		}
		until = (struct timespec){ .tv_sec = (time_t)(end / 1000),
			.tv_nsec = (long)(end % 1000) * 1000000 };
		(void)pthread_cond_timedwait(&w->done, &w->lock, &until);
	}
}

static void
tell(zta_witnesses *w, bool met)
{
	zta_error err = { 0 };

	if (met != w->met &&
	    zta_log_policy__quorum(
		&w->policy, zta_buf__str(&w->note), NULL, &err) == ZTA_OK) {
		zta_daemon__say("witnesses: the quorum is reached again");
	} else if (met != w->met) {
		zta_daemon__say("witnesses: the checkpoint of %" PRIu64
				" entries: %s",
		    w->head.size, err.message);
	}
	w->met = met;
}

bool
zta_witnesses__cosign(void *context, const zta_log_head *head, zta_buf *note)
{
	zta_witnesses *w = context;
	int64_t now = zta_time__monotonic_ms();
	bool met;
	uint32_t i;

	(void)pthread_mutex_lock(&w->lock);
	w->round++;
	w->head = *head;
	zta_buf__clear(&w->note);
	zta_buf__put(&w->note, zta_buf__str(note));
	w->pending = 0;
	for (i = 0; i < w->count; i++) {
		w->list[i].due =
		    !w->list[i].busy && now >= w->list[i].not_before_ms;
		w->pending += w->list[i].due;
	}
	(void)pthread_cond_broadcast(&w->wake);
	wait_for(w, now);
	met = is_met(w);
	tell(w, met);
	zta_buf__clear(note);
	zta_buf__put(note, zta_buf__str(&w->note));
	(void)pthread_mutex_unlock(&w->lock);
	return met;
}

static zta_status
start(zta_witnesses *w, const zta_policy_voter *witness, zta_error *err)
{
	const zta_http_client_options options = { .ca_file = w->options.ca_file,
		.connect_ms = ZTA_WITNESS_CONNECT_MS,
		.stop = &w->stop };
	asked *a = &w->list[w->count];
	zta_status status;

	*a = (asked){ .all = w,
		.well = true,
		.ask = { .witness = witness, .log = w->options.log } };
	w->count++;
	status = zta_http_client__open(&a->ask.client, &options, err);
	if (status == ZTA_OK) {
		status = zta_log_view__open(&a->ask.view, w->options.dir, err);
	}
	(void)pthread_mutex_lock(&w->lock);
	if (status == ZTA_OK && pthread_create(&a->thread, NULL, run, a) != 0) {
		status =
		    zta_error__set(err, ZTA_ENOMEM, "cannot start a thread");
	}
	a->started = status == ZTA_OK;
	w->pending += a->started;
	(void)pthread_mutex_unlock(&w->lock);
	return status;
}

/* Those that have a URL are asked. */
static zta_status
start_all(zta_witnesses *w, zta_error *err)
{
	zta_status status = ZTA_OK;
	uint32_t i;

	for (i = 0; status == ZTA_OK && i < w->policy.voter_count; i++) {
		if (w->policy.voters[i].is_witness &&
		    w->policy.voters[i].url[0] != '\0') {
			status = start(w, &w->policy.voters[i], err);
		}
	}
	(void)pthread_mutex_lock(&w->lock);
	while (status == ZTA_OK && w->pending > 0) {
		(void)pthread_cond_wait(&w->done, &w->lock);
	}
	if (status == ZTA_OK && w->back != ZTA_OK) {
		status = w->back;
		*err = w->why;
	}
	(void)pthread_mutex_unlock(&w->lock);
	return status;
}

zta_status
zta_witnesses__open(
    zta_witnesses **out, const zta_witnesses_options *options, zta_error *err)
{
	zta_witnesses *w = calloc(1, sizeof(*w));
	pthread_condattr_t attr;
	zta_status status;

	*out = NULL;
	if (w == NULL) {
		return zta_error__nomem(err);
	}
	w->options = *options;
	w->met = true;
	zta_arena__init(&w->arena, SIZE_MAX);
	zta_buf__init(&w->note, ZTA_NOTE_MAX);
	(void)pthread_mutex_init(&w->lock, NULL);
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&w->wake, NULL);
	(void)pthread_cond_init(&w->done, &attr);
	(void)pthread_condattr_destroy(&attr);
	status =
	    zta_log_policy__load(&w->arena, options->policy, &w->policy, err);
	if (status == ZTA_OK) {
		status = start_all(w, err);
	}
	if (status != ZTA_OK) {
		zta_witnesses__close(w);
		return status;
	}
	*out = w;
	return ZTA_OK;
}

void
zta_witnesses__close(zta_witnesses *w)
{
	uint32_t i;

	if (w == NULL) {
		return;
	}
	(void)pthread_mutex_lock(&w->lock);
	atomic_store(&w->stop, true);
	(void)pthread_cond_broadcast(&w->wake);
	(void)pthread_mutex_unlock(&w->lock);
	for (i = 0; i < w->count; i++) {
		if (w->list[i].started) {
			(void)pthread_join(w->list[i].thread, NULL);
		}
		zta_log_view__close(w->list[i].ask.view);
		zta_http_client__close(w->list[i].ask.client);
	}
	zta_buf__release(&w->note);
	(void)pthread_cond_destroy(&w->done);
	(void)pthread_cond_destroy(&w->wake);
	(void)pthread_mutex_destroy(&w->lock);
	zta_arena__release(&w->arena);
	free(w);
}
