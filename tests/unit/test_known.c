/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_known.c - a token that is known is judged as if it were not: nothing but
 * its signature is left out, and only of the same bytes under the same key.
 */
#include "tests.h"

#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/b64.h"
#include "base/limits.h"
#include "crypto/siphash.h"
#include "identity/live.h"
#include "identity/registered.h"
#include "identity/revocations.h"
#include "identity/verify.h"
#include "pdp/decide.h"

/* 2026-01-01T00:00:00Z */
#define NOW_S INT64_C(1767225600)
#define NOW (NOW_S * 1000)

static zta_arena arena;
static zta_key *key, *other;
static zta_live live;

static int
setup(void **state)
{
	const zta_live_files files = { NULL, NULL, NULL };

	(void)state;
	zta_arena__init(&arena, SIZE_MAX);
	assert_int_equal(zta_key_generate(&key, ZTA_ALG_ES256, NULL), ZTA_OK);
	assert_int_equal(zta_key_generate(&other, ZTA_ALG_ES256, NULL), ZTA_OK);
	assert_int_equal(zta_live__open(&live, &files, NULL), ZTA_OK);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	zta_live__close(&live);
	zta_key_close(key);
	zta_key_close(other);
	zta_arena__release(&arena);
	return 0;
}

static zta_str
sign(const zta_key *with, zta_alg alg, const char *payload)
{
	zta_buf buf;
	zta_str token;

	zta_buf__init(&buf, SIZE_MAX);
	assert_int_equal(zta_jws__sign(&buf, with, alg, ZTA_STR("JWT"),
			     ZTA_STR("k"), zta_str_of(payload), NULL),
	    ZTA_OK);
	token = zta_arena__copy(&arena, zta_buf__str(&buf));
	zta_buf__release(&buf);
	return token;
}

static zta_status
parse(zta_known *known, zta_str text, zta_known_token *token)
{
	zta_refusal refusal;

	return zta_known__parse(
	    known, &arena, &zta_claims__reading, text, token, &refusal, NULL);
}

static bool
is_known(zta_known *known, zta_str text, zta_known_token *token)
{
	return parse(known, text, token) == ZTA_OK && token->known;
}

static bool
verify(zta_known *known, zta_str text, const zta_key *with)
{
	zta_known_token token;

	return parse(known, text, &token) == ZTA_OK &&
	    zta_known__read(&token, NULL) == ZTA_OK &&
	    zta_known__verify(&token, with);
}

#define PAYLOAD                                                             \
	"{\"a\":\"x\\u00e9\\n\",\"b\":[1,2.5,{\"c\\\"\":\"\"}],\"d\":null," \
	"\"long\":\"0123456789abcdef0123456789abcdef\",\"\\u0041\":true}"

static void
assert_same(const zta_json_doc *a, const zta_json_doc *b)
{
	const zta_json *x = a->root, *y = b->root;
	uint32_t i;

	assert_true(zta_str__eq(a->text, b->text));
	assert_int_equal(x->span, y->span);
	for (i = 0; i < a->root->span; i++, x++, y++) {
		assert_int_equal(x->type, y->type);
		assert_int_equal(x->at, y->at);
		assert_int_equal(x->count, y->count);
		assert_int_equal(x->span, y->span);
		if (x->type == ZTA_JSON_STRING || x->type == ZTA_JSON_NUMBER) {
			assert_true(
			    zta_str__eq(zta_json__str(x), zta_json__str(y)));
		} else if (x->type == ZTA_JSON_INTEGER) {
			assert_int_equal(x->u.integer, y->u.integer);
		}
	}
}

