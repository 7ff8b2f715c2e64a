/* SPDX-License-Identifier: Apache-2.0 */
/* test_consent.c - ID tokens as consent to a grant. SPEC: ztauth 7 */
#include "tests.h"

#include "base/str.h"
#include "grant_made.h"
#include "identity/jws.h"
#include "pdp/consent.h"

static zta_arena arena;
static zta_key *provider, *other;
static zta_sources sources;
static zta_grant grant;
static char nonce[ZTA_B64_LEN(ZTA_SHA256_LEN) + 1];

/* GRANT_NOW, in seconds and near it. */
#define NOW "1767225600"

static void
read_sources(void)
{
	static const char format[] =
	    "{\"sources\":{"
	    "\"idp\":{\"kind\":\"oidc\",\"issuer\":\"https://idp\","
	    "\"audience\":[\"web\"],\"algorithms\":[\"ES256\"],"
	    "\"jwks\":{\"keys\":[%s]},"
	    "\"principal\":{\"kind\":\"human\",\"type\":\"User\"}},"
	    "\"machines\":{\"kind\":\"oidc\",\"issuer\":\"https://machines\","
	    "\"audience\":[\"web\"],\"algorithms\":[\"ES256\"],"
	    "\"jwks\":{\"keys\":[%s]},"
	    "\"principal\":{\"kind\":\"workload\",\"type\":\"User\"}},"
	    "\"corp\":{\"kind\":\"jwt\",\"issuer\":\"https://corp\","
	    "\"audience\":[\"web\"],\"algorithms\":[\"ES256\"],"
	    "\"jwks\":{\"keys\":[%s]},"
	    "\"principal\":{\"kind\":\"human\",\"type\":\"User\"}}}}";
	char jwk[ZTA_KEY_JWK_MAX], text[4 * ZTA_KEY_JWK_MAX];

	assert_int_equal(
	    zta_key_public_jwk(provider, ZTA_ALG_NONE, ZTA_STR("k"), jwk, NULL),
	    ZTA_OK);
	(void)snprintf(text, sizeof(text), format, jwk, jwk, jwk);
	assert_int_equal(
	    zta_sources__read(&sources, &arena,
		zta_arena__copy(&arena, zta_str_of(text)), NULL, NULL),
	    ZTA_OK);
}

static int
set_up(void **state)
{
	static const grant_member by_nonce[] = {
		{ "consent", "{\"kind\":\"oidc-nonce\"}" }, { NULL, NULL }
	};
	zta_buf payload;

	(void)state;
	zta_arena__init(&arena, SIZE_MAX);
	assert_int_equal(
	    zta_key_generate(&provider, ZTA_ALG_ES256, NULL), ZTA_OK);
	assert_int_equal(zta_key_generate(&other, ZTA_ALG_ES256, NULL), ZTA_OK);
	read_sources();
	zta_buf__init(&payload, SIZE_MAX);
	made_grant_payload(&payload, by_nonce);
	assert_int_equal(
	    zta_grant__read_payload(&grant, &arena,
		zta_arena__copy(&arena, zta_buf__str(&payload)), NULL),
	    ZTA_OK);
	zta_buf__release(&payload);
	zta_b64__encode(
	    (zta_str){ (const char *)grant.digest, ZTA_SHA256_LEN }, nonce);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	zta_sources__release(&sources);
	zta_key_close(provider);
	zta_key_close(other);
	zta_arena__release(&arena);
	return 0;
}

#define ISS "\"iss\":\"https://idp\","
#define SUB "\"sub\":\"alice\","
#define AUD "\"aud\":\"web\","
#define IAT "\"iat\":" NOW ","
#define EXP "\"exp\":1767226600,"
#define NONCE "\"nonce\":\"%s\""

