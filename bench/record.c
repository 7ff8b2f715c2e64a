/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record.c - what recording takes from deciding, in process, on all legs, in
 * strict mode: a decision counts once its record is durable.
 *
 *     record pdp LEDGER DIR [SECONDS [THREADS]]      each token is verified
 *     record known LEDGER DIR [SECONDS [THREADS]]    of a token that is known
 *
 * Short turns without and with a log take each other's place, so that whatever
 * else the machine does falls on both. In further turns every thread waits for
 * each record, for what that adds to one decision; writes of the same size with
 * a sync behind each, to another file of the same disk, stand beside it. DIR is
 * made anew.
 */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "asked.h"
#include "base/sort.h"
#include "crypto/digest.h"
#include "log/log.h"
#include "workload.h"

#define THREADS_MAX 16u
#define TURN_NS UINT64_C(250000000)
/* Decisions of a thread that wait for their record, in a server too. */
#define WINDOW 1024u
#define SAMPLES_MAX 200000u
#define SYNCS 40u
/* Bytes of a frame with one such record, about. */
#define FRAME 640u

typedef enum turn { ALONE, RECORDED, ONE_BY_ONE, TURNS, OVER } turn;

typedef struct samples {
	uint64_t ns[SAMPLES_MAX];
	size_t count;
} samples;

typedef struct worker {
	pthread_t thread;
	zta_log_lane *lane;
	zta_arena arena;
	uint64_t decided[TURNS];
	uint64_t frames;         /* that had something of this one */
	uint64_t began[WINDOW];  /* when those that wait were appended */
	uint32_t first, waiting; /* in it */
	samples waits[TURNS];
} worker;

static asked shop;
static zta_snapshot *snapshot;
static pthread_barrier_t begin, end;
static turn now;
static worker *workers;
static unsigned threads = 2;

static void
sample(samples *s, uint64_t ns)
{
	if (s->count < SAMPLES_MAX) {
		s->ns[s->count++] = ns;
	}
}

static int
compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static double
quantile_us(samples *s, double q)
{
	if (s->count == 0) {
		return 0;
	}
	zta_sort__run(s->ns, s->count, sizeof(s->ns[0]), compare);
	return (double)s->ns[(size_t)(q * (double)(s->count - 1))] / 1e3;
}

/* --- the threads */

/* Hear of records, until at most `most` wait. */
static void
hear(worker *w, uint32_t most)
{
	struct pollfd fd = { zta_log_lane__fd(w->lane), POLLIN, 0 };
	zta_log_done done;
	uint64_t at;

	do {
		while (zta_log_lane__done(w->lane, &done)) {
			must(done.status, NULL);
			at = now_ns();
			w->frames++;
			while (done.count-- > 0) {
				if (w->first % 64 == 0 || now == ONE_BY_ONE) {
					sample(&w->waits[now],
					    at - w->began[w->first]);
				}
				w->first = (w->first + 1) % WINDOW;
				w->waiting--;
			}
		}
	} while (w->waiting > most && poll(&fd, 1, 1000) >= 0);
}

static void
decide(worker *w)
{
	zta_authzen question;
	zta_decision decision;
	unsigned char digest[ZTA_SHA256_LEN];
	zta_error err = { 0 };
	zta_leaf leaf;

	asked_decide(&shop, snapshot, &w->arena, &question, &decision);
	w->decided[now]++;
	if (now == ALONE) {
		return;
	}
	/* As a server does: what is recorded of the request is its digest. */
	zta_digest__sha256(shop.body, digest);
	must(zta_pdp__record(&shop.zone, snapshot, &w->arena, &question,
		 (zta_str){ (const char *)digest, sizeof(digest) }, &decision,
		 &leaf, &err),
	    &err);
	w->began[(w->first + w->waiting++) % WINDOW] = now_ns();
	must(zta_log_lane__append(w->lane, &leaf, &err), &err);
	if (now == ONE_BY_ONE || w->waiting == WINDOW) {
		hear(w, now == ONE_BY_ONE ? 0 : WINDOW - 1);
	}
}

static void *
work(void *arg)
{
	worker *w = arg;
	uint64_t until;
	int i;

	for (;;) {
		(void)pthread_barrier_wait(&begin);
		if (now == OVER) {
			return NULL;
		}
		until = now_ns() + TURN_NS;
		while (now_ns() < until) {
			for (i = 0; i < 16; i++) {
				decide(w);
			}
			if (now == RECORDED) {
				hear(w, WINDOW);
			}
		}
		hear(w, 0);
		(void)pthread_barrier_wait(&end);
	}
}

/* --- the turns */

static double
cpu_seconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double took[TURNS], cpu[TURNS];

static void
take_turn(turn what)
{
	uint64_t start = now_ns();
	double before = cpu_seconds();

	now = what;
	(void)pthread_barrier_wait(&begin);
	(void)pthread_barrier_wait(&end);
	took[what] += (double)(now_ns() - start) / 1e9;
	cpu[what] += cpu_seconds() - before;
}

