/* SPDX-License-Identifier: Apache-2.0 */
/* host.c - see host.h. */
#include "api/host.h"

#include <strings.h>

#include "base/str.h"

static bool
is_name(zta_str name, const char *wanted)
{
	return name.len == strlen(wanted) &&
	    strncasecmp(name.ptr, wanted, name.len) == 0;
}

/* 127.a.b.c; what is no address is not resolved to one. */
static bool
is_loopback_v4(zta_str name)
{
	size_t i, dots = 0;

	if (!zta_str__starts(name, ZTA_STR("127."))) {
		return false;
	}
	for (i = 0; i < name.len; i++) {
		dots += name.ptr[i] == '.';
		if (name.ptr[i] != '.' &&
		    (name.ptr[i] < '0' || name.ptr[i] > '9')) {
			return false;
		}
	}
	return dots == 3;
}

bool
zta_host__is_ours(zta_str name, const char *server_name)
{
	size_t bracket = zta_str__find(name, ']');

	name.len = bracket < name.len ? bracket + 1 : zta_str__find(name, ':');
	return (server_name != NULL && is_name(name, server_name)) ||
	    is_name(name, "localhost") || is_name(name, "[::1]") ||
	    is_loopback_v4(name);
}
