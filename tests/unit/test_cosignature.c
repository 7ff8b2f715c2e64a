/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_cosignature.c - what witnesses add to checkpoints. SPEC: c2sp
 * tlog-cosignature; docs/formats/witness.md
 */
#include "tests.h"

#include "crypto/key.h"
#include "log/cosignature.h"
#include "ztauth/key.h"

/* Made by filippo.io/torchwood. */
#define W1                                                         \
	"witness.example/w1+a6f0ca99+BHvDB5UY7RHaAzYIW/aWKSD/h/s8" \
	"TWMKm1jLYVNnT13W"
#define TEXT                          \
	"example.com/log\n20852163\n" \
	"CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
#define DASH "\xE2\x80\x94 "
#define W1_LINE                                                                \
	DASH "witness.example/w1 pvDKmQAAAABrDkbUJAP44U9FnVAT5MyekvX+aXbVJgYG" \
	     "Mu5T+Ix1fumPMBIEnJP8RQfJtRwvgHbcq5XCZ8xkDLkcTtIo0arMok8aDw==\n"
/* Of another key; nobody here knows it. */
#define OTHER_LINE DASH "EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSd\n"
#define NOTE TEXT "\n" W1_LINE

static zta_note_key
w1(void)
{
	zta_note_key key;

	assert_int_equal(zta_cosigner__read(&key, ZTA_STR(W1), NULL), ZTA_OK);
	return key;
}

static void
test_cosignature__of_another_implementation(void **state)
{
	zta_note_key witness = w1();
	char again[ZTA_NOTE_VKEY_MAX];
	int64_t at = 0;

	(void)state;
	assert_int_equal(
	    zta_cosignature__find(ZTA_STR(NOTE), &witness, &at, NULL), ZTA_OK);
	assert_int_equal(at, 0x6b0e46d4);
	assert_int_equal(
	    zta_cosignature__find(
		ZTA_STR(TEXT "\n" OTHER_LINE W1_LINE), &witness, &at, NULL),
	    ZTA_OK);
	zta_note_key__put(&witness, again);
	assert_string_equal(again, W1);
}

/* A key is of one type: one of a witness opens no note, and the other way. */
static void
test_cosignature__keys_are_of_a_type(void **state)
{
	static const char log_key[] =
	    "PeterNeumann+c74f20a3+"
	    "ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
	zta_note_key key, witness = w1();
	zta_str text;

	(void)state;
	assert_int_equal(
	    zta_note_key__read(&key, ZTA_STR(W1), NULL), ZTA_EINVALID);
	assert_int_equal(
	    zta_cosigner__read(&key, ZTA_STR(log_key), NULL), ZTA_EINVALID);
	assert_int_equal(zta_cosigner__read(&key,
			     ZTA_STR("witness.example/w2+a6f0ca99+BHvDB5UY7RH"
				     "aAzYIW/aWKSD/h/s8TWMKm1jLYVNnT13W"),
			     NULL),
	    ZTA_EINVALID);
	/* Its id, with the type of another. */
	assert_int_equal(zta_cosigner__read(&key,
			     ZTA_STR("witness.example/w1+a6f0ca99+AXvDB5UY7RH"
				     "aAzYIW/aWKSD/h/s8TWMKm1jLYVNnT13W"),
			     NULL),
	    ZTA_EINVALID);
	/* What a witness signs is no signature of the text itself. */
	assert_int_equal(zta_note__open(ZTA_STR(NOTE), &witness, &text, NULL),
	    ZTA_EUNTRUSTED);
}

static void
test_cosignature__refuses(void **state)
{
	static const struct {
		const char *note;
		zta_status status;
	} cases[] = {
		{ "", ZTA_EINVALID },
		{ TEXT, ZTA_EINVALID },
		{ TEXT "\n" OTHER_LINE, ZTA_ENOTFOUND },
		{ TEXT "\n" OTHER_LINE "x\n", ZTA_EINVALID },
		/* Another text. */
		{ "example.com/log\n20852164\n"
		  "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n" W1_LINE,
		    ZTA_EUNTRUSTED },
		/* Of its length a plain signature: the time is not there. */
		{ TEXT
		    "\n" DASH
		    "witness.example/w1 pvDKmSQD+OFPRZ1QE+TMnpL1/ml21SYGBjLu"
		    "U/iMdX7pjzASBJyT/EUHybUcL4B23KuVwmfMZAy5HE7SKNGqzKJPGg8="
		    "\n",
		    ZTA_EUNTRUSTED },
		/* One good and one bad. */
		{ NOTE DASH "witness.example/w1 pvDKmQAAAAA=\n",
		    ZTA_EUNTRUSTED },
		/* A time that is not one: 2^63. */
		{ TEXT "\n" DASH
		       "witness.example/w1 pvDKmYAAAABrDkbUJAP44U9FnVAT5MyekvX+"
		       "aXbVJgYGMu5T+Ix1fumPMBIEnJP8RQfJtRwvgHbcq5XCZ8xkDLkcTtI"
		       "o0arMok8aDw==\n",
		    ZTA_EUNTRUSTED },
	};
	zta_note_key witness = w1();
	int64_t at;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
		    zta_cosignature__find(
			zta_str_of(cases[i].note), &witness, &at, NULL),
		    cases[i].status);
	}
}

