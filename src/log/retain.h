/* SPDX-License-Identifier: Apache-2.0 */
/*
 * retain.h - give up the oldest segments of a log, and keep what is proved.
 * SPEC: c2sp tlog-tiles (pruning); docs/formats/log.md
 */
#ifndef ZTA_LOG_RETAIN_H
#define ZTA_LOG_RETAIN_H

#include "log/leaf.h"

/* What may go. Zeroed: nothing. */
typedef struct zta_retention {
	int64_t before;    /* ms: entries since then stay */
	uint64_t segments; /* so many of the oldest */
	uint64_t first;    /* with which the log begins then */
	uint64_t minimum;  /* entries below may be gone: of whole bundles */
} zta_retention;

/*
 * What may go of the log in `dir`, of which `covered` entries were signed for:
 * segments older than `before` that neither a checkpoint nor a restart needs.
 * ZTA_EIO, ZTA_ENOTFOUND, ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_retain__plan(const char *dir, uint64_t covered,
    int64_t before, zta_retention *out, zta_error *err);

/* The record that publishes it, but for id, time, zone and mode. */
zta_leaf zta_retain__leaf(const zta_retention *retention);

/*
 * Once that is durable: remove them, with their openings, and requests that were
 * kept before that day. What is cut short goes on the next time. ZTA_EIO.
 */
ZTA_MUST_USE zta_status zta_retain__apply(
    const char *dir, const zta_retention *retention, zta_error *err);

#endif
