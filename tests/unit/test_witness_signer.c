/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_witness_signer.c - what the keeper cosigns, whatever the server hands it.
 * SPEC: c2sp tlog-witness; docs/formats/witness.md
 */
#include "tests.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "daemon/witness_signer.h"
#include "log/cosignature.h"
#include "ztauth/key.h"

static char dir[64], key_path[128], logs_path[128];
static zta_key *log_key;
static zta_note_key log_name;

static int
setup(void **state)
{
	char vkey[ZTA_NOTE_VKEY_MAX], text[ZTA_NOTE_VKEY_MAX + 32];
	zta_key *key;
	bool good;

	(void)state;
	(void)snprintf(dir, sizeof(dir), "/tmp/ztauth-test-witness-XXXXXX");
	if (mkdtemp(dir) == NULL ||
	    zta_key_generate(&key, ZTA_ALG_EDDSA, NULL) != ZTA_OK ||
	    zta_key_generate(&log_key, ZTA_ALG_EDDSA, NULL) != ZTA_OK ||
	    zta_note_key__of(
		&log_name, ZTA_STR("log.example"), log_key, NULL) != ZTA_OK) {
		return -1;
	}
	(void)snprintf(key_path, sizeof(key_path), "%s/w.pem", dir);
	(void)snprintf(logs_path, sizeof(logs_path), "%s/logs", dir);
	zta_note_key__put(&log_name, vkey);
	(void)snprintf(text, sizeof(text), "log %s\nquorum none\n", vkey);
	good = zta_key_write_private(key, key_path, NULL) == ZTA_OK &&
	    zta_file__replace(logs_path, 0600, zta_str_of(text), NULL) ==
		ZTA_OK;
	zta_key_close(key);
	return good ? 0 : -1;
}

static int
teardown(void **state)
{
	char command[128];

	(void)state;
	zta_key_close(log_key);
	(void)snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

static zta_status
open_signer(zta_witness_signer *out)
{
	const zta_witness_files files = { key_path, "w.example", logs_path,
		dir };

	return zta_witness_signer__open(out, &files, NULL);
}

/* A log of equal entries: its root is a hash of itself at each power of two. */
static zta_log_head
head_of(unsigned bits, unsigned char entry)
{
	zta_log_head head = { .size = (uint64_t)1 << bits };

	zta_hash_tree__leaf((zta_str){ (const char *)&entry, 1 }, head.root);
	for (; bits > 0; bits--) {
		zta_hash_tree__node(head.root, head.root, head.root);
	}
	return head;
}

/* Of 2^from entries it became 2^to: each half is the tree before. */
static zta_status
cosign(zta_witness_signer *signer, int from, unsigned to, unsigned char entry,
    zta_buf *note)
{
	zta_cosign_call call = { .old = from < 0 ? 0 : (uint64_t)1 << from };
	zta_log_head head = head_of(to, entry), half;
	zta_buf text, body, line;
	zta_status status;

	for (; from >= 0 && (unsigned)from < to; from++) {
		half = head_of((unsigned)from, entry);
		memcpy(call.proof.hashes[call.proof.count++], half.root,
		    sizeof(half.root));
	}
	zta_buf__init(&text, SIZE_MAX);
	zta_buf__init(&body, SIZE_MAX);
	zta_buf__init(&line, SIZE_MAX);
	zta_checkpoint__put(&text, ZTA_STR("log.example"), &head);
	zta_buf__clear(note);
	assert_int_equal(
	    zta_note__sign(note, zta_buf__str(&text), &log_name, log_key, NULL),
	    ZTA_OK);
	call.note = zta_buf__str(note);
	zta_cosign_call__put(&body, &call);
	status =
	    zta_witness_signer__sign(signer, zta_buf__str(&body), &line, NULL);
	assert_int_equal(line.len > 0, status == ZTA_OK);
	zta_buf__put(note, zta_buf__str(&line));
	zta_buf__release(&line);
	zta_buf__release(&body);
	zta_buf__release(&text);
	return status;
}

static void
test_witness_signer__takes_nothing_back(void **state)
{
	zta_witness_signer signer;
	zta_buf note;
	int64_t at;

	(void)state;
	zta_buf__init(&note, SIZE_MAX);
	assert_int_equal(open_signer(&signer), ZTA_OK);
	assert_int_equal(cosign(&signer, 2, 3, 'a', &note), ZTA_EINVALID);
	assert_int_equal(cosign(&signer, -1, 3, 'a', &note), ZTA_OK);
	assert_int_equal(
	    zta_cosignature__find(zta_buf__str(&note), &signer.name, &at, NULL),
	    ZTA_OK);
	assert_int_equal(cosign(&signer, 3, 5, 'a', &note), ZTA_OK);
	/* Whoever asks cannot make it forget. */
	assert_int_equal(cosign(&signer, -1, 3, 'a', &note), ZTA_EINVALID);
	assert_int_equal(cosign(&signer, -1, 6, 'a', &note), ZTA_EINVALID);
	assert_int_equal(cosign(&signer, 3, 4, 'a', &note), ZTA_EINVALID);
	assert_int_equal(cosign(&signer, 3, 6, 'a', &note), ZTA_EINVALID);
	assert_int_equal(cosign(&signer, 5, 5, 'b', &note), ZTA_EINVALID);
	assert_int_equal(cosign(&signer, 5, 6, 'b', &note), ZTA_EINVALID);
	assert_int_equal(cosign(&signer, 5, 5, 'a', &note), ZTA_OK);
	assert_int_equal(cosign(&signer, 5, 6, 'a', &note), ZTA_OK);
	zta_witness_signer__close(&signer);
	/* It goes on from what is on disk. */
	assert_int_equal(zta_cosigned__store(dir, ZTA_STR("log.example"), "",
			     zta_buf__str(&note), NULL),
	    ZTA_OK);
	assert_int_equal(open_signer(&signer), ZTA_OK);
	assert_int_equal(cosign(&signer, 5, 6, 'a', &note), ZTA_EINVALID);
	assert_int_equal(cosign(&signer, 6, 7, 'a', &note), ZTA_OK);
	zta_witness_signer__close(&signer);
	zta_buf__release(&note);
}

static void
test_witness_signer__signs_nothing_else(void **state)
{
	static const char *const bodies[] = { "", "old 0\n\n", "anything\n",
		"cosignature/v1\ntime 1\nlog.example\n1\n",
		"old 0\n\nlog.example\n0\n"
		"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n"
		"\xE2\x80\x94 log.example AAAAAAAA\n" };
	const zta_witness_files none = { 0 };
	zta_witness_signer signer;
	zta_buf line;
	size_t i;

	(void)state;
	zta_buf__init(&line, SIZE_MAX);
	assert_int_equal(open_signer(&signer), ZTA_OK);
	for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		assert_int_equal(zta_witness_signer__sign(&signer,
				     zta_str_of(bodies[i]), &line, NULL),
		    ZTA_EINVALID);
	}
	zta_witness_signer__close(&signer);
	/* Without a key there is no witness. */
	assert_int_equal(
	    zta_witness_signer__open(&signer, &none, NULL), ZTA_OK);
	assert_int_equal(cosign(&signer, -1, 3, 'a', &line), ZTA_EINVALID);
	zta_witness_signer__close(&signer);
	zta_buf__release(&line);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_witness_signer__takes_nothing_back),
		TEST(test_witness_signer__signs_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
