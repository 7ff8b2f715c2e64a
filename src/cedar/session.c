/* SPDX-License-Identifier: Apache-2.0 */
/* session.c - requests and decisions under a sealed engine. */
#include <stdlib.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "cedar/conform.h"
#include "cedar/engine.h"
#include "cedar/explain.h"
#include "cedar/request.h"

zta_status
zta_cedar_session_open(
    zta_cedar_session **out, const zta_cedar *engine, zta_error *err)
{
	zta_cedar_session *session = NULL;

	*out = NULL;
	if (engine->phase != ZTA_CEDAR_SEALED) {
		return zta_error__set(
		    err, ZTA_EINVAL, "the engine is not sealed");
	}
	session = calloc(1, sizeof(*session));
	if (session == NULL) {
		return zta_error__nomem(err);
	}
	session->engine = engine;
	zta_arena__init(&session->arena, ZTA_CEDAR_REQUEST_MEMORY_MAX);
	zta_arena__init(&session->scratch, ZTA_CEDAR_REQUEST_MEMORY_MAX);
	*out = session;
	return ZTA_OK;
}

void
zta_cedar_session_close(zta_cedar_session *session)
{
	if (session != NULL) {
		zta_arena__release(&session->arena);
		zta_arena__release(&session->scratch);
		free(session);
	}
}

static zta_status
tell_reasons(zta_cedar_session *session, const zta_verdict *verdict,
    zta_cedar_answer *answer, zta_error *err)
{
	const zta_policies *policies = &session->engine->policies;
	zta_str *ids = zta_arena__alloc(
	    &session->arena, (verdict->reason_count + 1) * sizeof(*ids));
	uint32_t i;

	if (ids == NULL) {
		return zta_arena__failed(&session->arena, err);
	}
	for (i = 0; i < verdict->reason_count; i++) {
		ids[i] = policies->policies.list[verdict->reasons[i]]->id;
	}
	answer->reasons = ids;
	answer->reason_count = verdict->reason_count;
	return ZTA_OK;
}

static zta_status
tell_errors(zta_cedar_session *session, const zta_verdict *verdict,
    zta_cedar_answer *answer, zta_error *err)
{
	const zta_policies *policies = &session->engine->policies;
	zta_cedar_problem *list = zta_arena__alloc(
	    &session->arena, (verdict->error_count + 1) * sizeof(*list));
	const zta_policy *policy;
	uint32_t i;

	if (list == NULL) {
		return zta_arena__failed(&session->arena, err);
	}
	for (i = 0; i < verdict->error_count; i++) {
		policy = policies->policies.list[verdict->errors[i].policy];
		list[i].policy = policy->id;
		list[i].message = zta_eval__message(verdict->errors[i].error);
		list[i].file = zta_policy_file__place(policy->file,
		    policy->file->code.places[verdict->errors[i].node],
		    &list[i].line, &list[i].column);
	}
	answer->errors = list;
	answer->error_count = verdict->error_count;
	return ZTA_OK;
}

zta_status
zta_cedar__ask(const zta_cedar *engine, zta_arena *arena, zta_str request,
    unsigned flags, zta_asked *out, zta_error *err)
{
	zta_value_reader reader = { .arena = arena,
		.names = &out->names,
		.schema = engine->schema,
		.doc = &out->doc,
		.err = err,
		.unchecked = (flags & ZTA_CEDAR_VALIDATE_REQUEST) == 0 };
	zta_status status;

	zta_names__lay_over(&out->names, arena, &engine->names);
	status = zta_json__read(arena, request, &out->doc, err);
	if (status == ZTA_OK) {
		status =
		    zta_request__read(&reader, out->doc.root, &out->question);
	}
	if (status == ZTA_OK && (flags & ZTA_CEDAR_VALIDATE_REQUEST) != 0 &&
	    engine->schema != NULL) {
		status =
		    zta_conform__question(engine->schema, &out->question, err);
	}
	return status;
}

