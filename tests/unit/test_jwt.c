/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_jwt.c - tokens that must not be believed. Each attack of RFC 8725 that
 * applies is a line of a table. SPEC: rfc8725, rfc7515, rfc7519
 */
#include "tests.h"

#include "base/b64.h"
#include "identity/verify.h"

/* 2026-01-01T00:00:00Z, in seconds as in the claims below. */
#define NOW 1767225600000

static zta_arena arena;
static zta_key *ec, *other_ec, *rsa, *ed;
static zta_sources sources;
static char document[16384];

static void
put_jwk(const zta_key *key, zta_alg alg, const char *kid, char *out)
{
	assert_int_equal(
	    zta_key_public_jwk(key, alg, zta_str_of(kid), out, NULL), ZTA_OK);
}

static int
setup(void **state)
{
	char a[ZTA_KEY_JWK_MAX], b[ZTA_KEY_JWK_MAX], c[ZTA_KEY_JWK_MAX];
	zta_error err;

	(void)state;
	zta_arena__init(&arena, SIZE_MAX);
	assert_int_equal(zta_key_generate(&ec, ZTA_ALG_ES256, NULL), ZTA_OK);
	assert_int_equal(
	    zta_key_generate(&other_ec, ZTA_ALG_ES256, NULL), ZTA_OK);
	assert_int_equal(zta_key_generate(&rsa, ZTA_ALG_RS256, NULL), ZTA_OK);
	assert_int_equal(zta_key_generate(&ed, ZTA_ALG_EDDSA, NULL), ZTA_OK);
	put_jwk(ec, ZTA_ALG_NONE, "ec", a);
	put_jwk(rsa, ZTA_ALG_RS256, "rsa", b);
	put_jwk(ed, ZTA_ALG_NONE, "ed", c);
	(void)snprintf(document, sizeof(document),
	    "{\"sources\":{"
	    "\"corp\":{\"kind\":\"jwt\",\"issuer\":\"https://corp\","
	    "\"audience\":[\"me\"],\"algorithms\":[\"ES256\"],"
	    "\"leeway_s\":5,\"max_age_s\":3600,\"jwks\":{\"keys\":[%s,%s]}},"
	    "\"machines\":{\"kind\":\"jwt\",\"issuer\":\"https://machines\","
	    "\"audience\":[\"me\"],\"algorithms\":[\"ES256\"],"
	    "\"jwks\":{\"keys\":[%s]},\"principal\":{\"kind\":\"workload\","
	    "\"type\":\"Robot\"}},"
	    "\"legacy\":{\"kind\":\"jwt\",\"issuer\":\"https://legacy\","
	    "\"audience\":[\"me\"],\"algorithms\":[\"RS256\",\"EdDSA\"],"
	    "\"jwks\":{\"keys\":[%s,%s]}}}}",
	    a, b, a, b, c);
	if (zta_sources__read(
		&sources, &arena, zta_str_of(document), NULL, &err) != ZTA_OK) {
		fail_msg("%s: %s", err.place, err.message);
	}
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	zta_sources__release(&sources);
	zta_key_close(ec);
	zta_key_close(other_ec);
	zta_key_close(rsa);
	zta_key_close(ed);
	zta_arena__release(&arena);
	return 0;
}

static void
put_part(zta_buf *token, const char *text)
{
	zta_b64__put(token, zta_str_of(text));
}

/* Any header and payload, signed as told. */
static void
make(zta_buf *token, const char *header, const char *payload,
    const zta_key *key, zta_alg alg)
{
	unsigned char sig[ZTA_SIGNATURE_MAX];
	size_t len = 0;

	put_part(token, header);
	zta_buf__byte(token, '.');
	put_part(token, payload);
	assert_int_equal(
	    zta_key__sign(key, alg, zta_buf__str(token), sig, &len, NULL),
	    ZTA_OK);
	zta_buf__byte(token, '.');
	zta_b64__put(token, (zta_str){ (const char *)sig, len });
}

