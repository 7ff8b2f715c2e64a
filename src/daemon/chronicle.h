/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chronicle.h - what becomes of the server itself, in the log of its decisions:
 * where the log begins, what is in force, which keys sign, whose files have
 * changed. SPEC: docs/formats/decision.md
 */
#ifndef ZTA_DAEMON_CHRONICLE_H
#define ZTA_DAEMON_CHRONICLE_H

#include <pthread.h>

#include "log/log.h"
#include "log/retain.h"
#include "pdp/snapshot.h"

typedef struct zta_chronicle {
	pthread_mutex_t lock;
	zta_log_lane *lane; /* NULL: nothing is recorded yet */
	const char *zone, *ledger;
	/* That was in force last. */
	unsigned char trust[ZTA_SHA256_LEN];
} zta_chronicle;

/* Each waits until its record is durable. ZTA_EUNAVAILABLE: it is not there. */

/* The first record of a log: its origin, its key ("": none). */
ZTA_MUST_USE zta_status zta_chronicle__begin(
    zta_chronicle *c, const char *origin, const char *log_key, zta_error *err);

/* This goes in force; its trust model too, where that is another one. */
ZTA_MUST_USE zta_status zta_chronicle__in_force(
    zta_chronicle *c, const zta_snapshot *snapshot, zta_error *err);

/* This key signs tokens from now on. */
ZTA_MUST_USE zta_status zta_chronicle__key(
    zta_chronicle *c, zta_str kid, zta_error *err);

/* A file of an administrator, `what` it is of, has this content now. */
ZTA_MUST_USE zta_status zta_chronicle__file(
    zta_chronicle *c, const char *what, const char *path, zta_error *err);

/* Entries before this may be gone from now on. */
ZTA_MUST_USE zta_status zta_chronicle__retain(
    zta_chronicle *c, const zta_retention *retention, zta_error *err);

#endif
