/* SPDX-License-Identifier: Apache-2.0 */
/* seal.h - the seals that an evaluation is asked for with. */
#ifndef ZTA_API_SEAL_H
#define ZTA_API_SEAL_H

#include "api/service.h"
#include "base/limits.h"
#include "pdp/sealing.h"

typedef struct zta_seal_order {
	zta_sealed wanted[ZTA_SEALS_MAX];
	zta_seal seals[ZTA_SEALS_MAX]; /* once it was decided */
	uint32_t count;
	bool is_list; /* as it was asked for */
} zta_seal_order;

/* ZTA_EINVALID, with line, column and JSON pointer. */
ZTA_MUST_USE zta_status zta_seal_order__read(
    zta_seal_order *out, const zta_authzen *request, zta_error *err);

/*
 * Have the seals of a decision that allowed in its answer, which has been
 * written up to the index of its record. The order is in the arena of the call.
 */
ZTA_MUST_USE zta_status zta_seal_order__fill(zta_seal_order *order,
    const zta_zone *zone, const zta_snapshot *snapshot, zta_arena *arena,
    const zta_decision *decision, zta_recorded_answer *answer);

#endif
