/* SPDX-License-Identifier: Apache-2.0 */
/* ext_decimal.c - decimal("-12.3456"): a 64-bit number of ten-thousandths. */
#include "cedar/ext.h"

#define DIGITS_MAX 4

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Add a digit to a number that is built up from below zero. */
static bool
push(int64_t *number, char digit)
{
	return !__builtin_mul_overflow(*number, 10, number) &&
	    !__builtin_sub_overflow(*number, digit - '0', number);
}

/*
 * Digits, a point, 1 to 4 digits. The number grows below zero, because the
 * least one has no positive counterpart.
 */
bool
zta_ext_decimal__read(zta_str text, int64_t *out)
{
	size_t at = 0, whole, fraction;
	bool minus = text.len > 0 && text.ptr[0] == '-';
	int64_t number = 0;

	at += minus;
	for (whole = 0; at < text.len && is_digit(text.ptr[at]); whole++) {
		if (!push(&number, text.ptr[at++])) {
			return false;
		}
	}
	if (whole == 0 || at == text.len || text.ptr[at++] != '.') {
		return false;
	}
	for (fraction = 0; at < text.len && is_digit(text.ptr[at]);
	     fraction++) {
		if (fraction == DIGITS_MAX || !push(&number, text.ptr[at++])) {
			return false;
		}
	}
	if (fraction == 0 || at != text.len) {
		return false;
	}
	for (; fraction < DIGITS_MAX; fraction++) {
		if (!push(&number, '0')) {
			return false;
		}
	}
	if (!minus && number == INT64_MIN) {
		return false;
	}
	*out = minus ? number : -number;
	return true;
}
