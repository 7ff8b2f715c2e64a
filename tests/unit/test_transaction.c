/* SPDX-License-Identifier: Apache-2.0 */
/* test_transaction.c - tokens of the zone, and the keys that verify them. */
#include "tests.h"

#include <stdio.h>

#include "base/str.h"
#include "pdp/transaction.h"

#define NOW INT64_C(1767225600000)

static zta_arena arena;
static zta_zone_keys keys;
static zta_key *first, *second;
static zta_zone zone;

static int
set_up(void **state)
{
	(void)state;
	zta_arena__init(&arena, SIZE_MAX);
	zone = (zta_zone){ .id = ZTA_STR("100000000001"),
		.trust_domain = ZTA_STR("shop.example"),
		.ledger = ZTA_STR("main"),
		.issuer = ZTA_STR("ztauth://shop.example/100000000001"),
		.keys = &keys };
	return zta_key_generate(&first, ZTA_ALG_ES256, NULL) != ZTA_OK ||
	    zta_key_generate(&second, ZTA_ALG_ES256, NULL) != ZTA_OK;
}

static int
tear_down(void **state)
{
	(void)state;
	zta_zone_keys__release(&keys);
	zta_key_close(first);
	zta_key_close(second);
	zta_arena__release(&arena);
	return 0;
}

/* The key set of these; NULL: no more. */
static zta_status
publish(const zta_key *a, const zta_key *b, bool *changed)
{
	char one[ZTA_KEY_JWK_MAX], two[ZTA_KEY_JWK_MAX] = "";
	char document[2 * ZTA_KEY_JWK_MAX + 32];

	assert_int_equal(
	    zta_key_public_jwk(a, zta_key_alg(a), ZTA_STR(""), one, NULL),
	    ZTA_OK);
	if (b != NULL) {
		assert_int_equal(zta_key_public_jwk(
				     b, zta_key_alg(b), ZTA_STR(""), two, NULL),
		    ZTA_OK);
	}
	(void)snprintf(document, sizeof(document), "{\"keys\":[%s%s%s]}", one,
	    b == NULL ? "" : ",", two);
	return zta_zone_keys__publish(
	    &keys, zta_str_of(document), changed, NULL);
}

static zta_str
sign_as(const zta_txn *txn, const zta_key *key, const char *typ)
{
	char kid[ZTA_KEY_THUMBPRINT_MAX];
	zta_buf payload, token;
	zta_str out;

	zta_buf__init(&payload, SIZE_MAX);
	zta_buf__init(&token, SIZE_MAX);
	zta_txn_token__put(&payload, txn);
	assert_int_equal(zta_key_thumbprint(key, kid, NULL), ZTA_OK);
	assert_int_equal(
	    zta_jws__sign(&token, key, zta_key_alg(key), zta_str_of(typ),
		zta_str_of(kid), zta_buf__str(&payload), NULL),
	    ZTA_OK);
	out = zta_arena__copy(&arena, zta_buf__str(&token));
	zta_buf__release(&payload);
	zta_buf__release(&token);
	return out;
}

static zta_str
sign(const zta_txn *txn, const zta_key *key)
{
	return sign_as(txn, key, ZTA_TXN_TYP);
}

static zta_txn
make(void)
{
	static const unsigned char bytes[ZTA_SHA256_LEN] = { 7 };
	static const zta_str scope = { "shop.buy", 8 };
	static zta_ring ring;
	zta_json_doc details;

	ring = (zta_ring){ .workload = ZTA_STR("spiffe://shop.example/a"),
		.source = ZTA_STR("spire"),
		.trust_domain = ZTA_STR("shop.example"),
		.proof = ZTA_PROOF_MTLS,
		.digest = { (const char *)bytes, sizeof(bytes) },
		.at = NOW };
	assert_int_equal(
	    zta_json__read(&arena,
		ZTA_STR("{\"n\":1.50,\"big\":123456789012345678901,"
			"\"t\":\"\\u00e9\\n\\\"\",\"l\":[null,-0,true,{}]}"),
		&details, NULL),
	    ZTA_OK);
	return (zta_txn){ .issuer = zone.issuer,
		.audience = zone.trust_domain,
		.txn = ZTA_STR("00112233445566778899aabbccddeeff"),
		.issued_at = NOW,
		.expires_at = NOW + 60000,
		.subject = { .type = ZTA_STR("User"),
		    .id = ZTA_STR("al\"ice"),
		    .kind = ZTA_STR("human"),
		    .source = ZTA_STR("corp") },
		.subject_digest = ring.digest,
		.scopes = &scope,
		.scope_count = 1,
		.request_details = details.root,
		.zone = zone.id,
		.ledger = zone.ledger,
		.commit = ZTA_STR("0"),
		.rings = &ring,
		.ring_count = 1 };
}

