/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conn_request.c - from bytes to a request: what the parser calls.
 *
 * A request counts as whole only when the parser says so; a handler never sees
 * a part.
 */
#include <strings.h>

#include "base/limits.h"
#include "base/str.h"
#include "http/conn.h"

/* A large body has time to arrive at this rate. */
#define BODY_BYTES_PER_MS 1024

bool
zta_http_call__header(
    const zta_http_call *call, const char *name, zta_str *value)
{
	size_t len = strlen(name);
	uint32_t i;

	for (i = 0; i < call->header_count; i++) {
		if (call->headers[i].name.len == len &&
		    strncasecmp(call->headers[i].name.ptr, name, len) == 0) {
			*value = call->headers[i].value;
			return true;
		}
	}
	return false;
}

/* --- the parser's callbacks; anything but 0 stops it */

int
zta_conn__refuse(zta_conn *conn, unsigned status, const char *why)
{
	conn->refused = status;
	conn->refusal = why;
	return 1;
}

static int
count_head(zta_conn *conn, size_t len)
{
	/* The parser swallows separators: 4 bytes a piece is near enough. */
	conn->head += len + 4;
	return conn->head > ZTA_HTTP_HEAD_MAX ?
	    zta_conn__refuse(conn, 431, "the head is over 16 KiB") :
	    0;
}

static int
on_url(http_parser *parser, const char *text, size_t len)
{
	zta_conn *conn = parser->data;

	zta_buf__put(&conn->target, (zta_str){ text, len });
	return count_head(conn, len);
}

static int
on_field(http_parser *parser, const char *text, size_t len)
{
	zta_conn *conn = parser->data;

	if (conn->headers == NULL) {
		conn->headers = zta_arena__zalloc(
		    &conn->arena, ZTA_HTTP_HEADERS_MAX, sizeof(*conn->headers));
		if (conn->headers == NULL) {
			return zta_conn__refuse(conn, 503, "no memory");
		}
	}
	if (conn->header_count == 0 || conn->in_value) {
		if (conn->header_count == ZTA_HTTP_HEADERS_MAX) {
			return zta_conn__refuse(
			    conn, 431, "there are over 100 headers");
		}
		conn->header_count++;
		conn->in_value = false;
	}
	conn->headers[conn->header_count - 1].name.len += len;
	zta_buf__put(&conn->names, (zta_str){ text, len });
	return count_head(conn, len);
}

static int
on_value(http_parser *parser, const char *text, size_t len)
{
	zta_conn *conn = parser->data;

	conn->in_value = true;
	conn->headers[conn->header_count - 1].value.len += len;
	zta_buf__put(&conn->names, (zta_str){ text, len });
	return count_head(conn, len);
}

/* Lengths become slices of one copy in the arena. */
static bool
settle_headers(zta_conn *conn)
{
	zta_str text =
	    zta_arena__copy(&conn->arena, zta_buf__str(&conn->names));
	zta_http_header *h;
	uint32_t i;

	if (text.ptr == NULL || conn->names.status != ZTA_OK) {
		return false;
	}
	for (i = 0; i < conn->header_count; i++) {
		h = &conn->headers[i];
		h->name.ptr = text.ptr;
		h->value.ptr = text.ptr + h->name.len;
		text.ptr += h->name.len + h->value.len;
	}
	return true;
}

/* SPEC: rfc9112 3.2: exactly one Host. */
static bool
has_one_host(const zta_conn *conn)
{
	uint32_t i, count = 0;

	for (i = 0; i < conn->header_count; i++) {
		count += conn->headers[i].name.len == 4 &&
		    strncasecmp(conn->headers[i].name.ptr, "host", 4) == 0;
	}
	return count == 1;
}

