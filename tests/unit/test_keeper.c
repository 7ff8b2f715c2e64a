/* SPDX-License-Identifier: Apache-2.0 */
/* test_keeper.c - the process that signs. docs/design/privsep.md */
#include "tests.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/b64.h"
#include "base/file.h"
#include "daemon/keeper.h"

static char dir[64], zone_path[128], client_path[128], log_path[128];
static char witness_path[128], logs_path[128];
static zta_keeper keeper;

static int
write_key(zta_alg alg, const char *path)
{
	zta_key *key;
	zta_status status = zta_key_generate(&key, alg, NULL);

	if (status == ZTA_OK) {
		status = zta_key_write_private(key, path, NULL);
		zta_key_close(key);
	}
	return status == ZTA_OK ? 0 : -1;
}

/* The witness knows the log of the same keeper. */
static int
write_logs(void)
{
	char vkey[ZTA_NOTE_VKEY_MAX], text[ZTA_NOTE_VKEY_MAX + 32];
	zta_note_key name;
	zta_key *key;
	zta_status status =
	    zta_hoard__read_private(&key, log_path, ZTA_ALG_EDDSA, NULL);

	if (status != ZTA_OK) {
		return -1;
	}
	status = zta_note_key__of(&name, ZTA_STR("log"), key, NULL);
	zta_key_close(key);
	zta_note_key__put(&name, vkey);
	(void)snprintf(text, sizeof(text), "log %s\nquorum none\n", vkey);
	return status == ZTA_OK &&
		zta_file__replace(logs_path, 0600, zta_str_of(text), NULL) ==
		    ZTA_OK ?
	    0 :
	    -1;
}

static int
start(void **state)
{
	const zta_keeper_keys keys = { .zone = zone_path,
		.client = client_path };
	const zta_log_signer_files log = { log_path, "log", dir };
	const zta_witness_files witness = { witness_path, "w", logs_path, dir };
	const zta_keeper_threads threads = { 2, 2 };

	(void)state;
	(void)snprintf(dir, sizeof(dir), "/tmp/ztauth-test-keeper-XXXXXX");
	if (mkdtemp(dir) == NULL) {
		return -1;
	}
	(void)snprintf(zone_path, sizeof(zone_path), "%s/zone.pem", dir);
	(void)snprintf(client_path, sizeof(client_path), "%s/client.pem", dir);
	(void)snprintf(log_path, sizeof(log_path), "%s/log.pem", dir);
	(void)snprintf(witness_path, sizeof(witness_path), "%s/w.pem", dir);
	(void)snprintf(logs_path, sizeof(logs_path), "%s/logs", dir);
	if (write_key(ZTA_ALG_ES256, zone_path) != 0 ||
	    write_key(ZTA_ALG_ES256, client_path) != 0 ||
	    write_key(ZTA_ALG_EDDSA, witness_path) != 0 ||
	    write_key(ZTA_ALG_EDDSA, log_path) != 0 || write_logs() != 0) {
		return -1;
	}
	return zta_keeper__start(
		   &keeper, &keys, &log, &witness, &threads, NULL) == ZTA_OK ?
	    0 :
	    -1;
}

