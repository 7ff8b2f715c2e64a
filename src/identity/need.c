/* SPDX-License-Identifier: Apache-2.0 */
/* need.c - see need.h. */
#include "identity/need.h"

#include "base/error.h"
#include "base/str.h"

zta_need_outcome
zta_need__fetch(const zta_need *need, zta_ring *ring,
    const zta_outside *outside, zta_error *err)
{
	if (!zta_ring__enter(ring, need->gate, need->metered)) {
		return ZTA_NEED_SHUT;
	}
	if (need->fetch(need, ring, outside, err) != ZTA_OK) {
		return zta_ring__failed(ring, need->gate) == 0 ?
		    ZTA_NEED_FAILED :
		    ZTA_NEED_FAILED_AGAIN;
	}
	return zta_ring__worked(ring, need->gate) == 0 ? ZTA_NEED_FETCHED :
							 ZTA_NEED_BACK;
}

zta_status
zta_outside__get_json(const zta_outside *outside, zta_arena *arena, zta_str url,
    size_t max, zta_tls_peer *peer, zta_outside_answer *answer,
    zta_json_doc *doc, zta_error *err)
{
	const zta_outside_request request = { .url = url,
		.accept = "application/json",
		.answer_max = max,
		.peer = peer };
	zta_status status =
	    outside->ask(outside->context, arena, &request, answer, err);

	if (status == ZTA_OK && answer->status != 200) {
		status = zta_error__set(err, ZTA_EUNAVAILABLE,
		    "the answer has status %u", answer->status);
	}
	if (status == ZTA_OK) {
		status = zta_json__read(arena, answer->body, doc, err);
	}
	if (status == ZTA_OK && doc->root->type != ZTA_JSON_OBJECT) {
		status = zta_error__set(
		    err, ZTA_EINVALID, "the answer is no JSON object");
	}
	if (status != ZTA_OK) {
		zta_error__replace(err, "%.*s", ZTA_STR_ARG(url));
	}
	return status;
}
