/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metadata.c - what the token service is and where, and the decision point.
 * SPEC: rfc8414 2, 3; authzen 1.0 9
 *
 * The issuer is that of the tokens, whatever the document was asked by: clients
 * compare `iss` with it.
 */
#include "api/service.h"

#include "base/json_write.h"
#include "base/str.h"

/* Of proofs: what every JWS here may be signed with. SPEC: rfc9449 5.1 */
static const char *const proof_algs[] = { "RS256", "PS256", "ES256", "EdDSA",
	NULL };

static void
put_list(zta_json_out *out, const char *name, const char *const *list)
{
	zta_json_out__name(out, name);
	zta_json_out__open(out, '[');
	for (; *list != NULL; list++) {
		zta_json_out__text(out, *list);
	}
	zta_json_out__close(out, ']');
}

static void
put_types(zta_json_out *out, const char *name, bool actor)
{
	zta_json_out__name(out, name);
	zta_json_out__open(out, '[');
	zta_api__put_token_types(out, actor);
	zta_json_out__close(out, ']');
}

/* A URL of this server, under the zone's path if it was asked by that. */
static void
put_url(zta_json_out *out, const char *name, zta_str base, zta_str zone,
    const char *path)
{
	zta_buf url;

	zta_buf__init(&url, SIZE_MAX);
	zta_buf__put(&url, base);
	if (zone.len > 0) {
		zta_buf__text(&url, "/zones/");
		zta_buf__put(&url, zone);
	}
	zta_buf__text(&url, path);
	if (url.status != ZTA_OK) {
		out->buf->status = url.status;
	}
	zta_json_out__name(out, name);
	zta_json_out__str(out, zta_buf__str(&url));
	zta_buf__release(&url);
}

/* A zta_document: of the decision point. */
static void
put_decision_point(
    zta_json_out *out, const zta_service *service, zta_str base, zta_str zone)
{
	(void)service;
	zta_json_out__open(out, '{');
	put_url(out, "policy_decision_point", base, zone, "");
	put_url(out, "access_evaluation_endpoint", base, zone,
	    "/access/v1/evaluation");
	put_url(out, "access_evaluations_endpoint", base, zone,
	    "/access/v1/evaluations");
	put_url(out, "search_subject_endpoint", base, zone,
	    "/access/v1/search/subject");
	put_url(out, "search_resource_endpoint", base, zone,
	    "/access/v1/search/resource");
	put_url(out, "search_action_endpoint", base, zone,
	    "/access/v1/search/action");
	zta_json_out__close(out, '}');
}

/* A zta_document: of the token service. */
static void
put_token_service(
    zta_json_out *out, const zta_service *service, zta_str base, zta_str zone)
{
	static const char *const nothing[] = { NULL };
	static const char *const grants[] = {
		"urn:ietf:params:oauth:grant-type:token-exchange", NULL
	};
	static const char *const tokens[] = {
		"urn:ietf:params:oauth:token-type:txn_token", NULL
	};
	/* The actor's token says who asks. */
	static const char *const methods[] = { "none", NULL };

	zta_json_out__open(out, '{');
	zta_json_out__name(out, "issuer");
	zta_json_out__str(out, service->zone.issuer);
	put_url(out, "token_endpoint", base, zone, "/token");
	put_url(out, "jwks_uri", base, zone, "/jwks.json");
	put_url(out, "ztauth_seal_endpoint", base, zone, "/chain/seal");
	put_list(out, "response_types_supported", nothing);
	put_list(out, "grant_types_supported", grants);
	put_list(out, "token_endpoint_auth_methods_supported", methods);
	put_list(out, "dpop_signing_alg_values_supported", proof_algs);
	put_list(out, "requested_token_types_supported", tokens);
	put_types(out, "subject_token_types_supported", false);
	put_types(out, "actor_token_types_supported", true);
	zta_json_out__close(out, '}');
}

typedef void zta_document(
    zta_json_out *out, const zta_service *service, zta_str base, zta_str zone);

/* `path` is where the server's own document is; others are the zone's. */
static void
answer(zta_worker *worker, zta_http_call *call, const char *path,
    zta_document *put)
{
	const zta_service *service = worker->service;
	zta_str base, zone = service->zone.id;
	zta_buf buf;
	zta_json_out out = { &buf, false };

	if (!zta_api__base(call, &service->names, &base)) {
		zta_http_call__fail(
		    call, 404, "not_found", "this server has another name", "");
		return;
	}
	if (zta_str__is(call->path, path)) {
		zone.len = 0;
	}
	zta_buf__init(&buf, SIZE_MAX);
	put(&out, service, base, zone);
	if (buf.status == ZTA_OK) {
		zta_http_call__answer(call, 200, "", zta_buf__str(&buf));
	} else {
		zta_http_call__fail(
		    call, 503, "unavailable", "there is no memory", "");
	}
	zta_buf__release(&buf);
}

void
zta_api__decision_point(zta_worker *worker, zta_http_call *call)
{
	answer(worker, call, ZTA_API_DECISION_POINT, put_decision_point);
}

void
zta_api__token_service(zta_worker *worker, zta_http_call *call)
{
	answer(worker, call, ZTA_API_TOKEN_SERVICE, put_token_service);
}
