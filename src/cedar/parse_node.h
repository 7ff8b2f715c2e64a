/* SPDX-License-Identifier: Apache-2.0 */
/* parse_node.h - nodes of ast.h, made by the parser. */
#ifndef ZTA_CEDAR_PARSE_NODE_H
#define ZTA_CEDAR_PARSE_NODE_H

#include "cedar/parse.h"

/* A node over `count` kids; the caller fills in its names. ZTA_ELIMIT. */
ZTA_MUST_USE zta_status zta_parse_node__make(zta_parser *p, zta_expr_op op,
    uint32_t at, zta_expr **kids, uint32_t count, zta_expr **out);

/* A node over one, two or three kids (NULL: fewer). */
ZTA_MUST_USE zta_status zta_parse_node__over(zta_parser *p, zta_expr_op op,
    uint32_t at, zta_expr *a, zta_expr *b, zta_expr *c, zta_expr **out);

/* A node with a name, over `kid` (NULL: a leaf). */
ZTA_MUST_USE zta_status zta_parse_node__named(zta_parser *p, zta_expr_op op,
    uint32_t at, zta_expr *kid, zta_str name, zta_expr **out);

/* A leaf that is a number. */
ZTA_MUST_USE zta_status zta_parse_node__number(
    zta_parser *p, zta_expr_op op, uint32_t at, int64_t number, zta_expr **out);

/* Give `expr` room for names. */
ZTA_MUST_USE zta_status zta_parse_node__names(
    zta_parser *p, zta_expr *expr, uint32_t count);

#endif
