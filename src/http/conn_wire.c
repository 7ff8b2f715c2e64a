/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conn_wire.c - between the socket and what is said, with TLS or without.
 *
 * `in` and `out` hold what is said. Without TLS that is what the socket carries;
 * with it, `wire` holds what `out` becomes.
 */
#include <errno.h>
#include <sys/socket.h>

#include "http/conn.h"

bool
zta_conn__has_output(const zta_conn *conn)
{
	return conn->out.len > 0 || conn->wire.len > 0;
}

/* What the socket is given. */
static zta_buf *
seal(zta_conn *conn)
{
	if (conn->tls == NULL) {
		return &conn->out;
	}
	if (conn->out.len > 0) {
		zta_tls_link__say(conn->tls, zta_buf__str(&conn->out));
		zta_conn__clear(&conn->out);
	}
	return &conn->wire;
}

/* Returns false when nothing can be sent any more. */
static bool
send_some(zta_conn *conn, zta_buf *buf)
{
	ssize_t n;

	while (buf->len > 0) {
		n = send(conn->fd, buf->ptr, buf->len, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n < 0) {
			return errno == EAGAIN || errno == EWOULDBLOCK;
		}
		zta_buf__consume(buf, (size_t)n);
	}
	return true;
}

bool
zta_conn__flush(zta_conn *conn)
{
	zta_buf *buf = seal(conn);

	if (buf->status != ZTA_OK || !send_some(conn, buf)) {
		zta_conn__close(conn);
		return false;
	}
	zta_http__wait(conn->http, conn);
	return true;
}

void
zta_conn__say_end(zta_conn *conn)
{
	zta_buf *buf;

	if (conn->tls != NULL) {
		buf = seal(conn);
		zta_tls_link__end(conn->tls);
		(void)send_some(conn, buf);
	}
}

bool
zta_conn__take(zta_conn *conn, zta_str bytes)
{
	zta_tls_state state;

	if (conn->tls == NULL) {
		zta_buf__put(&conn->in, bytes);
		/* Nothing at all is the end. */
		conn->eof = bytes.len == 0;
		return conn->in.status == ZTA_OK;
	}
	/* SPEC: rfc8446 6.1: an end that is not said may be an attack. */
	if (bytes.len == 0) {
		return false;
	}
	state = zta_tls_link__take(conn->tls, bytes, &conn->in);
	if (conn->wire.status != ZTA_OK || !send_some(conn, &conn->wire) ||
	    state == ZTA_TLS_BROKEN) {
		return false;
	}
	conn->eof = state == ZTA_TLS_ENDED;
	if (conn->state == ZTA_CONN_SHAKING && state != ZTA_TLS_SHAKING) {
		zta_http__shaken(conn->http, conn);
	}
	return conn->in.status == ZTA_OK;
}
