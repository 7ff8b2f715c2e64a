/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sealed.c - what it costs to take a sealed message: a seal of two rings under
 * two grants is believed, its consumer becomes the third ring, and every ring
 * and every grant is judged anew. Signing the token that comes of it is not in
 * it, nor is the record.
 *
 *     sealed first|new|known|batch ROUNDSx LEDGER   rounds of 100; a line
 *                               with messages a second of CPU
 *
 * `first`: nothing was seen before: four signatures are verified. `new`: only
 * the seal was not. `known`: neither the seal nor the consumer's proof nor the
 * grants are new. `batch`: so it is, and the seal is one of 100,000 payloads,
 * with the path of one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/b64.h"
#include "pdp/issue.h"
#include "workload.h"
#include "ztauth/delegation.h"

#define NOW INT64_C(1767225600000)
#define ROUND 100u
#define WORKLOAD "spiffe://shop.example/order-api"
#define ALICE "User::\\\"alice\\\""
#define PAYLOADS 100000u
#define PATH 17u /* hashes */

typedef struct world {
	zta_arena keep, arena;
	zta_key *zone_key, *spire, *alice, *agent;
	zta_zone_keys keys;
	zta_followed grants;
	zta_live live;
	zta_zone zone;
	zta_snapshot *snapshot;
	zta_str actor, *seals, batch;
	unsigned long count;                       /* of `seals` */
	unsigned char path[PATH * ZTA_SHA256_LEN]; /* of payload 0 */
	char grants_path[64];
} world;

static void
check(bool good, const char *what)
{
	if (!good) {
		fprintf(stderr, "sealed: %s\n", what);
		exit(1);
	}
}

static zta_key *
make_key(zta_alg alg)
{
	zta_error err = { 0 };
	zta_key *key;

	must(zta_key_generate(&key, alg, &err), &err);
	return key;
}

static zta_str
sign(world *w, const zta_key *key, const char *typ, const char *kid,
    zta_str payload)
{
	zta_error err = { 0 };
	zta_buf token;
	zta_str out;

	zta_buf__init(&token, SIZE_MAX);
	must(zta_jws__sign(&token, key, ZTA_ALG_ES256, zta_str_of(typ),
		 zta_str_of(kid), payload, &err),
	    &err);
	out = zta_arena__copy(&w->keep, zta_buf__str(&token));
	zta_buf__release(&token);
	return out;
}

static zta_str
jwk_of(world *w, const zta_key *key, const char *use)
{
	char jwk[ZTA_KEY_JWK_MAX];
	zta_error err = { 0 };
	zta_buf text;
	zta_str out;
	char *at;

	must(zta_key_public_jwk(key, ZTA_ALG_ES256, ZTA_STR("k"), jwk, &err),
	    &err);
	at = strstr(jwk, "\"sig\"");
	check(at != NULL, "a JWK without `use`");
	zta_buf__init(&text, SIZE_MAX);
	zta_buf__printf(&text, "{\"keys\":[%.*s\"%s\"%s]}", (int)(at - jwk),
	    jwk, use, at + strlen("\"sig\""));
	out = zta_arena__copy(&w->keep, zta_buf__str(&text));
	zta_buf__release(&text);
	return out;
}

/* --- the world */

static void
read_sources(world *w)
{
	zta_str jwks = jwk_of(w, w->spire, "jwt-svid");
	zta_error err = { 0 };
	zta_buf text;

	zta_buf__init(&text, SIZE_MAX);
	zta_buf__printf(&text,
	    "{\"sources\":{\"spire\":{\"kind\":\"spiffe\",\"trust_domain\":"
	    "\"shop.example\",\"audience\":[\"shop.example\"],\"algorithms\":"
	    "[\"ES256\"],\"jwks\":%.*s}}}",
	    (int)jwks.len, jwks.ptr);
	must(zta_sources__read(&w->snapshot->sources, &w->keep,
		 zta_arena__copy(&w->keep, zta_buf__str(&text)), NULL, &err),
	    &err);
	zta_buf__release(&text);
}

static void
read_delegators(world *w)
{
	zta_str alice = jwk_of(w, w->alice, "sig");
	zta_str agent = jwk_of(w, w->agent, "sig");
	zta_error err = { 0 };
	zta_buf text;

	zta_buf__init(&text, SIZE_MAX);
	zta_buf__printf(&text,
	    "{\"delegators\":[{\"name\":\"" ALICE "\",\"jwks\":%.*s},"
	    "{\"name\":\"" WORKLOAD "\",\"jwks\":%.*s}]}",
	    (int)alice.len, alice.ptr, (int)agent.len, agent.ptr);
	must(zta_delegators__read(&w->snapshot->delegators, &w->keep,
		 zta_arena__copy(&w->keep, zta_buf__str(&text)), &err),
	    &err);
	zta_buf__release(&text);
}

