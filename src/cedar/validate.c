/* SPDX-License-Identifier: Apache-2.0 */
/* validate.c - see validate.h. */
#include "cedar/validate.h"

#include "base/error.h"
#include "base/sort.h"
#include "base/str.h"
#include "cedar/entities.h"
#include "cedar/levels.h"
#include "ztauth/cedar.h"

static const struct {
	const char *name, *message, *hint;
} rules[ZTA_RULE_COUNT] = {
	[ZTA_RULE_UNKNOWN_ENTITY] = { "unknown-entity-type",
	    "the schema declares no such entity type",
	    "declare it with `entity`, or give its namespace" },
	[ZTA_RULE_UNKNOWN_ACTION] = { "unknown-action",
	    "the schema declares no such action",
	    "declare it with `action`, or give its namespace" },
	[ZTA_RULE_ENUM_CHOICE] = { "not-a-choice",
	    "the enumerated entity type has no such id",
	    "use one of the ids in its declaration" },
	[ZTA_RULE_NO_ACTION] = { "no-applicable-action",
	    "no action applies to these types of principal and resource",
	    "compare the scope with `appliesTo` of the action" },
	[ZTA_RULE_TYPE] = { "unexpected-type",
	    "an operand of the wrong type stands here",
	    "look up the types in the schema" },
	[ZTA_RULE_INCOMPATIBLE] = { "incompatible-types",
	    "these types have nothing in common",
	    "compare, collect and choose between values of one type" },
	[ZTA_RULE_UNKNOWN_ATTR] = { "unknown-attribute",
	    "the schema declares no such attribute here",
	    "check its spelling, or guard with `is` for the type that has it" },
	[ZTA_RULE_OPTIONAL_ATTR] = { "optional-attribute",
	    "the attribute may be absent",
	    "guard it: `x has attribute && ...`" },
	[ZTA_RULE_NO_TAGS] = { "no-tags", "entities of this type have no tags",
	    "declare `tags` for the type" },
	[ZTA_RULE_UNCHECKED_TAG] = { "optional-tag", "the tag may be absent",
	    "guard it: `x.hasTag(key) && ...`" },
	[ZTA_RULE_EMPTY_SET] = { "empty-set",
	    "the type of an empty set is not known",
	    "use `isEmpty()` to compare with it" },
	[ZTA_RULE_ARITY] = { "wrong-arity",
	    "the function takes another number of arguments",
	    "see the reference of the function" },
	[ZTA_RULE_EXT_LITERAL] = { "not-a-literal",
	    "the argument must be a string literal",
	    "put such values into attributes or the context" },
	[ZTA_RULE_EXT_VALUE] = { "bad-literal",
	    "the string is no value of the extension type",
	    "correct the string" },
	[ZTA_RULE_LEVEL] = { "level", "this reads an entity beyond the level",
	    "put what it needs into a nearer entity or the context" },
	[ZTA_RULE_LITERAL_READ] = { "literal-read",
	    "this reads an entity that the request does not name",
	    "compare with the entity, or read one that the request names" },
	[ZTA_RULE_IMPOSSIBLE] = { "impossible-policy",
	    "the policy can never hold",
	    "compare its scope and conditions with the schema" },
};

const char *
zta_rule__name(zta_rule rule)
{
	return rules[rule].name;
}

const char *
zta_rule__message(zta_rule rule)
{
	return rules[rule].message;
}

const char *
zta_rule__hint(zta_rule rule)
{
	return rules[rule].hint;
}

typedef struct validator {
	const zta_schema *schema;
	zta_arena *arena;  /* of the findings */
	zta_arena scratch; /* of one environment */
	zta_findings *out;
	const zta_policy *policy;
	uint32_t first; /* finding of this policy */
	uint32_t level;
	bool no_memory;
} validator;

/* Environments repeat what they find: it is told once. */
static void
report(void *context, zta_rule rule, uint32_t at)
{
	validator *v = context;
	zta_findings *out = v->out;
	zta_finding *bigger;
	uint32_t i;

	for (i = v->first; i < out->count; i++) {
		if (out->list[i].rule == rule && out->list[i].at == at) {
			return;
		}
	}
	if (out->count == out->room) {
		bigger = zta_arena__grow(v->arena, out->list, out->count,
		    out->room * 2 + 8, sizeof(*bigger));
		if (bigger == NULL) {
			v->no_memory = true;
			return;
		}
		out->list = bigger;
		out->room = out->room * 2 + 8;
	}
	out->list[out->count++] = (zta_finding){ v->policy, rule, at };
}

/* --- names: types, enum ids and actions that are not declared */

static bool
is_choice(const zta_entity_type *type, zta_str id)
{
	uint32_t i;

	for (i = 0; i < type->choice_count; i++) {
		if (zta_str__eq(type->choices[i], id)) {
			return true;
		}
	}
	return type->choice_count == 0;
}

