/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signed_request.h - who made a request, by its SSH signature.
 * SPEC: docs/design/ledger.md
 */
#ifndef ZTA_API_SIGNED_REQUEST_H
#define ZTA_API_SIGNED_REQUEST_H

#include "crypto/ssh_key.h"
#include "http/http.h"

#define ZTA_NONCE_LEN 16

/* How far a date may be off; so a request can be repeated for twice as long. */
#define ZTA_REQUEST_SKEW_MS 60000

typedef struct zta_request_signer {
	bool is_signed; /* false: nothing was shown, and nothing is set */
	zta_ssh_key key;
	unsigned char nonce[ZTA_NONCE_LEN];
} zta_request_signer;

/*
 * Judge the signature of a request that came at `now` (ms) to the server of
 * this name (NULL: it has none). ZTA_OK: it holds, or there is none.
 * ZTA_EUNTRUSTED: it does not hold; the place is the header. Whether the nonce
 * was seen is the caller's to look at.
 */
ZTA_MUST_USE zta_status zta_signed_request__judge(const zta_http_call *call,
    const char *server_name, int64_t now, zta_request_signer *out,
    zta_error *err);

#endif
