/* SPDX-License-Identifier: Apache-2.0 */
/* verify_records.c - what the records of a log say of it: see verify_part.h. */
#include "log/verify_part.h"

#include <inttypes.h>

#include "base/error.h"
#include "base/str.h"
#include "log/reader.h"

static bool
is_hiding(const zta_leaf *leaf)
{
	unsigned i = 0;

	while (i < ZTA_PERSONAL_COUNT && leaf->commitments[i].len == 0) {
		i++;
	}
	return i < ZTA_PERSONAL_COUNT;
}

static zta_status
count(const zta_leaf *leaf, uint64_t index, zta_opening_state state,
    zta_log_verified *out, zta_error *err)
{
	switch (state) {
	case ZTA_OPENING_OPEN:
		out->open++;
		break;
	case ZTA_OPENING_ERASED:
	case ZTA_OPENING_MARKED:
		out->erased++;
		break;
	case ZTA_OPENING_NONE:
		out->missing += is_hiding(leaf);
		break;
	case ZTA_OPENING_DAMAGED:
		(void)zta_error__set(err, ZTA_EINVALID,
		    "the opening is damaged: it is not that of its record");
		zta_error__place(err, "the opening of entry %" PRIu64, index);
		return ZTA_EINVALID;
	}
	return ZTA_OK;
}

zta_status
zta_verify__records(const char *dir, zta_log_verified *out, zta_error *err)
{
	zta_log_reader *reader;
	zta_leaf leaf;
	uint64_t index, retained = 0;
	zta_status status = zta_log_reader_open(&reader, dir, 0, err);

	while (status == ZTA_OK) {
		status = zta_log_reader__leaf(reader, &leaf, &index, err);
		if (status == ZTA_OK && zta_str__is(leaf.kind, "log") &&
		    (uint64_t)leaf.minimum > retained) {
			retained = (uint64_t)leaf.minimum;
		}
		if (status == ZTA_OK) {
			status = count(&leaf, index,
			    zta_log_reader__read(reader)->state, out, err);
		}
	}
	if (reader == NULL || status != ZTA_ENOTFOUND) {
		zta_log_reader_close(reader);
		return status;
	}
	zta_log_reader_close(reader);
	if (out->minimum > retained) {
		(void)zta_error__set(err, ZTA_EINVALID,
		    "the log begins with entry %" PRIu64
		    ", and no record says that those before may be gone",
		    out->minimum);
		zta_error__place(err, "%s", dir);
		return ZTA_EINVALID;
	}
	return ZTA_OK;
}
