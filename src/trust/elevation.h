/* SPDX-License-Identifier: Apache-2.0 */
/*
 * elevation.h - may this workload act for this subject? SPEC: ztauth 5.3, 6
 *
 * The answer is yes only if the workload is not quarantined, is of the own domain
 * or federated, is in a group, has a level whose requirements its proof meets,
 * and a policy of trust/elevation.cedar permits it and none forbids. A group whose
 * level it does not meet is no help to it, and no way around what forbids by that
 * group. Zeroed, nobody may.
 */
#ifndef ZTA_TRUST_ELEVATION_H
#define ZTA_TRUST_ELEVATION_H

#include "cedar/engine.h"
#include "trust/foreign.h"

/* One workload of the chain, as it was verified. */
typedef struct zta_ring {
	zta_str workload, source, trust_domain;
	zta_proof proof;
	zta_str digest; /* of the credential */
	int64_t at;     /* ms, when it was verified */
} zta_ring;

/* Whom the chain acts for. */
typedef struct zta_subject {
	zta_str type, id; /* of the Cedar entity */
	zta_str kind;     /* "human" or "workload" */
	zta_str source, trust_domain;
	/* What its credential said of it, as its source maps it: */
	const zta_entity_name *parents;
	uint32_t parent_count;
	zta_json_doc attributes; /* the root is an object, or NULL */
} zta_subject;

typedef struct zta_operation {
	zta_str action;
	zta_str resource_type, resource_id;
} zta_operation;

/* What a workload is to be let do. */
typedef enum zta_elevation_action {
	ZTA_ELEVATION_ACT_FOR,
	ZTA_ELEVATION_DELEGATE, /* be given authority by a grant */
	ZTA_ELEVATION_ACTIONS
} zta_elevation_action;
/*
 * What the questions about the rings of one chain have in common, made with the
 * first of them: they have one subject and one operation. Zeroed: nothing yet.
 */
typedef struct zta_elevation_common {
	bool made;
	zta_names names;
	uint32_t subject;            /* uid */
	const zta_record *attrs;     /* of the subject */
	const zta_record *operation; /* NULL: there is none */
} zta_elevation_common;

typedef struct zta_elevation_question {
	zta_elevation_action action;
	const zta_ring *ring;
	uint32_t number; /* of the ring, from 1 */
	uint32_t depth;  /* rings of the chain */
	const zta_subject *subject;
	const zta_operation *operation; /* NULL: not known yet */
	const char *consent; /* kind of the one that was shown; NULL: none */
	int64_t consent_at;  /* ms */
	int64_t now;         /* ms */
	zta_elevation_common *common; /* of the chain; NULL: ask of one */
	/* The zone's domain, unless trust/domains.json says it; empty: not known. */
	zta_str home;
} zta_elevation_question;

typedef enum zta_elevation_code {
	ZTA_ELEVATION_UNAUTHORIZED, /* no group, or no policy permits */
	ZTA_ELEVATION_QUARANTINED,
	ZTA_ELEVATION_BELOW_LEVEL, /* no level's requirements are met */
	ZTA_ELEVATION_CONSENT, /* the level demands consent: none is there */
	ZTA_ELEVATION_OK
} zta_elevation_code;

typedef struct zta_elevation_answer {
	zta_elevation_code code;
	const zta_level *level;  /* NULL: none */
	const zta_str *policies; /* that permitted, or forbade */
	uint32_t policy_count;
	zta_foreign foreign;
	bool named_beyond;   /* by a group whose level it does not meet, or that
			    * does not count for it */
	zta_refused refused; /* what is against it, before policies are asked */
} zta_elevation_answer;

/* "unauthorized_actor" and so on; "" for OK. SPEC: ztauth 5 */
const char *zta_elevation__code_name(zta_elevation_code code);

typedef struct zta_elevation zta_elevation;

/*
 * Compile trust/elevation.cedar (empty: nobody may act) over the fixed schema.
 * `model` outlives it. Free with zta_elevation__close().
 */
ZTA_MUST_USE zta_status zta_elevation__open(zta_elevation **out,
    const zta_trust_model *model, zta_str policies, zta_error *err);
void zta_elevation__close(zta_elevation *elevation);

/*
 * The same, but `sink` is told of what is wrong and left out; then it can be
 * validated but answers nobody.
 */
ZTA_MUST_USE zta_status zta_elevation__check(zta_elevation **out,
    const zta_trust_model *model, zta_str policies, zta_error_sink *sink,
    zta_error *err);

/* Validate the policies, as zta_cedar_validate() does. */
ZTA_MUST_USE zta_status zta_elevation__validate(zta_elevation *elevation,
    const zta_cedar_finding **list, size_t *count, zta_error *err);

/*
 * The first half of it, for which no policy is asked, nor whom it is about: may
 * it act for anybody at all? True: `out` has its level.
 */
bool zta_elevation__weigh(const zta_trust_model *model,
    const zta_elevation_question *question, zta_elevation_answer *out);

/*
 * The same of one that asks for itself, `ring`: is it in a group that counts,
 * not in quarantine, and not foreign or federated?
 */
bool zta_elevation__knows(const zta_trust_model *model, const zta_ring *ring,
    zta_str home, int64_t now);

/* For operators, that it may not act, and what is against it; in `arena`. */
const char *zta_elevation__reason(
    const zta_elevation_answer *answer, zta_arena *arena);

/* Answer; what it refers to is in `arena`. Anything but ZTA_OK is a no. */
ZTA_MUST_USE zta_status zta_elevation__ask(const zta_elevation *elevation,
    zta_arena *arena, const zta_elevation_question *question,
    zta_elevation_answer *out, zta_error *err);

/*
 * Why: each policy whose scope holds, as zta_cedar_explain() has it. None, if
 * the workload does not get as far as the policies. The list is in `arena`.
 */
ZTA_MUST_USE zta_status zta_elevation__explain(const zta_elevation *elevation,
    zta_arena *arena, const zta_elevation_question *question,
    const zta_cedar_explanation **list, size_t *count, zta_error *err);

#endif
