/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grant_remote.c - the grants of a zone at a server; see ztauth/grant.h.
 *
 * What a server sends is read as a grant again: it cannot make one say what the
 * delegator has not signed.
 */
#include <stdio.h>

#include "base/b64.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/random.h"
#include "base/str.h"
#include "base/time.h"
#include "base/uri.h"
#include "pap/remote_ask.h"
#include "trust/grant_show.h"

/* A list of grants, each with its JWS. */
#define ANSWER_MAX ((size_t)16 << 20)
#define PATIENCE_MS 30000
#define PROOF_ID_LEN 16

typedef struct exchange {
	const zta_grant_server *server;
	zta_remote remote;
	zta_buf path;
	zta_buf authorization, proof; /* header lines; they are wiped */
	zta_http_response answer;
	zta_error *err;
} exchange;

static zta_status
begin(exchange *x, const zta_grant_server *server, zta_error *err)
{
	const zta_remote_options options = { .url = server->url,
		.ca_file = server->ca_file };
	zta_str zone, name;
	zta_status status;

	*x = (exchange){ .server = server, .err = err };
	zta_buf__init(&x->path, SIZE_MAX);
	zta_buf__init_secret(&x->authorization, SIZE_MAX);
	zta_buf__init_secret(&x->proof, SIZE_MAX);
	status =
	    zta_remote__open_server(&x->remote, &options, &zone, &name, err);
	if (status == ZTA_OK && name.len > 0) {
		return zta_error__set(err, ZTA_EINVAL,
		    "the URL of a zone is http[s]://<host>/zones/<zone>");
	}
	if (status == ZTA_OK) {
		zta_buf__printf(
		    &x->path, "/zones/%.*s/delegations", ZTA_STR_ARG(zone));
	}
	return status;
}

static void
end(exchange *x)
{
	zta_remote__close(&x->remote);
	zta_buf__release(&x->path);
	zta_buf__release(&x->authorization);
	zta_buf__release(&x->proof);
}

/* --- proof of possession. SPEC: rfc9449 4.2 */

static void
put_digits(
    zta_json_out *out, const char *name, const unsigned char *bytes, size_t len)
{
	char digits[ZTA_B64_LEN(ZTA_SHA256_LEN)];

	zta_b64__encode((zta_str){ (const char *)bytes, len }, digits);
	zta_json_out__member(out, name, (zta_str){ digits, ZTA_B64_LEN(len) });
}

static void
put_claims(exchange *x, const char *method, zta_buf *buf)
{
	unsigned char hash[ZTA_SHA256_LEN], id[PROOF_ID_LEN];
	zta_str path = zta_buf__str(&x->path);
	zta_json_out out = { buf, false };
	zta_buf url;

	zta_random__bytes(id, sizeof(id));
	zta_digest__sha256(x->server->credential, hash);
	zta_buf__init(&url, SIZE_MAX);
	zta_buf__put(&url, x->remote.base);
	zta_buf__put(&url, (zta_str){ path.ptr, zta_str__find(path, '?') });
	zta_json_out__open(&out, '{');
	put_digits(&out, "jti", id, sizeof(id));
	zta_json_out__member(&out, "htm", zta_str_of(method));
	zta_json_out__member(&out, "htu", zta_buf__str(&url));
	zta_json_out__member_int(&out, "iat", zta_time__now_ms() / 1000);
	put_digits(&out, "ath", hash, sizeof(hash));
	zta_json_out__close(&out, '}');
	if (url.status != ZTA_OK) {
		buf->status = url.status;
	}
	zta_buf__release(&url);
}

