/* SPDX-License-Identifier: Apache-2.0 */
/* sink.c - see sink.h. */
#include "export/sink.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/url.h"
#include "export/otlp.h"
#include "http/client.h"
#include "http/stream.h"

#define URL_MAX 1024
#define HOST_MAX 256
/* A token, with its name and a NUL. */
#define HEADER_MAX ((size_t)16 << 10)
/* Time that a batch has until it is taken. */
#define SEND_MS 30000
/* What a collector answers is a few words. */
#define ANSWER_MAX ((size_t)64 << 10)

struct zta_sink {
	zta_sink_options options;
	bool otlp;
	char url[URL_MAX]; /* http or https */
	char host[HOST_MAX];
	zta_buf header; /* secret */
	zta_http_client *client;
	zta_stream *stream; /* NULL: not connected */
	zta_arena arena;
	zta_json_out batch; /* that is written */
};

#define REFUSE(err, why) zta_error__set(err, ZTA_EINVALID, "%s", why)

/* Records are personal: they go to others under TLS alone. */
static zta_status
read_url(zta_sink *sink, zta_str to, zta_error *err)
{
	zta_str otlp = ZTA_STR("otlp+"), syslog = ZTA_STR("syslog+tls://");
	zta_url url;
	int len;

	sink->otlp = zta_str__starts(to, otlp);
	if (!sink->otlp && !zta_str__starts(to, syslog)) {
		return REFUSE(err,
		    "an export goes to otlp+https://, otlp+http:// or "
		    "syslog+tls://");
	}
	if (sink->otlp) {
		len = snprintf(sink->url, sizeof(sink->url), "%.*s",
		    (int)(to.len - otlp.len), to.ptr + otlp.len);
	} else {
		len = snprintf(sink->url, sizeof(sink->url), "https://%.*s",
		    (int)(to.len - syslog.len), to.ptr + syslog.len);
	}
	if (len >= (int)sizeof(sink->url) - 16 ||
	    !zta_url__read(zta_str_of(sink->url), &url)) {
		return REFUSE(err, "this is no URL");
	}
	if (!url.secure && !zta_url__is_loopback(&url)) {
		return REFUSE(err,
		    "records go to another machine under TLS alone: "
		    "otlp+https://");
	}
	if (!sink->otlp && url.path.len > 0) {
		return REFUSE(err, "syslog has no path");
	}
	if (sink->otlp && (url.path.len == 0 || zta_str__is(url.path, "/"))) {
		(void)snprintf(sink->url + len - url.path.len, 16, "/v1/logs");
	} else if (!sink->otlp &&
	    url.host.ptr + url.host.len == sink->url + len) {
		/* SPEC: rfc5425 4.1 */
		(void)snprintf(sink->url + len, 16, ":6514");
	}
	return ZTA_OK;
}

static zta_status
open_client(zta_sink *sink, zta_error *err)
{
	const zta_http_client_options options = { .ca_file =
						      sink->options.ca_file,
		.certificate_file = sink->options.certificate_file,
		.key_file = sink->options.key_file,
		.stop = sink->options.stop };
	zta_status status = ZTA_OK;

	if (sink->options.header_file != NULL) {
		status = zta_file__read_secret(
		    sink->options.header_file, &sink->header, err);
		if (status == ZTA_OK) {
			zta_buf__byte(&sink->header, '\0');
			status = sink->header.status;
		}
	}
	return status != ZTA_OK ?
	    status :
	    zta_http_client__open(&sink->client, &options, err);
}

zta_status
zta_sink__open(zta_sink **out, const zta_sink_options *options, zta_error *err)
{
	zta_sink *sink = calloc(1, sizeof(*sink));
	zta_status status;

	*out = NULL;
	if (sink == NULL) {
		return zta_error__nomem(err);
	}
	sink->options = *options;
	zta_buf__init_secret(&sink->header, HEADER_MAX);
	zta_arena__init(&sink->arena, SIZE_MAX);
	if (gethostname(sink->host, sizeof(sink->host) - 1) != 0 ||
	    sink->host[0] == '\0') {
		memcpy(sink->host, "-", 2);
	}
	status = read_url(sink, zta_str_of(options->to), err);
	if (status == ZTA_OK && sink->otlp) {
		status = open_client(sink, err);
	}
	if (status == ZTA_OK && !sink->otlp && options->header_file != NULL) {
		status = REFUSE(err, "syslog has no header");
	}
	if (status != ZTA_OK) {
		zta_error__place(err, "%s", options->to);
		zta_sink__close(sink);
		return status;
	}
	*out = sink;
	return ZTA_OK;
}

