/* SPDX-License-Identifier: Apache-2.0 */
/* tests.c - see tests.h. */
#include "pap/tests.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/random.h"
#include "base/str.h"
#include "cedar/explain.h"
#include "pap/test_outcome.h"

typedef struct runner {
	zta_tests *tests;
	zta_str file;
	zta_json_doc doc;
	zta_error_mark mark; /* in the text: tests are in its order */
	zta_arena document;  /* of the file */
	zta_arena scratch;   /* of one test after another */
	zta_map names;
	zta_error *err;
} runner;

/* --- asking */

/* There is no such question, or no memory for it. */
static zta_status
refuse(
    runner *r, zta_status status, const zta_error *why, zta_test_outcome *out)
{
	const size_t room = ZTA_MSG_MAX + ZTA_PLACE_MAX + sizeof(" at ");
	char *text;

	if (!zta_error__is_input(status)) {
		*r->err = *why;
		return status;
	}
	text = zta_arena__alloc(&r->document, room);
	if (text == NULL) {
		return zta_arena__failed(&r->document, r->err);
	}
	(void)snprintf(text, room, "%s%s%s", why->message,
	    why->place[0] != '\0' ? " at " : "", why->place);
	out->refused = text;
	out->line = why->line;
	out->column = why->column;
	return ZTA_OK;
}

static zta_status
name_policies(runner *r, const zta_verdict *verdict, zta_test_outcome *out)
{
	const zta_policy *const *list =
	    r->tests->snapshot->cedar->policies.policies.list;
	zta_str *ids = zta_arena__alloc(
	    &r->scratch, ((size_t)verdict->reason_count + 1) * sizeof(*ids));
	uint32_t i;

	if (ids == NULL) {
		return zta_arena__failed(&r->scratch, r->err);
	}
	for (i = 0; i < verdict->reason_count; i++) {
		ids[i] = list[verdict->reasons[i]]->id;
	}
	out->policies = ids;
	out->policy_count = verdict->reason_count;
	out->error_count = verdict->error_count;
	return ZTA_OK;
}

static void
note_answers(const runner *r, const zta_verdict *verdict)
{
	bool *answers = r->tests->answers;
	uint32_t i;

	for (i = 0; answers != NULL && i < verdict->reason_count; i++) {
		answers[verdict->reasons[i]] = true;
	}
	for (i = 0; answers != NULL && i < verdict->overruled_count; i++) {
		answers[verdict->overruled[i]] = true;
	}
	for (i = 0; answers != NULL && i < verdict->error_count; i++) {
		answers[verdict->errors[i].policy] = true;
	}
}

static zta_status
ask_policies(runner *r, const zta_decision_test *t, zta_test_outcome *out,
    zta_question *question, zta_names *names)
{
	const zta_snapshot *s = r->tests->snapshot;
	zta_verdict verdict;
	zta_error why = { 0 };
	zta_status status = zta_question__make(
	    s, &r->scratch, &t->request, &t->flow, names, question, &why);

	if (status == ZTA_OK) {
		status = zta_authorize__run(&s->cedar->policies,
		    &s->cedar->entities, question, &r->scratch, &verdict, &why);
	}
	if (status != ZTA_OK) {
		return refuse(r, status, &why, out);
	}
	out->permitted = verdict.permitted;
	out->code = verdict.permitted ? "permitted" :
	    verdict.reason_count > 0  ? "denied_by_policy" :
					"no_policy_permits";
	note_answers(r, &verdict);
	return name_policies(r, &verdict, out);
}

static zta_status
ask_elevation(runner *r, const zta_elevation_question *q, zta_test_outcome *out)
{
	zta_elevation_answer answer;
	zta_error why = { 0 };
	zta_status status = zta_elevation__ask(
	    r->tests->snapshot->elevation, &r->scratch, q, &answer, &why);

	if (status != ZTA_OK) {
		return refuse(r, status, &why, out);
	}
	out->permitted = answer.code == ZTA_ELEVATION_OK;
	out->code = out->permitted ? "permitted" :
				     zta_elevation__code_name(answer.code);
	out->policies = answer.policies;
	out->policy_count = answer.policy_count;
	return ZTA_OK;
}

