/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine_base.c - an engine that takes over what has not changed, see engine.h.
 *
 * 1. An engine on a base gives a name that the base knows the same number. So
 *    what was compiled for the one holds for the other.
 * 2. It keeps what it takes, not the base: a long line of engines, each on the
 *    one before, takes no more memory than the last of them.
 * 3. Names that nothing uses any more stay. When they may be half of all, an
 *    engine is no base: the next one begins anew.
 */
#include <stdlib.h>

#include "base/random.h"
#include "cedar/engine.h"

/* So many more names are no reason to begin anew. */
#define NAMES_SPARE 4096u

bool
zta_cedar__is_base(const zta_cedar *engine)
{
	uint32_t count = zta_names__count(&engine->names);

	return engine->phase == ZTA_CEDAR_SEALED && engine->schema != NULL &&
	    count / 2 <= engine->names_first + NAMES_SPARE / 2;
}

/* The schema is the same object, under the engine's own names. */
static void
take_schema(zta_cedar *engine, const zta_cedar *base)
{
	engine->schema_memory = zta_shared__keep(base->schema_memory);
	engine->schema_space = base->schema_space;
	engine->schema_space.names = &engine->names;
	engine->schema = &engine->schema_space;
}

static bool
prepare(zta_cedar *engine, const zta_cedar *base)
{
	zta_arena__init(&engine->arena, SIZE_MAX);
	zta_arena__init(&engine->findings, SIZE_MAX);
	engine->entities_memory = zta_shared__new();
	if (base == NULL) {
		zta_names__init(
		    &engine->names, &engine->arena, zta_random__seed());
		engine->schema_memory = zta_shared__new();
	} else if (zta_names__copy(
		       &engine->names, &engine->arena, &base->names)) {
		take_schema(engine, base);
	}
	if (engine->schema_memory == NULL || engine->entities_memory == NULL) {
		return false;
	}
	engine->base = base;
	engine->names_first = base == NULL ? 0 : base->names_first;
	zta_policies__init(&engine->policies, &engine->names);
	zta_entities__init(
	    &engine->entities, &engine->entities_memory->arena, &engine->names);
	engine->loader = (zta_entities_loader){ .entities = &engine->entities,
		.names = &engine->names,
		.schema = engine->schema };
	return true;
}

zta_status
zta_cedar__open_on(zta_cedar **out, const zta_cedar *base, zta_error *err)
{
	zta_cedar *engine = calloc(1, sizeof(*engine));

	*out = engine;
	if (engine == NULL) {
		return zta_error__nomem(err);
	}
	if (!prepare(engine, base)) {
		zta_cedar_close(engine);
		*out = NULL;
		return zta_error__nomem(err);
	}
	return ZTA_OK;
}

zta_status
zta_cedar__take_policies(
    zta_cedar *engine, zta_policy_file *file, zta_error *err)
{
	zta_status status = zta_cedar__enter(engine, ZTA_CEDAR_POLICIES, err);

	if (engine->sink != NULL) {
		engine->sink->file = file->name;
	}
	if (status == ZTA_OK) {
		status = zta_policies__share(&engine->policies, file, err);
	}
	return zta_cedar__leave(engine, status, err);
}

zta_status
zta_cedar__take_entities(zta_cedar *engine, zta_error *err)
{
	const zta_cedar *base = engine->base;
	zta_status status = zta_cedar__enter(engine, ZTA_CEDAR_ENTITIES, err);

	if (status == ZTA_OK) {
		zta_shared__drop(engine->entities_memory);
		engine->entities_memory =
		    zta_shared__keep(base->entities_memory);
		zta_entities__release(&engine->entities);
		engine->entities = base->entities;
		engine->entities.names = &engine->names;
		engine->entities_taken = true;
	}
	return zta_cedar__leave(engine, status, err);
}
