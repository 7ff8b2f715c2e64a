/* SPDX-License-Identifier: Apache-2.0 */
/* transfer_format.h - what transfer.c and transfer_read.c share. */
#ifndef ZTA_PAP_TRANSFER_FORMAT_H
#define ZTA_PAP_TRANSFER_FORMAT_H

#include "base/limits.h"
#include "base/str.h"
#include "store/oid.h"

#define ZTA_TRANSFER_WHOLE ZTA_STR("ZTAT\001")
#define ZTA_TRANSFER_PACKED ZTA_STR("ZTAT\002")
#define ZTA_TRANSFER_DIFFERENCES ZTA_STR("ZTAT\003")
#define ZTA_TRANSFER_END 0
/* What is added to the kind of an object that is sent as a difference. */
#define ZTA_TRANSFER_DIFFERS 4

/* May so many compressed bytes be a transfer of `size`? */
static inline bool
zta_transfer__may_hold(size_t packed, size_t size)
{
	return size <= ZTA_UPLOAD_MAX &&
	    size / ZTA_TRANSFER_RATIO_MAX <= packed;
}

#endif
