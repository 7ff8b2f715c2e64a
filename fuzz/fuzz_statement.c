/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_statement.c - statements of other domains: claims, signed here so that
 * what comes after the signature is reached. One that begins with D is
 * trust/domains.json instead; one with F is the text of a statement's file, which
 * nobody signed, and must not count.
 */
#include "fuzz.h"

#include <stdio.h>

#include "base/str.h"
#include "trust/elevation.h"

/* 2026-01-01 */
#define NOW 1767225600000

static zta_key *key;
static zta_arena keep;
static zta_trust_model model;

static void
set_up(void)
{
	char jwk[ZTA_KEY_JWK_MAX], text[2 * ZTA_KEY_JWK_MAX];

	zta_arena__init(&keep, SIZE_MAX);
	if (zta_key_generate(&key, ZTA_ALG_EDDSA, NULL) != ZTA_OK ||
	    zta_key_public_jwk(key, ZTA_ALG_NONE, ZTA_STR("k"), jwk, NULL) !=
		ZTA_OK) {
		abort();
	}
	(void)snprintf(text, sizeof(text),
	    "{\"own\":\"a\",\"domains\":[{\"name\":\"b\",\"sources\":[\"s\"],"
	    "\"attests\":{\"tpm\":[\"spiffe://b/*\"]},"
	    "\"jwks\":{\"keys\":[%s]}}]}",
	    jwk);
	if (zta_trust_model__read(&model, &keep,
		ZTA_STR("{\"levels\":[{\"name\":\"l\",\"rank\":1}]}"),
		ZTA_STR("{\"groups\":[{\"name\":\"g\",\"level\":\"l\","
			"\"members\":[\"spiffe://b/*\"]}]}"),
		NULL) != ZTA_OK ||
	    zta_trust_model__take_domains(&model, &keep,
		zta_arena__copy(&keep, zta_str_of(text)), NULL) != ZTA_OK) {
		abort();
	}
}

static bool
knows(const zta_trust_model *with, int64_t now)
{
	const zta_ring ring = { .workload = ZTA_STR("spiffe://b/w"),
		.source = ZTA_STR("s"),
		.trust_domain = ZTA_STR("b") };

	return zta_elevation__knows(with, &ring, ZTA_STR(""), now);
}

/* A workload of b is known only while a federation says so. */
static void
judge(zta_arena *arena, zta_str file, bool is_signed)
{
	zta_trust_model with = model;
	const zta_statement *s;

	if (zta_statements__add(
		&with.statements, arena, ZTA_STR("f"), file, NULL) != ZTA_OK) {
		return;
	}
	zta_trust_model__verify_statements(&with);
	s = &with.statements.list[0];
	if (knows(&with, NOW) &&
	    (!is_signed || s->kind != ZTA_STATEMENT_FEDERATION ||
		!zta_statement__is_in_force(s, NOW))) {
		abort();
	}
	if (s->ends_at <= s->not_before || knows(&with, s->ends_at)) {
		abort();
	}
}

static void
sign(zta_arena *arena, zta_str claims)
{
	zta_buf file, token;

	zta_buf__init(&file, SIZE_MAX);
	zta_buf__init(&token, SIZE_MAX);
	if (zta_jws__sign(&token, key, ZTA_ALG_EDDSA,
		ZTA_STR(ZTA_STATEMENT_TYP), ZTA_STR("k"), claims,
		NULL) != ZTA_OK) {
		abort();
	}
	zta_buf__text(&file, "{\"jws\":\"");
	zta_buf__put(&file, zta_buf__str(&token));
	zta_buf__text(&file, "\"}");
	judge(arena, zta_buf__str(&file), true);
	zta_buf__release(&token);
	zta_buf__release(&file);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	zta_str text = { (const char *)data, size };
	zta_domains domains;
	zta_arena arena;

	if (key == NULL) {
		set_up();
	}
	if (size < 2) {
		return 0;
	}
	zta_arena__init(&arena, (size_t)1 << 28);
	if (data[0] == 'D' || data[0] == 'F') {
		text = (zta_str){ text.ptr + 1, size - 1 };
	}
	if (data[0] == 'D') {
		(void)!zta_domains__read(&domains, &arena, text, NULL);
		zta_domains__release(&domains);
	} else if (data[0] == 'F') {
		judge(&arena, text, false);
	} else {
		sign(&arena, text);
	}
	zta_arena__release(&arena);
	return 0;
}
