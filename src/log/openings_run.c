/* SPDX-License-Identifier: Apache-2.0 */
/*
 * openings_run.c - see openings.h: reading them one after another, in few calls.
 */
#include "log/openings.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/limits.h"
#include "log/openings_part.h"

/* Slots of the window on the row, and bytes of that on what it points to. */
#define SLOTS ((size_t)4096)
#define VALUES ((size_t)256 << 10)

_Static_assert(VALUES > ZTA_LOG_OPENING_MAX, "a window holds each opening");

void
zta_openings_run__init(zta_openings_run *run)
{
	*run = (zta_openings_run){ .view = { -1, 0 } };
}

void
zta_openings_run__close(zta_openings_run *run)
{
	zta_openings_view__close(&run->view);
	free(run->row);
	free(run->values);
	zta_openings_run__init(run);
}

zta_status
zta_openings_run__open(
    zta_openings_run *run, const char *dir, uint64_t first, zta_error *err)
{
	zta_openings_run__close(run);
	return zta_openings_view__open(&run->view, dir, first, false, err);
}

/* Let a window of `len` bytes, made if need be, begin at `at`. */
static zta_status
move(const zta_openings_run *run, unsigned char **window, size_t len,
    uint64_t at, zta_error *err)
{
	if (*window == NULL) {
		*window = malloc(len);
	}
	if (*window == NULL) {
		return zta_error__nomem(err);
	}
	if (zta_openings__read_fully(run->view.fd, *window, len, at)) {
		return ZTA_OK;
	}
	free(*window);
	*window = NULL;
	(void)zta_error__errno(err, "read the openings");
	zta_error__place(
	    err, "the openings of entry %" PRIu64 " and on", run->view.first);
	return ZTA_EIO;
}

/* What the row says of this slot. */
static zta_status
read_slot(zta_openings_run *run, uint64_t slot, uint32_t *at, zta_error *err)
{
	zta_status status = ZTA_OK;

	if (run->row == NULL || slot < run->row_first ||
	    slot - run->row_first >= SLOTS) {
		run->row_first = slot;
		status = move(run, &run->row, SLOTS * ZTA_OPENINGS_SLOT,
		    slot * ZTA_OPENINGS_SLOT, err);
	}
	if (status == ZTA_OK) {
		*at = zta_openings__number(run->row +
		    (size_t)(slot - run->row_first) * ZTA_OPENINGS_SLOT);
	}
	return status;
}

/* `len` bytes of the file from `at` on; less than a window. */
static zta_status
read_value(zta_openings_run *run, uint64_t at, size_t len, zta_str *out,
    zta_error *err)
{
	zta_status status = ZTA_OK;

	if (run->values == NULL || at < run->values_at ||
	    at + len > run->values_at + VALUES) {
		run->values_at = at;
		status = move(run, &run->values, VALUES, at, err);
	}
	if (status == ZTA_OK) {
		*out = (zta_str){
			(const char *)run->values + (at - run->values_at), len
		};
	}
	return status;
}

zta_status
zta_openings_run__read(
    zta_openings_run *run, uint64_t index, zta_str *out, zta_error *err)
{
	uint64_t slot = index - run->view.first;
	uint32_t at = 0;
	size_t size;
	zta_status status;

	*out = (zta_str){ NULL, 0 };
	if (run->view.fd < 0 || index < run->view.first ||
	    slot >= ZTA_OPENINGS_ENTRIES_MAX) {
		return ZTA_OK;
	}
	status = read_slot(run, slot, &at, err);
	if (status != ZTA_OK || at == 0) {
		return status;
	}
	status = read_value(run, at, ZTA_OPENING_HEAD, out, err);
	if (status != ZTA_OK) {
		return status;
	}
	size = at < ZTA_OPENINGS_BEGIN ?
	    0 :
	    zta_opening__size((const unsigned char *)out->ptr);
	/* One byte is no opening: it is found to be damaged. */
	return read_value(run, at, size == 0 ? 1 : size, out, err);
}
