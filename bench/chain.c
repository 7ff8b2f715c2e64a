/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chain.c - what a chain of rings and grants costs, under 100 policies.
 *
 *     chain                     chains of several lengths, in a table
 *     chain WHAT RINGS GRANTS ROUNDSx   only so many rounds of 100, to count
 *                               instructions
 *
 *     cold     token and grants verified, of which none was seen before
 *     warm     the same, all of them seen before
 *     decide   a whole decision, warm: from the request's bytes to the answer
 *
 * A token has one signature for all of its rings, each grant has its own; beside
 * them stand as many of OpenSSL alone (raw.h). Times are those of the best block
 * (turns.h).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/b64.h"
#include "base/str.h"
#include "pdp/decide.h"
#include "pdp/transaction.h"
#include "raw.h"
#include "turns.h"
#include "workload.h"

#define NOW INT64_C(1767225600000)
#define POLICIES 100u
#define LONGEST 8u /* rings, grants */
#define TEXT_MAX 65536

typedef struct world {
	uint32_t rings, grants;
	zta_key *key; /* of the zone, and of all delegators */
	zta_snapshot *snapshot;
	zta_zone zone;
	zta_zone_keys keys;
	zta_followed known_grants;
	char path[64]; /* of the grants */
	char names[LONGEST][64], jtis[LONGEST][32];
	zta_str token, body;
	raw raw[1 + LONGEST];
} world;

static zta_arena keep, arena;

/* --- the ledger */

static const char manifest[] =
    "{\"metadata\":{\"name\":\"bench\"},\"partitions\":{\"/\":{\"schema\":true"
    "}},\"zone\":{\"require\":\"txn-token\",\"scopes\":{\"shop.buy\":{"
    "\"actions\":[\"view\",\"buy\"],\"resources\":[\"Product\"]}}}}";

static const char schema[] =
    "entity Role;\n"
    "entity User in [Role];\n"
    "entity Product { price: Long };\n"
    "type Flow = { workload: String, level: Long, ring: Long,\n"
    "  scopes: Set<String>, delegation: Set<String> };\n"
    "action view, buy appliesTo { principal: User, resource: Product,\n"
    "  context: { quantity?: Long, ztauth: Flow } };\n";

static const char entities[] =
    "[{\"uid\":{\"type\":\"User\",\"id\":\"alice\"},\"attrs\":{},\"parents\":"
    "[{\"type\":\"Role\",\"id\":\"role-0\"}]},{\"uid\":{\"type\":\"Product\","
    "\"id\":\"teapot\"},\"attrs\":{\"price\":4200},\"parents\":[]}]";

static const char levels[] =
    "{\"levels\":[{\"name\":\"basic\",\"rank\":1,\"requires\":{\"proof\":"
    "[\"bearer\",\"mtls\",\"dpop\",\"wpt\"]}}]}";

static const char groups[] =
    "{\"groups\":[{\"name\":\"services\",\"level\":\"basic\",\"members\":"
    "[\"spiffe://shop.example/*\"]}],\"quarantine\":[]}";

static const char elevation[] =
    "@id(\"services-act-for-people\")\n"
    "permit (principal in ZTAuth::Group::\"services\",\n"
    "  action == ZTAuth::Action::\"act_for\", resource)\n"
    "when { resource.kind == \"human\" && resource.source == \"corp\" };\n";

/* A tenth of them speaks of all who buy. */
static void
put_policies(zta_buf *out)
{
	uint32_t i;

	for (i = 0; i < POLICIES; i++) {
		zta_buf__printf(out, "@id(\"rule-%u\")\n%s (", i,
		    i % 10 == 9 ? "forbid" : "permit");
		if (i % 10 == 9) {
			zta_buf__printf(out,
			    "principal, action == Action::\"buy\", resource)\n"
			    "when { context has quantity && "
			    "context.quantity > %u };\n",
			    i);
		} else {
			zta_buf__printf(out,
			    "principal in Role::\"role-%u\", action in "
			    "[Action::\"view\", Action::\"buy\"], resource is "
			    "Product)\nwhen { resource.price < 100000 };\n",
			    i);
		}
	}
}

static void
put_delegators(zta_buf *out, const world *w, const char *jwk)
{
	uint32_t i;

	zta_buf__printf(out,
	    "{\"delegators\":[{\"name\":\"User::\\\"alice\\\"\",\"jwks\":{"
	    "\"keys\":[%s]}}",
	    jwk);
	for (i = 0; i < LONGEST; i++) {
		zta_buf__printf(out,
		    ",{\"name\":\"%s\",\"jwks\":{\"keys\":[%s]}}", w->names[i],
		    jwk);
	}
	zta_buf__text(out, "]}");
}