static zta_status
decide(zta_cedar_session *session, const zta_question *question,
    zta_cedar_answer *answer, zta_error *err)
{
	const zta_cedar *engine = session->engine;
	zta_verdict verdict = { 0 };
	zta_status status = zta_authorize__run(&engine->policies,
	    &engine->entities, question, &session->arena, &verdict, err);

	if (status == ZTA_OK) {
		status = tell_reasons(session, &verdict, answer, err);
	}
	if (status == ZTA_OK) {
		status = tell_errors(session, &verdict, answer, err);
	}
	if (status == ZTA_OK) {
		answer->permitted = verdict.permitted;
	}
	return status;
}

zta_status
zta_cedar_authorize(zta_cedar_session *session, zta_str request, unsigned flags,
    zta_cedar_answer *answer, zta_error *err)
{
	zta_asked a;
	zta_status status;

	*answer = (zta_cedar_answer){ 0 };
	zta_arena__reset(&session->arena);
	status = zta_cedar__ask(
	    session->engine, &session->arena, request, flags, &a, err);
	return status != ZTA_OK ? status :
				  decide(session, &a.question, answer, err);
}

/* --- requests that are read once */

struct zta_cedar_bound {
	const zta_cedar *engine;
	zta_arena arena;
	zta_asked asked;
};

zta_status
zta_cedar_bind(const zta_cedar *engine, zta_str request, unsigned flags,
    zta_cedar_bound **out, zta_error *err)
{
	zta_cedar_bound *bound;
	zta_status status = ZTA_OK;

	*out = NULL;
	if (engine->phase != ZTA_CEDAR_SEALED) {
		return zta_error__set(
		    err, ZTA_EINVAL, "the engine is not sealed");
	}
	bound = calloc(1, sizeof(*bound));
	if (bound == NULL) {
		return zta_error__nomem(err);
	}
	bound->engine = engine;
	zta_arena__init(&bound->arena, ZTA_CEDAR_REQUEST_MEMORY_MAX);
	request = zta_arena__copy(&bound->arena, request);
	if (request.ptr == NULL) {
		status = zta_arena__failed(&bound->arena, err);
	}
	if (status == ZTA_OK) {
		status = zta_cedar__ask(
		    engine, &bound->arena, request, flags, &bound->asked, err);
	}
	if (status != ZTA_OK) {
		zta_cedar_unbind(bound);
		return status;
	}
	*out = bound;
	return ZTA_OK;
}

void
zta_cedar_unbind(zta_cedar_bound *bound)
{
	if (bound != NULL) {
		zta_arena__release(&bound->arena);
		free(bound);
	}
}

zta_status
zta_cedar_decide(zta_cedar_session *session, const zta_cedar_bound *bound,
    zta_cedar_answer *answer, zta_error *err)
{
	*answer = (zta_cedar_answer){ 0 };
	if (bound->engine != session->engine) {
		return zta_error__set(
		    err, ZTA_EINVAL, "the request is bound to another engine");
	}
	zta_arena__reset(&session->arena);
	return decide(session, &bound->asked.question, answer, err);
}

/* --- explanations */

zta_status
zta_cedar_explain(zta_cedar_session *session, zta_str request, unsigned flags,
    zta_cedar_answer *answer, const zta_cedar_explanation **list, size_t *count,
    zta_error *err)
{
	const zta_cedar *engine = session->engine;
	zta_asked a;
	zta_status status;

	*answer = (zta_cedar_answer){ 0 };
	*list = NULL;
	*count = 0;
	zta_arena__reset(&session->arena);
	status = zta_cedar__ask(
	    session->engine, &session->arena, request, flags, &a, err);
	if (status == ZTA_OK) {
		status = decide(session, &a.question, answer, err);
	}
	return status != ZTA_OK ?
	    status :
	    zta_explain__run(&engine->policies, &engine->entities, &a.question,
		&a.names, (flags & ZTA_CEDAR_EXPLAIN_ALL) != 0, &session->arena,
		list, count, err);
}
