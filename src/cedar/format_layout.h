/* SPDX-License-Identifier: Apache-2.0 */
/*
 * format_layout.h - tokens and comments onto lines.
 *
 * Comments belong to the gap before a token: those that follow the token before
 * on its line stay there, the others stand on lines of their own.
 */
#ifndef ZTA_CEDAR_FORMAT_LAYOUT_H
#define ZTA_CEDAR_FORMAT_LAYOUT_H

#include "base/buf.h"
#include "cedar/format_survey.h"

typedef struct zta_layout {
	const zta_survey *survey;
	zta_buf *out;
	uint32_t column; /* characters on the line so far */
	uint32_t indent;
	uint32_t newlines; /* due before the next token or comment */
	uint32_t headed;   /* the token whose comments stand already */
} zta_layout;

void zta_layout__init(
    zta_layout *layout, const zta_survey *survey, zta_buf *out);

/* At least so many line ends before whatever comes next. */
void zta_layout__break(zta_layout *layout, uint32_t count);

/* Token `i` with the comments before it. */
void zta_layout__token(zta_layout *layout, uint32_t i);

/* Tokens `from` to `to`, without the latter, on one line. */
void zta_layout__run(zta_layout *layout, uint32_t from, uint32_t to);

/*
 * The comments before token `i`, which begins a policy or ends the text.
 * Policies are a blank line apart, and blank lines among comments are kept.
 */
void zta_layout__head(zta_layout *layout, uint32_t i);

#endif
