/* SPDX-License-Identifier: Apache-2.0 */
/* test_json.c - the strict reader and the writer. */
#include "tests.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/json_write.h"
#include "base/limits.h"

static zta_arena arena;

static int
setup(void **state)
{
	(void)state;
	zta_arena__init(&arena, (size_t)1 << 24);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	zta_arena__release(&arena);
	return 0;
}

/* Hostile texts, where the error is found, and what it says. */
static const struct {
	const char *text;
	uint32_t line, column;
	const char *message;
} bad[] = {
	{ "", 1, 1, "unexpected end of text" },
	{ " \n ", 2, 2, "unexpected end of text" },
	{ "nul", 1, 1, "unexpected character" },
	{ "True", 1, 1, "unexpected character" },
	{ "1 2", 1, 3, "text after the value" },
	{ "01", 1, 1, "number with a leading zero" },
	{ "-", 1, 1, "unexpected character" },
	{ "+1", 1, 1, "unexpected character" },
	{ ".5", 1, 1, "unexpected character" },
	{ "1.", 1, 1, "number without a fraction" },
	{ "1e", 1, 1, "number without an exponent" },
	{ "NaN", 1, 1, "unexpected character" },
	{ "[1,]", 1, 4, "unexpected character" },
	{ "[1 2]", 1, 4, "expected ',' or ']'" },
	{ "[1", 1, 3, "expected ',' or ']'" },
	{ "[", 1, 2, "unexpected end of text" },
	{ "]", 1, 1, "unexpected character" },
	{ "{\"a\":1,}", 1, 8, "expected a member name" },
	{ "{a:1}", 1, 2, "expected a member name" },
	{ "{\"a\" 1}", 1, 6, "expected ':'" },
	{ "{\"a\":1 \"b\":2}", 1, 8, "expected ',' or '}'" },
	{ "{\"a\":1,\n\"a\":2}", 2, 1, "member name \"a\" occurs twice" },
	{ "{\"a\":1,\"\\u0061\":2}", 1, 8, "member name \"a\" occurs twice" },
	{ "{\"x\":{\"a\":1,\"a\":2}}", 1, 13,
	    "member name \"a\" occurs twice" },
	{ "\"a", 1, 1, "string is not closed" },
	{ "\"a\\", 1, 3, "string is not closed" },
	{ "\"\\q\"", 1, 2, "unknown escape in string" },
	{ "\"\\u12g4\"", 1, 2, "\\u needs four hex digits" },
	{ "\"\\ud800\"", 1, 2, "\\u escape is half a surrogate" },
	{ "\"\\udc00\"", 1, 2, "\\u escape is half a surrogate" },
	{ "\"\\ud800\\u0041\"", 1, 2, "\\u escape is half a surrogate" },
	{ "\"a\nb\"", 1, 3, "control character in string" },
	{ "\"\x80\"", 1, 2, "not UTF-8" },
	{ "\"\xc0\xaf\"", 1, 2, "not UTF-8" },              /* overlong '/' */
	{ "\"\xed\xa0\x80\"", 1, 2, "not UTF-8" },          /* a surrogate */
	{ "\"\xf4\x90\x80\x80\"", 1, 2, "not UTF-8" },      /* over 10FFFF */
	{ "\xef\xbb\xbf{}", 1, 1, "unexpected character" }, /* a mark */
	{ "// x\n1", 1, 1, "unexpected character" },
	{ "'a'", 1, 1, "unexpected character" },
};

static void
test_json__refuses(void **state)
{
	zta_json_doc doc;
	zta_error err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(
		    zta_json__read(&arena, zta_str_of(bad[i].text), &doc, &err),
		    strstr(bad[i].message, "occurs twice") != NULL ?
			ZTA_EEXIST :
			ZTA_ESYNTAX);
		assert_string_equal(err.message, bad[i].message);
		assert_int_equal(err.line, bad[i].line);
		assert_int_equal(err.column, bad[i].column);
		assert_null(doc.root);
	}
}

static void
test_json__refuses_duplicates_among_many(void **state)
{
	char text[4096];
	size_t len = 0;
	zta_json_doc doc;
	zta_error err;
	int i;

	(void)state;
	text[len++] = '{';
	for (i = 0; i < 100; i++) {
		len += (size_t)snprintf(
		    text + len, sizeof(text) - len, "\"k%d\":%d,", i, i);
	}
	(void)snprintf(text + len, sizeof(text) - len, "\"k7\":0}");
	assert_int_equal(
	    zta_json__read(&arena, zta_str_of(text), &doc, &err), ZTA_EEXIST);
	assert_string_equal(err.message, "member name \"k7\" occurs twice");
	assert_int_equal(err.column, len + 1);
}