/* What is found is what would have been read; it outlasts what is kept. */
static void
test_known__is_what_was_read(void **state)
{
	const zta_str text = sign(key, ZTA_ALG_ES256, PAYLOAD);
	unsigned char digest[ZTA_SHA256_LEN];
	zta_known_token first, again;
	zta_known *known;

	(void)state;
	assert_int_equal(zta_known__open(&known, NULL), ZTA_OK);
	assert_int_equal(parse(NULL, text, &first), ZTA_OK);
	assert_false(first.known);
	assert_true(zta_known__verify(&first, key));
	assert_true(verify(known, text, key));
	assert_true(is_known(known, text, &again));
	zta_known__close(known);
	assert_same(&first.jws->header, &again.jws->header);
	assert_same(&first.jws->payload, &again.jws->payload);
	assert_true(zta_str__eq(first.jws->input, again.jws->input));
	assert_true(zta_str__eq(again.jws->kid, ZTA_STR("k")));
	assert_true(zta_str__eq(again.jws->typ, ZTA_STR("JWT")));
	assert_int_equal(again.jws->alg, ZTA_ALG_ES256);
	zta_digest__sha256(text, digest);
	assert_memory_equal(again.digest, digest, sizeof(digest));
	assert_memory_equal(first.digest, digest, sizeof(digest));
}

/* Its signature is not in memory, in digits or bytes. */
static void
test_known__holds_no_signature(void **state)
{
	const zta_str text = sign(key, ZTA_ALG_ES256, "{\"of\":\"nobody\"}");
	zta_known_token token;
	zta_str was;

	(void)state;
	assert_int_equal(parse(live.known, text, &token), ZTA_OK);
	assert_int_equal(zta_known__read(&token, NULL), ZTA_OK);
	was = token.jws->signature;
	assert_int_equal(was.len, 64);
	assert_true(zta_known__verify(&token, key));
	assert_int_equal(token.jws->signature.len, 0);
	while (was.len > 0) {
		assert_int_equal(was.ptr[--was.len], 0);
	}
	assert_true(token.jws->input.ptr != text.ptr);
	assert_true(is_known(live.known, text, &token));
}

static zta_status
read_length(void *out, const zta_jws *jws, zta_arena *own, zta_error *err)
{
	(void)own;
	(void)err;
	*(size_t *)out = jws->payload.text.len;
	return jws->payload.root->count == 0 ? ZTA_EUNTRUSTED : ZTA_OK;
}

/* What was read in one way is not taken for what is read in another. */
static void
test_known__every_reading_counts(void **state)
{
	static const zta_known_reading lengths = { sizeof(size_t),
		read_length };
	const zta_str text = sign(key, ZTA_ALG_ES256, "{\"a\":1}");
	const zta_str none = sign(key, ZTA_ALG_ES256, "{}");
	zta_known_token token;
	zta_refusal refusal;
	size_t i;

	(void)state;
	assert_true(verify(live.known, text, key));
	for (i = 0; i < 2; i++) {
		assert_int_equal(zta_known__parse(live.known, &arena, &lengths,
				     text, &token, &refusal, NULL),
		    ZTA_OK);
		assert_int_equal(token.known, i == 1);
		assert_true(zta_known__verify(&token, key));
		assert_int_equal(zta_known__read(&token, NULL), ZTA_OK);
		assert_int_equal(*(const size_t *)token.meaning, 7);
	}
	assert_true(is_known(live.known, text, &token));
	assert_non_null(((const zta_claims *)token.meaning)->doc.root);
	/* What cannot be read is not kept, however well it is signed. */
	for (i = 0; i < 2; i++) {
		assert_int_equal(zta_known__parse(live.known, &arena, &lengths,
				     none, &token, &refusal, NULL),
		    ZTA_OK);
		assert_false(token.known);
		assert_true(zta_known__verify(&token, key));
		assert_int_equal(zta_known__read(&token, NULL), ZTA_EUNTRUSTED);
		assert_null(token.meaning);
	}
}

/* No text at all, and texts without a point, are no tokens. */
static void
test_known__is_no_token(void **state)
{
	const zta_str texts[] = { { NULL, 0 }, ZTA_STR(""), ZTA_STR("."),
		ZTA_STR("a"), ZTA_STR("..") };
	zta_known_token token;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(
		    parse(live.known, texts[i], &token), ZTA_EUNTRUSTED);
		assert_int_equal(parse(NULL, texts[i], &token), ZTA_EUNTRUSTED);
	}
}

