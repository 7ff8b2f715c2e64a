/* SPDX-License-Identifier: Apache-2.0 */
/* policy_json_node.h - nodes of ast.h, made from JSON. */
#ifndef ZTA_CEDAR_POLICY_JSON_NODE_H
#define ZTA_CEDAR_POLICY_JSON_NODE_H

#include "cedar/policy_json_part.h"

typedef zta_status zta_policy_read(
    zta_policy_reader *r, const zta_json *node, zta_expr **out);

/* Room for `count` operands, or NULL. */
ZTA_MUST_USE zta_expr **zta_policy_node__kids(
    zta_policy_reader *r, uint32_t count);

/* A node over `count` kids. ZTA_ELIMIT: it is too high. */
ZTA_MUST_USE zta_status zta_policy_node__make(zta_policy_reader *r,
    zta_expr_op op, const zta_json *node, zta_expr **kids, uint32_t count,
    zta_expr **out);

/* The same with names to be filled in. */
ZTA_MUST_USE zta_status zta_policy_node__named(zta_policy_reader *r,
    zta_expr_op op, const zta_json *node, zta_expr **kids, uint32_t count,
    uint32_t names, zta_expr **out);

/* A leaf that is a number, and the call of a function. */
ZTA_MUST_USE zta_status zta_policy_node__number(zta_policy_reader *r,
    zta_expr_op op, const zta_json *node, int64_t number, zta_expr **out);
ZTA_MUST_USE zta_status zta_policy_node__call(zta_policy_reader *r,
    zta_ext_fn fn, const zta_json *node, zta_expr **kids, uint32_t count,
    zta_expr **out);

/* `count` expressions from `item`, each with `read`. */
ZTA_MUST_USE zta_status zta_policy_node__elements(zta_policy_reader *r,
    const zta_json *item, uint32_t count, zta_policy_read *read,
    zta_expr ***kids);

/* A set, a record, whose elements `read` reads. */
ZTA_MUST_USE zta_status zta_policy_node__set(zta_policy_reader *r,
    const zta_json *node, zta_policy_read *read, zta_expr **out);
ZTA_MUST_USE zta_status zta_policy_node__record(zta_policy_reader *r,
    const zta_json *node, zta_policy_read *read, zta_expr **out);

/* `read` one level deeper; ZTA_ELIMIT bounds the recursion. */
ZTA_MUST_USE zta_status zta_policy_node__deeper(zta_policy_reader *r,
    const zta_json *node, zta_policy_read *read, zta_expr **out);

#endif
