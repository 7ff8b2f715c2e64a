/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_pep.c - a PEP and servers that lie, break off, drip, hang and repeat what
 * they hear: nothing is allowed, and no secret is told. SPEC: ztauth 4, 5, 8
 */
#include "tests.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/time.h"
#include "peer.h"
#include "ztauth/pep.h"

#define ID "00112233445566778899aabbccddeeff"
#define TOLD                                                                 \
	"{\"id\":\"" ID "\",\"ztauth\":{\"leg\":\"policy\",\"code\":\"%s\"," \
	"\"commit\":\"abcdef\",\"log_index\":7}}"
#define JSON "Content-Type: application/json\r\n"

/* Of which no 16 characters may come back in a message. */
#define SECRET "eyJhbGciOiJFUzI1NiJ9.c3ViamVjdA.c2lnbmF0dXJlLW9mLWFsaWNl"
#define SVID "eyJhbGciOiJFUzI1NiJ9.d29ya2xvYWQ.c2lnbmF0dXJlLW9mLXdvcmtsb2Fk"

/* The slice of a literal, where there may be no compound one. */
#define TEXT(literal)                          \
	{                                      \
		(literal), sizeof(literal) - 1 \
	}

static char allow[512], deny[512], token_text[512];
static char allow_answer[1024], deny_answer[1024], token_answer[1024];
static char credential_path[] = "/tmp/test_pep.XXXXXX";

static void
make_answer(char out[1024], const char *body)
{
	(void)snprintf(out, 1024,
	    "HTTP/1.1 200 OK\r\n" JSON "Content-Length: %zu\r\n\r\n%s",
	    strlen(body), body);
}

static int
set_up(void **state)
{
	(void)state;
	(void)snprintf(allow, sizeof(allow),
	    "{\"decision\":true,\"context\":" TOLD "}", "permitted");
	(void)snprintf(deny, sizeof(deny),
	    "{\"decision\":false,\"context\":" TOLD "}", "denied_by_policy");
	(void)snprintf(token_text, sizeof(token_text),
	    "{\"access_token\":\"h.p.s\",\"issued_token_type\":"
	    "\"urn:ietf:params:oauth:token-type:txn_token\","
	    "\"token_type\":\"N_A\",\"expires_in\":300}");
	make_answer(allow_answer, allow);
	make_answer(deny_answer, deny);
	make_answer(token_answer, token_text);
	assert_int_not_equal(close(mkstemp(credential_path)), -1);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	return unlink(credential_path);
}

static void
write_credential(const char *text)
{
	assert_int_equal(
	    zta_file__replace(credential_path, 0600, zta_str_of(text), NULL),
	    ZTA_OK);
}

static zta_pep *
open_pep(const peer *p, int64_t timeout_ms)
{
	const zta_pep_options options = { .url = p->url,
		.credential_file = credential_path,
		.timeout_ms = timeout_ms };
	zta_pep *pep;

	write_credential(SVID "\n");
	assert_int_equal(zta_pep_open(&pep, &options, NULL), ZTA_OK);
	return pep;
}

static const zta_pep_question question = {
	.token = TEXT(SECRET),
	.subject = { TEXT("User"), TEXT("alice"), TEXT("") },
	.action = TEXT("buy"),
	.resource = { TEXT("Product"), TEXT("teapot"), TEXT("") },
};
static const zta_pep_message message = { .channel = TEXT("orders"),
	.payload = TEXT("one teapot") };

static zta_pep_token token;

/* Whatever was said: nothing is allowed, and no secret is told. */
static void
check_failure(zta_status status, const zta_pep_decision *decision,
    const zta_error *err, const char *why)
{
	static const zta_pep_decision zero;
	const char *secrets[] = { SECRET, SVID };
	char run[17] = "";
	size_t i, j;

	if (status == ZTA_OK || memcmp(decision, &zero, sizeof(zero)) != 0) {
		fail_msg("%s: %s", why, zta_status_name(status));
	}
	assert_string_not_equal(err->message, "");
	for (i = 0; i < 2; i++) {
		for (j = 0; j + 16 <= strlen(secrets[i]); j++) {
			memcpy(run, secrets[i] + j, 16);
			assert_null(strstr(err->message, run));
			assert_null(strstr(err->place, run));
		}
	}
}

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

/* --- what is sent */

