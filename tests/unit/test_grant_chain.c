/* SPDX-License-Identifier: Apache-2.0 */
/* test_grant_chain.c - chains of grants, rule by rule. SPEC: ztauth 5.4, 7 */
#include "tests.h"

#include "base/limits.h"
#include "grant_made.h"
#include "trust/grant_chain.h"

#define PARTIES 4

static const char *const names[PARTIES] = { "User::\"alice\"", "w:one", "w:two",
	"w:three" };
static zta_arena arena;
static zta_key *keys[PARTIES], *stranger;
static char thumbprints[PARTIES][ZTA_KEY_THUMBPRINT_MAX];
static zta_delegators delegators;
static zta_trust_model model;
static zta_cedar *engine;
static const char *revoked; /* `jti` of what is taken back */

static bool
is_revoked(const void *list, const zta_grant *grant)
{
	const char *const *jti = list;

	return *jti != NULL && zta_str__is(grant->jti, *jti);
}

static void
read_delegators(void)
{
	char jwk[ZTA_KEY_JWK_MAX];
	zta_buf buf;
	size_t i;

	zta_buf__init(&buf, SIZE_MAX);
	zta_buf__text(&buf, "{\"delegators\":[");
	for (i = 0; i < PARTIES; i++) {
		assert_int_equal(zta_key_public_jwk(keys[i], ZTA_ALG_NONE,
				     ZTA_STR("k"), jwk, NULL),
		    ZTA_OK);
		zta_buf__printf(&buf,
		    "%s{\"name\":%s%s%s,\"jwks\":{\"keys\":[%s]}}",
		    i == 0 ? "" : ",", i == 0 ? "" : "\"",
		    i == 0 ? "\"User::\\\"alice\\\"\"" : names[i],
		    i == 0 ? "" : "\"", jwk);
	}
	zta_buf__text(&buf, "]}");
	assert_int_equal(zta_delegators__read(&delegators, &arena,
			     zta_arena__copy(&arena, zta_buf__str(&buf)), NULL),
	    ZTA_OK);
	zta_buf__release(&buf);
}

static int
setup(void **state)
{
	size_t i;

	(void)state;
	zta_arena__init(&arena, SIZE_MAX);
	assert_int_equal(
	    zta_key_generate(&stranger, ZTA_ALG_ES256, NULL), ZTA_OK);
	for (i = 0; i < PARTIES; i++) {
		assert_int_equal(
		    zta_key_generate(&keys[i], ZTA_ALG_ES256, NULL), ZTA_OK);
		assert_int_equal(
		    zta_key_thumbprint(keys[i], thumbprints[i], NULL), ZTA_OK);
	}
	read_delegators();
	assert_int_equal(
	    zta_trust_model__read(&model, &arena, ZTA_STR("{\"levels\":[]}"),
		ZTA_STR("{\"groups\":[],\"quarantine\":[\"w:three\"]}"), NULL),
	    ZTA_OK);
	assert_int_equal(zta_cedar_open(&engine, NULL), ZTA_OK);
	assert_int_equal(zta_cedar_seal(engine, NULL), ZTA_OK);
	return 0;
}

static int
teardown(void **state)
{
	size_t i;

	(void)state;
	zta_cedar_close(engine);
	zta_delegators__release(&delegators);
	for (i = 0; i < PARTIES; i++) {
		zta_key_close(keys[i]);
	}
	zta_key_close(stranger);
	zta_arena__release(&arena);
	return 0;
}

/* Where a JSON value stands for something that is known only when it runs. */
#define PARENT "$parent"
#define KEY_ONE "$one"
#define KEY_TWO "$two"

/* What one case says of one grant. */
typedef struct link {
	grant_member changes[4];
	bool forged;
} link;

static const char *
expand(const char *value, const zta_grant *above, char out[128])
{
	char digits[ZTA_B64_LEN(ZTA_SHA256_LEN)];

	if (value == NULL || value[0] != '$') {
		return value;
	}
	if (strcmp(value, PARENT) == 0) {
		zta_b64__encode(
		    (zta_str){ (const char *)above->digest, ZTA_SHA256_LEN },
		    digits);
		(void)snprintf(
		    out, 128, "\"%.*s\"", (int)sizeof(digits), digits);
		return out;
	}
	(void)snprintf(out, 128, "{\"jkt\":\"%s\"}",
	    thumbprints[strcmp(value, KEY_ONE) == 0 ? 1 : 2]);
	return out;
}

