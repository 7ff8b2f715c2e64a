/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_proof.c - proofs of possession and status lists. The first byte says
 * which: D a DPoP proof, W a WPT, S a status list token; then come a header, a
 * NUL and a payload. They are signed here, so that what comes after the
 * signature is reached; with the letter in lower case they are not, and then
 * nothing may be accepted.
 */
#include "fuzz.h"

#include <stdio.h>
#include <string.h>

#include "base/b64.h"
#include "base/str.h"
#include "identity/dpop.h"
#include "identity/status_list.h"
#include "identity/wpt.h"

/* 2026-01-01 */
#define NOW 1767225600000
#define URI "https://pdp.example/token"

static zta_key *key;
static zta_arena keep;
static zta_sources sources;
static zta_used *used;
static zta_json_doc cnf;
static char thumbprint[ZTA_KEY_THUMBPRINT_MAX];

static void
set_up(void)
{
	char jwk[ZTA_KEY_JWK_MAX], text[3 * ZTA_KEY_JWK_MAX];
	zta_str copy;

	zta_arena__init(&keep, SIZE_MAX);
	if (zta_key_generate(&key, ZTA_ALG_EDDSA, NULL) != ZTA_OK ||
	    zta_key_public_jwk(key, ZTA_ALG_NONE, ZTA_STR("k"), jwk, NULL) !=
		ZTA_OK ||
	    zta_key_thumbprint(key, thumbprint, NULL) != ZTA_OK ||
	    zta_used__open(&used, NULL) != ZTA_OK) {
		abort();
	}
	(void)snprintf(text, sizeof(text),
	    "{\"sources\":{\"a\":{\"kind\":\"jwt\",\"issuer\":\"i\","
	    "\"audience\":\"me\",\"algorithms\":[\"EdDSA\"],"
	    "\"jwks\":{\"keys\":[%s]}}}}",
	    jwk);
	copy = zta_arena__copy(&keep, zta_str_of(text));
	if (zta_sources__read(&sources, &keep, copy, NULL, NULL) != ZTA_OK) {
		abort();
	}
	copy = zta_arena__copy(&keep, zta_str_of(jwk));
	if (zta_json__read(&keep, copy, &cnf, NULL) != ZTA_OK) {
		abort();
	}
}

/* A DPoP proof brings its key: the text $K stands for it. */
static void
put_part(zta_buf *token, zta_str text)
{
	zta_buf part;
	size_t i;

	zta_buf__init(&part, (size_t)1 << 24);
	for (i = 0; i < text.len; i++) {
		if (text.len - i > 1 && text.ptr[i] == '$' &&
		    text.ptr[i + 1] == 'K') {
			zta_buf__put(&part, cnf.text);
			i++;
		} else {
			zta_buf__byte(&part, text.ptr[i]);
		}
	}
	zta_b64__put(token, zta_buf__str(&part));
	zta_buf__release(&part);
}

static void
make(zta_str input, bool sign, zta_buf *token)
{
	size_t nul = zta_str__find(input, '\0'), len = 64;
	unsigned char sig[ZTA_SIGNATURE_MAX] = { 0 };

	put_part(token, (zta_str){ input.ptr, nul });
	zta_buf__byte(token, '.');
	if (nul < input.len) {
		put_part(token,
		    (zta_str){ input.ptr + nul + 1, input.len - nul - 1 });
	}
	if (token->status != ZTA_OK ||
	    (sign &&
		zta_key__sign(key, ZTA_ALG_EDDSA, zta_buf__str(token), sig,
		    &len, NULL) != ZTA_OK)) {
		return;
	}
	zta_buf__byte(token, '.');
	zta_b64__put(token, (zta_str){ (const char *)sig, len });
}

static bool
judge(char kind, zta_arena *arena, zta_str token)
{
	const zta_header header = { ZTA_STR("x-token"), ZTA_STR("x") };
	const zta_circumstances around = { .headers = &header,
		.header_count = 1 };
	const zta_wpt_for what = { .token = ZTA_STR("t"),
		.doc = &cnf,
		.jwk = cnf.root,
		.around = &around };
	zta_status_list_origin origin = { &sources.list[0],
		&sources.list[0].keys, ZTA_STR(URI) };
	zta_refusal refusal = ZTA_REFUSAL_NONE;
	zta_error err;
	zta_proof_judge j = { .arena = arena,
		.text = token,
		.count = 1,
		.method = ZTA_STR("POST"),
		.uri = ZTA_STR(URI),
		.now = NOW,
		.leeway_ms = 5000,
		.used = used,
		.refusal = &refusal,
		.err = &err };
	zta_status_list list;
	unsigned status;

	switch (kind) {
	case 'D':
		return zta_dpop__judge(&j, ZTA_STR("t"), zta_str_of(thumbprint),
			   NULL) == ZTA_OK;
	case 'W':
		return zta_wpt__judge(&j, &what) == ZTA_OK;
	default:
		if (zta_status_list__read(
			&list, arena, &origin, token, NOW, &err) != ZTA_OK) {
			return false;
		}
		(void)!zta_status_list__at(&list, 1000, &status);
		return true;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	zta_str input = { (const char *)data, size };
	zta_arena arena;
	zta_buf token;
	bool sign;
	char kind;

	if (key == NULL) {
		set_up();
	}
	if (size == 0 || strchr("DWSdws", data[0]) == NULL) {
		return 0;
	}
	sign = data[0] < 'a';
	kind = (char)(sign ? data[0] : data[0] - 'a' + 'A');
	zta_arena__init(&arena, (size_t)1 << 28);
	zta_buf__init(&token, (size_t)1 << 24);
	make((zta_str){ input.ptr + 1, input.len - 1 }, sign, &token);
	if (judge(kind, &arena, zta_buf__str(&token)) && !sign) {
		abort();
	}
	zta_buf__release(&token);
	zta_arena__release(&arena);
	return 0;
}
