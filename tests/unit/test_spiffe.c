/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_spiffe.c - bundles of trust domains, and SPIFFE IDs.
 * SPEC: spiffe-bundle 4, spiffe-id 2, x509-svid 6
 */
#include "tests.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/b64.h"
#include "base/limits.h"
#include "certificates.h"
#include "identity/spiffe_bundle.h"
#include "identity/spiffe_id.h"
#include "identity/verify.h"

static zta_arena arena;
static made root, leaf, wrong_root;
static char x5c_root[4096], x5c_leaf[4096], x5c_wrong[4096];
static char jwk[ZTA_KEY_JWK_MAX], jwk_sig[ZTA_KEY_JWK_MAX];

#define SIGNER                                                        \
	.basic = "critical,CA:TRUE", .usage = "critical,keyCertSign", \
	.key = "P-256", .digest = "SHA256", .from_day = -1, .to_day = 1

static void
put_x5c(const made *made_one, char *out)
{
	zta_b64_std__encode(made_one->der, out);
	out[ZTA_B64_STD_LEN(made_one->der.len)] = '\0';
}

/* The key as one of a bundle: with another use. */
static void
put_jwk(void)
{
	zta_key *key;
	char *use;

	assert_int_equal(zta_key_generate(&key, ZTA_ALG_ES256, NULL), ZTA_OK);
	assert_int_equal(
	    zta_key_public_jwk(key, ZTA_ALG_NONE, ZTA_STR("k1"), jwk_sig, NULL),
	    ZTA_OK);
	zta_key_close(key);
	use = strstr(jwk_sig, "\"use\":\"sig\"");
	assert_non_null(use);
	(void)snprintf(jwk, sizeof(jwk), "%.*s\"use\":\"jwt-svid\"%s",
	    (int)(use - jwk_sig), jwk_sig, use + strlen("\"use\":\"sig\""));
}

static int
setup(void **state)
{
	const made_spec root_spec = {
		.subject = "root", .uri = "spiffe://shop.example", SIGNER
	};
	const made_spec wrong_spec = {
		.subject = "root", .uri = "spiffe://shop.example/path", SIGNER
	};
	const made_spec leaf_spec = { .subject = "leaf",
		.uri = "spiffe://shop.example/order-api",
		.basic = "critical,CA:FALSE",
		.usage = "critical,digitalSignature",
		.key = "P-256",
		.digest = "SHA256",
		.from_day = -1,
		.to_day = 1 };

	(void)state;
	zta_arena__init(&arena, SIZE_MAX);
	root = made_certificate(&root_spec, NULL);
	wrong_root = made_certificate(&wrong_spec, NULL);
	leaf = made_certificate(&leaf_spec, &root);
	put_x5c(&root, x5c_root);
	put_x5c(&leaf, x5c_leaf);
	put_x5c(&wrong_root, x5c_wrong);
	put_jwk();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	made_free(&root);
	made_free(&leaf);
	made_free(&wrong_root);
	zta_arena__release(&arena);
	return 0;
}

/* In the texts below: $R, $L, $W are certificates, $J is a key. */
static const char *
fill_in(const char *text)
{
	static char out[65536];
	const char *what;
	size_t len = 0;

	for (; *text != '\0'; text++) {
		if (*text != '$') {
			out[len++] = *text;
			continue;
		}
		text++;
		what = *text == 'R' ? x5c_root :
		    *text == 'L'    ? x5c_leaf :
		    *text == 'W'    ? x5c_wrong :
		    *text == 'J'    ? jwk :
				      jwk_sig;
		len +=
		    (size_t)snprintf(out + len, sizeof(out) - len, "%s", what);
	}
	out[len] = '\0';
	return out;
}

static zta_status
read_bundle(const char *text, zta_spiffe_bundle *out)
{
	zta_json_doc doc;
	zta_error err = { 0 };

	*out = (zta_spiffe_bundle){ 0 };
	text = fill_in(text);
	assert_int_equal(
	    zta_json__read(&arena, zta_str_of(text), &doc, &err), ZTA_OK);
	return zta_spiffe_bundle__read(out, &arena, &doc, doc.root, &err);
}

#define X509(x5c) "{\"kty\":\"EC\",\"use\":\"x509-svid\",\"x5c\":" x5c "}"

