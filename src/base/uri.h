/* SPDX-License-Identifier: Apache-2.0 */
/*
 * uri.h - do two http URIs name the same target? SPEC: rfc3986 6.2.2, 6.2.3
 * And text that is to stand in one.
 *
 * Both are brought to one spelling: scheme and host in lower case, no default
 * port, no percent sign where none is needed, no dot segments, no empty path;
 * query and fragment are left out. What has no such spelling is no target.
 */
#ifndef ZTA_BASE_URI_H
#define ZTA_BASE_URI_H

#include "base/buf.h"

/*
 * Append the one spelling of `uri`. False: it is no absolute http or https URI,
 * or it has user information.
 */
ZTA_MUST_USE bool zta_uri__put_target(zta_buf *out, zta_str uri);

/*
 * Append `text` so that it may stand in a query or a form: what is not
 * unreserved gets a percent sign. SPEC: rfc3986 2.3
 */
void zta_uri__put_escaped(zta_buf *out, zta_str text);

/* Are both targets, and the same? */
ZTA_MUST_USE bool zta_uri__same_target(zta_str a, zta_str b);

#endif
