/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lag.c - who reads the log holds up who writes it: see zta_log__reached().
 *
 * Nothing is dropped for a reader that is slow. Who writes is slowed, which may
 * be enough; if it is not, it is refused, until the reader has caught up.
 */
#include "log/log_part.h"

/* The longest pause before a frame: a caller that waits for it still waits. */
#define PAUSE_MAX_MS 50

static void
weigh(zta_log *log)
{
	uint64_t least = UINT64_MAX;
	uint32_t i;

	for (i = 0; i < ZTA_LOG_READERS_MAX; i++) {
		least = log->reached[i] < least ? log->reached[i] : least;
	}
	log->lag = log->told_next > least ? log->told_next - least : 0;
}

void
zta_log_lag__begin(zta_log *log, const zta_log_options *options, uint64_t next)
{
	uint32_t i;

	for (i = 0; i < ZTA_LOG_READERS_MAX; i++) {
		log->reached[i] = UINT64_MAX;
	}
	log->lag_max = options->lag_max;
	log->free_lanes = options->free_lanes;
	log->told_next = next;
}

void
zta_log_lag__grown(zta_log *log, uint64_t next)
{
	log->told_next = next;
	weigh(log);
}

uint64_t
zta_log__durable(zta_log *log)
{
	uint64_t next;

	(void)pthread_mutex_lock(&log->lock);
	next = log->told_next;
	(void)pthread_mutex_unlock(&log->lock);
	return next;
}

void
zta_log__reached(zta_log *log, uint32_t reader, uint64_t next)
{
	(void)pthread_mutex_lock(&log->lock);
	log->reached[reader] = next;
	weigh(log);
	(void)pthread_mutex_unlock(&log->lock);
}

int64_t
zta_log_lag__pause(const zta_log *log)
{
	uint64_t over;

	if (log->lag_max == 0 || log->lag <= log->lag_max) {
		return 0;
	}
	over = log->lag - log->lag_max;
	return over >= log->lag_max ?
	    PAUSE_MAX_MS :
	    1 + (int64_t)(over * (PAUSE_MAX_MS - 1) / log->lag_max);
}

bool
zta_log_lag__refuses(const zta_log *log, const zta_log_lane *lane)
{
	return log->lag_max != 0 && log->lag >= 2 * log->lag_max &&
	    (uint32_t)(lane - log->lanes) < log->lane_count - log->free_lanes;
}
