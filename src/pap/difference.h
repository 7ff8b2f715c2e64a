/* SPDX-License-Identifier: Apache-2.0 */
/*
 * difference.h - the body of an object as steps that make it of another one,
 * the base: bytes of their own, and ranges of the base. SPEC: docs/formats/sync.md
 */
#ifndef ZTA_PAP_DIFFERENCE_H
#define ZTA_PAP_DIFFERENCE_H

#include "base/buf.h"

/*
 * Append steps that make `target`. They take time linear to both, and are few
 * where little has changed; no other promise is made.
 */
void zta_difference__put(zta_buf *out, zta_str base, zta_str target);

/*
 * Make the `size` bytes of `out`. ZTA_EINVALID: the steps are malformed, reach
 * out of the base, or make something of another size.
 */
ZTA_MUST_USE zta_status zta_difference__apply(
    zta_str steps, zta_str base, char *out, size_t size, zta_error *err);

#endif
