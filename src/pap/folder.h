/* SPDX-License-Identifier: Apache-2.0 */
/* folder.h - change the files of a workspace. SPEC: docs/formats/workspace.md */
#ifndef ZTA_PAP_FOLDER_H
#define ZTA_PAP_FOLDER_H

#include "ztauth/ledger.h"

/*
 * Make `changes` in the folder `top`: `after` becomes the text of what is added
 * or changed. All new files are complete before the first change is made, and
 * no link is followed below `top`. ZTA_EIO; ZTA_EUNAVAILABLE: somebody else is
 * at it.
 */
ZTA_MUST_USE zta_status zta_folder__apply(
    const char *top, const zta_ledger_changes *changes, zta_error *err);

#endif
