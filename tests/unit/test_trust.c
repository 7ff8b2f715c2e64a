/* SPDX-License-Identifier: Apache-2.0 */
/* test_trust.c - who may act for whom. SPEC: ztauth 5.3, 6 */
#include "tests.h"

#include "trust/elevation.h"

#define NOW 1767225600000

static const char levels[] =
    "{\"levels\":["
    "{\"name\":\"high\",\"rank\":9,\"requires\":{\"proof\":[\"mtls\"],"
    "\"proof_age_max_s\":60}},"
    "{\"name\":\"low\",\"rank\":1},"
    "{\"name\":\"asked\",\"rank\":5,\"requires\":{\"consent\":true}},"
    "{\"name\":\"wary\",\"rank\":7,\"requires\":{\"consent\":true,"
    "\"proof\":[\"mtls\"]}},"
    "{\"name\":\"attested\",\"rank\":6,\"requires\":{\"attestation\":"
    "[\"tpm\"]}},"
    "{\"name\":\"all\",\"rank\":11,\"requires\":{\"proof\":[\"mtls\",\"dpop\"],"
    "\"proof_age_max_s\":60,\"consent\":true,\"attestation\":[\"tpm\"]}},"
    "{\"name\":\"seen\",\"rank\":8,\"requires\":{\"proof\":[\"mtls\",\"dpop\"],"
    "\"proof_age_max_s\":60,\"consent\":true}}]}";
static const char groups[] =
    "{\"groups\":["
    "{\"name\":\"orders\",\"level\":\"low\",\"members\":[\"w:order\","
    "\"spiffe://shop/orders/*\"]},"
    "{\"name\":\"pay\",\"level\":\"high\",\"members\":[\"w:pay\"]},"
    "{\"name\":\"both\",\"level\":\"high\",\"members\":[\"w:order\"]},"
    "{\"name\":\"asked\",\"level\":\"asked\",\"members\":[\"w:asked\"]},"
    "{\"name\":\"wary\",\"level\":\"wary\",\"members\":[\"w:wary\"]},"
    "{\"name\":\"tpm\",\"level\":\"attested\",\"members\":[\"w:tpm\"]},"
    "{\"name\":\"all\",\"level\":\"all\",\"members\":[\"w:all\"]},"
    "{\"name\":\"seen\",\"level\":\"seen\",\"members\":[\"w:seen\"]},"
    "{\"name\":\"fresh\",\"level\":\"high\",\"members\":[\"w:falls\"]},"
    "{\"name\":\"fallen\",\"level\":\"asked\",\"members\":[\"w:falls\"]},"
    "{\"name\":\"idle\",\"level\":\"low\",\"members\":[\"w:idle\"]},"
    "{\"name\":\"never\",\"level\":\"low\",\"members\":[\"w:never\"]}],"
    "\"quarantine\":[\"w:bad\",\"spiffe://shop/orders/old/*\"]}";
static const char policies[] =
    "permit(principal in ZTAuth::Group::\"orders\",\n"
    "  action == ZTAuth::Action::\"act_for\", resource)\n"
    "when { resource.kind == \"human\" };\n"
    "@id(\"high\") permit(principal, action, resource)\n"
    "when { principal.level >= 9 && context.proof.age <= 60 };\n"
    "@id(\"refunds\") forbid(principal, action, resource)\n"
    "when { context has operation &&\n"
    "  context.operation.action == \"refund\" };\n"
    "@id(\"quoted\") forbid(principal, action, resource == ZTAuth::Subject::"
    "\"User::\\\"a\\\\\\\"b\\\\\\\\c\\\\n\\\"\");\n"
    "permit(principal in ZTAuth::Group::\"never\", action, resource);\n"
    "forbid(principal in ZTAuth::Group::\"never\", action, resource);\n";

static zta_arena arena;
static zta_trust_model model;
static zta_elevation *elevation;

static int
setup(void **state)
{
	zta_error err;

	(void)state;
	zta_arena__init(&arena, SIZE_MAX);
	if (zta_trust_model__read(&model, &arena, ZTA_STR(levels),
		ZTA_STR(groups), &err) != ZTA_OK ||
	    zta_elevation__open(&elevation, &model, ZTA_STR(policies), &err) !=
		ZTA_OK) {
		fail_msg("%s:%u:%u: %s", err.place, err.line, err.column,
		    err.message);
	}
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	zta_elevation__close(elevation);
	zta_arena__release(&arena);
	return 0;
}