/* Any other value of any byte, and any other length, is another token. */
static void
test_known__every_byte_counts(void **state)
{
	const zta_alg algs[] = { ZTA_ALG_ES256, ZTA_ALG_RS256, ZTA_ALG_PS256,
		ZTA_ALG_EDDSA };
	zta_known_token token;
	zta_key *with;
	zta_str text;
	char *bytes, was;
	size_t i, at;
	int flip;

	(void)state;
	for (i = 0; i < sizeof(algs) / sizeof(algs[0]); i++) {
		assert_int_equal(
		    zta_key_generate(&with, algs[i], NULL), ZTA_OK);
		text = sign(with, algs[i], "{\"a\":\"b\"}");
		assert_true(verify(live.known, text, with));
		bytes = zta_arena__alloc(&arena, text.len + 2);
		memcpy(bytes, text.ptr, text.len);
		bytes[text.len] = bytes[text.len + 1] = 'A';
		for (at = 0; at < text.len; at++) {
			was = bytes[at];
			for (flip = 1; flip < 256; flip++) {
				bytes[at] = (char)(was ^ flip);
				assert_false(is_known(live.known,
				    (zta_str){ bytes, text.len }, &token));
			}
			bytes[at] = was;
			assert_false(is_known(
			    live.known, (zta_str){ bytes, at }, &token));
			assert_false(is_known(live.known,
			    (zta_str){ bytes + at + 1, text.len - at - 1 },
			    &token));
		}
		for (at = 1; at < 3; at++) {
			assert_false(is_known(live.known,
			    (zta_str){ bytes, text.len + at }, &token));
		}
		assert_true(is_known(live.known, text, &token));
		zta_key_close(with);
	}
}

/* Under another key its signature does not hold, whatever that is called. */
static void
test_known__every_key_counts(void **state)
{
	const zta_str text = sign(key, ZTA_ALG_ES256, "{\"of\":\"key\"}");
	char pem[ZTA_KEY_JWK_MAX];
	zta_known_token token;
	zta_json_doc doc;
	zta_key *same;

	(void)state;
	assert_false(verify(live.known, text, other));
	assert_false(is_known(live.known, text, &token));
	assert_true(verify(live.known, text, key));
	assert_true(is_known(live.known, text, &token));
	assert_false(verify(live.known, text, other));
	assert_false(verify(live.known, text, other));
	assert_true(verify(live.known, text, key));
	/* The same key, read again: it is known of that one, too. */
	assert_int_equal(
	    zta_key_public_jwk(key, ZTA_ALG_NONE, ZTA_STR("k"), pem, NULL),
	    ZTA_OK);
	assert_int_equal(
	    zta_json__read(&arena, zta_str_of(pem), &doc, NULL), ZTA_OK);
	assert_int_equal(
	    zta_key__from_jwk(&same, &doc, doc.root, NULL), ZTA_OK);
	assert_true(is_known(live.known, text, &token));
	assert_true(verify(live.known, text, same));
	zta_key_close(same);
}

/* A forger leaves nothing behind; without a table all is verified. */
static void
test_known__forgeries_are_not_kept(void **state)
{
	zta_str text = sign(other, ZTA_ALG_ES256, "{\"of\":\"other\"}");
	zta_known_token token;

	(void)state;
	assert_false(verify(live.known, text, key));
	assert_false(is_known(live.known, text, &token));
	assert_false(verify(NULL, text, key));
	assert_true(verify(NULL, text, other));
	assert_false(is_known(NULL, text, &token));
	assert_false(is_known(live.known, text, &token));
}

/*
 * SPEC: SipHash-2-4-128, vectors_sip128 of its authors: bytes 0, 1, 2 ... under
 * the key of bytes 0 to 15.
 */