/* The time is signed, too. */
static void
test_cosignature__refuses_every_flipped_bit(void **state)
{
	char note[] = NOTE;
	zta_note_key witness = w1();
	int64_t at;
	size_t i;

	(void)state;
	for (i = 0; i < 8 * (sizeof(note) - 1); i++) {
		note[i / 8] ^= (char)(1 << i % 8);
		assert_int_not_equal(
		    zta_cosignature__find((zta_str){ note, sizeof(note) - 1 },
			&witness, &at, NULL),
		    ZTA_OK);
		note[i / 8] ^= (char)(1 << i % 8);
	}
}

static void
test_cosignature__signs(void **state)
{
	zta_note_key as;
	zta_key *key;
	zta_buf note;
	int64_t at = 0;

	(void)state;
	assert_int_equal(zta_key_generate(&key, ZTA_ALG_EDDSA, NULL), ZTA_OK);
	assert_int_equal(
	    zta_cosigner__of(&as, ZTA_STR("me.example/w"), key, NULL), ZTA_OK);
	zta_buf__init(&note, SIZE_MAX);
	zta_buf__text(&note, NOTE);
	assert_int_equal(zta_cosignature__put(
			     &note, ZTA_STR(TEXT), &as, key, 1679315147, NULL),
	    ZTA_OK);
	assert_int_equal(
	    zta_cosignature__find(zta_buf__str(&note), &as, &at, NULL), ZTA_OK);
	assert_int_equal(at, 1679315147);
	/* A time over what a time may be, though it was signed. */
	zta_buf__clear(&note);
	zta_buf__text(&note, TEXT "\n");
	assert_int_equal(zta_cosignature__put(
			     &note, ZTA_STR(TEXT), &as, key, INT64_MIN, NULL),
	    ZTA_OK);
	assert_int_equal(
	    zta_cosignature__find(zta_buf__str(&note), &as, &at, NULL),
	    ZTA_EUNTRUSTED);
	zta_buf__release(&note);
	zta_key_close(key);
}

/* Nothing but a good line by the witness that was asked is taken. */
static void
test_cosignature__takes_of_an_answer_what_is_good(void **state)
{
	static const struct {
		const char *answer;
		bool good;
	} cases[] = {
		{ W1_LINE, true }, { OTHER_LINE W1_LINE OTHER_LINE, true },
		{ "", false }, { "\n", false }, { "none", false },
		{ OTHER_LINE, false },
		{ DASH "witness.example/w1 pvDKmQAAAAA=\n", false },
		{ "\n" W1_LINE, false }, { TEXT "\n" W1_LINE, false },
		{ "x\n" W1_LINE, false },
		{ DASH "witness.example/w1 pvDKmQAAAABrDkbUJAP44U9FnVAT5MyekvX"
		       "+aXbVJgYGMu5T+Ix1fumPMBIEnJP8RQfJtRwvgHbcq5XCZ8xkDLkcT"
		       "tIo0arMok8aDw==",
		    false }, /* not ended */
	};
	zta_note_key witness = w1();
	zta_buf note;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		zta_buf__init(&note, SIZE_MAX);
		zta_buf__text(&note, TEXT "\n" OTHER_LINE);
		assert_int_equal(
		    zta_cosignature__take(
			&note, zta_str_of(cases[i].answer), &witness, NULL),
		    cases[i].good ? ZTA_OK : ZTA_EUNTRUSTED);
		assert_true(zta_str__is(zta_buf__str(&note),
		    cases[i].good ? TEXT "\n" OTHER_LINE W1_LINE :
				    TEXT "\n" OTHER_LINE));
		zta_buf__release(&note);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cosignature__of_another_implementation),
		cmocka_unit_test(test_cosignature__keys_are_of_a_type),
		cmocka_unit_test(test_cosignature__refuses),
		cmocka_unit_test(test_cosignature__refuses_every_flipped_bit),
		cmocka_unit_test(test_cosignature__signs),
		cmocka_unit_test(
		    test_cosignature__takes_of_an_answer_what_is_good),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
