/* SPDX-License-Identifier: Apache-2.0 */
/*
 * replay_progress.c - how far a replay is, on the terminal of errors, and its
 * end by an interrupt. A second interrupt ends the program at once.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "ztauth/replay.h"

/* How often the line is written anew, s. */
#define EVERY 0.2

static volatile sig_atomic_t interrupted;

static void
interrupt(int signal)
{
	(void)signal;
	interrupted = 1;
}

static double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void
cli_replay_begin(cli_replay *replay)
{
	const struct sigaction once = { .sa_handler = interrupt,
		.sa_flags = (int)(SA_RESETHAND | SA_RESTART) };

	*replay =
	    (cli_replay){ .start = now(), .shown = isatty(STDERR_FILENO) != 0 };
	(void)sigaction(SIGINT, &once, NULL);
}

static void
show(const zta_replay_progress *p, double took)
{
	double done = p->total == 0 ? 0 : (double)p->done / (double)p->total;

	/* A server may write on meanwhile. */
	done = done > 1 ? 1 : done;
	fprintf(stderr,
	    "\r\033[K%3.0f %%, %" PRIu64 " decisions, %.0f a second",
	    100 * done, p->decisions, (double)p->decisions / took);
	if (done > 0) {
		fprintf(stderr, ", %.0f s left", took / done - took);
	}
	(void)fflush(stderr);
}

bool
cli_replay_go_on(void *context, const zta_replay_progress *progress)
{
	cli_replay *r = context;
	double time;

	if (r->shown) {
		time = now();
		if (time - r->last >= EVERY) {
			r->last = time;
			show(progress, time - r->start);
		}
	}
	return !interrupted;
}

void
cli_replay_end(const cli_replay *r)
{
	if (r->shown) {
		fprintf(stderr, "\r\033[K");
		(void)fflush(stderr);
	}
}
