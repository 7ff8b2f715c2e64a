/* SPDX-License-Identifier: Apache-2.0 */
/* shared.h - an arena that several own: it goes with the last of them. */
#ifndef ZTA_BASE_SHARED_H
#define ZTA_BASE_SHARED_H

#include <stdatomic.h>

#include "base/arena.h"

typedef struct zta_shared {
	atomic_uint references;
	zta_arena arena; /* who made it fills it; then it never changes */
} zta_shared;

/* An empty one that the caller owns; NULL: no memory. */
ZTA_MUST_USE zta_shared *zta_shared__new(void);

/* One more owner; NULL stays NULL. */
zta_shared *zta_shared__keep(zta_shared *shared);

/* One owner less. NULL is fine. */
void zta_shared__drop(zta_shared *shared);

#endif
