/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fetcher.c - see fetcher.h.
 *
 * 1. An errand belongs to one thread at a time: to the loop until it is handed
 *    in and after it has come back, to the fetcher in between. It keeps the
 *    snapshot that its need points into. A client that goes away does not end
 *    it.
 * 2. Queue, desks, flags and what is under way are touched in the turn alone.
 */
#include "api/fetcher.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/time.h"
#include "identity/keys.h"
#include "store/turn.h"

/* How often it is seen whether keys must be fetched again. */
#define LOOK_MS 500

/* In the arena of its call, or, without one, of its own. */
typedef struct errand {
	struct errand *next;
	zta_fetch_desk *desk; /* NULL: nobody waits */
	zta_http_call *call;
	zta_snapshot *snapshot;
	zta_need need;
	int64_t since;
	zta_call_again *again;
} errand;

typedef struct errand_list {
	errand *first, *last;
} errand_list;

struct zta_fetch_desk {
	zta_fetcher *fetcher;
	void *context;
	int fd;
	errand_list done;
};

typedef struct runner {
	zta_fetcher *fetcher;
	pthread_t thread;
	zta_way_out out;
	const errand *under_way; /* NULL: at rest */
} runner;

struct zta_fetcher {
	zta_fetcher_options options;
	zta_outside_rules rules;
	zta_turn turn;
	errand_list queue;
	uint32_t waiting; /* calls */
	int64_t look_at;
	bool draining, stopping;
	atomic_bool stop; /* ends requests */
	runner runners[ZTA_FETCH_THREADS];
	uint32_t started;
};

static void
append(errand_list *list, errand *e)
{
	e->next = NULL;
	if (list->first == NULL) {
		list->first = e;
	} else {
		list->last->next = e;
	}
	list->last = e;
}

static errand *
take(errand_list *list)
{
	errand *e = list->first;

	if (e != NULL) {
		list->first = e->next;
	}
	return e;
}

/* --- in the turn */

/* Give an errand back to whoever waits for it. */
static void
finish(zta_fetcher *f, errand *e)
{
	const uint64_t one = 1;

	if (e->desk == NULL) {
		zta_snapshot__drop(e->snapshot);
		free(e);
		return;
	}
	f->waiting--;
	append(&e->desk->done, e);
	/* Fails only if the counter is full: then it wakes anyway. */
	if (write(e->desk->fd, &one, sizeof(one)) < 0) {
		return;
	}
}

/* Finish all errands in the queue that need the same; all, if NULL. */
static void
finish_same(zta_fetcher *f, const zta_need *need)
{
	errand_list rest = f->queue;
	errand *e;

	f->queue = (errand_list){ 0 };
	while ((e = take(&rest)) != NULL) {
		if (need == NULL || zta_str__eq(e->need.key, need->key)) {
			finish(f, e);
		} else {
			append(&f->queue, e);
		}
	}
}

/* May it be begun: is nobody at it, and is its source not asked too much? */
static bool
may_begin(const zta_fetcher *f, const errand *e)
{
	uint32_t i, asked = 0;

	for (i = 0; i < ZTA_FETCH_THREADS; i++) {
		const errand *other = f->runners[i].under_way;

		if (other == NULL) {
			continue;
		}
		if (zta_str__eq(other->need.key, e->need.key)) {
			return false;
		}
		asked += zta_str__eq(other->need.gate, e->need.gate) ? 1 : 0;
	}
	return asked < ZTA_FETCH_SOURCE_MAX;
}

static errand *
pick(zta_fetcher *f)
{
	errand_list rest = f->queue;
	errand *e, *found = NULL;

	f->queue = (errand_list){ 0 };
	while ((e = take(&rest)) != NULL) {
		if (found == NULL && may_begin(f, e)) {
			found = e;
		} else {
			append(&f->queue, e);
		}
	}
	return found;
}

static bool
is_known(const zta_fetcher *f, const zta_need *need)
{
	const errand *e;
	uint32_t i;

	for (e = f->queue.first; e != NULL; e = e->next) {
		if (zta_str__eq(e->need.key, need->key)) {
			return true;
		}
	}
	for (i = 0; i < ZTA_FETCH_THREADS; i++) {
		e = f->runners[i].under_way;
		if (e != NULL && zta_str__eq(e->need.key, need->key)) {
			return true;
		}
	}
	return false;
}

/* Keys that are to be fetched again. */
static void
look_for_due(zta_fetcher *f)
{
	zta_snapshot *s = f->options.snapshot(f->options.context);
	zta_need need;
	errand *e;
	uint32_t i;

	for (i = 0; s != NULL && i < s->sources.count; i++) {
		if (!zta_keys__need(&s->sources.list[i], &need) ||
		    !zta_ring__is_due(f->options.ring, need.key) ||
		    is_known(f, &need)) {
			continue;
		}
		e = calloc(1, sizeof(*e));
		if (e != NULL) {
			*e = (errand){ .snapshot = zta_snapshot__keep(s),
				.need = need };
			append(&f->queue, e);
		}
	}
	zta_snapshot__drop(s);
}

/* --- a thread */

static void
tell(const zta_fetcher *f, const zta_need *need, zta_need_outcome outcome,
    const zta_error *err)
{
	zta_str name = need->source->name;

	if (outcome == ZTA_NEED_FAILED && !atomic_load(&f->stop)) {
		f->options.say("identity: source %.*s: %s: %s",
		    ZTA_STR_ARG(name), err->place, err->message);
	} else if (outcome == ZTA_NEED_BACK) {
		f->options.say(
		    "identity: source %.*s: answers again", ZTA_STR_ARG(name));
	}
}

