/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pgsql.c - the store in a database that several servers share.
 * docs/formats/store.md
 *
 * Locks are taken in one order: the ledger, its refs and objects, `state`.
 */
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/time.h"
#include "store/pgsql.h"

/* A dead connection may look like a quiet one: look now and then anyway. */
#define QUIET_MS_MAX 60000

/* --- ledgers */

static zta_status
add_ledger(zta_pgsql *s, int64_t ledger, const void *what, zta_error *err)
{
	zta_pgsql_params params = { 0 };
	int changed = 0;
	zta_status status;

	if (ledger != 0) {
		return ZTA_EEXIST;
	}
	zta_pgsql__give(&params, *(const zta_str *)what);
	status = zta_pgsql__do(
	    &s->link, ZTA_PGSQL_LEDGER_ADD, &params, &changed, err);
	return status == ZTA_OK && changed == 0 ? ZTA_EEXIST : status;
}

static zta_status
pgsql_ledger_create(zta_store *store, zta_str ledger, zta_error *err)
{
	return zta_pgsql__transact(store, ledger, add_ledger, &ledger, err);
}

static zta_status
pgsql_ledger_list(zta_store *store, zta_str prefix, zta_arena *arena,
    zta_str **ledgers, size_t *count, zta_error *err)
{
	zta_pgsql_params params = { 0 };
	PGresult *result;
	zta_status status;
	size_t i, rows;

	zta_pgsql__give(&params, prefix);
	status = zta_pgsql__ask(
	    (zta_pgsql *)store, ZTA_PGSQL_LEDGER_LIST, &params, &result, err);
	if (status != ZTA_OK) {
		return status;
	}
	rows = (size_t)PQntuples(result);
	*ledgers = zta_arena__zalloc(arena, rows, sizeof(**ledgers));
	if (*ledgers == NULL) {
		status = zta_arena__failed(arena, err);
	}
	for (i = 0; status == ZTA_OK && i < rows; i++) {
		status = zta_pgsql__copy(
		    result, (int)i, 0, arena, &(*ledgers)[i], err);
		*count = i + 1;
	}
	PQclear(result);
	return status;
}

/* --- refs */

static zta_status
pgsql_ref_get(zta_store *store, zta_str ledger, zta_str name, zta_oid *oid,
    zta_error *err)
{
	zta_pgsql_params params = { 0 };
	PGresult *result;
	zta_status status;

	zta_pgsql__give(&params, ledger);
	zta_pgsql__give(&params, name);
	status = zta_pgsql__ask_row(
	    (zta_pgsql *)store, ZTA_PGSQL_REF_GET, &params, &result, err);
	if (status == ZTA_OK) {
		*oid = zta_pgsql__oid(result, 0, 0);
	}
	PQclear(result);
	return status;
}

static zta_status
pgsql_ref_list(zta_store *store, zta_str ledger, zta_arena *arena,
    zta_store_ref **refs, size_t *count, zta_error *err)
{
	zta_pgsql_params params = { 0 };
	PGresult *result;
	zta_status status;
	size_t i, rows = 0;

	zta_pgsql__give(&params, ledger);
	status = zta_pgsql__ask_row(
	    (zta_pgsql *)store, ZTA_PGSQL_REF_LIST, &params, &result, err);
	if (status == ZTA_OK) {
		rows =
		    PQgetisnull(result, 0, 0) ? 0 : (size_t)PQntuples(result);
		*refs = zta_arena__zalloc(arena, rows, sizeof(**refs));
		if (*refs == NULL) {
			status = zta_arena__failed(arena, err);
		}
	}
	for (i = 0; status == ZTA_OK && i < rows; i++) {
		(*refs)[i].oid = zta_pgsql__oid(result, (int)i, 1);
		status = zta_pgsql__copy(
		    result, (int)i, 0, arena, &(*refs)[i].name, err);
		*count = i + 1;
	}
	PQclear(result);
	return status;
}

