/* SPDX-License-Identifier: Apache-2.0 */
/*
 * format_break.c - see format_break.h. In all functions `tail` is the width of
 * what must follow on the last line. Recursion is as deep as brackets and `if`
 * nest, which the parser limits.
 */
#include "cedar/format_break.h"

bool
zta_format__fits(const zta_layout *l, uint32_t from, uint32_t to, uint32_t tail)
{
	const zta_survey *s = l->survey;
	uint32_t column = l->column, width;

	if (from + 1 >= to) {
		return true;
	}
	width = s->end[to - 1] - (from == 0 ? 0 : s->end[from - 1]) + tail;
	if (l->newlines > 0) {
		column = l->indent;
		width -= s->space[from];
	}
	return s->comments[to - 1] == s->comments[from] &&
	    column + width <= ZTA_FORMAT_WIDTH;
}

/* How tightly the operator binds that token `i` is; 0: it is none. */
static uint32_t
binding(const zta_layout *l, uint32_t i)
{
	switch (zta_survey__kind(l->survey, i)) {
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
		return zta_survey__is_word(l->survey, i, "in") ? 3 : 0;
	case ZTA_TOKEN_PLUS:
		return 4;
	case ZTA_TOKEN_MINUS:
		return zta_survey__is_sign(l->survey, i) ? 0 : 4;
	case ZTA_TOKEN_STAR:
		return 5;
	default:
		return 0;
	}
}

/* The binding of the loosest operator outside brackets; 0: there is none. */
static uint32_t
loosest(const zta_layout *l, uint32_t from, uint32_t to)
{
	uint32_t i, found = 0, here;

	for (i = from; i < to; i = zta_survey__step(l->survey, i)) {
		here = binding(l, i);
		if (here > 0 && (found == 0 || here < found)) {
			found = here;
		}
	}
	return found;
}

/* Operands on lines of their own, each with its operator at the end. */
static void
put_operands(
    zta_layout *l, uint32_t from, uint32_t to, uint32_t level, uint32_t tail)
{
	uint32_t i, deeper = level > 2 ? ZTA_FORMAT_STEP : 0;

	for (i = from; i < to; i = zta_survey__step(l->survey, i)) {
		if (binding(l, i) != level) {
			continue;
		}
		zta_format__expr(l, from, i,
		    1 + zta_survey__width(zta_survey__text(l->survey, i)));
		zta_layout__token(l, i);
		zta_layout__break(l, 1);
		l->indent += deeper;
		deeper = 0;
		from = i + 1;
	}
	zta_format__expr(l, from, to, tail);
}

/* The `then` or `else` of the `if` before `from`. */
static uint32_t
find_word(const zta_layout *l, uint32_t from, const char *word)
{
	uint32_t nested = 0;

	for (; nested > 0 || !zta_survey__is_word(l->survey, from, word);
	     from = zta_survey__step(l->survey, from)) {
		nested += zta_survey__is_word(l->survey, from, "if");
		nested -=
		    nested > 0 && zta_survey__is_word(l->survey, from, word);
	}
	return from;
}

/* A keyword on its line, and what it governs on lines that are indented. */
static void
put_branch(zta_layout *l, uint32_t from, uint32_t to, uint32_t tail)
{
	zta_layout__token(l, from);
	l->indent += ZTA_FORMAT_STEP;
	zta_layout__break(l, 1);
	zta_format__expr(l, from + 1, to, tail);
	l->indent -= ZTA_FORMAT_STEP;
	zta_layout__break(l, 1);
}

static void
put_if(zta_layout *l, uint32_t from, uint32_t to, uint32_t tail)
{
	uint32_t then = find_word(l, from + 1, "then");
	uint32_t otherwise = find_word(l, then + 1, "else");

	put_branch(l, from, then, 0);
	put_branch(l, then, otherwise, 0);
	put_branch(l, otherwise, to, tail);
	l->newlines = 0;
}

/* An element of a list; in a record it is a key, a colon and a value. */
static void
put_element(
    zta_layout *l, uint32_t from, uint32_t to, bool record, uint32_t tail)
{
	uint32_t indent = l->indent;

	if (record) {
		zta_layout__run(l, from, from + 2);
		from += 2;
		l->indent += loosest(l, from, to) > 0 ? ZTA_FORMAT_STEP : 0;
	}
	zta_format__expr(l, from, to, tail);
	l->indent = indent;
}

/* The elements of a list, each on its line; `from` stands after the bracket. */
static void
put_elements(zta_layout *l, uint32_t from, uint32_t to, bool record)
{
	uint32_t i;

	for (i = from; i < to; i = zta_survey__step(l->survey, i)) {
		if (zta_survey__kind(l->survey, i) == ZTA_TOKEN_COMMA) {
			put_element(l, from, i, record, 1);
			zta_layout__token(l, i);
			zta_layout__break(l, 1);
			from = i + 1;
		}
	}
	if (from < to) {
		put_element(l, from, to, record, 0);
	}
}

void
zta_format__brackets(zta_layout *l, uint32_t open)
{
	uint32_t close = l->survey->match[open];

	zta_layout__token(l, open);
	l->indent += ZTA_FORMAT_STEP;
	zta_layout__break(l, 1);
	put_elements(l, open + 1, close,
	    zta_survey__kind(l->survey, open) == ZTA_TOKEN_LBRACE);
	l->indent -= ZTA_FORMAT_STEP;
	zta_layout__break(l, 1);
	zta_layout__token(l, close);
}

/* The end of the run that cannot be broken after token `from`. */
static uint32_t
unbroken(const zta_layout *l, uint32_t from, uint32_t to)
{
	while (from < to && !zta_survey__opens(l->survey, from)) {
		from++;
	}
	return from;
}

/* No operator outside brackets: break the brackets that do not fit. */
static void
put_operand(zta_layout *l, uint32_t from, uint32_t to, uint32_t tail)
{
	uint32_t i = from, end, after;

	while (i < to) {
		if (!zta_survey__opens(l->survey, i)) {
			zta_layout__token(l, i++);
			continue;
		}
		end = l->survey->match[i] + 1;
		after = unbroken(l, end, to);
		if (zta_format__fits(l, i, after, after == to ? tail : 1)) {
			zta_layout__run(l, i, end);
		} else {
			zta_format__brackets(l, i);
		}
		i = end;
	}
}

void
zta_format__expr(zta_layout *l, uint32_t from, uint32_t to, uint32_t tail)
{
	uint32_t indent = l->indent, level;

	if (zta_format__fits(l, from, to, tail)) {
		zta_layout__run(l, from, to);
		return;
	}
	if (zta_survey__is_word(l->survey, from, "if")) {
		put_if(l, from, to, tail);
	} else if ((level = loosest(l, from, to)) > 0) {
		put_operands(l, from, to, level, tail);
	} else {
		put_operand(l, from, to, tail);
	}
	l->indent = indent;
}
