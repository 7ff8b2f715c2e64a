/* SPDX-License-Identifier: Apache-2.0 */
/* test_log_signer.c - what the keeper signs for a log. SPEC: ztauth 9 */
#include "tests.h"

#include <stdlib.h>
#include <unistd.h>

#include "daemon/log_signer.h"
#include "log/consistency.h"

static char dir[64], key_path[128];

static int
setup(void **state)
{
	zta_key *key;
	zta_status status;

	(void)state;
	(void)snprintf(dir, sizeof(dir), "/tmp/ztauth-test-signer-XXXXXX");
	if (mkdtemp(dir) == NULL ||
	    zta_key_generate(&key, ZTA_ALG_EDDSA, NULL) != ZTA_OK) {
		return -1;
	}
	(void)snprintf(key_path, sizeof(key_path), "%s/log.pem", dir);
	status = zta_key_write_private(key, key_path, NULL);
	zta_key_close(key);
	return status == ZTA_OK ? 0 : -1;
}

static int
teardown(void **state)
{
	char command[128];

	(void)state;
	(void)snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

static zta_status
open_signer(zta_log_signer *out, const char *origin)
{
	const zta_log_signer_files files = { key_path, origin, dir };

	return zta_log_signer__open(out, &files, NULL);
}

/* Two trees that differ in entry 3. */
static zta_status
read_rows(void *context, unsigned level, uint64_t first, size_t count,
    unsigned char *out, zta_error *err)
{
	const unsigned *tree = context;
	uint64_t leaf[2];
	size_t i;

	(void)err;
	assert_int_equal(level, 0);
	for (i = 0; i < count; i++) {
		leaf[0] = first + i;
		leaf[1] = leaf[0] == 3 ? *tree : 0;
		zta_hash_tree__leaf((zta_str){ (char *)leaf, sizeof(leaf) },
		    out + i * ZTA_SHA256_LEN);
	}
	return ZTA_OK;
}

/* So many entries of the tree, with the proof from `from` on. */
static zta_status
sign(zta_log_signer *signer, uint64_t size, unsigned tree, uint64_t from)
{
	const zta_merkle_source rows = { read_rows, &tree };
	zta_merkle_path proof = { .count = 0 };
	zta_log_head head = { .size = size };
	zta_buf text, note;
	zta_status status;

	assert_int_equal(
	    zta_merkle__root(&rows, size, head.root, NULL), ZTA_OK);
	if (from < size) {
		assert_int_equal(
		    zta_consistency__prove(&rows, from, size, &proof, NULL),
		    ZTA_OK);
	}
	zta_buf__init(&text, SIZE_MAX);
	zta_buf__init(&note, SIZE_MAX);
	zta_checkpoint__put(&text, ZTA_STR("log"), &head);
	status = zta_log_signer__sign(
	    signer, zta_buf__str(&text), &proof, &note, NULL);
	if (status == ZTA_OK) {
		assert_int_equal(
		    zta_checkpoint__store(dir, zta_buf__str(&note), NULL),
		    ZTA_OK);
	} else {
		assert_int_equal(note.len, 0);
	}
	zta_buf__release(&note);
	zta_buf__release(&text);
	return status;
}

static void
test_log_signer__takes_nothing_back(void **state)
{
	zta_log_signer signer;

	(void)state;
	assert_int_equal(open_signer(&signer, "log"), ZTA_OK);
	assert_int_equal(sign(&signer, 0, 1, 0), ZTA_ECONFLICT);
	assert_int_equal(sign(&signer, 5, 1, 0), ZTA_OK);
	assert_int_equal(sign(&signer, 5, 1, 5), ZTA_OK);
	assert_int_equal(sign(&signer, 5, 2, 5), ZTA_ECONFLICT);
	assert_int_equal(sign(&signer, 4, 1, 5), ZTA_ECONFLICT);
	assert_int_equal(sign(&signer, 0, 1, 5), ZTA_ECONFLICT);
	/* Larger, but another tree; or there is no proof, or one of another. */
	assert_int_equal(sign(&signer, 6, 2, 5), ZTA_ECONFLICT);
	assert_int_equal(sign(&signer, 6, 1, 0), ZTA_ECONFLICT);
	assert_int_equal(sign(&signer, 6, 1, 3), ZTA_ECONFLICT);
	assert_int_equal(sign(&signer, 6, 1, 5), ZTA_OK);
	zta_log_signer__close(&signer);
	/* It knows what it signed before it was started. */
	assert_int_equal(open_signer(&signer, "log"), ZTA_OK);
	assert_int_equal(sign(&signer, 5, 1, 6), ZTA_ECONFLICT);
	assert_int_equal(sign(&signer, 6, 2, 6), ZTA_ECONFLICT);
	assert_int_equal(sign(&signer, 9, 2, 6), ZTA_ECONFLICT);
	assert_int_equal(sign(&signer, 9, 1, 6), ZTA_OK);
	zta_log_signer__close(&signer);
	/* A checkpoint of another log is not taken for ours. */
	assert_int_equal(open_signer(&signer, "another"), ZTA_EUNTRUSTED);
	zta_log_signer__close(&signer);
}

static void
test_log_signer__signs_checkpoints_alone(void **state)
{
	static const char *const texts[] = {
		"", "log\n", "anything\n", "{\"iss\":\"x\"}", "log\n1\nAAAA\n",
		"other\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
		"log\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\nmore\n"
	};
	const zta_merkle_path none = { .count = 0 };
	zta_log_signer signer;
	zta_buf note;
	size_t i;

	(void)state;
	assert_int_equal(open_signer(&signer, "log"), ZTA_OK);
	zta_buf__init(&note, SIZE_MAX);
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(zta_log_signer__sign(&signer,
				     zta_str_of(texts[i]), &none, &note, NULL),
		    ZTA_EINVALID);
		assert_int_equal(note.len, 0);
	}
	zta_buf__release(&note);
	zta_log_signer__close(&signer);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_log_signer__takes_nothing_back),
		TEST(test_log_signer__signs_checkpoints_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
