/* SPDX-License-Identifier: Apache-2.0 */
/* trust_explain.c - see ztauth/trust.h: may a workload act for somebody, and why. */
#include "base/error.h"
#include "base/str.h"
#include "identity/spiffe_id.h"
#include "pap/trust_view.h"
#include "trust/elevation.h"

typedef struct explainer {
	zta_workspace *workspace;
	const zta_trust_question *asked;
	zta_trust_read *read; /* lives as long as the workspace */
	zta_ring ring;
	zta_subject subject;
	zta_operation operation;
	zta_elevation_question question;
	zta_foreign foreign;
	zta_trust_explained *out;
	zta_error *err;
} explainer;

/* --- the question */

static zta_status
read_proof(zta_str text, zta_proof *out, zta_error *err)
{
	zta_proof proof;

	for (proof = ZTA_PROOF_BEARER; proof <= ZTA_PROOF_WPT; proof++) {
		if (zta_str__is(text, zta_proof__name(proof))) {
			*out = proof;
			return ZTA_OK;
		}
	}
	return zta_error__set(err, ZTA_EINVAL,
	    "%.*s: a proof is bearer, mtls, dpop or wpt", ZTA_STR_ARG(text));
}

/* TYPE::"id" */
static zta_status
read_entity(zta_str text, zta_str *type, zta_str *id, zta_error *err)
{
	size_t at = zta_str__find(text, '"');

	if (at < 3 || at + 2 > text.len || text.ptr[text.len - 1] != '"' ||
	    memcmp(text.ptr + at - 2, "::", 2) != 0) {
		return zta_error__set(err, ZTA_EINVAL,
		    "%.*s: an entity is written like User::\"alice\"",
		    ZTA_STR_ARG(text));
	}
	*type = (zta_str){ text.ptr, at - 2 };
	*id = (zta_str){ text.ptr + at + 1, text.len - at - 2 };
	return ZTA_OK;
}

static zta_status
read_subject(explainer *x)
{
	const zta_trust_question *a = x->asked;

	x->subject.kind = a->subject_kind;
	x->subject.source = a->subject_source;
	x->subject.trust_domain = a->subject_domain;
	x->question.subject = &x->subject;
	return a->subject.len == 0 ?
	    ZTA_OK :
	    read_entity(a->subject, &x->subject.type, &x->subject.id, x->err);
}

static zta_status
read_operation(explainer *x)
{
	const zta_trust_question *a = x->asked;

	if (a->action.len == 0 && a->resource.len == 0) {
		return ZTA_OK;
	}
	if (a->action.len == 0 || a->resource.len == 0 || a->subject.len == 0) {
		return zta_error__set(x->err, ZTA_EINVAL,
		    "an operation has an action, a resource, and somebody "
		    "for whom it is");
	}
	x->operation.action = a->action;
	x->question.operation = &x->operation;
	return read_entity(a->resource, &x->operation.resource_type,
	    &x->operation.resource_id, x->err);
}

static zta_status
read_question(explainer *x)
{
	const zta_trust_question *a = x->asked;
	zta_status status = read_proof(a->proof, &x->ring.proof, x->err);

	x->ring.workload = a->workload;
	x->ring.source = a->source;
	x->ring.trust_domain = a->domain;
	if (a->domain.len == 0 &&
	    !zta_workload_id__read(a->workload, &x->ring.trust_domain)) {
		x->ring.trust_domain = ZTA_STR("");
	}
	x->ring.at = a->now - a->age_s * 1000;
	x->question = (zta_elevation_question){
		.ring = &x->ring, .number = 1, .depth = 1, .now = a->now
	};
	if (status == ZTA_OK) {
		status = read_subject(x);
	}
	return status != ZTA_OK ? status : read_operation(x);
}

/* --- groups and levels */

/* The first property that is not attested, or empty. */
static zta_str
unattested(const explainer *x, const zta_level *level)
{
	const zta_str *property = zta_trust_model__unattested(
	    &x->read->model, level, x->ring.workload, x->question.now);

	return property == NULL ? ZTA_STR("") : *property;
}

