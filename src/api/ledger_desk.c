/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger_desk.c - where a loop hands its calls about ledgers in, and where they
 * come back to; see ledgers.h. What has come back is touched in the turn alone.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "api/ledger_job.h"
#include "base/error.h"
#include "store/turn.h"

struct zta_ledger_desk {
	zta_ledgers *ledgers;
	int fd;
	zta_turn turn;
	zta_ledger_job_list done;
};

void
zta_ledger_job_list__add(zta_ledger_job_list *list, zta_ledger_job *job)
{
	job->next = NULL;
	if (list->first == NULL) {
		list->first = job;
	} else {
		list->last->next = job;
	}
	list->last = job;
}

zta_ledger_job *
zta_ledger_job_list__take(zta_ledger_job_list *list)
{
	zta_ledger_job *job = list->first;

	if (job != NULL) {
		list->first = job->next;
	}
	return job;
}

zta_status
zta_ledger_desk__open(zta_ledger_desk **out, zta_ledgers *l, zta_error *err)
{
	zta_ledger_desk *desk = calloc(1, sizeof(*desk));

	*out = NULL;
	if (desk == NULL) {
		return zta_error__nomem(err);
	}
	if (zta_turn__init(&desk->turn, err) != ZTA_OK) {
		free(desk);
		return ZTA_ENOMEM;
	}
	desk->ledgers = l;
	desk->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (desk->fd < 0) {
		zta_turn__release(&desk->turn);
		free(desk);
		return zta_error__errno(err, "make an event");
	}
	*out = desk;
	return ZTA_OK;
}

void
zta_ledger_desk__close(zta_ledger_desk *desk)
{
	zta_ledger_job *job;

	if (desk == NULL) {
		return;
	}
	/* Their loop has ended before it saw them. */
	while ((job = zta_ledger_job_list__take(&desk->done)) != NULL) {
		zta_buf__release(&job->body);
	}
	(void)close(desk->fd);
	zta_turn__release(&desk->turn);
	free(desk);
}

int
zta_ledger_desk__fd(const zta_ledger_desk *desk)
{
	return desk->fd;
}

void
zta_ledger_desk__hand_in(zta_ledger_desk *desk, zta_ledger_job *job)
{
	job->desk = desk;
	zta_ledgers__hand_in(desk->ledgers, job);
}

void
zta_ledger_desk__give_back(zta_ledger_desk *desk, zta_ledger_job *job)
{
	const uint64_t one = 1;

	zta_turn__enter(&desk->turn);
	zta_ledger_job_list__add(&desk->done, job);
	zta_turn__leave(&desk->turn);
	/* Fails only if the counter is full: then it wakes anyway. */
	if (write(desk->fd, &one, sizeof(one)) < 0) {
		return;
	}
}

static void
answer(zta_ledger_job *job)
{
	zta_buf body = job->body;

	/* The job goes with its call. */
	if (body.status != ZTA_OK) {
		zta_http_call__fail(
		    job->call, 503, "unavailable", "out of memory", "");
	} else {
		zta_http_call__answer_as(job->call, job->status, job->fields,
		    job->type, zta_buf__str(&body));
	}
	zta_buf__release(&body);
}

void
zta_ledger_desk__ready(void *context)
{
	zta_ledger_desk *desk = context;
	zta_ledger_job_list done;
	zta_ledger_job *job;
	uint64_t count;

	if (read(desk->fd, &count, sizeof(count)) < 0 && errno != EAGAIN) {
		return;
	}
	zta_turn__enter(&desk->turn);
	done = desk->done;
	desk->done = (zta_ledger_job_list){ 0 };
	zta_turn__leave(&desk->turn);
	while ((job = zta_ledger_job_list__take(&done)) != NULL) {
		answer(job);
	}
}
