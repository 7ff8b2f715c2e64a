/* SPDX-License-Identifier: Apache-2.0 */
/*
 * git_upload.h - what stock git asks to clone and to pull: protocol version 2
 * of the smart HTTP transport, to read only. SPEC: gitprotocol-v2
 *
 *     GET  info/refs?service=git-upload-pack   zta_git_upload__advertise()
 *     POST git-upload-pack                     zta_git_upload__answer()
 *
 * Requests are served one by one; nothing is kept between them. What is wrong
 * with one is told in git's way, so that its user reads it.
 */
#ifndef ZTA_PAP_GIT_UPLOAD_H
#define ZTA_PAP_GIT_UPLOAD_H

#include "ledger/ledger.h"

#define ZTA_GIT_ADVERTISEMENT "application/x-git-upload-pack-advertisement"
#define ZTA_GIT_RESULT "application/x-git-upload-pack-result"

/* Append what there is to ask. `protocol`: the header Git-Protocol, or empty. */
void zta_git_upload__advertise(zta_str protocol, zta_buf *out);

/*
 * Append the answer to a request, whose body is not compressed any more.
 * Whatever the store says that is no fault of the request; ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_git_upload__answer(
    const zta_ledger *ledger, zta_str request, zta_buf *out, zta_error *err);

#endif
