/* SPDX-License-Identifier: Apache-2.0 */
/* cbor.c - see cbor.h. */
#include "log/cbor.h"

#include "base/utf8.h"

/* Values below this are in the first byte. */
#define INLINE_MAX 24u

/* Bytes that follow the first one. */
static unsigned
extra_bytes(uint64_t value)
{
	return value < INLINE_MAX ? 0 :
	    value <= UINT8_MAX    ? 1 :
	    value <= UINT16_MAX   ? 2 :
	    value <= UINT32_MAX   ? 4 :
				    8;
}

void
zta_cbor__put(zta_buf *buf, zta_cbor_type type, uint64_t value)
{
	unsigned extra = extra_bytes(value);
	unsigned info = extra == 0 ? (unsigned)value :
	    extra == 1             ? 24 :
	    extra == 2             ? 25 :
	    extra == 4             ? 26 :
				     27;

	zta_buf__byte(buf, (char)((unsigned)type << 5 | info));
	while (extra > 0) {
		extra--;
		zta_buf__byte(buf, (char)(value >> (8 * extra)));
	}
}

void
zta_cbor__put_str(zta_buf *buf, zta_cbor_type type, zta_str text)
{
	zta_cbor__put(buf, type, text.len);
	zta_buf__put(buf, text);
}

bool
zta_cbor__take(zta_str *rest, zta_cbor_type type, uint64_t *value)
{
	unsigned first, info, extra, i;

	if (rest->len == 0) {
		return false;
	}
	first = (unsigned char)rest->ptr[0];
	info = first & 31u;
	if (first >> 5 != (unsigned)type || info > 27) {
		return false;
	}
	if (info < INLINE_MAX) {
		*value = info;
		rest->ptr++;
		rest->len--;
		return true;
	}
	extra = 1u << (info - 24);
	if (rest->len < 1 + extra) {
		return false;
	}
	*value = 0;
	for (i = 1; i <= extra; i++) {
		*value = *value << 8 | (unsigned char)rest->ptr[i];
	}
	rest->ptr += 1 + extra;
	rest->len -= 1 + extra;
	return extra_bytes(*value) == extra;
}

bool
zta_cbor__take_str(zta_str *rest, zta_cbor_type type, zta_str *text)
{
	uint64_t len;

	if (!zta_cbor__take(rest, type, &len) || len > rest->len) {
		return false;
	}
	*text = (zta_str){ rest->ptr, (size_t)len };
	rest->ptr += len;
	rest->len -= (size_t)len;
	return type != ZTA_CBOR_TEXT || zta_utf8__check(*text) == text->len;
}
