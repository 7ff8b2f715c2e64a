/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_cosigning.c - what a witness cosigns, and what it refuses. SPEC: c2sp
 * tlog-witness; docs/formats/witness.md
 */
#include "tests.h"

#include <stdlib.h>
#include <unistd.h>

#include "crypto/key.h"
#include "log/cosignature.h"
#include "log/cosigning.h"
#include "ztauth/key.h"

#define LEN ZTA_SHA256_LEN
#define LEAVES 40u

static char dir[64];
static zta_key *key, *other_key;
static zta_note_key name, other_name;
static zta_policy_log logs[2];
static zta_log_policy policy;

/* Two histories of one log, which differ from entry 20 on. */
static unsigned char rows[2][LEAVES][LEN];

static zta_status
read_rows(void *context, unsigned level, uint64_t first, size_t count,
    unsigned char *out, zta_error *err)
{
	(void)err;
	assert_int_equal(level, 0);
	assert_true(first + count <= LEAVES);
	memcpy(out, rows[*(int *)context][first], count * LEN);
	return ZTA_OK;
}

static int
setup(void **state)
{
	uint32_t history, i, leaf;

	(void)state;
	(void)snprintf(dir, sizeof(dir), "/tmp/ztauth-test-cosign-XXXXXX");
	for (history = 0; history < 2; history++) {
		for (i = 0; i < LEAVES; i++) {
			leaf = i < 20 ? i : 100 * history + i;
			zta_hash_tree__leaf(
			    (zta_str){ (const char *)&leaf, sizeof(leaf) },
			    rows[history][i]);
		}
	}
	if (mkdtemp(dir) == NULL ||
	    zta_key_generate(&key, ZTA_ALG_EDDSA, NULL) != ZTA_OK ||
	    zta_key_generate(&other_key, ZTA_ALG_EDDSA, NULL) != ZTA_OK ||
	    zta_note_key__of(&name, ZTA_STR("log.example"), key, NULL) !=
		ZTA_OK ||
	    zta_note_key__of(&other_name, ZTA_STR("other.example"), other_key,
		NULL) != ZTA_OK) {
		return -1;
	}
	logs[0].key = other_name;
	logs[1].key = name;
	policy = (zta_log_policy){ .logs = logs, .log_count = 2, .quorum = -1 };
	return 0;
}

