/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_grants_random.c - random chains of grants against a slow reference,
 * written from the protocol: whether one authority is inside another is not
 * compared but tried out, for every operation and every moment of a small
 * world. ZTAUTH_GRANT_CASES says how many cases, ZTAUTH_GRANT_SEED from where.
 * SPEC: ztauth 5.4, 7
 */
#include "tests.h"

#include <stdlib.h>

#include "base/limits.h"
#include "grant_made.h"
#include "trust/grant_chain.h"

#define CASES 20000
#define CASES_OF_WORLD 500
#define GRANTS 24
/* 0 and 1 are people, the others workloads; the last has no keys. */
#define PARTIES 7
#define STRANGER PARTIES
#define ACTIONS 3
#define TYPES 2
#define IDS 3 /* the last is one that no grant names */
#define SECONDS 12
#define NONE (-1)
#define BOGUS (-2)

typedef struct model_grant {
	int delegator, delegate,
	    signer;          /* party; the signer may be a stranger */
	bool foreign;        /* of another zone */
	unsigned actions;    /* bits */
	unsigned ids[TYPES]; /* bits; no bit at all: not the type */
	bool whole[TYPES];   /* all of the type */
	int nbf, exp, depth;
	int parent; /* index, NONE or BOGUS */
	int holder; /* party, or NONE */
	bool once;
	int purpose, when; /* 0: none */
} model_grant;

typedef struct world {
	zta_arena arena;
	model_grant model[GRANTS];
	zta_grant grants[GRANTS];
	zta_trust_model trust;
	int quarantined; /* party, or NONE */
} world;

/* One question. */
typedef struct question {
	int chain[ZTA_GRANT_CHAIN_MAX + 2];
	uint32_t count;
	unsigned revoked; /* bits, by index */
	bool by_digest;
	int subject, rings[3];
	uint32_t ring_count;
	int now, action, type, id, amount;
	bool asked;
} question;

enum { INVALID = 1, REVOKED = 2, EXCEEDED = 4 };

static const char *const parties[PARTIES] = { "User::\\\"alice\\\"",
	"User::\\\"bob\\\"", "w:one", "w:two", "w:three", "w:four", "w:none" };
static const char *const plain[PARTIES] = { "alice", "bob", "w:one", "w:two",
	"w:three", "w:four", "w:none" };
static const char *const conditions[] = { "", "context.amount < 7",
	"context.amount >= 3", "context.nothing" };
static zta_arena keep;
static zta_key *keys[PARTIES + 1];
static char thumbprints[PARTIES + 1][ZTA_KEY_THUMBPRINT_MAX];
static zta_delegators delegators;
static zta_cedar *engine;
static uint64_t random_state;
static unsigned seen[ZTA_GRANT_HOLDS + 1];

/* --- chance */

static unsigned
below(unsigned n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (unsigned)((random_state >> 16) % n);
}

static bool
chance(unsigned percent)
{
	return below(100) < percent;
}

/* --- the reference */

static bool
model_allows(const model_grant *g, int action, int type, int id)
{
	return (g->actions & 1u << action) != 0 &&
	    (g->whole[type] || (g->ids[type] & 1u << id) != 0);
}

static bool
model_in_force(const model_grant *g, int second)
{
	return second >= g->nbf && second < g->exp;
}

/* Whatever the child lets be done, at any time, its parent lets be done. */
static bool
model_inside(const model_grant *child, const model_grant *parent)
{
	int action, type, id, second;

	for (action = 0; action < ACTIONS; action++) {
		for (type = 0; type < TYPES; type++) {
			for (id = 0; id < IDS; id++) {
				if (model_allows(child, action, type, id) &&
				    !model_allows(parent, action, type, id)) {
					return false;
				}
			}
		}
	}
	for (second = 0; second < SECONDS * 2; second++) {
		if (model_in_force(child, second) &&
		    !model_in_force(parent, second)) {
			return false;
		}
	}
	return child->depth <= parent->depth - 1 &&
	    (child->once || !parent->once) &&
	    (parent->purpose == 0 || child->purpose == parent->purpose);
}

