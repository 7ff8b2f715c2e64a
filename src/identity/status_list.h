/* SPDX-License-Identifier: Apache-2.0 */
/*
 * status_list.h - whether tokens were taken back by who issued them: a signed
 * list of a few bits each. SPEC: draft-ietf-oauth-status-list
 */
#ifndef ZTA_IDENTITY_STATUS_LIST_H
#define ZTA_IDENTITY_STATUS_LIST_H

#include "identity/source.h"

/* How long a list counts that does not say it, and at most. */
#define ZTA_STATUS_LIFE_MS 3600000
#define ZTA_STATUS_LIFE_MAX_MS 86400000

typedef struct zta_status_list {
	unsigned bits;    /* of each status: 1, 2, 4 or 8 */
	zta_str statuses; /* one after another, from the least bit up */
	int64_t life_ms;  /* how long it counts from now on */
} zta_status_list;

/* Where a list comes from. */
typedef struct zta_status_list_origin {
	const zta_source *source; /* algorithms, leeway, issuer */
	const zta_jwks *keys;     /* those of the source */
	zta_str uri;              /* that it was fetched from: its `sub` */
} zta_status_list_origin;

/*
 * Verify the status list token `text` at `now` (ms); the list is in `arena`.
 * ZTA_EUNTRUSTED: it is none of this origin that counts; ZTA_ELIMIT: it is too
 * large, as it is or as it would be; ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_status_list__read(zta_status_list *out,
    zta_arena *arena, const zta_status_list_origin *origin, zta_str text,
    int64_t now, zta_error *err);

/* The status at `index`; false: the list has none. */
ZTA_MUST_USE bool zta_status_list__at(
    const zta_status_list *list, uint64_t index, unsigned *status);

/* Where the status of a token is, by its claim `status`. */
typedef struct zta_status_place {
	zta_str uri; /* empty: the token has no status */
	uint64_t index;
} zta_status_place;

/* ZTA_EUNTRUSTED: there is a claim, and it is not understood. */
ZTA_MUST_USE zta_status zta_status_place__read(
    const zta_json *claims, zta_status_place *out, zta_error *err);

#endif
