/* SPDX-License-Identifier: Apache-2.0 */
/* sqlite_query.c - the statements of the store in SQLite. See sqlite.h. */
#include "store/sqlite.h"

#include <string.h>

#include "base/error.h"

#define LEDGER_ID "(SELECT id FROM ledger WHERE name = ?1)"

static const char *const query_sql[ZTA_SQLITE_QUERIES] = {
	[ZTA_SQLITE_BEGIN_READ] = "BEGIN",
	[ZTA_SQLITE_BEGIN_WRITE] = "BEGIN IMMEDIATE",
	[ZTA_SQLITE_COMMIT] = "COMMIT",
	[ZTA_SQLITE_ROLLBACK] = "ROLLBACK",
	[ZTA_SQLITE_LEDGER_FIND] = "SELECT id FROM ledger WHERE name = ?1",
	[ZTA_SQLITE_LEDGER_ADD] = "INSERT INTO ledger (name) VALUES (?1)"
				  " ON CONFLICT DO NOTHING",
	/* No character of a name is over '~'. */
	[ZTA_SQLITE_LEDGER_LIST] =
	    "SELECT name FROM ledger"
	    " WHERE name BETWEEN ?1 AND ?1 || '~' ORDER BY name",
	[ZTA_SQLITE_OBJECT_GET] = "SELECT kind, body FROM object"
				  " WHERE ledger = " LEDGER_ID " AND oid = ?2",
	[ZTA_SQLITE_OBJECT_HAS] =
	    "SELECT 1 FROM object WHERE ledger = ?1 AND oid = ?2",
	[ZTA_SQLITE_OBJECT_ADD] =
	    "INSERT INTO object (ledger, oid, kind, body)"
	    " VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
	[ZTA_SQLITE_REF_GET] = "SELECT oid FROM ref"
			       " WHERE ledger = " LEDGER_ID " AND name = ?2",
	[ZTA_SQLITE_REF_LIST] =
	    "SELECT name, oid FROM ref WHERE ledger = ?1 ORDER BY name",
	[ZTA_SQLITE_REF_MAKE] = "INSERT INTO ref (ledger, name, oid)"
				" VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
	[ZTA_SQLITE_REF_MOVE] = "UPDATE ref SET oid = ?3"
				" WHERE ledger = ?1 AND name = ?2 AND oid = ?4",
	[ZTA_SQLITE_MOVE_ADD] = "INSERT INTO move (ledger, ref, after, before)"
				" VALUES (?1, ?2, ?3, ?4)",
	[ZTA_SQLITE_VALUE_GET] = "SELECT body FROM value"
				 " WHERE ledger = " LEDGER_ID " AND key = ?2",
	[ZTA_SQLITE_VALUE_PUT] =
	    "INSERT INTO value (ledger, key, body) VALUES (?1, ?2, ?3)"
	    " ON CONFLICT DO UPDATE SET body = excluded.body",
	[ZTA_SQLITE_CHANGES] = "SELECT seq, name, ref, before, after FROM move"
			       " JOIN ledger ON ledger.id = move.ledger"
			       " WHERE seq > ?1 ORDER BY seq LIMIT ?2",
	[ZTA_SQLITE_NEWEST] = "SELECT max(seq) FROM move"
};

zta_status
zta_sqlite__prepare(zta_sqlite *s, zta_error *err)
{
	int i, code;

	for (i = 0; i < ZTA_SQLITE_QUERIES; i++) {
		code = sqlite3_prepare_v3(s->db, query_sql[i], -1,
		    SQLITE_PREPARE_PERSISTENT, &s->queries[i], NULL);
		if (code == SQLITE_ERROR) {
			return zta_error__set(err, ZTA_EINVALID,
			    "the store is damaged: %s", sqlite3_errmsg(s->db));
		}
		if (code != SQLITE_OK) {
			return zta_sqlite__failed(s->db, code, err);
		}
	}
	return ZTA_OK;
}

/* --- parameters */

void
zta_sqlite__bind_int(
    zta_sqlite *s, zta_sqlite_query which, int at, int64_t number)
{
	(void)sqlite3_bind_int64(s->queries[which], at, number);
}

/* What is empty is still not NULL. */
static const char *
start_of(zta_str text)
{
	return text.len == 0 ? "" : text.ptr;
}

void
zta_sqlite__bind_text(
    zta_sqlite *s, zta_sqlite_query which, int at, zta_str text)
{
	(void)sqlite3_bind_text(s->queries[which], at, start_of(text),
	    (int)text.len, SQLITE_STATIC);
}

void
zta_sqlite__bind_blob(
    zta_sqlite *s, zta_sqlite_query which, int at, zta_str bytes)
{
	(void)sqlite3_bind_blob(s->queries[which], at, start_of(bytes),
	    (int)bytes.len, SQLITE_STATIC);
}

