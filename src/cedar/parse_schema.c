/* SPDX-License-Identifier: Apache-2.0 */
/* parse_schema.c - the human syntax of schemas. */
#include "base/limits.h"
#include "base/str.h"
#include "cedar/parse.h"
#include "cedar/schema_text.h"

/* The lists of a namespace while they grow. */
typedef struct space {
	zta_parser_list entities, actions, commons;
} space;

/* Annotations say nothing to a decision; their form is checked. */
static zta_status
skip_annotations(zta_parser *p)
{
	zta_str value;
	zta_status status = ZTA_OK;

	while (status == ZTA_OK && zta_parser__accept(p, ZTA_TOKEN_AT)) {
		status = zta_parser__expect(
		    p, ZTA_TOKEN_IDENT, "an annotation name");
		if (status == ZTA_OK &&
		    zta_parser__accept(p, ZTA_TOKEN_LPAREN)) {
			status = zta_parser__string(p, &value);
			if (status == ZTA_OK) {
				status = zta_parser__expect(
				    p, ZTA_TOKEN_RPAREN, "`)`");
			}
		}
	}
	return status;
}

static zta_status
parse_path(zta_parser *p, zta_name_ref *out)
{
	out->at = p->next->at;
	return zta_parser__name(p, &out->name);
}

/* IDENT or STRING */
static zta_status
parse_name(zta_parser *p, zta_name_ref *out)
{
	out->at = p->next->at;
	return zta_parser__is(p, ZTA_TOKEN_STRING) ?
	    zta_parser__string(p, &out->name) :
	    zta_parser__ident(p, &out->name);
}

/* An unqualified name of a type that is declared here. */
static zta_status
parse_type_name(zta_parser *p, zta_name_ref *out)
{
	out->at = p->next->at;
	return zta_parser__ident(p, &out->name);
}

/* `part` and a comma, again and again. */
static zta_status
parse_names(zta_parser *p, zta_status (*part)(zta_parser *, zta_name_ref *),
    zta_parser_list *list)
{
	zta_name_ref *item;
	zta_status status;

	do {
		item = zta_parser__push(p, list, sizeof(*item));
		if (item == NULL) {
			return zta_parser__no_room(p);
		}
		status = part(p, item);
	} while (status == ZTA_OK && zta_parser__accept(p, ZTA_TOKEN_COMMA));
	return status;
}

/* Path, or '[' Path, ... ']'; no comma trails. */
static zta_status
parse_types(zta_parser *p, bool may_be_empty, zta_parser_list *list)
{
	zta_name_ref *item;
	zta_status status;

	if (!zta_parser__accept(p, ZTA_TOKEN_LBRACKET)) {
		item = zta_parser__push(p, list, sizeof(*item));
		return item == NULL ? zta_parser__no_room(p) :
				      parse_path(p, item);
	}
	if (may_be_empty && zta_parser__accept(p, ZTA_TOKEN_RBRACKET)) {
		return ZTA_OK;
	}
	status = parse_names(p, parse_path, list);
	return status != ZTA_OK ?
	    status :
	    zta_parser__expect(p, ZTA_TOKEN_RBRACKET, "`,` or `]`");
}

static zta_status parse_type(zta_parser *p, const zta_type_text **out);

static zta_status
parse_attr(zta_parser *p, zta_parser_list *list)
{
	zta_attr_text attr = { 0 }, *item;
	zta_name_ref name;
	zta_status status = skip_annotations(p);

	if (status == ZTA_OK) {
		status = parse_name(p, &name);
	}
	if (status == ZTA_OK) {
		attr.name = name.name;
		attr.optional = zta_parser__accept(p, ZTA_TOKEN_QUESTION);
		status = zta_parser__expect(
		    p, ZTA_TOKEN_COLON, "`:` and the attribute's type");
	}
	if (status == ZTA_OK) {
		status = parse_type(p, &attr.type);
	}
	if (status != ZTA_OK) {
		return status;
	}
	item = zta_parser__push(p, list, sizeof(*item));
	if (item == NULL) {
		return zta_parser__no_room(p);
	}
	*item = attr;
	return ZTA_OK;
}

