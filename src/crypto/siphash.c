/* SPDX-License-Identifier: Apache-2.0 */
/* siphash.c - see siphash.h. SPEC: Aumasson, Bernstein, INDOCRYPT 2012 */
#include "crypto/siphash.h"

#include <string.h>

typedef struct state {
	uint64_t v0, v1, v2, v3;
} state;

static inline uint64_t
turn(uint64_t word, int bits)
{
	return word << bits | word >> (64 - bits);
}

/* A round. */
static inline void
stir(state *s)
{
	s->v0 += s->v1;
	s->v1 = turn(s->v1, 13) ^ s->v0;
	s->v0 = turn(s->v0, 32);
	s->v2 += s->v3;
	s->v3 = turn(s->v3, 16) ^ s->v2;
	s->v0 += s->v3;
	s->v3 = turn(s->v3, 21) ^ s->v0;
	s->v2 += s->v1;
	s->v1 = turn(s->v1, 17) ^ s->v2;
	s->v2 = turn(s->v2, 32);
}

static inline void
take(state *s, uint64_t word)
{
	s->v3 ^= word;
	stir(s);
	stir(s);
	s->v0 ^= word;
}

static inline uint64_t
finish(state *s)
{
	int i;

	for (i = 0; i < 4; i++) {
		stir(s);
	}
	return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

/* Up to eight bytes, the first one the lowest. */
static inline uint64_t
word_of(const char *p, size_t len)
{
	uint64_t word = 0;
	size_t i;

	if (len == 8 && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__) {
		memcpy(&word, p, 8);
		return word;
	}
	for (i = 0; i < len; i++) {
		word |= (uint64_t)(unsigned char)p[i] << (8 * i);
	}
	return word;
}

zta_siphash
zta_siphash__of(const zta_siphash *key, zta_str text)
{
	state s = { key->low ^ UINT64_C(0x736f6d6570736575),
		key->high ^ UINT64_C(0x646f72616e646f6d) ^ 0xee,
		key->low ^ UINT64_C(0x6c7967656e657261),
		key->high ^ UINT64_C(0x7465646279746573) };
	zta_siphash out;
	size_t i, whole = text.len / 8 * 8;

	for (i = 0; i < whole; i += 8) {
		take(&s, word_of(text.ptr + i, 8));
	}
	take(&s,
	    (uint64_t)text.len << 56 |
		word_of(whole == text.len ? "" : text.ptr + whole,
		    text.len - whole));
	s.v2 ^= 0xee;
	out.low = finish(&s);
	s.v1 ^= 0xdd;
	out.high = finish(&s);
	return out;
}
