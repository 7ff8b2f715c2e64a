/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sealing.h - making seals of decisions, and believing them.
 * SPEC: ztauth 8; docs/formats/seal.md
 */
#ifndef ZTA_PDP_SEALING_H
#define ZTA_PDP_SEALING_H

#include "pdp/decide.h"
#include "trust/seal_tree.h"

/*
 * Seal `what` under a decision that allowed, and had a token. `log_index` is
 * left for when it is known. The seal refers to decision, zone and `arena`.
 */
ZTA_MUST_USE zta_status zta_sealing__make(const zta_zone *zone,
    const zta_snapshot *snapshot, zta_arena *arena,
    const zta_decision *decision, const zta_sealed *what, zta_seal *out,
    zta_error *err);

/*
 * Is `token` a seal of the zone that holds at `now` (ms) for what was received?
 * `out` refers to it and `arena`, and is zeroed unless it is genuine.
 * ZTA_EUNTRUSTED: `*code` says with which code it is refused, `why` what is
 * wrong. ZTA_ENOMEM, ZTA_ELIMIT.
 */
ZTA_MUST_USE zta_status zta_sealing__open(const zta_zone *zone,
    zta_arena *arena, zta_str token, const zta_received *received, int64_t now,
    zta_seal *out, const char **code, zta_error *why);

#endif
