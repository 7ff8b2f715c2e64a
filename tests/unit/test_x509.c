/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_x509.c - certificates that must not be believed: each rule of X509-SVID
 * and of paths is a line of a table. SPEC: x509-svid, rfc5280
 */
#include "tests.h"

#include "base/limits.h"
#include "certificates.h"
#include "identity/x509_svid.h"

#define ID "spiffe://shop.example/order-api"

static zta_arena arena;

static const made_spec root_spec = { .subject = "root",
	.uri = "spiffe://shop.example",
	.basic = "critical,CA:TRUE",
	.usage = "critical,keyCertSign,cRLSign",
	.key = "P-256",
	.digest = "SHA256",
	.from_day = -10,
	.to_day = 10 };
static const made_spec issuer_spec = { .subject = "issuer",
	.uri = "spiffe://shop.example",
	.basic = "critical,CA:TRUE",
	.usage = "critical,keyCertSign,cRLSign",
	.key = "P-256",
	.digest = "SHA256",
	.from_day = -5,
	.to_day = 5 };
static const made_spec leaf_spec = { .subject = "leaf",
	.uri = ID,
	.basic = "critical,CA:FALSE",
	.usage = "critical,digitalSignature",
	.extended = "serverAuth,clientAuth",
	.key = "P-256",
	.digest = "SHA256",
	.from_day = -1,
	.to_day = 1 };

/* What is said in `by` stands for what `spec` says; "" leaves it out. */
static made_spec
change(const made_spec *spec, const made_spec *by)
{
	made_spec out = *spec;

#define TAKE(name)                               \
	out.name = by->name == NULL ? out.name : \
	    by->name[0] == '\0'     ? NULL :     \
				      by->name
	TAKE(uri);
	TAKE(uri2);
	TAKE(dns);
	TAKE(basic);
	TAKE(usage);
	TAKE(extended);
	TAKE(constraints);
#undef TAKE
	out.subject = by->subject == NULL ? out.subject : by->subject;
	out.key = by->key == NULL ? out.key : by->key;
	out.digest = by->digest == NULL ? out.digest : by->digest;
	out.uri_len = by->uri_len;
	out.from_day = by->from_day == 0 ? out.from_day : by->from_day;
	out.to_day = by->to_day == 0 ? out.to_day : by->to_day;
	out.names_critical = by->names_critical;
	out.unknown = by->unknown;
	out.unknown_critical = by->unknown_critical;
	out.twice = by->twice;
	return out;
}

static zta_x509_roots *
roots_of(const made *root)
{
	zta_x509_roots *roots;

	assert_int_equal(zta_x509_roots__open(&roots, NULL), ZTA_OK);
	assert_int_equal(zta_x509_roots__add(roots, root->der, NULL), ZTA_OK);
	return roots;
}

static zta_refusal
judge(const zta_x509_roots *roots, const zta_str *certificates, uint32_t count,
    zta_x509_use use, zta_principal *out, zta_error *err)
{
	const zta_x509_chain chain = { certificates, count };
	zta_refusal refusal = ZTA_REFUSAL_NONE;
	zta_status status = zta_x509_svid__verify(
	    roots, &arena, &chain, use, MADE_NOW, out, &refusal, err);

	assert_int_equal(status == ZTA_OK, refusal == ZTA_REFUSAL_NONE);
	assert_true(status == ZTA_OK || status == ZTA_EUNTRUSTED);
	return refusal;
}

