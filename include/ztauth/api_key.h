/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ztauth/api_key.h - make, list, rotate and revoke API keys.
 *
 * Keys are kept in a file, as hashes under a pepper that a second file holds:
 * both are made with the first key. Each call takes the lock of the file,
 * changes all of it and puts it in place by a rename; a server that has it in
 * force sees the change with the next key that is shown. The format is in
 * docs/formats/api-keys.md.
 *
 * What this does not do: it does not say whose keys are believed. A source of
 * kind `api-key` does, by the issuer that a key names.
 */
#ifndef ZTAUTH_API_KEY_H
#define ZTAUTH_API_KEY_H

#include "ztauth/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes of a key and a NUL; of its id. */
#define ZTA_API_KEY_MAX 67
#define ZTA_API_KEY_ID_MAX 13

/* What a key is for. */
typedef struct zta_api_key_spec {
	zta_str issuer, subject, audience; /* needed */
	zta_str scope; /* words with spaces between them; may be empty */
	zta_str note;  /* for the reader; may be empty */
	int64_t lifetime_s;
} zta_api_key_spec;

/*
 * Make a key at `now` (ms since 1970) and put it into the file `path`, which is
 * made if there is none. The key is the caller's to wipe; it cannot be had again.
 * ZTA_EINVAL: the specification makes no sense. ZTA_EINVALID: the file is
 * damaged. ZTA_EIO.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_api_key_create(const char *path,
    const zta_api_key_spec *spec, int64_t now, char out[ZTA_API_KEY_MAX],
    zta_error *err);

/*
 * Make another key in the place of `id`, with the same claims and as long a
 * life; the old one ends after `overlap_s`, or at its own end if that is
 * earlier. ZTA_ENOTFOUND; ZTA_ECONFLICT: it has ended already. As above.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_api_key_rotate(const char *path,
    zta_str id, int64_t overlap_s, int64_t now, char out[ZTA_API_KEY_MAX],
    zta_error *err);

/* End a key now. ZTA_ENOTFOUND. As above. */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_api_key_revoke(
    const char *path, zta_str id, int64_t now, zta_error *err);

/* A key as it is listed: nothing of it is secret. */
typedef struct zta_api_key_listed {
	zta_str id, issuer, subject, audience, scope, note;
	int64_t issued_s, expires_s; /* since 1970 */
	int64_t revoked_s;           /* 0: it is not */
} zta_api_key_listed;

/* Hand every key to `each`, in the order of their making. As above. */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_api_key_list(const char *path,
    void (*each)(void *context, const zta_api_key_listed *key), void *context,
    zta_error *err);

#ifdef __cplusplus
}
#endif
#endif
