/* SPDX-License-Identifier: Apache-2.0 */
/*
 * receive.c - see receive.h.
 *
 * 1. Objects are read from the transfer first, then from the ledger, and every
 *    id is computed, so that a commit is judged by what it will be.
 * 2. All files of each new commit are read. So when a ref moves, all that the
 *    new commits reach is there; what the old ones reach was there before.
 * 3. All that a base reaches is in the ledger, or was read before: what has not
 *    changed since is not read again, unless somebody sent it none the less.
 * 4. What was sent and not read is reached by no new commit, and is refused.
 */
#include "pap/receive.h"

#include <stdio.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/random.h"
#include "base/str.h"
#include "pap/statements.h"

typedef struct receiver {
	const zta_received *in;
	zta_object_source ledger; /* what is there already */
	zta_object_source both;   /* and what has come */
	zta_arena arena;          /* of all below */
	zta_snapshot *base; /* the version that was judged last; or NULL */
	zta_map index;      /* id -> number in the transfer */
	bool *used;         /* by number */
	zta_check *out;
	zta_oid *culprit;
	zta_error *err;
} receiver;

/* A commit that is new, and the one after it. */
typedef struct step step;
struct step {
	zta_oid oid;
	zta_commit commit;
	step *newer;
};

static zta_str
key_of(const zta_oid *oid)
{
	return (zta_str){ (const char *)oid->bytes, sizeof(oid->bytes) };
}

/* --- objects */

static zta_status
read_both(void *from, const zta_oid *oid, zta_object_kind kind,
    zta_arena *arena, zta_str *body, zta_error *err)
{
	receiver *r = from;
	uint32_t i = zta_map__get(&r->index, key_of(oid));
	const zta_store_object *object;

	if (i == ZTA_MAP_NONE) {
		return r->ledger.read(
		    r->ledger.from, oid, kind, arena, body, err);
	}
	object = &r->in->transfer->list[i];
	if (object->kind != kind) {
		return zta_error__set(err, ZTA_EINVALID, "it is a %s, not a %s",
		    zta_object_kind__name(object->kind),
		    zta_object_kind__name(kind));
	}
	r->used[i] = true;
	/* What is judged may be kept longer than the transfer. */
	*body = zta_arena__copy(arena, object->body);
	return body->ptr == NULL ? zta_arena__failed(arena, err) : ZTA_OK;
}

/* --- findings */

static zta_status
refuse(receiver *r, const char *rule, const char *message, const char *hint)
{
	const zta_ledger_finding finding = { .file = ZTA_STR(""),
		.rule = rule,
		.message = message,
		.hint = hint,
		.policy = ZTA_STR("") };

	return zta_check__refuse(r->out, &finding, 1, r->err);
}

/* An object that is missing or malformed is the sender's fault. */
static zta_status
refuse_object(receiver *r, zta_status status)
{
	char message[ZTA_PLACE_MAX + ZTA_MSG_MAX + 2];

	if (!zta_error__is_input(status)) {
		return status;
	}
	(void)snprintf(message, sizeof(message), "%s%s%s", r->err->place,
	    r->err->place[0] == '\0' ? "" : ": ", r->err->message);
	return refuse(
	    r, "object", message, "send all objects that the commit needs");
}

static bool
is_refused(const receiver *r)
{
	return r->out->findings.errors > 0;
}

/* --- history */

static zta_status
read_commit(receiver *r, const zta_oid *oid, zta_commit *out)
{
	zta_str body;
	zta_status status = zta_object__read(
	    &r->both, oid, ZTA_OBJECT_COMMIT, &r->arena, &body, r->err);

	return status != ZTA_OK ? status :
				  zta_commit__decode(body, out, r->err);
}

/* The new commits, oldest first; NULL and findings if there is no such line. */
static zta_status
find_commits(receiver *r, step **oldest)
{
	zta_oid at = r->in->to;
	bool more = !zta_oid__eq(&at, &r->in->from);
	uint32_t count = 0;
	step *found;
	zta_status status;

	*oldest = NULL;
	while (more) {
		found = zta_arena__zalloc(&r->arena, 1, sizeof(*found));
		if (found == NULL) {
			return zta_arena__failed(&r->arena, r->err);
		}
		*r->culprit = at;
		status = read_commit(r, &at, &found->commit);
		if (status != ZTA_OK) {
			return refuse_object(r, status);
		}
		if (++count > ZTA_RECEIVE_COMMITS_MAX) {
			return refuse(r, "limit",
			    "there are too many new commits at a time",
			    "push an older one of them first");
		}
		found->oid = at;
		found->newer = *oldest;
		*oldest = found;
		at = found->commit.parent;
		more =
		    found->commit.has_parent && !zta_oid__eq(&at, &r->in->from);
	}
	return *oldest != NULL ?
	    ZTA_OK :
	    refuse(r, "parent", "there is no new commit",
		"push a commit that follows what the ref names");
}

