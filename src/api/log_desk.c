/* SPDX-License-Identifier: Apache-2.0 */
/* log_desk.c - see log_desk.h. */
#include "api/log_desk.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "api/form.h"
#include "base/b64.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "log/receipt.h"
#include "log/tile_name.h"

#define CHECKPOINT "/log/checkpoint"
#define TILE "/log/tile/"
#define RECEIPTS "/receipts/"

#define BYTES "application/octet-stream"
/* SPEC: c2sp tlog-tiles: what is in a tile of some width never changes. */
#define FOR_EVER "Cache-Control: public, max-age=31536000, immutable\r\n"
#define FOR_A_MOMENT "Cache-Control: max-age=1\r\n"
#define NEVER "Cache-Control: no-store\r\n"

/* Lengths and entries of a bundle. */
#define BUNDLE_MAX (ZTA_TILE_ROWS * (2 + ZTA_LOG_ENTRY_MAX))

/* A receipt that waits for a checkpoint, in the arena of its call. */
typedef struct waiting {
	struct waiting *next;
	zta_http_call *call;
	uint64_t index;
	unsigned fields; /* to be opened */
} waiting;

struct zta_log_desk {
	zta_log_desk_options options;
	zta_log_view *view;
	int fd;
	waiting *first;
	uint32_t count;
};

zta_status
zta_log_desk__open(
    zta_log_desk **out, const zta_log_desk_options *options, zta_error *err)
{
	zta_log_desk *desk = calloc(1, sizeof(*desk));
	zta_status status;

	*out = NULL;
	if (desk == NULL) {
		return zta_error__nomem(err);
	}
	desk->options = *options;
	desk->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	status = desk->fd < 0 ?
	    zta_error__errno(err, "make an event") :
	    zta_log_view__open(&desk->view, options->dir, err);
	if (status == ZTA_OK) {
		status = zta_publisher__tell(options->publisher, desk->fd, err);
	}
	if (status != ZTA_OK) {
		zta_log_desk__close(desk);
		return status;
	}
	*out = desk;
	return ZTA_OK;
}

void
zta_log_desk__close(zta_log_desk *desk)
{
	if (desk != NULL) {
		zta_publisher__untell(desk->options.publisher, desk->fd);
		zta_log_view__close(desk->view);
		if (desk->fd >= 0) {
			(void)close(desk->fd);
		}
		free(desk);
	}
}

int
zta_log_desk__fd(const zta_log_desk *desk)
{
	return desk->fd;
}

/* --- answers */

static void
not_found(zta_http_call *call, const char *why)
{
	zta_http_call__fail(call, 404, "not_found", why, "");
}

/* The caller hears that it failed, the operator why. */
static void
failed(zta_log_desk *desk, zta_http_call *call, const zta_error *err)
{
	desk->options.say("log: %s: %s", err->place, err->message);
	zta_http_call__fail(
	    call, 503, "unavailable", "the log cannot be read", "");
}

static void
answer_checkpoint(zta_log_desk *desk, zta_http_call *call)
{
	zta_log_head head;
	zta_buf note;

	zta_buf__init(&note, ZTA_CHECKPOINT_MAX);
	if (zta_publisher__latest(desk->options.publisher, &head, &note) ==
	    ZTA_OK) {
		zta_http_call__answer_as(call, 200, FOR_A_MOMENT,
		    "text/plain; charset=utf-8", zta_buf__str(&note));
	} else {
		not_found(call, "there is no checkpoint yet");
	}
	zta_buf__release(&note);
}

static zta_status
put_rows(
    zta_log_desk *desk, const zta_tile_name *name, zta_buf *out, zta_error *err)
{
	const zta_merkle_source rows = zta_log_view__rows(desk->view);
	char *room = zta_buf__extend(out, (size_t)name->width * ZTA_SHA256_LEN);

	return room == NULL ?
	    zta_error__nomem(err) :
	    rows.read(rows.context, name->level, name->number * ZTA_TILE_ROWS,
		name->width, (unsigned char *)room, err);
}

