/* SPDX-License-Identifier: Apache-2.0 */
/* signer.h - the key that signs: from a file, or from an agent. */
#ifndef ZTA_PAP_SIGNER_H
#define ZTA_PAP_SIGNER_H

#include "crypto/ssh_sig.h"

typedef struct zta_signer {
	bool present; /* false: nobody signs */
	zta_ssh_signer ssh;
	zta_key *pair;
	zta_ssh_agent agent;
	bool connected;
} zta_signer;

/*
 * Open the key of the file `path`, a private key or the public one of a key
 * that the agent holds; without a path the first key of the agent at `socket`
 * (NULL: no agent). That the agent has none, or is not there, means that nobody
 * signs, unless a key was asked for. Closed by zta_signer__close() either way.
 */
ZTA_MUST_USE zta_status zta_signer__open(
    zta_signer *signer, const char *path, const char *socket, zta_error *err);
void zta_signer__close(zta_signer *signer);

#endif