/* The brace is eaten already. */
static zta_status
parse_record(zta_parser *p, zta_type_text *type)
{
	zta_parser_list list = { 0 };
	zta_status status = ZTA_OK;

	type->form = ZTA_TYPE_RECORD;
	while (status == ZTA_OK && !zta_parser__is(p, ZTA_TOKEN_RBRACE)) {
		status = parse_attr(p, &list);
		if (!zta_parser__accept(p, ZTA_TOKEN_COMMA)) {
			break;
		}
	}
	type->attrs = list.items;
	type->attr_count = list.count;
	return status != ZTA_OK ?
	    status :
	    zta_parser__expect(p, ZTA_TOKEN_RBRACE, "`,` or `}`");
}

static zta_status
parse_type_at_depth(zta_parser *p, zta_type_text *type)
{
	zta_status status;

	type->name.at = p->next->at;
	if (zta_parser__accept(p, ZTA_TOKEN_LBRACE)) {
		return parse_record(p, type);
	}
	if (zta_parser__is_word(p, "Set") && p->next[1].kind == ZTA_TOKEN_LT) {
		p->next += 2;
		type->form = ZTA_TYPE_SET;
		status = parse_type(p, &type->element);
		return status != ZTA_OK ?
		    status :
		    zta_parser__expect(p, ZTA_TOKEN_GT, "`>`");
	}
	type->form = ZTA_TYPE_NAME;
	return parse_path(p, &type->name);
}

static zta_status
parse_type(zta_parser *p, const zta_type_text **out)
{
	zta_type_text *type = zta_arena__zalloc(p->arena, 1, sizeof(*type));
	zta_status status;

	if (type == NULL) {
		return zta_parser__no_room(p);
	}
	if (p->depth == ZTA_CEDAR_DEPTH_MAX) {
		(void)zta_parser__wrong(p, p->next->at,
		    "over %d levels of nesting", ZTA_CEDAR_DEPTH_MAX);
		return ZTA_ELIMIT;
	}
	p->depth++;
	status = parse_type_at_depth(p, type);
	p->depth--;
	*out = type;
	return status;
}

/* --- entity */

/* enum ["a", "b"] */
static zta_status
parse_enum(zta_parser *p, zta_entity_text *entity)
{
	zta_parser_list list = { 0 };
	zta_str *item;
	zta_status status = zta_parser__expect(p, ZTA_TOKEN_LBRACKET, "`[`");

	while (status == ZTA_OK) {
		item = zta_parser__push(p, &list, sizeof(*item));
		if (item == NULL) {
			return zta_parser__no_room(p);
		}
		status = zta_parser__string(p, item);
		if (!zta_parser__accept(p, ZTA_TOKEN_COMMA)) {
			break;
		}
	}
	entity->choices = list.items;
	entity->choice_count = list.count;
	return status != ZTA_OK ?
	    status :
	    zta_parser__expect(p, ZTA_TOKEN_RBRACKET, "`,` or `]`");
}

/* What follows the names of an entity declaration. */
static zta_status
parse_entity_body(zta_parser *p, zta_entity_text *entity)
{
	zta_parser_list parents = { 0 };
	zta_type_text *shape;
	zta_status status = ZTA_OK;

	if (zta_parser__accept_word(p, "enum")) {
		return parse_enum(p, entity);
	}
	if (zta_parser__accept_word(p, "in")) {
		status = parse_types(p, true, &parents);
		entity->parents = parents.items;
		entity->parent_count = parents.count;
	}
	if (status == ZTA_OK &&
	    (zta_parser__accept(p, ZTA_TOKEN_ASSIGN) ||
		zta_parser__is(p, ZTA_TOKEN_LBRACE))) {
		shape = zta_arena__zalloc(p->arena, 1, sizeof(*shape));
		if (shape == NULL) {
			return zta_parser__no_room(p);
		}
		shape->name.at = p->next->at;
		entity->shape = shape;
		status = zta_parser__expect(p, ZTA_TOKEN_LBRACE,
		    "`{` and the attributes of the entity");
		if (status == ZTA_OK) {
			status = parse_record(p, shape);
		}
	}
	if (status == ZTA_OK && zta_parser__accept_word(p, "tags")) {
		status = parse_type(p, &entity->tags);
	}
	return status;
}

