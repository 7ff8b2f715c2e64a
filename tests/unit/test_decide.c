/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_decide.c - each leg of a decision refuses what is its own to refuse: a
 * request that all of them allow, and what is changed about it.
 * SPEC: ztauth 5
 */
#include "tests.h"

#include <stdlib.h>
#include <unistd.h>

#include "grant_made.h"
#include "pdp/decide.h"
#include "pdp/question.h"

#define LEVELS                                                               \
	"{\"levels\":[{\"name\":\"basic\",\"rank\":1},"                      \
	"{\"name\":\"bound\",\"rank\":2,\"requires\":{\"proof\":[\"mtls\"]," \
	"\"proof_age_max_s\":60}}]}"
#define GROUPS(level, quarantine)                                           \
	"{\"groups\":[{\"name\":\"g\",\"level\":\"" level "\",\"members\":" \
	"[\"w:one\",\"w:two\"]}],\"quarantine\":[" quarantine "]}"
#define ELEVATION                                     \
	"permit (principal in ZTAuth::Group::\"g\", " \
	"action == ZTAuth::Action::\"act_for\", resource);"
#define POLICIES                                                \
	"@id(\"yes\") permit (principal == User::\"alice\","    \
	" action == Action::\"read\", resource in Doc::\"1\");" \
	"@id(\"no\") forbid (principal, action, resource)"      \
	" when { context has bad };"

#define ROOT "grant-of-alice-0001"
#define CHILD "grant-of-one-000002"

/* What is asked, and of whom; a case changes one thing. */
typedef struct world {
	const char *groups, *elevation, *policies;
	const char *subject, *action, *resource, *context; /* JSON */
	const char *zone, *ledger;
	const char *scope;
	bool no_token, no_caller, other_key, broken;
	zta_zone_require require;
	zta_ring rings[2];
	const char *grant;     /* authority of a grant that the token names */
	const char *consented; /* its `iat`; NULL: it has none */
	const char *child; /* authority of another, which w:one makes of it */
	const char *named; /* by the token, by spaces; NULL: those there are */
	const char *taken; /* the grant is taken back */
	int64_t later;     /* ms */
} world;

typedef struct expected {
	const char *leg, *code;
	uint32_t ring;
	const char *reason; /* stands in the record; NULL: whatever */
} expected;

static zta_arena arena;
static zta_zone_keys keys;
static zta_key *zone_key, *stranger, *delegator;
static char grants_path[] = "/tmp/ztauth-decide-XXXXXX";

static world
make(void)
{
	static const unsigned char digest[ZTA_SHA256_LEN] = { 7 };
	const zta_ring ring = { .source = ZTA_STR("spire"),
		.trust_domain = ZTA_STR("shop.example"),
		.proof = ZTA_PROOF_BEARER,
		.digest = { (const char *)digest, sizeof(digest) },
		.at = GRANT_NOW };
	world w = { .groups = GROUPS("basic", ""),
		.elevation = ELEVATION,
		.policies = POLICIES,
		.subject = "{\"type\":\"User\",\"id\":\"alice\"}",
		.action = "read",
		.resource = "{\"type\":\"Doc\",\"id\":\"1\"}",
		.context = "{}",
		.zone = GRANT_ZONE,
		.ledger = "main",
		.scope = "docs",
		.rings = { ring, ring } };

	w.rings[0].workload = ZTA_STR("w:one");
	w.rings[1].workload = ZTA_STR("w:two");
	return w;
}

/* --- what it is made of */

