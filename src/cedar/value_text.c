/* SPDX-License-Identifier: Apache-2.0 */
/*
 * value_text.c - see value_text.h. Recursion is as deep as the value, which
 * was read from JSON or made by an expression, both of limited depth.
 */
#include "cedar/value_text.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdlib.h>

#include "cedar/quote.h"

void
zta_value_text__put_uid(zta_buf *out, const zta_names *names, uint32_t uid)
{
	zta_quote__uid(out,
	    zta_names__text(names, zta_names__type_of(names, uid)),
	    zta_names__id_of(names, uid));
}

static void
put_set(zta_buf *out, const zta_names *names, const zta_set *set)
{
	uint32_t i;

	zta_buf__byte(out, '[');
	for (i = 0; i < set->count; i++) {
		zta_buf__text(out, i > 0 ? ", " : "");
		zta_value_text__put(out, names, &set->items[i]);
	}
	zta_buf__byte(out, ']');
}

static void
put_record(zta_buf *out, const zta_names *names, const zta_record *record)
{
	uint32_t i;

	zta_buf__byte(out, '{');
	for (i = 0; i < record->count; i++) {
		zta_buf__text(out, i > 0 ? ", " : "");
		zta_quote__key(
		    out, zta_names__text(names, record->fields[i].key));
		zta_buf__text(out, ": ");
		zta_value_text__put(out, names, &record->fields[i].value);
	}
	zta_buf__byte(out, '}');
}

/* Four digits after the point, the last zeros left out but for one. */
static void
put_decimal(zta_buf *out, int64_t number)
{
	uint64_t size = number < 0 ? -(uint64_t)number : (uint64_t)number;
	uint64_t part = size % 10000;
	int digits = 4;

	while (digits > 1 && part % 10 == 0) {
		part /= 10;
		digits--;
	}
	zta_buf__printf(out, "decimal(\"%s%" PRIu64 ".%0*" PRIu64 "\")",
	    number < 0 ? "-" : "", size / 10000, digits, part);
}

static void
put_ip(zta_buf *out, const zta_ipaddr *ip)
{
	char text[INET6_ADDRSTRLEN] = "";

	(void)inet_ntop(
	    ip->v6 ? AF_INET6 : AF_INET, ip->bytes, text, sizeof(text));
	zta_buf__printf(out, "ip(\"%s", text);
	if (ip->prefix < (ip->v6 ? 128 : 32)) {
		zta_buf__printf(out, "/%u", ip->prefix);
	}
	zta_buf__text(out, "\")");
}

#define DAY_MS INT64_C(86400000)

/*
 * The civil date of a day counted from 1970-01-01, in the proleptic Gregorian
 * calendar: years that begin in March, so that a leap day comes last.
 */
static void
civil_date(int64_t day, int64_t *year, int *month, int *month_day)
{
	int64_t days = day + 719468;
	int64_t era = (days >= 0 ? days : days - 146096) / 146097;
	int64_t of_era = days - era * 146097;
	int64_t year_of_era =
	    (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year =
	    of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t from_march = (5 * of_year + 2) / 153;

	*month_day = (int)(of_year - (153 * from_march + 2) / 5 + 1);
	*month = (int)(from_march < 10 ? from_march + 3 : from_march - 9);
	*year = year_of_era + era * 400 + (*month <= 2);
}

/* Years of four digits as a date, others by their distance from 1970. */
static void
put_datetime(zta_buf *out, int64_t ms)
{
	int64_t day = (ms >= 0 ? ms : ms - (DAY_MS - 1)) / DAY_MS, year;
	int64_t rest = ms - day * DAY_MS;
	int month, month_day;

	civil_date(day, &year, &month, &month_day);
	if (year < 0 || year > 9999) {
		zta_buf__printf(out,
		    "datetime(\"1970-01-01\").offset(duration(\"%" PRId64
		    "ms\"))",
		    ms);
		return;
	}
	zta_buf__printf(out,
	    "datetime(\"%04" PRId64 "-%02d-%02dT%02" PRId64 ":%02" PRId64
	    ":%02" PRId64 ".%03" PRId64 "Z\")",
	    year, month, month_day, rest / 3600000, rest / 60000 % 60,
	    rest / 1000 % 60, rest % 1000);
}

void
zta_value_text__put(
    zta_buf *out, const zta_names *names, const zta_value *value)
{
	switch ((zta_value_kind)value->kind) {
	case ZTA_VALUE_BOOL:
		zta_buf__text(out, value->u.boolean ? "true" : "false");
		break;
	case ZTA_VALUE_LONG:
		zta_buf__printf(out, "%" PRId64, value->u.number);
		break;
	case ZTA_VALUE_STRING:
		zta_quote__string(out, zta_value__text(value));
		break;
	case ZTA_VALUE_ENTITY:
		zta_value_text__put_uid(out, names, value->u.entity);
		break;
	case ZTA_VALUE_SET:
		put_set(out, names, value->u.set);
		break;
	case ZTA_VALUE_RECORD:
		put_record(out, names, value->u.record);
		break;
	case ZTA_VALUE_DECIMAL:
		put_decimal(out, value->u.number);
		break;
	case ZTA_VALUE_DATETIME:
		put_datetime(out, value->u.number);
		break;
	case ZTA_VALUE_DURATION:
		zta_buf__printf(
		    out, "duration(\"%" PRId64 "ms\")", value->u.number);
		break;
	case ZTA_VALUE_IPADDR:
		put_ip(out, value->u.ip);
		break;
	}
}
