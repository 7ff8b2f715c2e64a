/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api_keys.h - the API keys that are in force while a server runs: the file is
 * read when it has changed, and what is damaged changes nothing.
 * SPEC: docs/formats/api-keys.md
 */
#ifndef ZTA_IDENTITY_API_KEYS_H
#define ZTA_IDENTITY_API_KEYS_H

#include "identity/api_key_file.h"

typedef struct zta_api_keys zta_api_keys;

/*
 * Read the file, which must be good. `tell` hears when it no longer is, once a
 * change; NULL: nobody does. Free with zta_api_keys__close().
 */
ZTA_MUST_USE zta_status zta_api_keys__open(zta_api_keys **out, const char *path,
    void (*tell)(const zta_error *why), zta_error *err);
/* NULL is fine. */
void zta_api_keys__close(zta_api_keys *keys);

/* What is known of a key that was shown. */
typedef struct zta_api_key_found {
	bool secret_holds, revoked;
	zta_str claims; /* JSON */
} zta_api_key_found;

/*
 * Look for the key `text` of this `id`; texts are in `arena`. From any thread.
 * ZTA_ENOTFOUND: no key has the id; ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_api_keys__find(zta_api_keys *keys, zta_str text,
    zta_str id, zta_arena *arena, zta_api_key_found *out);

#endif