static void
test_json__depth_is_limited(void **state)
{
	char text[2 * ZTA_JSON_DEPTH_MAX + 3];
	zta_json_doc doc;
	zta_error err;
	const size_t max = ZTA_JSON_DEPTH_MAX;

	(void)state;
	memset(text, '[', max + 1);
	memset(text + max, ']', max);
	assert_int_equal(
	    zta_json__read(&arena, (zta_str){ text, 2 * max }, &doc, &err),
	    ZTA_OK);
	text[max] = '[';
	memset(text + max + 1, ']', max + 1);
	assert_int_equal(
	    zta_json__read(&arena, (zta_str){ text, 2 * max + 2 }, &doc, &err),
	    ZTA_ELIMIT);
	assert_int_equal(err.column, max + 1);
}

static void
test_json__integers_are_exact(void **state)
{
	zta_json_doc doc;
	const zta_json *n;

	(void)state;
	assert_int_equal(zta_json__read(&arena,
			     ZTA_STR("[9223372036854775807,-9223372036854775808"
				     ",9223372036854775808,1.0,1e2,-0,0]"),
			     &doc, NULL),
	    ZTA_OK);
	assert_int_equal(doc.root->count, 7);
	n = zta_json__first(doc.root);
	assert_int_equal(n->type, ZTA_JSON_INTEGER);
	assert_true(n->u.integer == INT64_MAX);
	n = zta_json__after(n);
	assert_true(n->type == ZTA_JSON_INTEGER && n->u.integer == INT64_MIN);
	n = zta_json__after(n);
	assert_int_equal(n->type, ZTA_JSON_NUMBER);
	assert_true(zta_str__is(zta_json__str(n), "9223372036854775808"));
	n = zta_json__after(n);
	assert_int_equal(n->type, ZTA_JSON_NUMBER);
	n = zta_json__after(n);
	assert_int_equal(n->type, ZTA_JSON_NUMBER);
	n = zta_json__after(n);
	assert_int_equal(n->type, ZTA_JSON_NUMBER);
	assert_true(zta_str__is(zta_json__str(n), "-0"));
	n = zta_json__after(n);
	assert_true(n->type == ZTA_JSON_INTEGER && n->u.integer == 0);
}

static void
test_json__strings_are_decoded(void **state)
{
	zta_json_doc doc;

	(void)state;
	assert_int_equal(
	    zta_json__read(&arena,
		ZTA_STR(
		    "\"a\\u0000b\\ud83d\\ude00\xc3\xa9\\/\\\"long enough\""),
		&doc, NULL),
	    ZTA_OK);
	assert_true(zta_str__eq(zta_json__str(doc.root),
	    ZTA_STR("a\0b\xf0\x9f\x98\x80\xc3\xa9/\"long enough")));
}

/*
 * Strings are looked at in blocks: a byte that ends or changes one is seen at
 * each place of each length, with and without text behind it.
 */
#define LONGEST 150u

static void
check_string(size_t len, size_t at, const char *special, bool good)
{
	char body[LONGEST + 16], text[2 * LONGEST + 32];
	zta_json_doc doc;
	zta_error err = { 0 };
	size_t more;

	memset(body, 'x', len);
	memcpy(body + at, special, strlen(special));
	body[len] = '\0';
	for (more = 0; more < 2; more++) {
		(void)snprintf(text, sizeof(text), "[\"%s\",\"%.*s\"]", body,
		    more == 0 ? 0 : (int)LONGEST, body);
		zta_arena__reset(&arena);
		assert_int_equal(
		    zta_json__read(&arena, zta_str_of(text), &doc, &err),
		    good ? ZTA_OK : ZTA_ESYNTAX);
		if (!good) {
			assert_int_equal(err.column, 3 + at);
			continue;
		}
		assert_int_equal(doc.root[1].count, len - (*special == '\\'));
		assert_int_equal(doc.root[1].u.text[0],
		    at == 0 ? (*special == '\\' ? '\t' : *special) : 'x');
	}
}

