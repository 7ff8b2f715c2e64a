/* SPDX-License-Identifier: Apache-2.0 */
/* outside.c - see outside.h. */
#include "api/outside.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/str.h"

zta_status
zta_outside_rules__read(
    zta_outside_rules *out, const char *text, zta_error *err)
{
	zta_str rest, word;
	zta_url *url;

	*out = (zta_outside_rules){ 0 };
	zta_arena__init(&out->arena, SIZE_MAX);
	if (text == NULL) {
		return ZTA_OK;
	}
	rest = zta_arena__copy(&out->arena, zta_str_of(text));
	out->list = zta_arena__zalloc(
	    &out->arena, strlen(text) / 2 + 1, sizeof(*out->list));
	if (rest.ptr == NULL || out->list == NULL) {
		return zta_arena__failed(&out->arena, err);
	}
	while (zta_str__next(&rest, ' ', &word)) {
		url = &out->list[out->count];
		if (word.len == 0) {
			continue;
		}
		if (!zta_url__read(word, url) || url->path.len > 0 ||
		    !(url->secure || zta_url__is_loopback(url))) {
			return zta_error__set(err, ZTA_EINVAL,
			    "`%.*s` is not https://host or https://host:port",
			    ZTA_STR_ARG(word));
		}
		out->count++;
	}
	return ZTA_OK;
}

void
zta_outside_rules__release(zta_outside_rules *rules)
{
	zta_arena__release(&rules->arena);
}

bool
zta_outside_rules__allow(const zta_outside_rules *rules, zta_str url)
{
	zta_url asked;
	uint32_t i;

	if (!zta_url__read(url, &asked)) {
		return false;
	}
	for (i = 0; i < rules->count; i++) {
		if (zta_url__same_origin(&rules->list[i], &asked)) {
			return true;
		}
	}
	return false;
}

/* A header line, in a buffer that its owner releases. */
static char *
put_field(zta_buf *buf, const char *name, zta_str value)
{
	zta_buf__init_secret(buf, ZTA_HTTP_HEAD_MAX);
	zta_buf__text(buf, name);
	zta_buf__put(buf, value);
	zta_buf__byte(buf, '\0');
	return buf->status == ZTA_OK ? buf->ptr : NULL;
}

static zta_status
ask(void *context, zta_arena *arena, const zta_outside_request *request,
    zta_outside_answer *out, zta_error *err)
{
	const zta_way_out *way = context;
	zta_http_request asked = { .method =
				       request->form.len > 0 ? "POST" : "GET",
		.url = zta_arena__cstr(arena, request->url),
		.body = request->form,
		.timeout_ms = ZTA_FETCH_MS,
		.answer_max = request->answer_max,
		.peer = request->peer };
	zta_http_response answer;
	zta_buf accept, authorization = { 0 };
	const char *fields[4] = { 0 };
	zta_status status;

	if (!zta_outside_rules__allow(way->rules, request->url)) {
		(void)zta_error__set(err, ZTA_EUNTRUSTED,
		    "`fetch_allow` of the configuration does not name it");
		zta_error__place(err, "%.*s", ZTA_STR_ARG(request->url));
		return ZTA_EUNTRUSTED;
	}
	fields[0] = put_field(&accept, "Accept: ", zta_str_of(request->accept));
	fields[1] = "Content-Type: application/x-www-form-urlencoded";
	if (request->authorization.len > 0) {
		fields[2] = put_field(
		    &authorization, "Authorization: ", request->authorization);
	}
	if (asked.url == NULL || fields[0] == NULL ||
	    (request->authorization.len > 0 && fields[2] == NULL)) {
		status = zta_error__nomem(err);
		goto out;
	}
	if (request->form.len == 0) {
		fields[1] = fields[2];
		fields[2] = NULL;
	}
	asked.fields = fields;
	status = zta_http_client__ask(way->client, arena, &asked, &answer, err);
	if (status == ZTA_OK) {
		*out = (zta_outside_answer){ answer.status, answer.type,
			answer.body, answer.max_age_ms };
	}
out:
	zta_buf__release(&accept);
	zta_buf__release(&authorization);
	return status;
}

static zta_status
read_secret(void *context, zta_str file, zta_buf *out, zta_error *err)
{
	const zta_way_out *way = context;
	char path[4096];

	if (way->secrets == NULL) {
		return zta_error__set(err, ZTA_ENOTFOUND,
		    "the configuration has no `secrets_dir`");
	}
	if ((size_t)snprintf(path, sizeof(path), "%s/%.*s", way->secrets,
		ZTA_STR_ARG(file)) >= sizeof(path)) {
		return zta_error__set(err, ZTA_ELIMIT, "the path is too long");
	}
	return zta_file__read_secret(path, out, err);
}

static zta_status
sign(void *context, zta_str payload, zta_buf *token, zta_error *err)
{
	const zta_way_out *way = context;

	return way->sign(way->channel, payload, token, err);
}

zta_outside
zta_way_out__outside(zta_way_out *way)
{
	return (zta_outside){ ask, read_secret, sign, way };
}