static void
check_decided(
    zta_pep *pep, peer *p, const zta_pep_question *q, const char *body)
{
	zta_pep_decision decision;
	zta_error err = { 0 };

	if (zta_pep_decide(pep, q, &decision, &err) != ZTA_OK) {
		fail_msg("%s", err.message);
	}
	assert_int_equal(decision.effect, ZTA_ALLOW);
	assert_string_equal(peer_asked_body(p), body);
}

static void
test_pep__sends_questions(void **state)
{
	const peer_answer answer = { zta_str_of(allow_answer), PEER_ANSWERS };
	const zta_pep_question full = { .token = ZTA_STR("a.b.c"),
		.subject = { ZTA_STR("User"), ZTA_STR("a\"}\n"),
		    ZTA_STR("{\"n\": 1.50}") },
		.action = ZTA_STR("buy"),
		.properties = ZTA_STR("{}"),
		.resource = { ZTA_STR("Shop::Product"), ZTA_STR("t"),
		    ZTA_STR("{\"a\":[]}") },
		.context = ZTA_STR(" {\"quantity\":1} ") };
	/* {"ztauth":{"subject":{"type":"User","id":"bob"}}} */
	const zta_pep_question implied = {
		.token = ZTA_STR("h.eyJ6dGF1dGgiOnsic3ViamVjdCI6eyJ0eXBlIjoi"
				 "VXNlciIsImlkIjoiYm9iIn19fQ.s"),
		.action = ZTA_STR("buy"),
		.resource = { ZTA_STR("P"), ZTA_STR("t"), ZTA_STR("") },
	};
	zta_pep_question bare = question;
	zta_pep *pep;
	peer p;

	(void)state;
	bare.token = ZTA_STR("");
	peer_start(&p);
	peer_script(&p, &answer, 1);
	pep = open_pep(&p, 2000);
	check_decided(pep, &p, &full,
	    "{\"subject\":{\"type\":\"User\",\"id\":\"a\\\"}\\n\","
	    "\"properties\":{\"n\": 1.50}},\"action\":{\"name\":\"buy\","
	    "\"properties\":{}},\"resource\":{\"type\":\"Shop::Product\","
	    "\"id\":\"t\",\"properties\":{\"a\":[]}},\"context\":"
	    " {\"quantity\":1} ,\"authorization_model\":"
	    "{\"tx_token\":\"a.b.c\"}}");
	assert_true(peer_asked_field(&p, "Content-Type", "application/json"));
	assert_null(strstr(peer_asked(&p), "Authorization"));
	assert_int_equal(
	    strncmp(peer_asked(&p),
		"POST /zones/100000000001/access/v1/evaluation ", 46),
	    0);
	check_decided(pep, &p, &implied,
	    "{\"subject\":{\"type\":\"User\",\"id\":\"bob\"},\"action\":"
	    "{\"name\":\"buy\"},\"resource\":{\"type\":\"P\",\"id\":\"t\"},"
	    "\"authorization_model\":{\"tx_token\":\"h.eyJ6dGF1dGgiOnsic3ViamV"
	    "jdCI6eyJ0eXBlIjoiVXNlciIsImlkIjoiYm9iIn19fQ.s\"}}");
	check_decided(pep, &p, &bare,
	    "{\"subject\":{\"type\":\"User\",\"id\":\"alice\"},\"action\":"
	    "{\"name\":\"buy\"},\"resource\":{\"type\":\"Product\","
	    "\"id\":\"teapot\"}}");
	assert_true(peer_asked_field(&p, "Authorization", "Bearer " SVID));
	zta_pep_close(pep);
	peer_stop(&p);
}