static const struct {
	const char *text;
	zta_status status;
	uint32_t roots, keys;
	int64_t sequence, refresh_s;
} bundles[] = {
	{ "{\"spiffe_sequence\":7,\"spiffe_refresh_hint\":600,\"keys\":[" X509(
	      "[\"$R\"]") ",$J]}",
	    ZTA_OK, 1, 1, 7, 600 },
	{ "{\"keys\":[" X509("[\"$R\"]") "]}", ZTA_OK, 1, 0, -1, 300 },
	{ "{\"keys\":[$J]}", ZTA_OK, 0, 1, -1, 300 },
	/* A hint is no order. */
	{ "{\"spiffe_refresh_hint\":0,\"keys\":[$J]}", ZTA_OK, 0, 1, -1,
	    ZTA_SPIFFE_REFRESH_MIN_S },
	{ "{\"spiffe_refresh_hint\":9223372036854775807,\"keys\":[$J]}", ZTA_OK,
	    0, 1, -1, ZTA_SPIFFE_REFRESH_MAX_S },
	/* The first certificate counts alone; without one a key does not. */
	{ "{\"keys\":[" X509("[\"$R\",\"no\"]") "]}", ZTA_OK, 1, 0, -1, 300 },
	{ "{\"keys\":[$J," X509("[]") "]}", ZTA_OK, 0, 1, -1, 300 },
	{ "{\"keys\":[$J,{\"kty\":\"EC\",\"use\":\"x509-svid\"}]}", ZTA_OK, 0,
	    1, -1, 300 },
	/* What is not known is left out. */
	{ "{\"keys\":[$J,{\"kty\":\"EC\",\"use\":\"wit-svid\"},{\"kty\":\"x\","
	  "\"use\":\"jwt-svid\"},{\"kty\":\"EC\"}],\"more\":1}",
	    ZTA_OK, 0, 1, -1, 300 },
	/* A key that does not say that it is for SVIDs is none of theirs. */
	{ "{\"keys\":[$S]}", ZTA_EINVALID, 0, 0, 0, 0 },
	{ "{\"keys\":[]}", ZTA_EINVALID, 0, 0, 0, 0 },
	{ "{}", ZTA_EINVALID, 0, 0, 0, 0 },
	{ "[]", ZTA_EINVALID, 0, 0, 0, 0 },
	{ "{\"keys\":{}}", ZTA_EINVALID, 0, 0, 0, 0 },
	{ "{\"keys\":[1]}", ZTA_EINVALID, 0, 0, 0, 0 },
	{ "{\"spiffe_sequence\":-1,\"keys\":[$J]}", ZTA_EINVALID, 0, 0, 0, 0 },
	{ "{\"spiffe_sequence\":\"1\",\"keys\":[$J]}", ZTA_EINVALID, 0, 0, 0,
	    0 },
	{ "{\"spiffe_sequence\":1.5,\"keys\":[$J]}", ZTA_EINVALID, 0, 0, 0, 0 },
	{ "{\"spiffe_refresh_hint\":null,\"keys\":[$J]}", ZTA_EINVALID, 0, 0, 0,
	    0 },
	/* Roots that are none. */
	{ "{\"keys\":[" X509("[\"$L\"]") "]}", ZTA_EINVALID, 0, 0, 0, 0 },
	{ "{\"keys\":[" X509("[\"$W\"]") "]}", ZTA_EINVALID, 0, 0, 0, 0 },
	{ "{\"keys\":[" X509("[\"!\"]") "]}", ZTA_EINVALID, 0, 0, 0, 0 },
	{ "{\"keys\":[" X509("[\"AAAA\"]") "]}", ZTA_EINVALID, 0, 0, 0, 0 },
	{ "{\"keys\":[" X509("[1]") "]}", ZTA_EINVALID, 0, 0, 0, 0 },
	{ "{\"keys\":[$J,$J]}", ZTA_EINVALID, 0, 0, 0, 0 },
};

static void
test_spiffe__reads_bundles(void **state)
{
	zta_spiffe_bundle bundle;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bundles) / sizeof(bundles[0]); i++) {
		if (read_bundle(bundles[i].text, &bundle) !=
		    bundles[i].status) {
			fail_msg("%s", bundles[i].text);
		}
		if (bundles[i].status == ZTA_OK) {
			assert_int_equal(zta_x509_roots__count(bundle.roots),
			    bundles[i].roots);
			assert_int_equal(bundle.keys.count, bundles[i].keys);
			assert_int_equal(bundle.sequence, bundles[i].sequence);
			assert_int_equal(
			    bundle.refresh_ms, bundles[i].refresh_s * 1000);
		}
		zta_spiffe_bundle__release(&bundle);
	}
}

static void
test_spiffe__takes_no_older_bundle(void **state)
{
	static const struct {
		int64_t now, next;
		bool follows;
	} c[] = { { 1, 2, true }, { 2, 2, true }, { 2, 1, false },
		{ -1, 0, true }, { 5, -1, true }, { 0, INT64_MAX, true } };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		assert_int_equal(
		    zta_spiffe_bundle__follows(c[i].now, c[i].next),
		    c[i].follows);
	}
}

