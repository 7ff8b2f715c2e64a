/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_note.c - signed notes and checkpoints. SPEC: c2sp signed-note,
 * tlog-checkpoint; docs/formats/checkpoint.md
 */
#include "tests.h"

#include <stdlib.h>
#include <unistd.h>

#include "log/checkpoint.h"

/* Of the documentation of golang.org/x/mod/sumdb/note. */
#define PETER \
	"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
#define PETER_TEXT                                                   \
	"If you think cryptography is the answer to your problem,\n" \
	"then you don't know what your problem is.\n"
#define PETER_LINE                                                           \
	"\xE2\x80\x94 PeterNeumann "                                         \
	"x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKv" \
	"qfqdngotpRZb6KE6RyyBwJnAM=\n"
#define ENOCH                                                                  \
	"EnochRoot "                                                           \
	"rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01" \
	"oOTGwnWLox33WWd1RvMc+QQ=\n"

static zta_note_key
key_of(const char *vkey)
{
	zta_note_key key;

	assert_int_equal(
	    zta_note_key__read(&key, zta_str_of(vkey), NULL), ZTA_OK);
	return key;
}

static void
test_note__opens_what_others_signed(void **state)
{
	zta_note_key peter = key_of(PETER);
	zta_str text;
	char again[ZTA_NOTE_VKEY_MAX];

	(void)state;
	assert_int_equal(zta_note__open(ZTA_STR(PETER_TEXT "\n" PETER_LINE),
			     &peter, &text, NULL),
	    ZTA_OK);
	assert_true(zta_str__eq(text, ZTA_STR(PETER_TEXT)));
	/* Lines by keys that are not known are passed over. */
	assert_int_equal(zta_note__open(ZTA_STR(PETER_TEXT
					    "\n\xE2\x80\x94 " ENOCH PETER_LINE),
			     &peter, &text, NULL),
	    ZTA_OK);
	zta_note_key__put(&peter, again);
	assert_string_equal(again, PETER);
}

static void
test_note__refuses_what_is_none(void **state)
{
	static const struct {
		const char *note;
		zta_status status;
	} cases[] = {
		{ "", ZTA_EINVALID },
		{ "\n", ZTA_EINVALID },
		{ "\n\n", ZTA_EINVALID },
		{ PETER_TEXT, ZTA_EINVALID },
		{ PETER_TEXT "\n", ZTA_EINVALID },
		{ PETER_TEXT PETER_LINE, ZTA_EINVALID },
		{ "\n" PETER_LINE, ZTA_EINVALID },
		{ PETER_TEXT "\n" PETER_LINE "x", ZTA_EINVALID },
		{ PETER_TEXT "\n" PETER_LINE "x\n", ZTA_EINVALID },
		{ PETER_TEXT "\n- PeterNeumann x08g\n", ZTA_EINVALID },
		{ PETER_TEXT "\n\xE2\x80\x94 PeterNeumann\n", ZTA_EINVALID },
		{ PETER_TEXT "\n\xE2\x80\x94 PeterNeumann x08\n",
		    ZTA_EINVALID },
		{ PETER_TEXT "\n\xE2\x80\x94 PeterNeumann x08g\n",
		    ZTA_EINVALID }, /* an id alone */
		{ PETER_TEXT "\n\xE2\x80\x94  x08gowAA\n", ZTA_EINVALID },
		{ "a\tb\n\n" PETER_LINE, ZTA_EINVALID },
		{ "\xC0\x80\n\n" PETER_LINE, ZTA_EINVALID },
		{ PETER_TEXT "\n\xE2\x80\x94 " ENOCH, ZTA_EUNTRUSTED },
		{ "Another text.\n\n" PETER_LINE, ZTA_EUNTRUSTED },
		/* Longer than a signature is. */
		{ PETER_TEXT "\n\xE2\x80\x94 PeterNeumann x08gowAA\n",
		    ZTA_EUNTRUSTED },
		/* The last empty line is where a text ends. */
		{ PETER_TEXT "\n" PETER_LINE "\n" PETER_LINE, ZTA_EUNTRUSTED },
	};
	zta_note_key peter = key_of(PETER);
	zta_str text;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(zta_note__open(zta_str_of(cases[i].note),
				     &peter, &text, NULL),
		    cases[i].status);
	}
}

/* No bit of a note can be changed: of its text, or of the signature. */
static void
test_note__refuses_every_flipped_bit(void **state)
{
	char note[] = PETER_TEXT "\n" PETER_LINE;
	zta_note_key peter = key_of(PETER);
	zta_str text;
	size_t i;

	(void)state;
	for (i = 0; i < 8 * (sizeof(note) - 1); i++) {
		note[i / 8] ^= (char)(1 << i % 8);
		assert_int_not_equal(
		    zta_note__open((zta_str){ note, sizeof(note) - 1 }, &peter,
			&text, NULL),
		    ZTA_OK);
		note[i / 8] ^= (char)(1 << i % 8);
	}
}

