/* SPDX-License-Identifier: Apache-2.0 */
/* test_grant.c - the form of delegation grants. SPEC: ztauth 7 */
#include "tests.h"

#include "grant_made.h"

static zta_arena arena;
static zta_key *key, *other;
static zta_delegators delegators;

static void
read_delegators(zta_delegators *out)
{
	char jwk[ZTA_KEY_JWK_MAX], text[2 * ZTA_KEY_JWK_MAX];

	assert_int_equal(
	    zta_key_public_jwk(key, ZTA_ALG_NONE, ZTA_STR("k"), jwk, NULL),
	    ZTA_OK);
	(void)snprintf(text, sizeof(text),
	    "{\"delegators\":[{\"name\":\"User::\\\"alice\\\"\","
	    "\"jwks\":{\"keys\":[%s]}}]}",
	    jwk);
	assert_int_equal(zta_delegators__read(out, &arena,
			     zta_arena__copy(&arena, zta_str_of(text)), NULL),
	    ZTA_OK);
}

static int
setup(void **state)
{
	(void)state;
	zta_arena__init(&arena, SIZE_MAX);
	assert_int_equal(zta_key_generate(&key, ZTA_ALG_ES256, NULL), ZTA_OK);
	assert_int_equal(zta_key_generate(&other, ZTA_ALG_ES256, NULL), ZTA_OK);
	read_delegators(&delegators);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	zta_delegators__release(&delegators);
	zta_key_close(key);
	zta_key_close(other);
	zta_arena__release(&arena);
	return 0;
}

static const grant_member all[] = {
	{ "parent",
	    "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	    "AAAAA\"" },
	{ "cnf", "{\"jkt\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}" },
	{ "purpose", "\"tax\"" }, { "once", "true" }, { "iat", "1767225540" },
	{ "authority",
	    "{\"actions\":[\"a\"],\"resources\":[{\"type\":\"T\"}],"
	    "\"when\":\"context.amount < 100\"}" },
	{ NULL, NULL }
};

static void
test_grant__reads_every_member(void **state)
{
	zta_grant g;
	zta_str token = made_grant(&arena, all, ZTA_GRANT_TYP, "k", key);

	(void)state;
	assert_int_equal(zta_grant__read(&g, &arena, token, NULL), ZTA_OK);
	assert_true(zta_str__is(g.delegator, "User::\"alice\""));
	assert_true(zta_str__is(g.delegate, "w:one"));
	assert_true(zta_str__is(g.when, "context.amount < 100"));
	assert_true(g.has_parent && g.once && g.holder.ptr != NULL);
	assert_true(zta_str__is(g.purpose, "tax"));
	assert_int_equal(g.not_before, GRANT_NOW);
	assert_int_equal(g.expires_at, GRANT_NOW + 3600000);
	assert_int_equal(g.consent_at, GRANT_NOW - 60000);
	assert_int_equal(g.max_depth, 2);
	token = made_grant(&arena, NULL, ZTA_GRANT_TYP, "k", key);
	assert_int_equal(zta_grant__read(&g, &arena, token, NULL), ZTA_OK);
	assert_true(!g.has_parent && !g.once && g.holder.ptr == NULL &&
	    g.purpose.ptr == NULL && g.when.ptr == NULL);
	assert_null(g.resources[1].id.ptr);
	assert_int_equal(g.consent_at, GRANT_NOW);
}

#define AUTHORITY(actions, resources) \
	"{\"actions\":" actions ",\"resources\":" resources "}"
#define SOME "[{\"type\":\"T\",\"id\":\"1\"}]"

