/* SPDX-License-Identifier: Apache-2.0 */
/*
 * foreign.h - workloads of other trust domains: whether one may act here, and in
 * which of its groups it counts. SPEC: ztauth 6; docs/formats/trust.md
 */
#ifndef ZTA_TRUST_FOREIGN_H
#define ZTA_TRUST_FOREIGN_H

#include "trust/model.h"

struct zta_elevation_question;

/* What is to be known of a workload. Zeroed, it is not foreign. */
typedef struct zta_foreign {
	zta_str domain; /* empty: it is not foreign */
	const zta_trust_model *model;
	int64_t now;
	const zta_level *cap;        /* the highest that it can have */
	const zta_statement *capped; /* by this */
} zta_foreign;

/* Why not: a static text, and what it is about. */
typedef struct zta_refused {
	const char *why; /* NULL: nothing is refused */
	zta_str what;    /* a statement's file, a property, a domain */
} zta_refused;

/*
 * May the workload act here at all, for the subject, in the operation? Each of
 * the two may be NULL. False: `refused` says why not.
 */
bool zta_foreign__judge(const zta_trust_model *model,
    const struct zta_elevation_question *question, zta_foreign *out,
    zta_refused *refused);

/*
 * Is this trust domain, or that which has the source if it is empty, another
 * than the own one: that of the documents, or else `home`?
 */
bool zta_foreign__is(const zta_domains *domains, zta_str home,
    zta_str trust_domain, zta_str source);

/* Is the group in the scope of its federation; and not above its level? */
bool zta_foreign__has_group(const zta_foreign *foreign, const zta_group *group);
bool zta_foreign__reaches(const zta_foreign *foreign, const zta_level *level);

/* Both, and is the workload one of the group? */
bool zta_foreign__counts(
    const zta_foreign *foreign, const zta_group *group, zta_str workload);

#endif
