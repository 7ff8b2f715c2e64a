/* SPDX-License-Identifier: Apache-2.0 */
/* json_number.c - numbers: integers as such, the rest as written. */
#include "base/json_part.h"

static bool
is_digit(const zta_json_reader *r, const char *p)
{
	return p < r->end && *p >= '0' && *p <= '9';
}

/*
 * The digits from `p` to `end` as a negative number, which reaches further than
 * a positive one. False when it does not fit.
 */
static bool
negative_of(const char *p, const char *end, int64_t *value)
{
	int64_t sum = 0;

	for (; p < end; p++) {
		if (__builtin_mul_overflow(sum, 10, &sum) ||
		    __builtin_sub_overflow(sum, *p - '0', &sum)) {
			return false;
		}
	}
	*value = sum;
	return true;
}

zta_status
zta_json_reader__number(zta_json_reader *r)
{
	zta_json *node = zta_json_reader__add(r, ZTA_JSON_NUMBER);
	const char *start = r->p, *p = start, *digits;
	bool minus = *p == '-', integer = true;
	int64_t value;

	if (minus) {
		p++;
	}
	digits = p;
	if (!is_digit(r, p)) {
		return zta_json_reader__fail(r, start, "unexpected character");
	}
	if (*p == '0' && is_digit(r, p + 1)) {
		return zta_json_reader__fail(
		    r, start, "number with a leading zero");
	}
	while (is_digit(r, p)) {
		p++;
	}
	if (negative_of(digits, p, &value) && (minus || value != INT64_MIN)) {
		value = minus ? value : -value;
	} else {
		integer = false;
	}
	if (p < r->end && *p == '.') {
		integer = false;
		p++;
		if (!is_digit(r, p)) {
			return zta_json_reader__fail(
			    r, start, "number without a fraction");
		}
		while (is_digit(r, p)) {
			p++;
		}
	}
	if (p < r->end && (*p == 'e' || *p == 'E')) {
		integer = false;
		p++;
		if (p < r->end && (*p == '+' || *p == '-')) {
			p++;
		}
		if (!is_digit(r, p)) {
			return zta_json_reader__fail(
			    r, start, "number without an exponent");
		}
		while (is_digit(r, p)) {
			p++;
		}
	}
	node->count = (uint32_t)(p - start);
	/* A zero with a sign is a number that no integer is. */
	if (integer && (value != 0 || *start != '-')) {
		node->type = ZTA_JSON_INTEGER;
		node->u.integer = value;
	} else {
		node->u.text = start;
	}
	r->p = p;
	return ZTA_OK;
}