static const grant_member bad[] = {
	{ "iss", NULL }, { "iss", "\"\"" }, { "iss", "7" },
	{ "iss", "\"User::\\\"bob\\\"\"" }, /* not `sub` */
	{ "sub", NULL }, { "delegate", NULL }, { "delegate", "[\"w:one\"]" },
	{ "aud", NULL }, { "aud", "[\"" GRANT_ZONE "\"]" },
	{ "authority", NULL }, { "authority", "[]" }, { "authority", "{}" },
	{ "authority", AUTHORITY("[]", SOME) },
	{ "authority", AUTHORITY("\"read\"", SOME) },
	{ "authority", AUTHORITY("[\"\"]", SOME) },
	{ "authority", AUTHORITY("[1]", SOME) },
	{ "authority", AUTHORITY("[\"a\"]", "[]") },
	{ "authority", AUTHORITY("[\"a\"]", "[\"T\"]") },
	{ "authority", AUTHORITY("[\"a\"]", "[{\"id\":\"1\"}]") },
	{ "authority", AUTHORITY("[\"a\"]", "[{\"type\":\"T\",\"id\":\"\"}]") },
	{ "authority", AUTHORITY("[\"a\"]", "[{\"type\":\"T\",\"id\":null}]") },
	{ "authority", AUTHORITY("[\"a\"]", "[{\"type\":\"T\",\"x\":\"1\"}]") },
	{ "authority", AUTHORITY("[\"a\"]", SOME ",\"unless\":\"true\"") },
	{ "authority", AUTHORITY("[\"a\"]", SOME ",\"when\":\"\"") },
	{ "authority", AUTHORITY("[\"a\"]", SOME ",\"when\":true") },
	{ "authority", AUTHORITY("[\"a\"]", SOME ",\"when\":\"1 +\"") },
	{ "authority",
	    AUTHORITY("[\"a\"]", SOME ",\"when\":\"true } when { true\"") },
	{ "authority",
	    AUTHORITY(
		"[\"a\"]", SOME ",\"when\":\"principal == ?principal\"") },
	{ "nbf", NULL }, { "nbf", "-1" }, { "nbf", "1.5" },
	{ "nbf", "\"1767225600\"" }, { "nbf", "1767229200" }, /* when it ends */
	{ "exp", NULL }, { "exp", "1767225600e0" },
	{ "exp", "1798848001" }, /* 366 days and a second */
	{ "exp", "99999999999999999999" }, { "jti", NULL },
	{ "jti", "\"short\"" }, { "jti", "\"grant-of-alice 0001\"" },
	{ "jti",
	    "\"0123456789012345678901234567890123456789012345678901234567"
	    "8901234\"" },
	{ "max_depth", NULL }, { "max_depth", "8" }, { "max_depth", "-1" },
	{ "parent", "\"\"" }, { "parent", "null" }, { "parent", "\"AAAA\"" },
	{ "cnf", "{}" }, { "cnf", "{\"jkt\":\"AAAA\"}" },
	{ "cnf", "{\"x5t#S256\":\"AAAA\"}" }, { "consent", NULL },
	{ "consent", "{}" }, { "consent", "{\"kind\":\"none\"}" },
	{ "consent", "{\"kind\":\"console\"}" },
	{ "consent", "{\"kind\":\"signature\",\"by\":\"bob\"}" },
	{ "statement", NULL }, { "statement", "\"\"" },
	{ "statement", "\"a\\nb\"" }, { "statement", "\"a\\u001b[2K\"" },
	{ "statement", "\"a\\u009b2K\"" }, { "statement", "\"a\\u202eb\"" },
	{ "statement", "\"a\\u2066b\"" }, { "statement", "\"a\\u2028b\"" },
	{ "purpose", "\"\"" }, { "once", "false" }, { "once", "1" },
	{ "scope", "\"all\"" }, { "iat", "-1" }, { "iat", "\"1767225600\"" },
	{ "iat", "1767229200" }, /* when it ends */
	{ "jti\":\"grant-of-alice-0002\",\"x", "1" },
	{ "once\":true,\"once", "true" }, /* twice */
};

static void
test_grant__refuses_other_forms(void **state)
{
	grant_member changes[2] = { { NULL, NULL }, { NULL, NULL } };
	zta_grant g;
	zta_error err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		changes[0] = bad[i];
		if (zta_grant__read(&g, &arena,
			made_grant(&arena, changes, ZTA_GRANT_TYP, "k", key),
			&err) != ZTA_EUNTRUSTED) {
			fail_msg("%s: %s was taken", bad[i].name,
			    bad[i].value == NULL ? "no value" : bad[i].value);
		}
		assert_true(err.message[0] != '\0');
	}
}

static void
test_grant__is_of_its_type(void **state)
{
	static const char *const types[] = { "", "JWT", "txntoken+jwt",
		"ztauth-delegation" };
	zta_grant g;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		assert_int_equal(
		    zta_grant__read(&g, &arena,
			made_grant(&arena, NULL, types[i], "k", key), NULL),
		    ZTA_EUNTRUSTED);
	}
}

/* One payload is one grant, whoever's signature stands under it. */
static void
test_grant__is_named_by_its_payload(void **state)
{
	zta_grant a, b;

	(void)state;
	assert_int_equal(
	    zta_grant__read(&a, &arena,
		made_grant(&arena, NULL, ZTA_GRANT_TYP, "k", key), NULL),
	    ZTA_OK);
	assert_int_equal(
	    zta_grant__read(&b, &arena,
		made_grant(&arena, NULL, ZTA_GRANT_TYP, "", key), NULL),
	    ZTA_OK);
	assert_memory_equal(a.digest, b.digest, ZTA_SHA256_LEN);
	assert_false(
	    zta_str__eq(a.token.jws->signature, b.token.jws->signature));
}