static zta_str
sign_token(const world *w, zta_str named)
{
	const zta_str scope = zta_str_of(w->scope);
	zta_str jtis[3];
	uint32_t count = 0;
	zta_txn txn = { .issuer = ZTA_STR("ztauth://shop.example/zone"),
		.audience = ZTA_STR("shop.example"),
		.txn = ZTA_STR("00112233445566778899aabbccddeeff"),
		.issued_at = GRANT_NOW,
		.expires_at = GRANT_NOW + 60000,
		.subject = { .type = ZTA_STR("User"),
		    .id = ZTA_STR("alice"),
		    .kind = ZTA_STR("human"),
		    .source = ZTA_STR("corp") },
		.subject_digest = w->rings[0].digest,
		.scopes = &scope,
		.scope_count = 1,
		.zone = ZTA_STR(GRANT_ZONE),
		.ledger = ZTA_STR("main"),
		.commit = ZTA_STR("0"),
		.rings = w->rings,
		.ring_count = 2,
		.delegations = jtis };
	zta_buf payload, token;
	zta_str out;

	while (named.len > 0 && zta_str__next(&named, ' ', &jtis[count])) {
		count++;
	}
	txn.delegation_count = count;
	zta_buf__init(&payload, SIZE_MAX);
	zta_buf__init(&token, SIZE_MAX);
	zta_txn_token__put(&payload, &txn);
	assert_int_equal(
	    zta_jws__sign(&token, w->other_key ? stranger : zone_key,
		ZTA_ALG_ES256, ZTA_STR(ZTA_TXN_TYP), ZTA_STR("k"),
		zta_buf__str(&payload), NULL),
	    ZTA_OK);
	out = zta_arena__copy(&arena, zta_buf__str(&token));
	zta_buf__release(&payload);
	zta_buf__release(&token);
	return out;
}

static void
make_request(const world *w, zta_str token, zta_authzen *out)
{
	zta_buf body;
	zta_error err = { 0 };

	zta_buf__init(&body, SIZE_MAX);
	zta_buf__printf(&body,
	    "{\"subject\":%s,\"action\":{\"name\":\"%s\"},\"resource\":%s,"
	    "\"context\":%s,\"authorization_model\":{\"zone_id\":\"%s\","
	    "\"ledger_id\":\"%s\"",
	    w->subject, w->action, w->resource, w->context, w->zone, w->ledger);
	if (!w->no_token) {
		zta_buf__printf(
		    &body, ",\"tx_token\":\"%.*s\"", ZTA_STR_ARG(token));
	}
	zta_buf__text(&body, "}}");
	assert_int_equal(
	    zta_authzen__read(&arena,
		zta_arena__copy(&arena, zta_buf__str(&body)), out, &err),
	    ZTA_OK);
	zta_buf__release(&body);
}

static void
make_snapshot(const world *w, zta_snapshot *s)
{
	static zta_partition root;
	static const zta_str reads = { "read", 4 };
	static zta_scope_binding binding = {
		.scope = { "docs", 4 }, .actions = &reads, .action_count = 1
	};
	char jwk[ZTA_KEY_JWK_MAX], document[4 * ZTA_KEY_JWK_MAX];

	*s = (zta_snapshot){ .whole = !w->broken,
		.manifest = { .partitions = &root,
		    .partition_count = 1,
		    .require = w->require,
		    .bound = true,
		    .bindings = &binding,
		    .binding_count = 1 } };
	assert_int_equal(zta_cedar_open(&s->cedar, NULL), ZTA_OK);
	assert_int_equal(zta_cedar_add_policies(s->cedar, ZTA_STR("p"),
			     zta_str_of(w->policies), ZTA_CEDAR_BY_PATH, NULL),
	    ZTA_OK);
	assert_int_equal(zta_cedar_seal(s->cedar, NULL), ZTA_OK);
	assert_int_equal(zta_trust_model__read(&s->model, &arena,
			     ZTA_STR(LEVELS), zta_str_of(w->groups), NULL),
	    ZTA_OK);
	assert_int_equal(zta_elevation__open(&s->elevation, &s->model,
			     zta_str_of(w->elevation), NULL),
	    ZTA_OK);
	assert_int_equal(zta_key_public_jwk(
			     delegator, ZTA_ALG_ES256, ZTA_STR("k"), jwk, NULL),
	    ZTA_OK);
	(void)snprintf(document, sizeof(document),
	    "{\"delegators\":[{\"name\":\"User::\\\"alice\\\"\",\"jwks\":"
	    "{\"keys\":[%s]}},{\"name\":\"w:one\",\"jwks\":{\"keys\":[%s]}}]}",
	    jwk, jwk);
	assert_int_equal(
	    zta_delegators__read(&s->delegators, &arena,
		zta_arena__copy(&arena, zta_str_of(document)), NULL),
	    ZTA_OK);
}

