/* SPDX-License-Identifier: Apache-2.0 */
/*
 * latest.h - of each ledger the version that was loaded last, so that the next
 * one needs to load no more than what has changed. Any thread may use it.
 */
#ifndef ZTA_PAP_LATEST_H
#define ZTA_PAP_LATEST_H

#include "pdp/snapshot.h"

typedef struct zta_latest zta_latest;

/* ZTA_ENOMEM. Free it with zta_latest__close(). */
ZTA_MUST_USE zta_status zta_latest__open(zta_latest **out, zta_error *err);
void zta_latest__close(zta_latest *latest);

/* A reference for the caller, or NULL. There is nothing in a NULL. */
zta_snapshot *zta_latest__get(zta_latest *latest, zta_str ledger);

/*
 * Keep a snapshot, all of whose objects the ledger has. Of two of one tree the
 * one stays whose policies were validated. It may also be forgotten, if there
 * are many ledgers or no memory. `latest` may be NULL.
 */
void zta_latest__put(
    zta_latest *latest, zta_str ledger, zta_snapshot *snapshot);

#endif
