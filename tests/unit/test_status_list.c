/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_status_list.c - lists as the draft has them, and those that are none.
 * SPEC: draft-ietf-oauth-status-list
 */
#include "tests.h"

#include "base/deflate.h"
#include "base/limits.h"
#include "identity/status_list.h"
#include "jws_made.h"

/* 2026-01-01T00:00:00Z */
#define NOW 1767225600000
#define URI "https://corp/list"

static zta_arena arena;
static zta_key *issuer, *other;
static zta_sources sources;
static zta_status_list_origin origin;

static int
setup(void **state)
{
	static char document[4096];
	char jwk[ZTA_KEY_JWK_MAX];

	(void)state;
	zta_arena__init(&arena, SIZE_MAX);
	assert_int_equal(
	    zta_key_generate(&issuer, ZTA_ALG_EDDSA, NULL), ZTA_OK);
	assert_int_equal(zta_key_generate(&other, ZTA_ALG_EDDSA, NULL), ZTA_OK);
	assert_int_equal(
	    zta_key_public_jwk(issuer, ZTA_ALG_NONE, ZTA_STR("i"), jwk, NULL),
	    ZTA_OK);
	(void)snprintf(document, sizeof(document),
	    "{\"sources\":{\"a\":{\"kind\":\"jwt\",\"issuer\":\"https://corp\","
	    "\"audience\":\"me\",\"algorithms\":[\"EdDSA\"],\"leeway_s\":5,"
	    "\"jwks\":{\"keys\":[%s]}}}}",
	    jwk);
	assert_int_equal(zta_sources__read(&sources, &arena,
			     zta_str_of(document), NULL, NULL),
	    ZTA_OK);
	origin = (zta_status_list_origin){ &sources.list[0],
		&sources.list[0].keys, ZTA_STR(URI) };
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	zta_sources__release(&sources);
	zta_key_close(issuer);
	zta_key_close(other);
	zta_arena__release(&arena);
	return 0;
}

static zta_status
read_as(const char *header, const char *payload, const char *lst,
    const zta_key *key, zta_status_list *out)
{
	const made_text texts[] = { { 'L', lst }, { '\0', "" } };
	zta_error err = { 0 };
	zta_buf token;
	zta_status status;

	zta_buf__init(&token, SIZE_MAX);
	made_jws(&token, header, payload, texts, key);
	status = zta_status_list__read(
	    out, &arena, &origin, zta_buf__str(&token), NOW, &err);
	zta_buf__release(&token);
	assert_int_equal(status == ZTA_OK, out->bits > 0);
	return status;
}

#define HEADER "{\"alg\":\"EdDSA\",\"typ\":\"statuslist+jwt\"}"
#define LIST(bits) "\"status_list\":{\"bits\":" bits ",\"lst\":\"$L\"}"
#define GOOD(bits) "{\"sub\":\"" URI "\",\"iat\":1767225600," LIST(bits) "}"
#define ONE "eNrbuRgAAhcBXQ"

/* --- the examples of the draft */

static const unsigned two_bits[12] = { 1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3 };
static const unsigned one_bit[16] = { 1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1,
	0, 1 };
/* A million statuses, of which these are 1. */
static const char large[] =
    "eNrt3AENwCAMAEGogklACtKQPg9LugC9k_ACvreiogEAAKkeCQAAAAAAAAAA"
    "AAAAAAAAAIBylgQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAXG9IAAAAAAAAAPwsJAAAAAAAAAAAAAAAvhsSAAAAAAAAAAAA7KpL"
    "AAAAAAAAAAAAAAAAAAAAAJsLCQAAAAAAAAAAADjelAAAAAAAAAAAKjDMAQAA"
    "AACAZC8L2AEb";
static const uint64_t invalid[] = { 0, 1993, 25460, 159495, 495669, 554353,
	645645, 723232, 854545, 934534, 1000345 };

static void
test_status_list__reads_the_published_ones(void **state)
{
	zta_status_list list;
	unsigned status = 9;
	uint64_t i;
	size_t found = 0;

	(void)state;
	assert_int_equal(
	    read_as(HEADER, GOOD("1"), ONE, issuer, &list), ZTA_OK);
	for (i = 0; i < 16; i++) {
		assert_true(zta_status_list__at(&list, i, &status));
		assert_int_equal(status, one_bit[i]);
	}
	assert_false(zta_status_list__at(&list, 16, &status));
	assert_false(zta_status_list__at(&list, UINT64_MAX, &status));
	assert_int_equal(
	    read_as(HEADER, GOOD("2"), "eNo76fITAAPfAgc", issuer, &list),
	    ZTA_OK);
	for (i = 0; i < 12; i++) {
		assert_true(zta_status_list__at(&list, i, &status));
		assert_int_equal(status, two_bits[i]);
	}
	assert_false(zta_status_list__at(&list, 12, &status));
	assert_int_equal(
	    read_as(HEADER, GOOD("1"), large, issuer, &list), ZTA_OK);
	for (i = 0; zta_status_list__at(&list, i, &status); i++) {
		if (status == 1) {
			assert_int_equal(i, invalid[found]);
			found++;
		}
	}
	assert_int_equal(i, 1 << 20);
	assert_int_equal(found, sizeof(invalid) / sizeof(invalid[0]));
}