/* A body of `len` bytes is on its way. */
static int
expect_body(zta_conn *conn, uint64_t len)
{
	if (len > conn->body.max) {
		return zta_conn__refuse(conn, 413, "the body is too large");
	}
	if (len > ZTA_HTTP_BODY_MAX && !conn->large) {
		conn->large = zta_http__take_large(conn->http);
		return conn->large ? 0 :
				     zta_conn__refuse(conn, 503,
					 "too many large bodies at a time");
	}
	return 0;
}

void
zta_conn__set_target(zta_conn *conn)
{
	zta_str target = zta_buf__str(&conn->target);
	size_t path = zta_str__find(target, '?');
	size_t query = path < target.len ? path + 1 : path;

	conn->call.method =
	    zta_str_of(http_method_str((enum http_method)conn->parser.method));
	conn->call.path = (zta_str){ target.ptr, path };
	conn->call.query = (zta_str){ target.ptr + query, target.len - query };
}

static int
on_head(http_parser *parser)
{
	zta_conn *conn = parser->data;
	zta_str expect;

	/* Other protocols are not offered: their wish is ignored. */
	parser->upgrade = 0;
	if (parser->http_major != 1) {
		return zta_conn__refuse(
		    conn, 505, "only HTTP/1.1 is spoken here");
	}
	if (parser->method == HTTP_CONNECT) {
		return zta_conn__refuse(conn, 405, "no tunnels");
	}
	if (!settle_headers(conn)) {
		return zta_conn__refuse(conn, 503, "no memory");
	}
	conn->call.headers = conn->headers;
	conn->call.header_count = conn->header_count;
	if (parser->http_minor > 0 && !has_one_host(conn)) {
		return zta_conn__refuse(conn, 400, "a request has one Host");
	}
	zta_conn__set_target(conn);
	conn->body.max = zta_http__body_max(conn->http, &conn->call);
	if ((parser->flags & F_CONTENTLENGTH) != 0) {
		if (expect_body(conn, parser->content_length) != 0) {
			return 1;
		}
		conn->deadline +=
		    (int64_t)parser->content_length / BODY_BYTES_PER_MS;
	}
	if (zta_http_call__header(&conn->call, "expect", &expect) &&
	    zta_str__is(expect, "100-continue")) {
		zta_buf__text(&conn->out, "HTTP/1.1 100 Continue\r\n\r\n");
	}
	return 0;
}

static int
on_body(http_parser *parser, const char *text, size_t len)
{
	zta_conn *conn = parser->data;

	if (expect_body(conn, (uint64_t)conn->body.len + len) != 0) {
		return 1;
	}
	zta_buf__put(&conn->body, (zta_str){ text, len });
	return conn->body.status == ZTA_OK ?
	    0 :
	    zta_conn__refuse(conn, 503, "no memory");
}

/* Trailer sections end with a message too: only one is handed over. */
static int
on_whole(http_parser *parser)
{
	zta_conn *conn = parser->data;

	conn->close = http_should_keep_alive(parser) == 0;
	conn->state = ZTA_CONN_CALLED;
	http_parser_pause(parser, 1);
	return 0;
}

static const http_parser_settings settings = {
	.on_url = on_url,
	.on_header_field = on_field,
	.on_header_value = on_value,
	.on_headers_complete = on_head,
	.on_body = on_body,
	.on_message_complete = on_whole,
};

void
zta_conn__read_request(zta_conn *conn)
{
	enum http_errno error;
	size_t used;

	http_parser_pause(&conn->parser, 0);
	used = http_parser_execute(&conn->parser, &settings,
	    conn->in.ptr + conn->parsed, conn->in.len - conn->parsed);
	error = HTTP_PARSER_ERRNO(&conn->parser);
	if (conn->state == ZTA_CONN_CALLED || error == HPE_OK) {
		conn->parsed += used;
	} else if (conn->refused == 0) {
		(void)zta_conn__refuse(conn,
		    error == HPE_HEADER_OVERFLOW ? 431 : 400,
		    http_errno_description(error));
	}
}
