/* SPDX-License-Identifier: Apache-2.0 */
/* tally.c - see tally.h. */
#include "api/tally.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

/* Upper bounds of the histogram, in microseconds and as seconds. */
static const struct {
	int64_t us;
	const char *seconds;
} bounds[ZTA_TALLY_BOUNDS] = { { 5, "5e-06" }, { 10, "1e-05" },
	{ 25, "2.5e-05" }, { 50, "5e-05" }, { 100, "0.0001" },
	{ 250, "0.00025" }, { 500, "0.0005" }, { 1000, "0.001" },
	{ 2500, "0.0025" }, { 10000, "0.01" }, { 100000, "0.1" },
	{ 1000000, "1" } };

/* --- counting */

static void
add(atomic_ullong *to, uint64_t n)
{
	atomic_store_explicit(to,
	    atomic_load_explicit(to, memory_order_relaxed) + n,
	    memory_order_relaxed);
}

static uint64_t
get(const atomic_ullong *from)
{
	return atomic_load_explicit(from, memory_order_relaxed);
}

int64_t
zta_tally__now_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void
zta_tally__answered(zta_tally *tally, uint32_t route, unsigned status)
{
	if (route < ZTA_TALLY_ROUTES_MAX && status / 100 < 6) {
		add(&tally->requests[route][status / 100], 1);
	}
}

static bool
is_of(const zta_tally_answer *a, const zta_tally_answer *b)
{
	return a->allowed == b->allowed && strcmp(a->code, b->code) == 0 &&
	    strcmp(a->leg, b->leg) == 0;
}

/* The last place is of all that find none. */
static zta_tally_answer *
place_of(zta_tally *tally, const zta_tally_answer *what)
{
	uint32_t i,
	    count = atomic_load_explicit(
		&tally->answer_count, memory_order_relaxed);
	zta_tally_answer *a;

	for (i = 0; i < count; i++) {
		if (is_of(&tally->answers[i], what)) {
			return &tally->answers[i];
		}
	}
	if (count == ZTA_TALLY_ANSWERS_MAX) {
		return &tally->answers[count - 1];
	}
	a = &tally->answers[count];
	*a = *what;
	if (count == ZTA_TALLY_ANSWERS_MAX - 1) {
		*a = (zta_tally_answer){ "other", "other", false, 0 };
	}
	atomic_store_explicit(
	    &tally->answer_count, count + 1, memory_order_release);
	return a;
}

void
zta_tally__decided(zta_tally *tally, const zta_decision *d, int64_t since)
{
	const zta_tally_answer what = { d->leg, d->code, d->effect == ZTA_ALLOW,
		0 };
	int64_t took = zta_tally__now_us() - since;
	uint32_t i = 0;

	add(&place_of(tally, &what)->count, 1);
	while (i < ZTA_TALLY_BOUNDS && took > bounds[i].us) {
		i++;
	}
	add(&tally->took[i], 1);
	add(&tally->took_us, (uint64_t)took);
}

/* --- telling */

typedef struct tallies {
	const char *first;
	uint32_t count;
	size_t stride;
} tallies;

static const zta_tally *
tally_at(const tallies *all, uint32_t i)
{
	return (const void *)(all->first + i * all->stride);
}

static void
put_requests(const tallies *all, const char *(*route)(uint32_t), zta_buf *out)
{
	uint64_t sum;
	uint32_t r, class, i;

	zta_buf__text(out,
	    "# HELP ztauth_requests_total Requests answered, by route and "
	    "class of status.\n"
	    "# TYPE ztauth_requests_total counter\n");
	for (r = 0; r < ZTA_TALLY_ROUTES_MAX && route(r) != NULL; r++) {
		for (class = 2; class < 6; class ++) {
			sum = 0;
			for (i = 0; i < all->count; i++) {
				sum +=
				    get(&tally_at(all, i)->requests[r][class]);
			}
			if (sum > 0) {
				zta_buf__printf(out,
				    "ztauth_requests_total{route=\"%s\","
				    "class=\"%" PRIu32 "xx\"} %" PRIu64 "\n",
				    route(r), class, sum);
			}
		}
	}
}

/* Of all workers in one, which has as many places as one worker has. */
static void
sum_answers(const tallies *all, zta_tally *sum)
{
	const zta_tally *t;
	uint32_t i, k, count;

	for (i = 0; i < all->count; i++) {
		t = tally_at(all, i);
		count = atomic_load_explicit(
		    &t->answer_count, memory_order_acquire);
		for (k = 0; k < count; k++) {
			const zta_tally_answer what = { t->answers[k].leg,
				t->answers[k].code, t->answers[k].allowed, 0 };

			add(&place_of(sum, &what)->count,
			    get(&t->answers[k].count));
		}
	}
}

static void
put_decisions(const tallies *all, const char *zone, zta_buf *out)
{
	zta_tally sum;
	const zta_tally_answer *a;
	uint32_t i;

	memset(&sum, 0, sizeof(sum));
	sum_answers(all, &sum);
	zta_buf__text(out,
	    "# HELP ztauth_decisions_total Decisions, by what was decided, the "
	    "leg that decided and its code.\n"
	    "# TYPE ztauth_decisions_total counter\n");
	for (i = 0; i < sum.answer_count; i++) {
		a = &sum.answers[i];
		zta_buf__printf(out,
		    "ztauth_decisions_total{zone=\"%s\",decision=\"%s\","
		    "leg=\"%s\",code=\"%s\"} %" PRIu64 "\n",
		    zone, a->allowed ? "allow" : "deny", a->leg, a->code,
		    get(&a->count));
	}
}

static uint64_t
sum_took(const tallies *all, uint32_t bound)
{
	uint64_t sum = 0;
	uint32_t i;

	for (i = 0; i < all->count; i++) {
		sum += get(&tally_at(all, i)->took[bound]);
	}
	return sum;
}

/* Each bucket has those below it, too; the count is that of the last. */
static void
put_latency(const tallies *all, zta_buf *out)
{
	uint64_t below = 0, us = 0;
	uint32_t i;

	zta_buf__text(out,
	    "# HELP ztauth_decision_seconds How long it took to decide, "
	    "without the log.\n"
	    "# TYPE ztauth_decision_seconds histogram\n");
	for (i = 0; i <= ZTA_TALLY_BOUNDS; i++) {
		below += sum_took(all, i);
		zta_buf__printf(out,
		    "ztauth_decision_seconds_bucket{le=\"%s\"} %" PRIu64 "\n",
		    i < ZTA_TALLY_BOUNDS ? bounds[i].seconds : "+Inf", below);
	}
	for (i = 0; i < all->count; i++) {
		us += get(&tally_at(all, i)->took_us);
	}
	zta_buf__printf(out,
	    "ztauth_decision_seconds_sum %" PRIu64 ".%06" PRIu64 "\n"
	    "ztauth_decision_seconds_count %" PRIu64 "\n",
	    us / 1000000, us % 1000000, below);
}

void
zta_tally__put(const zta_tally *first, uint32_t count, size_t stride,
    const char *zone, const char *(*route)(uint32_t), zta_buf *out)
{
	const tallies all = { (const char *)first, count, stride };

	put_requests(&all, route, out);
	put_decisions(&all, zone, out);
	put_latency(&all, out);
}
