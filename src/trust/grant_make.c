/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grant_make.c - make a grant, and verify one, for whoever gives and is given.
 *
 * What is made is read back before anybody signs it: the rules of the form are in
 * one place, grant_read.c, and what breaks them is told with its place there.
 */
#include "base/b64.h"
#include "base/error.h"
#include "base/json_write.h"
#include "base/limits.h"
#include "base/random.h"
#include "base/str.h"
#include "base/time.h"
#include "trust/grant.h"
#include "ztauth/grant.h"

#define JTI_BYTES 16

/* --- the statement */

static void
put_join(zta_buf *out, size_t i, size_t count)
{
	if (i > 0) {
		zta_buf__text(out, i == count - 1 ? " and " : ", ");
	}
}

/* A type alone is all of it. */
static void
put_things(zta_buf *out, const zta_grant_terms *t)
{
	size_t i;

	for (i = 0; i < t->action_count; i++) {
		put_join(out, i, t->action_count);
		zta_buf__put(out, t->actions[i]);
	}
	zta_buf__byte(out, ' ');
	for (i = 0; i < t->resource_count; i++) {
		put_join(out, i, t->resource_count);
		zta_buf__text(out,
		    zta_str__ends(t->resources[i], ZTA_STR("\"")) ? "" :
								    "every ");
		zta_buf__put(out, t->resources[i]);
	}
}

/* A condition may be written on several lines; a statement is one. */
static void
put_line(zta_buf *out, zta_str text)
{
	size_t i;

	for (i = 0; i < text.len; i++) {
		zta_buf__byte(
		    out, (unsigned char)text.ptr[i] < ' ' ? ' ' : text.ptr[i]);
	}
}

static void
put_time(zta_buf *out, int64_t seconds)
{
	char text[ZTA_TIME_TEXT_MAX];

	zta_time__format(seconds * 1000, text);
	/* Grants are of whole seconds. */
	zta_buf__printf(out, "%.19sZ", text);
}

static void
put_statement(zta_buf *out, const zta_grant_terms *t)
{
	if (t->statement.len > 0) {
		zta_buf__put(out, t->statement);
		return;
	}
	zta_buf__printf(out, "%.*s may ", ZTA_STR_ARG(t->delegate));
	put_things(out, t);
	zta_buf__printf(out, " for %.*s, from ", ZTA_STR_ARG(t->delegator));
	put_time(out, t->not_before_s);
	zta_buf__text(out, " until ");
	put_time(out, t->expires_s);
	if (t->once) {
		zta_buf__text(out, ", once");
	}
	if (t->when.len > 0) {
		zta_buf__text(out, ", when ");
		put_line(out, t->when);
	}
	if (t->max_depth == 0) {
		zta_buf__text(out, "; it may not be passed on.");
	} else {
		zta_buf__printf(out, "; it may be passed on, %u deep.",
		    (unsigned)t->max_depth);
	}
}

/* --- the payload */

static void
put_resource(zta_json_out *out, zta_arena *arena, zta_str text)
{
	zta_str type = text, id = { NULL, 0 };

	(void)zta_grant__read_entity(arena, text, &type, &id);
	zta_json_out__open(out, '{');
	zta_json_out__member_if(out, "type", type);
	zta_json_out__member_if(out, "id", id);
	zta_json_out__close(out, '}');
}

static void
put_authority(zta_json_out *out, zta_arena *arena, const zta_grant_terms *t)
{
	size_t i;

	zta_json_out__name(out, "authority");
	zta_json_out__open(out, '{');
	zta_json_out__name(out, "actions");
	zta_json_out__open(out, '[');
	for (i = 0; i < t->action_count; i++) {
		zta_json_out__str(out, t->actions[i]);
	}
	zta_json_out__close(out, ']');
	zta_json_out__name(out, "resources");
	zta_json_out__open(out, '[');
	for (i = 0; i < t->resource_count; i++) {
		put_resource(out, arena, t->resources[i]);
	}
	zta_json_out__close(out, ']');
	zta_json_out__member_if(out, "when", t->when);
	zta_json_out__close(out, '}');
}

