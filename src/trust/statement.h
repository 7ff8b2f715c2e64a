/* SPDX-License-Identifier: Apache-2.0 */
/*
 * statement.h - trust/statements/: what other domains assert of themselves and
 * their workloads. SPEC: ztauth 6; docs/formats/trust.md
 */
#ifndef ZTA_TRUST_STATEMENT_H
#define ZTA_TRUST_STATEMENT_H

#include "base/json.h"

/*
 * Has the document the shape of a statement? Whether it holds is not said here.
 * `arena` is for work. ZTA_ESYNTAX, ZTA_EINVALID with line and column.
 */
ZTA_MUST_USE zta_status zta_statement__check(
    zta_arena *arena, zta_str text, zta_error *err);

#endif
