/* SPDX-License-Identifier: Apache-2.0 */
/* parse_expr.h - what parse_expr.c and parse_operand.c share. */
#ifndef ZTA_CEDAR_PARSE_EXPR_H
#define ZTA_CEDAR_PARSE_EXPR_H

#include "cedar/parse.h"

/* An attribute name: an identifier or a string. */
ZTA_MUST_USE zta_status zta_parse_expr__key(zta_parser *p, zta_str *out);

/*
 * An operand with all that follows it. `negative` tells that a minus stands
 * before; it is cleared when that was not used up by a number.
 */
ZTA_MUST_USE zta_status zta_parse_expr__operand(
    zta_parser *p, bool *negative, zta_expr **out);

#endif
