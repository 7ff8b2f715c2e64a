/* SPDX-License-Identifier: Apache-2.0 */
/* receipt_fetch.c - ask a server for a receipt: see ztauth/receipt.h. */
#include "ztauth/receipt.h"

#include "base/b64.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "http/client.h"
#include "log/receipt.h"

#define ID_DIGITS (2 * (size_t)ZTA_LEAF_ID_LEN)
/* A record, hashes and a checkpoint. */
#define ANSWER_MAX ((size_t)1 << 20)

static zta_status
ask(zta_arena *arena, const char *url, zta_str *receipt, zta_error *err)
{
	const zta_http_client_options options = { 0 };
	const zta_http_request request = {
		.method = "GET", .url = url, .answer_max = ANSWER_MAX
	};
	zta_http_response answer = { 0 };
	zta_http_client *client;
	zta_buf bytes;
	zta_status status = zta_http_client__open(&client, &options, err);

	zta_buf__init(&bytes, ANSWER_MAX);
	if (status == ZTA_OK) {
		status =
		    zta_http_client__ask(client, arena, &request, &answer, err);
	}
	if (status == ZTA_OK && answer.status == 404) {
		status = zta_error__set(
		    err, ZTA_ENOTFOUND, "the log has no record of this id");
	} else if (status == ZTA_OK && answer.status != 200) {
		status = zta_error__set(err, ZTA_EUNAVAILABLE,
		    "the server answers with %u", answer.status);
	} else if (status == ZTA_OK) {
		zta_buf__put(&bytes, answer.body);
	}
	zta_error__place(status == ZTA_OK ? NULL : err, "%s", url);
	zta_http_client__close(client);
	return zta_buf__give(&bytes, status, receipt, err);
}

zta_status
zta_receipt_fetch(const char *url, const char *id, const char *open,
    zta_str *receipt, zta_error *err)
{
	unsigned char bytes[ZTA_LEAF_ID_LEN];
	zta_str base = zta_str_of(url);
	zta_arena arena;
	zta_buf full;
	unsigned fields;
	zta_status status;

	*receipt = (zta_str){ NULL, 0 };
	if (strlen(id) != ID_DIGITS ||
	    !zta_hex__decode(zta_str_of(id), bytes)) {
		return zta_error__set(err, ZTA_EINVAL,
		    "an id is %zu hexadecimal digits", ID_DIGITS);
	}
	if (open != NULL && !zta_receipt__fields(zta_str_of(open), &fields)) {
		return zta_error__set(err, ZTA_EINVAL,
		    "%s: a receipt opens subject, action, resource, request, "
		    "ref; or none",
		    open);
	}
	while (base.len > 0 && base.ptr[base.len - 1] == '/') {
		base.len--;
	}
	zta_arena__init(&arena, SIZE_MAX);
	zta_buf__init(&full, ZTA_HTTP_HEAD_MAX);
	zta_buf__put(&full, base);
	zta_buf__text(&full, "/receipts/");
	zta_buf__text(&full, id);
	if (open != NULL) {
		zta_buf__text(&full, "?open=");
		zta_buf__text(&full, open);
	}
	zta_buf__byte(&full, '\0');
	status = full.status != ZTA_OK ? zta_error__nomem(err) :
					 ask(&arena, full.ptr, receipt, err);
	zta_buf__release(&full);
	zta_arena__release(&arena);
	return status;
}
