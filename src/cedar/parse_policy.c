/* SPDX-License-Identifier: Apache-2.0 */
/* parse_policy.c - policies: annotations, effect, scope, conditions. */
#include "base/str.h"
#include "cedar/parse.h"

/* An entity literal, which may stand in parentheses. */
static zta_status
parse_scope_uid(zta_parser *p, zta_uid_text *out)
{
	uint32_t open = 0;
	zta_status status;

	while (zta_parser__accept(p, ZTA_TOKEN_LPAREN)) {
		open++;
	}
	status = zta_parser__uid(p, out);
	while (status == ZTA_OK && open > 0) {
		status = zta_parser__expect(p, ZTA_TOKEN_RPAREN, "`)`");
		open--;
	}
	return status;
}

/* `?principal` in the principal's scope, `?resource` in the resource's. */
static zta_status
parse_slot(zta_parser *p, zta_expr_var var, zta_scope_text *scope)
{
	zta_str name = zta_lex__str(&p->tokens, p->next);
	const char *right = zta_slot_names[var];

	if (right == NULL) {
		return zta_parser__wrong(
		    p, p->next->at, "the action scope cannot hold a slot");
	}
	if (!zta_str__is(name, right)) {
		return zta_parser__wrong(
		    p, p->next->at, "only `%s` can stand here", right);
	}
	p->next++;
	scope->slot = true;
	return ZTA_OK;
}

/* The entity, or the slot, after `==` or `in`. */
static zta_status
parse_scope_entity(zta_parser *p, zta_expr_var var, zta_scope_text *scope)
{
	zta_status status;

	if (zta_parser__is(p, ZTA_TOKEN_SLOT)) {
		return parse_slot(p, var, scope);
	}
	scope->entities =
	    zta_arena__zalloc(p->arena, 1, sizeof(scope->entities[0]));
	if (scope->entities == NULL) {
		return zta_parser__no_room(p);
	}
	status = parse_scope_uid(p, &scope->entities[0]);
	scope->count = 1;
	return status;
}

static zta_status
parse_action_set(zta_parser *p, zta_scope_text *scope)
{
	zta_parser_list list = { 0 };
	zta_uid_text *uid;
	zta_status status = ZTA_OK;

	scope->op = ZTA_SCOPE_IN_SET;
	while (!zta_parser__is(p, ZTA_TOKEN_RBRACKET)) {
		uid = zta_parser__push(p, &list, sizeof(*uid));
		if (uid == NULL) {
			return zta_parser__no_room(p);
		}
		status = parse_scope_uid(p, uid);
		if (status != ZTA_OK) {
			return status;
		}
		if (!zta_parser__accept(p, ZTA_TOKEN_COMMA)) {
			break;
		}
	}
	scope->entities = list.items;
	scope->count = list.count;
	return zta_parser__expect(p, ZTA_TOKEN_RBRACKET, "`,` or `]`");
}

static zta_status
check_actions(zta_parser *p, const zta_scope_text *scope)
{
	uint32_t i;

	for (i = 0; i < scope->count; i++) {
		if (!zta_ast__is_action_type(scope->entities[i].type)) {
			return zta_parser__wrong(p, scope->entities[i].at,
			    "the action scope holds an entity whose type is "
			    "not `Action`");
		}
	}
	return ZTA_OK;
}

static zta_status
parse_is(zta_parser *p, zta_expr_var var, zta_scope_text *scope)
{
	zta_status status;

	if (var == ZTA_VAR_ACTION) {
		return zta_parser__wrong(
		    p, p->next->at, "the action scope cannot use `is`");
	}
	scope->op = ZTA_SCOPE_IS;
	status = zta_parser__name(p, &scope->type);
	if (status == ZTA_OK && zta_parser__accept_word(p, "in")) {
		scope->op = ZTA_SCOPE_IS_IN;
		status = parse_scope_entity(p, var, scope);
	}
	return status;
}

