/* SPDX-License-Identifier: Apache-2.0 */
/* hold.c - records that are durable together or not at all. See log.h. */
#include "log/log_part.h"

void
zta_log_lane__hold(zta_log_lane *lane)
{
	(void)pthread_mutex_lock(&lane->log->lock);
	lane->held = true;
	lane->kept = lane->waiting.len;
	lane->kept_marks = lane->waiting_marks.len;
	lane->kept_openings = lane->waiting_openings.len;
	lane->kept_count = lane->waiting_count;
	(void)pthread_mutex_unlock(&lane->log->lock);
}

/* Under the lock. */
static void
let_go(zta_log_lane *lane)
{
	lane->held = false;
	(void)pthread_cond_signal(&lane->log->wake);
}

void
zta_log_lane__release(zta_log_lane *lane)
{
	(void)pthread_mutex_lock(&lane->log->lock);
	let_go(lane);
	(void)pthread_mutex_unlock(&lane->log->lock);
}

void
zta_log_lane__take_back(zta_log_lane *lane)
{
	(void)pthread_mutex_lock(&lane->log->lock);
	lane->waiting.len = lane->kept;
	lane->waiting_marks.len = lane->kept_marks;
	lane->waiting_openings.len = lane->kept_openings;
	lane->waiting_count = lane->kept_count;
	let_go(lane);
	(void)pthread_mutex_unlock(&lane->log->lock);
}
