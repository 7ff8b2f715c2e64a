/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decide.c - decisions in process, under the ledger of the shop.
 *
 *     decide cedar COUNT LEDGER     Cedar alone: JSON request to answer
 *     decide pdp COUNT LEDGER       all legs, the token's signature included
 *     decide known COUNT LEDGER     the same, of a token that is known
 *
 * Prints decisions a second and the bytes that the snapshot holds. Counts two
 * COUNTs under callgrind to get instructions for one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_write.h"
#include "base/time.h"
#include "pdp/decide.h"
#include "workload.h"

static const char request[] =
    "{\"principal\":\"User::\\\"alice\\\"\",\"action\":\"Action::\\\"buy\\\"\","
    "\"resource\":\"Product::\\\"teapot\\\"\",\"context\":{\"quantity\":1,"
    "\"ztauth\":{\"workload\":\"w\",\"level\":1,\"ring\":1,\"scopes\":[],"
    "\"delegation\":[]}}}";

static void
run_cedar(const zta_snapshot *snapshot, unsigned long count)
{
	zta_cedar_session *session;
	zta_cedar_answer answer;
	zta_error err = { 0 };
	unsigned long i;

	must(zta_cedar_session_open(&session, snapshot->cedar, &err), &err);
	for (i = 0; i < count; i++) {
		must(zta_cedar_authorize(
			 session, zta_str_of(request), 0, &answer, &err),
		    &err);
		if (!answer.permitted) {
			abort();
		}
	}
	zta_cedar_session_close(session);
}

static zta_str
make_body(
    zta_arena *arena, const zta_key *key, zta_str kid, const zta_zone *zone)
{
	static const unsigned char digest[ZTA_SHA256_LEN] = { 1 };
	const zta_str bytes = { (const char *)digest, sizeof(digest) };
	const zta_str scope = ZTA_STR("shop.buy");
	const zta_ring ring = {
		.workload = ZTA_STR("spiffe://shop.example/order-api"),
		.source = ZTA_STR("spire"),
		.trust_domain = ZTA_STR("shop.example"),
		.digest = bytes,
		.at = zta_time__now_ms(),
	};
	const zta_txn txn = { .issuer = zone->issuer,
		.audience = zone->trust_domain,
		.txn = ZTA_STR("00000000000000000000000000000000"),
		.issued_at = ring.at,
		.expires_at = ring.at + ZTA_TXN_LIFETIME_MAX_MS,
		.subject = { ZTA_STR("User"), ZTA_STR("alice"),
		    ZTA_STR("human"), ZTA_STR("corp"), ZTA_STR("") },
		.subject_digest = bytes,
		.scopes = &scope,
		.scope_count = 1,
		.zone = zone->id,
		.ledger = zone->ledger,
		.commit = ZTA_STR("0"),
		.rings = &ring,
		.ring_count = 1 };
	zta_error err = { 0 };
	zta_buf payload, body;
	zta_str out;

	zta_buf__init(&payload, SIZE_MAX);
	zta_buf__init(&body, SIZE_MAX);
	zta_txn_token__put(&payload, &txn);
	zta_buf__text(&body,
	    "{\"subject\":{\"type\":\"User\",\"id\":\"alice\"},\"action\":{"
	    "\"name\":\"buy\"},\"resource\":{\"type\":\"Product\",\"id\":"
	    "\"teapot\"},\"context\":{\"quantity\":1},\"authorization_model\":"
	    "{\"tx_token\":\"");
	must(zta_jws__sign(&body, key, ZTA_ALG_ES256, ZTA_STR(ZTA_TXN_TYP), kid,
		 zta_buf__str(&payload), &err),
	    &err);
	zta_buf__text(&body, "\"}}");
	out = zta_arena__copy(arena, zta_buf__str(&body));
	zta_buf__release(&payload);
	zta_buf__release(&body);
	return out;
}

static void
run_pdp(const zta_snapshot *snapshot, unsigned long count, bool known)
{
	char thumbprint[ZTA_KEY_THUMBPRINT_MAX], jwk[ZTA_KEY_JWK_MAX];
	char document[ZTA_KEY_JWK_MAX + 16];
	zta_zone_keys keys = { 0 };
	bool changed;
	zta_zone zone = { .id = ZTA_STR("100000000001"),
		.trust_domain = ZTA_STR("shop.example"),
		.ledger = ZTA_STR("main"),
		.issuer = ZTA_STR("ztauth://shop.example/100000000001"),
		.keys = &keys };
	zta_key *key;
	zta_arena keep, arena;
	zta_authzen question;
	zta_decision decision;
	zta_error err = { 0 };
	zta_str body;
	unsigned long i;

	zta_arena__init(&keep, SIZE_MAX);
	zta_arena__init(&arena, SIZE_MAX);
	if (known) {
		must(zta_known__open(&zone.known, &err), &err);
	}
	must(zta_key_generate(&key, ZTA_ALG_ES256, &err), &err);
	must(zta_key_thumbprint(key, thumbprint, &err), &err);
	must(zta_key_public_jwk(key, ZTA_ALG_ES256, ZTA_STR(""), jwk, &err),
	    &err);
	(void)snprintf(document, sizeof(document), "{\"keys\":[%s]}", jwk);
	must(
	    zta_zone_keys__publish(&keys, zta_str_of(document), &changed, &err),
	    &err);
	body = make_body(&keep, key, zta_str_of(thumbprint), &zone);
	for (i = 0; i < count; i++) {
		zta_arena__reset(&arena);
		must(zta_authzen__read(&arena, body, &question, &err), &err);
		must(zta_pdp__decide(&zone, snapshot, &arena, &question, NULL,
			 zta_time__now_ms(), &decision, &err),
		    &err);
		if (decision.effect != ZTA_ALLOW) {
			fprintf(stderr, "%s\n", decision.code);
			abort();
		}
	}
	zta_known__close(zone.known);
	zta_zone_keys__release(&keys);
	zta_key_close(key);
	zta_arena__release(&arena);
	zta_arena__release(&keep);
}

int
main(int argc, char **argv)
{
	zta_snapshot *snapshot;
	zta_error err = { 0 };
	unsigned long count;
	uint64_t start;

	if (argc != 4) {
		fprintf(stderr, "usage: decide cedar|pdp|known COUNT LEDGER\n");
		return 64;
	}
	count = strtoul(argv[2], NULL, 10);
	must(zta_snapshot__load(&snapshot, argv[3], NULL, &err), &err);
	start = now_ns();
	if (strcmp(argv[1], "cedar") == 0) {
		run_cedar(snapshot, count);
	} else {
		run_pdp(snapshot, count, strcmp(argv[1], "known") == 0);
	}
	printf("%.0f %zu\n", (double)count * 1e9 / (double)(now_ns() - start),
	    snapshot->arena.held + snapshot->cedar->arena.held);
	zta_snapshot__drop(snapshot);
	return 0;
}
