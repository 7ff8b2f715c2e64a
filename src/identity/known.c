/* SPDX-License-Identifier: Apache-2.0 */
/*
 * known.c - see known.h. Shares with a lock each; in each, sets of a few tokens
 * by a seeded hash of the signature.
 *
 * 1. A token is found by all of its bytes: header and payload are compared, the
 *    signature by its SHA-256. It is not held itself, so that nobody who reads
 *    this memory can show the token.
 * 2. What is found is copied to the caller: nothing outlasts the lock.
 * 3. Memory is bounded: the oldest of a full set gives way, then whole sets.
 */
#include "identity/known.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/b64.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/random.h"
#include "base/str.h"

#define SETS 256u
#define WAYS 4u
#define SHARE_MEMORY (ZTA_KNOWN_MEMORY_MAX / ZTA_KNOWN_SHARES)

typedef struct entry {
	size_t size;   /* bytes of all of it */
	uint64_t used; /* last; by the clock of its share */
	unsigned char signature[ZTA_SHA256_LEN]; /* of its digits */
	unsigned char digest[ZTA_SHA256_LEN];    /* of the whole token */
	char key[ZTA_KEY_THUMBPRINT_MAX];
	zta_alg alg;
	size_t header_weight, payload_weight;
	zta_json_doc header, payload; /* in `room`, from its start */
	zta_str input;                /* behind them */
	zta_json room[];
} entry;

typedef struct share {
	pthread_mutex_t lock;
	uint64_t clock;
	size_t bytes;  /* of all entries */
	uint32_t hand; /* where room is made next */
	entry *sets[SETS][WAYS];
} share;

struct zta_known {
	uint64_t seed;
	share shares[ZTA_KNOWN_SHARES];
};

/* A token cut at its last point, and where it is looked for. */
typedef struct place {
	zta_str input, signature;
	share *share;
	uint32_t set;
} place;

zta_status
zta_known__open(zta_known **out, zta_error *err)
{
	zta_known *known = calloc(1, sizeof(*known));
	size_t i;

	*out = known;
	if (known == NULL) {
		return zta_error__nomem(err);
	}
	known->seed = zta_random__seed();
	for (i = 0; i < ZTA_KNOWN_SHARES; i++) {
		(void)pthread_mutex_init(&known->shares[i].lock, NULL);
	}
	return ZTA_OK;
}

void
zta_known__close(zta_known *known)
{
	uint32_t i, set, way;

	for (i = 0; known != NULL && i < ZTA_KNOWN_SHARES; i++) {
		for (set = 0; set < SETS; set++) {
			for (way = 0; way < WAYS; way++) {
				free(known->shares[i].sets[set][way]);
			}
		}
		(void)pthread_mutex_destroy(&known->shares[i].lock);
	}
	free(known);
}

static place
place_of(zta_known *known, zta_str text)
{
	zta_str rest = text, part;
	uint64_t hash;
	place p;

	(void)(zta_str__next(&rest, '.', &part) &&
	    zta_str__next(&rest, '.', &part));
	p.signature = rest;
	/* What has no third part is no token, and found nowhere. */
	p.input = (zta_str){ text.ptr,
		rest.ptr == NULL ? text.len :
				   (size_t)(rest.ptr - text.ptr) - 1 };
	hash = zta_str__hash(p.signature, known->seed);
	p.share = &known->shares[hash % ZTA_KNOWN_SHARES];
	p.set = (uint32_t)(hash / ZTA_KNOWN_SHARES % SETS);
	return p;
}

/* --- finding; under the lock of the share */

static entry *
find(const place *p)
{
	unsigned char signature[ZTA_SHA256_LEN];
	entry *e;
	uint32_t way;

	for (way = 0; way < WAYS; way++) {
		e = p->share->sets[p->set][way];
		if (e == NULL || !zta_str__eq(e->input, p->input)) {
			continue;
		}
		zta_digest__sha256(p->signature, signature);
		if (memcmp(e->signature, signature, ZTA_SHA256_LEN) == 0) {
			return e;
		}
	}
	return NULL;
}

static zta_str
text_of(const zta_json *header, const char *name)
{
	const zta_json *node = zta_json__get(header, name);

	return node == NULL ? (zta_str){ "", 0 } : zta_json__str(node);
}

/* No memory: it is as if it were not known. */
static bool
copy_out(const entry *e, const place *p, zta_arena *arena, zta_known_token *out)
{
	char *room = zta_arena__alloc(
	    arena, e->header_weight + e->payload_weight + sizeof(zta_json));
	zta_jws *jws = &out->jws;

	if (room == NULL) {
		return false;
	}
	zta_json__copy(&e->payload, room, &jws->payload);
	zta_json__copy(&e->header, room + e->payload_weight, &jws->header);
	jws->input = p->input;
	jws->alg = e->alg;
	jws->typ = text_of(jws->header.root, "typ");
	jws->kid = text_of(jws->header.root, "kid");
	memcpy(out->key, e->key, sizeof(out->key));
	memcpy(out->digest, e->digest, sizeof(out->digest));
	out->has_digest = true;
	return true;
}

static bool
look(zta_known *known, zta_arena *arena, zta_str text, zta_known_token *out)
{
	const place p = place_of(known, text);
	bool found = false;
	entry *e;

	(void)pthread_mutex_lock(&p.share->lock);
	e = find(&p);
	if (e != NULL) {
		e->used = ++p.share->clock;
		found = copy_out(e, &p, arena, out);
	}
	(void)pthread_mutex_unlock(&p.share->lock);
	return found;
}