/* Nothing is sent of what is no question. */
static void
test_pep__questions_that_are_none(void **state)
{
	static const zta_str texts[] = { TEXT("{"), TEXT("[]"), TEXT("1"),
		TEXT("{},\"x\":{}"), TEXT("{\"a\":1,\"a\":2}"),
		TEXT("{\"a\":\"\xff\"}") };
	static const zta_str tokens[] = { TEXT("a"), TEXT("a.b"), TEXT("a.!.c"),
		TEXT("a.e30.c"), TEXT("a.e30.c.d"), TEXT("") };
	static const zta_str channels[] = { TEXT(""), TEXT("a\nb"),
		TEXT("a\0b"), TEXT("\x7f") };
	const peer_answer answer = { zta_str_of(allow_answer), PEER_ANSWERS };
	zta_pep_question q;
	zta_pep_message m = message;
	zta_pep_decision d;
	zta_pep *pep;
	peer p;
	size_t i;

	(void)state;
	peer_start(&p);
	peer_script(&p, &answer, 1);
	pep = open_pep(&p, 2000);
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		q = question;
		q.context = texts[i];
		assert_int_equal(zta_pep_decide(pep, &q, &d, NULL), ZTA_EINVAL);
		q = question;
		q.resource.properties = texts[i];
		assert_int_equal(zta_pep_decide(pep, &q, &d, NULL), ZTA_EINVAL);
		assert_int_equal(zta_pep_exchange(pep,
				     &(zta_pep_subject){ .token = q.token,
					 .details = texts[i] },
				     &token, NULL),
		    ZTA_EINVAL);
	}
	for (i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++) {
		q = question;
		q.subject = (zta_pep_entity){ .type = ZTA_STR("") };
		q.token = tokens[i];
		assert_int_equal(zta_pep_decide(pep, &q, &d, NULL), ZTA_EINVAL);
	}
	for (i = 0; i < sizeof(channels) / sizeof(channels[0]); i++) {
		m.channel = channels[i];
		assert_int_equal(
		    zta_pep_seal(pep, &question, &m, &d, &token, NULL),
		    ZTA_EINVAL);
		assert_int_equal(
		    zta_pep_unseal(pep, ZTA_STR("a.b.c"), &m, &token, NULL),
		    ZTA_EINVAL);
	}
	q = question;
	q.action = ZTA_STR("");
	assert_int_equal(zta_pep_decide(pep, &q, &d, NULL), ZTA_EINVAL);
	assert_int_equal(
	    zta_pep_unseal(pep, ZTA_STR(""), &message, &token, NULL),
	    ZTA_EINVAL);
	assert_int_equal(peer_requests(&p), 0);
	zta_pep_close(pep);
	peer_stop(&p);
}

/* SPEC: rfc8693 2.1; docs/formats/seal.md */
#define FORM                                                              \
	"grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3A"          \
	"token-exchange&requested_token_type=urn%3Aietf%3Aparams%3Aoauth" \
	"%3Atoken-type%3Atxn_token&actor_token=" SVID                     \
	"&actor_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Ajwt"
/* SHA-256 of "one teapot", by another program. */
#define HASH "KV9oh4dV91LeIAg5PD6b1XiDz7GYho69FHti-GB7kgg"
/* The root of it and "two". */
#define BATCH_HASH "uYGBcbEy1jhJuSluIqi1KuBM8fjem25_wRy1WjFer8c"

static void
test_pep__sends_forms(void **state)
{
	const peer_answer answer = { zta_str_of(token_answer), PEER_ANSWERS };
	const zta_pep_subject subject = { .token = ZTA_STR("a+b/c= "),
		.kind = ZTA_PEP_ACCESS_TOKEN,
		.scope = ZTA_STR("shop.buy shop.view"),
		.details = ZTA_STR("{\"a\":1}"),
		.delegation = ZTA_STR("g.r.t") };
	zta_pep_message part = message;
	zta_pep_subject next;
	zta_error err = { 0 };
	zta_pep *pep;
	peer p;
	int64_t now = zta_time__now_ms();

	(void)state;
	peer_start(&p);
	peer_script(&p, &answer, 1);
	pep = open_pep(&p, 2000);
	assert_int_equal(zta_pep_exchange(pep, &subject, &token, &err), ZTA_OK);
	assert_string_equal(peer_asked_body(&p),
	    FORM
	    "&subject_token=a%2Bb%2Fc%3D%20&subject_token_type=urn%3Aietf"
	    "%3Aparams%3Aoauth%3Atoken-type%3Aaccess_token&scope=shop.buy"
	    "%20shop.view&request_details=%7B%22a%22%3A1%7D&delegation=g.r.t");
	assert_true(peer_asked_field(
	    &p, "Content-Type", "application/x-www-form-urlencoded"));
	assert_string_equal(token.text, "h.p.s");
	assert_true(token.expires_at >= now + 300000 &&
	    token.expires_at < now + 330000);
	/* It goes on, and takes its own place. */
	next = (zta_pep_subject){ .token = zta_str_of(token.text),
		.kind = ZTA_PEP_TXN_TOKEN };
	assert_int_equal(zta_pep_exchange(pep, &next, &token, &err), ZTA_OK);
	assert_string_equal(peer_asked_body(&p),
	    FORM "&subject_token=h.p.s&subject_token_type=urn%3Aietf%3Aparams"
		 "%3Aoauth%3Atoken-type%3Atxn_token");
	assert_int_equal(
	    zta_pep_unseal(pep, ZTA_STR("s.e.al"), &message, &token, &err),
	    ZTA_OK);
	assert_string_equal(peer_asked_body(&p),
	    FORM "&subject_token=s.e.al&subject_token_type=urn%3Aztauth"
		 "%3Atoken-type%3Aseal&channel=orders&payload_sha256=" HASH);
	part.is_part = true;
	part.index = 7;
	part.path = ZTA_STR("cGF0aA");
	assert_int_equal(
	    zta_pep_unseal(pep, ZTA_STR("s.e.al"), &part, &token, &err),
	    ZTA_OK);
	assert_non_null(strstr(peer_asked_body(&p),
	    "&payload_sha256=" HASH "&payload_index=7&payload_path=cGF0aA"));
	zta_pep_forget(&token);
	assert_string_equal(token.text, "");
	zta_pep_close(pep);
	peer_stop(&p);
}

