/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledgers.c - see ledgers.h: the thread.
 *
 * 1. A job belongs to one thread at a time: to the loop until it is handed in
 *    and after it has come back, to the background thread in between. A client
 *    that goes away does not end it.
 * 2. Queue and flags are touched in the turn alone; everything else of the thread
 *    is its own.
 */
#include "api/ledgers.h"

#include <pthread.h>
#include <stdlib.h>

#include "api/ledger_job.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/time.h"
#include "identity/used.h"
#include "store/turn.h"

/* As long as a request can be repeated, and a moment. */
#define NONCE_KEEP_MS (2 * ZTA_REQUEST_SKEW_MS + 1000)

struct zta_ledgers {
	zta_ledgers_options options;
	pthread_t thread;
	zta_turn turn;
	zta_ledger_job_list queue;
	bool news, draining, stopping;
	/* Of the thread: */
	zta_access access;
	zta_used *used;  /* nonces */
	zta_arena arena; /* of one job after another */
	bool drained;    /* no call waits any more */
	zta_ledger_job *waiting;
	uint32_t waiting_count;
};

/* --- the thread: one job */

/* Who calls? What was said once is not said again. */
static zta_status
identify(zta_ledgers *l, zta_ledger_job *job, zta_error *err)
{
	int64_t now = zta_time__monotonic_ms();
	const zta_use use = { .owner = job->signer.key.bytes,
		.id = { (const char *)job->signer.nonce, ZTA_NONCE_LEN },
		.now = now,
		.until = now + NONCE_KEEP_MS };
	zta_status status = zta_signed_request__judge(job->call,
	    l->options.server_name, zta_time__now_ms(), &job->signer, err);

	if (status == ZTA_OK && job->signer.is_signed) {
		status = zta_used__take(l->used, &use, err);
	}
	return status;
}

/* It does not show who calls. */
static void
refuse(zta_ledgers *l, zta_ledger_job *job, const zta_error *why)
{
	zta_error err = { 0 };
	zta_status status;

	l->options.say(
	    "ledgers: a request is refused: %s: %s", why->place, why->message);
	status = zta_ledger_job__record_refusal(job, why->message, &err);
	if (status != ZTA_OK) {
		zta_ledger_job__fail_with(job, status, &err);
		return;
	}
	zta_ledger_job__fail(
	    job, 401, "unauthenticated", why->message, why->place);
}

static void
do_job(zta_ledgers *l, zta_ledger_job *job)
{
	zta_error err = { 0 };
	/* As long as the call: it may wait. */
	zta_status status = zta_form__read(
	    &job->query, job->call->arena, job->call->query, &err);

	if (status == ZTA_OK) {
		status = zta_access__refresh(&l->access, &err);
		/* That there is none is nothing that the caller did. */
		status = status == ZTA_OK ? ZTA_OK : ZTA_EUNAVAILABLE;
	}
	if (status == ZTA_OK) {
		status = identify(l, job, &err);
	}
	if (job->name.len > 0) {
		job->ledger = (zta_ledger){ l->options.store,
			zta_ledger_job__full_name(job, job->name) };
		if (job->ledger.name.ptr == NULL) {
			status = zta_error__nomem(&err);
		}
	}
	if (status == ZTA_EUNTRUSTED) {
		refuse(l, job, &err);
		return;
	}
	if (status != ZTA_OK) {
		zta_ledger_job__fail_with(job, status, &err);
	} else if (job->verb->action == NULL ||
	    zta_ledger_job__may(
		job, job->verb->action, zta_form__get(&job->query, "ref"))) {
		job->verb->run(job);
	}
}

/* --- the thread: all of them */

static void
run_job(zta_ledgers *l, zta_ledger_job *job, bool waits)
{
	zta_arena__reset(&l->arena);
	job->arena = &l->arena;
	job->access = &l->access;
	job->options = &l->options;
	if (waits) {
		job->verb->run(job);
	} else {
		do_job(l, job);
	}
}

/* Give it back, or keep it if it waits. */
static void
settle(zta_ledgers *l, zta_ledger_job *job)
{
	if (job->wait_until != 0 && !l->drained &&
	    l->waiting_count < ZTA_LEDGER_WAITERS_MAX) {
		job->next = l->waiting;
		l->waiting = job;
		l->waiting_count++;
	} else {
		zta_ledger_desk__give_back(job->desk, job);
	}
}

