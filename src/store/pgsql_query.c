/* SPDX-License-Identifier: Apache-2.0 */
/* pgsql_query.c - the statements of the store in PostgreSQL. See pgsql.h. */
#include "store/pgsql.h"

#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

#define LEDGER_ID "(SELECT id FROM ledger WHERE name = $1)"

static const char *const query_sql[ZTA_PGSQL_QUERIES] = {
	[ZTA_PGSQL_BEGIN] = "BEGIN ISOLATION LEVEL READ COMMITTED",
	[ZTA_PGSQL_COMMIT] = "COMMIT",
	[ZTA_PGSQL_ROLLBACK] = "ROLLBACK",
	[ZTA_PGSQL_FATE] = "SELECT pg_xact_status($1)",
	/* Writers of one ledger take turns, and know their transaction. */
	[ZTA_PGSQL_LEDGER_LOCK] =
	    "SELECT pg_current_xact_id(),"
	    " (SELECT id FROM ledger WHERE name = $1 FOR NO KEY UPDATE)",
	[ZTA_PGSQL_LEDGER_ADD] = "INSERT INTO ledger (name) VALUES ($1)"
				 " ON CONFLICT DO NOTHING",
	/* No character of a name is over '~'. */
	[ZTA_PGSQL_LEDGER_LIST] =
	    "SELECT name FROM ledger"
	    " WHERE name BETWEEN $1::text AND $1::text || '~' ORDER BY name",
	[ZTA_PGSQL_OBJECT_GET] = "SELECT kind::bigint, body FROM object"
				 " WHERE ledger = " LEDGER_ID " AND oid = $2",
	[ZTA_PGSQL_OBJECT_HAS] =
	    "SELECT EXISTS (SELECT FROM object"
	    "  WHERE object.ledger = ledger.id AND object.oid = asked.oid)"
	    " FROM ledger,"
	    " unnest($2::bytea[]) WITH ORDINALITY AS asked (oid, place)"
	    " WHERE name = $1 ORDER BY place",
	[ZTA_PGSQL_OBJECT_ADD] =
	    "INSERT INTO object (ledger, oid, kind, body)"
	    " SELECT $1::bigint, given.* FROM"
	    " unnest($2::bytea[], $3::smallint[], $4::bytea[]) AS given"
	    " ON CONFLICT DO NOTHING",
	[ZTA_PGSQL_REF_GET] = "SELECT oid FROM ref"
			      " WHERE ledger = " LEDGER_ID " AND name = $2",
	/* One row of nulls, if there are none. */
	[ZTA_PGSQL_REF_LIST] = "SELECT ref.name, oid FROM ledger"
			       " LEFT JOIN ref ON ref.ledger = id"
			       " WHERE ledger.name = $1 ORDER BY ref.name",
	[ZTA_PGSQL_REF_MAKE] = "INSERT INTO ref (ledger, name, oid)"
			       " SELECT $1::bigint, $2::text, $3::bytea"
			       " WHERE $4::bytea IS NULL"
			       " ON CONFLICT DO NOTHING",
	[ZTA_PGSQL_REF_MOVE] = "UPDATE ref SET oid = $3"
			       " WHERE ledger = $1 AND name = $2 AND oid = $4",
	/* The lock on `state` makes the order of numbers that of commits. */
	[ZTA_PGSQL_MOVE_ADD] =
	    "WITH next AS (UPDATE state SET seq = seq + 1 RETURNING seq)"
	    " INSERT INTO move (seq, ledger, ref, after, before)"
	    " SELECT seq, $1::bigint, $2::text, $3::bytea, $4::bytea FROM next"
	    " RETURNING pg_notify('ztauth', '')",
	[ZTA_PGSQL_VALUE_GET] = "SELECT body FROM value"
				" WHERE ledger = " LEDGER_ID " AND key = $2",
	[ZTA_PGSQL_VALUE_PUT] =
	    "INSERT INTO value (ledger, key, body) VALUES ($1, $2, $3)"
	    " ON CONFLICT (ledger, key) DO UPDATE SET body = excluded.body",
	[ZTA_PGSQL_CHANGES] = "SELECT seq, name, ref, before, after FROM move"
			      " JOIN ledger ON ledger.id = move.ledger"
			      " WHERE seq > $1 ORDER BY seq LIMIT $2",
	[ZTA_PGSQL_NEWEST] = "SELECT seq FROM state",
	[ZTA_PGSQL_LISTEN] = "LISTEN ztauth"
};

/* --- parameters */

