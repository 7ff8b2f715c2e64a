/* SPDX-License-Identifier: Apache-2.0 */
/* policy_json_scope.c - scopes of policies in the JSON policy format. */
#include "cedar/policy_json_part.h"

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
			zta_policy_part__is(slot, zta_slot_names[var]) ?
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
read_action(zta_policy_reader *r, const zta_json *node, void *item)
{
	return zta_policy_part__uid(r, node, item);
}

static zta_status
read_action_set(zta_policy_reader *r, const zta_json *node, zta_scope_text *out)
{
	void *list = NULL;
	zta_status status = zta_policy_part__list(
	    r, node, read_action, sizeof(out->entities[0]), &list, &out->count);

	out->op = ZTA_SCOPE_IN_SET;
	out->entities = list;
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

zta_status
zta_policy_part__scope(zta_policy_reader *r, const zta_json *node,
    zta_expr_var var, zta_scope_text *out)
{
	const zta_json *op = zta_json__get(node, "op");
	zta_status status;

	if (node->type != ZTA_JSON_OBJECT) {
		return ZTA_POLICY_FAIL(r, node, "a scope is an object");
	}
	out->at = node->at;
	if (zta_policy_part__is(op, "All") || zta_policy_part__is(op, "all")) {
		return zta_policy_part__only(r, node, "op", NULL, NULL);
	}
	if (zta_policy_part__is(op, "==")) {
		out->op = ZTA_SCOPE_EQ;
		status = zta_policy_part__only(r, node, "op", "entity", "slot");
		if (status == ZTA_OK) {
			status = read_scope_entity(r, node, var, out);
		}
	} else if (zta_policy_part__is(op, "in")) {
		status = read_scope_in(r, node, var, out);
	} else if (zta_policy_part__is(op, "is")) {
		status = read_scope_is(r, node, var, out);
	} else {
		return ZTA_POLICY_FAIL(r, op == NULL ? node : op,
		    "`op` must be \"All\", \"==\", \"in\" or \"is\"");
	}
	return status == ZTA_OK && var == ZTA_VAR_ACTION ?
	    check_actions(r, node, out) :
	    status;
}
