/* SPDX-License-Identifier: Apache-2.0 */
/* ledger_job.h - one call about ledgers; for the files of api alone. */
#ifndef ZTA_API_LEDGER_JOB_H
#define ZTA_API_LEDGER_JOB_H

#include "api/access.h"
#include "api/form.h"
#include "api/ledgers.h"
#include "api/signed_request.h"
#include "base/json_write.h"
#include "pap/transfer.h"

typedef struct zta_ledger_job zta_ledger_job;

/* What is asked for. */
typedef struct zta_ledger_verb {
	const char *method;
	const char *path;   /* after the ledger's name; NULL: of all ledgers */
	const char *action; /* that the caller needs; NULL: `run` asks */
	bool object;        /* an id follows the path */
	void (*run)(zta_ledger_job *job);
} zta_ledger_verb;

/* In the arena of its call. */
struct zta_ledger_job {
	zta_ledger_job *next;
	zta_ledger_desk *desk; /* where it goes back to */
	zta_http_call *call;
	const zta_ledger_verb *verb;
	zta_str name, id; /* in the path */
	/* Set by the thread: */
	const zta_ledgers_options *options;
	zta_access *access;
	zta_arena *arena; /* of this job's work */
	zta_form query;
	zta_ledger ledger;
	zta_request_signer signer;
	/* Who signed the last new commit that may (NULL: nobody). */
	bool has_committer;
	const zta_ssh_key *committer;
	/* A call that waits, if `wait_until` is set: */
	int64_t wait_until; /* monotonic ms */
	uint64_t after;     /* for a change with a higher number */
	bool polls;         /* for a file: nobody tells of its changes */
	/* The answer: */
	unsigned status;
	const char *type;
	char fields[64];
	zta_buf body;
};

/* In the order in which they came. */
typedef struct zta_ledger_job_list {
	zta_ledger_job *first, *last;
} zta_ledger_job_list;

void zta_ledger_job_list__add(zta_ledger_job_list *list, zta_ledger_job *job);
/* The first, or NULL. */
zta_ledger_job *zta_ledger_job_list__take(zta_ledger_job_list *list);

/* Give a job to the thread; it comes back to the desk. */
void zta_ledger_desk__hand_in(zta_ledger_desk *desk, zta_ledger_job *job);
void zta_ledgers__hand_in(zta_ledgers *ledgers, zta_ledger_job *job);
/* The thread is done with it. */
void zta_ledger_desk__give_back(zta_ledger_desk *desk, zta_ledger_job *job);

/* Begin an answer in JSON; what is written to `out` is its body. */
zta_json_out zta_ledger_job__begin(zta_ledger_job *job, unsigned status);

/* Answer an error. What was written before is forgotten. */
void zta_ledger_job__fail(zta_ledger_job *job, unsigned status,
    const char *code, const char *message, const char *at);
/* The same, open, so that members can follow; the caller closes it. */
zta_json_out zta_ledger_job__begin_error(zta_ledger_job *job, unsigned status,
    const char *code, const char *message, const char *at);
/* Answer what a status says. */
void zta_ledger_job__fail_with(
    zta_ledger_job *job, zta_status status, const zta_error *err);

/* May the caller? If not, or if it cannot be said, that is answered. */
ZTA_MUST_USE bool zta_ledger_job__may(
    zta_ledger_job *job, const char *action, zta_str ref);

/*
 * Ask the admin ledger, as zta_access__ask(), and record the answer unless it
 * permits to read. ZTA_EUNAVAILABLE also: it cannot be recorded.
 */
ZTA_MUST_USE zta_status zta_ledger_job__ask(
    zta_ledger_job *job, const zta_access_question *question, zta_error *err);
/* Record that the request does not show who calls; `why` is for operators. */
ZTA_MUST_USE zta_status zta_ledger_job__record_refusal(
    zta_ledger_job *job, const char *why, zta_error *err);

/* "<zone>/<name>" in the arena. A NULL pointer: no memory. */
zta_str zta_ledger_job__full_name(zta_ledger_job *job, zta_str name);

/* The id in a parameter of the query. False: it is wrong, and answered. */
ZTA_MUST_USE bool zta_ledger_job__oid(
    zta_ledger_job *job, const char *name, zta_oid *out);
/* A decimal number up to `max`, or `absent`. The same. */
ZTA_MUST_USE bool zta_ledger_job__number(zta_ledger_job *job, const char *name,
    uint64_t absent, uint64_t max, uint64_t *out);

/*
 * Does who signed the call ask for what is followed, of the ledger that the zone
 * decides under? If not, that is answered.
 */
ZTA_MUST_USE bool zta_ledger_job__is_for_follower(
    zta_ledger_job *job, const zta_followed *what);

/* The transfer in the body; its list is in the arena. The same. */
ZTA_MUST_USE bool zta_ledger_job__transfer(
    zta_ledger_job *job, zta_transfer *out);

void zta_json_out__oid(zta_json_out *out, const zta_oid *oid);

/* Verbs. */
void zta_ledger_verb__list(zta_ledger_job *job);
void zta_ledger_verb__create(zta_ledger_job *job);
void zta_ledger_verb__refs(zta_ledger_job *job);
void zta_ledger_verb__log(zta_ledger_job *job);
void zta_ledger_verb__delegations(zta_ledger_job *job);
void zta_ledger_verb__diff(zta_ledger_job *job);
void zta_ledger_verb__object(zta_ledger_job *job);
void zta_ledger_verb__revocations(zta_ledger_job *job);
void zta_ledger_verb__fetch(zta_ledger_job *job);
void zta_ledger_verb__store(zta_ledger_job *job);
void zta_ledger_verb__push(zta_ledger_job *job);
void zta_ledger_verb__git_info(zta_ledger_job *job);
void zta_ledger_verb__git_upload(zta_ledger_job *job);

#endif
