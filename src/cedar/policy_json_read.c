/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy_json_read.c - policy sets of the JSON policy format.
 *
 * What text cannot say is refused: a slot in a condition, an action scope of
 * other entities, a name that is none.
 */
#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "cedar/lex.h"
#include "cedar/policy_json.h"
#include "cedar/policy_json_part.h"

/* --- scope */

/* The entity or the slot in `node`, an object that has one of them. */
static zta_status
read_scope_entity(zta_policy_reader *r, const zta_json *node, zta_expr_var var,
    zta_scope_text *out)
{
	const zta_json *entity = zta_json__get(node, "entity");
	const zta_json *slot = zta_json__get(node, "slot");

	if ((entity == NULL) == (slot == NULL)) {
		return ZTA_POLICY_FAIL(
		    r, node, "either `entity` or `slot` is needed here");
	}
	if (slot != NULL) {
		out->slot = true;
		return zta_slot_names[var] != NULL &&
			zta_policy_part__is_string(slot) &&
			zta_str__is(zta_json__str(slot), zta_slot_names[var]) ?
		    ZTA_OK :
		    ZTA_POLICY_FAIL(r, slot, "this slot cannot stand here");
	}
	out->count = 1;
	out->entities =
	    zta_arena__zalloc(r->arena, 1, sizeof(out->entities[0]));
	return out->entities == NULL ?
	    zta_policy_part__no_room(r) :
	    zta_policy_part__uid(r, entity, out->entities);
}

static zta_status
read_action_set(zta_policy_reader *r, const zta_json *node, zta_scope_text *out)
{
	const zta_json *item = zta_json__first(node);
	zta_status status = ZTA_OK;
	uint32_t i;

	if (node->type != ZTA_JSON_ARRAY) {
		return ZTA_POLICY_FAIL(r, node, "expected an array");
	}
	out->op = ZTA_SCOPE_IN_SET;
	out->count = node->count;
	out->entities = zta_arena__zalloc(
	    r->arena, node->count + 1, sizeof(out->entities[0]));
	if (out->entities == NULL) {
		return zta_policy_part__no_room(r);
	}
	for (i = 0; status == ZTA_OK && i < node->count; i++) {
		status = zta_policy_part__uid(r, item, &out->entities[i]);
		item = zta_json__after(item);
	}
	return status;
}

static zta_status
read_scope_in(zta_policy_reader *r, const zta_json *node, zta_expr_var var,
    zta_scope_text *out)
{
	const zta_json *set = zta_json__get(node, "entities");
	zta_status status;

	if (var == ZTA_VAR_ACTION && set != NULL) {
		status = zta_policy_part__only(r, node, "op", "entities", NULL);
		return status != ZTA_OK ? status : read_action_set(r, set, out);
	}
	status = zta_policy_part__only(r, node, "op", "entity", "slot");
	out->op = ZTA_SCOPE_IN;
	return status != ZTA_OK ? status : read_scope_entity(r, node, var, out);
}

static zta_status
read_scope_is(zta_policy_reader *r, const zta_json *node, zta_expr_var var,
    zta_scope_text *out)
{
	const zta_json *type, *in = zta_policy_part__may(node, "in");
	zta_status status =
	    zta_policy_part__only(r, node, "op", "entity_type", "in");

	if (status == ZTA_OK && var == ZTA_VAR_ACTION) {
		return ZTA_POLICY_FAIL(
		    r, node, "the action scope cannot use `is`");
	}
	if (status == ZTA_OK) {
		status = zta_policy_part__need(r, node, "entity_type", &type);
	}
	if (status == ZTA_OK) {
		status = zta_policy_part__type(r, type, &out->type);
	}
	out->op = in == NULL ? ZTA_SCOPE_IS : ZTA_SCOPE_IS_IN;
	if (status == ZTA_OK && in != NULL) {
		status = zta_policy_part__only(r, in, "entity", "slot", NULL);
	}
	if (status == ZTA_OK && in != NULL) {
		status = read_scope_entity(r, in, var, out);
	}
	return status;
}

