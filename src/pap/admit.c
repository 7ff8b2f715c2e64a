/* SPDX-License-Identifier: Apache-2.0 */
/* admit.c - see admit.h. */
#include "pap/admit.h"

#include "base/error.h"
#include "base/str.h"

/* At most one about each: parent, tree, signature. */
#define FINDINGS_MAX 3

typedef struct judge {
	const zta_admission *admission;
	const zta_commit *commit;
	zta_ledger_finding findings[FINDINGS_MAX];
	uint32_t count;
	zta_error why; /* of a signature that is refused */
} judge;

static void
refuse(judge *j, const char *rule, const char *message, const char *hint)
{
	j->findings[j->count++] = (zta_ledger_finding){ .file = ZTA_STR(""),
		.rule = rule,
		.message = message,
		.hint = hint,
		.policy = ZTA_STR("") };
}

/* History is never rewritten: a ref moves to a child of what it names. */
static void
judge_parent(judge *j)
{
	const zta_admission *a = j->admission;
	const zta_commit *c = j->commit;

	if (!a->has_head && c->has_parent) {
		refuse(j, "parent", "the first commit of a ref has no parent",
		    "push to the ref that has the parent, or begin anew");
	} else if (a->has_head && !c->has_parent) {
		refuse(j, "parent",
		    "the commit has no parent, and would replace all history",
		    "commit on top of what the ref names now");
	} else if (a->has_head && !zta_oid__eq(&a->head, &c->parent)) {
		refuse(j, "parent", "the parent is not what the ref names now",
		    "pull, and commit on top of it");
	}
}

static void
judge_tree(judge *j, const char *tree_id)
{
	char digits[ZTA_OID_HEX_MAX];

	zta_oid__hex(&j->commit->tree, digits);
	if (strcmp(digits, tree_id) != 0) {
		refuse(j, "tree-id", "the tree is not the one of the commit",
		    "send the objects again");
	}
}

static bool
is_revoked(const zta_admission *a, const zta_ssh_key *key)
{
	uint32_t i;

	for (i = 0; i < a->revoked_count; i++) {
		if (a->revoked[i].at_ms <= a->received_at &&
		    zta_ssh_key__eq(&a->revoked[i].key, key)) {
			return true;
		}
	}
	return false;
}

/* Seconds, downwards also before 1970. */
static int64_t
seconds(int64_t ms)
{
	return ms / 1000 - (ms % 1000 < 0);
}

/* The list allows it now, and the key was not taken back. Else a failure. */
static zta_status
judge_signer(judge *j)
{
	const zta_admission *a = j->admission;
	const zta_ssh_allowed *who;
	zta_status status = zta_commit__verify(
	    j->commit, a->signers, seconds(a->received_at), &who, &j->why);

	if (status == ZTA_ENOMEM) {
		return status;
	}
	if (status != ZTA_OK) {
		refuse(j, "signature", j->why.message,
		    "sign with a key that the zone allows now; the dates in "
		    "the commit do not count");
	} else if (is_revoked(a, &who->key)) {
		refuse(j, "signature", "the key of the signature is revoked",
		    "sign with a key that is not");
	}
	return ZTA_OK;
}

static zta_status
judge_signature(judge *j)
{
	const zta_admission *a = j->admission;

	if (j->commit->signature.len == 0 || a->signers == NULL) {
		if (a->must_be_signed) {
			refuse(j, "signature",
			    j->commit->signature.len == 0 ?
				"the commit is not signed" :
				"there is no list of those who may sign",
			    "sign it with a key that the zone allows");
		}
		return ZTA_OK;
	}
	return judge_signer(j);
}

/* All but what is in the tree. */
static zta_status
judge_commit(judge *j, const char *tree_id)
{
	judge_parent(j);
	judge_tree(j, tree_id);
	return judge_signature(j);
}

zta_status
zta_admit__judged(zta_check *out, const zta_admission *admission,
    const zta_commit *commit, const zta_check *tree, zta_error *err)
{
	judge j = { .admission = admission, .commit = commit };
	zta_status status = judge_commit(&j, tree->version);

	*out = (zta_check){ 0 };
	if (status != ZTA_OK) {
		return zta_error__nomem(err);
	}
	if (j.count == 0 && !zta_check__is_version(tree)) {
		refuse(&j, "tree-id", "the tree is no version of a ledger",
		    "`ztauth validate` says what is wrong");
	}
	return zta_check__refuse(out, j.findings, j.count, err);
}

zta_status
zta_admit__commit(zta_check *out, const zta_admission *admission,
    const zta_commit *commit, zta_arena *arena, const zta_tree *tree,
    zta_error *err)
{
	judge j = { .admission = admission, .commit = commit };
	zta_status status = judge_commit(&j, tree->id);

	if (status == ZTA_OK && j.count == 0) {
		return zta_check__tree_on(out, arena, tree, admission->base, 0,
		    admission->received_at, err);
	}
	zta_arena__release(arena);
	if (status != ZTA_OK) {
		*out = (zta_check){ 0 };
		return zta_error__nomem(err);
	}
	return zta_check__refuse(out, j.findings, j.count, err);
}