zta_status
zta_known__parse(zta_known *known, zta_arena *arena, zta_str text,
    zta_known_token *out, zta_refusal *refusal, zta_error *err)
{
	*out = (zta_known_token){ .text = text };
	out->known = known != NULL && look(known, arena, text, out);
	if (out->known) {
		*refusal = ZTA_REFUSAL_NONE;
		return ZTA_OK;
	}
	return zta_jws__parse(arena, text, &out->jws, refusal, err);
}

/* --- keeping */

/* Weights are rounded so that what follows is aligned. */
static size_t
weigh(const zta_json_doc *doc)
{
	size_t step = _Alignof(zta_json);

	return (zta_json__weight(doc) + step - 1) / step * step;
}

static entry *
make(const zta_known_token *token, const place *p, zta_str key)
{
	const zta_jws *jws = &token->jws;
	size_t header = weigh(&jws->header), payload = weigh(&jws->payload);
	size_t size = sizeof(entry) + header + payload + p->input.len;
	entry *e = size > ZTA_KNOWN_TOKEN_MAX ? NULL : malloc(size);
	char *room;

	if (e == NULL) {
		return NULL;
	}
	*e = (entry){ .size = size,
		.alg = jws->alg,
		.header_weight = header,
		.payload_weight = payload };
	room = (char *)e->room;
	zta_json__copy(&jws->header, room, &e->header);
	zta_json__copy(&jws->payload, room + header, &e->payload);
	room += header + payload;
	memcpy(room, p->input.ptr, p->input.len);
	e->input = (zta_str){ room, p->input.len };
	zta_digest__sha256(p->signature, e->signature);
	memcpy(e->digest, token->digest, sizeof(e->digest));
	memcpy(e->key, key.ptr, key.len);
	return e;
}

static void
forget(share *s, entry **at)
{
	if (*at != NULL) {
		s->bytes -= (*at)->size;
		free(*at);
		*at = NULL;
	}
}

/* Where it was, or is free, or the one that was not used for longest. */
static entry **
choose(const place *p)
{
	entry **ways = p->share->sets[p->set], **best = &ways[0];
	entry *same = find(p);
	uint32_t way;

	for (way = 0; way < WAYS; way++) {
		if (same != NULL && ways[way] == same) {
			return &ways[way];
		}
		if (*best != NULL &&
		    (ways[way] == NULL || ways[way]->used < (*best)->used)) {
			best = &ways[way];
		}
	}
	return best;
}

/* Sets in turn, until all is within its bound. */
static void
make_room(share *s, const entry *but)
{
	uint32_t way;

	while (s->bytes > SHARE_MEMORY) {
		for (way = 0; way < WAYS; way++) {
			if (s->sets[s->hand][way] != but) {
				forget(s, &s->sets[s->hand][way]);
			}
		}
		s->hand = (s->hand + 1) % SETS;
	}
}

static void
keep(zta_known *known, const zta_known_token *token, zta_str key)
{
	const place p = place_of(known, token->text);
	entry *e = make(token, &p, key), **at;

	if (e == NULL) {
		return;
	}
	(void)pthread_mutex_lock(&p.share->lock);
	at = choose(&p);
	forget(p.share, at);
	*at = e;
	e->used = ++p.share->clock;
	p.share->bytes += e->size;
	make_room(p.share, e);
	(void)pthread_mutex_unlock(&p.share->lock);
}

/* Of a token that is known, under another key: it is decoded only now. */
static bool
verify_again(const zta_known_token *token, const zta_key *key)
{
	const zta_jws *jws = &token->jws;
	const zta_str digits = { token->text.ptr + jws->input.len + 1,
		token->text.len - jws->input.len - 1 };
	char bytes[ZTA_SIGNATURE_MAX];
	size_t len;

	return ZTA_B64_BYTES(digits.len) <= sizeof(bytes) &&
	    zta_b64__decode(digits, bytes, &len) &&
	    zta_key__verify(key, jws->alg, jws->input, (zta_str){ bytes, len });
}

bool
zta_known__verify(zta_known *known, zta_known_token *token, const zta_key *key)
{
	const zta_jws *jws = &token->jws;
	zta_str id = zta_key__id(key);

	if (token->known && zta_str__is(id, token->key)) {
		return true;
	}
	if (token->known ?
		!verify_again(token, key) :
		!zta_key__verify(key, jws->alg, jws->input, jws->signature)) {
		return false;
	}
	if (!token->has_digest) {
		zta_digest__sha256(token->text, token->digest);
		token->has_digest = true;
	}
	if (known != NULL && id.len > 0) {
		keep(known, token, id);
	}
	return true;
}

/* Is it kept, as what this key has signed? */
static bool
is_kept(zta_known *known, zta_str text, zta_str key)
{
	const place p = place_of(known, text);
	bool same = false;
	entry *e;

	(void)pthread_mutex_lock(&p.share->lock);
	e = find(&p);
	if (e != NULL) {
		e->used = ++p.share->clock;
		same = zta_str__is(key, e->key);
	}
	(void)pthread_mutex_unlock(&p.share->lock);
	return same;
}

bool
zta_known__holds(zta_known *known, const zta_jws *jws, const zta_key *key)
{
	zta_known_token token = { .text = { jws->input.ptr,
				      jws->input.len + 1 +
					  ZTA_B64_LEN(jws->signature.len) },
		.jws = *jws };

	return (known != NULL &&
		   is_kept(known, token.text, zta_key__id(key))) ||
	    zta_known__verify(known, &token, key);
}
