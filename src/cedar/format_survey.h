/* SPDX-License-Identifier: Apache-2.0 */
/*
 * format_survey.h - what is known of the tokens of a text before it is laid
 * out: which belong together, and how wide a run of them is on one line.
 */
#ifndef ZTA_CEDAR_FORMAT_SURVEY_H
#define ZTA_CEDAR_FORMAT_SURVEY_H

#include "cedar/lex.h"

typedef struct zta_survey {
	zta_tokens tokens;
	uint32_t *end; /* width of all tokens up to this one, on one line */
	uint32_t *comments; /* before this token, in all */
	uint32_t *match;    /* of a bracket: its partner */
	bool *space;        /* a space belongs before this token */
} zta_survey;

/* Of a text that parses. All is in `arena`. ZTA_ELIMIT, ZTA_ENOMEM. */
ZTA_MUST_USE zta_status zta_survey__make(
    zta_survey *survey, zta_arena *arena, zta_str text, zta_error *err);

static inline zta_token_kind
zta_survey__kind(const zta_survey *survey, uint32_t i)
{
	return (zta_token_kind)survey->tokens.list[i].kind;
}

static inline zta_str
zta_survey__text(const zta_survey *survey, uint32_t i)
{
	return zta_lex__str(&survey->tokens, &survey->tokens.list[i]);
}

/* Is token `i` this identifier? An opening bracket? A sign, and no operator? */
bool zta_survey__is_word(
    const zta_survey *survey, uint32_t i, const char *word);
bool zta_survey__opens(const zta_survey *survey, uint32_t i);
bool zta_survey__is_sign(const zta_survey *survey, uint32_t i);

/* What stands between token `i` and the one before it: space and comments. */
zta_str zta_survey__gap(const zta_survey *survey, uint32_t i);

/* The next token after `i` that is outside brackets. */
static inline uint32_t
zta_survey__step(const zta_survey *survey, uint32_t i)
{
	return zta_survey__opens(survey, i) ? survey->match[i] + 1 : i + 1;
}

/* The width of a text in characters. */
uint32_t zta_survey__width(zta_str text);

#endif
