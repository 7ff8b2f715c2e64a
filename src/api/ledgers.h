/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledgers.h - ledgers over HTTP: /zones/<zone>/ledgers.
 * SPEC: docs/formats/sync.md, docs/design/ledger.md
 *
 * A worker hands each call to one background thread and answers it from its own
 * loop when it comes back, so that no decision waits for a ledger. A call that
 * waits for a change lies in a list, and costs no thread.
 *
 *     worker: call -> desk        (loop: fd is readable) -> answer
 *     thread:         -> queue -> who? may they? do it -> desk
 */
#ifndef ZTA_API_LEDGERS_H
#define ZTA_API_LEDGERS_H

#include "http/http.h"
#include "identity/followed.h"
#include "log/log.h"
#include "pap/latest.h"
#include "store/store.h"

typedef struct zta_ledgers zta_ledgers;
typedef struct zta_ledger_desk zta_ledger_desk;

typedef struct zta_ledgers_options {
	zta_store *store;
	zta_str zone;
	zta_str ledger; /* that the zone decides under */
	/* Of the zone, what followers need; NULL: it has none. */
	zta_followed *grants, *revocations;
	const char *server_name; /* NULL: loopback addresses alone */
	zta_log_lane *lane;      /* of the thread, for what it decides */
	zta_latest *latest;      /* of the ledgers; or NULL */
	/* Tell the operator: failures, and who may not. From the thread. */
	void (*say)(const char *format, ...)
	    __attribute__((format(printf, 1, 2)));
} zta_ledgers_options;

/*
 * Load the admin ledger and start the thread. ZTA_ENOTFOUND: there is no such
 * ledger. Stop it with zta_ledgers__close(), when all loops have ended and
 * their connections are still there.
 */
ZTA_MUST_USE zta_status zta_ledgers__open(
    zta_ledgers **out, const zta_ledgers_options *options, zta_error *err);
void zta_ledgers__close(zta_ledgers *ledgers);

/* The store has changed: look at the calls that wait for it. */
void zta_ledgers__changed(zta_ledgers *ledgers);
/* From now on no call waits, for the loops are about to end. */
void zta_ledgers__drain(zta_ledgers *ledgers);

/* Where the calls of one loop are handed in and come back. ZTA_ENOMEM, ZTA_EIO. */
ZTA_MUST_USE zta_status zta_ledger_desk__open(
    zta_ledger_desk **out, zta_ledgers *ledgers, zta_error *err);
/* After the thread has ended. NULL is fine. */
void zta_ledger_desk__close(zta_ledger_desk *desk);
/* Readable when something has come back; then call this. */
int zta_ledger_desk__fd(const zta_ledger_desk *desk);
void zta_ledger_desk__ready(void *desk);

/* Take over a call; `path` is below the zone and begins with "/ledgers". */
void zta_ledger_desk__handle(
    zta_ledger_desk *desk, zta_http_call *call, zta_str path);

/* The largest body of such a call. */
size_t zta_ledger_desk__body_max(const zta_http_call *call, zta_str path);

#endif