void
zta_sink__close(zta_sink *sink)
{
	if (sink != NULL) {
		zta_http_client__close(sink->client);
		zta_stream__close(sink->stream);
		zta_buf__release(&sink->header);
		zta_arena__release(&sink->arena);
		free(sink);
	}
}

/* --- a batch */

void
zta_sink__begin(zta_sink *sink, zta_buf *batch)
{
	zta_buf__clear(batch);
	sink->batch = (zta_json_out){ batch, false };
	if (sink->otlp) {
		zta_otlp__begin(&sink->batch);
	}
}

void
zta_sink__add(zta_sink *sink, const zta_event *event)
{
	if (sink->otlp) {
		zta_event__otlp(event, &sink->batch);
	} else {
		zta_event__syslog(event, sink->host, sink->batch.buf);
	}
}

void
zta_sink__end(zta_sink *sink)
{
	if (sink->otlp) {
		zta_otlp__end(&sink->batch);
	}
}

/* SPEC: otlp 1.5.0, OTLP/HTTP response */
static zta_status
judge(zta_sink *sink, const zta_http_response *answer, zta_sink_outcome *out,
    zta_error *err)
{
	out->retry_ms = answer->retry_ms;
	out->is_too_large = answer->status == 400 || answer->status == 413;
	if (answer->status >= 200 && answer->status < 300) {
		out->rejected = zta_otlp__rejected(&sink->arena, answer->body);
		return ZTA_OK;
	}
	return zta_error__set(err, ZTA_EUNAVAILABLE,
	    "the collector answered with status %u", answer->status);
}

static zta_status
post(zta_sink *sink, zta_str batch, zta_sink_outcome *out, zta_error *err)
{
	const char *const fields[] = { "Content-Type: application/json",
		sink->header.len > 0 ? sink->header.ptr : NULL, NULL };
	const zta_http_request request = { .method = "POST",
		.url = sink->url,
		.fields = fields,
		.body = batch,
		.timeout_ms = SEND_MS,
		.answer_max = ANSWER_MAX };
	zta_http_response answer;
	zta_status status;

	zta_arena__reset(&sink->arena);
	status = zta_http_client__ask(
	    sink->client, &sink->arena, &request, &answer, err);
	if (status == ZTA_OK) {
		return judge(sink, &answer, out, err);
	}
	/* An answer that is too large, or to nobody: it was not taken. */
	return status == ZTA_ENOMEM ? status : ZTA_EUNAVAILABLE;
}

static zta_status
send_stream(zta_sink *sink, zta_str batch, zta_error *err)
{
	const zta_stream_options options = { .url = sink->url,
		.ca_file = sink->options.ca_file,
		.certificate_file = sink->options.certificate_file,
		.key_file = sink->options.key_file,
		.stop = sink->options.stop };
	zta_status status = ZTA_OK;

	if (sink->stream == NULL) {
		status = zta_stream__open(&sink->stream, &options, err);
	}
	if (status == ZTA_OK) {
		status = zta_stream__send(sink->stream, batch, SEND_MS, err);
	}
	if (status != ZTA_OK) {
		zta_stream__close(sink->stream);
		sink->stream = NULL;
		zta_error__place(err, "%s", sink->options.to);
	}
	return status;
}

zta_status
zta_sink__send(
    zta_sink *sink, zta_str batch, zta_sink_outcome *out, zta_error *err)
{
	*out = (zta_sink_outcome){ 0 };
	return sink->otlp ? post(sink, batch, out, err) :
			    send_stream(sink, batch, err);
}

bool
zta_sink__acknowledges(const zta_sink *sink)
{
	return sink->otlp;
}

bool
zta_sink__holds(zta_sink *sink)
{
	if (sink->stream != NULL && !zta_stream__is_open(sink->stream)) {
		zta_stream__close(sink->stream);
		sink->stream = NULL;
	}
	return sink->otlp || sink->stream != NULL;
}
