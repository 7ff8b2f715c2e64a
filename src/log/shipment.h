/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shipment.h - entries of a log on their way to another server, with the proof
 * that they are its. SPEC: docs/formats/ship.md
 */
#ifndef ZTA_LOG_SHIPMENT_H
#define ZTA_LOG_SHIPMENT_H

#include "log/checkpoint.h"
#include "log/view.h"

typedef struct zta_shipment {
	uint64_t from;        /* index of the first entry */
	uint32_t count;       /* of entries, at least 1 */
	zta_str entries;      /* as frames have them */
	zta_str last;         /* of them: its bytes */
	zta_merkle_path path; /* of that */
	zta_str note;         /* the checkpoint with its signatures */
} zta_shipment;

/*
 * Append one: entries from `from` on, as many as `bytes_max` has room for but at
 * least one, of those that the checkpoint in `note` with its `head` covers.
 * `*end`: the index behind them. ZTA_EINVALID: the log is damaged. ZTA_EIO,
 * ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_shipment__make(zta_log_view *view, uint64_t from,
    zta_str note, const zta_log_head *head, size_t bytes_max, zta_buf *out,
    uint64_t *end, zta_error *err);

/* Read one; it refers to `bytes`. ZTA_EINVALID, with the offset. */
ZTA_MUST_USE zta_status zta_shipment__read(
    zta_str bytes, zta_shipment *out, zta_error *err);

/*
 * Does its checkpoint, signed with `key`, have the last entry? `head` is what was
 * signed, `prefix` the root of all entries up to the last one. ZTA_EUNTRUSTED,
 * ZTA_EINVALID.
 */
ZTA_MUST_USE zta_status zta_shipment__check(const zta_shipment *shipment,
    const zta_note_key *key, zta_log_head *head,
    unsigned char prefix[ZTA_SHA256_LEN], zta_error *err);

#endif
