/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_pep_part.c - the other parts of a seal of which the server took one.
 * SPEC: docs/formats/seal.md; rfc6962 2.1
 */
#include "tests.h"

#include "base/b64.h"
#include "pep/pep_part.h"
#include "pep_case.h"

#define SIZES 40

static zta_pep_batch *batch;
static char payloads[SIZES][24], paths[SIZES][ZTA_PEP_PATH_MAX];
static char root_text[ZTA_PEP_HASH_LEN + 1];

static void
fill(size_t count)
{
	size_t i;

	assert_int_equal(zta_pep_batch_open(&batch, NULL), ZTA_OK);
	for (i = 0; i < count; i++) {
		(void)snprintf(payloads[i], sizeof(payloads[i]), "%zu", i);
		assert_int_equal(
		    zta_pep_batch_add(batch, zta_str_of(payloads[i]), NULL),
		    ZTA_OK);
	}
	assert_int_equal(zta_pep__batch_root(batch, root_text, NULL), ZTA_OK);
	for (i = 0; i < count; i++) {
		assert_int_equal(
		    zta_pep_batch_path(batch, i, paths[i], NULL), ZTA_OK);
	}
	zta_pep_batch_close(batch);
}

static zta_pep_message
part(size_t i)
{
	return (zta_pep_message){ .channel = ZTA_STR("orders"),
		.payload = zta_str_of(payloads[i]),
		.is_part = true,
		.index = (uint32_t)i,
		.path = zta_str_of(paths[i]) };
}

/* A token with these claims; who signed it is for the server. */
static void
write_seal(char out[1024], const char *claims)
{
	size_t len = strlen(claims);

	memcpy(out, "h.", 2);
	zta_b64__encode(zta_str_of(claims), out + 2);
	memcpy(out + 2 + ZTA_B64_LEN(len), ".s", 3);
}

static zta_status
read_root(size_t payloads_said, const zta_pep_message *m, zta_pep_root *out)
{
	char claims[256], seal[1024];

	(void)snprintf(claims, sizeof(claims),
	    "{\"payload_sha256\":\"%s\",\"payloads\":%zu}", root_text,
	    payloads_said);
	write_seal(seal, claims);
	return zta_pep__read_root(zta_str_of(seal), m, out, NULL);
}

static bool
holds(const zta_pep_root *root, zta_pep_message m)
{
	zta_error err = { 0 };
	zta_status status = zta_pep_check_part(root, &m, &err);

	assert_true(status == ZTA_OK || status == ZTA_EUNTRUSTED);
	return status == ZTA_OK;
}

static void
test_pep_part__each_in_its_place(void **state)
{
	zta_pep_root root;
	zta_pep_message m;
	size_t count, i, j;

	(void)state;
	for (count = 1; count <= SIZES; count++) {
		fill(count);
		m = part(count / 2);
		assert_int_equal(read_root(count, &m, &root), ZTA_OK);
		for (i = 0; i < count; i++) {
			assert_true(holds(&root, part(i)));
			for (j = 0; j < count; j++) {
				m = part(i);
				m.payload = zta_str_of(payloads[j]);
				assert_int_equal(holds(&root, m), i == j);
				m = part(i);
				m.index = (uint32_t)j;
				assert_int_equal(holds(&root, m), i == j);
			}
		}
	}
}

static void
test_pep_part__nothing_else(void **state)
{
	static char longest[2 * ZTA_PEP_PATH_MAX];
	zta_pep_root root, none = { 0 };
	zta_pep_message m;

	(void)state;
	memset(longest, 'A', sizeof(longest));
	fill(9);
	m = part(4);
	assert_int_equal(read_root(9, &m, &root), ZTA_OK);
	assert_false(holds(&none, m));
	assert_false(holds(&none, (zta_pep_message){ .is_part = true }));
	m.is_part = false;
	assert_false(holds(&root, m));
	m = part(4);
	m.channel = ZTA_STR("order");
	assert_false(holds(&root, m));
	m = part(4);
	m.index = 9;
	assert_false(holds(&root, m));
	m.index = UINT32_MAX;
	assert_false(holds(&root, m));
	m = part(4);
	m.path.len--;
	assert_false(holds(&root, m));
	m.path = (zta_str){ longest, sizeof(longest) };
	assert_false(holds(&root, m));
	m.path = ZTA_STR("=");
	assert_false(holds(&root, m));
}