static void
put_digest(zta_json_out *out, const char *name, const unsigned char *digest)
{
	char digits[ZTA_B64_LEN(ZTA_SHA256_LEN)];

	zta_b64__encode(
	    (zta_str){ (const char *)digest, ZTA_SHA256_LEN }, digits);
	zta_json_out__member_if(out, name, (zta_str){ digits, sizeof(digits) });
}

static void
put_payload(zta_buf *buf, zta_arena *arena, const zta_grant_terms *t,
    const zta_grant *parent, zta_consent consent)
{
	unsigned char random[JTI_BYTES];
	char jti[2 * JTI_BYTES]; /* No dash: it is typed as an argument. */
	zta_json_out out = { buf, false };
	zta_buf statement;

	zta_random__bytes(random, sizeof(random));
	zta_hex__encode((zta_str){ (char *)random, sizeof(random) }, jti);
	zta_buf__init(&statement, SIZE_MAX);
	put_statement(&statement, t);
	zta_json_out__open(&out, '{');
	zta_json_out__member_if(&out, "iss", t->delegator);
	zta_json_out__member_if(&out, "sub", t->delegator);
	zta_json_out__member_if(&out, "delegate", t->delegate);
	zta_json_out__member_if(&out, "aud", t->zone);
	put_authority(&out, arena, t);
	if (t->consent_s > 0) {
		zta_json_out__member_int(&out, "iat", t->consent_s);
	}
	zta_json_out__member_int(&out, "nbf", t->not_before_s);
	zta_json_out__member_int(&out, "exp", t->expires_s);
	zta_json_out__member_if(&out, "jti", (zta_str){ jti, sizeof(jti) });
	zta_json_out__member_int(&out, "max_depth", t->max_depth);
	if (parent != NULL) {
		put_digest(&out, "parent", parent->digest);
	}
	if (t->holder.len > 0) {
		zta_json_out__name(&out, "cnf");
		zta_json_out__open(&out, '{');
		zta_json_out__member_if(&out, "jkt", t->holder);
		zta_json_out__close(&out, '}');
	}
	zta_json_out__name(&out, "consent");
	zta_json_out__open(&out, '{');
	zta_json_out__member_if(
	    &out, "kind", zta_str_of(zta_consent__name(consent)));
	zta_json_out__close(&out, '}');
	zta_json_out__member_if(&out, "statement", zta_buf__str(&statement));
	zta_json_out__member_if(&out, "purpose", t->purpose);
	if (t->once) {
		zta_json_out__name(&out, "once");
		zta_json_out__bool(&out, true);
	}
	zta_json_out__close(&out, '}');
	if (statement.status != ZTA_OK) {
		buf->status = statement.status;
	}
	zta_buf__release(&statement);
}

/* --- making */

/* What every server would refuse is not signed. */
static zta_status
check(
    zta_arena *arena, zta_str payload, const zta_grant *parent, zta_error *err)
{
	zta_grant grant;
	zta_grant_finding finding = ZTA_GRANT_HOLDS;
	zta_status status =
	    zta_grant__read_payload(&grant, arena, payload, err);

	if (status == ZTA_OK && parent != NULL) {
		finding = !zta_str__eq(parent->delegate, grant.delegator) ?
		    ZTA_GRANT_NOT_DELEGATE :
		    zta_grant__inside(&grant, parent);
	}
	return finding == ZTA_GRANT_HOLDS ?
	    status :
	    zta_error__set(err, ZTA_EUNTRUSTED,
		"it is not inside the grant that it passes on: %s",
		zta_grant__finding_name(finding));
}

