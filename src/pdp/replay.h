/* SPDX-License-Identifier: Apache-2.0 */
/*
 * replay.h - what a decision was asked, kept so that it can be asked again
 * under other policies. SPEC: docs/formats/requests.md
 */
#ifndef ZTA_PDP_REPLAY_H
#define ZTA_PDP_REPLAY_H

#include "pdp/decide.h"

/* Of a decision that was made. Zeroed, it has neither token nor caller. */
typedef struct zta_replay {
	unsigned char id[ZTA_LEAF_ID_LEN];
	int64_t time; /* ms */
	zta_authzen request;
	zta_txn *txn;   /* NULL: none */
	zta_str caller; /* a workload; empty: none */
	zta_str home;   /* trust domain of the zone; empty: not known */
} zta_replay;

/*
 * Append it as JSON, without credentials. False: it is not one to be kept, for
 * it failed at its token or came with grants.
 */
ZTA_MUST_USE bool zta_replay__put(const zta_authzen *request,
    const zta_principal *caller, const zta_decision *decision, zta_buf *buf);

/*
 * Read what was put; it refers to `text` and `arena`. ZTA_ESYNTAX, ZTA_EEXIST,
 * ZTA_EINVALID with line, column and JSON pointer.
 */
ZTA_MUST_USE zta_status zta_replay__read(
    zta_arena *arena, zta_str text, zta_replay *out, zta_error *err);

/*
 * The id and the time of a line, with which it begins, without reading the rest
 * of it. False: it does not begin so, and is none that was put.
 */
ZTA_MUST_USE bool zta_replay__front(
    zta_str line, unsigned char id[ZTA_LEAF_ID_LEN], int64_t *time);

#endif
