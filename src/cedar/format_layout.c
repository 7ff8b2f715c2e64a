/* SPDX-License-Identifier: Apache-2.0 */
/* format_layout.c - see format_layout.h. */
#include "cedar/format_layout.h"

#include "cedar/format_comments.h"

void
zta_layout__init(zta_layout *l, const zta_survey *survey, zta_buf *out)
{
	*l = (zta_layout){ .survey = survey, .out = out, .headed = UINT32_MAX };
}

static void
put(zta_layout *l, zta_str text)
{
	size_t i = text.len;

	zta_buf__put(l->out, text);
	while (i > 0 && text.ptr[i - 1] != '\n') {
		i--;
	}
	l->column = (i > 0 ? 0 : l->column) +
	    zta_survey__width((zta_str){ text.ptr + i, text.len - i });
}

static void
put_newlines(zta_layout *l)
{
	uint32_t i;

	for (; l->newlines > 0; l->newlines--) {
		put(l, ZTA_STR("\n"));
	}
	for (i = 0; l->column == 0 && i < l->indent; i++) {
		zta_buf__byte(l->out, ' ');
	}
	l->column = l->column == 0 ? l->indent : l->column;
}

void
zta_layout__break(zta_layout *l, uint32_t count)
{
	l->newlines = l->newlines > count ? l->newlines : count;
}

/*
 * The comments before token `i`. Between policies there is a blank line, and
 * those that stand among the comments are kept.
 */
static void
put_comments(zta_layout *l, uint32_t i, bool between)
{
	zta_str gap = zta_survey__gap(l->survey, i), comment;
	uint32_t newlines;
	bool more = true, apart = between && i > 0;

	while (more) {
		more = zta_comments__next(&gap, &comment, &newlines);
		if (more && newlines == 0 && i > 0) {
			put(l, ZTA_STR(" "));
			put(l, comment);
			zta_layout__break(l, 1);
			continue;
		}
		if (l->out->len > 0) {
			zta_layout__break(l, more);
			zta_layout__break(
			    l, apart || (between && newlines > 1) ? 2 : 0);
			apart = false;
		}
		if (more) {
			put_newlines(l);
			put(l, comment);
			zta_layout__break(l, 1);
		}
	}
}

void
zta_layout__token(zta_layout *l, uint32_t i)
{
	if (i != l->headed) {
		put_comments(l, i, false);
	}
	if (l->newlines > 0) {
		put_newlines(l);
	} else if (l->survey->space[i]) {
		put(l, ZTA_STR(" "));
	}
	put(l, zta_survey__text(l->survey, i));
}

void
zta_layout__run(zta_layout *l, uint32_t from, uint32_t to)
{
	for (; from < to; from++) {
		zta_layout__token(l, from);
	}
}

void
zta_layout__head(zta_layout *l, uint32_t i)
{
	put_comments(l, i, true);
	l->headed = i;
}
