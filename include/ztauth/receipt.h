/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ztauth/receipt.h - receipts of decisions: that a record is in a log, which
 * anybody can verify who has the log's verifier key. docs/formats/receipt.md
 */
#ifndef ZTAUTH_RECEIPT_H
#define ZTAUTH_RECEIPT_H

#include "ztauth/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Verify a receipt under a verifier key (name+id+key). `*record` is the record
 * with its index, a JSON object in one line; zta_str_free() frees it.
 * ZTA_EUNTRUSTED: the key has not signed it. ZTA_EINVALID: it proves nothing, or
 * is no receipt. ZTA_ENOMEM.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_receipt_verify(
    zta_str receipt, zta_str verifier_key, zta_str *record, zta_error *err);

/*
 * The same under a policy, which says whose logs are believed and which witnesses
 * must have cosigned (docs/formats/witness.md). Errors of the policy have line and
 * column; one that is none is ZTA_EINVALID.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_receipt_verify_by(
    zta_str receipt, zta_str policy, zta_str *record, zta_error *err);

/*
 * Ask the server of the zone at `url` (https://host/zones/<zone>) for the
 * receipt of the record with this id, 32 hexadecimal digits. zta_str_free()
 * frees it; it is not verified. ZTA_ENOTFOUND: it has none. ZTA_EINVAL: the URL
 * or the id is none. ZTA_EUNAVAILABLE, ZTA_EIO.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_receipt_fetch(
    const char *url, const char *id, zta_str *receipt, zta_error *err);

#ifdef __cplusplus
}
#endif
#endif
