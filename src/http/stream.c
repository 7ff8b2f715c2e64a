/* SPDX-License-Identifier: Apache-2.0 */
/* stream.c - see stream.h. */
#include "http/stream.h"

#include <curl/curl.h>
#include <linux/sockios.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include "base/error.h"
#include "base/time.h"

#define CONNECT_MS 10000L
/* How soon it is seen that we are to stop, or that all was taken. */
#define LOOK_MS 50

struct zta_stream {
	zta_stream_options options;
	CURL *curl;
	char why[CURL_ERROR_SIZE];
};

static bool
is_stopped(const zta_stream *stream)
{
	return stream->options.stop != NULL &&
	    atomic_load(stream->options.stop);
}

/* Not 0 ends the connecting. */
static int
look_up(void *context, curl_off_t down_of, curl_off_t down, curl_off_t up_of,
    curl_off_t up)
{
	(void)down_of;
	(void)down;
	(void)up_of;
	(void)up;
	return is_stopped(context);
}

#define SET(option, value) \
	(void)curl_easy_setopt(stream->curl, CURLOPT_##option, value)

static void
configure(zta_stream *stream)
{
	const zta_stream_options *o = &stream->options;

	SET(ERRORBUFFER, stream->why);
	SET(URL, o->url);
	SET(PROTOCOLS_STR, "https");
	SET(CONNECT_ONLY, 1L);
	/* It is no HTTP that will be spoken, and no proxy is asked for that. */
	SET(SSL_ENABLE_ALPN, 0L);
	SET(PROXY, "");
	SET(SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(NOSIGNAL, 1L);
	SET(TCP_KEEPALIVE, 1L);
	SET(CONNECTTIMEOUT_MS, CONNECT_MS);
	SET(NOPROGRESS, 0L);
	SET(XFERINFOFUNCTION, look_up);
	SET(XFERINFODATA, stream);
	if (o->ca_file != NULL) {
		SET(CAINFO, o->ca_file);
		SET(CAPATH, NULL);
	}
	if (o->certificate_file != NULL) {
		SET(SSLCERT, o->certificate_file);
		SET(SSLKEY, o->key_file);
		/* Nobody is there to be asked for it. */
		SET(KEYPASSWD, "");
	}
}

#undef SET

zta_status
zta_stream__open(
    zta_stream **out, const zta_stream_options *options, zta_error *err)
{
	zta_stream *stream = calloc(1, sizeof(*stream));
	CURLcode code;

	*out = NULL;
	if (stream == NULL) {
		return zta_error__nomem(err);
	}
	stream->options = *options;
	stream->curl = curl_easy_init();
	if (stream->curl == NULL) {
		free(stream);
		return zta_error__nomem(err);
	}
	configure(stream);
	code = curl_easy_perform(stream->curl);
	if (code != CURLE_OK) {
		(void)zta_error__set(err, ZTA_EUNAVAILABLE, "%s",
		    stream->why[0] != '\0' ? stream->why :
					     curl_easy_strerror(code));
		zta_stream__close(stream);
		return ZTA_EUNAVAILABLE;
	}
	*out = stream;
	return ZTA_OK;
}

void
zta_stream__close(zta_stream *stream)
{
	if (stream != NULL) {
		curl_easy_cleanup(stream->curl);
		free(stream);
	}
}

static curl_socket_t
socket_of(zta_stream *stream)
{
	curl_socket_t fd = CURL_SOCKET_BAD;

	(void)curl_easy_getinfo(stream->curl, CURLINFO_ACTIVESOCKET, &fd);
	return fd;
}

static zta_status
fail(zta_error *err, const char *why)
{
	return zta_error__set(err, ZTA_EUNAVAILABLE, "%s", why);
}

/* Until the kernel of the other machine has said that it has everything. */
static zta_status
drain(zta_stream *stream, int64_t end, zta_error *err)
{
	int left = 1;

	for (;;) {
		if (ioctl(socket_of(stream), SIOCOUTQ, &left) != 0) {
			return fail(err, "the connection is gone");
		}
		if (left == 0) {
			return ZTA_OK;
		}
		if (is_stopped(stream) || zta_time__monotonic_ms() > end) {
			return fail(err, "what was sent is not taken");
		}
		(void)poll(NULL, 0, 1);
		if (!zta_stream__is_open(stream)) {
			return fail(err, "the other side has closed");
		}
	}
}

zta_status
zta_stream__send(zta_stream *stream, zta_str bytes, int64_t ms, zta_error *err)
{
	struct pollfd fd = { socket_of(stream), POLLOUT, 0 };
	int64_t end = zta_time__monotonic_ms() + ms;
	CURLcode code;
	size_t n;

	while (bytes.len > 0) {
		n = 0;
		code = curl_easy_send(stream->curl, bytes.ptr, bytes.len, &n);
		bytes.ptr += n;
		bytes.len -= n;
		if (code != CURLE_OK && code != CURLE_AGAIN) {
			return fail(err, curl_easy_strerror(code));
		}
		if (is_stopped(stream) || zta_time__monotonic_ms() > end) {
			return fail(err, "what was sent is not taken");
		}
		if (code == CURLE_AGAIN) {
			(void)poll(&fd, 1, LOOK_MS);
		}
	}
	return drain(stream, end, err);
}

bool
zta_stream__is_open(zta_stream *stream)
{
	char bytes[256];
	CURLcode code;
	size_t n;

	do {
		n = 0;
		code = curl_easy_recv(stream->curl, bytes, sizeof(bytes), &n);
	} while (code == CURLE_OK && n > 0);
	return code == CURLE_AGAIN;
}
