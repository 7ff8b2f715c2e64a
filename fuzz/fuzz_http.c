/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_http.c - connections. The first byte says into what pieces the rest is
 * cut. Every call is a whole request within the limits, and is answered.
 */
#include "fuzz.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/limits.h"
#include "http/conn.h"

static zta_conn *alive;
static unsigned calls;

static void
handle(void *context, zta_http_call *call)
{
	zta_str value;

	(void)context;
	calls++;
	if (call->body.len > ZTA_HTTP_BODY_MAX ||
	    call->header_count > ZTA_HTTP_HEADERS_MAX) {
		abort();
	}
	(void)zta_http_call__header(call, "content-type", &value);
	zta_http_call__answer(call, 200, "", (zta_str){ "{}", 2 });
}

/* The loop forgets connections that are gone. */
static bool
is_alive(int far)
{
	char bytes[4096];
	ssize_t n;

	do {
		n = recv(far, bytes, sizeof(bytes), MSG_DONTWAIT);
	} while (n > 0);
	return n < 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static zta_http *http;
	const zta_http_options options = { .host = "127.0.0.1",
		.handle = handle };
	size_t piece, n;
	int pair[2];

	if (http == NULL && zta_http__open(&http, &options, NULL) != ZTA_OK) {
		abort();
	}
	if (size < 2 ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) != 0) {
		return 0;
	}
	piece = data[0] % 64u == 0 ? size : data[0] % 64u;
	data++;
	size--;
	alive = zta_conn__open(http, pair[0]);
	while (size > 0 && is_alive(pair[1])) {
		n = piece < size ? piece : size;
		if (send(pair[1], data, n, MSG_NOSIGNAL) != (ssize_t)n) {
			break;
		}
		data += n;
		size -= n;
		zta_conn__readable(alive);
	}
	/* Writing works as long as the other end is there. */
	if (send(pair[1], "x", 1, MSG_NOSIGNAL) == 1) {
		zta_conn__close(alive);
	}
	(void)close(pair[1]);
	return 0;
}
