/* SPDX-License-Identifier: Apache-2.0 */
/*
 * witness.c - the thread of a witness; see witness_desk.h.
 *
 * 1. What was cosigned is on disk before anybody has the cosignature.
 * 2. If it cannot be written, nothing is cosigned any more: only a restart
 *    looks at what the disk holds.
 * 3. Who signs judges once more, by what it remembers itself.
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "api/witness_desk.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"

#define PLAIN "text/plain; charset=utf-8"

struct zta_witness {
	zta_witness_options options;
	zta_arena arena;
	zta_log_policy logs;
	int held; /* the directory */
	/* Of the thread alone: */
	zta_cosigned known;
	bool said[ZTA_LOG_POLICY_LOGS_MAX]; /* that a log was refused */
	bool failed;
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t wake;
	zta_witness_job *first, *last;
	uint32_t count;
	bool stop, started;
	pthread_t thread;
};

static void
answer(zta_witness_job *job, unsigned status, const char *text)
{
	job->status = status;
	job->type = PLAIN;
	job->body = zta_str_of(text);
}

/* The size that was cosigned last, a line. SPEC: c2sp tlog-witness */
static void
answer_size(const zta_witness *w, zta_witness_job *job, uint32_t log)
{
	char *text = zta_arena__alloc(job->call->arena, 32);

	if (text == NULL) {
		answer(job, 503, "out of memory\n");
		return;
	}
	(void)snprintf(text, 32, "%" PRIu64 "\n", w->known.last[log].size);
	answer(job, 409, text);
	job->type = "text/x.tlog.size";
}

/* A log shows what does not go on from what it showed: keep it, and say so. */
static void
refuse(zta_witness *w, const zta_cosign_call *call, const zta_cosign_case *what,
    zta_cosign_verdict verdict)
{
	const char *origin = w->logs.logs[what->log].key.name;
	bool split = verdict == ZTA_COSIGN_SPLIT;
	zta_error err = { 0 };

	if (w->said[what->log] && !split) {
		return;
	}
	w->said[what->log] = true;
	w->options.say("witness: %s: %s: %" PRIu64 " entries after %" PRIu64,
	    origin,
	    split ? "signed two histories" : "no proof that it only grew",
	    what->head.size, w->known.last[what->log].size);
	if (zta_cosigned__store(w->options.dir, zta_str_of(origin),
		split ? ".split" : ".unproved", call->note, &err) != ZTA_OK) {
		w->options.say("witness: %s: %s", err.place, err.message);
	}
}

/* Sign and write. What is answered lies in the arena of the call. */
static zta_status
cosign(zta_witness *w, const zta_cosign_call *call, const zta_cosign_case *what,
    zta_str *line, zta_arena *arena, zta_error *err)
{
	zta_cosign_call slim = *call;
	zta_buf note, body, signature;
	zta_status status;

	zta_buf__init(&note, ZTA_NOTE_MAX);
	zta_buf__init(&body, ZTA_COSIGN_CALL_MAX);
	zta_buf__init(&signature, ZTA_NOTE_MAX);
	status = zta_cosigned__strip(&w->known, call->note, &note, err);
	if (status == ZTA_OK) {
		slim.note = zta_buf__str(&note);
		zta_cosign_call__put(&body, &slim);
		status = body.status;
	}
	if (status == ZTA_OK) {
		status = w->options.sign(
		    w->options.context, zta_buf__str(&body), &signature, err);
	}
	if (status == ZTA_OK) {
		*line = zta_arena__copy(arena, zta_buf__str(&signature));
		zta_buf__put(&note, zta_buf__str(&signature));
		status = line->ptr == NULL ? ZTA_ENOMEM : note.status;
		w->failed = true;
	}
	if (status == ZTA_OK) {
		status = zta_cosigned__store(w->options.dir,
		    zta_str_of(w->logs.logs[what->log].key.name), "",
		    zta_buf__str(&note), err);
		w->failed = status != ZTA_OK;
	}
	zta_buf__release(&signature);
	zta_buf__release(&body);
	zta_buf__release(&note);
	return status;
}

static void
add(zta_witness *w, zta_witness_job *job, const zta_cosign_call *call,
    const zta_cosign_case *what)
{
	zta_error err = { 0 };

	if (!w->failed &&
	    cosign(w, call, what, &job->body, job->call->arena, &err) ==
		ZTA_OK) {
		w->known.last[what->log] = what->head;
		w->said[what->log] = false;
		job->status = 200;
		job->type = PLAIN;
		return;
	}
	if (err.message[0] != '\0') {
		w->options.say("witness: %s%s%s%s", err.place,
		    err.place[0] == '\0' ? "" : ": ", err.message,
		    w->failed ? "; nothing is cosigned until a restart" : "");
	}
	answer(job, 503, "the witness cannot write what it saw\n");
}

