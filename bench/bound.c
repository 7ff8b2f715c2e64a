/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bound.c - what a decision costs whose request was read before, as in an
 * application that keeps what it asks; and what loading costs.
 *
 *     bound SECONDS FOLDER...     measure for that long, print "name value"
 *     bound ROUNDSx FOLDER...     only decide every request ROUNDS times
 *
 * A decision takes hardly longer than to read the clock twice. So the median
 * time between two readings with nothing between them is taken off every
 * sample. As a check, `block` is a 64th of the median time of 64 decisions for which
 * the clock is read once; it is left out where the clock does not matter. Peers
 * measure in the same way.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "workload.h"

#define FOLDERS_MAX 16
#define SAMPLES_MAX 1000000u
/* Decisions of each folder that are compared with those of the peers. */
#define CHECKED_MAX 100u
#define BLOCK 64u
/* A decision this long dwarfs a reading of the clock. */
#define LONG_NS 100000u

typedef struct bench {
	workload workloads[FOLDERS_MAX];
	size_t count;
	size_t at, request; /* the next decision, round and round */
	uint32_t *samples;  /* nanoseconds */
	size_t sample_count;
} bench;

static bool
next(bench *b)
{
	const workload *w = &b->workloads[b->at];
	bool permitted = workload_permits(w, b->request++);

	if (b->request == w->request_count) {
		b->request = 0;
		b->at = (b->at + 1) % b->count;
	}
	return permitted;
}

static int
by_size(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static uint32_t
percentile(bench *b, unsigned percent)
{
	qsort(b->samples, b->sample_count, sizeof(*b->samples), by_size);
	return b->samples[b->sample_count * percent / 100];
}

/* What it costs to read the clock. */
static uint32_t
clock_ns(bench *b)
{
	uint64_t start;

	for (b->sample_count = 0; b->sample_count < 10000; b->sample_count++) {
		start = now_ns();
		b->samples[b->sample_count] = (uint32_t)(now_ns() - start);
	}
	return percentile(b, 50);
}

static uint32_t
measure_each(bench *b, uint64_t ns)
{
	uint32_t p50, p99, clock = clock_ns(b);
	uint64_t start, end, stop = now_ns() + ns;

	b->sample_count = 0;
	do {
		start = now_ns();
		(void)next(b);
		end = now_ns();
		b->samples[b->sample_count++] = (uint32_t)(end - start);
	} while (end < stop && b->sample_count < SAMPLES_MAX);
	p50 = percentile(b, 50);
	p99 = percentile(b, 99);
	printf("samples %zu\nclock %u\np50 %u\np99 %u\n", b->sample_count,
	    clock, p50 - (p50 < clock ? p50 : clock),
	    p99 - (p99 < clock ? p99 : clock));
	return p50;
}

static void
measure_blocks(bench *b, uint64_t ns)
{
	uint64_t start = now_ns(), end, stop = start + ns;
	unsigned i;

	b->sample_count = 0;
	do {
		for (i = 0; i < BLOCK; i++) {
			(void)next(b);
		}
		end = now_ns();
		b->samples[b->sample_count++] = (uint32_t)(end - start);
		start = end;
	} while (end < stop && b->sample_count < SAMPLES_MAX);
	printf("block %u\n", percentile(b, 50) / BLOCK);
}

/* Also lets the sessions grow to what they need. */
static void
print_decisions(const bench *b)
{
	const workload *w;
	size_t n, i;

	printf("decisions ");
	for (n = 0; n < b->count; n++) {
		w = &b->workloads[n];
		for (i = 0; i < w->request_count && i < CHECKED_MAX; i++) {
			putchar(workload_permits(w, i) ? '1' : '0');
		}
	}
	putchar('\n');
}

static void
print_load(const bench *b)
{
	const workload *w = &b->workloads[0];

	printf("text %zu\nload %llu\nheld %zu\npeak %zu\n", w->text,
	    (unsigned long long)w->load_ns, w->held, w->peak);
}

static void
decide_all(bench *b, unsigned long rounds)
{
	size_t n, i, total = 0;

	for (n = 0; n < b->count; n++) {
		total += b->workloads[n].request_count;
	}
	for (i = 0; i < rounds * total; i++) {
		(void)next(b);
	}
}

int
main(int argc, char **argv)
{
	static bench b;
	double seconds;
	char *unit;

	if (argc < 3 || argc - 2 > FOLDERS_MAX) {
		fputs("usage: bound SECONDS|ROUNDSx FOLDER...\n", stderr);
		return 64;
	}
	for (; b.count + 2 < (size_t)argc; b.count++) {
		workload_open(&b.workloads[b.count], argv[b.count + 2]);
	}
	seconds = strtod(argv[1], &unit);
	if (*unit == 'x') {
		decide_all(&b, (unsigned long)seconds);
	} else {
		b.samples = calloc(SAMPLES_MAX, sizeof(*b.samples));
		if (b.samples == NULL) {
			return 1;
		}
		print_load(&b);
		print_decisions(&b);
		if (measure_each(&b, (uint64_t)(seconds * 1e9)) < LONG_NS) {
			measure_blocks(&b, (uint64_t)(seconds * 1e9));
		}
		free(b.samples);
	}
	while (b.count > 0) {
		workload_close(&b.workloads[--b.count]);
	}
	return 0;
}
