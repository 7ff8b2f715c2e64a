/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jws_made.h - tokens of any header and payload, made of patterns in which a $
 * and a letter stand for a text.
 */
#ifndef ZTA_JWS_MADE_H
#define ZTA_JWS_MADE_H

#include "base/b64.h"
#include "crypto/key.h"

typedef struct made_text {
	char letter;
	const char *text;
} made_text;

static inline void
made_expand(zta_buf *out, const char *pattern, const made_text *texts)
{
	const made_text *t;

	for (; *pattern != '\0'; pattern++) {
		if (*pattern != '$') {
			zta_buf__byte(out, *pattern);
			continue;
		}
		pattern++;
		for (t = texts; t->letter != *pattern; t++) {
			assert_int_not_equal(t->letter, '\0');
		}
		zta_buf__text(out, t->text);
	}
}

/* The token; `key` signs, whatever the header says. */
static inline void
made_jws(zta_buf *token, const char *header, const char *payload,
    const made_text *texts, const zta_key *key)
{
	unsigned char sig[ZTA_SIGNATURE_MAX];
	size_t len = 0;
	zta_buf part;

	zta_buf__clear(token);
	zta_buf__init(&part, SIZE_MAX);
	made_expand(&part, header, texts);
	zta_b64__put(token, zta_buf__str(&part));
	zta_buf__byte(token, '.');
	zta_buf__clear(&part);
	made_expand(&part, payload, texts);
	zta_b64__put(token, zta_buf__str(&part));
	zta_buf__release(&part);
	assert_int_equal(zta_key__sign(key, zta_key_alg(key),
			     zta_buf__str(token), sig, &len, NULL),
	    ZTA_OK);
	zta_buf__byte(token, '.');
	zta_b64__put(token, (zta_str){ (const char *)sig, len });
}

#endif