static zta_str
written(const zta_txn *txn)
{
	zta_buf buf;
	zta_str out;

	zta_buf__init(&buf, SIZE_MAX);
	zta_txn_token__put(&buf, txn);
	out = zta_arena__copy(&arena, zta_buf__str(&buf));
	zta_buf__release(&buf);
	return out;
}

/* What is read is what was written, to the byte. */
static void
test_transaction__is_carried_on(void **state)
{
	static const unsigned char digest[ZTA_SHA256_LEN] = { 9 };
	static const zta_str grants[] = { { "grant-1", 7 }, { "grant-2", 7 } };
	zta_txn txn = make(), read;
	zta_ring *ring;
	bool changed;
	uint32_t i;

	(void)state;
	txn.delegations = grants;
	txn.delegation_count = 2;
	txn.seal = (zta_str){ (const char *)digest, sizeof(digest) };
	txn.seal_expires_at = NOW + 1000;
	assert_int_equal(publish(first, NULL, &changed), ZTA_OK);
	for (i = 1; i < ZTA_TXN_RINGS_MAX; i++) {
		assert_int_equal(zta_transaction__verify(&zone, &arena,
				     sign(&txn, first), NOW, &read, NULL),
		    ZTA_OK);
		assert_true(zta_str__eq(written(&txn), written(&read)));
		assert_int_equal(read.seal_expires_at, NOW + 1000);
		assert_int_equal(
		    zta_transaction__extend(&read, &arena, &ring, NULL),
		    ZTA_OK);
		assert_int_equal(read.ring_count, i);
		assert_ptr_equal(ring, &read.rings[i]);
		assert_int_equal(ring->workload.len, 0);
		*ring = read.rings[0];
		read.ring_count++;
		txn = read;
	}
	assert_int_equal(
	    zta_transaction__extend(&txn, &arena, &ring, NULL), ZTA_EUNTRUSTED);
	assert_int_equal(txn.ring_count, ZTA_TXN_RINGS_MAX);
}

static void
test_transaction__dates_and_names(void **state)
{
	static const zta_str other = { "other", 5 };
	zta_txn good = make(), txn, read;
	bool changed;
	size_t i;
	const struct {
		int64_t now;
		zta_str issuer, audience, zone;
		zta_status status;
	} cases[] = {
		{ NOW, zone.issuer, zone.trust_domain, zone.id, ZTA_OK },
		{ NOW + 59999, zone.issuer, zone.trust_domain, zone.id,
		    ZTA_OK },
		{ NOW + 60000, zone.issuer, zone.trust_domain, zone.id,
		    ZTA_EUNTRUSTED },
		{ NOW - 5000, zone.issuer, zone.trust_domain, zone.id, ZTA_OK },
		{ NOW - 5001, zone.issuer, zone.trust_domain, zone.id,
		    ZTA_EUNTRUSTED },
		{ NOW, other, zone.trust_domain, zone.id, ZTA_EUNTRUSTED },
		{ NOW, zone.issuer, other, zone.id, ZTA_EUNTRUSTED },
		{ NOW, zone.issuer, zone.trust_domain, other, ZTA_EUNTRUSTED },
	};

	(void)state;
	assert_int_equal(publish(first, NULL, &changed), ZTA_OK);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		txn = good;
		txn.issuer = cases[i].issuer;
		txn.audience = cases[i].audience;
		txn.zone = cases[i].zone;
		assert_int_equal(
		    zta_transaction__verify(&zone, &arena, sign(&txn, first),
			cases[i].now, &read, NULL),
		    cases[i].status);
	}
}

static zta_status
verify_token(zta_str token)
{
	zta_txn read;

	return zta_transaction__verify(&zone, &arena, token, NOW, &read, NULL);
}

static zta_status
verify(const zta_key *key)
{
	const zta_txn txn = make();

	return verify_token(sign(&txn, key));
}

