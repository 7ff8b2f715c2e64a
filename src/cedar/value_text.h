/* SPDX-License-Identifier: Apache-2.0 */
/* value_text.h - values as Cedar expressions, for people to read. */
#ifndef ZTA_CEDAR_VALUE_TEXT_H
#define ZTA_CEDAR_VALUE_TEXT_H

#include "base/buf.h"
#include "cedar/names.h"
#include "cedar/value.h"

/* An expression that has this value. Failures stick in the buffer. */
void zta_value_text__put(
    zta_buf *out, const zta_names *names, const zta_value *value);

/* type::"id" */
void zta_value_text__put_uid(
    zta_buf *out, const zta_names *names, uint32_t uid);

#endif