static void
test_known__marks_are_siphash(void **state)
{
	static const struct {
		size_t len;
		zta_siphash mark;
	} cases[] = {
		{ 0, { 0xe6a825ba047f81a3, 0x930255c71472f66d } },
		{ 1, { 0x44af996bd8c187da, 0x45fc229b11597634 } },
		{ 15, { 0x11a8b03399e99354, 0xd9c3cf970fec087e } },
		{ 86, { 0x54cdbc1367b85957, 0x4bc8f882c36899cf } },
	};
	const zta_siphash with = { 0x0706050403020100, 0x0f0e0d0c0b0a0908 };
	char bytes[86];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bytes); i++) {
		bytes[i] = (char)i;
	}
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_true(zta_siphash__eq(cases[i].mark,
		    zta_siphash__of(&with, (zta_str){ bytes, cases[i].len })));
	}
}

/* --- all rules are judged again */

#define CLAIMS                                                                \
	"{\"iss\":\"https://corp\",\"sub\":\"alice\",\"aud\":\"me\",\"jti\":" \
	"\"1\",\"iat\":1767225590,\"nbf\":1767225590,\"auth_time\":"          \
	"1767225590,\"exp\":1767226200,\"scope\":\"read write\"}"

/* Members of the source, or what differs in how the token comes. */
static const struct {
	const char *source;
	int64_t after_s; /* the token was issued */
	zta_presented_as as;
	zta_refusal refusal;
} uses[] = {
	{ "", 10, ZTA_AS_JWT, ZTA_REFUSAL_NONE },
	{ "", 609, ZTA_AS_JWT, ZTA_REFUSAL_NONE },
	{ "", 610, ZTA_AS_JWT, ZTA_REFUSAL_EXPIRED },
	{ "", -1, ZTA_AS_JWT, ZTA_REFUSAL_NOT_YET_VALID },
	{ ",\"max_age_s\":60", 59, ZTA_AS_JWT, ZTA_REFUSAL_NONE },
	{ ",\"max_age_s\":60", 60, ZTA_AS_JWT, ZTA_REFUSAL_TOO_OLD },
	{ ",\"max_auth_age_s\":60", 59, ZTA_AS_JWT, ZTA_REFUSAL_NONE },
	{ ",\"max_auth_age_s\":60", 60, ZTA_AS_JWT, ZTA_REFUSAL_STALE_AUTH },
	{ ",\"typ\":[\"at+jwt\"]", 10, ZTA_AS_JWT, ZTA_REFUSAL_BAD_TYPE },
	{ ",\"acr\":[\"gold\"]", 10, ZTA_AS_JWT, ZTA_REFUSAL_WEAK_AUTH },
	{ ",\"clients\":[\"app\"]", 10, ZTA_AS_JWT, ZTA_REFUSAL_MISSING_CLAIM },
	{ ",\"proof\":\"dpop\"", 10, ZTA_AS_JWT, ZTA_REFUSAL_UNBOUND },
	{ "", 10, ZTA_AS_API_KEY, ZTA_REFUSAL_API_KEY_MALFORMED },
	{ "", 10, ZTA_AS_SAML2, ZTA_REFUSAL_MALFORMED },
	{ "", 10, ZTA_AS_ID_TOKEN, ZTA_REFUSAL_NONE },
	{ "", 10, ZTA_AS_ACCESS_TOKEN, ZTA_REFUSAL_NONE },
};

static void
read_sources(zta_sources *out, const char *issuer, const char *audience,
    const char *alg, const char *more, const zta_key *with)
{
	char jwk[ZTA_KEY_JWK_MAX], text[2 * ZTA_KEY_JWK_MAX];
	zta_error err = { 0 };

	assert_int_equal(
	    zta_key_public_jwk(with, ZTA_ALG_NONE, ZTA_STR("k"), jwk, NULL),
	    ZTA_OK);
	(void)snprintf(text, sizeof(text),
	    "{\"sources\":{\"corp\":{\"kind\":\"jwt\",\"issuer\":\"%s\","
	    "\"audience\":[\"%s\"],\"leeway_s\":0,\"algorithms\":[\"%s\"]%s,"
	    "\"jwks\":{\"keys\":[%s]}}}}",
	    issuer, audience, alg, more, jwk);
	if (zta_sources__read(out, &arena,
		zta_arena__copy(&arena, zta_str_of(text)), NULL,
		&err) != ZTA_OK) {
		fail_msg("%s: %s", err.place, err.message);
	}
}

