/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_consistency.c - proofs that a log only grew, against the definition of
 * RFC 6962 written down as it stands. SPEC: rfc6962 2.1.2, rfc9162 2.1.4
 */
#include "tests.h"

#include <stdlib.h>

#include "log/consistency.h"

#define LEN ZTA_SHA256_LEN
#define LEAVES 66000u

static unsigned char *leaves;
static unsigned char *rows[ZTA_LOG_TREE_LEVELS];

/* MTH(D[n]). SPEC: rfc6962 2.1 */
static void
defined_root(const unsigned char *hashes, size_t n, unsigned char *out)
{
	unsigned char left[LEN], right[LEN];
	size_t k = 1;

	if (n == 1) {
		memcpy(out, hashes, LEN);
		return;
	}
	while (k * 2 < n) {
		k *= 2;
	}
	defined_root(hashes, k, left);
	defined_root(hashes + k * LEN, n - k, right);
	zta_hash_tree__node(left, right, out);
}

/* SUBPROOF(m, D[n], b). SPEC: rfc6962 2.1.2 */
static void
defined_proof(const unsigned char *hashes, size_t m, size_t n, bool b,
    zta_merkle_path *path)
{
	size_t k = 1;

	if (m == n) {
		if (!b) {
			defined_root(hashes, n, path->hashes[path->count++]);
		}
		return;
	}
	while (k * 2 < n) {
		k *= 2;
	}
	if (m <= k) {
		defined_proof(hashes, m, k, b, path);
		defined_root(
		    hashes + k * LEN, n - k, path->hashes[path->count++]);
	} else {
		defined_proof(hashes + k * LEN, m - k, n - k, false, path);
		defined_root(hashes, k, path->hashes[path->count++]);
	}
}

static zta_status
read_rows(void *context, unsigned level, uint64_t first, size_t count,
    unsigned char *out, zta_error *err)
{
	(void)context;
	(void)err;
	assert_true((first + count) << (8 * level) <= LEAVES);
	memcpy(out, rows[level] + first * LEN, count * LEN);
	return ZTA_OK;
}

static const zta_merkle_source source = { read_rows, NULL };

static size_t rows_of[ZTA_LOG_TREE_LEVELS];

static void
keep_row(void *context, unsigned level, const unsigned char *hash)
{
	(void)context;
	memcpy(rows[level] + rows_of[level]++ * LEN, hash, LEN);
}

static int
setup(void **state)
{
	zta_merkle_growth *growth = calloc(1, sizeof(*growth));
	uint32_t i;

	(void)state;
	leaves = malloc((size_t)LEAVES * LEN);
	for (i = 0; i < ZTA_LOG_TREE_LEVELS; i++) {
		rows[i] = malloc((size_t)LEAVES * LEN);
	}
	for (i = 0; i < LEAVES; i++) {
		zta_hash_tree__leaf(
		    (zta_str){ (const char *)&i, sizeof(i) }, leaves + i * LEN);
		zta_merkle__grow(growth, leaves + i * LEN, keep_row, NULL);
	}
	free(growth);
	return 0;
}

static int
teardown(void **state)
{
	uint32_t i;

	(void)state;
	free(leaves);
	for (i = 0; i < ZTA_LOG_TREE_LEVELS; i++) {
		free(rows[i]);
	}
	return 0;
}

static zta_log_head
head_of(size_t size)
{
	zta_log_head head = { .size = size };

	assert_int_equal(zta_merkle__root(&source, size, head.root, NULL), 0);
	return head;
}

/* The proof is the one that is defined; only whole and as it is does it hold. */
static void
check_pair(size_t old_size, size_t size)
{
	zta_log_head old = head_of(old_size), head = head_of(size), other;
	zta_merkle_path proof, defined = { .count = 0 };
	unsigned i;

	assert_int_equal(
	    zta_consistency__prove(&source, old_size, size, &proof, NULL),
	    ZTA_OK);
	if (old_size > 0) {
		defined_proof(leaves, old_size, size, true, &defined);
	}
	assert_int_equal(proof.count, defined.count);
	assert_memory_equal(proof.hashes, defined.hashes, proof.count * LEN);
	assert_true(zta_consistency__holds(&old, &head, &proof));
	if (old_size == 0) {
		proof.count = 1;
		assert_false(zta_consistency__holds(&old, &head, &proof));
		return;
	}
	other = old;
	other.root[7] ^= 1;
	assert_false(zta_consistency__holds(&other, &head, &proof));
	other = head;
	other.root[7] ^= 1;
	assert_false(zta_consistency__holds(&old, &other, &proof));
	for (i = 0; i < proof.count; i++) {
		proof.hashes[i][31] ^= 1;
		assert_false(zta_consistency__holds(&old, &head, &proof));
		proof.hashes[i][31] ^= 1;
	}
	if (proof.count > 0) {
		proof.count--;
		assert_false(zta_consistency__holds(&old, &head, &proof));
		proof.count++;
	}
	memcpy(proof.hashes[proof.count], head.root, LEN);
	proof.count++;
	assert_false(zta_consistency__holds(&old, &head, &proof));
}

static void
test_consistency__of_all_small_trees(void **state)
{
	size_t old, size;

	(void)state;
	for (size = 1; size <= 40; size++) {
		for (old = 0; old <= size; old++) {
			check_pair(old, size);
		}
	}
}

static void
test_consistency__at_the_edges_of_tiles(void **state)
{
	static const size_t sizes[] = { 255, 256, 257, 511, 512, 513, 1000,
		65535, 65536, 65537, 65792, 66000 };
	size_t i, j, count = sizeof(sizes) / sizeof(sizes[0]);

	(void)state;
	for (i = 0; i < count; i++) {
		for (j = 0; j <= i; j++) {
			check_pair(sizes[j], sizes[i]);
		}
		check_pair(1, sizes[i]);
	}
}

/* A smaller head is not what a larger one became. */
static void
test_consistency__never_of_a_smaller_log(void **state)
{
	zta_log_head old = head_of(8), head = head_of(7);
	zta_merkle_path proof = { .count = 0 };

	(void)state;
	assert_false(zta_consistency__holds(&old, &head, &proof));
	proof.count = 1;
	memcpy(proof.hashes[0], old.root, LEN);
	assert_false(zta_consistency__holds(&old, &head, &proof));
	/* Not even one that says the same root. */
	proof.count = 0;
	head = old;
	head.size = 7;
	assert_false(zta_consistency__holds(&old, &head, &proof));
	/* A proof that ends below the root: half of what the size says. */
	head = head_of(4);
	old = head_of(2);
	assert_int_equal(
	    zta_consistency__prove(&source, 2, 4, &proof, NULL), ZTA_OK);
	assert_true(zta_consistency__holds(&old, &head, &proof));
	head.size = 8;
	assert_false(zta_consistency__holds(&old, &head, &proof));
	/* Nothing is what any log began with; but not the other way round. */
	old = (zta_log_head){ .size = 0 };
	proof.count = 0;
	assert_true(zta_consistency__holds(&old, &head, &proof));
	assert_false(zta_consistency__holds(&head, &old, &proof));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_consistency__of_all_small_trees),
		cmocka_unit_test(test_consistency__at_the_edges_of_tiles),
		cmocka_unit_test(test_consistency__never_of_a_smaller_log),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
