/* SPDX-License-Identifier: Apache-2.0 */
/*
 * value.h - what Cedar expressions evaluate to.
 *
 * A value is 16 bytes and is copied. Strings, sets and records point to memory
 * of whoever made them: the snapshot or the request's arena. Sets are sorted
 * and without duplicates, records are sorted by key, so that equality,
 * membership and inclusion need no hash and no search but a binary one.
 *
 * Names (of attributes and types) and entities are numbers; names.h gives them.
 */
#ifndef ZTA_CEDAR_VALUE_H
#define ZTA_CEDAR_VALUE_H

#include <string.h>

#include "base/arena.h"

/* The order of the kinds is the order of unlike values in a set. */
typedef enum zta_value_kind {
	ZTA_VALUE_BOOL,
	ZTA_VALUE_LONG,
	ZTA_VALUE_STRING,
	ZTA_VALUE_ENTITY,
	ZTA_VALUE_SET,
	ZTA_VALUE_RECORD,
	ZTA_VALUE_DECIMAL,  /* times 10^4 */
	ZTA_VALUE_DATETIME, /* milliseconds since 1970-01-01T00:00:00Z */
	ZTA_VALUE_DURATION, /* milliseconds */
	ZTA_VALUE_IPADDR
} zta_value_kind;

typedef struct zta_set zta_set;
typedef struct zta_record zta_record;

typedef struct zta_ipaddr {
	uint8_t bytes[16]; /* an IPv4 address fills the first 4 */
	uint8_t v6;
	uint8_t prefix; /* bits */
} zta_ipaddr;

typedef struct zta_value {
	uint32_t kind; /* zta_value_kind */
	uint32_t len;  /* bytes of a STRING */
	union {
		bool boolean;
		int64_t number; /* LONG, DECIMAL, DATETIME, DURATION */
		const char *text;
		uint32_t entity;
		const zta_set *set;
		const zta_record *record;
		const zta_ipaddr *ip;
	} u;
} zta_value;

struct zta_set {
	uint32_t count;
	zta_value items[]; /* ascending by zta_value__cmp */
};

typedef struct zta_field {
	uint32_t key; /* symbol */
	zta_value value;
} zta_field;

struct zta_record {
	uint32_t count;
	zta_field fields[]; /* ascending by key */
};

zta_value zta_value__bool(bool boolean);
/* Also DECIMAL, DATETIME, DURATION. */
zta_value zta_value__number(zta_value_kind kind, int64_t number);
zta_value zta_value__str(zta_str text);
zta_value zta_value__entity(uint32_t entity);

static inline zta_str
zta_value__text(const zta_value *value)
{
	return (zta_str){ value->u.text, value->len };
}

/* A total order over all values: negative, 0 or positive; 0 is Cedar's `==`. */
int zta_value__cmp(const zta_value *a, const zta_value *b);

/* The same as comparing them, faster for what policies mostly compare. */
static inline bool
zta_value__eq(const zta_value *a, const zta_value *b)
{
	if (a->kind != b->kind) {
		return false;
	}
	switch (a->kind) {
	case ZTA_VALUE_ENTITY:
		return a->u.entity == b->u.entity;
	case ZTA_VALUE_LONG:
		return a->u.number == b->u.number;
	case ZTA_VALUE_STRING:
		return a->len == b->len &&
		    (a->len == 0 || memcmp(a->u.text, b->u.text, a->len) == 0);
	default:
		return zta_value__cmp(a, b) == 0;
	}
}

/* Room for `count` items or fields, to be filled and then sealed; or NULL. */
ZTA_MUST_USE zta_set *zta_set__alloc(zta_arena *arena, size_t count);
ZTA_MUST_USE zta_record *zta_record__alloc(zta_arena *arena, size_t count);

/* Sort and drop duplicates. */
void zta_set__seal(zta_set *set);
/* Sort; false if a key stands twice. */
ZTA_MUST_USE bool zta_record__seal(zta_record *record);

bool zta_set__has(const zta_set *set, const zta_value *value);
bool zta_set__includes(const zta_set *set, const zta_set *part);
bool zta_set__meets(const zta_set *a, const zta_set *b);

/* The value of `key`, or NULL. */
const zta_value *zta_record__get(const zta_record *record, uint32_t key);

#endif
