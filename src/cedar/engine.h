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

#include "base/json.h"
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
	zta_arena findings;   /* of the last validation */
	zta_error_sink *sink; /* NULL: the first error breaks the engine */
	uint32_t told;        /* what the sink had been told before */
};

struct zta_cedar_session {
	const zta_cedar *engine;
	zta_arena arena;   /* of one request after another */
	zta_arena scratch; /* of one candidate of a search after another */
};

/*
 * From now on what is wrong with policies and entities is told to `sink` and
 * left out, and what is added needs an `err`. An engine that lacks something
 * can be validated but not sealed.
 */
void zta_cedar__tell(zta_cedar *engine, zta_error_sink *sink);

/* A request as it was read into an arena; it points into itself. */
typedef struct zta_asked {
	zta_names names;
	zta_json_doc doc;
	zta_question question;
} zta_asked;

/* Read the JSON of a request, which must live as long as `out`. */
ZTA_MUST_USE zta_status zta_cedar__ask(const zta_cedar *engine,
    zta_arena *arena, zta_str request, unsigned flags, zta_asked *out,
    zta_error *err);

#endif
