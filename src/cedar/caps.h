/* SPDX-License-Identifier: Apache-2.0 */
/*
 * caps.h - capabilities: what a `has` has shown, and so may be read.
 *
 * A set is a list that never changes; adding makes a longer one. Expressions
 * are the same when they are written the same, wherever they stand.
 */
#ifndef ZTA_CEDAR_CAPS_H
#define ZTA_CEDAR_CAPS_H

#include "cedar/ast.h"

typedef struct zta_caps zta_caps;
struct zta_caps {
	const zta_caps *rest;
	const zta_expr *on;
	zta_str attr;        /* of an attribute */
	const zta_expr *tag; /* or the key of a tag; NULL: an attribute */
};

/* NULL is the empty set; a NULL result is too little memory. */
ZTA_MUST_USE const zta_caps *zta_caps__add(zta_arena *arena,
    const zta_caps *set, const zta_expr *on, zta_str attr, const zta_expr *tag);

bool zta_caps__has(
    const zta_caps *set, const zta_expr *on, zta_str attr, const zta_expr *tag);

/* What is in one or the other, in both; false: no memory. */
ZTA_MUST_USE bool zta_caps__join(zta_arena *arena, const zta_caps *a,
    const zta_caps *b, const zta_caps **out);
ZTA_MUST_USE bool zta_caps__meet(zta_arena *arena, const zta_caps *a,
    const zta_caps *b, const zta_caps **out);

/* Are they written the same? */
bool zta_expr__same(const zta_expr *a, const zta_expr *b);

#endif