static const struct {
	const char *workload;
	zta_proof proof;
	int64_t age_s;
	const char *kind, *action;
	const char *code; /* "" may */
} cases[] = {
	{ "w:order", ZTA_PROOF_BEARER, 0, "human", "buy", "" },
	{ "w:order", ZTA_PROOF_BEARER, 0, "human", NULL, "" },
	{ "w:order", ZTA_PROOF_BEARER, 0, "workload", "buy",
	    "unauthorized_actor" },
	{ "w:order", ZTA_PROOF_BEARER, 0, "human", "refund",
	    "unauthorized_actor" },
	/* Of two levels that it reaches the higher one counts. */
	{ "w:order", ZTA_PROOF_MTLS, 0, "workload", "buy", "" },
	{ "spiffe://shop/orders/eu", ZTA_PROOF_BEARER, 0, "human", "buy", "" },
	{ "spiffe://shop/orders/", ZTA_PROOF_BEARER, 0, "human", "buy",
	    "unauthorized_actor" },
	{ "spiffe://shop/ordersx", ZTA_PROOF_BEARER, 0, "human", "buy",
	    "unauthorized_actor" },
	{ "spiffe://mail/orders/eu/and/much/longer", ZTA_PROOF_BEARER, 0,
	    "human", "buy", "unauthorized_actor" },
	{ "spiffe://shop/orders/old/1", ZTA_PROOF_BEARER, 0, "human", "buy",
	    "actor_quarantined" },
	{ "w:bad", ZTA_PROOF_MTLS, 0, "human", "buy", "actor_quarantined" },
	{ "w:nobody", ZTA_PROOF_MTLS, 0, "human", "buy", "unauthorized_actor" },
	{ "w:pay", ZTA_PROOF_MTLS, 0, "workload", "buy", "" },
	{ "w:pay", ZTA_PROOF_MTLS, 60, "workload", "buy", "" },
	{ "w:pay", ZTA_PROOF_MTLS, 61, "workload", "buy", "actor_below_level" },
	/* A clock that jumped: a proof from the future is not fresh. */
	{ "w:pay", ZTA_PROOF_MTLS, -1, "workload", "buy", "actor_below_level" },
	{ "w:pay", ZTA_PROOF_BEARER, 0, "human", "buy", "actor_below_level" },
	{ "w:asked", ZTA_PROOF_MTLS, 0, "human", "buy", "consent_required" },
	/* Consent alone would not be enough. */
	{ "w:wary", ZTA_PROOF_BEARER, 0, "human", "buy", "actor_below_level" },
	{ "w:wary", ZTA_PROOF_MTLS, 0, "human", "buy", "consent_required" },
	{ "w:tpm", ZTA_PROOF_MTLS, 0, "human", "buy", "actor_below_level" },
	/* Each requirement counts: consent is asked for when all else is there. */
	{ "w:all", ZTA_PROOF_MTLS, 0, "human", "buy", "actor_below_level" },
	{ "w:seen", ZTA_PROOF_WPT, 0, "human", "buy", "actor_below_level" },
	{ "w:seen", ZTA_PROOF_BEARER, 0, "human", "buy", "actor_below_level" },
	{ "w:seen", ZTA_PROOF_DPOP, 61, "human", "buy", "actor_below_level" },
	{ "w:seen", ZTA_PROOF_DPOP, -1, "human", "buy", "actor_below_level" },
	{ "w:seen", ZTA_PROOF_DPOP, 60, "human", "buy", "consent_required" },
	/* The better level is out of reach, and so is the other, by consent. */
	{ "w:falls", ZTA_PROOF_MTLS, 61, "workload", "buy",
	    "consent_required" },
	{ "w:falls", ZTA_PROOF_MTLS, 60, "workload", "buy", "" },
	{ "w:idle", ZTA_PROOF_MTLS, 0, "human", "buy", "unauthorized_actor" },
	{ "w:never", ZTA_PROOF_MTLS, 0, "human", "buy", "unauthorized_actor" },
};