static zta_refusal
judge(const zta_sources *sources, zta_live *with_live, zta_str text,
    zta_presented_as as, int64_t now, zta_principal *out)
{
	const zta_circumstances around = { 0 };
	const zta_presented presented = { text, as, &around };
	const zta_verifier with = { .sources = sources,
		.live = with_live,
		.arena = &arena,
		.now = now };
	zta_why_not why_not;
	zta_status status =
	    zta_identity__verify(&with, &presented, out, &why_not, NULL);

	assert_int_equal(status == ZTA_OK, why_not.refusal == ZTA_REFUSAL_NONE);
	return why_not.refusal;
}

static void
test_known__rules_are_judged_again(void **state)
{
	const zta_str text = sign(key, ZTA_ALG_ES256, CLAIMS);
	zta_principal p;
	zta_sources plain, sources;
	size_t i, round;

	(void)state;
	read_sources(&plain, "https://corp", "me", "ES256", "", key);
	assert_int_equal(
	    judge(&plain, &live, text, ZTA_AS_JWT, NOW, &p), ZTA_REFUSAL_NONE);
	for (i = 0; i < sizeof(uses) / sizeof(uses[0]); i++) {
		read_sources(&sources, "https://corp", "me", "ES256",
		    uses[i].source, key);
		for (round = 0; round < 3; round++) {
			assert_int_equal(
			    judge(&sources, round == 2 ? NULL : &live, text,
				uses[i].as,
				NOW - 10000 + 1000 * uses[i].after_s, &p),
			    uses[i].refusal);
		}
		zta_sources__release(&sources);
	}
	zta_sources__release(&plain);
}

/* The sources changed since: another issuer, audience, algorithm, key. */
static void
test_known__sources_are_those_of_now(void **state)
{
	const zta_str text = sign(key, ZTA_ALG_ES256, CLAIMS);
	const struct {
		const char *issuer, *audience, *alg;
		const zta_key *key;
		zta_refusal refusal;
	} cases[] = {
		{ "https://corp", "me", "ES256", key, ZTA_REFUSAL_NONE },
		{ "https://else", "me", "ES256", key,
		    ZTA_REFUSAL_UNKNOWN_ISSUER },
		{ "https://corp", "them", "ES256", key,
		    ZTA_REFUSAL_BAD_AUDIENCE },
		{ "https://corp", "me", "RS256", key,
		    ZTA_REFUSAL_ALG_NOT_ALLOWED },
		{ "https://corp", "me", "ES256", other,
		    ZTA_REFUSAL_BAD_SIGNATURE },
	};
	zta_known_token token;
	zta_principal p;
	zta_sources sources;
	size_t i;

	(void)state;
	for (i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
		const size_t n = i % (sizeof(cases) / sizeof(cases[0]));

		read_sources(&sources, cases[n].issuer, cases[n].audience,
		    cases[n].alg, "", cases[n].key);
		assert_int_equal(
		    judge(&sources, &live, text, ZTA_AS_JWT, NOW, &p),
		    cases[n].refusal);
		assert_true(is_known(live.known, text, &token));
		zta_sources__release(&sources);
	}
}

/* The principal is the same to the last text, known or not. */
static void
test_known__principals_are_the_same(void **state)
{
	const zta_str text = sign(key, ZTA_ALG_ES256, CLAIMS);
	zta_principal first, again;
	zta_sources sources;

	(void)state;
	read_sources(&sources, "https://corp", "me", "ES256", "", key);
	assert_int_equal(judge(&sources, NULL, text, ZTA_AS_JWT, NOW, &first),
	    ZTA_REFUSAL_NONE);
	assert_int_equal(judge(&sources, &live, text, ZTA_AS_JWT, NOW, &again),
	    ZTA_REFUSAL_NONE);
	assert_int_equal(judge(&sources, &live, text, ZTA_AS_JWT, NOW, &again),
	    ZTA_REFUSAL_NONE);
	assert_true(zta_str__eq(first.type, again.type));
	assert_true(zta_str__eq(first.id, again.id));
	assert_true(zta_str__eq(first.source, again.source));
	assert_true(zta_str__eq(first.issuer, again.issuer));
	assert_memory_equal(first.digest, again.digest, ZTA_SHA256_LEN);
	assert_int_equal(first.issued_at, again.issued_at);
	assert_int_equal(first.expires_at, again.expires_at);
	assert_int_equal(again.scope_count, 2);
	assert_true(zta_str__eq(again.scopes[1], ZTA_STR("write")));
	assert_same(&first.claims, &again.claims);
	assert_int_equal(again.proof, ZTA_PROOF_BEARER);
	zta_sources__release(&sources);
}

