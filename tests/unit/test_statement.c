/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_statement.c - trust/domains.json, the form of statements, and who may
 * make them. SPEC: ztauth 6; docs/formats/trust.md
 */
#include "tests.h"

#include "statement_made.h"
#include "trust/model.h"

static zta_arena arena;
static zta_key *key, *other;
static zta_domains domains;

static int
setup(void **state)
{
	zta_buf text;

	(void)state;
	zta_arena__init(&arena, SIZE_MAX);
	if (zta_key_generate(&key, ZTA_ALG_EDDSA, NULL) != ZTA_OK ||
	    zta_key_generate(&other, ZTA_ALG_EDDSA, NULL) != ZTA_OK) {
		return -1;
	}
	zta_buf__init(&text, SIZE_MAX);
	zta_buf__text(&text, "{\"own\":\"a.example\",\"domains\":[");
	made_domain(&text, "b.example", key,
	    ",\"sources\":[\"b-corp\"],\"attests\":{\"tpm\":"
	    "[\"spiffe://a.example/*\",\"spiffe://b.example/x\"]}");
	zta_buf__text(&text, ",");
	made_domain(&text, "a.example", other, "");
	zta_buf__text(&text, "]}");
	if (zta_domains__read(&domains, &arena,
		zta_arena__copy(&arena, zta_buf__str(&text)), NULL) != ZTA_OK) {
		return -1;
	}
	zta_buf__release(&text);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	zta_domains__release(&domains);
	zta_key_close(key);
	zta_key_close(other);
	zta_arena__release(&arena);
	return 0;
}

/* --- domains */

#define JWKS                                                              \
	"\"jwks\":{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":" \
	"\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}]}"

static const struct {
	const char *text, *message;
	zta_status status;
} bad_domains[] = {
	{ "{", "", ZTA_ESYNTAX },
	{ "[]", "", ZTA_EINVALID },
	{ "{\"domains\":[]}", "`own` must be there", ZTA_EINVALID },
	{ "{\"own\":\"A.example\",\"domains\":[]}", "`own`", ZTA_EINVALID },
	{ "{\"own\":\"a\"}", "`domains` must be an array", ZTA_EINVALID },
	{ "{\"own\":\"a\",\"domains\":[],\"more\":1}", "no such member",
	    ZTA_EINVALID },
	{ "{\"own\":\"a\",\"domains\":[{\"name\":\"b\"}]}", "`jwks`",
	    ZTA_EINVALID },
	{ "{\"own\":\"a\",\"domains\":[{\"name\":\"b/\"," JWKS "}"
	  "]}",
	    "`name`", ZTA_EINVALID },
	{ "{\"own\":\"a\",\"domains\":[{\"name\":\"b\"," JWKS "},"
	  "{\"name\":\"b\"," JWKS "}]}",
	    "stands twice", ZTA_EINVALID },
	{ "{\"own\":\"a\",\"domains\":[{\"name\":\"b\",\"sources\":[\"s\"]," JWKS
	  "},{\"name\":\"c\",\"sources\":[\"s\"]," JWKS "}]}",
	    "one domain only", ZTA_EINVALID },
	{ "{\"own\":\"a\",\"domains\":[{\"name\":\"b\",\"attests\":[]," JWKS
	  "}]}",
	    "`attests` is an object", ZTA_EINVALID },
	{ "{\"own\":\"a\",\"domains\":[{\"name\":\"b\",\"attests\":"
	  "{\"x\":\"*\"}," JWKS "}]}",
	    "", ZTA_EINVALID },
	/* A private key has no place in a ledger. */
	{ "{\"own\":\"a\",\"domains\":[{\"name\":\"b\",\"jwks\":{\"keys\":["
	  "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"d\":\"AA\",\"x\":"
	  "\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}]}}]}",
	    "", ZTA_EINVALID },
};

