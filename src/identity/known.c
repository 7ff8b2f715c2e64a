/* SPDX-License-Identifier: Apache-2.0 */
/*
 * known.c - see known.h. Shares with a lock each; in each, sets of a few entries
 * by the mark of the signature.
 *
 * 1. A token is found by all of its bytes: header and payload are compared, the
 *    signature by its mark under a key of this process. It is not held itself,
 *    so that nobody who reads this memory can show the token.
 * 2. An entry belongs to one request until it is in the table; from then on it
 *    never changes. It is counted: the table has a share, and each arena whose
 *    request uses it, so that it may leave the table at any time.
 * 3. Memory is bounded: the oldest of a full set gives way, then whole sets.
 */
#include "identity/known.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/b64.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/random.h"
#include "base/str.h"
#include "crypto/siphash.h"

#define SETS 256u
#define WAYS 4u
#define SHARE_MEMORY (ZTA_KNOWN_MEMORY_MAX / ZTA_KNOWN_SHARES)

struct zta_known_entry {
	atomic_uint references;
	bool kept;       /* in the table, or it was */
	uint64_t used;   /* last; by the clock of its share, under its lock */
	zta_arena arena; /* all of it, this too */
	const zta_known_reading *reading;
	zta_jws jws;
	void *meaning;                    /* NULL: not read */
	zta_siphash mark;                 /* of the signature's digits */
	char key[ZTA_KEY_THUMBPRINT_MAX]; /* empty: not verified */
	unsigned char digest[ZTA_SHA256_LEN];
};

typedef struct share {
	pthread_mutex_t lock;
	uint64_t clock;
	size_t bytes;  /* of all entries */
	uint32_t hand; /* where room is made next */
	zta_known_entry *sets[SETS][WAYS];
} share;

struct zta_known {
	zta_siphash key;
	share shares[ZTA_KNOWN_SHARES];
};

/* A token cut at its last point, and where it is looked for. */
typedef struct place {
	const zta_known_reading *reading;
	zta_str input;
	zta_siphash mark;
	share *share;
	zta_known_entry **ways;
} place;

/* --- entries */

/* What is before the last point; all, if there is none. */
static zta_str
input_of(zta_str text)
{
	const char *point =
	    text.len == 0 ? NULL : memrchr(text.ptr, '.', text.len);

	return (zta_str){ text.ptr,
		point == NULL ? text.len : (size_t)(point - text.ptr) };
}

/* As many bytes as most need; what is too long is no token. */
static size_t
guess(const zta_known_reading *reading, zta_str text)
{
	return sizeof(zta_known_entry) + reading->size +
	    (text.len > ZTA_JWS_MAX ? 0 : text.len + 3 * input_of(text).len);
}

static zta_known_entry *
make(const zta_known_reading *reading, zta_str text, size_t max)
{
	zta_known_entry *e;
	zta_arena arena;

	zta_arena__init(&arena, max);
	if (!zta_arena__begin_with(&arena, guess(reading, text))) {
		return NULL;
	}
	e = zta_arena__zalloc(&arena, 1, sizeof(*e));
	if (e == NULL) {
		zta_arena__release(&arena);
		return NULL;
	}
	atomic_init(&e->references, 1);
	e->reading = reading;
	e->arena = arena;
	return e;
}

static void
drop(void *what)
{
	zta_known_entry *e = what;
	zta_arena arena;

	if (e != NULL && atomic_fetch_sub(&e->references, 1) == 1) {
		arena = e->arena;
		zta_arena__release(&arena);
	}
}

static void
show(const zta_known_entry *e, zta_known_token *out)
{
	out->jws = &e->jws;
	out->meaning = e->meaning;
	out->digest = e->key[0] == '\0' ? NULL : e->digest;
}

/* --- the table */

zta_status
zta_known__open(zta_known **out, zta_error *err)
{
	zta_known *known = calloc(1, sizeof(*known));
	size_t i;

	*out = known;
	if (known == NULL) {
		return zta_error__nomem(err);
	}
	zta_random__bytes(&known->key, sizeof(known->key));
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
				drop(known->shares[i].sets[set][way]);
			}
		}
		(void)pthread_mutex_destroy(&known->shares[i].lock);
	}
	free(known);
}

static place
place_of(zta_known *known, const zta_known_reading *reading, zta_str text)
{
	/* What has no point is no token, and found nowhere. */
	place p = { .reading = reading, .input = input_of(text) };
	size_t len = p.input.len;

	/* A text that is empty may be nowhere at all. */
	p.mark = zta_siphash__of(&known->key,
	    text.len == 0 ? ZTA_STR("") :
			    (zta_str){ text.ptr + len, text.len - len });
	p.share = &known->shares[p.mark.low % ZTA_KNOWN_SHARES];
	p.ways = p.share->sets[p.mark.low / ZTA_KNOWN_SHARES % SETS];
	return p;
}

/* Under the lock of the share. */
static zta_known_entry *
find(const place *p)
{
	zta_known_entry *e;
	uint32_t way;

	for (way = 0; way < WAYS; way++) {
		e = p->ways[way];
		if (e != NULL && e->reading == p->reading &&
		    zta_siphash__eq(e->mark, p->mark) &&
		    zta_str__eq(e->jws.input, p->input)) {
			return e;
		}
	}
	return NULL;
}

