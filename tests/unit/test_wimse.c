/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_wimse.c - workload identity tokens with their proofs, and without.
 * SPEC: wimse-workload-creds 3.1, wimse-wpt 2
 */
#include "tests.h"

#include "identity/verify.h"
#include "jws_made.h"

/* 2026-01-01T00:00:00Z */
#define NOW 1767225600000
#define URI "https://pdp.example/token"

static zta_arena arena;
static zta_key *server, *workload, *thief;
static zta_sources sources;
static zta_live live;
static const zta_live_files no_files;
static char document[8192], key[ZTA_KEY_JWK_MAX];

static int
setup(void **state)
{
	char jwk[ZTA_KEY_JWK_MAX];
	zta_error err = { 0 };

	(void)state;
	zta_arena__init(&arena, SIZE_MAX);
	assert_int_equal(
	    zta_key_generate(&server, ZTA_ALG_ES256, NULL), ZTA_OK);
	assert_int_equal(
	    zta_key_generate(&workload, ZTA_ALG_EDDSA, NULL), ZTA_OK);
	assert_int_equal(zta_key_generate(&thief, ZTA_ALG_EDDSA, NULL), ZTA_OK);
	assert_int_equal(
	    zta_key_public_jwk(workload, ZTA_ALG_NONE, ZTA_STR("w"), key, NULL),
	    ZTA_OK);
	assert_int_equal(
	    zta_key_public_jwk(server, ZTA_ALG_NONE, ZTA_STR("s"), jwk, NULL),
	    ZTA_OK);
	memcpy(strstr(jwk, "\"use\":\"sig\""), "\"xyz\":\"sig\"", 11);
	(void)snprintf(document, sizeof(document),
	    "{\"sources\":{"
	    "\"mesh\":{\"kind\":\"wimse\",\"trust_domain\":\"td\","
	    "\"audience\":\"urn:pdp\",\"algorithms\":[\"ES256\"],"
	    "\"leeway_s\":5,\"jwks\":{\"keys\":[%s]}},"
	    "\"svid\":{\"kind\":\"spiffe\",\"trust_domain\":\"td\","
	    "\"audience\":\"me\",\"algorithms\":[\"ES256\"],"
	    "\"jwks\":{\"keys\":[%s]}},"
	    "\"draft\":{\"kind\":\"wimse\","
	    "\"trust_domain\":\"example.com\",\"audience\":\"x\","
	    "\"algorithms\":[\"ES256\"],\"jwks\":{\"keys\":[{"
	    "\"kty\":\"EC\",\"kid\":\"June 5\",\"crv\":\"P-256\","
	    "\"x\":\"kXqnA2Op7hgd4zRMbw0iFcc_hDxUxhojxOFVGjE2gks\","
	    "\"y\":\"n__VndPMR021-59UAs0b9qDTFT-EZtT6xSNs_xFskLo\"}]}}}}",
	    jwk, jwk);
	assert_int_equal(zta_live__open(&live, &no_files, NULL), ZTA_OK);
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
	zta_live__close(&live);
	zta_key_close(server);
	zta_key_close(workload);
	zta_key_close(thief);
	zta_arena__release(&arena);
	return 0;
}

static zta_refusal
judge(zta_str wit, const zta_circumstances *around, int64_t now,
    zta_principal *out, zta_error *err)
{
	const zta_presented presented = { wit, ZTA_AS_JWT, around };
	const zta_verifier with = {
		.sources = &sources, .live = &live, .arena = &arena, .now = now
	};
	zta_why_not why_not;
	zta_status status =
	    zta_identity__verify(&with, &presented, out, &why_not, err);

	assert_int_equal(status == ZTA_OK, why_not.refusal == ZTA_REFUSAL_NONE);
	assert_true(status == ZTA_OK || status == ZTA_EUNTRUSTED);
	return why_not.refusal;
}

