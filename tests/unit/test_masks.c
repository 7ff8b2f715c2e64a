/* SPDX-License-Identifier: Apache-2.0 */
/* test_masks.c - what may be masked, and that it is. docs/formats/masks.md */
#include "tests.h"

#include "log/masks.h"

#define MASK(text) "{\"masks\":[" text "]}"
#define REMOVE(path) "{\"op\":\"remove\",\"path\":\"" path "\"}"
#define HASH(path) "{\"op\":\"hash\",\"path\":\"" path "\"}"

static void
test_masks__refuse_what_they_do_not_know(void **state)
{
	static const struct {
		const char *text;
		uint32_t line, column;
	} cases[] = {
		{ "nonsense", 1, 1 },
		{ "[]", 1, 1 },
		{ "{}", 1, 1 },
		{ "{\"masks\":{}}", 1, 10 },
		{ "{\"masks\":[],\"more\":1}", 1, 13 },
		{ MASK("\n 1"), 2, 2 },
		{ MASK("{}"), 1, 11 },
		{ MASK("{\"op\":\"drop\",\"path\":\"/txn\"}"), 1, 17 },
		{ MASK("{\"op\":\"remove\"}"), 1, 11 },
		{ MASK("{\"op\":\"remove\",\"path\":1}"), 1, 33 },
		{ MASK("{\"op\":\"remove\",\"path\":\"/id\"}"), 1, 33 },
		{ MASK(REMOVE("/subject_type")), 1, 33 },
		{ MASK(REMOVE("subject_id")), 1, 33 },
		{ MASK(REMOVE("/subject_id/")), 1, 33 },
		{ MASK(REMOVE("/rings/0/workload")), 1, 33 },
		{ MASK(REMOVE("")), 1, 33 },
		{ MASK(HASH("/rings")), 1, 31 },
		{ MASK(HASH("/credentials")), 1, 31 },
		{ MASK(HASH("/rings/*/digest")), 1, 31 },
		{ MASK(HASH("/txn") "," REMOVE("/txn")), 1, 61 },
		{ MASK("{\"op\":\"upsert\",\"path\":\"/txn\"}"), 1, 11 },
		{ MASK("{\"op\":\"upsert\",\"path\":\"/txn\",\"value\":1}"), 1,
		    48 },
		{ MASK("{\"op\":\"upsert\",\"path\":\"/txn\",\"value\":\"\"}"),
		    1, 48 },
		{ MASK("{\"op\":\"hash\",\"path\":\"/txn\",\"value\":\"x\"}"),
		    1, 46 },
		{ MASK("{\"op\":\"hash\",\"path\":\"/txn\",\"salt\":\"x\"}"), 1,
		    38 },
	};
	zta_masks masks;
	zta_arena arena;
	zta_error err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		zta_arena__init(&arena, SIZE_MAX);
		err = (zta_error){ 0 };
		if (zta_masks__read(&masks, &arena, zta_str_of(cases[i].text),
			&err) == ZTA_OK ||
		    err.line != cases[i].line ||
		    err.column != cases[i].column) {
			fail_msg("%s: %u:%u %s", cases[i].text, err.line,
			    err.column, err.message);
		}
		zta_arena__release(&arena);
	}
}

static const zta_leaf_ring rings[] = {
	{ .workload = { "spiffe://d/api", 14 }, .digest = { "0123", 4 } },
	{ .workload = { "spiffe://d/job", 14 } },
};
static const zta_str credentials[] = { { "secretive", 9 } };

static zta_leaf
sample(void)
{
	return (zta_leaf){ .subject_type = ZTA_STR("User"),
		.subject_id = ZTA_STR("alice"),
		.resource_id = ZTA_STR("teapot"),
		.txn = ZTA_STR("t"),
		.request = ZTA_STR("rrrr"),
		.credentials = { credentials, 1 },
		.rings = rings,
		.ring_count = 2 };
}

/* As JSON, and the paths that are told of. */
static void
mask(const char *text, const char *key, char *out, size_t room)
{
	zta_leaf leaf = sample();
	zta_leaf_list masked;
	zta_masks masks;
	zta_arena arena;
	zta_buf buf;
	zta_json_out json = { &buf, false };
	uint32_t i;

	zta_arena__init(&arena, SIZE_MAX);
	zta_buf__init(&buf, SIZE_MAX);
	assert_int_equal(
	    zta_masks__read(&masks, &arena, zta_str_of(text), NULL), ZTA_OK);
	assert_int_equal(zta_masks__apply(&masks, zta_str_of(key), &arena,
			     &leaf, &masked, NULL),
	    ZTA_OK);
	zta_leaf__json(&leaf, 0, &json);
	for (i = 0; i < masked.count; i++) {
		zta_buf__printf(&buf, " %.*s", ZTA_STR_ARG(masked.items[i]));
	}
	assert_true(buf.status == ZTA_OK && buf.len < room);
	memcpy(out, buf.ptr, buf.len);
	out[buf.len] = '\0';
	zta_buf__release(&buf);
	zta_arena__release(&arena);
}

