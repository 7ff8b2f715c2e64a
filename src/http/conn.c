/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conn.c - see conn.h.
 *
 * Bytes go socket -> `in` -> parser -> call, and answer -> `out` -> socket;
 * conn_wire.c says what is between.
 *
 * 1. At most one call is with the handler. The parser is paused at the end of
 *    each request and goes on when the answer is in `out`.
 * 2. Every state has a deadline; nobody can hold a connection by being slow.
 * 3. After a request that is refused nothing more is parsed: where one request
 *    ends is not known any more (request smuggling, rfc9112 11.2).
 */
#include "http/conn.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* One read from the socket. */
#define READ_MAX 65536
/* What TLS may hold of a record until the rest of it has come. */
#define RECORD_MAX 16384
/* Memory for one call: its request twice, and what the handler needs. */
#define CALL_MEMORY_MAX ((size_t)512 << 20)

static void parse(zta_conn *conn);

/* --- between requests */

void
zta_conn__clear(zta_buf *buf)
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
	zta_conn__clear(&conn->body);
	end_large(conn);
	zta_conn__clear(&conn->out);
	zta_arena__reset(&conn->arena);
}

void
zta_conn__writable(zta_conn *conn)
{
	if (zta_conn__has_output(conn) &&
	    (!zta_conn__flush(conn) || zta_conn__has_output(conn))) {
		return;
	}
	if (conn->state == ZTA_CONN_ENDING) {
		zta_conn__say_end(conn);
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

/* --- receiving */

static void
call_handler(zta_conn *conn)
{
	zta_http_call *call = &conn->call;
	int64_t wait_ms = zta_http__wait_for(conn->http, conn);

	/* Both stay as they are until the answer. */
	zta_conn__set_target(conn);
	call->body =
	    conn->body.len == 0 ? ZTA_STR("") : zta_buf__str(&conn->body);
	conn->deadline = zta_http__now(conn->http) + ZTA_HTTP_ANSWER_MS;
	call->peer = conn->tls == NULL ? NULL : zta_tls_link__peer(conn->tls);
	call->arena = &conn->arena;
	call->connection = conn;
	if (wait_ms > 0) {
		zta_conn__answer_too_many(conn, wait_ms);
	} else {
		zta_http__handle(conn->http, call);
	}
}

/* Parse what is in `in`, up to the end of one request. */
static void
parse_one(zta_conn *conn)
{
	if (conn->state == ZTA_CONN_IDLE) {
		conn->state = ZTA_CONN_READING;
		conn->deadline =
		    zta_http__now(conn->http) + ZTA_HTTP_REQUEST_MS;
	}
	zta_conn__read_request(conn);
	if (conn->refused != 0) {
		zta_conn__answer_refusal(conn);
	} else if (conn->state == ZTA_CONN_CALLED) {
		call_handler(conn);
	} else if (zta_conn__has_output(conn)) {
		(void)zta_conn__flush(conn); /* 100 Continue */
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
	if (n > 0 && conn->state == ZTA_CONN_ENDING) {
		return;
	}
	if (n < 0 || conn->state == ZTA_CONN_ENDING ||
	    !zta_conn__take(conn, (zta_str){ bytes, (size_t)n })) {
		zta_conn__close(conn);
		return;
	}
	if (conn->state == ZTA_CONN_IDLE || conn->state == ZTA_CONN_READING) {
		parse(conn);
	} else if (conn->state == ZTA_CONN_WRITING &&
	    !zta_conn__has_output(conn)) {
		/* TLS had something to send, and the rest of the answer with it. */
		zta_conn__writable(conn);
	} else {
		zta_http__wait(conn->http, conn);
	}
}

void
zta_conn__expired(zta_conn *conn)
{
	if (conn->state == ZTA_CONN_READING) {
		(void)zta_conn__refuse(conn, 408, "the request took too long");
		zta_conn__answer_refusal(conn);
		return;
	}
	zta_conn__close(conn);
}

/* --- life */

zta_conn *
zta_conn__open(zta_http *http, int fd)
{
	zta_conn *conn = calloc(1, sizeof(*conn));
	zta_tls *tls = zta_http__tls(http);

	if (conn == NULL) {
		(void)close(fd);
		return NULL;
	}
	conn->http = http;
	conn->fd = fd;
	http_parser_init(&conn->parser, HTTP_REQUEST);
	conn->parser.data = conn;
	zta_buf__init(&conn->in, ZTA_CONN_AHEAD_MAX + READ_MAX + RECORD_MAX);
	zta_buf__init(&conn->out, SIZE_MAX);
	zta_buf__init(&conn->wire, SIZE_MAX);
	zta_buf__init(&conn->target, ZTA_HTTP_HEAD_MAX);
	zta_buf__init(&conn->names, ZTA_HTTP_HEAD_MAX);
	zta_buf__init(&conn->body, ZTA_HTTP_BODY_MAX);
	zta_arena__init(&conn->arena, CALL_MEMORY_MAX);
	reset(conn);
	if (tls != NULL) {
		conn->state = ZTA_CONN_SHAKING;
		conn->deadline = zta_http__now(http) + ZTA_TLS_HANDSHAKE_MS;
	}
	zta_http__add(http, conn);
	if (tls != NULL &&
	    zta_tls_link__open(&conn->tls, tls, &conn->wire, NULL) != ZTA_OK) {
		zta_conn__close(conn);
		return NULL;
	}
	return conn;
}

void
zta_conn__close(zta_conn *conn)
{
	if (conn->fd >= 0) {
		zta_conn__say_end(conn);
		(void)close(conn->fd);
		conn->fd = -1;
	}
	if (conn->state == ZTA_CONN_CALLED || conn->parsing) {
		return; /* the handler still has the call, or parse() us */
	}
	end_large(conn);
	zta_http__remove(conn->http, conn);
	zta_tls_link__close(conn->tls);
	zta_buf__release(&conn->in);
	zta_buf__release(&conn->out);
	zta_buf__release(&conn->wire);
	zta_buf__release(&conn->target);
	zta_buf__release(&conn->names);
	zta_buf__release(&conn->body);
	zta_arena__release(&conn->arena);
	free(conn);
}