/* entity A, B in C { ... } tags T; each name gets the same body */
static zta_status
parse_entity(zta_parser *p, space *s)
{
	zta_parser_list names = { 0 };
	zta_entity_text body = { 0 }, *item;
	const zta_name_ref *name;
	uint32_t i;
	zta_status status = parse_names(p, parse_type_name, &names);

	if (status == ZTA_OK) {
		status = parse_entity_body(p, &body);
	}
	if (status == ZTA_OK) {
		status = zta_parser__expect(p, ZTA_TOKEN_SEMICOLON,
		    "`in`, `=`, `{`, `tags`, `enum` or `;`");
	}
	name = names.items;
	for (i = 0; status == ZTA_OK && i < names.count; i++) {
		item = zta_parser__push(p, &s->entities, sizeof(*item));
		if (item == NULL) {
			return zta_parser__no_room(p);
		}
		*item = body;
		item->name = name[i];
	}
	return status;
}

/* --- action */

static zta_status
parse_action_ref(zta_parser *p, zta_parser_list *list)
{
	zta_action_ref *item = zta_parser__push(p, list, sizeof(*item));
	zta_name_ref name;
	zta_status status;

	if (item == NULL) {
		return zta_parser__no_room(p);
	}
	*item = (zta_action_ref){ .at = p->next->at };
	if (zta_parser__is(p, ZTA_TOKEN_IDENT) &&
	    p->next[1].kind == ZTA_TOKEN_PATH) {
		status = zta_parser__name(p, &item->type);
		if (status == ZTA_OK) {
			status = zta_parser__expect(
			    p, ZTA_TOKEN_PATH, "`::` and a string");
		}
		return status != ZTA_OK ? status :
					  zta_parser__string(p, &item->id);
	}
	status = parse_name(p, &name);
	item->id = name.name;
	return status;
}

static zta_status
parse_action_parents(zta_parser *p, zta_action_text *action)
{
	zta_parser_list list = { 0 };
	zta_status status;

	if (!zta_parser__accept(p, ZTA_TOKEN_LBRACKET)) {
		status = parse_action_ref(p, &list);
	} else if (zta_parser__accept(p, ZTA_TOKEN_RBRACKET)) {
		status = ZTA_OK;
	} else {
		do {
			status = parse_action_ref(p, &list);
		} while (
		    status == ZTA_OK && zta_parser__accept(p, ZTA_TOKEN_COMMA));
		if (status == ZTA_OK) {
			status = zta_parser__expect(
			    p, ZTA_TOKEN_RBRACKET, "`,` or `]`");
		}
	}
	action->parents = list.items;
	action->parent_count = list.count;
	return status;
}

