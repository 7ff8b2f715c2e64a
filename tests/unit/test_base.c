/* SPDX-License-Identifier: Apache-2.0 */
/* test_base.c - arena, slices, maps, buffers, files, UTF-8, base64url, time. */
#include "tests.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/b64.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/map.h"
#include "base/time.h"
#include "base/utf8.h"

static void
test_arena__stops_at_its_maximum(void **state)
{
	zta_arena arena;
	zta_error err;
	size_t got = 0;

	(void)state;
	zta_arena__init(&arena, 100000);
	while (zta_arena__alloc(&arena, 1000) != NULL) {
		got++;
	}
	assert_true(got >= 90 && got <= 100);
	assert_int_equal(zta_arena__failed(&arena, &err), ZTA_ELIMIT);
	zta_arena__reset(&arena);
	assert_non_null(zta_arena__alloc(&arena, 1000));
	assert_null(zta_arena__zalloc(&arena, SIZE_MAX / 2, 3));
	zta_arena__release(&arena);
}

static void
test_arena__reset_keeps_its_blocks(void **state)
{
	zta_arena arena;
	size_t held, i;

	(void)state;
	zta_arena__init(&arena, (size_t)1 << 24);
	for (i = 0; i < 1000; i++) {
		assert_non_null(zta_arena__alloc(&arena, i));
	}
	held = arena.held;
	zta_arena__reset(&arena);
	for (i = 0; i < 1000; i++) {
		assert_non_null(zta_arena__alloc(&arena, i));
	}
	assert_int_equal(arena.held, held);
	zta_arena__release(&arena);
}

static void
count_drop(void *what)
{
	++*(int *)what;
}

/* What is shared is let go of once, at the next reset or at the end. */
static void
test_arena__lets_go_of_shares(void **state)
{
	int drops[3] = { 0 };
	zta_arena arena;

	(void)state;
	zta_arena__init(&arena, 10000);
	assert_true(zta_arena__share(&arena, &drops[0], count_drop));
	assert_true(zta_arena__share(&arena, &drops[1], count_drop));
	assert_int_equal(drops[0], 0);
	zta_arena__reset(&arena);
	assert_int_equal(drops[0], 1);
	assert_int_equal(drops[1], 1);
	assert_true(zta_arena__share(&arena, &drops[1], count_drop));
	while (zta_arena__alloc(&arena, 16) != NULL) {
	}
	assert_false(zta_arena__share(&arena, &drops[2], count_drop));
	zta_arena__release(&arena);
	zta_arena__release(&arena);
	assert_int_equal(drops[0], 1);
	assert_int_equal(drops[1], 2);
	assert_int_equal(drops[2], 0);
}

/* One that begins small holds what it was begun with, and grows from there. */
static void
test_arena__begins_as_it_is_told(void **state)
{
	zta_arena arena;

	(void)state;
	zta_arena__init(&arena, 2000);
	assert_true(zta_arena__begin_with(&arena, 100));
	assert_int_equal(arena.held, 100);
	assert_non_null(zta_arena__alloc(&arena, 96));
	assert_int_equal(arena.held, 100);
	assert_non_null(zta_arena__alloc(&arena, 16));
	assert_int_equal(arena.held, 300);
	zta_arena__release(&arena);
	assert_false(zta_arena__begin_with(&arena, 2001));
	assert_int_equal(zta_arena__failed(&arena, NULL), ZTA_ELIMIT);
}

static void
test_str__pieces(void **state)
{
	zta_str rest = ZTA_STR("a,,b"), piece;
	int count = 0;

	(void)state;
	while (zta_str__next(&rest, ',', &piece)) {
		count++;
	}
	assert_int_equal(count, 3);
	assert_true(zta_str__is(piece, "b"));
	rest = ZTA_STR("");
	assert_true(zta_str__next(&rest, ',', &piece));
	assert_int_equal(piece.len, 0);
	assert_false(zta_str__next(&rest, ',', &piece));
}

