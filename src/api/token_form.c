/* SPDX-License-Identifier: Apache-2.0 */
/* token_form.c - see token_form.h. */
#include "api/token_form.h"

#include "api/service.h"
#include "base/b64.h"
#include "base/str.h"

#define SEAL_TYPE "urn:ztauth:token-type:seal"
#define GRANT_TYPE "urn:ztauth:token-type:delegation"

/* Token types, and what they say of a credential. */
static const struct {
	const char *type;
	zta_presented_as as;
	bool actor; /* also for one */
} types[] = {
	{ ZTA_TOKEN_TYPE "access_token", ZTA_AS_ACCESS_TOKEN, true },
	{ ZTA_TOKEN_TYPE "jwt", ZTA_AS_JWT, true },
	{ ZTA_TOKEN_TYPE "id_token", ZTA_AS_ID_TOKEN, false },
	{ ZTA_TOKEN_TYPE "saml2", ZTA_AS_SAML2, false },
	{ "urn:ztauth:token-type:api-key", ZTA_AS_API_KEY, true },
};

void
zta_api__put_token_types(zta_json_out *out, bool actor)
{
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (types[i].actor || !actor) {
			zta_json_out__text(out, types[i].type);
		}
	}
	if (!actor) {
		zta_json_out__text(out, ZTA_TOKEN_TYPE "txn_token");
		zta_json_out__text(out, SEAL_TYPE);
		zta_json_out__text(out, GRANT_TYPE);
	}
}

/*
 * Types that are known and never taken: NULL, or why. SPEC: rfc8693 3,
 * draft-ietf-oauth-transaction-tokens: subject token types
 */
static const char *
refused_type(zta_str type)
{
	static const char *const table[][2] = {
		{ ZTA_TOKEN_TYPE "refresh_token",
		    "a refresh_token is for its authorization server alone" },
		{ ZTA_TOKEN_TYPE "self_signed",
		    "self_signed: nobody vouches for the subject" },
		{ ZTA_TOKEN_TYPE "unsigned_json",
		    "unsigned_json: nobody vouches for the subject" },
	};
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (zta_str__is(type, table[i][0])) {
			return table[i][1];
		}
	}
	return NULL;
}

/* A token and its type. */
static bool
take_presented(zta_str token, zta_str type, bool actor,
    const zta_circumstances *around, zta_presented *out)
{
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (zta_str__is(type, types[i].type) &&
		    (types[i].actor || !actor)) {
			*out = (zta_presented){ token, types[i].as, around };
			return true;
		}
	}
	return false;
}

/* A number without sign and leading zeros. */
static bool
read_index(zta_str text, uint32_t *out)
{
	size_t i;

	*out = 0;
	for (i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9') {
			return false;
		}
		*out = *out * 10 + (uint32_t)(text.ptr[i] - '0');
	}
	return text.len > 0 && text.len < 8 &&
	    (text.len == 1 || text.ptr[0] != '0');
}

/* NULL: what was received with a seal; else what is wrong with it. */
static const char *
read_received(const zta_form *form, zta_arena *arena, zta_received *out)
{
	zta_str payload = zta_form__get(form, "payload_sha256");
	zta_str index = zta_form__get(form, "payload_index");
	zta_str path = zta_form__get(form, "payload_path");
	char *bytes = zta_arena__alloc(arena, ZTA_B64_BYTES(path.len) + 1);
	size_t len;

	*out = (zta_received){ .channel = zta_form__get(form, "channel"),
		.is_part = index.len > 0 };
	if (out->channel.len == 0) {
		return "channel must be there with a seal";
	}
	if (payload.len != ZTA_B64_LEN(ZTA_SHA256_LEN) ||
	    !zta_b64__decode(payload, out->payload, &len)) {
		return "payload_sha256 must be a SHA-256 in base64url";
	}
	if (out->is_part && !read_index(index, &out->index)) {
		return "payload_index must be a number";
	}
	if (bytes == NULL || !zta_b64__decode(path, bytes, &len) ||
	    (len > 0 && !out->is_part)) {
		return "payload_path must be base64url, and have an index";
	}
	out->path = (zta_str){ bytes, len };
	return NULL;
}

/* Whom it is for: a credential; a token or a seal of what goes on. */
static bool
take_subject(const zta_form *form, const zta_circumstances *around,
    zta_issue_request *out)
{
	zta_str token = zta_form__get(form, "subject_token");
	zta_str type = zta_form__get(form, "subject_token_type");

	if (zta_str__is(type, ZTA_TOKEN_TYPE "txn_token")) {
		out->replaces = token;
		return true;
	}
	if (zta_str__is(type, SEAL_TYPE)) {
		out->seal = token;
		return true;
	}
	if (zta_str__is(type, GRANT_TYPE)) {
		out->grant = token;
		return true;
	}
	return take_presented(token, type, false, around, &out->subject);
}

/* The actor's token, or that of its header; or the peer of the connection. */
static bool
take_actor(const zta_http_call *call, const zta_form *form,
    const zta_circumstances *around, zta_presented *out)
{
	zta_str token = zta_form__get(form, "actor_token");
	zta_str type = zta_form__get(form, "actor_token_type");

	if (token.len == 0 && type.len == 0 &&
	    zta_http_call__header(call, "workload-identity-token", &token)) {
		*out = (zta_presented){ token, ZTA_AS_JWT, around };
		return true;
	}
	if (token.len == 0 && type.len == 0 && around->chain_count > 0) {
		*out = (zta_presented){ token, ZTA_AS_SVID, around };
		return true;
	}
	return take_presented(token, type, true, around, out);
}

const char *
zta_token_form__read(const zta_http_call *call, const zta_form *form,
    const zta_circumstances *around, zta_issue_request *out, const char **error)
{
	const char *refused;

	*out = (zta_issue_request){
		.audience = zta_form__get(form, "audience"),
		.scope = zta_form__get(form, "scope"),
		.request_context = zta_form__get(form, "request_context"),
		.request_details = zta_form__get(form, "request_details"),
		.delegation = zta_form__get(form, "delegation"),
	};
	*error = "invalid_request";
	if (!zta_str__is(zta_form__get(form, "grant_type"),
		"urn:ietf:params:oauth:grant-type:token-exchange")) {
		*error = "unsupported_grant_type";
		return "grant_type must be that of token exchange";
	}
	if (!zta_str__is(zta_form__get(form, "requested_token_type"),
		ZTA_TOKEN_TYPE "txn_token")) {
		return "requested_token_type must be that of txn_token";
	}
	refused = refused_type(zta_form__get(form, "subject_token_type"));
	if (refused != NULL) {
		return refused;
	}
	if (!take_subject(form, around, out)) {
		return "subject_token_type is none that is known here";
	}
	if (out->seal.len > 0) {
		refused = read_received(form, call->arena, &out->received);
	}
	if (refused != NULL) {
		return refused;
	}
	if (!take_actor(call, form, around, &out->actor)) {
		return "actor_token_type is none that is known here";
	}
	return zta_form__get(form, "subject_token").len == 0 ||
		(out->actor.credential.len == 0 &&
		    out->actor.as != ZTA_AS_SVID) ?
	    "subject_token and actor_token must be there" :
	    NULL;
}
