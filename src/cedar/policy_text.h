/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy_text.h - from ast.h to policy text.
 *
 * What is written parses to the same tree. It is not laid out: format.h does
 * that. Failures stick in the buffer.
 */
#ifndef ZTA_CEDAR_POLICY_TEXT_H
#define ZTA_CEDAR_POLICY_TEXT_H

#include "base/buf.h"
#include "cedar/ast.h"

void zta_policy_text__put(zta_buf *out, const zta_policy_text *policy);
void zta_policy_text__put_expr(zta_buf *out, const zta_expr *expr);
/* A string literal, quoted. */
void zta_policy_text__put_string(zta_buf *out, zta_str text);
/* The name of an attribute, quoted if it must be. */
void zta_policy_text__put_key(zta_buf *out, zta_str key);
/* type::"id" */
void zta_policy_text__put_uid(zta_buf *out, zta_str type, zta_str id);

#endif
