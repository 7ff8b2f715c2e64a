/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bound.c - decisions of requests that were read before, as an application
 * makes them that keeps what it asks.
 *
 *     bound ROUNDS FOLDER
 *
 * FOLDER holds policies.cedar, entities.json and requests.jsonl. Prints the
 * median nanoseconds of a decision, and how many were allowed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/str.h"
#include "ztauth/cedar.h"

#define REQUESTS_MAX 10000

static zta_cedar_bound *requests[REQUESTS_MAX];
static size_t request_count;

static void
must(zta_status status, const zta_error *err)
{
	if (status != ZTA_OK) {
		fprintf(stderr, "%s:%u:%u: %s\n", err->place, err->line,
		    err->column, err->message);
		exit(1);
	}
}

static zta_str
read_file(zta_arena *arena, const char *folder, const char *name)
{
	char path[4096];
	zta_error err = { 0 };
	zta_str text;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	must(zta_file__read(arena, path, ZTA_FILE_MAX, &text, &err), &err);
	return text;
}

static zta_cedar *
load(zta_arena *arena, const char *folder)
{
	zta_cedar *engine;
	zta_error err = { 0 };
	zta_str lines, line;

	must(zta_cedar_open(&engine, &err), &err);
	must(zta_cedar_add_policies(engine, ZTA_STR("policies.cedar"),
		 read_file(arena, folder, "policies.cedar"), ZTA_CEDAR_NUMBERED,
		 &err),
	    &err);
	must(zta_cedar_add_entities(engine, ZTA_STR("entities.json"),
		 read_file(arena, folder, "entities.json"), &err),
	    &err);
	must(zta_cedar_seal(engine, &err), &err);
	lines = read_file(arena, folder, "requests.jsonl");
	while (zta_str__next(&lines, '\n', &line) &&
	    request_count < REQUESTS_MAX) {
		if (line.len > 0) {
			must(zta_cedar_bind(engine, line, 0,
				 &requests[request_count++], &err),
			    &err);
		}
	}
	return engine;
}

static uint64_t
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static int
by_size(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

int
main(int argc, char **argv)
{
	size_t rounds = argc == 3 ? strtoul(argv[1], NULL, 10) : 0;
	zta_cedar_session *session;
	zta_cedar_answer answer;
	zta_error err = { 0 };
	zta_arena arena;
	zta_cedar *engine;
	uint64_t *times, start;
	size_t i, n, allowed = 0, count = 0;

	if (rounds == 0) {
		fputs("usage: bound ROUNDS FOLDER\n", stderr);
		return 64;
	}
	zta_arena__init(&arena, SIZE_MAX);
	engine = load(&arena, argv[2]);
	must(zta_cedar_session_open(&session, engine, &err), &err);
	times = calloc(rounds * request_count + 1, sizeof(*times));
	if (times == NULL) {
		return 1;
	}
	for (n = 0; n < rounds; n++) {
		for (i = 0; i < request_count; i++) {
			start = now();
			must(zta_cedar_decide(
				 session, requests[i], &answer, &err),
			    &err);
			times[count++] = now() - start;
			allowed += n == 0 && answer.permitted;
		}
	}
	qsort(times, count, sizeof(*times), by_size);
	printf("%llu %zu\n", (unsigned long long)times[count / 2], allowed);
	free(times);
	for (i = 0; i < request_count; i++) {
		zta_cedar_unbind(requests[i]);
	}
	zta_cedar_session_close(session);
	zta_cedar_close(engine);
	zta_arena__release(&arena);
	return 0;
}
