/* SPDX-License-Identifier: Apache-2.0 */
/*
 * findings.h - what is wrong with a ledger, all of it.
 *
 * Texts are copied, so that findings outlive the ledger that they are about.
 */
#ifndef ZTA_PAP_FINDINGS_H
#define ZTA_PAP_FINDINGS_H

#include "base/error.h"
#include "ledger/manifest.h"
#include "ztauth/ledger.h"

typedef struct zta_finding_list {
	zta_arena *arena;
	zta_ledger_finding *list;
	uint32_t count, room;
	uint32_t errors; /* findings that are no warnings */
	const zta_manifest
	    *manifest;    /* says what part a file is; NULL: not yet */
	const char *rule; /* of what a sink is told; NULL: after the file */
	zta_str file;     /* of the last finding */
	bool full;        /* there were more */
	bool no_memory;   /* one is missing; sticks */
} zta_finding_list;

void zta_finding_list__init(zta_finding_list *list, zta_arena *arena);

/* Keep a copy of `finding`; its rule and hint are static. */
void zta_finding_list__add(
    zta_finding_list *list, const zta_ledger_finding *finding);

/* What Cedar found, as findings. */
void zta_finding_list__add_cedar(
    zta_finding_list *list, const zta_cedar_finding *found, size_t count);

/* A sink that keeps what it is told. */
zta_error_sink zta_finding_list__sink(zta_finding_list *list);

/* Sort by file and place, say that there were more. ZTA_ENOMEM: incomplete. */
ZTA_MUST_USE zta_status zta_finding_list__end(
    zta_finding_list *list, zta_error *err);

#endif