static void
test_str__hash_depends_on_every_byte_and_seed(void **state)
{
	char text[40] = { 0 };
	uint64_t first, other;
	size_t i;

	(void)state;
	first = zta_str__hash((zta_str){ text, sizeof(text) }, 1);
	for (i = 0; i < sizeof(text); i++) {
		text[i] ^= 1;
		other = zta_str__hash((zta_str){ text, sizeof(text) }, 1);
		assert_true(first != other);
		text[i] ^= 1;
	}
	assert_true(first != zta_str__hash((zta_str){ text, 39 }, 1));
	assert_true(first != zta_str__hash((zta_str){ text, 40 }, 2));
}

static void
test_map__finds_what_was_added(void **state)
{
	static char keys[2000][8];
	zta_arena arena;
	zta_map map;
	uint32_t i;

	(void)state;
	zta_arena__init(&arena, (size_t)1 << 24);
	zta_map__init(&map, &arena, 42);
	assert_int_equal(zta_map__get(&map, ZTA_STR("x")), ZTA_MAP_NONE);
	for (i = 0; i < 2000; i++) {
		(void)snprintf(keys[i], sizeof(keys[i]), "k%u", i);
		assert_int_equal(
		    zta_map__add(&map, zta_str_of(keys[i]), i, NULL), ZTA_OK);
	}
	for (i = 0; i < 2000; i++) {
		assert_int_equal(zta_map__get(&map, zta_str_of(keys[i])), i);
	}
	assert_int_equal(
	    zta_map__add(&map, ZTA_STR("k7"), 0, NULL), ZTA_EEXIST);
	assert_int_equal(zta_map__get(&map, ZTA_STR("k2000")), ZTA_MAP_NONE);
	zta_arena__release(&arena);
}

static void
test_arena__grows_large_pieces(void **state)
{
	enum { SMALL = 1000, LARGE = 100000 };
	uint32_t *list = NULL, *other;
	zta_arena arena;
	size_t held;
	uint32_t i, room = 0;

	(void)state;
	zta_arena__init(&arena, 4 * LARGE * sizeof(*list));
	for (i = 0; i < LARGE; i++) {
		if (i == room) {
			room = room == 0 ? SMALL : room * 2;
			list = zta_arena__grow(
			    &arena, list, i, room, sizeof(*list));
			assert_non_null(list);
		}
		list[i] = i;
	}
	assert_true(arena.held < 2 * room * sizeof(*list));
	list = zta_arena__grow(&arena, list, LARGE, LARGE, sizeof(*list));
	for (i = 0; i < LARGE; i++) {
		assert_int_equal(list[i], i);
	}
	other = zta_arena__alloc(&arena, LARGE * sizeof(*list));
	assert_non_null(other);
	assert_ptr_not_equal(other, list);
	/* The maximum holds, and leaves the piece as it was. */
	assert_null(zta_arena__grow(
	    &arena, list, LARGE, (size_t)8 * LARGE, sizeof(*list)));
	assert_int_equal(zta_arena__failed(&arena, NULL), ZTA_ELIMIT);
	assert_int_equal(list[LARGE - 1], LARGE - 1);
	/* After a reset the same pieces serve again. */
	held = arena.held;
	zta_arena__reset(&arena);
	assert_non_null(zta_arena__alloc(&arena, LARGE * sizeof(*list)));
	other = zta_arena__alloc(&arena, LARGE * sizeof(*list));
	assert_non_null(other);
	assert_int_equal(arena.held, held);
	zta_arena__drop(&arena, other, LARGE * sizeof(*list));
	assert_int_equal(arena.held, held - LARGE * sizeof(*list));
	zta_arena__release(&arena);
}