static zta_refusal
judge(zta_str token)
{
	const zta_circumstances around = { 0 };
	const zta_presented presented = { token, ZTA_AS_JWT, &around };
	const zta_verifier with = {
		.sources = &sources, .arena = &arena, .now = NOW
	};
	zta_principal principal;
	zta_why_not why_not;
	zta_error err;
	zta_status status =
	    zta_identity__verify(&with, &presented, &principal, &why_not, &err);

	assert_int_equal(status == ZTA_OK, why_not.refusal == ZTA_REFUSAL_NONE);
	assert_true(status == ZTA_OK || status == ZTA_EUNTRUSTED);
	return why_not.refusal;
}

#define HEADER "{\"alg\":\"ES256\",\"kid\":\"ec\",\"typ\":\"JWT\"}"
#define CLAIMS                                                       \
	"\"iss\":\"https://corp\",\"sub\":\"alice\",\"aud\":\"me\"," \
	"\"iat\":1767225500,\"exp\":1767225700"
#define GOOD "{" CLAIMS "}"

/* Of a workload. */
#define MACHINE(sub)                                                    \
	"{\"iss\":\"https://machines\",\"sub\":" sub ",\"aud\":\"me\"," \
	"\"exp\":1767225700}"

#define ACCESS "{\"alg\":\"ES256\",\"typ\":\"at+jwt\"}"
#define ACCESS_CLAIMS ",\"client_id\":\"web\",\"jti\":\"t-1\""