static void
check_type_name(validator *v, zta_str text, uint32_t at)
{
	if (!zta_typecheck__knows_type(
		v->schema, zta_names__find_symbol(v->schema->names, text))) {
		report(v, ZTA_RULE_UNKNOWN_ENTITY, at);
	}
}

static void
check_uid(validator *v, zta_str text, zta_str id, uint32_t at)
{
	uint32_t name = zta_names__find_symbol(v->schema->names, text), uid;
	const zta_entity_type *type;

	if (name != ZTA_NAME_NONE &&
	    zta_names__is_action(v->schema->names, name)) {
		uid = zta_names__find_uid(v->schema->names, name, id);
		if (uid == ZTA_NAME_NONE ||
		    zta_schema__action(v->schema, uid) == NULL) {
			report(v, ZTA_RULE_UNKNOWN_ACTION, at);
		}
		return;
	}
	type =
	    name == ZTA_NAME_NONE ? NULL : zta_schema__entity(v->schema, name);
	if (type == NULL) {
		report(v, ZTA_RULE_UNKNOWN_ENTITY, at);
	} else if (!is_choice(type, id)) {
		report(v, ZTA_RULE_ENUM_CHOICE, at);
	}
}

static void
check_expr_names(validator *v, const zta_expr *e)
{
	uint32_t i;

	if (e->op == ZTA_EXPR_ENTITY) {
		check_uid(v, e->names[0], e->names[1], e->at);
	} else if (e->op == ZTA_EXPR_IS) {
		check_type_name(v, e->names[0], e->at);
	}
	for (i = 0; i < e->kid_count; i++) {
		check_expr_names(v, e->kids[i]);
	}
}

static void
check_names(validator *v, const zta_policy_text *text)
{
	const zta_scope_text *scope;
	uint32_t i, j;

	for (i = 0; i < ZTA_SCOPES; i++) {
		scope = &text->scope[i];
		if (scope->type.len > 0) {
			check_type_name(v, scope->type, scope->at);
		}
		for (j = 0; j < scope->count; j++) {
			check_uid(v, scope->entities[j].type,
			    scope->entities[j].id, scope->entities[j].at);
		}
	}
	for (i = 0; i < text->condition_count; i++) {
		check_expr_names(v, text->conditions[i].body);
	}
}

/* --- is there an action for this scope? */

static bool
action_fits(const validator *v, const zta_scope *scope, const zta_action *a)
{
	uint32_t i;

	for (i = 0; i < scope->count; i++) {
		if (a->uid == scope->entities[i] ||
		    (scope->op != ZTA_SCOPE_EQ &&
			zta_uids__has(a->ancestors, a->ancestor_count,
			    scope->entities[i]))) {
			return true;
		}
	}
	(void)v;
	return scope->op == ZTA_SCOPE_ANY;
}

static bool
type_fits(const validator *v, const zta_scope *scope, uint32_t type)
{
	const zta_entity_type *declared = zta_schema__entity(v->schema, type);
	uint32_t of = scope->count == 0 ?
	    ZTA_NAME_NONE :
	    zta_names__type_of(v->schema->names, scope->entities[0]);
	bool below = of == ZTA_NAME_NONE || of == type ||
	    (declared != NULL &&
		zta_uids__has(
		    declared->ancestors, declared->ancestor_count, of));

	switch (scope->op) {
	case ZTA_SCOPE_EQ:
		return of == ZTA_NAME_NONE || of == type;
	case ZTA_SCOPE_IN:
		return below;
	case ZTA_SCOPE_IS:
		return scope->type == type;
	case ZTA_SCOPE_IS_IN:
		return scope->type == type && below;
	default:
		return true;
	}
}

static bool
any_fits(const validator *v, const zta_scope *scope, const uint32_t *types,
    uint32_t count)
{
	uint32_t i;

	for (i = 0; i < count; i++) {
		if (type_fits(v, scope, types[i])) {
			return true;
		}
	}
	return false;
}

/* Where one action is not declared, the set of them is none. */
static bool
knows_actions(const validator *v, const zta_scope *scope)
{
	uint32_t i;

	for (i = 0; i < scope->count; i++) {
		if (zta_schema__action(v->schema, scope->entities[i]) == NULL) {
			return false;
		}
	}
	return true;
}

