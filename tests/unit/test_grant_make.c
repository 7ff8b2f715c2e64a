/* SPDX-License-Identifier: Apache-2.0 */
/* test_grant_make.c - grants that are composed, signed and shown. SPEC: ztauth 7 */
#include "tests.h"

#include "base/str.h"
#include "trust/grant_show.h"

static zta_key *alice, *agent;

static int
set_up(void **state)
{
	(void)state;
	return zta_key_generate(&alice, ZTA_ALG_ES256, NULL) != ZTA_OK ||
	    zta_key_generate(&agent, ZTA_ALG_EDDSA, NULL) != ZTA_OK;
}

static int
tear_down(void **state)
{
	(void)state;
	zta_key_close(alice);
	zta_key_close(agent);
	return 0;
}

static const zta_str actions[] = { { "read", 4 }, { "list", 4 } };
static const zta_str resources[] = { { "Doc::\"1\"", 8 }, { "Note", 4 } };

static zta_grant_terms
good(void)
{
	return (zta_grant_terms){ .delegator = ZTA_STR("User::\"alice\""),
		.delegate = ZTA_STR("w:agent"),
		.zone = ZTA_STR("100000000001"),
		.actions = actions,
		.action_count = 2,
		.resources = resources,
		.resource_count = 2,
		.not_before_s = 1767225600,
		.expires_s = 1767229200,
		.max_depth = 1 };
}

static zta_str
make(const zta_grant_terms *terms, const zta_key *key)
{
	zta_str payload, token;

	assert_int_equal(
	    zta_grant_compose(terms, false, &payload, NULL), ZTA_OK);
	assert_int_equal(zta_grant_sign(payload, key, &token, NULL), ZTA_OK);
	zta_str_free(payload);
	return token;
}

static void
test_grant_make__says_it_in_plain_words(void **state)
{
	static const struct {
		const char *when;
		bool once;
		uint32_t depth;
		const char *statement;
	} rows[] = {
		{ "", false, 0,
		    "w:agent may read and list Doc::\"1\" and every Note for "
		    "User::\"alice\", from 2026-01-01T00:00:00Z until "
		    "2026-01-01T01:00:00Z; it may not be passed on." },
		{ "context.a\n< 3", true, 2,
		    "w:agent may read and list Doc::\"1\" and every Note for "
		    "User::\"alice\", from 2026-01-01T00:00:00Z until "
		    "2026-01-01T01:00:00Z, once, when context.a < 3; it may be "
		    "passed on, 2 deep." },
	};
	const zta_grant_list *list;
	zta_grant_terms terms;
	zta_str text;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		terms = good();
		terms.when = zta_str_of(rows[i].when);
		terms.once = rows[i].once;
		terms.max_depth = rows[i].depth;
		text = make(&terms, alice);
		assert_int_equal(zta_grant_look(text, &list, NULL), ZTA_OK);
		assert_true(
		    zta_str__is(list->list[0].statement, rows[i].statement));
		zta_grant_list_free(list);
		zta_str_free(text);
	}
}

/* What breaks a rule of the form is not made, and its place is told. */
static void
test_grant_make__makes_no_bad_grant(void **state)
{
	zta_grant_terms rows[7];
	static const char *const places[] = { "/authority/when", "/exp", "/exp",
		"/max_depth", "/cnf", "/statement", "/statement" };
	char long_text[1100];
	zta_error err;
	zta_str out;
	size_t i;

	(void)state;
	memset(long_text, 'x', sizeof(long_text));
	for (i = 0; i < 7; i++) {
		rows[i] = good();
	}
	rows[0].when = ZTA_STR("true } when { true");
	rows[1].expires_s = rows[1].not_before_s;
	rows[2].expires_s += 367 * 86400;
	rows[3].max_depth = 8;
	rows[4].holder = ZTA_STR("short");
	rows[5].statement = ZTA_STR("a\x1b[2K");
	rows[6].delegate = (zta_str){ long_text, 1000 };
	for (i = 0; i < 7; i++) {
		err = (zta_error){ 0 };
		assert_int_equal(zta_grant_compose(&rows[i], false, &out, &err),
		    ZTA_EUNTRUSTED);
		assert_string_equal(err.place, places[i]);
		assert_null(out.ptr);
	}
}

static void
test_grant_make__passes_on_no_more(void **state)
{
	static const zta_str more[] = { { "read", 4 }, { "write", 5 } };
	zta_grant_terms parent = good(), child, rows[5];
	static const char *const words[] = { "wider_actions", "wider_time",
		"wider_depth", "not_delegate", "wider_use" };
	zta_str token, out;
	zta_error err;
	size_t i;

	(void)state;
	parent.once = true;
	token = make(&parent, alice);
	child = good();
	child.delegator = ZTA_STR("w:agent");
	child.delegate = ZTA_STR("w:order");
	child.parent = token;
	child.max_depth = 0;
	child.once = true;
	for (i = 0; i < 5; i++) {
		rows[i] = child;
	}
	rows[0].actions = more;
	rows[1].expires_s++;
	rows[2].max_depth = 1;
	rows[3].delegator = ZTA_STR("w:other");
	rows[4].once = false;
	for (i = 0; i < 5; i++) {
		assert_int_equal(zta_grant_compose(&rows[i], false, &out, &err),
		    ZTA_EUNTRUSTED);
		assert_non_null(strstr(err.message, words[i]));
	}
	assert_int_equal(zta_grant_compose(&child, false, &out, NULL), ZTA_OK);
	zta_str_free(out);
	zta_str_free(token);
}