static void
decide_cases(bool consents)
{
	const char *code;
	zta_elevation_answer answer;
	zta_subject subject = { .type = ZTA_STR("User"),
		.id = ZTA_STR("alice") };
	zta_operation operation = { .resource_type = ZTA_STR("P"),
		.resource_id = ZTA_STR("1") };
	zta_ring ring = { 0 };
	zta_elevation_question q = { .ring = &ring,
		.number = 1,
		.depth = 1,
		.subject = &subject,
		.now = NOW };
	size_t i;

	/* Consent makes good for its own absence, and for nothing else. */
	q.consent = consents ? "signature" : NULL;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ring.workload = zta_str_of(cases[i].workload);
		ring.proof = cases[i].proof;
		ring.at = NOW - cases[i].age_s * 1000;
		subject.kind = zta_str_of(cases[i].kind);
		q.operation = cases[i].action == NULL ? NULL : &operation;
		operation.action = cases[i].action == NULL ?
		    (zta_str){ NULL, 0 } :
		    zta_str_of(cases[i].action);
		assert_int_equal(
		    zta_elevation__ask(elevation, &arena, &q, &answer, NULL),
		    ZTA_OK);
		code =
		    consents && strcmp(cases[i].code, "consent_required") == 0 ?
		    "unauthorized_actor" : /* no policy speaks of it */
		    cases[i].code;
		if (strcmp(zta_elevation__code_name(answer.code), code) != 0) {
			fail_msg("%s, proof %d, age %d: %s, not %s",
			    cases[i].workload, (int)cases[i].proof,
			    (int)cases[i].age_s,
			    zta_elevation__code_name(answer.code), code);
		}
	}
}

static void
test_trust__decides_who_may_act(void **state)
{
	(void)state;
	decide_cases(false);
	decide_cases(true);
}

/*
 * A subject is named as Cedar writes it, so that no id gets past the policy that
 * forbids it. SPEC: ztauth 6
 */
static void
test_trust__names_subjects_as_cedar_does(void **state)
{
	zta_elevation_answer answer;
	zta_subject subject = { .type = ZTA_STR("User"),
		.kind = ZTA_STR("human") };
	zta_ring ring = { .workload = ZTA_STR("w:order"), .at = NOW };
	const zta_elevation_question q = { .ring = &ring,
		.number = 1,
		.depth = 1,
		.subject = &subject,
		.now = NOW };
	const char *ids[] = { "a\"b\\c", "a\"b\\c\n" };
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		subject.id = zta_str_of(ids[i]);
		assert_int_equal(
		    zta_elevation__ask(elevation, &arena, &q, &answer, NULL),
		    ZTA_OK);
		assert_string_equal(zta_elevation__code_name(answer.code),
		    i == 0 ? "" : "unauthorized_actor");
	}
}

/*
 * An elevation that a policy ends is over at its time, to the millisecond, in
 * the same model; and it is back if that says so. SPEC: ztauth 5.3
 */
static void
test_trust__ends_by_itself(void **state)
{
	static const char until[] =
	    "@id(\"until\") permit(principal, action, resource)\n"
	    "when { context.now < datetime(\"2026-01-01T00:00:01Z\") };\n"
	    "@id(\"from\") permit(principal, action, resource)\n"
	    "when { context.now >= datetime(\"2026-01-02T00:00:00Z\") };\n";
	static const struct {
		int64_t now;
		bool may;
	} times[] = { { NOW, true }, { NOW + 999, true }, { NOW + 1000, false },
		{ NOW + 86399999, false }, { NOW + 86400000, true } };
	const zta_subject subject = { .type = ZTA_STR("User"),
		.id = ZTA_STR("alice") };
	zta_elevation_answer answer;
	zta_elevation *timed;
	zta_ring ring = { .workload = ZTA_STR("w:order"), .at = NOW };
	zta_elevation_question q = {
		.ring = &ring, .number = 1, .depth = 1, .subject = &subject
	};
	size_t i;

	(void)state;
	assert_int_equal(
	    zta_elevation__open(&timed, &model, ZTA_STR(until), NULL), ZTA_OK);
	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		q.now = times[i].now;
		assert_int_equal(
		    zta_elevation__ask(timed, &arena, &q, &answer, NULL),
		    ZTA_OK);
		assert_int_equal(answer.code == ZTA_ELEVATION_OK, times[i].may);
	}
	zta_elevation__close(timed);
}

/*
 * A workload of several groups, whose proof meets the level of some: the others
 * are no help to it, and it does not avoid them by showing less.
 */