static bool
model_condition(int when, int amount)
{
	switch (when) {
	case 0:
		return true;
	case 1:
		return amount < 7;
	case 2:
		return amount >= 3;
	default:
		return false; /* it cannot be evaluated */
	}
}

static unsigned
model_judge_grant(const world *w, const question *q, uint32_t i)
{
	const model_grant *g = &w->model[q->chain[i]];
	const model_grant *above = i == 0 ? NULL : &w->model[q->chain[i - 1]];
	unsigned wrong = 0;

	if (g->foreign || !model_in_force(g, q->now) ||
	    g->signer != g->delegator || g->delegator == PARTIES - 1) {
		wrong |= INVALID;
	}
	if ((q->revoked & 1u << q->chain[i]) != 0 ||
	    g->delegator == w->quarantined || g->delegate == w->quarantined) {
		wrong |= REVOKED;
	}
	if (above == NULL) {
		return g->parent != NONE ? wrong | INVALID : wrong;
	}
	if (g->parent != q->chain[i - 1] || g->delegator != above->delegate ||
	    (above->holder != NONE && g->signer != above->holder)) {
		wrong |= INVALID;
	}
	return model_inside(g, above) ? wrong : wrong | EXCEEDED;
}

/* Everything that is wrong, as codes; 0: allowed. */
static unsigned
model_judge(const world *w, const question *q)
{
	const model_grant *last;
	unsigned wrong = 0;
	bool held = false;
	uint32_t i;

	if (q->count == 0 || q->count > ZTA_GRANT_CHAIN_MAX) {
		return INVALID;
	}
	for (i = 0; i < q->count; i++) {
		wrong |= model_judge_grant(w, q, i);
		if (q->asked &&
		    (!model_allows(
			 &w->model[q->chain[i]], q->action, q->type, q->id) ||
			!model_condition(
			    w->model[q->chain[i]].when, q->amount))) {
			wrong |= EXCEEDED;
		}
	}
	last = &w->model[q->chain[q->count - 1]];
	for (i = 0; i < q->ring_count; i++) {
		held = held ||
		    (q->rings[i] == last->delegate && last->delegate >= 2);
	}
	/* A subject is a person here. */
	return held && q->subject < 2 &&
		w->model[q->chain[0]].delegator == q->subject ?
	    wrong :
	    wrong | INVALID;
}

/* --- making worlds */

static void
make_authority(model_grant *g)
{
	int type;

	g->actions = 1 + below((1u << ACTIONS) - 1);
	for (type = 0; type < TYPES; type++) {
		g->whole[type] = chance(40);
		g->ids[type] = below(1u << (IDS - 1));
	}
	if (!g->whole[0] && !g->whole[1] && g->ids[0] == 0 && g->ids[1] == 0) {
		g->whole[below(TYPES)] = true;
	}
}

static void
make_root(model_grant *g)
{
	*g = (model_grant){ .delegator = (int)below(2),
		.delegate = (int)below(PARTIES - 1),
		.parent = chance(3) ? BOGUS : NONE,
		.nbf = (int)below(3),
		.exp = SECONDS - (int)below(4),
		.depth = (int)below(ZTA_GRANT_CHAIN_MAX),
		.holder = NONE };
	make_authority(g);
	g->once = chance(10);
	g->purpose = chance(30) ? 1 + (int)below(2) : 0;
}

