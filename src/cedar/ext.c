/* SPDX-License-Identifier: Apache-2.0 */
/* ext.c - see ext.h: the table of extension functions, and their call. */
#include "cedar/ext.h"

#include "base/str.h"

#define BOOL ZTA_VALUE_BOOL
#define LONG ZTA_VALUE_LONG
#define STRING ZTA_VALUE_STRING
#define DECIMAL ZTA_VALUE_DECIMAL
#define IPADDR ZTA_VALUE_IPADDR
#define DATETIME ZTA_VALUE_DATETIME
#define DURATION ZTA_VALUE_DURATION

static const zta_ext_info table[ZTA_EXT_FN_COUNT] = {
	[ZTA_EXT_DECIMAL] = { "decimal", false, 1, { STRING }, DECIMAL },
	[ZTA_EXT_IP] = { "ip", false, 1, { STRING }, IPADDR },
	[ZTA_EXT_DATETIME] = { "datetime", false, 1, { STRING }, DATETIME },
	[ZTA_EXT_DURATION] = { "duration", false, 1, { STRING }, DURATION },
	[ZTA_EXT_LESS_THAN] = { "lessThan", true, 2, { DECIMAL, DECIMAL },
	    BOOL },
	[ZTA_EXT_LESS_THAN_OR_EQUAL] = { "lessThanOrEqual", true, 2,
	    { DECIMAL, DECIMAL }, BOOL },
	[ZTA_EXT_GREATER_THAN] = { "greaterThan", true, 2, { DECIMAL, DECIMAL },
	    BOOL },
	[ZTA_EXT_GREATER_THAN_OR_EQUAL] = { "greaterThanOrEqual", true, 2,
	    { DECIMAL, DECIMAL }, BOOL },
	[ZTA_EXT_IS_IPV4] = { "isIpv4", true, 1, { IPADDR }, BOOL },
	[ZTA_EXT_IS_IPV6] = { "isIpv6", true, 1, { IPADDR }, BOOL },
	[ZTA_EXT_IS_LOOPBACK] = { "isLoopback", true, 1, { IPADDR }, BOOL },
	[ZTA_EXT_IS_MULTICAST] = { "isMulticast", true, 1, { IPADDR }, BOOL },
	[ZTA_EXT_IS_IN_RANGE] = { "isInRange", true, 2, { IPADDR, IPADDR },
	    BOOL },
	[ZTA_EXT_OFFSET] = { "offset", true, 2, { DATETIME, DURATION },
	    DATETIME },
	[ZTA_EXT_DURATION_SINCE] = { "durationSince", true, 2,
	    { DATETIME, DATETIME }, DURATION },
	[ZTA_EXT_TO_DATE] = { "toDate", true, 1, { DATETIME }, DATETIME },
	[ZTA_EXT_TO_TIME] = { "toTime", true, 1, { DATETIME }, DURATION },
	[ZTA_EXT_TO_MILLISECONDS] = { "toMilliseconds", true, 1, { DURATION },
	    LONG },
	[ZTA_EXT_TO_SECONDS] = { "toSeconds", true, 1, { DURATION }, LONG },
	[ZTA_EXT_TO_MINUTES] = { "toMinutes", true, 1, { DURATION }, LONG },
	[ZTA_EXT_TO_HOURS] = { "toHours", true, 1, { DURATION }, LONG },
	[ZTA_EXT_TO_DAYS] = { "toDays", true, 1, { DURATION }, LONG },
};

const zta_ext_info *
zta_ext__info(zta_ext_fn fn)
{
	return &table[fn];
}

zta_ext_fn
zta_ext__find(zta_str name)
{
	zta_ext_fn fn;

	for (fn = 0; fn < ZTA_EXT_FN_COUNT; fn++) {
		if (zta_str__is(name, table[fn].name)) {
			return fn;
		}
	}
	return ZTA_EXT_FN_COUNT;
}