/* Grant number `i` of a good chain from alice over w:one to w:two, changed. */
static void
make(zta_grant *grants, uint32_t i, const link *how)
{
	static const grant_member bases[2][6] = { { { NULL, NULL } },
		{ { "iss", "\"w:one\"" }, { "sub", "\"w:one\"" },
		    { "delegate", "\"w:two\"" }, { "parent", PARENT },
		    { "max_depth", "1" },
		    { "jti", "\"grant-of-one-000002\"" } } };
	static const size_t counts[2] = { 0, 6 };
	char texts[12][128];
	grant_member all[12] = { { NULL, NULL } };
	const zta_key *key;
	size_t n = 0, k, at;

	for (k = 0; k < counts[i]; k++) {
		all[n++] = bases[i][k];
	}
	for (k = 0; k < 4 && how->changes[k].name != NULL; k++) {
		for (at = 0;
		     at < n && strcmp(all[at].name, how->changes[k].name) != 0;
		     at++) {
		}
		all[at] = how->changes[k];
		n += at == n;
	}
	for (k = 0; k < n; k++) {
		all[k].value =
		    expand(all[k].value, i == 0 ? NULL : grants, texts[k]);
	}
	key = how->forged ? stranger : keys[i];
	assert_int_equal(
	    zta_grant__read(&grants[i], &arena,
		made_grant(&arena, all, ZTA_GRANT_TYP, "k", key), NULL),
	    ZTA_OK);
}

#define AUTHORITY(actions, resources) \
	"{\"actions\":" actions ",\"resources\":" resources "}"
#define WHEN(condition)                                   \
	AUTHORITY("[\"read\"]",                           \
	    "[{\"type\":\"Doc\",\"id\":\"1\"}],\"when\":" \
	    "\"" condition "\"")
#define NONE                              \
	{                                 \
		{ { NULL, NULL } }, false \
	}

