/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_seal.c - what is a seal of the zone, for what was received.
 * SPEC: ztauth 8; docs/formats/seal.md
 */
#include "tests.h"

#include <stdio.h>

#include "base/b64.h"
#include "base/str.h"
#include "pdp/sealing.h"
#include "pdp/transaction.h"

#define NOW INT64_C(1767225600000)
#define DAY INT64_C(86400000)

static zta_arena arena;
static zta_zone_keys keys;
static zta_key *own, *strange;
static zta_zone zone;
static zta_snapshot snapshot;
static const unsigned char credential[ZTA_SHA256_LEN] = { 7 };
static const unsigned char earlier[ZTA_SHA256_LEN] = { 8 };

static int
set_up(void **state)
{
	char jwk[ZTA_KEY_JWK_MAX], document[ZTA_KEY_JWK_MAX + 32];
	bool changed;

	(void)state;
	zta_arena__init(&arena, SIZE_MAX);
	zone = (zta_zone){ .id = ZTA_STR("100000000001"),
		.trust_domain = ZTA_STR("shop.example"),
		.ledger = ZTA_STR("main"),
		.issuer = ZTA_STR("ztauth://shop.example/100000000001"),
		.keys = &keys,
		.seal_lifetime = DAY };
	(void)snprintf(snapshot.tree.id, sizeof(snapshot.tree.id), "c0ffee");
	if (zta_key_generate(&own, ZTA_ALG_ES256, NULL) != ZTA_OK ||
	    zta_key_generate(&strange, ZTA_ALG_ES256, NULL) != ZTA_OK ||
	    zta_key_public_jwk(own, ZTA_ALG_ES256, ZTA_STR(""), jwk, NULL) !=
		ZTA_OK) {
		return 1;
	}
	(void)snprintf(document, sizeof(document), "{\"keys\":[%s]}", jwk);
	return zta_zone_keys__publish(
		   &keys, zta_str_of(document), &changed, NULL) != ZTA_OK;
}

static int
tear_down(void **state)
{
	(void)state;
	zta_zone_keys__release(&keys);
	zta_key_close(own);
	zta_key_close(strange);
	zta_arena__release(&arena);
	return 0;
}

static zta_txn
transaction(void)
{
	static const zta_str scopes[] = { { "buy", 3 }, { "view", 4 } };
	static const zta_str grants[] = { { "grant-of-alice-1", 16 },
		{ "grant-of-agent-1", 16 } };
	static zta_ring rings[2];
	zta_txn txn = { .issuer = zone.issuer,
		.audience = zone.trust_domain,
		.txn = ZTA_STR("00112233445566778899aabbccddeeff"),
		.issued_at = NOW - 1000,
		.expires_at = NOW + 60000,
		.subject = { .type = ZTA_STR("User"),
		    .id = ZTA_STR("alice"),
		    .kind = ZTA_STR("human"),
		    .source = ZTA_STR("corp") },
		.subject_digest = { (const char *)credential, ZTA_SHA256_LEN },
		.scopes = scopes,
		.scope_count = 2,
		.zone = zone.id,
		.ledger = zone.ledger,
		.commit = ZTA_STR("0"),
		.rings = rings,
		.ring_count = 2,
		.delegations = grants,
		.delegation_count = 2 };

	rings[0] = rings[1] =
	    (zta_ring){ .workload = ZTA_STR("spiffe://shop.example/a"),
		    .source = ZTA_STR("spire"),
		    .proof = ZTA_PROOF_MTLS,
		    .digest = txn.subject_digest,
		    .at = NOW - 2000 };
	rings[1].workload = ZTA_STR("spiffe://shop.example/b");
	return txn;
}

/* One payload in "orders", allowed now. */
static zta_seal
make(const zta_txn *txn, zta_delegation *grants)
{
	const zta_decision decision = { .effect = ZTA_ALLOW,
		.id = { 1, 2 },
		.time = NOW,
		.txn = txn,
		.delegation = grants };
	const zta_sealed what = {
		.channel = ZTA_STR("orders"), .payload = { 3 }, .once = true
	};
	zta_seal seal;

	assert_int_equal(zta_sealing__make(&zone, &snapshot, &arena, &decision,
			     &what, &seal, NULL),
	    ZTA_OK);
	seal.log_index = 17;
	return seal;
}

