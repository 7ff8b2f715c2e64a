/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_pep.c - a PEP and servers that lie, break off, drip, hang and repeat what
 * they hear: nothing is allowed, and no secret is told. SPEC: ztauth 4, 5, 8
 */
#include "tests.h"

#include "pep_case.h"

static zta_pep_token token;

/* --- options */

static void
test_pep__options(void **state)
{
	static const struct {
		zta_pep_options options;
		bool good;
	} cases[] = {
		{ { .url = "https://h/zones/100000000001" }, true },
		{ { .url = "https://h.example:8443/zones/1" }, true },
		{ { .url = "http://127.0.0.1:80/zones/1" }, true },
		{ { .url = "http://[::1]/zones/1" }, true },
		{ { .url = "http://localhost/zones/1" }, true },
		{ { .url = NULL }, false },
		{ { .url = "" }, false },
		{ { .url = "h/zones/1" }, false },
		{ { .url = "ftp://h/zones/1" }, false },
		{ { .url = "file:///zones/1" }, false },
		/* Credentials would go out in the clear. */
		{ { .url = "http://h/zones/1" }, false },
		{ { .url = "http://127.0.0.1.example/zones/1" }, false },
		{ { .url = "https://h" }, false },
		{ { .url = "https://h/zones/" }, false },
		{ { .url = "https://h/zones/1/" }, false },
		{ { .url = "https://h/zones/a" }, false },
		{ { .url = "https://h/zones/1/ledgers/main" }, false },
		{ { .url = "https://h/zones/1?token=hunter2" }, false },
		{ { .url = "https://joe:hunter2@h/zones/1" }, false },
		{ { .url = "https://h/zones/1\r\nx: y" }, false },
		{ { .url = "https://h/zones/1", .key_file = "k" }, false },
		{ { .url = "https://h/zones/1", .certificate_file = "c" },
		    false },
		{ { .url = "https://h/zones/1",
		      .credential_kind = ZTA_PEP_TXN_TOKEN },
		    false },
		{ { .url = "https://h/zones/1",
		      .credential_kind = ZTA_PEP_ID_TOKEN },
		    false },
	};
	zta_error err;
	zta_pep *pep;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		err = (zta_error){ 0 };
		if (zta_pep_open(&pep, &cases[i].options, &err) !=
		    (cases[i].good ? ZTA_OK : ZTA_EINVAL)) {
			fail_msg("%zu: %s", i, cases[i].options.url);
		}
		assert_true((pep != NULL) == cases[i].good);
		assert_null(strstr(err.message, "hunter2"));
		zta_pep_close(pep);
	}
	zta_pep_close(NULL);
}

/* --- servers that do not do what they should */

#define HEAD(code, fields) "HTTP/1.1 " code "\r\n" fields

