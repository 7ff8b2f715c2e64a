/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crew.h - threads that work on jobs which come one after another; what they
 * made is taken back in the order in which the jobs came.
 *
 *     caller:   fill 0  fill 1  fill 2  take 0, fill 3  take 1 ...
 *     threads:          work 0  work 1    work 2 ...
 *
 * There are a few jobs more than threads, so that nobody waits for long, and no
 * more: the memory does not grow with the work.
 */
#ifndef ZTA_PAP_CREW_H
#define ZTA_PAP_CREW_H

#include "ztauth/base.h"

/* More threads than this are of no use to anybody. */
#define ZTA_CREW_THREADS_MAX 64u
/* Jobs for each thread. */
#define ZTA_CREW_JOBS_EACH 4u

typedef struct zta_crew zta_crew;

typedef struct zta_crew_work {
	unsigned threads; /* 1 to ZTA_CREW_THREADS_MAX */
	size_t job_size;  /* of a job, which begins zeroed */
	/* On the thread of this number, which has the job alone. */
	void (*work)(void *context, unsigned thread, void *job);
	/* On the thread of the caller, which has it then. */
	void (*take)(void *context, void *job);
	void *context;
} zta_crew_work;

/* Start the threads. Closed with zta_crew__close(). ZTA_ENOMEM, ZTA_EIO. */
ZTA_MUST_USE zta_status zta_crew__open(
    zta_crew **out, const zta_crew_work *work, zta_error *err);

/*
 * A job to be filled, the same one until it is handed over; as it was left when
 * it was taken last. The oldest is waited for and taken if all are in use.
 */
void *zta_crew__job(zta_crew *crew);
void zta_crew__hand_over(zta_crew *crew);

/* Wait for all that were handed over, and take them. */
void zta_crew__settle(zta_crew *crew);

/*
 * Let go of the threads, and of what was not taken. NULL is fine. `forget` is
 * called for each job that there is, to release what it has.
 */
void zta_crew__close(zta_crew *crew, void (*forget)(void *job));

/* Threads that can run at a time on this machine, within the maximum. */
unsigned zta_crew__processors(void);

#endif
