/* SPDX-License-Identifier: Apache-2.0 */
/* sink.h - whom records are sent to. A sink belongs to one thread. */
#ifndef ZTA_EXPORT_SINK_H
#define ZTA_EXPORT_SINK_H

#include <stdatomic.h>

#include "export/event.h"

typedef struct zta_sink zta_sink;

typedef struct zta_sink_options {
	/* otlp+https://host[:port][/path], otlp+http:// to this machine, or
	 * syslog+tls://host[:port] */
	const char *to;
	const char *ca_file; /* PEM of authorities; NULL: the system's */
	const char *certificate_file, *key_file; /* what we show; or NULL */
	const char *header_file; /* "Name: value", secret; NULL: none */
	const atomic_bool *stop; /* ends what waits; NULL: nothing does */
} zta_sink_options;

/* ZTA_EINVALID: `to` is nothing that can be sent to, and why. ZTA_EIO. */
ZTA_MUST_USE zta_status zta_sink__open(
    zta_sink **out, const zta_sink_options *options, zta_error *err);
void zta_sink__close(zta_sink *sink);

/* Write a batch. Failures stick in `batch`. */
void zta_sink__begin(zta_sink *sink, zta_buf *batch);
void zta_sink__add(zta_sink *sink, const zta_event *event);
void zta_sink__end(zta_sink *sink);

/* What became of a batch. */
typedef struct zta_sink_outcome {
	int64_t retry_ms;  /* the other wants to be left alone so long; or 0 */
	int64_t rejected;  /* it took the batch without so many records */
	bool is_too_large; /* fewer at a time may pass */
} zta_sink_outcome;

/* ZTA_OK: it has been taken. ZTA_EUNAVAILABLE: it is to be sent again. */
ZTA_MUST_USE zta_status zta_sink__send(
    zta_sink *sink, zta_str batch, zta_sink_outcome *out, zta_error *err);

/* Does it say that it took something? If not, only time tells. */
bool zta_sink__acknowledges(const zta_sink *sink);
/* Is the connection of the last batch still there? */
ZTA_MUST_USE bool zta_sink__holds(zta_sink *sink);

#endif
