/* SPDX-License-Identifier: Apache-2.0 */
/*
 * workers.h - the threads that answer, each a loop with a lane of the log and a
 * channel to the keeper.
 */
#ifndef ZTA_DAEMON_WORKERS_H
#define ZTA_DAEMON_WORKERS_H

#include <pthread.h>

#include "api/service.h"
#include "daemon/config.h"
#include "daemon/keeper.h"

typedef struct zta_workers {
	const zta_config *config;
	zta_service *service;
	zta_keeper *keeper;
	zta_tls *tls;             /* NULL: connections are plain */
	zta_ledgers *ledgers;     /* NULL: there is no store */
	zta_collector *collector; /* NULL: no logs of others come here */
	zta_fetcher *fetcher;
	zta_publisher *publisher; /* NULL: the log has no key */
	zta_witness *witness;     /* NULL: this is no witness */
	/* Set by the call: */
	uint16_t port; /* of all of them */
	zta_worker *list;
	pthread_t *threads;
	uint32_t started;
	zta_gate *gate;
} zta_workers;

/* Stopped by zta_workers__stop() also after an error. */
ZTA_MUST_USE zta_status zta_workers__start(
    zta_workers *workers, zta_error *err);

/*
 * Calls under way are answered. Closes the ledgers, the collector, the fetcher
 * and the witness, too.
 */
void zta_workers__stop(zta_workers *workers);

#endif
