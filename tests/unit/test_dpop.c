/* SPDX-License-Identifier: Apache-2.0 */
/* test_dpop.c - proofs that must not be taken. SPEC: rfc9449 4.3, 7.1, 8, 9 */
#include "tests.h"

#include "identity/dpop.h"
#include "jws_made.h"

/* 2026-01-01T00:00:00Z */
#define NOW 1767225600000
#define LEEWAY_MS 5000
#define URI "https://pdp.example/zones/1/token"
#define TOKEN "header.payload.signature"

static zta_arena arena;
static zta_key *key, *other, *rsa;
static zta_used *used;
static zta_dpop_nonces nonces;
static char jwk[ZTA_KEY_JWK_MAX], other_jwk[ZTA_KEY_JWK_MAX];
static char rsa_jwk[ZTA_KEY_JWK_MAX];
static char ath[ZTA_PROOF_DIGITS + 1], nonce[ZTA_DPOP_NONCE_DIGITS + 1];
static char old[ZTA_DPOP_NONCE_DIGITS + 1], older[ZTA_DPOP_NONCE_DIGITS + 1];
static char thumbprint[ZTA_KEY_THUMBPRINT_MAX];

static const made_text texts[] = { { 'K', jwk }, { 'O', other_jwk },
	{ 'R', rsa_jwk }, { 'A', ath }, { 'N', nonce }, { 'P', old },
	{ 'Q', older }, { '\0', "" } };

/* The members of a JWK that every issuer writes alone: no use, no alg. */
static void
put_jwk(const zta_key *of, char *out)
{
	char *use;

	assert_int_equal(
	    zta_key_public_jwk(of, ZTA_ALG_NONE, ZTA_STR("k"), out, NULL),
	    ZTA_OK);
	use = strstr(out, ",\"use\"");
	assert_non_null(use);
	use[0] = '}';
	use[1] = '\0';
}

static int
setup(void **state)
{
	(void)state;
	zta_arena__init(&arena, SIZE_MAX);
	assert_int_equal(zta_key_generate(&key, ZTA_ALG_ES256, NULL), ZTA_OK);
	assert_int_equal(zta_key_generate(&other, ZTA_ALG_EDDSA, NULL), ZTA_OK);
	assert_int_equal(zta_key_generate(&rsa, ZTA_ALG_RS256, NULL), ZTA_OK);
	assert_int_equal(zta_used__open(&used, NULL), ZTA_OK);
	put_jwk(key, jwk);
	put_jwk(other, other_jwk);
	put_jwk(rsa, rsa_jwk);
	assert_int_equal(zta_key_thumbprint(key, thumbprint, NULL), ZTA_OK);
	zta_proof__digits(zta_str_of(TOKEN), ath);
	zta_dpop_nonces__init(&nonces);
	assert_int_equal(zta_dpop_nonces__at(&nonces, NOW, nonce), ZTA_OK);
	assert_int_equal(
	    zta_dpop_nonces__at(&nonces, NOW - ZTA_DPOP_NONCE_PERIOD_MS, old),
	    ZTA_OK);
	assert_int_equal(zta_dpop_nonces__at(&nonces,
			     NOW - 2 * ZTA_DPOP_NONCE_PERIOD_MS, older),
	    ZTA_OK);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	zta_used__close(used);
	zta_key_close(key);
	zta_key_close(other);
	zta_key_close(rsa);
	zta_arena__release(&arena);
	return 0;
}

static zta_refusal
judge_at(zta_str proof, uint32_t count, int64_t now,
    const zta_dpop_nonces *with, zta_error *err)
{
	zta_refusal refusal = ZTA_REFUSAL_NONE;
	zta_proof_judge j = { .arena = &arena,
		.text = proof,
		.count = count,
		.method = ZTA_STR("POST"),
		.uri = ZTA_STR(URI),
		.now = now,
		.leeway_ms = LEEWAY_MS,
		.used = used,
		.refusal = &refusal,
		.err = err };
	zta_status status = zta_dpop__judge(
	    &j, zta_str_of(TOKEN), zta_str_of(thumbprint), with);

	assert_int_equal(status == ZTA_OK, refusal == ZTA_REFUSAL_NONE);
	assert_true(status == ZTA_OK || status == ZTA_EUNTRUSTED);
	return refusal;
}

#define HEADER "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":$K}"
#define PART(jti)                                                   \
	"\"jti\":\"" jti "\",\"htm\":\"POST\",\"htu\":\"" URI "\"," \
	"\"iat\":1767225590"
#define ATH ",\"ath\":\"$A\""
#define GOOD(jti) "{" PART(jti) ATH "}"
/* With htm, htu and iat as told. */
#define WITH(jti, htm, htu, iat)                            \
	"{\"jti\":\"" jti "\",\"htm\":" htm ",\"htu\":" htu \
	",\"iat\":" iat ATH "}"

