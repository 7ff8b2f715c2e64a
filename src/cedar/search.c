/* SPDX-License-Identifier: Apache-2.0 */
/*
 * search.c - see search.h.
 *
 * What is left of each policy that the known entities match (residual.h) says
 * where it may hold. The lists of the permits are walked side by side, in
 * ascending order, by a heap of cursors; an entity that is in none of them has
 * no permit. For one that is, the permits whose lists it is in are evaluated
 * until one holds, then the forbids.
 *
 * 1. An entity is given if and only if the authorizer allows it: lists leave
 *    out none for which the permit holds, and every entity given was judged by
 *    what decides of permits and forbids.
 * 2. Pages are cut between uids, so no entity is lost or given twice.
 */
#include "cedar/search.h"

#include "base/error.h"
#include "cedar/residual.h"

/* A list that is being walked. */
typedef struct cursor {
	const uint32_t *at, *end;
	const zta_residual *permit; /* NULL: all of `everywhere` */
} cursor;

typedef struct hunt {
	const zta_cedar_search *search;
	zta_eval x;
	zta_unknown u;
	bool permitted, forbidden;      /* a policy holds for all */
	const zta_residual *everywhere; /* permits that may hold anywhere */
	const zta_residual *somewhere;  /* permits that have lists */
	const zta_residual *forbids;
	uint32_t lists; /* of `somewhere` */
	cursor *heap;   /* the least uid first */
	uint32_t count;
	zta_search_page *page;
} hunt;

/* --- policies */

static zta_index_probe
probe_for(const hunt *h, zta_expr_var var, uint32_t uid)
{
	return var == h->u.var ? (zta_index_probe){ 0 } :
				 zta_authorize__probe(&h->x, uid);
}

static void
push(const zta_residual **list, zta_residual *residual)
{
	residual->next = *list;
	*list = residual;
}

/* Put the policy where it belongs; false: memory ran out. */
static bool
sort_out(hunt *h, uint32_t number)
{
	const zta_policy *policy =
	    h->search->engine->policies.policies.list[number];
	zta_residual *residual =
	    zta_arena__alloc(h->u.arena, sizeof(*residual));

	if (residual == NULL || !zta_residual__make(&h->u, policy, residual)) {
		return false;
	}
	if (residual->where->total == 0) {
		return true;
	}
	if (policy->forbid) {
		h->forbidden = h->forbidden || residual->where == &h->u.always;
		push(&h->forbids, residual);
	} else if (residual->where == &h->u.always) {
		h->permitted = true;
	} else if (residual->where == &h->u.everywhere) {
		push(&h->everywhere, residual);
	} else {
		push(&h->somewhere, residual);
		h->lists += residual->where->leaves;
	}
	return true;
}

static bool
sort_out_group(void *context, const uint32_t *policies, uint32_t count)
{
	uint32_t i;

	for (i = 0; i < count; i++) {
		if (!sort_out(context, policies[i])) {
			return false;
		}
	}
	return true;
}

static zta_status
sort_out_all(hunt *h, const zta_question *question, zta_error *err)
{
	zta_index_probe probes[ZTA_INDEX_LEVELS];

	probes[0] = probe_for(h, ZTA_VAR_PRINCIPAL, question->principal);
	probes[1] = probe_for(h, ZTA_VAR_RESOURCE, question->resource);
	probes[2] = probe_for(h, ZTA_VAR_ACTION, question->action);
	return zta_index__visit(
		   &h->search->blind[h->u.var], probes, sort_out_group, h) ?
	    ZTA_OK :
	    zta_arena__failed(h->u.arena, err);
}

/* --- lists */

/* Let the cursor at `i` sink to where those below it are not smaller. */
static void
sink(hunt *h, uint32_t i)
{
	cursor moved = h->heap[i];
	uint32_t child;

	for (child = 2 * i + 1; child < h->count; child = 2 * i + 1) {
		if (child + 1 < h->count &&
		    *h->heap[child + 1].at < *h->heap[child].at) {
			child++;
		}
		if (*moved.at <= *h->heap[child].at) {
			break;
		}
		h->heap[i] = h->heap[child];
		i = child;
	}
	h->heap[i] = moved;
}

/* Move on the cursor at the top. */
static void
advance(hunt *h)
{
	if (++h->heap[0].at == h->heap[0].end) {
		h->heap[0] = h->heap[--h->count];
	}
	if (h->count > 0) {
		sink(h, 0);
	}
}