static void
check_applicable(validator *v, const zta_policy *policy)
{
	const zta_scope *scope = policy->scope;
	bool known = knows_actions(v, &scope[ZTA_VAR_ACTION]);
	const zta_action *a;
	uint32_t i;

	for (i = 0; known && i < v->schema->action_count; i++) {
		a = &v->schema->actions[i];
		if (action_fits(v, &scope[ZTA_VAR_ACTION], a) &&
		    any_fits(v, &scope[ZTA_VAR_PRINCIPAL], a->principals,
			a->principal_count) &&
		    any_fits(v, &scope[ZTA_VAR_RESOURCE], a->resources,
			a->resource_count)) {
			return;
		}
	}
	report(v, ZTA_RULE_NO_ACTION, policy->at);
}

/* --- types, in every environment */

/* Types in one environment, and levels if those are in order. */
static zta_outcome
check_environment(validator *v, zta_typecheck *k, const zta_policy_text *text)
{
	zta_type_notes notes = { 0 };
	zta_outcome outcome;

	if (v->level == ZTA_CEDAR_ANY_LEVEL) {
		return zta_typecheck__policy(k, text);
	}
	zta_map__init(&notes.numbers, k->arena, v->schema->names->seed);
	k->notes = &notes;
	outcome = zta_typecheck__policy(k, text);
	if (outcome != ZTA_OUTCOME_WRONG && !k->no_memory) {
		zta_levels__check(k, text, v->level);
	}
	k->notes = NULL;
	return outcome;
}

/* False if the policy can hold in none. */
static bool
check_action_types(
    validator *v, const zta_policy_text *text, const zta_action *action)
{
	zta_typecheck k = { .schema = v->schema,
		.arena = &v->scratch,
		.env = { .action = action },
		.report = report,
		.context = v };
	bool possible = false;
	uint32_t i, j;

	for (i = 0; i < action->principal_count; i++) {
		for (j = 0; j < action->resource_count; j++) {
			k.env.principal = action->principals[i];
			k.env.resource = action->resources[j];
			possible |=
			    check_environment(v, &k, text) != ZTA_OUTCOME_FALSE;
			zta_arena__reset(&v->scratch);
		}
	}
	v->no_memory = v->no_memory || k.no_memory;
	return possible;
}

static void
check_types(validator *v, const zta_policy *policy)
{
	bool possible = false;
	uint32_t i;

	for (i = 0; i < v->schema->action_count; i++) {
		possible |= check_action_types(
		    v, policy->source, &v->schema->actions[i]);
	}
	/* Whatever was found already says more. */
	if (!possible && v->out->count == v->first) {
		report(v, ZTA_RULE_IMPOSSIBLE, policy->at);
	}
}

/* By place, so that the order of environments does not show. */
static int
by_place(const void *a, const void *b)
{
	const zta_finding *x = a, *y = b;

	if (x->at != y->at) {
		return x->at < y->at ? -1 : 1;
	}
	return x->rule < y->rule ? -1 : x->rule > y->rule;
}

/* A link is as good as its template, but for what fills the slots. */
static void
check_slots(validator *v, const zta_policy *link)
{
	const zta_names *names = v->schema->names;
	zta_expr_var var;
	uint32_t uid;

	for (var = 0; var < ZTA_SCOPES; var++) {
		if (!link->source->scope[var].slot) {
			continue;
		}
		uid = link->scope[var].entities[0];
		if (!zta_typecheck__knows_type(
			v->schema, zta_names__type_of(names, uid))) {
			report(v, ZTA_RULE_UNKNOWN_ENTITY, link->at);
		}
	}
}

static void
check_policy(validator *v, const zta_policy *policy)
{
	bool link = zta_policy_text__is_template(policy->source) &&
	    !policy->scope[ZTA_VAR_PRINCIPAL].slot &&
	    !policy->scope[ZTA_VAR_RESOURCE].slot;

	if (link) {
		check_slots(v, policy);
	} else {
		check_names(v, policy->source);
	}
	check_applicable(v, policy);
	if (!link) {
		check_types(v, policy);
	}
}

static void
check_list(validator *v, const zta_policy_list *list)
{
	uint32_t i;

	for (i = 0; i < list->count && !v->no_memory; i++) {
		v->policy = &list->list[i];
		v->first = v->out->count;
		check_policy(v, v->policy);
		if (v->out->count > v->first) {
			zta_sort__run(v->out->list + v->first,
			    v->out->count - v->first, sizeof(*v->out->list),
			    by_place);
		}
	}
}

zta_status
zta_validate__run(const zta_schema *schema, const zta_policies *policies,
    uint32_t level, zta_arena *arena, zta_findings *out, zta_error *err)
{
	validator v = {
		.schema = schema, .arena = arena, .out = out, .level = level
	};

	*out = (zta_findings){ 0 };
	zta_arena__init(&v.scratch, SIZE_MAX);
	check_list(&v, &policies->templates);
	check_list(&v, &policies->policies);
	zta_arena__release(&v.scratch);
	return v.no_memory ? zta_error__nomem(err) : ZTA_OK;
}
