/* SPDX-License-Identifier: Apache-2.0 */
/* spiffe_id.c - see spiffe_id.h. */
#include "identity/spiffe_id.h"

#include "base/limits.h"
#include "base/str.h"

#define TRUST_DOMAIN_MAX 255

static bool
is_plain(char c, bool upper)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
	    c == '-' || c == '_' || (upper && c >= 'A' && c <= 'Z');
}

bool
zta_trust_domain__is_valid(zta_str domain)
{
	size_t i;

	for (i = 0; i < domain.len; i++) {
		if (!is_plain(domain.ptr[i], false)) {
			return false;
		}
	}
	return domain.len > 0 && domain.len <= TRUST_DOMAIN_MAX;
}

/* Segments of plain characters, none empty, none `.` or `..`. */
static bool
is_path(zta_str path)
{
	zta_str segment;
	size_t i;

	while (zta_str__next(&path, '/', &segment)) {
		if (segment.len == 0 || zta_str__is(segment, ".") ||
		    zta_str__is(segment, "..")) {
			return false;
		}
		for (i = 0; i < segment.len; i++) {
			if (!is_plain(segment.ptr[i], true)) {
				return false;
			}
		}
	}
	return true;
}

static bool
read_id(zta_str id, zta_str scheme, zta_str *trust_domain)
{
	zta_str rest, domain;

	if (id.len > ZTA_SPIFFE_ID_MAX || !zta_str__starts(id, scheme)) {
		return false;
	}
	rest = (zta_str){ id.ptr + scheme.len, id.len - scheme.len };
	domain = (zta_str){ rest.ptr, zta_str__find(rest, '/') };
	if (!zta_trust_domain__is_valid(domain) || domain.len == rest.len) {
		return false;
	}
	if (trust_domain != NULL) {
		*trust_domain = domain;
	}
	return is_path(
	    (zta_str){ rest.ptr + domain.len + 1, rest.len - domain.len - 1 });
}

bool
zta_spiffe_id__read(zta_str id, zta_str *trust_domain)
{
	return read_id(id, ZTA_STR("spiffe://"), trust_domain);
}

bool
zta_workload_id__read(zta_str id, zta_str *trust_domain)
{
	return read_id(id, ZTA_STR("spiffe://"), trust_domain) ||
	    read_id(id, ZTA_STR("wimse://"), trust_domain);
}
