/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_pep_answer.c - which answers are an allow, a token, a seal: exactly what
 * is expected, and nothing that resembles it. SPEC: ztauth 5, 8
 */
#include "tests.h"

#include "pep/pep_part.h"

#define ID "00112233445566778899aabbccddeeff"
#define TOLD                                                    \
	"\"leg\":\"policy\",\"code\":\"permitted\",\"ring\":1," \
	"\"actor\":\"spiffe://a/b\",\"commit\":\"abcdef\","     \
	"\"policies\":[\"p\"],\"txn\":\"00\",\"log_index\":7"
#define CONTEXT "\"context\":{\"id\":\"" ID "\",\"ztauth\":{" TOLD "}}"
#define ALLOW "{\"decision\":true," CONTEXT "}"

static zta_arena arena;

static zta_status
read_decision(const char *text, zta_pep_decision *out, zta_pep_token *seal,
    zta_error *err)
{
	zta_json_doc doc;
	zta_status status;

	*out = (zta_pep_decision){ 0 };
	*err = (zta_error){ 0 };
	zta_arena__reset(&arena);
	status = zta_json__read(&arena, zta_str_of(text), &doc, err);
	if (status == ZTA_OK && doc.root->type != ZTA_JSON_OBJECT) {
		status = ZTA_EINVALID;
	}
	return status != ZTA_OK ? status :
				  zta_pep__read_decision(&doc, out, seal, err);
}

/* An allow with `told` in place of one member of `ztauth`. */
#define WITH(told)                                                            \
	"{\"decision\":true,\"context\":{\"id\":\"" ID "\",\"ztauth\":{" told \
	"}}}"
#define LEG "\"leg\":\"policy\","
#define CODE "\"code\":\"permitted\","
#define COMMIT "\"commit\":\"abcdef\","
#define INDEX "\"log_index\":7"

static const char *const no_allows[] = {
	"",
	"true",
	"[]",
	"{}",
	"{\"decision\":true}",
	"{\"decision\":\"true\"," CONTEXT "}",
	"{\"decision\":1," CONTEXT "}",
	"{\"decision\":null," CONTEXT "}",
	"{\"decision\":[true]," CONTEXT "}",
	"{\"decision\":{\"decision\":true}," CONTEXT "}",
	"{\"Decision\":true," CONTEXT "}",
	"{\"decision\\u0000\":true," CONTEXT "}",
	/* Who reads it first, who last? */
	"{\"decision\":true,\"decision\":true," CONTEXT "}",
	"{\"decision\":false,\"decision\":true," CONTEXT "}",
	"{\"decision\":false,\"d\\u0065cision\":true," CONTEXT "}",
	"{\"decision\":true," CONTEXT "," CONTEXT "}",
	ALLOW ALLOW,
	ALLOW "x",
	ALLOW ",",
	"\xef\xbb\xbf" ALLOW,
	"{\"decision\":true,",
	"{'decision':true," CONTEXT "}",
	"{decision:true," CONTEXT "}",
	"{\"decision\":TRUE," CONTEXT "}",
	"{\"decision\":true,/**/" CONTEXT "}",
	"{\"decision\":true," CONTEXT ",}",
	/* What is not known may demand something. */
	"{\"decision\":true," CONTEXT ",\"obligations\":[]}",
	"{\"decision\":true," CONTEXT ",\"seal\":\"a.b.c\"}",
	"{\"decision\":true,\"context\":{\"id\":\"" ID
	"\",\"advice\":1,\"ztauth\":{" TOLD "}}}",
	/* Nobody would find its record. */
	"{\"decision\":true,\"context\":{\"ztauth\":{" TOLD "}}}",
	"{\"decision\":true,\"context\":{\"id\":\"\",\"ztauth\":{" TOLD "}}}",
	"{\"decision\":true,\"context\":{\"id\":7,\"ztauth\":{" TOLD "}}}",
	"{\"decision\":true,\"context\":{\"id\":\"A B\",\"ztauth\":{" TOLD
	"}}}",
	"{\"decision\":true,\"context\":{\"id\":\"" ID ID
	"0\",\"ztauth\":{" TOLD "}}}",
	"{\"decision\":true,\"context\":{\"id\":\"" ID "\"}}",
	"{\"decision\":true,\"context\":{\"id\":\"" ID "\",\"ztauth\":[]}}",
	"{\"decision\":true,\"context\":[]}",
	WITH(CODE COMMIT INDEX),
	WITH("\"leg\":\"record\"," CODE COMMIT INDEX),
	WITH(LEG COMMIT INDEX),
	WITH(LEG "\"code\":\"denied_by_policy\"," COMMIT INDEX),
	WITH(LEG "\"code\":\"permitted \"," COMMIT INDEX),
	WITH(LEG CODE INDEX),
	WITH(LEG CODE "\"commit\":\"\"," INDEX),
	WITH(LEG CODE "\"commit\":\"main\"," INDEX),
	WITH(LEG CODE "\"commit\":\"abcdef\""),
	WITH(LEG CODE COMMIT "\"log_index\":-1"),
	WITH(LEG CODE COMMIT "\"log_index\":7.0"),
	WITH(LEG CODE COMMIT "\"log_index\":\"7\""),
	WITH(LEG CODE COMMIT "\"log_index\":99999999999999999999"),
};

