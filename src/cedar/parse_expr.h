/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parse_expr.h - where operators, in parse_expr.c, and operands, in
 * parse_operand.c, meet: each holds the other.
 */
#ifndef ZTA_CEDAR_PARSE_EXPR_H
#define ZTA_CEDAR_PARSE_EXPR_H

#include "cedar/parse.h"

/*
 * An operand with all that follows it. `negative` tells that a minus stands
 * before; it is cleared when that was not used up by a number.
 */
ZTA_MUST_USE zta_status zta_parse_expr__operand(
    zta_parser *p, bool *negative, zta_expr **out);

#endif
