/* SPDX-License-Identifier: Apache-2.0 */
/* object.h - git objects in the SHA-256 object format. */
#ifndef ZTA_LEDGER_OBJECT_H
#define ZTA_LEDGER_OBJECT_H

#include "base/buf.h"
#include "store/oid.h"

/* Append one entry of a tree object: mode, name, NUL, id. */
void zta_object__put_entry(
    zta_buf *tree, bool directory, zta_str name, const zta_oid *id);

#endif