/* Behind each of these comes the body of an allow. */
static const struct {
	const char *head; /* its length is put in place of %zu */
	zta_status status;
} heads[] = {
	{ HEAD("200 OK", "Content-Length: %zu\r\n\r\n"), ZTA_EINVALID },
	{ HEAD("200 OK",
	      "Content-Type: text/plain\r\nContent-Length: %zu\r\n\r\n"),
	    ZTA_EINVALID },
	{ HEAD("200 OK",
	      "Content-Type: application/json+x\r\nContent-Length: %zu\r\n\r\n"),
	    ZTA_EINVALID },
	{ HEAD("200 OK",
	      JSON "Content-Type: text/html\r\n"
		   "Content-Length: %zu\r\n\r\n"),
	    ZTA_EINVALID },
	{ HEAD("200 OK",
	      JSON "Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\n"),
	    ZTA_EINVALID },
	{ HEAD("201 Created", JSON "Content-Length: %zu\r\n\r\n"),
	    ZTA_EINVALID },
	{ HEAD("204 No Content", JSON "\r\n"), ZTA_EINVALID },
	{ HEAD("206 Partial", JSON "Content-Length: %zu\r\n\r\n"),
	    ZTA_EINVALID },
	{ HEAD("301 Moved",
	      JSON "Location: /zones/2/access/v1/evaluation\r\n"
		   "Content-Length: %zu\r\n\r\n"),
	    ZTA_EINVALID },
	{ HEAD("302 Found",
	      JSON "Location: http://127.0.0.1/\r\n"
		   "Content-Length: %zu\r\n\r\n"),
	    ZTA_EINVALID },
	{ HEAD("307 There",
	      JSON "Location: https://evil.example/\r\n"
		   "Content-Length: %zu\r\n\r\n"),
	    ZTA_EINVALID },
	{ HEAD("400 Bad", JSON "Content-Length: %zu\r\n\r\n"), ZTA_EINVALID },
	{ HEAD("401 Who", JSON "Content-Length: %zu\r\n\r\n"), ZTA_EUNTRUSTED },
	{ HEAD("403 No", JSON "Content-Length: %zu\r\n\r\n"), ZTA_EUNTRUSTED },
	{ HEAD("404 None", JSON "Content-Length: %zu\r\n\r\n"), ZTA_EINVALID },
	{ HEAD("429 Busy", JSON "Content-Length: %zu\r\n\r\n"),
	    ZTA_EUNAVAILABLE },
	{ HEAD("500 Broken", JSON "Content-Length: %zu\r\n\r\n"),
	    ZTA_EUNAVAILABLE },
	{ HEAD("502 Gateway", JSON "Content-Length: %zu\r\n\r\n"),
	    ZTA_EUNAVAILABLE },
	{ HEAD("503 Busy", JSON "Content-Length: %zu\r\n\r\n"),
	    ZTA_EUNAVAILABLE },
	{ HEAD("504 Gateway", JSON "Content-Length: %zu\r\n\r\n"),
	    ZTA_EUNAVAILABLE },
	{ HEAD("999 What", JSON "Content-Length: %zu\r\n\r\n"), ZTA_EINVALID },
	/* Shorter than it says, in both ways of saying so. */
	{ HEAD("200 OK", JSON "Content-Length: 9%zu\r\n\r\n"),
	    ZTA_EUNAVAILABLE },
	{ HEAD("200 OK", JSON "Transfer-Encoding: chunked\r\n\r\nffff\r\n"),
	    ZTA_EUNAVAILABLE },
	{ HEAD("200 OK", JSON "Transfer-Encoding: chunked\r\n\r\nzz\r\n"),
	    ZTA_EUNAVAILABLE },
	/* And longer. */
	{ HEAD("200 OK", JSON "Content-Length: 20\r\n\r\n"), ZTA_EINVALID },
	{ HEAD("200 OK", JSON "Content-Length: -%zu\r\n\r\n"),
	    ZTA_EUNAVAILABLE },
	/* No HTTP, or what was HTTP once. */
	{ "", ZTA_EUNAVAILABLE },
	{ "ICY 200 OK\r\n\r\n", ZTA_EUNAVAILABLE },
	{ "HTTP/1.1 200", ZTA_EUNAVAILABLE },
	{ "SSH-2.0-OpenSSH_9.2\r\n", ZTA_EUNAVAILABLE },
};

static void
test_pep__answers_that_are_none(void **state)
{
	static char texts[sizeof(heads) / sizeof(heads[0])][1024];
	static peer_answer answers[sizeof(heads) / sizeof(heads[0]) + 1];
	zta_pep_decision decision;
	zta_error err;
	zta_pep *pep;
	peer p;
	size_t i;
	int len;
	zta_status status;

	(void)state;
	peer_start(&p);
	pep = open_pep(&p, 2000);
	for (i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		len = snprintf(
		    texts[i], sizeof(texts[i]), heads[i].head, strlen(allow));
		(void)snprintf(texts[i] + len, sizeof(texts[i]) - (size_t)len,
		    "%s", strstr(heads[i].head, "204") == NULL ? allow : "");
		answers[i] = (peer_answer){ zta_str_of(texts[i]), PEER_CLOSES };
		peer_script(&p, &answers[i], 1);
		err = (zta_error){ 0 };
		status = zta_pep_decide(pep, &question, &decision, &err);
		check_failure(status, &decision, &err, heads[i].head);
		if (status != heads[i].status) {
			fail_msg("%s: %s, %s", heads[i].head,
			    zta_status_name(status), err.message);
		}
		status = zta_pep_exchange(pep,
		    &(zta_pep_subject){ .token = question.token }, &token,
		    &err);
		assert_int_not_equal(status, ZTA_OK);
		assert_string_equal(token.text, "");
	}
	/* The peer can be believed, and the test can fail. */
	answers[i] = (peer_answer){ zta_str_of(allow_answer), PEER_CLOSES };
	peer_script(&p, &answers[i], 1);
	assert_int_equal(
	    zta_pep_decide(pep, &question, &decision, &err), ZTA_OK);
	assert_int_equal(decision.effect, ZTA_ALLOW);
	zta_pep_close(pep);
	peer_stop(&p);
}

