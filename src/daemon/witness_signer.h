/* SPDX-License-Identifier: Apache-2.0 */
/*
 * witness_signer.h - the private key of a witness, in the keeper alone. It signs
 * cosignatures of checkpoints that go on from the last one of their log that it
 * signed. docs/formats/witness.md
 */
#ifndef ZTA_DAEMON_WITNESS_SIGNER_H
#define ZTA_DAEMON_WITNESS_SIGNER_H

#include "log/cosigning.h"

typedef struct zta_witness_files {
	const char *key;  /* PEM; NULL: there is no witness */
	const char *name; /* of the key */
	const char *logs; /* a policy, whose logs are known */
	const char *dir;  /* what was cosigned */
} zta_witness_files;

typedef struct zta_witness_signer {
	zta_key *key; /* NULL: none */
	zta_note_key name;
	zta_arena arena;
	zta_log_policy logs;
	zta_cosigned known;
} zta_witness_signer;

/* Errors name the file. Close it either way. */
ZTA_MUST_USE zta_status zta_witness_signer__open(
    zta_witness_signer *out, const zta_witness_files *files, zta_error *err);
void zta_witness_signer__close(zta_witness_signer *signer);

/*
 * Append the line of a cosignature for a call of add-checkpoint. From then on
 * this is the last one of its log. ZTA_EINVALID: it is not to be cosigned.
 */
ZTA_MUST_USE zta_status zta_witness_signer__sign(
    zta_witness_signer *signer, zta_str body, zta_buf *line, zta_error *err);

#endif