static void
test_buf__failure_sticks(void **state)
{
	zta_buf buf;

	(void)state;
	zta_buf__init(&buf, 8);
	zta_buf__text(&buf, "12345");
	assert_int_equal(buf.status, ZTA_OK);
	zta_buf__text(&buf, "6789");
	assert_int_equal(buf.status, ZTA_ELIMIT);
	zta_buf__text(&buf, "6");
	assert_int_equal(buf.status, ZTA_ELIMIT);
	assert_int_equal(buf.len, 5);
	zta_buf__clear(&buf);
	zta_buf__printf(&buf, "%d", 1234567);
	assert_int_equal(buf.status, ZTA_OK);
	zta_buf__consume(&buf, 3);
	assert_true(zta_str__is(zta_buf__str(&buf), "4567"));
	zta_buf__release(&buf);
}

/* What is no longer content is no longer there, also after it has grown. */
static void
test_buf__wipes_a_secret(void **state)
{
	static const char zeros[1024];
	zta_buf buf;

	(void)state;
	zta_buf__init_secret(&buf, 1024);
	zta_buf__text(&buf, "hunter2 and more");
	assert_non_null(zta_buf__extend(&buf, 512));
	memset(buf.ptr + 16, 'x', 512);
	zta_buf__consume(&buf, 520);
	assert_true(zta_str__is(zta_buf__str(&buf), "xxxxxxxx"));
	assert_memory_equal(buf.ptr + 8, zeros, buf.room - 8);
	zta_buf__clear(&buf);
	assert_memory_equal(buf.ptr, zeros, buf.room);
	zta_buf__text(&buf, "hunter2");
	zta_buf__consume(&buf, 99);
	assert_memory_equal(buf.ptr, zeros, buf.room);
	zta_buf__release(&buf);
	assert_null(buf.ptr);
	assert_true(buf.secret);
}

static void
test_file__reads_a_secret(void **state)
{
	static const struct {
		const char *content, *secret; /* NULL: refused */
		zta_status status;
	} cases[] = {
		{ "hunter2", "hunter2", ZTA_OK },
		{ "hunter2\n", "hunter2", ZTA_OK },
		{ "hunter2\r\n\n", "hunter2", ZTA_OK },
		{ "a\nb\n", "a\nb", ZTA_OK },
		{ "", NULL, ZTA_EINVALID },
		{ "\r\n", NULL, ZTA_EINVALID },
		{ "0123456789abcde", "0123456789abcde", ZTA_OK },
		{ "0123456789abcdef", NULL, ZTA_ELIMIT },
		{ "0123456789abcdefg", NULL, ZTA_ELIMIT },
	};
	char path[] = "/tmp/test_base.XXXXXX";
	zta_error err;
	zta_buf buf;
	size_t i;

	(void)state;
	assert_int_not_equal(close(mkstemp(path)), -1);
	zta_buf__init_secret(&buf, 16);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(zta_file__replace(path, 0600,
				     zta_str_of(cases[i].content), NULL),
		    ZTA_OK);
		err = (zta_error){ 0 };
		assert_int_equal(
		    zta_file__read_secret(path, &buf, &err), cases[i].status);
		if (cases[i].secret != NULL) {
			assert_true(
			    zta_str__is(zta_buf__str(&buf), cases[i].secret));
		} else {
			assert_string_equal(err.place, path);
			assert_int_equal(buf.len, 0);
			assert_int_equal(buf.ptr[0], '\0');
		}
		zta_buf__clear(&buf);
	}
	assert_int_equal(unlink(path), 0);
	assert_int_equal(
	    zta_file__read_secret(path, &buf, &err), ZTA_ENOTFOUND);
	assert_int_equal(zta_file__read_secret("/", &buf, &err), ZTA_EIO);
	zta_buf__release(&buf);
}