/* Bodies and heads without end, and all that breaks off. */
static void
test_pep__answers_that_break_off(void **state)
{
	static char huge[1 << 20];
	static const char endless_head[] = "HTTP/1.1 200 OK\r\nX: ";
	const size_t half = strlen(allow_answer) - 5;
	const struct {
		peer_answer answer;
		zta_status status;
		const char *why;
	} cases[] = {
		{ { { huge, sizeof(huge) }, PEER_CLOSES }, ZTA_ELIMIT, "huge" },
		{ { { allow_answer, half }, PEER_RESETS }, ZTA_EUNAVAILABLE,
		    "reset" },
		{ { { allow_answer, half }, PEER_CLOSES }, ZTA_EUNAVAILABLE,
		    "closed" },
		{ { { allow_answer, half }, PEER_HANGS }, ZTA_EUNAVAILABLE,
		    "half of it" },
		{ { { "", 0 }, PEER_HANGS }, ZTA_EUNAVAILABLE, "nothing" },
		{ { { "", 0 }, PEER_RESETS }, ZTA_EUNAVAILABLE, "reset" },
		{ { { allow_answer, strlen(allow_answer) }, PEER_DRIPS },
		    ZTA_EUNAVAILABLE, "drips" },
		{ { { endless_head, sizeof(endless_head) - 1 }, PEER_DRIPS },
		    ZTA_EUNAVAILABLE, "drips a header" },
	};
	zta_pep_decision decision;
	zta_error err;
	zta_pep *pep;
	peer p;
	size_t i;
	int64_t began;
	zta_status status;

	(void)state;
	memset(huge, ' ', sizeof(huge));
	(void)snprintf(
	    huge, sizeof(huge), "HTTP/1.1 200 OK\r\n" JSON "\r\n%s", allow);
	huge[strlen(huge)] = ' ';
	peer_start(&p);
	pep = open_pep(&p, 400);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		peer_script(&p, &cases[i].answer, 1);
		err = (zta_error){ 0 };
		began = zta_time__monotonic_ms();
		status = zta_pep_decide(pep, &question, &decision, &err);
		check_failure(status, &decision, &err, cases[i].why);
		if (status != cases[i].status) {
			fail_msg("%s: %s", cases[i].why, err.message);
		}
		/* SPEC: HACKING: the deadline is that of all of the call. */
		assert_true(zta_time__monotonic_ms() - began < 4000);
	}
	zta_pep_close(pep);
	peer_stop(&p);
}

/* An answer that nobody asked for is not that of the next question. */
static void
test_pep__answers_too_many(void **state)
{
	char both[2048];
	peer_answer answers[2] = { { .manner = PEER_ANSWERS },
		{ zta_str_of(deny_answer), PEER_ANSWERS } };
	zta_pep_decision decision;
	zta_pep *pep;
	peer p;
	int i;

	(void)state;
	(void)snprintf(both, sizeof(both), "%s%s", deny_answer, allow_answer);
	answers[0].bytes = zta_str_of(both);
	peer_start(&p);
	pep = open_pep(&p, 2000);
	peer_script(&p, answers, 2);
	for (i = 0; i < 3; i++) {
		assert_int_equal(
		    zta_pep_decide(pep, &question, &decision, NULL), ZTA_OK);
		assert_int_equal(decision.effect, ZTA_DENY);
	}
	assert_int_equal(peer_requests(&p), 3);
	zta_pep_close(pep);
	peer_stop(&p);
}

static void
test_pep__nobody_is_there(void **state)
{
	zta_pep_decision decision;
	zta_error err = { 0 };
	zta_pep *pep;
	peer p;

	(void)state;
	peer_start(&p);
	pep = open_pep(&p, 2000);
	peer_stop(&p);
	check_failure(zta_pep_decide(pep, &question, &decision, &err),
	    &decision, &err, "nobody");
	assert_int_equal(err.status, ZTA_EUNAVAILABLE);
	zta_pep_close(pep);
}

/* --- errors: what may be told */

