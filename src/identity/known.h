/* SPDX-License-Identifier: Apache-2.0 */
/*
 * known.h - tokens whose signature held once, so that it need not be seen again,
 * and what they say, as it was read then.
 *
 * What is kept is what can never become false: these bytes are this header and
 * this payload, they say this, and their signature holds under this public key.
 * Which key is to be believed, whether it still is, times, audiences, what was
 * taken back, proofs of possession: all of that is judged at every use, as of
 * any other token. So nothing here depends on versions of sources, key sets or
 * lists.
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

/* How tokens of one kind are read: by nothing but their bytes. */
typedef struct zta_known_reading {
	size_t size; /* of what comes out; it refers to payload and `arena` */
	zta_status (*read)(
	    void *out, const zta_jws *jws, zta_arena *arena, zta_error *err);
} zta_known_reading;

typedef struct zta_known_entry zta_known_entry;

/* A token that is being judged. All of it lives as long as the arena. */
typedef struct zta_known_token {
	zta_known *in; /* where it is kept; NULL: nowhere */
	zta_str text;
	bool known;          /* it was found */
	const zta_jws *jws;  /* of one that is known, `signature` is empty */
	const void *meaning; /* what was read; NULL: nothing yet */
	const unsigned char *digest; /* SHA-256 of all bytes; NULL: not yet */
	zta_known_entry *entry;
} zta_known_token;

/*
 * Take it apart, as zta_jws__parse() does, or find it: what was read in another
 * way is another token. `known` may be NULL.
 */
ZTA_MUST_USE zta_status zta_known__parse(zta_known *known, zta_arena *arena,
    const zta_known_reading *reading, zta_str text, zta_known_token *out,
    zta_refusal *refusal, zta_error *err);

/*
 * Read what it says, before or after its signature is verified. As the reading
 * says. It is kept once both are done.
 */
ZTA_MUST_USE zta_status zta_known__read(zta_known_token *token, zta_error *err);

/* Does its signature hold under `key`? */
ZTA_MUST_USE bool zta_known__verify(zta_known_token *token, const zta_key *key);

#endif
