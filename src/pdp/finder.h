/* SPDX-License-Identifier: Apache-2.0 */
/*
 * finder.h - what searches need of a snapshot: indexes over its entities, and
 * the key of the tokens that say where a next page begins.
 *
 * It is made by the first search of a snapshot and lives as long as that. So a
 * page token is good for one snapshot in one process, and for nothing else.
 */
#ifndef ZTA_PDP_FINDER_H
#define ZTA_PDP_FINDER_H

#include "base/b64.h"
#include "crypto/digest.h"
#include "pdp/snapshot.h"
#include "ztauth/cedar.h"

typedef struct zta_finder {
	zta_cedar_search *search;
	unsigned char key[ZTA_SHA256_LEN];
} zta_finder;

/* That of the snapshot. From any thread. ZTA_ELIMIT, ZTA_ENOMEM. */
ZTA_MUST_USE zta_status zta_finder__of(
    zta_snapshot *snapshot, const zta_finder **out, zta_error *err);
void zta_finder__close(zta_finder *finder);

/* A token: the place, and a digest under the key over it and the query. */
#define ZTA_PAGE_TOKEN_BYTES (8 + ZTA_SHA256_LEN)
#define ZTA_PAGE_TOKEN_LEN ZTA_B64_LEN(ZTA_PAGE_TOKEN_BYTES)

/* The next page of the query with this digest begins at `at`. ZTA_ENOMEM. */
ZTA_MUST_USE zta_status zta_finder__put_page(const zta_finder *finder,
    zta_str query, uint64_t at, char token[ZTA_PAGE_TOKEN_LEN]);

/* ZTA_EUNTRUSTED: it is none of this snapshot and query. ZTA_ENOMEM. */
ZTA_MUST_USE zta_status zta_finder__read_page(
    const zta_finder *finder, zta_str query, zta_str token, uint64_t *at);

#endif