static void
test_pep__seals(void **state)
{
	char body[600], text[1024];
	peer_answer script[] = { { .manner = PEER_ANSWERS },
		{ zta_str_of(allow_answer), PEER_ANSWERS },
		{ zta_str_of(deny_answer), PEER_ANSWERS } };
	zta_pep_message once = message;
	zta_pep_decision decision;
	zta_error err = { 0 };
	zta_pep *pep;
	peer p;

	(void)state;
	once.once = true;
	(void)snprintf(body, sizeof(body), "%.*s,\"seal\":\"s.e.al\"}",
	    (int)strlen(allow) - 1, allow);
	make_answer(text, body);
	script[0].bytes = zta_str_of(text);
	peer_start(&p);
	peer_script(&p, script, 3);
	pep = open_pep(&p, 2000);
	assert_int_equal(
	    zta_pep_seal(pep, &question, &once, &decision, &token, &err),
	    ZTA_OK);
	assert_int_equal(decision.effect, ZTA_ALLOW);
	assert_string_equal(token.text, "s.e.al");
	assert_non_null(strstr(peer_asked_body(&p),
	    "},\"seal\":{\"channel\":\"orders\",\"payload_sha256\":\"" HASH
	    "\",\"once\":true}}"));
	assert_int_equal(
	    strncmp(peer_asked(&p), "POST /zones/100000000001/chain/seal ", 36),
	    0);
	/* An allow without a seal, and a deny. */
	check_failure(
	    zta_pep_seal(pep, &question, &message, &decision, &token, &err),
	    &decision, &err, "no seal");
	assert_string_equal(token.text, "");
	assert_int_equal(
	    zta_pep_seal(pep, &question, &message, &decision, &token, &err),
	    ZTA_OK);
	assert_int_equal(decision.effect, ZTA_DENY);
	assert_string_equal(decision.code, "denied_by_policy");
	assert_string_equal(token.text, "");
	zta_pep_close(pep);
	peer_stop(&p);
}

/* Many: what is sealed is their root. */
static void
test_pep__seals_batches(void **state)
{
	const peer_answer answer = { zta_str_of(deny_answer), PEER_ANSWERS };
	zta_pep_message batch = message;
	zta_pep_decision decision;
	zta_pep *pep;
	peer p;

	(void)state;
	peer_start(&p);
	peer_script(&p, &answer, 1);
	pep = open_pep(&p, 2000);
	assert_int_equal(zta_pep_batch_open(&batch.batch, NULL), ZTA_OK);
	assert_int_equal(
	    zta_pep_seal(pep, &question, &batch, &decision, &token, NULL),
	    ZTA_EINVAL);
	assert_int_equal(peer_requests(&p), 0);
	assert_int_equal(
	    zta_pep_batch_add(batch.batch, message.payload, NULL), ZTA_OK);
	assert_int_equal(
	    zta_pep_batch_add(batch.batch, ZTA_STR("two"), NULL), ZTA_OK);
	assert_int_equal(
	    zta_pep_seal(pep, &question, &batch, &decision, &token, NULL),
	    ZTA_OK);
	assert_non_null(strstr(peer_asked_body(&p),
	    "},\"seal\":{\"channel\":\"orders\",\"payload_sha256\":\"" BATCH_HASH
	    "\",\"payloads\":2}}"));
	zta_pep_batch_close(batch.batch);
	zta_pep_close(pep);
	peer_stop(&p);
}

/* --- credentials, connections, threads */

static zta_status
give(void *context, char *out, size_t *len, zta_error *err)
{
	zta_str text = *(const zta_str *)context;

	if (text.len == 0) {
		(void)snprintf(err->message, sizeof(err->message), "not now");
		return ZTA_EUNAVAILABLE;
	}
	memcpy(out, text.ptr, text.len);
	*len = text.len;
	return ZTA_OK;
}

