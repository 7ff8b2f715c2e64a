/* SPDX-License-Identifier: Apache-2.0 */
/*
 * format.c - see format.h.
 *
 * A run of tokens stands on one line if it fits; otherwise it is broken at its
 * loosest operator, and each operand is laid out in the same way. Sums over
 * the tokens tell the width of any run at once, and brackets know their
 * partner, so the work grows with the text alone.
 *
 * Comments belong to the gap before a token: those that follow the token before
 * on its line stay there, the others stand on lines of their own.
 */
#include "cedar/format.h"

#include "base/str.h"
#include "cedar/parse.h"

#define WIDTH 80
#define STEP 2

typedef struct formatter {
	zta_tokens tokens;
	uint32_t *end;   /* width of all tokens up to this one, on one line */
	uint32_t *notes; /* comments before this token, in all */
	uint32_t *match; /* of a bracket: its partner */
	bool *space;     /* a space belongs before this token */
	zta_buf *out;
	uint32_t column; /* characters on the line so far */
	uint32_t indent;
	uint32_t newlines; /* due before the next token or comment */
	uint32_t headed;   /* the token whose comments stand already */
} formatter;

static zta_token_kind
kind_of(const formatter *f, uint32_t i)
{
	return (zta_token_kind)f->tokens.list[i].kind;
}

static zta_str
text_of(const formatter *f, uint32_t i)
{
	return zta_lex__str(&f->tokens, &f->tokens.list[i]);
}

