/* SPDX-License-Identifier: Apache-2.0 */
/* remote_log.c - our log at a server that collects logs; see remote.h. */
#include "base/str.h"
#include "pap/remote_ask.h"

#define PATIENCE_MS 30000
/* One number. */
#define ANSWER_MAX 4096u

/* {"size":120} */
static zta_status
ask_size(zta_remote *remote, const zta_remote_request *request, uint64_t *size,
    zta_error *err)
{
	const zta_json *node = NULL;
	zta_http_response response;
	zta_json_doc doc;
	zta_status status = zta_remote__ask(remote, request, &response, err);

	if (status != ZTA_OK) {
		return status;
	}
	if (zta_json__read(&remote->arena, response.body, &doc, NULL) ==
		ZTA_OK &&
	    doc.root->type == ZTA_JSON_OBJECT) {
		node = zta_json__get(doc.root, "size");
	}
	if (node == NULL || node->type != ZTA_JSON_INTEGER ||
	    node->u.integer < 0) {
		return zta_error__set(err, ZTA_EINVALID,
		    "the answer of the server has no size of a log");
	}
	*size = (uint64_t)node->u.integer;
	return ZTA_OK;
}

zta_status
zta_remote__log_size(zta_remote *remote, uint64_t *size, zta_error *err)
{
	const zta_remote_request request = { .method = "GET",
		.path = ZTA_STR(""),
		.timeout_ms = PATIENCE_MS,
		.answer_max = ANSWER_MAX };

	return ask_size(remote, &request, size, err);
}

zta_status
zta_remote__log_send(
    zta_remote *remote, zta_str batch, uint64_t *size, zta_error *err)
{
	const zta_remote_request request = { .method = "POST",
		.path = ZTA_STR("/entries"),
		.type = "application/vnd.ztauth.entries",
		.body = batch,
		.timeout_ms = PATIENCE_MS,
		.answer_max = ANSWER_MAX };

	return ask_size(remote, &request, size, err);
}