zta_ext_fn
zta_ext__constructor(zta_value_kind kind)
{
	zta_ext_fn fn;

	for (fn = ZTA_EXT_DECIMAL; fn <= ZTA_EXT_DURATION; fn++) {
		if (table[fn].result == kind) {
			return fn;
		}
	}
	return ZTA_EXT_FN_COUNT;
}

const char *
zta_ext__type_name(zta_value_kind kind)
{
	switch (kind) {
	case ZTA_VALUE_DECIMAL:
		return "decimal";
	case ZTA_VALUE_IPADDR:
		return "ipaddr";
	case ZTA_VALUE_DATETIME:
		return "datetime";
	case ZTA_VALUE_DURATION:
		return "duration";
	default:
		return NULL;
	}
}

static zta_ext_result
construct(zta_arena *arena, zta_ext_fn fn, zta_str text, zta_value *out)
{
	zta_ipaddr ip, *kept;
	int64_t number = 0;
	bool good;

	if (fn == ZTA_EXT_IP) {
		if (!zta_ext_ipaddr__read(text, &ip)) {
			return ZTA_EXT_FAILED;
		}
		kept = zta_arena__alloc(arena, sizeof(*kept));
		if (kept == NULL) {
			return ZTA_EXT_NO_MEMORY;
		}
		*kept = ip;
		*out = (zta_value){ .kind = IPADDR, .u.ip = kept };
		return ZTA_EXT_OK;
	}
	if (fn == ZTA_EXT_DECIMAL) {
		good = zta_ext_decimal__read(text, &number);
	} else if (fn == ZTA_EXT_DATETIME) {
		good = zta_ext_datetime__read(text, &number);
	} else {
		good = zta_ext_duration__read(text, &number);
	}
	*out = zta_value__number(table[fn].result, number);
	return good ? ZTA_EXT_OK : ZTA_EXT_FAILED;
}

static bool
compare_decimals(zta_ext_fn fn, int64_t a, int64_t b)
{
	switch (fn) {
	case ZTA_EXT_LESS_THAN:
		return a < b;
	case ZTA_EXT_LESS_THAN_OR_EQUAL:
		return a <= b;
	case ZTA_EXT_GREATER_THAN:
		return a > b;
	default:
		return a >= b;
	}
}

/* The arguments have the right number and types. */
static zta_ext_result
call(zta_arena *arena, zta_ext_fn fn, const zta_value *args, zta_value *out)
{
	int64_t number = 0;

	switch (args[0].kind) {
	case STRING:
		return construct(arena, fn, zta_value__text(&args[0]), out);
	case DECIMAL:
		*out = zta_value__bool(
		    compare_decimals(fn, args[0].u.number, args[1].u.number));
		return ZTA_EXT_OK;
	case IPADDR:
		*out = zta_value__bool(fn == ZTA_EXT_IS_IN_RANGE ?
			zta_ext_ipaddr__in_range(args[0].u.ip, args[1].u.ip) :
			zta_ext_ipaddr__is(fn, args[0].u.ip));
		return ZTA_EXT_OK;
	default:
		if (!zta_ext_datetime__call(fn, args[0].u.number,
			table[fn].arity == 2 ? args[1].u.number : 0, &number)) {
			return ZTA_EXT_FAILED;
		}
		*out = zta_value__number(table[fn].result, number);
		return ZTA_EXT_OK;
	}
}

zta_ext_result
zta_ext__call(zta_arena *arena, zta_ext_fn fn, const zta_value *args,
    uint32_t count, zta_value *out)
{
	uint32_t i;

	if (count != table[fn].arity) {
		return ZTA_EXT_WRONG_ARITY;
	}
	for (i = 0; i < count; i++) {
		if (args[i].kind != table[fn].params[i]) {
			return ZTA_EXT_WRONG_TYPE;
		}
	}
	return call(arena, fn, args, out);
}