/* The example of the drafts: a token, a proof, and a bearer token beside. */
static const char draft_wit[] =
    "eyJhbGciOiJFUzI1NiIsImtpZCI6Ikp1bmUgNSIsInR5cCI6IndpdCtqd3Qi"
    "fQ.eyJjbmYiOnsiandrIjp7ImFsZyI6IkVkRFNBIiwiY3J2IjoiRWQyNTUxO"
    "SIsImt0eSI6Ik9LUCIsIngiOiIxQ1hYdmZsTl9MVlZzSXNZWHNVdkIwM0ptb"
    "EdXZUNIcVFWdW91Q0Y5MmJnIn19LCJleHAiOjE3NDU1MTI1MTAsImlhdCI6M"
    "Tc0NTUwODkxMCwianRpIjoieC1fMUNUTDJjY2EzQ1NFNGN3Yl9sIiwic3ViI"
    "joid2ltc2U6Ly9leGFtcGxlLmNvbS9zcGVjaWZpYy13b3JrbG9hZCJ9.6Kra"
    "SQUxWdl9dxFQ3Fj6dPY0Vi88OkwFwZpAIOhLeq6AbXAnLLQgOp8U9UDGcBuY"
    "F3KiNv6oKQD1ZWAzrMZOJw";
static const char draft_wpt[] =
    "eyJhbGciOiJFZERTQSIsInR5cCI6IndwdCtqd3QifQ.eyJhdGgiOiJDTDR3a"
    "mZwUm1OZi1iZFlJYllMblY5ZDVyTUFSR3dLWUUxMHdVd3pDMGpJIiwiYXVkI"
    "joiaHR0cHM6Ly93b3JrbG9hZC5leGFtcGxlLmNvbS9wYXRoIiwiZXhwIjoxN"
    "zQ1NTEwMDE2LCJqdGkiOiJfX2J3YzRFU0MzYWNjMkxUQzEtX3giLCJ3dGgiO"
    "iJBYVlVZkMzNEQxZGkyRnhRTHBpSUpKN1NnOFZaNm84T0Nkd1NmOUlUb0xnI"
    "n0.PI7d9AcYhLoEgPgbJvcM132lkBKnM1NXU-5hZUzVTIyj2dRJaTLFs6e5N"
    "Yv5gg6AqcV7NvkYCwfgMgWasWQzCA";

static void
test_wimse__takes_the_published_one(void **state)
{
	zta_header bearer = { ZTA_STR("Authorization"),
		ZTA_STR("Bearer 16_mAd0GiwaZokU26_0902100") };
	zta_circumstances around = { .method = ZTA_STR("POST"),
		.uri = ZTA_STR("https://workload.example.com/path"),
		.workload_proof = ZTA_STR(draft_wpt),
		.workload_proof_count = 1,
		.headers = &bearer,
		.header_count = 1 };
	zta_principal p;
	zta_error err = { 0 };
	int64_t now = 1745509800000;

	(void)state;
	bearer.value.len--;
	assert_int_equal(judge(ZTA_STR(draft_wit), &around, now, &p, &err),
	    ZTA_REFUSAL_PROOF_WRONG_TOKEN);
	bearer.value.len++;
	assert_int_equal(
	    judge(ZTA_STR(draft_wit), &around, now + 600000, &p, &err),
	    ZTA_REFUSAL_PROOF_EXPIRED);
	if (judge(ZTA_STR(draft_wit), &around, now, &p, &err) !=
	    ZTA_REFUSAL_NONE) {
		fail_msg("%s", err.message);
	}
	assert_true(zta_str__is(p.id, "wimse://example.com/specific-workload"));
	assert_true(zta_str__is(p.trust_domain, "example.com"));
	assert_int_equal(p.proof, ZTA_PROOF_WPT);
	assert_int_equal(p.kind, ZTA_PRINCIPAL_WORKLOAD);
	assert_int_equal(judge(ZTA_STR(draft_wit), &around, now, &p, &err),
	    ZTA_REFUSAL_PROOF_REPLAYED);
}

#define WIT_HEADER "{\"alg\":\"ES256\",\"kid\":\"s\",\"typ\":\"wit+jwt\"}"
#define WIT(sub, cnf) "{\"sub\":\"" sub "\",\"exp\":1767225700" cnf "}"
#define CNF ",\"cnf\":{\"jwk\":$K}"
#define GOOD_WIT WIT("wimse://td/a", CNF)
#define WPT_HEADER "{\"alg\":\"EdDSA\",\"typ\":\"wpt+jwt\"}"
#define WPT(more)                                                 \
	"{\"aud\":\"" URI "\",\"exp\":1767225700,\"jti\":\"$N\"," \
	"\"wth\":\"$W\"" more "}"

