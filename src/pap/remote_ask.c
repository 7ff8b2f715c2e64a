/* SPDX-License-Identifier: Apache-2.0 */
/* remote_ask.c - see remote_ask.h. */
#include "pap/remote_ask.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/b64.h"
#include "base/limits.h"
#include "base/random.h"
#include "base/str.h"
#include "base/time.h"
#include "crypto/digest.h"

#define NAMESPACE ZTA_STR("ztauth-request")
#define NONCE_LEN 16
#define FIELDS_MAX 8

/* --- signing */

static void
put_line(zta_buf *out, zta_str text)
{
	zta_buf__put(out, text);
	zta_buf__byte(out, '\n');
}

static void
put_signed(const zta_remote *remote, const zta_remote_request *request,
    zta_str date, zta_str nonce, zta_buf *out)
{
	unsigned char digest[ZTA_SHA256_LEN];
	char hex[2 * ZTA_SHA256_LEN];

	zta_digest__sha256(request->body, digest);
	zta_hex__encode((zta_str){ (char *)digest, sizeof(digest) }, hex);
	put_line(out, ZTA_STR("ztauth-request 1"));
	put_line(out, zta_str_of(request->method));
	zta_buf__put(out, remote->path);
	put_line(out, request->path);
	put_line(out, remote->host);
	put_line(out, date);
	put_line(out, nonce);
	put_line(out, (zta_str){ hex, sizeof(hex) });
}

/* The digits of an armored signature, without its frame. */
static void
put_digits(zta_str armor, zta_buf *out)
{
	zta_str line;

	while (zta_str__next(&armor, '\n', &line)) {
		if (line.len > 0 && line.ptr[0] != '-') {
			zta_buf__put(out, line);
		}
	}
}

/* Header lines, all in one text with a NUL after each. */
typedef struct field_list {
	zta_buf text;
	size_t at[FIELDS_MAX];
	const char *list[FIELDS_MAX + 1];
	uint32_t count;
} field_list;

static void
begin_field(field_list *fields, const char *name)
{
	fields->at[fields->count++] = fields->text.len;
	zta_buf__printf(&fields->text, "%s: ", name);
}

static void
add_field(field_list *fields, const char *name, zta_str value)
{
	begin_field(fields, name);
	zta_buf__put(&fields->text, value);
	zta_buf__byte(&fields->text, '\0');
}

static zta_status
sign(const zta_remote *remote, const zta_remote_request *request,
    field_list *fields, zta_error *err)
{
	unsigned char bytes[NONCE_LEN];
	char nonce[2 * NONCE_LEN], date[24];
	const zta_str nonce_text = { nonce, sizeof(nonce) };
	zta_buf text, armor;
	zta_status status;

	zta_random__bytes(bytes, sizeof(bytes));
	zta_hex__encode((zta_str){ (char *)bytes, sizeof(bytes) }, nonce);
	(void)snprintf(date, sizeof(date), "%" PRId64, zta_time__now_ms());
	zta_buf__init(&text, SIZE_MAX);
	zta_buf__init(&armor, SIZE_MAX);
	put_signed(remote, request, zta_str_of(date), nonce_text, &text);
	status = text.status != ZTA_OK ?
	    zta_error__nomem(err) :
	    zta_ssh_sig__make(remote->options.signer, NAMESPACE,
		zta_buf__str(&text), &armor, err);
	if (status == ZTA_OK) {
		add_field(fields, "ztauth-date", zta_str_of(date));
		add_field(fields, "ztauth-nonce", nonce_text);
		begin_field(fields, "Authorization");
		zta_buf__text(&fields->text, "ztauth-ssh ");
		put_digits(zta_buf__str(&armor), &fields->text);
		zta_buf__byte(&fields->text, '\0');
	}
	zta_buf__release(&text);
	zta_buf__release(&armor);
	return status;
}

/* --- answers */

static zta_status
status_of(unsigned code)
{
	switch (code) {
	case 401:
	case 403:
	case 421:
		return ZTA_EUNTRUSTED;
	case 404:
		return ZTA_ENOTFOUND;
	case 409:
		return ZTA_ECONFLICT;
	case 429:
	case 500:
	case 502:
	case 503:
	case 504:
		return ZTA_EUNAVAILABLE;
	default:
		return ZTA_EINVALID;
	}
}

static uint32_t
number_in(const zta_json *object, const char *name)
{
	const zta_json *node = zta_json__get(object, name);

	return node == NULL || node->type != ZTA_JSON_INTEGER ||
		node->u.integer < 0 || node->u.integer > UINT32_MAX ?
	    0 :
	    (uint32_t)node->u.integer;
}