/* All of these are signed with the right key. */
static const struct {
	const char *header, *payload;
	zta_refusal refusal;
} signed_cases[] = {
	{ HEADER, GOOD, ZTA_REFUSAL_NONE },
	/* rfc9068 2.2: what an access token must say */
	{ ACCESS, "{" CLAIMS ACCESS_CLAIMS "}", ZTA_REFUSAL_NONE },
	{ "{\"alg\":\"ES256\",\"typ\":\"application/AT+JWT\"}", GOOD,
	    ZTA_REFUSAL_MISSING_CLAIM },
	{ ACCESS, GOOD, ZTA_REFUSAL_MISSING_CLAIM },
	{ ACCESS, "{" CLAIMS ",\"client_id\":\"web\"}",
	    ZTA_REFUSAL_MISSING_CLAIM },
	{ ACCESS, "{" CLAIMS ",\"jti\":\"t-1\"}", ZTA_REFUSAL_MISSING_CLAIM },
	{ ACCESS,
	    "{\"iss\":\"https://corp\",\"sub\":\"alice\",\"aud\":\"me\","
	    "\"exp\":1767225700" ACCESS_CLAIMS "}",
	    ZTA_REFUSAL_MISSING_CLAIM },
	{ ACCESS, "{" CLAIMS ",\"client_id\":\"web\",\"jti\":7}",
	    ZTA_REFUSAL_BAD_CLAIM },
	{ ACCESS, "{" CLAIMS ",\"client_id\":7,\"jti\":\"t-1\"}",
	    ZTA_REFUSAL_BAD_CLAIM },
	/* rfc8725 3.1, 3.2: algorithms */
	{ "{\"alg\":\"none\"}", GOOD, ZTA_REFUSAL_UNSUPPORTED_ALG },
	{ "{\"alg\":\"None\"}", GOOD, ZTA_REFUSAL_UNSUPPORTED_ALG },
	{ "{\"alg\":\"HS256\",\"kid\":\"ec\"}", GOOD,
	    ZTA_REFUSAL_UNSUPPORTED_ALG },
	{ "{\"alg\":\"ES384\",\"kid\":\"ec\"}", GOOD,
	    ZTA_REFUSAL_UNSUPPORTED_ALG },
	{ "{\"alg\":\"ES256K\",\"kid\":\"ec\"}", GOOD,
	    ZTA_REFUSAL_UNSUPPORTED_ALG },
	{ "{\"alg\":\"es256\",\"kid\":\"ec\"}", GOOD,
	    ZTA_REFUSAL_UNSUPPORTED_ALG },
	{ "{\"alg\":\"RS256\",\"kid\":\"rsa\"}", GOOD,
	    ZTA_REFUSAL_ALG_NOT_ALLOWED },
	{ "{\"kid\":\"ec\"}", GOOD, ZTA_REFUSAL_UNSUPPORTED_ALG },
	{ "{\"alg\":[\"ES256\"]}", GOOD, ZTA_REFUSAL_MALFORMED },
	/* rfc8725 3.10: keys that the token brings */
	{ "{\"alg\":\"ES256\",\"jwk\":{}}", GOOD, ZTA_REFUSAL_KEY_INJECTION },
	{ "{\"alg\":\"ES256\",\"jku\":\"https://x\"}", GOOD,
	    ZTA_REFUSAL_KEY_INJECTION },
	{ "{\"alg\":\"ES256\",\"x5u\":\"https://x\"}", GOOD,
	    ZTA_REFUSAL_KEY_INJECTION },
	{ "{\"alg\":\"ES256\",\"x5c\":[]}", GOOD, ZTA_REFUSAL_KEY_INJECTION },
	/* rfc7515 4.1.11 */
	{ "{\"alg\":\"ES256\",\"crit\":[\"exp\"],\"exp\":1}", GOOD,
	    ZTA_REFUSAL_CRITICAL },
	{ "{\"alg\":\"ES256\",\"b64\":false}", GOOD, ZTA_REFUSAL_CRITICAL },
	/* rfc7519 4: one member, one meaning */
	{ "{\"alg\":\"ES256\",\"alg\":\"ES256\"}", GOOD,
	    ZTA_REFUSAL_DUPLICATE },
	{ HEADER, "{" CLAIMS ",\"sub\":\"root\"}", ZTA_REFUSAL_DUPLICATE },
	{ HEADER, "{" CLAIMS ",\"\\u0073ub\":\"root\"}",
	    ZTA_REFUSAL_DUPLICATE },
	/* rfc8725 3.11: types */
	{ "{\"alg\":\"ES256\",\"typ\":\"txntoken+jwt\"}", GOOD,
	    ZTA_REFUSAL_BAD_TYPE },
	{ "{\"alg\":\"ES256\",\"typ\":\"dpop+jwt\"}", GOOD,
	    ZTA_REFUSAL_BAD_TYPE },
	/* keys */
	{ "{\"alg\":\"ES256\",\"kid\":\"EC\"}", GOOD, ZTA_REFUSAL_UNKNOWN_KEY },
	{ "{\"alg\":\"ES256\",\"kid\":\"../ec\"}", GOOD,
	    ZTA_REFUSAL_UNKNOWN_KEY },
	/* rfc8725 3.8, 3.9: issuer and audience */
	{ HEADER, "{\"sub\":\"alice\"}", ZTA_REFUSAL_UNKNOWN_ISSUER },
	{ HEADER,
	    "{\"iss\":\"https://corp/\",\"sub\":\"a\",\"aud\":\"me\","
	    "\"exp\":1767225700}",
	    ZTA_REFUSAL_UNKNOWN_ISSUER },
	{ HEADER,
	    "{\"iss\":\"https://corp\",\"sub\":\"a\",\"aud\":\"you\","
	    "\"iat\":1767225500,\"exp\":1767225700}",
	    ZTA_REFUSAL_BAD_AUDIENCE },
	{ HEADER,
	    "{\"iss\":\"https://corp\",\"sub\":\"a\",\"iat\":1767225500,"
	    "\"exp\":1767225700}",
	    ZTA_REFUSAL_MISSING_CLAIM },
	/* times: leeway is 5 s, age 3600 s */
	{ HEADER,
	    "{\"iss\":\"https://corp\",\"sub\":\"a\",\"aud\":\"me\","
	    "\"iat\":1767225500}",
	    ZTA_REFUSAL_MISSING_CLAIM },
	{ HEADER,
	    "{\"iss\":\"https://corp\",\"sub\":\"a\",\"aud\":\"me\","
	    "\"iat\":1767225500,\"exp\":1767225594}",
	    ZTA_REFUSAL_EXPIRED },
	{ HEADER,
	    "{\"iss\":\"https://corp\",\"sub\":\"a\",\"aud\":\"me\","
	    "\"iat\":1767225500,\"exp\":1767225596}",
	    ZTA_REFUSAL_NONE },
	{ HEADER, "{" CLAIMS ",\"nbf\":1767225606}",
	    ZTA_REFUSAL_NOT_YET_VALID },
	{ HEADER,
	    "{\"iss\":\"https://corp\",\"sub\":\"a\",\"aud\":\"me\","
	    "\"iat\":1767225606,\"exp\":1767225700}",
	    ZTA_REFUSAL_ISSUED_IN_FUTURE },
	{ HEADER,
	    "{\"iss\":\"https://corp\",\"sub\":\"a\",\"aud\":\"me\","
	    "\"iat\":1767220000,\"exp\":1767225700}",
	    ZTA_REFUSAL_TOO_OLD },
	{ HEADER,
	    "{\"iss\":\"https://corp\",\"sub\":\"a\",\"aud\":\"me\","
	    "\"iat\":1767225500,\"exp\":\"1767225700\"}",
	    ZTA_REFUSAL_BAD_CLAIM },
	/* subjects */
	{ HEADER,
	    "{\"iss\":\"https://corp\",\"sub\":\"\",\"aud\":\"me\","
	    "\"iat\":1767225500,\"exp\":1767225700}",
	    ZTA_REFUSAL_BAD_SUBJECT },
	{ HEADER,
	    "{\"iss\":\"https://corp\",\"sub\":\"a\\nb\",\"aud\":\"me\","
	    "\"iat\":1767225500,\"exp\":1767225700}",
	    ZTA_REFUSAL_BAD_SUBJECT },
	/* A workload whose id reads as an entity would pass for that one. */
	{ HEADER, MACHINE("\"urn:robot:1\""), ZTA_REFUSAL_NONE },
	{ HEADER, MACHINE("\"User::alice\""), ZTA_REFUSAL_NONE },
	{ HEADER, MACHINE("\"User::\\\"alice\\\"\""), ZTA_REFUSAL_BAD_SUBJECT },
	{ HEADER, MACHINE("\"User :: \\u0022alice\\u0022\""),
	    ZTA_REFUSAL_BAD_SUBJECT },
	{ HEADER,
	    "{\"iss\":\"https://corp\",\"sub\":\"User::\\\"bob\\\"\","
	    "\"aud\":\"me\",\"iat\":1767225500,\"exp\":1767225700}",
	    ZTA_REFUSAL_NONE },
	{ HEADER, "[1]", ZTA_REFUSAL_MALFORMED },
	{ HEADER, "{" CLAIMS "} ", ZTA_REFUSAL_NONE },
	{ HEADER, "{" CLAIMS "}}", ZTA_REFUSAL_MALFORMED },
};

