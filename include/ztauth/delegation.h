/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ztauth/delegation.h - the grants that a zone knows, and which were taken back.
 *
 * They are in a file that servers follow: what is changed in it holds from their
 * next request on. The format is in docs/formats/delegation.md.
 *
 * What this does not do: it verifies no signatures. A server does, each time
 * that a grant is used, with the keys of its ledger at that moment.
 */
#ifndef ZTAUTH_DELEGATION_H
#define ZTAUTH_DELEGATION_H

#include "ztauth/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Add a grant (ptr NULL: none) to the file `path`, which is made if there is
 * none; from time to time those that have ended before `now` (ms) leave it. The
 * grant is on the disk when this returns. All of the file is read for it.
 * ZTA_EUNTRUSTED: it is no grant, its parent is not there or was taken back, or
 * it reaches further than that. ZTA_EEXIST: there is one of its `jti`.
 * ZTA_EINVALID: the file is damaged. ZTA_ELIMIT, ZTA_EIO.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_delegation_add(
    const char *path, zta_str grant, int64_t now, zta_error *err);

/*
 * Take back the grant of this `jti`, and with it all that were made of it.
 * ZTA_ENOTFOUND: there is none. The rest as above.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_delegation_revoke(
    const char *path, zta_str jti, int64_t now, zta_error *err);

#ifdef __cplusplus
}
#endif
#endif
