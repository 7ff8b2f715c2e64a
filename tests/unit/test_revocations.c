/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_revocations.c - what was taken back stays away, and nothing else does.
 * SPEC: docs/formats/revocations.md
 */
#include "tests.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "identity/revocations.h"
#include "jws_made.h"
#include "ztauth/token.h"

/* 2026-01-01T00:00:00Z */
#define NOW 1767225600000
#define NOW_S 1767225600

static zta_arena arena;
static char dir[] = "/tmp/test_revocations.XXXXXX";
static char path[64];
static zta_key *issuer;
static zta_sources sources;
static zta_live live;
static unsigned told;

static void
tell(const zta_error *why)
{
	assert_int_not_equal(why->status, ZTA_OK);
	told++;
}

static void
follow(void)
{
	zta_live_files files = { .revocations = path, .tell = tell };
	zta_error err = { 0 };

	if (zta_live__open(&live, &files, &err) != ZTA_OK) {
		fail_msg("%s", err.message);
	}
}

static int
setup(void **state)
{
	static char document[4096];
	char jwk[ZTA_KEY_JWK_MAX];

	(void)state;
	zta_arena__init(&arena, SIZE_MAX);
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/list", dir);
	assert_int_equal(zta_revoke(path, NULL, NOW, NULL), ZTA_OK);
	follow();
	assert_int_equal(
	    zta_key_generate(&issuer, ZTA_ALG_EDDSA, NULL), ZTA_OK);
	assert_int_equal(
	    zta_key_public_jwk(issuer, ZTA_ALG_NONE, ZTA_STR("i"), jwk, NULL),
	    ZTA_OK);
	(void)snprintf(document, sizeof(document),
	    "{\"sources\":{\"a\":{\"kind\":\"jwt\",\"issuer\":\"corp\","
	    "\"audience\":\"me\",\"algorithms\":[\"EdDSA\"],"
	    "\"jwks\":{\"keys\":[%s]}}}}",
	    jwk);
	assert_int_equal(zta_sources__read(&sources, &arena,
			     zta_str_of(document), NULL, NULL),
	    ZTA_OK);
	return 0;
}

static int
teardown(void **state)
{
	char command[128];

	(void)state;
	zta_sources__release(&sources);
	zta_live__close(&live);
	zta_key_close(issuer);
	zta_arena__release(&arena);
	(void)snprintf(command, sizeof(command), "rm -r %s", dir);
	return system(command);
}

static void
make(zta_buf *token, const char *sub, const char *more)
{
	static const made_text none[] = { { '\0', "" } };
	char payload[256];

	(void)snprintf(payload, sizeof(payload),
	    "{\"iss\":\"corp\",\"sub\":\"%s\",\"aud\":\"me\","
	    "\"exp\":1777225600%s}",
	    sub, more);
	made_jws(token, "{\"alg\":\"EdDSA\"}", payload, none, issuer);
}

static bool
is_revoked(const char *sub, const char *more, int64_t now)
{
	const zta_circumstances around = { 0 };
	zta_presented presented = { .as = ZTA_AS_JWT, .around = &around };
	const zta_verifier with = {
		.sources = &sources, .live = &live, .arena = &arena, .now = now
	};
	zta_principal principal;
	zta_why_not why_not;
	zta_buf token;
	zta_status status;

	zta_buf__init(&token, SIZE_MAX);
	make(&token, sub, more);
	presented.credential = zta_buf__str(&token);
	status =
	    zta_identity__verify(&with, &presented, &principal, &why_not, NULL);
	assert_true(status == ZTA_OK ||
	    (status == ZTA_EUNTRUSTED &&
		why_not.refusal == ZTA_REFUSAL_REVOKED &&
		principal.id.len == 0));
	zta_buf__release(&token);
	return status != ZTA_OK;
}

static void
take_back(zta_revocation what)
{
	zta_error err = { 0 };

	what.until_s = NOW_S + 1000;
	if (zta_revoke(path, &what, NOW, &err) != ZTA_OK) {
		fail_msg("%s: %s", err.place, err.message);
	}
}