static void
test_json__sees_all_bytes_of_strings(void **state)
{
	static const struct {
		const char *text;
		bool good;
	} specials[] = { { "\\t", true }, { "\xc3\xa9", true },
		{ "~\x7f", true }, { "\x01", false }, { "\x1f", false },
		{ "\xff", false }, { "\\x", false }, { "\xc3(", false } };
	size_t i, len, at, size;

	(void)state;
	for (i = 0; i < sizeof(specials) / sizeof(specials[0]); i++) {
		size = strlen(specials[i].text);
		for (len = size; len < LONGEST; len++) {
			for (at = 0; at + size <= len; at++) {
				check_string(len, at, specials[i].text,
				    specials[i].good);
			}
		}
	}
}

static void
test_json__get_and_place(void **state)
{
	zta_json_doc doc;
	const zta_json *n;
	zta_error err;

	(void)state;
	assert_int_equal(
	    zta_json__read(&arena,
		ZTA_STR("{\"a\":{\"x/y\":[1,\n {\"z\":null}]},\"b\":2}"), &doc,
		NULL),
	    ZTA_OK);
	assert_int_equal(zta_json__get(doc.root, "b")->u.integer, 2);
	assert_null(zta_json__get(doc.root, "c"));
	n = zta_json__get(zta_json__get(doc.root, "a"), "x/y");
	n = zta_json__get(zta_json__after(zta_json__first(n)), "z");
	assert_int_equal(
	    zta_json__fail(&doc, n, &err, ZTA_EINVALID, "no %s", "null"),
	    ZTA_EINVALID);
	assert_string_equal(err.place, "/a/x~1y/1/z");
	assert_string_equal(err.message, "no null");
	assert_int_equal(err.line, 2);
	assert_int_equal(err.column, 7);
}

static void
test_json__elements_one_by_one(void **state)
{
	zta_str text = ZTA_STR(" [ {\"a\":\"],\"}, 2 ,[3]\n] ");
	zta_json_doc doc;
	size_t at = 0;
	uint32_t count = 0;

	(void)state;
	for (;;) {
		assert_int_equal(
		    zta_json__next_element(&arena, text, &at, &doc, NULL),
		    ZTA_OK);
		if (doc.root == NULL) {
			break;
		}
		count++;
	}
	assert_int_equal(count, 3);
	at = 0;
	assert_int_equal(
	    zta_json__next_element(&arena, ZTA_STR("[]"), &at, &doc, NULL),
	    ZTA_OK);
	assert_null(doc.root);
	at = 0;
	assert_int_equal(
	    zta_json__next_element(&arena, ZTA_STR("[1 2]"), &at, &doc, NULL),
	    ZTA_OK);
	assert_int_equal(
	    zta_json__next_element(&arena, ZTA_STR("[1 2]"), &at, &doc, NULL),
	    ZTA_ESYNTAX);
}

static void
test_json__writes(void **state)
{
	zta_buf buf;
	zta_json_out out = { &buf, false };

	(void)state;
	zta_buf__init(&buf, 4096);
	zta_json_out__open(&out, '{');
	zta_json_out__name(&out, "a");
	zta_json_out__str(&out, ZTA_STR("q\"\\\n\x01\xc3\xa9"));
	zta_json_out__name(&out, "b");
	zta_json_out__open(&out, '[');
	zta_json_out__int(&out, INT64_MIN);
	zta_json_out__bool(&out, true);
	zta_json_out__null(&out);
	zta_json_out__close(&out, ']');
	zta_json_out__close(&out, '}');
	assert_int_equal(buf.status, ZTA_OK);
	assert_true(zta_str__is(zta_buf__str(&buf),
	    "{\"a\":\"q\\\"\\\\\\n\\u0001\xc3\xa9\","
	    "\"b\":[-9223372036854775808,true,null]}"));
	zta_buf__release(&buf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json__refuses),
		cmocka_unit_test(test_json__refuses_duplicates_among_many),
		cmocka_unit_test(test_json__depth_is_limited),
		cmocka_unit_test(test_json__integers_are_exact),
		cmocka_unit_test(test_json__strings_are_decoded),
		cmocka_unit_test(test_json__sees_all_bytes_of_strings),
		cmocka_unit_test(test_json__get_and_place),
		cmocka_unit_test(test_json__elements_one_by_one),
		cmocka_unit_test(test_json__writes),
	};

	return cmocka_run_group_tests_name("json", tests, setup, teardown);
}