static void
test_utf8__bounds(void **state)
{
	static const uint32_t codes[] = { 0, 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF,
		0xE000, 0xFFFF, 0x10000, 0x10FFFF };
	static const char *const bad[] = { "\x80", "\xc1\xbf", "\xc3",
		"\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf",
		"\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xff" };
	uint32_t code;
	char out[4];
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		len = zta_utf8__encode(codes[i], out);
		assert_int_equal(
		    zta_utf8__decode((zta_str){ out, len }, &code), len);
		assert_int_equal(code, codes[i]);
		assert_int_equal(
		    zta_utf8__decode((zta_str){ out, len - 1 }, &code), 0);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(
		    zta_utf8__decode(zta_str_of(bad[i]), &code), 0);
	}
	assert_int_equal(
	    zta_utf8__check(ZTA_STR("0123456789\xc3\xa9\xff")), 12);
}

static void
test_b64__round_trip_and_refusals(void **state)
{
	static const char *const bad[] = { "A", "AAAAA", "AB", "AAB",
		"AA==", "A A", "AA+A", "AA/A", "AA\nA" };
	char bytes[67], digits[ZTA_B64_LEN(67)], back[67];
	size_t len, got;

	(void)state;
	for (len = 0; len < sizeof(bytes); len++) {
		memset(bytes, (int)(len * 37 + 251), sizeof(bytes));
		zta_b64__encode((zta_str){ bytes, len }, digits);
		assert_true(zta_b64__decode(
		    (zta_str){ digits, ZTA_B64_LEN(len) }, back, &got));
		assert_int_equal(got, len);
		assert_memory_equal(back, bytes, len);
	}
	for (len = 0; len < sizeof(bad) / sizeof(bad[0]); len++) {
		assert_false(zta_b64__decode(zta_str_of(bad[len]), back, &got));
	}
}

static void
test_b64_std__round_trip_and_refusals(void **state)
{
	static const char *const bad[] = { "A", "AA", "AAA",
		"A===", "====", "=", "AB==", "AAB=", "AA=A", "A=AA",
		"AA= ", "AA-A", "AA_A", "AAAA====", "AAAAAA=", " AAA", "AAA\n",
		"AA==AAAA" };
	char bytes[67], digits[ZTA_B64_STD_LEN(67)];
	size_t len, got;

	(void)state;
	for (len = 0; len < sizeof(bytes); len++) {
		memset(bytes, (int)(len * 37 + 251), sizeof(bytes));
		zta_b64_std__encode((zta_str){ bytes, len }, digits);
		/* In place. */
		assert_true(zta_b64_std__decode(
		    (zta_str){ digits, ZTA_B64_STD_LEN(len) }, digits, &got));
		assert_int_equal(got, len);
		assert_memory_equal(digits, bytes, len);
	}
	zta_b64_std__encode(ZTA_STR("\xfb\xff\xfe?"), digits);
	assert_memory_equal(digits, "+//+Pw==", 8);
	for (len = 0; len < sizeof(bad) / sizeof(bad[0]); len++) {
		assert_false(
		    zta_b64_std__decode(zta_str_of(bad[len]), bytes, &got));
	}
}

static void
test_time__formats(void **state)
{
	static const struct {
		int64_t ms;
		const char *text;
	} cases[] = {
		{ 0, "1970-01-01T00:00:00.000Z" },
		{ -1, "1969-12-31T23:59:59.999Z" },
		{ INT64_C(951782400000), "2000-02-29T00:00:00.000Z" },
		{ INT64_C(4107542399999), "2100-02-28T23:59:59.999Z" },
		{ INT64_C(-62167219200000), "0000-01-01T00:00:00.000Z" },
		{ INT64_C(253402300799999), "9999-12-31T23:59:59.999Z" },
	};
	char text[ZTA_TIME_TEXT_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		zta_time__format(cases[i].ms, text);
		assert_string_equal(text, cases[i].text);
	}
	assert_int_equal(zta_time__days_of(1970, 1, 1), 0);
	assert_int_equal(zta_time__days_of(2000, 3, 1), 11017);
	assert_int_equal(zta_time__month_days(1900, 2), 28);
	assert_int_equal(zta_time__month_days(2000, 2), 29);
}

