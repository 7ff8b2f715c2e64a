/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cbor.h - deterministic CBOR (RFC 8949 section 4.2): the shortest form of
 * every number, definite lengths, map keys ascending. The reader accepts nothing
 * else, so that one record has one encoding.
 */
#ifndef ZTA_LOG_CBOR_H
#define ZTA_LOG_CBOR_H

#include "base/buf.h"

typedef enum zta_cbor_type {
	ZTA_CBOR_UINT = 0,
	ZTA_CBOR_BYTES = 2,
	ZTA_CBOR_TEXT = 3,
	ZTA_CBOR_ARRAY = 4,
	ZTA_CBOR_MAP = 5,
	ZTA_CBOR_SIMPLE = 7
} zta_cbor_type;

#define ZTA_CBOR_FALSE 20
#define ZTA_CBOR_TRUE 21

/* The head of an item: its type with a value, a length or a count. */
void zta_cbor__put(zta_buf *buf, zta_cbor_type type, uint64_t value);
/* BYTES or TEXT with their content. */
void zta_cbor__put_str(zta_buf *buf, zta_cbor_type type, zta_str text);

/* Cut a head of this type off `*rest`; false: it is none, or not shortest. */
ZTA_MUST_USE bool zta_cbor__take(
    zta_str *rest, zta_cbor_type type, uint64_t *value);
ZTA_MUST_USE bool zta_cbor__take_str(
    zta_str *rest, zta_cbor_type type, zta_str *text);

#endif
