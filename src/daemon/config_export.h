/* SPDX-License-Identifier: Apache-2.0 */
/* config_export.h - the value of one `export` line of ztauth.conf. */
#ifndef ZTA_DAEMON_CONFIG_EXPORT_H
#define ZTA_DAEMON_CONFIG_EXPORT_H

#include "base/arena.h"

typedef struct zta_config_export {
	const char *to;
	/* Files; NULL: none. */
	const char *ca_file, *certificate_file, *key_file, *header_file;
} zta_config_export;

/*
 * Read `URL [ca=FILE] [certificate=FILE key=FILE] [header=FILE]`; relative paths
 * are taken from `dir`, which ends with a slash or is empty. NULL: it is read;
 * else what is wrong with it.
 */
const char *zta_config_export__read(
    zta_config_export *out, zta_arena *arena, zta_str dir, zta_str value);

#endif
