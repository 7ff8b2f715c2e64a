/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ztauth/log.h - read a decision log.
 *
 * A log is a directory of segments (docs/formats/log.md). Reading needs no
 * lock and may go on while a server writes. Every frame that is passed is
 * checked: its hash, and that it follows the frame before.
 */
#ifndef ZTAUTH_LOG_H
#define ZTAUTH_LOG_H

#include "ztauth/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct zta_log_reader zta_log_reader;

/*
 * Read the log in `dir` from entry `from` on; a negative number counts from the
 * end, so -10 gives the last ten. ZTA_ENOTFOUND: no log is there. ZTA_EIO,
 * ZTA_EINVALID (damaged), ZTA_ENOMEM. Free with zta_log_reader_close().
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_log_reader_open(
    zta_log_reader **out, const char *dir, int64_t from, zta_error *err);

/*
 * The next record as one JSON object in one line, without a newline; valid
 * until the next call. ZTA_ENOTFOUND: no more yet; asking again later goes on.
 * ZTA_EINVALID: the log is damaged, with segment and offset.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_log_reader_next(
    zta_log_reader *reader, zta_str *json, zta_error *err);

/* The record that was given last, in the same form. ZTA_ENOMEM. */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_log_reader_json(
    zta_log_reader *reader, zta_str *json, zta_error *err);

/*
 * The first entry of what was written at `ms` (since 1970) or later; behind the
 * last one, if that is nothing. What is before it is not read, so this is quick.
 * ZTA_ENOTFOUND: no log is there. ZTA_EIO, ZTA_ENOMEM.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_log_since(
    const char *dir, int64_t ms, uint64_t *entry, zta_error *err);

/*
 * What is looked for. What is empty or zero may be anything; of the rest all must
 * hold. `subject` and `resource` are User::"alice" or the id alone.
 */
typedef struct zta_log_query {
	zta_str kind, subject, resource, action;
	zta_str workload; /* in any place of the chain */
	zta_str leg, code, commit, txn;
	zta_str policy; /* that decided, let a workload act, or failed */
	bool allowed, denied;
	int64_t since, until; /* ms; `until` itself is too late */
} zta_log_query;

/* A record, as far as people look at many of them. Empty: it is not there, or
 * was erased. */
typedef struct zta_log_record {
	uint64_t index;
	int64_t time;
	zta_str kind, commit, txn;
	zta_str subject_type, subject_id, action, resource_type, resource_id;
	zta_str leg, code;
	bool allowed;
	const zta_str *workloads; /* the chain, in its order */
	size_t workload_count;
	const zta_str *policies; /* that decided */
	size_t policy_count;
} zta_log_record;

/*
 * The next record that the query asks for; valid until the next call. Statuses
 * are those of zta_log_reader_next().
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_log_reader_find(zta_log_reader *reader,
    const zta_log_query *query, zta_log_record *out, zta_error *err);

/*
 * The same record as bytes: a leaf of the tree, valid until the next call. With
 * its index. Its errors are those of zta_log_reader_next().
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_log_reader_entry(
    zta_log_reader *reader, zta_str *bytes, uint64_t *index, zta_error *err);

/* NULL is fine. */
ZTA_PUBLIC void zta_log_reader_close(zta_log_reader *reader);

/*
 * How many entries of the log in `dir` its checkpoint is of, which the key has
 * signed. They are durable, and never others. ZTA_ENOTFOUND: there is none yet;
 * ZTA_EUNTRUSTED: not signed with this key; ZTA_EINVALID, ZTA_EIO, ZTA_ENOMEM.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_log_covered(
    const char *dir, zta_str verifier_key, uint64_t *size, zta_error *err);

/* What zta_log_verify() went through. */
typedef struct zta_log_verified {
	uint64_t entries, segments;
	uint64_t torn;    /* bytes of a write that did not finish */
	uint64_t covered; /* entries that the checkpoint is of */
	uint64_t older;   /* entries of the older one */
	uint64_t minimum; /* entries below are no longer kept */
	/* Records whose openings match, were erased, are not there. */
	uint64_t open, erased, missing;
	uint64_t cosigned; /* witnesses of the policy that cosigned */
} zta_log_verified;

