/* SPDX-License-Identifier: Apache-2.0 */
/* pgsql_link.c - a connection to a database that is ours. See pgsql.h. */
#include "store/pgsql.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"

#define FORMAT_VERSION "1"
/* Of the advisory lock: "ZTAS", which also marks a file of SQLite. */
#define LOCK_KEY "1515471187"
/* pg_xact_status() came with it, and so did the types that it needs. */
#define SERVER_VERSION_MIN 130000

/* Stricter modes of synchronous_commit than `on` are left alone. */
static const char setup_format[] =
    "SET search_path = ztauth;"
    "SET statement_timeout = %d; SET lock_timeout = %d;"
    "SET idle_in_transaction_session_timeout = %d;"
    "SELECT set_config('synchronous_commit', 'on', false)"
    " WHERE current_setting('synchronous_commit') IN ('off', 'local')";

static const char lock_sql[] =
    "BEGIN; SELECT pg_advisory_xact_lock(" LOCK_KEY ")";

/* By a snapshot: to_regclass() may remember what was not there before. */
static const char exists_sql[] =
    "SELECT 1 FROM pg_tables"
    " WHERE schemaname = 'ztauth' AND tablename = 'state'";

static const char schema_sql[] =
    "CREATE SCHEMA IF NOT EXISTS ztauth;"
    "CREATE TABLE ledger (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
    " name text COLLATE \"C\" NOT NULL UNIQUE);"
    "CREATE TABLE object (ledger bigint NOT NULL, oid bytea NOT NULL,"
    " kind smallint NOT NULL, body bytea NOT NULL, PRIMARY KEY (ledger, oid));"
    "CREATE TABLE ref (ledger bigint NOT NULL, name text COLLATE \"C\","
    " oid bytea NOT NULL, PRIMARY KEY (ledger, name));"
    "CREATE TABLE move (seq bigint PRIMARY KEY, ledger bigint NOT NULL,"
    " ref text NOT NULL, before bytea, after bytea NOT NULL);"
    "CREATE TABLE value (ledger bigint NOT NULL, key text COLLATE \"C\","
    " body bytea NOT NULL, PRIMARY KEY (ledger, key));"
    "CREATE TABLE state (version integer NOT NULL, seq bigint NOT NULL);"
    "INSERT INTO state VALUES (" FORMAT_VERSION ", 0)";

void
zta_pgsql_link__close(zta_pgsql_link *link)
{
	PQfinish(link->conn);
	link->conn = NULL;
}

/* --- failures */

static bool
is_one_of(const char *state, const char *const *list)
{
	for (; *list != NULL; list++) {
		if (strncmp(state, *list, strlen(*list)) == 0) {
			return true;
		}
	}
	return false;
}

/* SQLSTATE, or the beginning of a class; "" is none. */
static zta_status
status_of(const char *state)
{
	static const char *const io[] = { "53100", "58", NULL };
	static const char *const damage[] = { "XX001", "XX002", "42P01",
		"42703", NULL };
	/* Conflicts, no resources, stopping, only a stand-by. */
	static const char *const later[] = { "08", "25006", "40", "53", "55",
		"57", NULL };

	if (is_one_of(state, io)) {
		return ZTA_EIO;
	}
	if (is_one_of(state, damage)) {
		return ZTA_EINVALID;
	}
	return *state == '\0' || is_one_of(state, later) ? ZTA_EUNAVAILABLE :
							   ZTA_EIO;
}

zta_status
zta_pgsql_link__failed(zta_pgsql_link *link, PGresult *result, zta_error *err)
{
	static const char *const lost[] = { "08", "57P", NULL };
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *reason =
	    PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	zta_status status;

	state = state == NULL ? "" : state;
	reason = reason == NULL ? PQerrorMessage(link->conn) : reason;
	/* What libpq says is several lines; the first one tells. */
	status = zta_error__set(err, status_of(state), "the database %s: %.*s",
	    *state == '\0' ? "does not answer" : "refused",
	    (int)strcspn(reason, "\n"), reason);
	PQclear(result);
	if (PQstatus(link->conn) != CONNECTION_OK || is_one_of(state, lost)) {
		zta_pgsql_link__close(link);
	}
	return status;
}

