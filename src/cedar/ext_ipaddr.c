/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ext_ipaddr.c - ip("10.0.0.0/8"): an address with a prefix length. The host
 * bits are kept, so 1.2.3.4/24 and 1.2.3.0/24 differ; no prefix is the longest.
 */
#include "base/str.h"
#include "cedar/ext.h"

#define TEXT_MAX 43
#define GROUPS 8

/* A decimal number of at most `digits_max` digits, without leading zeros. */
static bool
read_decimal(zta_str text, size_t digits_max, unsigned max, uint8_t *out)
{
	unsigned number = 0;
	size_t i;

	if (text.len == 0 || text.len > digits_max ||
	    (text.len > 1 && text.ptr[0] == '0')) {
		return false;
	}
	for (i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9') {
			return false;
		}
		number = number * 10 + (unsigned)(text.ptr[i] - '0');
	}
	*out = (uint8_t)number;
	return number <= max;
}

static bool
read_v4(zta_str text, zta_ipaddr *out)
{
	zta_str piece;
	size_t i = 0;

	while (zta_str__next(&text, '.', &piece)) {
		if (i == 4 || !read_decimal(piece, 3, 255, &out->bytes[i++])) {
			return false;
		}
	}
	return i == 4;
}

static bool
read_group(zta_str text, uint16_t *out)
{
	unsigned number = 0;
	size_t i;
	char c;

	if (text.len == 0 || text.len > 4) {
		return false;
	}
	for (i = 0; i < text.len; i++) {
		c = text.ptr[i];
		if (c >= '0' && c <= '9') {
			number = number * 16 + (unsigned)(c - '0');
		} else if (c >= 'a' && c <= 'f') {
			number = number * 16 + (unsigned)(c - 'a' + 10);
		} else if (c >= 'A' && c <= 'F') {
			number = number * 16 + (unsigned)(c - 'A' + 10);
		} else {
			return false;
		}
	}
	*out = (uint16_t)number;
	return true;
}

/* Groups between colons; the empty text has none. At most GROUPS. */
static bool
read_groups(zta_str text, uint16_t *groups, size_t *count)
{
	zta_str piece;

	*count = 0;
	if (text.len == 0) {
		return true;
	}
	while (zta_str__next(&text, ':', &piece)) {
		if (*count == GROUPS ||
		    !read_group(piece, &groups[(*count)++])) {
			return false;
		}
	}
	return true;
}

/* Where "::" stands, or text.len. */
static size_t
find_gap(zta_str text)
{
	size_t i;

	for (i = 0; i + 1 < text.len; i++) {
		if (text.ptr[i] == ':' && text.ptr[i + 1] == ':') {
			return i;
		}
	}
	return text.len;
}

static bool
read_v6(zta_str text, zta_ipaddr *out)
{
	uint16_t groups[GROUPS] = { 0 }, tail[GROUPS];
	size_t gap = find_gap(text), head_count, tail_count = 0, i;
	zta_str head = { text.ptr, gap };

	if (!read_groups(head, groups, &head_count)) {
		return false;
	}
	if (gap < text.len) {
		text = (zta_str){ text.ptr + gap + 2, text.len - gap - 2 };
		if (!read_groups(text, tail, &tail_count) ||
		    head_count + tail_count >= GROUPS) {
			return false;
		}
		memcpy(groups + GROUPS - tail_count, tail,
		    tail_count * sizeof(tail[0]));
	} else if (head_count != GROUPS) {
		return false;
	}
	for (i = 0; i < GROUPS; i++) {
		out->bytes[2 * i] = (uint8_t)(groups[i] >> 8);
		out->bytes[2 * i + 1] = (uint8_t)groups[i];
	}
	return true;
}

bool
zta_ext_ipaddr__read(zta_str text, zta_ipaddr *out)
{
	size_t slash = zta_str__find(text, '/');
	zta_str address = { text.ptr, slash }, prefix;

	memset(out, 0, sizeof(*out));
	if (text.len > TEXT_MAX) {
		return false;
	}
	out->v6 = zta_str__find(address, ':') < address.len;
	if (!(out->v6 ? read_v6(address, out) : read_v4(address, out))) {
		return false;
	}
	out->prefix = out->v6 ? 128 : 32;
	if (slash == text.len) {
		return true;
	}
	prefix = (zta_str){ text.ptr + slash + 1, text.len - slash - 1 };
	return read_decimal(
	    prefix, out->v6 ? 3 : 2, out->v6 ? 128 : 32, &out->prefix);
}

bool
zta_ext_ipaddr__is(zta_ext_fn fn, const zta_ipaddr *ip)
{
	static const uint8_t one[16] = { [15] = 1 };

	switch (fn) {
	case ZTA_EXT_IS_IPV4:
		return !ip->v6;
	case ZTA_EXT_IS_IPV6:
		return ip->v6;
	case ZTA_EXT_IS_LOOPBACK:
		return ip->v6 ? memcmp(ip->bytes, one, sizeof(one)) == 0 &&
			ip->prefix == 128 :
				ip->bytes[0] == 127 && ip->prefix >= 8;
	default:
		return ip->v6 ? ip->bytes[0] == 0xff && ip->prefix >= 8 :
				ip->bytes[0] >> 4 == 14 && ip->prefix >= 4;
	}
}

/*
 * The addresses of `ip` all lie in those of `range`: same family, a prefix at
 * least as long, and the same bits under the range's prefix.
 */
bool
zta_ext_ipaddr__in_range(const zta_ipaddr *ip, const zta_ipaddr *range)
{
	size_t whole = range->prefix / 8;
	unsigned bits = range->prefix % 8;

	if (ip->v6 != range->v6 || ip->prefix < range->prefix ||
	    memcmp(ip->bytes, range->bytes, whole) != 0) {
		return false;
	}
	return bits == 0 ||
	    (ip->bytes[whole] ^ range->bytes[whole]) >> (8 - bits) == 0;
}