static const struct {
	const char *id;
	bool good;
} ids[] = {
	{ "spiffe://a/b", true },
	{ "spiffe://a.b-c_d.9/A.b-c_d/..e/f..", true },
	{ "spiffe://1/2", true },
	{ "", false },
	{ "spiffe", false },
	{ "spiffe://", false },
	{ "spiffe:///b", false },
	{ "spiffe://a", false },
	{ "spiffe://a/", false },
	{ "spiffe://a//b", false },
	{ "spiffe://a/b/", false },
	{ "spiffe://a/./b", false },
	{ "spiffe://a/..", false },
	{ "spiffe://A/b", false },
	{ "Spiffe://a/b", false },
	{ "spiffe://a/b?c", false },
	{ "spiffe://a/b#c", false },
	{ "spiffe://a:1/b", false },
	{ "spiffe://a@b/c", false },
	{ "spiffe://a%41/b", false },
	{ "spiffe://a/%41", false },
	{ "spiffe://\303\244/b", false },
	{ "spiffe://a/\303\244", false },
	{ "spiffe://xn--4ca/b", true },
	{ "spiffe://a/b c", false },
	{ "spiffe://[::1]/b", false },
	{ "https://a/b", false },
	{ " spiffe://a/b", false },
};

static void
test_spiffe__reads_ids(void **state)
{
	char text[ZTA_SPIFFE_ID_MAX + 2];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		if (zta_spiffe_id__read(zta_str_of(ids[i].id), NULL) !=
		    ids[i].good) {
			fail_msg("%s", ids[i].id);
		}
	}
	memset(text, 'a', sizeof(text));
	memcpy(text, "spiffe://a/", 11);
	assert_true(
	    zta_spiffe_id__read((zta_str){ text, ZTA_SPIFFE_ID_MAX }, NULL));
	assert_false(zta_spiffe_id__read(
	    (zta_str){ text, ZTA_SPIFFE_ID_MAX + 1 }, NULL));
	memset(text + 9, 'a', 300);
	text[9 + 255] = '/';
	assert_true(zta_spiffe_id__read((zta_str){ text, 300 }, NULL));
	text[9 + 255] = 'a';
	text[9 + 256] = '/';
	assert_false(zta_spiffe_id__read((zta_str){ text, 300 }, NULL));
	assert_false(
	    zta_spiffe_id__read((zta_str){ "spiffe://a/b\0", 13 }, NULL));
}

/* --- the certificate of a connection, through the sources */

static zta_refusal
judge(const char *domain, const char *keys, const zta_str *chain,
    uint32_t count, zta_principal *out)
{
	static char text[32768];
	const zta_circumstances around = { .chain = chain,
		.chain_count = count };
	const zta_presented presented = { .as = ZTA_AS_SVID,
		.around = &around };
	zta_sources sources;
	const zta_verifier with = {
		.sources = &sources, .arena = &arena, .now = MADE_NOW
	};
	zta_why_not why_not;
	zta_error err = { 0 };

	(void)snprintf(text, sizeof(text),
	    "{\"sources\":{\"s\":{\"kind\":\"spiffe\",\"trust_domain\":\"%s\","
	    "\"audience\":\"me\",\"algorithms\":[\"ES256\"],%s}}}",
	    domain, keys);
	if (zta_sources__read(&sources, &arena, zta_str_of(text),
		getenv("TMPDIR") == NULL ? "/tmp" : getenv("TMPDIR"),
		&err) != ZTA_OK) {
		fail_msg("%s: %s", err.place, err.message);
	}
	(void)!zta_identity__verify(&with, &presented, out, &why_not, &err);
	zta_sources__release(&sources);
	return why_not.refusal;
}