/* The question that an elevation test asks. */
static zta_status
make_elevation(runner *r, zta_decision_test *t, zta_elevation_question *q)
{
	*q = (zta_elevation_question){ .ring = &t->ring,
		.number = t->number,
		.depth = t->depth,
		.subject = &t->subject,
		.operation = t->has_operation ? &t->operation : NULL,
		.now = t->has_now ? t->now : r->tests->now };
	t->ring.at = q->now - t->age_s * 1000;
	if (t->consent != ZTA_CONSENT_NONE) {
		q->consent = zta_consent__name(t->consent);
		q->consent_at = q->now - t->consent_age_s * 1000;
	}
	t->subject.type = zta_question__type(
	    r->tests->snapshot, &r->scratch, t->subject.type);
	return t->subject.type.ptr != NULL ?
	    ZTA_OK :
	    zta_arena__failed(&r->scratch, r->err);
}

/* --- telling */

static zta_status
push(runner *r, const zta_ledger_test *test)
{
	zta_tests *x = r->tests;
	uint32_t more = x->room == 0 ? 64 : x->room * 2;
	zta_ledger_test *bigger;

	if (x->count == x->room) {
		bigger = zta_arena__grow(
		    x->arena, x->list, x->count, more, sizeof(*bigger));
		if (bigger == NULL) {
			return zta_arena__failed(x->arena, r->err);
		}
		x->list = bigger;
		x->room = more;
	}
	x->list[x->count++] = *test;
	x->failed += !test->passed;
	return ZTA_OK;
}

static zta_status
add_finding(runner *r, const zta_ledger_test *test, const zta_test_outcome *o)
{
	zta_ledger_finding finding = { .file = test->file,
		.line = o->line > 0 ? o->line : test->line,
		.column = o->line > 0 ? o->column : test->column,
		.rule = "test-failed",
		.hint = "correct the policies, or what the test expects; "
			"`ztauth test` says why",
		.policy = ZTA_STR("") };
	zta_buf message;
	zta_status status = ZTA_OK;

	zta_buf__init(&message, SIZE_MAX);
	zta_buf__printf(&message, "the test `%.*s` fails: %s",
	    ZTA_STR_ARG(test->name), test->message);
	zta_buf__byte(&message, '\0');
	if (message.status == ZTA_OK) {
		finding.message = message.ptr;
		zta_finding_list__add(r->tests->findings, &finding);
	} else {
		status = zta_error__nomem(r->err);
	}
	zta_buf__release(&message);
	return status;
}

/* The result of the test at `node`; `test->reasons` is set already. */
static zta_status
conclude(runner *r, const zta_json *node, const zta_decision_test *t,
    const zta_test_outcome *o, zta_ledger_test *test)
{
	test->file = zta_arena__copy(r->tests->arena, r->file);
	test->name = zta_arena__copy(r->tests->arena, t->name);
	test->message = test->passed ?
	    "" :
	    zta_test_outcome__message(o, t, r->tests->arena);
	if (test->file.ptr == NULL || test->name.ptr == NULL ||
	    test->message == NULL) {
		return zta_error__nomem(r->err);
	}
	zta_error__move(
	    &r->mark, r->doc.text, node->at, &test->line, &test->column);
	if (!test->passed && add_finding(r, test, o) != ZTA_OK) {
		return ZTA_ENOMEM;
	}
	return push(r, test);
}

/* --- one test */

/* Nobody reads more explanations than findings, and they cost more. */
static bool
is_explained(
    const runner *r, const zta_ledger_test *test, const zta_test_outcome *o)
{
	return r->tests->explain && !test->passed && o->refused == NULL &&
	    r->tests->failed < ZTA_LEDGER_FINDINGS_MAX;
}

static zta_status
run_request(runner *r, const zta_decision_test *t, zta_test_outcome *o,
    zta_ledger_test *test)
{
	const zta_cedar *cedar = r->tests->snapshot->cedar;
	zta_question question;
	zta_names names;
	zta_status status = ask_policies(r, t, o, &question, &names);

	if (status == ZTA_OK) {
		status = zta_test_outcome__judge(
		    o, t, &r->scratch, &test->passed, r->err);
	}
	if (status != ZTA_OK || !is_explained(r, test, o)) {
		return status;
	}
	return zta_explain__run(&cedar->policies, &cedar->entities, &question,
	    &names, false, r->tests->arena, &test->reasons, &test->reason_count,
	    r->err);
}

