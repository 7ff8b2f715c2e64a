/* SPDX-License-Identifier: Apache-2.0 */
/* presented.c - see presented.h. */
#include "api/presented.h"

#include "base/str.h"

/* Scheme, host and path, as the caller named them. */
static zta_str
uri_of(zta_http_call *call)
{
	zta_str scheme = ZTA_STR("http://"), host;
	char *text;

	if (!zta_http_call__header(call, "host", &host)) {
		return (zta_str){ NULL, 0 };
	}
	text = zta_arena__alloc(
	    call->arena, scheme.len + host.len + call->path.len);
	if (text == NULL) {
		return (zta_str){ NULL, 0 };
	}
	memcpy(text, scheme.ptr, scheme.len);
	memcpy(text + scheme.len, host.ptr, host.len);
	memcpy(text + scheme.len + host.len, call->path.ptr, call->path.len);
	return (zta_str){ text, scheme.len + host.len + call->path.len };
}

void
zta_api__circumstances(zta_http_call *call, zta_circumstances *out)
{
	*out =
	    (zta_circumstances){ .method = call->method, .uri = uri_of(call) };
	(void)zta_http_call__header(call, "dpop", &out->dpop);
	(void)zta_http_call__header(
	    call, "workload-proof-token", &out->workload_proof);
}