static void
test_masks__hide(void **state)
{
	static const struct {
		const char *text, *key, *has, *lacks, *told;
	} cases[] = {
		{ "", "k", "alice", "hmac", "}" },
		{ MASK(REMOVE("/subject_id")), "k", "User", "alice",
		    "} /subject_id" },
		{ MASK(HASH("/subject_id")), "", "User", "alice",
		    "} /subject_id" },
		{ MASK(HASH("/subject_id")), "", "User", "hmac",
		    "} /subject_id" },
		/* printf alice | openssl dgst -sha256 -hmac k */
		{ MASK(HASH("/subject_id")), "k",
		    "hmac-sha256:ec631a55bb81f5b9dc96aa930a45628d", "alice",
		    "} /subject_id" },
		{ MASK("{\"op\":\"upsert\",\"path\":\"/reason\",\"value\":"
		       "\"withheld\"}"),
		    "", "\"reason\":\"withheld\"", "hmac", "} /reason" },
		{ MASK(REMOVE("/reason")), "", "alice", "hmac", "}" },
		{ MASK(REMOVE("/credentials") "," REMOVE("/request")), "",
		    "alice", "credentials", "} /credentials /request" },
		{ MASK(REMOVE("/rings")), "", "alice", "spiffe", "} /rings" },
		{ MASK(HASH("/rings/*/workload")), "k",
		    "hmac-sha256:", "spiffe", "} /rings/*/workload" },
		{ MASK(REMOVE("/rings/*/digest")), "k", "spiffe://d/job",
		    "digest", "} /rings/*/digest" },
	};
	char text[2000];
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		mask(cases[i].text, cases[i].key, text, sizeof(text));
		len = strlen(text);
		if (strstr(text, cases[i].has) == NULL ||
		    /* Not in what is told of, which follows the record. */
		    (strstr(text, cases[i].lacks) != NULL &&
			strstr(text, cases[i].lacks) < strstr(text, "} ")) ||
		    len < strlen(cases[i].told) ||
		    strcmp(text + len - strlen(cases[i].told), cases[i].told) !=
			0) {
			fail_msg("case %zu: %s", i, text);
		}
	}
	/* The chain of the reader is not what was changed. */
	assert_int_equal(rings[0].workload.len, 14);
}

/* What was erased stays away: there is nothing to hash. */
static void
test_masks__leave_nothing_of_nothing(void **state)
{
	zta_leaf leaf = { .subject_type = ZTA_STR("User") };
	zta_leaf_list masked;
	zta_masks masks;
	zta_arena arena;

	(void)state;
	zta_arena__init(&arena, SIZE_MAX);
	assert_int_equal(zta_masks__read(&masks, &arena,
			     ZTA_STR(MASK(HASH("/subject_id"))), NULL),
	    ZTA_OK);
	assert_int_equal(zta_masks__apply(&masks, ZTA_STR("k"), &arena, &leaf,
			     &masked, NULL),
	    ZTA_OK);
	assert_int_equal(leaf.subject_id.len, 0);
	assert_int_equal(masked.count, 0);
	zta_arena__release(&arena);
}

/* Of what is committed to: removed is not erased, and erased is not masked. */
static void
test_masks__tell_removed_from_erased(void **state)
{
	static const char hash[ZTA_LEAF_DIGEST_LEN];
	const zta_str commitment = { hash, sizeof(hash) };
	zta_leaf leaf = { .subject_type = ZTA_STR("User"),
		.subject_id = ZTA_STR("alice"),
		.commitments[ZTA_PERSONAL_SUBJECT_ID] = commitment,
		.commitments[ZTA_PERSONAL_REASON] = commitment };
	zta_leaf_list masked;
	zta_masks masks;
	zta_arena arena;
	zta_json_out out;
	zta_buf buf;

	(void)state;
	zta_buf__init(&buf, SIZE_MAX);
	out = (zta_json_out){ &buf, false };
	zta_arena__init(&arena, SIZE_MAX);
	assert_int_equal(
	    zta_masks__read(&masks, &arena,
		ZTA_STR(MASK(REMOVE("/subject_id") "," REMOVE("/reason"))),
		NULL),
	    ZTA_OK);
	assert_int_equal(zta_masks__apply(&masks, ZTA_STR("k"), &arena, &leaf,
			     &masked, NULL),
	    ZTA_OK);
	assert_int_equal(masked.count, 1);
	assert_true(zta_str__is(masked.items[0], "/subject_id"));
	zta_leaf__json(&leaf, 0, &out);
	zta_buf__byte(&buf, '\0');
	assert_null(strstr(buf.ptr, "subject_id"));
	assert_non_null(strstr(buf.ptr, "\"erased\":{\"reason\":"));
	zta_buf__release(&buf);
	zta_arena__release(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_masks__refuse_what_they_do_not_know),
		cmocka_unit_test(test_masks__hide),
		cmocka_unit_test(test_masks__leave_nothing_of_nothing),
		cmocka_unit_test(test_masks__tell_removed_from_erased),
	};

	return cmocka_run_group_tests_name("masks", tests, NULL, NULL);
}