/* Ask all that wait again; those whose time is over take what there is. */
static void
ask_waiting(zta_ledgers *l, bool all)
{
	int64_t now = zta_time__monotonic_ms();
	zta_ledger_job *job = l->waiting, *next;

	l->waiting = NULL;
	l->waiting_count = 0;
	for (; job != NULL; job = next) {
		next = job->next;
		if (job->wait_until <= now) {
			zta_ledger_desk__give_back(job->desk, job);
		} else if (all || job->polls) {
			run_job(l, job, true);
			settle(l, job);
		} else {
			settle(l, job);
		}
	}
}

static int64_t
next_deadline(const zta_ledgers *l)
{
	int64_t now = zta_time__monotonic_ms(), at;
	/* Nobody looks at a clock that is farther away. */
	int64_t deadline = now + ZTA_LEDGER_WAIT_MS;
	const zta_ledger_job *job;

	for (job = l->waiting; job != NULL; job = job->next) {
		at = job->polls ? now + ZTA_STORE_POLL_MS : job->wait_until;
		if (at < deadline) {
			deadline = at;
		}
	}
	return deadline;
}

static void *
work(void *context)
{
	zta_ledgers *l = context;
	zta_ledger_job *job;
	int64_t deadline;
	bool news, stopping = false;

	while (!stopping) {
		deadline = next_deadline(l);
		zta_turn__enter(&l->turn);
		while (l->queue.first == NULL && !l->news && !l->stopping &&
		    zta_time__monotonic_ms() < deadline) {
			zta_turn__wait(&l->turn, deadline);
		}
		job = zta_ledger_job_list__take(&l->queue);
		news = l->news;
		l->news = false;
		l->drained = l->draining;
		stopping = l->stopping;
		zta_turn__leave(&l->turn);
		if (job != NULL) {
			run_job(l, job, false);
			settle(l, job);
		}
		ask_waiting(l, news);
	}
	return NULL;
}

/* --- the thread, from outside */

zta_status
zta_ledgers__open(
    zta_ledgers **out, const zta_ledgers_options *options, zta_error *err)
{
	zta_ledgers *l = calloc(1, sizeof(*l));
	zta_status status;

	*out = NULL;
	if (l == NULL) {
		return zta_error__nomem(err);
	}
	l->options = *options;
	zta_arena__init(&l->arena, SIZE_MAX);
	zta_access__open(&l->access, options->store, options->zone);
	status = zta_turn__init(&l->turn, err);
	if (status != ZTA_OK) {
		goto fail;
	}
	status = zta_used__open(&l->used, err);
	if (status == ZTA_OK) {
		status = zta_access__refresh(&l->access, err);
	}
	if (status == ZTA_OK &&
	    pthread_create(&l->thread, NULL, work, l) != 0) {
		status =
		    zta_error__set(err, ZTA_ENOMEM, "cannot start a thread");
	}
	if (status == ZTA_OK) {
		*out = l;
		return ZTA_OK;
	}
	zta_turn__release(&l->turn);
fail:
	zta_used__close(l->used);
	zta_access__close(&l->access);
	free(l);
	return status;
}

/* Say one thing to the thread, which looks at the calls that wait then. */
static void
tell(zta_ledgers *l, bool *flag)
{
	zta_turn__enter(&l->turn);
	*flag = true;
	l->news = true;
	zta_turn__tell(&l->turn);
	zta_turn__leave(&l->turn);
}

void
zta_ledgers__changed(zta_ledgers *l)
{
	if (l != NULL) {
		tell(l, &l->news);
	}
}

void
zta_ledgers__drain(zta_ledgers *l)
{
	if (l != NULL) {
		tell(l, &l->draining);
	}
}

void
zta_ledgers__close(zta_ledgers *l)
{
	zta_ledger_job *job;

	if (l == NULL) {
		return;
	}
	tell(l, &l->stopping);
	(void)pthread_join(l->thread, NULL);
	for (job = l->waiting; job != NULL; job = job->next) {
		zta_buf__release(&job->body);
	}
	zta_turn__release(&l->turn);
	zta_used__close(l->used);
	zta_access__close(&l->access);
	zta_arena__release(&l->arena);
	free(l);
}

void
zta_ledgers__hand_in(zta_ledgers *l, zta_ledger_job *job)
{
	zta_turn__enter(&l->turn);
	zta_ledger_job_list__add(&l->queue, job);
	zta_turn__tell(&l->turn);
	zta_turn__leave(&l->turn);
}