/* --- connecting */

/* Run `sql`, several statements maybe; the rows of the last one count. */
static zta_status
run(zta_pgsql_link *link, const char *sql, int *rows, zta_error *err)
{
	PGresult *result = PQexec(link->conn, sql);

	if (PQresultStatus(result) != PGRES_TUPLES_OK &&
	    PQresultStatus(result) != PGRES_COMMAND_OK) {
		return zta_pgsql_link__failed(link, result, err);
	}
	*rows = PQntuples(result);
	PQclear(result);
	return ZTA_OK;
}

/* Make the tables, unless another server just did. */
static zta_status
make_tables(zta_pgsql_link *link, zta_error *err)
{
	int rows = 0;
	zta_status status = run(link, lock_sql, &rows, err);

	if (status == ZTA_OK) {
		status = run(link, exists_sql, &rows, err);
	}
	if (status == ZTA_OK && rows == 0) {
		status = run(link, schema_sql, &rows, err);
	}
	return status == ZTA_OK ? run(link, "COMMIT", &rows, err) : status;
}

static zta_status
check_version(zta_pgsql_link *link, zta_error *err)
{
	PGresult *result =
	    PQexec(link->conn, "SELECT version::text FROM state");
	zta_status status = ZTA_OK;
	zta_str version;

	if (PQresultStatus(result) != PGRES_TUPLES_OK) {
		return zta_pgsql_link__failed(link, result, err);
	}
	if (PQntuples(result) != 1) {
		status = zta_error__set(
		    err, ZTA_EINVALID, "the store has lost its version");
	} else {
		version = zta_pgsql__field(result, 0, 0);
		if (!zta_str__is(version, FORMAT_VERSION)) {
			status = zta_error__set(err, ZTA_EINVALID,
			    "the store has format %.*s, and this program "
			    "knows %s",
			    ZTA_STR_ARG(version), FORMAT_VERSION);
		}
	}
	PQclear(result);
	return status;
}

static zta_status
set_up(zta_pgsql_link *link, zta_error *err)
{
	char sql[sizeof(setup_format) + 64];
	int rows = 0;
	zta_status status;

	if (PQserverVersion(link->conn) < SERVER_VERSION_MIN) {
		return zta_error__set(err, ZTA_EINVALID,
		    "PostgreSQL %d is too old: it has to be 13 or later",
		    PQserverVersion(link->conn) / 10000);
	}
	(void)snprintf(sql, sizeof(sql), setup_format, ZTA_STORE_STATEMENT_MS,
	    ZTA_STORE_BUSY_MS, ZTA_STORE_STATEMENT_MS);
	status = run(link, sql, &rows, err);
	if (status == ZTA_OK) {
		status = run(link, exists_sql, &rows, err);
	}
	if (status == ZTA_OK && rows == 0) {
		status = make_tables(link, err);
	}
	return status == ZTA_OK ? check_version(link, err) : status;
}

/* The library prints nothing. */
static void
ignore_notice(void *context, const char *message)
{
	(void)context;
	(void)message;
}

zta_status
zta_pgsql_link__connect(zta_pgsql_link *link, zta_error *err)
{
	/* The URI may say otherwise of what stands before it. */
	static const char *const names[] = { "application_name",
		"connect_timeout", "keepalives_idle", "keepalives_interval",
		"keepalives_count", "tcp_user_timeout", "dbname",
		"client_encoding", NULL };
	const char *const values[] = { "ztauth", "10", "30", "10", "3", "60000",
		link->uri, "UTF8", NULL };
	zta_status status;

	if (link->conn != NULL) {
		return ZTA_OK;
	}
	memset(link->prepared, 0, sizeof(link->prepared));
	link->conn = PQconnectdbParams(names, values, 1);
	if (link->conn == NULL) {
		return zta_error__nomem(err);
	}
	if (PQstatus(link->conn) != CONNECTION_OK) {
		return zta_pgsql_link__failed(link, NULL, err);
	}
	(void)PQsetNoticeProcessor(link->conn, ignore_notice, NULL);
	status = set_up(link, err);
	if (status != ZTA_OK) {
		zta_pgsql_link__close(link);
	}
	return status;
}
