/* SPDX-License-Identifier: Apache-2.0 */
/*
 * object_table.h - the objects of one ledger in memory. Adding has two steps:
 * what may fail, unseen, and then what cannot.
 */
#ifndef ZTA_STORE_OBJECT_TABLE_H
#define ZTA_STORE_OBJECT_TABLE_H

#include "store/store.h"

typedef struct zta_table_object {
	struct zta_table_object *next;
	zta_oid oid;
	zta_object_kind kind;
	size_t len;
	char body[];
} zta_table_object;

/* All zero is an empty table. */
typedef struct zta_object_table {
	zta_table_object **buckets;
	size_t bucket_count; /* 0 or a power of two */
	size_t count;
	uint64_t seed; /* of the hash of ids */
} zta_object_table;

void zta_object_table__release(zta_object_table *table);

/* NULL: there is none of this id. */
zta_table_object *zta_object_table__find(
    const zta_object_table *table, const zta_oid *oid);

/* Copy those that are new into `list`, and make room for them. ZTA_ENOMEM. */
ZTA_MUST_USE zta_status zta_object_table__prepare(zta_object_table *table,
    const zta_store_object *objects, size_t count, zta_table_object **list,
    zta_error *err);

/* Add what was prepared; of several with one id, one. Or forget it. */
void zta_object_table__commit(zta_object_table *table, zta_table_object *list);
void zta_object_table__discard(zta_table_object *list);

#endif
