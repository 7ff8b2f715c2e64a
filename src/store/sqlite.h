/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sqlite.h - a database of SQLite that is ours, and the statements that we have
 * for it; for sqlite*.c alone.
 *
 * A statement is bound, then run in one of three ways, each of which lets go of
 * what was bound: parameters are not copied, and have lengths that were checked
 * and numbers that are right, so binding cannot fail.
 */
#ifndef ZTA_STORE_SQLITE_H
#define ZTA_STORE_SQLITE_H

#include <sqlite3.h>

#include "store/class.h"

typedef enum zta_sqlite_query {
	ZTA_SQLITE_BEGIN_READ,
	ZTA_SQLITE_BEGIN_WRITE,
	ZTA_SQLITE_COMMIT,
	ZTA_SQLITE_ROLLBACK,
	ZTA_SQLITE_LEDGER_FIND,
	ZTA_SQLITE_LEDGER_ADD,
	ZTA_SQLITE_LEDGER_LIST,
	ZTA_SQLITE_OBJECT_GET,
	ZTA_SQLITE_OBJECT_HAS,
	ZTA_SQLITE_OBJECT_ADD,
	ZTA_SQLITE_REF_GET,
	ZTA_SQLITE_REF_LIST,
	ZTA_SQLITE_REF_MAKE,
	ZTA_SQLITE_REF_MOVE,
	ZTA_SQLITE_MOVE_ADD,
	ZTA_SQLITE_VALUE_GET,
	ZTA_SQLITE_VALUE_PUT,
	ZTA_SQLITE_CHANGES,
	ZTA_SQLITE_NEWEST,
	ZTA_SQLITE_QUERIES
} zta_sqlite_query;

typedef struct zta_sqlite {
	zta_store store;
	sqlite3 *db;
	sqlite3_stmt *queries[ZTA_SQLITE_QUERIES];
} zta_sqlite;

/*
 * Open the database at `path`, make it if need be, and see that it is ours.
 * ZTA_EINVALID: it is not, and is left as it is. Close with sqlite3_close().
 */
ZTA_MUST_USE zta_status zta_sqlite__connect(
    sqlite3 **out, const char *path, zta_error *err);

/* What the last call of SQLite, which gave `code`, means to our callers. */
zta_status zta_sqlite__failed(sqlite3 *db, int code, zta_error *err);

/* Prepare all statements; what was prepared is to be finalized anyway. */
ZTA_MUST_USE zta_status zta_sqlite__prepare(zta_sqlite *s, zta_error *err);

/* Parameters count from 1. */
void zta_sqlite__bind_int(
    zta_sqlite *s, zta_sqlite_query which, int at, int64_t number);
void zta_sqlite__bind_text(
    zta_sqlite *s, zta_sqlite_query which, int at, zta_str text);
void zta_sqlite__bind_blob(
    zta_sqlite *s, zta_sqlite_query which, int at, zta_str bytes);
/* None is NULL. */
void zta_sqlite__bind_oid(
    zta_sqlite *s, zta_sqlite_query which, int at, const zta_oid *oid);

/* Take `out` from the row that `q` is at. */
typedef zta_status (*zta_sqlite_reader)(
    sqlite3_stmt *q, zta_arena *arena, void *out, zta_error *err);

/* Run what gives no rows. */
ZTA_MUST_USE zta_status zta_sqlite__run(
    zta_sqlite *s, zta_sqlite_query which, zta_error *err);
/* Run what gives one row. ZTA_ENOTFOUND: it gave none. */
ZTA_MUST_USE zta_status zta_sqlite__fetch(zta_sqlite *s, zta_sqlite_query which,
    zta_sqlite_reader read, zta_arena *arena, void *out, zta_error *err);
/* Run what gives many, each an element of `size` bytes of `*list`. */
ZTA_MUST_USE zta_status zta_sqlite__collect(zta_sqlite *s,
    zta_sqlite_query which, zta_sqlite_reader read, zta_arena *arena,
    size_t size, void **list, size_t *count, zta_error *err);

/* The readers of one column, which counts from 0. An id may come out none. */
ZTA_MUST_USE zta_status zta_sqlite__copy(
    sqlite3_stmt *q, int at, zta_arena *arena, zta_str *out, zta_error *err);
zta_oid zta_sqlite__oid(sqlite3_stmt *q, int at);

/*
 * Begin a transaction about one ledger. ZTA_ENOTFOUND: there is none of this
 * name; on any failure there is nothing to finish.
 */
ZTA_MUST_USE zta_status zta_sqlite__begin(zta_sqlite *s, zta_sqlite_query how,
    zta_str ledger, int64_t *id, zta_error *err);
/* Commit, if `status` is ZTA_OK and that can be done, else take it back. */
ZTA_MUST_USE zta_status zta_sqlite__finish(
    zta_sqlite *s, zta_status status, zta_error *err);

#endif