static void
test_pep__shows_what_there_is_now(void **state)
{
	static const char *const bad[] = { "", "\n", "a\nb\n", "a b",
		"a\r\nX-Evil: 1", "\xc3\xa9" };
	const peer_answer answer = { zta_str_of(token_answer), PEER_ANSWERS };
	const zta_pep_subject subject = { .token = question.token };
	zta_str given = ZTA_STR("called.for.it");
	zta_pep_options options = { .credential = give,
		.credential_context = &given,
		.credential_kind = ZTA_PEP_API_KEY };
	zta_error err;
	zta_pep *pep;
	peer p;
	size_t i;

	(void)state;
	peer_start(&p);
	peer_script(&p, &answer, 1);
	pep = open_pep(&p, 2000);
	assert_int_equal(zta_pep_exchange(pep, &subject, &token, &err), ZTA_OK);
	write_credential("renewed.svid\r\n");
	assert_int_equal(zta_pep_exchange(pep, &subject, &token, &err), ZTA_OK);
	assert_non_null(
	    strstr(peer_asked_body(&p), "&actor_token=renewed.svid&"));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		write_credential(bad[i]);
		assert_int_not_equal(
		    zta_pep_exchange(pep, &subject, &token, &err), ZTA_OK);
		assert_string_equal(err.place, credential_path);
	}
	assert_int_equal(peer_requests(&p), 2);
	zta_pep_close(pep);
	options.url = p.url;
	assert_int_equal(zta_pep_open(&pep, &options, &err), ZTA_OK);
	assert_int_equal(zta_pep_exchange(pep, &subject, &token, &err), ZTA_OK);
	assert_non_null(strstr(peer_asked_body(&p),
	    "&actor_token=called.for.it&actor_token_type=urn%3Aztauth"
	    "%3Atoken-type%3Aapi-key&"));
	given = ZTA_STR("");
	assert_int_equal(
	    zta_pep_exchange(pep, &subject, &token, &err), ZTA_EUNAVAILABLE);
	assert_string_equal(err.message, "not now");
	zta_pep_close(pep);
	/* Without any. */
	options.credential = NULL;
	assert_int_equal(zta_pep_open(&pep, &options, &err), ZTA_OK);
	assert_int_equal(
	    zta_pep_exchange(pep, &subject, &token, &err), ZTA_EINVAL);
	assert_int_equal(peer_requests(&p), 3);
	zta_pep_close(pep);
	peer_stop(&p);
}

static void
test_pep__keeps_its_connection(void **state)
{
	const peer_answer kept = { zta_str_of(allow_answer), PEER_ANSWERS };
	const peer_answer closed = { zta_str_of(allow_answer), PEER_RESETS };
	zta_pep_decision decision;
	zta_pep *pep;
	peer p;
	int i;

	(void)state;
	peer_start(&p);
	pep = open_pep(&p, 2000);
	peer_script(&p, &kept, 1);
	for (i = 0; i < 20; i++) {
		assert_int_equal(
		    zta_pep_decide(pep, &question, &decision, NULL), ZTA_OK);
	}
	assert_int_equal(peer_connections(&p), 1);
	/* One that has gone is made anew. */
	peer_script(&p, &closed, 1);
	for (i = 0; i < 5; i++) {
		assert_int_equal(
		    zta_pep_decide(pep, &question, &decision, NULL), ZTA_OK);
		assert_int_equal(decision.effect, ZTA_ALLOW);
		usleep(100000);
	}
	zta_pep_close(pep);
	peer_stop(&p);
}

/* SPEC: x509-svid: what was shown ends, and its connection with it. */
static void
test_pep__connects_anew_with_another_certificate(void **state)
{
	const peer_answer answer = { zta_str_of(allow_answer), PEER_ANSWERS };
	zta_pep_options options = { .certificate_file = credential_path,
		.key_file = credential_path };
	zta_pep_decision decision;
	zta_pep *pep;
	peer p;
	unsigned i;

	(void)state;
	peer_start(&p);
	peer_script(&p, &answer, 1);
	options.url = p.url;
	assert_int_equal(zta_pep_open(&pep, &options, NULL), ZTA_OK);
	for (i = 0; i < 6; i++) {
		if (i % 2 == 0) {
			write_credential("renewed");
		}
		assert_int_equal(
		    zta_pep_decide(pep, &question, &decision, NULL), ZTA_OK);
		assert_int_equal(peer_connections(&p), i / 2 + 1);
	}
	zta_pep_close(pep);
	peer_stop(&p);
}