static void
judge(zta_witness *w, zta_witness_job *job)
{
	zta_cosign_call call;
	zta_cosign_case what;
	zta_cosign_verdict verdict =
	    zta_cosign_call__read(job->call->body, &call, NULL) != ZTA_OK ?
	    ZTA_COSIGN_MALFORMED :
	    zta_cosigned__judge(&w->known, &call, &what);

	switch (verdict) {
	case ZTA_COSIGN_MALFORMED:
		answer(job, 400, "that is no call of add-checkpoint\n");
		break;
	case ZTA_COSIGN_UNKNOWN:
		answer(job, 404, "that log is not known here\n");
		break;
	case ZTA_COSIGN_UNSIGNED:
		answer(job, 403, "the log has not signed that\n");
		break;
	case ZTA_COSIGN_STALE:
		answer_size(w, job, what.log);
		break;
	case ZTA_COSIGN_SPLIT:
	case ZTA_COSIGN_UNPROVED:
		refuse(w, &call, &what, verdict);
		answer(job, 422, "it does not go on from what was cosigned\n");
		break;
	case ZTA_COSIGN_GOOD:
		add(w, job, &call, &what);
		break;
	}
}

static void *
run(void *context)
{
	zta_witness *w = context;
	zta_witness_job *job;

	(void)pthread_mutex_lock(&w->lock);
	while (!w->stop) {
		job = w->first;
		if (job == NULL) {
			(void)pthread_cond_wait(&w->wake, &w->lock);
			continue;
		}
		w->first = job->next;
		w->count--;
		(void)pthread_mutex_unlock(&w->lock);
		judge(w, job);
		zta_witness_desk__give_back(job);
		(void)pthread_mutex_lock(&w->lock);
	}
	(void)pthread_mutex_unlock(&w->lock);
	return NULL;
}

zta_status
zta_witness__open(
    zta_witness **out, const zta_witness_options *options, zta_error *err)
{
	zta_witness *w = calloc(1, sizeof(*w));
	zta_status status;

	*out = NULL;
	if (w == NULL) {
		return zta_error__nomem(err);
	}
	w->options = *options;
	zta_arena__init(&w->arena, SIZE_MAX);
	(void)pthread_mutex_init(&w->lock, NULL);
	(void)pthread_cond_init(&w->wake, NULL);
	status = zta_cosigned__hold(options->dir, &w->held, err);
	if (status == ZTA_OK) {
		status = zta_log_policy__load(
		    &w->arena, options->logs, &w->logs, err);
	}
	if (status == ZTA_OK) {
		status =
		    zta_cosigned__load(&w->known, &w->logs, options->dir, err);
	}
	if (status == ZTA_OK && pthread_create(&w->thread, NULL, run, w) != 0) {
		status =
		    zta_error__set(err, ZTA_ENOMEM, "cannot start a thread");
	}
	if (status != ZTA_OK) {
		zta_witness__close(w);
		return status;
	}
	w->started = true;
	*out = w;
	return ZTA_OK;
}

void
zta_witness__close(zta_witness *w)
{
	if (w == NULL) {
		return;
	}
	if (w->started) {
		(void)pthread_mutex_lock(&w->lock);
		w->stop = true;
		(void)pthread_cond_signal(&w->wake);
		(void)pthread_mutex_unlock(&w->lock);
		(void)pthread_join(w->thread, NULL);
	}
	(void)pthread_cond_destroy(&w->wake);
	(void)pthread_mutex_destroy(&w->lock);
	zta_arena__release(&w->arena);
	if (w->held >= 0) {
		(void)close(w->held);
	}
	free(w);
}

bool
zta_witness__hand_in(zta_witness *w, zta_witness_job *job)
{
	bool room;

	(void)pthread_mutex_lock(&w->lock);
	room = w->count < ZTA_WITNESS_WAITERS_MAX;
	if (room && w->first == NULL) {
		w->first = job;
	} else if (room) {
		w->last->next = job;
	}
	if (room) {
		w->last = job;
		w->count++;
		(void)pthread_cond_signal(&w->wake);
	}
	(void)pthread_mutex_unlock(&w->lock);
	return room;
}

const char *
zta_witness__dir(const zta_witness *w)
{
	return w->options.dir;
}