/* Inside its parent, mostly, and then perhaps not. */
static void
make_child(model_grant *g, const model_grant *parent, int index)
{
	int type;

	*g = *parent;
	g->foreign = false;
	g->parent = index;
	g->delegator = parent->delegate;
	g->delegate = (int)below(PARTIES);
	g->holder = NONE;
	g->depth = parent->depth > 0 ? parent->depth - 1 : 0;
	g->actions &= chance(50) ? below(1u << ACTIONS) : ~0u;
	g->actions = g->actions == 0 ? parent->actions : g->actions;
	for (type = 0; type < TYPES; type++) {
		if (g->whole[type] && chance(40)) {
			g->whole[type] = false;
			g->ids[type] = 1 + below((1u << (IDS - 1)) - 1);
		}
	}
	if (chance(10)) {
		make_authority(g);
	}
	g->nbf += chance(20) && g->nbf + 1 < g->exp;
	g->exp -= chance(20) && g->exp - 1 > g->nbf;
	g->nbf -= chance(3) && g->nbf > 0;
	g->exp += chance(3);
	g->depth += chance(5) && g->depth + 1 < (int)ZTA_GRANT_CHAIN_MAX;
	g->once = (parent->once && !chance(5)) || chance(5);
	g->purpose = chance(4) ? (int)below(3) : parent->purpose;
}

static void
put_names(zta_buf *out, const model_grant *g)
{
	int i, type;

	zta_buf__text(out, "{\"actions\":[");
	for (i = 0; i < ACTIONS; i++) {
		if ((g->actions & 1u << i) != 0) {
			zta_buf__printf(out, "\"a%d\",", i);
		}
	}
	out->len--;
	zta_buf__text(out, "],\"resources\":[");
	for (type = 0; type < TYPES; type++) {
		if (g->whole[type]) {
			zta_buf__printf(out, "{\"type\":\"T%d\"},", type);
		}
		for (i = 0; i < IDS; i++) {
			if ((g->ids[type] & 1u << i) != 0) {
				zta_buf__printf(out,
				    "{\"type\":\"T%d\",\"id\":\"%d\"},", type,
				    i);
			}
		}
	}
	out->len--;
	zta_buf__byte(out, ']');
	if (g->when != 0) {
		zta_buf__printf(out, ",\"when\":\"%s\"", conditions[g->when]);
	}
	zta_buf__byte(out, '}');
}

static void
put_parent(zta_buf *out, const world *w, int parent)
{
	static const unsigned char none[ZTA_SHA256_LEN] = { 7 };
	const unsigned char *digest = none;

	if (parent == NONE) {
		return;
	}
	if (parent != BOGUS) {
		digest = w->grants[parent].digest;
	}
	zta_buf__text(out, ",\"parent\":\"");
	zta_b64__put(out, (zta_str){ (const char *)digest, ZTA_SHA256_LEN });
	zta_buf__byte(out, '"');
}

/* The grant that the model describes, signed. */
static void
sign(world *w, int index)
{
	const model_grant *g = &w->model[index];
	zta_buf payload, token;
	zta_error err = { 0 };

	zta_buf__init(&payload, SIZE_MAX);
	zta_buf__init(&token, SIZE_MAX);
	zta_buf__printf(&payload,
	    "{\"iss\":\"%s\",\"sub\":\"%s\",\"delegate\":\"%s\",\"aud\":\"%s\","
	    "\"nbf\":%d,\"exp\":%d,\"max_depth\":%d,\"jti\":"
	    "\"random-grant-%06d\",\"consent\":{\"kind\":\"signature\"},"
	    "\"statement\":\"something\",\"authority\":",
	    parties[g->delegator], parties[g->delegator], parties[g->delegate],
	    g->foreign ? "100000000002" : GRANT_ZONE, g->nbf, g->exp, g->depth,
	    index);
	put_names(&payload, g);
	put_parent(&payload, w, g->parent);
	if (g->holder != NONE) {
		zta_buf__printf(&payload, ",\"cnf\":{\"jkt\":\"%s\"}",
		    thumbprints[g->holder]);
	}
	if (g->purpose != 0) {
		zta_buf__printf(&payload, ",\"purpose\":\"p%d\"", g->purpose);
	}
	zta_buf__text(&payload, g->once ? ",\"once\":true}" : "}");
	assert_int_equal(zta_jws__sign(&token, keys[g->signer], ZTA_ALG_ES256,
			     ZTA_STR(ZTA_GRANT_TYP), ZTA_STR("k"),
			     zta_buf__str(&payload), NULL),
	    ZTA_OK);
	if (zta_grant__read(&w->grants[index], &w->arena,
		zta_arena__copy(&w->arena, zta_buf__str(&token)),
		&err) != ZTA_OK) {
		fail_msg("%s: %s: %.*s", err.place, err.message,
		    (int)payload.len, payload.ptr);
	}
	zta_buf__release(&payload);
	zta_buf__release(&token);
}

