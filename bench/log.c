/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log.c - what the decision log costs, by the clock and in CPU, with a log that
 * is there.
 *
 *   log restart DIR    open it as a server does, and close it
 *   log prove DIR N    receipts of N records, spread over the log
 *   log verify DIR     verify it, beside hashing its entries alone
 *   log append DIR N   N records into a log in DIR, one after another as they are
 *                      durable, in turns with what is personal and without
 *
 * build/tests/interop/log_writer writes such a log.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "log/log.h"
#include "log/receipt.h"
#include "log/segment.h"
#include "ztauth/log.h"

static double
seconds(clockid_t clock)
{
	struct timespec t;

	(void)clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double
now(void)
{
	return seconds(CLOCK_MONOTONIC);
}

/* Of all threads. */
static double
cpu(void)
{
	return seconds(CLOCK_PROCESS_CPUTIME_ID);
}

static void
must(zta_status status, const zta_error *err)
{
	if (status != ZTA_OK) {
		fprintf(stderr, "%s: %s\n", err->place, err->message);
		exit(1);
	}
}

/* It does not depend on how long the log is; segments that are read are in it. */
static void
print_memory(void)
{
	struct rusage usage;

	(void)getrusage(RUSAGE_SELF, &usage);
	printf("memory at its height: %ld MB\n", usage.ru_maxrss / 1024);
}

/* What a checkpoint of all of it would say. */
static void
find_head(const char *dir, zta_log_head *head, zta_log_found *found)
{
	const zta_log_options options = { .lanes = 1 };
	zta_error err = { 0 };
	zta_log *log;

	must(zta_log__open(&log, dir, &options, found, &err), &err);
	must(zta_log_tree__head(zta_log__tree(log), head, &err), &err);
	zta_log__close(log);
}

static void
restart(const char *dir)
{
	zta_log_options options = { .lanes = 1 };
	zta_log_head head;
	zta_log_found found;
	zta_error err = { 0 };
	zta_log *log;
	double start, used;

	find_head(dir, &head, &found);
	options.known = &head;
	start = now();
	used = cpu();
	must(zta_log__open(&log, dir, &options, &found, &err), &err);
	printf("restart with %lu records: %.2f s, %.2f s of CPU, %lu of them "
	       "added again\n",
	    (unsigned long)found.next, now() - start, cpu() - used,
	    (unsigned long)found.redone);
	zta_log__close(log);
}

static void
prove(const char *dir, uint64_t count)
{
	zta_log_head head;
	zta_log_found found;
	zta_log_view *view;
	zta_error err = { 0 };
	zta_buf out;
	double start, took, used, longest = 0, sum = 0;
	uint64_t i;

	find_head(dir, &head, &found);
	must(zta_log_view__open(&view, dir, &err), &err);
	zta_buf__init(&out, SIZE_MAX);
	used = cpu();
	for (i = 0; i < count; i++) {
		zta_buf__clear(&out);
		start = now();
		must(zta_receipt__make(view,
			 i * UINT64_C(0x9E3779B97F4A7C15) % head.size,
			 ZTA_RECEIPT_FIELDS, ZTA_STR(""), &head, &out, &err),
		    &err);
		took = now() - start;
		sum += took;
		longest = took > longest ? took : longest;
	}
	printf("receipt in %lu records: %.0f us, at most %.0f us, %.0f us of "
	       "CPU\n",
	    (unsigned long)head.size, sum / (double)count * 1e6, longest * 1e6,
	    (cpu() - used) / (double)count * 1e6);
	zta_buf__release(&out);
	zta_log_view__close(view);
}

static void
pass_row(void *context, unsigned level, const unsigned char *hash)
{
	(void)context;
	(void)level;
	(void)hash;
}

/* A zta_segment_visit: the hashes of a tree, and nothing else. */
static zta_status
hash_frame(void *context, const zta_frame *frame, uint64_t at, zta_error *err)
{
	zta_merkle_growth *growth = context;
	unsigned char leaf[ZTA_SHA256_LEN];
	zta_str rest = frame->entries, entry;

	(void)at;
	(void)err;
	while (zta_frame__next(&rest, &entry)) {
		zta_hash_tree__leaf(entry, leaf);
		zta_merkle__grow(growth, leaf, pass_row, NULL);
	}
	return ZTA_OK;
}

static void
verify(const char *dir)
{
	static zta_merkle_growth growth;
	char path[ZTA_SEGMENT_PATH_MAX];
	zta_log_verified done;
	zta_error err = { 0 };
	uint64_t *firsts;
	size_t count, i;
	double start = now(), used = cpu(), all, raw, all_cpu, raw_cpu;

	must(zta_log_verify(dir, ZTA_STR(""), ZTA_STR(""), &done, &err), &err);
	all = now() - start;
	all_cpu = cpu() - used;
	must(zta_segment__list(dir, &firsts, &count, &err), &err);
	start = now();
	used = cpu();
	for (i = 0; i < count; i++) {
		must(zta_segment__path(path, dir, firsts[i], &err), &err);
		must(zta_segment__walk(path, firsts[i],
			 i + 1 < count ? firsts[i + 1] : done.entries,
			 hash_frame, &growth, &err),
		    &err);
	}
	raw = now() - start;
	raw_cpu = cpu() - used;
	printf(
	    "verify %lu records: %.0f/s, %.2f of hashing them alone; %.2f us "
	    "of CPU each, %.2f\n",
	    (unsigned long)done.entries, (double)done.entries / all, raw / all,
	    all_cpu / (double)done.entries * 1e6, raw_cpu / all_cpu);
	free(firsts);
}

/* Until it is durable, in us. */
static double
append_one(zta_log *log, bool is_personal)
{
	zta_leaf leaf = { .kind = ZTA_STR("decision"),
		.id = ZTA_STR("0123456789abcdef"),
		.time = 1,
		.zone = ZTA_STR("100000000001"),
		.action = ZTA_STR("buy"),
		.allowed = true,
		.code = ZTA_STR("permitted"),
		.mode = ZTA_STR("strict") };
	zta_error err = { 0 };
	double start = now();

	if (is_personal) {
		leaf.subject_id = ZTA_STR("alice");
		leaf.resource_id = ZTA_STR("teapot");
		leaf.request = ZTA_STR("0123456789abcdef0123456789abcdef");
	}
	must(zta_log_lane__write(zta_log__lane(log, 0), &leaf, &err), &err);
	return (now() - start) * 1e6;
}

static int
compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
append(const char *dir, size_t count)
{
	const zta_log_options options = { .lanes = 1 };
	double *took[2];
	zta_log_found found;
	zta_error err = { 0 };
	zta_log *log;
	size_t i;

	took[0] = calloc(count + 1, sizeof(double));
	took[1] = calloc(count + 1, sizeof(double));
	must(zta_log__open(&log, dir, &options, &found, &err), &err);
	for (i = 0; i < count; i++) {
		took[0][i] = append_one(log, false);
		took[1][i] = append_one(log, true);
	}
	zta_log__close(log);
	for (i = 0; i < 2; i++) {
		qsort(took[i], count, sizeof(double), compare_doubles);
		printf("%s: median %.0f us, 99%% %.0f us\n",
		    i == 0 ? "without openings" : "with openings",
		    took[i][count / 2], took[i][count * 99 / 100]);
		free(took[i]);
	}
}

int
main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "restart") == 0) {
		restart(argv[2]);
	} else if (argc == 4 && strcmp(argv[1], "prove") == 0) {
		prove(argv[2], strtoull(argv[3], NULL, 10));
	} else if (argc == 3 && strcmp(argv[1], "verify") == 0) {
		verify(argv[2]);
	} else if (argc == 4 && strcmp(argv[1], "append") == 0) {
		append(argv[2], strtoull(argv[3], NULL, 10));
	} else {
		fprintf(stderr,
		    "usage: log restart|verify DIR | prove|append DIR N\n");
		return 64;
	}
	print_memory();
	return 0;
}
