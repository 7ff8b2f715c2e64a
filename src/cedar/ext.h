/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ext.h - Cedar's extension types: decimal, ipaddr, datetime, duration.
 *
 * One table names every function with its style and its types; ext_decimal.c,
 * ext_ipaddr.c and ext_datetime.c hold their rules.
 */
#ifndef ZTA_CEDAR_EXT_H
#define ZTA_CEDAR_EXT_H

#include "cedar/value.h"

typedef enum zta_ext_fn {
	/* constructors: function style, one string */
	ZTA_EXT_DECIMAL,
	ZTA_EXT_IP,
	ZTA_EXT_DATETIME,
	ZTA_EXT_DURATION,
	/* methods: the receiver is the first argument */
	ZTA_EXT_LESS_THAN,
	ZTA_EXT_LESS_THAN_OR_EQUAL,
	ZTA_EXT_GREATER_THAN,
	ZTA_EXT_GREATER_THAN_OR_EQUAL,
	ZTA_EXT_IS_IPV4,
	ZTA_EXT_IS_IPV6,
	ZTA_EXT_IS_LOOPBACK,
	ZTA_EXT_IS_MULTICAST,
	ZTA_EXT_IS_IN_RANGE,
	ZTA_EXT_OFFSET,
	ZTA_EXT_DURATION_SINCE,
	ZTA_EXT_TO_DATE,
	ZTA_EXT_TO_TIME,
	ZTA_EXT_TO_MILLISECONDS,
	ZTA_EXT_TO_SECONDS,
	ZTA_EXT_TO_MINUTES,
	ZTA_EXT_TO_HOURS,
	ZTA_EXT_TO_DAYS,
	ZTA_EXT_FN_COUNT
} zta_ext_fn;

#define ZTA_EXT_ARITY_MAX 2

typedef struct zta_ext_info {
	const char *name;
	bool method;
	uint8_t arity;
	uint8_t params[ZTA_EXT_ARITY_MAX]; /* zta_value_kind */
	uint8_t result;                    /* zta_value_kind */
} zta_ext_info;

const zta_ext_info *zta_ext__info(zta_ext_fn fn);

/* The function of this name, or ZTA_EXT_FN_COUNT. */
zta_ext_fn zta_ext__find(zta_str name);

/* The constructor of an extension type, or ZTA_EXT_FN_COUNT. */
zta_ext_fn zta_ext__constructor(zta_value_kind kind);

/* "ipaddr" and so on: the name of an extension type in schemas. */
const char *zta_ext__type_name(zta_value_kind kind);

typedef enum zta_ext_result {
	ZTA_EXT_OK,
	ZTA_EXT_WRONG_ARITY,
	ZTA_EXT_WRONG_TYPE,
	ZTA_EXT_FAILED, /* the string is none, or the result does not fit */
	ZTA_EXT_NO_MEMORY
} zta_ext_result;

/* Call `fn`; `arena` is for a new ipaddr. */
ZTA_MUST_USE zta_ext_result zta_ext__call(zta_arena *arena, zta_ext_fn fn,
    const zta_value *args, uint32_t count, zta_value *out);

/* --- one file a type; false: not a value of the type */

ZTA_MUST_USE bool zta_ext_decimal__read(zta_str text, int64_t *out);
ZTA_MUST_USE bool zta_ext_ipaddr__read(zta_str text, zta_ipaddr *out);
ZTA_MUST_USE bool zta_ext_datetime__read(zta_str text, int64_t *out);
ZTA_MUST_USE bool zta_ext_duration__read(zta_str text, int64_t *out);

/* The ipaddr methods without arguments, and isInRange. */
bool zta_ext_ipaddr__is(zta_ext_fn fn, const zta_ipaddr *ip);
bool zta_ext_ipaddr__in_range(const zta_ipaddr *ip, const zta_ipaddr *range);

/* The methods of datetime and duration; false: the result does not fit. */
ZTA_MUST_USE bool zta_ext_datetime__call(
    zta_ext_fn fn, int64_t self, int64_t other, int64_t *out);

#endif
