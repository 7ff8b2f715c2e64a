/* SPDX-License-Identifier: Apache-2.0 */
/* presented.h - what stands around the credentials of a call. */
#ifndef ZTA_API_PRESENTED_H
#define ZTA_API_PRESENTED_H

#include "http/http.h"
#include "identity/presented.h"

/* How callers name this server. */
typedef struct zta_api_names {
	const char *public_url;  /* NULL: http, and the name that they use */
	const char *server_name; /* which is this, or a loopback address */
} zta_api_names;

/*
 * Scheme and host of this server, as the call names it; in its arena. False: it
 * names another server, or there is no memory.
 */
ZTA_MUST_USE bool zta_api__base(
    zta_http_call *call, const zta_api_names *names, zta_str *out);

/*
 * They refer to the call. A call that names another server has no URI: proofs
 * that were made for that one are none for this. No memory: absent.
 */
void zta_api__circumstances(
    zta_http_call *call, const zta_api_names *names, zta_circumstances *out);

/*
 * The credential in the headers of a call: after Bearer or DPoP in
 * Authorization, or in Workload-Identity-Token; without either, the certificate
 * of its connection. False: there is none.
 * SPEC: rfc6750 2.1, rfc9449 7.1, wimse-workload-creds 3.1.1
 */
bool zta_api__presented(const zta_http_call *call,
    const zta_circumstances *around, zta_presented *out);

#endif
