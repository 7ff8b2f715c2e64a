/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream.h - bytes to somebody over TLS, for protocols that are not HTTP. Over
 * libcurl, as client.h is: certificates are checked, and who answers is who was
 * named. A stream belongs to one thread at a time.
 */
#ifndef ZTA_HTTP_STREAM_H
#define ZTA_HTTP_STREAM_H

#include <stdatomic.h>

#include "ztauth/base.h"

typedef struct zta_stream zta_stream;

typedef struct zta_stream_options {
	const char *url;     /* https://host:port */
	const char *ca_file; /* PEM of authorities; NULL: the system's */
	/* What we show, PEM; NULL: nothing. */
	const char *certificate_file, *key_file;
	/* Set to true, from any thread, it ends what waits within a second. */
	const atomic_bool *stop; /* NULL: nothing does */
} zta_stream_options;

/* Connect. ZTA_EUNAVAILABLE: it cannot be reached, or is not who was named. */
ZTA_MUST_USE zta_status zta_stream__open(
    zta_stream **out, const zta_stream_options *options, zta_error *err);
void zta_stream__close(zta_stream *stream);

/*
 * Send all of it, and wait until the other machine has it, `ms` at most; what its
 * program has read nobody knows. ZTA_EUNAVAILABLE: close it.
 */
ZTA_MUST_USE zta_status zta_stream__send(
    zta_stream *stream, zta_str bytes, int64_t ms, zta_error *err);

/* Is the other side still there? What it says is thrown away. */
ZTA_MUST_USE bool zta_stream__is_open(zta_stream *stream);

#endif
