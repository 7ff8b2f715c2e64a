/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy_json.h - policies in Cedar's JSON policy format.
 *
 * https://docs.cedarpolicy.com/policies/json-format.html, and ast.h for what
 * both directions have in common with policy text.
 */
#ifndef ZTA_CEDAR_POLICY_JSON_H
#define ZTA_CEDAR_POLICY_JSON_H

#include "base/buf.h"
#include "cedar/ast.h"

/*
 * A policy set, {"staticPolicies":{}, "templates":{}, "templateLinks":[]} with
 * any of the three, or one policy, {"effect":...}. Offsets are those in `text`,
 * which must live as long as the result. Errors have line, column and JSON
 * pointer: ZTA_ESYNTAX, ZTA_EINVALID, ZTA_EEXIST, ZTA_ELIMIT, ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_policy_json__read(
    zta_arena *arena, zta_str text, zta_policy_texts *out, zta_error *err);

/* Links alone: [{"templateId":T, "newId":N, "values":{SLOT: ENTITY}}]. */
ZTA_MUST_USE zta_status zta_policy_json__read_links(
    zta_arena *arena, zta_str text, zta_policy_texts *out, zta_error *err);

/*
 * The set as JSON; a policy without an id is policy<n>, counted from 0. The
 * links alone. Failures stick in the buffer.
 */
void zta_policy_json__write(zta_buf *out, const zta_policy_texts *texts);
void zta_policy_json__write_links(zta_buf *out, const zta_policy_texts *texts);

#endif