static void
test_trust__groups_are_what_was_shown(void **state)
{
	static const char groups_text[] =
	    "{\"groups\":["
	    "{\"name\":\"all\",\"level\":\"low\",\"members\":[\"w:pay\","
	    "\"w:kept\",\"w:odd\"]},"
	    "{\"name\":\"pay\",\"level\":\"high\",\"members\":[\"w:pay\"]},"
	    "{\"name\":\"kept\",\"level\":\"high\",\"members\":[\"w:kept\"]},"
	    "{\"name\":\"odd\",\"level\":\"high\",\"members\":[\"w:odd\"]}]}";
	static const char policies_text[] =
	    "@id(\"pay\") permit(principal in ZTAuth::Group::\"pay\", action, "
	    "resource);"
	    "@id(\"any\") permit(principal == ZTAuth::Workload::\"w:kept\", "
	    "action, resource);"
	    "@id(\"kept\") forbid(principal in ZTAuth::Group::\"kept\", "
	    "action, resource);"
	    "@id(\"odd\") permit(principal == ZTAuth::Workload::\"w:odd\", "
	    "action, resource) unless { principal in ZTAuth::Group::\"odd\" };";
	static const struct {
		const char *workload;
		zta_proof proof;
		bool may;
		size_t explained; /* policies whose scope holds */
	} rows[] = {
		{ "w:pay", ZTA_PROOF_MTLS, true, 1 },
		{ "w:pay", ZTA_PROOF_BEARER, false, 0 },
		{ "w:kept", ZTA_PROOF_MTLS, false, 2 },
		{ "w:kept", ZTA_PROOF_BEARER, false, 2 },
		{ "w:odd", ZTA_PROOF_MTLS, false, 1 },
		{ "w:odd", ZTA_PROOF_BEARER, false, 1 },
	};
	const zta_subject subject = { .type = ZTA_STR("User"),
		.id = ZTA_STR("alice"),
		.kind = ZTA_STR("human") };
	const zta_cedar_explanation *list;
	zta_trust_model own_model;
	zta_elevation *own;
	zta_elevation_answer answer;
	size_t i, count;

	(void)state;
	assert_int_equal(zta_trust_model__read(&own_model, &arena,
			     ZTA_STR(levels), ZTA_STR(groups_text), NULL),
	    ZTA_OK);
	assert_int_equal(
	    zta_elevation__open(&own, &own_model, ZTA_STR(policies_text), NULL),
	    ZTA_OK);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const zta_ring ring = { .workload =
					    zta_str_of(rows[i].workload),
			.proof = rows[i].proof,
			.at = NOW };
		const zta_elevation_question q = { .ring = &ring,
			.number = 1,
			.depth = 1,
			.subject = &subject,
			.now = NOW };

		assert_int_equal(
		    zta_elevation__ask(own, &arena, &q, &answer, NULL), ZTA_OK);
		if ((answer.code == ZTA_ELEVATION_OK) != rows[i].may) {
			fail_msg("%s by %s: %s", rows[i].workload,
			    zta_proof__name(rows[i].proof),
			    zta_elevation__code_name(answer.code));
		}
		assert_int_equal(zta_elevation__explain(
				     own, &arena, &q, &list, &count, NULL),
		    ZTA_OK);
		assert_int_equal(count, rows[i].explained);
	}
	zta_elevation__close(own);
}

/* The zero answer is a no. */
static void
test_trust__zero_is_no(void **state)
{
	const zta_elevation_answer answer = { 0 };

	(void)state;
	assert_int_not_equal(answer.code, ZTA_ELEVATION_OK);
}

static const struct {
	const char *levels, *groups, *message;
} bad[] = {
	{ "{\"levels\":[{\"name\":\"a\",\"rank\":1},{\"name\":\"b\","
	  "\"rank\":1}]}",
	    "", "another level has this name or this rank" },
	{ "{\"levels\":[{\"name\":\"a\",\"rank\":1,\"requires\":{\"proof\":"
	  "[\"trust me\"]}}]}",
	    "", "a proof is" },
	{ "{\"levels\":[{\"name\":\"a\",\"rank\":1,\"requires\":{\"proof\":"
	  "[]}}]}",
	    "", "no proof would ever do" },
	{ "{\"levels\":[{\"name\":\"a\",\"rank\":1,\"requries\":{}}]}", "",
	    "no such member" },
	{ "{\"levels\":[]}",
	    "{\"groups\":[{\"name\":\"g\",\"level\":\"x\",\"members\":[]}]}",
	    "`level` must be the name of a level" },
	{ "{\"levels\":[]}", "{\"groups\":[],\"quarantined\":[]}",
	    "no such member" },
};

static void
test_trust__refuses_bad_documents(void **state)
{
	zta_trust_model out;
	zta_error err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(zta_trust_model__read(&out, &arena,
				     zta_str_of(bad[i].levels),
				     zta_str_of(bad[i].groups), &err),
		    ZTA_EINVALID);
		assert_non_null(strstr(err.message, bad[i].message));
		assert_true(err.line > 0);
		assert_non_null(strstr(err.place, "trust/"));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trust__decides_who_may_act),
		cmocka_unit_test(test_trust__names_subjects_as_cedar_does),
		cmocka_unit_test(test_trust__ends_by_itself),
		cmocka_unit_test(test_trust__groups_are_what_was_shown),
		cmocka_unit_test(test_trust__zero_is_no),
		cmocka_unit_test(test_trust__refuses_bad_documents),
	};

	return cmocka_run_group_tests_name("trust", tests, setup, teardown);
}
