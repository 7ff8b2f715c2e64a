/* SPDX-License-Identifier: Apache-2.0 */
/*
 * time.c - see time.h. The calendar counts years from March, so that the day
 * that leaps is the last one, in eras of 400 years, which all have 146097 days.
 */
#include "base/time.h"

#include <stdio.h>
#include <time.h>

#define MS_PER_DAY ((int64_t)86400000)
#define DAYS_PER_ERA 146097
/* From 0000-03-01 to 1970-01-01. */
#define DAYS_TO_EPOCH 719468

static int64_t
read_clock(clockid_t clock)
{
	struct timespec ts;

	(void)clock_gettime(clock, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t
zta_time__now_ms(void)
{
	return read_clock(CLOCK_REALTIME);
}

int64_t
zta_time__monotonic_ms(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

/* Division that rounds down, also for negative numbers. */
static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

int64_t
zta_time__days_of(int64_t year, unsigned month, unsigned day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = floor_div(y, 400);
	int64_t year_of_era = y - era * 400;
	int64_t months = (month + 9) % 12;
	int64_t day_of_year = (153 * months + 2) / 5 + day - 1;

	return era * DAYS_PER_ERA + year_of_era * 365 + year_of_era / 4 -
	    year_of_era / 100 + day_of_year - DAYS_TO_EPOCH;
}

unsigned
zta_time__month_days(int64_t year, unsigned month)
{
	static const unsigned char days[13] = { 0, 31, 28, 31, 30, 31, 30, 31,
		31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : days[month];
}

void
zta_time__format(int64_t ms, char out[ZTA_TIME_TEXT_MAX])
{
	int64_t days = floor_div(ms, MS_PER_DAY);
	int64_t in_day = ms - days * MS_PER_DAY;
	int64_t shifted = days + DAYS_TO_EPOCH;
	int64_t era = floor_div(shifted, DAYS_PER_ERA);
	int64_t doe = shifted - era * DAYS_PER_ERA;
	int64_t yoe =
	    (doe - doe / 1460 + doe / 36524 - doe / (DAYS_PER_ERA - 1)) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t months = (5 * doy + 2) / 153;
	unsigned day = (unsigned)(doy - (153 * months + 2) / 5 + 1);
	unsigned month = (unsigned)(months < 10 ? months + 3 : months - 9);
	int64_t year = era * 400 + yoe + (month <= 2);

	(void)snprintf(out, ZTA_TIME_TEXT_MAX,
	    "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", (unsigned)year % 10000u,
	    month % 100u, day % 100u, (unsigned)(in_day / 3600000) % 24u,
	    (unsigned)(in_day / 60000) % 60u, (unsigned)(in_day / 1000) % 60u,
	    (unsigned)(in_day % 1000));
}

/* The digits before `*at` + `count` as a number, and the byte behind them. */
static bool
take(zta_str text, size_t *at, size_t count, char behind, int64_t *out)
{
	size_t end = *at + count;

	if (end >= text.len || text.ptr[end] != behind) {
		return false;
	}
	for (*out = 0; *at < end; (*at)++) {
		if (text.ptr[*at] < '0' || text.ptr[*at] > '9') {
			return false;
		}
		*out = *out * 10 + (text.ptr[*at] - '0');
	}
	(*at)++;
	return true;
}

/* A fraction of a second and its Z; `*at` is at its first digit. */
static bool
take_fraction(zta_str text, size_t at, int64_t *ms)
{
	int64_t unit = 100;
	size_t digits = text.len - at;

	for (; at + 1 < text.len; at++, unit /= 10) {
		if (text.ptr[at] < '0' || text.ptr[at] > '9') {
			return false;
		}
		*ms += (text.ptr[at] - '0') * unit;
	}
	return digits > 1 && text.ptr[at] == 'Z';
}

bool
zta_time__read(zta_str text, int64_t *ms)
{
	int64_t year, month, day, hour, minute, second;
	bool fraction = text.len > 20;
	size_t at = 0;

	if (!take(text, &at, 4, '-', &year) ||
	    !take(text, &at, 2, '-', &month) ||
	    !take(text, &at, 2, 'T', &day) || !take(text, &at, 2, ':', &hour) ||
	    !take(text, &at, 2, ':', &minute) ||
	    !take(text, &at, 2, fraction ? '.' : 'Z', &second) || month < 1 ||
	    month > 12 || day < 1 ||
	    day > zta_time__month_days(year, (unsigned)month) || hour > 23 ||
	    minute > 59 || second > 59) {
		return false;
	}
	*ms = zta_time__days_of(year, (unsigned)month, (unsigned)day) *
		MS_PER_DAY +
	    hour * 3600000 + minute * 60000 + second * 1000;
	return !fraction || take_fraction(text, at, ms);
}