/* Let the list know one more; its digest as JSON. */
static void
add_grant(const grant_member *changes, char digest[64])
{
	zta_str text =
	    made_grant(&arena, changes, ZTA_GRANT_TYP, "k", delegator);
	char digits[ZTA_B64_LEN(ZTA_SHA256_LEN)];
	zta_grant grant;

	assert_int_equal(zta_grant__read(&grant, &arena, text, NULL), ZTA_OK);
	zta_b64__encode(
	    (zta_str){ (char *)grant.digest, ZTA_SHA256_LEN }, digits);
	(void)snprintf(digest, 64, "\"%.*s\"", (int)sizeof(digits), digits);
	assert_int_equal(
	    zta_delegation_add(grants_path, text, GRANT_NOW, NULL), ZTA_OK);
}

/* What the token names; the list has the grants. */
static zta_str
make_grants(const world *w, zta_followed *list)
{
	char digest[64];
	const grant_member root[] = {
		{ "delegate", w->child == NULL ? "\"w:two\"" : "\"w:one\"" },
		{ "authority", w->grant },
		{ "iat", w->consented },
		{ NULL, NULL },
	};
	const grant_member child[] = {
		{ "iss", "\"w:one\"" },
		{ "sub", "\"w:one\"" },
		{ "delegate", "\"w:two\"" },
		{ "authority", w->child },
		{ "max_depth", "1" },
		{ "jti", "\"grant-of-one-000002\"" },
		{ "parent", digest },
		{ NULL, NULL },
	};

	if (w->grant == NULL) {
		return ZTA_STR("");
	}
	(void)unlink(grants_path);
	add_grant(root, digest);
	if (w->child != NULL) {
		add_grant(child, digest);
	}
	if (w->taken != NULL) {
		assert_int_equal(zta_delegation_revoke(grants_path,
				     zta_str_of(w->taken), GRANT_NOW, NULL),
		    ZTA_OK);
	}
	assert_int_equal(zta_followed__open(
			     list, &zta_grants__class, grants_path, NULL, NULL),
	    ZTA_OK);
	return zta_str_of(w->named != NULL ? w->named :
		w->child != NULL           ? ROOT " " CHILD :
					     ROOT);
}

/* Ids are the engine's, which is closed. */
static const zta_str *
keep(const zta_str *ids, uint32_t count)
{
	zta_str *kept = zta_arena__alloc(&arena, (count + 1) * sizeof(*kept));
	uint32_t i;

	assert_non_null(kept);
	for (i = 0; i < count; i++) {
		kept[i] = zta_arena__copy(&arena, ids[i]);
	}
	return kept;
}

static zta_status
decide(const world *w, zta_decision *d)
{
	const zta_principal caller = { .id = ZTA_STR("w:pep"),
		.kind = ZTA_PRINCIPAL_WORKLOAD };
	zta_followed list = { 0 };
	const zta_zone zone = { .id = ZTA_STR(GRANT_ZONE),
		.trust_domain = ZTA_STR("shop.example"),
		.ledger = ZTA_STR("main"),
		.issuer = ZTA_STR("ztauth://shop.example/zone"),
		.keys = &keys,
		.grants = w->grant == NULL ? NULL : &list };
	zta_snapshot snapshot;
	zta_authzen request;
	zta_status status;

	make_snapshot(w, &snapshot);
	make_request(w, sign_token(w, make_grants(w, &list)), &request);
	status = zta_pdp__decide(&zone, &snapshot, &arena, &request,
	    w->no_caller ? NULL : &caller, GRANT_NOW + w->later, d, NULL);
	d->policies = keep(d->policies, d->policy_count);
	d->errors = keep(d->errors, d->error_count);
	d->elevation = keep(d->elevation, d->elevation_count);
	zta_followed__close(&list);
	zta_delegators__release(&snapshot.delegators);
	zta_elevation__close(snapshot.elevation);
	zta_cedar_close(snapshot.cedar);
	return status;
}

/* --- the cases */

#define GRANTED(actions, id, more)                                            \
	"{\"actions\":[" actions "],\"resources\":[{\"type\":\"Doc\",\"id\":" \
	"\"" id "\"}]" more "}"
#define CHANGE(name, ...)          \
	static void name(world *w) \
	{                          \
		__VA_ARGS__;       \
	}

CHANGE(nothing, (void)w)
CHANGE(other_key, w->other_key = true)
CHANGE(no_token, w->no_token = true)
CHANGE(other_zone, w->zone = "100000000002")
CHANGE(other_ledger, w->ledger = "other")
CHANGE(other_subject, w->subject = "{\"type\":\"User\",\"id\":\"bob\"}")
CHANGE(other_type, w->subject = "{\"type\":\"Robot\",\"id\":\"alice\"}")
CHANGE(expired, w->later = 60000)
CHANGE(no_token_needs_caller, w->no_token = w->no_caller = true;
       w->require = ZTA_REQUIRE_WORKLOAD)
