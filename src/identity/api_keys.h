/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api_keys.h - the API keys that are in force while a server runs.
 * SPEC: docs/formats/api-keys.md
 */
#ifndef ZTA_IDENTITY_API_KEYS_H
#define ZTA_IDENTITY_API_KEYS_H

#include "identity/api_key_file.h"
#include "identity/followed.h"

/* For zta_followed__open(): the file and its pepper. */
extern const zta_followed_class zta_api_keys__class;

/* What is known of a key that was shown. */
typedef struct zta_api_key_found {
	bool secret_holds, revoked;
	zta_str claims; /* JSON */
} zta_api_key_found;

/*
 * Look for the key `text` of this `id`; texts are in `arena`. From any thread.
 * ZTA_ENOTFOUND: no key has the id; ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_api_keys__find(zta_followed *keys, zta_str text,
    zta_str id, zta_arena *arena, zta_api_key_found *out);

#endif
