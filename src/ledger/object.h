/* SPDX-License-Identifier: Apache-2.0 */
/*
 * object.h - ids of git objects in the SHA-256 object format: the hash of
 * "<kind> <length>", a NUL, and the content.
 */
#ifndef ZTA_LEDGER_OBJECT_H
#define ZTA_LEDGER_OBJECT_H

#include "base/buf.h"

#define ZTA_OBJECT_ID_LEN 32

/* The id of an object, `kind` being "blob" or "tree". ZTA_ENOMEM. */
ZTA_MUST_USE zta_status zta_object__id(const char *kind, zta_str content,
    unsigned char id[ZTA_OBJECT_ID_LEN], zta_error *err);

/* Append one entry of a tree object: mode, name, NUL, id. */
void zta_object__put_entry(zta_buf *tree, bool directory, zta_str name,
    const unsigned char id[ZTA_OBJECT_ID_LEN]);

#endif