static zta_str
kept(zta_buf *buf)
{
	zta_str text = zta_arena__copy(&keep, zta_buf__str(buf));

	check(buf->status == ZTA_OK && text.ptr != NULL, "out of memory");
	zta_buf__release(buf);
	return text;
}

static void
load(world *w, const char *jwk)
{
	zta_buf policies, delegators;
	zta_tree tree = { .count = 0 };
	zta_arena texts;
	zta_error err = { 0 };
	size_t i;

	zta_buf__init(&policies, SIZE_MAX);
	zta_buf__init(&delegators, SIZE_MAX);
	put_policies(&policies);
	put_delegators(&delegators, w, jwk);
	{
		const struct {
			const char *path;
			zta_str text;
		} files[] = { { "entities/all.json", ZTA_STR(entities) },
			{ "manifest.json", ZTA_STR(manifest) },
			{ "rules.cedar", kept(&policies) },
			{ "schema.cedarschema", ZTA_STR(schema) },
			{ "trust/delegators.json", kept(&delegators) },
			{ "trust/elevation.cedar", ZTA_STR(elevation) },
			{ "trust/groups.json", ZTA_STR(groups) },
			{ "trust/levels.json", ZTA_STR(levels) } };

		zta_arena__init(&texts, SIZE_MAX);
		tree.count = sizeof(files) / sizeof(files[0]);
		tree.files =
		    zta_arena__zalloc(&texts, tree.count, sizeof(*tree.files));
		check(tree.files != NULL, "out of memory");
		for (i = 0; i < tree.count; i++) {
			tree.files[i].path = zta_str_of(files[i].path);
			tree.files[i].text = files[i].text;
			must(zta_oid__of(ZTA_OBJECT_BLOB, files[i].text,
				 &tree.files[i].blob, NULL),
			    &err);
		}
	}
	memset(tree.id, '0', sizeof(tree.id) - 1);
	must(zta_snapshot__of_tree(
		 &w->snapshot, &texts, &tree, NULL, NULL, &err),
	    &err);
}

/* --- what is shown */

static zta_str
sign(world *w, const char *typ, zta_str payload, raw *alone)
{
	zta_refusal refusal;
	zta_error err = { 0 };
	zta_str token;
	zta_jws jws;
	zta_buf buf;

	zta_buf__init(&buf, SIZE_MAX);
	must(zta_jws__sign(&buf, w->key, ZTA_ALG_ES256, zta_str_of(typ),
		 ZTA_STR("k"), payload, &err),
	    &err);
	token = kept(&buf);
	must(zta_jws__parse(&keep, token, &jws, &refusal, &err), &err);
	raw_open(alone, ZTA_ALG_ES256, w->key, jws.input);
	return token;
}

/* Grant `i` is given by whom the one before was given to. */
static void
add_grant(world *w, uint32_t i, char parent[ZTA_B64_LEN(ZTA_SHA256_LEN)])
{
	unsigned char digest[ZTA_SHA256_LEN];
	const char *by = i == 0 ? "User::\\\"alice\\\"" : w->names[i - 1];
	zta_error err = { 0 };
	zta_str payload;
	zta_buf buf;

	(void)snprintf(w->jtis[i], sizeof(w->jtis[i]), "grant-number-%04u", i);
	zta_buf__init(&buf, SIZE_MAX);
	zta_buf__printf(&buf,
	    "{\"iss\":\"%s\",\"sub\":\"%s\",\"delegate\":\"%s\",\"aud\":\"%s\","
	    "\"authority\":{\"actions\":[\"view\",\"buy\"],\"resources\":[{"
	    "\"type\":\"Product\"}]},\"nbf\":1767225500,\"exp\":1767229100,"
	    "\"jti\":\"%s\",\"max_depth\":%u,\"consent\":{\"kind\":"
	    "\"signature\"},\"statement\":\"It may look at products and buy "
	    "them for one hour.\"",
	    by, by, w->names[i], w->zone.id.ptr, w->jtis[i], 7 - i);
	if (i > 0) {
		zta_buf__printf(&buf, ",\"parent\":\"%.*s\"",
		    (int)ZTA_B64_LEN(ZTA_SHA256_LEN), parent);
	}
	zta_buf__byte(&buf, '}');
	payload = kept(&buf);
	zta_digest__sha256(payload, digest);
	zta_b64__encode(
	    (zta_str){ (const char *)digest, sizeof(digest) }, parent);
	must(zta_delegation_add(w->path,
		 sign(w, ZTA_GRANT_TYP, payload, &w->raw[1 + i]), NOW, &err),
	    &err);
}

