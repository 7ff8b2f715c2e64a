/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_binding.c - what is bound to a key is worth nothing without it.
 * SPEC: rfc7800, rfc8705 3, rfc9449 6, 7
 */
#include "tests.h"

#include "identity/verify.h"
#include "jws_made.h"

/* 2026-01-01T00:00:00Z */
#define NOW 1767225600000
#define URI "https://pdp.example/token"
#define CERTIFICATE "a certificate in DER"

static zta_arena arena;
static zta_key *issuer, *holder, *thief;
static zta_sources sources;
static zta_live live;
static const zta_live_files no_files;
static char document[16384], jkt[ZTA_KEY_THUMBPRINT_MAX];
static char x5t[ZTA_PROOF_DIGITS + 1], nonce[ZTA_DPOP_NONCE_DIGITS + 1];
static char holder_jwk[ZTA_KEY_JWK_MAX], thief_jwk[ZTA_KEY_JWK_MAX];

#define SOURCE(name, more)                                        \
	"\"" name "\":{\"kind\":\"jwt\",\"issuer\":\"" name "\"," \
	"\"audience\":[\"me\"],\"algorithms\":[\"EdDSA\"]," more  \
	"\"jwks\":{\"keys\":[$I]}}"

static int
setup(void **state)
{
	char jwk[ZTA_KEY_JWK_MAX];
	const made_text texts[] = { { 'I', jwk }, { '\0', "" } };
	zta_error err = { 0 };
	zta_buf buf;

	(void)state;
	zta_arena__init(&arena, SIZE_MAX);
	assert_int_equal(
	    zta_key_generate(&issuer, ZTA_ALG_EDDSA, NULL), ZTA_OK);
	assert_int_equal(
	    zta_key_generate(&holder, ZTA_ALG_ES256, NULL), ZTA_OK);
	assert_int_equal(zta_key_generate(&thief, ZTA_ALG_ES256, NULL), ZTA_OK);
	assert_int_equal(
	    zta_key_public_jwk(issuer, ZTA_ALG_NONE, ZTA_STR("i"), jwk, NULL),
	    ZTA_OK);
	assert_int_equal(zta_key_public_jwk(holder, ZTA_ALG_NONE, ZTA_STR("h"),
			     holder_jwk, NULL),
	    ZTA_OK);
	assert_int_equal(zta_key_public_jwk(thief, ZTA_ALG_NONE, ZTA_STR("t"),
			     thief_jwk, NULL),
	    ZTA_OK);
	assert_int_equal(zta_key_thumbprint(holder, jkt, NULL), ZTA_OK);
	zta_proof__digits(ZTA_STR(CERTIFICATE), x5t);
	assert_int_equal(zta_live__open(&live, &no_files, NULL), ZTA_OK);
	assert_int_equal(zta_dpop_nonces__at(&live.nonces, NOW, nonce), ZTA_OK);
	zta_buf__init(&buf, SIZE_MAX);
	made_expand(&buf,
	    "{\"sources\":{" SOURCE("any", "") "," SOURCE(
		"strict", "\"proof\":[\"dpop\",\"mtls\"],") "," SOURCE("cert",
		"\"proof\":\"mtls\",") "," SOURCE("bearer",
		"\"proof\":\"bearer\",") "," SOURCE("nonce",
		"\"dpop_nonce\":true,") "}}",
	    texts);
	memcpy(document, buf.ptr, buf.len);
	zta_buf__release(&buf);
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
	zta_key_close(issuer);
	zta_key_close(holder);
	zta_key_close(thief);
	zta_arena__release(&arena);
	return 0;
}

/* How the caller comes. */
typedef enum coming {
	ALONE,   /* with nothing */
	DPOP,    /* with a proof of the key */
	NONCE,   /* and with a nonce in it */
	TWICE,   /* with two of them */
	STOLEN,  /* with a proof of another key */
	OTHER,   /* with a proof for another token */
	CERT,    /* with the certificate */
	FOREIGN, /* with another one */
	BOTH     /* with proof and certificate */
} coming;

