/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ssh_sig.h - SSH signatures of files, as `ssh-keygen -Y` and git have them.
 * SPEC: docs/formats/objects.md
 */
#ifndef ZTA_CRYPTO_SSH_SIG_H
#define ZTA_CRYPTO_SSH_SIG_H

#include "base/buf.h"
#include "base/limits.h"
#include "crypto/ssh_agent.h"
#include "crypto/ssh_key.h"

/* The namespace of signatures of commits. */
#define ZTA_SSH_GIT ZTA_STR("git")

typedef enum zta_ssh_hash { ZTA_SSH_SHA512, ZTA_SSH_SHA256 } zta_ssh_hash;

typedef struct zta_ssh_sig {
	zta_ssh_key key; /* who claims to have signed */
	char namespace[ZTA_SSH_NAMESPACE_MAX + 1];
	zta_ssh_hash hash;
	unsigned char bytes[ZTA_SSH_SIG_LEN];
} zta_ssh_sig;

/*
 * Read an armored signature. That it is one says nothing yet. ZTA_ESYNTAX,
 * ZTA_EINVALID: not of Ed25519, or of another version.
 */
ZTA_MUST_USE zta_status zta_ssh_sig__read(
    zta_str armor, zta_ssh_sig *out, zta_error *err);

/* The same without the armor. */
ZTA_MUST_USE zta_status zta_ssh_sig__decode(
    zta_str blob, zta_ssh_sig *out, zta_error *err);

/*
 * Is it a signature of `payload` in `namespace` by `sig->key`? Who that is and
 * whether they may sign is another question: see ssh_allowed.h.
 */
ZTA_MUST_USE bool zta_ssh_sig__verify(
    const zta_ssh_sig *sig, zta_str namespace, zta_str payload);

/* Who signs: a key pair, or a key that an agent holds. */
typedef struct zta_ssh_signer {
	const zta_key *pair;  /* NULL: the agent signs */
	zta_ssh_agent *agent; /* NULL: the pair signs */
	zta_ssh_key key;      /* of the agent */
} zta_ssh_signer;

/* Sign `payload` and append the armored signature. Whatever the signer says. */
ZTA_MUST_USE zta_status zta_ssh_sig__make(const zta_ssh_signer *signer,
    zta_str namespace, zta_str payload, zta_buf *out, zta_error *err);

#endif
