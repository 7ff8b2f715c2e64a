/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commit_sign.h - signatures of commits, the ones that git makes and verifies
 * where gpg.format is ssh. SPEC: docs/formats/objects.md
 */
#ifndef ZTA_LEDGER_COMMIT_SIGN_H
#define ZTA_LEDGER_COMMIT_SIGN_H

#include "crypto/ssh_allowed.h"
#include "ledger/commit.h"

/*
 * Sign a commit whose other parts are complete: `commit->signature` is set, in
 * `arena`; one that was there is replaced. Whatever the signer says, and the
 * errors of zta_commit__encode().
 */
ZTA_MUST_USE zta_status zta_commit__sign(zta_arena *arena, zta_commit *commit,
    const zta_ssh_signer *signer, zta_error *err);

/*
 * Does the list allow the signature of the commit, judged at `now_s`: the time
 * of receipt, since what a commit says of its time is what a signer says?
 * `*who` is the line of the list. Every other status than ZTA_OK is a no;
 * ZTA_EUNTRUSTED is the usual one.
 */
ZTA_MUST_USE zta_status zta_commit__verify(const zta_commit *commit,
    const zta_ssh_allowed_list *list, int64_t now_s,
    const zta_ssh_allowed **who, zta_error *err);

/*
 * The signature as it stands in the commit; nothing is verified. ZTA_ESYNTAX,
 * ZTA_EINVALID as zta_ssh_sig__read(); there must be one.
 */
ZTA_MUST_USE zta_status zta_commit__signature(
    const zta_commit *commit, zta_ssh_sig *out, zta_error *err);

/*
 * Whose signature is it? That says nothing of who that is, and whether they may
 * sign. ZTA_EUNTRUSTED: of nobody, or not of this commit; ZTA_ESYNTAX.
 */
ZTA_MUST_USE zta_status zta_commit__signed_by(
    const zta_commit *commit, zta_ssh_key *who, zta_error *err);

#endif
