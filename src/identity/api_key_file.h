/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api_key_file.h - the file of API keys, and its pepper.
 * SPEC: docs/formats/api-keys.md
 */
#ifndef ZTA_IDENTITY_API_KEY_FILE_H
#define ZTA_IDENTITY_API_KEY_FILE_H

#include "base/arena.h"
#include "base/json_write.h"
#include "identity/api_key.h"

/* One key; texts are in the arena of the file. */
typedef struct zta_api_key_entry {
	unsigned char hash[ZTA_SHA256_LEN];
	zta_str id, issuer, subject, audience, scope,
	    note; /* last two: empty */
	int64_t issued_s, expires_s;
	int64_t revoked_s; /* 0: it is not */
} zta_api_key_entry;

typedef struct zta_api_key_file {
	zta_api_key_entry *list;
	uint32_t count;
} zta_api_key_file;

/*
 * Read the pepper of the file `path`. ZTA_ENOTFOUND; ZTA_EINVALID: malformed,
 * or open to others than its owner. ZTA_EIO.
 */
ZTA_MUST_USE zta_status zta_pepper__read(
    const char *path, unsigned char out[ZTA_PEPPER_LEN], zta_error *err);
/* Make one, which there is not. */
ZTA_MUST_USE zta_status zta_pepper__make(
    const char *path, unsigned char out[ZTA_PEPPER_LEN], zta_error *err);

/*
 * Read the file. ZTA_EINVALID: it is damaged, with the line where it is known.
 * ZTA_ENOTFOUND, ZTA_EIO, ZTA_ELIMIT, ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_api_key_file__read(zta_api_key_file *out,
    zta_arena *arena, const char *path,
    const unsigned char pepper[ZTA_PEPPER_LEN], zta_error *err);

/* The same of its text. */
ZTA_MUST_USE zta_status zta_api_key_file__parse(zta_api_key_file *out,
    zta_arena *arena, zta_str text, const unsigned char pepper[ZTA_PEPPER_LEN],
    zta_error *err);

/* Put it in place, whole. */
ZTA_MUST_USE zta_status zta_api_key_file__write(const zta_api_key_file *file,
    const char *path, const unsigned char pepper[ZTA_PEPPER_LEN],
    zta_error *err);

/* What the key says of its holder, as a JWT would: a JSON object. */
void zta_api_key__put_claims(zta_json_out *out, const zta_api_key_entry *e);

#endif
