/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pktline.h - the frames that git speaks in: four hexadecimal digits of length,
 * themselves counted, and a payload; or a mark. SPEC: gitprotocol-common
 */
#ifndef ZTA_PAP_PKTLINE_H
#define ZTA_PAP_PKTLINE_H

#include "base/buf.h"

/* Payload of one at most, and what is left of it behind a band. */
#define ZTA_PKTLINE_MAX 65516u
#define ZTA_PKTLINE_BAND_MAX (ZTA_PKTLINE_MAX - 1)

typedef enum zta_pktline_kind {
	ZTA_PKTLINE_NONE, /* nothing is left */
	ZTA_PKTLINE_BAD,  /* malformed, or cut off */
	ZTA_PKTLINE_FLUSH,
	ZTA_PKTLINE_DELIM,
	ZTA_PKTLINE_TEXT
} zta_pktline_kind;

/* Cut the next off `*rest`; `*text` is without a line feed at its end. */
zta_pktline_kind zta_pktline__next(zta_str *rest, zta_str *text);

void zta_pktline__flush(zta_buf *out);
void zta_pktline__delim(zta_buf *out);

/* A line of text, which is short; the line feed is added. */
__attribute__((format(printf, 2, 3))) void zta_pktline__text(
    zta_buf *out, const char *format, ...);

/* Bytes of any length on side band 1, in as many as they take. */
void zta_pktline__data(zta_buf *out, zta_str bytes);

#endif