static zta_str
written(const zta_seal *seal)
{
	zta_str out;
	zta_buf buf;

	zta_buf__init(&buf, SIZE_MAX);
	zta_seal__put(&buf, seal);
	out = zta_arena__copy(&arena, zta_buf__str(&buf));
	zta_buf__release(&buf);
	return out;
}

static zta_str
sign_as(zta_str payload, const char *typ, const zta_key *key)
{
	char kid[ZTA_KEY_THUMBPRINT_MAX];
	zta_buf token;
	zta_str out;

	zta_buf__init(&token, SIZE_MAX);
	/* A stranger says that it is the key of the zone. */
	assert_int_equal(zta_key_thumbprint(own, kid, NULL), ZTA_OK);
	assert_int_equal(zta_jws__sign(&token, key, ZTA_ALG_ES256,
			     zta_str_of(typ), zta_str_of(kid), payload, NULL),
	    ZTA_OK);
	out = zta_arena__copy(&arena, zta_buf__str(&token));
	zta_buf__release(&token);
	return out;
}

static zta_str
sign(zta_str payload)
{
	return sign_as(payload, ZTA_SEAL_TYP, own);
}

static const zta_received good = { .channel = { "orders", 6 },
	.payload = { 3 } };

/* The code of a refusal, or "". */
static const char *
judge(zta_str token, const zta_received *received, int64_t now, zta_seal *out)
{
	const char *code = "";
	zta_status status = zta_sealing__open(
	    &zone, &arena, token, received, now, out, &code, NULL);

	assert_true(status == ZTA_OK || status == ZTA_EUNTRUSTED);
	return status == ZTA_OK ? "" : code;
}

/* What is read is what was written, to the byte. */
static void
test_seal__carries_the_chain(void **state)
{
	zta_txn txn = transaction();
	zta_seal seal = make(&txn, NULL), read;
	unsigned char digest[ZTA_SHA256_LEN];

	(void)state;
	assert_string_equal(judge(sign(written(&seal)), &good, NOW, &read), "");
	assert_true(zta_str__eq(written(&seal), written(&read)));
	assert_true(zta_str__is(read.txn.commit, "c0ffee"));
	assert_true(
	    zta_str__is(read.decision, "01020000000000000000000000000000"));
	assert_int_equal(read.log_index, 17);
	assert_true(read.what.once);
	assert_int_equal(read.txn.seal.len, 0);
	zta_digest__sha256(written(&seal), digest);
	assert_memory_equal(digest, read.digest, sizeof(digest));
	txn.seal = (zta_str){ (const char *)earlier, sizeof(earlier) };
	txn.seal_expires_at = NOW + DAY;
	seal = make(&txn, NULL);
	assert_string_equal(judge(sign(written(&seal)), &good, NOW, &read), "");
	assert_true(zta_str__eq(read.txn.seal, txn.seal));
}

/* No later than what it stands on, and not bound to the token's end. */
static void
test_seal__ends(void **state)
{
	zta_txn txn = transaction();
	zta_delegation *d = zta_arena__zalloc(&arena, 1, sizeof(*d));
	size_t i;
	const struct {
		int64_t token, seal, first, second, end;
	} cases[] = {
		{ 60000, 0, 2 * DAY, 2 * DAY, DAY },
		{ 1, 0, 2 * DAY, 2 * DAY, DAY },
		{ 60000, 5000, 2 * DAY, 2 * DAY, 5000 },
		{ 60000, 2 * DAY, 2 * DAY, 2 * DAY, DAY },
		{ 60000, 0, 7000, 2 * DAY, 7000 },
		{ 60000, 0, 2 * DAY, 8000, 8000 },
		{ 60000, 9000, 7000, 8000, 7000 },
	};

	(void)state;
	assert_non_null(d);
	d->taken.count = 2;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		txn.expires_at = NOW + cases[i].token;
		txn.seal = (zta_str){ (const char *)earlier,
			cases[i].seal == 0 ? 0 : sizeof(earlier) };
		txn.seal_expires_at = NOW + cases[i].seal;
		d->taken.grants[0].expires_at = NOW + cases[i].first;
		d->taken.grants[1].expires_at = NOW + cases[i].second;
		assert_int_equal(
		    make(&txn, d).txn.expires_at, NOW + cases[i].end);
	}
}

/* --- what is no seal */

