/* SPDX-License-Identifier: Apache-2.0 */
/* lex.c - see lex.h. */
#include "cedar/lex.h"

#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/utf8.h"

typedef struct lexer {
	zta_arena *arena;
	zta_str text;
	size_t at;
	zta_tokens *out;
	uint32_t room; /* tokens that fit */
	zta_error *err;
} lexer;

static zta_status
fail(const lexer *x, size_t at, const char *what)
{
	uint32_t line, column;

	zta_error__position(x->text, at, &line, &column);
	return zta_error__at(x->err, ZTA_ESYNTAX, line, column, "%s", what);
}

/* What a byte is; a letter and a digit share a bit. */
enum { WORD = 1, LETTER = 3, DIGIT = 5, SPACE = 8 };

#define FROM_3(c, is) [(c)] = (is), [(c) + 1] = (is), [(c) + 2] = (is)
#define FROM_9(c, is) FROM_3(c, is), FROM_3((c) + 3, is), FROM_3((c) + 6, is)
#define FROM_26(c, is)                                            \
	FROM_9(c, is), FROM_9((c) + 9, is), FROM_3((c) + 18, is), \
	    FROM_3((c) + 21, is), [(c) + 24] = (is), [(c) + 25] = (is)

static const uint8_t classes[256] = {
	FROM_26('a', LETTER),
	FROM_26('A', LETTER),
	['_'] = LETTER,
	FROM_9('0', DIGIT),
	['9'] = DIGIT,
	FROM_3('\t', SPACE), /* \t \n \v */
	['\f'] = SPACE,
	['\r'] = SPACE,
	[' '] = SPACE,
};

static uint8_t
class_of(char c)
{
	return classes[(unsigned char)c];
}

static bool
is_ident_start(char c)
{
	return class_of(c) == LETTER;
}

static bool
is_digit(char c)
{
	return class_of(c) == DIGIT;
}

static bool
is_ident(char c)
{
	return (class_of(c) & WORD) != 0;
}

bool
zta_lex__is_ident(zta_str text)
{
	size_t i;

	if (text.len == 0 || !is_ident_start(text.ptr[0])) {
		return false;
	}
	for (i = 1; i < text.len; i++) {
		if (!is_ident(text.ptr[i])) {
			return false;
		}
	}
	return true;
}

bool
zta_lex__is_key(zta_str text)
{
	return zta_lex__is_ident(text) && !zta_lex__is_reserved(text) &&
	    !zta_str__is(text, "__cedar");
}

bool
zta_lex__is_name(zta_str name)
{
	size_t colon;
	zta_str part;

	for (;;) {
		colon = zta_str__find(name, ':');
		part = (zta_str){ name.ptr, colon };
		if (!zta_lex__is_key(part)) {
			return false;
		}
		if (colon == name.len) {
			return true;
		}
		if (colon + 1 >= name.len || name.ptr[colon + 1] != ':') {
			return false;
		}
		name.ptr += colon + 2;
		name.len -= colon + 2;
	}
}

bool
zta_lex__is_reserved(zta_str ident)
{
	switch (ident.len) {
	case 2:
		return zta_str__is(ident, "if") || zta_str__is(ident, "in") ||
		    zta_str__is(ident, "is");
	case 3:
		return zta_str__is(ident, "has");
	case 4:
		return zta_str__is(ident, "true") ||
		    zta_str__is(ident, "then") || zta_str__is(ident, "else") ||
		    zta_str__is(ident, "like");
	case 5:
		return zta_str__is(ident, "false");
	default:
		return false;
	}
}

/* Unicode White_Space, as the `\s` of the reference lexer has it. */
static bool
is_wide_space(uint32_t code)
{
	return code == 0x85 || code == 0xA0 || code == 0x1680 ||
	    (code >= 0x2000 && code <= 0x200A) || code == 0x2028 ||
	    code == 0x2029 || code == 0x202F || code == 0x205F ||
	    code == 0x3000;
}

static zta_str
rest(const lexer *x)
{
	return (zta_str){ x->text.ptr + x->at, x->text.len - x->at };
}

/* The length of a comment up to its line end; 0: none begins here. */
static size_t
comment_len(zta_str left)
{
	size_t len = 2;

	if (left.len < 2 || left.ptr[0] != '/' || left.ptr[1] != '/') {
		return 0;
	}
	while (
	    len < left.len && left.ptr[len] != '\n' && left.ptr[len] != '\r') {
		len++;
	}
	return len;
}

/* Move over space and comments. */
static void
skip(lexer *x)
{
	const char *text = x->text.ptr;
	size_t len, end = x->text.len;
	uint32_t code;

	for (;;) {
		while (x->at < end && class_of(text[x->at]) == SPACE) {
			x->at++;
		}
		if (x->at == end) {
			return;
		}
		if ((unsigned char)text[x->at] < 0x80) {
			len = comment_len(rest(x));
		} else {
			len = zta_utf8__decode(rest(x), &code);
			len = is_wide_space(code) ? len : 0;
		}
		if (len == 0) {
			return;
		}
		x->at += len;
	}
}

static zta_status
add(lexer *x, zta_token_kind kind, size_t len)
{
	zta_tokens *out = x->out;
	uint32_t more;

	if (out->count == x->room) {
		more = x->room == 0 ? 64 + (uint32_t)(x->text.len / 8) :
				      x->room * 2;
		out->list = zta_arena__grow(
		    x->arena, out->list, out->count, more, sizeof(zta_token));
		if (out->list == NULL) {
			return zta_arena__failed(x->arena, x->err);
		}
		x->room = more;
	}
	out->list[out->count++] =
	    (zta_token){ kind, (uint32_t)x->at, (uint32_t)len };
	x->at += len;
	return ZTA_OK;
}

