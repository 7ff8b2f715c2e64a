/* SPDX-License-Identifier: Apache-2.0 */
/* parse_schema_type.c - lists, names and types of the human schema syntax. */
#include "base/limits.h"
#include "base/str.h"
#include "cedar/parse_schema.h"

/* --- lists */

static zta_status
push_item(
    zta_parser *p, zta_parse_item *item, size_t size, zta_parser_list *list)
{
	void *room = zta_parser__push(p, list, size);

	if (room == NULL) {
		return zta_parser__no_room(p);
	}
	memset(room, 0, size);
	return item(p, room);
}

zta_status
zta_parse_schema__items(
    zta_parser *p, zta_parse_item *item, size_t size, zta_parser_list *list)
{
	zta_status status;

	do {
		status = push_item(p, item, size, list);
	} while (status == ZTA_OK && zta_parser__accept(p, ZTA_TOKEN_COMMA));
	return status;
}

zta_status
zta_parse_schema__one_or_more(
    zta_parser *p, zta_parse_item *item, size_t size, zta_parser_list *list)
{
	zta_status status;

	if (!zta_parser__accept(p, ZTA_TOKEN_LBRACKET)) {
		return push_item(p, item, size, list);
	}
	status = zta_parse_schema__items(p, item, size, list);
	return status != ZTA_OK ?
	    status :
	    zta_parser__expect(p, ZTA_TOKEN_RBRACKET, "`,` or `]`");
}

zta_status
zta_parse_schema__repeat(zta_parser *p, const zta_parser_list *names,
    const void *body, size_t size, zta_parser_list *list)
{
	const zta_name_ref *name = names->items;
	void *item;
	uint32_t i;

	for (i = 0; i < names->count; i++) {
		item = zta_parser__push(p, list, size);
		if (item == NULL) {
			return zta_parser__no_room(p);
		}
		memcpy(item, body, size);
		memcpy(item, &name[i], sizeof(name[i]));
	}
	return ZTA_OK;
}

/* --- names */

zta_status
zta_parse_schema__path(zta_parser *p, void *item)
{
	zta_name_ref *out = item;

	out->at = p->next->at;
	return zta_parser__name(p, &out->name);
}

zta_status
zta_parse_schema__name(zta_parser *p, void *item)
{
	zta_name_ref *out = item;

	out->at = p->next->at;
	return zta_parser__is(p, ZTA_TOKEN_STRING) ?
	    zta_parser__string(p, &out->name) :
	    zta_parser__ident(p, &out->name);
}

/* --- types */

static zta_status
parse_attr(zta_parser *p, zta_parser_list *list)
{
	zta_attr_text attr = { 0 }, *item;
	zta_type_text *type = NULL;
	zta_name_ref name;
	zta_status status = zta_parse_schema__annotations(p, &attr.annotations);

	if (status == ZTA_OK) {
		status = zta_parse_schema__name(p, &name);
	}
	if (status == ZTA_OK) {
		attr.name = name.name;
		attr.optional = zta_parser__accept(p, ZTA_TOKEN_QUESTION);
		status = zta_parser__expect(
		    p, ZTA_TOKEN_COLON, "`:` and the attribute's type");
	}
	if (status == ZTA_OK) {
		status = zta_parse_schema__type(p, &type);
	}
	if (status != ZTA_OK) {
		return status;
	}
	attr.type = type;
	item = zta_parser__push(p, list, sizeof(*item));
	if (item == NULL) {
		return zta_parser__no_room(p);
	}
	*item = attr;
	return ZTA_OK;
}

/* Of attributes with the same name the last one counts. */
static zta_status
drop_repeated(zta_parser *p, zta_parser_list *list)
{
	zta_attr_text *attrs = list->items;
	void **sorted;
	uint32_t i, kept = 0;
	zta_status status =
	    zta_parser__by_name(p, list, sizeof(*attrs), &sorted);

	if (status != ZTA_OK) {
		return status;
	}
	for (i = 0; i + 1 < list->count; i++) {
		if (zta_parser__same_name(sorted[i], sorted[i + 1])) {
			((zta_attr_text *)sorted[i])->type = NULL;
		}
	}
	for (i = 0; i < list->count; i++) {
		if (attrs[i].type != NULL) {
			attrs[kept++] = attrs[i];
		}
	}
	list->count = kept;
	return ZTA_OK;
}

zta_status
zta_parse_schema__record(zta_parser *p, zta_type_text **out)
{
	zta_type_text *type = zta_arena__zalloc(p->arena, 1, sizeof(*type));
	zta_parser_list list = { 0 };
	zta_status status;

	if (type == NULL) {
		return zta_parser__no_room(p);
	}
	type->form = ZTA_TYPE_RECORD;
	type->name.at = p->next->at;
	status = zta_parser__expect(p, ZTA_TOKEN_LBRACE, "`{` and attributes");
	while (status == ZTA_OK && !zta_parser__is(p, ZTA_TOKEN_RBRACE)) {
		status = parse_attr(p, &list);
		if (!zta_parser__accept(p, ZTA_TOKEN_COMMA)) {
			break;
		}
	}
	if (status == ZTA_OK) {
		status = zta_parser__expect(p, ZTA_TOKEN_RBRACE, "`,` or `}`");
	}
	if (status == ZTA_OK && list.count > 1) {
		status = drop_repeated(p, &list);
	}
	type->attrs = list.items;
	type->attr_count = list.count;
	*out = type;
	return status;
}

/* Set<T>, or a name; the level of nesting is counted. */
static zta_status
parse_plain(zta_parser *p, zta_type_text **out)
{
	zta_type_text *type = zta_arena__zalloc(p->arena, 1, sizeof(*type));
	zta_type_text *element = NULL;
	zta_status status;

	if (type == NULL) {
		return zta_parser__no_room(p);
	}
	*out = type;
	if (!zta_parser__is_word(p, "Set") || p->next[1].kind != ZTA_TOKEN_LT) {
		type->form = ZTA_TYPE_NAME;
		return zta_parse_schema__path(p, &type->name);
	}
	type->form = ZTA_TYPE_SET;
	type->name.at = p->next->at;
	p->next += 2;
	status = zta_parse_schema__type(p, &element);
	type->element = element;
	return status != ZTA_OK ? status :
				  zta_parser__expect(p, ZTA_TOKEN_GT, "`>`");
}

zta_status
zta_parse_schema__type(zta_parser *p, zta_type_text **out)
{
	zta_status status;

	if (p->depth == ZTA_CEDAR_DEPTH_MAX) {
		(void)zta_parser__wrong(p, p->next->at,
		    "over %d levels of nesting", ZTA_CEDAR_DEPTH_MAX);
		return ZTA_ELIMIT;
	}
	p->depth++;
	status = zta_parser__is(p, ZTA_TOKEN_LBRACE) ?
	    zta_parse_schema__record(p, out) :
	    parse_plain(p, out);
	p->depth--;
	return status;
}
