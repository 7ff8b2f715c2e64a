/* SPDX-License-Identifier: Apache-2.0 */
/*
 * receipt.h - that a record is in a log. SPEC: c2sp tlog-proof;
 * docs/formats/receipt.md. ztauth/receipt.h has what users need.
 */
#ifndef ZTA_LOG_RECEIPT_H
#define ZTA_LOG_RECEIPT_H

#include "base/arena.h"
#include "log/checkpoint.h"
#include "log/log_policy.h"
#include "log/opening.h"
#include "log/view.h"
#include "ztauth/receipt.h"

typedef struct zta_receipt {
	uint64_t index;
	zta_str record;   /* its bytes */
	zta_str openings; /* parts of its opening: log/opening.h */
	zta_merkle_path path;
	zta_str note; /* the checkpoint with its signatures */
} zta_receipt;

void zta_receipt__put(zta_buf *buf, const zta_receipt *receipt);

/* Read what zta_receipt__put() wrote; it refers to `text` and `arena`. */
ZTA_MUST_USE zta_status zta_receipt__read(
    zta_arena *arena, zta_str text, zta_receipt *out, zta_error *err);

/*
 * Is it good, and does it open what it has parts of? `head` is what was signed,
 * `leaf` the record, in `arena`. ZTA_EUNTRUSTED, ZTA_EINVALID, ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_receipt__open(const zta_receipt *receipt,
    const zta_log_policy *policy, zta_arena *arena, zta_log_head *head,
    zta_leaf *leaf, zta_error *err);

/* Is it good? `head` is what was signed. ZTA_EUNTRUSTED, ZTA_EINVALID. */
ZTA_MUST_USE zta_status zta_receipt__check(const zta_receipt *receipt,
    const zta_log_policy *policy, zta_log_head *head, zta_error *err);

/*
 * What a list of names, with commas, lets be opened, as bits of zta_personal:
 * subject, action, resource, request, ref; or none. False: no such list.
 */
ZTA_MUST_USE bool zta_receipt__fields(zta_str list, unsigned *fields);
/* All of those: not the reason, which is for operators. */
#define ZTA_RECEIPT_FIELDS \
	(((1u << ZTA_PERSONAL_COUNT) - 1) & ~(1u << ZTA_PERSONAL_REASON))

/*
 * Append the receipt of entry `index`, which the checkpoint in `note` with its
 * `head` covers, with openings of `fields`, as far as there are any. ZTA_EINVALID: the log is damaged. ZTA_EIO, ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_receipt__make(zta_log_view *view, uint64_t index,
    unsigned fields, zta_str note, const zta_log_head *head, zta_buf *out,
    zta_error *err);

#endif