static void
make_world(world *w)
{
	static const char format[] = "{\"groups\":[],\"quarantine\":[\"%s\"]}";
	char groups[128];
	model_grant *g;
	int i, parent;

	zta_arena__init(&w->arena, SIZE_MAX);
	for (i = 0; i < GRANTS; i++) {
		g = &w->model[i];
		parent = (int)below((unsigned)i + 1);
		if (i < 3 || chance(12)) {
			make_root(g);
		} else {
			parent = parent == i ? i - 1 : parent;
			make_child(g, &w->model[parent], parent);
		}
		g->when = chance(20) ? 1 + (int)below(3) : 0;
		g->foreign = chance(2);
		g->signer = chance(2) ? STRANGER : g->delegator;
		if (chance(2)) {
			g->delegator = (int)below(PARTIES);
		}
		if (chance(15)) {
			g->holder =
			    chance(80) ? g->delegate : (int)below(PARTIES);
		}
		sign(w, i);
	}
	w->quarantined = chance(30) ? 2 + (int)below(PARTIES - 2) : NONE;
	(void)snprintf(groups, sizeof(groups), format,
	    w->quarantined == NONE ? "w:nobody" : plain[w->quarantined]);
	assert_int_equal(
	    zta_trust_model__read(&w->trust, &w->arena,
		ZTA_STR("{\"levels\":[]}"),
		zta_arena__copy(&w->arena, zta_str_of(groups)), NULL),
	    ZTA_OK);
}

/* --- questions */

/* The path from a root to a grant, and sometimes not quite. */
static void
make_chain(const world *w, question *q)
{
	int at = (int)below(GRANTS), path[GRANTS];
	uint32_t n = 0, i;

	for (; at >= 0 && n < GRANTS; at = w->model[at].parent) {
		path[n++] = at;
	}
	n = n > ZTA_GRANT_CHAIN_MAX + 1 ? ZTA_GRANT_CHAIN_MAX + 1 : n;
	for (i = 0; i < n; i++) {
		q->chain[i] = path[n - 1 - i];
	}
	q->count = n;
	if (chance(4)) {
		q->chain[below(n)] = (int)below(GRANTS);
	}
	if (chance(3)) {
		q->chain[q->count++] = (int)below(GRANTS);
	}
	if (chance(3)) {
		q->count--;
	}
	if (chance(2) && q->count > 1) {
		memmove(
		    q->chain, q->chain + 1, --q->count * sizeof(q->chain[0]));
	}
}

static void
make_question(const world *w, question *q)
{
	uint32_t i;

	*q = (question){ 0 };
	make_chain(w, q);
	q->subject = q->count > 0 && chance(95) ?
	    w->model[q->chain[0]].delegator :
	    (int)below(2);
	q->ring_count = 1 + below(3);
	for (i = 0; i < q->ring_count; i++) {
		q->rings[i] = (int)below(PARTIES);
	}
	if (q->count > 0 && chance(90)) {
		q->rings[below(q->ring_count)] =
		    w->model[q->chain[q->count - 1]].delegate;
	}
	q->revoked = chance(15) ? 1u << below(GRANTS) : 0;
	q->by_digest = chance(50);
	q->now = chance(85) ? 3 + (int)below(5) : (int)below(SECONDS + 2);
	q->asked = chance(90);
	q->action = (int)below(ACTIONS);
	q->type = (int)below(TYPES);
	q->id = (int)below(IDS);
	q->amount = (int)below(10);
}

