/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_log_policy.c - which checkpoints are believed. SPEC: c2sp tlog-policy;
 * docs/formats/witness.md
 */
#include "tests.h"

#include "crypto/key.h"
#include "log/cosignature.h"
#include "log/log_policy.h"
#include "ztauth/key.h"

#define WITNESSES 4

static zta_key *log_key, *keys[WITNESSES], *stranger;
static zta_note_key log_name, names[WITNESSES], stranger_name;
static char log_vkey[ZTA_NOTE_VKEY_MAX], vkeys[WITNESSES][ZTA_NOTE_VKEY_MAX];

static int
setup(void **state)
{
	char name[32];
	int i, bad;

	(void)state;
	bad = zta_key_generate(&log_key, ZTA_ALG_EDDSA, NULL) != ZTA_OK ||
	    zta_key_generate(&stranger, ZTA_ALG_EDDSA, NULL) != ZTA_OK ||
	    zta_note_key__of(
		&log_name, ZTA_STR("log.example"), log_key, NULL) != ZTA_OK ||
	    zta_cosigner__of(&stranger_name, ZTA_STR("stranger.example"),
		stranger, NULL) != ZTA_OK;
	zta_note_key__put(&log_name, log_vkey);
	for (i = 0; i < WITNESSES; i++) {
		(void)snprintf(name, sizeof(name), "w%d.example", i);
		bad |=
		    zta_key_generate(&keys[i], ZTA_ALG_EDDSA, NULL) != ZTA_OK ||
		    zta_cosigner__of(
			&names[i], zta_str_of(name), keys[i], NULL) != ZTA_OK;
		zta_note_key__put(&names[i], vkeys[i]);
	}
	return bad;
}

static int
teardown(void **state)
{
	int i;

	(void)state;
	zta_key_close(log_key);
	zta_key_close(stranger);
	for (i = 0; i < WITNESSES; i++) {
		zta_key_close(keys[i]);
	}
	return 0;
}

/* Put keys where they are named: %L, and %0 to %3. */
static void
fill(zta_buf *buf, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '%') {
			text++;
			zta_buf__text(
			    buf, *text == 'L' ? log_vkey : vkeys[*text - '0']);
		} else {
			zta_buf__byte(buf, *text);
		}
	}
}

static zta_status
read_policy(
    zta_arena *arena, const char *text, zta_log_policy *out, zta_error *err)
{
	zta_buf filled;
	zta_str copy;

	zta_buf__init(&filled, SIZE_MAX);
	fill(&filled, text);
	copy = zta_arena__copy(arena, zta_buf__str(&filled));
	zta_buf__release(&filled);
	return zta_log_policy__read(arena, copy, out, err);
}

#define ALL "witness a %0\nwitness b %1\nwitness c %2\nwitness d %3\n"

static void
test_log_policy__refuses(void **state)
{
	static const struct {
		const char *text;
		uint32_t line, column;
		const char *why;
	} cases[] = {
		{ "", 1, 1, "no `quorum`" },
		{ "log %L\n", 2, 1, "no `quorum`" },
		{ "quorum none", 1, 12, "not ended" },
		{ "quorum none\n# x", 2, 4, "not ended" },
		{ "quorum none\nquorum none\n", 2, 1, "twice" },
		{ "quorum\n", 1, 1, "expected: quorum" },
		{ "quorum a b\n", 1, 1, "expected: quorum" },
		{ "quorum a\nwitness a %0\n", 1, 8, "not defined before" },
		{ "Quorum none\n", 1, 1, "expected log, witness" },
		{ "quorum none\r\n", 1, 12, "control" },
		{ "# \x01\nquorum none\n", 1, 3, "control" },
		{ "# \x7F\nquorum none\n", 1, 3, "control" },
		{ "log\nquorum none\n", 1, 1, "expected: log" },
		{ "log %L a b\nquorum none\n", 1, 1, "expected: log" },
		{ "log %0\nquorum none\n", 1, 5, "verifier key" },
		{ "  log  x\nquorum none\n", 1, 8, "verifier key" },
		{ "log %L\nlog %L\nquorum none\n", 2, 5, "twice" },
		{ "witness a\nquorum none\n", 1, 1, "expected: witness" },
		{ "witness a %0 b c\nquorum none\n", 1, 1, "expected: wit" },
		{ "witness a %L\nquorum none\n", 1, 11, "of a witness" },
		{ "witness none %0\nquorum none\n", 1, 9, "taken" },
		{ "witness a %0\nwitness a %1\nquorum a\n", 2, 9, "taken" },
		{ "witness a %0\nwitness b %0\nquorum a\n", 2, 11, "twice" },
		{ "group g all\nquorum g\n", 1, 1, "expected: group" },
		{ "group g all a\nquorum g\n", 1, 13, "not defined before" },
		{ "group g all g\nquorum g\n", 1, 13, "not defined before" },
		{ ALL "group g all none\nquorum g\n", 5, 13,
		    "not defined before" },
		{ ALL "group a all b\nquorum a\n", 5, 7, "taken" },
		{ ALL "group g 0 a b\nquorum g\n", 5, 9, "1 to 2" },
		{ ALL "group g 3 a b\nquorum g\n", 5, 9, "1 to 2" },
		{ ALL "group g 01 a b\nquorum g\n", 5, 9, "1 to 2" },
		{ ALL "group g -1 a b\nquorum g\n", 5, 9, "1 to 2" },
		{ ALL "group g some a b\nquorum g\n", 5, 9, "1 to 2" },
		{ ALL "group g all a a\nquorum g\n", 5, 15, "a member" },
		{ ALL "group g all a\ngroup h any a\nquorum h\n", 6, 13,
		    "a member" },
	};
	zta_log_policy policy;
	zta_arena arena;
	zta_error err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		zta_arena__init(&arena, SIZE_MAX);
		err = (zta_error){ 0 };
		assert_int_equal(
		    read_policy(&arena, cases[i].text, &policy, &err),
		    ZTA_EINVALID);
		if (strstr(err.message, cases[i].why) == NULL ||
		    err.line != cases[i].line ||
		    err.column != cases[i].column) {
			fail_msg("%s: %u:%u: %s", cases[i].text, err.line,
			    err.column, err.message);
		}
		zta_arena__release(&arena);
	}
}

