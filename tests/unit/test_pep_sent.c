/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_pep_sent.c - what a PEP asks, byte by byte, and what it does not ask.
 * SPEC: authzen 1.0 6, rfc8693 2.1, docs/formats/seal.md
 */
#include "tests.h"

#include "pep_case.h"

static zta_pep_token token;

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pep__sends_questions),
		cmocka_unit_test(test_pep__questions_that_are_none),
		cmocka_unit_test(test_pep__sends_forms),
		cmocka_unit_test(test_pep__seals),
		cmocka_unit_test(test_pep__seals_batches),
	};

	return cmocka_run_group_tests_name(
	    "pep_sent", tests, set_up, tear_down);
}
