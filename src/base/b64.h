/* SPDX-License-Identifier: Apache-2.0 */
/*
 * b64.h - base64url without padding (RFC 4648 section 5, RFC 7515 section 2),
 * base64 with it, and hexadecimal. Decoding accepts exactly what encoding
 * produces: no space, and the unused bits of the last digit are zero.
 */
#ifndef ZTA_BASE_B64_H
#define ZTA_BASE_B64_H

#include "base/arena.h"
#include "base/buf.h"

/* Digits that `len` bytes take. */
#define ZTA_B64_LEN(len) (((len)*4 + 2) / 3)
/* Bytes that `digits` digits hold. */
#define ZTA_B64_BYTES(digits) ((digits)*3 / 4)

/* Write ZTA_B64_LEN(bytes.len) digits to `out`. */
void zta_b64__encode(zta_str bytes, char *out);
void zta_b64__put(zta_buf *buf, zta_str bytes);

/* Decode to `out` (ZTA_B64_BYTES of room); false when malformed. */
ZTA_MUST_USE bool zta_b64__decode(zta_str digits, void *out, size_t *len);

/*
 * The same in base64 (RFC 4648 section 4) with padding, as PEM and OpenSSH have
 * it; equally strict. Encoding writes ZTA_B64_STD_LEN digits. Decoding may be
 * done in place.
 */
#define ZTA_B64_STD_LEN(len) (((len) + 2) / 3 * 4)
void zta_b64_std__encode(zta_str bytes, char *out);
ZTA_MUST_USE bool zta_b64_std__decode(zta_str digits, void *out, size_t *len);

/* Lower-case hexadecimal: two digits a byte. */
void zta_hex__encode(zta_str bytes, char *out);
/* Lower case only; `out` has room for half of `digits`. */
ZTA_MUST_USE bool zta_hex__decode(zta_str digits, void *out);

#endif