static zta_str
changed(zta_str payload, const char *from, const char *to)
{
	zta_buf buf;
	zta_str out;
	const char *at;
	char *text = zta_arena__cstr(&arena, payload);

	at = strstr(text, from);
	if (at == NULL) {
		fail_msg("there is no %s in %s", from, text);
		return payload;
	}
	zta_buf__init(&buf, SIZE_MAX);
	zta_buf__put(&buf, (zta_str){ text, (size_t)(at - text) });
	zta_buf__text(&buf, to);
	zta_buf__text(&buf, at + strlen(from));
	out = zta_arena__copy(&arena, zta_buf__str(&buf));
	zta_buf__release(&buf);
	return out;
}

static void
test_seal__form(void **state)
{
	static const char *const cases[][2] = {
		/* another subject than the details say */
		{ "\"sub\":\"User::\\\"alice\\\"\"",
		    "\"sub\":\"User::\\\"mallory\\\"\"" },
		/* rings that are cut off, or that are none */
		{ "\"ring\":2", "\"ring\":1" },
		{ "\"actor\":\"spiffe://shop.example/b\"",
		    "\"actor\":\"spiffe://shop.example/a\"" },
		{ "\"rings\":[", "\"rings\":[],\"x\":[" },
		{ "\"proof\":\"mtls\"", "\"proof\":\"hope\"" },
		{ "\"ring\":2", "\"ring\":-2" },
		{ "\"ring\":2", "\"ring\":2.0" },
		{ "\"channel\":\"orders\"", "\"channel\":\"\"" },
		{ "\"channel\":\"orders\"", "\"channel\":\"a\\nb\"" },
		{ "\"channel\":\"orders\",", "" },
		{ "\"payload_sha256\":\"Aw", "\"payload_sha256\":\"w" },
		{ "\"once\":true", "\"once\":1" },
		{ "\"once\":true", "\"payloads\":0" },
		{ "\"once\":true", "\"payloads\":1048577" },
		{ "\"once\":true", "\"payloads\":\"1\"" },
		{ "\"once\":true", "\"prev\":\"AAAA\"" },
		{ "\"once\":true", "\"twice\":true" },
		{ "\"log_index\":17", "\"log_index\":-1" },
		{ "\"decision\":\"01", "\"decision\":\"0" },
		{ "\"decision\":\"01", "\"decision\":\"0X" },
		{ "\"jti\":\"", "\"jti\":\"0" },
		{ "\"dlg\":[", "\"dlg\":[1," },
		{ "\"dlg\":[", "\"dlg\":[\"\"," },
		{ "\"dlg\":[", "\"dlh\":[" },
		{ "\"scope\":\"buy view\"", "\"scope\":[\"buy\"]" },
		{ "\"exp\":", "\"exp\":\"x\",\"nbf\":" },
		{ "\"iat\":", "\"ia\":" },
		{ "\"txn\":", "\"tx\":" },
		{ "\"iss\":\"ztauth://shop.example/100000000001",
		    "\"iss\":\"ztauth://shop.example/100000000002" },
		{ "\"aud\":\"ztauth://shop.example/100000000001",
		    "\"aud\":\"shop.example" },
		{ "\"zone\":\"100000000001", "\"zone\":\"100000000002" },
	};
	const zta_txn txn = transaction();
	const zta_seal seal = make(&txn, NULL);
	zta_seal read;
	zta_str payload;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		payload = changed(written(&seal), cases[i][0], cases[i][1]);
		if (strcmp(judge(sign(payload), &good, NOW, &read),
			"invalid_token") != 0) {
			fail_msg("taken: %s", cases[i][1]);
		}
		/* Nothing of it gets into a record. */
		assert_int_equal(read.txn.ring_count, 0);
	}
}

