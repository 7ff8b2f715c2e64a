/* SPDX-License-Identifier: Apache-2.0 */
/* signed_request.c - see signed_request.h. */
#include "api/signed_request.h"

#include "api/host.h"
#include "base/b64.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "crypto/digest.h"
#include "crypto/ssh_sig.h"

#define NAMESPACE ZTA_STR("ztauth-request")
#define SCHEME ZTA_STR("ztauth-ssh ")
/* Digits of a date, up to the year 5138. */
#define DATE_DIGITS_MAX 14

typedef struct judge {
	const zta_http_call *call;
	zta_str host, date, nonce; /* headers */
	zta_error *err;
} judge;

static zta_status
refuse(judge *j, const char *header, const char *why)
{
	zta_status status = zta_error__set(j->err, ZTA_EUNTRUSTED, "%s", why);

	zta_error__replace(j->err, "%s", header);
	return status;
}

static zta_status
need(judge *j, const char *header, zta_str *value)
{
	return zta_http_call__header(j->call, header, value) ?
	    ZTA_OK :
	    refuse(j, header, "a signed request has this header");
}

/* --- the parts */

static zta_status
check_date(judge *j, int64_t now)
{
	int64_t date = 0;
	size_t i;

	if (j->date.len == 0 || j->date.len > DATE_DIGITS_MAX ||
	    j->date.ptr[0] == '0') {
		return refuse(j, "ztauth-date", "it is no date");
	}
	for (i = 0; i < j->date.len; i++) {
		if (j->date.ptr[i] < '0' || j->date.ptr[i] > '9') {
			return refuse(j, "ztauth-date", "it is no date");
		}
		date = date * 10 + (j->date.ptr[i] - '0');
	}
	return now - date <= ZTA_REQUEST_SKEW_MS &&
		date - now <= ZTA_REQUEST_SKEW_MS ?
	    ZTA_OK :
	    refuse(j, "ztauth-date", "the clocks are over a minute apart");
}

static void
put_line(zta_buf *out, zta_str text)
{
	zta_buf__put(out, text);
	zta_buf__byte(out, '\n');
}

static void
put_signed(const judge *j, zta_buf *out)
{
	unsigned char digest[ZTA_SHA256_LEN];
	char hex[2 * ZTA_SHA256_LEN];

	zta_digest__sha256(j->call->body, digest);
	zta_hex__encode((zta_str){ (char *)digest, sizeof(digest) }, hex);
	put_line(out, ZTA_STR("ztauth-request 1"));
	put_line(out, j->call->method);
	zta_buf__put(out, j->call->path);
	if (j->call->query.len > 0) {
		zta_buf__byte(out, '?');
		zta_buf__put(out, j->call->query);
	}
	zta_buf__byte(out, '\n');
	put_line(out, j->host);
	put_line(out, j->date);
	put_line(out, j->nonce);
	put_line(out, (zta_str){ hex, sizeof(hex) });
}

static zta_status
check_signature(judge *j, zta_str digits, zta_ssh_key *key)
{
	char blob[ZTA_SSH_ARMOR_MAX];
	zta_ssh_sig sig;
	zta_buf text;
	size_t len;
	bool good;
	zta_status status;

	if (digits.len > sizeof(blob) ||
	    !zta_b64_std__decode(digits, blob, &len) ||
	    zta_ssh_sig__decode((zta_str){ blob, len }, &sig, NULL) != ZTA_OK) {
		return refuse(j, "Authorization",
		    "that is no SSH signature of an Ed25519 key");
	}
	zta_buf__init(&text, SIZE_MAX);
	put_signed(j, &text);
	status = text.status;
	good = status == ZTA_OK &&
	    zta_ssh_sig__verify(&sig, NAMESPACE, zta_buf__str(&text));
	zta_buf__release(&text);
	*key = sig.key;
	if (status != ZTA_OK) {
		return zta_error__nomem(j->err);
	}
	return good ? ZTA_OK :
		      refuse(j, "Authorization",
			  "the signature is not one of this request");
}

zta_status
zta_signed_request__judge(const zta_http_call *call, const char *server_name,
    int64_t now, zta_request_signer *out, zta_error *err)
{
	judge j = { .call = call, .err = err };
	zta_str header;
	zta_status status;

	*out = (zta_request_signer){ 0 };
	if (!zta_http_call__header(call, "authorization", &header)) {
		return ZTA_OK;
	}
	if (!zta_str__starts(header, SCHEME)) {
		return refuse(
		    &j, "Authorization", "the scheme here is ztauth-ssh");
	}
	header.ptr += SCHEME.len;
	header.len -= SCHEME.len;
	status = need(&j, "host", &j.host);
	if (status == ZTA_OK) {
		status = need(&j, "ztauth-date", &j.date);
	}
	if (status == ZTA_OK) {
		status = need(&j, "ztauth-nonce", &j.nonce);
	}
	if (status == ZTA_OK) {
		status = check_date(&j, now);
	}
	if (status == ZTA_OK) {
		status = zta_host__is_ours(j.host, server_name) ?
		    ZTA_OK :
		    refuse(&j, "Host", "that is not the name of this server");
	}
	if (status == ZTA_OK &&
	    (j.nonce.len != 2 * (size_t)ZTA_NONCE_LEN ||
		!zta_hex__decode(j.nonce, out->nonce))) {
		status = refuse(
		    &j, "ztauth-nonce", "a nonce is 32 hexadecimal digits");
	}
	if (status == ZTA_OK) {
		status = check_signature(&j, header, &out->key);
	}
	out->is_signed = status == ZTA_OK;
	return status;
}