/* `parent` is a member, or nothing. */
static void
give(world *w, const zta_key *key, const char *from, const char *jti,
    unsigned depth, const char *parent)
{
	zta_error err = { 0 };
	zta_buf text;

	zta_buf__init(&text, SIZE_MAX);
	zta_buf__printf(&text,
	    "{\"iss\":\"%s\",\"sub\":\"%s\",\"aud\":\"100000000001\","
	    "\"delegate\":\"" WORKLOAD "\",\"authority\":{\"actions\":[\"buy\","
	    "\"view\"],\"resources\":[{\"type\":\"Product\"}]},\"nbf\":"
	    "1767225000,\"exp\":1767312000,\"jti\":\"%s\",\"max_depth\":%u,"
	    "\"consent\":{\"kind\":\"signature\"},\"statement\":"
	    "\"It may buy for you for a day.\"%s}",
	    from, from, jti, depth, parent);
	must(zta_delegation_add(w->grants_path,
		 sign(w, key, ZTA_GRANT_TYP, "k", zta_buf__str(&text)), NOW,
		 &err),
	    &err);
	zta_buf__release(&text);
}

static void
open_grants(world *w)
{
	char parent[128] = ",\"parent\":\"";
	zta_taken_grants *taken =
	    zta_arena__zalloc(&w->keep, 1, sizeof(*taken));
	zta_grant_finding finding;
	zta_error err = { 0 };
	size_t len = strlen(parent);

	(void)snprintf(w->grants_path, sizeof(w->grants_path),
	    "/tmp/bench_sealed.%ld", (long)getpid());
	give(w, w->alice, ALICE, "grant-of-alice-0001", 1, "");
	must(zta_followed__open(
		 &w->grants, &zta_grants__class, w->grants_path, NULL, &err),
	    &err);
	must(zta_grants__take(&w->grants, NULL, ZTA_STR("grant-of-alice-0001"),
		 &w->keep, taken, &finding, &err),
	    &err);
	check(taken->count == 1, "the first grant");
	zta_b64__encode(
	    (zta_str){ (char *)taken->grants[0].digest, ZTA_SHA256_LEN },
	    parent + len);
	(void)snprintf(parent + len + ZTA_B64_LEN(ZTA_SHA256_LEN), 2, "\"");
	give(w, w->agent, WORKLOAD, "grant-of-agent-0001", 0, parent);
	w->zone.grants = &w->grants;
}

static zta_seal
make_seal(world *w, unsigned number)
{
	static const zta_str scopes[] = { { "shop.buy", 8 },
		{ "shop.view", 9 } };
	static const zta_str grants[] = { { "grant-of-alice-0001", 19 },
		{ "grant-of-agent-0001", 19 } };
	static const unsigned char digest[ZTA_SHA256_LEN] = { 1 };
	static zta_ring rings[2];
	char *jti = zta_arena__alloc(&w->keep, 33);

	(void)snprintf(jti, 33, "%032x", number);
	rings[0] = rings[1] = (zta_ring){ .workload = ZTA_STR(WORKLOAD),
		.source = ZTA_STR("spire"),
		.trust_domain = ZTA_STR("shop.example"),
		.digest = { (const char *)digest, sizeof(digest) },
		.at = NOW - 60000 };
	return (zta_seal){ .txn = { .issuer = w->zone.issuer,
			       .audience = w->zone.issuer,
			       .txn = zta_str_of(jti),
			       .issued_at = NOW - 60000,
			       .expires_at = NOW + 3600000,
			       .subject = { .type = ZTA_STR("User"),
				   .id = ZTA_STR("alice"),
				   .kind = ZTA_STR("human"),
				   .source = ZTA_STR("corp") },
			       .subject_digest = rings[0].digest,
			       .scopes = scopes,
			       .scope_count = 2,
			       .zone = w->zone.id,
			       .ledger = w->zone.ledger,
			       .commit = ZTA_STR("0"),
			       .rings = rings,
			       .ring_count = 2,
			       .delegations = grants,
			       .delegation_count = 2 },
		.jti = zta_str_of(jti),
		.decision = zta_str_of(jti),
		.what = { .channel = ZTA_STR("orders") } };
}

static zta_str
mint(world *w, const zta_seal *seal)
{
	zta_buf payload;
	zta_str out;

	zta_buf__init(&payload, SIZE_MAX);
	zta_seal__put(&payload, seal);
	out = sign(w, w->zone_key, ZTA_SEAL_TYP, "k", zta_buf__str(&payload));
	zta_buf__release(&payload);
	return out;
}