static const struct {
	made_spec leaf, issuer;
	zta_refusal refusal;
} cases[] = {
	{ { 0 }, { 0 }, ZTA_REFUSAL_NONE },
	/* What is allowed. */
	{ { .dns = "order.shop.example" }, { 0 }, ZTA_REFUSAL_NONE },
	{ { .extended = "" }, { 0 }, ZTA_REFUSAL_NONE },
	{ { .extended = "critical,clientAuth" }, { 0 }, ZTA_REFUSAL_NONE },
	{ { .unknown = true }, { 0 }, ZTA_REFUSAL_NONE },
	{ { .subject = "", .names_critical = true }, { 0 }, ZTA_REFUSAL_NONE },
	{ { .key = "P-384" }, { .key = "P-521", .digest = "SHA512" },
	    ZTA_REFUSAL_NONE },
	{ { .key = "RSA" }, { .key = "RSA" }, ZTA_REFUSAL_NONE },
	{ { .key = "ED25519" }, { .key = "ED25519" }, ZTA_REFUSAL_NONE },
	{ { 0 }, { .basic = "critical,CA:TRUE,pathlen:0" }, ZTA_REFUSAL_NONE },
	{ { 0 }, { .uri = "" }, ZTA_REFUSAL_NONE },
	{ { 0 }, { .uri = "https://ca.example/with/path" }, ZTA_REFUSAL_NONE },
	{ { 0 }, { .constraints = "critical,permitted;URI:shop.example" },
	    ZTA_REFUSAL_NONE },
	/* x509-svid 2: names */
	{ { .uri = "", .dns = "order.shop.example" }, { 0 },
	    ZTA_REFUSAL_NO_URI },
	{ { .uri = "" }, { 0 }, ZTA_REFUSAL_NO_URI },
	{ { .uri2 = ID }, { 0 }, ZTA_REFUSAL_SEVERAL_URIS },
	{ { .uri2 = "https://shop.example/" }, { 0 },
	    ZTA_REFUSAL_SEVERAL_URIS },
	{ { .uri = "spiffe://shop.example" }, { 0 }, ZTA_REFUSAL_BAD_SUBJECT },
	{ { .uri = "spiffe://shop.example/" }, { 0 }, ZTA_REFUSAL_BAD_SUBJECT },
	{ { .uri = ID "/" }, { 0 }, ZTA_REFUSAL_BAD_SUBJECT },
	{ { .uri = "https://shop.example/order-api" }, { 0 },
	    ZTA_REFUSAL_BAD_SUBJECT },
	{ { .uri = "SPIFFE://shop.example/order-api" }, { 0 },
	    ZTA_REFUSAL_BAD_SUBJECT },
	{ { .uri = "spiffe://Shop.Example/order-api" }, { 0 },
	    ZTA_REFUSAL_BAD_SUBJECT },
	{ { .uri = "spiffe://sh%6fp.example/order-api" }, { 0 },
	    ZTA_REFUSAL_BAD_SUBJECT },
	{ { .uri = "spiffe://shop.example/order%2dapi" }, { 0 },
	    ZTA_REFUSAL_BAD_SUBJECT },
	{ { .uri = "spiffe://shop.example:443/order-api" }, { 0 },
	    ZTA_REFUSAL_BAD_SUBJECT },
	{ { .uri = "spiffe://me@shop.example/order-api" }, { 0 },
	    ZTA_REFUSAL_BAD_SUBJECT },
	{ { .uri = ID "?a=b" }, { 0 }, ZTA_REFUSAL_BAD_SUBJECT },
	{ { .uri = ID "#a" }, { 0 }, ZTA_REFUSAL_BAD_SUBJECT },
	{ { .uri = "spiffe://shop.example/a//b" }, { 0 },
	    ZTA_REFUSAL_BAD_SUBJECT },
	{ { .uri = "spiffe://shop.example/a/../order-api" }, { 0 },
	    ZTA_REFUSAL_BAD_SUBJECT },
	{ { .uri = "spiffe://sh\303\266p.example/order-api" }, { 0 },
	    ZTA_REFUSAL_BAD_SUBJECT },
	{ { .uri = "spiffe://shop.example/\320\260pi" }, { 0 },
	    ZTA_REFUSAL_BAD_SUBJECT },
	{ { .uri = ID "\0.evil.example", .uri_len = sizeof(ID) + 13 }, { 0 },
	    ZTA_REFUSAL_BAD_SUBJECT },
	{ { .uri = ID " " }, { 0 }, ZTA_REFUSAL_BAD_SUBJECT },
	/* x509-svid 4.1, 4.3, 5.2: a leaf */
	{ { .basic = "critical,CA:TRUE" }, { 0 }, ZTA_REFUSAL_LEAF_IS_CA },
	{ { .usage = "" }, { 0 }, ZTA_REFUSAL_KEY_USAGE },
	{ { .usage = "critical,keyEncipherment" }, { 0 },
	    ZTA_REFUSAL_KEY_USAGE },
	{ { .usage = "critical,digitalSignature,keyCertSign" }, { 0 },
	    ZTA_REFUSAL_KEY_USAGE },
	{ { .usage = "critical,digitalSignature,cRLSign" }, { 0 },
	    ZTA_REFUSAL_KEY_USAGE },
	/* x509-svid 4.4 */
	{ { .extended = "serverAuth" }, { 0 }, ZTA_REFUSAL_EXTENDED_KEY_USAGE },
	{ { .extended = "critical,codeSigning" }, { 0 },
	    ZTA_REFUSAL_EXTENDED_KEY_USAGE },
	/* rfc5280 4.2 */
	{ { .unknown_critical = true }, { 0 }, ZTA_REFUSAL_CRITICAL_EXTENSION },
	{ { 0 }, { .unknown_critical = true }, ZTA_REFUSAL_CRITICAL_EXTENSION },
	{ { .twice = true }, { 0 }, ZTA_REFUSAL_DUPLICATE_EXTENSION },
	{ { 0 }, { .twice = true }, ZTA_REFUSAL_DUPLICATE_EXTENSION },
	/* rfc5280 4.1.2.6: without a subject the names are critical */
	{ { .subject = "" }, { 0 }, ZTA_REFUSAL_MALFORMED },
	/* Time. */
	{ { .from_day = -3, .to_day = -2 }, { 0 }, ZTA_REFUSAL_EXPIRED },
	{ { .from_day = 2, .to_day = 3 }, { 0 }, ZTA_REFUSAL_NOT_YET_VALID },
	{ { 0 }, { .from_day = -3, .to_day = -2 }, ZTA_REFUSAL_EXPIRED },
	{ { 0 }, { .from_day = 2, .to_day = 3 }, ZTA_REFUSAL_NOT_YET_VALID },
	/* Strength. */
	{ { .key = "RSA1024" }, { 0 }, ZTA_REFUSAL_WEAK_KEY },
	{ { .key = "P-224" }, { 0 }, ZTA_REFUSAL_WEAK_KEY },
	{ { 0 }, { .key = "RSA1024" }, ZTA_REFUSAL_WEAK_KEY },
	{ { .digest = "SHA1" }, { 0 }, ZTA_REFUSAL_WEAK_SIGNATURE },
	{ { .digest = "SHA224" }, { 0 }, ZTA_REFUSAL_WEAK_SIGNATURE },
	{ { 0 }, { .digest = "SHA1" }, ZTA_REFUSAL_WEAK_SIGNATURE },
	/* Who signed. */
	{ { 0 }, { .basic = "critical,CA:FALSE" }, ZTA_REFUSAL_BAD_ISSUER },
	{ { 0 }, { .basic = "" }, ZTA_REFUSAL_BAD_ISSUER },
	{ { 0 }, { .basic = "CA:TRUE" }, ZTA_REFUSAL_BAD_ISSUER },
	{ { 0 }, { .usage = "" }, ZTA_REFUSAL_BAD_ISSUER },
	{ { 0 }, { .usage = "critical,cRLSign" }, ZTA_REFUSAL_BAD_ISSUER },
	{ { 0 }, { .extended = "serverAuth" }, ZTA_REFUSAL_BAD_ISSUER },
	{ { 0 }, { .uri = "spiffe://shop.example/issuer" },
	    ZTA_REFUSAL_BAD_ISSUER },
	{ { 0 }, { .uri2 = "spiffe://shop.example" }, ZTA_REFUSAL_BAD_ISSUER },
	{ { 0 }, { .uri = "SPIFFE://shop.example/a" }, ZTA_REFUSAL_BAD_ISSUER },
	/* Where it may sign. */
	{ { 0 }, { .constraints = "critical,permitted;URI:other.example" },
	    ZTA_REFUSAL_NAME_CONSTRAINT },
	{ { 0 }, { .constraints = "critical,excluded;URI:shop.example" },
	    ZTA_REFUSAL_NAME_CONSTRAINT },
};

