/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sqlite_open.c - a database file that is ours. docs/formats/store.md
 *
 * The file is made by mknod(), not by open(): closing any descriptor of a
 * database takes away the locks that this process holds on it, also those of
 * another handle.
 */
#include "store/sqlite.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/time.h"

/* "ZTAS", also as the text that SQL has of it. */
#define APPLICATION_ID 0x5a544153
#define APPLICATION_ID_SQL "0x5a544153"
#define FORMAT_VERSION 1
#define FORMAT_VERSION_SQL "1"

static const char schema_sql[] =
    "CREATE TABLE ledger (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)"
    " STRICT;"
    "CREATE TABLE object (ledger INTEGER NOT NULL, oid BLOB NOT NULL,"
    " kind INTEGER NOT NULL, body BLOB NOT NULL, UNIQUE (ledger, oid)) STRICT;"
    "CREATE TABLE ref (ledger INTEGER NOT NULL, name TEXT NOT NULL,"
    " oid BLOB NOT NULL, PRIMARY KEY (ledger, name)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE move (seq INTEGER PRIMARY KEY, ledger INTEGER NOT NULL,"
    " ref TEXT NOT NULL, before BLOB, after BLOB NOT NULL) STRICT;"
    "CREATE TABLE value (ledger INTEGER NOT NULL, key TEXT NOT NULL,"
    " body BLOB NOT NULL, PRIMARY KEY (ledger, key)) STRICT, WITHOUT ROWID;"
    "PRAGMA application_id = " APPLICATION_ID_SQL ";"
    "PRAGMA user_version = " FORMAT_VERSION_SQL ";";

zta_status
zta_sqlite__failed(sqlite3 *db, int code, zta_error *err)
{
	switch (code & 0xff) {
	case SQLITE_NOMEM:
		return zta_error__nomem(err);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return zta_error__set(err, ZTA_EUNAVAILABLE,
		    "the store is busy: %s", sqlite3_errmsg(db));
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return zta_error__set(err, ZTA_EINVALID,
		    "the store is damaged: %s", sqlite3_errmsg(db));
	default:
		return zta_error__set(
		    err, ZTA_EIO, "the store failed: %s", sqlite3_errmsg(db));
	}
}

/* --- the file */

/*
 * The absolute path of `path`, without links in its directories; what SQLite
 * gives a meaning of its own (":memory:", "file:") is a name like any other.
 */
static zta_status
resolve(const char *path, char out[PATH_MAX], zta_error *err)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash == NULL ? path : slash + 1;
	char dir[PATH_MAX], real[PATH_MAX];
	size_t dir_len = slash == NULL ? 0 : (size_t)(slash - path) + 1;

	if (*name == '\0' || strcmp(name, ".") == 0 ||
	    strcmp(name, "..") == 0 || dir_len >= sizeof(dir)) {
		return zta_error__set(
		    err, ZTA_EINVAL, "the path of the store names no file");
	}
	memcpy(dir, path, dir_len);
	dir[dir_len] = '\0';
	if (realpath(dir_len == 0 ? "." : dir, real) == NULL) {
		return zta_error__errno(err, "open the directory of the store");
	}
	if (snprintf(out, PATH_MAX, "%s/%s", real, name) >= PATH_MAX) {
		return zta_error__set(
		    err, ZTA_EINVAL, "the path of the store is too long");
	}
	return ZTA_OK;
}

/* Make an empty file, if there is none; refuse what is no file. */
static zta_status
make_file(const char *path, zta_error *err)
{
	struct stat st;

	if (mknod(path, S_IFREG | 0600, 0) == 0) {
		return zta_file__sync_parent(path, err);
	}
	if (errno != EEXIST || lstat(path, &st) != 0) {
		return zta_error__errno(err, "create the store");
	}
	if (!S_ISREG(st.st_mode)) {
		return zta_error__set(
		    err, ZTA_EINVALID, "the store has to be a regular file");
	}
	return ZTA_OK;
}

/* --- what is in it */

static zta_status
run(sqlite3 *db, const char *sql, zta_error *err)
{
	int code = sqlite3_exec(db, sql, NULL, NULL, NULL);

	return code == SQLITE_OK ? ZTA_OK : zta_sqlite__failed(db, code, err);
}

/* The number in the one row that `sql` gives. */
static zta_status
read_number(sqlite3 *db, const char *sql, int64_t *out, zta_error *err)
{
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);

	if (code == SQLITE_OK) {
		code = sqlite3_step(statement);
	}
	if (code == SQLITE_ROW) {
		*out = sqlite3_column_int64(statement, 0);
		code = SQLITE_OK;
	}
	(void)sqlite3_finalize(statement);
	return code == SQLITE_OK ? ZTA_OK : zta_sqlite__failed(db, code, err);
}