/* A cursor to what is in the list from page->from on, if there is any. */
static void
add_list(
    hunt *h, const uint32_t *list, uint32_t count, const zta_residual *permit)
{
	const uint32_t *end = list + count;
	uint32_t half;

	while (count > 0) {
		half = count / 2;
		if (list[half] < h->page->from) {
			list += half + 1;
			count -= half + 1;
		} else {
			count = half;
		}
	}
	if (list < end) {
		h->heap[h->count++] = (cursor){ list, end, permit };
	}
}

/* All lists of the set; sets lean left. */
static void
add_lists(hunt *h, const zta_where *where, const zta_residual *permit)
{
	for (; where->left != NULL; where = where->left) {
		add_lists(h, where->right, permit);
	}
	h->page->kinds |= 1u << where->kind;
	add_list(h, where->list, where->total, permit);
}

static zta_status
open_lists(hunt *h, zta_error *err)
{
	const zta_where *all = h->permitted ? &h->u.always : &h->u.everywhere;
	const zta_residual *permit;
	uint32_t i;

	h->heap = zta_arena__alloc(
	    h->u.arena, ((size_t)h->lists + 1) * sizeof(*h->heap));
	if (h->heap == NULL) {
		return zta_arena__failed(h->u.arena, err);
	}
	if (h->permitted || h->everywhere != NULL) {
		add_lists(h, all, NULL);
	}
	for (permit = h->permitted ? NULL : h->somewhere; permit != NULL;
	     permit = permit->next) {
		add_lists(h, permit->where, permit);
	}
	for (i = h->count / 2; i > 0; i--) {
		sink(h, i - 1);
	}
	return ZTA_OK;
}

/* --- candidates */

static bool
holds(hunt *h, const zta_residual *residual, uint32_t uid)
{
	h->page->evaluations++;
	return zta_residual__holds(&h->u, residual, uid);
}

/* Does one of the list hold? */
static bool
any_holds(hunt *h, const zta_residual *list, uint32_t uid)
{
	for (; list != NULL; list = list->next) {
		if (holds(h, list, uid)) {
			return true;
		}
	}
	return false;
}

/* Move all cursors over `uid`; does a permit hold that they stand for? */
static bool
pass(hunt *h, uint32_t uid)
{
	bool permitted = h->permitted;
	const zta_residual *permit;

	while (h->count > 0 && *h->heap[0].at == uid) {
		permit = h->heap[0].permit;
		if (!permitted) {
			permitted = permit == NULL ?
			    any_holds(h, h->everywhere, uid) :
			    holds(h, permit, uid);
		}
		advance(h);
	}
	return permitted;
}

/* Lists by value may hold entities of another type. */
static zta_status
collect(hunt *h, zta_arena *scratch, zta_error *err)
{
	zta_search_page *page = h->page;
	uint32_t uid;
	bool permitted;

	h->x.arena = scratch;
	while (h->count > 0 && page->count < page->limit &&
	    (page->budget == 0 || page->evaluations < page->budget)) {
		uid = *h->heap[0].at;
		zta_arena__reset(scratch);
		permitted = pass(h, uid) &&
		    zta_names__type_of(h->x.names, uid) == h->u.type &&
		    !any_holds(h, h->forbids, uid);
		if (h->u.failed) {
			return zta_arena__failed(scratch, err);
		}
		if (permitted) {
			page->uids[page->count++] = uid;
		}
		page->next = (uint64_t)uid + 1;
	}
	if (h->count == 0) {
		page->next = 0;
	}
	return ZTA_OK;
}

zta_status
zta_search__entities(const zta_cedar_search *search,
    const zta_question *question, const zta_sought *sought,
    zta_search_room room, zta_search_page *page, zta_error *err)
{
	const zta_cedar *engine = search->engine;
	hunt h = { .search = search, .page = page };
	zta_status status;

	page->uids =
	    zta_arena__alloc(room.arena, page->limit * sizeof(page->uids[0]));
	if (page->uids == NULL) {
		return zta_arena__failed(room.arena, err);
	}
	zta_authorize__begin(&h.x, &engine->entities, question, room.arena);
	h.u = (zta_unknown){ .x = &h.x,
		.index = &search->index,
		.var = sought->var,
		.type = sought->type,
		.all = zta_buckets__get(&search->index.by_type, sought->type),
		.arena = room.arena };
	zta_where__init(&h.u);
	if (h.u.all.count == 0) {
		return ZTA_OK;
	}
	status = sort_out_all(&h, question, err);
	if (status != ZTA_OK || h.forbidden) {
		return status;
	}
	status = open_lists(&h, err);
	return status == ZTA_OK ? collect(&h, room.scratch, err) : status;
}
