/* SPDX-License-Identifier: Apache-2.0 */
/* ask_again.c - see ask.h: a decision that was recorded, under one version. */
#include "base/buf.h"
#include "base/error.h"
#include "base/str.h"
#include "cedar/explain.h"
#include "pap/ask.h"
#include "pdp/question.h"
#include "pdp/replay.h"

static bool
is_elevation(const char *leg)
{
	return zta_str__is(zta_str_of(leg), "elevation");
}

static zta_status
decide(const zta_snapshot *s, zta_arena *arena, zta_str line, zta_replay *r,
    zta_decision *d, zta_error *err)
{
	zta_status status = zta_replay__read(arena, line, r, err);

	return status != ZTA_OK ?
	    status :
	    zta_pdp__decide_again(s, arena, &r->request, r->txn, r->caller,
		r->home, r->time, d, err);
}

zta_status
zta_ask__again(const zta_snapshot *s, zta_arena *arena, zta_str line,
    zta_ledger_verdict *out, zta_error *err)
{
	zta_error why = { 0 };
	zta_replay r;
	zta_decision d;
	zta_status status;

	*out = (zta_ledger_verdict){ .actor = ZTA_STR("") };
	if (s == NULL) {
		return ZTA_OK;
	}
	status = decide(s, arena, line, &r, &d, &why);
	if (status != ZTA_OK) {
		return zta_ask__refuse(arena, status, &why, out, err);
	}
	out->permitted = d.effect == ZTA_ALLOW;
	out->policies = d.policies;
	out->policy_count = d.policy_count;
	if (!zta_str__is(zta_str_of(d.leg), "policy")) {
		out->leg = d.leg;
		out->code = d.code;
	}
	if (d.ring > 0) {
		out->actor = r.txn->rings[d.ring - 1].workload;
	}
	return ZTA_OK;
}

zta_operation
zta_ask__operation(const zta_replay *r)
{
	return (zta_operation){ r->request.action, r->request.resource_type,
		r->request.resource_id };
}

zta_elevation_question
zta_ask__about_ring(
    const zta_replay *r, uint32_t number, const zta_operation *operation)
{
	return (zta_elevation_question){ .ring = &r->txn->rings[number - 1],
		.number = number,
		.depth = r->txn->ring_count,
		.subject = &r->txn->subject,
		.operation = operation,
		.now = r->time };
}

/* With the level of the last ring. */
zta_status
zta_ask__question(const zta_snapshot *s, zta_arena *arena, const zta_replay *r,
    zta_names *names, zta_question *out, zta_error *err)
{
	const zta_operation operation = zta_ask__operation(r);
	const zta_principal caller = { .id = r->caller };
	zta_flow flow = { .txn = r->txn,
		.caller = r->caller.len > 0 ? &caller : NULL };
	zta_elevation_question q;
	zta_elevation_answer answer;
	zta_status status = ZTA_OK;

	if (r->txn != NULL) {
		q = zta_ask__about_ring(r, r->txn->ring_count, &operation);
		status =
		    zta_elevation__ask(s->elevation, arena, &q, &answer, err);
		if (status == ZTA_OK && answer.level != NULL) {
			flow.level = answer.level->rank;
		}
	}
	return status != ZTA_OK ?
	    status :
	    zta_question__make(s, arena, &r->request, &flow, names, out, err);
}

zta_status
zta_ask__explain_again(const zta_snapshot *s, zta_arena *arena, zta_str line,
    const zta_str *ids, size_t count, zta_ledger_verdict *out, zta_error *err)
{
	zta_operation operation;
	zta_elevation_question q;
	zta_question question;
	zta_names names;
	zta_replay r;
	zta_decision d;
	zta_status status;

	if (s == NULL || out->refused != NULL) {
		return ZTA_OK;
	}
	status = decide(s, arena, line, &r, &d, err);
	if (status != ZTA_OK) {
		return status;
	}
	if (is_elevation(d.leg)) {
		operation = zta_ask__operation(&r);
		q = zta_ask__about_ring(&r, d.ring, &operation);
		return zta_elevation__explain(s->elevation, arena, &q,
		    &out->reasons, &out->reason_count, err);
	}
	/* What did not get as far as the policies is not explained by them. */
	if (out->leg != NULL) {
		return ZTA_OK;
	}
	status = zta_ask__question(s, arena, &r, &names, &question, err);
	return status != ZTA_OK ?
	    status :
	    zta_explain__ids(&s->cedar->policies, &s->cedar->entities,
		&question, &names, ids, count, arena, &out->reasons,
		&out->reason_count, err);
}

static void
put_entity(zta_buf *buf, zta_str type, zta_str id)
{
	zta_buf__put(buf, type);
	zta_buf__text(buf, "::\"");
	zta_buf__put(buf, id);
	zta_buf__text(buf, "\"");
}

zta_status
zta_ask__tell_again(
    zta_arena *arena, zta_str line, zta_str *out, zta_error *err)
{
	zta_replay r;
	zta_buf buf;
	zta_status status = zta_replay__read(arena, line, &r, err);
	uint32_t i;

	if (status != ZTA_OK) {
		return status;
	}
	zta_buf__init(&buf, SIZE_MAX);
	put_entity(&buf, r.request.subject_type, r.request.subject_id);
	zta_buf__text(&buf, " ");
	zta_buf__put(&buf, r.request.action);
	zta_buf__text(&buf, " ");
	put_entity(&buf, r.request.resource_type, r.request.resource_id);
	for (i = 0; r.txn != NULL && i < r.txn->ring_count; i++) {
		zta_buf__text(&buf, i == 0 ? " through " : ", ");
		zta_buf__put(&buf, r.txn->rings[i].workload);
	}
	*out = zta_arena__copy(arena, zta_buf__str(&buf));
	status = buf.status == ZTA_OK && out->ptr != NULL ?
	    ZTA_OK :
	    zta_error__nomem(err);
	zta_buf__release(&buf);
	return status;
}
