/* SPDX-License-Identifier: Apache-2.0 */
/* world_change.c - changes that change nothing, see world.h. */
#include "world.h"

static uint64_t
bit(unsigned n)
{
	return UINT64_C(1) << n;
}

static uint64_t
shuffle(world *w)
{
	world_policy held;
	unsigned i, j;

	for (i = w->policy_count; i > 1; i--) {
		j = world_random(w, i);
		held = w->policies[i - 1];
		w->policies[i - 1] = w->policies[j];
		w->policies[j] = held;
	}
	return 0;
}

static world_policy *
another(world *w, const world_policy *like)
{
	world_policy *p = &w->policies[w->policy_count++];

	*p = *like;
	return p;
}

static uint64_t
say_twice(world *w)
{
	(void)another(w, &w->policies[world_random(w, w->policy_count)]);
	(void)another(w, &w->policies[world_random(w, w->policy_count)]);
	return 0;
}

/* when { a || b }, unless { a && b }: one policy for each of them. */
static uint64_t
split_conditions(world *w)
{
	unsigned i, count = w->policy_count;
	uint64_t parted = 0;
	world_policy *p;
	const world_expr *e;

	for (i = 0; i < count; i++) {
		p = &w->policies[i];
		e = p->condition;
		if (e != NULL &&
		    e->form == (p->unless ? world_and : world_or)) {
			p->condition = e->kids[0];
			another(w, p)->condition = e->kids[1];
			parted |= bit(p->origin);
		}
	}
	return parted;
}

/* action in [a, b]: one policy for each of them. */
static uint64_t
split_actions(world *w)
{
	unsigned i, count = w->policy_count, actions, rest;
	world_policy *p;

	for (i = 0; i < count; i++) {
		p = &w->policies[i];
		actions = p->actions;
		rest = actions & (actions - 1);
		if (rest != 0) {
			p->actions = actions ^ rest;
			another(w, p)->actions = rest;
		}
	}
	return 0;
}

static const world_expr *
negate(world *w, const world_expr *e)
{
	return world_expr_new(w, world_not, e, NULL, 0);
}

/* An expression that has the same value, or the same error. */
static const world_expr *
restate(world *w, const world_expr *e)
{
	const world_expr *yes = world_expr_new(w, "true", NULL, NULL, 0);

	switch (world_random(w, 6)) {
	case 0:
		return negate(w, negate(w, e));
	case 1:
		return world_expr_new(w, "$1 == $2", e, yes, 0);
	case 2:
		return world_expr_new(w, "if $1 then $2 else false", e, yes, 0);
	case 3:
		return world_expr_new(w, world_and, yes, e, 0);
	case 4:
		return world_expr_new(w, world_or, e, negate(w, yes), 0);
	default:
		return world_expr_new(w, "{r: $1}.r && true", e, NULL, 0);
	}
}

static uint64_t
restate_conditions(world *w)
{
	world_policy *p;
	unsigned i;

	for (i = 0; i < w->policy_count; i++) {
		p = &w->policies[i];
		p->apart = true;
		if (p->condition == NULL) {
			p->condition = world_expr_new(
			    w, p->unless ? "false" : "true", NULL, NULL, 0);
		}
		p->condition = restate(w, p->condition);
		if (world_random(w, 2) == 0) {
			p->unless = !p->unless;
			p->condition = negate(w, p->condition);
		}
	}
	return 0;
}

static const world_expr *
scope_test(world *w, const world_scope *scope, bool principal)
{
	static const char *const tests[2][WORLD_SCOPE_OPS] = {
		{ "true", "resource == %e", "resource in %e", "resource is %t",
		    "resource is %t in %e" },
		{ "true", "principal == %e", "principal in %e",
		    "principal is %t", "principal is %t in %e" },
	};

	return world_expr_new(
	    w, tests[principal][scope->op], NULL, NULL, scope->number);
}

/* Scopes as conditions: the index finds nothing to leave out. */
static uint64_t
open_scopes(world *w)
{
	world_policy *p;
	const world_expr *all, *action;
	unsigned i, j;

	for (i = 0; i < w->policy_count; i++) {
		p = &w->policies[i];
		all = p->condition == NULL ?
		    world_expr_new(w, "true", NULL, NULL, 0) :
		    p->unless ? negate(w, p->condition) :
				p->condition;
		action = NULL;
		for (j = 0; j < WORLD_ACTIONS; j++) {
			if ((p->actions >> j & 1) != 0) {
				action = world_expr_new(w,
				    action == NULL ? "action in %c" :
						     "$1 || action in %c",
				    action, NULL, j);
			}
		}
		all = world_expr_new(
		    w, world_and, scope_test(w, &p->resource, false), all, 0);
		if (action != NULL) {
			all = world_expr_new(w, world_and, action, all, 0);
		}
		p->condition = world_expr_new(
		    w, world_and, scope_test(w, &p->principal, true), all, 0);
		p->principal = p->resource = (world_scope){ 0 };
		p->actions = 0;
		p->unless = false;
	}
	return 0;
}

/* Their scope meets nobody; their origin is one that no other policy has. */
static uint64_t
add_policies_of_nobody(world *w)
{
	world_scope *scope;
	world_policy *p;
	unsigned i;

	for (i = 0; i < 20; i++) {
		p = another(w, &w->policies[world_random(w, w->policy_count)]);
		p->origin = WORLD_POLICIES;
		scope = world_random(w, 2) == 0 ? &p->principal : &p->resource;
		*scope =
		    (world_scope){ 1 + world_random(w, WORLD_SCOPE_OPS - 1),
			    WORLD_NUMBER(WORLD_NOBODY, WORLD_TYPES) };
	}
	return shuffle(w);
}

static uint64_t
add_strangers(world *w)
{
	w->strangers = true;
	return 0;
}

/* Ancestors of those that are present, as parents. */
static uint64_t
restate_ancestors(world *w)
{
	unsigned i, j;

	for (i = WORLD_ENTITIES; i-- > 0;) {
		for (j = i + 1; j < WORLD_ENTITIES; j++) {
			if ((w->entities[i].parents >> j & 1) != 0 &&
			    w->entities[j].present) {
				w->entities[i].parents |=
				    w->entities[j].parents;
			}
		}
	}
	for (i = WORLD_ACTIONS; i-- > 0;) {
		for (j = i + 1; j < WORLD_ACTIONS; j++) {
			if ((w->action_parents[i] >> j & 1) != 0) {
				w->action_parents[i] |= w->action_parents[j];
			}
		}
	}
	return 0;
}

const world_change world_changes[] = {
	{ "policies in another order", shuffle },
	{ "policies twice", say_twice },
	{ "conditions split", split_conditions },
	{ "actions split", split_actions },
	{ "conditions restated", restate_conditions },
	{ "scopes as conditions", open_scopes },
	{ "policies of nobody", add_policies_of_nobody },
	{ "entities that nobody names", add_strangers },
	{ "ancestors as parents", restate_ancestors },
	{ NULL, NULL },
};
