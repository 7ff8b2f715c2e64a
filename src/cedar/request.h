/* SPDX-License-Identifier: Apache-2.0 */
/* request.h - from a JSON request to a question for the authorizer. */
#ifndef ZTA_CEDAR_REQUEST_H
#define ZTA_CEDAR_REQUEST_H

#include "cedar/authorize.h"
#include "cedar/value_json.h"

/*
 * Read {"principal":U,"action":U,"resource":U,"context":{...}}, where U is
 * `Type::"id"` in a string, or {"type":T,"id":I}; no context is an empty one.
 * With a schema in `r` the action must be declared and types the context.
 * Errors carry line, column and JSON pointer.
 */
ZTA_MUST_USE zta_status zta_request__read(
    zta_value_reader *r, const zta_json *root, zta_question *out);

/*
 * The context that `node` (NULL: none) holds for this action: typed by the
 * schema of `r`, if there is one.
 */
ZTA_MUST_USE zta_status zta_request__context(zta_value_reader *r,
    const zta_json *node, uint32_t action, const zta_record **out);

#endif