CHANGE(caller_is_enough, w->no_token = true; w->require = ZTA_REQUIRE_WORKLOAD)
CHANGE(nothing_is_enough, w->no_token = w->no_caller = true;
       w->require = ZTA_REQUIRE_NONE)
CHANGE(no_scope, w->scope = "other")
CHANGE(scope_of_other_action, w->action = "write")
CHANGE(first_quarantined, w->groups = GROUPS("basic", "\"w:one\""))
CHANGE(second_quarantined, w->groups = GROUPS("basic", "\"w:two\""))
CHANGE(first_unknown, w->rings[0].workload = ZTA_STR("w:other"))
CHANGE(second_unknown, w->rings[1].workload = ZTA_STR("w:other"))
CHANGE(below_level, w->groups = GROUPS("bound", ""))
CHANGE(first_below_level, w->groups = GROUPS("bound", "");
       w->rings[1].proof = ZTA_PROOF_MTLS)
CHANGE(second_below_level, w->groups = GROUPS("bound", "");
       w->rings[0].proof = ZTA_PROOF_MTLS)
CHANGE(of_level, w->groups = GROUPS("bound", "");
       w->rings[0].proof = w->rings[1].proof = ZTA_PROOF_MTLS)
CHANGE(too_old, of_level(w); w->rings[1].at -= 60001)
CHANGE(no_elevation, w->elevation = "")
CHANGE(elevation_forbids,
    w->elevation = ELEVATION "forbid (principal, action, resource);")
CHANGE(elevation_of_operation,
    w->elevation = ELEVATION "forbid (principal, action, resource) when "
			     "{ context.operation.resource_id == \"1\" };")
CHANGE(elevation_of_depth,
    w->elevation = ELEVATION "forbid (principal, action, resource) when "
			     "{ context.ring == 2 && context.depth == 2 };")
CHANGE(granted, w->grant = GRANTED("\"read\"", "1", ""))
/* Consent is as old as it is, whenever the grant begins. */
CHANGE(old_consent, granted(w); w->consented = "1767225500";
       w->elevation = ELEVATION "forbid (principal, action, resource) unless "
				"{ context.consent.age < 100 };";
       w->rings[0] = w->rings[1])
CHANGE(young_consent, old_consent(w); w->consented = "1767225501")
CHANGE(coming_consent, granted(w); w->consented = "1767225601")
CHANGE(unknown_grant, granted(w); w->named = "grant-of-alice-0002")
CHANGE(grant_taken_back, granted(w); w->taken = ROOT)
CHANGE(passed_on, granted(w); w->child = GRANTED("\"read\"", "1", ""))
CHANGE(passed_on_taken_back, passed_on(w); w->taken = ROOT)
CHANGE(passed_on_narrower, granted(w);
       w->grant = GRANTED("\"read\",\"list\"", "1", "");
       w->child = GRANTED("\"list\"", "1", ""))
CHANGE(names_the_last_alone, passed_on(w); w->named = CHILD)
CHANGE(names_the_first_alone, passed_on(w); w->named = ROOT)
CHANGE(names_another_first, passed_on(w);
       w->named = "grant-of-alice-0002 " CHILD)
CHANGE(names_the_last_twice, passed_on(w); w->named = ROOT " " CHILD " " CHILD)
CHANGE(names_one_too_many, passed_on(w); w->named = ROOT " " ROOT " " CHILD)
CHANGE(outside_actions, w->grant = GRANTED("\"list\"", "1", ""))
CHANGE(outside_resources, w->grant = GRANTED("\"read\"", "2", ""))
CHANGE(condition,
    w->grant = GRANTED("\"read\"", "1", ",\"when\":\"context has good\""))
CHANGE(condition_holds, condition(w); w->context = "{\"good\":1}")
CHANGE(forbidden, w->context = "{\"bad\":1}")
CHANGE(forbidden_by_grant_too, forbidden(w); granted(w))
CHANGE(not_permitted, w->resource = "{\"type\":\"Doc\",\"id\":\"2\"}")
CHANGE(no_policies, w->policies = "")
CHANGE(no_token_no_policy, nothing_is_enough(w); not_permitted(w))

