/* SPDX-License-Identifier: Apache-2.0 */
/*
 * versions.h - the versions that records were decided under, a few of them
 * loaded at a time.
 */
#ifndef ZTA_PAP_VERSIONS_H
#define ZTA_PAP_VERSIONS_H

#include "base/map.h"
#include "pap/recorded.h"

/* Versions that are loaded: those of a log come one after another. */
#define ZTA_VERSIONS_MAX 8u

typedef struct zta_versions_entry {
	zta_report *report;  /* NULL: it is not loaded */
	const char *missing; /* why it cannot be had; NULL: it can */
	bool told;
	uint64_t used;
} zta_versions_entry;

typedef struct zta_versions {
	zta_workspace *workspace;
	zta_arena arena;
	zta_map names; /* to numbers in the list */
	zta_versions_entry *list;
	uint32_t count, room, loaded;
	uint64_t uses;
} zta_versions;

void zta_versions__init(zta_versions *versions, zta_workspace *workspace);
void zta_versions__release(zta_versions *versions);

/* Will finding it let go of another one? */
bool zta_versions__displaces(const zta_versions *versions, zta_str name);

/*
 * The version that records call `name`, until another one displaces it. NULL:
 * it cannot be had, and `*why` says so the first time. Errors of the store.
 */
ZTA_MUST_USE zta_status zta_versions__find(zta_versions *versions, zta_str name,
    const zta_snapshot **out, const char **why, zta_error *err);

#endif
