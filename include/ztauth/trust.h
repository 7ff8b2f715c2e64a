/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ztauth/trust.h - the trust model of a workspace: look at it, ask it, take a
 * workload out (docs/trust.md).
 *
 *     zta_trust_edit edit = { ZTA_STR("spiffe://shop.example/web"), false };
 *     zta_trust_change(workspace, &edit, ZTA_STR("its key leaked"), &signing,
 *         &changed, &err);
 *
 * What a call gives lives until the workspace is closed.
 */
#ifndef ZTAUTH_TRUST_H
#define ZTAUTH_TRUST_H

#include "ztauth/key.h"
#include "ztauth/ledger.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct zta_trust_level {
	zta_str name;
	int64_t rank;          /* higher is more trusted */
	const char *proofs[4]; /* any of these; none: whatever */
	size_t proof_count;
	int64_t proof_age_max_s; /* 0: any */
	bool consent;
	const zta_str *attestations; /* properties: all are demanded */
	size_t attestation_count;
} zta_trust_level;

typedef struct zta_trust_group {
	zta_str name;
	const zta_trust_level *level;
	const zta_str
	    *members; /* exact ids, and prefixes that end with / and * */
	size_t member_count;
} zta_trust_group;

/* An entry of the quarantine, and the commit that brought it (NULL: none yet). */
typedef struct zta_trust_quarantined {
	zta_str entry;
	const zta_ledger_commit *commit;
} zta_trust_quarantined;

/* What another domain says: a file of trust/statements. */
typedef struct zta_trust_statement {
	zta_str file;
	const char *kind; /* "federation", "attestation" or "delegation" */
	zta_str domain;   /* that says it */
	int64_t begins_at, ends_at; /* ms */
	const zta_trust_level *cap; /* of a federation; NULL: none of ours */
	zta_str workload;           /* else: an id or a prefix */
	const zta_str *properties;  /* of an attestation */
	size_t property_count;
	const char *problem; /* why it counts at no time; "": it does */
	bool in_force;       /* now */
} zta_trust_statement;

/* The model of the folder. */
typedef struct zta_trust_view {
	const zta_trust_level *levels; /* ascending by rank */
	size_t level_count;
	const zta_trust_group *groups;
	size_t group_count;
	const zta_trust_quarantined *quarantine;
	size_t quarantine_count;
	zta_str own; /* domain; empty: trust/domains.json does not say it */
	const zta_trust_statement *statements;
	size_t statement_count;
} zta_trust_view;

/*
 * ZTA_ENOTFOUND: the folder has no trust model. ZTA_ESYNTAX, ZTA_EINVALID: it is
 * none, with file, line and column.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_trust_show(
    zta_workspace *workspace, zta_trust_view *out, zta_error *err);

/* May this workload act for this subject? What is empty is not known. */
typedef struct zta_trust_question {
	zta_str workload;
	zta_str source;  /* of its credential */
	zta_str domain;  /* empty: that of its SPIFFE ID */
	zta_str proof;   /* "bearer", "mtls", "dpop" or "wpt" */
	int64_t age_s;   /* of the proof */
	int64_t now;     /* ms since 1970 */
	zta_str subject; /* such as User::"alice"; empty: only the level */
	zta_str subject_kind, subject_source, subject_domain;
	zta_str action;   /* with `resource`, what it is about to do */
	zta_str resource; /* such as Doc::"menu" */
} zta_trust_question;

/* Why the workload is in a group, and what keeps it from the group's level. */
typedef struct zta_trust_membership {
	const zta_trust_group *group;
	zta_str entry; /* the member that stands for it */
	bool other_proof, too_old, no_consent, no_attestation;
	zta_str unattested; /* the first property that is not; or empty */
	/* Of a workload of another domain, the group does not count then: */
	bool out_of_scope, above_cap;
} zta_trust_membership;

typedef struct zta_trust_explained {
	const zta_trust_membership *groups;
	size_t group_count;
	const zta_str *quarantine; /* entries that take it out */
	size_t quarantine_count;
	zta_str domain; /* another one, that the workload is of; or empty */
	const zta_trust_statement *capped; /* its federation; NULL: none */
	const char
	    *refused; /* why it may not act, whatever its level; or NULL */
	zta_str refused_by; /* a statement or a domain, which that is about */
	const zta_trust_level *level; /* NULL: none is reached */
	const zta_trust_level *next;  /* the one above; NULL: there is none */
	zta_str next_unattested;      /* as above, for the next level */
	bool asked;                   /* the policies were */
	bool permitted;
	const char *code; /* why not (docs/formats/trust.md); "" if there is
			     nothing against it */
	const zta_str *policies; /* that permitted, or forbade */
	size_t policy_count;
	/* Each policy whose scope holds. */
	const zta_cedar_explanation *reasons;
	size_t reason_count;
} zta_trust_explained;

/* As zta_trust_show(); ZTA_EINVAL: that is no question. */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_trust_explain(zta_workspace *workspace,
    const zta_trust_question *question, zta_trust_explained *out,
    zta_error *err);

/* An edit of the quarantine in trust/groups.json. */
typedef struct zta_trust_edit {
	zta_str entry; /* an exact id, or a prefix that ends with "/" and a * */
	bool restore;  /* take it out of the quarantine; else put it in */
} zta_trust_edit;

typedef struct zta_trust_changed {
	bool already; /* it is so in HEAD: nothing is to be done */
	bool known;   /* a group has a member that the entry is about */
	/* Entries that take the workload out too, or a part of the prefix. */
	const zta_str *others;
	size_t other_count;
	zta_workspace_result result; /* unless it is so already */
} zta_trust_changed;

/*
 * Make a commit of HEAD with this edit and nothing else, whose message holds
 * `because`, and put it into the folder. The layout of the file stays; other
 * changes of the folder are left alone. ZTA_ECONFLICT: the file itself differs
 * from HEAD; ZTA_EINVAL: that is no entry; ZTA_ENOTFOUND: there is no such file.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_trust_change(zta_workspace *workspace,
    const zta_trust_edit *edit, zta_str because,
    const zta_workspace_signing *signing, zta_trust_changed *out,
    zta_error *err);

/* What would it change? Nothing is written. As zta_workspace_plan(). */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_trust_plan(zta_workspace *workspace,
    const zta_trust_edit *edit, const zta_ledger_questions *questions,
    zta_trust_changed *out, zta_workspace_outlook *outlook, zta_error *err);

/*
 * Make a statement for another zone, as the text of a file of trust/statements
 * there: `claims`, a JSON object, with a `jti`, `nbf` and `exp` of ours, signed.
 * It begins at `now` and ends at `until` (ms). Free it with zta_str_free().
 * ZTA_ESYNTAX, ZTA_EINVALID: the claims are not those of a statement.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_trust_statement_make(zta_str claims,
    const zta_key *key, int64_t now, int64_t until, zta_str *out,
    zta_error *err);

/*
 * Would the file count at `now` under the text of trust/domains.json? Levels and
 * other statements are not looked at. `*claims` is what it says, if it could be
 * read; free it with zta_str_free(). ZTA_EUNTRUSTED: it would not, and why;
 * ZTA_ESYNTAX, ZTA_EINVALID: one of the two is malformed.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_trust_statement_verify(zta_str file,
    zta_str domains, int64_t now, zta_str *claims, zta_error *err);

#ifdef __cplusplus
}
#endif
#endif