/* A string runs to the next quote that has no backslash before it. */
static zta_status
lex_string(lexer *x)
{
	zta_str left = rest(x);
	size_t i;

	for (i = 1; i < left.len; i++) {
		if (left.ptr[i] == '"') {
			return add(x, ZTA_TOKEN_STRING, i + 1);
		}
		if (left.ptr[i] == '\\') {
			i++;
			if (i < left.len && left.ptr[i] == '\n') {
				return fail(x, x->at + i - 1,
				    "a backslash at the end of a line");
			}
		}
	}
	return fail(x, x->at, "string without closing quote");
}

static size_t
ident_len(zta_str text)
{
	size_t len = 1;

	while (len < text.len && is_ident(text.ptr[len])) {
		len++;
	}
	return len;
}

static zta_status
lex_word(lexer *x)
{
	zta_str left = rest(x);
	zta_str after = { left.ptr + 1, left.len - 1 };
	size_t len = 1;

	if (is_ident_start(left.ptr[0])) {
		return add(x, ZTA_TOKEN_IDENT, ident_len(left));
	}
	if (is_digit(left.ptr[0])) {
		while (len < left.len && is_digit(left.ptr[len])) {
			len++;
		}
		return add(x, ZTA_TOKEN_NUMBER, len);
	}
	if (left.ptr[0] == '?' && after.len > 0 && is_ident_start(*after.ptr)) {
		return add(x, ZTA_TOKEN_SLOT, 1 + ident_len(after));
	}
	return fail(x, x->at, "a character that no token begins with");
}

/* The mark that begins with `c` before `next`, and its length; END: none. */
static zta_token_kind
mark(char c, char next, size_t *len)
{
	static const struct {
		char next;
		uint8_t kind;
	} pairs[128] = { [':'] = { ':', ZTA_TOKEN_PATH },
		['='] = { '=', ZTA_TOKEN_EQ },
		['!'] = { '=', ZTA_TOKEN_NE },
		['<'] = { '=', ZTA_TOKEN_LE },
		['>'] = { '=', ZTA_TOKEN_GE },
		['|'] = { '|', ZTA_TOKEN_OR },
		['&'] = { '&', ZTA_TOKEN_AND } };
	static const uint8_t singles[128] = { ['@'] = ZTA_TOKEN_AT,
		['.'] = ZTA_TOKEN_DOT,
		[','] = ZTA_TOKEN_COMMA,
		[';'] = ZTA_TOKEN_SEMICOLON,
		[':'] = ZTA_TOKEN_COLON,
		['('] = ZTA_TOKEN_LPAREN,
		[')'] = ZTA_TOKEN_RPAREN,
		['{'] = ZTA_TOKEN_LBRACE,
		['}'] = ZTA_TOKEN_RBRACE,
		['['] = ZTA_TOKEN_LBRACKET,
		[']'] = ZTA_TOKEN_RBRACKET,
		['='] = ZTA_TOKEN_ASSIGN,
		['<'] = ZTA_TOKEN_LT,
		['>'] = ZTA_TOKEN_GT,
		['+'] = ZTA_TOKEN_PLUS,
		['-'] = ZTA_TOKEN_MINUS,
		['*'] = ZTA_TOKEN_STAR,
		['/'] = ZTA_TOKEN_SLASH,
		['%'] = ZTA_TOKEN_PERCENT,
		['!'] = ZTA_TOKEN_NOT };
	unsigned char first = (unsigned char)c;

	*len = 1;
	if (first >= 128) {
		return ZTA_TOKEN_END;
	}
	if (pairs[first].kind != ZTA_TOKEN_END && pairs[first].next == next) {
		*len = 2;
		return pairs[first].kind;
	}
	return singles[first];
}

static zta_status
lex_one(lexer *x)
{
	zta_str left = rest(x);
	char c = left.ptr[0], next = left.len > 1 ? left.ptr[1] : '\0';
	zta_token_kind kind;
	size_t len;

	if (c == '"') {
		return lex_string(x);
	}
	if (is_ident_start(c)) {
		return lex_word(x);
	}
	kind = mark(c, next, &len);
	if (kind != ZTA_TOKEN_END) {
		return add(x, kind, len);
	}
	if (c == '?' && !is_ident_start(next)) {
		return add(x, ZTA_TOKEN_QUESTION, 1);
	}
	return lex_word(x);
}

zta_status
zta_lex__all(zta_arena *arena, zta_str text, zta_tokens *out, zta_error *err)
{
	lexer x = { .arena = arena, .text = text, .out = out, .err = err };
	size_t bad;
	zta_status status;

	text = text.ptr == NULL ? ZTA_STR("") : text;
	x.text = text;
	*out = (zta_tokens){ .text = text };
	if (text.len > ZTA_CEDAR_TEXT_MAX) {
		return zta_error__set(
		    err, ZTA_ELIMIT, "text over %zu bytes", ZTA_CEDAR_TEXT_MAX);
	}
	bad = zta_utf8__check(text);
	if (bad < text.len) {
		return fail(&x, bad, "not UTF-8");
	}
	for (skip(&x); x.at < text.len; skip(&x)) {
		status = lex_one(&x);
		if (status != ZTA_OK) {
			return status;
		}
	}
	return add(&x, ZTA_TOKEN_END, 0);
}
