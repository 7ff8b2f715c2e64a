/* SPDX-License-Identifier: Apache-2.0 */
/* policy_text.h - a policy as text, which parses to the same policy. */
#ifndef ZTA_CEDAR_POLICY_TEXT_H
#define ZTA_CEDAR_POLICY_TEXT_H

#include "base/buf.h"
#include "cedar/ast.h"

/* Not laid out: format.h does that. Failures stick in the buffer. */
void zta_policy_text__put(zta_buf *out, const zta_policy_text *policy);

#endif
