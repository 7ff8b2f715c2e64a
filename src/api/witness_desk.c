/* SPDX-License-Identifier: Apache-2.0 */
/* witness_desk.c - where calls wait for a witness; see witness_desk.h. */
#include "api/witness_desk.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/str.h"

#define PREFIX "/witness/"
#define ADD "/witness/add-checkpoint"
#define CHECKPOINT "/checkpoint"
#define FOR_A_MOMENT "Cache-Control: max-age=1\r\n"

struct zta_witness_desk {
	zta_witness *witness;
	int fd;
	pthread_mutex_t lock; /* of `done` */
	zta_witness_job *done;
};

zta_status
zta_witness_desk__open(
    zta_witness_desk **out, zta_witness *witness, zta_error *err)
{
	zta_witness_desk *desk = calloc(1, sizeof(*desk));

	*out = NULL;
	if (desk == NULL) {
		return zta_error__nomem(err);
	}
	desk->witness = witness;
	desk->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (desk->fd < 0) {
		free(desk);
		return zta_error__errno(err, "make an event");
	}
	(void)pthread_mutex_init(&desk->lock, NULL);
	*out = desk;
	return ZTA_OK;
}

void
zta_witness_desk__close(zta_witness_desk *desk)
{
	if (desk != NULL) {
		(void)close(desk->fd);
		(void)pthread_mutex_destroy(&desk->lock);
		free(desk);
	}
}

int
zta_witness_desk__fd(const zta_witness_desk *desk)
{
	return desk->fd;
}

void
zta_witness_desk__give_back(zta_witness_job *job)
{
	zta_witness_desk *desk = job->desk;
	const uint64_t one = 1;

	(void)pthread_mutex_lock(&desk->lock);
	job->next = desk->done;
	desk->done = job;
	(void)pthread_mutex_unlock(&desk->lock);
	/* Fails only if the counter is full: then it wakes anyway. */
	if (write(desk->fd, &one, sizeof(one)) < 0) {
		return;
	}
}

void
zta_witness_desk__ready(void *context)
{
	zta_witness_desk *desk = context;
	zta_witness_job *job, *next;
	uint64_t count;

	if (read(desk->fd, &count, sizeof(count)) < 0 && errno != EAGAIN) {
		return;
	}
	(void)pthread_mutex_lock(&desk->lock);
	job = desk->done;
	desk->done = NULL;
	(void)pthread_mutex_unlock(&desk->lock);
	for (; job != NULL; job = next) {
		/* It goes with its call. */
		next = job->next;
		zta_http_call__answer_as(
		    job->call, job->status, "", job->type, job->body);
	}
}

static void
not_found(zta_http_call *call)
{
	zta_http_call__fail(
	    call, 404, "not_found", "no checkpoint of such a log", "");
}

/* "<name>/checkpoint": a name has no slash, and no dot. */
static void
answer_checkpoint(zta_witness_desk *desk, zta_http_call *call, zta_str rest)
{
	const size_t len = ZTA_COSIGNED_NAME_LEN;
	char path[PATH_MAX];
	zta_str note = { NULL, 0 };
	size_t i;

	if (rest.len != len + strlen(CHECKPOINT) ||
	    !zta_str__ends(rest, ZTA_STR(CHECKPOINT))) {
		not_found(call);
		return;
	}
	for (i = 0; i < len; i++) {
		if (strchr("0123456789abcdef", rest.ptr[i]) == NULL) {
			not_found(call);
			return;
		}
	}
	if (snprintf(path, sizeof(path), "%s/%.*s",
		zta_witness__dir(desk->witness), (int)len,
		rest.ptr) >= (int)sizeof(path) ||
	    zta_file__read(call->arena, path, ZTA_NOTE_MAX, &note, NULL) !=
		ZTA_OK) {
		not_found(call);
		return;
	}
	zta_http_call__answer_as(
	    call, 200, FOR_A_MOMENT, "text/plain; charset=utf-8", note);
}

static void
hand_in(zta_witness_desk *desk, zta_http_call *call)
{
	zta_witness_job *job = zta_arena__alloc(call->arena, sizeof(*job));

	if (job != NULL) {
		*job = (zta_witness_job){ .desk = desk, .call = call };
	}
	if (job == NULL || !zta_witness__hand_in(desk->witness, job)) {
		zta_http_call__fail(
		    call, 503, "unavailable", "too many wait here", "");
	}
}

bool
zta_witness_desk__knows(zta_str path)
{
	return zta_str__starts(path, ZTA_STR(PREFIX));
}

void
zta_witness_desk__handle(
    zta_witness_desk *desk, zta_http_call *call, zta_str path)
{
	const size_t prefix = strlen(PREFIX);
	bool add = zta_str__is(path, ADD);

	if (!zta_str__is(call->method, add ? "POST" : "GET") &&
	    (add || !zta_str__is(call->method, "HEAD"))) {
		zta_http_call__other_method(call, add ? "POST" : "GET, HEAD");
	} else if (add) {
		hand_in(desk, call);
	} else {
		answer_checkpoint(desk, call,
		    (zta_str){ path.ptr + prefix, path.len - prefix });
	}
}
