/* SPDX-License-Identifier: Apache-2.0 */
/* grant_made.h - grants that differ from a good one in what a test says. */
#ifndef ZTA_GRANT_MADE_H
#define ZTA_GRANT_MADE_H

#include "base/b64.h"
#include "crypto/key.h"
#include "identity/jws.h"
#include "trust/grant.h"

/* 2026-01-01T00:00:00Z, when the good grant begins; it lasts an hour. */
#define GRANT_NOW 1767225600000
#define GRANT_ZONE "100000000001"

/* A member of the payload; `value` is JSON, or NULL: it is left out. */
typedef struct grant_member {
	const char *name, *value;
} grant_member;

static const grant_member grant_good[] = {
	{ "iss", "\"User::\\\"alice\\\"\"" },
	{ "sub", "\"User::\\\"alice\\\"\"" },
	{ "delegate", "\"w:one\"" },
	{ "aud", "\"" GRANT_ZONE "\"" },
	{ "authority",
	    "{\"actions\":[\"read\",\"list\"],\"resources\":"
	    "[{\"type\":\"Doc\",\"id\":\"1\"},{\"type\":\"Note\"}]}" },
	{ "nbf", "1767225600" },
	{ "exp", "1767229200" },
	{ "jti", "\"grant-of-alice-0001\"" },
	{ "max_depth", "2" },
	{ "consent", "{\"kind\":\"signature\"}" },
	{ "statement", "\"One may read document 1 and all notes.\"" },
};

static inline const grant_member *
grant_change(const grant_member *changes, const char *name)
{
	for (; changes != NULL && changes->name != NULL; changes++) {
		if (strcmp(changes->name, name) == 0) {
			return changes;
		}
	}
	return NULL;
}

static inline void
put_grant_member(zta_buf *out, const grant_member *m)
{
	if (m->value != NULL) {
		zta_buf__text(out, out->len == 1 ? "\"" : ",\"");
		zta_buf__text(out, m->name);
		zta_buf__text(out, "\":");
		zta_buf__text(out, m->value);
	}
}

/* The good payload but for `changes`, which end with a NULL name. */
static inline void
made_grant_payload(zta_buf *out, const grant_member *changes)
{
	const size_t count = sizeof(grant_good) / sizeof(grant_good[0]);
	const grant_member *m;
	size_t i;

	zta_buf__clear(out);
	zta_buf__byte(out, '{');
	for (i = 0; i < count; i++) {
		m = grant_change(changes, grant_good[i].name);
		put_grant_member(out, m != NULL ? m : &grant_good[i]);
	}
	for (m = changes; m != NULL && m->name != NULL; m++) {
		for (i = 0; i < count; i++) {
			if (strcmp(m->name, grant_good[i].name) == 0) {
				break;
			}
		}
		if (i == count) {
			put_grant_member(out, m);
		}
	}
	zta_buf__byte(out, '}');
}

/* The grant, signed; its text is in `arena`. */
static inline zta_str
made_grant(zta_arena *arena, const grant_member *changes, const char *typ,
    const char *kid, const zta_key *key)
{
	zta_buf payload, token;
	zta_str text;

	zta_buf__init(&payload, SIZE_MAX);
	zta_buf__init(&token, SIZE_MAX);
	made_grant_payload(&payload, changes);
	assert_int_equal(
	    zta_jws__sign(&token, key, zta_key_alg(key), zta_str_of(typ),
		zta_str_of(kid), zta_buf__str(&payload), NULL),
	    ZTA_OK);
	text = zta_arena__copy(arena, zta_buf__str(&token));
	assert_non_null(text.ptr);
	zta_buf__release(&payload);
	zta_buf__release(&token);
	return text;
}

#endif
