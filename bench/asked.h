/* SPDX-License-Identifier: Apache-2.0 */
/*
 * asked.h - one zone, and one question with its token, for the ledger of the shop.
 *
 * Whatever goes wrong ends the program with a message.
 */
#ifndef ZTA_BENCH_ASKED_H
#define ZTA_BENCH_ASKED_H

#include "pdp/decide.h"

typedef struct asked {
	zta_zone zone;
	zta_zone_keys keys;
	zta_key *key;
	zta_arena arena;
	zta_str body; /* of the request */
} asked;

/* `known`: tokens are remembered. */
void asked_open(asked *a, bool known);
void asked_close(asked *a);

/* Decide it once more; it is allowed. All of it is in `arena`, which is reset. */
void asked_decide(const asked *a, const zta_snapshot *snapshot,
    zta_arena *arena, zta_authzen *question, zta_decision *decision);

#endif