/*
 * Verify the whole log in `dir`: frames and how they follow, the tree that the
 * entries make and the files that keep it, the signature of the checkpoint and
 * that it is of these entries. `older` is a checkpoint that was kept: what it is
 * of has to be what the log begins with. Without a verifier key (empty)
 * checkpoints are not looked at. Of entries that are no longer kept there are
 * the hashes. Then openings are held to their records. Needs no lock. ZTA_EINVALID: it is damaged;
 * ZTA_EUNTRUSTED: the checkpoint is not signed with this key; ZTA_ENOTFOUND: no
 * log, no tree or no checkpoint is there. ZTA_EIO, ZTA_ENOMEM.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_log_verify(const char *dir,
    zta_str verifier_key, zta_str older, zta_log_verified *out, zta_error *err);

/* What zta_log_erase() has destroyed. */
typedef struct zta_log_erased {
	uint64_t openings; /* of records */
	uint64_t requests; /* that were kept */
	uint64_t entries;  /* of the log, that were looked at */
} zta_log_erased;

/*
 * Destroy what the log in `dir` holds of `subject`, TYPE::"id" without escapes: the
 * openings of all records about it, as subject or resource, and requests that
 * were kept. A type without a namespace is that name in any. The log stays whole,
 * and a server may write it. All of it is on disk when this returns; if it fails,
 * the next run completes it. ZTA_EINVAL: no entity. ZTA_ENOTFOUND: no log is
 * there. ZTA_EINVALID: it is damaged. ZTA_EIO, ZTA_ENOMEM.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_log_erase(
    const char *dir, zta_str subject, zta_log_erased *out, zta_error *err);

typedef struct zta_log_retained {
	uint64_t segments; /* that were removed */
	uint64_t first;    /* entry with which the log begins now */
} zta_log_retained;

/*
 * Give up what is older than `before` (ms since 1970) of the log in `dir`, which
 * no server writes: whole segments that a checkpoint under this verifier key
 * covers, with their openings, and requests that were kept. All proofs stay
 * good. A record says so first. ZTA_EUNAVAILABLE: a server writes it.
 * ZTA_EUNTRUSTED, ZTA_EINVALID, ZTA_ENOTFOUND, ZTA_EIO, ZTA_ENOMEM.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_log_retain(const char *dir,
    zta_str verifier_key, int64_t before, zta_log_retained *out,
    zta_error *err);

/*
 * The same under a policy (docs/formats/witness.md): one of its logs has signed
 * the checkpoint, and its quorum cosigned; the older one need only be signed.
 * Errors of the policy have line and column; one that is none is ZTA_EINVALID.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_log_verify_by(const char *dir,
    zta_str policy, zta_str older, zta_log_verified *out, zta_error *err);

/* The log of another server, as it was collected. docs/formats/ship.md */
typedef struct zta_log_node {
	zta_str name, origin;
	uint64_t entries;   /* that there are of it */
	uint64_t covered;   /* of them, by its newest checkpoint here */
	int64_t covered_ms; /* when that came, since 1970; 0: none has come */
	uint64_t newest;    /* that it has signed for, as far as it has shown */
	int64_t heard_ms;   /* when it was heard of last; 0: never */
	bool forked;        /* it has signed two logs that differ: */
	uint64_t forked_at; /* entries of the other one */
	/* ZTA_OK: what is here is what it has signed. Else `why` says what is not. */
	zta_status status;
	zta_error why;
} zta_log_node;

/*
 * Tell of each node whose log is collected in `dir`. The roots of the trees are
 * computed; the entries are not read, which zta_log_verify() does. Texts are
 * good for the call of `tell` alone. Needs no lock. ZTA_ENOTFOUND: nothing is
 * collected there; ZTA_EINVALID, ZTA_ESYNTAX: so says the list of nodes. ZTA_EIO,
 * ZTA_ENOMEM.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_log_nodes(const char *dir,
    void (*tell)(void *context, const zta_log_node *node), void *context,
    zta_error *err);

#ifdef __cplusplus
}
#endif
#endif
