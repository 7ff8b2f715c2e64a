/* SPDX-License-Identifier: Apache-2.0 */
/* elevation_part.h - what the files of elevation.h share. */
#ifndef ZTA_TRUST_ELEVATION_PART_H
#define ZTA_TRUST_ELEVATION_PART_H

#include "trust/elevation.h"

/* Names of the schema, looked up once; their numbers ascend in this order. */
enum {
	N_LEVEL,
	N_SOURCE,
	N_TRUST_DOMAIN,
	N_KIND,
	N_OPERATION,
	N_ACTION,
	N_RESOURCE_TYPE,
	N_RESOURCE_ID,
	N_PROOF,
	N_AGE,
	N_CONSENT,
	N_PRESENT,
	N_RING,
	N_DEPTH,
	N_NOW,
	N_GROUP_TYPE,
	N_WORKLOAD_TYPE,
	N_SUBJECT_TYPE,
	N_ACTION_TYPE,
	N_COUNT
};

struct zta_elevation {
	zta_cedar *engine;
	const zta_trust_model *model;
	uint32_t names[N_COUNT];
	uint32_t actions[ZTA_ELEVATION_ACTIONS];
	uint32_t *groups; /* uids, by the number of the group */
};

/* A question to the policies. It points into itself. */
typedef struct zta_elevation_asked {
	zta_elevation_common common; /* unless the question has it */
	zta_names *names;            /* of what is common */
	zta_eval_extra extras[2];    /* the workload, the subject */
	zta_question question;
} zta_elevation_asked;

/* Which groups policies see the workload in. */
typedef enum zta_elevation_view {
	ZTA_ELEVATION_NAMED, /* all that name it */
	ZTA_ELEVATION_MET    /* those that count, and whose level it meets */
} zta_elevation_view;

/* Does it meet the level of a group that counts for it? */
bool zta_elevation__meets(const zta_trust_model *model,
    const zta_elevation_question *q, const zta_foreign *foreign,
    const zta_group *group);

/* Make the question for a workload that was weighed so, in `arena`. */
ZTA_MUST_USE zta_status zta_elevation__question(const zta_elevation *e,
    zta_arena *arena, const zta_elevation_question *q,
    const zta_elevation_answer *weighed, zta_elevation_view view,
    zta_elevation_asked *out, zta_error *err);

#endif