/* Is it ours, or empty? It may also be neither. */
static zta_status
identify(sqlite3 *db, bool *empty, zta_error *err)
{
	int64_t id = 0, version = 0, tables = 0;
	zta_status status = read_number(db, "PRAGMA application_id", &id, err);

	if (status == ZTA_OK) {
		status = read_number(db, "PRAGMA user_version", &version, err);
	}
	if (status == ZTA_OK) {
		status = read_number(
		    db, "SELECT count(*) FROM sqlite_schema", &tables, err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	*empty = id == 0 && version == 0 && tables == 0;
	if (!*empty && id != APPLICATION_ID) {
		return zta_error__set(err, ZTA_EINVALID,
		    "this is the database of another application");
	}
	if (!*empty && version != FORMAT_VERSION) {
		return zta_error__set(err, ZTA_EINVALID,
		    "the store has format %lld, and this program knows %d",
		    (long long)version, FORMAT_VERSION);
	}
	return ZTA_OK;
}

static zta_status
switch_to_wal(sqlite3 *db, zta_error *err)
{
	sqlite3_stmt *statement = NULL;
	const unsigned char *mode;
	bool done = false;
	int code = sqlite3_prepare_v2(
	    db, "PRAGMA journal_mode = WAL", -1, &statement, NULL);

	if (code == SQLITE_OK) {
		code = sqlite3_step(statement);
	}
	if (code == SQLITE_ROW) {
		mode = sqlite3_column_text(statement, 0);
		done = mode != NULL && strcmp((const char *)mode, "wal") == 0;
	}
	(void)sqlite3_finalize(statement);
	if (code != SQLITE_ROW) {
		return zta_sqlite__failed(db, code, err);
	}
	return done ? ZTA_OK :
		      zta_error__set(err, ZTA_EIO,
			  "write-ahead logging does not work on this file");
}

/*
 * SQLite does not wait when two switch to write-ahead logging at once, as they
 * may with a new file, so the waiting is done here.
 */
static zta_status
use_wal(sqlite3 *db, zta_error *err)
{
	const struct timespec pause = { 0, ZTA_STORE_POLL_MS * 1000000 };
	int64_t deadline_ms = zta_time__monotonic_ms() + ZTA_STORE_BUSY_MS;
	zta_status status = switch_to_wal(db, err);

	while (status == ZTA_EUNAVAILABLE &&
	    zta_time__monotonic_ms() < deadline_ms) {
		(void)nanosleep(&pause, NULL);
		status = switch_to_wal(db, err);
	}
	return status;
}

/*
 * Look at the file, and make the tables if it is empty; `how` begins the
 * transaction. On failure the connection is closed, which takes it back.
 */
static zta_status
look(sqlite3 *db, const char *how, bool make, bool *empty, zta_error *err)
{
	zta_status status = run(db, how, err);

	if (status == ZTA_OK) {
		status = identify(db, empty, err);
	}
	if (status == ZTA_OK && *empty && make) {
		status = run(db, schema_sql, err);
	}
	return status == ZTA_OK ? run(db, "COMMIT", err) : status;
}

/* A file may have been made to do harm: it brings tables and nothing else. */
static zta_status
set_up(sqlite3 *db, zta_error *err)
{
	static const struct {
		int option, value;
	} options[] = { { SQLITE_DBCONFIG_DEFENSIVE, 1 },
		{ SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
		{ SQLITE_DBCONFIG_ENABLE_TRIGGER, 0 },
		{ SQLITE_DBCONFIG_ENABLE_VIEW, 0 } };
	bool empty = false;
	size_t i;
	zta_status status;

	(void)sqlite3_busy_timeout(db, ZTA_STORE_BUSY_MS);
	for (i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		(void)sqlite3_db_config(
		    db, options[i].option, options[i].value, NULL);
	}
	status = run(
	    db, "PRAGMA synchronous = FULL; PRAGMA cell_size_check = ON", err);
	if (status == ZTA_OK) {
		status = look(db, "BEGIN", false, &empty, err);
	}
	if (status == ZTA_OK) {
		status = use_wal(db, err);
	}
	/* Another process may just have made them. */
	if (status == ZTA_OK && empty) {
		status = look(db, "BEGIN IMMEDIATE", true, &empty, err);
	}
	return status;
}

zta_status
zta_sqlite__connect(sqlite3 **out, const char *path, zta_error *err)
{
	char real[PATH_MAX];
	sqlite3 *db = NULL;
	int code;
	zta_status status = resolve(path, real, err);

	if (status == ZTA_OK) {
		status = make_file(real, err);
	}
	if (status == ZTA_OK) {
		code = sqlite3_open_v2(real, &db,
		    SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW |
			SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE |
			SQLITE_OPEN_EXRESCODE,
		    NULL);
		status = code == SQLITE_OK ? set_up(db, err) :
					     zta_sqlite__failed(db, code, err);
	}
	if (status != ZTA_OK) {
		(void)sqlite3_close(db);
		zta_error__place(err, "%s", path);
		return status;
	}
	*out = db;
	return ZTA_OK;
}
