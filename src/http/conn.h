/* SPDX-License-Identifier: Apache-2.0 */
/* conn.h - one connection; for the files of http alone. */
#ifndef ZTA_HTTP_CONN_H
#define ZTA_HTTP_CONN_H

#include <http_parser.h>

#include "base/buf.h"
#include "base/limits.h"
#include "crypto/tls.h"
#include "http/http.h"

/* What may be sent ahead of the request that is being answered. */
#define ZTA_CONN_AHEAD_MAX (ZTA_HTTP_HEAD_MAX + ZTA_HTTP_BODY_MAX)

typedef enum zta_conn_state {
	ZTA_CONN_SHAKING, /* hands, for TLS */
	ZTA_CONN_IDLE,    /* between requests */
	ZTA_CONN_READING, /* part of a request is here */
	ZTA_CONN_CALLED,  /* the handler has it */
	ZTA_CONN_WRITING, /* the answer does not fit the socket yet */
	ZTA_CONN_ENDING   /* answered for the last time; input is thrown away */
} zta_conn_state;

typedef struct zta_conn zta_conn;
struct zta_conn {
	zta_http *http;
	zta_conn *before,
	    *after;          /* those of the loop in this or another state */
	int fd;              /* -1: gone, but its call is not answered */
	zta_gate_peer *peer; /* NULL: there is no gate */
	zta_conn_state state;
	int64_t deadline; /* monotonic ms */
	bool close;       /* after this answer */
	bool parsing;     /* parse() is at work on it */
	bool eof;         /* the client sends no more */
	uint32_t events;  /* that the loop waits for */
	http_parser parser;
	zta_buf in; /* received, parsed up to `parsed` */
	size_t parsed;
	zta_buf out;       /* to be said */
	zta_tls_link *tls; /* NULL: none */
	zta_buf wire;      /* of TLS: to be sent */
	zta_arena arena;
	zta_http_call call;
	/* While a request is read: */
	size_t head;   /* bytes of its head so far */
	bool in_value; /* the last header piece was a value */
	zta_buf target, body;
	zta_buf names;            /* names and values, one after the other */
	zta_http_header *headers; /* lengths; slices once the head is whole */
	uint32_t header_count;
	bool large;       /* its body is counted as a large one */
	unsigned refused; /* status that ends the connection; 0: none */
	const char *refusal;
};

/* Take over `fd`. NULL: no memory; the fd is closed. */
zta_conn *zta_conn__open(zta_http *http, int fd);
/* Close; freed now, or once its call is answered. */
void zta_conn__close(zta_conn *conn);

/* The socket has something, or room. */
void zta_conn__readable(zta_conn *conn);
void zta_conn__writable(zta_conn *conn);
/* The deadline has passed. */
void zta_conn__expired(zta_conn *conn);

/* --- between the files of a connection */

/* Parse what is new in `in`, up to the end of one request or what is wrong. */
void zta_conn__read_request(zta_conn *conn);
/* End the connection with this answer; returns 1, which stops the parser. */
int zta_conn__refuse(zta_conn *conn, unsigned status, const char *why);
void zta_conn__answer_refusal(zta_conn *conn);
/* Answer the call that the peer may ask again in so many ms. */
void zta_conn__answer_too_many(zta_conn *conn, int64_t wait_ms);
/* Method and target, as far as they are here. */
void zta_conn__set_target(zta_conn *conn);
/* Send what there is to send; false: the connection is gone. */
bool zta_conn__flush(zta_conn *conn);
/* Is there anything to send? */
bool zta_conn__has_output(const zta_conn *conn);
/* Say that nothing follows, as far as TLS has words for it. */
void zta_conn__say_end(zta_conn *conn);
/* Take what has come; nothing is the end. False: the connection is to close. */
bool zta_conn__take(zta_conn *conn, zta_str bytes);
/* Empty `buf`; one large message is no reason to hold its memory. */
void zta_conn__clear(zta_buf *buf);

/* --- what the loop does for connections */

int64_t zta_http__now(const zta_http *http);
zta_tls *zta_http__tls(const zta_http *http);
/* "Date: ...\r\n" of this second. */
const char *zta_http__date(const zta_http *http);
bool zta_http__is_stopping(const zta_http *http);
void zta_http__handle(zta_http *http, zta_http_call *call);
/* May the peer ask once more now? 0, or so many ms later. */
int64_t zta_http__wait_for(zta_http *http, const zta_conn *conn);
/* An answer leaves, or is for nobody any more. */
void zta_http__answered(zta_http *http, uint32_t route, unsigned status);
size_t zta_http__body_max(zta_http *http, const zta_http_call *call);
/* Count one more large body; false: there are as many as may be. */
bool zta_http__take_large(zta_http *http);
void zta_http__give_large(zta_http *http);
/* Wait for what the connection needs now: room to write, something to read. */
void zta_http__wait(zta_http *http, zta_conn *conn);
void zta_http__add(zta_http *http, zta_conn *conn);
/* Its handshake is done: it is idle. */
void zta_http__shaken(zta_http *http, zta_conn *conn);
void zta_http__remove(zta_http *http, zta_conn *conn);

#endif
