/* SPDX-License-Identifier: Apache-2.0 */
/* parse.h - from policy text to ast.h. */
#ifndef ZTA_CEDAR_PARSE_H
#define ZTA_CEDAR_PARSE_H

#include "base/str.h"
#include "cedar/ast.h"
#include "cedar/lex.h"

/* The state of one parse; parse_expr.c and parse_schema.c share it. */
typedef struct zta_parser {
	zta_arena *arena;
	zta_tokens tokens;
	const zta_token *next;
	uint32_t depth; /* of the recursion */
	bool builtins;  /* names may begin with `__cedar` */
	zta_error *err;
} zta_parser;

/*
 * Parse a file of policies and templates. The result points into `text` and
 * `arena`. Returns ZTA_ESYNTAX with line and column, ZTA_ELIMIT, ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_parse__policies(
    zta_arena *arena, zta_str text, zta_policy_texts *out, zta_error *err);

/* One expression that is the whole of `text`. */
ZTA_MUST_USE zta_status zta_parse__expr(
    zta_arena *arena, zta_str text, zta_expr **out, zta_error *err);

/* --- pieces, for the files of the parser */

ZTA_MUST_USE zta_status zta_parser__init(
    zta_parser *p, zta_arena *arena, zta_str text, zta_error *err);

/* ZTA_ESYNTAX at `token`: "<what>, found <token>". */
zta_status zta_parser__fail(
    zta_parser *p, const zta_token *token, const char *what);

/* The same for a rule that was broken: no "found". */
__attribute__((format(printf, 3, 4))) zta_status zta_parser__wrong(
    zta_parser *p, uint32_t at, const char *format, ...);

static inline bool
zta_parser__is(const zta_parser *p, zta_token_kind kind)
{
	return p->next->kind == kind;
}

/* Is the next token the identifier `word`? */
static inline bool
zta_parser__is_word(const zta_parser *p, const char *word)
{
	return p->next->kind == ZTA_TOKEN_IDENT &&
	    zta_str__is(zta_lex__str(&p->tokens, p->next), word);
}

/* Move over a token of this kind, or over this word, if it comes next. */
static inline bool
zta_parser__accept(zta_parser *p, zta_token_kind kind)
{
	bool is = zta_parser__is(p, kind);

	p->next += is;
	return is;
}

static inline bool
zta_parser__accept_word(zta_parser *p, const char *word)
{
	bool is = zta_parser__is_word(p, word);

	p->next += is;
	return is;
}

/* ZTA_ESYNTAX: "expected <what>, found" the next token. */
zta_status zta_parser__missing(zta_parser *p, const char *what);

/* A token of this kind must come next; `what` names it in the error. */
ZTA_MUST_USE static inline zta_status
zta_parser__expect(zta_parser *p, zta_token_kind kind, const char *what)
{
	return zta_parser__accept(p, kind) ? ZTA_OK :
					     zta_parser__missing(p, what);
}

/* A string literal, its escapes read. */
ZTA_MUST_USE zta_status zta_parser__string(zta_parser *p, zta_str *out);
/* An identifier that is not reserved. */
ZTA_MUST_USE zta_status zta_parser__ident(zta_parser *p, zta_str *out);
/* The same, for the name of an attribute in a policy. */
ZTA_MUST_USE zta_status zta_parser__attr(zta_parser *p, zta_str *out);
/* The name of an attribute: an identifier or a string. */
ZTA_MUST_USE zta_status zta_parser__key(zta_parser *p, zta_str *out);
/* IDENT (:: IDENT)*, normalized. */
ZTA_MUST_USE zta_status zta_parser__name(zta_parser *p, zta_str *out);
/* IDENT (:: IDENT)* :: STRING */
ZTA_MUST_USE zta_status zta_parser__uid(zta_parser *p, zta_uid_text *out);
/* Does a name with `::` and then a string follow? */
bool zta_parser__at_uid(const zta_parser *p);

/* Annotations, each key once. */
ZTA_MUST_USE zta_status zta_parser__annotations(
    zta_parser *p, zta_annotation **out, uint32_t *count);

ZTA_MUST_USE zta_status zta_parser__expr(zta_parser *p, zta_expr **out);

/* A growing list in the arena. */
typedef struct zta_parser_list {
	void *items;
	uint32_t count;
	uint32_t room;
} zta_parser_list;

/* Room for one more item of `size` bytes, or NULL with `p->err` set. */
ZTA_MUST_USE void *zta_parser__push(
    zta_parser *p, zta_parser_list *list, size_t size);

/* The status of a push that gave NULL. */
zta_status zta_parser__no_room(zta_parser *p);

/*
 * Pointers to the items of a list, which begin with their name, a zta_str: by
 * name, those of one name in the order of the text.
 */
ZTA_MUST_USE zta_status zta_parser__by_name(
    zta_parser *p, const zta_parser_list *list, size_t size, void ***out);
bool zta_parser__same_name(const void *a, const void *b);

/* How an item begins that must not stand twice. */
typedef struct zta_parser_key {
	zta_str name;
	uint32_t at;
} zta_parser_key;

/*
 * Items of `size` bytes were read, with `status`. One whose name stands twice
 * stood before whatever went wrong: it is told instead, "<what> <name> stands
 * twice".
 */
ZTA_MUST_USE zta_status zta_parser__unique(zta_parser *p,
    const zta_parser_list *items, size_t size, zta_status status,
    const char *what, const char *where);

#endif