static zta_status
check_actions(
    zta_policy_reader *r, const zta_json *node, const zta_scope_text *scope)
{
	uint32_t i;

	for (i = 0; i < scope->count; i++) {
		if (!zta_ast__is_action_type(scope->entities[i].type)) {
			return ZTA_POLICY_FAIL(r, node,
			    "the action scope holds an entity whose type is "
			    "not `Action`");
		}
	}
	return ZTA_OK;
}

static zta_status
read_scope(zta_policy_reader *r, const zta_json *node, zta_expr_var var,
    zta_scope_text *out)
{
	const zta_json *op = zta_json__get(node, "op");
	zta_str text = zta_policy_part__is_string(op) ? zta_json__str(op) :
							(zta_str){ NULL, 0 };
	zta_status status;

	out->at = node->at;
	if (zta_str__is(text, "All") || zta_str__is(text, "all")) {
		return zta_policy_part__only(r, node, "op", NULL, NULL);
	}
	if (zta_str__is(text, "==")) {
		out->op = ZTA_SCOPE_EQ;
		status = zta_policy_part__only(r, node, "op", "entity", "slot");
		if (status == ZTA_OK) {
			status = read_scope_entity(r, node, var, out);
		}
	} else if (zta_str__is(text, "in")) {
		status = read_scope_in(r, node, var, out);
	} else if (zta_str__is(text, "is")) {
		status = read_scope_is(r, node, var, out);
	} else {
		return ZTA_POLICY_FAIL(r, op == NULL ? node : op,
		    "`op` must be \"All\", \"==\", \"in\" or \"is\"");
	}
	return status == ZTA_OK && var == ZTA_VAR_ACTION ?
	    check_actions(r, node, out) :
	    status;
}

/* --- policies */

static zta_status
read_conditions(
    zta_policy_reader *r, const zta_json *node, zta_policy_text *policy)
{
	const zta_json *item = zta_json__first(node), *kind, *body;
	zta_status status = ZTA_OK;
	uint32_t i;

	if (node->type != ZTA_JSON_ARRAY) {
		return ZTA_POLICY_FAIL(r, node, "expected an array");
	}
	policy->condition_count = node->count;
	policy->conditions = zta_arena__zalloc(
	    r->arena, node->count + 1, sizeof(policy->conditions[0]));
	if (policy->conditions == NULL) {
		return zta_policy_part__no_room(r);
	}
	for (i = 0; status == ZTA_OK && i < node->count; i++) {
		kind = zta_json__get(item, "kind");
		policy->conditions[i].unless =
		    zta_policy_part__is_string(kind) &&
		    zta_str__is(zta_json__str(kind), "unless");
		status = zta_policy_part__only(r, item, "kind", "body", NULL);
		if (status == ZTA_OK && !policy->conditions[i].unless &&
		    (!zta_policy_part__is_string(kind) ||
			!zta_str__is(zta_json__str(kind), "when"))) {
			return ZTA_POLICY_FAIL(
			    r, item, "`kind` must be \"when\" or \"unless\"");
		}
		if (status == ZTA_OK) {
			status = zta_policy_part__need(r, item, "body", &body);
		}
		if (status == ZTA_OK) {
			status = zta_policy_part__expr(
			    r, body, &policy->conditions[i].body);
		}
		item = zta_json__after(item);
	}
	return status;
}

/* {"name":"value", "other":null} */
static zta_status
read_annotations(
    zta_policy_reader *r, const zta_json *node, zta_policy_text *policy)
{
	const zta_json *name = zta_json__first(node), *value;
	zta_annotation *list;
	uint32_t i;

	if (node->type != ZTA_JSON_OBJECT) {
		return ZTA_POLICY_FAIL(r, node, "expected an object");
	}
	list = zta_arena__zalloc(r->arena, node->count + 1, sizeof(*list));
	if (list == NULL) {
		return zta_policy_part__no_room(r);
	}
	for (i = 0; i < node->count; i++) {
		value = zta_json__after(name);
		if (!zta_lex__is_ident(zta_json__str(name))) {
			return ZTA_POLICY_FAIL(r, name,
			    "the name of an annotation is an identifier");
		}
		list[i] = (zta_annotation){ .key = zta_json__str(name),
			.given = value->type == ZTA_JSON_STRING,
			.at = name->at };
		if (list[i].given) {
			list[i].value = zta_json__str(value);
		} else if (value->type != ZTA_JSON_NULL) {
			return ZTA_POLICY_FAIL(
			    r, value, "expected a string or null");
		}
		name = zta_json__after(value);
	}
	policy->annotations = list;
	policy->annotation_count = node->count;
	return ZTA_OK;
}

