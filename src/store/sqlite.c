/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sqlite.c - the store in one file. docs/formats/store.md
 *
 * One connection, used in turns. Whatever reads or writes more than one row of
 * a ledger is one transaction.
 */
#include "store/sqlite.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/time.h"

/* --- ledgers */

static zta_status
sqlite_ledger_create(zta_store *store, zta_str ledger, zta_error *err)
{
	zta_sqlite *s = (zta_sqlite *)store;
	zta_status status;

	zta_sqlite__bind_text(s, ZTA_SQLITE_LEDGER_ADD, 1, ledger);
	status = zta_sqlite__run(s, ZTA_SQLITE_LEDGER_ADD, err);
	if (status == ZTA_OK && sqlite3_changes(s->db) == 0) {
		return ZTA_EEXIST;
	}
	return status;
}

static zta_status
read_text(sqlite3_stmt *q, zta_arena *arena, void *out, zta_error *err)
{
	return zta_sqlite__copy(q, 0, arena, out, err);
}

static zta_status
sqlite_ledger_list(zta_store *store, zta_str prefix, zta_arena *arena,
    zta_str **ledgers, size_t *count, zta_error *err)
{
	zta_sqlite *s = (zta_sqlite *)store;
	void *list = NULL;
	zta_status status;

	zta_sqlite__bind_text(s, ZTA_SQLITE_LEDGER_LIST, 1, prefix);
	status = zta_sqlite__collect(s, ZTA_SQLITE_LEDGER_LIST, read_text,
	    arena, sizeof(**ledgers), &list, count, err);
	*ledgers = list;
	return status;
}

/* --- objects */

static zta_status
read_object(sqlite3_stmt *q, zta_arena *arena, void *out, zta_error *err)
{
	zta_store_object *object = out;

	object->kind = (zta_object_kind)sqlite3_column_int(q, 0);
	return zta_sqlite__copy(q, 1, arena, &object->body, err);
}

static zta_status
sqlite_object_get(zta_store *store, zta_str ledger, zta_arena *arena,
    zta_store_object *out, zta_error *err)
{
	zta_sqlite *s = (zta_sqlite *)store;

	zta_sqlite__bind_text(s, ZTA_SQLITE_OBJECT_GET, 1, ledger);
	zta_sqlite__bind_oid(s, ZTA_SQLITE_OBJECT_GET, 2, &out->oid);
	return zta_sqlite__fetch(
	    s, ZTA_SQLITE_OBJECT_GET, read_object, arena, out, err);
}

static zta_status
read_true(sqlite3_stmt *q, zta_arena *arena, void *out, zta_error *err)
{
	(void)q;
	(void)arena;
	(void)err;
	*(bool *)out = true;
	return ZTA_OK;
}

static zta_status
sqlite_object_has(zta_store *store, zta_str ledger, const zta_oid *oids,
    size_t count, bool *has, zta_error *err)
{
	zta_sqlite *s = (zta_sqlite *)store;
	int64_t id;
	size_t i;
	zta_status status =
	    zta_sqlite__begin(s, ZTA_SQLITE_BEGIN_READ, ledger, &id, err);

	if (status != ZTA_OK) {
		return status;
	}
	for (i = 0; status == ZTA_OK && i < count; i++) {
		zta_sqlite__bind_int(s, ZTA_SQLITE_OBJECT_HAS, 1, id);
		zta_sqlite__bind_oid(s, ZTA_SQLITE_OBJECT_HAS, 2, &oids[i]);
		status = zta_sqlite__fetch(
		    s, ZTA_SQLITE_OBJECT_HAS, read_true, NULL, &has[i], err);
		if (status == ZTA_ENOTFOUND) {
			status = ZTA_OK;
		}
	}
	return zta_sqlite__finish(s, status, err);
}

static zta_status
add_objects(zta_sqlite *s, int64_t ledger, const zta_store_object *objects,
    size_t count, zta_error *err)
{
	size_t i;
	zta_status status = ZTA_OK;

	for (i = 0; status == ZTA_OK && i < count; i++) {
		zta_sqlite__bind_int(s, ZTA_SQLITE_OBJECT_ADD, 1, ledger);
		zta_sqlite__bind_oid(
		    s, ZTA_SQLITE_OBJECT_ADD, 2, &objects[i].oid);
		zta_sqlite__bind_int(
		    s, ZTA_SQLITE_OBJECT_ADD, 3, objects[i].kind);
		zta_sqlite__bind_blob(
		    s, ZTA_SQLITE_OBJECT_ADD, 4, objects[i].body);
		status = zta_sqlite__run(s, ZTA_SQLITE_OBJECT_ADD, err);
	}
	return status;
}