/* Visible characters of ASCII only: it goes to a terminal. */
static void
clean(char *text)
{
	for (; *text != '\0'; text++) {
		if (*text < ' ' || *text > '~') {
			*text = '?';
		}
	}
}

/* The first finding that is no warning says what was refused, and where. */
static zta_status
tell_finding(const zta_json *findings, zta_error *err)
{
	const zta_json *at = zta_json__first(findings);
	uint32_t i;
	zta_str message, file;

	for (i = 0; i < findings->count; i++, at = zta_json__after(at)) {
		if (zta_str__is(zta_json__text_in(at, "severity"), "error")) {
			message = zta_json__text_in(at, "message");
			file = zta_json__text_in(at, "file");
			(void)zta_error__at(err, ZTA_EINVALID,
			    number_in(at, "line"), number_in(at, "column"),
			    "the server does not admit it: %.*s",
			    ZTA_STR_ARG(message));
			zta_error__place(err, "%.*s", ZTA_STR_ARG(file));
			break;
		}
	}
	return ZTA_EINVALID;
}

static zta_status
tell_error(
    zta_remote *remote, const zta_http_response *response, zta_error *err)
{
	zta_error why = { 0 };
	zta_json_doc doc;
	const zta_json *error = NULL, *findings = NULL;
	zta_str message, at;
	zta_status status = status_of(response->status);

	if (zta_json__read(&remote->arena, response->body, &doc, NULL) ==
		ZTA_OK &&
	    doc.root->type == ZTA_JSON_OBJECT) {
		error = zta_json__get(doc.root, "error");
		findings = zta_json__get(doc.root, "findings");
	}
	message = zta_json__text_in(error, "message");
	at = zta_json__text_in(error, "at");
	(void)zta_error__set(&why, status, "the server answers %u%s%.*s%s%.*s",
	    response->status, message.len > 0 ? ": " : "", ZTA_STR_ARG(message),
	    at.len > 0 ? ", at " : "", ZTA_STR_ARG(at));
	if (findings != NULL && findings->type == ZTA_JSON_ARRAY) {
		status = tell_finding(findings, &why);
	}
	clean(why.message);
	clean(why.place);
	if (err != NULL) {
		*err = why;
	}
	return status;
}

/* --- asking */

static const char *
url_of(zta_remote *remote, zta_str path)
{
	zta_str base = remote->base;
	char *url = zta_arena__alloc(&remote->arena, base.len + path.len + 1);

	if (url != NULL) {
		memcpy(url, base.ptr, base.len);
		memcpy(url + base.len, path.ptr, path.len);
		url[base.len + path.len] = '\0';
	}
	return url;
}

zta_status
zta_remote__ask(zta_remote *remote, const zta_remote_request *request,
    zta_http_response *out, zta_error *err)
{
	zta_http_request ask = { .method = request->method,
		.body = request->body,
		.timeout_ms = request->timeout_ms,
		.answer_max = request->answer_max };
	field_list fields = { .count = 0 };
	uint32_t i;
	zta_status status = ZTA_OK;

	zta_arena__reset(&remote->arena);
	zta_buf__init(&fields.text, SIZE_MAX);
	add_field(&fields, "Host", remote->host);
	if (request->type != NULL) {
		add_field(&fields, "Content-Type", zta_str_of(request->type));
	}
	if (remote->options.signer != NULL) {
		status = sign(remote, request, &fields, err);
	}
	ask.url = url_of(remote, request->path);
	if (status == ZTA_OK &&
	    (ask.url == NULL || fields.text.status != ZTA_OK)) {
		status = zta_error__nomem(err);
	}
	if (status == ZTA_OK) {
		for (i = 0; i < fields.count; i++) {
			fields.list[i] = fields.text.ptr + fields.at[i];
		}
		while (request->fields != NULL && i < FIELDS_MAX &&
		    request->fields[i - fields.count] != NULL) {
			fields.list[i] = request->fields[i - fields.count];
			i++;
		}
		ask.fields = fields.list;
		status = zta_http_client__ask(
		    remote->client, &remote->arena, &ask, out, err);
	}
	zta_buf__release(&fields.text);
	if (status == ZTA_OK && (out->status < 200 || out->status > 299)) {
		status = tell_error(remote, out, err);
	}
	if (status != ZTA_OK) {
		zta_error__place(err, "%s", remote->options.url);
	}
	return status;
}
