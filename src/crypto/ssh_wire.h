/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ssh_wire.h - the encoding that everything of SSH is made of (RFC 4251
 * section 5), and the armor around it in files.
 */
#ifndef ZTA_CRYPTO_SSH_WIRE_H
#define ZTA_CRYPTO_SSH_WIRE_H

#include "base/buf.h"

/* Cut the next value off `*rest`; false when it does not hold one. */
ZTA_MUST_USE bool zta_ssh_wire__u32(zta_str *rest, uint32_t *out);
ZTA_MUST_USE bool zta_ssh_wire__string(zta_str *rest, zta_str *out);
/* A string of these bytes. */
ZTA_MUST_USE bool zta_ssh_wire__is(zta_str *rest, const char *wanted);

void zta_ssh_wire__put_u32(zta_buf *out, uint32_t value);
void zta_ssh_wire__put_string(zta_buf *out, zta_str bytes);

/*
 * Read "-----BEGIN <label>-----", lines of base64, "-----END <label>-----" and
 * a last line feed, which may be missing. `out` has room for all of `text`;
 * beyond `*len` there may be digits, to be wiped with it if they are secret.
 * ZTA_ESYNTAX.
 */
ZTA_MUST_USE zta_status zta_ssh_armor__decode(
    zta_str text, const char *label, char *out, size_t *len, zta_error *err);

/* Append the armor of `bytes`, in lines of 70 digits as OpenSSH has them. */
void zta_ssh_armor__put(zta_buf *out, const char *label, zta_str bytes);

#endif
