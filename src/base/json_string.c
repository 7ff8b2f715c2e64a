/* SPDX-License-Identifier: Apache-2.0 */
/* json_string.c - strings, where they stand or decoded. SPEC: rfc8259 7 */
#include "base/json_part.h"

#include <string.h>

#include "base/error.h"
#include "base/utf8.h"

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9') {
		return c - '0';
	}
	if (c >= 'a' && c <= 'f') {
		return c - 'a' + 10;
	}
	if (c >= 'A' && c <= 'F') {
		return c - 'A' + 10;
	}
	return -1;
}

/* Four hex digits at `p`; false when they are not. */
static bool
read_hex4(const zta_json_reader *r, const char *p, uint32_t *unit)
{
	uint32_t value = 0;
	int i, digit;

	if (r->end - p < 4) {
		return false;
	}
	for (i = 0; i < 4; i++) {
		digit = hex_digit(p[i]);
		if (digit < 0) {
			return false;
		}
		value = value << 4 | (uint32_t)digit;
	}
	*unit = value;
	return true;
}

/* The escape after a backslash at `*p`; moves `*p` past it. */
static zta_status
read_escape(zta_json_reader *r, const char **p, char **out)
{
	uint32_t code, low;
	char c;

	if (r->end - *p < 2) {
		return zta_json_reader__fail(r, *p, "string is not closed");
	}
	c = (*p)[1];
	switch (c) {
	case '"':
	case '\\':
	case '/':
		*(*out)++ = c;
		break;
	case 'b':
		*(*out)++ = '\b';
		break;
	case 'f':
		*(*out)++ = '\f';
		break;
	case 'n':
		*(*out)++ = '\n';
		break;
	case 'r':
		*(*out)++ = '\r';
		break;
	case 't':
		*(*out)++ = '\t';
		break;
	case 'u':
		if (!read_hex4(r, *p + 2, &code)) {
			return zta_json_reader__fail(
			    r, *p, "\\u needs four hex digits");
		}
		if (code >= 0xD800 && code <= 0xDBFF && r->end - *p >= 12 &&
		    (*p)[6] == '\\' && (*p)[7] == 'u' &&
		    read_hex4(r, *p + 8, &low) && low >= 0xDC00 &&
		    low <= 0xDFFF) {
			code =
			    0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
			*p += 6;
		}
		if (!zta_utf8__is_scalar(code)) {
			return zta_json_reader__fail(
			    r, *p, "\\u escape is half a surrogate");
		}
		*out += zta_utf8__encode(code, *out);
		*p += 4;
		break;
	default:
		return zta_json_reader__fail(r, *p, "unknown escape in string");
	}
	*p += 2;
	return ZTA_OK;
}

/* Bytes of a string that mean themselves: not '"', '\', control, non-ASCII. */
static bool
is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

/* Marks those of sixteen bytes that are not plain; non-ASCII is below 0. */
static zta_json_lanes
mark_special(const char *p)
{
	const zta_json_signed_lanes space = ZTA_JSON_EACH(' ');
	const zta_json_lanes quote = ZTA_JSON_EACH('"'),
			     slash = ZTA_JSON_EACH('\\');
	zta_json_lanes block;

	memcpy(&block, p, sizeof(block));
	return (zta_json_lanes)((zta_json_signed_lanes)block < space) |
	    (zta_json_lanes)(block == quote) | (zta_json_lanes)(block == slash);
}

/* How many of sixteen bytes, from the first one on, are not marked. */
static size_t
count_unmarked(zta_json_lanes marked)
{
	uint64_t halves[2];
	size_t i, count = 0;

	memcpy(halves, &marked, sizeof(halves));
	for (i = 0; i < 2; i++) {
		if (halves[i] != 0) {
			return count +
			    (size_t)(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ?
				    __builtin_ctzll(halves[i]) :
				    __builtin_clzll(halves[i])) /
			    8;
		}
		count += 8;
	}
	return count;
}

static const char *
skip_plain(const zta_json_reader *r, const char *p)
{
	const size_t one = sizeof(zta_json_lanes);
	size_t count;

	while ((size_t)(r->end - p) >= one) {
		count = count_unmarked(mark_special(p));
		p += count;
		if (count < one) {
			return p;
		}
		/* It is a long one, as tokens are. */
		while ((size_t)(r->end - p) >= 4 * one &&
		    count_unmarked(mark_special(p) | mark_special(p + one) |
			mark_special(p + 2 * one) |
			mark_special(p + 3 * one)) == one) {
			p += 4 * one;
		}
	}
	while (p < r->end && is_plain((unsigned char)*p)) {
		p++;
	}
	return p;
}

/*
 * The content of a string from `p` (after the quote) to its closing quote,
 * decoded into `out`, or only checked when `out` is NULL.
 */
static zta_status
scan_string(
    zta_json_reader *r, const char **at, char *out, bool *escaped, char **last)
{
	const char *p = *at, *plain;
	zta_status status;
	uint32_t code;
	size_t len;
	char scratch[4], *skip;

	for (;;) {
		plain = p;
		p = skip_plain(r, p);
		if (out != NULL && p > plain) {
			memcpy(out, plain, (size_t)(p - plain));
			out += p - plain;
		}
		if (p == r->end) {
			return zta_json_reader__fail(
			    r, *at - 1, "string is not closed");
		}
		if (*p == '"') {
			break;
		}
		if (*p == '\\') {
			*escaped = true;
			skip = scratch;
			status = read_escape(r, &p, out != NULL ? &out : &skip);
			if (status != ZTA_OK) {
				return status;
			}
			continue;
		}
		if ((unsigned char)*p < 0x20) {
			return zta_json_reader__fail(
			    r, p, "control character in string");
		}
		len = zta_utf8__decode(
		    (zta_str){ p, (size_t)(r->end - p) }, &code);
		if (len == 0) {
			return zta_json_reader__fail(r, p, "not UTF-8");
		}
		if (out != NULL) {
			memcpy(out, p, len);
			out += len;
		}
		p += len;
	}
	*at = p;
	*last = out;
	return ZTA_OK;
}

zta_status
zta_json_reader__string(zta_json_reader *r)
{
	zta_json *node = zta_json_reader__add(r, ZTA_JSON_STRING);
	const char *start = r->p + 1, *p = start;
	char *copy, *last;
	bool escaped = false;
	zta_status status;

	status = scan_string(r, &p, NULL, &escaped, &last);
	if (status != ZTA_OK) {
		return status;
	}
	r->p = p + 1;
	node->u.text = start;
	node->count = (uint32_t)(p - start);
	if (!escaped) {
		return ZTA_OK;
	}
	/* Decoded text is never longer than its escapes. */
	copy = zta_arena__alloc(r->arena, (size_t)(p - start));
	if (copy == NULL) {
		return zta_arena__failed(r->arena, r->err);
	}
	p = start;
	status = scan_string(r, &p, copy, &escaped, &last);
	node->u.text = copy;
	node->count = (uint32_t)(last - copy);
	return status;
}
