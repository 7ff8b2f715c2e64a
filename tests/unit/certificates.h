/* SPDX-License-Identifier: Apache-2.0 */
/* certificates.h - certificates for tests, good and otherwise. */
#ifndef ZTA_TESTS_CERTIFICATES_H
#define ZTA_TESTS_CERTIFICATES_H

#include "crypto/x509.h"

/* 2026-01-01T00:00:00Z: when tests take place. */
#define MADE_NOW INT64_C(1767225600000)

typedef struct made_spec {
	const char *subject; /* common name; empty: no name at all */
	const char *uri;     /* NULL: none */
	size_t uri_len;      /* 0: up to the NUL */
	const char *uri2, *dns;
	bool names_critical;
	/* As OpenSSL's configuration has them; NULL: not there. */
	const char *basic, *usage, *extended, *constraints;
	const char *key;    /* "P-256", "P-224", "RSA1024", "RSA", "ED25519" */
	const char *digest; /* "SHA256" */
	int from_day, to_day; /* from now */
	bool unknown, unknown_critical, twice;
} made_spec;

typedef struct made {
	void *certificate, *key; /* of OpenSSL */
	zta_str der;
} made;

/* Signed by `issuer`; NULL: by itself. Free with made_free(). */
made made_certificate(const made_spec *spec, const made *issuer);
void made_free(made *m);

#endif
