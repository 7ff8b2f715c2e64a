/* SPDX-License-Identifier: Apache-2.0 */
/* name.c - see name.h. */
#include "ledger/name.h"

#include <string.h>

#include "base/limits.h"

static bool
is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

const char *
zta_ledger_name__breaks(zta_str name, size_t *at)
{
	*at = 0;
	if (name.len == 0) {
		return "a name is not empty";
	}
	if (name.ptr[0] == '.') {
		return "a name does not begin with a point";
	}
	if (name.ptr[0] == '-') {
		return "a name does not begin with a dash";
	}
	for (*at = 0; *at < name.len; (*at)++) {
		if (*at == ZTA_LEDGER_NAME_MAX) {
			return "a name has at most 255 bytes";
		}
		if (name.ptr[*at] == '/') {
			return "a name has no slash in it";
		}
		if (!is_plain(name.ptr[*at])) {
			return "a name has letters, digits, `.`, `_` and `-` "
			       "of ASCII only";
		}
	}
	*at = name.len - 1;
	if (name.ptr[*at] == '.') {
		return "a name does not end with a point";
	}
	return NULL;
}

static int
fold(char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : (unsigned char)c;
}

int
zta_ledger_name__cmp_folded(zta_str a, zta_str b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	size_t i;
	int by;

	for (i = 0; i < len; i++) {
		by = fold(a.ptr[i]) - fold(b.ptr[i]);
		if (by != 0) {
			return by;
		}
	}
	return (a.len > b.len) - (a.len < b.len);
}

zta_status
zta_ledger_name__join(
    zta_arena *arena, zta_str dir, zta_str name, zta_str *out, zta_error *err)
{
	size_t slash = dir.len > 0;
	char *to = zta_arena__alloc(arena, dir.len + slash + name.len + 1);

	if (to == NULL) {
		return zta_arena__failed(arena, err);
	}
	if (slash) {
		memcpy(to, dir.ptr, dir.len);
		to[dir.len] = '/';
	}
	memcpy(to + dir.len + slash, name.ptr, name.len);
	to[dir.len + slash + name.len] = '\0';
	*out = (zta_str){ to, dir.len + slash + name.len };
	return ZTA_OK;
}
