/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log_desk.h - the log over HTTP: checkpoint, tiles, bundles of entries,
 * receipts. SPEC: c2sp tlog-tiles; docs/formats/receipt.md
 *
 * A desk is of one loop. A call for a receipt waits here until a checkpoint
 * covers its record; all others are answered at once.
 */
#ifndef ZTA_API_LOG_DESK_H
#define ZTA_API_LOG_DESK_H

#include "http/http.h"
#include "log/publish.h"
#include "log/view.h"

typedef struct zta_log_desk zta_log_desk;

typedef struct zta_log_desk_options {
	const char *dir; /* of the log */
	zta_log *log;
	zta_publisher *publisher;
	bool entries; /* hand out bundles of them */
	/* Tell the operator: that the log is damaged. */
	void (*say)(const char *format, ...)
	    __attribute__((format(printf, 1, 2)));
} zta_log_desk_options;

/* Close it when its loop has ended; NULL is fine. ZTA_EIO, ZTA_ENOMEM. */
ZTA_MUST_USE zta_status zta_log_desk__open(
    zta_log_desk **out, const zta_log_desk_options *options, zta_error *err);
void zta_log_desk__close(zta_log_desk *desk);

/* Readable when there is a new checkpoint; then call this. */
int zta_log_desk__fd(const zta_log_desk *desk);
void zta_log_desk__ready(void *desk);

/* Is a path, below the zone, about the log? */
bool zta_log_desk__knows(zta_str path);
/* Then answer the call. */
void zta_log_desk__handle(
    zta_log_desk *desk, zta_http_call *call, zta_str path);

#endif