static zta_status
sqlite_object_put(zta_store *store, zta_str ledger,
    const zta_store_object *objects, size_t count, zta_error *err)
{
	zta_sqlite *s = (zta_sqlite *)store;
	int64_t id;
	zta_status status =
	    zta_sqlite__begin(s, ZTA_SQLITE_BEGIN_WRITE, ledger, &id, err);

	if (status != ZTA_OK) {
		return status;
	}
	return zta_sqlite__finish(
	    s, add_objects(s, id, objects, count, err), err);
}

/* --- refs */

static zta_status
read_oid(sqlite3_stmt *q, zta_arena *arena, void *out, zta_error *err)
{
	(void)arena;
	(void)err;
	*(zta_oid *)out = zta_sqlite__oid(q, 0);
	return ZTA_OK;
}

static zta_status
sqlite_ref_get(zta_store *store, zta_str ledger, zta_str name, zta_oid *oid,
    zta_error *err)
{
	zta_sqlite *s = (zta_sqlite *)store;

	zta_sqlite__bind_text(s, ZTA_SQLITE_REF_GET, 1, ledger);
	zta_sqlite__bind_text(s, ZTA_SQLITE_REF_GET, 2, name);
	return zta_sqlite__fetch(
	    s, ZTA_SQLITE_REF_GET, read_oid, NULL, oid, err);
}

static zta_status
read_ref(sqlite3_stmt *q, zta_arena *arena, void *out, zta_error *err)
{
	zta_store_ref *ref = out;

	ref->oid = zta_sqlite__oid(q, 1);
	return zta_sqlite__copy(q, 0, arena, &ref->name, err);
}

static zta_status
sqlite_ref_list(zta_store *store, zta_str ledger, zta_arena *arena,
    zta_store_ref **refs, size_t *count, zta_error *err)
{
	zta_sqlite *s = (zta_sqlite *)store;
	void *list = NULL;
	int64_t id;
	zta_status status =
	    zta_sqlite__begin(s, ZTA_SQLITE_BEGIN_READ, ledger, &id, err);

	if (status != ZTA_OK) {
		return status;
	}
	zta_sqlite__bind_int(s, ZTA_SQLITE_REF_LIST, 1, id);
	status = zta_sqlite__collect(s, ZTA_SQLITE_REF_LIST, read_ref, arena,
	    sizeof(**refs), &list, count, err);
	*refs = list;
	return zta_sqlite__finish(s, status, err);
}

/* Compare and swap, then number the move. */
static zta_status
move_ref(
    zta_sqlite *s, int64_t ledger, const zta_store_move *move, zta_error *err)
{
	const zta_sqlite_query steps[] = { zta_oid__is_none(&move->from) ?
		    ZTA_SQLITE_REF_MAKE :
		    ZTA_SQLITE_REF_MOVE,
		ZTA_SQLITE_MOVE_ADD };
	zta_status status = ZTA_OK;
	size_t i;

	for (i = 0; status == ZTA_OK && i < 2; i++) {
		zta_sqlite__bind_int(s, steps[i], 1, ledger);
		zta_sqlite__bind_text(s, steps[i], 2, move->ref);
		zta_sqlite__bind_oid(s, steps[i], 3, &move->to);
		zta_sqlite__bind_oid(s, steps[i], 4, &move->from);
		status = zta_sqlite__run(s, steps[i], err);
		if (status == ZTA_OK && sqlite3_changes(s->db) == 0) {
			status = ZTA_ECONFLICT;
		}
	}
	return status;
}

static zta_status
sqlite_ref_move(zta_store *store, zta_str ledger, const zta_store_move *move,
    zta_error *err)
{
	zta_sqlite *s = (zta_sqlite *)store;
	int64_t id;
	zta_status status =
	    zta_sqlite__begin(s, ZTA_SQLITE_BEGIN_WRITE, ledger, &id, err);

	if (status != ZTA_OK) {
		return status;
	}
	status = move_ref(s, id, move, err);
	if (status == ZTA_OK) {
		status = add_objects(s, id, move->objects, move->count, err);
	}
	return zta_sqlite__finish(s, status, err);
}

/* --- values */

static zta_status
sqlite_value_get(zta_store *store, zta_str ledger, zta_str key,
    zta_arena *arena, zta_str *value, zta_error *err)
{
	zta_sqlite *s = (zta_sqlite *)store;

	zta_sqlite__bind_text(s, ZTA_SQLITE_VALUE_GET, 1, ledger);
	zta_sqlite__bind_text(s, ZTA_SQLITE_VALUE_GET, 2, key);
	return zta_sqlite__fetch(
	    s, ZTA_SQLITE_VALUE_GET, read_text, arena, value, err);
}