static const struct {
	const char *source, *cnf; /* "": none */
	coming how;
	zta_refusal refusal;
	zta_proof proof;
} cases[] = {
	{ "any", "", ALONE, ZTA_REFUSAL_NONE, ZTA_PROOF_BEARER },
	{ "bearer", "", ALONE, ZTA_REFUSAL_NONE, ZTA_PROOF_BEARER },
	/* A proof that nothing asks for does not make a bearer token more. */
	{ "any", "", BOTH, ZTA_REFUSAL_NONE, ZTA_PROOF_BEARER },
	{ "strict", "", BOTH, ZTA_REFUSAL_UNBOUND, 0 },
	{ "strict", "", ALONE, ZTA_REFUSAL_UNBOUND, 0 },
	{ "cert", "", CERT, ZTA_REFUSAL_UNBOUND, 0 },
	/* SPEC: rfc9449 7.1, 7.2: bound, it is no bearer token, whatever for */
	{ "any", "{\"jkt\":\"$J\"}", ALONE, ZTA_REFUSAL_PROOF_MISSING, 0 },
	{ "any", "{\"jkt\":\"$J\"}", CERT, ZTA_REFUSAL_PROOF_MISSING, 0 },
	{ "any", "{\"jkt\":\"$J\"}", DPOP, ZTA_REFUSAL_NONE, ZTA_PROOF_DPOP },
	{ "strict", "{\"jkt\":\"$J\"}", DPOP, ZTA_REFUSAL_NONE,
	    ZTA_PROOF_DPOP },
	{ "any", "{\"jkt\":\"$J\"}", TWICE, ZTA_REFUSAL_PROOF_REPEATED, 0 },
	{ "any", "{\"jkt\":\"$J\"}", STOLEN, ZTA_REFUSAL_PROOF_WRONG_KEY, 0 },
	{ "any", "{\"jkt\":\"$J\"}", OTHER, ZTA_REFUSAL_PROOF_WRONG_TOKEN, 0 },
	{ "cert", "{\"jkt\":\"$J\"}", DPOP, ZTA_REFUSAL_PROOF_NOT_ALLOWED, 0 },
	{ "bearer", "{\"jkt\":\"$J\"}", ALONE, ZTA_REFUSAL_PROOF_MISSING, 0 },
	{ "bearer", "{\"jkt\":\"$J\"}", DPOP, ZTA_REFUSAL_PROOF_NOT_ALLOWED,
	    0 },
	{ "nonce", "{\"jkt\":\"$J\"}", DPOP, ZTA_REFUSAL_PROOF_NONCE, 0 },
	{ "nonce", "{\"jkt\":\"$J\"}", NONCE, ZTA_REFUSAL_NONE,
	    ZTA_PROOF_DPOP },
	/* SPEC: rfc8705 3.1 */
	{ "any", "{\"x5t#S256\":\"$X\"}", ALONE, ZTA_REFUSAL_PROOF_MISSING, 0 },
	{ "any", "{\"x5t#S256\":\"$X\"}", DPOP, ZTA_REFUSAL_PROOF_MISSING, 0 },
	{ "any", "{\"x5t#S256\":\"$X\"}", FOREIGN, ZTA_REFUSAL_PROOF_WRONG_KEY,
	    0 },
	{ "any", "{\"x5t#S256\":\"$X\"}", CERT, ZTA_REFUSAL_NONE,
	    ZTA_PROOF_MTLS },
	{ "cert", "{\"x5t#S256\":\"$X\"}", CERT, ZTA_REFUSAL_NONE,
	    ZTA_PROOF_MTLS },
	{ "any", "{\"x5t#S256\":\"\"}", CERT, ZTA_REFUSAL_PROOF_WRONG_KEY, 0 },
	/* Bound twice, both are shown. */
	{ "any", "{\"jkt\":\"$J\",\"x5t#S256\":\"$X\"}", CERT,
	    ZTA_REFUSAL_PROOF_MISSING, 0 },
	{ "any", "{\"x5t#S256\":\"$X\",\"jkt\":\"$J\"}", DPOP,
	    ZTA_REFUSAL_PROOF_MISSING, 0 },
	{ "any", "{\"jkt\":\"$J\",\"x5t#S256\":\"$X\"}", BOTH, ZTA_REFUSAL_NONE,
	    ZTA_PROOF_MTLS },
	/* Bound in a way that we do not know, it is not taken. */
	{ "any", "{}", BOTH, ZTA_REFUSAL_UNKNOWN_BINDING, 0 },
	{ "any", "{\"kid\":\"a\"}", BOTH, ZTA_REFUSAL_UNKNOWN_BINDING, 0 },
	{ "any", "{\"x5t\":\"$X\"}", CERT, ZTA_REFUSAL_UNKNOWN_BINDING, 0 },
	{ "any", "{\"jkt\":\"$J\",\"kid\":\"a\"}", BOTH,
	    ZTA_REFUSAL_UNKNOWN_BINDING, 0 },
	{ "any", "null", BOTH, ZTA_REFUSAL_BAD_CLAIM, 0 },
	{ "any", "[\"$J\"]", BOTH, ZTA_REFUSAL_BAD_CLAIM, 0 },
	{ "any", "{\"jkt\":[\"$J\"]}", BOTH, ZTA_REFUSAL_BAD_CLAIM, 0 },
	{ "any", "{\"x5t#S256\":null}", BOTH, ZTA_REFUSAL_BAD_CLAIM, 0 },
};

static void
make_token(zta_buf *out, const char *source, const char *cnf, size_t number)
{
	char payload[512];
	const made_text texts[] = { { 'J', jkt }, { 'X', x5t }, { '\0', "" } };

	(void)snprintf(payload, sizeof(payload),
	    "{\"iss\":\"%s\",\"sub\":\"alice\",\"aud\":\"me\","
	    "\"exp\":1767225700,\"n\":%zu%s%s}",
	    source, number, *cnf == '\0' ? "" : ",\"cnf\":", cnf);
	made_jws(
	    out, "{\"alg\":\"EdDSA\",\"kid\":\"i\"}", payload, texts, issuer);
}

