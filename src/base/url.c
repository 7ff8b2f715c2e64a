/* SPDX-License-Identifier: Apache-2.0 */
/* url.c - see url.h. */
#include "base/url.h"

#include "base/str.h"

#define HOST_MAX 255

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_host(zta_str host)
{
	bool bracket =
	    host.len > 2 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']';
	size_t i, from = bracket ? 1 : 0, to = host.len - from;
	char c;

	for (i = from; i < to; i++) {
		c = host.ptr[i];
		if (!is_digit(c) && !(c >= 'a' && c <= 'z') && c != '.' &&
		    !(bracket ? c == ':' : c == '-')) {
			return false;
		}
	}
	return host.len > 0 && host.len <= HOST_MAX;
}

static bool
read_port(zta_str text, uint16_t *out)
{
	uint32_t port = 0;
	size_t i;

	for (i = 0; i < text.len; i++) {
		if (!is_digit(text.ptr[i]) || i > 4) {
			return false;
		}
		port = port * 10 + (uint32_t)(text.ptr[i] - '0');
	}
	*out = (uint16_t)port;
	return port > 0 && port <= UINT16_MAX && text.ptr[0] != '0';
}

static bool
read_authority(zta_str text, zta_url *out)
{
	size_t colon = text.len;

	out->host = text;
	out->port = out->secure ? 443 : 80;
	while (colon > 0 && is_digit(text.ptr[colon - 1])) {
		colon--;
	}
	if (colon > 0 && text.ptr[colon - 1] == ':' &&
	    (text.ptr[0] != '[' || text.ptr[colon - 2] == ']')) {
		out->host.len = colon - 1;
		if (!read_port((zta_str){ text.ptr + colon, text.len - colon },
			&out->port)) {
			return false;
		}
	}
	return is_host(out->host);
}

bool
zta_url__read(zta_str text, zta_url *out)
{
	zta_str plain = ZTA_STR("http://"), secure = ZTA_STR("https://");
	size_t i, skip, end;

	*out = (zta_url){ .secure = zta_str__starts(text, secure) };
	if (!out->secure && !zta_str__starts(text, plain)) {
		return false;
	}
	for (i = 0; i < text.len; i++) {
		if (text.ptr[i] <= ' ' || text.ptr[i] >= 0x7f ||
		    strchr("#\\\"<>^`{|}", text.ptr[i]) != NULL) {
			return false;
		}
	}
	skip = out->secure ? secure.len : plain.len;
	for (end = skip;
	     end < text.len && text.ptr[end] != '/' && text.ptr[end] != '?';
	     end++) {
	}
	out->path = (zta_str){ text.ptr + end, text.len - end };
	return read_authority((zta_str){ text.ptr + skip, end - skip }, out);
}

bool
zta_url__is_loopback(const zta_url *url)
{
	zta_str rest = url->host, part;
	size_t i, parts = 0;

	if (zta_str__is(url->host, "localhost") ||
	    zta_str__is(url->host, "[::1]")) {
		return true;
	}
	if (!zta_str__starts(url->host, ZTA_STR("127."))) {
		return false;
	}
	while (zta_str__next(&rest, '.', &part)) {
		for (i = 0; i < part.len; i++) {
			if (!is_digit(part.ptr[i])) {
				return false;
			}
		}
		if (part.len == 0 || part.len > 3) {
			return false;
		}
		parts++;
	}
	return parts == 4;
}

bool
zta_url__same_origin(const zta_url *a, const zta_url *b)
{
	return a->secure == b->secure && a->port == b->port &&
	    zta_str__eq(a->host, b->host);
}
