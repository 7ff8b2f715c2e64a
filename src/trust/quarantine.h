/* SPDX-License-Identifier: Apache-2.0 */
/*
 * quarantine.h - put a workload into the quarantine of trust/groups.json, or
 * take it out, in the text that a person has written: their layout stays.
 * SPEC: ztauth 6; docs/formats/trust.md
 */
#ifndef ZTA_TRUST_QUARANTINE_H
#define ZTA_TRUST_QUARANTINE_H

#include "base/json.h"

/* The file that is edited. */
#define ZTA_QUARANTINE_FILE "trust/groups.json"

/*
 * Can it be an entry? One with a star that stands for nothing would take nobody
 * out, and nobody would notice. ZTA_EINVAL.
 */
ZTA_MUST_USE zta_status zta_quarantine__check(zta_str entry, zta_error *err);

/*
 * `*out`, in `arena`, is `text` with `entry` as the last of the quarantine; it
 * is `text` itself if it is there already. All other bytes are as they were.
 * ZTA_ESYNTAX, ZTA_EINVALID with file, line, column and pointer.
 */
ZTA_MUST_USE zta_status zta_quarantine__add(zta_arena *arena, zta_str text,
    zta_str entry, zta_str *out, zta_error *err);

/* The same without `entry`, however often it was there. */
ZTA_MUST_USE zta_status zta_quarantine__remove(zta_arena *arena, zta_str text,
    zta_str entry, zta_str *out, zta_error *err);

#endif
