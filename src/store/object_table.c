/* SPDX-License-Identifier: Apache-2.0 */
/* object_table.c - see object_table.h. Buckets of linked objects. */
#include "store/object_table.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/str.h"

/* Buckets of the first table; a power of two. */
#define BUCKETS_MIN 64u

/* The bucket of an id; there are some. */
static zta_table_object **
bucket_of(
    zta_table_object **buckets, size_t count, uint64_t seed, const zta_oid *oid)
{
	zta_str bytes = { (const char *)oid->bytes, ZTA_OID_LEN };

	return &buckets[zta_str__hash(bytes, seed) & (count - 1)];
}

static void
link_object(zta_table_object **bucket, zta_table_object *object)
{
	object->next = *bucket;
	*bucket = object;
}

/* Buckets for `more` objects. ZTA_ENOMEM leaves all as it was. */
static zta_status
reserve(zta_object_table *table, size_t more, zta_error *err)
{
	size_t count =
	    table->bucket_count == 0 ? BUCKETS_MIN : table->bucket_count;
	zta_table_object **buckets, *object, *next;
	size_t i;

	while (count < table->count + more) {
		count *= 2;
	}
	if (count == table->bucket_count) {
		return ZTA_OK;
	}
	buckets = calloc(count, sizeof(*buckets));
	if (buckets == NULL) {
		return zta_error__nomem(err);
	}
	for (i = 0; i < table->bucket_count; i++) {
		for (object = table->buckets[i]; object != NULL;
		     object = next) {
			next = object->next;
			link_object(bucket_of(buckets, count, table->seed,
					&object->oid),
			    object);
		}
	}
	free(table->buckets);
	table->buckets = buckets;
	table->bucket_count = count;
	return ZTA_OK;
}

void
zta_object_table__release(zta_object_table *table)
{
	size_t i;

	for (i = 0; i < table->bucket_count; i++) {
		zta_object_table__discard(table->buckets[i]);
	}
	free(table->buckets);
	*table = (zta_object_table){ 0 };
}

zta_table_object *
zta_object_table__find(const zta_object_table *table, const zta_oid *oid)
{
	zta_table_object *object;

	if (table->bucket_count == 0) {
		return NULL;
	}
	object =
	    *bucket_of(table->buckets, table->bucket_count, table->seed, oid);
	while (object != NULL && !zta_oid__eq(&object->oid, oid)) {
		object = object->next;
	}
	return object;
}

static zta_table_object *
copy(const zta_store_object *from)
{
	zta_table_object *object = malloc(sizeof(*object) + from->body.len);

	if (object != NULL) {
		object->oid = from->oid;
		object->kind = from->kind;
		object->len = from->body.len;
		if (object->len > 0) {
			memcpy(object->body, from->body.ptr, object->len);
		}
	}
	return object;
}

zta_status
zta_object_table__prepare(zta_object_table *table,
    const zta_store_object *objects, size_t count, zta_table_object **list,
    zta_error *err)
{
	zta_table_object *object;
	zta_status status = reserve(table, count, err);
	size_t i;

	*list = NULL;
	for (i = 0; status == ZTA_OK && i < count; i++) {
		if (zta_object_table__find(table, &objects[i].oid) != NULL) {
			continue;
		}
		object = copy(&objects[i]);
		if (object == NULL) {
			status = zta_error__nomem(err);
		} else {
			link_object(list, object);
		}
	}
	if (status != ZTA_OK) {
		zta_object_table__discard(*list);
		*list = NULL;
	}
	return status;
}

void
zta_object_table__commit(zta_object_table *table, zta_table_object *list)
{
	zta_table_object *object;

	while (list != NULL) {
		object = list;
		list = object->next;
		if (zta_object_table__find(table, &object->oid) != NULL) {
			free(object);
			continue;
		}
		link_object(bucket_of(table->buckets, table->bucket_count,
				table->seed, &object->oid),
		    object);
		table->count++;
	}
}

void
zta_object_table__discard(zta_table_object *list)
{
	zta_table_object *next;

	for (; list != NULL; list = next) {
		next = list->next;
		free(list);
	}
}