#define IS(change, ...)             \
	{                           \
#change, change,    \
		{                   \
			__VA_ARGS__ \
		}                   \
	}

static const struct {
	const char *name;
	void (*change)(world *w);
	expected want;
} cases[] = {
	IS(nothing, "policy", "permitted", 0, NULL),
	IS(other_key, "token", "invalid_token", 0, NULL),
	IS(no_token, "token", "invalid_token", 0, NULL),
	IS(other_zone, "token", "invalid_token", 0, NULL),
	IS(other_ledger, "token", "invalid_token", 0, NULL),
	IS(other_subject, "token", "subject_mismatch", 0, NULL),
	IS(other_type, "token", "subject_mismatch", 0, NULL),
	IS(expired, "token", "invalid_token", 0, NULL),
	IS(no_token_needs_caller, "token", "invalid_token", 0, NULL),
	IS(caller_is_enough, "policy", "permitted", 0, NULL),
	IS(nothing_is_enough, "policy", "permitted", 0, NULL),
	IS(no_scope, "scope", "insufficient_scope", 0, NULL),
	IS(scope_of_other_action, "scope", "insufficient_scope", 0, NULL),
	IS(first_quarantined, "elevation", "actor_quarantined", 1, NULL),
	IS(second_quarantined, "elevation", "actor_quarantined", 2, NULL),
	IS(first_unknown, "elevation", "unauthorized_actor", 1, NULL),
	IS(second_unknown, "elevation", "unauthorized_actor", 2, NULL),
	IS(below_level, "elevation", "actor_below_level", 1, NULL),
	IS(first_below_level, "elevation", "actor_below_level", 1, NULL),
	IS(second_below_level, "elevation", "actor_below_level", 2, NULL),
	IS(of_level, "policy", "permitted", 0, NULL),
	IS(too_old, "elevation", "actor_below_level", 2, NULL),
	IS(no_elevation, "elevation", "unauthorized_actor", 1, NULL),
	IS(elevation_forbids, "elevation", "unauthorized_actor", 1, NULL),
	IS(elevation_of_operation, "elevation", "unauthorized_actor", 1, NULL),
	IS(elevation_of_depth, "elevation", "unauthorized_actor", 2, NULL),
	IS(granted, "policy", "permitted", 0, NULL),
	IS(old_consent, "elevation", "unauthorized_actor", 1, NULL),
	IS(young_consent, "policy", "permitted", 0, NULL),
	IS(coming_consent, "delegation", "delegation_invalid", 0,
	    "not_yet_valid"),
	IS(unknown_grant, "delegation", "delegation_invalid", 0,
	    "unknown_grant"),
	IS(grant_taken_back, "delegation", "delegation_revoked", 0, NULL),
	IS(passed_on, "policy", "permitted", 0, NULL),
	IS(passed_on_taken_back, "delegation", "delegation_revoked", 0,
	    "revoked"),
	IS(passed_on_narrower, "delegation", "delegation_exceeded", 0,
	    "grant 2 of the chain: outside_actions"),
	IS(names_the_last_alone, "delegation", "delegation_invalid", 0,
	    "unlinked"),
	/* Whom it was given to is a workload of the chain, too. */
	IS(names_the_first_alone, "policy", "permitted", 0, NULL),
	IS(names_another_first, "delegation", "delegation_invalid", 0,
	    "unlinked"),
	IS(names_the_last_twice, "delegation", "delegation_invalid", 0,
	    "unlinked"),
	IS(names_one_too_many, "delegation", "delegation_invalid", 0,
	    "unlinked"),
	IS(outside_actions, "delegation", "delegation_exceeded", 0, NULL),
	IS(outside_resources, "delegation", "delegation_exceeded", 0, NULL),
	IS(condition, "delegation", "delegation_exceeded", 0, NULL),
	IS(condition_holds, "policy", "permitted", 0, NULL),
	IS(forbidden, "policy", "denied_by_policy", 0, NULL),
	IS(forbidden_by_grant_too, "policy", "denied_by_policy", 0, NULL),
	IS(not_permitted, "policy", "no_policy_permits", 0, NULL),
	IS(no_policies, "policy", "no_policy_permits", 0, NULL),
	IS(no_token_no_policy, "policy", "no_policy_permits", 0, NULL),
};

