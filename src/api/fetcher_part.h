/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fetcher_part.h - what threads and desks of the fetcher share.
 *
 * 1. An errand belongs to one thread at a time: to the loop until it is handed
 *    in and after it has come back, to the fetcher in between. It keeps the
 *    snapshot that its need points into. A client that goes away does not end
 *    it.
 * 2. Queue, desks, flags and what is under way are touched in the turn alone.
 */
#ifndef ZTA_API_FETCHER_PART_H
#define ZTA_API_FETCHER_PART_H

#include "api/fetcher.h"
#include "base/limits.h"
#include "store/turn.h"

/* In the arena of its call, or, without one, of its own. */
typedef struct zta_errand {
	struct zta_errand *next;
	zta_fetch_desk *desk; /* NULL: nobody waits */
	zta_http_call *call;
	zta_snapshot *snapshot;
	zta_need need;
	int64_t since;
	zta_call_again *again;
} zta_errand;

typedef struct zta_errand_list {
	zta_errand *first, *last;
} zta_errand_list;

struct zta_fetch_desk {
	zta_fetcher *fetcher;
	void *context;
	int fd;
	zta_errand_list done;
};

typedef struct zta_fetch_runner {
	zta_fetcher *fetcher;
	pthread_t thread;
	zta_way_out out;
	const zta_errand *under_way; /* NULL: at rest */
} zta_fetch_runner;

struct zta_fetcher {
	zta_fetcher_options options;
	zta_outside_rules rules;
	zta_turn turn;
	zta_errand_list queue;
	uint32_t waiting; /* calls */
	int64_t look_at;
	bool draining, stopping;
	atomic_bool stop; /* ends requests */
	zta_fetch_runner runners[ZTA_FETCH_THREADS];
	uint32_t started;
};

/* At the end; the first, or NULL. */
void zta_errand_list__append(zta_errand_list *list, zta_errand *errand);
zta_errand *zta_errand_list__take(zta_errand_list *list);

#endif
