/* SPDX-License-Identifier: Apache-2.0 */
/* turn.c - see turn.h. */
#include "store/turn.h"

#include <time.h>

#include "base/error.h"

zta_status
zta_turn__init(zta_turn *turn, zta_error *err)
{
	pthread_condattr_t attr;
	bool ok;

	if (pthread_mutex_init(&turn->lock, NULL) != 0) {
		return zta_error__nomem(err);
	}
	ok = pthread_condattr_init(&attr) == 0;
	if (ok) {
		ok = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) == 0 &&
		    pthread_cond_init(&turn->news, &attr) == 0;
		(void)pthread_condattr_destroy(&attr);
	}
	if (!ok) {
		(void)pthread_mutex_destroy(&turn->lock);
		return zta_error__nomem(err);
	}
	return ZTA_OK;
}

void
zta_turn__release(zta_turn *turn)
{
	(void)pthread_cond_destroy(&turn->news);
	(void)pthread_mutex_destroy(&turn->lock);
}

void
zta_turn__enter(zta_turn *turn)
{
	(void)pthread_mutex_lock(&turn->lock);
}

void
zta_turn__leave(zta_turn *turn)
{
	(void)pthread_mutex_unlock(&turn->lock);
}

void
zta_turn__wait(zta_turn *turn, int64_t deadline_ms)
{
	struct timespec at = { deadline_ms / 1000,
		(long)(deadline_ms % 1000) * 1000000 };

	(void)pthread_cond_timedwait(&turn->news, &turn->lock, &at);
}

void
zta_turn__tell(zta_turn *turn)
{
	(void)pthread_cond_broadcast(&turn->news);
}
