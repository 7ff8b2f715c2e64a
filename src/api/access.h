/* SPDX-License-Identifier: Apache-2.0 */
/*
 * access.h - who may do what with ledgers: the admin ledger says so.
 * SPEC: docs/design/ledger.md. For one thread.
 */
#ifndef ZTA_API_ACCESS_H
#define ZTA_API_ACCESS_H

#include "base/limits.h"
#include "crypto/ssh_key.h"
#include "ledger/ledger.h"
#include "pdp/snapshot.h"

/* The ledger of a zone that governs the others. */
#define ZTA_ACCESS_LEDGER "admin"

typedef struct zta_access {
	char name[2 * ZTA_STORE_LEDGER_MAX + 2]; /* "<zone>/admin" */
	zta_ledger ledger;
	zta_str zone;
	zta_oid commit;         /* that the snapshot is of */
	zta_snapshot *snapshot; /* NULL: none is loaded; nobody may anything */
	zta_arena arena;        /* of one question after another */
} zta_access;

typedef struct zta_access_question {
	const zta_ssh_key *key; /* NULL: Anonymous */
	const char *action;     /* "create", "read", "push" or "commit" */
	zta_str ledger;         /* "<zone>/<name>" */
	zta_str ref;            /* empty: about none */
} zta_access_question;

/* `zone` outlives it. Release it with zta_access__close(). */
void zta_access__open(zta_access *access, zta_store *store, zta_str zone);
void zta_access__close(zta_access *access);

/*
 * Load what the ref names now, if that is another commit than before. After an
 * error nobody may anything. ZTA_ENOTFOUND: there is no such ledger.
 */
ZTA_MUST_USE zta_status zta_access__refresh(zta_access *access, zta_error *err);

/* Zeroed, it denies. Texts are of the snapshot and of `access->arena`. */
typedef struct zta_access_answer {
	bool permitted;
	const char *code; /* as decisions have it */
	zta_str principal_type, principal_id;
	const zta_str *policies; /* that decided */
	uint32_t policy_count;
} zta_access_answer;

/*
 * Is it permitted? ZTA_EUNTRUSTED: no, with the reason for the operator.
 * Anything else but ZTA_OK: there is no answer. `out` is good until the next
 * question.
 */
ZTA_MUST_USE zta_status zta_access__ask(zta_access *access,
    const zta_access_question *question, zta_access_answer *out,
    zta_error *err);

#endif
