/* SPDX-License-Identifier: Apache-2.0 */
/*
 * witnesses.h - the witnesses of our log, asked for cosignatures of each
 * checkpoint. docs/formats/witness.md
 *
 * A thread each, so that one that hangs holds up nobody but itself. One that
 * fails is left alone for a while that grows. Nothing of it is waited for by a
 * decision; only checkpoints wait, and not long.
 */
#ifndef ZTA_DAEMON_WITNESSES_H
#define ZTA_DAEMON_WITNESSES_H

#include "log/log.h"
#include "log/publish.h"

typedef struct zta_witnesses zta_witnesses;

typedef struct zta_witnesses_options {
	const char *policy;      /* its file */
	const char *ca_file;     /* NULL: the system's */
	const char *dir;         /* of the log */
	const zta_note_key *log; /* its key */
	uint64_t size;           /* entries of it that are written */
} zta_witnesses_options;

/*
 * Start the threads, each of which asks first what its witness saw last.
 * ZTA_ECONFLICT: one has a checkpoint, signed with our key, that the log does
 * not go on from; it is kept in `dir` as `checkpoint.witnessed`. ZTA_EINVALID:
 * the policy is none.
 */
ZTA_MUST_USE zta_status zta_witnesses__open(
    zta_witnesses **out, const zta_witnesses_options *options, zta_error *err);
/* NULL is fine. */
void zta_witnesses__close(zta_witnesses *witnesses);

/* A zta_publish_cosign. The operator is told when the quorum goes and comes. */
bool zta_witnesses__cosign(
    void *witnesses, const zta_log_head *head, zta_buf *note);

#endif