static void
test_statement__refuses_bad_domains(void **state)
{
	zta_domains out;
	zta_error err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad_domains) / sizeof(bad_domains[0]); i++) {
		err = (zta_error){ 0 };
		assert_int_equal(zta_domains__read(&out, &arena,
				     zta_str_of(bad_domains[i].text), &err),
		    bad_domains[i].status);
		if (strstr(err.message, bad_domains[i].message) == NULL) {
			fail_msg("%s: %s", bad_domains[i].text, err.message);
		}
		assert_true(err.line > 0);
		zta_domains__release(&out);
	}
	assert_int_equal(
	    zta_domains__read(&out, &arena, ZTA_STR(""), NULL), ZTA_OK);
	assert_true(out.count == 0 && out.own.len == 0);
}

/* --- the form */

#define FED STATEMENT_FRAME("statement-0000001", "federation")
#define ATT STATEMENT_FRAME("statement-0000002", "attestation")
#define DEL STATEMENT_FRAME("statement-0000003", "delegation")

static const struct {
	const char *claims, *message;
} bad[] = {
	{ "{}", "`kind` must be" },
	{ "{\"kind\":1}", "`kind` must be" },
	{ "{\"kind\":\"gossip\"}", "`kind` must be" },
	{ "{\"kind\":\"federation\"}", "`iss`" },
	{ "{\"iss\":\"B.example\",\"aud\":\"a.example\",\"kind\":"
	  "\"federation\"}",
	    "`iss` is no trust domain" },
	{ "{\"iss\":\"b.example\",\"aud\":[\"a.example\"],\"kind\":"
	  "\"federation\"}",
	    "`aud`" },
	{ "{\"iss\":\"b.example\",\"aud\":\"a.example\",\"jti\":\"short\","
	  "\"kind\":\"federation\"}",
	    "`jti`" },
	{ "{\"iss\":\"b.example\",\"aud\":\"a.example\",\"jti\":"
	  "\"statement-000000 \",\"kind\":\"federation\"}",
	    "`jti`" },
	/* It has an end, and not one in a hundred years. */
	{ "{\"iss\":\"b.example\",\"aud\":\"a.example\",\"jti\":"
	  "\"statement-0000001\",\"nbf\":1,\"kind\":\"federation\"}",
	    "`exp`" },
	{ "{\"iss\":\"b.example\",\"aud\":\"a.example\",\"jti\":"
	  "\"statement-0000001\",\"nbf\":1,\"exp\":1,\"kind\":\"federation\"}",
	    "`exp` must be after" },
	{ "{\"iss\":\"b.example\",\"aud\":\"a.example\",\"jti\":"
	  "\"statement-0000001\",\"nbf\":1,\"exp\":31622402,\"kind\":"
	  "\"federation\"}",
	    "366 days" },
	{ "{\"iss\":\"b.example\",\"aud\":\"a.example\",\"jti\":"
	  "\"statement-0000001\",\"nbf\":1.5,\"exp\":3,\"kind\":"
	  "\"federation\"}",
	    "`nbf`" },
	{ FED "}", "`level`" },
	{ FED ",\"level\":\"\"}", "`level`" },
	{ FED ",\"level\":\"low\",\"workload\":\"w\"}", "no such member" },
	{ FED ",\"level\":\"low\",\"bundle\":[]}", "an array `keys`" },
	{ FED ",\"level\":\"low\",\"bundle\":{\"keys\":[]}}", "no key here" },
	{ FED ",\"level\":\"low\",\"scope\":[]}", "" },
	{ FED ",\"level\":\"low\",\"scope\":{\"pathes\":[\"x\"]}}",
	    "no such member" },
	{ FED ",\"level\":\"low\",\"scope\":{\"groups\":[]}}", "`groups`" },
	{ FED ",\"level\":\"low\",\"scope\":{\"actions\":[1]}}", "a name" },
	/* SPEC: docs/formats/trust.md: it speaks of its own workloads. */
	{ FED ",\"level\":\"low\",\"scope\":{\"workloads\":"
	      "[\"spiffe://a.example/x\"]}}",
	    "of another domain" },
	{ FED ",\"level\":\"low\",\"scope\":{\"workloads\":"
	      "[\"spiffe://evil-b.example/*\"]}}",
	    "of another domain" },
	{ FED ",\"level\":\"low\",\"scope\":{\"workloads\":"
	      "[\"spiffe://b.example.evil/*\"]}}",
	    "of another domain" },
	{ FED ",\"level\":\"low\",\"scope\":{\"workloads\":[\"spiffe://*\"]}}",
	    "of another domain" },
	{ FED ",\"level\":\"low\",\"scope\":{\"workloads\":"
	      "[\"spiffe://b.example/*/x\"]}}",
	    "of another domain" },
	{ ATT "}", "`workload`" },
	{ ATT ",\"workload\":\"w\"}", "`properties` must be there" },
	{ ATT ",\"workload\":\"w\",\"properties\":\"tpm\"}", "`properties`" },
	{ ATT ",\"workload\":\"w\",\"properties\":[\"\"]}", "a name" },
	{ ATT ",\"workload\":\"w\",\"properties\":[\"\\u001b[2J\"]}",
	    "a name" },
	{ ATT ",\"workload\":\"w\\n\",\"properties\":[\"tpm\"]}",
	    "`workload`" },
	{ DEL "}", "`workload`" },
	{ DEL ",\"workload\":\"spiffe://a.example/x\"}", "of another domain" },
	{ DEL ",\"workload\":\"spiffe://b.example/x\"}", "`subjects`" },
	{ DEL ",\"workload\":\"spiffe://b.example/x\",\"subjects\":[]}",
	    "`subjects`" },
	{ DEL ",\"workload\":\"spiffe://b.example/x\",\"subjects\":[{}]}",
	    "`type`" },
	{ DEL ",\"workload\":\"spiffe://b.example/x\",\"subjects\":"
	      "[{\"type\":\"User\",\"id\":null}]}",
	    "`id`" },
	{ DEL ",\"workload\":\"spiffe://b.example/x\",\"subjects\":"
	      "[{\"type\":\"User\"}],\"actions\":[]}",
	    "`actions`" },
	{ DEL ",\"workload\":\"spiffe://b.example/x\",\"subjects\":"
	      "[{\"type\":\"User\"}],\"level\":\"high\"}",
	    "no such member" },
};