/* Four and eight bits: low digits of a byte come first. */
static void
test_status_list__reads_wider_ones(void **state)
{
	zta_status_list list;
	zta_buf packed, digits;
	unsigned status;

	(void)state;
	zta_buf__init(&packed, SIZE_MAX);
	zta_buf__init(&digits, SIZE_MAX);
	zta_deflate__put(&packed, ZTA_STR("\x21\xf3"));
	zta_b64__put(&digits, zta_buf__str(&packed));
	zta_buf__byte(&digits, '\0');
	assert_int_equal(
	    read_as(HEADER, GOOD("4"), digits.ptr, issuer, &list), ZTA_OK);
	assert_true(zta_status_list__at(&list, 0, &status) && status == 1);
	assert_true(zta_status_list__at(&list, 1, &status) && status == 2);
	assert_true(zta_status_list__at(&list, 2, &status) && status == 3);
	assert_true(zta_status_list__at(&list, 3, &status) && status == 15);
	assert_false(zta_status_list__at(&list, 4, &status));
	assert_int_equal(
	    read_as(HEADER, GOOD("8"), digits.ptr, issuer, &list), ZTA_OK);
	assert_true(zta_status_list__at(&list, 1, &status) && status == 0xf3);
	assert_false(zta_status_list__at(&list, 2, &status));
	zta_buf__release(&packed);
	zta_buf__release(&digits);
}

/* --- what is none */

#define WITH(more) \
	"{\"sub\":\"" URI "\",\"iat\":1767225600" more "," LIST("1") "}"

static const struct {
	const char *header, *payload, *lst;
	zta_status status;
	int64_t life_ms;
} cases[] = {
	{ HEADER, WITH(""), ONE, ZTA_OK, ZTA_STATUS_LIFE_MS },
	{ HEADER, WITH(",\"ttl\":60"), ONE, ZTA_OK, 60000 },
	{ HEADER, WITH(",\"ttl\":100000000"), ONE, ZTA_OK,
	    ZTA_STATUS_LIFE_MAX_MS },
	{ HEADER, WITH(",\"ttl\":60,\"exp\":1767225610"), ONE, ZTA_OK, 15000 },
	{ HEADER, WITH(",\"iss\":\"https://corp\""), ONE, ZTA_OK,
	    ZTA_STATUS_LIFE_MS },
	{ HEADER, WITH(",\"iss\":\"https://other\""), ONE, ZTA_EUNTRUSTED, 0 },
	{ HEADER, WITH(",\"ttl\":0"), ONE, ZTA_EUNTRUSTED, 0 },
	{ HEADER, WITH(",\"ttl\":\"60\""), ONE, ZTA_EUNTRUSTED, 0 },
	{ HEADER, WITH(",\"exp\":1767225595"), ONE, ZTA_EUNTRUSTED, 0 },
	{ HEADER, WITH(",\"exp\":\"x\""), ONE, ZTA_EUNTRUSTED, 0 },
	{ "{\"alg\":\"EdDSA\",\"typ\":\"JWT\"}", WITH(""), ONE, ZTA_EUNTRUSTED,
	    0 },
	{ "{\"alg\":\"EdDSA\"}", WITH(""), ONE, ZTA_EUNTRUSTED, 0 },
	{ "{\"alg\":\"none\",\"typ\":\"statuslist+jwt\"}", WITH(""), ONE,
	    ZTA_EUNTRUSTED, 0 },
	{ "{\"alg\":\"ES256\",\"typ\":\"statuslist+jwt\"}", WITH(""), ONE,
	    ZTA_EUNTRUSTED, 0 },
	{ HEADER, "{\"iat\":1767225600," LIST("1") "}", ONE, ZTA_EUNTRUSTED,
	    0 },
	{ HEADER, "{\"sub\":\"" URI "/\",\"iat\":1767225600," LIST("1") "}",
	    ONE, ZTA_EUNTRUSTED, 0 },
	{ HEADER, "{\"sub\":\"" URI "\"," LIST("1") "}", ONE, ZTA_EUNTRUSTED,
	    0 },
	{ HEADER, "{\"sub\":\"" URI "\",\"iat\":1767225606," LIST("1") "}", ONE,
	    ZTA_EUNTRUSTED, 0 },
	{ HEADER, "{\"sub\":\"" URI "\",\"iat\":1767225600}", ONE,
	    ZTA_EUNTRUSTED, 0 },
	{ HEADER, "{\"sub\":\"" URI "\",\"iat\":1767225600,\"status_list\":[]}",
	    ONE, ZTA_EUNTRUSTED, 0 },
	{ HEADER, GOOD("3"), ONE, ZTA_EUNTRUSTED, 0 },
	{ HEADER, GOOD("0"), ONE, ZTA_EUNTRUSTED, 0 },
	{ HEADER, GOOD("16"), ONE, ZTA_EUNTRUSTED, 0 },
	{ HEADER, GOOD("\"1\""), ONE, ZTA_EUNTRUSTED, 0 },
	{ HEADER, WITH(""), "", ZTA_EUNTRUSTED, 0 },
	{ HEADER, WITH(""), "eNrbuRgAAhcBXQ==", ZTA_EUNTRUSTED, 0 },
	{ HEADER, WITH(""), "AAAA", ZTA_EUNTRUSTED, 0 },
	/* cut, another checksum, and something behind */
	{ HEADER, WITH(""), "eNrbuRgAAhcB", ZTA_EUNTRUSTED, 0 },
	{ HEADER, WITH(""), "eNrbuRgAAhcBXA", ZTA_EUNTRUSTED, 0 },
	{ HEADER, WITH(""), "eNrbuRgAAhcBXQAA", ZTA_EUNTRUSTED, 0 },
};