/* Another signer, another type of token, and parts of two. */
static void
test_seal__is_signed(void **state)
{
	const zta_txn txn = transaction();
	const zta_seal seal = make(&txn, NULL), other = make(&txn, NULL);
	const zta_str payload = written(&seal), token = sign(payload);
	static const char *const types[] = { ZTA_TXN_TYP, "JWT",
		"ztauth-delegation+jwt", "" };
	zta_buf buf;
	zta_seal read;
	zta_txn as_token;
	zta_str first = token, second = sign(written(&other)), part;
	size_t i;

	(void)state;
	assert_string_equal(judge(token, &good, NOW, &read), "");
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		assert_string_equal(
		    judge(sign_as(payload, types[i], own), &good, NOW, &read),
		    "invalid_token");
	}
	assert_string_equal(
	    judge(sign_as(payload, ZTA_SEAL_TYP, strange), &good, NOW, &read),
	    "invalid_token");
	/* A seal is no transaction token, whatever it calls itself. */
	assert_int_equal(
	    zta_transaction__verify(&zone, &arena, token, NOW, &as_token, NULL),
	    ZTA_EUNTRUSTED);
	assert_int_equal(
	    zta_transaction__verify(&zone, &arena,
		sign_as(payload, ZTA_TXN_TYP, own), NOW, &as_token, NULL),
	    ZTA_EUNTRUSTED);
	/* Header and payload of one, signature of the other. */
	zta_buf__init(&buf, SIZE_MAX);
	for (i = 0; i < 3; i++) {
		assert_true(zta_str__next(&first, '.', &part));
		zta_buf__put(&buf, i < 2 ? part : (zta_str){ "", 0 });
		zta_buf__text(&buf, i < 2 ? "." : "");
		assert_true(zta_str__next(&second, '.', &part));
		zta_buf__put(&buf, i < 2 ? (zta_str){ "", 0 } : part);
	}
	assert_string_equal(
	    judge(zta_buf__str(&buf), &good, NOW, &read), "invalid_token");
	zta_buf__release(&buf);
}

static void
test_seal__age(void **state)
{
	const zta_txn txn = transaction();
	const zta_seal seal = make(&txn, NULL);
	const zta_str token = sign(written(&seal));
	zta_seal read;
	size_t i;
	static const struct {
		int64_t now, lifetime;
		const char *code;
	} cases[] = {
		{ 0, DAY, "" },
		{ -5000, DAY, "" },
		{ -5001, DAY, "invalid_token" },
		{ DAY - 1, DAY, "" },
		{ DAY, DAY, "seal_expired" },
		/* A longer life is not for seals that were made before. */
		{ DAY, 2 * DAY, "seal_expired" },
		/* A shorter one is. */
		{ 60000, 60000, "seal_expired" },
		{ 59999, 60000, "" },
	};

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		zone.seal_lifetime = cases[i].lifetime;
		assert_string_equal(
		    judge(token, &good, NOW + cases[i].now, &read),
		    cases[i].code);
	}
	zone.seal_lifetime = DAY;
}

static void
test_seal__received(void **state)
{
	const zta_txn txn = transaction();
	zta_seal seal = make(&txn, NULL), read;
	zta_str token = sign(written(&seal));
	size_t i;
	static const struct {
		zta_received received;
		const char *code;
	} cases[] = {
		{ { .channel = { "orders", 6 }, .payload = { 3 } }, "" },
		{ { .channel = { "Orders", 6 }, .payload = { 3 } },
		    "channel_mismatch" },
		{ { .channel = { "orders ", 7 }, .payload = { 3 } },
		    "channel_mismatch" },
		{ { .channel = { "order", 5 }, .payload = { 3 } },
		    "channel_mismatch" },
		{ { .channel = { "orders", 6 }, .payload = { 4 } },
		    "payload_mismatch" },
		{ { .channel = { "orders", 6 }, .payload = { 3, 1 } },
		    "payload_mismatch" },
		{ { .channel = { "orders", 6 },
		      .payload = { 3 },
		      .is_part = true },
		    "payload_mismatch" },
	};

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_string_equal(
		    judge(token, &cases[i].received, NOW, &read),
		    cases[i].code);
	}
	/* The root of many is none of them. */
	seal.what.payloads = 1;
	token = sign(written(&seal));
	assert_string_equal(
	    judge(token, &good, NOW, &read), "payload_mismatch");
}

/* --- many payloads; this is the definition of RFC 9162 2.1.1 and 2.1.3.1 */

#define LEAVES_MAX 70u

static void
payload_of(uint32_t number, unsigned char out[ZTA_SHA256_LEN])
{
	zta_digest__sha256(
	    (zta_str){ (const char *)&number, sizeof(number) }, out);
}

/* The largest power of two below `n`. */
static uint32_t
split(uint32_t n)
{
	uint32_t k = 1;

	while (2 * k < n) {
		k *= 2;
	}
	return k;
}

