/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grant_show.h - grants as people and other programs see them.
 * SPEC: docs/formats/delegation.md
 */
#ifndef ZTA_TRUST_GRANT_SHOW_H
#define ZTA_TRUST_GRANT_SHOW_H

#include "base/json_write.h"
#include "trust/grants.h"
#include "ztauth/grant.h"

/* How many are shown, and looked at, at a time: nobody else finds a grant
 * meanwhile. */
#define ZTA_GRANTS_SHOWN_MAX 256u
#define ZTA_GRANTS_LOOKED_MAX 16384u

/* Show one grant alone: read `text`, a JWS or a payload, into `arena`. */
ZTA_MUST_USE zta_status zta_grant_show__read(
    zta_grant_shown *out, zta_arena *arena, zta_str text, zta_error *err);

typedef struct zta_grant_choice {
	zta_grant_filter filter;
	bool
	    all; /* are seen; otherwise those in which one of these has part: */
	zta_str readers[2]; /* as grants name them; empty: nobody */
	int64_t now;        /* ms */
	uint32_t look_max;  /* how many are looked at; 0: all */
} zta_grant_choice;

/*
 * Show those of the zone that are chosen, at most ZTA_GRANTS_SHOWN_MAX; all is in
 * `arena`, and refers to nothing of `grants`. With a `jti` in the filter those
 * below it are named, too. None is no error. ZTA_EINVALID: `after` of the filter
 * is no place in this list.
 */
ZTA_MUST_USE zta_status zta_grants__show(const zta_grants *grants,
    const zta_grant_choice *choice, zta_arena *arena, zta_grant_list *out,
    zta_error *err);

/* One as JSON; read back, as a server writes it. ZTA_EINVALID: it is none. */
void zta_grant_show__put(zta_json_out *out, const zta_grant_shown *grant);
ZTA_MUST_USE zta_status zta_grant_show__get(zta_grant_shown *out,
    zta_arena *arena, const zta_json *node, zta_error *err);

/* A list that a caller of the library frees. */
typedef struct zta_grant_list_held {
	zta_grant_list list; /* the first member */
	zta_arena arena;
} zta_grant_list_held;

zta_grant_list_held *zta_grant_list__open(zta_error *err);

#endif
