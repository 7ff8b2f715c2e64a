/* SPDX-License-Identifier: Apache-2.0 */
/* parse_expr.h - what parse_expr.c and parse_operand.c share. */
#ifndef ZTA_CEDAR_PARSE_EXPR_H
#define ZTA_CEDAR_PARSE_EXPR_H

#include "cedar/parse.h"

/* A node over `count` kids; the caller fills in its names. */
ZTA_MUST_USE zta_status zta_parse_expr__make(zta_parser *p, zta_expr_op op,
    uint32_t at, zta_expr **kids, uint32_t count, zta_expr **out);

/* A node over one, two or three kids (NULL: fewer). */
ZTA_MUST_USE zta_status zta_parse_expr__over(zta_parser *p, zta_expr_op op,
    uint32_t at, zta_expr *a, zta_expr *b, zta_expr *c, zta_expr **out);

/* A node with a name, over `kid` (NULL: a leaf). */
ZTA_MUST_USE zta_status zta_parse_expr__named(zta_parser *p, zta_expr_op op,
    uint32_t at, zta_expr *kid, zta_str name, zta_expr **out);

/* Give `expr` room for names. */
ZTA_MUST_USE zta_status zta_parse_expr__names(
    zta_parser *p, zta_expr *expr, uint32_t count);

/* An attribute name: an identifier or a string. */
ZTA_MUST_USE zta_status zta_parse_expr__key(zta_parser *p, zta_str *out);

/*
 * An operand with all that follows it. `negative` tells that a minus stands
 * before; it is cleared when that was not used up by a number.
 */
ZTA_MUST_USE zta_status zta_parse_expr__operand(
    zta_parser *p, bool *negative, zta_expr **out);

#endif