static void
test_jwt__judges_what_was_signed(void **state)
{
	zta_buf token;
	zta_refusal refusal;
	size_t i;

	(void)state;
	zta_buf__init(&token, SIZE_MAX);
	for (i = 0; i < sizeof(signed_cases) / sizeof(signed_cases[0]); i++) {
		zta_buf__clear(&token);
		make(&token, signed_cases[i].header, signed_cases[i].payload,
		    ec, ZTA_ALG_ES256);
		refusal = judge(zta_buf__str(&token));
		if (refusal != signed_cases[i].refusal) {
			fail_msg("%s %s: %s, not %s", signed_cases[i].header,
			    signed_cases[i].payload, zta_refusal__code(refusal),
			    zta_refusal__code(signed_cases[i].refusal));
		}
	}
	zta_buf__release(&token);
}

/* rfc8725 2.1: a key of one source is no key of another. */
static void
test_jwt__keeps_sources_apart(void **state)
{
	zta_buf token;

	(void)state;
	zta_buf__init(&token, SIZE_MAX);
	make(&token, "{\"alg\":\"EdDSA\",\"kid\":\"ed\"}",
	    "{\"iss\":\"https://legacy\",\"sub\":\"a\",\"aud\":\"me\","
	    "\"exp\":1767225700}",
	    ed, ZTA_ALG_EDDSA);
	assert_int_equal(judge(zta_buf__str(&token)), ZTA_REFUSAL_NONE);
	zta_buf__clear(&token);
	make(&token, "{\"alg\":\"EdDSA\",\"kid\":\"ed\"}", GOOD, ed,
	    ZTA_ALG_EDDSA);
	assert_int_equal(
	    judge(zta_buf__str(&token)), ZTA_REFUSAL_ALG_NOT_ALLOWED);
	zta_buf__clear(&token);
	make(&token, HEADER, GOOD, other_ec, ZTA_ALG_ES256);
	assert_int_equal(
	    judge(zta_buf__str(&token)), ZTA_REFUSAL_BAD_SIGNATURE);
	zta_buf__release(&token);
}

