/* SPDX-License-Identifier: Apache-2.0 */
/* client_auth.c - see client_auth.h. */
#include "identity/client_auth.h"

#include "base/b64.h"
#include "base/error.h"
#include "base/json_write.h"
#include "base/limits.h"
#include "base/random.h"
#include "base/str.h"
#include "base/time.h"
#include "base/uri.h"

/* An assertion is used at once. */
#define ASSERTION_S 60

void
zta_client_form__init(zta_client_form *out)
{
	zta_buf__init_secret(&out->form, ZTA_FORM_MAX);
	zta_buf__init_secret(&out->authorization, ZTA_FORM_MAX);
}

void
zta_client_form__release(zta_client_form *form)
{
	zta_buf__release(&form->form);
	zta_buf__release(&form->authorization);
}

void
zta_client_form__put(zta_client_form *out, const char *name, zta_str value)
{
	if (out->form.len > 0) {
		zta_buf__byte(&out->form, '&');
	}
	zta_buf__text(&out->form, name);
	zta_buf__byte(&out->form, '=');
	zta_uri__put_escaped(&out->form, value);
}

/* SPEC: rfc6749 2.3.1: both are encoded as in a form, and then in base64. */
static zta_status
show_basic(zta_client_form *out, zta_str id, zta_str secret)
{
	zta_str pair;
	zta_buf buf;
	char *digits;

	zta_buf__init_secret(&buf, ZTA_FORM_MAX);
	zta_uri__put_escaped(&buf, id);
	zta_buf__byte(&buf, ':');
	zta_uri__put_escaped(&buf, secret);
	pair = zta_buf__str(&buf);
	zta_buf__text(&out->authorization, "Basic ");
	digits =
	    zta_buf__extend(&out->authorization, ZTA_B64_STD_LEN(pair.len));
	if (digits != NULL) {
		zta_b64_std__encode(pair, digits);
	}
	zta_buf__release(&buf);
	return out->authorization.status;
}

static zta_status
show_secret(zta_client_form *out, const zta_client *client,
    const zta_outside *outside, zta_error *err)
{
	zta_buf secret;
	zta_status status;

	zta_buf__init_secret(&secret, ZTA_CLIENT_SECRET_MAX);
	status = outside->secret(
	    outside->context, client->secret_file, &secret, err);
	if (status == ZTA_OK && client->method == ZTA_CLIENT_BASIC) {
		status = show_basic(out, client->id, zta_buf__str(&secret));
	} else if (status == ZTA_OK) {
		zta_client_form__put(out, "client_id", client->id);
		zta_client_form__put(
		    out, "client_secret", zta_buf__str(&secret));
	}
	zta_buf__release(&secret);
	return status;
}

static void
put_claims(zta_buf *payload, zta_str id, zta_str audience)
{
	zta_json_out json = { payload, false };
	unsigned char random[16];
	char jti[2 * sizeof(random)];
	int64_t now = zta_time__now_ms() / 1000;

	zta_random__bytes(random, sizeof(random));
	zta_hex__encode((zta_str){ (char *)random, sizeof(random) }, jti);
	zta_json_out__open(&json, '{');
	zta_json_out__name(&json, "iss");
	zta_json_out__str(&json, id);
	zta_json_out__name(&json, "sub");
	zta_json_out__str(&json, id);
	zta_json_out__name(&json, "aud");
	zta_json_out__str(&json, audience);
	zta_json_out__name(&json, "jti");
	zta_json_out__str(&json, (zta_str){ jti, sizeof(jti) });
	zta_json_out__name(&json, "iat");
	zta_json_out__int(&json, now);
	zta_json_out__name(&json, "exp");
	zta_json_out__int(&json, now + ASSERTION_S);
	zta_json_out__close(&json, '}');
}

static zta_status
show_assertion(zta_client_form *out, zta_str id, zta_str audience,
    const zta_outside *outside, zta_error *err)
{
	zta_buf payload, token;
	zta_status status;

	zta_buf__init_secret(&payload, ZTA_JWS_MAX);
	zta_buf__init_secret(&token, ZTA_JWS_MAX);
	put_claims(&payload, id, audience);
	status = payload.status;
	if (status == ZTA_OK) {
		status = outside->sign(
		    outside->context, zta_buf__str(&payload), &token, err);
	}
	if (status == ZTA_OK) {
		zta_client_form__put(out, "client_id", id);
		zta_client_form__put(out, "client_assertion_type",
		    ZTA_STR("urn:ietf:params:oauth:client-assertion-type:"
			    "jwt-bearer"));
		zta_client_form__put(
		    out, "client_assertion", zta_buf__str(&token));
	}
	zta_buf__release(&payload);
	zta_buf__release(&token);
	return status;
}

zta_status
zta_client_form__show(zta_client_form *out, const zta_client *client,
    zta_str audience, const zta_outside *outside, zta_error *err)
{
	zta_status status = client->method == ZTA_CLIENT_KEY ?
	    show_assertion(out, client->id, audience, outside, err) :
	    show_secret(out, client, outside, err);

	if (status == ZTA_OK) {
		status = out->form.status;
	}
	if (status != ZTA_OK && err != NULL && err->message[0] == '\0') {
		(void)zta_error__set(
		    err, status, "the question cannot be made");
	}
	return status;
}
