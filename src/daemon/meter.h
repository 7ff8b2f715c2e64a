/* SPDX-License-Identifier: Apache-2.0 */
/*
 * meter.h - GET /metrics for who watches the server: a listener and a thread of
 * its own, so that callers cannot read it and scrapes hold up no decision.
 */
#ifndef ZTA_DAEMON_METER_H
#define ZTA_DAEMON_METER_H

#include "daemon/workers.h"

typedef struct zta_meter {
	const zta_workers *workers; /* that have been opened */
	zta_http *http;             /* NULL: it is not configured */
	pthread_t thread;
	bool started;
} zta_meter;

/* Nothing, if the configuration has no `metrics`. Stopped also after an error. */
ZTA_MUST_USE zta_status zta_meter__start(
    zta_meter *meter, const zta_workers *workers, zta_error *err);
/* Before the workers go. */
void zta_meter__stop(zta_meter *meter);

#endif