void
zta_pgsql__give_int(zta_pgsql_params *params, int64_t number)
{
	uint64_t big = htobe64((uint64_t)number);
	char *bytes = params->numbers[params->count];

	memcpy(bytes, &big, sizeof(big));
	zta_pgsql__give(params, (zta_str){ bytes, sizeof(big) });
}

void
zta_pgsql__give(zta_pgsql_params *params, zta_str bytes)
{
	params->values[params->count] = bytes.len == 0 ? "" : bytes.ptr;
	params->lengths[params->count] = (int)bytes.len;
	params->count++;
}

void
zta_pgsql__give_oid(zta_pgsql_params *params, const zta_oid *oid)
{
	if (zta_oid__is_none(oid)) {
		params->values[params->count++] = NULL;
		return;
	}
	zta_pgsql__give(
	    params, (zta_str){ (const char *)oid->bytes, ZTA_OID_LEN });
}

static void
put_be32(zta_buf *buf, size_t number)
{
	uint32_t big = htobe32((uint32_t)number);

	zta_buf__put(buf, (zta_str){ (const char *)&big, sizeof(big) });
}

void
zta_pgsql__put_array(zta_buf *buf, zta_pgsql_type type, size_t count)
{
	put_be32(buf, 1); /* dimensions */
	put_be32(buf, 0); /* no element is NULL */
	put_be32(buf, type);
	put_be32(buf, count);
	put_be32(buf, 1); /* the first index */
}

void
zta_pgsql__put_element(zta_buf *buf, zta_str bytes)
{
	put_be32(buf, bytes.len);
	zta_buf__put(buf, bytes);
}

/* --- running */

static zta_status
prepare(zta_pgsql_link *link, zta_pgsql_query which, const char *name,
    zta_error *err)
{
	PGresult *result;

	if (link->prepared[which]) {
		return ZTA_OK;
	}
	result = PQprepare(link->conn, name, query_sql[which], 0, NULL);
	if (PQresultStatus(result) != PGRES_COMMAND_OK) {
		return zta_pgsql_link__failed(link, result, err);
	}
	PQclear(result);
	link->prepared[which] = true;
	return ZTA_OK;
}

zta_status
zta_pgsql__run(zta_pgsql_link *link, zta_pgsql_query which,
    const zta_pgsql_params *params, PGresult **result, zta_error *err)
{
	static const zta_pgsql_params none;
	static const int binary[ZTA_PGSQL_PARAMS_MAX] = { 1, 1, 1, 1 };
	char name[16];
	zta_status status;

	*result = NULL;
	params = params == NULL ? &none : params;
	(void)snprintf(name, sizeof(name), "q%d", (int)which);
	status = prepare(link, which, name, err);
	if (status != ZTA_OK) {
		return status;
	}
	*result = PQexecPrepared(link->conn, name, params->count,
	    params->values, params->lengths, binary, 1);
	if (PQresultStatus(*result) != PGRES_TUPLES_OK &&
	    PQresultStatus(*result) != PGRES_COMMAND_OK) {
		status = zta_pgsql_link__failed(link, *result, err);
		*result = NULL;
	}
	return status;
}

zta_status
zta_pgsql__do(zta_pgsql_link *link, zta_pgsql_query which,
    const zta_pgsql_params *params, int *changed, zta_error *err)
{
	PGresult *result;
	zta_status status = zta_pgsql__run(link, which, params, &result, err);

	if (status == ZTA_OK && changed != NULL) {
		*changed = atoi(PQcmdTuples(result));
	}
	PQclear(result);
	return status;
}

/* --- fields */

zta_str
zta_pgsql__field(const PGresult *result, int row, int column)
{
	return (zta_str){ PQgetvalue(result, row, column),
		(size_t)PQgetlength(result, row, column) };
}

int64_t
zta_pgsql__int(const PGresult *result, int row, int column)
{
	zta_str field = zta_pgsql__field(result, row, column);
	uint64_t big = 0;

	if (field.len == sizeof(big)) {
		memcpy(&big, field.ptr, sizeof(big));
	}
	return (int64_t)be64toh(big);
}

zta_oid
zta_pgsql__oid(const PGresult *result, int row, int column)
{
	zta_str field = zta_pgsql__field(result, row, column);
	zta_oid oid = { 0 };

	if (field.len == ZTA_OID_LEN) {
		memcpy(oid.bytes, field.ptr, ZTA_OID_LEN);
	}
	return oid;
}

zta_status
zta_pgsql__copy(const PGresult *result, int row, int column, zta_arena *arena,
    zta_str *out, zta_error *err)
{
	*out = zta_arena__copy(arena, zta_pgsql__field(result, row, column));
	return out->ptr == NULL ? zta_arena__failed(arena, err) : ZTA_OK;
}
