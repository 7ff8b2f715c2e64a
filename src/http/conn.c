/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conn.c - see conn.h.
 *
 * Bytes go socket -> `in` -> parser -> call, and answer -> `out` -> socket.
 *
 * 1. At most one call is with the handler. The parser is paused at the end of
 *    each request and goes on when the answer is in `out`.
 * 2. Every state has a deadline; nobody can hold a connection by being slow.
 * 3. After a request that is refused nothing more is parsed: where one request
 *    ends is not known any more (request smuggling, rfc9112 11.2).
 * 4. A request counts as whole only when the parser says so; a handler never
 *    sees a part.
 */
#include "http/conn.h"

#include <errno.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"
#include "base/json_write.h"
#include "base/limits.h"
#include "base/str.h"

/* One read from the socket. */
#define READ_MAX 65536
#define JSON_TYPE "application/json"
/* A large body has time to arrive at this rate. */
#define BODY_BYTES_PER_MS 1024
/* Memory for one call: its request twice, and what the handler needs. */
#define CALL_MEMORY_MAX ((size_t)512 << 20)

static void parse(zta_conn *conn);

/* --- sending */

/* Returns false when the connection is gone. */
static bool
flush(zta_conn *conn)
{
	ssize_t n;

	while (conn->out.len > 0) {
		n = send(conn->fd, conn->out.ptr, conn->out.len, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
			break;
		}
		if (n < 0) {
			zta_conn__close(conn);
			return false;
		}
		zta_buf__consume(&conn->out, (size_t)n);
	}
	zta_http__wait(conn->http, conn);
	return true;
}

static const char *
reason_of(unsigned status)
{
	static const struct {
		unsigned status;
		const char *reason;
	} reasons[] = { { 200, "OK" }, { 201, "Created" },
		{ 304, "Not Modified" }, { 400, "Bad Request" },
		{ 401, "Unauthorized" }, { 403, "Forbidden" },
		{ 404, "Not Found" }, { 405, "Method Not Allowed" },
		{ 408, "Request Timeout" }, { 409, "Conflict" },
		{ 413, "Content Too Large" }, { 415, "Unsupported Media Type" },
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

static void
put_answer(zta_conn *conn, unsigned status, const char *fields,
    const char *type, zta_str body)
{
	zta_buf__printf(&conn->out,
	    "HTTP/1.1 %u %s\r\n"
	    "%s"
	    "Content-Type: %s\r\n"
	    "Content-Length: %zu\r\n"
	    "%s%s\r\n",
	    status, reason_of(status), zta_http__date(conn->http), type,
	    body.len, fields, conn->close ? "Connection: close\r\n" : "");
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
	if (!flush(conn) || conn->out.len > 0) {
		return;
	}
	zta_conn__writable(conn);
}

/* One large message is no reason to hold its memory for the next. */
static void
clear(zta_buf *buf)
{
	if (buf->room > ZTA_HTTP_BODY_MAX) {
		zta_buf__release(buf);
	} else {
		zta_buf__clear(buf);
	}
}

/* The body is not held any more. */
static void
end_large(zta_conn *conn)
{
	if (conn->large) {
		conn->large = false;
		zta_http__give_large(conn->http);
	}
}

static void
reset(zta_conn *conn)
{
	conn->state = ZTA_CONN_IDLE;
	conn->deadline = zta_http__now(conn->http) + ZTA_HTTP_IDLE_MS;
	conn->head = 0;
	conn->in_value = false;
	conn->header_count = 0;
	conn->headers = NULL;
	zta_buf__clear(&conn->target);
	zta_buf__clear(&conn->names);
	clear(&conn->body);
	end_large(conn);
	clear(&conn->out);
	zta_arena__reset(&conn->arena);
}

void
zta_conn__writable(zta_conn *conn)
{
	if (conn->out.len > 0 && (!flush(conn) || conn->out.len > 0)) {
		return;
	}
	if (conn->state == ZTA_CONN_ENDING) {
		/* Let the client read the answer before the reset. */
		if (shutdown(conn->fd, SHUT_WR) != 0) {
			zta_conn__close(conn);
		}
		return;
	}
	if (conn->state == ZTA_CONN_WRITING) {
		reset(conn);
		if (!conn->parsing) {
			parse(conn);
		}
	}
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

	if (conn->fd < 0) {
		conn->state = ZTA_CONN_IDLE;
		zta_conn__close(conn);
		return;
	}
	conn->close = conn->close || zta_http__is_stopping(conn->http);
	put_answer(conn, status, fields, type, body);
	answered(conn);
}

static void
put_error(zta_buf *buf, const char *code, const char *message, const char *at)
{
	zta_json_out out = { buf, false };

	zta_json_out__open(&out, '{');
	zta_json_out__name(&out, "error");
	zta_json_out__open(&out, '{');
	zta_json_out__name(&out, "code");
	zta_json_out__text(&out, code);
	zta_json_out__name(&out, "message");
	zta_json_out__text(&out, message);
	zta_json_out__name(&out, "at");
	zta_json_out__text(&out, at);
	zta_json_out__close(&out, '}');
	zta_json_out__close(&out, '}');
}

void
zta_http_call__fail(zta_http_call *call, unsigned status, const char *code,
    const char *message, const char *at)
{
	zta_buf buf;

	zta_buf__init(&buf, 4096);
	put_error(&buf, code, message, at);
	if (buf.status != ZTA_OK) {
		zta_buf__clear(&buf);
	}
	zta_http_call__answer(call, status, "", zta_buf__str(&buf));
	zta_buf__release(&buf);
}

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

static int
refuse(zta_conn *conn, unsigned status, const char *why)
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
	    refuse(conn, 431, "the head is over 16 KiB") :
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
			return refuse(conn, 503, "no memory");
		}
	}
	if (conn->header_count == 0 || conn->in_value) {
		if (conn->header_count == ZTA_HTTP_HEADERS_MAX) {
			return refuse(conn, 431, "there are over 100 headers");
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
		return refuse(conn, 413, "the body is too large");
	}
	if (len > ZTA_HTTP_BODY_MAX && !conn->large) {
		conn->large = zta_http__take_large(conn->http);
		return conn->large ?
		    0 :
		    refuse(conn, 503, "too many large bodies at a time");
	}
	return 0;
}

