/* SPDX-License-Identifier: Apache-2.0 */
/* statement_made.h - statements of other domains, signed, for tests. */
#ifndef ZTA_STATEMENT_MADE_H
#define ZTA_STATEMENT_MADE_H

#include <stdio.h>

#include "crypto/key.h"
#include "trust/statement.h"

/* 2026-01-01T00:00:00Z, when a statement begins; it lasts an hour. */
#define STATEMENT_NOW 1767225600000
#define STATEMENT_FRAME(jti, kind)                                          \
	"{\"iss\":\"b.example\",\"aud\":\"a.example\",\"jti\":\"" jti "\"," \
	"\"nbf\":1767225600,\"exp\":1767229200,\"kind\":\"" kind "\""

/* {"jws": "..."} of these claims; its text is in `arena`. */
static inline zta_str
made_statement(
    zta_arena *arena, const char *claims, const char *typ, const zta_key *key)
{
	zta_buf token, file;
	zta_str text;

	zta_buf__init(&token, SIZE_MAX);
	zta_buf__init(&file, SIZE_MAX);
	assert_int_equal(
	    zta_jws__sign(&token, key, zta_key_alg(key), zta_str_of(typ),
		ZTA_STR("k"), zta_str_of(claims), NULL),
	    ZTA_OK);
	zta_buf__text(&file, "{ \"jws\": \"");
	zta_buf__put(&file, zta_buf__str(&token));
	zta_buf__text(&file, "\" }\n");
	text = zta_arena__copy(arena, zta_buf__str(&file));
	assert_non_null(text.ptr);
	zta_buf__release(&token);
	zta_buf__release(&file);
	return text;
}

/* A domain of trust/domains.json, with `more` members. */
static inline void
made_domain(
    zta_buf *out, const char *name, const zta_key *key, const char *more)
{
	char jwk[ZTA_KEY_JWK_MAX];

	assert_int_equal(
	    zta_key_public_jwk(key, ZTA_ALG_NONE, ZTA_STR("k"), jwk, NULL),
	    ZTA_OK);
	zta_buf__text(out, "{\"name\":\"");
	zta_buf__text(out, name);
	zta_buf__text(out, "\",\"jwks\":{\"keys\":[");
	zta_buf__text(out, jwk);
	zta_buf__text(out, "]}");
	zta_buf__text(out, more);
	zta_buf__text(out, "}");
}

#endif
