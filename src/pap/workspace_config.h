/* SPDX-License-Identifier: Apache-2.0 */
/* workspace_config.h - .ztauth/config.json. SPEC: docs/formats/workspace.md */
#ifndef ZTA_PAP_WORKSPACE_CONFIG_H
#define ZTA_PAP_WORKSPACE_CONFIG_H

#include "base/arena.h"
#include "base/buf.h"
#include "ztauth/sync.h"

/* Texts that are not there are empty. */
typedef struct zta_workspace_config {
	zta_str zone, name;    /* of the ledger in the store */
	zta_str author, email; /* both or neither */
	zta_str key;           /* path of who signs */
	zta_str signers;       /* path of who may sign what is pulled */
	const zta_workspace_remote *remotes;
	uint32_t remote_count;
} zta_workspace_config;

/*
 * Read the file into `arena`. ZTA_ENOTFOUND; ZTA_ESYNTAX, ZTA_EEXIST,
 * ZTA_EINVALID with line and column.
 */
ZTA_MUST_USE zta_status zta_workspace_config__read(zta_arena *arena,
    const char *path, zta_workspace_config *out, zta_error *err);

/* The same of its text, to which the configuration refers. */
ZTA_MUST_USE zta_status zta_workspace_config__parse(
    zta_arena *arena, zta_str text, zta_workspace_config *out, zta_error *err);

/* Append the text. Failures stick. */
void zta_workspace_config__put(
    zta_buf *out, const zta_workspace_config *config);

/* Replace the file. ZTA_EIO, ZTA_ENOMEM. */
ZTA_MUST_USE zta_status zta_workspace_config__write(
    const char *path, const zta_workspace_config *config, zta_error *err);

#endif
