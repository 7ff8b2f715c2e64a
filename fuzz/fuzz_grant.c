/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_grant.c - delegation grants: a header, a NUL and a payload, signed here
 * so that what comes after the signature is reached. One that begins with D is
 * trust/delegators.json instead; one with N is a grant that nobody signed, and
 * must not be taken; one with P is a payload alone; one with S is a grant as a
 * server shows it.
 */
#include "fuzz.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "token.h"
#include "trust/grant_chain.h"
#include "trust/grant_show.h"

/* 2026-01-01 */
#define NOW 1767225600000

static zta_key *key;
static zta_arena keep;
static zta_delegators delegators;
static zta_trust_model model;

static bool
none_is_revoked(const void *list, const zta_grant *grant)
{
	(void)list;
	(void)grant;
	return false;
}

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
	    "{\"delegators\":[{\"name\":\"User::\\\"alice\\\"\","
	    "\"jwks\":{\"keys\":[%s]}}]}",
	    jwk);
	if (zta_delegators__read(&delegators, &keep,
		zta_arena__copy(&keep, zta_str_of(text)), NULL) != ZTA_OK ||
	    zta_trust_model__read(&model, &keep, ZTA_STR("{\"levels\":[]}"),
		ZTA_STR(""), NULL) != ZTA_OK) {
		abort();
	}
}

static void
judge(zta_arena *arena, zta_str token, bool is_signed)
{
	static const zta_subject alice = { .type = { "User", 4 },
		.id = { "alice", 5 } };
	zta_ring ring = { 0 };
	zta_grant grant;
	zta_grant_answer answer;
	const zta_grant_use use = { &alice, &ring, 1, NULL };
	const zta_grant_chain chain = { .grants = &grant,
		.count = 1,
		.delegators = &delegators,
		.model = &model,
		.zone = ZTA_STR("100000000001"),
		.is_revoked = none_is_revoked,
		.now = NOW };

	if (zta_grant__read(&grant, arena, token, NULL) != ZTA_OK) {
		return;
	}
	/* What was read keeps the rules of its form. */
	if (grant.action_count == 0 || grant.resource_count == 0 ||
	    grant.expires_at <= grant.not_before) {
		abort();
	}
	ring.workload = grant.delegate;
	if (zta_grant_chain__judge(&chain, &use, arena, &answer, NULL) ==
		ZTA_OK &&
	    answer.finding == ZTA_GRANT_HOLDS && !is_signed) {
		abort();
	}
}

/* What is read can be shown, and what is shown is read back as the same. */
static void
show(zta_arena *arena, zta_str text)
{
	zta_grant_shown shown, again;
	zta_json_doc doc;
	zta_buf buf;
	zta_json_out out = { &buf, false };
	const zta_key *used;
	zta_grant grant;

	if (zta_grant__read_payload(&grant, arena, text, NULL) != ZTA_OK ||
	    zta_grant_show__read(&shown, arena, text, NULL) != ZTA_OK) {
		return;
	}
	if (zta_grant__verify(&grant, &delegators, NULL, &used) ==
	    ZTA_GRANT_HOLDS) {
		abort();
	}
	shown.state = "live";
	zta_buf__init(&buf, SIZE_MAX);
	zta_grant_show__put(&out, &shown);
	if (buf.status != ZTA_OK ||
	    zta_json__read(arena, zta_buf__str(&buf), &doc, NULL) != ZTA_OK ||
	    zta_grant_show__get(&again, arena, doc.root, NULL) != ZTA_OK ||
	    !zta_str__eq(shown.digest, again.digest)) {
		abort();
	}
	zta_buf__release(&buf);
}

static void
read_shown(zta_arena *arena, zta_str text)
{
	zta_grant_shown shown;
	zta_json_doc doc;

	if (zta_json__read(arena, text, &doc, NULL) == ZTA_OK) {
		(void)!zta_grant_show__get(&shown, arena, doc.root, NULL);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	zta_str text = { (const char *)data, size }, header;
	zta_delegators read;
	zta_arena arena;
	zta_buf token;

	if (key == NULL) {
		set_up();
	}
	if (size < 2) {
		return 0;
	}
	zta_arena__init(&arena, (size_t)1 << 28);
	if (data[0] == 'D') {
		text = (zta_str){ text.ptr + 1, size - 1 };
		(void)!zta_delegators__read(&read, &arena, text, NULL);
		zta_delegators__release(&read);
	} else if (data[0] == 'P') {
		show(&arena, (zta_str){ text.ptr + 1, size - 1 });
	} else if (data[0] == 'S') {
		read_shown(&arena, (zta_str){ text.ptr + 1, size - 1 });
	} else {
		bool is_signed = data[0] != 'N';

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