static void
root_of(uint32_t first, uint32_t n, unsigned char out[ZTA_SHA256_LEN])
{
	unsigned char bytes[1 + 2 * ZTA_SHA256_LEN] = { n > 1 };
	size_t len = n > 1 ? sizeof(bytes) : 1 + ZTA_SHA256_LEN;

	if (n == 1) {
		payload_of(first, bytes + 1);
	} else {
		root_of(first, split(n), bytes + 1);
		root_of(
		    first + split(n), n - split(n), bytes + 1 + ZTA_SHA256_LEN);
	}
	zta_digest__sha256((zta_str){ (const char *)bytes, len }, out);
}

static size_t
path_of(uint32_t index, uint32_t first, uint32_t n, unsigned char *out)
{
	size_t len;

	if (n == 1) {
		return 0;
	}
	if (index < split(n)) {
		len = path_of(index, first, split(n), out);
		root_of(first + split(n), n - split(n), out + len);
	} else {
		len = path_of(
		    index - split(n), first + split(n), n - split(n), out);
		root_of(first, split(n), out + len);
	}
	return len + ZTA_SHA256_LEN;
}

static void
check_wrong(const zta_sealed *what, const zta_received *right)
{
	unsigned char longer[16 * ZTA_SHA256_LEN] = { 0 };
	zta_received wrong = *right;
	size_t i;

	wrong.payload[31] ^= 1;
	assert_false(zta_seal_tree__holds(what, &wrong));
	wrong = *right;
	wrong.is_part = false;
	assert_false(zta_seal_tree__holds(what, &wrong));
	wrong = *right;
	for (wrong.index = 0; wrong.index < 2 * LEAVES_MAX; wrong.index++) {
		assert_int_equal(zta_seal_tree__holds(what, &wrong),
		    wrong.index == right->index);
	}
	memcpy(longer, right->path.ptr, right->path.len);
	wrong = *right;
	wrong.path = (zta_str){ (char *)longer, right->path.len };
	for (i = 0; i < right->path.len; i++) {
		longer[i] ^= 0x80;
		assert_false(zta_seal_tree__holds(what, &wrong));
		longer[i] ^= 0x80;
		wrong.path.len = i;
		assert_false(zta_seal_tree__holds(what, &wrong));
		wrong.path.len = right->path.len;
	}
	wrong.path.len += ZTA_SHA256_LEN;
	assert_false(zta_seal_tree__holds(what, &wrong));
	wrong.path.len -= ZTA_SHA256_LEN - 1;
	assert_false(zta_seal_tree__holds(what, &wrong));
}

static void
test_seal__one_of_many(void **state)
{
	unsigned char path[16 * ZTA_SHA256_LEN];
	zta_sealed what = { 0 };
	zta_received r = { .is_part = true };

	(void)state;
	for (what.payloads = 1; what.payloads <= LEAVES_MAX; what.payloads++) {
		root_of(0, what.payloads, what.payload);
		for (r.index = 0; r.index < what.payloads; r.index++) {
			payload_of(r.index, r.payload);
			r.path = (zta_str){ (char *)path,
				path_of(r.index, 0, what.payloads, path) };
			assert_true(zta_seal_tree__holds(&what, &r));
			check_wrong(&what, &r);
		}
	}
}

/* A node of the tree is no payload. SPEC: rfc9162 2.1.1, second preimages */
static void
test_seal__a_node_is_no_payload(void **state)
{
	zta_sealed what = { .payloads = 1 };
	zta_received r = { .is_part = true };
	unsigned char pair[2 * ZTA_SHA256_LEN];

	(void)state;
	root_of(0, 2, what.payload);
	root_of(0, 1, pair);
	root_of(1, 1, pair + ZTA_SHA256_LEN);
	zta_digest__sha256((zta_str){ (char *)pair, sizeof(pair) }, r.payload);
	assert_false(zta_seal_tree__holds(&what, &r));
	memcpy(r.payload, what.payload, sizeof(r.payload));
	assert_false(zta_seal_tree__holds(&what, &r));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seal__carries_the_chain),
		cmocka_unit_test(test_seal__ends),
		cmocka_unit_test(test_seal__form),
		cmocka_unit_test(test_seal__is_signed),
		cmocka_unit_test(test_seal__age),
		cmocka_unit_test(test_seal__received),
		cmocka_unit_test(test_seal__one_of_many),
		cmocka_unit_test(test_seal__a_node_is_no_payload),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
