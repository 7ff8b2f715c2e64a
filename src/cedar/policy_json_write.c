/* SPDX-License-Identifier: Apache-2.0 */
/* policy_json_write.c - policies and sets of them as JSON, see policy_json.h. */
#include <stdio.h>

#include "cedar/policy_json.h"
#include "cedar/policy_json_out.h"

/* "entity":U or "slot":S */
static void
put_scope_entity(
    zta_json_out *out, zta_expr_var var, const zta_scope_text *scope)
{
	if (scope->slot) {
		zta_json_out__name(out, "slot");
		zta_json_out__text(out, zta_slot_names[var]);
	} else {
		zta_json_out__name(out, "entity");
		zta_policy_out__uid(
		    out, scope->entities[0].type, scope->entities[0].id);
	}
}

static void
put_action_set(zta_json_out *out, const zta_scope_text *scope)
{
	uint32_t i;

	zta_json_out__name(out, "entities");
	zta_json_out__open(out, '[');
	for (i = 0; i < scope->count; i++) {
		zta_policy_out__uid(
		    out, scope->entities[i].type, scope->entities[i].id);
	}
	zta_json_out__close(out, ']');
}

static void
put_scope(zta_json_out *out, zta_expr_var var, const zta_scope_text *scope)
{
	static const char *const ops[] = { [ZTA_SCOPE_ANY] = "All",
		[ZTA_SCOPE_EQ] = "==",
		[ZTA_SCOPE_IN] = "in",
		[ZTA_SCOPE_IN_SET] = "in",
		[ZTA_SCOPE_IS] = "is",
		[ZTA_SCOPE_IS_IN] = "is" };

	zta_json_out__name(out, zta_expr_vars[var]);
	zta_policy_out__open(out, "op");
	zta_json_out__text(out, ops[scope->op]);
	if (scope->type.len > 0) {
		zta_json_out__name(out, "entity_type");
		zta_json_out__str(out, scope->type);
	}
	if (scope->op == ZTA_SCOPE_EQ || scope->op == ZTA_SCOPE_IN ||
	    (scope->op == ZTA_SCOPE_IN_SET && scope->count == 1)) {
		put_scope_entity(out, var, scope);
	} else if (scope->op == ZTA_SCOPE_IN_SET) {
		put_action_set(out, scope);
	} else if (scope->op == ZTA_SCOPE_IS_IN) {
		zta_json_out__name(out, "in");
		zta_json_out__open(out, '{');
		put_scope_entity(out, var, scope);
		zta_json_out__close(out, '}');
	}
	zta_json_out__close(out, '}');
}

static void
put_conditions(zta_json_out *out, const zta_policy_text *policy)
{
	uint32_t i;

	zta_json_out__name(out, "conditions");
	zta_json_out__open(out, '[');
	for (i = 0; i < policy->condition_count; i++) {
		zta_policy_out__open(out, "kind");
		zta_json_out__text(
		    out, policy->conditions[i].unless ? "unless" : "when");
		zta_json_out__name(out, "body");
		zta_policy_out__expr(out, policy->conditions[i].body);
		zta_json_out__close(out, '}');
	}
	zta_json_out__close(out, ']');
}

static void
put_annotations(zta_json_out *out, const zta_policy_text *policy)
{
	uint32_t i;

	if (policy->annotation_count == 0) {
		return;
	}
	zta_json_out__name(out, "annotations");
	zta_json_out__open(out, '{');
	for (i = 0; i < policy->annotation_count; i++) {
		zta_json_out__name_str(out, policy->annotations[i].key);
		if (policy->annotations[i].given) {
			zta_json_out__str(out, policy->annotations[i].value);
		} else {
			zta_json_out__null(out);
		}
	}
	zta_json_out__close(out, '}');
}

static void
put_policy(zta_json_out *out, const zta_policy_text *policy)
{
	zta_expr_var var;

	zta_policy_out__open(out, "effect");
	zta_json_out__text(out, policy->forbid ? "forbid" : "permit");
	for (var = 0; var < ZTA_SCOPES; var++) {
		put_scope(out, var, &policy->scope[var]);
	}
	put_conditions(out, policy);
	put_annotations(out, policy);
	zta_json_out__close(out, '}');
}

static void
put_policies(zta_json_out *out, const zta_policy_texts *texts, bool templates)
{
	char made[32];
	const zta_policy_text *policy;
	uint32_t i;

	zta_json_out__open(out, '{');
	for (i = 0; i < texts->count; i++) {
		policy = &texts->list[i];
		if (zta_policy_text__is_template(policy) != templates) {
			continue;
		}
		(void)snprintf(made, sizeof(made), "policy%u", i);
		zta_json_out__name_str(out,
		    policy->id.ptr == NULL ? zta_str_of(made) : policy->id);
		put_policy(out, policy);
	}
	zta_json_out__close(out, '}');
}

static void
put_link(zta_json_out *out, const zta_link_text *link)
{
	zta_expr_var var;

	zta_policy_out__open(out, "templateId");
	zta_json_out__str(out, link->template_id);
	zta_json_out__name(out, "newId");
	zta_json_out__str(out, link->id);
	zta_json_out__name(out, "values");
	zta_json_out__open(out, '{');
	for (var = 0; var < ZTA_SCOPES; var++) {
		if (link->filled[var]) {
			zta_json_out__name(out, zta_slot_names[var]);
			zta_policy_out__uid(
			    out, link->slots[var].type, link->slots[var].id);
		}
	}
	zta_json_out__close(out, '}');
	zta_json_out__close(out, '}');
}

static void
put_links(zta_json_out *out, const zta_policy_texts *texts)
{
	uint32_t i;

	zta_json_out__open(out, '[');
	for (i = 0; i < texts->link_count; i++) {
		put_link(out, &texts->links[i]);
	}
	zta_json_out__close(out, ']');
}

void
zta_policy_json__write_links(zta_buf *buf, const zta_policy_texts *texts)
{
	zta_json_out out = { buf, false };

	put_links(&out, texts);
}

void
zta_policy_json__write(zta_buf *buf, const zta_policy_texts *texts)
{
	zta_json_out out = { buf, false };

	zta_json_out__open(&out, '{');
	zta_json_out__name(&out, "staticPolicies");
	put_policies(&out, texts, false);
	zta_json_out__name(&out, "templates");
	put_policies(&out, texts, true);
	zta_json_out__name(&out, "templateLinks");
	put_links(&out, texts);
	zta_json_out__close(&out, '}');
}