/* What was taken back since is refused. */
static void
test_known__revocations_are_those_of_now(void **state)
{
	char dir[] = "/tmp/ztauth-known-XXXXXX", path[64], lock[72];
	const zta_revocation back = { .issuer = ZTA_STR("https://corp"),
		.jti = ZTA_STR("1"),
		.until_s = NOW_S + 1000 };
	const zta_live_files files = { NULL, path, NULL };
	const zta_str text = sign(key, ZTA_ALG_ES256, CLAIMS);
	zta_live own;
	zta_principal p;
	zta_sources sources;

	(void)state;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/revocations", dir);
	(void)snprintf(lock, sizeof(lock), "%s.lock", path);
	read_sources(&sources, "https://corp", "me", "ES256", "", key);
	assert_int_equal(zta_revoke(path, NULL, NOW, NULL), ZTA_OK);
	assert_int_equal(zta_live__open(&own, &files, NULL), ZTA_OK);
	assert_int_equal(
	    judge(&sources, &own, text, ZTA_AS_JWT, NOW, &p), ZTA_REFUSAL_NONE);
	assert_int_equal(
	    judge(&sources, &own, text, ZTA_AS_JWT, NOW, &p), ZTA_REFUSAL_NONE);
	assert_int_equal(zta_revoke(path, &back, NOW, NULL), ZTA_OK);
	assert_int_equal(judge(&sources, &own, text, ZTA_AS_JWT, NOW, &p),
	    ZTA_REFUSAL_REVOKED);
	zta_live__close(&own);
	zta_sources__release(&sources);
	(void)remove(path);
	(void)remove(lock);
	assert_int_equal(remove(dir), 0);
}

/* A token that is bound needs its proof each time. */
static void
test_known__proofs_are_asked_for_again(void **state)
{
	const zta_str text = sign(key, ZTA_ALG_ES256,
	    "{\"iss\":\"https://corp\",\"sub\":\"alice\",\"aud\":\"me\","
	    "\"exp\":1767226200,\"cnf\":{\"jkt\":\"x\"}}");
	zta_known_token token;
	zta_principal p;
	zta_sources sources;

	(void)state;
	read_sources(&sources, "https://corp", "me", "ES256", "", key);
	assert_int_equal(judge(&sources, &live, text, ZTA_AS_JWT, NOW, &p),
	    ZTA_REFUSAL_PROOF_MISSING);
	assert_true(is_known(live.known, text, &token));
	assert_int_equal(judge(&sources, &live, text, ZTA_AS_JWT, NOW, &p),
	    ZTA_REFUSAL_PROOF_MISSING);
	zta_sources__release(&sources);
}

/* --- our own tokens */

/* The keys of a zone that has one. */
static void
publish(zta_zone_keys *keys, const zta_key *one, const char *kid)
{
	char jwk[ZTA_KEY_JWK_MAX], document[ZTA_KEY_JWK_MAX + 16];
	bool changed;

	assert_int_equal(
	    zta_key_public_jwk(one, ZTA_ALG_ES256, zta_str_of(kid), jwk, NULL),
	    ZTA_OK);
	(void)snprintf(document, sizeof(document), "{\"keys\":[%s]}", jwk);
	assert_int_equal(
	    zta_zone_keys__publish(keys, zta_str_of(document), &changed, NULL),
	    ZTA_OK);
}