/* The root of a tree in which payload 0 has this path. */
static void
mint_batch(world *w)
{
	zta_seal seal = make_seal(w, 0);
	unsigned char node[ZTA_SHA256_LEN] = { 0 };
	zta_str parts[] = { { "\0", 1 }, { (char *)node, sizeof(node) },
		{ NULL, ZTA_SHA256_LEN } };
	size_t i;

	zta_digest__sha256_parts(parts, 2, node);
	parts[0] = ZTA_STR("\1");
	for (i = 0; i < PATH; i++) {
		w->path[i * ZTA_SHA256_LEN] = (unsigned char)i;
		parts[2].ptr = (char *)w->path + i * ZTA_SHA256_LEN;
		zta_digest__sha256_parts(parts, 3, node);
	}
	memcpy(seal.what.payload, node, sizeof(node));
	seal.what.payloads = PAYLOADS;
	w->batch = mint(w, &seal);
}

static void
world_open(world *w, const char *ledger, unsigned long count)
{
	const zta_live_files files = { NULL, NULL, NULL };
	zta_error err = { 0 };
	zta_seal seal;
	bool changed;
	unsigned i;

	w->count = count;
	zta_arena__init(&w->keep, SIZE_MAX);
	zta_arena__init(&w->arena, SIZE_MAX);
	w->zone_key = make_key(ZTA_ALG_ES256);
	w->spire = make_key(ZTA_ALG_ES256);
	w->alice = make_key(ZTA_ALG_ES256);
	w->agent = make_key(ZTA_ALG_ES256);
	w->zone = (zta_zone){ .id = ZTA_STR("100000000001"),
		.trust_domain = ZTA_STR("shop.example"),
		.ledger = ZTA_STR("main"),
		.issuer = ZTA_STR("ztauth://shop.example/100000000001"),
		.keys = &w->keys,
		.seal_lifetime = 86400000 };
	must(zta_live__open(&w->live, &files, &err), &err);
	must(zta_zone_keys__publish(
		 &w->keys, jwk_of(w, w->zone_key, "sig"), &changed, &err),
	    &err);
	must(zta_snapshot__load(&w->snapshot, ledger, NULL, &err), &err);
	read_sources(w);
	read_delegators(w);
	open_grants(w);
	w->actor = sign(w, w->spire, "JWT", "k",
	    ZTA_STR("{\"sub\":\"" WORKLOAD "\",\"aud\":\"shop.example\","
		    "\"iat\":1767225500,\"exp\":1767225900}"));
	w->seals = zta_arena__zalloc(&w->keep, count, sizeof(*w->seals));
	for (i = 0; i < count; i++) {
		seal = make_seal(w, i + 1);
		w->seals[i] = mint(w, &seal);
	}
	mint_batch(w);
}

static void
world_close(world *w)
{
	zta_followed__close(&w->grants);
	(void)unlink(w->grants_path);
	zta_live__close(&w->live);
	zta_snapshot__drop(w->snapshot);
	zta_zone_keys__release(&w->keys);
	zta_key_close(w->zone_key);
	zta_key_close(w->spire);
	zta_key_close(w->alice);
	zta_key_close(w->agent);
	zta_arena__release(&w->keep);
	zta_arena__release(&w->arena);
}

/* --- taking messages */

static void
take(world *w, zta_str seal, bool is_part)
{
	const zta_circumstances around = { 0 };
	const zta_issue_request request = { .seal = seal,
		.received = { .channel = ZTA_STR("orders"),
		    .is_part = is_part,
		    .path = { (char *)w->path,
			is_part ? sizeof(w->path) : 0 } },
		.actor = { w->actor, ZTA_AS_JWT, &around },
		.live = w->zone.known == NULL ? NULL : &w->live };
	zta_issue_answer answer;
	zta_error err = { 0 };

	zta_arena__reset(&w->arena);
	must(zta_pdp__issue(&w->zone, w->snapshot, &w->arena, &request, NOW,
		 &answer, &err),
	    &err);
	if (!answer.issued) {
		fprintf(stderr, "%.*s\n", (int)answer.reason.len,
		    answer.reason.ptr);
	}
	check(answer.issued && answer.txn.ring_count == 3 &&
		answer.txn.delegation_count == 2,
	    "not taken");
}

static double
cpu_s(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
run(world *w, const char *how, unsigned long count)
{
	bool batch = strcmp(how, "batch") == 0;
	double start;
	unsigned long i;

	if (strcmp(how, "first") != 0) {
		w->zone.known = w->live.known;
		take(w, w->batch, true);
	}
	for (i = 0; strcmp(how, "known") == 0 && i < w->count; i++) {
		take(w, w->seals[i], false);
	}
	start = cpu_s();
	for (i = 0; i < count; i++) {
		take(w, batch ? w->batch : w->seals[i % w->count], batch);
	}
	printf("%.0f\n", (double)count / (cpu_s() - start));
}

int
main(int argc, char **argv)
{
	static world w;
	unsigned long count;

	check(argc == 4, "usage: sealed first|new|known|batch ROUNDSx LEDGER");
	count = ROUND * strtoul(argv[2], NULL, 10);
	world_open(&w, argv[3], strcmp(argv[1], "new") == 0 ? count : ROUND);
	run(&w, argv[1], count);
	world_close(&w);
	return 0;
}
