/* SPDX-License-Identifier: Apache-2.0 */
/* ask.c - what this workload shows, and one question to the server. */
#include <stdio.h>

#include "base/error.h"
#include "base/file.h"
#include "base/str.h"
#include "pep/pep_part.h"

/* --- the credential */

bool
zta_pep__is_visible(zta_str text)
{
	size_t i;

	for (i = 0; i < text.len; i++) {
		if (text.ptr[i] <= ' ' || text.ptr[i] > '~') {
			return false;
		}
	}
	return text.len > 0;
}

static zta_status
call_for_it(const zta_pep_options *o, zta_buf *out, zta_error *err)
{
	char *room = zta_buf__extend(out, out->max);
	size_t len = 0;
	zta_status status;

	if (room == NULL) {
		return zta_error__nomem(err);
	}
	status = o->credential(o->credential_context, room, &len, err);
	out->len = status == ZTA_OK && len <= out->max ? len : 0;
	return status;
}

zta_status
zta_pep__fetch_credential(
    const zta_pep *pep, zta_pep_link *link, zta_error *err)
{
	const zta_pep_options *o = &pep->options;
	zta_status status;

	if (o->credential_file == NULL && o->credential == NULL) {
		return ZTA_OK;
	}
	status = o->credential_file != NULL ?
	    zta_file__read_secret(o->credential_file, &link->shown, err) :
	    call_for_it(o, &link->shown, err);
	/* It is to stand in a header. */
	if (status == ZTA_OK &&
	    !zta_pep__is_visible(zta_buf__str(&link->shown))) {
		status = zta_error__set(err, ZTA_EINVAL,
		    "the credential is no line of visible characters");
		zta_error__place(err, "%s",
		    o->credential_file != NULL ? o->credential_file : "");
	}
	return status;
}

/* --- asking */

static char *
join(zta_arena *arena, const char *a, const char *b)
{
	size_t room = strlen(a) + strlen(b) + 1;
	char *text = zta_arena__alloc(arena, room);

	if (text != NULL) {
		(void)snprintf(text, room, "%s%s", a, b);
	}
	return text;
}

/* The header that shows the credential, with a NUL behind it, if it is to be. */
static void
put_authorization(const zta_pep_link *link, bool show, zta_buf *out)
{
	zta_buf__init_secret(out, link->shown.max + 32);
	if (show && link->shown.len > 0) {
		zta_buf__text(out, "Authorization: Bearer ");
		zta_buf__put(out, zta_buf__str(&link->shown));
		zta_buf__byte(out, '\0');
	}
}

static zta_status
send_it(zta_pep *pep, zta_pep_link *link, const zta_pep_request *request,
    zta_http_response *out, zta_error *err)
{
	const char *fields[] = {
		join(&link->arena, "Content-Type: ", request->type),
		"Accept: application/json",
		NULL,
		NULL,
	};
	const zta_http_request ask = {
		.method = "POST",
		.url = join(&link->arena, pep->options.url, request->path),
		.fields = fields,
		.body = zta_buf__str(&link->sent),
		.timeout_ms = pep->options.timeout_ms,
		.into = &link->received,
	};
	zta_buf authorization;
	zta_status status;

	put_authorization(link, request->show, &authorization);
	fields[2] = authorization.ptr;
	if (fields[0] == NULL || ask.url == NULL ||
	    authorization.status != ZTA_OK) {
		status = zta_error__nomem(err);
	} else {
		status = zta_http_client__ask(
		    link->client, &link->arena, &ask, out, err);
	}
	zta_buf__release(&authorization);
	return status;
}

/* A server that cannot now, or something before it that says so in its place. */
static bool
is_busy(unsigned code)
{
	return code == 429 || code == 500 || (code >= 502 && code <= 504);
}

zta_status
zta_pep__ask(zta_pep *pep, zta_pep_link *link, const zta_pep_request *request,
    unsigned *code, zta_json_doc *out, zta_error *err)
{
	zta_http_response response;
	zta_status status = link->sent.status;

	if (status != ZTA_OK) {
		return status == ZTA_ENOMEM ?
		    zta_error__nomem(err) :
		    zta_error__set(err, ZTA_ELIMIT,
			"the question is over %zu bytes", link->sent.max);
	}
	status = send_it(pep, link, request, &response, err);
	if (status != ZTA_OK) {
		return status;
	}
	*code = response.status;
	if (is_busy(response.status)) {
		return zta_error__set(err, ZTA_EUNAVAILABLE,
		    "the server answers %u", response.status);
	}
	if (!zta_str__is(response.type, "application/json") ||
	    zta_json__read(&link->arena, response.body, out, NULL) != ZTA_OK ||
	    out->root->type != ZTA_JSON_OBJECT) {
		return zta_error__set(err, ZTA_EINVALID,
		    "the server answers %u with what is no JSON object",
		    response.status);
	}
	return ZTA_OK;
}
