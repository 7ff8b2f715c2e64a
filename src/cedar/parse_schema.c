/* SPDX-License-Identifier: Apache-2.0 */
/* parse_schema.c - namespaces and declarations of the human schema syntax. */
#include "cedar/parse_schema.h"

#include "base/json.h"

/* The lists of a namespace while they grow. */
typedef struct space {
	zta_parser_list entities, actions, commons;
} space;

zta_status
zta_parse_schema__annotations(zta_parser *p, zta_annotations *out)
{
	return zta_parser__annotations(p, &out->list, &out->count);
}

/* Of all that is reserved the parser lets pass only `__cedar`. */
static zta_status
check_declared(zta_parser *p, const zta_name_ref *name)
{
	return zta_lex__is_name(name->name) ?
	    ZTA_OK :
	    zta_parser__wrong(
		p, name->at, "`__cedar` is reserved, it cannot be a name");
}

/* An unqualified name of a type that is declared here. */
static zta_status
parse_type_name(zta_parser *p, void *item)
{
	zta_name_ref *out = item;
	zta_status status;

	out->at = p->next->at;
	status = zta_parser__ident(p, &out->name);
	return status != ZTA_OK ? status : check_declared(p, out);
}

static zta_status
parse_choice(zta_parser *p, void *item)
{
	return zta_parser__string(p, item);
}

/* enum ["a", "b"] */
static zta_status
parse_enum(zta_parser *p, zta_entity_text *entity)
{
	zta_parser_list list = { 0 };
	zta_status status = zta_parser__expect(p, ZTA_TOKEN_LBRACKET, "`[`");

	if (status == ZTA_OK) {
		status = zta_parse_schema__items(
		    p, parse_choice, sizeof(zta_str), &list);
	}
	entity->choices = list.items;
	entity->choice_count = list.count;
	return status != ZTA_OK ?
	    status :
	    zta_parser__expect(p, ZTA_TOKEN_RBRACKET, "`,` or `]`");
}

static zta_status
parse_parents(zta_parser *p, zta_entity_text *entity)
{
	zta_parser_list list = { 0 };
	zta_status status = ZTA_OK;

	if (zta_parser__is(p, ZTA_TOKEN_LBRACKET) &&
	    p->next[1].kind == ZTA_TOKEN_RBRACKET) {
		p->next += 2;
	} else {
		status = zta_parse_schema__one_or_more(
		    p, zta_parse_schema__path, sizeof(zta_name_ref), &list);
	}
	entity->parents = list.items;
	entity->parent_count = list.count;
	return status;
}

/* What follows the names of an entity declaration. */
static zta_status
parse_entity_body(zta_parser *p, zta_entity_text *entity)
{
	zta_type_text *shape = NULL, *tags = NULL;
	zta_status status = ZTA_OK;

	if (zta_parser__accept_word(p, "enum")) {
		return parse_enum(p, entity);
	}
	if (zta_parser__accept_word(p, "in")) {
		status = parse_parents(p, entity);
	}
	if (status == ZTA_OK &&
	    (zta_parser__accept(p, ZTA_TOKEN_ASSIGN) ||
		zta_parser__is(p, ZTA_TOKEN_LBRACE))) {
		status = zta_parse_schema__record(p, &shape);
	}
	if (status == ZTA_OK && zta_parser__accept_word(p, "tags")) {
		status = zta_parse_schema__type(p, &tags);
	}
	entity->shape = shape;
	entity->tags = tags;
	return status;
}

/* entity A, B in C { ... } tags T; each name gets the same body */
static zta_status
parse_entity(zta_parser *p, zta_annotations annotations, zta_parser_list *list)
{
	zta_parser_list names = { 0 };
	zta_entity_text body = { .annotations = annotations };
	zta_status status = zta_parse_schema__items(
	    p, parse_type_name, sizeof(zta_name_ref), &names);

	if (status == ZTA_OK) {
		status = parse_entity_body(p, &body);
	}
	if (status == ZTA_OK) {
		status = zta_parser__expect(p, ZTA_TOKEN_SEMICOLON,
		    "`in`, `=`, `{`, `tags`, `enum` or `;`");
	}
	return status != ZTA_OK ?
	    status :
	    zta_parse_schema__repeat(p, &names, &body, sizeof(body), list);
}

