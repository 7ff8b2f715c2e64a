/* SPDX-License-Identifier: Apache-2.0 */
/* planner.h - asking under two versions; for the files of plan alone. */
#ifndef ZTA_PAP_PLANNER_H
#define ZTA_PAP_PLANNER_H

#include "pap/ask.h"
#include "pap/workspace.h"

typedef struct zta_planner {
	zta_workspace *workspace;
	const zta_ledger_questions *questions;
	const zta_snapshot *before, *after; /* NULL: none permits */
	zta_arena scratch;                  /* of one request after another */
	zta_ledger_flip *flips;
	zta_ledger_place *refused;
	size_t flip_room, refused_room;
	zta_workspace_outlook *out;
	zta_error *err;
} zta_planner;

/* One question: a line of a file, or a request that was kept. */
typedef struct zta_plan_question {
	size_t number; /* of the line, or the index of the record */
	zta_str text;
	const char *log; /* NULL: a line of a file */
} zta_plan_question;

/* Keep one that is answered otherwise, and explain it under both versions. */
ZTA_MUST_USE zta_status zta_planner__keep(
    zta_planner *planner, const zta_plan_question *question);
/* Keep one that is no question, and why. */
ZTA_MUST_USE zta_status zta_planner__refuse(
    zta_planner *planner, const zta_plan_question *question);

/* Ask all that the decision log has; plan_log.c. */
ZTA_MUST_USE zta_status zta_planner__ask_log(zta_planner *planner);

#endif
