/* SPDX-License-Identifier: Apache-2.0 */
/*
 * class.h - what a back end of the store is: one constant table of calls.
 *
 * They are the calls of store.h. store.c makes them in turns, with outputs
 * cleared; it has checked what goes in (names, sizes, kinds), checks bodies
 * that come out, and words the expected failures: a back end returns
 * ZTA_ENOTFOUND, ZTA_EEXIST and ZTA_ECONFLICT bare, and fills `err` for all
 * others.
 */
#ifndef ZTA_STORE_CLASS_H
#define ZTA_STORE_CLASS_H

#include "store/store.h"
#include "store/turn.h"

#define ZTA_STORE_CLASS_VERSION 1u

typedef struct zta_store_class {
	uint32_t version; /* ZTA_STORE_CLASS_VERSION */
	void (*close)(zta_store *store);
	zta_status (*ledger_create)(
	    zta_store *store, zta_str ledger, zta_error *err);
	/* Those that begin with `prefix`: "<zone>/", or empty. */
	zta_status (*ledger_list)(zta_store *store, zta_str prefix,
	    zta_arena *arena, zta_str **ledgers, size_t *count, zta_error *err);
	/* `out->oid` is set. */
	zta_status (*object_get)(zta_store *store, zta_str ledger,
	    zta_arena *arena, zta_store_object *out, zta_error *err);
	zta_status (*object_has)(zta_store *store, zta_str ledger,
	    const zta_oid *oids, size_t count, bool *has, zta_error *err);
	zta_status (*object_put)(zta_store *store, zta_str ledger,
	    const zta_store_object *objects, size_t count, zta_error *err);
	zta_status (*ref_get)(zta_store *store, zta_str ledger, zta_str name,
	    zta_oid *oid, zta_error *err);
	zta_status (*ref_list)(zta_store *store, zta_str ledger,
	    zta_arena *arena, zta_store_ref **refs, size_t *count,
	    zta_error *err);
	zta_status (*ref_move)(zta_store *store, zta_str ledger,
	    const zta_store_move *move, zta_error *err);
	/* An empty value may be given as one; store.c makes it none. */
	zta_status (*value_get)(zta_store *store, zta_str ledger, zta_str key,
	    zta_arena *arena, zta_str *value, zta_error *err);
	zta_status (*value_put)(zta_store *store, zta_str ledger, zta_str key,
	    zta_str value, zta_error *err);
	zta_status (*changes)(zta_store *store, uint64_t after, size_t max,
	    zta_arena *arena, zta_store_change **changes, size_t *count,
	    zta_error *err);
	/* The number of the newest change, or 0. */
	zta_status (*newest)(
	    zta_store *store, uint64_t *newest, zta_error *err);
	/*
	 * Leave the turn until there may be a change that newest() did not see
	 * in this turn, or until `deadline_ms` of zta_time__monotonic_ms().
	 */
	zta_status (*rest)(
	    zta_store *store, int64_t deadline_ms, zta_error *err);
} zta_store_class;

/* The first member of every back end's handle. */
struct zta_store {
	const zta_store_class *class;
	zta_turn turn; /* of store.c: made after the opening */
};

ZTA_MUST_USE zta_status zta_memory__open(zta_store **out, zta_error *err);
ZTA_MUST_USE zta_status zta_sqlite__open(
    zta_store **out, const char *path, zta_error *err);
ZTA_MUST_USE zta_status zta_pgsql__open(
    zta_store **out, const char *uri, zta_error *err);

#endif
