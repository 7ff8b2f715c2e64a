/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store.c - what a store does in how long.
 *
 *     store PLACE...     "memory:", a path, "postgresql://..."; new ledgers
 *
 * Prints for each place: 10,000 objects of 100 bytes put at once; then medians
 * of 1,000 moves of a ref with three objects, of reading an object, and of
 * asking for the newest change, which waiters do every 20 ms.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/random.h"
#include "store/store.h"

#define OBJECTS 10000u
#define ROUNDS 1000u

static char texts[OBJECTS][100];
static zta_store_object objects[OBJECTS];

static void
must(zta_status status, const zta_error *err)
{
	if (status != ZTA_OK) {
		fprintf(stderr, "%s: %s\n", err->place, err->message);
		exit(1);
	}
}

static double
microseconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int
cmp(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double
median(double *times)
{
	qsort(times, ROUNDS, sizeof(*times), cmp);
	return times[ROUNDS / 2];
}

/* Objects that no store has seen. */
static void
make_objects(void)
{
	uint64_t run = zta_random__seed();
	size_t i;
	zta_error err = { 0 };

	for (i = 0; i < OBJECTS; i++) {
		(void)snprintf(texts[i], sizeof(texts[i]), "%llu %zu",
		    (unsigned long long)run, i);
		objects[i].kind = ZTA_OBJECT_BLOB;
		objects[i].body = (zta_str){ texts[i], sizeof(texts[i]) };
		must(zta_oid__of(ZTA_OBJECT_BLOB, objects[i].body,
			 &objects[i].oid, &err),
		    &err);
	}
}

static double
put_objects(zta_store *store, zta_str ledger)
{
	zta_error err = { 0 };
	double begin = microseconds();

	must(
	    zta_store__object_put(store, ledger, objects, OBJECTS, &err), &err);
	return microseconds() - begin;
}

static double
move_ref(zta_store *store, zta_str ledger)
{
	static double times[ROUNDS];
	zta_store_move move = { .ref = ZTA_STR("refs/heads/main"), .count = 3 };
	zta_error err = { 0 };
	size_t i;

	for (i = 0; i < ROUNDS; i++) {
		move.objects = &objects[3 * i];
		move.to = move.objects->oid;
		times[i] = microseconds();
		must(zta_store__ref_move(store, ledger, &move, &err), &err);
		times[i] = microseconds() - times[i];
		move.from = move.to;
	}
	return median(times);
}

static double
read_object(zta_store *store, zta_str ledger)
{
	static double times[ROUNDS];
	zta_store_object object;
	zta_arena arena;
	zta_error err = { 0 };
	size_t i;

	zta_arena__init(&arena, SIZE_MAX);
	for (i = 0; i < ROUNDS; i++) {
		zta_arena__reset(&arena);
		times[i] = microseconds();
		must(zta_store__object_get(store, ledger, &objects[7 * i].oid,
			 &arena, &object, &err),
		    &err);
		times[i] = microseconds() - times[i];
	}
	zta_arena__release(&arena);
	return median(times);
}

static double
look(zta_store *store)
{
	static double times[ROUNDS];
	uint64_t newest;
	zta_error err = { 0 };
	size_t i;

	for (i = 0; i < ROUNDS; i++) {
		times[i] = microseconds();
		must(zta_store__wait(store, 0, 0, &newest, &err), &err);
		times[i] = microseconds() - times[i];
	}
	return median(times);
}

int
main(int argc, char **argv)
{
	char put_ledger[32], move_ledger[32];
	zta_store *store;
	zta_error err = { 0 };
	double put, move;
	int i;

	make_objects();
	for (i = 1; i < argc; i++) {
		must(zta_store__open(&store, argv[i], &err), &err);
		(void)snprintf(put_ledger, sizeof(put_ledger), "bench/%016llx",
		    (unsigned long long)zta_random__seed());
		(void)snprintf(move_ledger, sizeof(move_ledger),
		    "bench/%016llx", (unsigned long long)zta_random__seed());
		must(zta_store__ledger_create(
			 store, zta_str_of(put_ledger), &err),
		    &err);
		must(zta_store__ledger_create(
			 store, zta_str_of(move_ledger), &err),
		    &err);
		put = put_objects(store, zta_str_of(put_ledger));
		move = move_ref(store, zta_str_of(move_ledger));
		printf("%.10s  put %.1f ms, move %.1f us, read %.1f us, "
		       "look %.1f us\n",
		    argv[i], put / 1e3, move,
		    read_object(store, zta_str_of(put_ledger)), look(store));
		zta_store__close(store);
	}
	return 0;
}
