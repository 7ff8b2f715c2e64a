/* SPDX-License-Identifier: Apache-2.0 */
/*
 * collector.h - the logs of other servers over HTTP: /zones/<zone>/logs.
 * SPEC: docs/formats/ship.md
 *
 * A worker hands each call to one background thread and answers it from its own
 * loop when it comes back, so that no decision waits for another server's log.
 */
#ifndef ZTA_API_COLLECTOR_H
#define ZTA_API_COLLECTOR_H

#include "http/http.h"

typedef struct zta_collector zta_collector;
typedef struct zta_collector_desk zta_collector_desk;

typedef struct zta_collector_options {
	const char *dir;         /* of the copies, and of the list of nodes */
	const char *server_name; /* NULL: loopback addresses alone */
	/* Tell the operator: forks, failures, and who may not. From the thread. */
	void (*say)(const char *format, ...)
	    __attribute__((format(printf, 1, 2)));
} zta_collector_options;

/*
 * Read the list of nodes and start the thread. Errors are those of the list.
 * Close it when all loops have ended and their connections are still there; NULL
 * is fine.
 */
ZTA_MUST_USE zta_status zta_collector__open(
    zta_collector **out, const zta_collector_options *options, zta_error *err);
void zta_collector__close(zta_collector *collector);

/* Where the calls of one loop are handed in and come back. ZTA_ENOMEM, ZTA_EIO. */
ZTA_MUST_USE zta_status zta_collector_desk__open(
    zta_collector_desk **out, zta_collector *collector, zta_error *err);
/* After the thread has ended. NULL is fine. */
void zta_collector_desk__close(zta_collector_desk *desk);
/* Readable when something has come back; then call this. */
int zta_collector_desk__fd(const zta_collector_desk *desk);
void zta_collector_desk__ready(void *desk);

/* Is a path, below the zone, about logs of others? */
ZTA_MUST_USE bool zta_collector_desk__knows(zta_str path);
/* Then take over the call. */
void zta_collector_desk__handle(
    zta_collector_desk *desk, zta_http_call *call, zta_str path);

#endif