/* What it takes to write as much as a record and sync it, behind others. */
static void
measure_syncs(const char *dir, samples *out)
{
	static const char frame[FRAME];
	char path[4096];
	uint64_t start;
	unsigned i;
	int fd;

	(void)snprintf(path, sizeof(path), "%s/beside", dir);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	check(fd >= 0, "a file beside the log");
	for (i = 0; i < SYNCS; i++) {
		start = now_ns();
		check(write(fd, frame, FRAME) == (ssize_t)FRAME &&
			fdatasync(fd) == 0,
		    "a sync");
		sample(out, now_ns() - start);
	}
	(void)close(fd);
	(void)unlink(path);
}

static uint64_t
sum_decided(turn what)
{
	uint64_t sum = 0;
	unsigned i;

	for (i = 0; i < threads; i++) {
		sum += workers[i].decided[what];
	}
	return sum;
}

/* All that the threads have sampled, in one. */
static samples *
gather(turn what)
{
	samples *all = calloc(1, sizeof(*all));
	const samples *s;
	unsigned i;
	size_t n;

	check(all != NULL, "memory");
	for (i = 0; i < threads; i++) {
		s = &workers[i].waits[what];
		for (n = 0; n < s->count; n += threads) {
			sample(all, s->ns[n]);
		}
	}
	return all;
}

static void
print_rate(const char *name, turn what)
{
	double count = (double)sum_decided(what);

	printf("%-24s %9.0f decisions/s, %.2f us of CPU each\n", name,
	    count / took[what], cpu[what] / count * 1e6);
}

static void
print_wait(const char *name, samples *s)
{
	printf("%-24s p50 %.0f us, p99 %.0f us\n", name, quantile_us(s, 0.5),
	    quantile_us(s, 0.99));
	free(s);
}

static void
print_all(samples *syncs)
{
	double alone = (double)sum_decided(ALONE) / took[ALONE],
	       recorded = (double)sum_decided(RECORDED) / took[RECORDED];

	print_rate("not recorded", ALONE);
	print_rate("recorded", RECORDED);
	printf("%-24s %9.2f of not recorded by the clock, %.2f by CPU\n", "",
	    recorded / alone,
	    cpu[ALONE] / (double)sum_decided(ALONE) /
		(cpu[RECORDED] / (double)sum_decided(RECORDED)));
	print_wait("waiting, at full load", gather(RECORDED));
	print_wait("waiting, one by one", gather(ONE_BY_ONE));
	print_wait("a write and a sync", syncs);
}

static void
measure(const char *dir, double seconds, zta_log *log)
{
	samples *syncs = calloc(1, sizeof(*syncs));
	double left = seconds;
	unsigned i;

	workers = calloc(threads, sizeof(*workers));
	check(syncs != NULL && workers != NULL, "memory");
	(void)pthread_barrier_init(&begin, NULL, threads + 1);
	(void)pthread_barrier_init(&end, NULL, threads + 1);
	for (i = 0; i < threads; i++) {
		workers[i].lane = zta_log__lane(log, i);
		zta_arena__init(&workers[i].arena, SIZE_MAX);
		check(pthread_create(
			  &workers[i].thread, NULL, work, &workers[i]) == 0,
		    "a thread");
	}
	for (; left > 0; left -= 3 * (double)TURN_NS / 1e9) {
		take_turn(ALONE);
		take_turn(RECORDED);
		take_turn(ONE_BY_ONE);
		measure_syncs(dir, syncs);
	}
	now = OVER;
	(void)pthread_barrier_wait(&begin);
	for (i = 0; i < threads; i++) {
		(void)pthread_join(workers[i].thread, NULL);
		zta_arena__release(&workers[i].arena);
	}
	print_all(syncs);
	free(workers);
}

int
main(int argc, char **argv)
{
	zta_log_options options = { 0 };
	zta_log_found found;
	zta_error err = { 0 };
	zta_log *log;

	if (argc < 4 || argc > 6) {
		fprintf(stderr,
		    "usage: record pdp|known LEDGER DIR [SECONDS "
		    "[THREADS]]\n");
		return 64;
	}
	threads = argc > 5 ? (unsigned)strtoul(argv[5], NULL, 10) : threads;
	check(threads >= 1 && threads <= THREADS_MAX, "1 to 16 threads");
	options.lanes = threads;
	must(zta_snapshot__load(&snapshot, argv[2], NULL, &err), &err);
	asked_open(&shop, strcmp(argv[1], "known") == 0);
	must(zta_log__open(&log, argv[3], &options, &found, &err), &err);
	measure(argv[3], argc > 4 ? strtod(argv[4], NULL) : 10, log);
	zta_log__close(log);
	asked_close(&shop);
	zta_snapshot__drop(snapshot);
	return 0;
}
