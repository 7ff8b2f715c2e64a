/* SPDX-License-Identifier: Apache-2.0 */
/*
 * validate.c - see validate.h: each policy by its names, by whether any action
 * applies to its scope, and by its types in every environment.
 *
 * SPEC: cedar validation
 */
#include "cedar/validate.h"

#include "base/error.h"
#include "base/str.h"
#include "cedar/declared.h"
#include "cedar/environments.h"
#include "cedar/scope.h"

typedef struct validator {
	const zta_schema *schema;
	const zta_findings *known; /* of what is shared; NULL: nothing is */
	zta_map known_at;          /* policy -> its first one among them */
	zta_findings *findings;
	zta_arena lasting; /* of the map */
	zta_arena scratch; /* of one environment */
	zta_caps caps;     /* of one policy */
	uint32_t level;
	bool no_memory;
} validator;

static void
report(validator *v, zta_rule rule, uint32_t at)
{
	zta_findings__add(v->findings, rule, at);
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
	if (!zta_declared__is_type(
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
any_fits(const zta_schema *schema, const zta_scope *scope,
    const uint32_t *types, uint32_t count)
{
	uint32_t i;

	for (i = 0; i < count; i++) {
		if (zta_scope__fits_type(schema, scope, types[i])) {
			return true;
		}
	}
	return false;
}

/* Where one action is not declared, the set of them is none. */
static bool
knows_actions(const zta_schema *schema, const zta_scope *scope)
{
	uint32_t i;

	for (i = 0; i < scope->count; i++) {
		if (zta_schema__action(schema, scope->entities[i]) == NULL) {
			return false;
		}
	}
	return true;
}

/* The types of principal and resource that one action applies to must fit. */
static void
check_applicable(validator *v, const zta_policy *policy)
{
	const zta_schema *schema = v->schema;
	const zta_scope *scope = policy->scope;
	bool known = knows_actions(schema, &scope[ZTA_VAR_ACTION]);
	const zta_action *a = schema->actions;
	uint32_t i;

	for (i = 0; known && i < schema->action_count; i++, a++) {
		if (zta_scope__fits_action(
			schema, &scope[ZTA_VAR_ACTION], a->uid) &&
		    any_fits(schema, &scope[ZTA_VAR_PRINCIPAL], a->principals,
			a->principal_count) &&
		    any_fits(schema, &scope[ZTA_VAR_RESOURCE], a->resources,
			a->resource_count)) {
			return;
		}
	}
	report(v, ZTA_RULE_NO_ACTION, policy->at);
}

/* --- all of it */

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
		if (!zta_declared__is_type(
			v->schema, zta_names__type_of(names, uid))) {
			report(v, ZTA_RULE_UNKNOWN_ENTITY, link->at);
		}
	}
}

static void
check_types(validator *v, const zta_policy *policy)
{
	bool possible;

	v->no_memory = !zta_environments__check(v->schema, policy, v->level,
			   &v->scratch, &v->caps, v->findings, &possible) ||
	    v->findings->no_memory;
	/* Whatever was found already says more. */
	if (!possible && !zta_findings__any(v->findings)) {
		report(v, ZTA_RULE_IMPOSSIBLE, policy->at);
	}
}

static bool
is_link(const zta_policy *policy)
{
	return zta_policy_text__is_template(policy->source) &&
	    !policy->scope[ZTA_VAR_PRINCIPAL].slot &&
	    !policy->scope[ZTA_VAR_RESOURCE].slot;
}

static void
check_policy(validator *v, const zta_policy *policy)
{
	bool link = is_link(policy);

	zta_findings__begin(v->findings, policy);
	if (link) {
		check_slots(v, policy);
	} else {
		check_names(v, policy->source);
	}
	check_applicable(v, policy);
	if (!link) {
		check_types(v, policy);
	}
	zta_findings__end(v->findings);
}

/* --- what is known already */

/* The key of a policy in the map of what is known. */
static zta_str
key_of(const zta_policy *const *policy)
{
	return (zta_str){ (const char *)policy, sizeof(*policy) };
}

/* Where the findings of each policy begin. */
static void
map_known(validator *v)
{
	const zta_finding *list = v->known->list;
	uint32_t i;

	zta_map__init(&v->known_at, &v->lasting, v->schema->names->seed);
	for (i = 0; i < v->known->count && !v->no_memory; i++) {
		if (i == 0 || list[i].policy != list[i - 1].policy) {
			v->no_memory =
			    zta_map__add(&v->known_at, key_of(&list[i].policy),
				i, NULL) != ZTA_OK;
		}
	}
}

static void
repeat(validator *v, const zta_policy *policy)
{
	const zta_finding *list = v->known->list;
	uint32_t at = zta_map__get(&v->known_at, key_of(&policy));

	zta_findings__begin(v->findings, policy);
	for (; at < v->known->count && list[at].policy == policy; at++) {
		zta_findings__add(v->findings, list[at].rule, list[at].at);
	}
	zta_findings__end(v->findings);
}

/* The list is in the order of files; links are the set's own, not a file's. */
static void
check_list(
    validator *v, const zta_policies *policies, const zta_policy_list *list)
{
	const zta_policy_part *part = policies->files;
	const zta_policy *policy;
	uint32_t i;

	for (i = 0; i < list->count && !v->no_memory; i++) {
		policy = list->list[i];
		while (!is_link(policy) && part->file != policy->file) {
			part++;
		}
		if (v->known != NULL && !is_link(policy) && part->shared) {
			repeat(v, policy);
		} else {
			check_policy(v, policy);
		}
	}
}

zta_status
zta_validate__run(const zta_schema *schema, const zta_policies *policies,
    const zta_findings *known, uint32_t level, zta_arena *arena,
    zta_findings *out, zta_error *err)
{
	validator v = { .schema = schema,
		.known = known,
		.findings = out,
		.level = level };

	zta_findings__init(out, arena);
	zta_arena__init(&v.scratch, SIZE_MAX);
	zta_caps__init(&v.caps, schema->names->seed);
	zta_arena__init(&v.lasting, SIZE_MAX);
	if (known != NULL) {
		map_known(&v);
	}
	check_list(&v, policies, &policies->templates);
	check_list(&v, policies, &policies->policies);
	zta_arena__release(&v.lasting);
	zta_caps__release(&v.caps);
	zta_arena__release(&v.scratch);
	return v.no_memory || out->no_memory ? zta_error__nomem(err) : ZTA_OK;
}
