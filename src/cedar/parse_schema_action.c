/* SPDX-License-Identifier: Apache-2.0 */
/* parse_schema_action.c - actions of the human schema syntax. */
#include "base/str.h"
#include "cedar/parse_schema.h"

/* A name of this namespace, or N::Action::"id". */
static zta_status
parse_parent(zta_parser *p, void *item)
{
	zta_action_ref *out = item;
	zta_uid_text uid;
	zta_name_ref name;
	zta_status status;

	out->at = p->next->at;
	if (zta_parser__is(p, ZTA_TOKEN_IDENT) &&
	    p->next[1].kind == ZTA_TOKEN_PATH) {
		status = zta_parser__uid(p, &uid);
		out->type = uid.type;
		out->id = uid.id;
		return status;
	}
	status = zta_parse_schema__name(p, &name);
	out->id = name.name;
	return status;
}

/* principal: T, or resource: [T, U], each once and not empty */
static zta_status
parse_types(
    zta_parser *p, uint32_t at, const zta_name_ref **names, uint32_t *count)
{
	zta_parser_list list = { 0 };
	zta_status status;

	if (*count > 0) {
		return zta_parser__wrong(p, at, "this stands twice");
	}
	status = zta_parse_schema__one_or_more(
	    p, zta_parse_schema__path, sizeof(zta_name_ref), &list);
	*names = list.items;
	*count = list.count;
	return status;
}

static zta_status
parse_context(zta_parser *p, uint32_t at, zta_action_text *action)
{
	zta_type_text *type = NULL;
	zta_status status;

	if (action->context != NULL) {
		return zta_parser__wrong(p, at, "this stands twice");
	}
	status = zta_parse_schema__type(p, &type);
	if (status == ZTA_OK && type->form == ZTA_TYPE_NAME) {
		type->only = ZTA_ONLY_COMMON;
	}
	action->context = type;
	return status;
}

static zta_status
parse_applies_one(zta_parser *p, zta_action_text *action)
{
	const zta_token *token = p->next++;
	zta_str word = zta_lex__str(&p->tokens, token);
	zta_status status = zta_parser__expect(p, ZTA_TOKEN_COLON, "`:`");

	if (status != ZTA_OK) {
		return status;
	}
	if (zta_str__is(word, "principal")) {
		return parse_types(p, token->at, &action->principals,
		    &action->principal_count);
	}
	if (zta_str__is(word, "resource")) {
		return parse_types(
		    p, token->at, &action->resources, &action->resource_count);
	}
	if (zta_str__is(word, "context")) {
		return parse_context(p, token->at, action);
	}
	return zta_parser__fail(
	    p, token, "expected `principal`, `resource` or `context`");
}

static zta_status
parse_applies(zta_parser *p, zta_action_text *action)
{
	uint32_t at = p->next->at;
	zta_status status = zta_parser__expect(p, ZTA_TOKEN_LBRACE, "`{`");

	while (status == ZTA_OK && !zta_parser__is(p, ZTA_TOKEN_RBRACE)) {
		status = parse_applies_one(p, action);
		if (!zta_parser__accept(p, ZTA_TOKEN_COMMA)) {
			break;
		}
	}
	if (status == ZTA_OK) {
		status = zta_parser__expect(p, ZTA_TOKEN_RBRACE, "`,` or `}`");
	}
	if (status == ZTA_OK &&
	    (action->principal_count == 0 || action->resource_count == 0)) {
		return zta_parser__wrong(
		    p, at, "appliesTo needs `principal` and `resource`");
	}
	return status;
}

static zta_status
parse_body(zta_parser *p, zta_action_text *action)
{
	zta_parser_list parents = { 0 };
	zta_status status = ZTA_OK;

	if (zta_parser__accept_word(p, "in")) {
		status = zta_parse_schema__one_or_more(
		    p, parse_parent, sizeof(zta_action_ref), &parents);
		action->parents = parents.items;
		action->parent_count = parents.count;
	}
	if (status == ZTA_OK && zta_parser__accept_word(p, "appliesTo")) {
		status = parse_applies(p, action);
	}
	if (status == ZTA_OK && zta_parser__accept_word(p, "attributes")) {
		status = zta_parser__expect(p, ZTA_TOKEN_LBRACE, "`{`");
		if (status == ZTA_OK) {
			status = zta_parser__expect(p, ZTA_TOKEN_RBRACE,
			    "`}`: actions have no attributes");
		}
	}
	return status;
}

zta_status
zta_parse_schema__action(
    zta_parser *p, zta_annotations annotations, zta_parser_list *list)
{
	zta_parser_list names = { 0 };
	zta_action_text body = { .annotations = annotations };
	zta_status status = zta_parse_schema__items(
	    p, zta_parse_schema__name, sizeof(zta_name_ref), &names);

	if (status == ZTA_OK) {
		status = parse_body(p, &body);
	}
	if (status == ZTA_OK) {
		status = zta_parser__expect(
		    p, ZTA_TOKEN_SEMICOLON, "`in`, `appliesTo` or `;`");
	}
	return status != ZTA_OK ?
	    status :
	    zta_parse_schema__repeat(p, &names, &body, sizeof(body), list);
}
