/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store.h - where ledgers last: objects, refs, and a few values beside them.
 * SPEC: ztauth 2; docs/formats/store.md
 *
 * Everything belongs to one ledger, named "<zone>/<name>", and no call reaches
 * from one ledger into another. Objects are only ever added. A ref moves by
 * compare-and-swap, together with the objects it needs, or not at all; each
 * move has a number, so that one who slept can ask what happened since.
 *
 *     create   object_put   ref_move { objects, ref: from -> to }
 *     wait { is anything newer than 17? } -> 19   changes { after 17 } -> 18, 19
 *
 * A handle serves any number of threads: calls take turns, save that
 * zta_store__wait() holds up nobody. When a call that writes has returned
 * ZTA_OK, what it wrote is durable; when it has failed, nothing of it is seen.
 *
 * Every call may return ZTA_EINVAL (a name that is not allowed), ZTA_ELIMIT (a
 * size), ZTA_ENOMEM, ZTA_EIO (a full disk), ZTA_EINVALID (the store is damaged),
 * and ZTA_EUNAVAILABLE (the database is busy or away; it was tried again once).
 * Whether a write was made stays open in two cases only: the connection broke
 * in the commit and could not be made again (ZTA_EUNAVAILABLE), or the machine
 * stopped right after a failed sync (ZTA_EIO). At the calls stand the expected
 * others.
 *
 * What this does not do: it knows nothing of what objects say. It trusts the
 * ids it is given, and checks on reading that a body still has its id. It does
 * not look whether the object that a ref names is there.
 */
#ifndef ZTA_STORE_STORE_H
#define ZTA_STORE_STORE_H

#include "base/arena.h"
#include "store/oid.h"

typedef struct zta_store zta_store;

/*
 * Open the store at `place`: "memory:", an URI "postgresql://...", or the path
 * of an SQLite database; made if need be. ZTA_EINVALID: what is there is not a
 * store, or of a version that is not known; it is left as it is.
 */
ZTA_MUST_USE zta_status zta_store__open(
    zta_store **out, const char *place, zta_error *err);

/* No other call may be under way. NULL is fine. */
void zta_store__close(zta_store *store);

/* ZTA_EEXIST. Zone and name are 1 to 64 of A-Z a-z 0-9 . _ -, no . or - first. */
ZTA_MUST_USE zta_status zta_store__ledger_create(
    zta_store *store, zta_str ledger, zta_error *err);

/* The ledgers of `zone`, or of all if it is empty; ascending, in `arena`. */
ZTA_MUST_USE zta_status zta_store__ledger_list(zta_store *store, zta_str zone,
    zta_arena *arena, zta_str **ledgers, size_t *count, zta_error *err);

/* From here on, ZTA_ENOTFOUND is also: there is no such ledger. */

typedef struct zta_store_object {
	zta_oid oid;
	zta_object_kind kind;
	zta_str body; /* at most ZTA_STORE_OBJECT_MAX bytes */
} zta_store_object;

/*
 * The object of this id, its body in `arena`. ZTA_ENOTFOUND. ZTA_EINVALID: what
 * is stored does not have this id any more.
 */
ZTA_MUST_USE zta_status zta_store__object_get(zta_store *store, zta_str ledger,
    const zta_oid *oid, zta_arena *arena, zta_store_object *out,
    zta_error *err);

/* Which of these are there? `has` has room for `count` answers. */
ZTA_MUST_USE zta_status zta_store__object_has(zta_store *store, zta_str ledger,
    const zta_oid *oids, size_t count, bool *has, zta_error *err);

/* Add objects, all or none. One that is there already stays as it is. */
ZTA_MUST_USE zta_status zta_store__object_put(zta_store *store, zta_str ledger,
    const zta_store_object *objects, size_t count, zta_error *err);

typedef struct zta_store_ref {
	zta_str name; /* 1 to ZTA_STORE_NAME_MAX visible characters of ASCII */
	zta_oid oid;
} zta_store_ref;

/* ZTA_ENOTFOUND. */
ZTA_MUST_USE zta_status zta_store__ref_get(zta_store *store, zta_str ledger,
    zta_str name, zta_oid *oid, zta_error *err);

/* All refs, ascending by the bytes of their names, in `arena`. */
ZTA_MUST_USE zta_status zta_store__ref_list(zta_store *store, zta_str ledger,
    zta_arena *arena, zta_store_ref **refs, size_t *count, zta_error *err);

typedef struct zta_store_move {
	zta_str ref;
	zta_oid from; /* none: the ref must not exist yet */
	zta_oid to;
	const zta_store_object *objects; /* to be added with it */
	size_t count;
} zta_store_move;

/* Add the objects and move the ref. ZTA_ECONFLICT: the ref is not at `from`. */
ZTA_MUST_USE zta_status zta_store__ref_move(zta_store *store, zta_str ledger,
    const zta_store_move *move, zta_error *err);

/* Keys are as names of refs, values at most ZTA_STORE_VALUE_MAX bytes. */

/* ZTA_ENOTFOUND. The value is in `arena`. */
ZTA_MUST_USE zta_status zta_store__value_get(zta_store *store, zta_str ledger,
    zta_str key, zta_arena *arena, zta_str *value, zta_error *err);

/* Set a value. An empty one is none: zta_store__value_get() will not find it. */
ZTA_MUST_USE zta_status zta_store__value_put(zta_store *store, zta_str ledger,
    zta_str key, zta_str value, zta_error *err);

/* A move that was made, of any ledger; the numbers grow in order of commit. */
typedef struct zta_store_change {
	uint64_t seq; /* the first is 1 */
	zta_str ledger, ref;
	zta_oid from, to;
} zta_store_change;

/* The first changes, at most `max`, whose number is over `after`; ascending. */
ZTA_MUST_USE zta_status zta_store__changes(zta_store *store, uint64_t after,
    size_t max, zta_arena *arena, zta_store_change **changes, size_t *count,
    zta_error *err);

/*
 * Wait at most `timeout_ms` until there is a change over `after`, made by
 * whomever, and tell the number of the newest, which is `after` or less if
 * there was none in that time. With 0 it only tells.
 */
ZTA_MUST_USE zta_status zta_store__wait(zta_store *store, uint64_t after,
    uint32_t timeout_ms, uint64_t *newest, zta_error *err);

#endif