void
zta_sqlite__bind_oid(
    zta_sqlite *s, zta_sqlite_query which, int at, const zta_oid *oid)
{
	if (!zta_oid__is_none(oid)) {
		(void)sqlite3_bind_blob(s->queries[which], at, oid->bytes,
		    ZTA_OID_LEN, SQLITE_STATIC);
	}
}

/* --- running */

/* Take one step; `*row`: there is a row to read. */
static zta_status
step(zta_sqlite *s, zta_sqlite_query which, bool *row, zta_error *err)
{
	int code = sqlite3_step(s->queries[which]);

	*row = code == SQLITE_ROW;
	if (code == SQLITE_ROW || code == SQLITE_DONE) {
		return ZTA_OK;
	}
	return zta_sqlite__failed(s->db, code, err);
}

static void
reset(zta_sqlite *s, zta_sqlite_query which)
{
	(void)sqlite3_reset(s->queries[which]);
	(void)sqlite3_clear_bindings(s->queries[which]);
}

zta_status
zta_sqlite__run(zta_sqlite *s, zta_sqlite_query which, zta_error *err)
{
	bool row;
	zta_status status = step(s, which, &row, err);

	reset(s, which);
	return status;
}

zta_status
zta_sqlite__fetch(zta_sqlite *s, zta_sqlite_query which, zta_sqlite_reader read,
    zta_arena *arena, void *out, zta_error *err)
{
	bool row;
	zta_status status = step(s, which, &row, err);

	if (status == ZTA_OK) {
		status = row ? read(s->queries[which], arena, out, err) :
			       ZTA_ENOTFOUND;
	}
	reset(s, which);
	return status;
}

/* Room for one more element of a list that is full at powers of two. */
static void *
lengthen(zta_arena *arena, void **list, size_t count, size_t size)
{
	void *longer;

	if ((count & (count - 1)) == 0) {
		longer = zta_arena__grow(
		    arena, *list, count, count == 0 ? 1 : 2 * count, size);
		if (longer == NULL) {
			return NULL;
		}
		*list = longer;
	}
	return (char *)*list + count * size;
}

zta_status
zta_sqlite__collect(zta_sqlite *s, zta_sqlite_query which,
    zta_sqlite_reader read, zta_arena *arena, size_t size, void **list,
    size_t *count, zta_error *err)
{
	void *out;
	bool row;
	zta_status status = step(s, which, &row, err);

	while (status == ZTA_OK && row) {
		out = lengthen(arena, list, *count, size);
		status = out == NULL ? zta_arena__failed(arena, err) :
				       read(s->queries[which], arena, out, err);
		if (status == ZTA_OK) {
			*count += 1;
			status = step(s, which, &row, err);
		}
	}
	reset(s, which);
	return status;
}

zta_status
zta_sqlite__copy(
    sqlite3_stmt *q, int at, zta_arena *arena, zta_str *out, zta_error *err)
{
	const void *bytes = sqlite3_column_blob(q, at);

	*out = zta_arena__copy(
	    arena, (zta_str){ bytes, (size_t)sqlite3_column_bytes(q, at) });
	return out->ptr == NULL ? zta_arena__failed(arena, err) : ZTA_OK;
}

zta_oid
zta_sqlite__oid(sqlite3_stmt *q, int at)
{
	const void *bytes = sqlite3_column_blob(q, at);
	zta_oid oid = { 0 };

	if (sqlite3_column_bytes(q, at) == ZTA_OID_LEN) {
		memcpy(oid.bytes, bytes, ZTA_OID_LEN);
	}
	return oid;
}

/* --- transactions */

static zta_status
read_id(sqlite3_stmt *q, zta_arena *arena, void *out, zta_error *err)
{
	(void)arena;
	(void)err;
	*(int64_t *)out = sqlite3_column_int64(q, 0);
	return ZTA_OK;
}

zta_status
zta_sqlite__finish(zta_sqlite *s, zta_status status, zta_error *err)
{
	if (status == ZTA_OK) {
		status = zta_sqlite__run(s, ZTA_SQLITE_COMMIT, err);
	}
	/* Some failures of SQLite have ended the transaction already. */
	if (status != ZTA_OK && sqlite3_get_autocommit(s->db) == 0) {
		(void)!zta_sqlite__run(s, ZTA_SQLITE_ROLLBACK, NULL);
	}
	return status;
}

zta_status
zta_sqlite__begin(zta_sqlite *s, zta_sqlite_query how, zta_str ledger,
    int64_t *id, zta_error *err)
{
	zta_status status = zta_sqlite__run(s, how, err);

	if (status != ZTA_OK) {
		return status;
	}
	zta_sqlite__bind_text(s, ZTA_SQLITE_LEDGER_FIND, 1, ledger);
	status = zta_sqlite__fetch(
	    s, ZTA_SQLITE_LEDGER_FIND, read_id, NULL, id, err);
	return status == ZTA_OK ? ZTA_OK : zta_sqlite__finish(s, status, err);
}
