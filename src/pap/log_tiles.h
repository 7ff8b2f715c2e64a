/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log_tiles.h - the rows of a log that hands out tiles, by HTTP. What comes is
 * believed by nobody: proofs are made of it, and judged. SPEC: c2sp tlog-tiles
 */
#ifndef ZTA_PAP_LOG_TILES_H
#define ZTA_PAP_LOG_TILES_H

#include "http/client.h"
#include "log/tile_name.h"

typedef struct zta_log_tiles {
	zta_http_client *client;
	zta_str url; /* of the log, without a slash at its end */
	uint64_t size;
	/* The tile that was read last. */
	bool have;
	zta_tile_name name;
	unsigned char rows[ZTA_TILE_BYTES];
} zta_log_tiles;

/* GET <url>/<path> into `out`. ZTA_EUNAVAILABLE; ZTA_ENOTFOUND: it has none. */
ZTA_MUST_USE zta_status zta_log_tiles__get(
    zta_log_tiles *tiles, const char *path, zta_buf *out, zta_error *err);

/* The rows of the first `size` entries. */
zta_merkle_source zta_log_tiles__rows(zta_log_tiles *tiles);

#endif