/* What is no root; the part that was taken is below another one. */
static void
test_pep_part__no_root(void **state)
{
	static const char *const wrong[] = { "", "[]", "{}", "1",
		"{\"payloads\":1}",
		"{\"payload_sha256\":\"AA\",\"payloads\":1}",
		"{\"payload_sha256\":1,\"payloads\":1}",
		"{\"payload_sha256\":\"" SVID "\",\"payloads\":1}" };
	static const char *const no_tokens[] = { "", "a", "a.", ".e30", "a.=.c",
		"a.e30" };
	static const zta_pep_root zero;
	const size_t counts[] = { 0, 1, 8, 10, 1048577, UINT32_MAX + 10UL };
	zta_pep_message m;
	zta_pep_root root;
	char seal[1024];
	size_t i;

	(void)state;
	fill(9);
	m = part(8);
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		write_seal(seal, wrong[i]);
		assert_int_not_equal(
		    zta_pep__read_root(zta_str_of(seal), &m, &root, NULL),
		    ZTA_OK);
		assert_memory_equal(&root, &zero, sizeof(zero));
	}
	for (i = 0; i < sizeof(no_tokens) / sizeof(no_tokens[0]); i++) {
		assert_int_not_equal(
		    zta_pep__read_root(
			zta_str_of(no_tokens[i]), &m, &root, NULL),
		    ZTA_OK);
	}
	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		assert_int_not_equal(read_root(counts[i], &m, &root), ZTA_OK);
		assert_memory_equal(&root, &zero, sizeof(zero));
	}
}

/* No root before the server has taken the seal, and then no other's. */
static void
test_pep_part__the_server_first(void **state)
{
	static const zta_pep_root zero;
	static zta_pep_token token;
	const peer_answer script[] = {
		{ zta_str_of(deny_answer), PEER_ANSWERS },
		{ zta_str_of(token_answer), PEER_ANSWERS },
		{ zta_str_of(token_answer), PEER_ANSWERS },
	};
	const zta_status wanted[] = { ZTA_EINVALID, ZTA_OK, ZTA_EUNTRUSTED };
	char claims[256], seal[1024];
	zta_pep_message m;
	zta_pep_root root;
	zta_pep *pep;
	peer p;
	size_t i;

	(void)state;
	fill(3);
	(void)snprintf(claims, sizeof(claims),
	    "{\"payload_sha256\":\"%s\",\"payloads\":3}", root_text);
	write_seal(seal, claims);
	peer_start(&p);
	peer_script(&p, script, 3);
	pep = open_pep(&p, 2000);
	m = part(1);
	m.is_part = false;
	assert_int_equal(
	    zta_pep_unseal_root(pep, zta_str_of(seal), &m, &token, &root, NULL),
	    ZTA_EINVAL);
	assert_int_equal(peer_requests(&p), 0);
	for (i = 0; i < 3; i++) {
		m = part(i);
		m.payload = i == 2 ? ZTA_STR("x") : m.payload;
		assert_int_equal(zta_pep_unseal_root(pep, zta_str_of(seal), &m,
				     &token, &root, NULL),
		    wanted[i]);
		assert_int_equal(token.text[0] != '\0', i == 1);
		assert_int_equal(
		    memcmp(&root, &zero, sizeof(zero)) != 0, i == 1);
	}
	zta_pep_close(pep);
	peer_stop(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pep_part__each_in_its_place),
		cmocka_unit_test(test_pep_part__nothing_else),
		cmocka_unit_test(test_pep_part__no_root),
		cmocka_unit_test(test_pep_part__the_server_first),
	};

	return cmocka_run_group_tests_name(
	    "pep_part", tests, set_up, tear_down);
}