/* Is it of another domain, and what does that say of it? */
static void
find_domain(explainer *x)
{
	const zta_trust_model *m = &x->read->model;
	zta_elevation_question q = x->question;
	zta_refused refused;

	if (x->asked->subject.len == 0) {
		q.subject = NULL;
	}
	(void)zta_foreign__judge(m, &q, &x->foreign, &refused);
	x->out->domain = x->foreign.domain;
	x->out->capped = x->foreign.capped == NULL ?
	    NULL :
	    &x->read->statements[x->foreign.capped - m->statements.list];
	x->out->refused = refused.why;
	x->out->refused_by = refused.what;
}

static void
show_level(explainer *x, const zta_elevation_answer *answer)
{
	const zta_trust_model *m = &x->read->model;
	uint32_t number = answer->level == NULL ?
	    0 :
	    (uint32_t)(answer->level - m->levels) + 1;

	x->out->level = number == 0 ? NULL : &x->read->levels[number - 1];
	x->out->next =
	    number < m->level_count ? &x->read->levels[number] : NULL;
	if (x->out->next != NULL) {
		x->out->next_unattested = unattested(x, &m->levels[number]);
	}
	x->out->permitted = x->out->asked && answer->code == ZTA_ELEVATION_OK;
	x->out->code = zta_elevation__code_name(answer->code);
	x->out->policies = answer->policies;
	x->out->policy_count = answer->policy_count;
}

/* --- the policies */

static zta_status
ask(explainer *x)
{
	zta_workspace *w = x->workspace;
	zta_elevation_answer answer;
	zta_str policies;
	zta_status status =
	    zta_trust_view__file(w, "trust/elevation.cedar", &policies, x->err);

	if (status == ZTA_ENOTFOUND) {
		policies = ZTA_STR("");
		status = ZTA_OK;
	}
	zta_elevation__close(w->elevation);
	w->elevation = NULL;
	if (status == ZTA_OK) {
		status = zta_elevation__open(
		    &w->elevation, &x->read->model, policies, x->err);
	}
	if (status == ZTA_OK) {
		status = zta_elevation__ask(
		    w->elevation, &w->arena, &x->question, &answer, x->err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	x->out->asked = true;
	show_level(x, &answer);
	return zta_elevation__explain(w->elevation, &w->arena, &x->question,
	    &x->out->reasons, &x->out->reason_count, x->err);
}

zta_status
zta_trust_explain(zta_workspace *w, const zta_trust_question *question,
    zta_trust_explained *out, zta_error *err)
{
	explainer x = { .workspace = w,
		.asked = question,
		.read = zta_arena__alloc(&w->arena, sizeof(*x.read)),
		.out = out,
		.err = err };
	zta_elevation_answer answer;
	zta_status status = x.read == NULL ? zta_arena__failed(&w->arena, err) :
					     read_question(&x);

	*out = (zta_trust_explained){ .code = "" };
	if (status == ZTA_OK) {
		status = zta_trust_view__read(w, question->now, x.read, err);
	}
	if (status == ZTA_OK) {
		find_domain(&x);
	}
	if (status == ZTA_OK) {
		status = zta_trust_view__groups(&w->arena, x.read, &x.ring,
		    x.question.now, &x.foreign, &out->groups, &out->group_count,
		    err);
	}
	if (status == ZTA_OK) {
		status = zta_trust_view__quarantine(&w->arena, &x.read->model,
		    x.ring.workload, &out->quarantine, &out->quarantine_count,
		    err);
	}
	if (status != ZTA_OK || question->subject.len > 0) {
		return status != ZTA_OK ? status : ask(&x);
	}
	x.question.subject = NULL;
	(void)zta_elevation__weigh(&x.read->model, &x.question, &answer);
	show_level(&x, &answer);
	return ZTA_OK;
}