/* principal: T, or resource: [T, U], each once and not empty */
static zta_status
parse_applies_types(
    zta_parser *p, uint32_t at, const zta_name_ref **names, uint32_t *count)
{
	zta_parser_list list = { 0 };
	zta_status status;

	if (*count > 0) {
		return zta_parser__wrong(p, at, "this stands twice");
	}
	status = parse_types(p, false, &list);
	*names = list.items;
	*count = list.count;
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
		return parse_applies_types(p, token->at, &action->principals,
		    &action->principal_count);
	}
	if (zta_str__is(word, "resource")) {
		return parse_applies_types(
		    p, token->at, &action->resources, &action->resource_count);
	}
	if (!zta_str__is(word, "context")) {
		return zta_parser__fail(
		    p, token, "expected `principal`, `resource` or `context`");
	}
	if (action->context != NULL) {
		return zta_parser__wrong(p, token->at, "this stands twice");
	}
	return parse_type(p, &action->context);
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
parse_action_body(zta_parser *p, zta_action_text *action)
{
	zta_status status = ZTA_OK;

	if (zta_parser__accept_word(p, "in")) {
		status = parse_action_parents(p, action);
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

static zta_status
parse_action(zta_parser *p, space *s)
{
	zta_parser_list names = { 0 };
	zta_action_text body = { 0 }, *item;
	const zta_name_ref *name;
	uint32_t i;
	zta_status status = parse_names(p, parse_name, &names);

	if (status == ZTA_OK) {
		status = parse_action_body(p, &body);
	}
	if (status == ZTA_OK) {
		status = zta_parser__expect(
		    p, ZTA_TOKEN_SEMICOLON, "`in`, `appliesTo` or `;`");
	}
	name = names.items;
	for (i = 0; status == ZTA_OK && i < names.count; i++) {
		item = zta_parser__push(p, &s->actions, sizeof(*item));
		if (item == NULL) {
			return zta_parser__no_room(p);
		}
		*item = body;
		item->name = name[i];
	}
	return status;
}

static zta_status
parse_common(zta_parser *p, space *s)
{
	zta_common_text *item = zta_parser__push(p, &s->commons, sizeof(*item));
	zta_status status;

	if (item == NULL) {
		return zta_parser__no_room(p);
	}
	status = parse_type_name(p, &item->name);
	if (status == ZTA_OK) {
		status = zta_parser__expect(p, ZTA_TOKEN_ASSIGN, "`=`");
	}
	if (status == ZTA_OK) {
		status = parse_type(p, &item->type);
	}
	return status != ZTA_OK ?
	    status :
	    zta_parser__expect(p, ZTA_TOKEN_SEMICOLON, "`;`");
}

/* --- the whole */

static zta_status
parse_declaration(zta_parser *p, space *s)
{
	if (zta_parser__accept_word(p, "entity")) {
		return parse_entity(p, s);
	}
	if (zta_parser__accept_word(p, "action")) {
		return parse_action(p, s);
	}
	if (zta_parser__accept_word(p, "type")) {
		return parse_common(p, s);
	}
	return zta_parser__fail(
	    p, p->next, "expected `entity`, `action`, `type` or `namespace`");
}

static void
fill(zta_namespace_text *to, const space *s)
{
	to->entities = s->entities.items;
	to->entity_count = s->entities.count;
	to->actions = s->actions.items;
	to->action_count = s->actions.count;
	to->commons = s->commons.items;
	to->common_count = s->commons.count;
}

static zta_status
check_namespace(zta_parser *p, const zta_parser_list *list)
{
	const zta_namespace_text *spaces = list->items;
	const zta_namespace_text *last = &spaces[list->count - 1];
	uint32_t i;

	for (i = 0; i + 1 < list->count; i++) {
		if (zta_str__eq(spaces[i].name.name, last->name.name)) {
			return zta_parser__wrong(p, last->name.at,
			    "namespace `%.*s` stands twice",
			    ZTA_STR_ARG(last->name.name));
		}
	}
	if (zta_str__starts(last->name.name, ZTA_STR("__cedar"))) {
		return zta_parser__wrong(
		    p, last->name.at, "`__cedar` is reserved");
	}
	return ZTA_OK;
}

static zta_status
parse_namespace(zta_parser *p, zta_parser_list *list)
{
	zta_namespace_text *item = zta_parser__push(p, list, sizeof(*item));
	space s = { 0 };
	zta_status status;

	if (item == NULL) {
		return zta_parser__no_room(p);
	}
	*item = (zta_namespace_text){ 0 };
	status = parse_path(p, &item->name);
	if (status == ZTA_OK) {
		status = check_namespace(p, list);
	}
	if (status == ZTA_OK) {
		status = zta_parser__expect(p, ZTA_TOKEN_LBRACE, "`{`");
	}
	while (status == ZTA_OK && !zta_parser__accept(p, ZTA_TOKEN_RBRACE)) {
		status = skip_annotations(p);
		if (status == ZTA_OK) {
			status = parse_declaration(p, &s);
		}
	}
	fill(item, &s);
	return status;
}

zta_status
zta_schema_text__parse(
    zta_arena *arena, zta_str text, zta_schema_text *out, zta_error *err)
{
	zta_parser p;
	zta_parser_list spaces = { 0 };
	zta_namespace_text *empty;
	space s = { 0 };
	zta_status status = zta_parser__init(&p, arena, text, err);

	*out = (zta_schema_text){ .text = text };
	if (status != ZTA_OK) {
		return status;
	}
	p.builtins = true;
	empty = zta_parser__push(&p, &spaces, sizeof(*empty));
	if (empty == NULL) {
		return zta_parser__no_room(&p);
	}
	*empty = (zta_namespace_text){ 0 };
	while (status == ZTA_OK && !zta_parser__is(&p, ZTA_TOKEN_END)) {
		status = skip_annotations(&p);
		if (status != ZTA_OK) {
			break;
		}
		if (zta_parser__is_word(&p, "namespace")) {
			p.next++;
			status = parse_namespace(&p, &spaces);
		} else {
			status = parse_declaration(&p, &s);
		}
	}
	out->spaces = spaces.items;
	out->count = spaces.count;
	fill(&out->spaces[0], &s);
	return status;
}