static void
test_x509__judges_each_rule(void **state)
{
	made root = made_certificate(&root_spec, NULL), issuer, leaf;
	zta_x509_roots *roots = roots_of(&root);
	zta_str chain[2];
	zta_principal out;
	zta_refusal refusal;
	zta_error err;
	made_spec spec;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		spec = change(&issuer_spec, &cases[i].issuer);
		issuer = made_certificate(&spec, &root);
		spec = change(&leaf_spec, &cases[i].leaf);
		leaf = made_certificate(&spec, &issuer);
		chain[0] = leaf.der;
		chain[1] = issuer.der;
		err = (zta_error){ 0 };
		refusal = judge(roots, chain, 2, ZTA_X509_CLIENT, &out, &err);
		if (refusal != cases[i].refusal) {
			fail_msg("case %zu: %s, not %s: %s", i,
			    zta_refusal__code(refusal),
			    zta_refusal__code(cases[i].refusal), err.message);
		}
		made_free(&leaf);
		made_free(&issuer);
	}
	zta_x509_roots__drop(roots);
	made_free(&root);
}

static void
test_x509__fills_the_principal(void **state)
{
	made root = made_certificate(&root_spec, NULL);
	made leaf = made_certificate(&leaf_spec, &root);
	zta_x509_roots *roots = roots_of(&root);
	unsigned char digest[ZTA_SHA256_LEN];
	zta_principal out = { 0 };

	(void)state;
	assert_int_equal(
	    judge(roots, &leaf.der, 1, ZTA_X509_CLIENT, &out, NULL),
	    ZTA_REFUSAL_NONE);
	assert_true(zta_str__is(out.id, ID));
	assert_true(zta_str__is(out.trust_domain, "shop.example"));
	assert_int_equal(out.proof, ZTA_PROOF_MTLS);
	assert_int_equal(out.issued_at, MADE_NOW - 86400000);
	assert_int_equal(out.expires_at, MADE_NOW + 86400000);
	zta_digest__sha256(leaf.der, digest);
	assert_memory_equal(out.digest, digest, sizeof(digest));
	assert_int_equal(
	    judge(roots, &leaf.der, 1, ZTA_X509_SERVER, &out, NULL),
	    ZTA_REFUSAL_NONE);
	zta_x509_roots__drop(roots);
	made_free(&leaf);
	made_free(&root);
}

