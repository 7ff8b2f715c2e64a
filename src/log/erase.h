/* SPDX-License-Identifier: Apache-2.0 */
/*
 * erase.h - destroy what a log holds of somebody, and nothing that was proved.
 * SPEC: docs/formats/openings.md, docs/formats/requests.md
 */
#ifndef ZTA_LOG_ERASE_H
#define ZTA_LOG_ERASE_H

#include "base/arena.h"
#include "ztauth/log.h"

/* Somebody: an entity. */
typedef struct zta_person {
	zta_str type, id;
} zta_person;

/* Is it this one? A type without a namespace is that name in any. */
bool zta_person__is(const zta_person *person, zta_str type, zta_str id);

/*
 * Blank the lines of the file of kept requests at `path` that are about somebody,
 * and those that cannot be read, on disk when it returns. ZTA_EIO, ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_erase__page(const char *path,
    const zta_person *person, uint64_t *count, zta_error *err);

/* Where the log in `dir` says when something was erased. ZTA_ELIMIT. */
#define ZTA_ERASURES_FILE "openings/erasures"

#endif
