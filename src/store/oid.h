/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oid.h - ids of objects: the SHA-256 of "<kind> <length>", a NUL, and the
 * body, as git has it in its SHA-256 object format.
 */
#ifndef ZTA_STORE_OID_H
#define ZTA_STORE_OID_H

#include "ztauth/base.h"

#define ZTA_OID_LEN 32
/* 64 lower-case hexadecimal digits and a NUL. */
#define ZTA_OID_TEXT_MAX (2 * ZTA_OID_LEN + 1)

typedef struct zta_oid {
	unsigned char bytes[ZTA_OID_LEN];
} zta_oid;

/* What an object is; the numbers are those of git's packs. */
typedef enum zta_object_kind {
	ZTA_OBJECT_NONE = 0,
	ZTA_OBJECT_COMMIT = 1,
	ZTA_OBJECT_TREE = 2,
	ZTA_OBJECT_BLOB = 3
} zta_object_kind;

/* "commit", "tree", "blob"; "none" for every other value. Static. */
const char *zta_object__kind_name(zta_object_kind kind);

/* The id that `body` has as an object of this kind. */
zta_oid zta_oid__of(zta_object_kind kind, zta_str body);

/* Write the digits and a NUL. */
void zta_oid__hex(const zta_oid *oid, char out[ZTA_OID_TEXT_MAX]);
/* Read 64 lower-case digits, nothing else; false leaves `out` alone. */
ZTA_MUST_USE bool zta_oid__parse(zta_str digits, zta_oid *out);

bool zta_oid__eq(const zta_oid *a, const zta_oid *b);
/* Order byte by byte: negative, 0 or positive. */
int zta_oid__cmp(const zta_oid *a, const zta_oid *b);

#endif
