/* SPDX-License-Identifier: Apache-2.0 */
/* openings_part.h - the layout of a file of openings. docs/formats/openings.md */
#ifndef ZTA_LOG_OPENINGS_PART_H
#define ZTA_LOG_OPENINGS_PART_H

#include "ztauth/base.h"

#define ZTA_OPENINGS_FOLDER "openings"
/* Bytes of a value of the row at the front, which says where an opening is. */
#define ZTA_OPENINGS_SLOT 4
/* Entries that a row is of: more than fit in a segment. */
#define ZTA_OPENINGS_ENTRIES_MAX ((uint64_t)1 << 22)
#define ZTA_OPENINGS_BEGIN (ZTA_OPENINGS_ENTRIES_MAX * ZTA_OPENINGS_SLOT)

static inline uint32_t
zta_openings__number(const unsigned char bytes[ZTA_OPENINGS_SLOT])
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
	    (uint32_t)bytes[2] << 8 | bytes[3];
}

/*
 * `len` bytes from `at` on, zeros where the file has ended. False: they cannot be
 * read.
 */
ZTA_MUST_USE bool zta_openings__read_fully(
    int fd, unsigned char *out, size_t len, uint64_t at);

#endif