static zta_known_entry *
look(zta_known *known, const zta_known_reading *reading, zta_str text)
{
	const place p = place_of(known, reading, text);
	zta_known_entry *e;

	(void)pthread_mutex_lock(&p.share->lock);
	e = find(&p);
	if (e != NULL) {
		e->used = ++p.share->clock;
		atomic_fetch_add(&e->references, 1);
	}
	(void)pthread_mutex_unlock(&p.share->lock);
	return e;
}

zta_status
zta_known__parse(zta_known *known, zta_arena *arena,
    const zta_known_reading *reading, zta_str text, zta_known_token *out,
    zta_refusal *refusal, zta_error *err)
{
	zta_known_entry *e = known == NULL ? NULL : look(known, reading, text);
	bool found = e != NULL;
	zta_status status = ZTA_OK;

	*out = (zta_known_token){ .in = known, .text = text, .known = found };
	*refusal = ZTA_REFUSAL_NONE;
	if (!found) {
		e = make(reading, text, arena->max);
	}
	if (e == NULL || !zta_arena__share(arena, e, drop)) {
		drop(e);
		return zta_error__nomem(err);
	}
	if (!found) {
		status = zta_jws__parse(&e->arena, text, &e->jws, refusal, err);
	}
	out->entry = e;
	show(e, out);
	return status;
}

/* --- keeping */

static void
forget(share *s, zta_known_entry **at)
{
	if (*at != NULL) {
		s->bytes -= (*at)->arena.held;
		drop(*at);
		*at = NULL;
	}
}

/* Where it was, or is free, or the one that was not used for longest. */
static zta_known_entry **
choose(const place *p)
{
	zta_known_entry **ways = p->ways, **best = &ways[0];
	zta_known_entry *same = find(p);
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
make_room(share *s, const zta_known_entry *but)
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

/* What it has of the request is taken over, and the signature left out. */
static bool
finish(zta_known_entry *e, const place *p)
{
	zta_jws *jws = &e->jws;
	zta_str input = zta_arena__copy(&e->arena, p->input);

	if (input.ptr == NULL || e->arena.held > ZTA_KNOWN_TOKEN_MAX) {
		return false;
	}
	memset((void *)(uintptr_t)jws->signature.ptr, 0, jws->signature.len);
	jws->signature = ZTA_STR("");
	jws->input = input;
	e->mark = p->mark;
	e->kept = true;
	return true;
}

static void
keep(zta_known_token *token)
{
	zta_known_entry *e = token->entry, **at;
	place p;

	if (token->in == NULL || e->kept || e->meaning == NULL ||
	    e->key[0] == '\0') {
		return;
	}
	p = place_of(token->in, e->reading, token->text);
	if (!finish(e, &p)) {
		return;
	}
	(void)pthread_mutex_lock(&p.share->lock);
	at = choose(&p);
	forget(p.share, at);
	*at = e;
	atomic_fetch_add(&e->references, 1);
	e->used = ++p.share->clock;
	p.share->bytes += e->arena.held;
	make_room(p.share, e);
	(void)pthread_mutex_unlock(&p.share->lock);
}

zta_status
zta_known__read(zta_known_token *token, zta_error *err)
{
	zta_known_entry *e = token->entry;
	void *meaning;
	zta_status status;

	if (e->meaning != NULL) {
		return ZTA_OK;
	}
	meaning = zta_arena__zalloc(&e->arena, 1, e->reading->size);
	if (meaning == NULL) {
		return zta_arena__failed(&e->arena, err);
	}
	status = e->reading->read(meaning, &e->jws, &e->arena, err);
	if (status == ZTA_OK) {
		e->meaning = meaning;
		token->meaning = meaning;
		keep(token);
	}
	return status;
}

/* Of one that has left out its signature: it is decoded from what came. */
static bool
verify_again(const zta_known_token *token, const zta_key *key)
{
	const zta_jws *jws = token->jws;
	const zta_str digits = { token->text.ptr + jws->input.len + 1,
		token->text.len - jws->input.len - 1 };
	char bytes[ZTA_SIGNATURE_MAX];
	size_t len;

	return ZTA_B64_BYTES(digits.len) <= sizeof(bytes) &&
	    zta_b64__decode(digits, bytes, &len) &&
	    zta_key__verify(key, jws->alg, jws->input, (zta_str){ bytes, len });
}

bool
zta_known__verify(zta_known_token *token, const zta_key *key)
{
	zta_known_entry *e = token->entry;
	zta_str id = zta_key__id(key);

	if (e->key[0] != '\0' && zta_str__is(id, e->key)) {
		return true;
	}
	if (e->kept) {
		return verify_again(token, key);
	}
	if (!zta_key__verify(key, e->jws.alg, e->jws.input, e->jws.signature)) {
		return false;
	}
	zta_digest__sha256(token->text, e->digest);
	token->digest = e->digest;
	/* A key that has no name is verified with each time. */
	if (id.len < sizeof(e->key)) {
		memcpy(e->key, id.ptr, id.len);
		e->key[id.len] = '\0';
	}
	keep(token);
	return true;
}
