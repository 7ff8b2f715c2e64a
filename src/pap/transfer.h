/* SPDX-License-Identifier: Apache-2.0 */
/*
 * transfer.h - objects on their way between stores. SPEC: docs/formats/sync.md
 *
 * Writing:  begin  { put }  end, or zta_transfer__fetch() for what a peer asks.
 * Reading:  all of it, or nothing: an object is there only if every byte is.
 *
 * What was read is well formed, and its ids are ours. Whether it may become
 * part of a history is another question: see admit.h.
 */
#ifndef ZTA_PAP_TRANSFER_H
#define ZTA_PAP_TRANSFER_H

#include "base/buf.h"
#include "ledger/ledger.h"

#define ZTA_TRANSFER_TYPE "application/vnd.ztauth.transfer"

/*
 * Write to `out`, which is empty at first; its failures stick. Only one that has
 * begun with `differences` may have some.
 */
void zta_transfer__begin(zta_buf *out, bool differences);
void zta_transfer__put(zta_buf *out, zta_object_kind kind, zta_str body);
void zta_transfer__end(zta_buf *out);

/*
 * Append `transfer`, which has an end, as it is best sent: compressed, if that
 * makes it smaller. Failures stick.
 */
void zta_transfer__pack(zta_buf *out, zta_str transfer);

/*
 * Read an object of the ledger and put it: as a difference, if that is less.
 * `differ` counts what differences of a transfer name and make, from 0 on; NULL:
 * objects are put whole. Whatever the store says.
 */
ZTA_MUST_USE zta_status zta_transfer__put_from(zta_buf *out,
    const zta_ledger *ledger, const zta_ledger_need *need, size_t *differ,
    zta_arena *arena, zta_error *err);

/*
 * The answer to `fetch`: what `want` reaches and `have` does not, oldest commit
 * first. It ends early with the commit that brings it to ZTA_TRANSFER_PART bytes
 * or ZTA_RECEIVE_COMMITS_MAX commits; whoever wants the rest asks again and has
 * that commit then. With
 * `differences` what has changed may be sent as such. Whatever
 * zta_ledger__needs() says; ZTA_ELIMIT: one commit alone is too large.
 */
ZTA_MUST_USE zta_status zta_transfer__fetch(const zta_ledger *ledger,
    const zta_oid *want, const zta_oid *have, size_t have_count,
    bool differences, zta_buf *out, zta_error *err);

typedef struct zta_transfer {
	zta_store_object
	    *list; /* bodies borrow from what was read, or are in the arena */
	uint32_t count;
} zta_transfer;

/*
 * Read a whole transfer; the list is in `arena`. `bases` (NULL: none) has what
 * differences may name beside objects of the transfer itself. The place of an
 * error is "transfer, byte <offset>"; nothing is listed then. ZTA_ESYNTAX,
 * ZTA_EINVALID, ZTA_ELIMIT, and what the source says.
 */
ZTA_MUST_USE zta_status zta_transfer__read(zta_arena *arena, zta_str bytes,
    const zta_object_source *bases, zta_transfer *out, zta_error *err);

#endif