static void
make_proof(zta_buf *out, zta_str token, coming how, size_t number)
{
	char payload[512], ath[ZTA_PROOF_DIGITS + 1] = "";
	const made_text texts[] = {
		{ 'K', how == STOLEN ? thief_jwk : holder_jwk }, { 'A', ath },
		{ 'N', nonce }, { '\0', "" }
	};

	zta_proof__digits(how == OTHER ? ZTA_STR("another token") : token, ath);
	(void)snprintf(payload, sizeof(payload),
	    "{\"jti\":\"%zu\",\"htm\":\"POST\",\"htu\":\"" URI "\","
	    "\"iat\":1767225590,\"ath\":\"$A\"%s}",
	    number, how == NONCE ? ",\"nonce\":\"$N\"" : "");
	made_jws(out, "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":$K}",
	    payload, texts, how == STOLEN ? thief : holder);
}

static zta_refusal
judge(zta_str token, zta_str proof, coming how, zta_live *with_live,
    zta_principal *out)
{
	const zta_str certificate =
	    how == FOREIGN ? ZTA_STR("another") : ZTA_STR(CERTIFICATE);
	const zta_circumstances around = { .method = ZTA_STR("POST"),
		.uri = ZTA_STR(URI),
		.chain = &certificate,
		.chain_count = how == CERT || how == FOREIGN || how == BOTH,
		.dpop = proof,
		.dpop_count = how == ALONE || how == CERT || how == FOREIGN ?
		    0 :
		    how == TWICE ? 2 :
				   1 };
	const zta_presented presented = { token, ZTA_AS_JWT, &around };
	const zta_verifier with = { .sources = &sources,
		.live = with_live,
		.arena = &arena,
		.now = NOW };
	zta_why_not why_not;
	zta_error err = { 0 };
	zta_status status =
	    zta_identity__verify(&with, &presented, out, &why_not, &err);

	assert_int_equal(status == ZTA_OK, why_not.refusal == ZTA_REFUSAL_NONE);
	assert_int_equal(status == ZTA_OK, out->id.len > 0);
	return why_not.refusal;
}

static void
test_binding__is_shown(void **state)
{
	zta_principal principal;
	zta_refusal refusal;
	zta_buf token, proof;
	size_t i;

	(void)state;
	zta_buf__init(&token, SIZE_MAX);
	zta_buf__init(&proof, SIZE_MAX);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		make_token(&token, cases[i].source, cases[i].cnf, i);
		make_proof(&proof, zta_buf__str(&token), cases[i].how, i);
		refusal = judge(zta_buf__str(&token), zta_buf__str(&proof),
		    cases[i].how, &live, &principal);
		if (refusal != cases[i].refusal ||
		    (refusal == ZTA_REFUSAL_NONE &&
			principal.proof != cases[i].proof)) {
			fail_msg("%zu: %s %s: %s, %s", i, cases[i].source,
			    cases[i].cnf, zta_refusal__code(refusal),
			    zta_proof__name(principal.proof));
		}
	}
	zta_buf__release(&token);
	zta_buf__release(&proof);
}

/* Where no proof can be shown, as at a terminal, nothing bound is taken. */
static void
test_binding__needs_a_request(void **state)
{
	zta_principal principal;
	zta_buf token, proof;

	(void)state;
	zta_buf__init(&token, SIZE_MAX);
	zta_buf__init(&proof, SIZE_MAX);
	make_token(&token, "any", "{\"x5t#S256\":\"$X\"}", 0);
	make_proof(&proof, zta_buf__str(&token), DPOP, 0);
	assert_int_equal(judge(zta_buf__str(&token), zta_buf__str(&proof), CERT,
			     NULL, &principal),
	    ZTA_REFUSAL_PROOF_MISSING);
	zta_buf__release(&token);
	zta_buf__release(&proof);
}

static const char *const bad_options[] = { "\"proof\":[],", "\"proof\":1,",
	"\"proof\":[\"mTLS\"],", "\"proof\":[\"dpop\",\"\"],",
	"\"dpop_nonce\":1,", "\"dpop_nonce\":\"true\"," };

static void
test_binding__refuses_bad_options(void **state)
{
	char text[256];
	zta_sources out;
	zta_error err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad_options) / sizeof(bad_options[0]); i++) {
		(void)snprintf(text, sizeof(text),
		    "{\"sources\":{\"a\":{\"kind\":\"jwt\",\"issuer\":\"i\","
		    "\"audience\":\"me\",%s\"algorithms\":[\"ES256\"],"
		    "\"jwks\":{\"keys\":[]}}}}",
		    bad_options[i]);
		assert_int_equal(zta_sources__read(&out, &arena,
				     zta_str_of(text), NULL, &err),
		    ZTA_EINVALID);
		if (strstr(err.message, "proof") == NULL &&
		    strstr(err.message, "dpop_nonce") == NULL) {
			fail_msg("%s: %s", bad_options[i], err.message);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_binding__is_shown),
		cmocka_unit_test(test_binding__needs_a_request),
		cmocka_unit_test(test_binding__refuses_bad_options),
	};

	return cmocka_run_group_tests_name("binding", tests, setup, teardown);
}