static zta_status
read_effect(zta_policy_reader *r, const zta_json *node, zta_policy_text *policy)
{
	policy->forbid = zta_policy_part__is_string(node) &&
	    zta_str__is(zta_json__str(node), "forbid");
	return policy->forbid ||
		(zta_policy_part__is_string(node) &&
		    zta_str__is(zta_json__str(node), "permit")) ?
	    ZTA_OK :
	    ZTA_POLICY_FAIL(
		r, node, "`effect` must be \"permit\" or \"forbid\"");
}

static zta_status
read_policy(zta_policy_reader *r, const zta_json *node, zta_policy_text *policy)
{
	static const char *const names[] = { "effect", "principal", "action",
		"resource", "conditions", "annotations", NULL };
	const zta_json *annotations = zta_json__get(node, "annotations");
	const zta_json *part;
	zta_expr_var var;
	zta_status status = zta_json__only(r->doc, node, names, r->err);

	*policy = (zta_policy_text){ .at = node->at, .end = node->at };
	if (status == ZTA_OK) {
		status = zta_policy_part__need(r, node, "effect", &part);
	}
	if (status == ZTA_OK) {
		status = read_effect(r, part, policy);
	}
	for (var = 0; status == ZTA_OK && var < ZTA_SCOPES; var++) {
		status = zta_policy_part__need(r, node, names[1 + var], &part);
		if (status == ZTA_OK) {
			status = read_scope(r, part, var, &policy->scope[var]);
		}
	}
	if (status == ZTA_OK) {
		status = zta_policy_part__need(r, node, "conditions", &part);
	}
	if (status == ZTA_OK) {
		status = read_conditions(r, part, policy);
	}
	return status == ZTA_OK && annotations != NULL ?
	    read_annotations(r, annotations, policy) :
	    status;
}

/* --- links */

static zta_status
read_link_slots(
    zta_policy_reader *r, const zta_json *values, zta_link_text *link)
{
	const zta_json *name = zta_json__first(values);
	zta_expr_var var;
	zta_status status = ZTA_OK;
	uint32_t i;

	for (i = 0; status == ZTA_OK && i < values->count; i++) {
		var = zta_str__is(zta_json__str(name), "?principal") ?
		    ZTA_VAR_PRINCIPAL :
		    ZTA_VAR_RESOURCE;
		if (!zta_str__is(zta_json__str(name), zta_slot_names[var])) {
			return ZTA_POLICY_FAIL(
			    r, name, "a slot is `?principal` or `?resource`");
		}
		name = zta_json__after(name);
		link->filled[var] = true;
		status = zta_policy_part__uid(r, name, &link->slots[var]);
		name = zta_json__after(name);
	}
	return status;
}

static zta_status
read_link(zta_policy_reader *r, const zta_json *node, zta_link_text *link)
{
	const zta_json *template_id = zta_json__get(node, "templateId");
	const zta_json *id = zta_json__get(node, "newId");
	const zta_json *values = zta_json__get(node, "values");
	zta_status status =
	    zta_policy_part__only(r, node, "templateId", "newId", "values");

	if (status != ZTA_OK) {
		return status;
	}
	if (!zta_policy_part__is_string(template_id) ||
	    !zta_policy_part__is_string(id) || values == NULL ||
	    values->type != ZTA_JSON_OBJECT) {
		return ZTA_POLICY_FAIL(
		    r, node, "a link needs `templateId`, `newId` and `values`");
	}
	*link = (zta_link_text){ .template_id = zta_json__str(template_id),
		.id = zta_json__str(id),
		.at = node->at };
	return read_link_slots(r, values, link);
}