/* The checkpoint, signed by the log and cosigned by some of the four. */
static void
make_note(zta_buf *note, unsigned cosigned)
{
	zta_log_head head = { .size = 5 };
	zta_buf text;
	unsigned i;

	zta_buf__init(&text, SIZE_MAX);
	zta_checkpoint__put(&text, ZTA_STR("log.example"), &head);
	assert_int_equal(
	    zta_note__sign(note, zta_buf__str(&text), &log_name, log_key, NULL),
	    ZTA_OK);
	/* Of no weight, whoever it is. */
	assert_int_equal(zta_cosignature__put(note, zta_buf__str(&text),
			     &stranger_name, stranger, 1, NULL),
	    ZTA_OK);
	for (i = 0; i < WITNESSES; i++) {
		if ((cosigned >> i & 1) != 0) {
			assert_int_equal(
			    zta_cosignature__put(note, zta_buf__str(&text),
				&names[i], keys[i], 1679315147, NULL),
			    ZTA_OK);
		}
	}
	zta_buf__release(&text);
}

/* Of all sixteen sets of witnesses, those that are enough: a bit each. */
static void
test_log_policy__counts_as_it_says(void **state)
{
	static const struct {
		const char *text;
		unsigned enough;
	} cases[] = {
		{ "log %L\nquorum none\n", 0xFFFF },
		{ "log %L\n" ALL "quorum none\n", 0xFFFF },
		{ "log %L http://x/\n" ALL "quorum a\n", 0xAAAA },
		{ ALL "quorum d\nlog %L\n", 0xFF00 },
		{ "log %L\n" ALL "group g any a b c d\nquorum g\n", 0xFFFE },
		{ "log %L\n" ALL "group g all a b c d\nquorum g\n", 0x8000 },
		{ "log %L\n" ALL "group g 2 a b c\nquorum g\n", 0xE8E8 },
		{ "log %L\n" ALL "group g any a b\ngroup h any c d\n"
		  "group i all g h\nquorum i\n",
		    0xEEE0 },
		{ "log %L\n" ALL "group g all a b\ngroup h any g c\n"
		  "quorum h\n",
		    0xF8F8 },
		/* A group that nothing asks for. */
		{ "\t log\t%L \n\n # all\n" ALL
		  "group g all a b c d\nquorum  b\t\n",
		    0xCCCC },
	};
	const zta_policy_log *by;
	zta_log_policy policy;
	zta_log_head head;
	zta_arena arena;
	zta_buf note;
	unsigned set;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		zta_arena__init(&arena, SIZE_MAX);
		assert_int_equal(
		    read_policy(&arena, cases[i].text, &policy, NULL), ZTA_OK);
		for (set = 0; set < 16; set++) {
			zta_buf__init(&note, SIZE_MAX);
			make_note(&note, set);
			assert_int_equal(
			    zta_log_policy__open(
				&policy, zta_buf__str(&note), &head, &by, NULL),
			    (cases[i].enough >> set & 1) != 0 ? ZTA_OK :
								ZTA_EUNTRUSTED);
			zta_buf__release(&note);
		}
		assert_int_equal(head.size, 5);
		assert_string_equal(by->key.name, "log.example");
		zta_arena__release(&arena);
	}
}