/* Method and target, as far as they are needed to know what is asked. */
static void
set_target(zta_conn *conn)
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
		return refuse(conn, 505, "only HTTP/1.1 is spoken here");
	}
	if (parser->method == HTTP_CONNECT) {
		return refuse(conn, 405, "no tunnels");
	}
	if (!settle_headers(conn)) {
		return refuse(conn, 503, "no memory");
	}
	conn->call.headers = conn->headers;
	conn->call.header_count = conn->header_count;
	if (parser->http_minor > 0 && !has_one_host(conn)) {
		return refuse(conn, 400, "a request has one Host");
	}
	set_target(conn);
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
	return conn->body.status == ZTA_OK ? 0 : refuse(conn, 503, "no memory");
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

/* --- receiving */

static void
answer_refusal(zta_conn *conn)
{
	zta_buf buf;

	zta_buf__init(&buf, 4096);
	put_error(&buf, "bad_request", conn->refusal, "");
	conn->close = true;
	conn->parsed = conn->in.len;
	put_answer(conn, conn->refused, "", JSON_TYPE, zta_buf__str(&buf));
	zta_buf__release(&buf);
	answered(conn);
}

static void
call_handler(zta_conn *conn)
{
	zta_http_call *call = &conn->call;

	/* Both stay as they are until the answer. */
	set_target(conn);
	call->body =
	    conn->body.len == 0 ? ZTA_STR("") : zta_buf__str(&conn->body);
	conn->deadline = zta_http__now(conn->http) + ZTA_HTTP_ANSWER_MS;
	call->arena = &conn->arena;
	call->connection = conn;
	zta_http__handle(conn->http, call);
}

/* Parse what is in `in`, up to the end of one request. */
static void
parse_one(zta_conn *conn)
{
	size_t used;

	if (conn->state == ZTA_CONN_IDLE) {
		conn->state = ZTA_CONN_READING;
		conn->deadline =
		    zta_http__now(conn->http) + ZTA_HTTP_REQUEST_MS;
	}
	http_parser_pause(&conn->parser, 0);
	used = http_parser_execute(&conn->parser, &settings,
	    conn->in.ptr + conn->parsed, conn->in.len - conn->parsed);
	if (conn->state == ZTA_CONN_CALLED && conn->refused == 0) {
		conn->parsed += used;
		call_handler(conn);
		return;
	}
	if (HTTP_PARSER_ERRNO(&conn->parser) != HPE_OK) {
		if (conn->refused == 0) {
			(void)refuse(conn,
			    HTTP_PARSER_ERRNO(&conn->parser) ==
				    HPE_HEADER_OVERFLOW ?
				431 :
				400,
			    http_errno_description(
				HTTP_PARSER_ERRNO(&conn->parser)));
		}
		answer_refusal(conn);
		return;
	}
	conn->parsed += used;
	if (conn->out.len > 0) {
		(void)flush(conn); /* 100 Continue */
	}
}

