/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api_key.h - the text of an API key, and what is stored of it.
 * SPEC: docs/formats/api-keys.md
 */
#ifndef ZTA_IDENTITY_API_KEY_H
#define ZTA_IDENTITY_API_KEY_H

#include "crypto/digest.h"
#include "ztauth/api_key.h"

#define ZTA_API_KEY_PREFIX "ztak_"
#define ZTA_API_KEY_ID_LEN 12
#define ZTA_API_KEY_LEN (ZTA_API_KEY_MAX - 1)
#define ZTA_PEPPER_LEN 32

typedef enum zta_api_key_form {
	ZTA_API_KEY_GOOD,
	ZTA_API_KEY_MALFORMED,
	ZTA_API_KEY_MISTYPED /* its checksum is wrong */
} zta_api_key_form;

/* Look at the form alone; `id` is the slice of it. */
zta_api_key_form zta_api_key__read(zta_str text, zta_str *id);

/* A new one, NUL-terminated. */
void zta_api_key__make(char out[ZTA_API_KEY_MAX]);

/* What is stored. ZTA_ENOMEM. */
ZTA_MUST_USE zta_status zta_api_key__hash(
    const unsigned char pepper[ZTA_PEPPER_LEN], zta_str text,
    unsigned char out[ZTA_SHA256_LEN]);

#endif
