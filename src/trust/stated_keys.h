/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stated_keys.h - the keys of a trust domain's SVIDs, from what it says of
 * itself. SPEC: docs/formats/trust.md, docs/formats/sources.md
 */
#ifndef ZTA_TRUST_STATED_KEYS_H
#define ZTA_TRUST_STATED_KEYS_H

#include "identity/source.h"
#include "trust/model.h"

/*
 * Give each source with `bundle_statement` the bundle of its domain's federation,
 * whose statements have been verified; the keys refer to the statement and to
 * `arena`. A source whose domain states none accepts nothing. ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_stated_keys__give(zta_sources *sources,
    const zta_trust_model *model, zta_arena *arena, zta_error *err);

#endif