static void
test_error__counts_lines_from_where_it_was(void **state)
{
	static const struct {
		size_t offset;
		uint32_t line, column;
	} cases[] = { { 0, 1, 1 }, { 1, 1, 2 }, { 2, 2, 1 }, { 3, 3, 1 },
		{ 5, 3, 3 }, { 5, 3, 3 }, { 3, 3, 1 }, { 2, 2, 1 }, { 0, 1, 1 },
		{ 6, 4, 1 }, { 99, 4, 2 } };
	const zta_str text = ZTA_STR("a\n\nbc\nd");
	zta_error_mark mark = { 0 };
	uint32_t line, column;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		zta_error__move(&mark, text, cases[i].offset, &line, &column);
		assert_int_equal(line, cases[i].line);
		assert_int_equal(column, cases[i].column);
		zta_error__position(text, cases[i].offset, &line, &column);
		assert_int_equal(line, cases[i].line);
		assert_int_equal(column, cases[i].column);
	}
}

/* A message that is too long ends with a whole character. */
static void
test_error__cuts_between_characters(void **state)
{
	char text[ZTA_MSG_MAX + 8];
	zta_error err;
	size_t i, len;

	(void)state;
	for (i = 0; i < 4; i++) {
		memset(text, 'x', sizeof(text));
		memcpy(text + ZTA_MSG_MAX - 5 + i, "\xF0\x9F\x8D\xB5", 4);
		text[sizeof(text) - 1] = '\0';
		(void)zta_error__set(&err, ZTA_EINVALID, "%s", text);
		len = strlen(err.message);
		assert_int_equal(
		    len, i == 0 ? ZTA_MSG_MAX - 1 : ZTA_MSG_MAX - 5 + i);
		assert_int_equal(zta_utf8__check(zta_str_of(err.message)), len);
	}
}

static void
count_told(void *context, zta_str file, const zta_error *why)
{
	int *count = context;

	(void)file;
	(void)why;
	(*count)++;
}

/* A sink hears of the input only, and of no more than it wants. */
static void
test_error__tells(void **state)
{
	int count = 0;
	zta_error_sink sink = { count_told, &count, ZTA_STR("f"), 0, 2 };
	zta_error err = { 0 };

	(void)state;
	assert_false(zta_error__tell(NULL, ZTA_EINVALID, &err));
	assert_false(zta_error__tell(&sink, ZTA_OK, &err));
	assert_false(zta_error__tell(&sink, ZTA_ENOMEM, &err));
	assert_false(zta_error__tell(&sink, ZTA_EIO, &err));
	assert_true(zta_error__tell(&sink, ZTA_ESYNTAX, &err));
	assert_true(zta_error__tell(&sink, ZTA_EEXIST, &err));
	assert_false(zta_error__tell(&sink, ZTA_EINVALID, &err));
	assert_int_equal(count, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arena__stops_at_its_maximum),
		cmocka_unit_test(test_arena__reset_keeps_its_blocks),
		cmocka_unit_test(test_arena__lets_go_of_shares),
		cmocka_unit_test(test_arena__begins_as_it_is_told),
		cmocka_unit_test(test_str__pieces),
		cmocka_unit_test(test_str__hash_depends_on_every_byte_and_seed),
		cmocka_unit_test(test_map__finds_what_was_added),
		cmocka_unit_test(test_arena__grows_large_pieces),
		cmocka_unit_test(test_buf__failure_sticks),
		cmocka_unit_test(test_buf__wipes_a_secret),
		cmocka_unit_test(test_file__reads_a_secret),
		cmocka_unit_test(test_utf8__bounds),
		cmocka_unit_test(test_b64__round_trip_and_refusals),
		cmocka_unit_test(test_b64_std__round_trip_and_refusals),
		cmocka_unit_test(test_time__formats),
		cmocka_unit_test(test_error__counts_lines_from_where_it_was),
		cmocka_unit_test(test_error__cuts_between_characters),
		cmocka_unit_test(test_error__tells),
	};

	return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