/* One who is known and has signed something else is no voice less: he lies. */
static void
test_log_policy__refuses_a_known_key_that_does_not_hold(void **state)
{
	zta_log_policy policy;
	zta_log_head head;
	zta_arena arena;
	zta_error err = { 0 };
	zta_buf note;

	(void)state;
	zta_arena__init(&arena, SIZE_MAX);
	zta_buf__init(&note, SIZE_MAX);
	make_note(&note, 0xF);
	assert_int_equal(
	    zta_cosignature__put(&note, ZTA_STR("log.example\n6\n"), &names[1],
		keys[1], 1, NULL),
	    ZTA_OK);
	assert_int_equal(
	    read_policy(&arena, "log %L\n" ALL "quorum a\n", &policy, NULL),
	    ZTA_OK);
	assert_int_equal(zta_log_policy__open(
			     &policy, zta_buf__str(&note), &head, NULL, &err),
	    ZTA_EUNTRUSTED);
	assert_non_null(strstr(err.message, "w1.example does not hold"));
	/* Who does not know that witness passes his lines over. */
	assert_int_equal(read_policy(&arena, "log %L\nwitness a %0\nquorum a\n",
			     &policy, NULL),
	    ZTA_OK);
	assert_int_equal(zta_log_policy__open(
			     &policy, zta_buf__str(&note), &head, NULL, NULL),
	    ZTA_OK);
	zta_buf__release(&note);
	zta_arena__release(&arena);
}

static void
test_log_policy__believes_only_its_logs(void **state)
{
	zta_note_key named;
	zta_log_policy policy;
	zta_log_head head;
	zta_arena arena;
	zta_buf note;
	char other[ZTA_NOTE_VKEY_MAX], text[2 * ZTA_NOTE_VKEY_MAX + 64];

	(void)state;
	zta_arena__init(&arena, SIZE_MAX);
	zta_buf__init(&note, SIZE_MAX);
	make_note(&note, 0xF);
	assert_int_equal(
	    read_policy(&arena, ALL "quorum a\n", &policy, NULL), ZTA_OK);
	assert_int_equal(zta_log_policy__open(
			     &policy, zta_buf__str(&note), &head, NULL, NULL),
	    ZTA_EUNTRUSTED);
	/* Its name, another key. */
	assert_int_equal(
	    zta_note_key__of(&named, ZTA_STR("log.example"), keys[0], NULL),
	    ZTA_OK);
	zta_note_key__put(&named, other);
	(void)snprintf(text, sizeof(text), "log %s\nquorum none\n", other);
	assert_int_equal(
	    zta_log_policy__read(&arena, zta_str_of(text), &policy, NULL),
	    ZTA_OK);
	assert_int_equal(zta_log_policy__open(
			     &policy, zta_buf__str(&note), &head, NULL, NULL),
	    ZTA_EUNTRUSTED);
	/* Both keys, one of which it has. */
	(void)snprintf(text, sizeof(text), "log %s\nlog %s\nquorum none\n",
	    other, log_vkey);
	assert_int_equal(
	    zta_log_policy__read(&arena, zta_str_of(text), &policy, NULL),
	    ZTA_OK);
	assert_int_equal(zta_log_policy__open(
			     &policy, zta_buf__str(&note), &head, NULL, NULL),
	    ZTA_OK);
	zta_buf__release(&note);
	zta_arena__release(&arena);
}

/* As large as the specification wants it, and no larger than the limits. */
static void
test_log_policy__has_limits(void **state)
{
	zta_log_policy policy;
	zta_arena arena;
	zta_buf text;
	zta_key *key;
	zta_note_key name;
	char vkey[ZTA_NOTE_VKEY_MAX];
	unsigned i;

	(void)state;
	zta_arena__init(&arena, SIZE_MAX);
	zta_buf__init(&text, SIZE_MAX);
	for (i = 0; i <= ZTA_LOG_POLICY_WITNESSES_MAX; i++) {
		zta_buf__text(&text, "quorum none\n");
		assert_int_equal(zta_log_policy__read(&arena,
				     zta_buf__str(&text), &policy, NULL),
		    ZTA_OK);
		text.len -= strlen("quorum none\n");
		assert_int_equal(
		    zta_key_generate(&key, ZTA_ALG_EDDSA, NULL), ZTA_OK);
		assert_int_equal(
		    zta_cosigner__of(&name, ZTA_STR("w"), key, NULL), ZTA_OK);
		zta_note_key__put(&name, vkey);
		zta_key_close(key);
		zta_buf__printf(&text, "witness w%u %s\n", i, vkey);
	}
	zta_buf__text(&text, "quorum none\n");
	assert_int_equal(
	    zta_log_policy__read(&arena, zta_buf__str(&text), &policy, NULL),
	    ZTA_EINVALID);
	assert_true(ZTA_LOG_POLICY_WITNESSES_MAX >= 32);
	zta_buf__clear(&text);
	zta_buf__text(&text, "quorum none\n");
	while (text.len < ZTA_LOG_POLICY_TEXT_MAX) {
		zta_buf__byte(&text, '\n');
	}
	assert_int_equal(
	    zta_log_policy__read(&arena, zta_buf__str(&text), &policy, NULL),
	    ZTA_OK);
	zta_buf__byte(&text, '\n');
	assert_int_equal(
	    zta_log_policy__read(&arena, zta_buf__str(&text), &policy, NULL),
	    ZTA_ELIMIT);
	zta_buf__release(&text);
	zta_arena__release(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_log_policy__refuses),
		cmocka_unit_test(test_log_policy__counts_as_it_says),
		cmocka_unit_test(
		    test_log_policy__refuses_a_known_key_that_does_not_hold),
		cmocka_unit_test(test_log_policy__believes_only_its_logs),
		cmocka_unit_test(test_log_policy__has_limits),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
