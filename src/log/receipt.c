/* SPDX-License-Identifier: Apache-2.0 */
/* receipt.c - see receipt.h. */
#include "log/receipt.h"

#include <inttypes.h>
#include <string.h>

#include "base/b64.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "log/leaf.h"

#define FIRST_LINE "c2sp.org/tlog-proof@v1"
/* A record in base64, hashes, a checkpoint. */
#define RECEIPT_MAX ((size_t)256 << 10)

/* --- the text */

static void
put_base64(zta_buf *buf, zta_str bytes)
{
	char *digits = zta_buf__extend(buf, ZTA_B64_STD_LEN(bytes.len));

	if (digits != NULL) {
		zta_b64_std__encode(bytes, digits);
	}
	zta_buf__byte(buf, '\n');
}

void
zta_receipt__put(zta_buf *buf, const zta_receipt *receipt)
{
	unsigned i;

	zta_buf__text(buf, FIRST_LINE "\nextra ");
	put_base64(buf, receipt->record);
	zta_buf__printf(buf, "index %" PRIu64 "\n", receipt->index);
	for (i = 0; i < receipt->path.count; i++) {
		put_base64(buf,
		    (zta_str){ (const char *)receipt->path.hashes[i],
			ZTA_SHA256_LEN });
	}
	zta_buf__byte(buf, '\n');
	zta_buf__put(buf, receipt->note);
}

static zta_status
bad(zta_error *err, const char *what)
{
	return zta_error__set(err, ZTA_EINVALID, "not a receipt: %s", what);
}

/* Cut the next line off, and `prefix` off that. */
static bool
take(zta_str *rest, const char *prefix, zta_str *line)
{
	zta_str start = zta_str_of(prefix);

	if (!zta_str__next(rest, '\n', line) || rest->ptr == NULL ||
	    !zta_str__starts(*line, start)) {
		return false;
	}
	line->ptr += start.len;
	line->len -= start.len;
	return true;
}

static zta_status
read_record(zta_arena *arena, zta_str digits, zta_str *out, zta_error *err)
{
	char *bytes;
	size_t len;

	if (digits.len > ZTA_B64_STD_LEN(ZTA_LOG_ENTRY_MAX)) {
		return bad(err, "its record is too long");
	}
	bytes = zta_arena__alloc(arena, ZTA_B64_BYTES(digits.len) + 1);
	if (bytes == NULL) {
		return zta_arena__failed(arena, err);
	}
	if (!zta_b64_std__decode(digits, bytes, &len)) {
		return bad(err, "its record is not base64");
	}
	*out = (zta_str){ bytes, len };
	return ZTA_OK;
}

/* Hashes up to the empty line. */
static bool
read_path(zta_str *rest, zta_merkle_path *out)
{
	zta_str line;

	out->count = 0;
	while (take(rest, "", &line)) {
		if (line.len == 0) {
			return true;
		}
		if (out->count == ZTA_PATH_MAX ||
		    !zta_checkpoint__read_hash(line, out->hashes[out->count])) {
			return false;
		}
		out->count++;
	}
	return false;
}

zta_status
zta_receipt__read(
    zta_arena *arena, zta_str text, zta_receipt *out, zta_error *err)
{
	zta_str rest = text, line;
	zta_status status;

	if (text.len > RECEIPT_MAX) {
		return bad(err, "it is too long");
	}
	if (!take(&rest, FIRST_LINE, &line) || line.len != 0) {
		return bad(err, "it does not begin with " FIRST_LINE);
	}
	if (!take(&rest, "extra ", &line)) {
		return bad(err, "it lacks its record");
	}
	status = read_record(arena, line, &out->record, err);
	if (status != ZTA_OK) {
		return status;
	}
	if (!take(&rest, "index ", &line) ||
	    !zta_checkpoint__read_size(line, &out->index)) {
		return bad(err, "it lacks the index of the record");
	}
	if (!read_path(&rest, &out->path)) {
		return bad(err, "its hashes cannot be read");
	}
	out->note = rest;
	return ZTA_OK;
}