typedef struct taken_back {
	const world *w;
	const question *q;
} taken_back;

static bool
is_revoked(const void *list, const zta_grant *grant)
{
	const taken_back *t = list;
	const zta_grant *g;
	int i;

	for (i = 0; i < GRANTS; i++) {
		g = &t->w->grants[i];
		if ((t->q->revoked & 1u << i) != 0 &&
		    (t->q->by_digest ? memcmp(g->digest, grant->digest,
					   ZTA_SHA256_LEN) == 0 :
				       zta_str__eq(g->jti, grant->jti))) {
			return true;
		}
	}
	return false;
}

/* Names that a condition adds refer to it: each case has names of its own. */
static void
read_request(zta_asked *asked, int amount, zta_arena *scratch)
{
	char text[256];

	(void)snprintf(text, sizeof(text),
	    "{\"principal\":{\"type\":\"User\",\"id\":\"alice\"},"
	    "\"action\":{\"type\":\"Action\",\"id\":\"a0\"},"
	    "\"resource\":{\"type\":\"T0\",\"id\":\"0\"},"
	    "\"context\":{\"amount\":%d}}",
	    amount);
	assert_int_equal(
	    zta_cedar__ask(engine, scratch,
		zta_arena__copy(scratch, zta_str_of(text)), 0, asked, NULL),
	    ZTA_OK);
}

static zta_grant_finding
ask(const world *w, const question *q, zta_arena *scratch)
{
	static const char *const actions[] = { "a0", "a1", "a2" };
	static const char *const types[] = { "T0", "T1" };
	static const char *const ids[] = { "0", "1", "2" };
	const taken_back list = { w, q };
	zta_grant grants[ZTA_GRANT_CHAIN_MAX + 2];
	zta_asked asked;
	zta_ring rings[3] = { { .at = 0 } };
	zta_subject subject = { .type = ZTA_STR("User") };
	const zta_grant_operation op = { zta_str_of(actions[q->action]),
		zta_str_of(types[q->type]), zta_str_of(ids[q->id]), engine,
		&asked.question, &asked.names };
	const zta_grant_use use = { &subject, rings, q->ring_count,
		q->asked ? &op : NULL };
	const zta_grant_chain chain = { .grants = grants,
		.count = q->count,
		.delegators = &delegators,
		.model = &w->trust,
		.zone = ZTA_STR(GRANT_ZONE),
		.is_revoked = is_revoked,
		.list = &list,
		.now = (int64_t)q->now * 1000 };
	zta_grant_answer answer;
	uint32_t i;

	read_request(&asked, q->amount, scratch);
	for (i = 0; i < q->count; i++) {
		grants[i] = w->grants[q->chain[i]];
	}
	for (i = 0; i < q->ring_count; i++) {
		/* A person is no workload, whatever it is called. */
		rings[i].workload =
		    zta_str_of(q->rings[i] < 2 ? "" : plain[q->rings[i]]);
	}
	subject.id = zta_str_of(plain[q->subject]);
	if (q->subject >= 2) {
		subject.type = ZTA_STR("Workload");
	}
	assert_int_equal(
	    zta_grant_chain__judge(&chain, &use, scratch, &answer, NULL),
	    ZTA_OK);
	return answer.finding;
}

static unsigned
bit_of(zta_grant_finding finding)
{
	const char *code = zta_grant__code(finding);

	return strcmp(code, "delegation_invalid") == 0 ? INVALID :
	    strcmp(code, "delegation_revoked") == 0    ? REVOKED :
	    strcmp(code, "delegation_exceeded") == 0   ? EXCEEDED :
							 0;
}

static uint64_t
number_of(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text == NULL ? otherwise : strtoull(text, NULL, 10);
}

