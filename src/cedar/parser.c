/* SPDX-License-Identifier: Apache-2.0 */
/* parser.c - the pieces that the policy and the schema parser are made of. */
#include <stdio.h>

#include "base/error.h"
#include "base/sort.h"
#include "base/str.h"
#include "cedar/escape.h"
#include "cedar/parse.h"

/* A message shows at most this much of a token. */
#define SHOWN_MAX 40

zta_status
zta_parser__init(zta_parser *p, zta_arena *arena, zta_str text, zta_error *err)
{
	zta_status status;

	*p = (zta_parser){ .arena = arena, .err = err };
	status = zta_lex__all(arena, text, &p->tokens, err);
	p->next = p->tokens.list;
	return status;
}

zta_status
zta_parser__wrong(zta_parser *p, uint32_t at, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)zta_error__in(
	    p->err, ZTA_ESYNTAX, p->tokens.text, at, format, args);
	va_end(args);
	return ZTA_ESYNTAX;
}

zta_status
zta_parser__fail(zta_parser *p, const zta_token *token, const char *what)
{
	zta_str shown = zta_lex__str(&p->tokens, token);

	if (token->kind == ZTA_TOKEN_END) {
		return zta_parser__wrong(
		    p, token->at, "%s, found the end of the text", what);
	}
	if (shown.len > SHOWN_MAX) {
		return zta_parser__wrong(
		    p, token->at, "%s, found something long", what);
	}
	return zta_parser__wrong(
	    p, token->at, "%s, found `%.*s`", what, ZTA_STR_ARG(shown));
}

zta_status
zta_parser__missing(zta_parser *p, const char *what)
{
	char message[ZTA_MSG_MAX];

	(void)snprintf(message, sizeof(message), "expected %s", what);
	return zta_parser__fail(p, p->next, message);
}

zta_status
zta_parser__string(zta_parser *p, zta_str *out)
{
	const zta_token *token = p->next;
	zta_str raw = zta_lex__str(&p->tokens, token);
	size_t bad = 0;
	zta_status status;

	if (!zta_parser__accept(p, ZTA_TOKEN_STRING)) {
		return zta_parser__fail(p, token, "expected a string");
	}
	raw = (zta_str){ raw.ptr + 1, raw.len - 2 };
	status = zta_escape__read(p->arena, raw, false, out, &bad, p->err);
	if (status == ZTA_ESYNTAX) {
		return zta_parser__wrong(p, token->at + 1 + (uint32_t)bad,
		    "an escape that Cedar does not have");
	}
	return status;
}

zta_status
zta_parser__ident(zta_parser *p, zta_str *out)
{
	*out = zta_lex__str(&p->tokens, p->next);
	if (!zta_parser__is(p, ZTA_TOKEN_IDENT)) {
		return zta_parser__fail(p, p->next, "expected a name");
	}
	if (zta_lex__is_reserved(*out)) {
		return zta_parser__wrong(p, p->next->at,
		    "`%.*s` is reserved, it cannot be a name",
		    ZTA_STR_ARG(*out));
	}
	p->next++;
	return ZTA_OK;
}

zta_status
zta_parser__attr(zta_parser *p, zta_str *out)
{
	if (zta_parser__is_word(p, "__cedar")) {
		return zta_parser__wrong(p, p->next->at,
		    "`__cedar` is reserved, it cannot be a name");
	}
	return zta_parser__ident(p, out);
}

zta_status
zta_parser__key(zta_parser *p, zta_str *out)
{
	return zta_parser__is(p, ZTA_TOKEN_STRING) ?
	    zta_parser__string(p, out) :
	    zta_parser__attr(p, out);
}

/* The name that tokens `first` to `last` spell, without space between them. */
static zta_status
join(zta_parser *p, const zta_token *first, const zta_token *last, zta_str *out)
{
	zta_str piece;
	size_t spread = last->at + last->len - first->at, len = 0;
	const zta_token *token;
	char *to;

	for (token = first; token <= last; token++) {
		len += token->len;
	}
	if (len == spread) {
		*out = (zta_str){ p->tokens.text.ptr + first->at, len };
		return ZTA_OK;
	}
	to = zta_arena__alloc(p->arena, len);
	if (to == NULL) {
		return zta_arena__failed(p->arena, p->err);
	}
	*out = (zta_str){ to, len };
	for (token = first; token <= last; token++) {
		piece = zta_lex__str(&p->tokens, token);
		memcpy(to, piece.ptr, piece.len);
		to += piece.len;
	}
	return ZTA_OK;
}

zta_status
zta_parser__name(zta_parser *p, zta_str *out)
{
	const zta_token *first = p->next;
	zta_status status;
	zta_str part;

	for (;;) {
		status = zta_parser__ident(p, &part);
		if (status != ZTA_OK) {
			return status;
		}
		if (zta_str__is(part, "__cedar") && !p->builtins) {
			return zta_parser__wrong(p, first->at,
			    "`__cedar` is reserved, it cannot be a name");
		}
		if (!zta_parser__is(p, ZTA_TOKEN_PATH) ||
		    p->next[1].kind != ZTA_TOKEN_IDENT) {
			return join(p, first, p->next - 1, out);
		}
		p->next++;
	}
}