static void
test_statement__refuses_malformed_claims(void **state)
{
	zta_statement out;
	zta_error err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		err = (zta_error){ 0 };
		assert_int_equal(zta_statement__read(&out, &arena,
				     made_statement(&arena, bad[i].claims,
					 ZTA_STATEMENT_TYP, key),
				     &err),
		    ZTA_EINVALID);
		if (strstr(err.message, bad[i].message) == NULL) {
			fail_msg("%s: %s", bad[i].claims, err.message);
		}
		/* It is the string in the file. */
		assert_true(err.line == 1 && err.column == 10);
		assert_string_equal(err.place, "/jws");
	}
}

static void
test_statement__refuses_malformed_files(void **state)
{
	static const struct {
		const char *text;
		zta_status status;
	} files[] = { { "", ZTA_ESYNTAX }, { "[]", ZTA_EINVALID },
		{ "{\"kind\":\"federation\"}", ZTA_EINVALID },
		{ "{\"jws\":1}", ZTA_EINVALID },
		{ "{\"jws\":\"\"}", ZTA_EINVALID },
		{ "{\"jws\":\"e30.e30.\"}", ZTA_EINVALID },
		{ "{\"jws\":\"a.b.c\",\"jws\":\"a.b.c\"}", ZTA_EEXIST } };
	zta_statement out;
	zta_error err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		assert_int_equal(zta_statement__read(&out, &arena,
				     zta_str_of(files[i].text), &err),
		    files[i].status);
		assert_true(err.line == 1 && err.column > 0);
	}
	/* A token of another kind that the same key signed. */
	assert_int_equal(
	    zta_statement__read(&out, &arena,
		made_statement(&arena, FED ",\"level\":\"low\"}", "JWT", key),
		&err),
	    ZTA_EINVALID);
	assert_non_null(strstr(err.message, "`typ` is not"));
}

/* --- who may say it */

#define FRAME_OF(iss, aud, kind)                               \
	"{\"iss\":\"" iss "\",\"aud\":\"" aud                  \
	"\",\"jti\":\"statement-0000001\",\"nbf\":1767225600," \
	"\"exp\":1767229200,\"kind\":\"" kind "\""