/* --- what it proves */

zta_status
zta_receipt__check(const zta_receipt *receipt, const zta_log_policy *policy,
    zta_log_head *head, zta_error *err)
{
	unsigned char leaf[ZTA_SHA256_LEN];
	zta_status status =
	    zta_log_policy__open(policy, receipt->note, head, NULL, err);

	if (status != ZTA_OK) {
		return status;
	}
	zta_hash_tree__leaf(receipt->record, leaf);
	return zta_merkle__verify(leaf, receipt->index, head->size,
		   &receipt->path, head->root) ?
	    ZTA_OK :
	    zta_error__set(err, ZTA_EINVALID,
		"the receipt does not lead to its checkpoint: the record, "
		"the index or the hashes are others");
}

zta_status
zta_receipt__make(zta_log_view *view, uint64_t index, zta_str note,
    const zta_log_head *head, zta_buf *out, zta_error *err)
{
	const zta_merkle_source rows = zta_log_view__rows(view);
	zta_receipt receipt = { .index = index, .note = note };
	unsigned char leaf[ZTA_SHA256_LEN];
	zta_buf record;
	zta_status status;

	zta_buf__init(&record, ZTA_LOG_ENTRY_MAX);
	status = zta_log_view__entry(view, index, &record, err);
	if (status == ZTA_OK) {
		status = zta_merkle__prove(
		    &rows, index, head->size, &receipt.path, err);
	}
	if (status == ZTA_OK) {
		receipt.record = zta_buf__str(&record);
		zta_hash_tree__leaf(receipt.record, leaf);
		if (!zta_merkle__verify(
			leaf, index, head->size, &receipt.path, head->root)) {
			status = zta_error__set(err, ZTA_EINVALID,
			    "the tree is damaged: entry %" PRIu64
			    " does not lead to the checkpoint",
			    index);
		} else {
			zta_receipt__put(out, &receipt);
			status = out->status;
		}
	}
	zta_buf__release(&record);
	return status;
}

static zta_status
verify(zta_str receipt, const zta_log_policy *policy, zta_str *record,
    zta_error *err)
{
	zta_receipt read;
	zta_log_head head;
	zta_leaf leaf;
	zta_arena arena;
	zta_buf json;
	zta_json_out out = { &json, false };
	zta_status status;

	zta_arena__init(&arena, SIZE_MAX);
	zta_buf__init(&json, SIZE_MAX);
	status = zta_receipt__read(&arena, receipt, &read, err);
	if (status == ZTA_OK) {
		status = zta_receipt__check(&read, policy, &head, err);
	}
	if (status == ZTA_OK) {
		status = zta_leaf__decode(read.record, &arena, &leaf, err);
	}
	if (status == ZTA_OK) {
		zta_leaf__json(&leaf, read.index, &out);
	}
	zta_arena__release(&arena);
	return zta_buf__give(&json, status, record, err);
}

zta_status
zta_receipt_verify(
    zta_str receipt, zta_str verifier_key, zta_str *record, zta_error *err)
{
	zta_policy_log log = { .url = "" };
	const zta_log_policy policy = zta_log_policy__of(&log);
	zta_status status = zta_note_key__read(&log.key, verifier_key, err);

	*record = (zta_str){ NULL, 0 };
	return status != ZTA_OK ? status :
				  verify(receipt, &policy, record, err);
}

zta_status
zta_receipt_verify_by(
    zta_str receipt, zta_str policy, zta_str *record, zta_error *err)
{
	zta_log_policy read;
	zta_arena arena;
	zta_status status;

	*record = (zta_str){ NULL, 0 };
	zta_arena__init(&arena, SIZE_MAX);
	status = zta_log_policy__read(&arena, policy, &read, err);
	if (status == ZTA_OK) {
		status = verify(receipt, &read, record, err);
	}
	zta_arena__release(&arena);
	return status;
}
