/* SPDX-License-Identifier: Apache-2.0 */
/*
 * search.h - which subjects, resources or actions would be allowed?
 * SPEC: authzen 1.0 8, 9; docs/formats/search.md
 *
 * Candidates come from the ledger's entities, by the policies alone
 * (cedar/search.h); each is then decided as an evaluation of it would be, by all
 * legs, and is a result if that allows.
 */
#ifndef ZTA_PDP_SEARCH_H
#define ZTA_PDP_SEARCH_H

#include "pdp/decide.h"

typedef struct zta_search_request {
	zta_authzen asked; /* what is sought has no id, or no name */
	zta_authzen_open open;
	uint32_t limit; /* of results */
	zta_str page;   /* token of the page before; empty: the first page */
} zta_search_request;

/*
 * Read `body` into `arena`; `open` is not ZTA_OPEN_NOTHING. As
 * zta_authzen__read(). An id of what is sought is passed over.
 */
ZTA_MUST_USE zta_status zta_search_request__read(zta_arena *arena, zta_str body,
    zta_authzen_open open, zta_search_request *out, zta_error *err);

/* A page of results; zeroed, there are none. */
typedef struct zta_search_found {
	const zta_str *list; /* ids of the sought type, or names of actions */
	uint32_t count;
	zta_str next; /* token of the next page; empty: there is none */
	/* If there are none: what decided that, as of a decision. */
	const char *leg, *code;
	zta_str reason; /* for operators */
} zta_search_found;

/*
 * Search, on `grounds` that zta_pdp__prove() has filled; all is in their arena.
 * A page may have fewer results than there is room for, or none, and a next
 * one: what is done for one page has a limit. ZTA_EINVALID: no such question
 * can be asked, or the page token is not of this query and snapshot. Anything
 * else but ZTA_OK: there is no answer.
 */
ZTA_MUST_USE zta_status zta_pdp__search(const zta_grounds *grounds,
    zta_snapshot *snapshot, const zta_search_request *request,
    zta_search_found *out, zta_error *err);

/*
 * Its record: `results` is what is handed out, as text, and `digest` SHA-256 of
 * the request's body. It refers to all of them, and to `found`.
 */
ZTA_MUST_USE zta_status zta_pdp__record_search(const zta_grounds *grounds,
    const zta_search_request *request, zta_str digest,
    const zta_search_found *found, zta_str results, zta_leaf *out,
    zta_error *err);

#endif
