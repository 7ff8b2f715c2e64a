/* SPDX-License-Identifier: Apache-2.0 */
/* hoard.h - the private keys, in the keeper alone, and who verifies them. */
#ifndef ZTA_DAEMON_HOARD_H
#define ZTA_DAEMON_HOARD_H

#include "ztauth/key.h"

/* Three public keys: of the zone's key, the next and the previous one. */
#define ZTA_HOARD_JWKS_MAX (3 * ZTA_KEY_JWK_MAX + 16)

/* Their files, PEM. */
typedef struct zta_keeper_keys {
	const char *zone; /* signs transaction tokens */
	/* Verify them too; they may be public, or absent. NULL: none. */
	const char *next, *previous;
	const char *client; /* signs client assertions; NULL: none does */
	bool sandbox;       /* the keeper is to be in one */
} zta_keeper_keys;

typedef struct zta_hoard_key {
	zta_key *key; /* NULL: none */
	char kid[ZTA_KEY_THUMBPRINT_MAX];
} zta_hoard_key;

typedef struct zta_hoard {
	zta_hoard_key zone;
	zta_hoard_key client;
	/* The key set of the zone; the one that signs is the first. */
	char jwks[ZTA_HOARD_JWKS_MAX];
} zta_hoard;

/* The private key for `alg` in a file. Errors name it. */
ZTA_MUST_USE zta_status zta_hoard__read_private(
    zta_key **out, const char *path, zta_alg alg, zta_error *err);

/* Read the files. Errors name the file; then nothing is held. */
ZTA_MUST_USE zta_status zta_hoard__load(
    const zta_keeper_keys *files, zta_hoard *out, zta_error *err);
/* Free the keys. */
void zta_hoard__let_go(zta_hoard *held);

#endif