static void
test_grants_random__agree_with_the_reference(void **state)
{
	uint64_t cases = number_of("ZTAUTH_GRANT_CASES", CASES), i;
	uint64_t seed = number_of("ZTAUTH_GRANT_SEED", 20260101) | 1;
	zta_grant_finding finding;
	zta_arena scratch;
	question q;
	world *w = calloc(1, sizeof(*w));
	unsigned wrong;

	(void)state;
	assert_non_null(w);
	random_state = seed;
	zta_arena__init(&scratch, SIZE_MAX);
	zta_arena__init(&w->arena, SIZE_MAX);
	for (i = 0; i < cases; i++) {
		if (i % CASES_OF_WORLD == 0) {
			zta_arena__release(&w->arena);
			make_world(w);
		}
		make_question(w, &q);
		zta_arena__reset(&scratch);
		finding = ask(w, &q, &scratch);
		wrong = model_judge(w, &q);
		seen[finding]++;
		if ((wrong == 0) != (finding == ZTA_GRANT_HOLDS) ||
		    (wrong & bit_of(finding)) != bit_of(finding)) {
			fail_msg("seed %llu, case %llu: %s, the reference: %u",
			    (unsigned long long)seed, (unsigned long long)i,
			    zta_grant__finding_name(finding), wrong);
		}
	}
	zta_arena__release(&w->arena);
	zta_arena__release(&scratch);
	free(w);
}

/* Chance must have come to every rule. */
static void
test_grants_random__try_every_rule(void **state)
{
	zta_grant_finding f;

	(void)state;
	for (f = 0; f <= ZTA_GRANT_HOLDS; f++) {
		/* These are not found of chains. */
		if (seen[f] == 0 && f != ZTA_GRANT_MALFORMED &&
		    f != ZTA_GRANT_UNKNOWN && f != ZTA_GRANT_USED &&
		    f != ZTA_GRANT_STALE && f != ZTA_GRANT_NOT_HERE &&
		    f != ZTA_GRANT_NOT_STANDING &&
		    f != ZTA_GRANT_HIDES_CLAIMS && f != ZTA_GRANT_NO_KEY) {
			fail_msg("never: %s", zta_grant__finding_name(f));
		}
		if (getenv("ZTAUTH_GRANT_CASES") != NULL) {
			print_message(
			    "%10u %s\n", seen[f], zta_grant__finding_name(f));
		}
	}
}

/* --- what is the same in all worlds */

static void
read_delegators(void)
{
	char jwk[ZTA_KEY_JWK_MAX];
	zta_buf buf;
	size_t i;

	zta_buf__init(&buf, SIZE_MAX);
	zta_buf__text(&buf, "{\"delegators\":[");
	for (i = 0; i < PARTIES - 1; i++) {
		assert_int_equal(zta_key_public_jwk(keys[i], ZTA_ALG_NONE,
				     ZTA_STR("k"), jwk, NULL),
		    ZTA_OK);
		zta_buf__printf(&buf,
		    "%s{\"name\":\"%s\",\"jwks\":{\"keys\":[%s]}}",
		    i == 0 ? "" : ",", parties[i], jwk);
	}
	zta_buf__text(&buf, "]}");
	assert_int_equal(zta_delegators__read(&delegators, &keep,
			     zta_arena__copy(&keep, zta_buf__str(&buf)), NULL),
	    ZTA_OK);
	zta_buf__release(&buf);
}

static int
setup(void **state)
{
	size_t i;

	(void)state;
	zta_arena__init(&keep, SIZE_MAX);
	for (i = 0; i <= PARTIES; i++) {
		assert_int_equal(
		    zta_key_generate(&keys[i], ZTA_ALG_ES256, NULL), ZTA_OK);
		assert_int_equal(
		    zta_key_thumbprint(keys[i], thumbprints[i], NULL), ZTA_OK);
	}
	read_delegators();
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
	for (i = 0; i <= PARTIES; i++) {
		zta_key_close(keys[i]);
	}
	zta_arena__release(&keep);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grants_random__agree_with_the_reference),
		cmocka_unit_test(test_grants_random__try_every_rule),
	};

	return cmocka_run_group_tests_name(
	    "grants_random", tests, setup, teardown);
}
