/* SPDX-License-Identifier: Apache-2.0 */
/*
 * name.h - what files and directories of a ledger may be called, so that a
 * name means the same to every file system, shell and tool. SPEC: ztauth 2
 */
#ifndef ZTA_LEDGER_NAME_H
#define ZTA_LEDGER_NAME_H

#include "base/arena.h"

/*
 * The rule that `name` breaks, or NULL for none. `*at` is the offset of the
 * byte that breaks it. Static.
 */
const char *zta_ledger_name__breaks(zta_str name, size_t *at);

/* Order as if upper case were lower case; 0: some file systems see one name. */
int zta_ledger_name__cmp_folded(zta_str a, zta_str b);

/* "dir/name", or "name" where `dir` is empty; a NUL follows. */
ZTA_MUST_USE zta_status zta_ledger_name__join(
    zta_arena *arena, zta_str dir, zta_str name, zta_str *out, zta_error *err);

#endif
