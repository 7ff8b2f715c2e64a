/* SPDX-License-Identifier: Apache-2.0 */
/*
 * asking.h - a thread that asks another server the same question over and over:
 * with waiting while all is well, after pauses that grow while it is not.
 */
#ifndef ZTA_DAEMON_ASKING_H
#define ZTA_DAEMON_ASKING_H

#include <pthread.h>
#include <stdatomic.h>

#include "ztauth/base.h"

typedef struct zta_asking {
	const char *what; /* of complaints */
	/*
	 * Ask once. `wait`: the last time all was well, so that the other may
	 * wait for a change before it answers.
	 */
	zta_status (*ask)(void *context, bool wait, zta_error *err);
	void *context;
	char said[ZTA_MSG_MAX]; /* the last complaint, which is made once */
	atomic_bool stop;
	bool started;
	pthread_t thread;
} zta_asking;

/* ZTA_ENOMEM. */
ZTA_MUST_USE zta_status zta_asking__start(zta_asking *asking, zta_error *err);
/* End the thread; one that was not started is fine. */
void zta_asking__stop(zta_asking *asking);

#endif