static void
test_pep__what_is_no_allow(void **state)
{
	zta_pep_decision decision;
	zta_error err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(no_allows) / sizeof(no_allows[0]); i++) {
		if (read_decision(no_allows[i], &decision, NULL, &err) ==
			ZTA_OK ||
		    decision.effect != ZTA_DENY) {
			fail_msg("%s", no_allows[i]);
		}
	}
	/* Bytes that are no UTF-8, and too deep a nest. */
	assert_int_not_equal(
	    read_decision(WITH(LEG CODE COMMIT INDEX ",\"actor\":\"\xff\""),
		&decision, NULL, &err),
	    ZTA_OK);
	assert_int_equal(decision.effect, ZTA_DENY);
}

static void
test_pep__what_is_one(void **state)
{
	static const char *const allows[] = {
		ALLOW,
		" " ALLOW "\n",
		WITH(LEG CODE COMMIT INDEX),
		/* Its members only tell. */
		WITH(LEG CODE COMMIT INDEX ",\"level\":3"),
		WITH("\"l\\u0065g\":\"polic\\u0079\"," CODE COMMIT INDEX),
	};
	zta_pep_decision decision;
	zta_error err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(allows) / sizeof(allows[0]); i++) {
		if (read_decision(allows[i], &decision, NULL, &err) != ZTA_OK) {
			fail_msg("%s: %s", allows[i], err.message);
		}
		assert_int_equal(decision.effect, ZTA_ALLOW);
		assert_string_equal(decision.id, ID);
		assert_string_equal(decision.leg, "policy");
		assert_string_equal(decision.code, "permitted");
		assert_string_equal(decision.commit, "abcdef");
		assert_int_equal(decision.log_index, 7);
	}
}

/* A deny is one whatever else there is; what is well said is told. */
static void
test_pep__denies(void **state)
{
	static const struct {
		const char *text, *id, *leg, *code;
	} denies[] = {
		{ "{\"decision\":false}", "", "", "" },
		{ "{\"decision\":false,\"context\":7,\"seal\":\"a.b.c\"}", "",
		    "", "" },
		{ "{\"decision\":false," CONTEXT ",\"obligations\":1}", ID,
		    "policy", "permitted" },
		{ "{\"decision\":false,\"context\":{\"ztauth\":{\"leg\":"
		  "\"record\",\"code\":\"unavailable\"}}}",
		    "", "record", "unavailable" },
		/* Words that would not look like words in a log. */
		{ "{\"decision\":false,\"context\":{\"id\":\"eyJhbGciOi.x\","
		  "\"ztauth\":{\"leg\":\"a\\nb\",\"code\":\"\\u001b[31m\"}}}",
		    "", "", "" },
	};
	zta_pep_token seal;
	zta_pep_decision decision;
	zta_error err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(denies) / sizeof(denies[0]); i++) {
		seal = (zta_pep_token){ 0 };
		assert_int_equal(
		    read_decision(denies[i].text, &decision, &seal, &err),
		    ZTA_OK);
		assert_int_equal(decision.effect, ZTA_DENY);
		assert_string_equal(decision.id, denies[i].id);
		assert_string_equal(decision.leg, denies[i].leg);
		assert_string_equal(decision.code, denies[i].code);
		assert_string_equal(seal.text, "");
	}
}

/* SPEC: docs/formats/seal.md: an allow has one, if it was asked for. */
static void
test_pep__seals(void **state)
{
	static const struct {
		const char *member;
		bool good;
	} seals[] = {
		{ ",\"seal\":\"a.b.c\"", true },
		{ "", false },
		{ ",\"seal\":\"\"", false },
		{ ",\"seal\":null", false },
		{ ",\"seal\":[\"a.b.c\"]", false },
		{ ",\"seal\":\"a b\"", false },
		{ ",\"seal\":\"a\\r\\nb: c\"", false },
		{ ",\"seal\":\"a\\u0000b\"", false },
		{ ",\"seals\":\"a.b.c\"", false },
		{ ",\"seal\":\"a.b.c\",\"seal\":\"a.b.c\"", false },
	};
	static zta_pep_token seal;
	char text[1024];
	zta_pep_decision decision;
	zta_error err;
	size_t i;
	zta_status status;

	(void)state;
	for (i = 0; i < sizeof(seals) / sizeof(seals[0]); i++) {
		(void)snprintf(text, sizeof(text),
		    "{\"decision\":true," CONTEXT "%s}", seals[i].member);
		status = read_decision(text, &decision, &seal, &err);
		if ((status == ZTA_OK) != seals[i].good ||
		    (decision.effect == ZTA_ALLOW) != seals[i].good) {
			fail_msg("%s", text);
		}
	}
}

