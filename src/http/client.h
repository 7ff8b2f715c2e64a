/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client.h - an HTTP client, over libcurl.
 *
 * One request at a time, on a connection that is kept. Only http and https,
 * certificates are checked, redirects are not followed: who is asked is who was
 * named. A client belongs to one thread at a time.
 */
#ifndef ZTA_HTTP_CLIENT_H
#define ZTA_HTTP_CLIENT_H

#include <stdatomic.h>

#include "base/buf.h"
#include "crypto/tls_peer.h"

typedef struct zta_http_client zta_http_client;

typedef struct zta_http_client_options {
	const char *ca_file; /* PEM of authorities; NULL: the system's */
	/* What we show, PEM; NULL: nothing. It is read at each handshake. */
	const char *certificate_file, *key_file;
	int64_t connect_ms; /* 0: 10 s */
	bool no_proxy;      /* whatever the environment says */
	/* Set to true, from any thread, it ends requests within a second. */
	const atomic_bool *stop; /* NULL: nothing ends them */
} zta_http_client_options;

/* ZTA_ENOMEM. Free with zta_http_client__close(). */
ZTA_MUST_USE zta_status zta_http_client__open(zta_http_client **out,
    const zta_http_client_options *options, zta_error *err);
void zta_http_client__close(zta_http_client *client);

typedef struct zta_http_request {
	const char *method;
	const char *url;
	const char *const
	    *fields;        /* "Name: value", ended by NULL; may be NULL */
	zta_str body;       /* sent with POST and PUT */
	int64_t timeout_ms; /* of the whole; 0: 60 s */
	/* The body of the answer: where it goes, an empty buffer; or NULL, it
	 * lies in the arena and has at most so many bytes. */
	zta_buf *into;
	size_t answer_max;
	/* Who must answer, by https; NULL: who the web says is the host. */
	zta_tls_peer *peer;
} zta_http_request;

typedef struct zta_http_response {
	unsigned status;
	zta_str type; /* of its body, without parameters; may be empty */
	zta_str body;
	int64_t max_age_ms; /* caches may keep it so long; -1: not said */
	int64_t retry_ms;   /* Retry-After; 0: not said */
} zta_http_response;

/*
 * Ask, and wait for the answer, which lies in `arena`. Any status is an answer.
 * Fields may be secrets: copies of them are wiped, but for those of libcurl.
 * ZTA_EUNAVAILABLE: there was none, whyever; ZTA_ELIMIT: it is too large;
 * ZTA_EINVAL: that is no URL; ZTA_EUNTRUSTED: another than the peer answered.
 */
ZTA_MUST_USE zta_status zta_http_client__ask(zta_http_client *client,
    zta_arena *arena, const zta_http_request *request, zta_http_response *out,
    zta_error *err);

#endif
