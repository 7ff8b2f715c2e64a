/* SPDX-License-Identifier: Apache-2.0 */
/* test_may_act.c - whom a credential names as actor. SPEC: rfc8693 4.4 */
#include "tests.h"

#include "base/str.h"
#include "pdp/may_act.h"

#define WL "spiffe://shop.example/order-api"
#define HERE "https://corp"

/* `actor` is its claims; NULL: a certificate of WL. */
static const struct {
	const char *subject, *actor, *actor_issuer;
	bool workload; /* its id has a trust domain */
	zta_may_act expected;
} cases[] = {
	{ "{}", "{\"sub\":\"a\"}", HERE, false, ZTA_MAY_ACT_YES },
	{ "{\"may_act\":{}}", "{\"sub\":\"a\"}", HERE, false,
	    ZTA_MAY_ACT_MALFORMED },
	{ "{\"may_act\":null}", "{\"sub\":\"a\"}", HERE, false,
	    ZTA_MAY_ACT_MALFORMED },
	{ "{\"may_act\":\"a\"}", "{\"sub\":\"a\"}", HERE, false,
	    ZTA_MAY_ACT_MALFORMED },
	{ "{\"may_act\":[{\"sub\":\"a\"}]}", "{\"sub\":\"a\"}", HERE, false,
	    ZTA_MAY_ACT_MALFORMED },
	{ "{\"may_act\":{\"sub\":7}}", "{\"sub\":7}", HERE, false,
	    ZTA_MAY_ACT_MALFORMED },
	{ "{\"may_act\":{\"sub\":\"\"}}", "{\"sub\":\"\"}", HERE, false,
	    ZTA_MAY_ACT_MALFORMED },
	{ "{\"may_act\":{\"iss\":\"" HERE "\"}}",
	    "{\"sub\":\"a\",\"iss\":\"" HERE "\"}", HERE, false,
	    ZTA_MAY_ACT_MALFORMED },
	{ "{\"may_act\":{\"sub\":\"a\",\"x\":{}}}", "{\"sub\":\"a\",\"x\":{}}",
	    HERE, false, ZTA_MAY_ACT_MALFORMED },
	/* of the subject's own issuer */
	{ "{\"may_act\":{\"sub\":\"a\"}}", "{\"sub\":\"a\"}", HERE, false,
	    ZTA_MAY_ACT_YES },
	{ "{\"may_act\":{\"sub\":\"a\"}}", "{\"sub\":\"b\"}", HERE, false,
	    ZTA_MAY_ACT_NO },
	{ "{\"may_act\":{\"sub\":\"a\"}}", "{\"sub\":\"ab\"}", HERE, false,
	    ZTA_MAY_ACT_NO },
	{ "{\"may_act\":{\"sub\":\"a\"}}", "{\"id\":\"a\"}", HERE, false,
	    ZTA_MAY_ACT_NO },
	{ "{\"may_act\":{\"sub\":\"a\"}}", "{\"sub\":[\"a\"]}", HERE, false,
	    ZTA_MAY_ACT_NO },
	/* the same name, given by somebody else */
	{ "{\"may_act\":{\"sub\":\"a\"}}", "{\"sub\":\"a\"}", "https://evil",
	    false, ZTA_MAY_ACT_NO },
	{ "{\"may_act\":{\"sub\":\"a\"}}", "{\"sub\":\"a\"}", "", false,
	    ZTA_MAY_ACT_NO },
	{ "{\"may_act\":{\"sub\":\"a\",\"iss\":\"https://x\"}}",
	    "{\"sub\":\"a\",\"iss\":\"https://x\"}", "https://x", false,
	    ZTA_MAY_ACT_YES },
	{ "{\"may_act\":{\"sub\":\"a\",\"iss\":\"https://x\"}}",
	    "{\"sub\":\"a\",\"iss\":\"https://y\"}", "https://y", false,
	    ZTA_MAY_ACT_NO },
	{ "{\"may_act\":{\"iss\":\"https://x\",\"sub\":\"a\"}}",
	    "{\"sub\":\"a\"}", "", false, ZTA_MAY_ACT_NO },
	/* every member counts */
	{ "{\"may_act\":{\"sub\":\"a\",\"tenant\":\"t\"}}",
	    "{\"sub\":\"a\",\"tenant\":\"t\"}", HERE, false, ZTA_MAY_ACT_YES },
	{ "{\"may_act\":{\"sub\":\"a\",\"tenant\":\"t\"}}",
	    "{\"sub\":\"a\",\"tenant\":\"u\"}", HERE, false, ZTA_MAY_ACT_NO },
	{ "{\"may_act\":{\"tenant\":\"u\",\"sub\":\"a\"}}",
	    "{\"sub\":\"a\",\"tenant\":\"t\"}", HERE, false, ZTA_MAY_ACT_NO },
	/* workloads */
	{ "{\"may_act\":{\"sub\":\"" WL "\"}}", "{\"sub\":\"" WL "\"}", "",
	    true, ZTA_MAY_ACT_YES },
	{ "{\"may_act\":{\"sub\":\"" WL "\"}}", NULL, "", true,
	    ZTA_MAY_ACT_YES },
	{ "{\"may_act\":{\"sub\":\"" WL "/x\"}}", NULL, "", true,
	    ZTA_MAY_ACT_NO },
	{ "{\"may_act\":{\"sub\":\"" WL "\",\"iss\":\"" HERE "\"}}", NULL, "",
	    true, ZTA_MAY_ACT_NO },
};

static void
test_may_act__names_the_actor(void **state)
{
	zta_principal subject, actor;
	zta_arena arena;
	size_t i;

	(void)state;
	zta_arena__init(&arena, SIZE_MAX);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		subject = (zta_principal){ .issuer = ZTA_STR(HERE) };
		actor = (zta_principal){ .id = ZTA_STR(WL),
			.issuer = zta_str_of(cases[i].actor_issuer) };
		if (cases[i].workload) {
			actor.trust_domain = ZTA_STR("shop.example");
		}
		assert_int_equal(
		    zta_json__read(&arena, zta_str_of(cases[i].subject),
			&subject.claims, NULL),
		    ZTA_OK);
		if (cases[i].actor != NULL) {
			assert_int_equal(
			    zta_json__read(&arena, zta_str_of(cases[i].actor),
				&actor.claims, NULL),
			    ZTA_OK);
		}
		if (zta_may_act__judge(&subject, &actor) != cases[i].expected) {
			fail_msg("case %zu: %s", i, cases[i].subject);
		}
	}
	zta_arena__release(&arena);
}

/* An assertion, or a transaction, has no such claim. */
static void
test_may_act__without_claims(void **state)
{
	const zta_principal none = { 0 };

	(void)state;
	assert_int_equal(zta_may_act__judge(&none, &none), ZTA_MAY_ACT_YES);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_may_act__names_the_actor),
		cmocka_unit_test(test_may_act__without_claims),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