/* --- tokens. SPEC: rfc8693 2.2.1 */

#define TOKEN "\"access_token\":\"a.b.c\""
#define ISSUED \
	",\"issued_token_type\":\"urn:ietf:params:oauth:token-type:txn_token\""
#define TYPE ",\"token_type\":\"N_A\""
#define ENDS ",\"expires_in\":300"

static const char *const no_tokens[] = {
	"{}",
	"{" TOKEN ISSUED TYPE "}",
	"{" TOKEN ISSUED ENDS "}",
	"{" TOKEN TYPE ENDS "}",
	"{\"access_token\":\"\"" ISSUED TYPE ENDS "}",
	"{\"access_token\":7" ISSUED TYPE ENDS "}",
	"{\"access_token\":\"a b\"" ISSUED TYPE ENDS "}",
	"{\"access_token\":\"a\\nb\"" ISSUED TYPE ENDS "}",
	"{\"access_token\":\"\xc3\xa9\"" ISSUED TYPE ENDS "}",
	"{" TOKEN
	",\"issued_token_type\":\"urn:ietf:params:oauth:token-type:jwt\"" TYPE
	    ENDS "}",
	"{" TOKEN ISSUED ",\"token_type\":\"Bearer\"" ENDS "}",
	"{" TOKEN ISSUED TYPE ",\"expires_in\":0}",
	"{" TOKEN ISSUED TYPE ",\"expires_in\":-1}",
	"{" TOKEN ISSUED TYPE ",\"expires_in\":301}",
	"{" TOKEN ISSUED TYPE ",\"expires_in\":\"300\"}",
	"{" TOKEN ISSUED TYPE ",\"expires_in\":3e2}",
};

static void
test_pep__tokens(void **state)
{
	static zta_pep_token token;
	zta_json_doc doc;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(no_tokens) / sizeof(no_tokens[0]); i++) {
		token = (zta_pep_token){ 0 };
		assert_int_equal(zta_json__read(&arena,
				     zta_str_of(no_tokens[i]), &doc, NULL),
		    ZTA_OK);
		if (zta_pep__read_token(&doc, 0, &token, NULL) !=
			ZTA_EINVALID ||
		    token.text[0] != '\0') {
			fail_msg("%s", no_tokens[i]);
		}
	}
	assert_int_equal(
	    zta_json__read(
		&arena, ZTA_STR("{" TOKEN ISSUED TYPE ENDS "}"), &doc, NULL),
	    ZTA_OK);
	assert_int_equal(zta_pep__read_token(&doc, 1000, &token, NULL), ZTA_OK);
	assert_string_equal(token.text, "a.b.c");
	assert_int_equal(token.expires_at, 301000);
}

/* A token that is as long as one may be, and one byte longer. */
static void
test_pep__long_tokens(void **state)
{
	static char text[2 * ZTA_TOKEN_MAX], word[ZTA_TOKEN_MAX + 1];
	static zta_pep_token token;
	zta_json_doc doc;
	size_t len;

	(void)state;
	for (len = ZTA_TOKEN_MAX - 1; len <= ZTA_TOKEN_MAX; len++) {
		memset(word, 'a', len);
		word[len] = '\0';
		(void)snprintf(text, sizeof(text),
		    "{\"access_token\":\"%s\"" ISSUED TYPE ENDS "}", word);
		assert_int_equal(
		    zta_json__read(&arena, zta_str_of(text), &doc, NULL),
		    ZTA_OK);
		assert_int_equal(zta_pep__read_token(&doc, 0, &token, NULL),
		    len < ZTA_TOKEN_MAX ? ZTA_OK : ZTA_EINVALID);
	}
}

static int
set_up(void **state)
{
	(void)state;
	zta_arena__init(&arena, SIZE_MAX);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	zta_arena__release(&arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pep__what_is_no_allow),
		cmocka_unit_test(test_pep__what_is_one),
		cmocka_unit_test(test_pep__denies),
		cmocka_unit_test(test_pep__seals),
		cmocka_unit_test(test_pep__tokens),
		cmocka_unit_test(test_pep__long_tokens),
	};

	return cmocka_run_group_tests_name(
	    "pep_answer", tests, set_up, tear_down);
}
