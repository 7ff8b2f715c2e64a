/* SPDX-License-Identifier: Apache-2.0 */
/*
 * service.h - the surfaces of one zone over HTTP. SPEC: ztauth 10
 *
 * A service is shared by its workers; each worker is one thread with its event
 * loop and its lane of the log. An answer that is recorded waits in the worker
 * until its record is durable.
 */
#ifndef ZTA_API_SERVICE_H
#define ZTA_API_SERVICE_H

#include <pthread.h>

#include "api/collector.h"
#include "api/fetcher.h"
#include "api/ledgers.h"
#include "api/log_desk.h"
#include "api/presented.h"
#include "api/tally.h"
#include "api/witness_desk.h"
#include "base/json_write.h"
#include "http/http.h"
#include "identity/live.h"
#include "identity/spent.h"
#include "log/journal.h"
#include "log/log.h"
#include "pdp/decide.h"

typedef struct zta_service {
	zta_zone zone;
	zta_zone_keys keys; /* of it */
	zta_api_names names;
	zta_live live;
	zta_followed grants;   /* of the zone, if it knows any */
	const char *grants_at; /* where they are changed; NULL: here */
	zta_log *log;
	zta_journal *journal; /* of requests; NULL: none are kept */
	zta_spent *spent;     /* seals that are good once */
	/* Tell the operator; from any thread. */
	void (*say)(const char *format, ...)
	    __attribute__((format(printf, 1, 2)));
	pthread_mutex_t lock;   /* of `snapshot` and `heard` */
	zta_snapshot *snapshot; /* NULL: the ledger has no commit yet */
	zta_ring *ring;         /* what was fetched for verifying */
	atomic_int large_left;  /* large bodies */
	/* From the server that is followed: */
	char heard[ZTA_OID_HEX_MAX]; /* where it is */
	atomic_llong heard_ms;       /* last; monotonic, 0: never yet */
} zta_service;

/*
 * Sign a payload, of a transaction token, a seal or a grant: the keeper does it.
 * `token` is what comes back. ZTA_EUNAVAILABLE.
 */
typedef zta_status zta_signer(
    void *channel, zta_str payload, zta_buf *token, zta_error *err);

typedef struct zta_worker {
	zta_service *service;
	zta_log_lane *lane;
	zta_http *http;
	zta_signer *sign, *sign_seal, *sign_grant;
	zta_ledger_desk *desk;          /* NULL: there is no store */
	zta_log_desk *log_desk;         /* NULL: it has no checkpoints */
	zta_witness_desk *witness_desk; /* NULL: this is no witness */
	zta_collector_desk *collector;  /* NULL: it collects no logs */
	zta_fetch_desk *fetch;          /* calls that wait for the outside */
	void *channel;                  /* of this worker to the keeper */
	zta_tally tally;
	struct zta_waiting *first, *last; /* answers that wait for the log */
} zta_worker;

/* The current snapshot, to be dropped after use; or NULL. */
zta_snapshot *zta_service__snapshot(zta_service *service);
/* Put another in force; the old one goes with its last request. */
void zta_service__replace(zta_service *service, zta_snapshot *snapshot);
/* The server that is followed says that its ledger is at `commit`. */
void zta_service__heard(zta_service *service, const zta_oid *commit);

/* Handler and ready function for zta_http; `context` is the worker. */
void zta_worker__handle(void *context, zta_http_call *call);
void zta_worker__recorded(void *context);
/* A zta_http_body_max. */
size_t zta_worker__body_max(void *context, const zta_http_call *call);

/* A zta_http_answered. */
void zta_worker__answered(void *context, uint32_t route, unsigned status);
/* What the number of a route stands for, for metrics; NULL: there is none. */
const char *zta_worker__route(uint32_t route);

/* --- for the files of api */

/* The current snapshot for a call, which is answered if there is none: NULL. */
zta_snapshot *zta_worker__snapshot(zta_worker *worker, zta_http_call *call);

/*
 * Record `leaf`; once it is durable, answer `call` with `status` and
 * `before` <index> `after` <what `add` puts>, or without the index if `after`
 * is empty. If it cannot be recorded, or `add` fails, answer `refusal` with
 * `refusal_status`. All of it is in the arena of the call.
 */
typedef struct zta_recorded_answer {
	unsigned status; /* 0: 200 */
	const char *fields;
	zta_str before, after;
	/* NULL: nothing. What is put has to do with the index of the record. */
	zta_status (*add)(
	    zta_worker *worker, void *what, uint64_t index, zta_buf *out);
	unsigned refusal_status;
	zta_str refusal;
	/* Or, if it is not NULL: this does what was recorded, and answers, also
	 * if it is not recorded. */
	void (*then)(void *what, bool is_recorded);
	void *what; /* of either */
} zta_recorded_answer;

void zta_worker__record(zta_worker *worker, zta_http_call *call,
    const zta_leaf *leaf, const zta_recorded_answer *answer);

/*
 * The same of several, at least one, in one frame of the log: all of them are
 * durable, or none. The index is that of the first; the others follow it.
 */
void zta_worker__record_all(zta_worker *worker, zta_http_call *call,
    const zta_leaf *leaves, uint32_t count, const zta_recorded_answer *answer);

/*
 * A proof of the call needs something from outside: have it fetched and do the
 * call `again`. False: it cannot be, and the call is still the caller's.
 */
ZTA_MUST_USE bool zta_worker__fetch(zta_worker *worker, zta_http_call *call,
    zta_snapshot *snapshot, const zta_need *need, int64_t since,
    zta_call_again *again);

/* One surface each. */
void zta_api__evaluation(zta_worker *worker, zta_http_call *call);
void zta_api__evaluations(zta_worker *worker, zta_http_call *call);
void zta_api__search_subject(zta_worker *worker, zta_http_call *call);
void zta_api__search_resource(zta_worker *worker, zta_http_call *call);
void zta_api__search_action(zta_worker *worker, zta_http_call *call);
void zta_api__chain_seal(zta_worker *worker, zta_http_call *call);
void zta_api__token(zta_worker *worker, zta_http_call *call);
void zta_api__token_service(zta_worker *worker, zta_http_call *call);
void zta_api__decision_point(zta_worker *worker, zta_http_call *call);
void zta_api__openapi(zta_worker *worker, zta_http_call *call);
void zta_api__healthz(zta_worker *worker, zta_http_call *call);
void zta_api__readyz(zta_worker *worker, zta_http_call *call);

/* Where metadata are, of the server; a zone's are behind. SPEC: rfc8414 3.1 */
#define ZTA_API_TOKEN_SERVICE "/.well-known/oauth-authorization-server"
#define ZTA_API_DECISION_POINT "/.well-known/authzen-configuration"

/* The types of tokens that /token takes of subjects, or of actors. */
void zta_api__put_token_types(zta_json_out *out, bool actor);

#endif
