/* SPDX-License-Identifier: Apache-2.0 */
/*
 * x509.h - certificates: what they say, and whether they lead to a root.
 * SPEC: rfc5280
 */
#ifndef ZTA_CRYPTO_X509_H
#define ZTA_CRYPTO_X509_H

#include "base/arena.h"

/* Certificates in DER: that of a peer, then those that signed it. */
typedef struct zta_x509_chain {
	const zta_str *certificates;
	uint32_t count;
} zta_x509_chain;

/* What is wrong with a chain. */
typedef enum zta_x509_flaw {
	ZTA_X509_NO_FLAW,
	ZTA_X509_MALFORMED, /* no DER, or against a MUST of rfc5280 */
	ZTA_X509_TOO_LARGE,
	ZTA_X509_DUPLICATE_EXTENSION, /* rfc5280 4.2 */
	ZTA_X509_CRITICAL_EXTENSION,  /* one that is not known: rfc5280 4.2 */
	ZTA_X509_WEAK_KEY,
	ZTA_X509_WEAK_SIGNATURE, /* by a digest below SHA-256 */
	ZTA_X509_UNTRUSTED,      /* no way to a root */
	ZTA_X509_BAD_SIGNATURE,
	ZTA_X509_BAD_ISSUER, /* who signed may not sign certificates */
	ZTA_X509_PATH_LENGTH,
	ZTA_X509_NAME_CONSTRAINT,
	ZTA_X509_EXPIRED,
	ZTA_X509_NOT_YET_VALID,
	ZTA_X509_KEY_USAGE,
	ZTA_X509_EXTENDED_KEY_USAGE
} zta_x509_flaw;

/* --- one certificate */

typedef struct zta_x509_facts {
	zta_str uri; /* the first of its names that is one; empty: none */
	uint32_t uri_count;
	bool is_ca;
	bool has_key_usage;
	bool signs;                    /* digitalSignature */
	bool certifies, revokes;       /* keyCertSign, cRLSign */
	int64_t not_before, not_after; /* ms */
} zta_x509_facts;

/*
 * Read one. Texts are in `arena`; nothing is verified. ZTA_EUNTRUSTED with
 * `*flaw`, ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_x509__read(zta_arena *arena, zta_str der,
    zta_x509_facts *out, zta_x509_flaw *flaw, zta_error *err);

/* --- roots, and what leads to them */

typedef struct zta_x509_roots zta_x509_roots;

/* None yet. ZTA_ENOMEM. Drop them with zta_x509_roots__drop(). */
ZTA_MUST_USE zta_status zta_x509_roots__open(
    zta_x509_roots **out, zta_error *err);
void zta_x509_roots__hold(zta_x509_roots *roots);
void zta_x509_roots__drop(zta_x509_roots *roots);
uint32_t zta_x509_roots__count(const zta_x509_roots *roots);

/* One more, in DER; those of a PEM text. ZTA_ESYNTAX; ZTA_EINVALID: no CA. */
ZTA_MUST_USE zta_status zta_x509_roots__add(
    zta_x509_roots *roots, zta_str der, zta_error *err);
ZTA_MUST_USE zta_status zta_x509_roots__add_pem(
    zta_x509_roots *roots, zta_str pem, zta_error *err);

typedef enum zta_x509_use { ZTA_X509_CLIENT, ZTA_X509_SERVER } zta_x509_use;

/*
 * Does the chain lead to a root, at `now` (ms), for this use? From any thread.
 * ZTA_EUNTRUSTED with `*flaw`, ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_x509__verify(const zta_x509_roots *roots,
    const zta_x509_chain *chain, zta_x509_use use, int64_t now,
    zta_x509_flaw *flaw, zta_error *err);

#endif
