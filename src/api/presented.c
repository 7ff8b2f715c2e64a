/* SPDX-License-Identifier: Apache-2.0 */
/* presented.c - see presented.h. */
#include "api/presented.h"

#include <stdio.h>
#include <strings.h>

#include "api/host.h"
#include "base/str.h"
#include "identity/api_key.h"

bool
zta_api__base(zta_http_call *call, const zta_api_names *names, zta_str *out)
{
	const char *scheme = call->secure ? "https://" : "http://";
	zta_str host;
	size_t room;
	char *text;

	if (names->public_url != NULL) {
		*out = zta_str_of(names->public_url);
		return true;
	}
	if (!zta_http_call__header(call, "host", &host) ||
	    !zta_host__is_ours(host, names->server_name)) {
		return false;
	}
	room = strlen(scheme) + host.len + 1;
	text = zta_arena__alloc(call->arena, room);
	if (text == NULL) {
		return false;
	}
	(void)snprintf(text, room, "%s%.*s", scheme, ZTA_STR_ARG(host));
	*out = (zta_str){ text, room - 1 };
	return true;
}

static zta_str
uri_of(zta_http_call *call, const zta_api_names *names)
{
	zta_str base;
	size_t room;
	char *text;

	if (!zta_api__base(call, names, &base)) {
		return (zta_str){ NULL, 0 };
	}
	room = base.len + call->path.len + 1;
	text = zta_arena__alloc(call->arena, room);
	if (text == NULL) {
		return (zta_str){ NULL, 0 };
	}
	(void)snprintf(
	    text, room, "%.*s%.*s", ZTA_STR_ARG(base), ZTA_STR_ARG(call->path));
	return (zta_str){ text, room - 1 };
}

static uint32_t
count(const zta_http_call *call, const char *name)
{
	uint32_t i, found = 0;

	for (i = 0; i < call->header_count; i++) {
		found += call->headers[i].name.len == strlen(name) &&
		    strncasecmp(
			call->headers[i].name.ptr, name, strlen(name)) == 0;
	}
	return found;
}

/* SPEC: rfc9110 11.1: schemes compare without case. */
static bool
take_scheme(zta_str *text, const char *scheme)
{
	size_t len = strlen(scheme);

	if (text->len <= len || text->ptr[len] != ' ' ||
	    strncasecmp(text->ptr, scheme, len) != 0) {
		return false;
	}
	*text = (zta_str){ text->ptr + len + 1, text->len - len - 1 };
	return true;
}

/* No memory: there are none, and a proof that names one is refused. */
static void
take_headers(const zta_http_call *call, zta_circumstances *out)
{
	zta_header *list =
	    zta_arena__zalloc(call->arena, call->header_count, sizeof(*list));
	uint32_t i;

	for (i = 0; list != NULL && i < call->header_count; i++) {
		list[i] = (zta_header){ call->headers[i].name,
			call->headers[i].value };
	}
	out->headers = list;
	out->header_count = list == NULL ? 0 : call->header_count;
}

void
zta_api__circumstances(
    zta_http_call *call, const zta_api_names *names, zta_circumstances *out)
{
	zta_str authorization;

	*out = (zta_circumstances){ .call = call->number,
		.method = call->method,
		.uri = uri_of(call, names),
		.dpop_count = count(call, "dpop"),
		.workload_proof_count = count(call, "workload-proof-token") };
	if (call->peer != NULL) {
		out->chain = call->peer->certificates;
		out->chain_count = call->peer->count;
	}
	(void)zta_http_call__header(call, "dpop", &out->dpop);
	(void)zta_http_call__header(
	    call, "workload-proof-token", &out->workload_proof);
	if (zta_http_call__header(call, "authorization", &authorization) &&
	    take_scheme(&authorization, "WPT")) {
		out->workload_proof = authorization;
		out->workload_proof_count += count(call, "authorization");
	}
	if (out->workload_proof_count > 0) {
		take_headers(call, out);
	}
}

bool
zta_api__presented(const zta_http_call *call, const zta_circumstances *around,
    zta_presented *out)
{
	zta_str *text = &out->credential;

	*out = (zta_presented){ .as = ZTA_AS_JWT, .around = around };
	if (zta_http_call__header(call, "workload-identity-token", text)) {
		return true;
	}
	if (!zta_http_call__header(call, "authorization", text)) {
		out->as = ZTA_AS_SVID;
		return around->chain_count > 0;
	}
	if (!(take_scheme(text, "Bearer") || take_scheme(text, "DPoP"))) {
		return false;
	}
	if (zta_str__starts(*text, ZTA_STR(ZTA_API_KEY_PREFIX))) {
		out->as = ZTA_AS_API_KEY;
	}
	return true;
}
