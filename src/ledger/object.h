/* SPDX-License-Identifier: Apache-2.0 */
/*
 * object.h - objects of any kind: whether they are well formed, and where they
 * come from and go to. SPEC: docs/formats/objects.md
 */
#ifndef ZTA_LEDGER_OBJECT_H
#define ZTA_LEDGER_OBJECT_H

#include "base/arena.h"
#include "store/oid.h"

/* Where objects come from. */
typedef struct zta_object_source {
	/*
	 * The body of `oid` into `arena`. ZTA_ENOTFOUND is the expected
	 * failure. What comes is not trusted: see zta_object__read().
	 */
	zta_status (*read)(void *from, const zta_oid *oid, zta_object_kind kind,
	    zta_arena *arena, zta_str *body, zta_error *err);
	void *from;
	/* What comes has the id that was asked for: it was computed there. */
	bool verified;
} zta_object_source;

/* Where objects go. */
typedef struct zta_object_sink {
	/* Keep an object; one that is there already is no error. */
	zta_status (*write)(void *to, const zta_oid *oid, zta_object_kind kind,
	    zta_str body, zta_error *err);
	void *to;
} zta_object_sink;

/*
 * Read an object that has the id it goes by: computed here, unless it was where
 * the object comes from, so that all that is read is hashed once. The place of an error
 * is "<kind> <id>". Whatever the source says, and ZTA_EINVALID.
 */
ZTA_MUST_USE zta_status zta_object__read(const zta_object_source *source,
    const zta_oid *oid, zta_object_kind kind, zta_arena *arena, zta_str *body,
    zta_error *err);

/*
 * Is `body` a well-formed object of this kind? `arena` is for work. That what
 * it names exists is not looked at.
 */
ZTA_MUST_USE zta_status zta_object__check(
    zta_arena *arena, zta_object_kind kind, zta_str body, zta_error *err);

#endif
