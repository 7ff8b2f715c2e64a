/* SPDX-License-Identifier: Apache-2.0 */
/* deciding.h - what the surfaces that decide have in common. */
#ifndef ZTA_API_DECIDING_H
#define ZTA_API_DECIDING_H

#include "api/seal.h"
#include "identity/verify.h"

/* A call whose body is JSON; in the arena of the call. */
typedef struct zta_deciding {
	zta_worker *worker;
	zta_http_call *call;
	zta_snapshot *snapshot;
	int64_t since;
	zta_call_again *again; /* this call, when what it needs is there */
	zta_verifier with;
	zta_principal caller;
	zta_grounds grounds;
	/* SHA-256 of the body, once it is proven. */
	unsigned char digest[ZTA_SHA256_LEN];
} zta_deciding;

/*
 * Begin it: its body is JSON, or it is answered with `wrong_type`. NULL: it is
 * answered. The snapshot is to be dropped with zta_deciding__end().
 */
zta_deciding *zta_deciding__begin(zta_worker *worker, zta_http_call *call,
    int64_t since, zta_call_again *again, unsigned wrong_type);
void zta_deciding__end(zta_deciding *d);

/*
 * Find the workload that asks, if the zone demands that it shows itself, and
 * judge the token of `request`. False: the call is answered, or waits.
 */
bool zta_deciding__prove(zta_deciding *d, const zta_authzen *request);

/* Decide, and keep the request. As zta_pdp__decide_proven(). */
ZTA_MUST_USE zta_status zta_deciding__decide(zta_deciding *d,
    const zta_authzen *request, zta_decision *out, zta_error *err);

/* Its record, which refers to the call and the decision. */
ZTA_MUST_USE zta_status zta_deciding__record(const zta_deciding *d,
    const zta_authzen *request, const zta_decision *decision, zta_leaf *out);

/*
 * All of one evaluation, whose answer has the seals of `order` (NULL: none). The
 * call is answered, or waits.
 */
void zta_deciding__evaluate(
    zta_deciding *d, const zta_authzen *request, zta_seal_order *order);

/* Answer what is no question, or cannot be decided. */
void zta_deciding__fail(
    zta_deciding *d, zta_status status, const zta_error *err);

/* Is it what was asked that is wrong? Else nothing can be decided. */
bool zta_deciding__is_refused(zta_status status);

/* Where it is wrong, for callers. */
#define ZTA_AT_MAX (ZTA_PLACE_MAX + 32)
void zta_deciding__at(const zta_error *err, char at[ZTA_AT_MAX]);

/* Of AuthZEN's answer, all up to the index of its record; and what closes it. */
void zta_decision__put(
    const zta_decision *decision, const char *commit, zta_json_out *out);
#define ZTA_DECISION_END "}}}"

/* The answer of one that could not be recorded. */
#define ZTA_DECISION_UNAVAILABLE                                           \
	"{\"decision\":false,\"context\":{\"ztauth\":{\"leg\":\"record\"," \
	"\"code\":\"unavailable\"}}}"

#endif