static void
test_note__takes_as_many_signatures_as_it_says(void **state)
{
	zta_note_key peter = key_of(PETER);
	zta_buf note;
	zta_str text;
	int i;

	(void)state;
	zta_buf__init(&note, SIZE_MAX);
	zta_buf__text(&note, PETER_TEXT "\n");
	for (i = 0; i < 63; i++) {
		zta_buf__text(&note, "\xE2\x80\x94 " ENOCH);
	}
	zta_buf__text(&note, PETER_LINE);
	assert_int_equal(
	    zta_note__open(zta_buf__str(&note), &peter, &text, NULL), ZTA_OK);
	zta_buf__text(&note, "\xE2\x80\x94 " ENOCH);
	assert_int_equal(
	    zta_note__open(zta_buf__str(&note), &peter, &text, NULL),
	    ZTA_EINVALID);
	zta_buf__release(&note);
}

static void
test_note__reads_verifier_keys(void **state)
{
	static const char *const bad[] = { "", "+", "++", "PeterNeumann",
		"PeterNeumann+c74f20a3", "PeterNeumann+c74f20a3+",
		/* another id, upper case, another name */
		"PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/"
		"LDE4izWy10TW",
		"PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/"
		"LDE4izWy10TW",
		"Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/"
		"LDE4izWy10TW",
		"PeterNeuman+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/"
		"LDE4izWy10TW",
		/* another type, one byte more */
		"PeterNeumann+c74f20a3+AhpC2QcUPDhMQegwxbzhKqiBfsVkmqq/"
		"LDE4izWy10TW",
		PETER "A", PETER "AAAA" };
	zta_note_key key;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(
		    zta_note_key__read(&key, zta_str_of(bad[i]), NULL),
		    ZTA_EINVALID);
	}
}

static void
test_note__signs(void **state)
{
	static const char *const names[] = { "", "a b", "a+b", "a\nb" };
	static const char *const texts[] = { "", "no end", "a\tb\n" };
	zta_note_key as, read;
	zta_key *key, *other;
	zta_buf note;
	zta_str text;
	char vkey[ZTA_NOTE_VKEY_MAX];
	size_t i;

	(void)state;
	assert_int_equal(zta_key_generate(&key, ZTA_ALG_EDDSA, NULL), ZTA_OK);
	assert_int_equal(zta_key_generate(&other, ZTA_ALG_ES256, NULL), ZTA_OK);
	for (i = 0; i < 4; i++) {
		assert_int_equal(
		    zta_note_key__of(&as, zta_str_of(names[i]), key, NULL),
		    ZTA_EINVALID);
	}
	assert_int_equal(
	    zta_note_key__of(&as, ZTA_STR("log"), other, NULL), ZTA_EINVALID);
	assert_int_equal(
	    zta_note_key__of(&as, ZTA_STR("log"), key, NULL), ZTA_OK);
	zta_buf__init(&note, SIZE_MAX);
	for (i = 0; i < 3; i++) {
		assert_int_equal(
		    zta_note__sign(&note, zta_str_of(texts[i]), &as, key, NULL),
		    ZTA_EINVALID);
	}
	assert_int_equal(
	    zta_note__sign(&note, ZTA_STR("a\n\nb\n"), &as, key, NULL), ZTA_OK);
	zta_note_key__put(&as, vkey);
	read = key_of(vkey);
	assert_int_equal(
	    zta_note__open(zta_buf__str(&note), &read, &text, NULL), ZTA_OK);
	assert_true(zta_str__is(text, "a\n\nb\n"));
	zta_buf__release(&note);
	zta_key_close(key);
	zta_key_close(other);
}

/* --- checkpoints */

#define ROOT "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"

static void
test_checkpoint__has_one_form(void **state)
{
	static const char *const bad[] = { "", "a", "a\n", "b\n1\n" ROOT,
		"a\n" ROOT, "a\n1\n", "a\n\n" ROOT, "a\n01\n" ROOT,
		"a\n+1\n" ROOT, "a\n-1\n" ROOT, "a\n1 \n" ROOT, "a\n0x1\n" ROOT,
		"a\n281474976710657\n" ROOT, "a\n18446744073709551617\n" ROOT,
		"a\n1\n" ROOT "\n", "a\n1\n" ROOT "extension\n",
		"a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I\n",
		"a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n",
		"a\n1\nAAAA\n",
		/* As long without padding: a byte more. */
		"a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2II\n",
		"a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=" };
	static const char *const good[] = { "a\n0\n" ROOT, "a\n1\n" ROOT,
		"a\n281474976710656\n" ROOT };
	zta_log_head head;
	zta_buf again;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(zta_checkpoint__read(zta_str_of(bad[i]),
				     ZTA_STR("a"), &head, NULL),
		    ZTA_EINVALID);
	}
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(zta_checkpoint__read(zta_str_of(good[i]),
				     ZTA_STR("a"), &head, NULL),
		    ZTA_OK);
		zta_buf__init(&again, SIZE_MAX);
		zta_checkpoint__put(&again, ZTA_STR("a"), &head);
		assert_true(zta_str__is(zta_buf__str(&again), good[i]));
		zta_buf__release(&again);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_note__opens_what_others_signed),
		cmocka_unit_test(test_note__refuses_what_is_none),
		cmocka_unit_test(test_note__refuses_every_flipped_bit),
		cmocka_unit_test(
		    test_note__takes_as_many_signatures_as_it_says),
		cmocka_unit_test(test_note__reads_verifier_keys),
		cmocka_unit_test(test_note__signs),
		cmocka_unit_test(test_checkpoint__has_one_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