static zta_str
make_txn(const zta_zone *zone)
{
	static const unsigned char bytes[ZTA_SHA256_LEN] = { 1 };
	const zta_str digest = { (const char *)bytes, sizeof(bytes) };
	const zta_ring ring = { .workload = ZTA_STR("spiffe://corp/w"),
		.source = ZTA_STR("spire"),
		.digest = digest,
		.at = NOW };
	const zta_txn txn = { .issuer = zone->issuer,
		.audience = zone->trust_domain,
		.txn = ZTA_STR("1"),
		.issued_at = NOW,
		.expires_at = NOW + 60000,
		.subject = { .type = ZTA_STR("User"),
		    .id = ZTA_STR("alice"),
		    .kind = ZTA_STR("human"),
		    .source = ZTA_STR("corp") },
		.subject_digest = digest,
		.zone = zone->id,
		.commit = ZTA_STR("0"),
		.rings = &ring,
		.ring_count = 1 };
	zta_buf payload, token;
	zta_str out;

	zta_buf__init(&payload, SIZE_MAX);
	zta_buf__init(&token, SIZE_MAX);
	zta_txn_token__put(&payload, &txn);
	assert_int_equal(
	    zta_jws__sign(&token, key, ZTA_ALG_ES256, ZTA_STR(ZTA_TXN_TYP),
		ZTA_STR("k"), zta_buf__str(&payload), NULL),
	    ZTA_OK);
	out = zta_arena__copy(&arena, zta_buf__str(&token));
	zta_buf__release(&payload);
	zta_buf__release(&token);
	return out;
}

/* The leg that refuses: one after "token", if that holds. */
static const char *
leg_of(const zta_zone *zone, zta_str token, int64_t now)
{
	zta_partition root = { 0 };
	zta_snapshot snapshot = { .whole = true,
		.manifest = { .partitions = &root } };
	const zta_authzen request = { .subject_type = ZTA_STR("User"),
		.subject_id = ZTA_STR("alice"),
		.tx_token = token };
	zta_decision decision;

	assert_int_equal(zta_pdp__decide(zone, &snapshot, &arena, &request,
			     NULL, now, &decision, NULL),
	    ZTA_OK);
	assert_int_equal(decision.effect, ZTA_DENY);
	return decision.leg;
}

/* A zone whose key, name or clock went on does not believe it any more. */
static void
test_known__transaction_tokens_are_judged_again(void **state)
{
	zta_zone_keys keys[3] = { { 0 } };
	const zta_zone zone = { .id = ZTA_STR("1"),
		.trust_domain = ZTA_STR("corp"),
		.issuer = ZTA_STR("https://zone"),
		.keys = &keys[0],
		.known = live.known };
	zta_zone cases[6];
	const zta_str text = make_txn(&zone);
	zta_known_token token;
	zta_refusal refusal;
	size_t i;

	(void)state;
	publish(&keys[0], key, "k");
	publish(&keys[1], other, "k");
	publish(&keys[2], key, "l");
	for (i = 0; i < 6; i++) {
		cases[i] = zone;
	}
	cases[0].keys = &keys[1];
	cases[1].keys = &keys[2];
	cases[2].issuer = ZTA_STR("https://else");
	cases[3].trust_domain = ZTA_STR("else");
	cases[4].id = ZTA_STR("2");
	cases[5].known = NULL;
	assert_string_equal(leg_of(&zone, text, NOW), "scope");
	assert_int_equal(
	    zta_known__parse(live.known, &arena, &zta_txn_token__reading, text,
		&token, &refusal, NULL),
	    ZTA_OK);
	assert_true(token.known);
	for (i = 0; i < 5; i++) {
		assert_string_equal(leg_of(&cases[i], text, NOW), "token");
		assert_string_equal(leg_of(&zone, text, NOW), "scope");
	}
	assert_string_equal(leg_of(&cases[5], text, NOW), "scope");
	assert_string_equal(leg_of(&zone, text, NOW + 59999), "scope");
	assert_string_equal(leg_of(&zone, text, NOW + 60000), "token");
	assert_string_equal(leg_of(&zone, text, NOW - 6000), "token");
	for (i = 0; i < 3; i++) {
		zta_zone_keys__release(&keys[i]);
	}
}

