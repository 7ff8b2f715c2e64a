/* SPDX-License-Identifier: Apache-2.0 */
/* tile_name.c - see tile_name.h. */
#include "log/tile_name.h"

#include <inttypes.h>

#include "base/str.h"

/* Digits of a group, of which all but the last have an x before them. */
#define GROUP 3
/* 2^48 entries are less than 10^15. */
#define GROUPS_MAX 5u

/* Decimal up to `max`, without leading zeros. */
static bool
read_number(zta_str digits, unsigned max, unsigned *out)
{
	size_t i;

	*out = 0;
	if (digits.len == 0 || digits.len > GROUP ||
	    (digits.ptr[0] == '0' && digits.len > 1)) {
		return false;
	}
	for (i = 0; i < digits.len; i++) {
		if (digits.ptr[i] < '0' || digits.ptr[i] > '9') {
			return false;
		}
		*out = *out * 10 + (unsigned)(digits.ptr[i] - '0');
	}
	return *out <= max;
}

/* "x001/x234/067"; `*last` is its last group, with what is behind it. */
static bool
read_groups(zta_str *rest, uint64_t *number, zta_str *last)
{
	zta_str group;
	unsigned count, i;

	*number = 0;
	for (count = 0; count < GROUPS_MAX; count++) {
		if (!zta_str__next(rest, '/', &group)) {
			return false;
		}
		*last = group;
		if (group.len == 0 || group.ptr[0] != 'x') {
			group.len = group.len < GROUP ? group.len : GROUP;
		} else {
			group.ptr++;
			group.len--;
		}
		if (group.len != GROUP) {
			return false;
		}
		for (i = 0; i < GROUP; i++) {
			if (group.ptr[i] < '0' || group.ptr[i] > '9') {
				return false;
			}
			*number = *number * 10 + (uint64_t)(group.ptr[i] - '0');
		}
		if (group.ptr == last->ptr) {
			return true;
		}
		/* The first group of several is not zero. */
		if (*number == 0) {
			return false;
		}
	}
	return false;
}

bool
zta_tile_name__read(zta_str path, zta_tile_name *out)
{
	zta_str rest = path, kind, last, width;

	*out = (zta_tile_name){ .width = ZTA_TILE_ROWS };
	if (!zta_str__next(&rest, '/', &kind)) {
		return false;
	}
	out->entries = zta_str__is(kind, "entries");
	if ((!out->entries &&
		!read_number(kind, ZTA_LOG_TREE_LEVELS - 1, &out->level)) ||
	    !read_groups(&rest, &out->number, &last)) {
		return false;
	}
	if (last.len == GROUP) {
		return rest.ptr == NULL;
	}
	last.ptr += GROUP;
	last.len -= GROUP;
	return zta_str__is(last, ".p") && zta_str__next(&rest, '/', &width) &&
	    rest.ptr == NULL &&
	    read_number(width, ZTA_TILE_ROWS - 1, &out->width) &&
	    out->width > 0;
}

bool
zta_tile_name__is_in(const zta_tile_name *name, uint64_t size)
{
	uint64_t rows = size >> (8 * name->level);

	return name->number < ZTA_LOG_TREE_SIZE_MAX / ZTA_TILE_ROWS &&
	    name->number * ZTA_TILE_ROWS + name->width <= rows;
}

void
zta_tile_name__put(zta_buf *buf, const zta_tile_name *name)
{
	uint64_t unit = 1;
	unsigned group;

	if (name->entries) {
		zta_buf__text(buf, "entries/");
	} else {
		zta_buf__printf(buf, "%u/", name->level);
	}
	while (name->number / unit >= 1000) {
		unit *= 1000;
	}
	for (; unit > 0; unit /= 1000) {
		group = (unsigned)(name->number / unit % 1000);
		zta_buf__printf(buf, unit > 1 ? "x%03u/" : "%03u", group);
	}
	if (name->width != ZTA_TILE_ROWS) {
		zta_buf__printf(buf, ".p/%u", name->width);
	}
}