static const struct {
	const char *wit_header, *wit, *header, *wpt;
	zta_refusal refusal;
} cases[] = {
	{ WIT_HEADER, GOOD_WIT, WPT_HEADER, WPT(""), ZTA_REFUSAL_NONE },
	{ WIT_HEADER, WIT("spiffe://td/a", CNF), WPT_HEADER, WPT(""),
	    ZTA_REFUSAL_NONE },
	/* The token: of its type, of its domain, bound to a key with an `alg` */
	{ "{\"alg\":\"ES256\",\"kid\":\"s\",\"typ\":\"JWT\"}", GOOD_WIT,
	    WPT_HEADER, WPT(""), ZTA_REFUSAL_UNKNOWN_ISSUER },
	{ WIT_HEADER, WIT("wimse://other/a", CNF), WPT_HEADER, WPT(""),
	    ZTA_REFUSAL_UNKNOWN_ISSUER },
	{ WIT_HEADER, WIT("https://td/a", CNF), WPT_HEADER, WPT(""),
	    ZTA_REFUSAL_UNKNOWN_ISSUER },
	{ WIT_HEADER, WIT("wimse://td/", CNF), WPT_HEADER, WPT(""),
	    ZTA_REFUSAL_UNKNOWN_ISSUER },
	{ WIT_HEADER, "{\"sub\":\"wimse://td/a\"" CNF "}", WPT_HEADER, WPT(""),
	    ZTA_REFUSAL_MISSING_CLAIM },
	{ WIT_HEADER, WIT("wimse://td/a", ""), WPT_HEADER, WPT(""),
	    ZTA_REFUSAL_UNBOUND },
	{ WIT_HEADER, WIT("wimse://td/a", ",\"cnf\":{\"jwk\":\"x\"}"),
	    WPT_HEADER, WPT(""), ZTA_REFUSAL_BAD_CLAIM },
	{ WIT_HEADER, WIT("wimse://td/a", ",\"cnf\":{\"jwk\":{}}"), WPT_HEADER,
	    WPT(""), ZTA_REFUSAL_PROOF_BAD_KEY },
	{ WIT_HEADER,
	    WIT("wimse://td/a",
		",\"cnf\":{\"jwk\":{\"kty\":\"OKP\",\"crv\":\"Ed25519\","
		"\"x\":\"1CXXvflN_LVVsIsYXsUvB03JmlGWeCHqQVuouCF92bg\"}}"),
	    WPT_HEADER, WPT(""), ZTA_REFUSAL_PROOF_BAD_KEY },
	{ WIT_HEADER,
	    WIT("wimse://td/a",
		",\"cnf\":{\"jwk\":{\"kty\":\"oct\",\"alg\":\"EdDSA\","
		"\"k\":\"AAAA\"}}"),
	    WPT_HEADER, WPT(""), ZTA_REFUSAL_PROOF_BAD_KEY },
	/* The proof */
	{ WIT_HEADER, GOOD_WIT, "{\"alg\":\"EdDSA\"}", WPT(""),
	    ZTA_REFUSAL_PROOF_BAD_TYPE },
	{ WIT_HEADER, GOOD_WIT, "{\"alg\":\"ES256\",\"typ\":\"wpt+jwt\"}",
	    WPT(""), ZTA_REFUSAL_PROOF_BAD_KEY },
	{ WIT_HEADER, GOOD_WIT,
	    "{\"alg\":\"EdDSA\",\"typ\":\"wpt+jwt\",\"jwk\":$K}", WPT(""),
	    ZTA_REFUSAL_PROOF_MALFORMED },
	{ WIT_HEADER, GOOD_WIT, WPT_HEADER, "[]", ZTA_REFUSAL_PROOF_MALFORMED },
	{ WIT_HEADER, GOOD_WIT, WPT_HEADER,
	    "{\"aud\":\"https://pdp.example/other\",\"exp\":1767225700,"
	    "\"jti\":\"$N\",\"wth\":\"$W\"}",
	    ZTA_REFUSAL_PROOF_WRONG_TARGET },
	{ WIT_HEADER, GOOD_WIT, WPT_HEADER,
	    "{\"aud\":\"urn:pdp\",\"exp\":1767225700,"
	    "\"jti\":\"$N\",\"wth\":\"$W\"}",
	    ZTA_REFUSAL_NONE },
	{ WIT_HEADER, GOOD_WIT, WPT_HEADER,
	    "{\"exp\":1767225700,\"jti\":\"$N\",\"wth\":\"$W\"}",
	    ZTA_REFUSAL_PROOF_MALFORMED },
	{ WIT_HEADER, GOOD_WIT, WPT_HEADER,
	    "{\"aud\":\"" URI "\",\"jti\":\"$N\",\"wth\":\"$W\"}",
	    ZTA_REFUSAL_PROOF_MALFORMED },
	{ WIT_HEADER, GOOD_WIT, WPT_HEADER,
	    "{\"aud\":\"" URI "\",\"exp\":1767225700,\"wth\":\"$W\"}",
	    ZTA_REFUSAL_PROOF_MALFORMED },
	{ WIT_HEADER, GOOD_WIT, WPT_HEADER,
	    "{\"aud\":\"" URI "\",\"exp\":1767225700,\"jti\":\"$N\"}",
	    ZTA_REFUSAL_PROOF_MALFORMED },
	{ WIT_HEADER, GOOD_WIT, WPT_HEADER,
	    "{\"aud\":\"" URI "\",\"exp\":1767225700,\"jti\":\"$N\","
	    "\"wth\":\"AAAA\"}",
	    ZTA_REFUSAL_PROOF_WRONG_TOKEN },
	{ WIT_HEADER, GOOD_WIT, WPT_HEADER,
	    "{\"aud\":\"" URI "\",\"exp\":1767225595,\"jti\":\"$N\","
	    "\"wth\":\"$W\"}",
	    ZTA_REFUSAL_PROOF_EXPIRED },
	{ WIT_HEADER, GOOD_WIT, WPT_HEADER,
	    "{\"aud\":\"" URI "\",\"exp\":1767225906,\"jti\":\"$N\","
	    "\"wth\":\"$W\"}",
	    ZTA_REFUSAL_PROOF_IN_FUTURE },
	/* The other tokens: X-Token came with the request, Txn-Token did not. */
	{ WIT_HEADER, GOOD_WIT, WPT_HEADER, WPT(",\"tth\":\"$X\""),
	    ZTA_REFUSAL_PROOF_WRONG_TOKEN },
	{ WIT_HEADER, GOOD_WIT, WPT_HEADER, WPT(",\"ath\":\"$X\""),
	    ZTA_REFUSAL_PROOF_WRONG_TOKEN },
	{ WIT_HEADER, GOOD_WIT, WPT_HEADER,
	    WPT(",\"oth\":{\"x-token\":\"$X\"}"), ZTA_REFUSAL_NONE },
	{ WIT_HEADER, GOOD_WIT, WPT_HEADER, WPT(",\"oth\":{}"),
	    ZTA_REFUSAL_NONE },
	{ WIT_HEADER, GOOD_WIT, WPT_HEADER,
	    WPT(",\"oth\":{\"x-token\":\"$W\"}"),
	    ZTA_REFUSAL_PROOF_WRONG_TOKEN },
	{ WIT_HEADER, GOOD_WIT, WPT_HEADER,
	    WPT(",\"oth\":{\"X-Token\":\"$X\"}"),
	    ZTA_REFUSAL_PROOF_WRONG_TOKEN },
	{ WIT_HEADER, GOOD_WIT, WPT_HEADER,
	    WPT(",\"oth\":{\"x-token\":\"$X\",\"y\":\"$X\"}"),
	    ZTA_REFUSAL_PROOF_WRONG_TOKEN },
	{ WIT_HEADER, GOOD_WIT, WPT_HEADER, WPT(",\"oth\":{\"x-token\":1}"),
	    ZTA_REFUSAL_PROOF_WRONG_TOKEN },
	{ WIT_HEADER, GOOD_WIT, WPT_HEADER, WPT(",\"oth\":[]"),
	    ZTA_REFUSAL_PROOF_MALFORMED },
};

