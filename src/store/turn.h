/* SPDX-License-Identifier: Apache-2.0 */
/* turn.h - calls take turns; who waits for news steps aside meanwhile. */
#ifndef ZTA_STORE_TURN_H
#define ZTA_STORE_TURN_H

#include <pthread.h>

#include "ztauth/base.h"

typedef struct zta_turn {
	pthread_mutex_t lock;
	pthread_cond_t news; /* by the clock that never goes back */
} zta_turn;

/* ZTA_ENOMEM: the system has no room for it. */
ZTA_MUST_USE zta_status zta_turn__init(zta_turn *turn, zta_error *err);
void zta_turn__release(zta_turn *turn);

void zta_turn__enter(zta_turn *turn);
void zta_turn__leave(zta_turn *turn);

/* In one's turn: step aside until there is news, or until `deadline_ms`. */
void zta_turn__wait(zta_turn *turn, int64_t deadline_ms);
/* In one's turn: wake all who wait. */
void zta_turn__tell(zta_turn *turn);

#endif
