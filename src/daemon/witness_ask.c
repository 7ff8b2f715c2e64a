/* SPDX-License-Identifier: Apache-2.0 */
/* witness_ask.c - see witness_ask.h. */
#include "daemon/witness_ask.h"

#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "log/consistency.h"
#include "log/cosigning.h"

/* Once with what we know it saw, once with what it says. */
#define TRIES 2

/* The URL of the witness, without a slash at its end, and a path. */
static void
put_url(zta_buf *buf, const zta_witness_ask *ask, const char *path)
{
	zta_str base = zta_str_of(ask->witness->url);

	while (base.len > 0 && base.ptr[base.len - 1] == '/') {
		base.len--;
	}
	zta_buf__put(buf, base);
	zta_buf__text(buf, path);
	zta_buf__byte(buf, '\0');
}

static zta_status
put_call(zta_buf *body, zta_witness_ask *ask, const zta_log_head *head,
    zta_str note, zta_error *err)
{
	const zta_merkle_source rows = zta_log_view__rows(ask->view);
	zta_cosign_call call = { .old = ask->last, .note = note };
	zta_status status = zta_consistency__prove(
	    &rows, ask->last, head->size, &call.proof, err);

	if (status == ZTA_OK) {
		zta_cosign_call__put(body, &call);
		status = body->status;
	}
	return status;
}

/* It says the size that it saw last. ZTA_OK: then ask again. */
static zta_status
take_size(zta_witness_ask *ask, const zta_log_head *head,
    const zta_http_response *answer, zta_error *err)
{
	zta_str rest = answer->body, line;
	uint64_t size;

	if (!zta_str__is(answer->type, "text/x.tlog.size") ||
	    !zta_str__next(&rest, '\n', &line) ||
	    !zta_checkpoint__read_size(line, &size) || size == ask->last) {
		return zta_error__set(
		    err, ZTA_EUNAVAILABLE, "it does not say what it saw last");
	}
	if (size > head->size) {
		return zta_error__set(err, ZTA_ECONFLICT,
		    "it says it saw %" PRIu64
		    " entries of this log, which has %" PRIu64,
		    size, head->size);
	}
	ask->last = size;
	return ZTA_OK;
}

/* ZTA_ENOTFOUND: it was told what it saw last, and is to be asked again. */
static zta_status
ask_once(zta_witness_ask *ask, const zta_log_head *head, const char *url,
    zta_str body, zta_buf *lines, zta_error *err)
{
	const zta_http_request request = { .method = "POST",
		.url = url,
		.body = body,
		.timeout_ms = ZTA_WITNESS_MS,
		.answer_max = ZTA_NOTE_MAX };
	zta_http_response answer;
	zta_arena arena;
	zta_status status;

	zta_arena__init(&arena, SIZE_MAX);
	status =
	    zta_http_client__ask(ask->client, &arena, &request, &answer, err);
	if (status == ZTA_OK && answer.status == 200) {
		zta_buf__put(lines, answer.body);
		status = lines->status;
	} else if (status == ZTA_OK && answer.status == 409) {
		status = take_size(ask, head, &answer, err);
		status = status == ZTA_OK ? ZTA_ENOTFOUND : status;
	} else if (status == ZTA_OK) {
		status = zta_error__set(
		    err, ZTA_EUNAVAILABLE, "it answers with %u", answer.status);
	}
	zta_arena__release(&arena);
	return status;
}

zta_status
zta_witness_ask__cosign(zta_witness_ask *ask, const zta_log_head *head,
    zta_str note, zta_buf *lines, zta_error *err)
{
	zta_buf url, body;
	zta_status status = ZTA_ENOTFOUND;
	unsigned i;

	/* It was told of more before: it is asked what it says now. */
	if (ask->last > head->size) {
		ask->last = 0;
	}
	zta_buf__init(&url, ZTA_HTTP_HEAD_MAX);
	zta_buf__init(&body, ZTA_COSIGN_CALL_MAX);
	put_url(&url, ask, "/add-checkpoint");
	for (i = 0; status == ZTA_ENOTFOUND && i < TRIES; i++) {
		zta_buf__clear(&body);
		status = put_call(&body, ask, head, note, err);
		if (status == ZTA_OK) {
			status = url.status != ZTA_OK ?
			    zta_error__nomem(err) :
			    ask_once(ask, head, url.ptr, zta_buf__str(&body),
				lines, err);
		}
	}
	if (status == ZTA_OK) {
		ask->last = head->size;
	} else if (status == ZTA_ENOTFOUND) {
		status = zta_error__set(
		    err, ZTA_EUNAVAILABLE, "it says another size each time");
	}
	zta_buf__release(&body);
	zta_buf__release(&url);
	return status;
}

/* Are our first entries those of this head? */
static zta_status
compare(zta_witness_ask *ask, const zta_log_head *seen, uint64_t size,
    zta_error *err)
{
	const zta_merkle_source rows = zta_log_view__rows(ask->view);
	unsigned char root[ZTA_SHA256_LEN];
	zta_status status;

	if (seen->size > size) {
		return zta_error__set(err, ZTA_ECONFLICT,
		    "it saw %" PRIu64 " entries of this log, which has %" PRIu64
		    ": the log was taken back",
		    seen->size, size);
	}
	status = zta_merkle__root(&rows, seen->size, root, err);
	if (status == ZTA_OK && memcmp(root, seen->root, sizeof(root)) != 0) {
		status = zta_error__set(err, ZTA_ECONFLICT,
		    "it saw %" PRIu64
		    " entries of this log that are not those of today",
		    seen->size);
	}
	return status;
}

zta_status
zta_witness_ask__compare(
    zta_witness_ask *ask, uint64_t size, zta_buf *note, zta_error *err)
{
	char path[ZTA_COSIGNED_NAME_LEN + 16] = "/";
	zta_http_request request = { .method = "GET",
		.timeout_ms = ZTA_WITNESS_MS,
		.answer_max = ZTA_NOTE_MAX };
	zta_http_response answer;
	zta_log_head seen;
	zta_arena arena;
	zta_buf url;
	zta_status status = ZTA_OK;

	zta_cosigned__name(zta_str_of(ask->log->name), path + 1);
	(void)strcat(path, "/checkpoint");
	zta_buf__init(&url, ZTA_HTTP_HEAD_MAX);
	zta_arena__init(&arena, SIZE_MAX);
	put_url(&url, ask, path);
	request.url = url.ptr;
	if (url.status == ZTA_OK &&
	    zta_http_client__ask(
		ask->client, &arena, &request, &answer, NULL) == ZTA_OK &&
	    answer.status == 200 &&
	    zta_checkpoint__open(answer.body, ask->log, &seen, NULL) ==
		ZTA_OK) {
		status = compare(ask, &seen, size, err);
		zta_buf__put(note, answer.body);
	}
	zta_arena__release(&arena);
	zta_buf__release(&url);
	return status;
}
