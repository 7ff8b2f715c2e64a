/* SPDX-License-Identifier: Apache-2.0 */
/*
 * admit.h - may this commit exist? SPEC: ztauth 2
 *
 * It may if it follows the commit that the ref names now, if it is signed as
 * its zone demands, and if its tree is a version of a ledger (check.h). Keys
 * are judged by when the commit came, never by when it says that it was made:
 * whoever has stolen a key can write any date.
 */
#ifndef ZTA_PAP_ADMIT_H
#define ZTA_PAP_ADMIT_H

#include "ledger/commit_sign.h"
#include "pap/check.h"

/* A key that was taken back. No list of signers brings it back. */
typedef struct zta_revocation {
	zta_ssh_key key;
	int64_t at_ms;
} zta_revocation;

/* What a commit comes to. Zeroed, it is an empty ref where nobody must sign. */
typedef struct zta_admission {
	bool has_head;       /* false: the ref does not exist yet */
	zta_oid head;        /* what the ref names now */
	int64_t received_at; /* ms, by our clock */
	bool must_be_signed;
	/* NULL: signatures are not looked at, and none will do if one must be
	 * there. Else one that is there must hold, even where none must. */
	const zta_ssh_allowed_list *signers;
	const zta_revocation *revoked;
	uint32_t revoked_count;
	const zta_snapshot *base; /* see zta_check__tree_on(); NULL: none */
} zta_admission;

/*
 * Judge `commit`, whose tree is `tree`; its arena is taken over. Findings about
 * the commit itself have no file; if there are any, the tree is not looked at,
 * so that who may not commit costs little. The commit is admitted only if
 * zta_check__snapshot() gives one. Statuses are those of zta_check__tree().
 */
ZTA_MUST_USE zta_status zta_admit__commit(zta_check *out,
    const zta_admission *admission, const zta_commit *commit, zta_arena *arena,
    const zta_tree *tree, zta_error *err);

/*
 * The same where the tree has been looked at already: `tree` is the check of it.
 * `out` has what is wrong with the commit, or no findings: then it is admitted.
 */
ZTA_MUST_USE zta_status zta_admit__judged(zta_check *out,
    const zta_admission *admission, const zta_commit *commit,
    const zta_check *tree, zta_error *err);

#endif
