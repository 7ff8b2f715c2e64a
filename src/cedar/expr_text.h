/* SPDX-License-Identifier: Apache-2.0 */
/* expr_text.h - an expression as policy text, which parses to the same tree. */
#ifndef ZTA_CEDAR_EXPR_TEXT_H
#define ZTA_CEDAR_EXPR_TEXT_H

#include "base/buf.h"
#include "cedar/ast.h"

/* Failures stick in the buffer. */
void zta_expr_text__put(zta_buf *out, const zta_expr *expr);

#endif