static const struct {
	const char *claims;
	bool of_other; /* the key of a.example signs */
	zta_statement_finding finding;
} verified[] = {
	{ FRAME_OF("c.example", "a.example", "federation") ",\"level\":\"l\"}",
	    false, ZTA_STATEMENT_NO_DOMAIN },
	{ FED ",\"level\":\"l\"}", true, ZTA_STATEMENT_BAD_SIGNATURE },
	{ FRAME_OF("b.example", "z.example", "federation") ",\"level\":\"l\"}",
	    false, ZTA_STATEMENT_WRONG_AUDIENCE },
	{ FRAME_OF("a.example", "a.example", "federation") ",\"level\":\"l\"}",
	    true, ZTA_STATEMENT_OF_OWN },
	{ FRAME_OF("a.example", "a.example",
	      "delegation") ",\"workload\":"
			    "\"spiffe://a.example/x\",\"subjects\":[{\"type\":\"User\"}]}",
	    true, ZTA_STATEMENT_OF_OWN },
	/* Only what `attests` says, of whom it says. */
	{ ATT
	    ",\"workload\":\"spiffe://b.example/y\",\"properties\":[\"tpm\"]}",
	    false, ZTA_STATEMENT_NOT_ATTESTER },
	{ ATT
	    ",\"workload\":\"spiffe://b.example/*\",\"properties\":[\"tpm\"]}",
	    false, ZTA_STATEMENT_NOT_ATTESTER },
	{ ATT ",\"workload\":\"spiffe://a.example/x\",\"properties\":"
	      "[\"tpm\",\"eu\"]}",
	    false, ZTA_STATEMENT_NOT_ATTESTER },
	{ FRAME_OF("a.example", "a.example",
	      "attestation") ",\"workload\":"
			     "\"spiffe://a.example/x\",\"properties\":[\"tpm\"]}",
	    true, ZTA_STATEMENT_NOT_ATTESTER },
	{ ATT ",\"workload\":\"spiffe://a.example/x/*\",\"properties\":"
	      "[\"tpm\"]}",
	    false, ZTA_STATEMENT_HOLDS },
	{ FED ",\"level\":\"l\"}", false, ZTA_STATEMENT_HOLDS },
	{ DEL ",\"workload\":\"spiffe://b.example/*\",\"subjects\":"
	      "[{\"type\":\"User\"}]}",
	    false, ZTA_STATEMENT_HOLDS },
};

static void
test_statement__knows_who_may_say_it(void **state)
{
	zta_statement s;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(verified) / sizeof(verified[0]); i++) {
		assert_int_equal(zta_statement__read(&s, &arena,
				     made_statement(&arena, verified[i].claims,
					 ZTA_STATEMENT_TYP,
					 verified[i].of_other ? other : key),
				     NULL),
		    ZTA_OK);
		s.finding = zta_statement__verify(&s, &domains);
		if (s.finding != verified[i].finding) {
			fail_msg("%s: %d, not %d", verified[i].claims,
			    (int)s.finding, (int)verified[i].finding);
		}
		assert_int_equal(zta_statement__is_in_force(&s, STATEMENT_NOW),
		    verified[i].finding == ZTA_STATEMENT_HOLDS);
	}
}

/* From its first millisecond up to the last before its end. */
static void
test_statement__is_in_force_for_a_while(void **state)
{
	zta_statement s = { .not_before = 1000, .ends_at = 2000 };

	(void)state;
	assert_false(zta_statement__is_in_force(&s, 1500));
	s.finding = ZTA_STATEMENT_HOLDS;
	assert_false(zta_statement__is_in_force(&s, 999));
	assert_true(zta_statement__is_in_force(&s, 1000));
	assert_true(zta_statement__is_in_force(&s, 1999));
	assert_false(zta_statement__is_in_force(&s, 2000));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_statement__refuses_bad_domains),
		cmocka_unit_test(test_statement__refuses_malformed_claims),
		cmocka_unit_test(test_statement__refuses_malformed_files),
		cmocka_unit_test(test_statement__knows_who_may_say_it),
		cmocka_unit_test(test_statement__is_in_force_for_a_while),
	};

	return cmocka_run_group_tests_name("statement", tests, setup, teardown);
}
