/* SPDX-License-Identifier: Apache-2.0 */
/*
 * receipt_recheck.c - a receipt held to the ledger: who signed the policies, and
 * is the decision what they say? See ztauth/receipt.h.
 *
 * The request is bound by the record, which has a commitment to its digest. So is
 * the token in it: the server that answered had verified it, or the record says
 * that it failed there.
 */
#include "ztauth/receipt.h"

#include <string.h>

#include "base/error.h"
#include "base/str.h"
#include "identity/jws.h"
#include "ledger/commit_sign.h"
#include "log/receipt.h"
#include "pap/recorded.h"
#include "pap/signers.h"

typedef struct recheck {
	const zta_receipt_question *asked;
	zta_receipt_checked *out;
	zta_arena arena;
	zta_leaf leaf;
	zta_str home; /* trust domain, of which the log's name says it is */
	zta_error *err;
} recheck;

/* --- the policies */

static zta_status
check_signer(recheck *r, const zta_commit *commit)
{
	zta_ssh_allowed_list list;
	zta_signers signers = { NULL, r->leaf.time };
	zta_ssh_key key;
	zta_status status;

	if (commit->signature.len == 0) {
		return zta_error__set(
		    r->err, ZTA_EUNTRUSTED, "the commit is not signed");
	}
	status = zta_commit__signed_by(commit, &key, r->err);
	if (status == ZTA_OK && r->asked->signers != NULL) {
		status = zta_signers__read(
		    &r->arena, r->asked->signers, &list, r->err);
		signers.list = &list;
	}
	if (status == ZTA_OK) {
		status = zta_signers__may(&signers, &key, r->err);
	}
	if (status == ZTA_OK) {
		zta_ssh_key__fingerprint(&key, r->out->signer);
	}
	return status;
}

static zta_status
check_commit(recheck *r)
{
	zta_workspace *w = r->asked->workspace;
	zta_commit commit;
	zta_oid oid;
	zta_status status =
	    zta_recorded__commit(w, r->leaf.commit, &oid, r->err);

	if (status == ZTA_OK && zta_oid__is_none(&oid)) {
		return zta_error__set(r->err, ZTA_ENOTFOUND,
		    "the workspace does not have the version `%.*s`",
		    ZTA_STR_ARG(r->leaf.commit));
	}
	if (status == ZTA_OK) {
		zta_oid__hex(&oid, r->out->commit);
		status = zta_ledger__commit(
		    &w->ledger, &oid, &r->arena, &commit, r->err);
	}
	if (status == ZTA_OK) {
		status = check_signer(r, &commit);
	}
	if (status != ZTA_OK) {
		zta_error__place(r->err, "commit %s", r->out->commit);
	}
	return status;
}

/* --- the request */

/* Is the body what the record was made of? */
static zta_status
check_digest(recheck *r)
{
	unsigned char digest[ZTA_SHA256_LEN];

	if (!zta_str__is(r->leaf.kind, "decision")) {
		return zta_error__set(
		    r->err, ZTA_EINVALID, "the record is of no decision");
	}
	if (r->leaf.request.len == 0) {
		return zta_error__set(r->err, ZTA_EINVALID,
		    "the receipt does not open `request`");
	}
	zta_digest__sha256(r->asked->request, digest);
	return zta_str__eq(r->leaf.request,
		   (zta_str){ (const char *)digest, sizeof(digest) }) ?
	    ZTA_OK :
	    zta_error__set(r->err, ZTA_EINVALID,
		"it is another request than the record's");
}

/* What the record withholds may be anything. */
static bool
fits(const zta_leaf *leaf, zta_personal which, zta_str recorded, zta_str asked)
{
	return zta_str__eq(recorded, asked) ||
	    (recorded.len == 0 && leaf->commitments[which].len > 0);
}

/*
 * Does the request ask what the record is of? The digest is what the log says of
 * it: whoever lies puts that of a request which was allowed to another record.
 */
static zta_status
check_asked(recheck *r, const zta_authzen *request)
{
	const zta_leaf *leaf = &r->leaf;
	const zta_json *list = zta_json__get(request->doc.root, "evaluations");

	/* Which of them it is of, and with what context, is not recorded. */
	if (list != NULL && list->count > 0) {
		return zta_error__set(r->err, ZTA_EUNAVAILABLE,
		    "it is of one of several evaluations, which are not "
		    "judged again");
	}
	return fits(leaf, ZTA_PERSONAL_SUBJECT_TYPE, leaf->subject_type,
		   request->subject_type) &&
		fits(leaf, ZTA_PERSONAL_SUBJECT_ID, leaf->subject_id,
		    request->subject_id) &&
		fits(
		    leaf, ZTA_PERSONAL_ACTION, leaf->action, request->action) &&
		fits(leaf, ZTA_PERSONAL_RESOURCE_TYPE, leaf->resource_type,
		    request->resource_type) &&
		fits(leaf, ZTA_PERSONAL_RESOURCE_ID, leaf->resource_id,
		    request->resource_id) ?
	    ZTA_OK :
	    zta_error__set(r->err, ZTA_EINVALID,
		"the request asks about something else than the record is of");
}