static zta_status
parse_scope(zta_parser *p, zta_expr_var var, zta_scope_text *scope)
{
	zta_status status = ZTA_OK;

	scope->at = p->next->at;
	if (!zta_parser__accept_word(p, zta_expr_vars[var])) {
		return zta_parser__fail(p, p->next,
		    "the scope is `principal`, `action`, `resource` in this "
		    "order");
	}
	if (zta_parser__accept(p, ZTA_TOKEN_EQ)) {
		scope->op = ZTA_SCOPE_EQ;
		status = parse_scope_entity(p, var, scope);
	} else if (zta_parser__accept_word(p, "is")) {
		return parse_is(p, var, scope);
	} else if (zta_parser__accept_word(p, "in")) {
		scope->op = ZTA_SCOPE_IN;
		if (var == ZTA_VAR_ACTION &&
		    zta_parser__accept(p, ZTA_TOKEN_LBRACKET)) {
			status = parse_action_set(p, scope);
		} else {
			status = parse_scope_entity(p, var, scope);
		}
	}
	if (status == ZTA_OK && var == ZTA_VAR_ACTION) {
		status = check_actions(p, scope);
	}
	return status;
}

static zta_status
parse_scopes(zta_parser *p, zta_policy_text *policy)
{
	zta_status status =
	    zta_parser__expect(p, ZTA_TOKEN_LPAREN, "`(` and the scope");
	zta_expr_var var;

	for (var = 0; status == ZTA_OK && var < ZTA_SCOPES; var++) {
		if (var > 0) {
			status = zta_parser__expect(p, ZTA_TOKEN_COMMA, "`,`");
		}
		if (status == ZTA_OK) {
			status = parse_scope(p, var, &policy->scope[var]);
		}
	}
	if (status != ZTA_OK) {
		return status;
	}
	(void)zta_parser__accept(p, ZTA_TOKEN_COMMA);
	return zta_parser__expect(p, ZTA_TOKEN_RPAREN, "`)` after the scope");
}

static zta_status
parse_conditions(zta_parser *p, zta_policy_text *policy)
{
	zta_parser_list list = { 0 };
	zta_condition *item;
	zta_status status;

	while (zta_parser__is_word(p, "when") ||
	    zta_parser__is_word(p, "unless")) {
		item = zta_parser__push(p, &list, sizeof(*item));
		if (item == NULL) {
			return zta_parser__no_room(p);
		}
		item->unless = zta_parser__is_word(p, "unless");
		p->next++;
		status = zta_parser__expect(p, ZTA_TOKEN_LBRACE, "`{`");
		if (status == ZTA_OK) {
			status = zta_parser__expr(p, &item->body);
		}
		if (status == ZTA_OK) {
			status = zta_parser__expect(
			    p, ZTA_TOKEN_RBRACE, "an operator or `}`");
		}
		if (status != ZTA_OK) {
			return status;
		}
	}
	policy->conditions = list.items;
	policy->condition_count = list.count;
	return ZTA_OK;
}

static zta_status
parse_policy(zta_parser *p, zta_policy_text *policy)
{
	zta_status status;

	*policy = (zta_policy_text){ .at = p->next->at };
	status = zta_parser__annotations(
	    p, &policy->annotations, &policy->annotation_count);
	if (status != ZTA_OK) {
		return status;
	}
	policy->forbid = zta_parser__is_word(p, "forbid");
	if (!policy->forbid && !zta_parser__is_word(p, "permit")) {
		return zta_parser__fail(
		    p, p->next, "expected `permit` or `forbid`");
	}
	p->next++;
	status = parse_scopes(p, policy);
	if (status == ZTA_OK) {
		status = parse_conditions(p, policy);
	}
	if (status == ZTA_OK) {
		policy->end = p->next->at + p->next->len;
		status = zta_parser__expect(
		    p, ZTA_TOKEN_SEMICOLON, "`when`, `unless` or `;`");
	}
	return status;
}

zta_status
zta_parse__policies(
    zta_arena *arena, zta_str text, zta_policy_texts *out, zta_error *err)
{
	zta_parser p = { .arena = arena, .err = err };
	zta_parser_list list = { 0 };
	zta_policy_text *policy;
	zta_arena scratch; /* tokens are many, and of no use afterwards */
	zta_status status;

	zta_arena__init(&scratch, SIZE_MAX);
	status = zta_lex__all(&scratch, text, &p.tokens, err);
	p.next = p.tokens.list;
	while (status == ZTA_OK && !zta_parser__is(&p, ZTA_TOKEN_END)) {
		policy = zta_parser__push(&p, &list, sizeof(*policy));
		status = policy == NULL ? zta_parser__no_room(&p) :
					  parse_policy(&p, policy);
	}
	zta_arena__release(&scratch);
	*out = (zta_policy_texts){ .list = list.items, .count = list.count };
	return status;
}
