/* SPDX-License-Identifier: Apache-2.0 */
/*
 * collector_desk.c - where a loop hands calls about logs of others in, and where
 * they come back to. What has come back is touched in the turn alone.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "api/collector_part.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "log/nodes.h"
#include "store/turn.h"

#define PREFIX "/logs/"

struct zta_collector_desk {
	zta_collector *collector;
	int fd;
	zta_turn turn;
	zta_delivery_list done;
};

void
zta_delivery_list__add(zta_delivery_list *list, zta_delivery *d)
{
	d->next = NULL;
	if (list->first == NULL) {
		list->first = d;
	} else {
		list->last->next = d;
	}
	list->last = d;
}

zta_delivery *
zta_delivery_list__take(zta_delivery_list *list)
{
	zta_delivery *d = list->first;

	if (d != NULL) {
		list->first = d->next;
	}
	return d;
}

zta_status
zta_collector_desk__open(
    zta_collector_desk **out, zta_collector *collector, zta_error *err)
{
	zta_collector_desk *desk = calloc(1, sizeof(*desk));

	*out = NULL;
	if (desk == NULL || zta_turn__init(&desk->turn, err) != ZTA_OK) {
		free(desk);
		return zta_error__nomem(err);
	}
	desk->collector = collector;
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
zta_collector_desk__close(zta_collector_desk *desk)
{
	if (desk != NULL) {
		(void)close(desk->fd);
		zta_turn__release(&desk->turn);
		free(desk);
	}
}

int
zta_collector_desk__fd(const zta_collector_desk *desk)
{
	return desk->fd;
}

void
zta_collector_desk__give_back(zta_delivery *d)
{
	zta_collector_desk *desk = d->desk;
	const uint64_t one = 1;

	zta_turn__enter(&desk->turn);
	zta_delivery_list__add(&desk->done, d);
	zta_turn__leave(&desk->turn);
	/* Fails only if the counter is full: then it wakes anyway. */
	if (write(desk->fd, &one, sizeof(one)) < 0) {
		return;
	}
}

static void
answer(zta_delivery *d)
{
	zta_buf body;
	zta_json_out out = { &body, false };

	if (d->status != 200) {
		zta_http_call__fail(
		    d->call, d->status, d->code, d->why.message, d->why.place);
		return;
	}
	zta_buf__init(&body, SIZE_MAX);
	zta_json_out__open(&out, '{');
	zta_json_out__member_int(&out, "size", (int64_t)d->size);
	zta_json_out__close(&out, '}');
	if (body.status == ZTA_OK) {
		zta_http_call__answer(d->call, 200, "", zta_buf__str(&body));
	} else {
		zta_http_call__fail(
		    d->call, 503, "unavailable", "out of memory", "");
	}
	zta_buf__release(&body);
}

void
zta_collector_desk__ready(void *context)
{
	zta_collector_desk *desk = context;
	zta_delivery_list done;
	zta_delivery *d;
	uint64_t count;

	if (read(desk->fd, &count, sizeof(count)) < 0 && errno != EAGAIN) {
		return;
	}
	zta_turn__enter(&desk->turn);
	done = desk->done;
	desk->done = (zta_delivery_list){ 0 };
	zta_turn__leave(&desk->turn);
	while ((d = zta_delivery_list__take(&done)) != NULL) {
		answer(d);
	}
}

/* --- paths */

bool
zta_collector_desk__knows(zta_str path)
{
	return zta_str__starts(path, ZTA_STR(PREFIX));
}

/* "/logs/<name>" or "/logs/<name>/entries" */
static bool
read_path(zta_str path, zta_str *name, bool *entries)
{
	zta_str rest = { path.ptr + sizeof(PREFIX) - 1,
		path.len - (sizeof(PREFIX) - 1) };

	(void)zta_str__next(&rest, '/', name);
	*entries = rest.ptr != NULL;
	return zta_node__is_name(*name) &&
	    (!*entries || zta_str__is(rest, "entries"));
}

void
zta_collector_desk__handle(
    zta_collector_desk *desk, zta_http_call *call, zta_str path)
{
	zta_delivery *d;
	zta_str name;
	bool entries;

	if (!read_path(path, &name, &entries)) {
		zta_http_call__fail(call, 404, "not_found",
		    "there is nothing at this path", "");
		return;
	}
	if (!zta_str__is(call->method, entries ? "POST" : "GET") &&
	    (entries || !zta_str__is(call->method, "HEAD"))) {
		zta_http_call__other_method(
		    call, entries ? "POST" : "GET, HEAD");
		return;
	}
	d = zta_arena__zalloc(call->arena, 1, sizeof(*d));
	if (d == NULL) {
		zta_http_call__fail(
		    call, 503, "unavailable", "out of memory", "");
		return;
	}
	*d = (zta_delivery){
		.desk = desk, .call = call, .node = name, .sends = entries
	};
	zta_http_call__patience(call, ZTA_LEDGER_CALL_MS);
	zta_collector__hand_in(desk->collector, d);
}