static zta_grant_finding
verify(const grant_member *changes, const char *kid, const zta_key *by)
{
	const zta_key *used;
	zta_grant g;

	assert_int_equal(
	    zta_grant__read(&g, &arena,
		made_grant(&arena, changes, ZTA_GRANT_TYP, kid, by), NULL),
	    ZTA_OK);
	return zta_grant__verify(&g, &delegators, NULL, &used);
}

static void
test_grant__is_signed_by_its_delegator(void **state)
{
	static const grant_member bob[] = { { "iss", "\"bob\"" },
		{ "sub", "\"bob\"" }, { NULL, NULL } };
	const zta_delegators nobody = { 0 };
	const zta_key *used;
	zta_grant g;

	(void)state;
	assert_int_equal(verify(NULL, "k", key), ZTA_GRANT_HOLDS);
	assert_int_equal(verify(NULL, "", key), ZTA_GRANT_HOLDS);
	assert_int_equal(verify(NULL, "k", other), ZTA_GRANT_BAD_SIGNATURE);
	assert_int_equal(verify(NULL, "x", key), ZTA_GRANT_NO_KEY);
	assert_int_equal(verify(bob, "k", key), ZTA_GRANT_NO_DELEGATOR);
	assert_int_equal(
	    zta_grant__read(&g, &arena,
		made_grant(&arena, NULL, ZTA_GRANT_TYP, "k", key), NULL),
	    ZTA_OK);
	assert_int_equal(zta_grant__verify(&g, &nobody, NULL, &used),
	    ZTA_GRANT_NO_DELEGATOR);
}

/*
 * SPEC: ztauth 7: who has shown by an ID token that it was there needs no key:
 * the zone signs. Neither signature stands for the other.
 */
static void
test_grant__is_signed_as_its_consent_says(void **state)
{
	static const grant_member nonce[] = {
		{ "consent", "{\"kind\":\"oidc-nonce\"}" }, { NULL, NULL }
	};
	static const struct {
		const grant_member *changes;
		bool by_zone, knows_zone;
		zta_grant_finding finding;
	} rows[] = {
		{ nonce, true, true, ZTA_GRANT_HOLDS },
		{ nonce, true, false, ZTA_GRANT_NO_DELEGATOR },
		{ nonce, false, true, ZTA_GRANT_BAD_SIGNATURE },
		{ NULL, true, true, ZTA_GRANT_BAD_SIGNATURE },
		{ NULL, false, true, ZTA_GRANT_HOLDS },
	};
	zta_jwks_key zone_key = { other, ZTA_STR("k"), ZTA_ALG_NONE };
	const zta_jwks zone = { &zone_key, 1, 0 };
	const zta_key *used;
	zta_grant g;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(
		    zta_grant__read(&g, &arena,
			made_grant(&arena, rows[i].changes, ZTA_GRANT_TYP, "k",
			    rows[i].by_zone ? other : key),
			NULL),
		    ZTA_OK);
		assert_int_equal(zta_grant__verify(&g, &delegators,
				     rows[i].knows_zone ? &zone : NULL, &used),
		    rows[i].finding);
	}
}

/* A payload alone is read as the same grant, and verified as none. */
static void
test_grant__reads_a_payload_that_nobody_signed(void **state)
{
	zta_buf payload;
	const zta_key *used;
	zta_grant g, signed_one;

	(void)state;
	zta_buf__init(&payload, SIZE_MAX);
	made_grant_payload(&payload, NULL);
	assert_int_equal(
	    zta_grant__read_payload(&g, &arena, zta_buf__str(&payload), NULL),
	    ZTA_OK);
	assert_int_equal(
	    zta_grant__read(&signed_one, &arena,
		made_grant(&arena, NULL, ZTA_GRANT_TYP, "k", key), NULL),
	    ZTA_OK);
	assert_memory_equal(g.digest, signed_one.digest, ZTA_SHA256_LEN);
	assert_int_not_equal(
	    zta_grant__verify(&g, &delegators, NULL, &used), ZTA_GRANT_HOLDS);
	zta_buf__release(&payload);
	assert_int_equal(
	    zta_grant__read_payload(&g, &arena, ZTA_STR("[]"), NULL),
	    ZTA_EUNTRUSTED);
	assert_int_equal(
	    zta_grant__read_payload(&g, &arena, ZTA_STR("{"), NULL),
	    ZTA_EUNTRUSTED);
}