/* Every byte of a token counts, and none may be missing. */
static void
test_jwt__every_byte_counts(void **state)
{
	zta_buf token;
	size_t i;
	char kept;

	(void)state;
	zta_buf__init(&token, SIZE_MAX);
	make(&token, HEADER, GOOD, ec, ZTA_ALG_ES256);
	for (i = 0; i < token.len; i++) {
		assert_int_not_equal(
		    judge((zta_str){ token.ptr, i }), ZTA_REFUSAL_NONE);
		kept = token.ptr[i];
		token.ptr[i] = kept == 'A' ? 'B' : 'A';
		assert_int_not_equal(
		    judge(zta_buf__str(&token)), ZTA_REFUSAL_NONE);
		token.ptr[i] = kept;
	}
	zta_buf__byte(&token, '=');
	assert_int_equal(judge(zta_buf__str(&token)), ZTA_REFUSAL_MALFORMED);
	token.len--;
	zta_buf__text(&token, ".AAAA");
	assert_int_equal(judge(zta_buf__str(&token)), ZTA_REFUSAL_MALFORMED);
	zta_buf__release(&token);
}

/* Signatures that are no signatures: all zero (CVE-2022-21449), DER, short. */
static void
test_jwt__refuses_odd_signatures(void **state)
{
	static const char zero[64] = { 0 };
	static const size_t lengths[] = { 0, 1, 63, 64 };
	zta_buf token;
	size_t i, begin;

	(void)state;
	zta_buf__init(&token, SIZE_MAX);
	put_part(&token, HEADER);
	zta_buf__byte(&token, '.');
	put_part(&token, GOOD);
	zta_buf__byte(&token, '.');
	begin = token.len;
	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		token.len = begin;
		zta_b64__put(&token, (zta_str){ zero, lengths[i] });
		assert_int_not_equal(
		    judge(zta_buf__str(&token)), ZTA_REFUSAL_NONE);
	}
	token.len = begin;
	zta_b64__put(&token, (zta_str){ "0\x06\x02\x01\x01\x02\x01\x01", 8 });
	assert_int_equal(
	    judge(zta_buf__str(&token)), ZTA_REFUSAL_BAD_SIGNATURE);
	zta_buf__release(&token);
}

static void
test_jwt__refuses_large_ones(void **state)
{
	static char header[5000], payload[20000];
	zta_buf token;

	(void)state;
	zta_buf__init(&token, SIZE_MAX);
	(void)snprintf(header, sizeof(header),
	    "{\"alg\":\"ES256\",\"x\":\"%0*d\"}", 4900, 0);
	make(&token, header, GOOD, ec, ZTA_ALG_ES256);
	assert_int_equal(judge(zta_buf__str(&token)), ZTA_REFUSAL_TOO_LARGE);
	zta_buf__clear(&token);
	(void)snprintf(
	    payload, sizeof(payload), "{" CLAIMS ",\"x\":\"%0*d\"}", 19000, 0);
	make(&token, HEADER, payload, ec, ZTA_ALG_ES256);
	assert_int_equal(judge(zta_buf__str(&token)), ZTA_REFUSAL_TOO_LARGE);
	zta_buf__release(&token);
}

