/* SPDX-License-Identifier: Apache-2.0 */
/* test_grants.c - the list of grants that a zone knows. */
#include "tests.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "grant_made.h"
#include "trust/grants.h"

static zta_arena arena;
static zta_key *key;
static char dir[] = "/tmp/ztauth-grants-XXXXXX";
static char path[64];

static int
setup(void **state)
{
	(void)state;
	zta_arena__init(&arena, SIZE_MAX);
	assert_int_equal(zta_key_generate(&key, ZTA_ALG_EDDSA, NULL), ZTA_OK);
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/grants", dir);
	return 0;
}

static int
teardown(void **state)
{
	char lock[80];

	(void)state;
	(void)snprintf(lock, sizeof(lock), "%s.lock", path);
	(void)unlink(lock);
	(void)unlink(path);
	(void)rmdir(dir);
	zta_key_close(key);
	zta_arena__release(&arena);
	return 0;
}

static zta_str
named(const char *jti)
{
	const grant_member changes[] = { { "jti", jti }, { NULL, NULL } };

	return made_grant(&arena, changes, ZTA_GRANT_TYP, "k", key);
}

static zta_status
parse(const char *format, zta_str a, zta_str b, zta_error *err)
{
	zta_grants grants;
	zta_buf text;
	zta_status status;

	zta_buf__init(&text, SIZE_MAX);
	zta_buf__printf(&text, format, (int)a.len, a.ptr, (int)b.len, b.ptr);
	status = zta_grants__parse(&grants, zta_buf__str(&text), err);
	zta_grants__release(&grants);
	zta_buf__release(&text);
	return status;
}

static void
test_grants__refuse_what_is_damaged(void **state)
{
	static const char *const bad[] = { "", "\n", "ztauth-revocations 1 0\n",
		"ztauth-delegations 1 \n", "ztauth-delegations 1 x\n",
		"ztauth-delegations 1 1\n", "ztauth-delegations 1 0",
		"ztauth-delegations 1 1\n+ %.*s",
		"ztauth-delegations 1 2\n+ %.*s\n",
		"ztauth-delegations 1 1\n+ %.*s\n+ %.*s\n",
		"ztauth-delegations 1 1\n* %.*s\n",
		"ztauth-delegations 1 1\n+%.*s\n",
		"ztauth-delegations 1 1\n+ x%.*s\n" };
	zta_str a = named("\"grant-number-0001\"");
	zta_str b = named("\"grant-number-0002\"");
	zta_error err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (parse(bad[i], a, b, &err) != ZTA_EINVALID) {
			fail_msg("taken: %s", bad[i]);
		}
		assert_true(err.line > 0);
	}
	assert_int_equal(
	    parse("ztauth-delegations 1 2\n+ %.*s\n- %.*s\n", a, a, &err),
	    ZTA_EINVALID);
	assert_int_equal(
	    parse("ztauth-delegations 1 2\n+ %.*s\n- %.*s\n", a, b, &err),
	    ZTA_OK);
	assert_int_equal(
	    parse("ztauth-delegations 1 100001\n+ %.*s\n%.*s", a, b, &err),
	    ZTA_ELIMIT);
}

static void
test_grants__are_added_and_revoked(void **state)
{
	zta_str grant = named("\"grant-number-0001\"");
	const zta_known_grant *known;
	zta_grants grants;
	zta_error err;

	(void)state;
	assert_int_equal(zta_delegation_revoke(path,
			     ZTA_STR("grant-number-0001"), GRANT_NOW, &err),
	    ZTA_ENOTFOUND);
	assert_int_equal(
	    zta_delegation_add(path, grant, GRANT_NOW, &err), ZTA_OK);
	assert_int_equal(
	    zta_delegation_add(path, grant, GRANT_NOW, &err), ZTA_EEXIST);
	assert_int_equal(
	    zta_delegation_add(path, ZTA_STR("x"), GRANT_NOW, &err),
	    ZTA_EUNTRUSTED);
	assert_int_equal(
	    zta_delegation_add(path, named("\"grant-number-0002\""),
		GRANT_NOW + 3600000, &err),
	    ZTA_EUNTRUSTED);
	assert_int_equal(zta_delegation_revoke(path,
			     ZTA_STR("grant-number-0001"), GRANT_NOW, &err),
	    ZTA_OK);
	assert_int_equal(zta_grants__read(&grants, path, &err), ZTA_OK);
	known = zta_grants__find(&grants, ZTA_STR("grant-number-0001"));
	assert_non_null(known);
	assert_true(known->revoked);
	assert_null(zta_grants__find(&grants, ZTA_STR("grant-number-0002")));
	zta_grants__release(&grants);
	/* What was taken back does not come back. */
	assert_int_equal(
	    zta_delegation_add(path, grant, GRANT_NOW, &err), ZTA_EEXIST);
	/* Nor when the list is written for something else. */
	assert_int_equal(zta_delegation_add(path,
			     named("\"grant-number-0002\""), GRANT_NOW, &err),
	    ZTA_OK);
	assert_int_equal(zta_grants__read(&grants, path, &err), ZTA_OK);
	known = zta_grants__find(&grants, ZTA_STR("grant-number-0001"));
	assert_non_null(known);
	assert_true(known->revoked);
	assert_false(
	    zta_grants__find(&grants, ZTA_STR("grant-number-0002"))->revoked);
	zta_grants__release(&grants);
	assert_int_equal(unlink(path), 0);
}

/* The digest of a grant as JSON. */
static const char *
digest_of(zta_str token)
{
	char digits[ZTA_B64_LEN(ZTA_SHA256_LEN)];
	char *out = zta_arena__alloc(&arena, sizeof(digits) + 3);
	zta_grant grant;

	assert_non_null(out);
	assert_int_equal(zta_grant__read(&grant, &arena, token, NULL), ZTA_OK);
	zta_b64__encode(
	    (zta_str){ (char *)grant.digest, ZTA_SHA256_LEN }, digits);
	(void)snprintf(
	    out, sizeof(digits) + 3, "\"%.*s\"", (int)sizeof(digits), digits);
	return out;
}