static bool
is_word(const formatter *f, uint32_t i, const char *word)
{
	return kind_of(f, i) == ZTA_TOKEN_IDENT &&
	    zta_str__is(text_of(f, i), word);
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

/* --- what is known of each token before the layout begins */

/* Does an operand end with token `i`? Then a minus after it subtracts. */
static bool
ends_operand(const formatter *f, uint32_t i)
{
	zta_token_kind kind = kind_of(f, i);

	if (kind == ZTA_TOKEN_IDENT) {
		return !zta_lex__is_reserved(text_of(f, i)) ||
		    is_word(f, i, "true") || is_word(f, i, "false");
	}
	return kind == ZTA_TOKEN_NUMBER || kind == ZTA_TOKEN_STRING ||
	    kind == ZTA_TOKEN_SLOT || closes(kind);
}

static bool
is_sign(const formatter *f, uint32_t i)
{
	return kind_of(f, i) == ZTA_TOKEN_NOT ||
	    (kind_of(f, i) == ZTA_TOKEN_MINUS &&
		(i == 0 || !ends_operand(f, i - 1)));
}

/* `permit` or `forbid`, and not the name of an annotation. */
static bool
is_effect(const formatter *f, uint32_t i)
{
	return (is_word(f, i, "permit") || is_word(f, i, "forbid")) &&
	    (i == 0 || kind_of(f, i - 1) != ZTA_TOKEN_AT);
}

/* Does a space belong between token `i` and the one before it? */
static bool
spaced(const formatter *f, uint32_t i)
{
	zta_token_kind before = kind_of(f, i - 1), kind = kind_of(f, i);

	if (before == ZTA_TOKEN_LBRACE || kind == ZTA_TOKEN_RBRACE) {
		return before != ZTA_TOKEN_LBRACE || kind != ZTA_TOKEN_RBRACE;
	}
	if (opens(before) || closes(kind) || is_sign(f, i - 1) ||
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
		    zta_lex__is_reserved(text_of(f, i - 1)) ||
		    is_effect(f, i - 1);
	case ZTA_TOKEN_LBRACKET:
		return !ends_operand(f, i - 1);
	default:
		return true;
	}
}

/* The width of a text in characters. */
static uint32_t
width_of(zta_str text)
{
	uint32_t width = 0;
	size_t i;

	for (i = 0; i < text.len; i++) {
		width += ((unsigned char)text.ptr[i] & 0xc0) != 0x80;
	}
	return width;
}

static zta_str
gap_before(const formatter *f, uint32_t i)
{
	const zta_token *token = &f->tokens.list[i];
	uint32_t from = i == 0 ? 0 : token[-1].at + token[-1].len;

	return (zta_str){ f->tokens.text.ptr + from, token->at - from };
}

static bool
is_newline(char c)
{
	return c == '\n' || c == '\r';
}

/*
 * The next comment of `*gap`, which is moved past it; false: there is none.
 * `*newlines` counts those before it, or before the token.
 */
static bool
next_comment(zta_str *gap, zta_str *comment, uint32_t *newlines)
{
	size_t i = 0, from;

	*newlines = 0;
	while (i < gap->len && gap->ptr[i] != '/') {
		*newlines += gap->ptr[i] == '\n' ||
		    (gap->ptr[i] == '\r' &&
			(i + 1 == gap->len || gap->ptr[i + 1] != '\n'));
		i++;
	}
	from = i;
	while (i < gap->len && !is_newline(gap->ptr[i])) {
		i++;
	}
	*comment = (zta_str){ gap->ptr + from, i - from };
	*gap = (zta_str){ gap->ptr + i, gap->len - i };
	while (comment->len > 0 &&
	    (comment->ptr[comment->len - 1] == ' ' ||
		comment->ptr[comment->len - 1] == '\t')) {
		comment->len--;
	}
	return comment->len > 0;
}

static uint32_t
count_comments(zta_str gap)
{
	uint32_t newlines, count = 0;
	zta_str comment;

	while (next_comment(&gap, &comment, &newlines)) {
		count++;
	}
	return count;
}

/* Brackets pair up, as the text was parsed: the open ones form a list. */
static void
match_brackets(formatter *f)
{
	uint32_t open = 0, outer, i;

	for (i = 0; i < f->tokens.count; i++) {
		if (opens(kind_of(f, i))) {
			f->match[i] = open;
			open = i;
		} else if (closes(kind_of(f, i))) {
			outer = f->match[open];
			f->match[open] = i;
			f->match[i] = open;
			open = outer;
		}
	}
}

static zta_status
survey(formatter *f, zta_arena *arena, zta_error *err)
{
	uint32_t i, count = f->tokens.count;

	f->end = zta_arena__zalloc(arena, count, sizeof(*f->end));
	f->notes = zta_arena__zalloc(arena, count, sizeof(*f->notes));
	f->match = zta_arena__zalloc(arena, count, sizeof(*f->match));
	f->space = zta_arena__zalloc(arena, count, sizeof(*f->space));
	if (f->end == NULL || f->notes == NULL || f->match == NULL ||
	    f->space == NULL) {
		return zta_arena__failed(arena, err);
	}
	for (i = 0; i < count; i++) {
		f->space[i] = i > 0 && spaced(f, i);
		f->end[i] = (i == 0 ? 0 : f->end[i - 1]) + f->space[i] +
		    width_of(text_of(f, i));
		f->notes[i] = (i == 0 ? 0 : f->notes[i - 1]) +
		    count_comments(gap_before(f, i));
	}
	match_brackets(f);
	return ZTA_OK;
}

/* --- output */

static void
put(formatter *f, zta_str text)
{
	size_t i = text.len;

	zta_buf__put(f->out, text);
	while (i > 0 && text.ptr[i - 1] != '\n') {
		i--;
	}
	f->column = (i > 0 ? 0 : f->column) +
	    width_of((zta_str){ text.ptr + i, text.len - i });
}

static void
put_newlines(formatter *f)
{
	uint32_t i;

	for (; f->newlines > 0; f->newlines--) {
		put(f, ZTA_STR("\n"));
	}
	for (i = 0; f->column == 0 && i < f->indent; i++) {
		zta_buf__byte(f->out, ' ');
	}
	f->column = f->column == 0 ? f->indent : f->column;
}

static void
want_newlines(formatter *f, uint32_t count)
{
	f->newlines = f->newlines > count ? f->newlines : count;
}

/*
 * The comments before token `i`. Between policies there is a blank line, and
 * those that stand among the comments are kept.
 */
static void
put_comments(formatter *f, uint32_t i, bool between)
{
	zta_str gap = gap_before(f, i), comment;
	uint32_t newlines;
	bool more = true, apart = between && i > 0;

	while (more) {
		more = next_comment(&gap, &comment, &newlines);
		if (more && newlines == 0 && i > 0) {
			put(f, ZTA_STR(" "));
			put(f, comment);
			want_newlines(f, 1);
			continue;
		}
		if (f->out->len > 0) {
			want_newlines(f, more);
			want_newlines(
			    f, apart || (between && newlines > 1) ? 2 : 0);
			apart = false;
		}
		if (more) {
			put_newlines(f);
			put(f, comment);
			want_newlines(f, 1);
		}
	}
}

static void
put_token(formatter *f, uint32_t i)
{
	if (i != f->headed) {
		put_comments(f, i, false);
	}
	if (f->newlines > 0) {
		put_newlines(f);
	} else if (f->space[i]) {
		put(f, ZTA_STR(" "));
	}
	put(f, text_of(f, i));
}

/* Tokens `from` to `to`, without the latter. */
static void
put_flat(formatter *f, uint32_t from, uint32_t to)
{
	for (; from < to; from++) {
		put_token(f, from);
	}
}

/* --- layout; `tail` is what must follow on the same line */

static bool
fits(const formatter *f, uint32_t from, uint32_t to, uint32_t tail)
{
	uint32_t column = f->column, width;

	if (from + 1 >= to) {
		return true;
	}
	width = f->end[to - 1] - (from == 0 ? 0 : f->end[from - 1]) + tail;
	if (f->newlines > 0) {
		column = f->indent;
		width -= f->space[from];
	}
	return f->notes[to - 1] == f->notes[from] && column + width <= WIDTH;
}

static void put_expr(formatter *f, uint32_t from, uint32_t to, uint32_t tail);

/* How tightly the operator binds that token `i` is; 0: it is none. */
static uint32_t
binding(const formatter *f, uint32_t i)
{
	switch (kind_of(f, i)) {
	case ZTA_TOKEN_OR:
		return 1;
	case ZTA_TOKEN_AND:
		return 2;
	case ZTA_TOKEN_EQ:
	case ZTA_TOKEN_NE:
	case ZTA_TOKEN_LT:
	case ZTA_TOKEN_LE:
	case ZTA_TOKEN_GT:
	case ZTA_TOKEN_GE:
		return 3;
	case ZTA_TOKEN_IDENT:
		return is_word(f, i, "in") ? 3 : 0;
	case ZTA_TOKEN_PLUS:
		return 4;
	case ZTA_TOKEN_MINUS:
		return is_sign(f, i) ? 0 : 4;
	case ZTA_TOKEN_STAR:
		return 5;
	default:
		return 0;
	}
}

/* The next token outside brackets after `i`. */
static uint32_t
step(const formatter *f, uint32_t i)
{
	return opens(kind_of(f, i)) ? f->match[i] + 1 : i + 1;
}

/* The binding of the loosest operator outside brackets; 0: there is none. */
static uint32_t
loosest(const formatter *f, uint32_t from, uint32_t to)
{
	uint32_t i, found = 0, here;

	for (i = from; i < to; i = step(f, i)) {
		here = binding(f, i);
		if (here > 0 && (found == 0 || here < found)) {
			found = here;
		}
	}
	return found;
}

/* Operands on lines of their own, each with its operator at the end. */
static void
put_operands(
    formatter *f, uint32_t from, uint32_t to, uint32_t level, uint32_t tail)
{
	uint32_t i, deeper = level > 2 ? STEP : 0;

	for (i = from; i < to; i = step(f, i)) {
		if (binding(f, i) != level) {
			continue;
		}
		put_expr(f, from, i, 1 + width_of(text_of(f, i)));
		put_token(f, i);
		want_newlines(f, 1);
		f->indent += deeper;
		deeper = 0;
		from = i + 1;
	}
	put_expr(f, from, to, tail);
}

/* The `then` or `else` of the `if` before `from`. */
static uint32_t
find_word(const formatter *f, uint32_t from, const char *word)
{
	uint32_t nested = 0;

	for (; nested > 0 || !is_word(f, from, word); from = step(f, from)) {
		nested += is_word(f, from, "if");
		nested -= nested > 0 && is_word(f, from, word);
	}
	return from;
}

/* A keyword on its line, and what it governs on lines that are indented. */
static void
put_branch(formatter *f, uint32_t from, uint32_t to, uint32_t tail)
{
	put_token(f, from);
	f->indent += STEP;
	want_newlines(f, 1);
	put_expr(f, from + 1, to, tail);
	f->indent -= STEP;
	want_newlines(f, 1);
}

static void
put_if(formatter *f, uint32_t from, uint32_t to, uint32_t tail)
{
	uint32_t then = find_word(f, from + 1, "then");
	uint32_t otherwise = find_word(f, then + 1, "else");

	put_branch(f, from, then, 0);
	put_branch(f, then, otherwise, 0);
	put_branch(f, otherwise, to, tail);
	f->newlines = 0;
}

/* An element of a list; in a record it is a key, a colon and a value. */
static void
put_element(
    formatter *f, uint32_t from, uint32_t to, bool record, uint32_t tail)
{
	uint32_t indent = f->indent;

	if (record) {
		put_flat(f, from, from + 2);
		from += 2;
		f->indent += loosest(f, from, to) > 0 ? STEP : 0;
	}
	put_expr(f, from, to, tail);
	f->indent = indent;
}

/* The elements of a list, each on its line; `from` stands after the bracket. */
static void
put_elements(formatter *f, uint32_t from, uint32_t to, bool record)
{
	uint32_t i;

	for (i = from; i < to; i = step(f, i)) {
		if (kind_of(f, i) == ZTA_TOKEN_COMMA) {
			put_element(f, from, i, record, 1);
			put_token(f, i);
			want_newlines(f, 1);
			from = i + 1;
		}
	}
	if (from < to) {
		put_element(f, from, to, record, 0);
	}
}

/* What is in brackets, on lines of its own. */
static void
put_brackets(formatter *f, uint32_t open)
{
	uint32_t close = f->match[open];

	put_token(f, open);
	f->indent += STEP;
	want_newlines(f, 1);
	put_elements(f, open + 1, close, kind_of(f, open) == ZTA_TOKEN_LBRACE);
	f->indent -= STEP;
	want_newlines(f, 1);
	put_token(f, close);
}

/* The end of the run that cannot be broken after token `from`. */
static uint32_t
unbroken(const formatter *f, uint32_t from, uint32_t to)
{
	while (from < to && !opens(kind_of(f, from))) {
		from++;
	}
	return from;
}

/* No operator outside brackets: break the brackets that do not fit. */
static void
put_operand(formatter *f, uint32_t from, uint32_t to, uint32_t tail)
{
	uint32_t i = from, end, after;

	while (i < to) {
		if (!opens(kind_of(f, i))) {
			put_token(f, i++);
			continue;
		}
		end = f->match[i] + 1;
		after = unbroken(f, end, to);
		if (fits(f, i, after, after == to ? tail : 1)) {
			put_flat(f, i, end);
		} else {
			put_brackets(f, i);
		}
		i = end;
	}
}

static void
put_expr(formatter *f, uint32_t from, uint32_t to, uint32_t tail)
{
	uint32_t indent = f->indent, level;

	if (fits(f, from, to, tail)) {
		put_flat(f, from, to);
		return;
	}
	if (is_word(f, from, "if")) {
		put_if(f, from, to, tail);
	} else if ((level = loosest(f, from, to)) > 0) {
		put_operands(f, from, to, level, tail);
	} else {
		put_operand(f, from, to, tail);
	}
	f->indent = indent;
}

/* --- policies */

/* `when { body }`, from `at`; returns the token after it. */
static uint32_t
put_condition(formatter *f, uint32_t at)
{
	uint32_t end = f->match[at + 1] + 1;

	want_newlines(f, 1);
	if (fits(f, at, end, 1)) {
		put_flat(f, at, end);
		return end;
	}
	put_token(f, at);
	want_newlines(f, 1);
	put_token(f, at + 1);
	f->indent += STEP;
	want_newlines(f, 1);
	put_expr(f, at + 2, end - 1, 0);
	f->indent -= STEP;
	want_newlines(f, 1);
	put_token(f, end - 1);
	return end;
}

/* From its annotations to its semicolon; returns the token after it. */
static uint32_t
put_policy(formatter *f, uint32_t at)
{
	uint32_t end;

	put_comments(f, at, true);
	f->headed = at;
	while (kind_of(f, at) == ZTA_TOKEN_AT) {
		end = kind_of(f, at + 2) == ZTA_TOKEN_LPAREN ? at + 5 : at + 2;
		put_flat(f, at, end);
		want_newlines(f, 1);
		at = end;
	}
	end = f->match[at + 1] + 1;
	if (fits(f, at, end, 2)) {
		put_flat(f, at, end);
	} else {
		put_token(f, at);
		put_brackets(f, at + 1);
	}
	while (kind_of(f, end) != ZTA_TOKEN_SEMICOLON) {
		end = put_condition(f, end);
	}
	put_token(f, end);
	return end + 1;
}

zta_status
zta_format__policies(
    zta_arena *arena, zta_str text, zta_buf *out, zta_error *err)
{
	formatter f = { .out = out, .headed = UINT32_MAX };
	zta_policy_texts parsed;
	uint32_t at = 0;
	zta_status status = zta_parse__policies(arena, text, &parsed, err);

	if (status == ZTA_OK) {
		status = zta_lex__all(arena, text, &f.tokens, err);
	}
	if (status == ZTA_OK) {
		status = survey(&f, arena, err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	while (kind_of(&f, at) != ZTA_TOKEN_END) {
		at = put_policy(&f, at);
	}
	put_comments(&f, at, true);
	if (out->len > 0) {
		zta_buf__byte(out, '\n');
	}
	return ZTA_OK;
}