/* --- judgement */

/* The list of the one key that the signature names, or an empty one. */
static zta_status
find_signer(receiver *r, const zta_commit *commit, zta_ssh_allowed *space,
    zta_ssh_allowed_list *out)
{
	zta_ssh_sig sig;
	zta_status status;

	*out = (zta_ssh_allowed_list){ space, 0 };
	if (commit->signature.len == 0) {
		return r->in->may_sign(r->in->context, NULL, r->err);
	}
	status = zta_commit__signature(commit, &sig, r->err);
	if (status != ZTA_OK) {
		/* The empty list refuses it, with its place. */
		return zta_error__is_input(status) ? ZTA_OK : status;
	}
	*space = (zta_ssh_allowed){ .key = sig.key,
		.principals = ZTA_STR("signer"),
		.namespaces = ZTA_SSH_GIT,
		.valid_after_s = INT64_MIN,
		.valid_before_s = INT64_MAX,
		.line = 1 };
	out->count = 1;
	return r->in->may_sign(r->in->context, &sig.key, r->err);
}

/* Judge one commit on top of `head`, which is none for the first. */
static zta_status
judge(receiver *r, const step *at, const zta_oid *head)
{
	zta_ssh_allowed space;
	zta_ssh_allowed_list signers;
	zta_admission admission = { .has_head = !zta_oid__is_none(head),
		.head = *head,
		.received_at = r->in->at,
		.signers = &signers,
		.base = r->base };
	zta_arena arena;
	zta_tree tree;
	zta_status status = find_signer(r, &at->commit, &space, &signers);

	*r->culprit = at->oid;
	if (status != ZTA_OK) {
		return status;
	}
	zta_arena__init(&arena, SIZE_MAX);
	status = zta_ledger__files_of(&r->both, &at->commit.tree,
	    r->base == NULL ? NULL : &r->base->tree, &arena, &tree, r->err);
	if (status != ZTA_OK) {
		zta_arena__release(&arena);
		return refuse_object(r, status);
	}
	return zta_admit__commit(
	    r->out, &admission, &at->commit, &arena, &tree, r->err);
}

/* What was judged is what the next is judged on. */
static void
rebase(receiver *r)
{
	zta_snapshot *judged = zta_check__snapshot(r->out);

	if (judged != NULL) {
		zta_snapshot__drop(r->base);
		r->base = zta_snapshot__keep(judged);
	}
}

static zta_status
judge_all(receiver *r, const step *oldest)
{
	zta_oid head = r->in->from;
	zta_status status = ZTA_OK;

	for (; status == ZTA_OK && oldest != NULL; oldest = oldest->newer) {
		zta_check__release(r->out);
		status = judge(r, oldest, &head);
		if (status == ZTA_OK && is_refused(r)) {
			return ZTA_OK;
		}
		rebase(r);
		head = oldest->oid;
	}
	return status;
}

/* The first object that was not read, or how many there are. */
static uint32_t
first_unused(const receiver *r)
{
	const zta_transfer *t = r->in->transfer;
	uint32_t i;

	for (i = 0; i < t->count && r->used[i]; i++) {
	}
	return i;
}

/* On the latest version, if there is one; then anew if that was too little. */
static zta_status
judge_commits(receiver *r, const step *oldest)
{
	zta_status status;

	r->base = zta_latest__get(r->in->latest, r->in->ledger->name);
	status = judge_all(r, oldest);
	if (status == ZTA_OK && !is_refused(r) && r->in->latest != NULL &&
	    first_unused(r) < r->in->transfer->count) {
		zta_snapshot__drop(r->base);
		r->base = NULL;
		status = judge_all(r, oldest);
	}
	return status;
}

