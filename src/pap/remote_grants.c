/* SPDX-License-Identifier: Apache-2.0 */
/* remote_grants.c - what the zone of a remote knows of grants; see remote.h. */
#include <inttypes.h>
#include <stdio.h>

#include "base/limits.h"
#include "base/str.h"
#include "pap/remote_ask.h"

#define PATIENCE_MS 30000
/* The first line of an answer. */
#define HEAD_MAX 64u

static bool
read_number(zta_str digits, uint64_t *out)
{
	size_t i;

	*out = 0;
	for (i = 0; i < digits.len && i < 19; i++) {
		if (digits.ptr[i] < '0' || digits.ptr[i] > '9') {
			return false;
		}
		*out = *out * 10 + (uint64_t)(digits.ptr[i] - '0');
	}
	return i > 0 && i == digits.len && *out <= INT64_MAX;
}

/* "delegations 1 <from> <end>", and lines that fit in between. */
static bool
read_answer(zta_str body, zta_remote_grants *out)
{
	zta_str head = { "", 0 }, words[4] = { { "", 0 } };
	size_t count = 0;

	if (!zta_str__next(&body, '\n', &head) || body.ptr == NULL) {
		return false;
	}
	while (count < 4 && zta_str__next(&head, ' ', &words[count])) {
		count++;
	}
	if (count != 4 || head.ptr != NULL ||
	    !zta_str__is(words[0], "delegations") ||
	    !zta_str__is(words[1], "1") ||
	    !read_number(words[2], &out->start) ||
	    !read_number(words[3], &out->end)) {
		return false;
	}
	out->lines = body;
	return out->start <= out->end && body.len <= out->end - out->start &&
	    (body.len > 0) == (out->start < out->end);
}

zta_status
zta_remote__grants(zta_remote *remote, const zta_grants_position *from,
    uint32_t wait_ms, zta_remote_grants *out, zta_error *err)
{
	char path[160];
	zta_remote_request request = { .method = "GET",
		.timeout_ms = (int64_t)wait_ms + PATIENCE_MS,
		.answer_max = ZTA_GRANTS_PAGE_MAX + HEAD_MAX };
	zta_http_response response;
	zta_status status;

	*out = (zta_remote_grants){ 0 };
	(void)snprintf(path, sizeof(path),
	    "/delegations?from=%" PRIu64 "&check=%.*s&wait_ms=%" PRIu32,
	    from->size, from->size == 0 ? 0 : (int)sizeof(from->check),
	    from->check, wait_ms);
	request.path = zta_str_of(path);
	status = zta_remote__ask(remote, &request, &response, err);
	if (status != ZTA_OK) {
		return status;
	}
	return read_answer(response.body, out) ?
	    ZTA_OK :
	    zta_error__set(
		err, ZTA_EINVALID, "the answer of the server has no grants");
}
