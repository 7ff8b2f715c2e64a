/* SPDX-License-Identifier: Apache-2.0 */
/* pgsql_object.c - objects in PostgreSQL: many go with one statement. */
#include "base/error.h"
#include "store/pgsql.h"

/* What one statement adds or asks for; one object may be larger. */
#define BATCH_COUNT_MAX ((size_t)8192)
#define BATCH_BYTES_MAX ((size_t)16 << 20)

zta_status
zta_pgsql__object_get(zta_store *store, zta_str ledger, zta_arena *arena,
    zta_store_object *out, zta_error *err)
{
	zta_pgsql_params params = { 0 };
	PGresult *result;
	zta_status status;

	zta_pgsql__give(&params, ledger);
	zta_pgsql__give_oid(&params, &out->oid);
	status = zta_pgsql__ask_row(
	    (zta_pgsql *)store, ZTA_PGSQL_OBJECT_GET, &params, &result, err);
	if (status == ZTA_OK) {
		out->kind = (zta_object_kind)zta_pgsql__int(result, 0, 0);
		status = zta_pgsql__copy(result, 0, 1, arena, &out->body, err);
	}
	PQclear(result);
	return status;
}

static zta_status
ask_batch(zta_pgsql *s, zta_str ledger, const zta_oid *oids, size_t count,
    bool *has, zta_error *err)
{
	zta_pgsql_params params = { 0 };
	PGresult *result = NULL;
	zta_buf array;
	zta_str there;
	zta_status status;
	size_t i;

	zta_buf__init(&array, SIZE_MAX);
	zta_pgsql__put_array(&array, ZTA_PGSQL_BYTEA, count);
	for (i = 0; i < count; i++) {
		zta_pgsql__put_element(&array,
		    (zta_str){ (const char *)oids[i].bytes, ZTA_OID_LEN });
	}
	zta_pgsql__give(&params, ledger);
	zta_pgsql__give(&params, zta_buf__str(&array));
	status = array.status == ZTA_OK ?
	    zta_pgsql__ask_row(s, ZTA_PGSQL_OBJECT_HAS, &params, &result, err) :
	    zta_error__nomem(err);
	for (i = 0; status == ZTA_OK && i < count; i++) {
		there = zta_pgsql__field(result, (int)i, 0);
		has[i] = there.len == 1 && *there.ptr != 0;
	}
	PQclear(result);
	zta_buf__release(&array);
	return status;
}

zta_status
zta_pgsql__object_has(zta_store *store, zta_str ledger, const zta_oid *oids,
    size_t count, bool *has, zta_error *err)
{
	zta_status status = ZTA_OK;
	size_t i, n;

	for (i = 0; status == ZTA_OK && i < count; i += n) {
		n = count - i < BATCH_COUNT_MAX ? count - i : BATCH_COUNT_MAX;
		status = ask_batch(
		    (zta_pgsql *)store, ledger, oids + i, n, has + i, err);
	}
	return status;
}

/* How many of `objects` go with one statement; at least one. */
static size_t
batch_of(const zta_store_object *objects, size_t count)
{
	size_t n = 1, bytes = objects[0].body.len;

	while (n < count && n < BATCH_COUNT_MAX &&
	    objects[n].body.len <= BATCH_BYTES_MAX &&
	    bytes + objects[n].body.len <= BATCH_BYTES_MAX) {
		bytes += objects[n++].body.len;
	}
	return n;
}

static zta_status
add_batch(zta_pgsql *s, int64_t ledger, const zta_store_object *objects,
    size_t count, zta_error *err)
{
	zta_buf oids, kinds, bodies;
	zta_pgsql_params params = { 0 };
	zta_status status = ZTA_ENOMEM;
	size_t i;

	zta_buf__init(&oids, SIZE_MAX);
	zta_buf__init(&kinds, SIZE_MAX);
	zta_buf__init(&bodies, SIZE_MAX);
	zta_pgsql__put_array(&oids, ZTA_PGSQL_BYTEA, count);
	zta_pgsql__put_array(&kinds, ZTA_PGSQL_INT2, count);
	zta_pgsql__put_array(&bodies, ZTA_PGSQL_BYTEA, count);
	for (i = 0; i < count; i++) {
		const char kind[2] = { 0, (char)objects[i].kind };

		zta_pgsql__put_element(&oids,
		    (zta_str){
			(const char *)objects[i].oid.bytes, ZTA_OID_LEN });
		zta_pgsql__put_element(&kinds, (zta_str){ kind, 2 });
		zta_pgsql__put_element(&bodies, objects[i].body);
	}
	zta_pgsql__give_int(&params, ledger);
	zta_pgsql__give(&params, zta_buf__str(&oids));
	zta_pgsql__give(&params, zta_buf__str(&kinds));
	zta_pgsql__give(&params, zta_buf__str(&bodies));
	if (oids.status == ZTA_OK && kinds.status == ZTA_OK &&
	    bodies.status == ZTA_OK) {
		status = zta_pgsql__do(
		    &s->link, ZTA_PGSQL_OBJECT_ADD, &params, NULL, err);
	} else {
		status = zta_error__nomem(err);
	}
	zta_buf__release(&bodies);
	zta_buf__release(&kinds);
	zta_buf__release(&oids);
	return status;
}

zta_status
zta_pgsql__add_objects(zta_pgsql *s, int64_t ledger,
    const zta_store_object *objects, size_t count, zta_error *err)
{
	zta_status status = ZTA_OK;
	size_t i, n;

	for (i = 0; status == ZTA_OK && i < count; i += n) {
		n = batch_of(objects + i, count - i);
		status = add_batch(s, ledger, objects + i, n, err);
	}
	return status;
}

typedef struct addition {
	const zta_store_object *objects;
	size_t count;
} addition;

static zta_status
put_objects(zta_pgsql *s, int64_t ledger, const void *what, zta_error *err)
{
	const addition *a = what;

	return ledger == 0 ?
	    ZTA_ENOTFOUND :
	    zta_pgsql__add_objects(s, ledger, a->objects, a->count, err);
}

zta_status
zta_pgsql__object_put(zta_store *store, zta_str ledger,
    const zta_store_object *objects, size_t count, zta_error *err)
{
	const addition a = { objects, count };

	return zta_pgsql__transact(store, ledger, put_objects, &a, err);
}