static zta_status
move_ref(zta_pgsql *s, int64_t ledger, const void *what, zta_error *err)
{
	const zta_store_move *move = what;
	zta_pgsql_query swap = zta_oid__is_none(&move->from) ?
	    ZTA_PGSQL_REF_MAKE :
	    ZTA_PGSQL_REF_MOVE;
	zta_pgsql_params params = { 0 };
	int changed = 0;
	zta_status status;

	if (ledger == 0) {
		return ZTA_ENOTFOUND;
	}
	zta_pgsql__give_int(&params, ledger);
	zta_pgsql__give(&params, move->ref);
	zta_pgsql__give_oid(&params, &move->to);
	zta_pgsql__give_oid(&params, &move->from);
	status = zta_pgsql__do(&s->link, swap, &params, &changed, err);
	if (status == ZTA_OK && changed == 0) {
		status = ZTA_ECONFLICT;
	}
	if (status == ZTA_OK) {
		status = zta_pgsql__add_objects(
		    s, ledger, move->objects, move->count, err);
	}
	if (status == ZTA_OK) {
		status = zta_pgsql__do(
		    &s->link, ZTA_PGSQL_MOVE_ADD, &params, &changed, err);
	}
	if (status == ZTA_OK && changed != 1) {
		status = zta_error__set(
		    err, ZTA_EINVALID, "the store has lost count of its moves");
	}
	return status;
}

static zta_status
pgsql_ref_move(zta_store *store, zta_str ledger, const zta_store_move *move,
    zta_error *err)
{
	return zta_pgsql__transact(store, ledger, move_ref, move, err);
}

/* --- values */

static zta_status
pgsql_value_get(zta_store *store, zta_str ledger, zta_str key, zta_arena *arena,
    zta_str *value, zta_error *err)
{
	zta_pgsql_params params = { 0 };
	PGresult *result;
	zta_status status;

	zta_pgsql__give(&params, ledger);
	zta_pgsql__give(&params, key);
	status = zta_pgsql__ask_row(
	    (zta_pgsql *)store, ZTA_PGSQL_VALUE_GET, &params, &result, err);
	if (status == ZTA_OK) {
		status = zta_pgsql__copy(result, 0, 0, arena, value, err);
	}
	PQclear(result);
	return status;
}

typedef struct pair {
	zta_str key, value;
} pair;

static zta_status
put_value(zta_pgsql *s, int64_t ledger, const void *what, zta_error *err)
{
	const pair *p = what;
	zta_pgsql_params params = { 0 };

	if (ledger == 0) {
		return ZTA_ENOTFOUND;
	}
	zta_pgsql__give_int(&params, ledger);
	zta_pgsql__give(&params, p->key);
	zta_pgsql__give(&params, p->value);
	return zta_pgsql__do(&s->link, ZTA_PGSQL_VALUE_PUT, &params, NULL, err);
}

static zta_status
pgsql_value_put(zta_store *store, zta_str ledger, zta_str key, zta_str value,
    zta_error *err)
{
	const pair p = { key, value };

	return zta_pgsql__transact(store, ledger, put_value, &p, err);
}

/* --- changes */

static zta_status
read_change(const PGresult *result, int row, zta_arena *arena,
    zta_store_change *out, zta_error *err)
{
	zta_status status =
	    zta_pgsql__copy(result, row, 1, arena, &out->ledger, err);

	if (status == ZTA_OK) {
		status = zta_pgsql__copy(result, row, 2, arena, &out->ref, err);
	}
	out->seq = (uint64_t)zta_pgsql__int(result, row, 0);
	out->from = zta_pgsql__oid(result, row, 3);
	out->to = zta_pgsql__oid(result, row, 4);
	return status;
}

static zta_status
pgsql_changes(zta_store *store, uint64_t after, size_t max, zta_arena *arena,
    zta_store_change **changes, size_t *count, zta_error *err)
{
	zta_pgsql_params params = { 0 };
	PGresult *result;
	zta_status status;
	size_t i, rows;

	zta_pgsql__give_int(&params, (int64_t)after);
	zta_pgsql__give_int(
	    &params, max > INT64_MAX ? INT64_MAX : (int64_t)max);
	status = zta_pgsql__ask(
	    (zta_pgsql *)store, ZTA_PGSQL_CHANGES, &params, &result, err);
	if (status != ZTA_OK) {
		return status;
	}
	rows = (size_t)PQntuples(result);
	*changes = zta_arena__zalloc(arena, rows, sizeof(**changes));
	if (*changes == NULL) {
		status = zta_arena__failed(arena, err);
	}
	for (i = 0; status == ZTA_OK && i < rows; i++) {
		status =
		    read_change(result, (int)i, arena, &(*changes)[i], err);
		*count = i + 1;
	}
	PQclear(result);
	return status;
}