static const struct {
	link links[2];
	uint32_t count;
	zta_grant_finding finding;
	uint32_t number;
} chains[] = {
	{ { NONE, NONE }, 1, ZTA_GRANT_HOLDS, 0 },
	{ { NONE, NONE }, 2, ZTA_GRANT_HOLDS, 0 },
	{ { NONE, NONE }, 0, ZTA_GRANT_CHAIN_LENGTH, 0 },
	/* genuine */
	{ { { .changes = { { "aud", "\"100000000002\"" } } }, NONE }, 1,
	    ZTA_GRANT_WRONG_ZONE, 1 },
	{ { NONE, { .changes = { { "aud", "\"100000000002\"" } } } }, 2,
	    ZTA_GRANT_WRONG_ZONE, 2 },
	{ { { .forged = true }, NONE }, 1, ZTA_GRANT_BAD_SIGNATURE, 1 },
	{ { { .forged = true }, NONE }, 2, ZTA_GRANT_BAD_SIGNATURE, 1 },
	{ { NONE, { .forged = true } }, 2, ZTA_GRANT_BAD_SIGNATURE, 2 },
	/* in force */
	{ { { .changes = { { "nbf", "1767225601" } } }, NONE }, 1,
	    ZTA_GRANT_NOT_YET, 1 },
	{ { { .changes = { { "nbf", "1767225601" }, { "iat", "1767225600" } } },
	      NONE },
	    1, ZTA_GRANT_NOT_YET, 1 },
	{ { { .changes = { { "iat", "1767225601" } } }, NONE }, 1,
	    ZTA_GRANT_NOT_YET, 1 },
	{ { { .changes = { { "iat", "1767225600" } } }, NONE }, 1,
	    ZTA_GRANT_HOLDS, 0 },
	{ { { .changes = { { "nbf", "1767225500" }, { "exp", "1767225600" } } },
	      NONE },
	    1, ZTA_GRANT_EXPIRED, 1 },
	{ { NONE, { .changes = { { "nbf", "1767225601" } } } }, 2,
	    ZTA_GRANT_NOT_YET, 2 },
	{ { { .changes = { { "jti", "\"taken-back-grant-01\"" } } }, NONE }, 1,
	    ZTA_GRANT_REVOKED, 1 },
	{ { { .changes = { { "jti", "\"taken-back-grant-01\"" } } }, NONE }, 2,
	    ZTA_GRANT_REVOKED, 1 },
	{ { NONE, { .changes = { { "jti", "\"taken-back-grant-01\"" } } } }, 2,
	    ZTA_GRANT_REVOKED, 2 },
	{ { NONE, { .changes = { { "delegate", "\"w:three\"" } } } }, 2,
	    ZTA_GRANT_QUARANTINED, 2 },
	/* whoever gave it, too: as a workload, or as the subject that it was */
	{ { { .changes = { { "iss", "\"w:three\"" },
		  { "sub", "\"w:three\"" } } },
	      NONE },
	    1, ZTA_GRANT_QUARANTINED, 1 },
	{ { { .changes = { { "iss", "\"Service::\\\"w:three\\\"\"" },
		  { "sub", "\"Service::\\\"w:three\\\"\"" } } },
	      NONE },
	    2, ZTA_GRANT_QUARANTINED, 1 },
	/* linked */
	{ { { .changes = { { "parent",
		  "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"" } } },
	      NONE },
	    1, ZTA_GRANT_UNLINKED, 1 },
	{ { NONE, { .changes = { { "parent", NULL } } } }, 2,
	    ZTA_GRANT_UNLINKED, 2 },
	{ { NONE,
	      { .changes = { { "parent",
		    "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"" } } } },
	    2, ZTA_GRANT_UNLINKED, 2 },
	{ { { .changes = { { "delegate", "\"w:two\"" } } }, NONE }, 2,
	    ZTA_GRANT_NOT_DELEGATE, 2 },
	{ { { .changes = { { "cnf", KEY_ONE } } }, NONE }, 2, ZTA_GRANT_HOLDS,
	    0 },
	{ { { .changes = { { "cnf", KEY_TWO } } }, NONE }, 2,
	    ZTA_GRANT_WRONG_HOLDER, 2 },
	/* That its key would be the right one does not make it signed. */
	{ { { .changes = { { "cnf", KEY_ONE } } }, { .forged = true } }, 2,
	    ZTA_GRANT_BAD_SIGNATURE, 2 },
	/* inside */
	{ { NONE,
	      { .changes = { { "authority",
		    AUTHORITY("[\"read\",\"write\"]",
			"[{\"type\":\"Doc\",\"id\":\"1\"}]") } } } },
	    2, ZTA_GRANT_WIDER_ACTIONS, 2 },
	{ { NONE,
	      { .changes = { { "authority",
		    AUTHORITY("[\"read\"]",
			"[{\"type\":\"Doc\",\"id\":\"2\"}]") } } } },
	    2, ZTA_GRANT_WIDER_RESOURCES, 2 },
	{ { NONE,
	      { .changes = { { "authority",
		    AUTHORITY("[\"read\"]", "[{\"type\":\"Doc\"}]") } } } },
	    2, ZTA_GRANT_WIDER_RESOURCES, 2 },
	{ { NONE,
	      { .changes = { { "authority",
		    AUTHORITY("[\"read\"]",
			"[{\"type\":\"Note\",\"id\":\"9\"},"
			"{\"type\":\"Doc\",\"id\":\"1\"}]") } } } },
	    2, ZTA_GRANT_HOLDS, 0 },
	{ { NONE, { .changes = { { "nbf", "1767225599" } } } }, 2,
	    ZTA_GRANT_WIDER_TIME, 2 },
	{ { NONE, { .changes = { { "exp", "1767229201" } } } }, 2,
	    ZTA_GRANT_WIDER_TIME, 2 },
	{ { NONE, { .changes = { { "max_depth", "2" } } } }, 2,
	    ZTA_GRANT_WIDER_DEPTH, 2 },
	{ { { .changes = { { "max_depth", "0" } } },
	      { .changes = { { "max_depth", "0" } } } },
	    2, ZTA_GRANT_WIDER_DEPTH, 2 },
	{ { { .changes = { { "once", "true" } } }, NONE }, 2,
	    ZTA_GRANT_WIDER_USE, 2 },
	{ { { .changes = { { "once", "true" } } },
	      { .changes = { { "once", "true" } } } },
	    2, ZTA_GRANT_HOLDS, 0 },
	{ { { .changes = { { "purpose", "\"tax\"" } } }, NONE }, 2,
	    ZTA_GRANT_WIDER_PURPOSE, 2 },
	{ { { .changes = { { "purpose", "\"tax\"" } } },
	      { .changes = { { "purpose", "\"fun\"" } } } },
	    2, ZTA_GRANT_WIDER_PURPOSE, 2 },
	{ { { .changes = { { "purpose", "\"tax\"" } } },
	      { .changes = { { "purpose", "\"tax\"" } } } },
	    2, ZTA_GRANT_HOLDS, 0 },
	/* asked for */
	{ { { .changes = { { "delegate", "\"w:other\"" } } }, NONE }, 1,
	    ZTA_GRANT_NOT_HELD, 1 },
	{ { { .changes = { { "authority",
		  AUTHORITY(
		      "[\"list\"]", "[{\"type\":\"Doc\",\"id\":\"1\"}]") } } },
	      NONE },
	    1, ZTA_GRANT_OUTSIDE_ACTIONS, 1 },
	{ { NONE,
	      { .changes = { { "authority",
		    AUTHORITY("[\"read\"]", "[{\"type\":\"Note\"}]") } } } },
	    2, ZTA_GRANT_OUTSIDE_RESOURCES, 2 },
	{ { { .changes = { { "authority", WHEN("context.amount < 10") } } },
	      NONE },
	    1, ZTA_GRANT_HOLDS, 0 },
	{ { { .changes = { { "authority", WHEN("context.amount < 5") } } },
	      NONE },
	    1, ZTA_GRANT_CONDITION, 1 },
	/* what cannot be evaluated, or is no boolean, is not true */
	{ { { .changes = { { "authority", WHEN("context.price < 5") } } },
	      NONE },
	    1, ZTA_GRANT_CONDITION, 1 },
	{ { { .changes = { { "authority", WHEN("context.amount") } } }, NONE },
	    1, ZTA_GRANT_CONDITION, 1 },
	{ { { .changes = { { "authority",
		  WHEN("principal == User::\\\"alice\\\" && resource == "
		       "Doc::\\\"1\\\"") } } },
	      NONE },
	    1, ZTA_GRANT_HOLDS, 0 },
	{ { { .changes = { { "authority",
		  WHEN("principal == User::\\\"bob\\\"") } } },
	      NONE },
	    1, ZTA_GRANT_CONDITION, 1 },
	/* the conditions of all hops */
	{ { { .changes = { { "authority", WHEN("context.amount < 5") } } },
	      { .changes = { { "authority", WHEN("true") } } } },
	    2, ZTA_GRANT_CONDITION, 1 },
	{ { { .changes = { { "authority", WHEN("true") } } },
	      { .changes = { { "authority", WHEN("context.amount < 5") } } } },
	    2, ZTA_GRANT_CONDITION, 2 },
};

static const zta_ring rings[] = { { .workload = { "w:one", 5 } },
	{ .workload = { "w:two", 5 } } };
static const zta_subject alice = { .type = { "User", 4 },
	.id = { "alice", 5 } };

static zta_grant_answer
judge(const zta_grant *grants, uint32_t count, const zta_grant_use *use)
{
	const zta_grant_chain chain = { .grants = grants,
		.count = count,
		.delegators = &delegators,
		.model = &model,
		.zone = ZTA_STR(GRANT_ZONE),
		.is_revoked = is_revoked,
		.list = &revoked,
		.now = GRANT_NOW };
	zta_grant_answer answer;

	assert_int_equal(
	    zta_grant_chain__judge(&chain, use, &arena, &answer, NULL), ZTA_OK);
	return answer;
}

#define QUESTION                                               \
	"{\"principal\":{\"type\":\"User\",\"id\":\"alice\"}," \
	"\"action\":{\"type\":\"Action\",\"id\":\"read\"},"    \
	"\"resource\":{\"type\":\"Doc\",\"id\":\"1\"},"        \
	"\"context\":{\"amount\":7}}"

static void
test_grant_chain__is_judged_by_rule(void **state)
{
	zta_grant grants[2];
	zta_grant_answer answer;
	zta_asked asked;
	zta_grant_operation op = { ZTA_STR("read"), ZTA_STR("Doc"),
		ZTA_STR("1"), engine, &asked.question, &asked.names };
	const zta_grant_use use = { &alice, rings, 2, &op };
	uint32_t i, k;

	(void)state;
	assert_int_equal(
	    zta_cedar__ask(engine, &arena, ZTA_STR(QUESTION), 0, &asked, NULL),
	    ZTA_OK);
	revoked = "taken-back-grant-01";
	for (i = 0; i < sizeof(chains) / sizeof(chains[0]); i++) {
		for (k = 0; k < chains[i].count; k++) {
			make(grants, k, &chains[i].links[k]);
		}
		answer = judge(grants, chains[i].count, &use);
		if (answer.finding != chains[i].finding ||
		    answer.number != chains[i].number) {
			fail_msg("chain %u: %s at %u, not %s at %u", i,
			    zta_grant__finding_name(answer.finding),
			    answer.number,
			    zta_grant__finding_name(chains[i].finding),
			    chains[i].number);
		}
	}
}

static void
test_grant_chain__is_for_its_subject(void **state)
{
	static const link plain = NONE;
	const zta_subject others[] = { { .type = ZTA_STR("User"),
					   .id = ZTA_STR("bob") },
		{ .type = ZTA_STR("Group"), .id = ZTA_STR("alice") },
		{ .type = ZTA_STR(""), .id = ZTA_STR("User::\"alice\"") } };
	zta_grant grants[1];
	zta_grant_use use = { &alice, rings, 1, NULL };
	size_t i;

	(void)state;
	make(grants, 0, &plain);
	assert_int_equal(judge(grants, 1, &use).finding, ZTA_GRANT_HOLDS);
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		use.subject = &others[i];
		assert_int_equal(
		    judge(grants, 1, &use).finding, ZTA_GRANT_NOT_OF_SUBJECT);
	}
	use.subject = &alice;
	use.ring_count = 0;
	assert_int_equal(judge(grants, 1, &use).finding, ZTA_GRANT_NOT_HELD);
}

/* A grant with a condition that is none would not have been read: it holds not. */
static void
test_grant_chain__a_condition_that_is_none(void **state)
{
	static const char *const conditions[] = { "1 +", "{a: 1, a: 1}.a == 1",
		"true } when { true", "?principal == principal" };
	static const link plain = NONE;
	zta_grant_answer answer;
	zta_grant grants[1];
	zta_asked asked;
	const zta_grant_operation op = { ZTA_STR("read"), ZTA_STR("Doc"),
		ZTA_STR("1"), engine, &asked.question, &asked.names };
	const zta_grant_use use = { &alice, rings, 1, &op };
	size_t i;

	(void)state;
	assert_int_equal(
	    zta_cedar__ask(engine, &arena, ZTA_STR(QUESTION), 0, &asked, NULL),
	    ZTA_OK);
	make(grants, 0, &plain);
	for (i = 0; i < sizeof(conditions) / sizeof(conditions[0]); i++) {
		grants[0].when = zta_str_of(conditions[i]);
		answer = judge(grants, 1, &use);
		assert_int_equal(answer.finding, ZTA_GRANT_MALFORMED);
		assert_string_equal(
		    zta_grant__code(answer.finding), "delegation_invalid");
	}
}

/* A chain is not longer than the limit, however it came to be. */
static void
test_grant_chain__has_an_end(void **state)
{
	static const link plain = NONE;
	zta_grant grants[ZTA_GRANT_CHAIN_MAX + 1];
	const zta_grant_use use = { &alice, rings, 1, NULL };
	uint32_t i;

	(void)state;
	make(grants, 0, &plain);
	for (i = 1; i <= ZTA_GRANT_CHAIN_MAX; i++) {
		grants[i] = grants[0];
	}
	assert_int_equal(judge(grants, ZTA_GRANT_CHAIN_MAX + 1, &use).finding,
	    ZTA_GRANT_CHAIN_LENGTH);
	/* The same grant again is not its own child. */
	assert_int_equal(judge(grants, 2, &use).finding, ZTA_GRANT_UNLINKED);
}

/* The zeroed answer is a refusal. */
static void
test_grant_chain__zero_is_no(void **state)
{
	const zta_grant_answer answer = { 0 };

	(void)state;
	assert_int_not_equal(answer.finding, ZTA_GRANT_HOLDS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grant_chain__is_judged_by_rule),
		cmocka_unit_test(test_grant_chain__is_for_its_subject),
		cmocka_unit_test(test_grant_chain__a_condition_that_is_none),
		cmocka_unit_test(test_grant_chain__has_an_end),
		cmocka_unit_test(test_grant_chain__zero_is_no),
	};

	return cmocka_run_group_tests_name(
	    "grant_chain", tests, setup, teardown);
}
