/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log_signer.h - the log's private key, in the keeper alone. It signs
 * checkpoints of one origin, and none that takes back what it has signed.
 * docs/formats/checkpoint.md
 */
#ifndef ZTA_DAEMON_LOG_SIGNER_H
#define ZTA_DAEMON_LOG_SIGNER_H

#include "log/checkpoint.h"

typedef struct zta_log_signer_files {
	const char *key;    /* PEM; NULL: nothing is signed */
	const char *origin; /* the name of the key */
	const char *dir;    /* of the log, for what was signed last */
} zta_log_signer_files;

typedef struct zta_log_signer {
	zta_key *key; /* NULL: none */
	zta_note_key name;
	zta_log_head last; /* that was signed for; of size 0: none was */
} zta_log_signer;

/* Errors name the file. Close it either way. */
ZTA_MUST_USE zta_status zta_log_signer__open(
    zta_log_signer *out, const zta_log_signer_files *files, zta_error *err);
void zta_log_signer__close(zta_log_signer *signer);

/*
 * The note of this text. `proof` shows that what was signed last became what it
 * says. ZTA_EINVALID: it is no checkpoint of ours.
 * ZTA_ECONFLICT: of fewer entries than were signed for, or of others, or of none.
 */
ZTA_MUST_USE zta_status zta_log_signer__sign(zta_log_signer *signer,
    zta_str text, const zta_merkle_path *proof, zta_buf *note, zta_error *err);

#endif
