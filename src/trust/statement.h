/* SPDX-License-Identifier: Apache-2.0 */
/*
 * statement.h - trust/statements/: what another domain asserts to this one: its
 * form, its signature, and whether it may say so. SPEC: ztauth 6;
 * docs/formats/trust.md
 */
#ifndef ZTA_TRUST_STATEMENT_H
#define ZTA_TRUST_STATEMENT_H

#include "identity/jws.h"
#include "trust/domains.h"

#define ZTA_STATEMENT_TYP "ztauth-statement+jwt"

typedef enum zta_statement_kind {
	ZTA_STATEMENT_FEDERATION,
	ZTA_STATEMENT_ATTESTATION,
	ZTA_STATEMENT_DELEGATION
} zta_statement_kind;

/* What is found of a statement. Zeroed, it counts for nothing. */
typedef enum zta_statement_finding {
	ZTA_STATEMENT_UNVERIFIED,
	/* A change of trust/domains.json alone can bring these about: */
	ZTA_STATEMENT_NO_DOMAIN, /* whose keys are not known */
	ZTA_STATEMENT_NO_KEY,    /* that could have signed it */
	/* These are wrong: */
	ZTA_STATEMENT_BAD_SIGNATURE,
	ZTA_STATEMENT_WRONG_AUDIENCE, /* it is made for another domain */
	ZTA_STATEMENT_OF_OWN,         /* the own domain is not federated */
	ZTA_STATEMENT_NO_LEVEL,       /* of this name */
	ZTA_STATEMENT_NOT_ATTESTER,   /* the domain is none for this */
	ZTA_STATEMENT_TWICE,          /* another one has its `jti` */
	ZTA_STATEMENT_HOLDS
} zta_statement_finding;

/* Strings of a statement. No list at all limits nothing. */
typedef struct zta_statement_list {
	const zta_str *items; /* NULL: there is no list */
	uint32_t count;       /* from 1 */
} zta_statement_list;

typedef struct zta_statement_subject {
	zta_str type;
	zta_str id; /* ptr NULL: all of the type */
} zta_statement_subject;

typedef struct zta_statement {
	zta_str file; /* its path in the ledger, and its place there */
	uint32_t line, column;
	zta_jws jws;
	zta_statement_kind kind;
	zta_str issuer, audience, jti;
	int64_t not_before, ends_at;           /* ms */
	const zta_json *bundle;                /* federation; NULL: none */
	zta_str level;                         /* federation */
	zta_statement_list groups, workloads;  /* federation */
	zta_statement_list actions;            /* federation, delegation */
	zta_str workload;                      /* attestation, delegation */
	zta_statement_list properties;         /* attestation */
	const zta_statement_subject *subjects; /* delegation */
	uint32_t subject_count;
	zta_statement_finding finding; /* of zta_statement__verify() */
} zta_statement;

/* Those of a ledger. */
typedef struct zta_statements {
	zta_statement *list;
	uint32_t count;
	uint32_t room;
} zta_statements;

/* "federation" and so on; what is wrong, for people; "" if it holds. Static. */
const char *zta_statement__kind_name(zta_statement_kind kind);
const char *zta_statement__finding_text(zta_statement_finding finding);

/*
 * Read the claims that `doc` is, without anything that signs them. Both refer
 * to it and to `arena`. ZTA_EINVALID with line, column and pointer.
 */
ZTA_MUST_USE zta_status zta_statement__read_claims(zta_statement *out,
    zta_arena *arena, const zta_json_doc *doc, zta_error *err);

/* The same of a compact JWS. ZTA_EINVALID: `err` is about the claims. */
ZTA_MUST_USE zta_status zta_statement__read_jws(
    zta_statement *out, zta_arena *arena, zta_str token, zta_error *err);

/*
 * Read the text of a file; nothing is verified. ZTA_ESYNTAX, ZTA_EINVALID with
 * line, column and pointer of the file.
 */
ZTA_MUST_USE zta_status zta_statement__read(
    zta_statement *out, zta_arena *arena, zta_str text, zta_error *err);

/* Read that of the file `path` to the list, in `arena`. Also ZTA_ELIMIT. */
ZTA_MUST_USE zta_status zta_statements__add(zta_statements *list,
    zta_arena *arena, zta_str path, zta_str text, zta_error *err);

/*
 * Did its domain sign it, for the own domain, and may it say so? Neither levels
 * nor other statements are looked at, nor what time it is.
 */
zta_statement_finding zta_statement__verify(
    const zta_statement *statement, const zta_domains *domains);

/* Does it hold, and is it in force at `now` (ms)? */
bool zta_statement__is_in_force(const zta_statement *statement, int64_t now);

#endif