static zta_status
sign_proof(exchange *x, zta_str claims, zta_error *err)
{
	const zta_key *key = x->server->key;
	unsigned char sig[ZTA_SIGNATURE_MAX];
	char jwk[ZTA_KEY_JWK_MAX];
	const char *alg = zta_alg_name(zta_key_alg(key));
	zta_buf header, token;
	size_t len;
	zta_status status =
	    zta_key_public_jwk(key, ZTA_ALG_NONE, ZTA_STR(""), jwk, err);

	zta_buf__init(&header, SIZE_MAX);
	zta_buf__init(&token, SIZE_MAX);
	zta_buf__printf(&header,
	    "{\"typ\":\"dpop+jwt\",\"alg\":\"%s\",\"jwk\":%s}", alg, jwk);
	zta_b64__put(&token, zta_buf__str(&header));
	zta_buf__byte(&token, '.');
	zta_b64__put(&token, claims);
	if (status == ZTA_OK) {
		status = header.status != ZTA_OK ? zta_error__nomem(err) :
						   token.status;
	}
	if (status == ZTA_OK) {
		status = zta_key__sign(key, zta_key_alg(key),
		    zta_buf__str(&token), sig, &len, err);
	}
	if (status == ZTA_OK) {
		zta_buf__text(&x->proof, "DPoP: ");
		zta_buf__put(&x->proof, zta_buf__str(&token));
		zta_buf__byte(&x->proof, '.');
		zta_b64__put(&x->proof, (zta_str){ (const char *)sig, len });
		zta_buf__byte(&x->proof, '\0');
	}
	zta_buf__release(&header);
	zta_buf__release(&token);
	return status;
}

static zta_status
put_credential(exchange *x, const char *method)
{
	zta_buf claims;
	zta_status status = ZTA_OK;

	zta_buf__printf(&x->authorization, "Authorization: %s %.*s",
	    x->server->key == NULL ? "Bearer" : "DPoP",
	    ZTA_STR_ARG(x->server->credential));
	zta_buf__byte(&x->authorization, '\0');
	if (x->server->key != NULL) {
		zta_buf__init(&claims, SIZE_MAX);
		put_claims(x, method, &claims);
		status = claims.status != ZTA_OK ?
		    zta_error__nomem(x->err) :
		    sign_proof(x, zta_buf__str(&claims), x->err);
		zta_buf__release(&claims);
	}
	if (status == ZTA_OK &&
	    (x->authorization.status != ZTA_OK || x->proof.status != ZTA_OK ||
		x->path.status != ZTA_OK)) {
		status = zta_error__nomem(x->err);
	}
	return status;
}

static zta_status
ask(exchange *x, const char *method, const char *type, zta_str body)
{
	const char *fields[3] = { NULL, NULL, NULL };
	zta_remote_request request = { .method = method,
		.type = type,
		.body = body,
		.fields = fields,
		.timeout_ms = PATIENCE_MS,
		.answer_max = ANSWER_MAX };
	zta_status status = put_credential(x, method);

	if (status != ZTA_OK) {
		return status;
	}
	fields[0] = x->authorization.ptr;
	fields[1] = x->proof.ptr;
	request.path = zta_buf__str(&x->path);
	status = zta_remote__ask(&x->remote, &request, &x->answer, x->err);
	return status == ZTA_ECONFLICT ? ZTA_EEXIST : status;
}

/* --- answers */

static zta_status
read_list(const zta_json *node, zta_grant_list_held *held, zta_error *err)
{
	const zta_json *more = NULL, *item = node, *all = node;
	zta_grant_shown *list;
	zta_status status = ZTA_OK;
	uint32_t i, count = 1;

	if (node->type == ZTA_JSON_OBJECT) {
		more = zta_json__get(node, "more");
		if (more != NULL) {
			node = zta_json__get(node, "delegations");
			if (node == NULL || node->type != ZTA_JSON_ARRAY) {
				return zta_error__set(err, ZTA_EINVALID,
				    "there are no `delegations`");
			}
			count = node->count;
			item = zta_json__first(node);
		}
	}
	list =
	    zta_arena__zalloc(&held->arena, (size_t)count + 1, sizeof(*list));
	if (list == NULL) {
		return zta_arena__failed(&held->arena, err);
	}
	for (i = 0; status == ZTA_OK && i < count; i++) {
		status = zta_grant_show__get(&list[i], &held->arena, item, err);
		item = zta_json__after(item);
	}
	held->list = (zta_grant_list){ .list = list,
		.count = count,
		.more = more != NULL && more->type == ZTA_JSON_TRUE,
		.next = zta_json__text_in(more == NULL ? NULL : all, "next") };
	return status;
}

