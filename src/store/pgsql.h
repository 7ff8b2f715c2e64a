/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pgsql.h - connections to PostgreSQL, and the statements that we have for it;
 * for pgsql*.c alone.
 *
 * Parameters and results are binary. A statement is prepared when a connection
 * first runs it.
 */
#ifndef ZTA_STORE_PGSQL_H
#define ZTA_STORE_PGSQL_H

#include <postgresql/libpq-fe.h>

#include "base/buf.h"
#include "store/class.h"

typedef enum zta_pgsql_query {
	ZTA_PGSQL_BEGIN,
	ZTA_PGSQL_COMMIT,
	ZTA_PGSQL_ROLLBACK,
	ZTA_PGSQL_FATE,
	ZTA_PGSQL_LEDGER_LOCK,
	ZTA_PGSQL_LEDGER_ADD,
	ZTA_PGSQL_LEDGER_LIST,
	ZTA_PGSQL_OBJECT_GET,
	ZTA_PGSQL_OBJECT_HAS,
	ZTA_PGSQL_OBJECT_ADD,
	ZTA_PGSQL_REF_GET,
	ZTA_PGSQL_REF_LIST,
	ZTA_PGSQL_REF_MAKE,
	ZTA_PGSQL_REF_MOVE,
	ZTA_PGSQL_MOVE_ADD,
	ZTA_PGSQL_VALUE_GET,
	ZTA_PGSQL_VALUE_PUT,
	ZTA_PGSQL_CHANGES,
	ZTA_PGSQL_NEWEST,
	ZTA_PGSQL_LISTEN,
	ZTA_PGSQL_QUERIES
} zta_pgsql_query;

typedef struct zta_pgsql_link {
	const char *uri; /* may hold a password */
	PGconn *conn;    /* NULL: not connected */
	bool prepared[ZTA_PGSQL_QUERIES];
} zta_pgsql_link;

/*
 * Connect, if there is no connection; see that the database is ours, make the
 * tables if need be. ZTA_EUNAVAILABLE; ZTA_EINVALID: of another version.
 */
ZTA_MUST_USE zta_status zta_pgsql_link__connect(
    zta_pgsql_link *link, zta_error *err);
void zta_pgsql_link__close(zta_pgsql_link *link);

/*
 * What it means to our callers that a call failed; a connection that is lost
 * is closed. `result` may be NULL, and is cleared.
 */
zta_status zta_pgsql_link__failed(
    zta_pgsql_link *link, PGresult *result, zta_error *err);

/* Most parameters of a statement. */
#define ZTA_PGSQL_PARAMS_MAX 4

/* Those given in a row, from $1. What they point to is not copied. */
typedef struct zta_pgsql_params {
	int count;
	const char *values[ZTA_PGSQL_PARAMS_MAX];
	int lengths[ZTA_PGSQL_PARAMS_MAX];
	char numbers[ZTA_PGSQL_PARAMS_MAX][8];
} zta_pgsql_params;

void zta_pgsql__give_int(zta_pgsql_params *params, int64_t number);
/* Text or bytes. */
void zta_pgsql__give(zta_pgsql_params *params, zta_str bytes);
/* None is NULL. */
void zta_pgsql__give_oid(zta_pgsql_params *params, const zta_oid *oid);

/* Arrays are written into a buffer: the head, then each element. */
typedef enum zta_pgsql_type {
	ZTA_PGSQL_BYTEA = 17,
	ZTA_PGSQL_INT2 = 21
} zta_pgsql_type;
void zta_pgsql__put_array(zta_buf *buf, zta_pgsql_type type, size_t count);
void zta_pgsql__put_element(zta_buf *buf, zta_str bytes);

/* Run a statement on a link that is connected. PQclear() `*result`. */
ZTA_MUST_USE zta_status zta_pgsql__run(zta_pgsql_link *link,
    zta_pgsql_query which, const zta_pgsql_params *params, PGresult **result,
    zta_error *err);

/* The same, when nobody looks at the rows; `*changed` (or NULL) counts them. */
ZTA_MUST_USE zta_status zta_pgsql__do(zta_pgsql_link *link,
    zta_pgsql_query which, const zta_pgsql_params *params, int *changed,
    zta_error *err);

/* Fields: 0, none or empty if it is not that. */
int64_t zta_pgsql__int(const PGresult *result, int row, int column);
zta_oid zta_pgsql__oid(const PGresult *result, int row, int column);
zta_str zta_pgsql__field(const PGresult *result, int row, int column);
ZTA_MUST_USE zta_status zta_pgsql__copy(const PGresult *result, int row,
    int column, zta_arena *arena, zta_str *out, zta_error *err);

typedef struct zta_pgsql {
	zta_store store;
	char *uri; /* wiped at the end */
	zta_pgsql_link link;
	zta_pgsql_link ear; /* of the one thread that listens */
	bool listening;     /* there is one; read and written in turns */
} zta_pgsql;

/* Run a statement that only reads, through a broken connection if need be. */
ZTA_MUST_USE zta_status zta_pgsql__ask(zta_pgsql *s, zta_pgsql_query which,
    const zta_pgsql_params *params, PGresult **result, zta_error *err);
/* The same about a row. ZTA_ENOTFOUND: there is none. */
ZTA_MUST_USE zta_status zta_pgsql__ask_row(zta_pgsql *s, zta_pgsql_query which,
    const zta_pgsql_params *params, PGresult **result, zta_error *err);

/* What is done in a transaction; `ledger` is 0 if there is none of its name. */
typedef zta_status (*zta_pgsql_work)(
    zta_pgsql *s, int64_t ledger, const void *what, zta_error *err);

/* Do it and commit, all or nothing, through a broken connection if need be. */
ZTA_MUST_USE zta_status zta_pgsql__transact(zta_store *store, zta_str ledger,
    zta_pgsql_work work, const void *what, zta_error *err);

/* Within a transaction. */
ZTA_MUST_USE zta_status zta_pgsql__add_objects(zta_pgsql *s, int64_t ledger,
    const zta_store_object *objects, size_t count, zta_error *err);

/* The calls of class.h. */
zta_status zta_pgsql__object_get(zta_store *store, zta_str ledger,
    zta_arena *arena, zta_store_object *out, zta_error *err);
zta_status zta_pgsql__object_has(zta_store *store, zta_str ledger,
    const zta_oid *oids, size_t count, bool *has, zta_error *err);
zta_status zta_pgsql__object_put(zta_store *store, zta_str ledger,
    const zta_store_object *objects, size_t count, zta_error *err);

#endif