/* --- as a whole */

/* More than all the memory that there is for tokens. */
static void
test_known__is_bounded(void **state)
{
	static char payload[11000];
	zta_known_token token;
	zta_known *known;
	zta_arena own = arena;
	size_t before, i;
	zta_str text = { NULL, 0 };

	(void)state;
	assert_int_equal(zta_known__open(&known, NULL), ZTA_OK);
	zta_arena__init(&arena, SIZE_MAX);
	before = mallinfo2().uordblks + mallinfo2().hblkhd;
	for (i = 0; i < 4000; i++) {
		zta_arena__reset(&arena);
		(void)snprintf(
		    payload, sizeof(payload), "{\"%zu\":\"%010000d\"}", i, 0);
		text = sign(key, ZTA_ALG_ES256, payload);
		assert_true(verify(known, text, key));
	}
	assert_true(is_known(known, text, &token));
	assert_true(mallinfo2().uordblks + mallinfo2().hblkhd <
	    before + ZTA_KNOWN_MEMORY_MAX + (4 << 20));
	zta_arena__release(&arena);
	arena = own;
	zta_known__close(known);
}

#define THREADS 4
#define TOKENS 50

typedef struct reader {
	zta_known *known;
	zta_str tokens[TOKENS];
	bool failed;
} reader;

static void *
read_all(void *context)
{
	reader *r = context;
	zta_known_token token;
	zta_arena own;
	zta_refusal refusal;
	size_t i;

	zta_arena__init(&own, SIZE_MAX);
	for (i = 0; i < 10 * TOKENS; i++) {
		zta_arena__reset(&own);
		r->failed = r->failed ||
		    zta_known__parse(r->known, &own, &zta_claims__reading,
			r->tokens[i % TOKENS], &token, &refusal,
			NULL) != ZTA_OK ||
		    zta_known__read(&token, NULL) != ZTA_OK ||
		    !zta_known__verify(&token, key) ||
		    zta_json__get(token.jws->payload.root, "n") == NULL;
	}
	zta_arena__release(&own);
	return NULL;
}

static void
test_known__any_thread_may_use_it(void **state)
{
	static reader readers[THREADS];
	pthread_t threads[THREADS];
	char payload[32];
	size_t i, j;

	(void)state;
	for (i = 0; i < TOKENS; i++) {
		(void)snprintf(payload, sizeof(payload), "{\"n\":%zu}", i);
		readers[0].tokens[i] = sign(key, ZTA_ALG_ES256, payload);
	}
	for (j = 0; j < THREADS; j++) {
		readers[j] = readers[0];
		readers[j].known = live.known;
	}
	for (j = 0; j < THREADS; j++) {
		assert_int_equal(
		    pthread_create(&threads[j], NULL, read_all, &readers[j]),
		    0);
	}
	for (j = 0; j < THREADS; j++) {
		assert_int_equal(pthread_join(threads[j], NULL), 0);
		assert_false(readers[j].failed);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known__is_no_token),
		cmocka_unit_test(test_known__is_what_was_read),
		cmocka_unit_test(test_known__holds_no_signature),
		cmocka_unit_test(test_known__every_reading_counts),
		cmocka_unit_test(test_known__every_byte_counts),
		cmocka_unit_test(test_known__every_key_counts),
		cmocka_unit_test(test_known__forgeries_are_not_kept),
		cmocka_unit_test(test_known__marks_are_siphash),
		cmocka_unit_test(test_known__rules_are_judged_again),
		cmocka_unit_test(test_known__sources_are_those_of_now),
		cmocka_unit_test(test_known__principals_are_the_same),
		cmocka_unit_test(test_known__revocations_are_those_of_now),
		cmocka_unit_test(test_known__proofs_are_asked_for_again),
		cmocka_unit_test(
		    test_known__transaction_tokens_are_judged_again),
		cmocka_unit_test(test_known__is_bounded),
		cmocka_unit_test(test_known__any_thread_may_use_it),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