/* --- no memory: each allocation of ours fails once */

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);

/* Of the thread that asks alone; negative: none fails. */
static _Thread_local long countdown = -1;

static bool
fails(void)
{
	return countdown >= 0 && countdown-- == 0;
}

void *
__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t count, size_t size)
{
	return fails() ? NULL : __real_calloc(count, size);
}

void *
__wrap_realloc(void *old, size_t size)
{
	return fails() ? NULL : __real_realloc(old, size);
}

/* A handle, a token, a decision. True: nothing has failed. */
static bool
call_all(const peer *p, zta_pep_decision *decision, zta_error *err)
{
	const zta_pep_options options = { .url = p->url,
		.credential_file = credential_path };
	const zta_pep_subject subject = { .token = question.token };
	zta_pep *pep = NULL;
	zta_status status = zta_pep_open(&pep, &options, err);

	*decision = (zta_pep_decision){ 0 };
	if (status == ZTA_OK) {
		status = zta_pep_exchange(pep, &subject, &token, err);
	}
	if (status == ZTA_OK) {
		status = zta_pep_decide(pep, &question, decision, err);
	}
	countdown = -1;
	zta_pep_close(pep);
	return status == ZTA_OK;
}

static void
test_pep__has_no_memory(void **state)
{
	const peer_answer answers[] = { { zta_str_of(token_answer),
					    PEER_ANSWERS },
		{ zta_str_of(allow_answer), PEER_ANSWERS } };
	zta_pep_decision decision;
	zta_error err;
	peer p;
	long at;

	(void)state;
	write_credential(SVID "\n");
	peer_start(&p);
	for (at = 0;; at++) {
		peer_script(&p, answers, 2);
		err = (zta_error){ 0 };
		countdown = at;
		if (call_all(&p, &decision, &err)) {
			break;
		}
		assert_int_equal(decision.effect, ZTA_DENY);
		assert_string_not_equal(err.message, "");
	}
	assert_int_equal(decision.effect, ZTA_ALLOW);
	assert_in_range(at, 8, 100);
	peer_stop(&p);
}

#define THREADS 4
#define CALLS 50

static void *
call_often(void *context)
{
	zta_pep *pep = context;
	zta_pep_token *own = calloc(1, sizeof(*own));
	zta_pep_decision decision;
	zta_error err;
	int i;

	for (i = 0; own != NULL && i < CALLS; i++) {
		if (zta_pep_decide(pep, &question, &decision, &err) != ZTA_OK ||
		    decision.effect != ZTA_ALLOW) {
			break;
		}
		/* It is no token that is answered. */
		if (zta_pep_exchange(pep,
			&(zta_pep_subject){ .token = question.token }, own,
			&err) != ZTA_EINVALID) {
			break;
		}
	}
	free(own);
	return i == CALLS ? context : NULL;
}

static void
test_pep__is_shared_by_threads(void **state)
{
	const peer_answer answer = { zta_str_of(allow_answer), PEER_ANSWERS };
	pthread_t threads[THREADS];
	void *done;
	zta_pep *pep;
	peer p;
	int i;

	(void)state;
	peer_start(&p);
	peer_script(&p, &answer, 1);
	pep = open_pep(&p, 20000);
	for (i = 0; i < THREADS; i++) {
		assert_int_equal(
		    pthread_create(&threads[i], NULL, call_often, pep), 0);
	}
	for (i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(threads[i], &done), 0);
		assert_non_null(done);
	}
	assert_int_equal(peer_requests(&p), 2 * THREADS * CALLS);
	assert_in_range(peer_connections(&p), 1, THREADS);
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
		cmocka_unit_test(test_pep__sends_questions),
		cmocka_unit_test(test_pep__questions_that_are_none),
		cmocka_unit_test(test_pep__sends_forms),
		cmocka_unit_test(test_pep__seals),
		cmocka_unit_test(test_pep__seals_batches),
		cmocka_unit_test(test_pep__shows_what_there_is_now),
		cmocka_unit_test(test_pep__keeps_its_connection),
		cmocka_unit_test(
		    test_pep__connects_anew_with_another_certificate),
		cmocka_unit_test(test_pep__has_no_memory),
		cmocka_unit_test(test_pep__is_shared_by_threads),
	};

	return cmocka_run_group_tests_name("pep", tests, set_up, tear_down);
}
