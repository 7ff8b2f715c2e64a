/* SPDX-License-Identifier: Apache-2.0 */
/*
 * search.h - the entities of a type for which a question is answered with yes.
 * ztauth/cedar.h tells the use of what stands on it (find.c).
 */
#ifndef ZTA_CEDAR_SEARCH_H
#define ZTA_CEDAR_SEARCH_H

#include "cedar/engine.h"
#include "cedar/request.h"
#include "cedar/search_index.h"

struct zta_cedar_search {
	zta_arena arena;
	const zta_cedar *engine;
	zta_search_index index;
	/* Policies whatever they say of the variable; by PRINCIPAL, RESOURCE. */
	zta_index blind[ZTA_SCOPES];
	zta_uid_list actions; /* all that are tried */
};

/* Memory of one search: its own, and that of one candidate after another. */
typedef struct zta_search_room {
	zta_arena *arena;
	zta_arena *scratch;
} zta_search_room;

typedef struct zta_search_page {
	uint64_t from;  /* the first uid that is looked at */
	uint32_t limit; /* of `uids`; at least 1 */
	size_t budget;  /* of evaluations, after which it ends; 0: any */
	uint32_t *uids; /* found, ascending */
	uint32_t count;
	uint64_t next;      /* where the next page begins; 0: there is none */
	size_t evaluations; /* of residual policies */
	unsigned kinds;     /* bits of zta_where_kind: how candidates came */
} zta_search_page;

/*
 * Fill `page`, in which `from`, `limit` and `budget` are set. The decisions are those of
 * zta_authorize__run(), extras included. ZTA_ENOMEM, ZTA_ELIMIT.
 */
ZTA_MUST_USE zta_status zta_search__entities(const zta_cedar_search *search,
    const zta_question *question, const zta_sought *sought,
    zta_search_room room, zta_search_page *page, zta_error *err);

/*
 * The same for a request in JSON, also for actions: see zta_cedar_find().
 * `asked` is filled with what was read.
 */
ZTA_MUST_USE zta_status zta_search__run(const zta_cedar_search *search,
    zta_str request, unsigned flags, zta_search_room room, zta_asked *asked,
    zta_search_page *page, zta_error *err);

#endif
