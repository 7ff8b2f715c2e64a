/* SPDX-License-Identifier: Apache-2.0 */
/* git_request.h - a request of git, between git_upload.c and git_fetch.c. */
#ifndef ZTA_PAP_GIT_REQUEST_H
#define ZTA_PAP_GIT_REQUEST_H

#include "base/error.h"
#include "pap/git_pack.h"

/* Ids that a client names. */
typedef struct zta_git_ids {
	zta_oid *ids;
	size_t count, room;
} zta_git_ids;

typedef struct zta_git_request {
	const zta_ledger *ledger;
	zta_arena arena;
	zta_str rest; /* of the request */
	zta_store_ref *refs;
	size_t ref_count;
	zta_git_ids want, have;
	bool done;
	zta_buf *out;
	zta_error *err;
} zta_git_request;

/* Say what is wrong with the request, in words for its user. */
static inline zta_status
zta_git_request__refuse(zta_git_request *u, const char *rule)
{
	return zta_error__set(u->err, ZTA_EINVALID, "%s", rule);
}

/* Answer the command `fetch`, of which the arguments are left. */
ZTA_MUST_USE zta_status zta_git_fetch__run(zta_git_request *u);

#endif
