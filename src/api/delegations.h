/* SPDX-License-Identifier: Apache-2.0 */
/*
 * delegations.h - the grants of a zone over HTTP: /delegations and
 * /delegations/{jti}. SPEC: ztauth 7, 10; docs/formats/delegation.md
 */
#ifndef ZTA_API_DELEGATIONS_H
#define ZTA_API_DELEGATIONS_H

#include "api/service.h"
#include "pdp/register.h"

/* Is it about them? `path` is without the zone. */
bool zta_api__is_delegation(zta_str path);
void zta_api__delegations(zta_worker *worker, zta_http_call *call);

/* --- for its files */

/* A call under way; in the arena of the call. */
typedef struct zta_delegation_call {
	zta_worker *worker;
	zta_http_call *call;
	zta_snapshot *snapshot;
	zta_str jti; /* of the path; empty: all of them */
	int64_t since, now;
	zta_principal caller;
	zta_str name;     /* of it, as Cedar writes the entity */
	bool administers; /* it does */
	zta_str token;    /* to be kept */
	/* What is done once it is recorded. */
	void (*then)(struct zta_delegation_call *d);
} zta_delegation_call;

void zta_delegation_call__register(zta_delegation_call *d);
void zta_delegation_call__revoke(zta_delegation_call *d);

/* {"error":{...}} in the arena of the call. */
zta_str zta_delegation_call__error(
    zta_delegation_call *d, const char *code, zta_str message, const char *at);

/* Answer with the grant of this `jti`, as it is known now; 404: it is not. */
void zta_delegation_call__show(
    zta_delegation_call *d, unsigned status, zta_str jti);

/* Something is needed from outside: wait for it, and do all of it again. */
void zta_delegation_call__wait(zta_delegation_call *d, const zta_need *need);

/*
 * Record what was found; then answer with `status` and `body`, or, if `then` is
 * not NULL, let it do what was recorded, and answer.
 */
void zta_delegation_call__record(zta_delegation_call *d,
    const zta_register_record *what, unsigned status, zta_str body,
    void (*then)(zta_delegation_call *d));

#endif
