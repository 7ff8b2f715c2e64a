/* SPDX-License-Identifier: Apache-2.0 */
/* b64.c - see b64.h. SPEC: rfc4648 4, rfc4648 5 */
#include "base/b64.h"

#define COMMON "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

static const char url_digits[] = COMMON "-_";
static const char std_digits[] = COMMON "+/";

/* Write the digits; the place after the last one. */
static char *
encode(const char *b64_digits, zta_str bytes, char *out)
{
	const unsigned char *p = (const unsigned char *)bytes.ptr;
	size_t left = bytes.len;

	for (; left >= 3; left -= 3, p += 3) {
		*out++ = b64_digits[p[0] >> 2];
		*out++ = b64_digits[(p[0] & 3) << 4 | p[1] >> 4];
		*out++ = b64_digits[(p[1] & 15) << 2 | p[2] >> 6];
		*out++ = b64_digits[p[2] & 63];
	}
	if (left == 2) {
		*out++ = b64_digits[p[0] >> 2];
		*out++ = b64_digits[(p[0] & 3) << 4 | p[1] >> 4];
		*out++ = b64_digits[(p[1] & 15) << 2];
	} else if (left == 1) {
		*out++ = b64_digits[p[0] >> 2];
		*out++ = b64_digits[(p[0] & 3) << 4];
	}
	return out;
}

void
zta_b64__encode(zta_str bytes, char *out)
{
	(void)encode(url_digits, bytes, out);
}

void
zta_b64_std__encode(zta_str bytes, char *out)
{
	size_t pad = (3 - bytes.len % 3) % 3;

	for (out = encode(std_digits, bytes, out); pad > 0; pad--) {
		*out++ = '=';
	}
}

void
zta_b64__put(zta_buf *buf, zta_str bytes)
{
	char *out = zta_buf__extend(buf, ZTA_B64_LEN(bytes.len));

	if (out != NULL) {
		zta_b64__encode(bytes, out);
	}
}

/* The value of a digit, or 64. */
static unsigned
digit_value(const char *last_two, char c)
{
	if (c >= 'A' && c <= 'Z') {
		return (unsigned)(c - 'A');
	}
	if (c >= 'a' && c <= 'z') {
		return (unsigned)(c - 'a') + 26;
	}
	if (c >= '0' && c <= '9') {
		return (unsigned)(c - '0') + 52;
	}
	return c == last_two[0] ? 62 : c == last_two[1] ? 63 : 64;
}

static bool
decode(const char *last_two, zta_str digits, void *out, size_t *len)
{
	unsigned char *to = out;
	uint32_t bits = 0;
	unsigned held = 0, value;
	size_t i;

	*len = 0;
	if (digits.len % 4 == 1) {
		return false;
	}
	for (i = 0; i < digits.len; i++) {
		value = digit_value(last_two, digits.ptr[i]);
		if (value == 64) {
			return false;
		}
		bits = bits << 6 | value;
		held += 6;
		if (held >= 8) {
			held -= 8;
			*to++ = (unsigned char)(bits >> held);
		}
	}
	/* Two texts must not mean the same bytes: leftover bits are zero. */
	if ((bits & ((1u << held) - 1)) != 0) {
		return false;
	}
	*len = (size_t)(to - (unsigned char *)out);
	return true;
}

bool
zta_b64__decode(zta_str digits, void *out, size_t *len)
{
	return decode(&url_digits[62], digits, out, len);
}

bool
zta_b64_std__decode(zta_str digits, void *out, size_t *len)
{
	size_t pad = 0;

	*len = 0;
	if (digits.len % 4 != 0) {
		return false;
	}
	while (pad < 2 && digits.len > 0 && digits.ptr[digits.len - 1] == '=') {
		digits.len--;
		pad++;
	}
	return decode(&std_digits[62], digits, out, len);
}

void
zta_hex__encode(zta_str bytes, char *out)
{
	static const char hex[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < bytes.len; i++) {
		*out++ = hex[(unsigned char)bytes.ptr[i] >> 4];
		*out++ = hex[(unsigned char)bytes.ptr[i] & 15];
	}
}

bool
zta_hex__decode(zta_str digits, void *out)
{
	unsigned char *to = out;
	size_t i;
	unsigned value = 0;
	char c;

	if (digits.len % 2 != 0) {
		return false;
	}
	for (i = 0; i < digits.len; i++) {
		c = digits.ptr[i];
		if (c >= '0' && c <= '9') {
			value = value << 4 | (unsigned)(c - '0');
		} else if (c >= 'a' && c <= 'f') {
			value = value << 4 | (unsigned)(c - 'a' + 10);
		} else {
			return false;
		}
		if (i % 2 == 1) {
			*to++ = (unsigned char)value;
			value = 0;
		}
	}
	return true;
}
