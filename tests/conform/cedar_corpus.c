/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cedar_corpus.c - run Cedar's public conformance data through the engine.
 *
 *     cedar_corpus ROOT CASE.json ...
 *
 * Paths inside a case are relative to ROOT. Every request must agree in
 * decision, reasons and errors. Ends with the counts; 0 if all agreed.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/json.h"
#include "base/json_write.h"
#include "base/str.h"
#include "cedar/engine.h"

typedef struct counts {
	unsigned cases, requests, wrong, validated, misjudged;
} counts;

typedef struct runner {
	const char *root;
	const char *name; /* of the case */
	zta_arena arena;
	counts counts;
} runner;

static void
complain(runner *r, const char *what, const zta_error *err)
{
	r->counts.wrong++;
	printf("%s: %s", r->name, what);
	if (err != NULL) {
		printf(": %s:%u:%u: %s", err->place, err->line, err->column,
		    err->message);
	}
	printf("\n");
}

static zta_str
read_named(runner *r, const zta_json *root, const char *name)
{
	const zta_json *path = zta_json__get(root, name);
	char full[4096];
	zta_str text = { NULL, 0 };
	zta_error err;

	if (path == NULL) {
		return text;
	}
	(void)snprintf(full, sizeof(full), "%s/%.*s", r->root,
	    ZTA_STR_ARG(zta_json__str(path)));
	if (zta_file__read(&r->arena, full, SIZE_MAX / 2, &text, &err) !=
	    ZTA_OK) {
		complain(r, "cannot read", &err);
	}
	return text;
}

static zta_cedar *
load(runner *r, const zta_json *root)
{
	zta_cedar *engine;
	zta_error err = { 0 };
	zta_str schema = read_named(r, root, "schema");
	zta_status status = zta_cedar_open(&engine, &err);

	if (status == ZTA_OK && schema.ptr != NULL) {
		status = zta_cedar_add_schema(
		    engine, ZTA_STR("schema"), schema, &err);
	}
	if (status == ZTA_OK) {
		status = zta_cedar_add_policies(engine, ZTA_STR("policies"),
		    read_named(r, root, "policies"), ZTA_CEDAR_NUMBERED, &err);
	}
	if (status == ZTA_OK) {
		status = zta_cedar_add_entities(engine, ZTA_STR("entities"),
		    read_named(r, root, "entities"), &err);
	}
	if (status == ZTA_OK) {
		status = zta_cedar_seal(engine, &err);
	}
	if (status != ZTA_OK) {
		complain(r, "cannot load", &err);
		zta_cedar_close(engine);
		return NULL;
	}
	return engine;
}

static bool
listed(const zta_json *list, zta_str text)
{
	const zta_json *item = zta_json__first(list);
	uint32_t i;

	for (i = 0; i < list->count; i++) {
		if (zta_str__eq(zta_json__str(item), text)) {
			return true;
		}
		item = zta_json__after(item);
	}
	return false;
}

static bool
agrees(const zta_json *request, const zta_cedar_answer *answer)
{
	const zta_json *reasons = zta_json__get(request, "reason");
	const zta_json *errors = zta_json__get(request, "errors");
	bool allow = zta_str__is(
	    zta_json__str(zta_json__get(request, "decision")), "allow");
	size_t i;

	if (allow != answer->permitted ||
	    reasons->count != answer->reason_count ||
	    errors->count != answer->error_count) {
		return false;
	}
	for (i = 0; i < answer->reason_count; i++) {
		if (!listed(reasons, answer->reasons[i])) {
			return false;
		}
	}
	for (i = 0; i < answer->error_count; i++) {
		if (!listed(errors, answer->errors[i].policy)) {
			return false;
		}
	}
	return true;
}

