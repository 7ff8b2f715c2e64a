/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_pep_batch.c - trees of payloads: the root is that of the RFC, and the
 * server takes each path for its own payload and place alone.
 * SPEC: rfc6962 2.1, docs/formats/seal.md
 */
#include "tests.h"

#include "base/b64.h"
#include "base/limits.h"
#include "pep/pep_part.h"
#include "trust/seal_tree.h"

#define SIZES 70

static unsigned char leaves[SIZES][ZTA_SHA256_LEN];

static zta_str
payload(size_t i)
{
	static char text[16];

	return (zta_str){ text,
		(size_t)snprintf(text, sizeof(text), "payload %zu", i) };
}

/* SPEC: rfc6962 2.1, word by word. */
static void
hash_tree(size_t from, size_t count, unsigned char *out)
{
	unsigned char left[ZTA_SHA256_LEN], right[ZTA_SHA256_LEN];
	const zta_str leaf[] = { ZTA_STR("\0"),
		{ (char *)leaves[from], ZTA_SHA256_LEN } };
	const zta_str pair[] = { ZTA_STR("\1"),
		{ (char *)left, ZTA_SHA256_LEN },
		{ (char *)right, ZTA_SHA256_LEN } };
	size_t k = 1;

	if (count == 1) {
		zta_digest__sha256_parts(leaf, 2, out);
		return;
	}
	while (2 * k < count) {
		k *= 2;
	}
	hash_tree(from, k, left);
	hash_tree(from + k, count - k, right);
	zta_digest__sha256_parts(pair, 3, out);
}

/* Would the server take payload `of` at place `index`, with this path? */
static bool
holds(const zta_sealed *sealed, size_t of, size_t index, const char *path)
{
	char bytes[ZTA_B64_BYTES(ZTA_PEP_PATH_MAX)];
	zta_received received = { .is_part = true, .index = (uint32_t)index };

	assert_true(
	    zta_b64__decode(zta_str_of(path), bytes, &received.path.len));
	received.path.ptr = bytes;
	memcpy(received.payload, leaves[of], ZTA_SHA256_LEN);
	return zta_seal_tree__holds(sealed, &received);
}

static void
check_paths(zta_pep_batch *batch, const zta_sealed *sealed)
{
	char path[ZTA_PEP_PATH_MAX];
	size_t i, count = zta_pep__batch_count(batch);

	for (i = 0; i < count; i++) {
		assert_int_equal(
		    zta_pep_batch_path(batch, i, path, NULL), ZTA_OK);
		assert_true(holds(sealed, i, i, path));
		if (count > 1) {
			assert_false(holds(sealed, (i + 1) % count, i, path));
			assert_false(holds(sealed, i, (i + 1) % count, path));
		}
	}
	assert_int_equal(
	    zta_pep_batch_path(batch, count, path, NULL), ZTA_EINVAL);
	assert_int_equal(
	    zta_pep_batch_path(batch, SIZE_MAX, path, NULL), ZTA_EINVAL);
}

/* It is sealed after each payload: what was above is forgotten. */
static void
test_pep__trees_of_all_sizes(void **state)
{
	char root[ZTA_PEP_HASH_LEN], path[ZTA_PEP_PATH_MAX];
	unsigned char wanted[ZTA_SHA256_LEN];
	zta_sealed sealed = { 0 };
	zta_pep_batch *batch;
	size_t count, len;

	(void)state;
	assert_int_equal(zta_pep_batch_open(&batch, NULL), ZTA_OK);
	assert_int_equal(zta_pep__batch_root(batch, root, NULL), ZTA_EINVAL);
	assert_int_equal(zta_pep_batch_path(batch, 0, path, NULL), ZTA_EINVAL);
	for (count = 1; count <= SIZES; count++) {
		zta_digest__sha256(payload(count - 1), leaves[count - 1]);
		assert_int_equal(
		    zta_pep_batch_add(batch, payload(count - 1), NULL), ZTA_OK);
		if (count > 1) {
			assert_int_equal(
			    zta_pep_batch_path(batch, 0, path, NULL),
			    ZTA_EINVAL);
		}
		assert_int_equal(
		    zta_pep__batch_root(batch, root, NULL), ZTA_OK);
		assert_true(zta_b64__decode(
		    (zta_str){ root, sizeof(root) }, sealed.payload, &len));
		hash_tree(0, count, wanted);
		assert_memory_equal(sealed.payload, wanted, sizeof(wanted));
		sealed.payloads = (uint32_t)count;
		check_paths(batch, &sealed);
	}
	zta_pep_batch_close(batch);
	zta_pep_batch_close(NULL);
}

/* As many as there may be, the longest path, and one more. */
static void
test_pep__the_largest_tree(void **state)
{
	char root[ZTA_PEP_HASH_LEN], path[ZTA_PEP_PATH_MAX];
	zta_pep_batch *batch;
	size_t i;

	(void)state;
	assert_int_equal(zta_pep_batch_open(&batch, NULL), ZTA_OK);
	for (i = 0; i < ZTA_SEAL_PAYLOADS_MAX; i++) {
		assert_int_equal(
		    zta_pep_batch_add(batch, ZTA_STR("x"), NULL), ZTA_OK);
	}
	assert_int_equal(
	    zta_pep_batch_add(batch, ZTA_STR("x"), NULL), ZTA_ELIMIT);
	assert_int_equal(zta_pep__batch_root(batch, root, NULL), ZTA_OK);
	assert_int_equal(zta_pep_batch_path(batch, i - 1, path, NULL), ZTA_OK);
	assert_int_equal(strlen(path), ZTA_PEP_PATH_MAX - 1);
	zta_pep_batch_close(batch);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pep__trees_of_all_sizes),
		cmocka_unit_test(test_pep__the_largest_tree),
	};

	return cmocka_run_group_tests_name("pep_batch", tests, NULL, NULL);
}