static zta_status
pgsql_newest(zta_store *store, uint64_t *newest, zta_error *err)
{
	PGresult *result;
	zta_status status = zta_pgsql__ask_row(
	    (zta_pgsql *)store, ZTA_PGSQL_NEWEST, NULL, &result, err);

	if (status == ZTA_OK) {
		*newest = (uint64_t)zta_pgsql__int(result, 0, 0);
	} else if (status == ZTA_ENOTFOUND) {
		status = zta_error__set(
		    err, ZTA_EINVALID, "the store has lost count of its moves");
	}
	PQclear(result);
	return status;
}

/*
 * Return when there may be news. A connection that has just begun to listen is
 * a reason to look, and so is one that broke.
 */
static zta_status
listen_once(zta_pgsql_link *ear, int64_t deadline_ms, zta_error *err)
{
	struct pollfd fd = { .events = POLLIN };
	int64_t rest_ms = deadline_ms - zta_time__monotonic_ms();
	PGnotify *notify;
	zta_status status;

	if (ear->conn == NULL) {
		status = zta_pgsql_link__connect(ear, err);
		if (status != ZTA_OK) {
			return status;
		}
		status = zta_pgsql__do(ear, ZTA_PGSQL_LISTEN, NULL, NULL, err);
		if (status != ZTA_OK) {
			zta_pgsql_link__close(ear);
		}
		return status;
	}
	fd.fd = PQsocket(ear->conn);
	rest_ms = rest_ms > QUIET_MS_MAX ? QUIET_MS_MAX : rest_ms;
	(void)poll(&fd, 1, rest_ms < 0 ? 0 : (int)rest_ms);
	if (PQconsumeInput(ear->conn) != 1) {
		zta_pgsql_link__close(ear);
		return ZTA_OK;
	}
	while ((notify = PQnotifies(ear->conn)) != NULL) {
		PQfreemem(notify);
	}
	return ZTA_OK;
}

/* One waiter listens, outside its turn; the others hear of it from him. */
static zta_status
pgsql_rest(zta_store *store, int64_t deadline_ms, zta_error *err)
{
	zta_pgsql *s = (zta_pgsql *)store;
	zta_status status;

	if (s->listening) {
		zta_turn__wait(&store->turn, deadline_ms);
		return ZTA_OK;
	}
	s->listening = true;
	zta_turn__leave(&store->turn);
	status = listen_once(&s->ear, deadline_ms, err);
	zta_turn__enter(&store->turn);
	s->listening = false;
	zta_turn__tell(&store->turn);
	return status;
}

/* --- the handle */

static void
pgsql_close(zta_store *store)
{
	zta_pgsql *s = (zta_pgsql *)store;

	zta_pgsql_link__close(&s->link);
	zta_pgsql_link__close(&s->ear);
	if (s->uri != NULL) {
		explicit_bzero(s->uri, strlen(s->uri));
		free(s->uri);
	}
	free(s);
}

static const zta_store_class pgsql_class = { .version = ZTA_STORE_CLASS_VERSION,
	.close = pgsql_close,
	.ledger_create = pgsql_ledger_create,
	.ledger_list = pgsql_ledger_list,
	.object_get = zta_pgsql__object_get,
	.object_has = zta_pgsql__object_has,
	.object_put = zta_pgsql__object_put,
	.ref_get = pgsql_ref_get,
	.ref_list = pgsql_ref_list,
	.ref_move = pgsql_ref_move,
	.value_get = pgsql_value_get,
	.value_put = pgsql_value_put,
	.changes = pgsql_changes,
	.newest = pgsql_newest,
	.rest = pgsql_rest };

zta_status
zta_pgsql__open(zta_store **out, const char *uri, zta_error *err)
{
	PQconninfoOption *parsed = PQconninfoParse(uri, NULL);
	zta_pgsql *s;
	zta_status status;

	/* What libpq would say of it repeats it, with its password. */
	if (parsed == NULL) {
		return zta_error__set(
		    err, ZTA_EINVAL, "the URI of the database is not one");
	}
	PQconninfoFree(parsed);
	s = calloc(1, sizeof(*s));
	if (s == NULL) {
		return zta_error__nomem(err);
	}
	s->store.class = &pgsql_class;
	s->uri = strdup(uri);
	s->link.uri = s->uri;
	s->ear.uri = s->uri;
	status = s->uri == NULL ? zta_error__nomem(err) :
				  zta_pgsql_link__connect(&s->link, err);
	if (status != ZTA_OK) {
		pgsql_close(&s->store);
		return status;
	}
	*out = &s->store;
	return ZTA_OK;
}
