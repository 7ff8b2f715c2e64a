/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recheck.h - check a folder again, and look only at what has changed since.
 *
 * What a check says of a file of policies depends on that file and on all that
 * are no policies: the context. So a file that was judged in this context, and
 * has not changed, need not be judged again. All else is as in check.h, and
 * comes to the same.
 */
#ifndef ZTA_PAP_RECHECK_H
#define ZTA_PAP_RECHECK_H

#include "pap/check.h"

/*
 * As zta_check__dir(). If the folder is a workspace, what is found out is
 * remembered there (memo.h). Unless it is to be loaded (`load`), `out->loaded`
 * may be NULL though all is well, and files of `out->tree` may have no text.
 */
ZTA_MUST_USE zta_status zta_recheck__dir(zta_check *out, const char *dir,
    unsigned flags, bool load, int64_t now, zta_error *err);

#endif
