/* SPDX-License-Identifier: Apache-2.0 */
/* ext_datetime.c - datetime("2024-10-15T11:35:00Z") and duration("1d2h"). */
#include "base/str.h"
#include "base/time.h"
#include "cedar/ext.h"

#define MS_SECOND INT64_C(1000)
#define MS_MINUTE (60 * MS_SECOND)
#define MS_HOUR (60 * MS_MINUTE)
#define MS_DAY (24 * MS_HOUR)

/* A number of exactly `digits` digits at the front, at most `max`. */
static bool
take_number(zta_str *text, size_t digits, int64_t max, int64_t *out)
{
	size_t i;

	*out = 0;
	if (text->len < digits) {
		return false;
	}
	for (i = 0; i < digits; i++) {
		if (text->ptr[i] < '0' || text->ptr[i] > '9') {
			return false;
		}
		*out = *out * 10 + (text->ptr[i] - '0');
	}
	text->ptr += digits;
	text->len -= digits;
	return *out <= max;
}

static bool
take(zta_str *text, char byte)
{
	if (text->len == 0 || text->ptr[0] != byte) {
		return false;
	}
	text->ptr++;
	text->len--;
	return true;
}

/* YYYY-MM-DD */
static bool
take_date(zta_str *text, int64_t *ms)
{
	int64_t year, month, day;

	if (!take_number(text, 4, 9999, &year) || !take(text, '-') ||
	    !take_number(text, 2, 12, &month) || month == 0 ||
	    !take(text, '-') || !take_number(text, 2, 31, &day) || day == 0 ||
	    day > zta_time__month_days(year, (unsigned)month)) {
		return false;
	}
	*ms = zta_time__days_of(year, (unsigned)month, (unsigned)day) * MS_DAY;
	return true;
}

/* Thh:mm:ss and perhaps .SSS; there is no leap second */
static bool
take_time(zta_str *text, int64_t *ms)
{
	int64_t hour, minute, second, fraction = 0;

	if (!take(text, 'T') || !take_number(text, 2, 23, &hour) ||
	    !take(text, ':') || !take_number(text, 2, 59, &minute) ||
	    !take(text, ':') || !take_number(text, 2, 59, &second)) {
		return false;
	}
	if (take(text, '.') && !take_number(text, 3, 999, &fraction)) {
		return false;
	}
	*ms +=
	    hour * MS_HOUR + minute * MS_MINUTE + second * MS_SECOND + fraction;
	return true;
}

/* Z or (+|-)hhmm */
static bool
take_offset(zta_str *text, int64_t *ms)
{
	int64_t hour, minute, offset;
	bool plus;

	if (take(text, 'Z')) {
		return true;
	}
	plus = take(text, '+');
	if ((!plus && !take(text, '-')) || !take_number(text, 2, 23, &hour) ||
	    !take_number(text, 2, 59, &minute)) {
		return false;
	}
	offset = hour * MS_HOUR + minute * MS_MINUTE;
	*ms -= plus ? offset : -offset;
	return true;
}

bool
zta_ext_datetime__read(zta_str text, int64_t *out)
{
	if (!take_date(&text, out)) {
		return false;
	}
	if (text.len == 0) {
		return true;
	}
	return take_time(&text, out) && take_offset(&text, out) &&
	    text.len == 0;
}

/*
 * Digits at the front as a number at or below zero: the least duration has no
 * positive counterpart.
 */
static bool
take_negative(zta_str *text, int64_t *out)
{
	size_t digits = 0;

	*out = 0;
	while (text->len > 0 && text->ptr[0] >= '0' && text->ptr[0] <= '9') {
		if (__builtin_mul_overflow(*out, 10, out) ||
		    __builtin_sub_overflow(*out, text->ptr[0] - '0', out)) {
			return false;
		}
		text->ptr++;
		text->len--;
		digits++;
	}
	return digits > 0;
}

/* -?(Nd)?(Nh)?(Nm)?(Ns)?(Nms)? with at least one of them */
bool
zta_ext_duration__read(zta_str text, int64_t *out)
{
	static const struct {
		zta_str name;
		int64_t ms;
	} units[] = { { { "d", 1 }, MS_DAY }, { { "h", 1 }, MS_HOUR },
		{ { "ms", 2 }, 1 }, { { "m", 1 }, MS_MINUTE },
		{ { "s", 1 }, MS_SECOND } };
	/* `ms` is looked for before `m`, but stands last. */
	static const unsigned rank[] = { 0, 1, 4, 2, 3 };
	bool minus = take(&text, '-');
	unsigned next = 0, i;
	int64_t number, sum = 0;

	if (text.len == 0) {
		return false;
	}
	while (text.len > 0) {
		if (!take_negative(&text, &number)) {
			return false;
		}
		for (i = 0; i < 5 && !zta_str__starts(text, units[i].name);
		     i++) {
		}
		if (i == 5 || rank[i] < next ||
		    __builtin_mul_overflow(number, units[i].ms, &number) ||
		    __builtin_add_overflow(sum, number, &sum)) {
			return false;
		}
		next = rank[i] + 1;
		text.ptr += units[i].name.len;
		text.len -= units[i].name.len;
	}
	*out = minus ? sum : -sum;
	return minus || sum != INT64_MIN;
}

/* Milliseconds since midnight, for instants before 1970 too. */
static int64_t
time_of_day(int64_t instant)
{
	int64_t ms = instant % MS_DAY;

	return ms < 0 ? ms + MS_DAY : ms;
}

bool
zta_ext_datetime__call(zta_ext_fn fn, int64_t self, int64_t other, int64_t *out)
{
	switch (fn) {
	case ZTA_EXT_OFFSET:
		return !__builtin_add_overflow(self, other, out);
	case ZTA_EXT_DURATION_SINCE:
		return !__builtin_sub_overflow(self, other, out);
	case ZTA_EXT_TO_DATE:
		return !__builtin_sub_overflow(self, time_of_day(self), out);
	case ZTA_EXT_TO_TIME:
		*out = time_of_day(self);
		return true;
	case ZTA_EXT_TO_SECONDS:
		*out = self / MS_SECOND;
		return true;
	case ZTA_EXT_TO_MINUTES:
		*out = self / MS_MINUTE;
		return true;
	case ZTA_EXT_TO_HOURS:
		*out = self / MS_HOUR;
		return true;
	case ZTA_EXT_TO_DAYS:
		*out = self / MS_DAY;
		return true;
	default:
		*out = self;
		return true;
	}
}