/* What is consented to by signing in is not signed by a key. */
static void
test_grant_make__signs_what_is_to_be_signed(void **state)
{
	const zta_grant_terms terms = good();
	zta_str payload, out;

	(void)state;
	assert_int_equal(
	    zta_grant_compose(&terms, true, &payload, NULL), ZTA_OK);
	assert_int_equal(
	    zta_grant_sign(payload, alice, &out, NULL), ZTA_EUNTRUSTED);
	zta_str_free(payload);
	assert_int_equal(
	    zta_grant_sign(ZTA_STR("{}"), alice, &out, NULL), ZTA_EUNTRUSTED);
	assert_int_equal(
	    zta_grant_sign(ZTA_STR("x"), alice, &out, NULL), ZTA_EUNTRUSTED);
}

static void
test_grant_make__is_verified_by_its_keys(void **state)
{
	const zta_grant_terms terms = good();
	zta_str token = make(&terms, alice);
	char own[ZTA_KEY_JWK_MAX], other[ZTA_KEY_JWK_MAX];
	char document[3 * ZTA_KEY_JWK_MAX];
	static const struct {
		const char *format;
		bool own;
		zta_status status;
	} rows[] = {
		{ "{\"keys\":[%s]}", true, ZTA_OK },
		{ "{\"keys\":[%s]}", false, ZTA_EUNTRUSTED },
		{ "{\"delegators\":[{\"name\":\"User::\\\"alice\\\"\","
		  "\"jwks\":{\"keys\":[%s]}}]}",
		    true, ZTA_OK },
		{ "{\"delegators\":[{\"name\":\"User::\\\"bob\\\"\","
		  "\"jwks\":{\"keys\":[%s]}}]}",
		    true, ZTA_EUNTRUSTED },
		{ "{\"keys\":[%s]", true, ZTA_ESYNTAX },
	};
	size_t i;

	(void)state;
	assert_int_equal(
	    zta_key_public_jwk(alice, ZTA_ALG_NONE, ZTA_STR(""), own, NULL),
	    ZTA_OK);
	assert_int_equal(
	    zta_key_public_jwk(agent, ZTA_ALG_NONE, ZTA_STR(""), other, NULL),
	    ZTA_OK);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		(void)snprintf(document, sizeof(document), rows[i].format,
		    rows[i].own ? own : other);
		assert_int_equal(
		    zta_grant_verify(token, zta_str_of(document), NULL),
		    rows[i].status);
	}
	zta_str_free(token);
}

/* A server's answer: what it says around a grant, and nothing else of it. */
static void
test_grant_make__is_shown_and_read_back(void **state)
{
	const zta_grant_terms terms = good();
	zta_str token = make(&terms, alice), text;
	const zta_grant_list *list;
	zta_grant_shown shown, back;
	zta_arena arena;
	zta_json_doc doc;

	(void)state;
	zta_arena__init(&arena, SIZE_MAX);
	assert_int_equal(zta_grant_look(token, &list, NULL), ZTA_OK);
	shown = list->list[0];
	shown.state = "live";
	shown.above = &shown.jti;
	shown.above_count = 1;
	shown.statement = ZTA_STR("another");
	assert_int_equal(zta_grant_json(&shown, &text, NULL), ZTA_OK);
	assert_int_equal(zta_json__read(&arena, text, &doc, NULL), ZTA_OK);
	assert_int_equal(
	    zta_grant_show__get(&back, &arena, doc.root, NULL), ZTA_OK);
	assert_string_equal(back.state, "live");
	assert_int_equal(back.above_count, 1);
	assert_true(zta_str__eq(back.jti, shown.jti));
	assert_true(zta_str__eq(back.digest, shown.digest));
	assert_true(zta_str__eq(back.statement, list->list[0].statement));
	zta_str_free(text);
	shown.state = "good";
	assert_int_equal(zta_grant_json(&shown, &text, NULL), ZTA_OK);
	assert_int_equal(zta_json__read(&arena, text, &doc, NULL), ZTA_OK);
	assert_int_equal(
	    zta_grant_show__get(&back, &arena, doc.root, NULL), ZTA_EINVALID);
	zta_str_free(text);
	zta_grant_list_free(list);
	zta_str_free(token);
	zta_arena__release(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grant_make__says_it_in_plain_words),
		cmocka_unit_test(test_grant_make__makes_no_bad_grant),
		cmocka_unit_test(test_grant_make__passes_on_no_more),
		cmocka_unit_test(test_grant_make__signs_what_is_to_be_signed),
		cmocka_unit_test(test_grant_make__is_verified_by_its_keys),
		cmocka_unit_test(test_grant_make__is_shown_and_read_back),
	};

	return cmocka_run_group_tests_name(
	    "grant_make", tests, set_up, tear_down);
}