static const struct {
	const char *header, *payload;
	zta_refusal refusal;
} cases[] = {
	/* 4.3-2.2: one well-formed JWT */
	{ "[]", GOOD("a"), ZTA_REFUSAL_PROOF_MALFORMED },
	{ HEADER, "[]", ZTA_REFUSAL_PROOF_MALFORMED },
	{ HEADER, "{" PART("a") ATH ATH "}", ZTA_REFUSAL_PROOF_MALFORMED },
	{ "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":$K,"
	  "\"crit\":[\"x\"]}",
	    GOOD("a"), ZTA_REFUSAL_PROOF_MALFORMED },
	{ "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":$K,"
	  "\"jku\":\"https://x\"}",
	    GOOD("a"), ZTA_REFUSAL_PROOF_MALFORMED },
	/* 4.3-2.3: all claims */
	{ HEADER,
	    "{\"htm\":\"POST\",\"htu\":\"" URI "\",\"iat\":1767225590" ATH "}",
	    ZTA_REFUSAL_PROOF_MALFORMED },
	{ HEADER, GOOD(""), ZTA_REFUSAL_PROOF_MALFORMED },
	{ HEADER,
	    "{\"jti\":\"a\",\"htu\":\"" URI "\",\"iat\":1767225590" ATH "}",
	    ZTA_REFUSAL_PROOF_MALFORMED },
	{ HEADER, "{\"jti\":\"a\",\"htm\":\"POST\",\"iat\":1767225590" ATH "}",
	    ZTA_REFUSAL_PROOF_MALFORMED },
	{ HEADER, "{\"jti\":\"a\",\"htm\":\"POST\",\"htu\":\"" URI "\"" ATH "}",
	    ZTA_REFUSAL_PROOF_MALFORMED },
	{ HEADER, "{" PART("a") "}", ZTA_REFUSAL_PROOF_MALFORMED },
	/* 4.3-2.4 */
	{ "{\"typ\":\"JWT\",\"alg\":\"ES256\",\"jwk\":$K}", GOOD("a"),
	    ZTA_REFUSAL_PROOF_BAD_TYPE },
	{ "{\"alg\":\"ES256\",\"jwk\":$K}", GOOD("a"),
	    ZTA_REFUSAL_PROOF_BAD_TYPE },
	/* 4.3-2.5: an asymmetric algorithm, of the key */
	{ "{\"typ\":\"dpop+jwt\",\"alg\":\"none\",\"jwk\":$K}", GOOD("a"),
	    ZTA_REFUSAL_PROOF_MALFORMED },
	{ "{\"typ\":\"dpop+jwt\",\"alg\":\"HS256\",\"jwk\":{\"kty\":\"oct\","
	  "\"k\":\"AAAA\"}}",
	    GOOD("a"), ZTA_REFUSAL_PROOF_MALFORMED },
	{ "{\"typ\":\"dpop+jwt\",\"alg\":\"EdDSA\",\"jwk\":$K}", GOOD("a"),
	    ZTA_REFUSAL_PROOF_BAD_KEY },
	/* 4.3-2.6, 2.7: a public key, the one of the token, made the signature */
	{ "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\"}", GOOD("a"),
	    ZTA_REFUSAL_PROOF_BAD_KEY },
	{ "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":\"x\"}", GOOD("a"),
	    ZTA_REFUSAL_PROOF_BAD_KEY },
	{ "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":{\"kty\":\"EC\","
	  "\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}}",
	    GOOD("a"), ZTA_REFUSAL_PROOF_BAD_KEY },
	{ "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":{\"kty\":\"EC\","
	  "\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\",\"d\":\"AA\"}}",
	    GOOD("a"), ZTA_REFUSAL_PROOF_BAD_KEY },
	{ "{\"typ\":\"dpop+jwt\",\"alg\":\"EdDSA\",\"jwk\":$O}", GOOD("a"),
	    ZTA_REFUSAL_PROOF_WRONG_KEY },
	{ "{\"typ\":\"dpop+jwt\",\"alg\":\"RS256\",\"jwk\":$R}", GOOD("a"),
	    ZTA_REFUSAL_PROOF_WRONG_KEY },
	/* 4.3-2.8, 2.9 */
	{ HEADER, WITH("a", "\"GET\"", "\"" URI "\"", "1767225590"),
	    ZTA_REFUSAL_PROOF_WRONG_METHOD },
	{ HEADER, WITH("a", "\"post\"", "\"" URI "\"", "1767225590"),
	    ZTA_REFUSAL_PROOF_WRONG_METHOD },
	{ HEADER,
	    WITH("a", "\"POST\"", "\"https://pdp.example/zones/2/token\"",
		"1767225590"),
	    ZTA_REFUSAL_PROOF_WRONG_TARGET },
	{ HEADER,
	    WITH("a", "\"POST\"", "\"http://pdp.example/zones/1/token\"",
		"1767225590"),
	    ZTA_REFUSAL_PROOF_WRONG_TARGET },
	{ HEADER,
	    WITH("a", "\"POST\"", "\"https://pdp.example.evil/zones/1/token\"",
		"1767225590"),
	    ZTA_REFUSAL_PROOF_WRONG_TARGET },
	{ HEADER, WITH("a", "\"POST\"", "\"/zones/1/token\"", "1767225590"),
	    ZTA_REFUSAL_PROOF_WRONG_TARGET },
	{ HEADER,
	    WITH("n1", "\"POST\"",
		"\"HTTPS://PDP.example:443/zones/./%31/token?x#y\"",
		"1767225590"),
	    ZTA_REFUSAL_NONE },
	/* 4.3-2.11: 60 s, and 5 s of leeway */
	{ HEADER, WITH("a", "\"POST\"", "\"" URI "\"", "1767225535"),
	    ZTA_REFUSAL_PROOF_EXPIRED },
	{ HEADER, WITH("n2", "\"POST\"", "\"" URI "\"", "1767225536"),
	    ZTA_REFUSAL_NONE },
	{ HEADER, WITH("a", "\"POST\"", "\"" URI "\"", "1767225606"),
	    ZTA_REFUSAL_PROOF_IN_FUTURE },
	{ HEADER, WITH("n3", "\"POST\"", "\"" URI "\"", "1767225605"),
	    ZTA_REFUSAL_NONE },
	{ HEADER, WITH("a", "\"POST\"", "\"" URI "\"", "\"1767225590\""),
	    ZTA_REFUSAL_PROOF_MALFORMED },
	/* 4.3-2.12 */
	{ HEADER, "{" PART("a") ",\"ath\":\"AAAA\"}",
	    ZTA_REFUSAL_PROOF_WRONG_TOKEN },
	/* None of these has used its `jti` up; 11.1: the next one does. */
	{ HEADER, GOOD("a"), ZTA_REFUSAL_NONE },
	{ HEADER, GOOD("a"), ZTA_REFUSAL_PROOF_REPLAYED },
	{ HEADER, "{" PART("a") ATH ",\"x\":1}", ZTA_REFUSAL_PROOF_REPLAYED },
	{ HEADER, GOOD("A"), ZTA_REFUSAL_NONE },
};

static void
test_dpop__judges_every_rule(void **state)
{
	zta_error err = { 0 };
	zta_buf proof;
	zta_refusal refusal;
	size_t i;

	(void)state;
	zta_buf__init(&proof, SIZE_MAX);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		made_jws(&proof, cases[i].header, cases[i].payload, texts, key);
		refusal = judge_at(zta_buf__str(&proof), 1, NOW, NULL, &err);
		if (refusal != cases[i].refusal) {
			fail_msg("%s %s: %s, not %s (%s)", cases[i].header,
			    cases[i].payload, zta_refusal__code(refusal),
			    zta_refusal__code(cases[i].refusal), err.message);
		}
	}
	zta_buf__release(&proof);
}

/* 4.3-2.1: exactly one header; 4.3-2.6: every byte is signed. */
static void
test_dpop__takes_one_proof_whole(void **state)
{
	zta_buf proof;
	zta_str text;
	size_t i;
	char kept;

	(void)state;
	zta_buf__init(&proof, SIZE_MAX);
	made_jws(&proof, HEADER, GOOD("whole"), texts, key);
	text = zta_buf__str(&proof);
	assert_int_equal(judge_at((zta_str){ NULL, 0 }, 0, NOW, NULL, NULL),
	    ZTA_REFUSAL_PROOF_MISSING);
	assert_int_equal(
	    judge_at(text, 2, NOW, NULL, NULL), ZTA_REFUSAL_PROOF_REPEATED);
	for (i = 0; i < text.len; i++) {
		assert_int_not_equal(
		    judge_at((zta_str){ text.ptr, i }, 1, NOW, NULL, NULL),
		    ZTA_REFUSAL_NONE);
		kept = proof.ptr[i];
		proof.ptr[i] = kept == 'A' ? 'B' : 'A';
		assert_int_not_equal(
		    judge_at(text, 1, NOW, NULL, NULL), ZTA_REFUSAL_NONE);
		proof.ptr[i] = kept;
	}
	made_jws(&proof, HEADER, GOOD("whole"), texts, other);
	assert_int_equal(judge_at(zta_buf__str(&proof), 1, NOW, NULL, NULL),
	    ZTA_REFUSAL_PROOF_BAD_SIGNATURE);
	made_jws(&proof, HEADER, GOOD("whole"), texts, key);
	assert_int_equal(judge_at(zta_buf__str(&proof), 1, NOW, NULL, NULL),
	    ZTA_REFUSAL_NONE);
	zta_buf__release(&proof);
}

/* SPEC: rfc9449 8, 9: nonces of the server, of this period or the last. */
static void
test_dpop__demands_nonces(void **state)
{
	static const struct {
		const char *payload;
		zta_refusal refusal;
	} nonce_cases[] = {
		{ GOOD("x"), ZTA_REFUSAL_PROOF_NONCE },
		{ "{" PART("x") ATH ",\"nonce\":1}", ZTA_REFUSAL_PROOF_NONCE },
		{ "{" PART("x") ATH ",\"nonce\":\"\"}",
		    ZTA_REFUSAL_PROOF_NONCE },
		{ "{" PART("x") ATH ",\"nonce\":\"$Q\"}",
		    ZTA_REFUSAL_PROOF_NONCE },
		{ "{" PART("x") ATH ",\"nonce\":\"$N.\"}",
		    ZTA_REFUSAL_PROOF_NONCE },
		{ "{" PART("x") ATH ",\"nonce\":\"$N\"}", ZTA_REFUSAL_NONE },
		{ "{" PART("y") ATH ",\"nonce\":\"$P\"}", ZTA_REFUSAL_NONE },
	};
	zta_dpop_nonces foreign;
	zta_buf proof;
	size_t i;

	(void)state;
	zta_buf__init(&proof, SIZE_MAX);
	for (i = 0; i < sizeof(nonce_cases) / sizeof(nonce_cases[0]); i++) {
		made_jws(&proof, HEADER, nonce_cases[i].payload, texts, key);
		assert_int_equal(
		    judge_at(zta_buf__str(&proof), 1, NOW, &nonces, NULL),
		    nonce_cases[i].refusal);
	}
	zta_dpop_nonces__init(&foreign);
	assert_int_equal(judge_at(zta_buf__str(&proof), 1, NOW, &foreign, NULL),
	    ZTA_REFUSAL_PROOF_NONCE);
	zta_buf__release(&proof);
}

/* Full, all that is new is refused, and nothing that was used is taken. */
static void
test_dpop__refuses_when_crowded(void **state)
{
	unsigned char owner[ZTA_SHA256_LEN];
	uint64_t i = 0;
	const zta_use use = { .owner = owner,
		.id = { (const char *)&i, sizeof(i) },
		.now = NOW,
		.until = NOW + 1 };
	zta_buf proof;

	(void)state;
	zta_digest__sha256(zta_str_of(thumbprint), owner);
	while (zta_used__take(used, &use, NULL) == ZTA_OK) {
		i++;
	}
	zta_buf__init(&proof, SIZE_MAX);
	made_jws(&proof, HEADER, GOOD("late"), texts, key);
	assert_int_equal(judge_at(zta_buf__str(&proof), 1, NOW, NULL, NULL),
	    ZTA_REFUSAL_PROOF_CROWDED);
	made_jws(&proof, HEADER, GOOD("a"), texts, key);
	assert_int_equal(judge_at(zta_buf__str(&proof), 1, NOW, NULL, NULL),
	    ZTA_REFUSAL_PROOF_REPLAYED);
	zta_buf__release(&proof);
}

/* The example of the specification. SPEC: rfc9449 7.1 */
static void
test_dpop__takes_the_published_one(void **state)
{
	static const char proof[] =
	    "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6"
	    "IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFV"
	    "ZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5"
	    "VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiJlMWozVl9"
	    "iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJ"
	    "jZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI"
	    "2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUl"
	    "pS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1ple"
	    "mAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA";
	zta_refusal refusal = ZTA_REFUSAL_NONE;
	zta_error err = { 0 };
	zta_proof_judge j = { .arena = &arena,
		.text = ZTA_STR(proof),
		.count = 1,
		.method = ZTA_STR("GET"),
		.uri =
		    ZTA_STR("https://resource.example.org/protectedresource"),
		.now = 1562262618000,
		.used = used,
		.refusal = &refusal,
		.err = &err };

	(void)state;
	if (zta_dpop__judge(&j,
		ZTA_STR("Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU"),
		ZTA_STR("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"),
		NULL) != ZTA_OK) {
		fail_msg("%s", err.message);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dpop__judges_every_rule),
		cmocka_unit_test(test_dpop__takes_the_published_one),
		cmocka_unit_test(test_dpop__takes_one_proof_whole),
		cmocka_unit_test(test_dpop__demands_nonces),
		cmocka_unit_test(test_dpop__refuses_when_crowded),
	};

	return cmocka_run_group_tests_name("dpop", tests, setup, teardown);
}
