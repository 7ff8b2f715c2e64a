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

/* What a search is for; of an action the type is not known either. */
typedef struct zta_sought {
	zta_expr_var var; /* PRINCIPAL, ACTION or RESOURCE */
	uint32_t type;    /* symbol; ZTA_NAME_NONE for an action */
} zta_sought;

/*
 * Read a request whose principal or resource is {"type":T}, or which has no
 * action. The uid of what is sought is ZTA_NAME_NONE. With a schema and without
 * an action the context is not read: its types depend on the action.
 */
ZTA_MUST_USE zta_status zta_request__read_search(zta_value_reader *r,
    const zta_json *root, zta_question *out, zta_sought *sought);

/*
 * The context that `node` (NULL: none) holds for this action: typed by the
 * schema of `r`, if there is one.
 */
ZTA_MUST_USE zta_status zta_request__context(zta_value_reader *r,
    const zta_json *node, uint32_t action, const zta_record **out);

#endif