static void
test_revocations__by_id(void **state)
{
	(void)state;
	assert_false(is_revoked("a", ",\"jti\":\"1\"", NOW));
	take_back(
	    (zta_revocation){ .issuer = ZTA_STR("corp"), .jti = ZTA_STR("1") });
	take_back((zta_revocation){
	    .issuer = ZTA_STR("other"), .jti = ZTA_STR("2") });
	assert_true(is_revoked("a", ",\"jti\":\"1\"", NOW));
	assert_true(is_revoked("b", ",\"jti\":\"1\"", NOW));
	assert_false(is_revoked("a", ",\"jti\":\"2\"", NOW));
	assert_false(is_revoked("a", ",\"jti\":\"11\"", NOW));
	assert_false(is_revoked("a", ",\"jti\":1", NOW));
	assert_false(is_revoked("a", "", NOW));
	/* It ends by itself. */
	assert_true(is_revoked("a", ",\"jti\":\"1\"", NOW + 999999));
	assert_false(is_revoked("a", ",\"jti\":\"1\"", NOW + 1000000));
}

static void
test_revocations__by_digest(void **state)
{
	char digest[ZTA_TOKEN_DIGEST_MAX];
	zta_buf token;

	(void)state;
	zta_buf__init(&token, SIZE_MAX);
	make(&token, "d", "");
	zta_token_digest(zta_buf__str(&token), digest);
	zta_buf__release(&token);
	assert_false(is_revoked("d", "", NOW));
	take_back((zta_revocation){ .digest = zta_str_of(digest) });
	assert_true(is_revoked("d", "", NOW));
	assert_false(is_revoked("d", " ", NOW));
}

static void
test_revocations__by_principal(void **state)
{
	(void)state;
	take_back((zta_revocation){ .type = ZTA_STR("User"),
	    .id = ZTA_STR("p"),
	    .before_s = NOW_S - 10 });
	assert_true(is_revoked("p", "", NOW));
	assert_true(is_revoked("p", ",\"iat\":1767225589", NOW));
	assert_false(is_revoked("p", ",\"iat\":1767225590", NOW));
	assert_false(is_revoked("pp", "", NOW));
	/* What is said again never gives back: the wider of both holds. */
	take_back((zta_revocation){ .type = ZTA_STR("User"),
	    .id = ZTA_STR("p"),
	    .before_s = NOW_S - 20 });
	assert_true(is_revoked("p", ",\"iat\":1767225589", NOW));
	take_back(
	    (zta_revocation){ .type = ZTA_STR("User"), .id = ZTA_STR("p") });
	assert_true(is_revoked("p", ",\"iat\":1767225590", NOW));
	take_back((zta_revocation){ .type = ZTA_STR("User"),
	    .id = ZTA_STR("p"),
	    .before_s = NOW_S - 10 });
	assert_true(is_revoked("p", ",\"iat\":1767225590", NOW));
	take_back(
	    (zta_revocation){ .type = ZTA_STR("Robot"), .id = ZTA_STR("q") });
	assert_false(is_revoked("q", "", NOW));
}

/* Ended lines leave the list; a restart reads what is left. */
static void
test_revocations__last_as_long_as_they_hold(void **state)
{
	zta_str text = { NULL, 0 };

	(void)state;
	assert_int_equal(zta_revoke(path, NULL, NOW + 999000, NULL), ZTA_OK);
	assert_true(is_revoked("a", ",\"jti\":\"1\"", NOW));
	zta_live__close(&live);
	follow();
	assert_true(is_revoked("a", ",\"jti\":\"1\"", NOW));
	assert_int_equal(zta_revoke(path, NULL, NOW + 1000000, NULL), ZTA_OK);
	assert_int_equal(
	    zta_file__read(&arena, path, 1 << 20, &text, NULL), ZTA_OK);
	assert_true(zta_str__is(text, "ztauth-revocations 1 0\n"));
	assert_false(is_revoked("a", ",\"jti\":\"1\"", NOW));
}

