/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ssh_agent.h - keys that ssh-agent holds: which there are, and signing. The
 * agent is another program: what it says is checked, and it has limited time.
 * SPEC: draft-ietf-sshm-ssh-agent 3
 */
#ifndef ZTA_CRYPTO_SSH_AGENT_H
#define ZTA_CRYPTO_SSH_AGENT_H

#include "base/arena.h"
#include "crypto/ssh_key.h"

typedef struct zta_ssh_agent {
	int fd;
	int patience_ms; /* for one answer */
} zta_ssh_agent;

typedef struct zta_ssh_identity {
	zta_ssh_key key;
	zta_str comment;
} zta_ssh_identity;

/*
 * Connect to the socket `path`, which SSH_AUTH_SOCK names. ZTA_EIO.
 * After any error of the calls below nothing is left to do but close.
 */
ZTA_MUST_USE zta_status zta_ssh_agent__open(
    zta_ssh_agent *agent, const char *path, zta_error *err);
void zta_ssh_agent__close(zta_ssh_agent *agent);

/*
 * The Ed25519 keys that the agent holds, into `arena`; others are left out.
 * ZTA_EUNAVAILABLE: no answer, or a refusal. ZTA_EINVALID: no sense.
 */
ZTA_MUST_USE zta_status zta_ssh_agent__list(zta_ssh_agent *agent,
    zta_arena *arena, zta_ssh_identity **out, uint32_t *count, zta_error *err);

/* Have `bytes` signed by a key; the signature has been verified. As above. */
ZTA_MUST_USE zta_status zta_ssh_agent__sign(zta_ssh_agent *agent,
    const zta_ssh_key *key, zta_str bytes, unsigned char sig[ZTA_SSH_SIG_LEN],
    zta_error *err);

#endif
