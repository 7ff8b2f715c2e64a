/* SPDX-License-Identifier: Apache-2.0 */
/* log_tiles.c - see log_tiles.h. */
#include "pap/log_tiles.h"

#include <string.h>

#include "base/error.h"
#include "base/limits.h"

zta_status
zta_log_tiles__get(
    zta_log_tiles *tiles, const char *path, zta_buf *out, zta_error *err)
{
	zta_http_request request = {
		.method = "GET", .timeout_ms = ZTA_LOG_LOOK_MS, .into = out
	};
	zta_http_response answer;
	zta_arena arena;
	zta_buf url;
	zta_status status;

	zta_arena__init(&arena, SIZE_MAX);
	zta_buf__init(&url, ZTA_HTTP_HEAD_MAX);
	zta_buf__put(&url, tiles->url);
	zta_buf__byte(&url, '/');
	zta_buf__text(&url, path);
	zta_buf__byte(&url, '\0');
	request.url = url.ptr;
	status = url.status != ZTA_OK ?
	    zta_error__nomem(err) :
	    zta_http_client__ask(tiles->client, &arena, &request, &answer, err);
	if (status == ZTA_OK && answer.status != 200) {
		status = zta_error__set(err,
		    answer.status == 404 ? ZTA_ENOTFOUND : ZTA_EUNAVAILABLE,
		    "it answers with %u", answer.status);
		zta_error__place(err, "%s", url.ptr);
	}
	zta_buf__release(&url);
	zta_arena__release(&arena);
	return status;
}

/* The tile of this width, which has rows and nothing else. */
static zta_status
fetch_width(zta_log_tiles *tiles, const zta_tile_name *name, unsigned width,
    zta_error *err)
{
	zta_tile_name asked = *name;
	zta_buf path, bytes;
	zta_status status;

	asked.width = width;
	zta_buf__init(&path, ZTA_HTTP_HEAD_MAX);
	zta_buf__init(&bytes, ZTA_TILE_BYTES);
	zta_buf__text(&path, "tile/");
	zta_tile_name__put(&path, &asked);
	zta_buf__byte(&path, '\0');
	status = path.status != ZTA_OK ?
	    zta_error__nomem(err) :
	    zta_log_tiles__get(tiles, path.ptr, &bytes, err);
	if (status == ZTA_OK && bytes.len != (size_t)width * ZTA_SHA256_LEN) {
		status = zta_error__set(err, ZTA_EUNAVAILABLE,
		    "%s has %zu bytes", path.ptr, bytes.len);
	} else if (status == ZTA_OK) {
		memcpy(tiles->rows, bytes.ptr,
		    (size_t)name->width * ZTA_SHA256_LEN);
	}
	zta_buf__release(&bytes);
	zta_buf__release(&path);
	return status;
}

/* A log may have dropped a partial tile once the full one is there. */
static zta_status
fetch(zta_log_tiles *tiles, const zta_tile_name *name, zta_error *err)
{
	zta_status status = fetch_width(tiles, name, name->width, err);

	if (status == ZTA_ENOTFOUND && name->width < ZTA_TILE_ROWS) {
		status = fetch_width(tiles, name, ZTA_TILE_ROWS, err);
	}
	tiles->have = status == ZTA_OK;
	tiles->name = *name;
	return status;
}

static zta_status
read_rows(void *context, unsigned level, uint64_t first, size_t count,
    unsigned char *out, zta_error *err)
{
	zta_log_tiles *tiles = context;
	uint64_t number = first / ZTA_TILE_ROWS;
	uint64_t left = (tiles->size >> (8 * level)) - number * ZTA_TILE_ROWS;
	const zta_tile_name name = { .level = level,
		.number = number,
		.width =
		    left < ZTA_TILE_ROWS ? (unsigned)left : ZTA_TILE_ROWS };
	zta_status status = ZTA_OK;

	if (!tiles->have || tiles->name.level != level ||
	    tiles->name.number != number) {
		status = fetch(tiles, &name, err);
	}
	if (status == ZTA_OK) {
		memcpy(out,
		    tiles->rows + first % ZTA_TILE_ROWS * ZTA_SHA256_LEN,
		    count * ZTA_SHA256_LEN);
	}
	return status;
}

zta_merkle_source
zta_log_tiles__rows(zta_log_tiles *tiles)
{
	return (zta_merkle_source){ read_rows, tiles };
}
