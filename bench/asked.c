/* SPDX-License-Identifier: Apache-2.0 */
/* asked.c - see asked.h. */
#include "asked.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "workload.h"

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

void
asked_open(asked *a, bool known)
{
	char thumbprint[ZTA_KEY_THUMBPRINT_MAX], jwk[ZTA_KEY_JWK_MAX];
	char document[ZTA_KEY_JWK_MAX + 16];
	zta_error err = { 0 };
	bool changed;

	*a = (asked){ .zone = { .id = ZTA_STR("100000000001"),
			  .trust_domain = ZTA_STR("shop.example"),
			  .ledger = ZTA_STR("main"),
			  .issuer =
			      ZTA_STR("ztauth://shop.example/100000000001"),
			  .keys = &a->keys } };
	zta_arena__init(&a->arena, SIZE_MAX);
	if (known) {
		must(zta_known__open(&a->zone.known, &err), &err);
	}
	must(zta_key_generate(&a->key, ZTA_ALG_ES256, &err), &err);
	must(zta_key_thumbprint(a->key, thumbprint, &err), &err);
	must(zta_key_public_jwk(a->key, ZTA_ALG_ES256, ZTA_STR(""), jwk, &err),
	    &err);
	(void)snprintf(document, sizeof(document), "{\"keys\":[%s]}", jwk);
	must(zta_zone_keys__publish(
		 &a->keys, zta_str_of(document), &changed, &err),
	    &err);
	a->body =
	    make_body(&a->arena, a->key, zta_str_of(thumbprint), &a->zone);
}

void
asked_close(asked *a)
{
	zta_known__close(a->zone.known);
	zta_zone_keys__release(&a->keys);
	zta_key_close(a->key);
	zta_arena__release(&a->arena);
}

void
asked_decide(const asked *a, const zta_snapshot *snapshot, zta_arena *arena,
    zta_authzen *question, zta_decision *decision)
{
	zta_error err = { 0 };

	zta_arena__reset(arena);
	must(zta_authzen__read(arena, a->body, question, &err), &err);
	must(zta_pdp__decide(&a->zone, snapshot, arena, question, NULL,
		 zta_time__now_ms(), decision, &err),
	    &err);
	if (decision->effect != ZTA_ALLOW) {
		fprintf(stderr, "%s\n", decision->code);
		abort();
	}
}
