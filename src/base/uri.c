/* SPDX-License-Identifier: Apache-2.0 */
/* uri.c - see uri.h. */
#include "base/uri.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/str.h"

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static int
digit(char c)
{
	c = lower(c);
	return c >= '0' && c <= '9' ? c - '0' :
	    c >= 'a' && c <= 'f'    ? c - 'a' + 10 :
				      -1;
}

static bool
is_unreserved(char c)
{
	return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') ||
	    (c != '\0' && strchr("-._~", c) != NULL);
}

void
zta_uri__put_escaped(zta_buf *out, zta_str text)
{
	size_t i;

	for (i = 0; i < text.len; i++) {
		if (is_unreserved(text.ptr[i])) {
			zta_buf__byte(out, text.ptr[i]);
		} else {
			zta_buf__printf(
			    out, "%%%02X", (unsigned char)text.ptr[i]);
		}
	}
}

/* What may stand in a segment beside unreserved characters, and the slash. */
static bool
is_path_byte(char c)
{
	return is_unreserved(c) ||
	    (c != '\0' && strchr("!$&'()*+,;=:@/", c) != NULL);
}

/* Letters, digits and what IP literals have; names with %-signs are refused. */
static bool
is_host_byte(char c)
{
	return is_unreserved(c) || c == '[' || c == ']' || c == ':';
}

/* --- scheme and authority */

static bool
take_scheme(zta_str *rest, bool *tls)
{
	static const char https[] = "https://", http[] = "http://";
	size_t i, len;

	*tls = rest->len > 4 && lower(rest->ptr[4]) == 's';
	len = strlen(*tls ? https : http);
	for (i = 0; i < len; i++) {
		if (i >= rest->len ||
		    lower(rest->ptr[i]) != (*tls ? https : http)[i]) {
			return false;
		}
	}
	*rest = (zta_str){ rest->ptr + len, rest->len - len };
	return true;
}

static bool
is_port(zta_str port)
{
	size_t i;

	for (i = 0; i < port.len; i++) {
		if (port.ptr[i] < '0' || port.ptr[i] > '9') {
			return false;
		}
	}
	return port.len <= 5;
}

static bool
put_authority(zta_buf *out, zta_str text, bool tls)
{
	size_t i, end = text.len;
	zta_str port = { "", 0 };

	if (text.len > 0 && text.ptr[0] == '[') {
		end = zta_str__find(text, ']') + 1;
	} else {
		end = zta_str__find(text, ':');
	}
	if (end > text.len) {
		return false;
	}
	if (end < text.len) {
		port = (zta_str){ text.ptr + end + 1, text.len - end - 1 };
		if (text.ptr[end] != ':' || !is_port(port)) {
			return false;
		}
	}
	for (i = 0; i < end; i++) {
		if (!is_host_byte(text.ptr[i])) {
			return false;
		}
		zta_buf__byte(out, lower(text.ptr[i]));
	}
	if (port.len > 0 && !zta_str__is(port, tls ? "443" : "80")) {
		zta_buf__byte(out, ':');
		zta_buf__put(out, port);
	}
	return end > 0;
}

/* --- the path */

/* One byte, or a percent sign with its digits. */
static bool
put_path_byte(zta_buf *out, zta_str *rest)
{
	static const char digits[] = "0123456789ABCDEF";
	char c = rest->ptr[0];
	int high, low;

	if (c != '%') {
		zta_buf__byte(out, c);
		*rest = (zta_str){ rest->ptr + 1, rest->len - 1 };
		return is_path_byte(c);
	}
	high = rest->len > 2 ? digit(rest->ptr[1]) : -1;
	low = rest->len > 2 ? digit(rest->ptr[2]) : -1;
	if (high < 0 || low < 0) {
		return false;
	}
	c = (char)(high * 16 + low);
	*rest = (zta_str){ rest->ptr + 3, rest->len - 3 };
	if (is_unreserved(c)) {
		zta_buf__byte(out, c);
		return true;
	}
	zta_buf__byte(out, '%');
	zta_buf__byte(out, digits[high]);
	zta_buf__byte(out, digits[low]);
	return true;
}

/* Take the segment that begins at `from` away if it is one of dots. */
static void
resolve_dots(zta_buf *out, size_t path, size_t from, bool last)
{
	zta_str segment = { out->ptr + from, out->len - from };

	if (zta_str__is(segment, ".")) {
		out->len = from;
	} else if (zta_str__is(segment, "..")) {
		out->len = from > path + 1 ? from - 1 : from;
		while (out->len > path && out->ptr[out->len - 1] != '/') {
			out->len--;
		}
	} else if (!last) {
		zta_buf__byte(out, '/');
	}
}

/* SPEC: rfc3986 5.2.4. The path is empty or begins with a slash. */
static bool
put_path(zta_buf *out, zta_str rest)
{
	size_t path = out->len, from;
	bool slash;

	zta_buf__byte(out, '/');
	if (rest.len > 0) {
		rest = (zta_str){ rest.ptr + 1, rest.len - 1 };
	}
	do {
		from = out->len;
		while (rest.len > 0 && rest.ptr[0] != '/') {
			if (!put_path_byte(out, &rest)) {
				return false;
			}
		}
		if (out->status != ZTA_OK) {
			return false;
		}
		slash = rest.len > 0;
		if (slash) {
			rest = (zta_str){ rest.ptr + 1, rest.len - 1 };
		}
		resolve_dots(out, path, from, !slash);
	} while (slash);
	return true;
}

bool
zta_uri__put_target(zta_buf *out, zta_str uri)
{
	bool tls;
	size_t end = 0;
	zta_str authority, path;

	if (!take_scheme(&uri, &tls)) {
		return false;
	}
	uri.len = zta_str__find(uri, '#');
	uri.len = zta_str__find(uri, '?');
	end = zta_str__find(uri, '/');
	authority = (zta_str){ uri.ptr, end };
	path = (zta_str){ uri.ptr + end, uri.len - end };
	zta_buf__text(out, tls ? "https://" : "http://");
	return put_authority(out, authority, tls) && put_path(out, path) &&
	    out->status == ZTA_OK;
}

bool
zta_uri__same_target(zta_str a, zta_str b)
{
	zta_buf x, y;
	bool same;

	zta_buf__init(&x, ZTA_HTTP_HEAD_MAX);
	zta_buf__init(&y, ZTA_HTTP_HEAD_MAX);
	same = zta_uri__put_target(&x, a) && zta_uri__put_target(&y, b) &&
	    zta_str__eq(zta_buf__str(&x), zta_buf__str(&y));
	zta_buf__release(&x);
	zta_buf__release(&y);
	return same;
}