static zta_status
parse_common(zta_parser *p, zta_annotations annotations, zta_parser_list *list)
{
	zta_common_text *item = zta_parser__push(p, list, sizeof(*item));
	zta_type_text *type = NULL;
	zta_status status;

	if (item == NULL) {
		return zta_parser__no_room(p);
	}
	item->annotations = annotations;
	status = parse_type_name(p, &item->name);
	if (status == ZTA_OK) {
		status = zta_parser__expect(p, ZTA_TOKEN_ASSIGN, "`=`");
	}
	if (status == ZTA_OK) {
		status = zta_parse_schema__type(p, &type);
	}
	item->type = type;
	return status != ZTA_OK ?
	    status :
	    zta_parser__expect(p, ZTA_TOKEN_SEMICOLON, "`;`");
}

/* --- the whole */

static zta_status
parse_declaration(zta_parser *p, zta_annotations annotations, space *s)
{
	if (zta_parser__accept_word(p, "entity")) {
		return parse_entity(p, annotations, &s->entities);
	}
	if (zta_parser__accept_word(p, "action")) {
		return zta_parse_schema__action(p, annotations, &s->actions);
	}
	if (zta_parser__accept_word(p, "type")) {
		return parse_common(p, annotations, &s->commons);
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
parse_namespace(
    zta_parser *p, zta_annotations annotations, zta_parser_list *list)
{
	zta_namespace_text *item = zta_parser__push(p, list, sizeof(*item));
	space s = { 0 };
	zta_status status;

	if (item == NULL) {
		return zta_parser__no_room(p);
	}
	*item = (zta_namespace_text){ .annotations = annotations };
	status = zta_parse_schema__path(p, &item->name);
	if (status == ZTA_OK) {
		status = check_declared(p, &item->name);
	}
	if (status == ZTA_OK) {
		status = zta_parser__expect(p, ZTA_TOKEN_LBRACE, "`{`");
	}
	while (status == ZTA_OK && !zta_parser__accept(p, ZTA_TOKEN_RBRACE)) {
		status = zta_parse_schema__annotations(p, &annotations);
		if (status == ZTA_OK) {
			status = parse_declaration(p, annotations, &s);
		}
	}
	fill(item, &s);
	return status;
}

/* The first namespace is the empty one: of all that stands in no other. */
static zta_status
parse_spaces(zta_parser *p, zta_parser_list *spaces)
{
	zta_namespace_text *empty = zta_parser__push(p, spaces, sizeof(*empty));
	zta_annotations annotations;
	space s = { 0 };
	zta_status status = ZTA_OK;

	if (empty == NULL) {
		return zta_parser__no_room(p);
	}
	*empty = (zta_namespace_text){ 0 };
	while (status == ZTA_OK && !zta_parser__is(p, ZTA_TOKEN_END)) {
		status = zta_parse_schema__annotations(p, &annotations);
		if (status != ZTA_OK) {
			break;
		}
		status = zta_parser__accept_word(p, "namespace") ?
		    parse_namespace(p, annotations, spaces) :
		    parse_declaration(p, annotations, &s);
	}
	fill(spaces->items, &s);
	return status;
}

zta_status
zta_schema_text__parse(
    zta_arena *arena, zta_str text, zta_schema_text *out, zta_error *err)
{
	zta_parser p;
	zta_parser_list spaces = { 0 };
	zta_status status;

	if (zta_json__begins(text)) {
		return zta_schema_json__read(arena, text, out, err);
	}
	*out = (zta_schema_text){ .text = text };
	status = zta_parser__init(&p, arena, text, err);
	p.builtins = true;
	if (status == ZTA_OK) {
		status = parse_spaces(&p, &spaces);
	}
	if (status == ZTA_OK) {
		status = zta_parser__unique(
		    &p, &spaces, sizeof(*out->spaces), status, "namespace", "");
	}
	out->spaces = spaces.items;
	out->count = spaces.count;
	return status;
}