static void
make(size_t i, zta_buf *wit, zta_buf *wpt, const zta_key *by)
{
	char number[24], wth[ZTA_PROOF_DIGITS + 1] = "";
	char xth[ZTA_PROOF_DIGITS + 1] = "";
	const made_text texts[] = { { 'K', key }, { 'N', number }, { 'W', wth },
		{ 'X', xth }, { '\0', "" } };

	made_jws(wit, cases[i].wit_header, cases[i].wit, texts, server);
	zta_proof__digits(zta_buf__str(wit), wth);
	zta_proof__digits(ZTA_STR("x"), xth);
	(void)snprintf(number, sizeof(number), "%zu", i);
	made_jws(wpt, cases[i].header, cases[i].wpt, texts, by);
}

static void
test_wimse__judges_every_rule(void **state)
{
	zta_header header = { ZTA_STR("X-Token"), ZTA_STR("x") };
	zta_circumstances around = { .method = ZTA_STR("POST"),
		.uri = ZTA_STR(URI),
		.workload_proof_count = 1,
		.headers = &header,
		.header_count = 1 };
	zta_principal p;
	zta_error err = { 0 };
	zta_buf wit, wpt;
	zta_refusal refusal;
	size_t i;

	(void)state;
	zta_buf__init(&wit, SIZE_MAX);
	zta_buf__init(&wpt, SIZE_MAX);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		make(i, &wit, &wpt, workload);
		around.workload_proof = zta_buf__str(&wpt);
		refusal = judge(zta_buf__str(&wit), &around, NOW, &p, &err);
		if (refusal != cases[i].refusal) {
			fail_msg("%zu: %s %s: %s (%s)", i, cases[i].wit,
			    cases[i].wpt, zta_refusal__code(refusal),
			    err.message);
		}
	}
	zta_buf__release(&wit);
	zta_buf__release(&wpt);
}

