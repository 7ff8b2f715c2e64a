/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_merkle.c - the hash tree, against published vectors and against the
 * definition of RFC 6962 written down as it stands. SPEC: rfc6962 2.1
 */
#include "tests.h"

#include <stdlib.h>

#include "base/b64.h"
#include "log/merkle.h"

#define LEN ZTA_SHA256_LEN
#define LEAVES 70000u

static unsigned char *leaves; /* hashes */
static unsigned char *rows[ZTA_LOG_TREE_LEVELS];

static void
leaf_of(uint32_t number, unsigned char *out)
{
	zta_hash_tree__leaf(
	    (zta_str){ (const char *)&number, sizeof(number) }, out);
}

/* MTH(D[n]) over leaf hashes. SPEC: rfc6962 2.1 */
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

/* PATH(m, D[n]). SPEC: rfc6962 2.1.1 */
static void
defined_path(
    const unsigned char *hashes, size_t m, size_t n, zta_merkle_path *path)
{
	size_t k = 1;

	if (n == 1) {
		return;
	}
	while (k * 2 < n) {
		k *= 2;
	}
	if (m < k) {
		defined_path(hashes, m, k, path);
		defined_root(
		    hashes + k * LEN, n - k, path->hashes[path->count++]);
	} else {
		defined_path(hashes + k * LEN, m - k, n - k, path);
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

static int
grow(void **state)
{
	size_t width = 1, i, level;
	uint32_t n;

	(void)state;
	leaves = calloc(LEAVES, LEN);
	for (n = 0; n < LEAVES; n++) {
		leaf_of(n, leaves + (size_t)n * LEN);
	}
	rows[0] = leaves;
	for (level = 1; level < ZTA_LOG_TREE_LEVELS; level++) {
		width *= 256;
		rows[level] = calloc(LEAVES / width + 1, LEN);
		for (i = 0; (i + 1) * width <= LEAVES; i++) {
			defined_root(leaves + i * width * LEN, width,
			    rows[level] + i * LEN);
		}
	}
	return 0;
}

static int
fell(void **state)
{
	size_t level;

	(void)state;
	for (level = 0; level < ZTA_LOG_TREE_LEVELS; level++) {
		free(rows[level]);
	}
	return 0;
}

/* Those of the reference implementation of Certificate Transparency. */
static void
test_merkle__has_the_published_roots(void **state)
{
	const struct {
		zta_str entry;
		const char *root; /* of the entries so far */
	} vectors[] = {
		{ ZTA_STR(""),
		    "6e340b9cffb37a989ca544e6bb780a2c"
		    "78901d3fb33738768511a30617afa01d" },
		{ ZTA_STR("\x00"),
		    "fac54203e7cc696cf0dfcb42c92a1d9d"
		    "baf70ad9e621f4bd8d98662f00e3c125" },
		{ ZTA_STR("\x10"),
		    "aeb6bcfe274b70a14fb067a5e5578264"
		    "db0fa9b51af5e0ba159158f329e06e77" },
		{ ZTA_STR("\x20\x21"),
		    "d37ee418976dd95753c1c73862b9398f"
		    "a2a2cf9b4ff0fdfe8b30cd95209614b7" },
		{ ZTA_STR("\x30\x31"),
		    "4e3bbb1f7b478dcfe71fb631631519a3"
		    "bca12c9aefca1612bfce4c13a86264d4" },
		{ ZTA_STR("\x40\x41\x42\x43"),
		    "76e67dadbcdf1e10e1b74ddc608abd2f"
		    "98dfb16fbce75277b5232a127f2087ef" },
		{ ZTA_STR("\x50\x51\x52\x53\x54\x55\x56\x57"),
		    "ddb89be403809e325750d3d263cd7892"
		    "9c2942b7942a34b77e122c9594a74c8c" },
		{ ZTA_STR("\x60\x61\x62\x63\x64\x65\x66\x67"
			  "\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f"),
		    "5dc9da79a70659a9ad559cb701ded9a2"
		    "ab9d823aad2f4960cfe370eff4604328" },
	};
	unsigned char hashes[8 * LEN], spent[8 * LEN];
	char hex[2 * LEN];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		zta_hash_tree__leaf(vectors[i].entry, hashes + i * LEN);
		memcpy(spent, hashes, sizeof(spent));
		zta_merkle__fold(spent, i + 1);
		zta_hex__encode((zta_str){ (const char *)spent, LEN }, hex);
		assert_memory_equal(hex, vectors[i].root, sizeof(hex));
	}
}

/* SPEC: rfc6962 2.1: "The hash of an empty list" */
static void
test_merkle__empty_tree_is_the_hash_of_nothing(void **state)
{
	unsigned char root[LEN];
	char hex[2 * LEN];

	(void)state;
	assert_int_equal(zta_merkle__root(&source, 0, root, NULL), ZTA_OK);
	zta_hex__encode((zta_str){ (const char *)root, LEN }, hex);
	assert_memory_equal(hex,
	    "e3b0c44298fc1c149afbf4c8996fb924"
	    "27ae41e4649b934ca495991b7852b855",
	    sizeof(hex));
}

static void
check_size(size_t size)
{
	unsigned char root[LEN], defined[LEN];

	defined_root(leaves, size, defined);
	assert_int_equal(zta_merkle__root(&source, size, root, NULL), ZTA_OK);
	assert_memory_equal(root, defined, LEN);
}

static void
check_path(size_t index, size_t size)
{
	zta_merkle_path path = { 0 }, defined = { 0 };
	unsigned char root[LEN], other[LEN];
	const unsigned char *leaf = leaves + index * LEN;
	unsigned i;

	defined_path(leaves, index, size, &defined);
	assert_int_equal(
	    zta_merkle__prove(&source, index, size, &path, NULL), ZTA_OK);
	assert_int_equal(path.count, defined.count);
	assert_memory_equal(
	    path.hashes, defined.hashes, (size_t)path.count * LEN);
	defined_root(leaves, size, root);
	assert_true(zta_merkle__verify(leaf, index, size, &path, root));
	/* Nothing else is proved. */
	assert_false(zta_merkle__verify(leaf, index + 1, size, &path, root));
	assert_false(zta_merkle__verify(leaf, size, size, &path, root));
	leaf_of(LEAVES + 1, other);
	assert_false(zta_merkle__verify(other, index, size, &path, root));
	assert_false(zta_merkle__verify(leaf, index, size, &path, other));
	for (i = 0; i < path.count; i++) {
		path.hashes[i][i % LEN] ^= 1;
		assert_false(
		    zta_merkle__verify(leaf, index, size, &path, root));
		path.hashes[i][i % LEN] ^= 1;
	}
	path.count++;
	assert_false(zta_merkle__verify(leaf, index, size, &path, root));
	path.count -= 2;
	assert_false(path.count < ZTA_PATH_MAX &&
	    zta_merkle__verify(leaf, index, size, &path, root));
}

static void
test_merkle__agrees_with_its_definition(void **state)
{
	static const size_t sizes[] = { 1023, 1024, 65535, 65536, 65537, 65791,
		65792, 65793, 69999, 70000 };
	size_t i, j, size;

	(void)state;
	for (size = 1; size <= 520; size++) {
		check_size(size);
	}
	for (size = 1; size <= 300; size += size < 20 ? 1 : 27) {
		for (i = 0; i < size; i++) {
			check_path(i, size);
		}
	}
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		check_size(sizes[i]);
		for (j = 0; j < sizes[i]; j += 9973) {
			check_path(j, sizes[i]);
		}
		check_path(sizes[i] - 1, sizes[i]);
		check_path(sizes[i] / 256 * 256 - 1, sizes[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_merkle__has_the_published_roots),
		cmocka_unit_test(
		    test_merkle__empty_tree_is_the_hash_of_nothing),
		cmocka_unit_test(test_merkle__agrees_with_its_definition),
	};

	return cmocka_run_group_tests(tests, grow, fell);
}
