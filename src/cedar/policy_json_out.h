/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy_json_out.h - the parts that the writer of JSON policies is made of;
 * for the files about JSON policies alone. Failures stick in the buffer.
 */
#ifndef ZTA_CEDAR_POLICY_JSON_OUT_H
#define ZTA_CEDAR_POLICY_JSON_OUT_H

#include "base/json_write.h"
#include "cedar/ast.h"

/* {"<key>": */
void zta_policy_out__open(zta_json_out *out, const char *key);

/* {"type":...,"id":...} */
void zta_policy_out__uid(zta_json_out *out, zta_str type, zta_str id);

/* The body of a condition. */
void zta_policy_out__expr(zta_json_out *out, const zta_expr *expr);

#endif