/* Out of the turn. */
static void
run_errand(runner *r, const errand *e)
{
	const zta_outside outside = zta_way_out__outside(&r->out);
	zta_fetcher *f = r->fetcher;
	zta_error err = { 0 };

	tell(f, &e->need,
	    zta_need__fetch(&e->need, f->options.ring, &outside, &err), &err);
}

static void *
run(void *context)
{
	runner *r = context;
	zta_fetcher *f = r->fetcher;
	int64_t now;
	errand *e;

	zta_turn__enter(&f->turn);
	while (!f->stopping) {
		now = zta_time__monotonic_ms();
		if (f->draining) {
			finish_same(f, NULL);
		} else if (now >= f->look_at) {
			look_for_due(f);
			f->look_at = now + LOOK_MS;
		}
		e = pick(f);
		if (e == NULL) {
			zta_turn__wait(&f->turn, now + LOOK_MS);
			continue;
		}
		r->under_way = e;
		zta_turn__leave(&f->turn);
		run_errand(r, e);
		zta_turn__enter(&f->turn);
		r->under_way = NULL;
		finish_same(f, &e->need);
		finish(f, e);
		zta_turn__tell(&f->turn);
	}
	zta_turn__leave(&f->turn);
	return NULL;
}

/* --- from outside */

static zta_status
start(zta_fetcher *f, zta_error *err)
{
	const zta_http_client_options options = { .ca_file = f->options.ca_file,
		.connect_ms = ZTA_FETCH_CONNECT_MS,
		.stop = &f->stop };
	zta_status status = ZTA_OK;
	runner *r;
	uint32_t i;

	for (i = 0; status == ZTA_OK && i < ZTA_FETCH_THREADS; i++) {
		r = &f->runners[i];
		r->fetcher = f;
		r->out = (zta_way_out){ .rules = &f->rules,
			.secrets = f->options.secrets,
			.sign = f->options.sign,
			.channel = &f->options.channels[i] };
		status = zta_http_client__open(&r->out.client, &options, err);
		if (status == ZTA_OK &&
		    pthread_create(&r->thread, NULL, run, r) != 0) {
			status = zta_error__set(
			    err, ZTA_ENOMEM, "cannot start a thread");
		}
		f->started += status == ZTA_OK ? 1 : 0;
	}
	return status;
}

zta_status
zta_fetcher__open(
    zta_fetcher **out, const zta_fetcher_options *options, zta_error *err)
{
	zta_fetcher *f = calloc(1, sizeof(*f));
	zta_status status;

	*out = NULL;
	if (f == NULL) {
		return zta_error__nomem(err);
	}
	f->options = *options;
	atomic_init(&f->stop, false);
	status = zta_turn__init(&f->turn, err);
	if (status != ZTA_OK) {
		free(f);
		return status;
	}
	status = zta_outside_rules__read(&f->rules, options->allow, err);
	if (status == ZTA_OK) {
		status = start(f, err);
	}
	if (status != ZTA_OK) {
		zta_fetcher__close(f);
		return status;
	}
	*out = f;
	return ZTA_OK;
}

void
zta_fetcher__drain(zta_fetcher *f)
{
	if (f != NULL) {
		atomic_store(&f->stop, true);
		zta_turn__enter(&f->turn);
		f->draining = true;
		zta_turn__tell(&f->turn);
		zta_turn__leave(&f->turn);
	}
}

void
zta_fetcher__close(zta_fetcher *f)
{
	uint32_t i;

	if (f == NULL) {
		return;
	}
	atomic_store(&f->stop, true);
	zta_turn__enter(&f->turn);
	f->stopping = true;
	zta_turn__tell(&f->turn);
	zta_turn__leave(&f->turn);
	for (i = 0; i < f->started; i++) {
		(void)pthread_join(f->runners[i].thread, NULL);
	}
	for (i = 0; i < ZTA_FETCH_THREADS; i++) {
		zta_http_client__close(f->runners[i].out.client);
	}
	finish_same(f, NULL);
	zta_outside_rules__release(&f->rules);
	zta_turn__release(&f->turn);
	free(f);
}

/* --- desks */

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
	errand *e;

	if (desk == NULL) {
		return;
	}
	/* Their loop has ended before it saw them. */
	while ((e = take(&desk->done)) != NULL) {
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
	errand *e = zta_arena__alloc(call->arena, sizeof(*e));
	zta_fetcher *f = desk->fetcher;
	bool taken;

	if (e == NULL) {
		return false;
	}
	zta_turn__enter(&f->turn);
	taken = !f->draining && f->waiting < ZTA_FETCH_WAITERS_MAX;
	if (taken) {
		*e = (errand){ .desk = desk,
			.call = call,
			.snapshot = zta_snapshot__keep(snapshot),
			.need = *need,
			.since = since,
			.again = again };
		f->waiting++;
		append(&f->queue, e);
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
	errand_list done;
	uint64_t count;
	errand *e, it;

	if (read(desk->fd, &count, sizeof(count)) < 0 && errno != EAGAIN) {
		return;
	}
	zta_turn__enter(&desk->fetcher->turn);
	done = desk->done;
	desk->done = (errand_list){ 0 };
	zta_turn__leave(&desk->fetcher->turn);
	while ((e = take(&done)) != NULL) {
		/* The errand may go with its call. */
		it = *e;
		zta_snapshot__drop(it.snapshot);
		it.again(desk->context, it.call, it.since);
	}
}