static zta_status
run_elevation(
    runner *r, zta_decision_test *t, zta_test_outcome *o, zta_ledger_test *test)
{
	const zta_elevation *elevation = r->tests->snapshot->elevation;
	zta_elevation_question q;
	zta_status status = make_elevation(r, t, &q);

	if (status == ZTA_OK) {
		status = ask_elevation(r, &q, o);
	}
	if (status == ZTA_OK) {
		status = zta_test_outcome__judge(
		    o, t, &r->scratch, &test->passed, r->err);
	}
	if (status != ZTA_OK || !is_explained(r, test, o)) {
		return status;
	}
	return zta_elevation__explain(elevation, r->tests->arena, &q,
	    &test->reasons, &test->reason_count, r->err);
}

static zta_status
run_test(runner *r, const zta_json *node)
{
	zta_decision_test t;
	zta_test_outcome o = { 0 };
	zta_ledger_test test = { 0 };
	zta_status status =
	    zta_decision_test__read(&r->scratch, &r->doc, node, &t, r->err);

	if (status != ZTA_OK) {
		return status;
	}
	status = zta_map__add(&r->names, t.name, 0, r->err);
	if (status == ZTA_EEXIST) {
		return zta_json__fail(&r->doc, node, r->err, ZTA_EEXIST,
		    "another test of this file has the name `%.*s`",
		    ZTA_STR_ARG(t.name));
	}
	if (status != ZTA_OK || !r->tests->snapshot->whole) {
		return status;
	}
	status = t.is_elevation ? run_elevation(r, &t, &o, &test) :
				  run_request(r, &t, &o, &test);
	return status != ZTA_OK ? status : conclude(r, node, &t, &o, &test);
}

/* --- one file */

static zta_status
run_list(runner *r, const zta_json *list)
{
	const zta_json *node = zta_json__first(list);
	zta_tests *x = r->tests;
	uint32_t i;
	zta_status status = ZTA_OK;

	if (list->count > ZTA_LEDGER_TESTS_MAX - x->read) {
		return zta_json__fail(&r->doc, list, r->err, ZTA_ELIMIT,
		    "a ledger has %u tests at most", ZTA_LEDGER_TESTS_MAX);
	}
	x->read += list->count;
	for (i = 0; status == ZTA_OK && i < list->count; i++) {
		status = run_test(r, node);
		status =
		    zta_error__tell(x->sink, status, r->err) ? ZTA_OK : status;
		zta_arena__reset(&r->scratch);
		node = zta_json__after(node);
	}
	return status;
}

static zta_status
run_document(runner *r, zta_str text)
{
	static const char *const names[] = { "tests", NULL };
	const zta_json *list;
	zta_status status = zta_json__read(&r->document, text, &r->doc, r->err);

	if (status == ZTA_OK) {
		status = zta_json__only(&r->doc, r->doc.root, names, r->err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	list = zta_json__get(r->doc.root, "tests");
	return list == NULL || list->type != ZTA_JSON_ARRAY ?
	    zta_json__fail(&r->doc, list == NULL ? r->doc.root : list, r->err,
		ZTA_EINVALID, "expected {\"tests\": [...]}") :
	    run_list(r, list);
}

zta_status
zta_tests__run_file(
    zta_tests *tests, zta_str file, zta_str text, zta_error *err)
{
	runner r = { .tests = tests, .file = file, .err = err };
	zta_status status;

	zta_arena__init(&r.document, SIZE_MAX);
	zta_arena__init(&r.scratch, ZTA_CEDAR_REQUEST_MEMORY_MAX);
	zta_map__init(&r.names, &r.document, zta_random__seed());
	tests->sink->file = file;
	status = run_document(&r, text);
	zta_arena__release(&r.document);
	zta_arena__release(&r.scratch);
	return zta_error__tell(tests->sink, status, err) ? ZTA_OK : status;
}