static void
test_pep__repeats_no_secret(void **state)
{
	static const char *const bodies[] = {
		"{\"error\":{\"code\":\"x\",\"message\":\"no: " SECRET "\"}}",
		"{\"error\":{\"code\":\"x\",\"message\":\"no\",\"at\":\"/" SECRET
		"\"}}",
		"{\"error\":{\"message\":\"the workload " SVID "\"}}",
		"{\"error\":{\"message\":\"a OiJFUzI1NiJ9.c3ViamVj b\"}}",
		"{\"error\":\"" SVID "\",\"ztauth\":{\"leg\":\"" SVID
		"\",\"code\":\"" SECRET "\"}}",
		"{\"decision\":true,\"" SECRET "\":1}",
	};
	static char texts[sizeof(bodies) / sizeof(bodies[0])][1024];
	static peer_answer answers[sizeof(bodies) / sizeof(bodies[0])];
	zta_pep_question unshown = question;
	zta_pep_decision decision;
	zta_error err;
	zta_pep *pep;
	peer p;
	size_t i;

	(void)state;
	unshown.token = ZTA_STR("");
	peer_start(&p);
	pep = open_pep(&p, 2000);
	for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		(void)snprintf(texts[i], sizeof(texts[i]),
		    "HTTP/1.1 %u X\r\n" JSON "Content-Length: %zu\r\n\r\n%s",
		    strstr(bodies[i], "decision") == NULL ? 400u : 200u,
		    strlen(bodies[i]), bodies[i]);
		answers[i] =
		    (peer_answer){ zta_str_of(texts[i]), PEER_ANSWERS };
		peer_script(&p, &answers[i], 1);
		check_failure(zta_pep_decide(pep, &question, &decision, &err),
		    &decision, &err, bodies[i]);
		/* What was never sent is not known to be a secret. */
		if (strstr(bodies[i], "the workload") != NULL) {
			check_failure(
			    zta_pep_decide(pep, &unshown, &decision, &err),
			    &decision, &err, bodies[i]);
		}
		check_failure(zta_pep_exchange(pep,
				  &(zta_pep_subject){ .token = question.token },
				  &token, &err),
		    &decision, &err, bodies[i]);
		assert_null(strstr(token.leg, "eyJ"));
		assert_null(strstr(token.code, "eyJ"));
	}
	zta_pep_close(pep);
	peer_stop(&p);
}

static void
test_pep__tells_why(void **state)
{
	static const char refusal[] =
	    "{\"error\":\"unauthorized_client\",\"ztauth\":{"
	    "\"leg\":\"elevation\",\"code\":\"actor_quarantined\"}}";
	static const char wrong[] =
	    "{\"error\":{\"code\":\"invalid_request\",\"message\":"
	    "\"`id` is missing\\u001b[31m\",\"at\":\"/resource\"}}";
	char texts[2][1024];
	peer_answer answers[2];
	zta_pep_decision decision;
	zta_error err = { 0 };
	zta_pep *pep;
	peer p;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		(void)snprintf(texts[i], sizeof(texts[i]),
		    "HTTP/1.1 400 X\r\n" JSON "Content-Length: %zu\r\n\r\n%s",
		    strlen(i == 0 ? refusal : wrong), i == 0 ? refusal : wrong);
		answers[i] =
		    (peer_answer){ zta_str_of(texts[i]), PEER_ANSWERS };
	}
	peer_start(&p);
	pep = open_pep(&p, 2000);
	peer_script(&p, answers, 2);
	assert_int_equal(
	    zta_pep_exchange(pep, &(zta_pep_subject){ .token = question.token },
		&token, &err),
	    ZTA_EUNTRUSTED);
	assert_string_equal(token.leg, "elevation");
	assert_string_equal(token.code, "actor_quarantined");
	assert_non_null(strstr(err.message, "unauthorized_client"));
	err = (zta_error){ 0 };
	assert_int_equal(
	    zta_pep_decide(pep, &question, &decision, &err), ZTA_EINVALID);
	assert_string_equal(err.message,
	    "the server answers 400: `id` is "
	    "missing?[31m");
	assert_string_equal(err.place, "/resource");
	zta_pep_close(pep);
	peer_stop(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pep__options),
		cmocka_unit_test(test_pep__answers_that_are_none),
		cmocka_unit_test(test_pep__answers_that_break_off),
		cmocka_unit_test(test_pep__answers_too_many),
		cmocka_unit_test(test_pep__nobody_is_there),
		cmocka_unit_test(test_pep__repeats_no_secret),
		cmocka_unit_test(test_pep__tells_why),
	};

	return cmocka_run_group_tests_name("pep", tests, set_up, tear_down);
}
