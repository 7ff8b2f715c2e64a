/* SPDX-License-Identifier: Apache-2.0 */
/* world.c - making a world, see world.h. */
#include "world.h"

#include "base/str.h"

unsigned
world_random(world *w, unsigned n)
{
	/* xorshift64* */
	w->random ^= w->random >> 12;
	w->random ^= w->random << 25;
	w->random ^= w->random >> 27;
	return (unsigned)((w->random * UINT64_C(2685821657736338717)) >> 33) %
	    n;
}

/* --- expressions: $1 to $3 are operands, %e and so on what `number` names */

const char world_and[] = "$1 && $2";
const char world_or[] = "$1 || $2";
const char world_not[] = "!$1";

/* Bool or an error: leaves, operands that are values, operands that are bool. */
static const char *const bool_leaves[] = { "true", "false", "principal in %e",
	"resource in %e", "principal == %e", "resource is %t",
	"principal is %t in %e", "principal has %a", "context has %a",
	"resource has %a.%a", "action in [%c, %c]", "principal.hasTag(\"t\")" };
static const char *const bool_tests[] = { "$1 == $2", "$1 != $2", "$1 < $2",
	"$1 >= $2", "[$1, $2].contains($3)", "[$1].containsAny([$2, $3])",
	"$1 in $2", "$1 in [$2, principal]", "$1 like \"*a*\"",
	"{x: $1, \"y\": $2} == {\"y\": $3, x: $1}",
	"decimal(\"1.5\").lessThan($1)" };
static const char *const bool_joins[] = { world_and, world_or, world_and,
	world_or, world_not, "if $1 then $2 else $3" };

static const char *const value_leaves[] = { "%n", "%n", "%s", "%e", "principal",
	"resource", "context.%a", "principal.%a", "resource.%a",
	"decimal(\"1.0\")", "principal.getTag(\"t\")" };
static const char *const value_forms[] = { "$1 + $2", "$1 * $2", "-$1",
	"[$1, $2]", "context.%a", "principal.%a" };

#define PICK(w, list) \
	(list)[world_random(w, (unsigned)(sizeof(list) / sizeof((list)[0])))]

const world_expr *
world_expr_new(world *w, const char *form, const world_expr *a,
    const world_expr *b, unsigned number)
{
	world_expr *e = zta_arena__zalloc(w->arena, 1, sizeof(*e));

	*e = (world_expr){
		.form = form, .number = number, .kids = { a, b, NULL }
	};
	return e;
}

static const world_expr *
make_expr(world *w, bool boolean, unsigned depth)
{
	world_expr *e = zta_arena__zalloc(w->arena, 1, sizeof(*e));
	bool join = boolean && depth > 1 && world_random(w, 3) > 0;
	unsigned i;

	e->number = WORLD_NUMBER(
	    world_random(w, WORLD_ENTITIES), world_random(w, WORLD_TYPES));
	if (depth == 0 || world_random(w, 4) == 0) {
		e->form =
		    boolean ? PICK(w, bool_leaves) : PICK(w, value_leaves);
		return e;
	}
	e->form = join ? PICK(w, bool_joins) :
	    boolean    ? PICK(w, bool_tests) :
			 PICK(w, value_forms);
	for (i = 0; i < 3; i++) {
		e->kids[i] = make_expr(w, join, depth - 1);
	}
	return e;
}

/* --- the rest of the world */

/* Of the kinds of put_value(). */
static world_value
make_value(world *w)
{
	return (
	    world_value){ world_random(w, 8), world_random(w, WORLD_ENTITIES) };
}

static world_scope
make_scope(world *w)
{
	return (world_scope){ world_random(w, WORLD_SCOPE_OPS),
		WORLD_NUMBER(world_random(w, WORLD_ENTITIES),
		    world_random(w, WORLD_TYPES)) };
}

static void
make_policy(world *w, world_policy *p)
{
	p->forbid = world_random(w, 3) == 0;
	p->unless = world_random(w, 4) == 0;
	p->principal = make_scope(w);
	p->resource =
	    world_random(w, 2) == 0 ? (world_scope){ 0 } : make_scope(w);
	p->actions = world_random(w, 1u << WORLD_ACTIONS);
	if (world_random(w, 5) > 0) {
		p->condition = make_expr(w, true, 1 + world_random(w, 4));
	}
}

static void
make_entity(world *w, unsigned number, world_entity *e)
{
	unsigned i, above;

	e->present = world_random(w, 4) > 0;
	for (above = number + 1; above < WORLD_ENTITIES; above++) {
		e->parents |= (world_random(w, 5) == 0 ? 1u : 0) << above;
	}
	for (i = 0; i < WORLD_ATTRS; i++) {
		e->attrs[i] = make_value(w);
	}
	e->tag = make_value(w);
}

void
world_make(world *w, zta_arena *arena, uint64_t seed)
{
	unsigned i, j;

	*w = (world){ .arena = arena, .random = seed * 2654435761u + 1 };
	for (i = 0; i < WORLD_POLICIES; i++) {
		w->policies[i].origin = i;
		make_policy(w, &w->policies[i]);
	}
	w->policy_count = WORLD_POLICIES;
	for (i = 0; i < WORLD_ENTITIES; i++) {
		make_entity(w, i, &w->entities[i]);
	}
	for (i = 0; i < WORLD_ACTIONS; i++) {
		w->action_parents[i] =
		    world_random(w, 1u << WORLD_ACTIONS) & ~((2u << i) - 1);
	}
	for (i = 0; i < WORLD_REQUESTS; i++) {
		w->requests[i].principal = world_random(w, WORLD_ENTITIES);
		w->requests[i].action = world_random(w, WORLD_ACTIONS);
		w->requests[i].resource = world_random(w, WORLD_ENTITIES);
		for (j = 0; j < WORLD_ATTRS; j++) {
			w->requests[i].context[j] = make_value(w);
		}
	}
}
