/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy_json_read.c - policies and sets of them in the JSON policy format.
 *
 * What text cannot say is refused: a slot in a condition, an action scope of
 * other entities, a name that is none.
 */
#include "base/limits.h"
#include "cedar/lex.h"
#include "cedar/policy_json.h"
#include "cedar/policy_json_part.h"

/* --- policies */

static zta_status
read_condition(zta_policy_reader *r, const zta_json *node, void *item)
{
	const zta_json *kind = zta_json__get(node, "kind"), *body;
	zta_condition *condition = item;
	zta_status status =
	    zta_policy_part__only(r, node, "kind", "body", NULL);

	condition->unless = zta_policy_part__is(kind, "unless");
	if (status == ZTA_OK && !condition->unless &&
	    !zta_policy_part__is(kind, "when")) {
		return ZTA_POLICY_FAIL(
		    r, node, "`kind` must be \"when\" or \"unless\"");
	}
	if (status == ZTA_OK) {
		status = zta_policy_part__need(r, node, "body", &body);
	}
	return status == ZTA_OK ?
	    zta_policy_part__expr(r, body, &condition->body) :
	    status;
}

static zta_status
read_conditions(
    zta_policy_reader *r, const zta_json *node, zta_policy_text *policy)
{
	void *list = NULL;
	zta_status status = zta_policy_part__list(r, node, read_condition,
	    sizeof(policy->conditions[0]), &list, &policy->condition_count);

	policy->conditions = list;
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
	policy->forbid = zta_policy_part__is(node, "forbid");
	return policy->forbid || zta_policy_part__is(node, "permit") ?
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
			status = zta_policy_part__scope(
			    r, part, var, &policy->scope[var]);
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
	return status == ZTA_OK && links != NULL ?
	    zta_policy_part__links(r, links, out) :
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
	return status != ZTA_OK ? status :
				  zta_policy_part__links(&r, doc.root, out);
}
