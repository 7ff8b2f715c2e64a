/* SPDX-License-Identifier: Apache-2.0 */
/* cbor.c - see cbor.h. */
#include "log/cbor.h"

#include <string.h>

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

/* The head of an item; how many bytes of `head` it is. */
static size_t
make_head(char head[1 + 8], zta_cbor_type type, uint64_t value)
{
	unsigned extra = extra_bytes(value), i;
	unsigned info = extra == 0 ? (unsigned)value :
	    extra == 1             ? 24 :
	    extra == 2             ? 25 :
	    extra == 4             ? 26 :
				     27;

	head[0] = (char)((unsigned)type << 5 | info);
	for (i = extra; i > 0; i--) {
		head[i] = (char)value;
		value >>= 8;
	}
	return 1 + extra;
}

void
zta_cbor__put(zta_buf *buf, zta_cbor_type type, uint64_t value)
{
	char head[1 + 8];

	zta_buf__put(buf, (zta_str){ head, make_head(head, type, value) });
}

void
zta_cbor__put_str(zta_buf *buf, zta_cbor_type type, zta_str text)
{
	char head[1 + 8];
	size_t len = make_head(head, type, text.len);
	char *room = zta_buf__extend(buf, len + text.len);

	if (room != NULL) {
		memcpy(room, head, len);
		if (text.len > 0) {
			memcpy(room + len, text.ptr, text.len);
		}
	}
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