static zta_status
read_links(zta_policy_reader *r, const zta_json *node, zta_policy_texts *out)
{
	const zta_json *item = zta_json__first(node);
	zta_status status = ZTA_OK;
	uint32_t i;

	if (node->type != ZTA_JSON_ARRAY) {
		return ZTA_POLICY_FAIL(r, node, "links must be an array");
	}
	out->links =
	    zta_arena__zalloc(r->arena, node->count + 1, sizeof(*out->links));
	if (out->links == NULL) {
		return zta_policy_part__no_room(r);
	}
	for (i = 0; status == ZTA_OK && i < node->count; i++) {
		status = read_link(r, item, &out->links[i]);
		item = zta_json__after(item);
	}
	out->link_count = node->count;
	return status;
}

/* --- sets */

/* {id: policy} of static policies, or of templates; NULL: none. */
static zta_status
read_named(zta_policy_reader *r, const zta_json *node, bool template,
    zta_policy_texts *out)
{
	const zta_json *name;
	zta_policy_text *policy;
	zta_status status = ZTA_OK;
	uint32_t i;

	if (node == NULL) {
		return ZTA_OK;
	}
	if (node->type != ZTA_JSON_OBJECT) {
		return ZTA_POLICY_FAIL(
		    r, node, "expected an object of policies by id");
	}
	name = zta_json__first(node);
	for (i = 0; status == ZTA_OK && i < node->count; i++) {
		policy = &out->list[out->count++];
		status = read_policy(r, zta_json__after(name), policy);
		policy->id = zta_json__str(name);
		if (status == ZTA_OK &&
		    zta_policy_text__is_template(policy) != template) {
			return ZTA_POLICY_FAIL(r, zta_json__after(name),
			    template ? "a template needs a slot" :
				       "a policy with a slot is a template");
		}
		name = zta_json__after(zta_json__after(name));
	}
	return status;
}

static uint32_t
members(const zta_json *node)
{
	return node == NULL ? 0 : node->count;
}

static zta_status
read_policy_set(
    zta_policy_reader *r, const zta_json *root, zta_policy_texts *out)
{
	const zta_json *policies = zta_json__get(root, "staticPolicies");
	const zta_json *templates = zta_json__get(root, "templates");
	const zta_json *links = zta_json__get(root, "templateLinks");
	zta_status status = zta_policy_part__only(
	    r, root, "staticPolicies", "templates", "templateLinks");

	if (status != ZTA_OK) {
		return status;
	}
	out->list = zta_arena__zalloc(r->arena,
	    (size_t)members(policies) + members(templates) + 1,
	    sizeof(*out->list));
	if (out->list == NULL) {
		return zta_policy_part__no_room(r);
	}
	status = read_named(r, policies, false, out);
	if (status == ZTA_OK) {
		status = read_named(r, templates, true, out);
	}
	return status == ZTA_OK && links != NULL ? read_links(r, links, out) :
						   status;
}

static zta_status
read_one_policy(
    zta_policy_reader *r, const zta_json *root, zta_policy_texts *out)
{
	out->list = zta_arena__zalloc(r->arena, 1, sizeof(*out->list));
	out->count = 1;
	return out->list == NULL ? zta_policy_part__no_room(r) :
				   read_policy(r, root, &out->list[0]);
}

zta_status
zta_policy_json__read(
    zta_arena *arena, zta_str text, zta_policy_texts *out, zta_error *err)
{
	zta_json_doc doc;
	zta_policy_reader r = { .arena = arena, .doc = &doc, .err = err };
	zta_status status;

	*out = (zta_policy_texts){ 0 };
	status = zta_json__read_deep(
	    arena, text, ZTA_CEDAR_JSON_DEPTH_MAX, &doc, err);
	if (status != ZTA_OK) {
		return status;
	}
	return zta_json__get(doc.root, "effect") != NULL ?
	    read_one_policy(&r, doc.root, out) :
	    read_policy_set(&r, doc.root, out);
}

zta_status
zta_policy_json__read_links(
    zta_arena *arena, zta_str text, zta_policy_texts *out, zta_error *err)
{
	zta_json_doc doc;
	zta_policy_reader r = { .arena = arena, .doc = &doc, .err = err };
	zta_status status = zta_json__read(arena, text, &doc, err);

	*out = (zta_policy_texts){ 0 };
	return status != ZTA_OK ? status : read_links(&r, doc.root, out);
}