static int
teardown(void **state)
{
	char command[128];

	(void)state;
	zta_key_close(key);
	zta_key_close(other_key);
	(void)snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

static zta_log_head
head_of(int history, uint64_t size)
{
	const zta_merkle_source source = { read_rows, &history };
	zta_log_head head = { .size = size };

	assert_int_equal(
	    zta_merkle__root(&source, size, head.root, NULL), ZTA_OK);
	return head;
}

/* A checkpoint of one of the histories, signed. */
static void
put_note(zta_buf *buf, int history, uint64_t size)
{
	zta_log_head head = head_of(history, size);
	zta_buf text;

	zta_buf__init(&text, SIZE_MAX);
	zta_checkpoint__put(&text, ZTA_STR("log.example"), &head);
	assert_int_equal(
	    zta_note__sign(buf, zta_buf__str(&text), &name, key, NULL), ZTA_OK);
	zta_buf__release(&text);
}

/* What a witness that has seen `last` entries of history 0 says to this call. */
static zta_cosign_verdict
ask(uint64_t last, uint64_t old, int history, uint64_t size)
{
	const zta_merkle_source source = { read_rows, &history };
	zta_cosigned known;
	zta_cosign_call call = { .old = old }, again;
	zta_cosign_case what;
	zta_cosign_verdict verdict;
	zta_buf note, body;

	assert_int_equal(
	    zta_cosigned__load(&known, &policy, dir, NULL), ZTA_OK);
	if (last > 0) {
		known.last[1] = head_of(0, last);
	}
	if (old <= size) {
		assert_int_equal(zta_consistency__prove(
				     &source, old, size, &call.proof, NULL),
		    ZTA_OK);
	}
	zta_buf__init(&note, SIZE_MAX);
	zta_buf__init(&body, SIZE_MAX);
	put_note(&note, history, size);
	call.note = zta_buf__str(&note);
	zta_cosign_call__put(&body, &call);
	assert_int_equal(
	    zta_cosign_call__read(zta_buf__str(&body), &again, NULL), ZTA_OK);
	verdict = zta_cosigned__judge(&known, &again, &what);
	if (verdict == ZTA_COSIGN_GOOD) {
		assert_int_equal(what.log, 1);
		assert_int_equal(what.head.size, size);
	}
	zta_buf__release(&body);
	zta_buf__release(&note);
	return verdict;
}

static void
test_cosigning__judges(void **state)
{
	static const struct {
		uint64_t last, old;
		int history;
		uint64_t size;
		zta_cosign_verdict verdict;
	} cases[] = {
		/* A log that is seen for the first time, whatever it is. */
		{ 0, 0, 1, 30, ZTA_COSIGN_GOOD },
		{ 0, 0, 0, 0, ZTA_COSIGN_GOOD },
		{ 0, 5, 0, 30, ZTA_COSIGN_STALE },
		/* It grows. */
		{ 10, 10, 0, 11, ZTA_COSIGN_GOOD },
		{ 10, 10, 1, 40, ZTA_COSIGN_GOOD },
		{ 25, 25, 0, 40, ZTA_COSIGN_GOOD },
		/* It is still the same. */
		{ 25, 25, 0, 25, ZTA_COSIGN_GOOD },
		/* It does not know what the witness has. */
		{ 25, 0, 0, 40, ZTA_COSIGN_STALE },
		{ 25, 20, 0, 40, ZTA_COSIGN_STALE },
		{ 25, 26, 0, 40, ZTA_COSIGN_STALE },
		/* It was taken back. */
		{ 25, 25, 0, 24, ZTA_COSIGN_MALFORMED },
		{ 25, 24, 0, 24, ZTA_COSIGN_STALE },
		{ 25, 0, 0, 0, ZTA_COSIGN_STALE },
		/* It shows another history. */
		{ 25, 25, 1, 25, ZTA_COSIGN_SPLIT },
		{ 25, 25, 1, 40, ZTA_COSIGN_UNPROVED },
		{ 25, 24, 1, 40, ZTA_COSIGN_STALE },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (ask(cases[i].last, cases[i].old, cases[i].history,
			cases[i].size) != cases[i].verdict) {
			fail_msg("case %zu", i);
		}
	}
}

/* An old size of a log that is not known, or of one that did not sign, says
 * nothing: who asked is told that first. */
static void
test_cosigning__wants_a_log_that_it_knows(void **state)
{
	const zta_log_policy others = {
		.logs = logs, .log_count = 1, .quorum = -1
	};
	zta_policy_log as_other = { .key = other_name, .url = "" };
	zta_log_policy another = zta_log_policy__of(&as_other);
	zta_cosigned known = { .logs = &others };
	zta_cosign_call call = { .old = 7 };
	zta_cosign_case what;
	zta_buf note;

	(void)state;
	zta_buf__init(&note, SIZE_MAX);
	put_note(&note, 0, 5);
	call.note = zta_buf__str(&note);
	assert_int_equal(
	    zta_cosigned__judge(&known, &call, &what), ZTA_COSIGN_UNKNOWN);
	/* Its name under the key of another. */
	(void)strcpy(as_other.key.name, "log.example");
	known.logs = &another;
	assert_int_equal(
	    zta_cosigned__judge(&known, &call, &what), ZTA_COSIGN_UNSIGNED);
	known.logs = &policy;
	assert_int_equal(
	    zta_cosigned__judge(&known, &call, &what), ZTA_COSIGN_MALFORMED);
	note.ptr[note.len - 10] ^= 1;
	assert_int_not_equal(
	    zta_cosigned__judge(&known, &call, &what), ZTA_COSIGN_GOOD);
	zta_buf__release(&note);
}

static void
test_cosigning__reads_calls(void **state)
{
	static const char hash[] =
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
	static const char *const bad[] = { "", "\n", "old 0", "old 0\n",
		"old 0\n\n", "old\n\nx", "old  0\n\nx", "old -1\n\nx",
		"old 00\n\nx", "old 01\n\nx", "old 0 \n\nx", "old 1x\n\nx",
		"Old 0\n\nx", " old 0\n\nx", "old 0\r\n\r\nx",
		"old 99999999999999999999\n\nx", "old 0\nAAAA\n\nx",
		"old 0\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n\nx",
		"old 0\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=\n\nx" };
	zta_cosign_call call;
	zta_buf body;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (zta_cosign_call__read(zta_str_of(bad[i]), &call, NULL) !=
		    ZTA_EINVALID) {
			fail_msg("%s", bad[i]);
		}
	}
	zta_buf__init(&body, SIZE_MAX);
	zta_buf__text(&body, "old 3\n");
	for (i = 0; i < ZTA_PATH_MAX; i++) {
		zta_buf__text(&body, hash);
	}
	zta_buf__text(&body, "\nx");
	assert_int_equal(
	    zta_cosign_call__read(zta_buf__str(&body), &call, NULL), ZTA_OK);
	assert_int_equal(call.proof.count, ZTA_PATH_MAX);
	assert_int_equal(call.old, 3);
	body.len -= 2;
	zta_buf__text(&body, hash);
	zta_buf__text(&body, "\nx");
	assert_int_equal(
	    zta_cosign_call__read(zta_buf__str(&body), &call, NULL),
	    ZTA_EINVALID);
	zta_buf__release(&body);
}

