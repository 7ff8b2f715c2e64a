/* SPDX-License-Identifier: Apache-2.0 */
/* fetcher.c - the threads that fetch: see fetcher.h. */
#include "api/fetcher_part.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"
#include "base/str.h"
#include "base/time.h"
#include "identity/keys.h"

/* How often it is seen whether keys must be fetched again. */
#define LOOK_MS 500

/* --- in the turn */

/* Give an errand back to whoever waits for it. */
static void
finish(zta_fetcher *f, zta_errand *e)
{
	const uint64_t one = 1;

	if (e->desk == NULL) {
		zta_snapshot__drop(e->snapshot);
		free(e);
		return;
	}
	f->waiting--;
	zta_errand_list__append(&e->desk->done, e);
	/* Fails only if the counter is full: then it wakes anyway. */
	if (write(e->desk->fd, &one, sizeof(one)) < 0) {
		return;
	}
}

/* Finish all errands in the queue that need the same; all, if NULL. */
static void
finish_same(zta_fetcher *f, const zta_need *need)
{
	zta_errand_list rest = f->queue;
	zta_errand *e;

	f->queue = (zta_errand_list){ 0 };
	while ((e = zta_errand_list__take(&rest)) != NULL) {
		if (need == NULL || zta_str__eq(e->need.key, need->key)) {
			finish(f, e);
		} else {
			zta_errand_list__append(&f->queue, e);
		}
	}
}

/* May it be begun: is nobody at it, and is its source not asked too much? */
static bool
may_begin(const zta_fetcher *f, const zta_errand *e)
{
	uint32_t i, asked = 0;

	for (i = 0; i < ZTA_FETCH_THREADS; i++) {
		const zta_errand *other = f->runners[i].under_way;

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

static zta_errand *
pick(zta_fetcher *f)
{
	zta_errand_list rest = f->queue;
	zta_errand *e, *found = NULL;

	f->queue = (zta_errand_list){ 0 };
	while ((e = zta_errand_list__take(&rest)) != NULL) {
		if (found == NULL && may_begin(f, e)) {
			found = e;
		} else {
			zta_errand_list__append(&f->queue, e);
		}
	}
	return found;
}

static bool
is_known(const zta_fetcher *f, const zta_need *need)
{
	const zta_errand *e;
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
	zta_errand *e;
	uint32_t i;

	for (i = 0; s != NULL && i < s->sources.count; i++) {
		if (!zta_keys__need(&s->sources.list[i], &need) ||
		    !zta_ring__is_due(f->options.ring, need.key) ||
		    is_known(f, &need)) {
			continue;
		}
		e = calloc(1, sizeof(*e));
		if (e != NULL) {
			*e = (zta_errand){ .snapshot = zta_snapshot__keep(s),
				.need = need };
			zta_errand_list__append(&f->queue, e);
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
run_errand(zta_fetch_runner *r, const zta_errand *e)
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
	zta_fetch_runner *r = context;
	zta_fetcher *f = r->fetcher;
	int64_t now;
	zta_errand *e;

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
	zta_fetch_runner *r;
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
