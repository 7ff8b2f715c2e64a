/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bundle.h - a ledger as files that stock git reads: a repository, and a bundle
 * that carries it where no network goes. SPEC: docs/formats/sync.md
 */
#ifndef ZTA_PAP_BUNDLE_H
#define ZTA_PAP_BUNDLE_H

#include "base/buf.h"
#include "ledger/ledger.h"

/*
 * Make the folder `dir`, a bare repository with all refs of the ledger.
 * ZTA_EEXIST: there is something; ZTA_EIO; ZTA_ENOTFOUND: there is no commit
 * yet; ZTA_ELIMIT. Unless all went well, git takes it for no repository.
 */
ZTA_MUST_USE zta_status zta_bundle__repository(
    const zta_ledger *ledger, const char *dir, zta_error *err);

/*
 * Append a bundle (version 3) of `main` to `out`; without what `base` reaches,
 * if that is not none. ZTA_ENOTFOUND, ZTA_ELIMIT.
 */
ZTA_MUST_USE zta_status zta_bundle__write(const zta_ledger *ledger,
    const zta_oid *base, zta_buf *out, zta_error *err);

typedef struct zta_bundle {
	zta_oid head;           /* what `main` is there */
	zta_store_object *list; /* well formed, with their ids */
	uint32_t count;
} zta_bundle;

/*
 * Read a bundle; the list is in `arena`. That all which `head` reaches is in it
 * or here, and may be in a ledger, remains to be seen: see receive.h.
 * ZTA_ESYNTAX, ZTA_EINVALID, ZTA_ELIMIT, with a line or "pack, byte <offset>".
 */
ZTA_MUST_USE zta_status zta_bundle__read(
    zta_arena *arena, zta_str bytes, zta_bundle *out, zta_error *err);

#endif
