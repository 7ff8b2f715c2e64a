/* SPDX-License-Identifier: Apache-2.0 */
/* remote_revocations.c - what was taken back at a remote; see remote.h. */
#include <inttypes.h>
#include <stdio.h>

#include "base/b64.h"
#include "base/limits.h"
#include "pap/remote_ask.h"

#define PATIENCE_MS 30000

zta_status
zta_remote__revocations(zta_remote *remote, const unsigned char *have,
    uint32_t wait_ms, zta_str *out, zta_error *err)
{
	char path[128], digits[2 * ZTA_SHA256_LEN];
	zta_remote_request request = { .method = "GET",
		.timeout_ms = (int64_t)wait_ms + PATIENCE_MS,
		.answer_max = ZTA_REVOCATION_FILE_MAX };
	zta_http_response response;
	zta_status status;

	zta_hex__encode(
	    (zta_str){ (const char *)have, have == NULL ? 0 : ZTA_SHA256_LEN },
	    digits);
	(void)snprintf(path, sizeof(path),
	    "/revocations?have=%.*s&wait_ms=%" PRIu32,
	    have == NULL ? 0 : (int)sizeof(digits), digits, wait_ms);
	request.path = zta_str_of(path);
	status = zta_remote__ask(remote, &request, &response, err);
	*out = status == ZTA_OK ? response.body : (zta_str){ "", 0 };
	return status;
}