/* Only the roots that are given count, whatever the chain brings. */
static void
test_x509__follows_no_other_root(void **state)
{
	made root = made_certificate(&root_spec, NULL);
	made other = made_certificate(&root_spec, NULL);
	made leaf = made_certificate(&leaf_spec, &other);
	made self = made_certificate(&leaf_spec, NULL);
	made issuer = made_certificate(&issuer_spec, &root);
	made far = made_certificate(&leaf_spec, &issuer);
	zta_x509_roots *roots = roots_of(&root), *none;
	const zta_str alone[] = { leaf.der }, with[] = { leaf.der, other.der };
	const zta_str with_ours[] = { leaf.der, root.der };
	const zta_str gap[] = { far.der };
	zta_principal out;

	(void)state;
	/* Both roots have one name, so the signature is what tells. */
	assert_int_equal(judge(roots, alone, 1, ZTA_X509_CLIENT, &out, NULL),
	    ZTA_REFUSAL_UNTRUSTED_CHAIN);
	assert_int_equal(judge(roots, with, 2, ZTA_X509_CLIENT, &out, NULL),
	    ZTA_REFUSAL_UNTRUSTED_CHAIN);
	assert_int_equal(
	    judge(roots, with_ours, 2, ZTA_X509_CLIENT, &out, NULL),
	    ZTA_REFUSAL_UNTRUSTED_CHAIN);
	assert_int_equal(
	    judge(roots, &self.der, 1, ZTA_X509_CLIENT, &out, NULL),
	    ZTA_REFUSAL_UNTRUSTED_CHAIN);
	assert_int_equal(judge(roots, gap, 1, ZTA_X509_CLIENT, &out, NULL),
	    ZTA_REFUSAL_UNTRUSTED_CHAIN);
	assert_int_equal(zta_x509_roots__open(&none, NULL), ZTA_OK);
	assert_int_equal(judge(none, with, 2, ZTA_X509_CLIENT, &out, NULL),
	    ZTA_REFUSAL_UNTRUSTED_CHAIN);
	zta_x509_roots__drop(none);
	zta_x509_roots__drop(roots);
	made_free(&far);
	made_free(&issuer);
	made_free(&self);
	made_free(&leaf);
	made_free(&other);
	made_free(&root);
}