#define AUTHORITY(action)                              \
	"{\"actions\":[\"" action "\"],\"resources\":" \
	"[{\"type\":\"Doc\",\"id\":\"1\"}]}"

/* A child of w:one, to be let in; `err` says why not. */
static zta_status
add_child(const char *jti, const char *delegator, const char *authority,
    const char *depth, const char *parent, zta_error *err)
{
	const grant_member child[] = { { "iss", delegator },
		{ "sub", delegator }, { "delegate", "\"w:two\"" },
		{ "authority", authority }, { "max_depth", depth },
		{ "parent", parent }, { "jti", jti }, { NULL, NULL } };

	return zta_delegation_add(path,
	    made_grant(&arena, child, ZTA_GRANT_TYP, "k", key), GRANT_NOW, err);
}

/* SPEC: ztauth 7: a child that is wider, or of nobody's, is not let in. */
static void
test_grants__judge_a_child_by_its_parent(void **state)
{
	zta_str root = named("\"grant-number-0001\"");
	const char *parent = digest_of(root);
	const struct {
		const char *delegator, *authority, *depth, *parent, *reason;
	} bad[] = {
		{ "\"w:one\"", AUTHORITY("read"), "1",
		    digest_of(named("\"grant-number-0009\"")), "unlinked" },
		{ "\"w:two\"", AUTHORITY("read"), "1", parent, "not_delegate" },
		{ "\"w:one\"", AUTHORITY("write"), "1", parent,
		    "wider_actions" },
		{ "\"w:one\"", AUTHORITY("read"), "2", parent, "wider_depth" },
	};
	zta_error err;
	size_t i;

	(void)state;
	assert_int_equal(
	    zta_delegation_add(path, root, GRANT_NOW, &err), ZTA_OK);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(
		    add_child("\"grant-number-0002\"", bad[i].delegator,
			bad[i].authority, bad[i].depth, bad[i].parent, &err),
		    ZTA_EUNTRUSTED);
		if (strstr(err.message, bad[i].reason) == NULL) {
			fail_msg("%s, not %s", err.message, bad[i].reason);
		}
	}
	assert_int_equal(add_child("\"grant-number-0002\"", "\"w:one\"",
			     AUTHORITY("read"), "1", parent, &err),
	    ZTA_OK);
	/* That it was taken back is remembered for its children. */
	assert_int_equal(zta_delegation_revoke(path,
			     ZTA_STR("grant-number-0001"), GRANT_NOW, &err),
	    ZTA_OK);
	assert_int_equal(add_child("\"grant-number-0003\"", "\"w:one\"",
			     AUTHORITY("read"), "1", parent, &err),
	    ZTA_EUNTRUSTED);
	assert_non_null(strstr(err.message, "revoked"));
	assert_int_equal(unlink(path), 0);
}

/* A list without the parent gives no chain, and nothing is taken as not revoked. */
static void
test_grants__take_whole_chains(void **state)
{
	static const grant_member orphan[] = { { "parent",
						   "\"AAAAAAAAAAAAAAAAAAAAAAAA"
						   "AAAAAAAAAAAAAAAAAAA\"" },
		{ "jti", "\"grant-number-0003\"" }, { NULL, NULL } };
	zta_followed followed;
	zta_taken_grants taken;
	zta_grant_finding finding;
	zta_buf text;
	zta_str a = made_grant(&arena, orphan, ZTA_GRANT_TYP, "k", key);
	zta_str b = named("\"grant-number-0004\"");

	(void)state;
	zta_buf__init(&text, SIZE_MAX);
	zta_buf__printf(&text, "ztauth-delegations 1 2\n+ %.*s\n- %.*s\n",
	    (int)a.len, a.ptr, (int)b.len, b.ptr);
	assert_int_equal(
	    zta_file__replace(path, 0600, zta_buf__str(&text), NULL), ZTA_OK);
	zta_buf__release(&text);
	assert_int_equal(
	    zta_followed__open(&followed, &zta_grants__class, path, NULL, NULL),
	    ZTA_OK);
	assert_int_equal(
	    zta_grants__take(&followed, NULL, ZTA_STR("grant-number-0003"),
		&arena, &taken, &finding, NULL),
	    ZTA_OK);
	assert_int_equal(finding, ZTA_GRANT_UNKNOWN);
	assert_int_equal(taken.count, 0);
	assert_int_equal(
	    zta_grants__take(&followed, NULL, ZTA_STR("grant-number-0004"),
		&arena, &taken, &finding, NULL),
	    ZTA_OK);
	assert_int_equal(finding, ZTA_GRANT_HOLDS);
	assert_int_equal(taken.count, 1);
	assert_true(zta_taken_grants__is_revoked(&taken, &taken.grants[0]));
	assert_true(zta_taken_grants__is_revoked(&taken, &taken.grants[1]));
	zta_followed__close(&followed);
	assert_int_equal(
	    zta_grants__take(NULL, NULL, ZTA_STR("grant-number-0004"), &arena,
		&taken, &finding, NULL),
	    ZTA_OK);
	assert_int_equal(finding, ZTA_GRANT_UNKNOWN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grants__refuse_what_is_damaged),
		cmocka_unit_test(test_grants__are_added_and_revoked),
		cmocka_unit_test(test_grants__judge_a_child_by_its_parent),
		cmocka_unit_test(test_grants__take_whole_chains),
	};

	return cmocka_run_group_tests_name("grants", tests, setup, teardown);
}
