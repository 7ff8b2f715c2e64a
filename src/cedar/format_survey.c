/* SPDX-License-Identifier: Apache-2.0 */
/*
 * format_survey.c - see format_survey.h. Sums over the tokens tell the width of
 * any run at once, and brackets know their partner, so that the work of the
 * layout grows with the text alone.
 */
#include "cedar/format_survey.h"

#include "base/str.h"
#include "cedar/format_comments.h"

bool
zta_survey__is_word(const zta_survey *s, uint32_t i, const char *word)
{
	return zta_survey__kind(s, i) == ZTA_TOKEN_IDENT &&
	    zta_str__is(zta_survey__text(s, i), word);
}

static bool
opens(zta_token_kind kind)
{
	return kind == ZTA_TOKEN_LPAREN || kind == ZTA_TOKEN_LBRACKET ||
	    kind == ZTA_TOKEN_LBRACE;
}

static bool
closes(zta_token_kind kind)
{
	return kind == ZTA_TOKEN_RPAREN || kind == ZTA_TOKEN_RBRACKET ||
	    kind == ZTA_TOKEN_RBRACE;
}

bool
zta_survey__opens(const zta_survey *s, uint32_t i)
{
	return opens(zta_survey__kind(s, i));
}

/* Does an operand end with token `i`? Then a minus after it subtracts. */
static bool
ends_operand(const zta_survey *s, uint32_t i)
{
	zta_token_kind kind = zta_survey__kind(s, i);

	if (kind == ZTA_TOKEN_IDENT) {
		return !zta_lex__is_reserved(zta_survey__text(s, i)) ||
		    zta_survey__is_word(s, i, "true") ||
		    zta_survey__is_word(s, i, "false");
	}
	return kind == ZTA_TOKEN_NUMBER || kind == ZTA_TOKEN_STRING ||
	    kind == ZTA_TOKEN_SLOT || closes(kind);
}

bool
zta_survey__is_sign(const zta_survey *s, uint32_t i)
{
	return zta_survey__kind(s, i) == ZTA_TOKEN_NOT ||
	    (zta_survey__kind(s, i) == ZTA_TOKEN_MINUS &&
		(i == 0 || !ends_operand(s, i - 1)));
}

/* `permit` or `forbid`, and not the name of an annotation. */
static bool
is_effect(const zta_survey *s, uint32_t i)
{
	return (zta_survey__is_word(s, i, "permit") ||
		   zta_survey__is_word(s, i, "forbid")) &&
	    (i == 0 || zta_survey__kind(s, i - 1) != ZTA_TOKEN_AT);
}

/* Does a space belong between token `i` and the one before it? */
static bool
spaced(const zta_survey *s, uint32_t i)
{
	zta_token_kind before = zta_survey__kind(s, i - 1);
	zta_token_kind kind = zta_survey__kind(s, i);

	if (before == ZTA_TOKEN_LBRACE || kind == ZTA_TOKEN_RBRACE) {
		return before != ZTA_TOKEN_LBRACE || kind != ZTA_TOKEN_RBRACE;
	}
	if (opens(before) || closes(kind) || zta_survey__is_sign(s, i - 1) ||
	    before == ZTA_TOKEN_DOT || before == ZTA_TOKEN_PATH ||
	    before == ZTA_TOKEN_AT) {
		return false;
	}
	switch (kind) {
	case ZTA_TOKEN_DOT:
	case ZTA_TOKEN_PATH:
	case ZTA_TOKEN_COMMA:
	case ZTA_TOKEN_COLON:
	case ZTA_TOKEN_SEMICOLON:
		return false;
	case ZTA_TOKEN_LPAREN:
		return before != ZTA_TOKEN_IDENT ||
		    zta_lex__is_reserved(zta_survey__text(s, i - 1)) ||
		    is_effect(s, i - 1);
	case ZTA_TOKEN_LBRACKET:
		return !ends_operand(s, i - 1);
	default:
		return true;
	}
}

uint32_t
zta_survey__width(zta_str text)
{
	uint32_t width = 0;
	size_t i;

	for (i = 0; i < text.len; i++) {
		width += ((unsigned char)text.ptr[i] & 0xc0) != 0x80;
	}
	return width;
}

zta_str
zta_survey__gap(const zta_survey *s, uint32_t i)
{
	const zta_token *token = &s->tokens.list[i];
	uint32_t from = i == 0 ? 0 : token[-1].at + token[-1].len;

	return (zta_str){ s->tokens.text.ptr + from, token->at - from };
}

/* Brackets pair up, as the text was parsed: the open ones form a list. */
static void
match_brackets(zta_survey *s)
{
	uint32_t open = 0, outer, i;

	for (i = 0; i < s->tokens.count; i++) {
		if (zta_survey__opens(s, i)) {
			s->match[i] = open;
			open = i;
		} else if (closes(zta_survey__kind(s, i))) {
			outer = s->match[open];
			s->match[open] = i;
			s->match[i] = open;
			open = outer;
		}
	}
}

zta_status
zta_survey__make(zta_survey *s, zta_arena *arena, zta_str text, zta_error *err)
{
	zta_status status = zta_lex__all(arena, text, &s->tokens, err);
	uint32_t i, count = s->tokens.count;

	if (status != ZTA_OK) {
		return status;
	}
	s->end = zta_arena__zalloc(arena, count, sizeof(*s->end));
	s->comments = zta_arena__zalloc(arena, count, sizeof(*s->comments));
	s->match = zta_arena__zalloc(arena, count, sizeof(*s->match));
	s->space = zta_arena__zalloc(arena, count, sizeof(*s->space));
	if (s->end == NULL || s->comments == NULL || s->match == NULL ||
	    s->space == NULL) {
		return zta_arena__failed(arena, err);
	}
	for (i = 0; i < count; i++) {
		s->space[i] = i > 0 && spaced(s, i);
		s->end[i] = (i == 0 ? 0 : s->end[i - 1]) + s->space[i] +
		    zta_survey__width(zta_survey__text(s, i));
		s->comments[i] = (i == 0 ? 0 : s->comments[i - 1]) +
		    zta_comments__count(zta_survey__gap(s, i));
	}
	match_brackets(s);
	return ZTA_OK;
}