/* Documents that must not load. */
static const struct {
	const char *text, *message;
} bad_sources[] = {
	{ "{}", "expected {\"sources\": {...}}" },
	{ "{\"sources\":{\"a\":{\"kind\":\"jwt\",\"issuer\":\"i\","
	  "\"algorithms\":[\"ES256\"],\"jwks\":{\"keys\":[]}}}}",
	    "audience" },
	{ "{\"sources\":{\"a\":{\"kind\":\"jwt\",\"issuer\":\"i\","
	  "\"audience\":\"me\",\"algorithms\":[\"none\"],"
	  "\"jwks\":{\"keys\":[]}}}}",
	    "only RS256" },
	{ "{\"sources\":{\"a\":{\"kind\":\"jwt\",\"issuer\":\"i\","
	  "\"audience\":\"me\",\"algorithms\":[\"HS256\"],"
	  "\"jwks\":{\"keys\":[{\"kty\":\"oct\",\"k\":\"AA\"}]}}}}",
	    "only RS256" },
	{ "{\"sources\":{\"a\":{\"kind\":\"jwt\",\"issuer\":\"i\","
	  "\"audience\":\"me\",\"algorithms\":[\"ES256\"],"
	  "\"jwks_file\":\"../x\"}}}",
	    "`jwks_file` is the name of a file" },
	{ "{\"sources\":{\"a\":{\"kind\":\"jwt\",\"issuer\":\"i\","
	  "\"audience\":\"me\",\"algorithms\":[\"ES256\"],"
	  "\"principal\":{\"kind\":\"human\",\"type\":\"User\","
	  "\"claim\":\"email\"},\"jwks_file\":\"x\"}}}",
	    "there is no such member here" },
	{ "{\"sources\":{\"a\":{\"kind\":\"jwt\",\"issuer\":\"i\","
	  "\"audience\":\"me\",\"algorithms\":[\"ES256\"],"
	  "\"jwks\":{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\","
	  "\"x\":\"AA\",\"y\":\"AA\"}]}}}}",
	    "" },
};

static void
test_jwt__refuses_bad_sources(void **state)
{
	zta_sources out;
	zta_error err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad_sources) / sizeof(bad_sources[0]); i++) {
		assert_int_not_equal(
		    zta_sources__read(&out, &arena,
			zta_str_of(bad_sources[i].text), NULL, &err),
		    ZTA_OK);
		if (strstr(err.message, bad_sources[i].message) == NULL) {
			fail_msg("%s: %s", bad_sources[i].text, err.message);
		}
		assert_true(err.line > 0);
	}
}

/* A modulus that is 1 modulo each prime that tells, and another one. */
static void
test_jwks__refuses_rsa_keys_that_give_themselves_away(void **state)
{
	static const char digits[] =
	    "rewYjKy_2N7syIX1fCj9VJdwk17BMgajEMD7qqiNCbCrSVqy1lIunoh9lLh8"
	    "RLCv59p30QDHDSZZqSwqEqSu-MKZzyz3fvIN-O5HdzR6tzO2dGi2d5MBeSxu"
	    "4A6Q65PQg3DiIEDx5pd7aAl5bzS01K2_A_WcwT8OAiwG5yNLp0mcpyyQzd9b"
	    "MH1jxWkxBcdGlIl5ZpYTAG3r4AepvobiqkY_t9YzFOz7zTUg28RaKRiOxvTZ"
	    "0MyNUmPWAEQZt5Mq-PuVKOJ6Xtg3KvTQ58NAFWLC2QCbP-kikbuEDLq-IPM3"
	    "blOa8Xd-NGcl4AcEYx3XGCyOry6Phh07q_KKFV2xqw";
	char text[512];
	zta_jwks keys;
	zta_json_doc doc;
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		(void)snprintf(text, sizeof(text),
		    "{\"keys\":[{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"%c%s\"}]}",
		    i == 0 ? 'r' : 's', digits + 1);
		assert_int_equal(
		    zta_json__read(&arena, zta_str_of(text), &doc, NULL),
		    ZTA_OK);
		assert_int_equal(
		    zta_jwks__read(&keys, &arena, &doc, doc.root, "sig", NULL),
		    i == 0 ? ZTA_EINVALID : ZTA_OK);
		zta_jwks__release(&keys);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_jwks__refuses_rsa_keys_that_give_themselves_away),
		cmocka_unit_test(test_jwt__judges_what_was_signed),
		cmocka_unit_test(test_jwt__keeps_sources_apart),
		cmocka_unit_test(test_jwt__every_byte_counts),
		cmocka_unit_test(test_jwt__refuses_odd_signatures),
		cmocka_unit_test(test_jwt__refuses_large_ones),
		cmocka_unit_test(test_jwt__refuses_bad_sources),
	};

	return cmocka_run_group_tests_name("jwt", tests, setup, teardown);
}
