/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ring.h - what was fetched from outside for verifying: key sets and answers.
 * It lives beside snapshots and outlasts them.
 */
#ifndef ZTA_IDENTITY_RING_H
#define ZTA_IDENTITY_RING_H

#include "ztauth/base.h"

typedef struct zta_ring zta_ring;
typedef struct zta_source zta_source;

/* Something that must be fetched before a credential can be judged. */
typedef struct zta_need {
	const zta_source *source; /* NULL: nothing */
	zta_str key;              /* under which it will be in the ring */
} zta_need;

#endif
