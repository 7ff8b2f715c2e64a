/* SPDX-License-Identifier: Apache-2.0 */
/* scope.h - can the scope of a policy hold, as far as the schema tells? */
#ifndef ZTA_CEDAR_SCOPE_H
#define ZTA_CEDAR_SCOPE_H

#include "cedar/policies.h"
#include "cedar/schema.h"

/* For the action `uid`. */
bool zta_scope__fits_action(
    const zta_schema *schema, const zta_scope *scope, uint32_t uid);

/* For principals or resources of this type; a slot can be any entity. */
bool zta_scope__fits_type(
    const zta_schema *schema, const zta_scope *scope, uint32_t type);

#endif