/* The answer is one grant, or a list of them. */
static zta_status
give(exchange *x, const zta_grant_list **out)
{
	zta_grant_list_held *held = zta_grant_list__open(x->err);
	zta_error why = { 0 };
	zta_json_doc doc;
	zta_str text;
	zta_status status;

	if (held == NULL) {
		return ZTA_ENOMEM;
	}
	text = zta_arena__copy(&held->arena, x->answer.body);
	status = text.ptr == NULL ?
	    zta_arena__failed(&held->arena, &why) :
	    zta_json__read(&held->arena, text, &doc, &why);
	if (status == ZTA_OK) {
		status = read_list(doc.root, held, &why);
	}
	if (status != ZTA_OK) {
		zta_grant_list_free(&held->list);
		(void)zta_error__set(x->err, ZTA_EINVALID,
		    "the server's answer makes no sense: %.200s", why.message);
		return ZTA_EINVALID;
	}
	*out = &held->list;
	return ZTA_OK;
}

/* --- calls */

static zta_status
put_body(zta_buf *body, zta_str grant, zta_str id_token)
{
	zta_json_out out = { body, false };
	zta_buf digits;

	if (id_token.len == 0) {
		zta_buf__put(body, grant);
		return body->status;
	}
	zta_buf__init(&digits, SIZE_MAX);
	zta_b64__put(&digits, grant);
	zta_json_out__open(&out, '{');
	zta_json_out__member(&out, "payload", zta_buf__str(&digits));
	zta_json_out__member(&out, "id_token", id_token);
	zta_json_out__close(&out, '}');
	if (digits.status != ZTA_OK) {
		body->status = digits.status;
	}
	zta_buf__release(&digits);
	return body->status;
}

zta_status
zta_grant_register(const zta_grant_server *server, zta_str grant,
    zta_str id_token, const zta_grant_list **out, zta_error *err)
{
	exchange x;
	zta_buf body;
	zta_status status = begin(&x, server, err);

	*out = NULL;
	zta_buf__init_secret(&body, SIZE_MAX);
	if (status == ZTA_OK) {
		status = put_body(&body, grant, id_token) != ZTA_OK ?
		    zta_error__nomem(err) :
		    ask(&x, "POST",
			id_token.len == 0 ? "application/jose" :
					    "application/json",
			zta_buf__str(&body));
	}
	if (status == ZTA_OK) {
		status = give(&x, out);
	}
	zta_buf__release(&body);
	end(&x);
	return status;
}

static void
put_query(zta_buf *path, const zta_grant_filter *filter)
{
	const struct {
		const char *name;
		zta_str value;
	} parts[] = { { "delegator=", filter->delegator },
		{ "delegate=", filter->delegate },
		{ "after=", filter->after } };
	char join = '?';
	size_t i;

	if (filter->jti.len > 0) {
		zta_buf__byte(path, '/');
		zta_uri__put_escaped(path, filter->jti);
		return;
	}
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (parts[i].value.len > 0) {
			zta_buf__byte(path, join);
			zta_buf__text(path, parts[i].name);
			zta_uri__put_escaped(path, parts[i].value);
			join = '&';
		}
	}
}

zta_status
zta_grants_at_server(const zta_grant_server *server,
    const zta_grant_filter *filter, const zta_grant_list **out, zta_error *err)
{
	exchange x;
	zta_status status = begin(&x, server, err);

	*out = NULL;
	if (status == ZTA_OK) {
		put_query(&x.path, filter);
		status = ask(&x, "GET", NULL, ZTA_STR(""));
	}
	if (status == ZTA_OK) {
		status = give(&x, out);
	}
	end(&x);
	return status;
}

zta_status
zta_grant_revoke(const zta_grant_server *server, zta_str jti, zta_error *err)
{
	const zta_grant_filter filter = { .jti = jti };
	exchange x;
	zta_status status = begin(&x, server, err);

	if (status == ZTA_OK) {
		put_query(&x.path, &filter);
		status = ask(&x, "DELETE", NULL, ZTA_STR(""));
	}
	end(&x);
	return status;
}