/* The payload of one token under the signature of another. */
static zta_str
forge(zta_str payload, zta_str signature)
{
	const char *one = memrchr(payload.ptr, '.', payload.len);
	const char *other = memrchr(signature.ptr, '.', signature.len);
	zta_buf token;
	zta_str out;

	zta_buf__init(&token, SIZE_MAX);
	zta_buf__put(
	    &token, (zta_str){ payload.ptr, (size_t)(one - payload.ptr) });
	zta_buf__put(&token,
	    (zta_str){
		other, signature.len - (size_t)(other - signature.ptr) });
	out = zta_arena__copy(&arena, zta_buf__str(&token));
	zta_buf__release(&token);
	return out;
}

/* Signed by a key of the zone, as a transaction token, by one algorithm. */
static void
test_transaction__is_signed_as_one(void **state)
{
	static const zta_str none = { NULL, 0 };
	zta_txn txn = make(), other = make();
	zta_key *ed;
	bool changed;

	(void)state;
	assert_int_equal(zta_key_generate(&ed, ZTA_ALG_EDDSA, NULL), ZTA_OK);
	assert_int_equal(publish(first, ed, &changed), ZTA_OK);
	assert_int_equal(verify(first), ZTA_OK);
	assert_int_equal(verify(ed), ZTA_EUNTRUSTED);
	assert_int_equal(
	    verify_token(sign_as(&txn, first, "JWT")), ZTA_EUNTRUSTED);
	assert_int_equal(
	    verify_token(sign_as(&txn, first, "ztauth-delegation+jwt")),
	    ZTA_EUNTRUSTED);
	other.txn = ZTA_STR("ffeeddccbbaa99887766554433221100");
	assert_int_equal(
	    verify_token(forge(sign(&other, first), sign(&txn, first))),
	    ZTA_EUNTRUSTED);
	assert_int_equal(verify_token(none), ZTA_EUNTRUSTED);
	zta_key_close(ed);
}

static void
test_transaction__keys_are_replaced(void **state)
{
	const zta_zone_key_set *before;
	bool changed;

	(void)state;
	assert_int_equal(publish(first, NULL, &changed), ZTA_OK);
	assert_int_equal(verify(first), ZTA_OK);
	assert_int_equal(verify(second), ZTA_EUNTRUSTED);
	before = zta_zone_keys__now(&keys);
	assert_int_equal(publish(first, NULL, &changed), ZTA_OK);
	assert_false(changed);
	assert_ptr_equal(zta_zone_keys__now(&keys), before);
	assert_int_equal(publish(second, first, &changed), ZTA_OK);
	assert_true(changed);
	assert_int_equal(verify(first), ZTA_OK);
	assert_int_equal(verify(second), ZTA_OK);
	assert_int_equal(publish(second, NULL, &changed), ZTA_OK);
	assert_int_equal(verify(first), ZTA_EUNTRUSTED);
	/* Whoever looked before goes on with what it saw. */
	assert_int_equal(before->keys.count, 1);
	assert_true(before->document.len > 0);
}

static void
test_transaction__what_is_no_key_set_changes_nothing(void **state)
{
	static const char *const broken[] = { "", "{}", "[]", "{\"keys\":1}",
		"{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}",
		"{\"keys\":[{\"kty\":\"EC\"}]}" };
	const zta_zone_key_set *before;
	bool changed;
	size_t i;

	(void)state;
	assert_int_equal(publish(first, NULL, &changed), ZTA_OK);
	before = zta_zone_keys__now(&keys);
	for (i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		assert_int_not_equal(zta_zone_keys__publish(&keys,
					 zta_str_of(broken[i]), &changed, NULL),
		    ZTA_OK);
		assert_ptr_equal(zta_zone_keys__now(&keys), before);
	}
}

/* A zone without keys believes nothing. */
static void
test_transaction__without_keys(void **state)
{
	zta_zone_keys none = { 0 };
	zta_zone other = zone;
	const zta_txn txn = make();
	zta_txn read;

	(void)state;
	other.keys = &none;
	assert_int_equal(zta_transaction__verify(&other, &arena,
			     sign(&txn, first), NOW, &read, NULL),
	    ZTA_EUNTRUSTED);
	zta_zone_keys__release(&none);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_transaction__is_carried_on),
		cmocka_unit_test(test_transaction__dates_and_names),
		cmocka_unit_test(test_transaction__is_signed_as_one),
		cmocka_unit_test(test_transaction__keys_are_replaced),
		cmocka_unit_test(
		    test_transaction__what_is_no_key_set_changes_nothing),
		cmocka_unit_test(test_transaction__without_keys),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