static bool
is_said(const char *words, zta_str reason)
{
	return words == NULL ||
	    (reason.len > 0 &&
		memmem(reason.ptr, reason.len, words, strlen(words)) != NULL);
}

static void
test_decide__each_leg_refuses(void **state)
{
	const expected *want;
	zta_decision d;
	world w;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		want = &cases[i].want;
		w = make();
		cases[i].change(&w);
		assert_int_equal(decide(&w, &d), ZTA_OK);
		if (strcmp(d.leg, want->leg) != 0 ||
		    strcmp(d.code, want->code) != 0 || d.ring != want->ring ||
		    !is_said(want->reason, d.reason)) {
			fail_msg("%s: %s, %s, ring %u: %.*s", cases[i].name,
			    d.leg, d.code, d.ring, ZTA_STR_ARG(d.reason));
		}
		assert_int_equal(d.effect == ZTA_ALLOW,
		    strcmp(want->code, "permitted") == 0);
	}
}

/* Several reasons to refuse: the first leg decides. SPEC: ztauth 5 */
static void
test_decide__the_first_leg_is_named(void **state)
{
	static void (*const worse[])(world *) = { not_permitted,
		outside_actions, second_quarantined, no_scope, other_subject };
	static const char *const legs[] = { "policy", "delegation", "elevation",
		"scope", "token" };
	zta_decision d;
	world w = make();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(worse) / sizeof(worse[0]); i++) {
		worse[i](&w);
		assert_int_equal(decide(&w, &d), ZTA_OK);
		assert_string_equal(d.leg, legs[i]);
		assert_int_equal(d.effect, ZTA_DENY);
	}
}

/* What is not whole lacks a forbid, perhaps. */
static void
test_decide__by_nothing_that_is_not_whole(void **state)
{
	world w = make();
	zta_decision d;

	(void)state;
	w.broken = true;
	assert_int_equal(decide(&w, &d), ZTA_EINVAL);
	assert_int_equal(d.effect, ZTA_DENY);
}

static void
test_decide__names_what_decided(void **state)
{
	world w = make();
	zta_decision d;

	(void)state;
	w.policies = POLICIES "@id(\"odd\") permit (principal, action, "
			      "resource) when { context.nothing };";
	assert_int_equal(decide(&w, &d), ZTA_OK);
	assert_int_equal(d.policy_count, 1);
	assert_true(zta_str__is(d.policies[0], "yes"));
	assert_int_equal(d.error_count, 1);
	assert_true(zta_str__is(d.errors[0], "odd"));
	assert_int_equal(d.elevation_count, 2);
	assert_true(zta_str__is(d.actor, "w:two"));
	w = make();
	forbidden(&w);
	assert_int_equal(decide(&w, &d), ZTA_OK);
	assert_int_equal(d.policy_count, 1);
	assert_true(zta_str__is(d.policies[0], "no"));
}

static int
set_up(void **state)
{
	char jwk[ZTA_KEY_JWK_MAX], document[ZTA_KEY_JWK_MAX + 16];
	bool changed;
	int fd = mkstemp(grants_path);

	(void)state;
	zta_arena__init(&arena, SIZE_MAX);
	if (fd < 0 || close(fd) != 0 ||
	    zta_key_generate(&zone_key, ZTA_ALG_ES256, NULL) != ZTA_OK ||
	    zta_key_generate(&stranger, ZTA_ALG_ES256, NULL) != ZTA_OK ||
	    zta_key_generate(&delegator, ZTA_ALG_ES256, NULL) != ZTA_OK ||
	    zta_key_public_jwk(
		zone_key, ZTA_ALG_ES256, ZTA_STR("k"), jwk, NULL) != ZTA_OK) {
		return 1;
	}
	(void)snprintf(document, sizeof(document), "{\"keys\":[%s]}", jwk);
	return zta_zone_keys__publish(
		   &keys, zta_str_of(document), &changed, NULL) != ZTA_OK;
}

static int
tear_down(void **state)
{
	(void)state;
	(void)unlink(grants_path);
	zta_zone_keys__release(&keys);
	zta_key_close(zone_key);
	zta_key_close(stranger);
	zta_key_close(delegator);
	zta_arena__release(&arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decide__each_leg_refuses),
		cmocka_unit_test(test_decide__the_first_leg_is_named),
		cmocka_unit_test(test_decide__by_nothing_that_is_not_whole),
		cmocka_unit_test(test_decide__names_what_decided),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
