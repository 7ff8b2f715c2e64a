/* SPDX-License-Identifier: Apache-2.0 */
/*
 * findings.h - what validation found, policy by policy.
 *
 * A policy is checked in many environments, most of which find the same: each
 * finding is kept once. Those of a policy are in the order of their places, so
 * that the order of environments does not show.
 */
#ifndef ZTA_CEDAR_FINDINGS_H
#define ZTA_CEDAR_FINDINGS_H

#include "cedar/policies.h"
#include "cedar/rules.h"

typedef struct zta_finding {
	const zta_policy *policy;
	zta_rule rule;
	uint32_t at; /* byte offset in the policy's file */
} zta_finding;

typedef struct zta_findings {
	zta_finding *list;
	uint32_t count, room;
	zta_arena *arena;         /* of the list */
	const zta_policy *policy; /* that is checked now */
	uint32_t first;           /* of its findings */
	bool no_memory;           /* sticks: the list is incomplete */
} zta_findings;

void zta_findings__init(zta_findings *findings, zta_arena *arena);

/* What is added from now on is about `policy`, until the end of it. */
void zta_findings__begin(zta_findings *findings, const zta_policy *policy);
void zta_findings__add(zta_findings *findings, zta_rule rule, uint32_t at);
void zta_findings__end(zta_findings *findings);

/* Has anything been found in the policy that is checked now? */
static inline bool
zta_findings__any(const zta_findings *findings)
{
	return findings->count > findings->first;
}

#endif
