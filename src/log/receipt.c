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
/* A record and its opening in base64, hashes, a checkpoint. */
#define RECEIPT_MAX ((size_t)256 << 10)
#define EXTRA_MAX (2 + ZTA_LOG_ENTRY_MAX + ZTA_LOG_OPENING_MAX)

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

/* As in a bundle of entries, and then the openings. */
static void
put_extra(zta_buf *buf, const zta_receipt *receipt)
{
	zta_buf extra;

	zta_buf__init(&extra, SIZE_MAX);
	zta_buf__byte(&extra, (char)(receipt->record.len >> 8));
	zta_buf__byte(&extra, (char)receipt->record.len);
	zta_buf__put(&extra, receipt->record);
	zta_buf__put(&extra, receipt->openings);
	if (extra.status == ZTA_OK) {
		put_base64(buf, zta_buf__str(&extra));
	} else if (buf->status == ZTA_OK) {
		buf->status = extra.status;
	}
	zta_buf__release(&extra);
}

void
zta_receipt__put(zta_buf *buf, const zta_receipt *receipt)
{
	unsigned i;

	zta_buf__text(buf, FIRST_LINE "\nextra ");
	put_extra(buf, receipt);
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
read_extra(zta_arena *arena, zta_str digits, zta_receipt *out, zta_error *err)
{
	unsigned char *bytes;
	size_t len, record;

	if (digits.len > ZTA_B64_STD_LEN(EXTRA_MAX)) {
		return bad(err, "its record is too long");
	}
	bytes = zta_arena__alloc(arena, ZTA_B64_BYTES(digits.len) + 1);
	if (bytes == NULL) {
		return zta_arena__failed(arena, err);
	}
	if (!zta_b64_std__decode(digits, (char *)bytes, &len)) {
		return bad(err, "its record is not base64");
	}
	record = len < 2 ? 0 : (size_t)bytes[0] << 8 | bytes[1];
	if (len < 2 || record > len - 2) {
		return bad(err, "its record is cut short");
	}
	out->record = (zta_str){ (const char *)bytes + 2, record };
	out->openings =
	    (zta_str){ (const char *)bytes + 2 + record, len - 2 - record };
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
	status = read_extra(arena, line, out, err);
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

/* --- what it opens */

zta_status
zta_receipt__open(const zta_receipt *receipt, const zta_log_policy *policy,
    zta_arena *arena, zta_log_head *head, zta_leaf *leaf, zta_error *err)
{
	zta_status status = zta_receipt__check(receipt, policy, head, err);

	if (status == ZTA_OK) {
		status = zta_leaf__decode(receipt->record, arena, leaf, err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	return zta_opening__use_parts(leaf, receipt->openings) ?
	    ZTA_OK :
	    zta_error__set(err, ZTA_EINVALID,
		"the receipt opens something else than the record has "
		"commitments to");
}

bool
zta_receipt__fields(zta_str list, unsigned *fields)
{
	static const struct {
		const char *name;
		unsigned fields;
	} names[] = {
		{ "none", 0 },
		{ "subject",
		    1u << ZTA_PERSONAL_SUBJECT_TYPE |
			1u << ZTA_PERSONAL_SUBJECT_ID },
		{ "action", 1u << ZTA_PERSONAL_ACTION },
		{ "resource",
		    1u << ZTA_PERSONAL_RESOURCE_TYPE |
			1u << ZTA_PERSONAL_RESOURCE_ID },
		{ "request",
		    1u << ZTA_PERSONAL_REQUEST | 1u << ZTA_PERSONAL_RESULTS },
		{ "ref", 1u << ZTA_PERSONAL_REF },
	};
	const size_t count = sizeof(names) / sizeof(names[0]);
	zta_str word;
	size_t i;

	*fields = 0;
	while (zta_str__next(&list, ',', &word)) {
		for (i = 0; i < count && !zta_str__is(word, names[i].name);
		     i++) {
		}
		if (i == count) {
			return false;
		}
		*fields |= names[i].fields;
	}
	return true;
}

/* Append what is there of them, and is of this record. */
static zta_status
put_openings(zta_log_view *view, uint64_t index, zta_str record,
    unsigned fields, zta_buf *out, zta_error *err)
{
	zta_arena arena;
	zta_leaf leaf;
	zta_str opening;
	zta_status status;

	zta_arena__init(&arena, SIZE_MAX);
	status = zta_log_view__opening(view, index, &arena, &opening, err);
	if (status == ZTA_OK) {
		status = zta_leaf__decode(record, &arena, &leaf, err);
	}
	if (status == ZTA_OK &&
	    zta_opening__use(&leaf, opening) == ZTA_OPENING_OPEN) {
		zta_opening__select(opening, fields, out);
		status = out->status;
	}
	zta_arena__release(&arena);
	return status;
}

/* --- made of a log */

static zta_status
prove(zta_log_view *view, const zta_log_head *head, zta_receipt *receipt,
    zta_error *err)
{
	const zta_merkle_source rows = zta_log_view__rows(view);
	unsigned char leaf[ZTA_SHA256_LEN];
	zta_status status = zta_merkle__prove(
	    &rows, receipt->index, head->size, &receipt->path, err);

	if (status != ZTA_OK) {
		return status;
	}
	zta_hash_tree__leaf(receipt->record, leaf);
	return zta_merkle__verify(leaf, receipt->index, head->size,
		   &receipt->path, head->root) ?
	    ZTA_OK :
	    zta_error__set(err, ZTA_EINVALID,
		"the tree is damaged: entry %" PRIu64
		" does not lead to the checkpoint",
		receipt->index);
}

zta_status
zta_receipt__make(zta_log_view *view, uint64_t index, unsigned fields,
    zta_str note, const zta_log_head *head, zta_buf *out, zta_error *err)
{
	zta_receipt receipt = { .index = index, .note = note };
	zta_buf record, openings;
	zta_status status;

	zta_buf__init(&record, ZTA_LOG_ENTRY_MAX);
	zta_buf__init(&openings, ZTA_LOG_OPENING_MAX);
	status = zta_log_view__entry(view, index, &record, err);
	receipt.record = zta_buf__str(&record);
	if (status == ZTA_OK && fields != 0) {
		status = put_openings(
		    view, index, receipt.record, fields, &openings, err);
	}
	if (status == ZTA_OK) {
		status = prove(view, head, &receipt, err);
	}
	if (status == ZTA_OK) {
		receipt.openings = zta_buf__str(&openings);
		zta_receipt__put(out, &receipt);
		status = out->status;
	}
	zta_buf__release(&openings);
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
		status =
		    zta_receipt__open(&read, policy, &arena, &head, &leaf, err);
	}
	if (status == ZTA_OK) {
		zta_leaf__json_as(&leaf, read.index, "withheld", &out);
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
