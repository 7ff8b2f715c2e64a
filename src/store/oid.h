/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oid.h - kinds and ids of objects: git's, in the SHA-256 object format. An id
 * is the SHA-256 of "<kind> <length>", a NUL, and the body. SPEC: ztauth 2
 */
#ifndef ZTA_STORE_OID_H
#define ZTA_STORE_OID_H

#include "ztauth/base.h"

#define ZTA_OID_LEN 32
/* 64 lower-case hexadecimal digits and a NUL. */
#define ZTA_OID_HEX_MAX 65

/* All zero: none. No object has this id. */
typedef struct zta_oid {
	unsigned char bytes[ZTA_OID_LEN];
} zta_oid;

/* The numbers are those of git's packs; 0 is no kind. */
typedef enum zta_object_kind {
	ZTA_OBJECT_COMMIT = 1,
	ZTA_OBJECT_TREE = 2,
	ZTA_OBJECT_BLOB = 3,
	ZTA_OBJECT_TAG = 4
} zta_object_kind;

/* "commit", "tree", "blob", "tag", or NULL. Static storage. */
const char *zta_object_kind__name(zta_object_kind kind);

/* The id of an object. ZTA_EINVAL: no such kind. */
ZTA_MUST_USE zta_status zta_oid__of(
    zta_object_kind kind, zta_str body, zta_oid *out, zta_error *err);

bool zta_oid__eq(const zta_oid *a, const zta_oid *b);
bool zta_oid__is_none(const zta_oid *oid);
/* Order by bytes: negative, 0 or positive. */
int zta_oid__cmp(const zta_oid *a, const zta_oid *b);

/* Write 64 digits and a NUL. */
void zta_oid__hex(const zta_oid *oid, char out[ZTA_OID_HEX_MAX]);
/* Read exactly 64 lower-case digits; false, and none, if it is not that. */
ZTA_MUST_USE bool zta_oid__parse(zta_str hex, zta_oid *out);

#endif
