/* SPDX-License-Identifier: Apache-2.0 */
/* format_comments.h - the comments between two tokens. */
#ifndef ZTA_CEDAR_FORMAT_COMMENTS_H
#define ZTA_CEDAR_FORMAT_COMMENTS_H

#include "ztauth/base.h"

/*
 * The next comment of `*gap`, which is moved past it; false: there is none.
 * `*newlines` counts those before it, or before the token.
 */
bool zta_comments__next(zta_str *gap, zta_str *comment, uint32_t *newlines);

uint32_t zta_comments__count(zta_str gap);

#endif
