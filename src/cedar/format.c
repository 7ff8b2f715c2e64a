/* SPDX-License-Identifier: Apache-2.0 */
/*
 * format.c - see format.h: policies, one after the other.
 *
 * The tokens are surveyed once (format_survey.h), runs of them are broken where
 * they do not fit (format_break.h) and written with their comments
 * (format_layout.h). That the text parses is what the layout relies on.
 */
#include "cedar/format.h"

#include "cedar/format_break.h"
#include "cedar/parse.h"

/* `when { body }`, from `at`; returns the token after it. */
static uint32_t
put_condition(zta_layout *l, uint32_t at)
{
	uint32_t end = l->survey->match[at + 1] + 1;

	zta_layout__break(l, 1);
	if (zta_format__fits(l, at, end, 1)) {
		zta_layout__run(l, at, end);
		return end;
	}
	zta_layout__token(l, at);
	zta_layout__break(l, 1);
	zta_layout__token(l, at + 1);
	l->indent += ZTA_FORMAT_STEP;
	zta_layout__break(l, 1);
	zta_format__expr(l, at + 2, end - 1, 0);
	l->indent -= ZTA_FORMAT_STEP;
	zta_layout__break(l, 1);
	zta_layout__token(l, end - 1);
	return end;
}

/* From its annotations to its semicolon; returns the token after it. */
static uint32_t
put_policy(zta_layout *l, uint32_t at)
{
	uint32_t end;

	zta_layout__head(l, at);
	while (zta_survey__kind(l->survey, at) == ZTA_TOKEN_AT) {
		end = zta_survey__kind(l->survey, at + 2) == ZTA_TOKEN_LPAREN ?
		    at + 5 :
		    at + 2;
		zta_layout__run(l, at, end);
		zta_layout__break(l, 1);
		at = end;
	}
	end = l->survey->match[at + 1] + 1;
	if (zta_format__fits(l, at, end, 2)) {
		zta_layout__run(l, at, end);
	} else {
		zta_layout__token(l, at);
		zta_format__brackets(l, at + 1);
	}
	while (zta_survey__kind(l->survey, end) != ZTA_TOKEN_SEMICOLON) {
		end = put_condition(l, end);
	}
	zta_layout__token(l, end);
	return end + 1;
}

zta_status
zta_format__policies(
    zta_arena *arena, zta_str text, zta_buf *out, zta_error *err)
{
	zta_survey survey;
	zta_layout layout;
	zta_policy_texts parsed;
	uint32_t at = 0;
	zta_status status = zta_parse__policies(arena, text, &parsed, err);

	if (status == ZTA_OK) {
		status = zta_survey__make(&survey, arena, text, err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	zta_layout__init(&layout, &survey, out);
	while (zta_survey__kind(&survey, at) != ZTA_TOKEN_END) {
		at = put_policy(&layout, at);
	}
	zta_layout__head(&layout, at);
	if (out->len > 0) {
		zta_buf__byte(out, '\n');
	}
	return ZTA_OK;
}
