/* SPDX-License-Identifier: Apache-2.0 */
/*
 * replayed.c - see replayer.h: one pair, decided again. Threads do this at a time,
 * under snapshots that do not change.
 */
#include "base/error.h"
#include "base/str.h"
#include "pap/replayer.h"
#include "pdp/replay.h"

/* What came of it under one version; its lists are in the scratch. */
typedef struct outcome {
	zta_decision decision;
	zta_replay_outcome shown;
} outcome;

static zta_status
decide(const zta_snapshot *version, zta_arena *scratch, const zta_replay *k,
    outcome *out, zta_error *err)
{
	zta_decision *d = &out->decision;
	zta_error why = { 0 };
	zta_status status;

	out->shown = (zta_replay_outcome){ .answer = ZTA_REPLAY_DENY,
		.leg = ZTA_STR(""),
		.code = ZTA_STR("") };
	if (version == NULL) {
		return ZTA_OK;
	}
	status = zta_pdp__decide_again(version, scratch, &k->request, k->txn,
	    k->caller, k->home, k->time, d, &why);
	if (status != ZTA_OK && !zta_error__is_input(status)) {
		return zta_error__set(err, status, "%s", why.message);
	}
	if (status != ZTA_OK) {
		out->shown.answer = ZTA_REPLAY_NO_QUESTION;
		return ZTA_OK;
	}
	out->shown =
	    (zta_replay_outcome){ d->effect == ZTA_ALLOW ? ZTA_REPLAY_ALLOW :
							   ZTA_REPLAY_DENY,
		    zta_str_of(d->leg), zta_str_of(d->code), d->policies,
		    d->policy_count };
	return ZTA_OK;
}

static zta_replay_outcome
outcome_of_record(const zta_leaf *record)
{
	return (zta_replay_outcome){ record->allowed ? ZTA_REPLAY_ALLOW :
						       ZTA_REPLAY_DENY,
		record->leg, record->code, record->policies.items,
		record->policies.count };
}

static bool
is_same(const zta_replay_outcome *a, const zta_replay_outcome *b)
{
	size_t i;

	for (i = 0; i < a->policy_count && i < b->policy_count; i++) {
		if (!zta_str__eq(a->policies[i], b->policies[i])) {
			return false;
		}
	}
	return a->answer == b->answer && zta_str__eq(a->leg, b->leg) &&
	    zta_str__eq(a->code, b->code) && a->policy_count == b->policy_count;
}

/* Policies are named by their version; the list alone is in the scratch. */
static zta_status
keep_list(zta_arena *arena, zta_replay_outcome *o, zta_error *err)
{
	zta_str *list =
	    zta_arena__alloc(arena, (o->policy_count + 1) * sizeof(*list));

	if (list == NULL) {
		return zta_arena__failed(arena, err);
	}
	if (o->policy_count > 0) {
		memcpy(list, o->policies, o->policy_count * sizeof(*list));
	}
	o->policies = list;
	return ZTA_OK;
}

/* What is in the scratch of one that has changed, and is told. */
static zta_status
keep(zta_arena *arena, const zta_replay *k, zta_replayed *one, zta_error *err)
{
	const zta_subject *subject = k->txn == NULL ? NULL : &k->txn->subject;
	uint32_t i, count = subject == NULL ? 0 : subject->parent_count;
	zta_entity_name *parents =
	    zta_arena__alloc(arena, (count + 1) * sizeof(*parents));
	zta_status status = keep_list(arena, &one->before, err);

	if (status == ZTA_OK) {
		status = keep_list(arena, &one->after, err);
	}
	for (i = 0; parents != NULL && i < count; i++) {
		parents[i].type =
		    zta_arena__copy(arena, subject->parents[i].type);
		parents[i].id = zta_arena__copy(arena, subject->parents[i].id);
		if (parents[i].type.ptr == NULL || parents[i].id.ptr == NULL) {
			parents = NULL;
		}
	}
	one->parents = parents;
	one->parent_count = count;
	return status != ZTA_OK ? status :
	    parents == NULL     ? zta_arena__failed(arena, err) :
				  ZTA_OK;
}

/* The two sides of one: `before` and `after`, and whether they agree. */
static zta_status
compare(const zta_replayer_question *asked, zta_arena *scratch,
    const zta_replay *k, zta_replayed *one, zta_error *err)
{
	const zta_leaf *record = one->pair.record;
	outcome before, after;
	bool agree;
	zta_status status = decide(one->version, scratch, k, &after, err);

	if (status == ZTA_OK && asked->held_to_version) {
		status = decide(asked->before, scratch, k, &before, err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	if (asked->held_to_version) {
		agree = is_same(&before.shown, &after.shown);
		one->before = before.shown;
		one->outdated = (before.shown.answer == ZTA_REPLAY_ALLOW) !=
		    record->allowed;
	} else {
		agree = after.shown.answer != ZTA_REPLAY_NO_QUESTION &&
		    zta_recorded__agrees(record, &after.decision);
		one->before = outcome_of_record(record);
	}
	one->after = after.shown;
	/* Without a version before there was no question either. */
	one->fate = after.shown.answer == ZTA_REPLAY_NO_QUESTION &&
		asked->held_to_version &&
		(asked->before == NULL ||
		    one->before.answer == ZTA_REPLAY_NO_QUESTION) ?
	    ZTA_REPLAYED_NEITHER :
	    agree ? ZTA_REPLAYED_AGREES :
		    ZTA_REPLAYED_CHANGED;
	return ZTA_OK;
}

zta_status
zta_replayed__decide(zta_replayed *one, const zta_replayer_question *asked,
    zta_arena *scratch, zta_arena *arena, zta_error *err)
{
	zta_replay kept;
	zta_status status;

	if (one->version == NULL) {
		one->fate = ZTA_REPLAYED_UNLOADED;
		return ZTA_OK;
	}
	zta_arena__reset(scratch);
	status = zta_replay__read(scratch, one->pair.line, &kept, NULL);
	if (status == ZTA_ENOMEM) {
		return zta_arena__failed(scratch, err);
	}
	if (status != ZTA_OK) {
		one->fate = ZTA_REPLAYED_UNREADABLE;
		return ZTA_OK;
	}
	if (!zta_recorded__is_of(one->pair.record, &kept)) {
		one->fate = ZTA_REPLAYED_STRANGE;
		return ZTA_OK;
	}
	status = compare(asked, scratch, &kept, one, err);
	return status == ZTA_OK && one->fate == ZTA_REPLAYED_CHANGED ?
	    keep(arena, &kept, one, err) :
	    status;
}
