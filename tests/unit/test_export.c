/* SPDX-License-Identifier: Apache-2.0 */
/* test_export.c - what is around exported records: answers, cursors, messages. */
#include "tests.h"

#include "export/cursor.h"
#include "export/event.h"
#include "export/otlp.h"
#include <stdlib.h>

/* SPEC: otlp partial success */
static void
test_export__reads_what_was_rejected(void **state)
{
	static const struct {
		const char *answer;
		int64_t rejected;
	} cases[] = {
		{ "", 0 },
		{ "{}", 0 },
		{ "nonsense", 0 },
		{ "[]", 0 },
		{ "{\"partialSuccess\":{}}", 0 },
		{ "{\"partialSuccess\":null}", 0 },
		{ "{\"partialSuccess\":{\"rejectedLogRecords\":0}}", 0 },
		{ "{\"partialSuccess\":{\"rejectedLogRecords\":7}}", 7 },
		{ "{\"partialSuccess\":{\"rejectedLogRecords\":\"7\"}}", 7 },
		{ "{\"partialSuccess\":{\"rejectedLogRecords\":-7}}", 0 },
		{ "{\"partialSuccess\":{\"rejectedLogRecords\":\"-7\"}}", 0 },
		{ "{\"partialSuccess\":{\"errorMessage\":\"5\"}}", 0 },
	};
	zta_arena arena;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		zta_arena__init(&arena, SIZE_MAX);
		assert_int_equal(
		    zta_otlp__rejected(&arena, zta_str_of(cases[i].answer)),
		    cases[i].rejected);
		zta_arena__release(&arena);
	}
}

#define HASH "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static void
test_export__a_cursor_has_one_form(void **state)
{
	static const char good[] = "ztauth-export 1\n1234\n" HASH "\n";
	static const char *const bad[] = { "", "ztauth-export 1",
		"ztauth-export 2\n1234\n" HASH "\n",
		"ztauth-export 1\n\n" HASH "\n",
		"ztauth-export 1\n-1\n" HASH "\n",
		"ztauth-export 1\n12x\n" HASH "\n",
		"ztauth-export 1\n1234567890123456789\n" HASH "\n",
		"ztauth-export 1\n1234\n" HASH "0\n",
		"ztauth-export 1\n1234\n" HASH "\nmore\n" };
	zta_cursor cursor;
	char copy[sizeof(good)];
	size_t i;

	(void)state;
	assert_int_equal(
	    zta_cursor__read(zta_str_of(good), &cursor, NULL), ZTA_OK);
	assert_int_equal(cursor.next, 1234);
	assert_int_equal(cursor.hash[1], 0x11);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(
		    zta_cursor__read(zta_str_of(bad[i]), &cursor, NULL),
		    ZTA_EINVALID);
	}
	/* One that was cut anywhere is none, but for its last line's end. */
	for (i = 0; i < sizeof(good) - 2; i++) {
		memcpy(copy, good, sizeof(copy));
		copy[i] = '\0';
		assert_int_equal(
		    zta_cursor__read(zta_str_of(copy), &cursor, NULL),
		    ZTA_EINVALID);
	}
}

/* SPEC: rfc5424 6.3.3, rfc5425 4.3 */
static void
test_export__syslog_escapes_and_counts(void **state)
{
	const zta_event event = { .index = 7,
		.leaf = { .kind = ZTA_STR("decision"),
		    .time = 1000,
		    .txn = ZTA_STR("a\"b\\c]d\n"),
		    .action = ZTA_STR("buy"),
		    .leg = ZTA_STR("policy") } };
	static const char head[] =
	    "<109>1 1970-01-01T00:00:01.000Z host ztauth - decision "
	    "[ztauth@32473 index=\"7\" txn=\"a\\\"b\\\\c\\]d\n\" "
	    "decision=\"denied\" leaf_hash=\"";
	zta_buf frame;
	zta_str text;
	size_t length, digits;

	(void)state;
	zta_buf__init(&frame, SIZE_MAX);
	zta_event__syslog(&event, "host", &frame);
	zta_event__syslog(&event, "host", &frame);
	assert_int_equal(frame.status, ZTA_OK);
	text = zta_buf__str(&frame);
	digits = zta_str__find(text, ' ');
	length = (size_t)strtol(text.ptr, NULL, 10);
	assert_int_equal(text.len, 2 * (digits + 1 + length));
	assert_memory_equal(text.ptr + digits + 1, head, sizeof(head) - 1);
	assert_int_equal(text.ptr[digits + length], '}');
	zta_buf__release(&frame);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_export__reads_what_was_rejected),
		cmocka_unit_test(test_export__a_cursor_has_one_form),
		cmocka_unit_test(test_export__syslog_escapes_and_counts),
	};

	return cmocka_run_group_tests_name("export", tests, NULL, NULL);
}