static void
test_x509__minds_the_length_of_the_path(void **state)
{
	made_spec spec = root_spec;
	made root, issuer, leaf;
	zta_x509_roots *roots;
	zta_str chain[ZTA_X509_CHAIN_MAX + 1];
	zta_principal out;
	size_t i;

	(void)state;
	spec.basic = "critical,CA:TRUE,pathlen:0";
	root = made_certificate(&spec, NULL);
	issuer = made_certificate(&issuer_spec, &root);
	leaf = made_certificate(&leaf_spec, &issuer);
	roots = roots_of(&root);
	chain[0] = leaf.der;
	for (i = 1; i <= ZTA_X509_CHAIN_MAX; i++) {
		chain[i] = issuer.der;
	}
	assert_int_equal(judge(roots, chain, 2, ZTA_X509_CLIENT, &out, NULL),
	    ZTA_REFUSAL_PATH_LENGTH);
	assert_int_equal(judge(roots, chain, ZTA_X509_CHAIN_MAX + 1,
			     ZTA_X509_CLIENT, &out, NULL),
	    ZTA_REFUSAL_TOO_LARGE);
	assert_int_equal(judge(roots, chain, 0, ZTA_X509_CLIENT, &out, NULL),
	    ZTA_REFUSAL_NOT_SHOWN);
	zta_x509_roots__drop(roots);
	made_free(&leaf);
	made_free(&issuer);
	made_free(&root);
}

/* Every bit of a certificate counts: none can be changed, added or left out. */
static void
test_x509__takes_no_damage(void **state)
{
	made root = made_certificate(&root_spec, NULL);
	made leaf = made_certificate(&leaf_spec, &root);
	zta_x509_roots *roots = roots_of(&root);
	char bytes[4096];
	zta_str damaged = { bytes, leaf.der.len };
	zta_principal out;
	size_t i;

	(void)state;
	for (i = 0; i < leaf.der.len; i++) {
		memcpy(bytes, leaf.der.ptr, leaf.der.len);
		bytes[i] = (char)(bytes[i] ^ 1 << i % 8);
		damaged.len = leaf.der.len;
		assert_int_not_equal(
		    judge(roots, &damaged, 1, ZTA_X509_CLIENT, &out, NULL),
		    ZTA_REFUSAL_NONE);
		damaged = (zta_str){ leaf.der.ptr, i };
		assert_int_equal(
		    judge(roots, &damaged, 1, ZTA_X509_CLIENT, &out, NULL),
		    ZTA_REFUSAL_MALFORMED);
		damaged.ptr = bytes;
	}
	memcpy(bytes, leaf.der.ptr, leaf.der.len);
	bytes[leaf.der.len - 1] ^= 1;
	damaged.len = leaf.der.len;
	assert_int_equal(judge(roots, &damaged, 1, ZTA_X509_CLIENT, &out, NULL),
	    ZTA_REFUSAL_BAD_SIGNATURE);
	memcpy(bytes, leaf.der.ptr, leaf.der.len);
	bytes[leaf.der.len] = 0;
	damaged.len = leaf.der.len + 1;
	assert_int_equal(judge(roots, &damaged, 1, ZTA_X509_CLIENT, &out, NULL),
	    ZTA_REFUSAL_MALFORMED);
	zta_x509_roots__drop(roots);
	made_free(&leaf);
	made_free(&root);
}

static void
test_x509__takes_authorities_alone_as_roots(void **state)
{
	made root = made_certificate(&root_spec, NULL);
	made leaf = made_certificate(&leaf_spec, &root);
	zta_x509_roots *roots = roots_of(&root);
	zta_error err;

	(void)state;
	assert_int_equal(
	    zta_x509_roots__add(roots, leaf.der, &err), ZTA_EINVALID);
	assert_int_equal(
	    zta_x509_roots__add(roots, ZTA_STR("no"), &err), ZTA_ESYNTAX);
	assert_int_equal(
	    zta_x509_roots__add_pem(roots, ZTA_STR("no"), &err), ZTA_ESYNTAX);
	assert_int_equal(zta_x509_roots__count(roots), 1);
	zta_x509_roots__drop(roots);
	made_free(&leaf);
	made_free(&root);
}

static int
setup(void **state)
{
	(void)state;
	zta_arena__init(&arena, SIZE_MAX);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	zta_arena__release(&arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_x509__judges_each_rule),
		cmocka_unit_test(test_x509__fills_the_principal),
		cmocka_unit_test(test_x509__follows_no_other_root),
		cmocka_unit_test(test_x509__minds_the_length_of_the_path),
		cmocka_unit_test(test_x509__takes_no_damage),
		cmocka_unit_test(test_x509__takes_authorities_alone_as_roots),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
