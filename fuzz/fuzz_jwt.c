/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_jwt.c - tokens. An input that begins with 'S' is a header, a NUL and a
 * payload, which are signed with the key of the source, so that what comes
 * after the signature is reached; any other input is a token. A token that was
 * not signed here must not be accepted.
 */
#include "fuzz.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "identity/verify.h"
#include "token.h"
#include "trust/txn_token.h"

/* 2026-01-01 */
#define NOW 1767225600000

static zta_key *key;
static zta_arena keep;
static zta_sources sources;
static zta_live live;
static zta_known *known;

static void
set_up(void)
{
	const zta_live_files files = { NULL, NULL, NULL };
	char jwk[ZTA_KEY_JWK_MAX], text[3 * ZTA_KEY_JWK_MAX];
	zta_str copy;

	zta_arena__init(&keep, SIZE_MAX);
	if (zta_live__open(&live, &files, NULL) != ZTA_OK ||
	    zta_key_generate(&key, ZTA_ALG_EDDSA, NULL) != ZTA_OK ||
	    zta_key_public_jwk(key, ZTA_ALG_NONE, ZTA_STR("k"), jwk, NULL) !=
		ZTA_OK) {
		abort();
	}
	known = live.known;
	live.known = NULL;
	(void)snprintf(text, sizeof(text),
	    "{\"sources\":{\"a\":{\"kind\":\"jwt\",\"issuer\":\"i\","
	    "\"audience\":\"me\",\"algorithms\":[\"EdDSA\"],\"max_age_s\":600,"
	    "\"jwks\":{\"keys\":[%s]}}}}",
	    jwk);
	copy = zta_arena__copy(&keep, zta_str_of(text));
	if (zta_sources__read(&sources, &keep, copy, NULL, NULL) != ZTA_OK) {
		abort();
	}
}

static void
sign(zta_str input, zta_buf *token)
{
	zta_str header;

	(void)zta_str__next(&input, '\0', &header);
	put_token(token, header, input, key);
}

/* Known or not, the verdict is the same. */
static void
judge_again(const zta_verifier *with, const zta_presented *presented,
    zta_status status, zta_refusal refusal)
{
	zta_principal principal;
	zta_why_not why_not;
	int i;

	live.known = known;
	for (i = 0; i < 2; i++) {
		if (zta_identity__verify(with, presented, &principal, &why_not,
			NULL) != status ||
		    why_not.refusal != refusal) {
			abort();
		}
	}
	live.known = NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	zta_str input = { (const char *)data, size };
	bool made = size > 0 && data[0] == 'S';
	const zta_circumstances around = { 0 };
	zta_presented presented = { .as = ZTA_AS_JWT, .around = &around };
	zta_verifier with = { .sources = &sources, .live = &live, .now = NOW };
	zta_principal principal;
	zta_why_not why_not;
	zta_refusal refusal;
	zta_status status;
	zta_arena arena;
	zta_error err;
	zta_jws jws;
	zta_txn txn;
	zta_buf token;

	if (key == NULL) {
		set_up();
	}
	zta_arena__init(&arena, (size_t)1 << 28);
	zta_buf__init(&token, (size_t)1 << 24);
	if (made) {
		sign((zta_str){ input.ptr + 1, input.len - 1 }, &token);
	} else {
		zta_buf__put(&token, input);
	}
	with.arena = &arena;
	presented.credential = zta_buf__str(&token);
	status =
	    zta_identity__verify(&with, &presented, &principal, &why_not, &err);
	if (status == ZTA_OK && !made) {
		abort();
	}
	judge_again(&with, &presented, status, why_not.refusal);
	if (zta_jws__parse(
		&arena, zta_buf__str(&token), &jws, &refusal, &err) == ZTA_OK) {
		(void)!zta_txn_token__read(&jws, &arena, &txn, &err);
	}
	zta_buf__release(&token);
	zta_arena__release(&arena);
	return 0;
}
