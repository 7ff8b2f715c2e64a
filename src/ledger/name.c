/* SPDX-License-Identifier: Apache-2.0 */
/* name.c - see name.h. */
#include "ledger/name.h"

#include <string.h>

#include "base/limits.h"
#include "base/str.h"

static bool
is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
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

/*
 * Does Windows open a device instead? It looks at what stands before the first
 * point, and so no ending helps.
 */
static bool
is_device(zta_str name)
{
	static const char devices[][4] = { "con", "prn", "aux", "nul" };
	zta_str stem = { name.ptr, zta_str__find(name, '.') };
	zta_str kind = { name.ptr, stem.len < 3 ? stem.len : 3 };
	size_t i;

	if (stem.len == 4 && stem.ptr[3] >= '0' && stem.ptr[3] <= '9') {
		return zta_ledger_name__cmp_folded(kind, ZTA_STR("com")) == 0 ||
		    zta_ledger_name__cmp_folded(kind, ZTA_STR("lpt")) == 0;
	}
	for (i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
		if (zta_ledger_name__cmp_folded(stem, zta_str_of(devices[i])) ==
		    0) {
			return true;
		}
	}
	return false;
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
	*at = 0;
	return is_device(name) ? "a name is not that of a device (con, prn, "
				 "aux, nul, com0 to com9, lpt0 to lpt9)" :
				 NULL;
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
