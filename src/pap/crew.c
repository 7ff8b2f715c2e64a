/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crew.c - see crew.h.
 *
 * Jobs lie in a ring and have numbers that only grow:
 *
 *     taken <= begun <= handed, and handed - taken <= jobs
 *
 * 1. A job below `taken`, and the one that is filled, are the caller's; from
 *    `begun` to `handed` nobody touches one; below it, until it is finished, one
 *    thread does.
 * 2. Numbers and `finished` change under the lock alone; the caller alone moves
 *    `handed` and `taken`.
 */
#include "pap/crew.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"

typedef struct member {
	zta_crew *crew;
	unsigned number;
	pthread_t thread;
} member;

struct zta_crew {
	zta_crew_work work;
	pthread_mutex_t lock;
	pthread_cond_t given, done;
	uint64_t handed, begun, taken;
	char *jobs;
	bool *finished; /* by place in the ring */
	unsigned job_count;
	member *members;
	unsigned started;
	bool stop;
};

static void *
job_of(const zta_crew *crew, uint64_t number)
{
	return crew->jobs +
	    (size_t)(number % crew->job_count) * crew->work.job_size;
}

static void *
work_on_jobs(void *context)
{
	const member *m = context;
	zta_crew *crew = m->crew;
	uint64_t number;

	(void)pthread_mutex_lock(&crew->lock);
	for (;;) {
		while (crew->begun == crew->handed && !crew->stop) {
			(void)pthread_cond_wait(&crew->given, &crew->lock);
		}
		if (crew->stop) {
			break;
		}
		number = crew->begun++;
		(void)pthread_mutex_unlock(&crew->lock);
		crew->work.work(
		    crew->work.context, m->number, job_of(crew, number));
		(void)pthread_mutex_lock(&crew->lock);
		crew->finished[number % crew->job_count] = true;
		if (number == crew->taken) {
			(void)pthread_cond_signal(&crew->done);
		}
	}
	(void)pthread_mutex_unlock(&crew->lock);
	return NULL;
}

static zta_status
start(zta_crew *crew, zta_error *err)
{
	member *m;

	while (crew->started < crew->work.threads) {
		m = &crew->members[crew->started];
		*m = (member){ .crew = crew, .number = crew->started };
		if (pthread_create(&m->thread, NULL, work_on_jobs, m) != 0) {
			return zta_error__set(
			    err, ZTA_EIO, "a thread cannot be started");
		}
		crew->started++;
	}
	return ZTA_OK;
}

zta_status
zta_crew__open(zta_crew **out, const zta_crew_work *work, zta_error *err)
{
	zta_crew *crew = calloc(1, sizeof(*crew));
	zta_status status;

	*out = NULL;
	if (crew == NULL) {
		return zta_error__nomem(err);
	}
	crew->work = *work;
	crew->job_count = work->threads * ZTA_CREW_JOBS_EACH;
	(void)pthread_mutex_init(&crew->lock, NULL);
	(void)pthread_cond_init(&crew->given, NULL);
	(void)pthread_cond_init(&crew->done, NULL);
	crew->jobs = calloc(crew->job_count, work->job_size);
	crew->finished = calloc(crew->job_count, sizeof(*crew->finished));
	crew->members = calloc(work->threads, sizeof(*crew->members));
	status = crew->jobs == NULL || crew->finished == NULL ||
		crew->members == NULL ?
	    zta_error__nomem(err) :
	    start(crew, err);
	if (status != ZTA_OK) {
		zta_crew__close(crew, NULL);
		return status;
	}
	*out = crew;
	return ZTA_OK;
}

static void
take_oldest(zta_crew *crew)
{
	uint64_t number = crew->taken;
	bool *finished = &crew->finished[number % crew->job_count];

	(void)pthread_mutex_lock(&crew->lock);
	while (!*finished) {
		(void)pthread_cond_wait(&crew->done, &crew->lock);
	}
	*finished = false;
	(void)pthread_mutex_unlock(&crew->lock);
	crew->work.take(crew->work.context, job_of(crew, number));
	(void)pthread_mutex_lock(&crew->lock);
	crew->taken++;
	(void)pthread_mutex_unlock(&crew->lock);
}

void *
zta_crew__job(zta_crew *crew)
{
	if (crew->handed - crew->taken == crew->job_count) {
		take_oldest(crew);
	}
	return job_of(crew, crew->handed);
}

void
zta_crew__hand_over(zta_crew *crew)
{
	(void)pthread_mutex_lock(&crew->lock);
	crew->handed++;
	(void)pthread_cond_signal(&crew->given);
	(void)pthread_mutex_unlock(&crew->lock);
}

void
zta_crew__settle(zta_crew *crew)
{
	while (crew->taken < crew->handed) {
		take_oldest(crew);
	}
}

void
zta_crew__close(zta_crew *crew, void (*forget)(void *job))
{
	unsigned i;

	if (crew == NULL) {
		return;
	}
	(void)pthread_mutex_lock(&crew->lock);
	crew->stop = true;
	(void)pthread_cond_broadcast(&crew->given);
	(void)pthread_mutex_unlock(&crew->lock);
	for (i = 0; i < crew->started; i++) {
		(void)pthread_join(crew->members[i].thread, NULL);
	}
	for (i = 0; forget != NULL && i < crew->job_count; i++) {
		forget(crew->jobs + (size_t)i * crew->work.job_size);
	}
	free(crew->members);
	free(crew->finished);
	free(crew->jobs);
	(void)pthread_cond_destroy(&crew->given);
	(void)pthread_cond_destroy(&crew->done);
	(void)pthread_mutex_destroy(&crew->lock);
	free(crew);
}

unsigned
zta_crew__processors(void)
{
	long count = sysconf(_SC_NPROCESSORS_ONLN);

	return count < 1                       ? 1 :
	    count > (long)ZTA_CREW_THREADS_MAX ? ZTA_CREW_THREADS_MAX :
						 (unsigned)count;
}