zta_status
zta_parser__uid(zta_parser *p, zta_uid_text *out)
{
	zta_status status;

	out->at = p->next->at;
	status = zta_parser__name(p, &out->type);
	if (status == ZTA_OK) {
		status = zta_parser__expect(
		    p, ZTA_TOKEN_PATH, "`::` and the id of an entity");
	}
	if (status == ZTA_OK) {
		status = zta_parser__string(p, &out->id);
	}
	return status;
}

bool
zta_parser__at_uid(const zta_parser *p)
{
	const zta_token *token = p->next;

	while (
	    token->kind == ZTA_TOKEN_IDENT && token[1].kind == ZTA_TOKEN_PATH) {
		token += 2;
		if (token->kind == ZTA_TOKEN_STRING) {
			return true;
		}
	}
	return false;
}

void *
zta_parser__push(zta_parser *p, zta_parser_list *list, size_t size)
{
	void *bigger;
	uint32_t more = list->room == 0 ? 1 : list->room * 2;

	if (list->count == list->room) {
		bigger = zta_arena__grow(
		    p->arena, list->items, list->count, more, size);
		if (bigger == NULL) {
			return NULL;
		}
		list->items = bigger;
		list->room = more;
	}
	return (char *)list->items + size * list->count++;
}

zta_status
zta_parser__no_room(zta_parser *p)
{
	return zta_arena__failed(p->arena, p->err);
}

static int
cmp_named(const void *a, const void *b)
{
	const zta_str *x = *(void *const *)a, *y = *(void *const *)b;
	int order = zta_str__cmp(*x, *y);

	return order != 0 ? order : x < y ? -1 : x > y;
}

zta_status
zta_parser__by_name(
    zta_parser *p, const zta_parser_list *list, size_t size, void ***out)
{
	void **sorted = zta_arena__alloc(
	    p->arena, ((size_t)list->count + 1) * sizeof(*sorted));
	uint32_t i;

	if (sorted == NULL) {
		return zta_parser__no_room(p);
	}
	for (i = 0; i < list->count; i++) {
		sorted[i] = (char *)list->items + i * size;
	}
	zta_sort__run(sorted, list->count, sizeof(*sorted), cmp_named);
	*out = sorted;
	return ZTA_OK;
}

bool
zta_parser__same_name(const void *a, const void *b)
{
	const zta_str *x = a, *y = b;

	return zta_str__eq(*x, *y);
}

zta_status
zta_parser__unique(zta_parser *p, const zta_parser_list *items, size_t size,
    zta_status status, const char *what, const char *where)
{
	const zta_parser_key *again = NULL, *key;
	void **sorted;
	uint32_t i;

	if (items->count < 2) {
		return status;
	}
	if (zta_parser__by_name(p, items, size, &sorted) != ZTA_OK) {
		return zta_parser__no_room(p);
	}
	for (i = 1; i < items->count; i++) {
		key = sorted[i];
		if (zta_parser__same_name(sorted[i - 1], key) &&
		    (again == NULL || key->at < again->at)) {
			again = key;
		}
	}
	return again == NULL ?
	    status :
	    zta_parser__wrong(p, again->at, "%s `%.*s` stands twice%s", what,
		ZTA_STR_ARG(again->name), where);
}

/* @key or @key("value"); any identifier is a key, reserved ones too. */
static zta_status
parse_annotation(zta_parser *p, zta_annotation *out)
{
	const zta_token *key = p->next;
	zta_status status;

	*out = (zta_annotation){ .key = zta_lex__str(&p->tokens, key),
		.at = key->at };
	status = zta_parser__expect(p, ZTA_TOKEN_IDENT, "an annotation name");
	if (status != ZTA_OK || !zta_parser__accept(p, ZTA_TOKEN_LPAREN)) {
		return status;
	}
	out->given = true;
	status = zta_parser__string(p, &out->value);
	return status != ZTA_OK ?
	    status :
	    zta_parser__expect(p, ZTA_TOKEN_RPAREN, "`)`");
}

zta_status
zta_parser__annotations(zta_parser *p, zta_annotation **out, uint32_t *count)
{
	zta_parser_list list = { 0 };
	zta_annotation *item;
	zta_status status = ZTA_OK;

	while (status == ZTA_OK && zta_parser__accept(p, ZTA_TOKEN_AT)) {
		item = zta_parser__push(p, &list, sizeof(*item));
		status = item == NULL ? zta_parser__no_room(p) :
					parse_annotation(p, item);
	}
	list.count -= status != ZTA_OK && list.count > 0;
	*out = list.items;
	*count = list.count;
	return zta_parser__unique(
	    p, &list, sizeof(*item), status, "annotation", "");
}
