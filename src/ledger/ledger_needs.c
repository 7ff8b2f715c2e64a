/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger_needs.c - what is missing where part of a history is known.
 *
 * Commits are followed from `want` back to the first that the other side has.
 * Then, oldest first, each tree is compared with its parent's: what the other
 * side has at the same path is passed over, with all below it. An object is
 * listed once, after what it names, so that any part of the list is of use.
 */
#include "base/error.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/random.h"
#include "base/str.h"
#include "ledger/ledger.h"
#include "ledger/tree_object.h"

#define ROOM_MIN 64u

typedef struct gatherer {
	const zta_ledger *ledger;
	zta_object_source source;
	zta_arena *arena;  /* of the result */
	zta_arena scratch; /* of everything else */
	zta_map known;     /* ids that are listed, or at the other side */
	zta_ledger_needs *out;
	uint32_t room;
	zta_error *err;
} gatherer;

/* A key that lives as long as the map; its pointer is NULL if memory ran out. */
static zta_str
key_of(gatherer *g, const zta_oid *oid)
{
	return zta_arena__copy(&g->scratch,
	    (zta_str){ (const char *)oid->bytes, sizeof(oid->bytes) });
}

static bool
is_known(const gatherer *g, const zta_oid *oid)
{
	return zta_map__get(&g->known,
		   (zta_str){ (const char *)oid->bytes, sizeof(oid->bytes) }) !=
	    ZTA_MAP_NONE;
}

static zta_status
know(gatherer *g, const zta_oid *oid)
{
	zta_str key = key_of(g, oid);

	if (key.ptr == NULL) {
		return zta_arena__failed(&g->scratch, g->err);
	}
	return is_known(g, oid) ? ZTA_OK :
				  zta_map__add(&g->known, key, 0, g->err);
}

static zta_status
list(gatherer *g, const zta_oid *oid, const zta_oid *base, zta_object_kind kind)
{
	static const zta_oid none;
	zta_ledger_needs *out = g->out;
	uint32_t more = g->room == 0 ? ROOM_MIN : g->room * 2;
	zta_ledger_need *bigger;

	if (out->count == g->room) {
		bigger = zta_arena__grow(
		    g->arena, out->list, out->count, more, sizeof(*bigger));
		if (bigger == NULL) {
			return zta_arena__failed(g->arena, g->err);
		}
		out->list = bigger;
		g->room = more;
	}
	out->list[out->count++] =
	    (zta_ledger_need){ *oid, base == NULL ? none : *base, kind };
	return know(g, oid);
}

/* The next entry of `old` that is not before `wanted`, if it has its name. */
static const zta_tree_entry *
match(const zta_tree_object *old, uint32_t *at, const zta_tree_entry *wanted)
{
	while (*at < old->count &&
	    zta_tree_entry__cmp(&old->entries[*at], wanted) < 0) {
		(*at)++;
	}
	return *at < old->count &&
		zta_tree_entry__cmp(&old->entries[*at], wanted) == 0 ?
	    &old->entries[*at] :
	    NULL;
}

/* List a tree and what is below it, but what `base` (NULL: none) has too. */
static zta_status
gather_tree(
    gatherer *g, const zta_oid *oid, const zta_oid *base, uint32_t depth)
{
	zta_tree_object tree, old = { 0 };
	const zta_tree_entry *entry, *before;
	uint32_t i, at = 0;
	zta_status status;

	if ((base != NULL && zta_oid__eq(oid, base)) || is_known(g, oid)) {
		return ZTA_OK;
	}
	if (depth > ZTA_LEDGER_DEPTH_MAX) {
		return zta_error__set(g->err, ZTA_ELIMIT,
		    "directories nest deeper than %u", ZTA_LEDGER_DEPTH_MAX);
	}
	status =
	    zta_tree_object__read(&g->scratch, &g->source, oid, &tree, g->err);
	if (status == ZTA_OK && base != NULL) {
		status = zta_tree_object__read(
		    &g->scratch, &g->source, base, &old, g->err);
	}
	for (i = 0; status == ZTA_OK && i < tree.count; i++) {
		entry = &tree.entries[i];
		before = match(&old, &at, entry);
		if (before != NULL && zta_oid__eq(&before->oid, &entry->oid)) {
			continue;
		}
		if (entry->directory) {
			status = gather_tree(g, &entry->oid,
			    before == NULL ? NULL : &before->oid, depth + 1);
		} else if (!is_known(g, &entry->oid)) {
			status = list(g, &entry->oid,
			    before == NULL ? NULL : &before->oid,
			    ZTA_OBJECT_BLOB);
		}
	}
	return status != ZTA_OK ? status : list(g, oid, base, ZTA_OBJECT_TREE);
}

/* A commit that is to be told of, and its parent. */
typedef struct step step;
struct step {
	zta_oid oid;
	zta_commit commit;
	step *newer;
};

static zta_status
gather_commit(gatherer *g, const step *at)
{
	zta_commit parent;
	zta_status status = ZTA_OK;

	if (at->commit.has_parent) {
		status = zta_ledger__commit(g->ledger, &at->commit.parent,
		    &g->scratch, &parent, g->err);
	}
	if (status == ZTA_OK) {
		status = gather_tree(g, &at->commit.tree,
		    at->commit.has_parent ? &parent.tree : NULL, 1);
	}
	return status != ZTA_OK ? status :
				  list(g, &at->oid, NULL, ZTA_OBJECT_COMMIT);
}

/* From `want` back to what is known, and then forward again. */
static zta_status
gather(gatherer *g, const zta_oid *want)
{
	zta_oid at = *want;
	step *oldest = NULL, *found;
	bool more = !is_known(g, want);
	zta_status status = ZTA_OK;

	while (status == ZTA_OK && more) {
		found = zta_arena__zalloc(&g->scratch, 1, sizeof(*found));
		if (found == NULL) {
			return zta_arena__failed(&g->scratch, g->err);
		}
		status = zta_ledger__commit(
		    g->ledger, &at, &g->scratch, &found->commit, g->err);
		found->oid = at;
		found->newer = oldest;
		oldest = found;
		at = found->commit.parent;
		more = found->commit.has_parent && !is_known(g, &at);
	}
	for (; status == ZTA_OK && oldest != NULL; oldest = oldest->newer) {
		status = gather_commit(g, oldest);
	}
	return status;
}

zta_status
zta_ledger__needs(const zta_ledger *ledger, const zta_oid *want,
    const zta_oid *have, size_t have_count, zta_arena *arena,
    zta_ledger_needs *out, zta_error *err)
{
	gatherer g = { .ledger = ledger,
		.source = zta_ledger__source(ledger),
		.arena = arena,
		.out = out,
		.err = err };
	zta_status status = ZTA_OK;
	size_t i;

	*out = (zta_ledger_needs){ 0 };
	zta_arena__init(&g.scratch, SIZE_MAX);
	/* Ids are digests, but the peer may choose them: they are hashed. */
	zta_map__init(&g.known, &g.scratch, zta_random__seed());
	for (i = 0; status == ZTA_OK && i < have_count; i++) {
		status = know(&g, &have[i]);
	}
	if (status == ZTA_OK) {
		status = gather(&g, want);
	}
	zta_arena__release(&g.scratch);
	return status;
}
