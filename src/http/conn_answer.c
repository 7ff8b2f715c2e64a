/* SPDX-License-Identifier: Apache-2.0 */
/* conn_answer.c - answers, and how they leave. */
#include <inttypes.h>
#include <stdio.h>
#include <strings.h>

#include "base/json_write.h"
#include "base/str.h"
#include "http/conn.h"

#define JSON_TYPE "application/json"

static const char *
reason_of(unsigned status)
{
	static const struct {
		unsigned status;
		const char *reason;
	} reasons[] = { { 200, "OK" }, { 201, "Created" },
		{ 204, "No Content" }, { 304, "Not Modified" },
		{ 400, "Bad Request" }, { 401, "Unauthorized" },
		{ 403, "Forbidden" }, { 404, "Not Found" },
		{ 405, "Method Not Allowed" }, { 408, "Request Timeout" },
		{ 409, "Conflict" }, { 413, "Content Too Large" },
		{ 415, "Unsupported Media Type" },
		{ 421, "Misdirected Request" },
		{ 422, "Unprocessable Content" }, { 429, "Too Many Requests" },
		{ 431, "Request Header Fields Too Large" },
		{ 500, "Internal Server Error" }, { 501, "Not Implemented" },
		{ 503, "Service Unavailable" },
		{ 505, "HTTP Version Not Supported" } };
	size_t i;

	for (i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (reasons[i].status == status) {
			return reasons[i].reason;
		}
	}
	return "Unknown";
}

/* SPEC: rfc9110 8.6, 15.3.5: a 204 has no body, and says nothing of one. */
static void
put_head(zta_conn *conn, unsigned status, const char *fields, const char *type,
    zta_str body)
{
	zta_buf__printf(&conn->out, "HTTP/1.1 %u %s\r\n%s%s%s", status,
	    reason_of(status), zta_http__date(conn->http), fields,
	    conn->close ? "Connection: close\r\n" : "");
	if (status != 204) {
		zta_buf__printf(&conn->out,
		    "Content-Type: %s\r\n"
		    "Content-Length: %zu\r\n",
		    type, body.len);
	}
}

/* Whoever sent it finds the answer by it. SPEC: authzen 1.0 10 */
static void
put_request_id(zta_conn *conn, const zta_http_call *call)
{
	zta_str id;

	if (zta_http_call__header(call, "x-request-id", &id)) {
		zta_buf__text(&conn->out, "X-Request-ID: ");
		zta_buf__put(&conn->out, id);
		zta_buf__text(&conn->out, "\r\n");
	}
}

static void
put_body(zta_conn *conn, zta_str body)
{
	zta_buf__text(&conn->out, "\r\n");
	if (conn->parser.method != HTTP_HEAD) {
		zta_buf__put(&conn->out, body);
	}
}

/* The answer is in `out`: send it, then close or go on with what waits. */
static void
answered(zta_conn *conn)
{
	int64_t now = zta_http__now(conn->http);

	if (conn->out.status != ZTA_OK) {
		zta_conn__close(conn);
		return;
	}
	conn->state = conn->close ? ZTA_CONN_ENDING : ZTA_CONN_WRITING;
	conn->deadline = now + ZTA_HTTP_ANSWER_MS;
	if (!zta_conn__flush(conn) || zta_conn__has_output(conn)) {
		return;
	}
	zta_conn__writable(conn);
}

void
zta_http_call__patience(zta_http_call *call, int64_t ms)
{
	zta_conn *conn = call->connection;

	conn->deadline = zta_http__now(conn->http) + ms;
}

void
zta_http_call__answer(
    zta_http_call *call, unsigned status, const char *fields, zta_str json)
{
	zta_http_call__answer_as(call, status, fields, JSON_TYPE, json);
}

void
zta_http_call__answer_as(zta_http_call *call, unsigned status,
    const char *fields, const char *type, zta_str body)
{
	zta_conn *conn = call->connection;

	zta_http__answered(conn->http, call->route, status);
	if (conn->fd < 0) {
		conn->state = ZTA_CONN_IDLE;
		zta_conn__close(conn);
		return;
	}
	conn->close = conn->close || zta_http__is_stopping(conn->http);
	put_head(conn, status, fields, type, body);
	put_request_id(conn, call);
	put_body(conn, body);
	answered(conn);
}

void
zta_http__put_error(
    zta_json_out *out, const char *code, zta_str message, const char *at)
{
	zta_json_out__name(out, "error");
	zta_json_out__open(out, '{');
	zta_json_out__member(out, "code", zta_str_of(code));
	zta_json_out__member(out, "message", message);
	zta_json_out__member(out, "at", zta_str_of(at));
	zta_json_out__close(out, '}');
}

static void
put_refusal(zta_buf *buf, const char *code, const char *message, const char *at)
{
	zta_json_out out = { buf, false };

	zta_json_out__open(&out, '{');
	zta_http__put_error(&out, code, zta_str_of(message), at);
	zta_json_out__close(&out, '}');
}

static void
fail_with(zta_http_call *call, unsigned status, const char *fields,
    const char *code, const char *message, const char *at)
{
	zta_buf buf;

	zta_buf__init(&buf, 4096);
	put_refusal(&buf, code, message, at);
	if (buf.status != ZTA_OK) {
		zta_buf__clear(&buf);
	}
	zta_http_call__answer(call, status, fields, zta_buf__str(&buf));
	zta_buf__release(&buf);
}

void
zta_http_call__fail(zta_http_call *call, unsigned status, const char *code,
    const char *message, const char *at)
{
	fail_with(call, status, "", code, message, at);
}

void
zta_http_call__other_method(zta_http_call *call, const char *allow)
{
	char fields[64];

	(void)snprintf(fields, sizeof(fields), "Allow: %s, OPTIONS\r\n", allow);
	if (zta_str__is(call->method, "OPTIONS")) {
		zta_http_call__answer(call, 204, fields, ZTA_STR(""));
	} else {
		fail_with(call, 405, fields, "method_not_allowed",
		    "this surface has another method", "");
	}
}

/* SPEC: rfc6585 4, rfc9110 10.2.3 */
void
zta_conn__answer_too_many(zta_conn *conn, int64_t wait_ms)
{
	char field[48];

	(void)snprintf(field, sizeof(field), "Retry-After: %" PRId64 "\r\n",
	    (wait_ms + 999) / 1000);
	conn->call.route = 0;
	fail_with(&conn->call, 429, field, "too_many_requests",
	    "more requests a second than one peer may send", "");
}

void
zta_conn__answer_refusal(zta_conn *conn)
{
	zta_buf buf;

	zta_buf__init(&buf, 4096);
	put_refusal(&buf, "bad_request", conn->refusal, "");
	conn->close = true;
	conn->parsed = conn->in.len;
	zta_http__answered(conn->http, 0, conn->refused);
	put_head(conn, conn->refused, "", JSON_TYPE, zta_buf__str(&buf));
	put_body(conn, zta_buf__str(&buf));
	zta_buf__release(&buf);
	answered(conn);
}