/*
 * Parse all that is in `in`. An answer that comes at once ends in this loop and
 * not in a deeper call, however many requests were sent ahead.
 */
static void
parse(zta_conn *conn)
{
	conn->parsing = true;
	while (conn->fd >= 0 && conn->parsed < conn->in.len &&
	    (conn->state == ZTA_CONN_IDLE || conn->state == ZTA_CONN_READING)) {
		parse_one(conn);
	}
	conn->parsing = false;
	zta_buf__consume(&conn->in, conn->parsed);
	conn->parsed = 0;
	if (conn->fd < 0 ||
	    (conn->state == ZTA_CONN_IDLE &&
		zta_http__is_stopping(conn->http)) ||
	    (conn->eof &&
		(conn->state == ZTA_CONN_IDLE ||
		    conn->state == ZTA_CONN_READING))) {
		zta_conn__close(conn);
	} else {
		zta_http__wait(conn->http, conn);
	}
}

void
zta_conn__readable(zta_conn *conn)
{
	char bytes[READ_MAX];
	ssize_t n = recv(conn->fd, bytes, sizeof(bytes), 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
		return;
	}
	if (n == 0 &&
	    (conn->state == ZTA_CONN_CALLED ||
		conn->state == ZTA_CONN_WRITING)) {
		/* It sends no more, but may wait for what it asked. */
		conn->eof = true;
		zta_http__wait(conn->http, conn);
		return;
	}
	if (n <= 0) {
		zta_conn__close(conn);
		return;
	}
	if (conn->state == ZTA_CONN_ENDING) {
		return;
	}
	zta_buf__put(&conn->in, (zta_str){ bytes, (size_t)n });
	if (conn->in.status != ZTA_OK) {
		zta_conn__close(conn);
		return;
	}
	if (conn->state == ZTA_CONN_IDLE || conn->state == ZTA_CONN_READING) {
		parse(conn);
	} else {
		zta_http__wait(conn->http, conn);
	}
}

void
zta_conn__expired(zta_conn *conn)
{
	if (conn->state == ZTA_CONN_READING) {
		(void)refuse(conn, 408, "the request took too long");
		answer_refusal(conn);
		return;
	}
	zta_conn__close(conn);
}

/* --- life */

zta_conn *
zta_conn__open(zta_http *http, int fd)
{
	zta_conn *conn = calloc(1, sizeof(*conn));

	if (conn == NULL) {
		(void)close(fd);
		return NULL;
	}
	conn->http = http;
	conn->fd = fd;
	http_parser_init(&conn->parser, HTTP_REQUEST);
	conn->parser.data = conn;
	zta_buf__init(&conn->in, ZTA_CONN_AHEAD_MAX + READ_MAX);
	zta_buf__init(&conn->out, SIZE_MAX);
	zta_buf__init(&conn->target, ZTA_HTTP_HEAD_MAX);
	zta_buf__init(&conn->names, ZTA_HTTP_HEAD_MAX);
	zta_buf__init(&conn->body, ZTA_HTTP_BODY_MAX);
	zta_arena__init(&conn->arena, CALL_MEMORY_MAX);
	reset(conn);
	zta_http__add(http, conn);
	return conn;
}

void
zta_conn__close(zta_conn *conn)
{
	if (conn->fd >= 0) {
		(void)close(conn->fd);
		conn->fd = -1;
	}
	if (conn->state == ZTA_CONN_CALLED || conn->parsing) {
		return; /* the handler still has the call, or parse() us */
	}
	end_large(conn);
	zta_http__remove(conn->http, conn);
	zta_buf__release(&conn->in);
	zta_buf__release(&conn->out);
	zta_buf__release(&conn->target);
	zta_buf__release(&conn->names);
	zta_buf__release(&conn->body);
	zta_arena__release(&conn->arena);
	free(conn);
}
