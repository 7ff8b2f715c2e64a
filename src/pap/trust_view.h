/* SPDX-License-Identifier: Apache-2.0 */
/* trust_view.h - the trust model of a folder, as it was read and as it is shown. */
#ifndef ZTA_PAP_TRUST_VIEW_H
#define ZTA_PAP_TRUST_VIEW_H

#include "pap/workspace.h"
#include "trust/elevation.h"
#include "ztauth/trust.h"

/* Levels and groups are in the order of those of the model. */
typedef struct zta_trust_read {
	zta_trust_model model;
	zta_trust_level *levels;
	zta_trust_group *groups;
	zta_trust_statement *statements;
} zta_trust_read;

/* A file of the folder, in the workspace's arena. */
ZTA_MUST_USE zta_status zta_trust_view__file(
    zta_workspace *workspace, const char *path, zta_str *out, zta_error *err);

/* The model that `read` has, as it is shown; in `arena`. */
ZTA_MUST_USE zta_status zta_trust_view__of(
    zta_arena *arena, zta_trust_read *read, zta_error *err);

/*
 * The groups that the workload of the ring is in, and what its proof lacks for
 * each at `now` (ms), `foreign` or not; the entries that have it in quarantine. In `arena`.
 */
ZTA_MUST_USE zta_status zta_trust_view__groups(zta_arena *arena,
    const zta_trust_read *read, const zta_ring *ring, int64_t now,
    const zta_foreign *foreign, const zta_trust_membership **out, size_t *count,
    zta_error *err);
ZTA_MUST_USE zta_status zta_trust_view__quarantine(zta_arena *arena,
    const zta_trust_model *model, zta_str workload, const zta_str **out,
    size_t *count, zta_error *err);

/* Read the folder's model, as of `now` (ms). See zta_trust_show(). */
ZTA_MUST_USE zta_status zta_trust_view__read(
    zta_workspace *workspace, int64_t now, zta_trust_read *out, zta_error *err);

/* What a statement is shown as: trust_statements.c. */
ZTA_MUST_USE zta_status zta_trust_view__statements(zta_workspace *workspace,
    int64_t now, zta_trust_read *read, zta_error *err);

#endif