/* Alone, twice, by another key: a WIT is no bearer token. */
static void
test_wimse__needs_one_proof_of_its_key(void **state)
{
	zta_circumstances around = { .method = ZTA_STR("POST"),
		.uri = ZTA_STR(URI) };
	zta_header txn[2] = { { ZTA_STR("Txn-Token"), ZTA_STR("x") },
		{ ZTA_STR("txn-token"), ZTA_STR("x") } };
	zta_principal p;
	zta_buf wit, wpt;

	(void)state;
	zta_buf__init(&wit, SIZE_MAX);
	zta_buf__init(&wpt, SIZE_MAX);
	make(0, &wit, &wpt, thief);
	around.workload_proof = zta_buf__str(&wpt);
	assert_int_equal(judge(zta_buf__str(&wit), &around, NOW, &p, NULL),
	    ZTA_REFUSAL_PROOF_MISSING);
	around.workload_proof_count = 2;
	assert_int_equal(judge(zta_buf__str(&wit), &around, NOW, &p, NULL),
	    ZTA_REFUSAL_PROOF_REPEATED);
	around.workload_proof_count = 1;
	assert_int_equal(judge(zta_buf__str(&wit), &around, NOW, &p, NULL),
	    ZTA_REFUSAL_PROOF_BAD_SIGNATURE);
	/* A transaction token must not be put beside a proof that has none. */
	make(0, &wit, &wpt, workload);
	around.workload_proof = zta_buf__str(&wpt);
	around.headers = txn;
	for (around.header_count = 1; around.header_count < 3;
	     around.header_count++) {
		assert_int_equal(
		    judge(zta_buf__str(&wit), &around, NOW, &p, NULL),
		    ZTA_REFUSAL_PROOF_WRONG_TOKEN);
	}
	zta_buf__release(&wit);
	zta_buf__release(&wpt);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wimse__takes_the_published_one),
		cmocka_unit_test(test_wimse__judges_every_rule),
		cmocka_unit_test(test_wimse__needs_one_proof_of_its_key),
	};

	return cmocka_run_group_tests_name("wimse", tests, setup, teardown);
}
