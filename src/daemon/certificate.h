/* SPDX-License-Identifier: Apache-2.0 */
/*
 * certificate.h - what the server shows over TLS, and whom it believes there.
 *
 * A new certificate is shown as soon as its files have changed; what cannot
 * serve is said, and changes nothing.
 */
#ifndef ZTA_DAEMON_CERTIFICATE_H
#define ZTA_DAEMON_CERTIFICATE_H

#include "api/service.h"
#include "daemon/config.h"
#include "daemon/file_state.h"

typedef struct zta_certificate {
	const zta_config *config;
	zta_service *service;  /* whose sources say which SVIDs are good */
	zta_tls *tls;          /* NULL: plain HTTP */
	pthread_mutex_t lock;  /* of the two below */
	zta_x509_roots *roots; /* of clients; NULL: those of the sources */
	int64_t refused_ms;    /* when a client's was, and that was said */
	zta_file_state files;
} zta_certificate;

/*
 * Read the files, if there are any. Errors name the file. Release it with
 * zta_certificate__close(), after all connections.
 */
ZTA_MUST_USE zta_status zta_certificate__open(zta_certificate *c,
    const zta_config *config, zta_service *service, zta_error *err);
void zta_certificate__close(zta_certificate *c);

/* Read the files again; if not `always`, then only if they have changed. */
void zta_certificate__renew(zta_certificate *c, bool always);

#endif
