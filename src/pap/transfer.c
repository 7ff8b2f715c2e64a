/* SPDX-License-Identifier: Apache-2.0 */
/* transfer.c - transfers that are written; see transfer.h. */
#include "pap/transfer.h"

#include <string.h>

#include "base/deflate.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "crypto/digest.h"
#include "pap/difference.h"
#include "pap/transfer_format.h"

void
zta_transfer__begin(zta_buf *out, bool differences)
{
	zta_buf__put(
	    out, differences ? ZTA_TRANSFER_DIFFERENCES : ZTA_TRANSFER_WHOLE);
}

static void
put_entry(zta_buf *out, int kind, zta_str body)
{
	zta_buf__byte(out, (char)kind);
	zta_buf__u32(out, (uint32_t)body.len);
	zta_buf__put(out, body);
}

void
zta_transfer__put(zta_buf *out, zta_object_kind kind, zta_str body)
{
	put_entry(out, (int)kind, body);
}

void
zta_transfer__end(zta_buf *out)
{
	unsigned char digest[ZTA_SHA256_LEN];

	zta_buf__byte(out, ZTA_TRANSFER_END);
	zta_digest__sha256(zta_buf__str(out), digest);
	zta_buf__put(out, (zta_str){ (const char *)digest, sizeof(digest) });
}

void
zta_transfer__pack(zta_buf *out, zta_str transfer)
{
	zta_buf packed;

	zta_buf__init(&packed, SIZE_MAX);
	zta_buf__put(&packed, ZTA_TRANSFER_PACKED);
	zta_buf__u32(&packed, (uint32_t)transfer.len);
	zta_deflate__put(&packed, transfer);
	zta_buf__put(out,
	    packed.status == ZTA_OK && packed.len < transfer.len &&
		    zta_transfer__may_hold(packed.len, transfer.len) ?
		zta_buf__str(&packed) :
		transfer);
	zta_buf__release(&packed);
}

/* Put `body` as a difference, unless it is better put whole (`done`). */
static zta_status
put_difference(zta_buf *out, const zta_object_source *source,
    const zta_ledger_need *need, zta_str body, size_t *differ, zta_arena *arena,
    bool *done, zta_error *err)
{
	zta_buf steps;
	zta_str base;
	zta_status status = zta_object__read(
	    source, &need->base, need->kind, arena, &base, err);
	size_t left = ZTA_TRANSFER_DIFFERENCES_MAX - *differ;

	*done = false;
	if (status != ZTA_OK || base.len > left || body.len > left - base.len) {
		return status;
	}
	zta_buf__init(&steps, body.len);
	zta_buf__put(&steps,
	    (zta_str){
		(const char *)need->base.bytes, sizeof(need->base.bytes) });
	zta_buf__u32(&steps, (uint32_t)body.len);
	zta_difference__put(&steps, base, body);
	/* What becomes longer than the object, or fails, is not worth it. */
	if (steps.status == ZTA_OK) {
		put_entry(out, (int)need->kind + ZTA_TRANSFER_DIFFERS,
		    zta_buf__str(&steps));
		*differ += base.len + body.len;
		*done = true;
	}
	zta_buf__release(&steps);
	return ZTA_OK;
}

zta_status
zta_transfer__put_from(zta_buf *out, const zta_ledger *ledger,
    const zta_ledger_need *need, size_t *differ, zta_arena *arena,
    zta_error *err)
{
	zta_object_source source = zta_ledger__source(ledger);
	bool done = false;
	zta_str body;
	zta_status status = zta_object__read(
	    &source, &need->oid, need->kind, arena, &body, err);

	if (status == ZTA_OK && differ != NULL &&
	    !zta_oid__is_none(&need->base)) {
		status = put_difference(
		    out, &source, need, body, differ, arena, &done, err);
	}
	if (status == ZTA_OK && !done) {
		zta_transfer__put(out, need->kind, body);
	}
	return status;
}

zta_status
zta_transfer__fetch(const zta_ledger *ledger, const zta_oid *want,
    const zta_oid *have, size_t have_count, bool differences, zta_buf *out,
    zta_error *err)
{
	zta_ledger_needs needs;
	size_t differ = 0;
	zta_arena list, body;
	bool full = false;
	uint32_t i, commits = 0;
	zta_status status;

	zta_arena__init(&list, SIZE_MAX);
	zta_arena__init(&body, SIZE_MAX);
	zta_transfer__begin(out, differences);
	status = zta_ledger__needs(
	    ledger, want, have, have_count, &list, &needs, err);
	for (i = 0; status == ZTA_OK && i < needs.count && !full; i++) {
		zta_arena__reset(&body);
		status = zta_transfer__put_from(out, ledger, &needs.list[i],
		    differences ? &differ : NULL, &body, err);
		if (needs.list[i].kind == ZTA_OBJECT_COMMIT) {
			commits++;
			full = out->len >= ZTA_TRANSFER_PART ||
			    commits == ZTA_RECEIVE_COMMITS_MAX;
		}
	}
	zta_transfer__end(out);
	if (status == ZTA_OK && out->status != ZTA_OK) {
		status = zta_error__set(err, out->status,
		    out->status == ZTA_ELIMIT ? "the transfer is too large" :
						"out of memory");
	}
	zta_arena__release(&list);
	zta_arena__release(&body);
	return status;
}
