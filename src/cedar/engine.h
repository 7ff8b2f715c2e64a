/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine.h - everything of one engine together; ztauth/cedar.h tells its use.
 *
 * What a snapshot holds is in one arena. Names come first in it: schema, then
 * policies, so that what policies name has the lowest numbers and the index
 * looks at no others.
 */
#ifndef ZTA_CEDAR_ENGINE_H
#define ZTA_CEDAR_ENGINE_H

#include "cedar/authorize.h"
#include "cedar/entities_json.h"
#include "cedar/schema.h"
#include "ztauth/cedar.h"

/* What may still be added. */
typedef enum zta_cedar_phase {
	ZTA_CEDAR_SCHEMA,
	ZTA_CEDAR_POLICIES,
	ZTA_CEDAR_ENTITIES,
	ZTA_CEDAR_SEALED,
	ZTA_CEDAR_BROKEN
} zta_cedar_phase;

struct zta_cedar {
	zta_arena arena;
	zta_names names;
	zta_cedar_phase phase;
	const zta_schema *schema; /* NULL: none */
	zta_schema schema_space;
	zta_policies policies;
	zta_entities entities;
	zta_entities_loader loader;
	zta_arena findings; /* of the last validation */
};

#endif