static int
stop(void **state)
{
	char command[128];

	(void)state;
	zta_keeper__stop(&keeper);
	(void)snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

/* Is it a token with this payload? */
static bool
has_payload(zta_str token, const char *payload)
{
	char digits[ZTA_B64_LEN(64)];
	size_t len = ZTA_B64_LEN(strlen(payload));

	zta_b64__encode(zta_str_of(payload), digits);
	return memmem(token.ptr, token.len, digits, len) != NULL;
}

#define CHECKPOINT "log\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"

/* The first one needs no proof. */
static zta_status
sign_log(void *channel, zta_str text, zta_buf *note, zta_error *err)
{
	const zta_merkle_path none = { .count = 0 };

	return zta_keeper__sign_log(channel, text, &none, note, err);
}

/* A call of add-checkpoint, with what the keeper signed itself. */
static zta_status
cosign(void *channel, zta_str text, zta_buf *line, zta_error *err)
{
	zta_buf call;
	zta_status status;

	zta_buf__init(&call, SIZE_MAX);
	zta_buf__text(&call, "old 0\n\n");
	status = sign_log(keeper.publisher, text, &call, err);
	if (status == ZTA_OK) {
		status =
		    zta_keeper__cosign(channel, zta_buf__str(&call), line, err);
	}
	zta_buf__release(&call);
	return status;
}

/* Whoever has taken one thread over has nothing signed that is another's. */
static void
test_keeper__each_channel_has_its_kinds(void **state)
{
	static const struct {
		zta_status (*sign)(void *channel, zta_str payload,
		    zta_buf *token, zta_error *err);
		const char *payload;
		bool worker, client, publisher, witness;
	} kinds[] = {
		{ zta_keeper__sign, "{}", true, false, false, false },
		{ zta_keeper__sign_seal, "{}", true, false, false, false },
		{ zta_keeper__sign_grant, "{}", true, false, false, false },
		{ zta_keeper__sign_client, "{}", false, true, false, false },
		{ sign_log, CHECKPOINT, false, false, true, false },
		{ cosign, CHECKPOINT, false, false, false, true },
	};
	uint64_t size;
	zta_buf token;
	size_t i, c;

	(void)state;
	zta_buf__init(&token, SIZE_MAX);
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		int *const channels[] = { keeper.workers, keeper.workers + 1,
			keeper.clients, keeper.clients + 1, keeper.publisher,
			keeper.witness, keeper.own };
		const bool may[] = { kinds[i].worker, kinds[i].worker,
			kinds[i].client, kinds[i].client, kinds[i].publisher,
			kinds[i].witness, false };

		for (c = 0; c < sizeof(may) / sizeof(may[0]); c++) {
			assert_int_equal(
			    kinds[i].sign(channels[c],
				zta_str_of(kinds[i].payload), &token, NULL),
			    may[c] ? ZTA_OK : ZTA_EUNAVAILABLE);
		}
	}
	zta_buf__release(&token);
	assert_int_equal(
	    zta_keeper__last_log(keeper.publisher, &size, NULL), ZTA_OK);
	assert_int_equal(size, 1);
	assert_int_equal(zta_keeper__last_log(keeper.workers, &size, NULL),
	    ZTA_EUNAVAILABLE);
	/* Nor are its keys replaced from there. */
	assert_int_equal(zta_keeper__load(&keeper, NULL), ZTA_OK);
	keeper.own = keeper.workers;
	assert_int_equal(zta_keeper__load(&keeper, NULL), ZTA_EUNAVAILABLE);
	assert_int_equal(zta_keeper__use(&keeper, NULL), ZTA_EUNAVAILABLE);
	keeper.own = keeper.witness + 1;
	assert_int_equal(zta_keeper__use(&keeper, NULL), ZTA_OK);
}

/* What is not of the form is refused, whatever it says of itself. */
static void
test_keeper__reads_proofs(void **state)
{
	const struct {
		zta_str message;
		bool is_signed;
	} rows[] = {
		{ ZTA_STR("P12345678"), false },
		{ ZTA_STR("P12345678\0log\n"), false },
		{ ZTA_STR("P12345678\1" CHECKPOINT), false },
		{ ZTA_STR("P12345678\77" CHECKPOINT), false },
		{ ZTA_STR("P12345678\377" CHECKPOINT), false },
		{ ZTA_STR("P12345678\0" CHECKPOINT), true },
	};
	char answer[1024];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(send(*keeper.publisher, rows[i].message.ptr,
				     rows[i].message.len, 0),
		    rows[i].message.len);
		assert_true(
		    recv(*keeper.publisher, answer, sizeof(answer), 0) >= 9);
		assert_int_equal(answer[0], rows[i].is_signed ? 'S' : 'R');
		assert_memory_equal(answer + 1, "12345678", 8);
	}
}

/*
 * It was stopped for a while: that costs what was asked meanwhile, and no more.
 * What it signs late is not taken for what is asked then.
 */
static void
test_keeper__is_late(void **state)
{
	int *channel = &keeper.workers[0];
	zta_buf token;
	int i;

	(void)state;
	zta_buf__init(&token, SIZE_MAX);
	assert_int_equal(kill(keeper.pid, SIGSTOP), 0);
	for (i = 0; i < 2; i++) {
		assert_int_equal(zta_keeper__sign(channel,
				     ZTA_STR("{\"late\":1}"), &token, NULL),
		    ZTA_EUNAVAILABLE);
		assert_int_equal(token.len, 0);
	}
	assert_int_equal(kill(keeper.pid, SIGCONT), 0);
	for (i = 0; i < 2; i++) {
		zta_buf__clear(&token);
		assert_int_equal(zta_keeper__sign(channel,
				     ZTA_STR("{\"now\":1}"), &token, NULL),
		    ZTA_OK);
		assert_true(has_payload(zta_buf__str(&token), "{\"now\":1}"));
	}
	zta_buf__release(&token);
}

/* It is gone: nothing is signed, and nobody waits long. */
static void
test_keeper__is_gone(void **state)
{
	zta_buf token;

	(void)state;
	zta_buf__init(&token, SIZE_MAX);
	assert_int_equal(kill(keeper.pid, SIGKILL), 0);
	assert_int_equal(zta_keeper__sign(&keeper.workers[0],
			     ZTA_STR("{\"late\":1}"), &token, NULL),
	    ZTA_EUNAVAILABLE);
	assert_int_equal(token.len, 0);
	zta_buf__release(&token);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_keeper__each_channel_has_its_kinds),
		TEST(test_keeper__reads_proofs),
		TEST(test_keeper__is_late),
		TEST(test_keeper__is_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
