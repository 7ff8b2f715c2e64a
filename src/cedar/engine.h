/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine.h - everything of one engine together; ztauth/cedar.h tells its use.
 *
 * Names, lists and the index are an engine's own. The meaning of the schema,
 * each file of policies and the entities lie in memory that engines share, if
 * they give names the same numbers. Names come in this order, too: what policies
 * name has the lowest numbers, and the index looks at no others.
 */
#ifndef ZTA_CEDAR_ENGINE_H
#define ZTA_CEDAR_ENGINE_H

#include "base/json.h"
#include "cedar/authorize.h"
#include "cedar/entities_json.h"
#include "cedar/findings.h"
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
	const zta_cedar *base; /* while filled: whose numbers it has, or NULL */
	uint32_t names_first;  /* how many the first of these bases had */
	const zta_schema *schema; /* NULL: none */
	zta_schema schema_space;
	zta_shared *schema_memory;
	zta_policies policies;
	zta_entities entities;
	zta_shared *entities_memory;
	bool entities_taken; /* those of the base: they are closed already */
	zta_entities_loader loader;
	zta_arena findings; /* of the last validation */
	zta_findings found;
	bool validated; /* at `level`: `found` is all there is */
	uint32_t level;
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

/* --- an engine that takes over what has not changed: engine_base.c */

/*
 * Can another engine be made on this one? It must be sealed, have a schema,
 * and know not many more names than its policies had when all were read anew.
 */
bool zta_cedar__is_base(const zta_cedar *engine);

/*
 * An engine with the names and the schema of `base`, which is one and must live
 * until the engine is sealed; NULL: an empty one. ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_cedar__open_on(
    zta_cedar **out, const zta_cedar *base, zta_error *err);

/*
 * Add a file of the base's policies; its entities. What was found of them is not
 * looked for again. Errors as of reading them.
 */
ZTA_MUST_USE zta_status zta_cedar__take_policies(
    zta_cedar *engine, zta_policy_file *file, zta_error *err);
ZTA_MUST_USE zta_status zta_cedar__take_entities(
    zta_cedar *engine, zta_error *err);

/*
 * Go on to `phase`, which must not lie behind; and leave what was added. For
 * engine_base.c.
 */
ZTA_MUST_USE zta_status zta_cedar__enter(
    zta_cedar *engine, zta_cedar_phase phase, zta_error *err);
zta_status zta_cedar__leave(
    zta_cedar *engine, zta_status status, const zta_error *err);

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