static const struct {
	const char *claims;
	bool by_other;
	int64_t later_s; /* it is judged so long after GRANT_NOW */
	const char *why; /* NULL: it is consent */
} rows[] = {
	{ ISS SUB AUD IAT EXP NONCE, false, 0, NULL },
	{ ISS SUB AUD IAT EXP NONCE, false, 599, NULL },
	{ ISS SUB AUD IAT EXP NONCE, false, 600, "10 minutes ago" },
	{ ISS SUB AUD IAT EXP NONCE, true, 0, "signature" },
	{ ISS SUB AUD IAT EXP NONCE, false, 2000, "expired" },
	{ ISS SUB AUD EXP NONCE, false, 0, "`iat`" },
	{ ISS SUB AUD "\"iat\":1767226201," EXP NONCE, false, 601,
	    "before the consent" },
	{ ISS SUB AUD "\"iat\":1767226200," EXP NONCE, false, 601, NULL },
	{ ISS SUB AUD IAT EXP "\"x\":\"%s\"", false, 0, "`nonce`" },
	{ ISS SUB AUD IAT EXP "\"nonce\":[\"%s\"]", false, 0, "`nonce`" },
	{ ISS SUB AUD IAT EXP "\"nonce\":\"%s=\"", false, 0, "`nonce`" },
	{ ISS SUB AUD IAT EXP "\"x\":\"%s\",\"nonce\":"
			      "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"",
	    false, 0, "`nonce`" },
	{ ISS "\"sub\":\"bob\"," AUD IAT EXP NONCE, false, 0,
	    "another person" },
	{ ISS SUB "\"aud\":\"shop\"," IAT EXP NONCE, false, 0,
	    "somebody else" },
	{ ISS SUB "\"aud\":[\"web\",\"shop\"],\"azp\":\"shop\"," IAT EXP NONCE,
	    false, 0, "another client" },
	{ "\"iss\":\"https://corp\"," SUB AUD IAT EXP NONCE, false, 0,
	    "kind `oidc`" },
	{ "\"iss\":\"https://machines\"," SUB AUD IAT EXP NONCE, false, 0,
	    "not of a person" },
	{ "\"iss\":\"https://evil\"," SUB AUD IAT EXP NONCE, false, 0,
	    "no source" },
};

static void
test_consent__is_of_this_person_for_this_grant_now(void **state)
{
	char text[1024], format[1024];
	zta_presented presented = { .as = ZTA_AS_ID_TOKEN };
	zta_verifier with = { .sources = &sources, .arena = &arena };
	zta_principal person;
	zta_why_not why_not;
	zta_error err;
	zta_buf token;
	zta_status status;
	size_t i;

	(void)state;
	zta_buf__init(&token, SIZE_MAX);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		(void)snprintf(format, sizeof(format), "{%s}", rows[i].claims);
		/* Each has the nonce somewhere. */
		assert_non_null(strstr(format, "%s"));
		(void)snprintf(text, sizeof(text), "{%.*s%s%s}",
		    (int)(strstr(format, "%s") - format - 1), format + 1, nonce,
		    strstr(format, "%s") + 2);
		text[strlen(text) - 1] = '\0';
		zta_buf__clear(&token);
		assert_int_equal(
		    zta_jws__sign(&token, rows[i].by_other ? other : provider,
			ZTA_ALG_ES256, ZTA_STR("JWT"), ZTA_STR("k"),
			zta_str_of(text), NULL),
		    ZTA_OK);
		presented.credential = zta_buf__str(&token);
		with.now = GRANT_NOW + rows[i].later_s * 1000;
		err = (zta_error){ 0 };
		status = zta_consent__judge(
		    &with, &presented, &grant, &person, &why_not, &err);
		if (status != (rows[i].why == NULL ? ZTA_OK : ZTA_EUNTRUSTED) ||
		    (rows[i].why != NULL &&
			strstr(err.message, rows[i].why) == NULL)) {
			fail_msg("%s: %s", text, err.message);
		}
	}
	zta_buf__release(&token);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_consent__is_of_this_person_for_this_grant_now),
	};

	return cmocka_run_group_tests_name("consent", tests, set_up, tear_down);
}
