/* SPDX-License-Identifier: Apache-2.0 */
/*
 * known.h - tokens whose signature held once, so that it need not be seen again.
 *
 * What is kept is what can never become false: these bytes are this header and
 * this payload, and their signature holds under this public key. Which key is
 * to be believed, whether it still is, times, audiences, what was taken back,
 * proofs of possession: all of that is judged at every use, as of any other
 * token. So nothing here depends on versions of sources, key sets or lists.
 *
 * Only a token that was verified comes in: who has none changes nothing. That a
 * signature is wrong is not kept. Any thread may use it.
 */
#ifndef ZTA_IDENTITY_KNOWN_H
#define ZTA_IDENTITY_KNOWN_H

#include "crypto/digest.h"
#include "identity/jws.h"

typedef struct zta_known zta_known;

/* ZTA_ENOMEM. Free with zta_known__close(). */
ZTA_MUST_USE zta_status zta_known__open(zta_known **out, zta_error *err);
/* NULL is fine. */
void zta_known__close(zta_known *known);

/* A token that is being judged. */
typedef struct zta_known_token {
	zta_str text;
	zta_jws jws; /* of one that is known, `signature` is empty */
	bool known;  /* its signature held under this key: */
	char key[ZTA_KEY_THUMBPRINT_MAX];
	bool has_digest;
	unsigned char digest[ZTA_SHA256_LEN]; /* of all bytes */
} zta_known_token;

/*
 * Take it apart, as zta_jws__parse() does, or find it; all of it is in `arena`.
 * `known` may be NULL here and below.
 */
ZTA_MUST_USE zta_status zta_known__parse(zta_known *known, zta_arena *arena,
    zta_str text, zta_known_token *out, zta_refusal *refusal, zta_error *err);

/* Does its signature hold under `key`? It is kept if it does. */
ZTA_MUST_USE bool zta_known__verify(
    zta_known *known, zta_known_token *token, const zta_key *key);

/*
 * The same of a token that zta_jws__parse() has taken apart, whose text is still
 * there.
 */
ZTA_MUST_USE bool zta_known__holds(
    zta_known *known, const zta_jws *jws, const zta_key *key);

#endif
