/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keeper.h - the process that holds the private key.
 *
 * It talks to the server over socket pairs, one for each thread, in messages of
 * a fixed shape, and takes from each channel what its thread needs alone: the payload of a transaction token, of a seal, a grant or a client
 * assertion goes in, the token comes back. It chooses the header itself, reads nothing
 * from the network, and ends when the server does. docs/design/privsep.md
 * A checkpoint of the log goes in as its text, with the proof that the log only
 * grew, and a note comes back; one of another log goes in with its proof, and a
 * cosignature comes back.
 *
 * Keys are replaced in two steps, so that no token is signed by a key that is
 * not published: it reads its files anew, the server publishes what they hold,
 * then they are used.
 */
#ifndef ZTA_DAEMON_KEEPER_H
#define ZTA_DAEMON_KEEPER_H

#include <sys/types.h>

#include "base/buf.h"
#include "daemon/hoard.h"
#include "daemon/log_signer.h"
#include "daemon/witness_signer.h"

/* How many threads have something signed: a channel each. */
typedef struct zta_keeper_threads {
	uint32_t workers; /* tokens, seals, grants */
	uint32_t clients; /* client assertions */
} zta_keeper_threads;

typedef struct zta_keeper {
	pid_t pid;
	int *channels; /* all of them */
	uint32_t count;
	/* Each takes the messages of its own kind, and no others: */
	int *workers, *clients;
	int *publisher;                  /* checkpoints */
	int *witness;                    /* cosignatures */
	int *own;                        /* of whoever replaces the keys */
	char jwks[ZTA_HOARD_JWKS_MAX];   /* public keys; the first signs */
	char log_key[ZTA_NOTE_VKEY_MAX]; /* verifies checkpoints; "": none */
	char witness_key[ZTA_NOTE_VKEY_MAX]; /* and cosignatures */
} zta_keeper;

/*
 * Start the keeper with these keys and channels for these threads. The keys are
 * read in the new process alone. ZTA_EINVALID: no private key of the algorithm
 * that is needed.
 */
ZTA_MUST_USE zta_status zta_keeper__start(zta_keeper *out,
    const zta_keeper_keys *keys, const zta_log_signer_files *log,
    const zta_witness_files *witness, const zta_keeper_threads *threads,
    zta_error *err);

/* Close the channels, so that it ends, and wait for it. */
void zta_keeper__stop(zta_keeper *keeper);

/*
 * Read the files of the keys anew: `jwks` is what they hold. ZTA_EINVALID,
 * ZTA_EUNAVAILABLE and others: everything stays as it is.
 */
ZTA_MUST_USE zta_status zta_keeper__load(zta_keeper *keeper, zta_error *err);
/* Sign with what was loaded. */
ZTA_MUST_USE zta_status zta_keeper__use(zta_keeper *keeper, zta_error *err);

/* A zta_signer each; `channel` points to the worker's channel. */
ZTA_MUST_USE zta_status zta_keeper__sign(
    void *channel, zta_str payload, zta_buf *token, zta_error *err);
ZTA_MUST_USE zta_status zta_keeper__sign_seal(
    void *channel, zta_str payload, zta_buf *token, zta_error *err);
ZTA_MUST_USE zta_status zta_keeper__sign_grant(
    void *channel, zta_str payload, zta_buf *token, zta_error *err);
/* A zta_client_signer. SPEC: rfc7523 */
ZTA_MUST_USE zta_status zta_keeper__sign_client(
    void *channel, zta_str payload, zta_buf *token, zta_error *err);
/*
 * A zta_publish_last, and a zta_publish_sign. The log has one key for as long as
 * a keeper lives.
 */
ZTA_MUST_USE zta_status zta_keeper__last_log(
    void *channel, uint64_t *size, zta_error *err);
ZTA_MUST_USE zta_status zta_keeper__sign_log(void *channel, zta_str text,
    const zta_merkle_path *proof, zta_buf *note, zta_error *err);
/* The line of a cosignature, for a call of add-checkpoint. */
ZTA_MUST_USE zta_status zta_keeper__cosign(
    void *channel, zta_str call, zta_buf *line, zta_error *err);

#endif