static zta_status
check_used(receiver *r)
{
	const zta_transfer *t = r->in->transfer;
	char digits[ZTA_OID_HEX_MAX], message[ZTA_MSG_MAX];
	uint32_t i = first_unused(r);

	if (i == t->count) {
		return ZTA_OK;
	}
	zta_check__release(r->out);
	*r->culprit = (zta_oid){ 0 };
	zta_oid__hex(&t->list[i].oid, digits);
	(void)snprintf(message, sizeof(message),
	    "no new commit reaches the %s %s",
	    zta_object_kind__name(t->list[i].kind), digits);
	return refuse(r, "object", message, "send what the commits need alone");
}

/* --- the whole */

static zta_status
make_index(receiver *r)
{
	const zta_transfer *t = r->in->transfer;
	zta_status status = ZTA_OK;
	uint32_t i;

	/* Who sends chooses the ids: they are hashed. */
	zta_map__init(&r->index, &r->arena, zta_random__seed());
	r->used = zta_arena__zalloc(&r->arena, (size_t)t->count + 1, 1);
	if (r->used == NULL) {
		return zta_arena__failed(&r->arena, r->err);
	}
	for (i = 0; status == ZTA_OK && i < t->count; i++) {
		status =
		    zta_map__add(&r->index, key_of(&t->list[i].oid), i, r->err);
		if (status == ZTA_EEXIST) {
			status = ZTA_OK;
			r->used[i] = true; /* the first is looked at */
		}
	}
	return status;
}

/* What comes into force is the last one, in the place of what the ref names. */
static zta_status
check_statements(receiver *r)
{
	zta_commit before = { 0 };
	zta_status status = ZTA_OK;

	if (!zta_oid__is_none(&r->in->from)) {
		status = zta_ledger__commit(
		    r->in->ledger, &r->in->from, &r->arena, &before, r->err);
	}
	*r->culprit = r->in->to;
	return status != ZTA_OK ? status :
				  zta_statements__refuse_new(
				      r->out, &r->ledger, &before.tree, r->err);
}

/* Judge all; the ref is at `from`. */
static zta_status
judge_history(receiver *r)
{
	step *oldest;
	zta_status status = make_index(r);

	if (status == ZTA_OK) {
		status = find_commits(r, &oldest);
	}
	if (status == ZTA_OK && !is_refused(r)) {
		status = judge_commits(r, oldest);
	}
	if (status == ZTA_OK && !is_refused(r) && r->in->admits) {
		status = check_statements(r);
	}
	return status != ZTA_OK || is_refused(r) ? status : check_used(r);
}

static zta_status
move(receiver *r)
{
	const zta_received *in = r->in;
	const zta_store_move ref = { .ref = in->ref,
		.from = in->from,
		.to = in->to,
		.objects = in->transfer->list,
		.count = in->transfer->count };

	return zta_store__ref_move(
	    in->ledger->store, in->ledger->name, &ref, r->err);
}

/* What has lost already need not be judged. */
static zta_status
check_ref(receiver *r)
{
	zta_oid now;
	zta_status status =
	    zta_ledger__ref(r->in->ledger, r->in->ref, &now, r->err);

	if (status == ZTA_ENOTFOUND) {
		status = ZTA_OK;
	}
	return status != ZTA_OK || zta_oid__eq(&now, &r->in->from) ?
	    status :
	    zta_error__set(r->err, ZTA_ECONFLICT, "ref %.*s is elsewhere",
		ZTA_STR_ARG(r->in->ref));
}

zta_status
zta_receive__run(const zta_received *received, zta_check *out, zta_oid *culprit,
    zta_error *err)
{
	zta_error why = { 0 };
	receiver r = { .in = received,
		.ledger = zta_ledger__source(received->ledger),
		.both = { read_both, &r, true },
		.out = out,
		.culprit = culprit,
		.err = err == NULL ? &why : err };
	zta_status status;

	*out = (zta_check){ 0 };
	*culprit = (zta_oid){ 0 };
	zta_arena__init(&r.arena, SIZE_MAX);
	status = check_ref(&r);
	if (status == ZTA_OK) {
		status = judge_history(&r);
	}
	if (status == ZTA_OK && !is_refused(&r)) {
		status = move(&r);
		if (status == ZTA_OK && r.base != NULL) {
			zta_latest__put(
			    received->latest, received->ledger->name, r.base);
		}
	}
	zta_snapshot__drop(r.base);
	zta_arena__release(&r.arena);
	return status;
}
