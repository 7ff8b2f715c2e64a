/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lex.h - the tokens of Cedar text; policies and schemas share them.
 *
 * A text becomes one array of tokens, so that the parsers look ahead by index
 * and the place of everything is a byte offset. Identifiers are not sorted into
 * keywords here: nearly every keyword of Cedar is also a name somewhere.
 */
#ifndef ZTA_CEDAR_LEX_H
#define ZTA_CEDAR_LEX_H

#include "base/arena.h"

typedef enum zta_token_kind {
	ZTA_TOKEN_END,
	ZTA_TOKEN_IDENT,
	ZTA_TOKEN_NUMBER,
	ZTA_TOKEN_STRING, /* with its quotes, escapes not yet read */
	ZTA_TOKEN_SLOT,   /* ?principal, with the question mark */
	ZTA_TOKEN_QUESTION,
	ZTA_TOKEN_AT,
	ZTA_TOKEN_DOT,
	ZTA_TOKEN_COMMA,
	ZTA_TOKEN_SEMICOLON,
	ZTA_TOKEN_COLON,
	ZTA_TOKEN_PATH, /* :: */
	ZTA_TOKEN_LPAREN,
	ZTA_TOKEN_RPAREN,
	ZTA_TOKEN_LBRACE,
	ZTA_TOKEN_RBRACE,
	ZTA_TOKEN_LBRACKET,
	ZTA_TOKEN_RBRACKET,
	ZTA_TOKEN_ASSIGN,
	ZTA_TOKEN_EQ,
	ZTA_TOKEN_NE,
	ZTA_TOKEN_LT,
	ZTA_TOKEN_LE,
	ZTA_TOKEN_GT,
	ZTA_TOKEN_GE,
	ZTA_TOKEN_OR,
	ZTA_TOKEN_AND,
	ZTA_TOKEN_PLUS,
	ZTA_TOKEN_MINUS,
	ZTA_TOKEN_STAR,
	ZTA_TOKEN_SLASH,
	ZTA_TOKEN_PERCENT,
	ZTA_TOKEN_NOT
} zta_token_kind;

typedef struct zta_token {
	uint32_t kind; /* zta_token_kind */
	uint32_t at;   /* byte offset */
	uint32_t len;
} zta_token;

typedef struct zta_tokens {
	zta_str text;
	zta_token *list; /* ends with ZTA_TOKEN_END */
	uint32_t count;  /* END included */
} zta_tokens;

/*
 * Cut `text`, which must outlive the tokens, into tokens. Returns ZTA_ESYNTAX
 * with line and column, ZTA_ELIMIT or ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_lex__all(
    zta_arena *arena, zta_str text, zta_tokens *out, zta_error *err);

static inline zta_str
zta_lex__str(const zta_tokens *tokens, const zta_token *token)
{
	return (zta_str){ tokens->text.ptr + token->at, token->len };
}

/* `true false if then else in is like has`: never a name. */
bool zta_lex__is_reserved(zta_str ident);

/* Is all of `text` one identifier? */
bool zta_lex__is_ident(zta_str text);

/* An identifier that is not reserved, so that it can name an attribute. */
bool zta_lex__is_key(zta_str text);

/* A normalized name: identifiers, none reserved, joined by `::`. */
bool zta_lex__is_name(zta_str name);

#endif