static zta_status
compose(const zta_grant_terms *t, zta_consent consent, zta_arena *arena,
    zta_buf *payload, zta_error *err)
{
	zta_grant space, *parent = NULL;
	zta_status status = ZTA_OK;

	if (t->parent.len > 0) {
		parent = &space;
		status = zta_grant__read(parent, arena, t->parent, err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	put_payload(payload, arena, t, parent, consent);
	return payload->status != ZTA_OK ?
	    zta_error__nomem(err) :
	    check(arena, zta_buf__str(payload), parent, err);
}

zta_status
zta_grant_compose(
    const zta_grant_terms *terms, bool by_sign_in, zta_str *out, zta_error *err)
{
	zta_arena arena;
	zta_buf payload;
	zta_status status;

	*out = (zta_str){ NULL, 0 };
	zta_arena__init(&arena, SIZE_MAX);
	zta_buf__init(&payload, ZTA_JWS_MAX);
	status = compose(terms,
	    by_sign_in ? ZTA_CONSENT_OIDC_NONCE : ZTA_CONSENT_SIGNATURE, &arena,
	    &payload, err);
	status = zta_buf__give(&payload, status, out, err);
	zta_arena__release(&arena);
	return status;
}

zta_status
zta_grant_sign(
    zta_str payload, const zta_key *key, zta_str *out, zta_error *err)
{
	zta_arena arena;
	zta_grant grant;
	zta_buf token;
	zta_status status;

	*out = (zta_str){ NULL, 0 };
	zta_arena__init(&arena, SIZE_MAX);
	zta_buf__init(&token, ZTA_JWS_MAX);
	status = zta_grant__read_payload(&grant, &arena, payload, err);
	if (status == ZTA_OK && grant.consent != ZTA_CONSENT_SIGNATURE) {
		status = zta_error__set(
		    err, ZTA_EUNTRUSTED, "its consent is not a signature");
	}
	if (status == ZTA_OK) {
		status = zta_jws__sign(&token, key, zta_key_alg(key),
		    ZTA_STR(ZTA_GRANT_TYP), zta_key__id(key), payload, err);
	}
	status = zta_buf__give(&token, status, out, err);
	zta_arena__release(&arena);
	return status;
}

/* --- verifying */

/* A key set has no names: its keys are the delegator's. */
static zta_status
find_keys(zta_delegators *out, zta_jwks *own, zta_arena *arena,
    zta_str document, zta_error *err)
{
	zta_json_doc doc;
	zta_status status = zta_json__read(arena, document, &doc, err);

	if (status != ZTA_OK) {
		return status;
	}
	return doc.root->type == ZTA_JSON_OBJECT &&
		zta_json__get(doc.root, "keys") != NULL ?
	    zta_jwks__read(own, arena, &doc, doc.root, "sig", err) :
	    zta_delegators__read(out, arena, document, err);
}

static zta_grant_finding
verify(const zta_grant *grant, const zta_delegators *delegators,
    const zta_jwks *own)
{
	zta_known_token signed_text = grant->token;
	const zta_key *key;

	if (grant->consent != ZTA_CONSENT_SIGNATURE || own->count == 0) {
		return zta_grant__verify(grant, delegators, NULL, &key);
	}
	key = zta_jwks__find(own, signed_text.jws);
	if (key == NULL) {
		return ZTA_GRANT_NO_KEY;
	}
	return zta_known__verify(&signed_text, key) ? ZTA_GRANT_HOLDS :
						      ZTA_GRANT_BAD_SIGNATURE;
}

zta_status
zta_grant_verify(zta_str token, zta_str document, zta_error *err)
{
	zta_delegators delegators = { 0 };
	zta_jwks own = { 0 };
	zta_grant grant;
	zta_grant_finding finding = ZTA_GRANT_MALFORMED;
	zta_arena arena;
	zta_status status;

	zta_arena__init(&arena, SIZE_MAX);
	status = zta_grant__read(&grant, &arena, token, err);
	if (status == ZTA_OK) {
		status = find_keys(&delegators, &own, &arena, document, err);
	}
	if (status == ZTA_OK) {
		finding = verify(&grant, &delegators, &own);
	}
	zta_delegators__release(&delegators);
	zta_jwks__release(&own);
	zta_arena__release(&arena);
	return status != ZTA_OK || finding == ZTA_GRANT_HOLDS ?
	    status :
	    zta_error__set(err, ZTA_EUNTRUSTED, "the grant: %s",
		zta_grant__finding_name(finding));
}