/* Another log may put more lines into its text; ours does not. */
static void
test_cosigning__of_texts_with_more_lines(void **state)
{
	static const struct {
		const char *text;
		bool good;
	} cases[] = {
		{ "a\n5\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
		    true },
		{ "a\n5\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nx\ny\n",
		    true },
		{ "a\n5\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n",
		    false },
		{ "a\n5\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nx\n\ny"
		  "\n",
		    false },
		{ "a\n5\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nx",
		    false },
		{ "a\n5\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", false },
		{ "\n5\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
		    false },
		{ "a\n05\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
		    false },
		{ "a\n5\n", false },
	};
	zta_log_head head;
	zta_str origin;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
		    zta_checkpoint__read_any(
			zta_str_of(cases[i].text), &origin, &head, NULL),
		    cases[i].good ? ZTA_OK : ZTA_EINVALID);
	}
}

static void
test_cosigning__remembers_in_a_directory(void **state)
{
	zta_cosigned known;
	zta_buf note, other, slim;

	(void)state;
	zta_buf__init(&note, SIZE_MAX);
	zta_buf__init(&other, SIZE_MAX);
	zta_buf__init(&slim, SIZE_MAX);
	put_note(&note, 0, 25);
	put_note(&other, 1, 25);
	assert_int_equal(zta_cosigned__store(dir, ZTA_STR("log.example"), "",
			     zta_buf__str(&note), NULL),
	    ZTA_OK);
	assert_int_equal(
	    zta_cosigned__load(&known, &policy, dir, NULL), ZTA_OK);
	assert_int_equal(known.last[0].size, 0);
	assert_int_equal(known.last[1].size, 25);
	/* What was refused first stays. */
	assert_int_equal(zta_cosigned__store(dir, ZTA_STR("log.example"),
			     ".split", zta_buf__str(&note), NULL),
	    ZTA_OK);
	assert_int_equal(zta_cosigned__store(dir, ZTA_STR("log.example"),
			     ".split", zta_buf__str(&other), NULL),
	    ZTA_OK);
	/* What somebody has put there is not believed. */
	other.ptr[0] = 'x';
	assert_int_equal(zta_cosigned__store(dir, ZTA_STR("log.example"), "",
			     zta_buf__str(&other), NULL),
	    ZTA_OK);
	assert_int_equal(
	    zta_cosigned__load(&known, &policy, dir, NULL), ZTA_EUNTRUSTED);
	assert_int_equal(zta_cosigned__store(dir, ZTA_STR("log.example"), "",
			     zta_buf__str(&note), NULL),
	    ZTA_OK);
	/* Lines of others are nothing to keep. */
	zta_buf__clear(&other);
	zta_buf__put(&other, zta_buf__str(&note));
	zta_buf__text(&other, "\xE2\x80\x94 EnochRoot AAAAAAAA\n");
	assert_int_equal(
	    zta_cosigned__strip(&known, zta_buf__str(&other), &slim, NULL),
	    ZTA_OK);
	assert_true(zta_str__eq(zta_buf__str(&slim), zta_buf__str(&note)));
	zta_buf__release(&slim);
	zta_buf__release(&other);
	zta_buf__release(&note);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cosigning__judges),
		cmocka_unit_test(test_cosigning__wants_a_log_that_it_knows),
		cmocka_unit_test(test_cosigning__reads_calls),
		cmocka_unit_test(test_cosigning__of_texts_with_more_lines),
		cmocka_unit_test(test_cosigning__remembers_in_a_directory),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
