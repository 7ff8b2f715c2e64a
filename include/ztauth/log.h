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
} zta_log_verified;

/*
 * Verify the whole log in `dir`: frames and how they follow, the tree that the
 * entries make and the files that keep it, the signature of the checkpoint and
 * that it is of these entries. `older` is a checkpoint that was kept: what it is
 * of has to be what the log begins with. Without a verifier key (empty)
 * checkpoints are not looked at. Needs no lock. ZTA_EINVALID: it is damaged;
 * ZTA_EUNTRUSTED: the checkpoint is not signed with this key; ZTA_ENOTFOUND: no
 * log, no tree or no checkpoint is there. ZTA_EIO, ZTA_ENOMEM.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_log_verify(const char *dir,
    zta_str verifier_key, zta_str older, zta_log_verified *out, zta_error *err);

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
