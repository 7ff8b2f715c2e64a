/* SPDX-License-Identifier: Apache-2.0 */
/* fetch_desk.c - where calls of one loop wait: see fetcher.h. */
#include "api/fetcher_part.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/error.h"

void
zta_errand_list__append(zta_errand_list *list, zta_errand *e)
{
	e->next = NULL;
	if (list->first == NULL) {
		list->first = e;
	} else {
		list->last->next = e;
	}
	list->last = e;
}

zta_errand *
zta_errand_list__take(zta_errand_list *list)
{
	zta_errand *e = list->first;

	if (e != NULL) {
		list->first = e->next;
	}
	return e;
}

zta_status
zta_fetch_desk__open(
    zta_fetch_desk **out, zta_fetcher *fetcher, void *context, zta_error *err)
{
	zta_fetch_desk *desk = calloc(1, sizeof(*desk));

	*out = NULL;
	if (desk == NULL) {
		return zta_error__nomem(err);
	}
	desk->fetcher = fetcher;
	desk->context = context;
	desk->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (desk->fd < 0) {
		free(desk);
		return zta_error__errno(err, "make an event");
	}
	*out = desk;
	return ZTA_OK;
}

void
zta_fetch_desk__close(zta_fetch_desk *desk)
{
	zta_errand *e;

	if (desk == NULL) {
		return;
	}
	/* Their loop has ended before it saw them. */
	while ((e = zta_errand_list__take(&desk->done)) != NULL) {
		zta_snapshot__drop(e->snapshot);
	}
	(void)close(desk->fd);
	free(desk);
}

int
zta_fetch_desk__fd(const zta_fetch_desk *desk)
{
	return desk->fd;
}

bool
zta_fetch_desk__hand_in(zta_fetch_desk *desk, zta_http_call *call,
    zta_snapshot *snapshot, const zta_need *need, int64_t since,
    zta_call_again *again)
{
	zta_errand *e = zta_arena__alloc(call->arena, sizeof(*e));
	zta_fetcher *f = desk->fetcher;
	bool taken;

	if (e == NULL) {
		return false;
	}
	zta_turn__enter(&f->turn);
	taken = !f->draining && f->waiting < ZTA_FETCH_WAITERS_MAX;
	if (taken) {
		*e = (zta_errand){ .desk = desk,
			.call = call,
			.snapshot = zta_snapshot__keep(snapshot),
			.need = *need,
			.since = since,
			.again = again };
		f->waiting++;
		zta_errand_list__append(&f->queue, e);
		zta_turn__tell(&f->turn);
	}
	zta_turn__leave(&f->turn);
	if (taken) {
		zta_http_call__patience(call, ZTA_FETCH_CALL_MS);
	}
	return taken;
}

void
zta_fetch_desk__ready(void *context)
{
	zta_fetch_desk *desk = context;
	zta_errand_list done;
	uint64_t count;
	zta_errand *e, it;

	if (read(desk->fd, &count, sizeof(count)) < 0 && errno != EAGAIN) {
		return;
	}
	zta_turn__enter(&desk->fetcher->turn);
	done = desk->done;
	desk->done = (zta_errand_list){ 0 };
	zta_turn__leave(&desk->fetcher->turn);
	while ((e = zta_errand_list__take(&done)) != NULL) {
		/* The errand may go with its call. */
		it = *e;
		zta_snapshot__drop(it.snapshot);
		it.again(desk->context, it.call, it.since);
	}
}
