/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pgsql_call.c - calls that outlive a connection. See pgsql.h.
 *
 * A call whose connection breaks connects again, once, and starts again. One
 * that writes first asks what became of it, for its commit may have been heard.
 */
#include <time.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/time.h"
#include "store/pgsql.h"

typedef zta_status (*attempt)(zta_pgsql *s, void *call, zta_error *err);

static zta_status
with_link(zta_pgsql *s, attempt try, void *call, zta_error *err)
{
	zta_status status = ZTA_OK;
	int tries;

	for (tries = 0; tries < 2; tries++) {
		status = zta_pgsql_link__connect(&s->link, err);
		if (status != ZTA_OK) {
			return status;
		}
		status = try(s, call, err);
		if (status == ZTA_OK || s->link.conn != NULL) {
			return status;
		}
	}
	return status;
}

/* A statement that only reads. */
typedef struct question {
	zta_pgsql_query which;
	const zta_pgsql_params *params;
	PGresult *result;
} question;

static zta_status
try_question(zta_pgsql *s, void *call, zta_error *err)
{
	question *q = call;

	return zta_pgsql__run(&s->link, q->which, q->params, &q->result, err);
}

zta_status
zta_pgsql__ask(zta_pgsql *s, zta_pgsql_query which,
    const zta_pgsql_params *params, PGresult **result, zta_error *err)
{
	question q = { which, params, NULL };
	zta_status status = with_link(s, try_question, &q, err);

	*result = q.result;
	return status;
}

zta_status
zta_pgsql__ask_row(zta_pgsql *s, zta_pgsql_query which,
    const zta_pgsql_params *params, PGresult **result, zta_error *err)
{
	zta_status status = zta_pgsql__ask(s, which, params, result, err);

	return status == ZTA_OK && PQntuples(*result) == 0 ? ZTA_ENOTFOUND :
							     status;
}

typedef struct transaction {
	zta_str ledger;
	zta_pgsql_work work;
	const void *what;
	int64_t doubt; /* the one whose COMMIT had no answer, or 0 */
} transaction;

/* Was it committed? It may take the server a while to notice that we left. */
static zta_status
find_fate(zta_pgsql *s, int64_t number, bool *committed, zta_error *err)
{
	const struct timespec pause = { 0, ZTA_STORE_POLL_MS * 1000000 };
	int64_t deadline_ms = zta_time__monotonic_ms() + ZTA_STORE_BUSY_MS;
	zta_pgsql_params params = { 0 };
	PGresult *result;
	zta_status status;
	bool open;

	zta_pgsql__give_int(&params, number);
	do {
		status = zta_pgsql__run(
		    &s->link, ZTA_PGSQL_FATE, &params, &result, err);
		if (status != ZTA_OK) {
			return status;
		}
		*committed =
		    zta_str__is(zta_pgsql__field(result, 0, 0), "committed");
		open =
		    zta_str__is(zta_pgsql__field(result, 0, 0), "in progress");
		PQclear(result);
		if (!open) {
			return ZTA_OK;
		}
		(void)nanosleep(&pause, NULL);
	} while (zta_time__monotonic_ms() < deadline_ms);
	return zta_error__set(err, ZTA_EUNAVAILABLE,
	    "the database does not say whether it has committed");
}

static zta_status
begin(zta_pgsql *s, zta_str name, int64_t *ledger, int64_t *number,
    zta_error *err)
{
	zta_pgsql_params params = { 0 };
	PGresult *result = NULL;
	zta_status status =
	    zta_pgsql__do(&s->link, ZTA_PGSQL_BEGIN, NULL, NULL, err);

	if (status != ZTA_OK) {
		return status;
	}
	zta_pgsql__give(&params, name);
	status = zta_pgsql__run(
	    &s->link, ZTA_PGSQL_LEDGER_LOCK, &params, &result, err);
	if (status == ZTA_OK) {
		*number = zta_pgsql__int(result, 0, 0);
		*ledger = zta_pgsql__int(result, 0, 1);
	}
	PQclear(result);
	return status;
}

static zta_status
try_transaction(zta_pgsql *s, void *call, zta_error *err)
{
	transaction *t = call;
	int64_t ledger = 0, number = 0;
	bool committed = false;
	zta_status status = ZTA_OK;

	if (t->doubt != 0) {
		status = find_fate(s, t->doubt, &committed, err);
		if (status != ZTA_OK || committed) {
			return status;
		}
		t->doubt = 0;
	}
	status = begin(s, t->ledger, &ledger, &number, err);
	if (status == ZTA_OK) {
		status = t->work(s, ledger, t->what, err);
	}
	if (status == ZTA_OK) {
		status =
		    zta_pgsql__do(&s->link, ZTA_PGSQL_COMMIT, NULL, NULL, err);
		t->doubt = s->link.conn == NULL ? number : 0;
	}
	if (status != ZTA_OK && s->link.conn != NULL &&
	    zta_pgsql__do(&s->link, ZTA_PGSQL_ROLLBACK, NULL, NULL, NULL) !=
		ZTA_OK) {
		zta_pgsql_link__close(&s->link);
	}
	return status;
}

zta_status
zta_pgsql__transact(zta_store *store, zta_str ledger, zta_pgsql_work work,
    const void *what, zta_error *err)
{
	transaction t = { ledger, work, what, 0 };

	return with_link((zta_pgsql *)store, try_transaction, &t, err);
}
