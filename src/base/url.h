/* SPDX-License-Identifier: Apache-2.0 */
/*
 * url.h - URLs that are asked, read so strictly that no other reader can take
 * them for another's. SPEC: rfc3986
 */
#ifndef ZTA_BASE_URL_H
#define ZTA_BASE_URL_H

#include "ztauth/base.h"

typedef struct zta_url {
	bool secure;  /* https */
	zta_str host; /* as written; an IPv6 address has its brackets */
	uint16_t port;
	zta_str path; /* with the query; may be empty */
} zta_url;

/*
 * Read http:// or https://, a host in lower case, a port if there is one, and
 * a path. No user, no fragment, no space, nothing beyond ASCII. False: not such
 * a URL.
 */
ZTA_MUST_USE bool zta_url__read(zta_str text, zta_url *out);

/* Is the host this machine by its very name: localhost, 127.x, [::1]? */
bool zta_url__is_loopback(const zta_url *url);

/* Same scheme, host and port. */
bool zta_url__same_origin(const zta_url *a, const zta_url *b);

#endif
