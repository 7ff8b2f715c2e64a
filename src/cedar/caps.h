/* SPDX-License-Identifier: Apache-2.0 */
/*
 * caps.h - capabilities: what a `has` has shown, and so may be read.
 *
 * A capability is the shape of what may be read, `e.a` or `e.getTag(k)`. The
 * checker asks what holds at the place where it is. What an expression shows if
 * it is true lies on a stack, above what those before it show:
 *
 *     from = zta_caps__mark(caps);
 *     ... check a ...                   a shows [from, to)
 *     to = zta_caps__mark(caps);
 *     zta_caps__assume(caps, from, to);
 *     ... check b ...                   where a is true
 *     zta_caps__forget(caps, from, to);
 *
 * and a && b shows all from `from` on. That memory ran out is noted and sticks; the
 * answers are worth nothing then.
 */
#ifndef ZTA_CEDAR_CAPS_H
#define ZTA_CEDAR_CAPS_H

#include "cedar/shapes.h"

/* What is known of one shape. */
typedef struct zta_cap {
	uint32_t assumed; /* how often; 0: it does not hold */
	uint32_t met;     /* the last meeting in which it was first */
} zta_cap;

typedef struct zta_caps {
	zta_arena arena; /* of all of it */
	zta_shapes shapes;
	zta_cap *list; /* by shape */
	uint32_t room;
	uint32_t *shown; /* the stack: shapes */
	uint32_t shown_count, shown_room;
	uint32_t meetings; /* so far */
	bool no_memory;
} zta_caps;

/* A handle; init and release. Nothing holds, nothing is shown. */
void zta_caps__init(zta_caps *caps, uint64_t seed);
void zta_caps__release(zta_caps *caps);

/* Forget the expressions that were seen, which may cease to be. */
void zta_caps__reset(zta_caps *caps);

/* May what has this shape be read here? */
bool zta_caps__holds(zta_caps *caps, uint32_t shape);

/* Put a capability onto the stack. */
void zta_caps__show(zta_caps *caps, uint32_t shape);

/* The end of the stack. */
static inline uint32_t
zta_caps__mark(const zta_caps *caps)
{
	return caps->shown_count;
}

/* Let what lies between two marks hold; and no longer. */
void zta_caps__assume(zta_caps *caps, uint32_t from, uint32_t to);
void zta_caps__forget(zta_caps *caps, uint32_t from, uint32_t to);

/* Leave nothing above `from`. */
static inline void
zta_caps__drop(zta_caps *caps, uint32_t from)
{
	caps->shown_count = from;
}

/* Above `from` leave what lies above `to`; or what lies on both sides of it. */
void zta_caps__keep_second(zta_caps *caps, uint32_t from, uint32_t to);
void zta_caps__keep_both(zta_caps *caps, uint32_t from, uint32_t to);

#endif