static const char *const damaged[] = { "", "\n", "ztauth-revocations 1 0",
	"ztauth-revocations 2 0\n", "ztauth-revocations 1 \n",
	"ztauth-revocations 1 x\n", "ztauth-revocations 1 1\n",
	"ztauth-revocations 1 0\n\n", "ztauth-revocations 1 0\n{}\n",
	"ztauth-revocations 1 1\n{}\n", "ztauth-revocations 1 1\n[]\n",
	"ztauth-revocations 1 1\n{\"until\":1,\"digest\":\"aa\"}\n",
	"ztauth-revocations 1 1\n{\"until\":1,\"jti\":\"a\"}\n",
	"ztauth-revocations 1 1\n{\"until\":1,\"iss\":\"a\"}\n",
	"ztauth-revocations 1 1\n{\"jti\":\"a\",\"iss\":\"a\"}\n",
	"ztauth-revocations 1 1\n{\"until\":1,\"id\":\"a\"}\n",
	"ztauth-revocations 1 1\n{\"until\":1,\"type\":\"a\"}\n",
	"ztauth-revocations 1 1\n{\"until\":0,\"type\":\"a\",\"id\":\"a\"}\n",
	"ztauth-revocations 1 1\n{\"until\":1,\"type\":\"a\",\"id\":1}\n",
	"ztauth-revocations 1 1\n{\"until\":1,\"type\":\"a\",\"id\":\"\"}\n",
	"ztauth-revocations 1 1\n{\"until\":1,\"type\":\"a\",\"id\":\"a\","
	"\"x\":1}\n",
	"ztauth-revocations 1 1\n{\"until\":1,\"type\":\"a\",\"id\":\"a\\u0000"
	"\"}\n",
	"ztauth-revocations 1 1\n{\"until\":1,\"iss\":\"a\",\"jti\":\"a\","
	"\"before\":1}\n",
	"ztauth-revocations 1 1\n{\"until\":1,\"iss\":\"a\",\"jti\":\"a\","
	"\"type\":\"a\",\"id\":\"a\"}\n",
	"ztauth-revocations 1 1\n{\"until\":1,\"type\":\"a\",\"id\":\"a\"}",
	"ztauth-revocations 1 2\n{\"until\":1,\"type\":\"a\",\"id\":\"a\"}\n"
	"{\"until\":2,\"type\":\"a\",\"id\":\"a\"}\n",
	"ztauth-revocations 1 100001\n", "ztauth-revocations 1 9999999999\n" };

/* Damaged or gone, the list that was read stays in force. */
static void
test_revocations__damage_opens_nothing(void **state)
{
	zta_revocations list;
	zta_error err = { 0 };
	unsigned before;
	size_t i;

	(void)state;
	take_back(
	    (zta_revocation){ .issuer = ZTA_STR("corp"), .jti = ZTA_STR("k") });
	assert_true(is_revoked("a", ",\"jti\":\"k\"", NOW));
	told = 0;
	for (i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++) {
		if (zta_revocations__parse(
			&list, zta_str_of(damaged[i]), &err) == ZTA_OK) {
			fail_msg("%s", damaged[i]);
		}
		zta_revocations__release(&list);
		assert_int_equal(
		    zta_file__replace(path, 0600, zta_str_of(damaged[i]), NULL),
		    ZTA_OK);
		before = told;
		assert_true(is_revoked("a", ",\"jti\":\"k\"", NOW));
		assert_true(is_revoked("a", ",\"jti\":\"k\"", NOW));
		assert_int_equal(told, before + 1);
		assert_int_not_equal(zta_revoke(path, NULL, NOW, NULL), ZTA_OK);
	}
	assert_int_equal(unlink(path), 0);
	assert_true(is_revoked("a", ",\"jti\":\"k\"", NOW));
}