/* Each entry with 16 bits of length before it. */
static zta_status
put_entries(
    zta_log_desk *desk, const zta_tile_name *name, zta_buf *out, zta_error *err)
{
	uint64_t first = name->number * ZTA_TILE_ROWS;
	zta_status status = ZTA_OK;
	size_t at, len;
	unsigned i;

	for (i = 0; status == ZTA_OK && i < name->width; i++) {
		at = out->len;
		zta_buf__put(out, (zta_str){ "\0", 2 });
		status = zta_log_view__entry(desk->view, first + i, out, err);
		if (status == ZTA_OK) {
			len = out->len - at - 2;
			out->ptr[at] = (char)(len >> 8);
			out->ptr[at + 1] = (char)len;
		}
	}
	return status;
}

static void
answer_tile(zta_log_desk *desk, zta_http_call *call, zta_str path)
{
	zta_tile_name name;
	zta_log_head head;
	zta_error err = { 0 };
	zta_status status;
	zta_buf bytes;

	if (!zta_tile_name__read(path, &name) ||
	    zta_publisher__latest(desk->options.publisher, &head, NULL) !=
		ZTA_OK ||
	    !zta_tile_name__is_in(&name, head.size)) {
		not_found(call, "the log has no such tile");
		return;
	}
	if (name.entries && !desk->options.entries) {
		zta_http_call__fail(call, 403, "forbidden",
		    "entries are not handed out here", "");
		return;
	}
	zta_buf__init(&bytes, BUNDLE_MAX);
	status = name.entries ? put_entries(desk, &name, &bytes, &err) :
				put_rows(desk, &name, &bytes, &err);
	if (status == ZTA_OK) {
		zta_http_call__answer_as(
		    call, 200, FOR_EVER, BYTES, zta_buf__str(&bytes));
	} else if (status == ZTA_ENOTFOUND) {
		not_found(call, "these entries are no longer kept");
	} else {
		failed(desk, call, &err);
	}
	zta_buf__release(&bytes);
}

/* --- receipts */

/* False: no checkpoint covers the record yet. */
static bool
answer_receipt(
    zta_log_desk *desk, zta_http_call *call, uint64_t index, unsigned fields)
{
	zta_log_head head = { 0 };
	zta_error err = { 0 };
	zta_buf note, receipt;
	bool covered;
	zta_status status = ZTA_OK;

	zta_buf__init(&note, ZTA_CHECKPOINT_MAX);
	zta_buf__init(&receipt, SIZE_MAX);
	covered = zta_publisher__latest(
		      desk->options.publisher, &head, &note) == ZTA_OK &&
	    head.size > index;
	if (covered) {
		status = zta_receipt__make(desk->view, index, fields,
		    zta_buf__str(&note), &head, &receipt, &err);
	}
	if (covered && status == ZTA_OK) {
		zta_http_call__answer_as(
		    call, 200, NEVER, BYTES, zta_buf__str(&receipt));
	} else if (status == ZTA_ENOTFOUND) {
		not_found(call, "the record is no longer kept");
	} else if (covered) {
		failed(desk, call, &err);
	}
	zta_buf__release(&receipt);
	zta_buf__release(&note);
	return covered;
}

static void
wait_for_checkpoint(
    zta_log_desk *desk, zta_http_call *call, uint64_t index, unsigned fields)
{
	waiting *w = zta_arena__alloc(call->arena, sizeof(*w));

	if (w == NULL || desk->count == ZTA_RECEIPT_WAITERS_MAX) {
		zta_http_call__fail(
		    call, 503, "unavailable", "too many wait here", "");
		return;
	}
	*w = (waiting){ desk->first, call, index, fields };
	desk->first = w;
	desk->count++;
	zta_publisher__want(desk->options.publisher);
}

