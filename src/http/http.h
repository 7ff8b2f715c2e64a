/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http.h - an HTTP/1.1 server: one event loop, for one thread.
 *
 * Several servers may listen on one address (SO_REUSEPORT), one a core. It knows
 * nothing of authorization: a whole request becomes a call, which a handler
 * answers at once or later, from the thread of the loop. A connection has one
 * call at a time; requests that were sent ahead wait, so answers keep their
 * order. SPEC: rfc9110, rfc9112; docs/design/http.md
 */
#ifndef ZTA_HTTP_HTTP_H
#define ZTA_HTTP_HTTP_H

#include <stdatomic.h>

#include "base/arena.h"
#include "base/json_write.h"
#include "crypto/tls.h"
#include "http/gate.h"

#define ZTA_HTTP_WATCHES_MAX 6

typedef struct zta_http zta_http;
typedef struct zta_http_call zta_http_call;

typedef struct zta_http_header {
	zta_str name, value;
} zta_http_header;

/* A request; everything lies in `arena` until it is answered. */
struct zta_http_call {
	zta_str method;
	zta_str path;  /* without the query */
	zta_str query; /* what follows the `?`; may be empty */
	const zta_http_header *headers;
	uint32_t header_count;
	zta_str body;
	bool secure; /* it came over TLS */
	/* What the client has shown in the handshake; NULL: nothing. */
	const zta_x509_chain *peer;
	uint64_t number;  /* that no other request to this process has */
	uint32_t route;   /* what the handler takes it for; 0: nothing yet */
	zta_arena *arena; /* for the handler's own needs too */
	void *connection; /* of the server */
};

typedef void zta_http_handler(void *context, zta_http_call *call);

/*
 * The largest body that is taken, when the head of a request is here: method,
 * path and headers are known. Larger ones are refused unread.
 */
typedef size_t zta_http_body_max(void *context, const zta_http_call *call);

/* The answer of a call of `route` leaves; 0: it did not become a call. */
typedef void zta_http_answered(void *context, uint32_t route, unsigned status);

typedef struct zta_http_options {
	const char *host; /* numeric address */
	uint16_t port;    /* 0: any; see zta_http__port() */
	zta_tls *tls;     /* outlives the server; NULL: plain HTTP */
	zta_http_handler *handle;
	zta_http_body_max *body_max; /* NULL: ZTA_HTTP_BODY_MAX for all */
	zta_http_answered *answered; /* NULL: nobody counts */
	/* How many more bodies over ZTA_HTTP_BODY_MAX may be held at a time, by
	 * all loops that share it; where there is no more, 503. NULL: any. */
	atomic_int *large_left;
	zta_gate *gate; /* outlives the server; NULL: none */
	void *context;
} zta_http_options;

/* Bind and listen. ZTA_EIO with the reason. Free with zta_http__close(). */
ZTA_MUST_USE zta_status zta_http__open(
    zta_http **out, const zta_http_options *options, zta_error *err);
void zta_http__close(zta_http *http);

/* The port it listens on. */
uint16_t zta_http__port(const zta_http *http);

/*
 * Call `ready` whenever `fd` is readable; at most ZTA_HTTP_WATCHES_MAX fds.
 * ZTA_ELIMIT, ZTA_EIO.
 */
ZTA_MUST_USE zta_status zta_http__watch(zta_http *http, int fd,
    void (*ready)(void *context), void *context, zta_error *err);

/*
 * Serve until zta_http__stop(): then no new connections are taken, calls under
 * way are answered, within ZTA_HTTP_DRAIN_MS. ZTA_EIO.
 */
ZTA_MUST_USE zta_status zta_http__run(zta_http *http, zta_error *err);

/* Ask the loop to stop. From any thread, and from a signal handler. */
void zta_http__stop(zta_http *http);

/* The value of a header, whose name is given in lower case; false: none. */
bool zta_http_call__header(
    const zta_http_call *call, const char *name, zta_str *value);

/* The call may take `ms` from now on to be answered. */
void zta_http_call__patience(zta_http_call *call, int64_t ms);

/*
 * Answer and give the call back. `fields` are further header lines, each with
 * its CRLF, or "". The call's X-Request-ID is given back. If the client has gone,
 * nothing is sent.
 */
void zta_http_call__answer(
    zta_http_call *call, unsigned status, const char *fields, zta_str json);

/* The same with a body of another media type. */
void zta_http_call__answer_as(zta_http_call *call, unsigned status,
    const char *fields, const char *type, zta_str body);

/* The member "error":{"code":...,"message":...,"at":...}. SPEC: ztauth 10 */
void zta_http__put_error(
    zta_json_out *out, const char *code, zta_str message, const char *at);

/*
 * Answer a call whose method is none of `allow`, such as "GET, HEAD": it is told
 * which there are, and OPTIONS asks for nothing else.
 * SPEC: rfc9110 9.3.7, 15.5.6
 */
void zta_http_call__other_method(zta_http_call *call, const char *allow);

/* Answer an object with this member. */
void zta_http_call__fail(zta_http_call *call, unsigned status, const char *code,
    const char *message, const char *at);

#endif
