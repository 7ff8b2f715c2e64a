/* SPDX-License-Identifier: Apache-2.0 */
/* admin.h - the first version of a zone's admin ledger. */
#ifndef ZTA_DAEMON_ADMIN_H
#define ZTA_DAEMON_ADMIN_H

#include "ledger/tree.h"

/*
 * Its files, in `arena`: schema, policies, tests, and the key with this
 * fingerprint as the one administrator. The tree has no id. ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_admin__files(zta_arena *arena, const char *zone,
    const char *fingerprint, zta_tree *out, zta_error *err);

#endif