static void
test_revocations__refuses_what_makes_no_sense(void **state)
{
	static const struct {
		const char *iss, *jti, *digest, *type, *id;
		int64_t before_s, until_s;
	} cases[] = {
		{ "", "", "", "", "", 0, NOW_S + 1 },
		{ "", "a", "", "", "", 0, NOW_S + 1 },
		{ "a", "", "", "", "", 0, NOW_S + 1 },
		{ "a", "a", "", "U", "a", 0, NOW_S + 1 },
		{ "a", "a", "", "", "", 1, NOW_S + 1 },
		{ "a", "a", "", "", "", 0, NOW_S },
		{ "", "", "AA", "", "", 0, NOW_S + 1 },
		{ "", "", "", "", "a", 0, NOW_S + 1 },
	};
	zta_revocation what = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		what.issuer = zta_str_of(cases[i].iss);
		what.jti = zta_str_of(cases[i].jti);
		what.digest = zta_str_of(cases[i].digest);
		what.type = zta_str_of(cases[i].type);
		what.id = zta_str_of(cases[i].id);
		what.before_s = cases[i].before_s;
		what.until_s = cases[i].until_s;
		assert_int_equal(
		    zta_revoke(path, &what, NOW, NULL), ZTA_EINVAL);
	}
}

/* Of two lists all lines hold, and of two about one thing the wider one. */
static void
test_revocations__of_two_lists_hold(void **state)
{
	static const char ours[] =
	    "ztauth-revocations 1 3\n"
	    "{\"until\":1767225700,\"iss\":\"a\",\"jti\":\"1\"}\n"
	    "{\"until\":1767225900,\"type\":\"T\",\"id\":\"x\","
	    "\"before\":1767225500}\n"
	    "{\"until\":1767225600,\"iss\":\"a\",\"jti\":\"ended\"}\n";
	static const char theirs[] =
	    "ztauth-revocations 1 4\n"
	    "{\"until\":1767225600,\"iss\":\"b\",\"jti\":\"ended\"}\n"
	    "{\"until\":1767225800,\"iss\":\"a\",\"jti\":\"2\"}\n"
	    "{\"until\":1767225650,\"iss\":\"a\",\"jti\":\"1\"}\n"
	    "{\"until\":1767225800,\"type\":\"T\",\"id\":\"x\"}\n";
	static const char both[] =
	    "ztauth-revocations 1 3\n"
	    "{\"until\":1767225700,\"iss\":\"a\",\"jti\":\"1\"}\n"
	    "{\"until\":1767225900,\"type\":\"T\",\"id\":\"x\"}\n"
	    "{\"until\":1767225800,\"iss\":\"a\",\"jti\":\"2\"}\n";
	static const char *const bad[] = { "", "x",
		"ztauth-revocations 1 1\n{}\n", "ztauth-revocations 1 1\n" };
	char merged[80];
	zta_str text;
	size_t i;

	(void)state;
	(void)snprintf(merged, sizeof(merged), "%s/merged", dir);
	assert_int_equal(
	    zta_file__replace(merged, 0600, ZTA_STR(ours), NULL), ZTA_OK);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(zta_revocations__merge(
				     merged, zta_str_of(bad[i]), NOW, NULL),
		    ZTA_EINVALID);
	}
	assert_int_equal(
	    zta_revocations__merge(merged, ZTA_STR(theirs), NOW, NULL), ZTA_OK);
	assert_int_equal(
	    zta_file__read(&arena, merged, 4096, &text, NULL), ZTA_OK);
	assert_true(zta_str__eq(text, ZTA_STR(both)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_revocations__by_id),
		cmocka_unit_test(test_revocations__by_digest),
		cmocka_unit_test(test_revocations__by_principal),
		cmocka_unit_test(test_revocations__last_as_long_as_they_hold),
		cmocka_unit_test(test_revocations__refuses_what_makes_no_sense),
		cmocka_unit_test(test_revocations__damage_opens_nothing),
		cmocka_unit_test(test_revocations__of_two_lists_hold),
	};

	return cmocka_run_group_tests_name(
	    "revocations", tests, setup, teardown);
}