/* One that is known is of these bytes and this key, and judged by keys of now. */
static void
test_grant__is_known_by_its_bytes(void **state)
{
	const zta_str text = made_grant(&arena, NULL, ZTA_GRANT_TYP, "k", key);
	const zta_delegators nobody = { 0 };
	const zta_key *used;
	zta_known *known;
	zta_grant first, g;
	char *bytes;
	size_t i;

	(void)state;
	assert_int_equal(zta_known__open(&known, NULL), ZTA_OK);
	assert_int_equal(
	    zta_grant__read_known(&first, known, &arena, text, NULL), ZTA_OK);
	assert_int_equal(zta_grant__verify(&first, &delegators, NULL, &used),
	    ZTA_GRANT_HOLDS);
	assert_int_equal(
	    zta_grant__read_known(&g, known, &arena, text, NULL), ZTA_OK);
	assert_true(g.token.known);
	assert_int_equal(
	    zta_grant__verify(&g, &delegators, NULL, &used), ZTA_GRANT_HOLDS);
	assert_memory_equal(g.digest, first.digest, ZTA_SHA256_LEN);
	assert_true(zta_str__eq(g.delegate, first.delegate));
	assert_int_equal(g.action_count, first.action_count);
	assert_int_equal(zta_grant__verify(&g, &nobody, NULL, &used),
	    ZTA_GRANT_NO_DELEGATOR);
	bytes = zta_arena__alloc(&arena, text.len);
	memcpy(bytes, text.ptr, text.len);
	for (i = 0; i < text.len; i++) {
		bytes[i] ^= 1;
		if (zta_grant__read_known(&g, known, &arena,
			(zta_str){ bytes, text.len }, NULL) == ZTA_OK) {
			assert_false(g.token.known);
			assert_int_not_equal(
			    zta_grant__verify(&g, &delegators, NULL, &used),
			    ZTA_GRANT_HOLDS);
		}
		bytes[i] ^= 1;
	}
	zta_known__close(known);
}

static const char *const bad_documents[] = { "[]", "{}", "{\"delegators\":{}}",
	"{\"delegators\":[{}]}", "{\"delegators\":[],\"x\":1}",
	"{\"delegators\":[],\"administrators\":{}}",
	"{\"delegators\":[],\"administrators\":[1]}",
	"{\"delegators\":[],\"administrators\":[\"\"]}",
	"{\"delegators\":[{\"name\":\"a\"}]}",
	"{\"delegators\":[{\"name\":\"a\",\"jwks\":[]}]}",
	"{\"delegators\":[{\"name\":\"a\",\"jwks\":{\"keys\":[]}}]}",
	"{\"delegators\":[{\"name\":\"\",\"jwks\":{\"keys\":[]}}]}" };

static void
test_grant__refuses_bad_delegators(void **state)
{
	zta_delegators out;
	zta_error err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad_documents) / sizeof(bad_documents[0]); i++) {
		assert_int_equal(zta_delegators__read(&out, &arena,
				     zta_str_of(bad_documents[i]), &err),
		    ZTA_EINVALID);
		assert_true(err.line > 0);
		zta_delegators__release(&out);
	}
	assert_int_equal(
	    zta_delegators__read(&out, &arena, ZTA_STR(""), NULL), ZTA_OK);
	assert_null(zta_delegators__keys(&out, ZTA_STR("a")));
}

/* Every finding but the last has a code; a zeroed one is a refusal. */
static void
test_grant__names_every_finding(void **state)
{
	zta_grant_finding f;

	(void)state;
	for (f = 0; f < ZTA_GRANT_HOLDS; f++) {
		assert_non_null(zta_grant__finding_name(f));
		assert_int_equal(
		    strncmp(zta_grant__code(f), "delegation_", 11), 0);
	}
	assert_string_equal(zta_grant__code(ZTA_GRANT_HOLDS), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grant__reads_every_member),
		cmocka_unit_test(test_grant__refuses_other_forms),
		cmocka_unit_test(test_grant__is_of_its_type),
		cmocka_unit_test(test_grant__is_named_by_its_payload),
		cmocka_unit_test(test_grant__is_signed_by_its_delegator),
		cmocka_unit_test(test_grant__is_signed_as_its_consent_says),
		cmocka_unit_test(
		    test_grant__reads_a_payload_that_nobody_signed),
		cmocka_unit_test(test_grant__is_known_by_its_bytes),
		cmocka_unit_test(test_grant__refuses_bad_delegators),
		cmocka_unit_test(test_grant__names_every_finding),
	};

	return cmocka_run_group_tests_name("grant", tests, setup, teardown);
}
