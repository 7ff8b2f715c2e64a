/* SPDX-License-Identifier: Apache-2.0 */
/*
 * replay.c - what it costs to decide the decisions of a log again.
 *
 *     replay write DIR N LEDGER        a log of N decisions under the ledger of
 *                                      the shop, and their requests, into DIR
 *     replay run DIR LEDGER THREADS    decide them again, under that ledger
 *
 * Prints decisions a second by the clock, and CPU time of one. Counts of
 * instructions are the difference of two runs.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/json_write.h"
#include "log/journal.h"
#include "log/log.h"
#include "pdp/replay.h"
#include "workload.h"
#include "ztauth/replay.h"

/* Decisions a second of the server that they are of. */
#define RATE 2000

typedef struct writer {
	const zta_snapshot *snapshot;
	zta_log *log;
	zta_log_lane *lane;
	zta_journal *journal;
	zta_arena arena;
	zta_buf line;
	uint64_t sent, durable;
} writer;

static void
wait_for_some(writer *w)
{
	struct pollfd fd = { zta_log_lane__fd(w->lane), POLLIN, 0 };
	const zta_error err = { .message = "the log is dead" };
	zta_log_done done;

	(void)poll(&fd, 1, -1);
	while (zta_log_lane__done(w->lane, &done)) {
		must(done.status, &err);
		w->durable += done.count;
	}
}

/* One of 13 questions; two of them are denied. */
static zta_str
body_of(zta_arena *arena, uint64_t n)
{
	char text[256];

	(void)snprintf(text, sizeof(text),
	    "{\"subject\":{\"type\":\"User\",\"id\":\"alice\"},\"action\":{"
	    "\"name\":\"buy\"},\"resource\":{\"type\":\"Product\",\"id\":"
	    "\"teapot\"},\"context\":{\"quantity\":%u}}",
	    (unsigned)(n % 13));
	return zta_arena__copy(arena, zta_str_of(text));
}

static void
write_one(writer *w, const zta_zone *zone, uint64_t n)
{
	const zta_str scope = ZTA_STR("shop.buy");
	const int64_t now = INT64_C(1767225600000) + (int64_t)(n * 1000 / RATE);
	const zta_ring ring = { .workload =
				    ZTA_STR("spiffe://shop.example/order-api"),
		.source = ZTA_STR("spire"),
		.trust_domain = ZTA_STR("shop.example"),
		.at = now - 1000 };
	zta_txn txn = { .txn = ZTA_STR("00000000000000000000000000000000"),
		.subject = { ZTA_STR("User"), ZTA_STR("alice"),
		    ZTA_STR("human"), ZTA_STR("corp"), ZTA_STR("") },
		.scopes = &scope,
		.scope_count = 1,
		.rings = &ring,
		.ring_count = 1 };
	zta_str body = body_of(&w->arena, n);
	zta_authzen request;
	zta_decision d;
	zta_leaf leaf;
	zta_error err = { 0 };

	must(zta_authzen__read(&w->arena, body, &request, &err), &err);
	must(zta_pdp__decide_again(w->snapshot, &w->arena, &request, &txn,
		 ZTA_STR(""), ZTA_STR(""), now, &d, &err),
	    &err);
	must(zta_pdp__record(
		 zone, w->snapshot, &w->arena, &request, body, &d, &leaf, &err),
	    &err);
	zta_buf__clear(&w->line);
	check(zta_replay__put(&request, NULL, &d, &w->line), "kept");
	must(zta_journal__append(w->journal, now, zta_buf__str(&w->line), &err),
	    &err);
	while (zta_log_lane__append(w->lane, &leaf, NULL) != ZTA_OK) {
		wait_for_some(w);
	}
	w->sent++;
}

static void
write_all(const char *dir, uint64_t count, zta_snapshot *snapshot)
{
	const zta_log_options options = { .lanes = 1 };
	const zta_zone zone = { .id = ZTA_STR("100000000001"),
		.ledger = ZTA_STR("main") };
	writer w = { .snapshot = snapshot };
	zta_log_found found;
	zta_error err = { 0 };

	must(zta_log__open(&w.log, dir, &options, &found, &err), &err);
	must(zta_journal__open(&w.journal, dir, &err), &err);
	w.lane = zta_log__lane(w.log, 0);
	zta_arena__init(&w.arena, SIZE_MAX);
	zta_buf__init(&w.line, SIZE_MAX);
	while (w.sent < count) {
		zta_arena__reset(&w.arena);
		write_one(&w, &zone, w.sent);
	}
	while (w.durable < count) {
		wait_for_some(&w);
	}
	zta_buf__release(&w.line);
	zta_arena__release(&w.arena);
	zta_journal__close(w.journal);
	zta_log__close(w.log);
}

static double
cpu_s(void)
{
	struct rusage used;

	(void)getrusage(RUSAGE_SELF, &used);
	return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
	    (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

static void
run(const char *dir, const char *ledger, unsigned threads)
{
	const zta_replay_question question = {
		.log = dir, .with = ledger, .threads = threads
	};
	struct rusage used;
	zta_replay_result result;
	zta_error err = { 0 };
	uint64_t start = now_ns();
	double cpu = cpu_s(), count;

	must(zta_replay_log(&question, &result, &err), &err);
	cpu = cpu_s() - cpu;
	count = (double)result.counts.recorded;
	(void)getrusage(RUSAGE_SELF, &used);
	check(result.counts.agree == result.counts.recorded, "all agree");
	printf("replay of %.0f decisions, %u threads: %.0f/s, %.1f us of CPU "
	       "each, at most %ld kB\n",
	    count, threads, count * 1e9 / (double)(now_ns() - start),
	    cpu * 1e6 / count, used.ru_maxrss);
	zta_replay_release(&result);
}

int
main(int argc, char **argv)
{
	zta_snapshot *snapshot;
	zta_error err = { 0 };

	if (argc == 5 && strcmp(argv[1], "write") == 0) {
		must(zta_snapshot__load(&snapshot, argv[4], NULL, &err), &err);
		write_all(argv[2], strtoull(argv[3], NULL, 10), snapshot);
		zta_snapshot__drop(snapshot);
	} else if (argc == 5 && strcmp(argv[1], "run") == 0) {
		run(argv[2], argv[3], (unsigned)strtoul(argv[4], NULL, 10));
	} else {
		fprintf(stderr,
		    "usage: replay write DIR N LEDGER | run DIR LEDGER N\n");
		return 64;
	}
	return 0;
}
