/* SPDX-License-Identifier: Apache-2.0 */
/* remote_ask.h - one request to a remote; for the files of remote alone. */
#ifndef ZTA_PAP_REMOTE_ASK_H
#define ZTA_PAP_REMOTE_ASK_H

#include "base/json.h"
#include "pap/remote.h"

typedef struct zta_remote_request {
	const char *method;
	zta_str path; /* below the ledger, with its query */
	const char *type;
	/* More header lines, ended by NULL; NULL: none. */
	const char *const *fields;
	zta_str body;
	int64_t timeout_ms;
	size_t answer_max;
} zta_remote_request;

/*
 * Ask, signed if there is a signer; the answer is in the remote's arena, which
 * begins anew. An answer that is an error becomes a status and a message.
 */
ZTA_MUST_USE zta_status zta_remote__ask(zta_remote *remote,
    const zta_remote_request *request, zta_http_response *out, zta_error *err);

/* Is `commit` our commit, or an ancestor of it? Not if it is not here. */
ZTA_MUST_USE zta_status zta_remote__is_ours(const zta_ledger *ledger,
    const zta_oid *commit, const zta_oid *ours, bool *out, zta_error *err);

/* Bytes of an answer that is no transfer. */
#define ZTA_REMOTE_ANSWER_MAX ((size_t)1 << 20)

#endif
