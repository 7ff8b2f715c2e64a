/* SPDX-License-Identifier: Apache-2.0 */
/* key_object.h - what a zta_key holds; for the files of crypto alone. */
#ifndef ZTA_CRYPTO_KEY_OBJECT_H
#define ZTA_CRYPTO_KEY_OBJECT_H

#include <openssl/evp.h>

#include "crypto/key.h"

typedef enum zta_key_type {
	ZTA_KEY_P256,
	ZTA_KEY_RSA,
	ZTA_KEY_ED25519
} zta_key_type;

struct zta_key {
	EVP_PKEY *pkey;
	/* Contexts to verify with, never used but copied: making one takes much
	 * longer. For its own algorithm, and PS256; NULL: EdDSA has none. */
	EVP_PKEY_CTX *verifying[2];
	zta_key_type type;
	bool private;
	char thumbprint[ZTA_KEY_THUMBPRINT_MAX]; /* empty: it has none */
};

/* Wrap `pkey`, which is taken over whatever comes of it. */
ZTA_MUST_USE zta_status zta_key__wrap(
    zta_key **out, EVP_PKEY *pkey, bool private, zta_error *err);

/* Make the contexts to verify with; false: OpenSSL will not. */
ZTA_MUST_USE bool zta_key__prepare(zta_key *key);

/* Work out the thumbprint. */
ZTA_MUST_USE zta_status zta_key__print(
    const zta_key *key, char out[ZTA_KEY_THUMBPRINT_MAX], zta_error *err);

/* ZTA_EEXIST if there is a file of this name: keys are not overwritten. */
ZTA_MUST_USE zta_status zta_key__refuse_existing(
    const char *path, zta_error *err);
/* Write a new file. ZTA_EEXIST. */
ZTA_MUST_USE zta_status zta_key__write_new(
    const char *path, unsigned mode, zta_str text, zta_error *err);

/* For PEM: what is encrypted is refused, instead of asking at a terminal. */
int zta_key__no_passphrase(char *buf, int size, int writing, void *user);

/* ZTA_EIO, with what OpenSSL has to say; its queue is emptied. */
zta_status zta_key__openssl(zta_error *err, const char *what);

#endif