static void
run_request(runner *r, zta_cedar_session *session, const zta_json *request)
{
	static const char *const parts[] = { "principal", "action", "resource",
		"context" };
	const zta_json *validate = zta_json__get(request, "validateRequest");
	zta_buf buf;
	zta_json_out out = { &buf, false };
	zta_cedar_answer answer;
	zta_error err = { 0 };
	size_t i;

	zta_buf__init(&buf, SIZE_MAX / 2);
	zta_json_out__open(&out, '{');
	for (i = 0; i < 4; i++) {
		zta_json_out__name(&out, parts[i]);
		(void)zta_json_out__node(
		    &out, zta_json__get(request, parts[i]));
	}
	zta_json_out__close(&out, '}');
	r->counts.requests++;
	if (zta_cedar_authorize(session, zta_buf__str(&buf),
		validate == NULL || validate->type == ZTA_JSON_TRUE ?
		    ZTA_CEDAR_VALIDATE_REQUEST :
		    0,
		&answer, &err) != ZTA_OK) {
		complain(r, "no decision", &err);
	} else if (!agrees(request, &answer)) {
		complain(r, "a request differs", NULL);
	}
	zta_buf__release(&buf);
}

/* Is the set valid, by errors alone? */
static void
run_validation(runner *r, zta_cedar *engine, const zta_json *root)
{
	const zta_json *should = zta_json__get(root, "shouldValidate");
	const zta_cedar_finding *list;
	size_t count, i;
	bool valid = true;
	zta_error err = { 0 };

	if (should == NULL || engine->schema == NULL) {
		return;
	}
	if (zta_cedar_validate(
		engine, ZTA_CEDAR_ANY_LEVEL, &list, &count, &err) != ZTA_OK) {
		complain(r, "cannot validate", &err);
		return;
	}
	for (i = 0; i < count; i++) {
		valid = valid && list[i].warning;
	}
	r->counts.validated++;
	if (valid == (should->type == ZTA_JSON_TRUE)) {
		return;
	}
	r->counts.misjudged++;
	printf("%s: should be %s\n", r->name, valid ? "invalid" : "valid");
	for (i = 0; i < count; i++) {
		printf("    %.*s:%u:%u: %s\n", (int)list[i].policy.len,
		    list[i].policy.ptr, list[i].line, list[i].column,
		    list[i].rule);
	}
}

static void
run_case(runner *r, const char *path)
{
	zta_cedar *engine;
	zta_cedar_session *session;
	zta_json_doc doc;
	const zta_json *requests, *request;
	zta_str text;
	zta_error err = { 0 };
	uint32_t i;

	r->name = path;
	r->counts.cases++;
	zta_arena__reset(&r->arena);
	if (zta_file__read(&r->arena, path, SIZE_MAX / 2, &text, &err) !=
		ZTA_OK ||
	    zta_json__read(&r->arena, text, &doc, &err) != ZTA_OK) {
		complain(r, "cannot read", &err);
		return;
	}
	engine = load(r, doc.root);
	if (engine == NULL) {
		return;
	}
	run_validation(r, engine, doc.root);
	if (zta_cedar_session_open(&session, engine, &err) != ZTA_OK) {
		complain(r, "no session", &err);
	}
	requests = zta_json__get(doc.root, "requests");
	request = zta_json__first(requests);
	for (i = 0; session != NULL && i < requests->count; i++) {
		run_request(r, session, request);
		request = zta_json__after(request);
	}
	zta_cedar_session_close(session);
	zta_cedar_close(engine);
}

int
main(int argc, char **argv)
{
	runner r = { 0 };
	int i;

	if (argc < 3) {
		fprintf(stderr, "usage: cedar_corpus ROOT CASE.json ...\n");
		return 2;
	}
	r.root = argv[1];
	zta_arena__init(&r.arena, SIZE_MAX);
	for (i = 2; i < argc; i++) {
		run_case(&r, argv[i]);
	}
	zta_arena__release(&r.arena);
	printf("%u cases, %u requests, %u wrong, %u validated, %u misjudged\n",
	    r.counts.cases, r.counts.requests, r.counts.wrong,
	    r.counts.validated, r.counts.misjudged);
	return r.counts.wrong + r.counts.misjudged == 0 ? 0 : 1;
}