static void
test_status_list__refuses_what_is_none(void **state)
{
	zta_status_list list;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (read_as(cases[i].header, cases[i].payload, cases[i].lst,
			issuer, &list) != cases[i].status) {
			fail_msg(
			    "%zu: %s %s", i, cases[i].payload, cases[i].lst);
		}
		assert_int_equal(list.life_ms, cases[i].life_ms);
	}
	assert_int_equal(
	    read_as(HEADER, GOOD("1"), ONE, other, &list), ZTA_EUNTRUSTED);
}

/* A small text that would be a large list is not inflated to its end. */
static void
test_status_list__has_limits(void **state)
{
	static char zeros[ZTA_STATUS_LIST_MAX + 1];
	zta_status_list list;
	zta_buf packed, digits;
	size_t i;

	(void)state;
	zta_buf__init(&packed, SIZE_MAX);
	zta_buf__init(&digits, SIZE_MAX);
	for (i = 0; i < 2; i++) {
		zta_buf__clear(&packed);
		zta_buf__clear(&digits);
		zta_deflate__put(
		    &packed, (zta_str){ zeros, ZTA_STATUS_LIST_MAX + i });
		zta_b64__put(&digits, zta_buf__str(&packed));
		zta_buf__byte(&digits, '\0');
		assert_int_equal(
		    read_as(HEADER, GOOD("1"), digits.ptr, issuer, &list),
		    i == 0 ? ZTA_OK : ZTA_ELIMIT);
	}
	zta_buf__release(&packed);
	zta_buf__release(&digits);
	assert_int_equal(
	    zta_status_list__read(&list, &arena, &origin,
		(zta_str){ zeros, ZTA_STATUS_LIST_MAX + 1 }, NOW, NULL),
	    ZTA_ELIMIT);
}

static const struct {
	const char *claims;
	zta_status status;
	uint64_t index;
} places[] = {
	{ "{}", ZTA_OK, 0 },
	{ "{\"status\":{\"status_list\":{\"idx\":7,\"uri\":\"u\"}}}", ZTA_OK,
	    7 },
	{ "{\"status\":{\"status_list\":{\"idx\":0,\"uri\":\"u\"},\"x\":1}}",
	    ZTA_OK, 0 },
	{ "{\"status\":null}", ZTA_EUNTRUSTED, 0 },
	{ "{\"status\":{}}", ZTA_EUNTRUSTED, 0 },
	{ "{\"status\":{\"x\":{}}}", ZTA_EUNTRUSTED, 0 },
	{ "{\"status\":{\"status_list\":1}}", ZTA_EUNTRUSTED, 0 },
	{ "{\"status\":{\"status_list\":{\"idx\":7}}}", ZTA_EUNTRUSTED, 0 },
	{ "{\"status\":{\"status_list\":{\"uri\":\"u\"}}}", ZTA_EUNTRUSTED, 0 },
	{ "{\"status\":{\"status_list\":{\"idx\":-1,\"uri\":\"u\"}}}",
	    ZTA_EUNTRUSTED, 0 },
	{ "{\"status\":{\"status_list\":{\"idx\":1.5,\"uri\":\"u\"}}}",
	    ZTA_EUNTRUSTED, 0 },
	{ "{\"status\":{\"status_list\":{\"idx\":\"7\",\"uri\":\"u\"}}}",
	    ZTA_EUNTRUSTED, 0 },
	{ "{\"status\":{\"status_list\":{\"idx\":7,\"uri\":\"\"}}}",
	    ZTA_EUNTRUSTED, 0 },
};

static void
test_status_list__finds_the_place(void **state)
{
	zta_status_place place;
	zta_json_doc doc;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		assert_int_equal(zta_json__read(&arena,
				     zta_str_of(places[i].claims), &doc, NULL),
		    ZTA_OK);
		if (zta_status_place__read(doc.root, &place, NULL) !=
		    places[i].status) {
			fail_msg("%s", places[i].claims);
		}
		assert_int_equal(place.index, places[i].index);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_status_list__reads_the_published_ones),
		cmocka_unit_test(test_status_list__reads_wider_ones),
		cmocka_unit_test(test_status_list__refuses_what_is_none),
		cmocka_unit_test(test_status_list__has_limits),
		cmocka_unit_test(test_status_list__finds_the_place),
	};

	return cmocka_run_group_tests_name(
	    "status_list", tests, setup, teardown);
}
