/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log_policy.h - which checkpoints are believed: whose logs, and how many
 * witnesses must have cosigned. SPEC: c2sp tlog-policy; docs/formats/witness.md
 */
#ifndef ZTA_LOG_LOG_POLICY_H
#define ZTA_LOG_LOG_POLICY_H

#include "base/arena.h"
#include "log/checkpoint.h"

/* A page of names. A note has room for the lines of all witnesses. */
#define ZTA_LOG_POLICY_TEXT_MAX ((size_t)256 << 10)
#define ZTA_LOG_POLICY_LOGS_MAX 64u
#define ZTA_LOG_POLICY_WITNESSES_MAX 48u
#define ZTA_LOG_POLICY_GROUPS_MAX 64u
#define ZTA_LOG_POLICY_VOTERS_MAX \
	(ZTA_LOG_POLICY_WITNESSES_MAX + ZTA_LOG_POLICY_GROUPS_MAX)

typedef struct zta_policy_log {
	zta_note_key key;
	const char *url; /* "": none */
} zta_policy_log;

/* A witness, or a group of those that stand before it. */
typedef struct zta_policy_voter {
	zta_str name; /* within the policy */
	bool is_witness;
	zta_note_key key;   /* of a witness */
	const char *url;    /* of a witness; "": none */
	uint32_t threshold; /* of a group: so many of its members */
	uint32_t members;
	int32_t group; /* whose member it is; -1: of none */
} zta_policy_voter;

typedef struct zta_log_policy {
	const zta_policy_log *logs;
	const zta_policy_voter *voters;
	uint32_t log_count, voter_count, witness_count;
	int32_t quorum; /* the voter that must have cosigned; -1: none */
} zta_log_policy;

/* Read a policy into `arena`. Errors have line and column. ZTA_EINVALID. */
ZTA_MUST_USE zta_status zta_log_policy__read(
    zta_arena *arena, zta_str text, zta_log_policy *out, zta_error *err);
/* The same of a file, which errors name. */
ZTA_MUST_USE zta_status zta_log_policy__load(
    zta_arena *arena, const char *path, zta_log_policy *out, zta_error *err);

/* Whom to believe who believes one log, whoever cosigned. */
zta_log_policy zta_log_policy__of(const zta_policy_log *log);

/* The log of this name, the first one; or NULL. */
const zta_policy_log *zta_log_policy__log(
    const zta_log_policy *policy, zta_str origin);

/*
 * Has the quorum cosigned the note? `*count` (NULL: not wanted) witnesses have.
 * ZTA_EUNTRUSTED: it has not, or a cosignature of a witness of the policy does
 * not hold. ZTA_EINVALID: it is no note.
 */
ZTA_MUST_USE zta_status zta_log_policy__quorum(const zta_log_policy *policy,
    zta_str note, uint32_t *count, zta_error *err);

/*
 * The log of the policy that has signed this note, and the text. Of a name that
 * several keys have, any may have signed; one that did not hold refuses it.
 * ZTA_ENOTFOUND: no log has this name; ZTA_EUNTRUSTED: it has not signed;
 * ZTA_EINVALID: it is no note.
 */
ZTA_MUST_USE zta_status zta_log_policy__find(const zta_log_policy *policy,
    zta_str note, const zta_policy_log **log, zta_str *text, zta_error *err);

/*
 * The head in a note that a log of the policy has signed, and the quorum
 * cosigned. `*log` (NULL: not wanted) is the log. As above, and ZTA_EUNTRUSTED:
 * no log of the policy has signed it.
 */
ZTA_MUST_USE zta_status zta_log_policy__open(const zta_log_policy *policy,
    zta_str note, zta_log_head *head, const zta_policy_log **log,
    zta_error *err);

#endif
