/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_merkle_vectors.c - proofs that others published, most of them bad, are
 * judged as they judge them. SPEC: rfc6962 2.1.1, 2.1.2
 */
#include "tests.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/str.h"
#include "log/checkpoint.h"
#include "log/consistency.h"

#define HASHES_MAX 64u

static zta_str hashes[HASHES_MAX];
static size_t hash_count;

static zta_str
field(zta_str *line)
{
	zta_str word = ZTA_STR("");

	(void)zta_str__next(line, ' ', &word);
	return word;
}

/* Sizes and indexes of the vectors go beyond what a log may have. */
static uint64_t
number(zta_str digits)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%.*s", ZTA_STR_ARG(digits));
	return strtoull(text, NULL, 10);
}

/* False: what is written there is no hash. */
static bool
take_hash(zta_str *line, unsigned char out[ZTA_SHA256_LEN])
{
	uint64_t n = number(field(line));

	assert_true(n < hash_count);
	return zta_checkpoint__read_hash(hashes[n], out);
}

static bool
take_path(zta_str *line, zta_merkle_path *path)
{
	bool good = true;

	path->count = 0;
	while (line->len > 0) {
		assert_true(path->count < ZTA_PATH_MAX);
		good = take_hash(line, path->hashes[path->count++]) && good;
	}
	return good;
}

static bool
judge(bool inclusion, zta_str line)
{
	zta_log_head first = { 0 }, second = { 0 };
	uint64_t index = number(field(&line));
	zta_merkle_path path;
	bool good;

	first.size = index;
	second.size = number(field(&line));
	good = take_hash(&line, first.root);
	good = take_hash(&line, second.root) && good;
	good = take_path(&line, &path) && good;
	if (!good) {
		return false;
	}
	/* What follows from nothing is a matter of taste. SPEC: c2sp tlog-witness */
	if (!inclusion && first.size == 0) {
		assert_int_equal(zta_consistency__holds(&first, &second, &path),
		    path.count == 0);
		return false;
	}
	return inclusion ? zta_merkle__verify(first.root, index, second.size,
			       &path, second.root) :
			   zta_consistency__holds(&first, &second, &path);
}

static void
test_merkle_vectors__are_judged_alike(void **state)
{
	size_t good = 0, bad = 0, wrong = 0;
	zta_str text, line, kind, name;
	zta_arena arena;
	bool wanted;

	(void)state;
	zta_arena__init(&arena, SIZE_MAX);
	assert_int_equal(zta_file__read(&arena, "tests/unit/merkle_vectors.txt",
			     1 << 20, &text, NULL),
	    ZTA_OK);
	while (zta_str__next(&text, '\n', &line)) {
		kind = field(&line);
		if (zta_str__is(kind, "hash")) {
			assert_true(hash_count < HASHES_MAX);
			hashes[hash_count++] = line;
		} else if (zta_str__is(kind, "inclusion") ||
		    zta_str__is(kind, "consistency")) {
			name = field(&line);
			wanted = zta_str__is(field(&line), "good");
			if (judge(zta_str__is(kind, "inclusion"), line) !=
			    wanted) {
				print_message("%.*s %.*s is %s\n",
				    ZTA_STR_ARG(kind), ZTA_STR_ARG(name),
				    wanted ? "refused" : "taken");
				wrong++;
			}
			good += wanted;
			bad += !wanted;
		}
	}
	assert_int_equal(wrong, 0);
	assert_int_equal(good, 12);
	assert_int_equal(bad, 184);
	zta_arena__release(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_merkle_vectors__are_judged_alike),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