void
zta_log_desk__ready(void *context)
{
	zta_log_desk *desk = context;
	waiting *w = desk->first, *next;
	uint64_t count;

	if (read(desk->fd, &count, sizeof(count)) < 0 && errno != EAGAIN) {
		return;
	}
	desk->first = NULL;
	desk->count = 0;
	for (; w != NULL; w = next) {
		/* It may go with its call. */
		next = w->next;
		if (!answer_receipt(desk, w->call, w->index, w->fields)) {
			wait_for_checkpoint(desk, w->call, w->index, w->fields);
		}
	}
}

/* Which of the entries that may have this id has it? */
static zta_status
find_record(zta_log_desk *desk, const unsigned char id[ZTA_LEAF_ID_LEN],
    uint64_t *index, zta_error *err)
{
	unsigned char has[ZTA_LEAF_ID_LEN];
	zta_ids_found found;
	zta_buf record;
	zta_status status = zta_log_tree__find(
	    zta_log__tree(desk->options.log), id, &found, err);
	size_t i;

	zta_buf__init(&record, ZTA_LOG_ENTRY_MAX);
	for (i = 0; status == ZTA_OK && i < found.count; i++) {
		zta_buf__clear(&record);
		*index = found.entries[i];
		status = zta_log_view__entry(desk->view, *index, &record, err);
		if (status == ZTA_OK &&
		    zta_leaf__id(zta_buf__str(&record), has) &&
		    memcmp(has, id, sizeof(has)) == 0) {
			break;
		}
	}
	zta_buf__release(&record);
	return status == ZTA_OK && i == found.count ? ZTA_ENOTFOUND : status;
}

/* What the caller wants to be opened. False: it is answered. */
static bool
read_fields(zta_http_call *call, unsigned *fields)
{
	zta_form query;
	zta_str list;

	if (zta_form__read(&query, call->arena, call->query, NULL) == ZTA_OK) {
		list = zta_form__get(&query, "open");
		*fields = ZTA_RECEIPT_FIELDS;
		if (list.len == 0 || zta_receipt__fields(list, fields)) {
			return true;
		}
	}
	zta_http_call__fail(call, 400, "invalid_request",
	    "`open` names subject, action, resource, request, ref; or none",
	    "");
	return false;
}

static void
handle_receipt(zta_log_desk *desk, zta_http_call *call, zta_str digits)
{
	unsigned char id[ZTA_LEAF_ID_LEN];
	zta_error err = { 0 };
	zta_status status = ZTA_ENOTFOUND;
	uint64_t index = 0;
	unsigned fields;

	if (!read_fields(call, &fields)) {
		return;
	}
	if (digits.len == 2 * sizeof(id) && zta_hex__decode(digits, id)) {
		status = find_record(desk, id, &index, &err);
	}
	if (status == ZTA_ENOTFOUND) {
		not_found(call, "the log has no record of this id");
	} else if (status != ZTA_OK) {
		failed(desk, call, &err);
	} else if (!answer_receipt(desk, call, index, fields)) {
		wait_for_checkpoint(desk, call, index, fields);
	}
}

/* --- paths */

bool
zta_log_desk__knows(zta_str path)
{
	return zta_str__starts(path, ZTA_STR("/log/")) ||
	    zta_str__starts(path, ZTA_STR(RECEIPTS));
}

/* What is behind `prefix`. */
static bool
is_under(zta_str path, zta_str prefix, zta_str *rest)
{
	*rest = (zta_str){ path.ptr + prefix.len, path.len - prefix.len };
	return zta_str__starts(path, prefix);
}

void
zta_log_desk__handle(zta_log_desk *desk, zta_http_call *call, zta_str path)
{
	zta_str rest;

	if (!zta_str__is(call->method, "GET") &&
	    !zta_str__is(call->method, "HEAD")) {
		zta_http_call__other_method(call, "GET, HEAD");
	} else if (zta_str__is(path, CHECKPOINT)) {
		answer_checkpoint(desk, call);
	} else if (is_under(path, ZTA_STR(TILE), &rest)) {
		answer_tile(desk, call, rest);
	} else if (is_under(path, ZTA_STR(RECEIPTS), &rest)) {
		handle_receipt(desk, call, rest);
	} else {
		not_found(call, "there is nothing at this path");
	}
}
