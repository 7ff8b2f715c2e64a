/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exchange.c - tokens: of a credential, of another token, of a seal.
 * SPEC: ztauth 4, 8; rfc8693
 */
#include <inttypes.h>

#include "base/b64.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/time.h"
#include "base/uri.h"
#include "crypto/digest.h"
#include "pep/pep_part.h"

#define OAUTH "urn:ietf:params:oauth:"

static const char *const kinds[] = {
	[ZTA_PEP_JWT] = OAUTH "token-type:jwt",
	[ZTA_PEP_ACCESS_TOKEN] = OAUTH "token-type:access_token",
	[ZTA_PEP_ID_TOKEN] = OAUTH "token-type:id_token",
	[ZTA_PEP_SAML2] = OAUTH "token-type:saml2",
	[ZTA_PEP_API_KEY] = "urn:ztauth:token-type:api-key",
	[ZTA_PEP_TXN_TOKEN] = OAUTH "token-type:txn_token",
	[ZTA_PEP_DELEGATION] = "urn:ztauth:token-type:delegation",
};

/* A field of the form; empty ones are left out. */
static void
put(zta_buf *form, const char *name, zta_str value)
{
	if (value.len == 0) {
		return;
	}
	if (form->len > 0) {
		zta_buf__byte(form, '&');
	}
	zta_buf__text(form, name);
	zta_buf__byte(form, '=');
	zta_uri__put_escaped(form, value);
}

static void
put_text(zta_buf *form, const char *name, const char *value)
{
	put(form, name, zta_str_of(value));
}

/* What every exchange has: what is wanted, and who wants it. */
static zta_status
put_actor(const zta_pep *pep, zta_pep_link *link, zta_error *err)
{
	const zta_pep_options *o = &pep->options;
	zta_status status = zta_pep__fetch_credential(pep, link, err);

	if (status != ZTA_OK) {
		return status;
	}
	if (link->shown.len == 0 && o->certificate_file == NULL) {
		return zta_error__set(err, ZTA_EINVAL,
		    "a workload that wants a token needs a credential");
	}
	put_text(&link->sent, "grant_type", OAUTH "grant-type:token-exchange");
	put_text(&link->sent, "requested_token_type", kinds[ZTA_PEP_TXN_TOKEN]);
	if (link->shown.len > 0) {
		put(&link->sent, "actor_token", zta_buf__str(&link->shown));
		put_text(
		    &link->sent, "actor_token_type", kinds[o->credential_kind]);
	}
	return ZTA_OK;
}

static zta_status
ask(zta_pep *pep, zta_pep_link *link, zta_pep_token *out, zta_error *err)
{
	const zta_pep_request request = { .path = "/token",
		.type = "application/x-www-form-urlencoded" };
	int64_t now = zta_time__now_ms();
	unsigned code;
	zta_json_doc answer;
	zta_status status =
	    zta_pep__ask(pep, link, &request, &code, &answer, err);

	if (status != ZTA_OK) {
		return status;
	}
	return code == 200 ? zta_pep__read_token(&answer, now, out, err) :
			     zta_pep__read_error(&answer, code, out, err);
}

static zta_status
put_subject(zta_pep_link *link, const zta_pep_subject *subject, zta_error *err)
{
	zta_buf *form = &link->sent;
	zta_status status;

	if (link->token.len == 0 ||
	    (size_t)subject->kind >= sizeof(kinds) / sizeof(kinds[0])) {
		return zta_error__set(err, ZTA_EINVAL,
		    "a subject has a token, of a kind that there is");
	}
	status = zta_pep__check_object(
	    &link->arena, subject->details, "details", err);
	if (status == ZTA_OK) {
		status = zta_pep__check_object(
		    &link->arena, subject->context, "context", err);
	}
	put(form, "subject_token", zta_buf__str(&link->token));
	put_text(form, "subject_token_type", kinds[subject->kind]);
	put(form, "scope", subject->scope);
	put(form, "request_details", subject->details);
	put(form, "request_context", subject->context);
	put(form, "delegation", subject->delegation);
	return status;
}

zta_status
zta_pep_exchange(zta_pep *pep, const zta_pep_subject *subject,
    zta_pep_token *out, zta_error *err)
{
	zta_pep_link *link;
	zta_status status = zta_pep__take(pep, subject->token, &link, err);

	*out = (zta_pep_token){ 0 };
	if (status != ZTA_OK) {
		return status;
	}
	status = put_actor(pep, link, err);
	if (status == ZTA_OK) {
		status = put_subject(link, subject, err);
	}
	if (status == ZTA_OK) {
		status = ask(pep, link, out, err);
	}
	return zta_pep__end(pep, link, status, err);
}

/* --- seals. SPEC: docs/formats/seal.md */

zta_status
zta_pep__check_message(const zta_pep_message *message, zta_error *err)
{
	zta_str channel = message->channel;
	size_t i;

	for (i = 0; i < channel.len; i++) {
		if ((unsigned char)channel.ptr[i] < ' ' ||
		    channel.ptr[i] == 0x7f) {
			break;
		}
	}
	return i == channel.len && i > 0 && i <= ZTA_SEAL_CHANNEL_MAX ?
	    ZTA_OK :
	    zta_error__set(err, ZTA_EINVAL,
		"a channel has 1 to %u bytes, none of them a control character",
		ZTA_SEAL_CHANNEL_MAX);
}

void
zta_pep__hash(zta_str payload, char out[ZTA_PEP_HASH_LEN])
{
	unsigned char digest[ZTA_SHA256_LEN];

	zta_digest__sha256(payload, digest);
	zta_b64__encode((zta_str){ (char *)digest, sizeof(digest) }, out);
}

static zta_status
put_seal(zta_pep_link *link, const zta_pep_message *message, zta_error *err)
{
	zta_buf *form = &link->sent;
	char hash[ZTA_PEP_HASH_LEN];

	if (link->token.len == 0) {
		return zta_error__set(
		    err, ZTA_EINVAL, "the message has no seal");
	}
	zta_pep__hash(message->payload, hash);
	put(form, "subject_token", zta_buf__str(&link->token));
	put_text(form, "subject_token_type", "urn:ztauth:token-type:seal");
	put(form, "channel", message->channel);
	put(form, "payload_sha256", (zta_str){ hash, sizeof(hash) });
	if (message->is_part) {
		zta_buf__printf(
		    form, "&payload_index=%" PRIu32, message->index);
		put(form, "payload_path", message->path);
	}
	return ZTA_OK;
}

zta_status
zta_pep_unseal(zta_pep *pep, zta_str seal, const zta_pep_message *message,
    zta_pep_token *out, zta_error *err)
{
	zta_pep_link *link;
	zta_status status = zta_pep__take(pep, seal, &link, err);

	*out = (zta_pep_token){ 0 };
	if (status != ZTA_OK) {
		return status;
	}
	status = zta_pep__check_message(message, err);
	if (status == ZTA_OK) {
		status = put_actor(pep, link, err);
	}
	if (status == ZTA_OK) {
		status = put_seal(link, message, err);
	}
	if (status == ZTA_OK) {
		status = ask(pep, link, out, err);
	}
	return zta_pep__end(pep, link, status, err);
}
