/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_seal.c - seals: a header, a NUL and a payload, signed here so that what
 * comes after the signature is reached. One that begins with N is a seal that
 * nobody signed, and must not be taken; one with R is a request for seals
 * instead, one with P the path of one payload of many.
 */
#include "fuzz.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "pdp/sealing.h"
#include "token.h"

static zta_key *key;
static zta_zone_keys keys;
static zta_zone zone;

static void
set_up(void)
{
	char jwk[ZTA_KEY_JWK_MAX], text[ZTA_KEY_JWK_MAX + 32];
	bool changed;

	if (zta_key_generate(&key, ZTA_ALG_ES256, NULL) != ZTA_OK ||
	    zta_key_public_jwk(key, ZTA_ALG_ES256, ZTA_STR("k"), jwk, NULL) !=
		ZTA_OK) {
		abort();
	}
	(void)snprintf(text, sizeof(text), "{\"keys\":[%s]}", jwk);
	if (zta_zone_keys__publish(&keys, zta_str_of(text), &changed, NULL) !=
	    ZTA_OK) {
		abort();
	}
	zone = (zta_zone){ .id = ZTA_STR("100000000001"),
		.trust_domain = ZTA_STR("shop.example"),
		.issuer = ZTA_STR("ztauth://shop.example/100000000001"),
		.keys = &keys,
		.seal_lifetime = 86400000 };
}

/* What was read is written so that it is read as the same. */
static void
write_again(const zta_seal *seal, zta_arena *arena)
{
	const zta_str header = ZTA_STR("{\"alg\":\"ES256\"}");
	zta_buf one, two, token;
	zta_refusal refusal;
	zta_seal again;
	zta_jws jws;

	zta_buf__init(&one, SIZE_MAX);
	zta_buf__init(&two, SIZE_MAX);
	zta_buf__init(&token, SIZE_MAX);
	zta_seal__put(&one, seal);
	put_token(&token, header, zta_buf__str(&one), NULL);
	/* Escapes can make it longer than tokens are. */
	if (zta_jws__parse_large(arena, zta_buf__str(&token), SIZE_MAX, &jws,
		&refusal, NULL) == ZTA_OK) {
		if (zta_seal__read(&jws, arena, &again, NULL) != ZTA_OK) {
			abort();
		}
		zta_seal__put(&two, &again);
		if (!zta_str__eq(zta_buf__str(&one), zta_buf__str(&two))) {
			abort();
		}
	}
	zta_buf__release(&one);
	zta_buf__release(&two);
	zta_buf__release(&token);
}

static void
judge(zta_arena *arena, zta_str token, bool is_signed)
{
	zta_received received = { 0 };
	zta_refusal refusal;
	zta_seal seal, taken;
	const char *code;
	zta_jws jws;

	if (zta_jws__parse(arena, token, &jws, &refusal, NULL) != ZTA_OK ||
	    zta_seal__read(&jws, arena, &seal, NULL) != ZTA_OK) {
		return;
	}
	write_again(&seal, arena);
	received.channel = seal.what.channel;
	memcpy(received.payload, seal.what.payload, sizeof(received.payload));
	if (zta_sealing__open(&zone, arena, token, &received,
		seal.txn.issued_at, &taken, &code, NULL) == ZTA_OK &&
	    (!is_signed || seal.what.payloads > 0 ||
		taken.txn.ring_count == 0)) {
		abort();
	}
}

static void
read_request(zta_arena *arena, zta_str text)
{
	zta_authzen request;
	zta_sealed what;

	if (zta_authzen__read_sealing(arena, text, &request, NULL) == ZTA_OK &&
	    zta_sealed__take(request.seal, &what) == NULL &&
	    what.channel.len == 0) {
		abort();
	}
}

/* Nobody finds a path to a root that was not made of payloads. */
static void
climb(zta_str text)
{
	zta_sealed what = { .payload = { 0x5a } };
	zta_received received = { .is_part = true };

	if (text.len < 8) {
		return;
	}
	memcpy(&what.payloads, text.ptr, 4);
	memcpy(&received.index, text.ptr + 4, 4);
	received.path = (zta_str){ text.ptr + 8, text.len - 8 };
	if (zta_seal_tree__holds(&what, &received)) {
		abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	zta_str text = { (const char *)data, size }, header;
	bool is_signed = size > 0 && data[0] != 'N';
	zta_arena arena;
	zta_buf token;

	if (key == NULL) {
		set_up();
	}
	if (size < 2) {
		return 0;
	}
	zta_arena__init(&arena, (size_t)1 << 28);
	if (data[0] == 'R') {
		read_request(&arena, (zta_str){ text.ptr + 1, size - 1 });
	} else if (data[0] == 'P') {
		climb((zta_str){ text.ptr + 1, size - 1 });
	} else {
		text.ptr += !is_signed;
		text.len -= !is_signed;
		zta_buf__init(&token, SIZE_MAX);
		(void)zta_str__next(&text, '\0', &header);
		put_token(&token, header, text, is_signed ? key : NULL);
		judge(&arena, zta_buf__str(&token), is_signed);
		zta_buf__release(&token);
	}
	zta_arena__release(&arena);
	return 0;
}
