/* SPDX-License-Identifier: Apache-2.0 */
/* scope.c - see scope.h. */
#include "cedar/scope.h"

#include "cedar/declared.h"

bool
zta_scope__fits_action(
    const zta_schema *schema, const zta_scope *scope, uint32_t uid)
{
	uint32_t i;

	for (i = 0; i < scope->count; i++) {
		if (scope->op == ZTA_SCOPE_EQ ?
			uid == scope->entities[i] :
			zta_declared__action_is_in(
			    schema, uid, scope->entities[i])) {
			return true;
		}
	}
	return scope->op == ZTA_SCOPE_ANY;
}

bool
zta_scope__fits_type(
    const zta_schema *schema, const zta_scope *scope, uint32_t type)
{
	uint32_t of = scope->count == 0 ?
	    type :
	    zta_names__type_of(schema->names, scope->entities[0]);

	switch (scope->op) {
	case ZTA_SCOPE_EQ:
		return type == of;
	case ZTA_SCOPE_IN:
		return zta_declared__type_is_in(schema, type, of);
	case ZTA_SCOPE_IS:
		return scope->type == type;
	case ZTA_SCOPE_IS_IN:
		return scope->type == type &&
		    zta_declared__type_is_in(schema, type, of);
	default:
		return true;
	}
}
