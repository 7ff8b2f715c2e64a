/* SPDX-License-Identifier: Apache-2.0 */
/* workspace_draft.h - a version to be, made of HEAD and not of the folder. */
#ifndef ZTA_PAP_WORKSPACE_DRAFT_H
#define ZTA_PAP_WORKSPACE_DRAFT_H

#include "pap/workspace.h"

typedef struct zta_draft {
	zta_workspace *workspace;
	zta_arena *arena; /* of its texts */
	zta_files head;   /* set by the caller, before it begins */
	zta_tree tree;    /* the files of HEAD, then those of the new version */
} zta_draft;

/* Begin with the files of HEAD; `more` files may be added. */
ZTA_MUST_USE zta_status zta_draft__begin(
    zta_draft *draft, size_t more, zta_error *err);

/* Give a file another text; a NULL pointer removes it. */
ZTA_MUST_USE zta_status zta_draft__set(
    zta_draft *draft, zta_str path, zta_str text, zta_error *err);

/*
 * Judge the new version; `*out` are its files. The report and what has changed,
 * with texts, go to `result`.
 */
ZTA_MUST_USE zta_status zta_draft__judge(zta_draft *draft, zta_files *out,
    zta_workspace_result *result, zta_error *err);

/* Commit what was judged, and put what it changes into the folder. */
ZTA_MUST_USE zta_status zta_draft__commit(zta_draft *draft,
    const zta_files *files, zta_str message,
    const zta_workspace_signing *signing, zta_workspace_result *result,
    zta_error *err);

#endif