static zta_status
sqlite_value_put(zta_store *store, zta_str ledger, zta_str key, zta_str value,
    zta_error *err)
{
	zta_sqlite *s = (zta_sqlite *)store;
	int64_t id;
	zta_status status =
	    zta_sqlite__begin(s, ZTA_SQLITE_BEGIN_WRITE, ledger, &id, err);

	if (status != ZTA_OK) {
		return status;
	}
	zta_sqlite__bind_int(s, ZTA_SQLITE_VALUE_PUT, 1, id);
	zta_sqlite__bind_text(s, ZTA_SQLITE_VALUE_PUT, 2, key);
	zta_sqlite__bind_blob(s, ZTA_SQLITE_VALUE_PUT, 3, value);
	status = zta_sqlite__run(s, ZTA_SQLITE_VALUE_PUT, err);
	return zta_sqlite__finish(s, status, err);
}

/* --- changes */

static zta_status
read_change(sqlite3_stmt *q, zta_arena *arena, void *out, zta_error *err)
{
	zta_store_change *change = out;
	zta_status status = zta_sqlite__copy(q, 1, arena, &change->ledger, err);

	if (status == ZTA_OK) {
		status = zta_sqlite__copy(q, 2, arena, &change->ref, err);
	}
	change->seq = (uint64_t)sqlite3_column_int64(q, 0);
	change->from = zta_sqlite__oid(q, 3);
	change->to = zta_sqlite__oid(q, 4);
	return status;
}

static zta_status
sqlite_changes(zta_store *store, uint64_t after, size_t max, zta_arena *arena,
    zta_store_change **changes, size_t *count, zta_error *err)
{
	zta_sqlite *s = (zta_sqlite *)store;
	void *list = NULL;
	zta_status status;

	zta_sqlite__bind_int(s, ZTA_SQLITE_CHANGES, 1, (int64_t)after);
	zta_sqlite__bind_int(s, ZTA_SQLITE_CHANGES, 2,
	    max > INT64_MAX ? INT64_MAX : (int64_t)max);
	status = zta_sqlite__collect(s, ZTA_SQLITE_CHANGES, read_change, arena,
	    sizeof(**changes), &list, count, err);
	*changes = list;
	return status;
}

static zta_status
read_seq(sqlite3_stmt *q, zta_arena *arena, void *out, zta_error *err)
{
	(void)arena;
	(void)err;
	*(uint64_t *)out = (uint64_t)sqlite3_column_int64(q, 0);
	return ZTA_OK;
}

static zta_status
sqlite_newest(zta_store *store, uint64_t *newest, zta_error *err)
{
	return zta_sqlite__fetch((zta_sqlite *)store, ZTA_SQLITE_NEWEST,
	    read_seq, NULL, newest, err);
}

/* Moves of this handle tell; for those of others one has to look. */
static zta_status
sqlite_rest(zta_store *store, int64_t deadline_ms, zta_error *err)
{
	int64_t look_ms = zta_time__monotonic_ms() + ZTA_STORE_POLL_MS;

	(void)err;
	zta_turn__wait(
	    &store->turn, look_ms < deadline_ms ? look_ms : deadline_ms);
	return ZTA_OK;
}

/* --- the handle */

static void
sqlite_close(zta_store *store)
{
	zta_sqlite *s = (zta_sqlite *)store;
	int i;

	for (i = 0; i < ZTA_SQLITE_QUERIES; i++) {
		(void)sqlite3_finalize(s->queries[i]);
	}
	(void)sqlite3_close(s->db);
	free(s);
}

static const zta_store_class sqlite_class = { .version =
						  ZTA_STORE_CLASS_VERSION,
	.close = sqlite_close,
	.ledger_create = sqlite_ledger_create,
	.ledger_list = sqlite_ledger_list,
	.object_get = sqlite_object_get,
	.object_has = sqlite_object_has,
	.object_put = sqlite_object_put,
	.ref_get = sqlite_ref_get,
	.ref_list = sqlite_ref_list,
	.ref_move = sqlite_ref_move,
	.value_get = sqlite_value_get,
	.value_put = sqlite_value_put,
	.changes = sqlite_changes,
	.newest = sqlite_newest,
	.rest = sqlite_rest };

zta_status
zta_sqlite__open(zta_store **out, const char *path, zta_error *err)
{
	zta_sqlite *s = calloc(1, sizeof(*s));
	zta_status status;

	if (s == NULL) {
		return zta_error__nomem(err);
	}
	s->store.class = &sqlite_class;
	status = zta_sqlite__connect(&s->db, path, err);
	if (status == ZTA_OK) {
		status = zta_sqlite__prepare(s, err);
	}
	if (status != ZTA_OK) {
		sqlite_close(&s->store);
		return status;
	}
	*out = &s->store;
	return ZTA_OK;
}
