/* SPDX-License-Identifier: Apache-2.0 */
/* format_comments.c - see format_comments.h. */
#include "cedar/format_comments.h"

static bool
is_newline(char c)
{
	return c == '\n' || c == '\r';
}

bool
zta_comments__next(zta_str *gap, zta_str *comment, uint32_t *newlines)
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

uint32_t
zta_comments__count(zta_str gap)
{
	uint32_t newlines, count = 0;
	zta_str comment;

	while (zta_comments__next(&gap, &comment, &newlines)) {
		count++;
	}
	return count;
}
