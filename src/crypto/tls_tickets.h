/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tls_tickets.h - what session tickets are sealed with; for the files of crypto
 * alone.
 *
 * The server keeps no session: a ticket holds it, sealed with a key that is
 * younger than an hour, and opened as long as that key is younger than two.
 */
#ifndef ZTA_CRYPTO_TLS_TICKETS_H
#define ZTA_CRYPTO_TLS_TICKETS_H

#include <openssl/ssl.h>

#include "ztauth/base.h"

typedef struct zta_tls_tickets zta_tls_tickets;

/* NULL: no memory. Free with zta_tls_tickets__close(). */
ZTA_MUST_USE zta_tls_tickets *zta_tls_tickets__open(void);
void zta_tls_tickets__close(zta_tls_tickets *tickets);

/* Let `ctx`, which the tickets outlive, seal and open its tickets so. */
void zta_tls_tickets__serve(zta_tls_tickets *tickets, SSL_CTX *ctx);

#endif