static void
make_token(world *w)
{
	static const unsigned char digest[ZTA_SHA256_LEN] = { 1 };
	const zta_str bytes = { (const char *)digest, sizeof(digest) };
	const zta_str scope = ZTA_STR("shop.buy");
	zta_ring rings[LONGEST];
	zta_str jtis[LONGEST];
	zta_txn txn = { .issuer = w->zone.issuer,
		.audience = w->zone.trust_domain,
		.txn = ZTA_STR("00000000000000000000000000000000"),
		.issued_at = NOW,
		.expires_at = NOW + ZTA_TXN_LIFETIME_MAX_MS,
		.subject = { .type = ZTA_STR("User"),
		    .id = ZTA_STR("alice"),
		    .kind = ZTA_STR("human"),
		    .source = ZTA_STR("corp") },
		.subject_digest = bytes,
		.scopes = &scope,
		.scope_count = 1,
		.zone = w->zone.id,
		.ledger = w->zone.ledger,
		.commit = ZTA_STR("0000000000000000000000000000000000000000"),
		.rings = rings,
		.ring_count = w->rings,
		.delegations = jtis,
		.delegation_count = w->grants };
	zta_buf buf;
	uint32_t i;

	for (i = 0; i < LONGEST; i++) {
		rings[i] = (zta_ring){ .workload = zta_str_of(w->names[i]),
			.source = ZTA_STR("spire"),
			.trust_domain = ZTA_STR("shop.example"),
			.digest = bytes,
			.at = NOW };
		jtis[i] = zta_str_of(w->jtis[i]);
	}
	zta_buf__init(&buf, SIZE_MAX);
	zta_txn_token__put(&buf, &txn);
	w->token = sign(w, ZTA_TXN_TYP, kept(&buf), &w->raw[0]);
	zta_buf__init(&buf, SIZE_MAX);
	zta_buf__printf(&buf,
	    "{\"subject\":{\"type\":\"User\",\"id\":\"alice\"},\"action\":{"
	    "\"name\":\"buy\"},\"resource\":{\"type\":\"Product\",\"id\":"
	    "\"teapot\"},\"context\":{\"quantity\":1},\"authorization_model\":"
	    "{\"tx_token\":\"%.*s\"}}",
	    ZTA_STR_ARG(w->token));
	w->body = kept(&buf);
}

static void
world_open(world *w, uint32_t rings, uint32_t grants)
{
	char jwk[ZTA_KEY_JWK_MAX], document[ZTA_KEY_JWK_MAX + 16];
	char parent[ZTA_B64_LEN(ZTA_SHA256_LEN)];
	zta_error err = { 0 };
	bool changed;
	uint32_t i;
	int fd;

	*w = (world){ .rings = rings,
		.grants = grants,
		.zone = { .id = ZTA_STR("100000000001"),
		    .trust_domain = ZTA_STR("shop.example"),
		    .ledger = ZTA_STR("main"),
		    .issuer = ZTA_STR("ztauth://shop.example/100000000001"),
		    .keys = &w->keys },
		.path = "/tmp/bench-chain.XXXXXX" };
	for (i = 0; i < LONGEST; i++) {
		(void)snprintf(w->names[i], sizeof(w->names[i]),
		    "spiffe://shop.example/workload-%u", i);
	}
	must(zta_key_generate(&w->key, ZTA_ALG_ES256, &err), &err);
	must(zta_key_public_jwk(w->key, ZTA_ALG_ES256, ZTA_STR("k"), jwk, &err),
	    &err);
	(void)snprintf(document, sizeof(document), "{\"keys\":[%s]}", jwk);
	must(zta_zone_keys__publish(
		 &w->keys, zta_str_of(document), &changed, &err),
	    &err);
	load(w, jwk);
	fd = mkstemp(w->path);
	check(fd >= 0 && close(fd) == 0 && unlink(w->path) == 0, w->path);
	for (i = 0; i < grants; i++) {
		add_grant(w, i, parent);
	}
	if (grants > 0) {
		must(zta_followed__open(&w->known_grants, &zta_grants__class,
			 w->path, NULL, &err),
		    &err);
		w->zone.grants = &w->known_grants;
	}
	make_token(w);
}

