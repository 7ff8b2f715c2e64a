/* SPDX-License-Identifier: Apache-2.0 */
/*
 * model.h - trust levels, security groups, the quarantine, and what other
 * domains say.
 * SPEC: ztauth 6; docs/formats/trust.md
 */
#ifndef ZTA_TRUST_MODEL_H
#define ZTA_TRUST_MODEL_H

#include "base/error.h"
#include "base/json.h"
#include "identity/principal.h"
#include "trust/statement.h"

/* What a workload must show to be of a level. */
typedef struct zta_level {
	zta_str name;
	int64_t rank;         /* higher is more trusted; no two are equal */
	uint32_t proofs;      /* bit set of zta_proof; 0: any */
	int64_t proof_age_ms; /* of the oldest proof; 0: any */
	bool consent;
	const zta_str *attestations; /* properties: all are demanded */
	uint32_t attestation_count;
} zta_level;

typedef struct zta_group {
	zta_str name;
	const zta_level *level;
	const zta_str *members; /* ids, or prefixes that end with "/" and a * */
	uint32_t member_count;
} zta_group;

typedef struct zta_trust_model {
	zta_level *levels; /* ascending by rank */
	uint32_t level_count;
	zta_group *groups;
	uint32_t group_count;
	const zta_str *quarantine;
	uint32_t quarantine_count;
	zta_domains domains;
	zta_statements statements;
} zta_trust_model;

/*
 * Read both documents (`groups` may be empty text: there are none); the result
 * refers to them and to `arena`. Errors name `file`, line, column and pointer.
 */
ZTA_MUST_USE zta_status zta_trust_model__read(zta_trust_model *out,
    zta_arena *arena, zta_str levels, zta_str groups, zta_error *err);

/* The same, but `sink` is told of everything that is wrong, and it is left out. */
ZTA_MUST_USE zta_status zta_trust_model__check(zta_trust_model *out,
    zta_arena *arena, zta_str levels, zta_str groups, zta_error_sink *sink,
    zta_error *err);

/*
 * Read trust/domains.json, which may be empty, to a model that has been read.
 * Errors are about the file. The model is to be released, then and after: its
 * keys, which are not needed any more once statements have been verified.
 */
ZTA_MUST_USE zta_status zta_trust_model__take_domains(
    zta_trust_model *model, zta_arena *arena, zta_str domains, zta_error *err);
void zta_trust_model__release(zta_trust_model *model);

/* All statements have been added: find out which of them hold. */
void zta_trust_model__verify_statements(zta_trust_model *model);

/* The level of this name, or NULL. */
const zta_level *zta_trust_model__level(
    const zta_trust_model *model, zta_str name);

/* What a proof lacks for a level: a bit set. No attestation is looked at. */
enum {
	ZTA_LEVEL_PROOF = 1, /* it is of another kind */
	ZTA_LEVEL_AGE = 2,   /* it is older, or of the future */
	ZTA_LEVEL_CONSENT = 4,
	ZTA_LEVEL_ATTESTATION = 8
};
unsigned zta_level__lacks(
    const zta_level *level, zta_proof proof, int64_t age_ms);

/*
 * Does a member of a group, or an entry of the quarantine, stand for the
 * workload, or for all that this prefix stands for?
 */
bool zta_trust_entry__covers(zta_str entry, zta_str workload);

/* Is the workload one of the group? */
bool zta_group__has(const zta_group *group, zta_str workload);

bool zta_trust_model__is_quarantined(
    const zta_trust_model *model, zta_str workload);

/*
 * Which property that the level demands is no statement in force at `now` (ms)
 * saying of the workload? NULL: each is attested.
 */
const zta_str *zta_trust_model__unattested(const zta_trust_model *model,
    const zta_level *level, zta_str workload, int64_t now);

#endif
