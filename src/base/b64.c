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

/* What a byte is as a digit: its value, and in which alphabets it is one. */
#define URL 0x40u
#define STD 0x80u
#define BOTH (URL | STD)

static const unsigned char values[256] = {
	['A'] = BOTH | 0,
	BOTH | 1,
	BOTH | 2,
	BOTH | 3,
	BOTH | 4,
	BOTH | 5,
	BOTH | 6,
	BOTH | 7,
	BOTH | 8,
	BOTH | 9,
	BOTH | 10,
	BOTH | 11,
	BOTH | 12,
	BOTH | 13,
	BOTH | 14,
	BOTH | 15,
	BOTH | 16,
	BOTH | 17,
	BOTH | 18,
	BOTH | 19,
	BOTH | 20,
	BOTH | 21,
	BOTH | 22,
	BOTH | 23,
	BOTH | 24,
	BOTH | 25,
	['a'] = BOTH | 26,
	BOTH | 27,
	BOTH | 28,
	BOTH | 29,
	BOTH | 30,
	BOTH | 31,
	BOTH | 32,
	BOTH | 33,
	BOTH | 34,
	BOTH | 35,
	BOTH | 36,
	BOTH | 37,
	BOTH | 38,
	BOTH | 39,
	BOTH | 40,
	BOTH | 41,
	BOTH | 42,
	BOTH | 43,
	BOTH | 44,
	BOTH | 45,
	BOTH | 46,
	BOTH | 47,
	BOTH | 48,
	BOTH | 49,
	BOTH | 50,
	BOTH | 51,
	['0'] = BOTH | 52,
	BOTH | 53,
	BOTH | 54,
	BOTH | 55,
	BOTH | 56,
	BOTH | 57,
	BOTH | 58,
	BOTH | 59,
	BOTH | 60,
	BOTH | 61,
	['-'] = URL | 62,
	['_'] = URL | 63,
	['+'] = STD | 62,
	['/'] = STD | 63,
};

/* Two texts must not mean the same bytes: leftover bits are zero. */
static bool
decode_rest(const unsigned char *p, size_t left, unsigned char *to)
{
	uint32_t bits = 0;

	if (left == 2) {
		bits = (p[0] & 63u) << 6 | (p[1] & 63u);
		to[0] = (unsigned char)(bits >> 4);
		return (bits & 15) == 0;
	}
	if (left == 3) {
		bits = (p[0] & 63u) << 12 | (p[1] & 63u) << 6 | (p[2] & 63u);
		to[0] = (unsigned char)(bits >> 10);
		to[1] = (unsigned char)(bits >> 2);
		return (bits & 3) == 0;
	}
	return left == 0;
}

static bool
decode(unsigned alphabet, zta_str digits, void *out, size_t *len)
{
	const unsigned char *p = (const unsigned char *)digits.ptr;
	unsigned char *to = out, four[4] = { 0 };
	unsigned all = alphabet;
	uint32_t bits;
	size_t left, i;

	*len = 0;
	for (left = digits.len; left >= 4; left -= 4, p += 4) {
		all &=
		    values[p[0]] & values[p[1]] & values[p[2]] & values[p[3]];
		bits = (values[p[0]] & 63u) << 18 | (values[p[1]] & 63u) << 12 |
		    (values[p[2]] & 63u) << 6 | (values[p[3]] & 63u);
		*to++ = (unsigned char)(bits >> 16);
		*to++ = (unsigned char)(bits >> 8);
		*to++ = (unsigned char)bits;
	}
	for (i = 0; i < left; i++) {
		four[i] = values[p[i]];
		all &= four[i];
	}
	if ((all & alphabet) == 0 || !decode_rest(four, left, to)) {
		return false;
	}
	*len = digits.len / 4 * 3 + left * 3 / 4;
	return true;
}

bool
zta_b64__decode(zta_str digits, void *out, size_t *len)
{
	return decode(URL, digits, out, len);
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
	return decode(STD, digits, out, len);
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
