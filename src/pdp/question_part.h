/* SPDX-License-Identifier: Apache-2.0 */
/* question_part.h - making a question; for the files of pdp alone. */
#ifndef ZTA_PDP_QUESTION_PART_H
#define ZTA_PDP_QUESTION_PART_H

#include "cedar/value_json.h"
#include "pdp/question.h"

typedef struct zta_question_maker {
	const zta_snapshot *snapshot;
	const zta_authzen *request;
	const zta_flow *flow;
	zta_value_reader reader; /* over the request's text */
	zta_eval_extra *extras;  /* room for two: `out` counts them */
	zta_question *out;
	zta_error *err;
} zta_question_maker;

/*
 * What the PEP sent as context, and what the decision adds to it, by the schema.
 * ZTA_EINVALID: it does not have it so.
 */
ZTA_MUST_USE zta_status zta_question__context(zta_question_maker *m);

/*
 * What is known of subject and resource beyond the store: what the token says
 * of its subject, and what the PEP tells where the zone lets it. What the store
 * says comes first, then the token. ZTA_EINVALID: not so under the schema.
 */
ZTA_MUST_USE zta_status zta_question__know_ends(zta_question_maker *m);

#endif