static void
world_close(world *w)
{
	char lock[sizeof(w->path) + 8];
	uint32_t i;

	for (i = 0; i <= w->grants; i++) {
		raw_close(&w->raw[i]);
	}
	zta_followed__close(&w->known_grants);
	(void)snprintf(lock, sizeof(lock), "%s.lock", w->path);
	(void)unlink(w->path);
	(void)unlink(lock);
	zta_zone_keys__release(&w->keys);
	zta_snapshot__drop(w->snapshot);
	zta_key_close(w->key);
}

/* --- what is measured */

static void
alone(void *context)
{
	world *w = context;
	uint32_t i;

	for (i = 0; i <= w->grants; i++) {
		raw_verify(&w->raw[i]);
	}
}

/* Token and grants; what they are used for is the decision's. */
static void
verify(world *w, zta_known *known)
{
	zta_zone zone = w->zone;
	zta_delegation_question q = { .snapshot = w->snapshot,
		.grants = zone.grants,
		.known = known,
		.zone = zone.id,
		.now = NOW };
	zta_delegation *found;
	zta_error err = { 0 };
	zta_txn txn;

	zone.known = known;
	zta_arena__reset(&arena);
	must(zta_transaction__verify(&zone, &arena, w->token, NOW, &txn, &err),
	    &err);
	if (w->grants > 0) {
		q.txn = &txn;
		q.jti = txn.delegations[txn.delegation_count - 1];
		must(zta_delegation__judge(&q, &arena, &found, &err), &err);
		check(found->answer.finding == ZTA_GRANT_HOLDS &&
			zta_delegation__is_of(found, &txn),
		    "the grants do not hold");
	}
}

static void
cold(void *context)
{
	verify(context, NULL);
}

static void
warm(void *context)
{
	world *w = context;

	verify(w, w->zone.known);
}

static void
decide(void *context)
{
	world *w = context;
	zta_authzen question;
	zta_decision decision;
	zta_error err = { 0 };

	zta_arena__reset(&arena);
	must(zta_authzen__read(&arena, w->body, &question, &err), &err);
	must(zta_pdp__decide(&w->zone, w->snapshot, &arena, &question, NULL,
		 NOW, &decision, &err),
	    &err);
	check(decision.effect == ZTA_ALLOW, decision.code);
}

static void
run_table(zta_known *known)
{
	static const uint32_t lengths[][2] = { { 1, 0 }, { 3, 0 }, { 3, 1 },
		{ 3, 2 }, { 8, 8 } };
	world w;
	size_t i;

	printf("| rings | grants | OpenSSL | cold | of OpenSSL's time | warm | "
	       "decision, warm |\n"
	       "| ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n");
	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		contender list[] = { { .run = alone, .context = &w },
			{ .run = cold, .context = &w },
			{ .run = warm, .context = &w },
			{ .run = decide, .context = &w } };

		world_open(&w, lengths[i][0], lengths[i][1]);
		w.zone.known = known;
		contend(list, 4);
		printf("| %u | %u | %.1f µs | %.1f µs | %.3f | %.0f ns | "
		       "%.2f µs |\n",
		    w.rings, w.grants, list[0].least / 1e3, list[1].least / 1e3,
		    list[1].least / list[0].least, list[2].least,
		    list[3].least / 1e3);
		world_close(&w);
	}
}

static int
run_counted(zta_known *known, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void *context);
	} whats[] = { { "cold", cold }, { "warm", warm },
		{ "decide", decide } };
	unsigned long rings = strtoul(argv[2], NULL, 10);
	unsigned long grants = strtoul(argv[3], NULL, 10);
	unsigned long i, count = 100 * strtoul(argv[4], NULL, 10);
	void (*run)(void *context) = NULL;
	world w;

	for (i = 0; i < sizeof(whats) / sizeof(whats[0]); i++) {
		run = strcmp(whats[i].name, argv[1]) == 0 ? whats[i].run : run;
	}
	check(run != NULL && rings > 0 && rings <= LONGEST && grants <= rings,
	    "usage: chain [cold|warm|decide RINGS GRANTS ROUNDSx]");
	world_open(&w, (uint32_t)rings, (uint32_t)grants);
	w.zone.known = known;
	for (i = 0; i < count; i++) {
		run(&w);
	}
	world_close(&w);
	return 0;
}

int
main(int argc, char **argv)
{
	zta_error err = { 0 };
	zta_known *known;
	int status = 0;

	zta_arena__init(&keep, SIZE_MAX);
	zta_arena__init(&arena, SIZE_MAX);
	must(zta_known__open(&known, &err), &err);
	if (argc == 5) {
		status = run_counted(known, argv);
	} else {
		run_table(known);
	}
	zta_known__close(known);
	zta_arena__release(&arena);
	zta_arena__release(&keep);
	return status;
}
