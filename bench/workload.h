/* SPDX-License-Identifier: Apache-2.0 */
/*
 * workload.h - what bench/workloads.py wrote, loaded into an engine.
 *
 * Whatever goes wrong ends the program with a message.
 */
#ifndef ZTA_BENCH_WORKLOAD_H
#define ZTA_BENCH_WORKLOAD_H

#include "base/arena.h"
#include "ztauth/cedar.h"

typedef struct workload {
	zta_arena arena; /* of the requests */
	zta_cedar *engine;
	zta_cedar_session *session;
	zta_cedar_bound **requests;
	size_t request_count;
	size_t text;      /* bytes of schema, policies and entities */
	uint64_t load_ns; /* from texts in memory to an engine that decides */
	size_t held;      /* bytes of heap that the engine keeps */
	size_t peak;      /* bytes of memory that loading took at its height */
} workload;

void must(zta_status status, const zta_error *err);
void check(bool good, const char *what);

/* Nanoseconds of a clock that never steps. */
uint64_t now_ns(void);

/* Load a folder, validate its policies, bind its requests. */
void workload_open(workload *w, const char *folder);
void workload_close(workload *w);

/* Decide request `i`. */
bool workload_permits(const workload *w, size_t i);

#endif
