/* SPDX-License-Identifier: Apache-2.0 */
/* time.h - clocks, and instants as text. Instants are milliseconds since 1970. */
#ifndef ZTA_BASE_TIME_H
#define ZTA_BASE_TIME_H

#include "ztauth/base.h"

/* UTC now, in milliseconds since the Unix epoch. May jump. */
int64_t zta_time__now_ms(void);
/* Never goes back; only differences mean something. */
int64_t zta_time__monotonic_ms(void);

/* "2026-01-31T23:59:59.123Z", 24 digits and a NUL. Years 0 to 9999. */
#define ZTA_TIME_TEXT_MAX 25
void zta_time__format(int64_t ms, char out[ZTA_TIME_TEXT_MAX]);

/*
 * Read "2026-01-31T23:59:59Z", with a fraction of any length, of which
 * milliseconds count. UTC alone; no leap seconds. False: it is no instant.
 */
ZTA_MUST_USE bool zta_time__read(zta_str text, int64_t *ms);

/* Days since 1970-01-01 of a date of the proleptic Gregorian calendar. */
int64_t zta_time__days_of(int64_t year, unsigned month, unsigned day);
/* Days in `month` (1 to 12). */
unsigned zta_time__month_days(int64_t year, unsigned month);

#endif