static void
test_spiffe__knows_whose_certificate_it_is(void **state)
{
	char name[64], path[128], keys[ZTA_KEY_JWK_MAX + 64];
	const char *dir = getenv("TMPDIR") == NULL ? "/tmp" : getenv("TMPDIR");
	zta_principal out;
	FILE *file;

	(void)state;
	(void)snprintf(name, sizeof(name), "zta-bundle-%ld", (long)getpid());
	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "w");
	assert_non_null(file);
	(void)fputs(fill_in("{\"keys\":[" X509("[\"$R\"]") "]}"), file);
	(void)fclose(file);
	(void)snprintf(keys, sizeof(keys), "\"bundle_file\":\"%s\"", name);
	assert_int_equal(
	    judge("shop.example", keys, &leaf.der, 1, &out), ZTA_REFUSAL_NONE);
	assert_true(zta_str__is(out.id, "spiffe://shop.example/order-api"));
	assert_true(zta_str__is(out.type, "Workload"));
	assert_true(zta_str__is(out.source, "s"));
	assert_int_equal(out.kind, ZTA_PRINCIPAL_WORKLOAD);
	assert_int_equal(out.proof, ZTA_PROOF_MTLS);
	/* Another domain has the same roots: they do not count for this one. */
	assert_int_equal(judge("other.example", keys, &leaf.der, 1, &out),
	    ZTA_REFUSAL_UNKNOWN_ISSUER);
	assert_int_equal(judge("shop.example", keys, &leaf.der, 0, &out),
	    ZTA_REFUSAL_NOT_SHOWN);
	assert_null(out.id.ptr);
	/* A source that has keys of JWTs alone. */
	(void)snprintf(keys, sizeof(keys), "\"jwks\":{\"keys\":[%s]}", jwk);
	assert_int_equal(judge("shop.example", keys, &leaf.der, 1, &out),
	    ZTA_REFUSAL_UNKNOWN_KEY);
	(void)unlink(path);
}

/* --- where a bundle comes from */

#define URL "\"bundle_url\":\"https://a/b\""
#define BY_SPIFFE ",\"bundle_profile\":\"https_spiffe\""
#define ID ",\"bundle_endpoint_id\":\"spiffe://shop.example/e\""
#define FIRST ",\"bundle_file\":\"f\""

static const struct {
	const char *members, *why; /* NULL: it is good */
} origins[] = {
	{ URL ",\"bundle_profile\":\"https_web\"", NULL },
	{ URL ",\"bundle_profile\":\"https_web\"" FIRST, NULL },
	{ URL BY_SPIFFE ID FIRST, NULL },
	{ URL, "bundle_profile" },
	{ URL ",\"bundle_profile\":\"web\"", "https_web or https_spiffe" },
	{ URL ",\"bundle_profile\":\"https_web\"" ID,
	    "belongs to https_spiffe" },
	{ URL BY_SPIFFE FIRST, "bundle_endpoint_id" },
	{ URL BY_SPIFFE ID, "needs a first bundle" },
	{ URL BY_SPIFFE FIRST
	    ",\"bundle_endpoint_id\":\"spiffe://other.example/e\"",
	    "no SPIFFE ID of `trust_domain`" },
	{ URL BY_SPIFFE FIRST
	    ",\"bundle_endpoint_id\":\"spiffe://shop.example\"",
	    "no SPIFFE ID of `trust_domain`" },
	{ URL ",\"bundle_profile\":\"https_web\",\"jwks\":{\"keys\":[]}",
	    "holds all keys" },
	{ "\"bundle_file\":\"f\",\"discovery\":true", "holds all keys" },
	{ "\"bundle_file\":\"f\"" ID, "belong to `bundle_url`" },
	{ "\"bundle_url\":\"http://127.0.0.1/b\","
	  "\"bundle_profile\":\"https_web\"",
	    "no https URL" },
	{ URL ",\"bundle_profile\":\"https_web\",\"keys_max_age_s\":9",
	    "no more than `keys_max_age_s`" },
};

static void
keep_why(void *context, zta_str file, const zta_error *why)
{
	(void)file;
	*(zta_error *)context = *why;
}

static void
test_spiffe__reads_where_bundles_come_from(void **state)
{
	char text[1024];
	zta_sources sources;
	zta_error why, err;
	zta_error_sink sink = { .tell = keep_why, .context = &why, .max = 99 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(origins) / sizeof(origins[0]); i++) {
		(void)snprintf(text, sizeof(text),
		    "{\"sources\":{\"s\":{\"kind\":\"spiffe\","
		    "\"trust_domain\":\"shop.example\",\"audience\":\"me\","
		    "\"algorithms\":[\"ES256\"],%s}}}",
		    origins[i].members);
		why.message[0] = '\0';
		assert_int_equal(zta_sources__check(&sources, &arena,
				     zta_str_of(text), &sink, &err),
		    ZTA_OK);
		if (origins[i].why == NULL ? why.message[0] != '\0' :
					     sources.count != 0 ||
			    strstr(why.message, origins[i].why) == NULL) {
			fail_msg("%s: %s", origins[i].members, why.message);
		}
		zta_sources__release(&sources);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spiffe__reads_bundles),
		cmocka_unit_test(test_spiffe__takes_no_older_bundle),
		cmocka_unit_test(test_spiffe__reads_where_bundles_come_from),
		cmocka_unit_test(test_spiffe__reads_ids),
		cmocka_unit_test(test_spiffe__knows_whose_certificate_it_is),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