/* What its token said; NULL: it has none. */
static zta_status
read_token(recheck *r, const zta_authzen *request, zta_txn **out)
{
	zta_refusal refusal;
	zta_jws jws;
	zta_status status;

	*out = NULL;
	if (request->tx_token.len == 0) {
		return ZTA_OK;
	}
	*out = zta_arena__zalloc(&r->arena, 1, sizeof(**out));
	if (*out == NULL) {
		return zta_arena__failed(&r->arena, r->err);
	}
	status = zta_jws__parse(
	    &r->arena, request->tx_token, &jws, &refusal, r->err);
	if (status == ZTA_OK) {
		status = zta_txn_token__read(&jws, &r->arena, *out, r->err);
	}
	if (status == ZTA_OK && !zta_str__eq((*out)->txn, r->leaf.txn)) {
		status = zta_error__set(r->err, ZTA_EINVALID,
		    "the record is of another transaction");
	}
	if (status == ZTA_OK && (*out)->delegation_count > 0) {
		status = zta_error__set(r->err, ZTA_EUNAVAILABLE,
		    "it came with grants of delegation, which are not at hand");
	}
	return status;
}

/* --- decided again */

static zta_status
decide(recheck *r, const zta_snapshot *snapshot)
{
	zta_authzen request;
	zta_decision d;
	zta_txn *txn;
	zta_status status =
	    zta_authzen__read(&r->arena, r->asked->request, &request, r->err);

	if (status == ZTA_OK) {
		status = check_asked(r, &request);
	}
	if (status == ZTA_OK) {
		status = read_token(r, &request, &txn);
	}
	if (status == ZTA_OK && !zta_recorded__has_rings(&r->leaf, txn)) {
		status = zta_error__set(r->err, ZTA_EINVALID,
		    "the record has another chain than the token");
	}
	if (status == ZTA_OK) {
		status = zta_pdp__decide_again(snapshot, &r->arena, &request,
		    txn, r->asked->caller, r->home, r->leaf.time, &d, r->err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	r->out->asked = true;
	return zta_recorded__agrees(&r->leaf, &d) ?
	    ZTA_OK :
	    zta_error__set(r->err, ZTA_EINVALID,
		"the decision does not follow from the policies: recorded is "
		"%s %.*s, they say %s %s",
		r->leaf.allowed ? "allow" : "deny", ZTA_STR_ARG(r->leaf.code),
		d.effect == ZTA_ALLOW ? "allow" : "deny", d.code);
}

static zta_status
ask_again(recheck *r)
{
	zta_report *report = NULL;
	zta_status status = check_digest(r);

	if (status == ZTA_OK && zta_str__is(r->leaf.leg, "token")) {
		return zta_error__set(r->err, ZTA_EUNAVAILABLE,
		    "it failed at its token, which is not judged again");
	}
	if (status == ZTA_OK) {
		status = zta_recorded__version(
		    r->asked->workspace, r->leaf.commit, &report, r->err);
	}
	if (status == ZTA_OK && (report == NULL || !report->check.whole)) {
		status = zta_error__set(
		    r->err, ZTA_EINVALID, "the version is not valid any more");
	}
	if (status == ZTA_OK) {
		status = decide(r, report->check.loaded);
	}
	zta_report__close(report);
	return status;
}

/* Whose logs are believed: a policy, or one key. */
static zta_status
read_trust(recheck *r, zta_policy_log *log, zta_log_policy *out)
{
	const zta_receipt_question *q = r->asked;

	*out = zta_log_policy__of(log);
	return q->policy.len > 0 ?
	    zta_log_policy__read(&r->arena, q->policy, out, r->err) :
	    zta_note_key__read(&log->key, q->verifier_key, r->err);
}

zta_status
zta_receipt_recheck(const zta_receipt_question *question,
    zta_receipt_checked *out, zta_error *err)
{
	recheck r = { .asked = question, .out = out, .err = err };
	zta_policy_log log = { .url = "" };
	zta_log_policy policy;
	zta_log_head head;
	zta_receipt receipt;
	zta_status status;

	*out = (zta_receipt_checked){ .asked = false };
	zta_arena__init(&r.arena, SIZE_MAX);
	status = read_trust(&r, &log, &policy);
	if (status == ZTA_OK) {
		status = zta_receipt__read(
		    &r.arena, question->receipt, &receipt, err);
	}
	if (status == ZTA_OK) {
		status = zta_receipt__open(
		    &receipt, &policy, &r.arena, &head, &r.leaf, err);
	}
	if (status == ZTA_OK) {
		/* The checkpoint begins with the name of the log. */
		r.home = receipt.note;
		r.home.len = zta_str__find(r.home, '/');
		status = check_commit(&r);
	}
	if (status == ZTA_OK && question->request.len > 0) {
		status = ask_again(&r);
	}
	zta_arena__release(&r.arena);
	return status;
}
