/* SPDX-License-Identifier: Apache-2.0 */
/* engine.c - filling an engine, and validation; see ztauth/cedar.h. */
#include "cedar/engine.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/str.h"
#include "cedar/conform.h"
#include "cedar/request.h"
#include "cedar/validate.h"

zta_status
zta_cedar_open(zta_cedar **out, zta_error *err)
{
	return zta_cedar__open_on(out, NULL, err);
}

void
zta_cedar_close(zta_cedar *engine)
{
	if (engine != NULL) {
		zta_policies__release(&engine->policies);
		zta_entities__release(&engine->entities);
		zta_shared__drop(engine->entities_memory);
		zta_shared__drop(engine->schema_memory);
		zta_arena__release(&engine->findings);
		zta_arena__release(&engine->arena);
		free(engine);
	}
}

/* When the last policy is in, all that policies name is known. */
zta_status
zta_cedar__enter(zta_cedar *engine, zta_cedar_phase phase, zta_error *err)
{
	if (engine->phase > phase) {
		return zta_error__set(err, ZTA_EINVAL,
		    "an engine takes schema, policies, entities in this "
		    "order, and nothing once it is sealed or failed");
	}
	if (engine->phase < ZTA_CEDAR_ENTITIES && phase >= ZTA_CEDAR_ENTITIES) {
		engine->policies.named = zta_names__uid_count(&engine->names);
	}
	engine->phase = phase;
	return ZTA_OK;
}

void
zta_cedar__tell(zta_cedar *engine, zta_error_sink *sink)
{
	engine->sink = sink;
	engine->told = sink->told;
	engine->policies.sink = sink;
	engine->loader.sink = sink;
}

/* An engine in which something failed is of no use, unless that was told. */
zta_status
zta_cedar__leave(zta_cedar *engine, zta_status status, const zta_error *err)
{
	if (zta_error__tell(engine->sink, status, err)) {
		return ZTA_OK;
	}
	if (status != ZTA_OK) {
		engine->phase = ZTA_CEDAR_BROKEN;
	}
	return status;
}

/* `file` is what is read now. */
static void
open_file(zta_cedar *engine, zta_str file)
{
	if (engine->sink != NULL) {
		engine->sink->file = file;
	}
}

zta_status
zta_cedar_add_schema(
    zta_cedar *engine, zta_str file, zta_str text, zta_error *err)
{
	zta_status status = zta_cedar__enter(engine, ZTA_CEDAR_SCHEMA, err);

	open_file(engine, file);
	if (status == ZTA_OK && engine->schema != NULL) {
		status = zta_error__set(
		    err, ZTA_EINVAL, "an engine has at most one schema");
	}
	if (status == ZTA_OK) {
		status = zta_schema__read(&engine->schema_space, &engine->names,
		    &engine->schema_memory->arena, text, err);
		if (status == ZTA_OK) {
			engine->schema = &engine->schema_space;
			engine->loader.schema = engine->schema;
		} else {
			zta_error__replace(err, "%.*s", ZTA_STR_ARG(file));
		}
	}
	return zta_cedar__leave(engine, status, err);
}

zta_status
zta_cedar_add_policies(zta_cedar *engine, zta_str file, zta_str text,
    zta_cedar_naming naming, zta_error *err)
{
	zta_status status = zta_cedar__enter(engine, ZTA_CEDAR_POLICIES, err);

	open_file(engine, file);
	if (status == ZTA_OK) {
		status = zta_policies__add(&engine->policies, file, text,
		    naming == ZTA_CEDAR_BY_PATH ? ZTA_NAMING_PATH :
						  ZTA_NAMING_NUMBER,
		    err);
	}
	return zta_cedar__leave(engine, status, err);
}

zta_status
zta_cedar_add_links(
    zta_cedar *engine, zta_str file, zta_str json, zta_error *err)
{
	zta_status status = zta_cedar__enter(engine, ZTA_CEDAR_POLICIES, err);

	open_file(engine, file);
	if (status == ZTA_OK) {
		status =
		    zta_policies__add_links(&engine->policies, file, json, err);
	}
	return zta_cedar__leave(engine, status, err);
}

/* --- entities */

zta_status
zta_cedar_add_entities(
    zta_cedar *engine, zta_str file, zta_str json, zta_error *err)
{
	zta_status status = zta_cedar__enter(engine, ZTA_CEDAR_ENTITIES, err);

	open_file(engine, file);
	if (status == ZTA_OK) {
		status =
		    zta_entities_loader__add(&engine->loader, file, json, err);
	}
	return zta_cedar__leave(engine, status, err);
}

/* Who is told of refused entities. */
typedef struct entities_check {
	void (*refused)(void *context, const zta_error *why);
	void *context;
} entities_check;

static void
tell_refused(void *context, zta_str file, const zta_error *why)
{
	const entities_check *check = context;
	zta_error placed = *why;

	zta_error__replace(&placed, "%.*s", ZTA_STR_ARG(file));
	check->refused(check->context, &placed);
}

zta_status
zta_cedar_check_entities(zta_cedar *engine, zta_str file, zta_str json,
    void (*refused)(void *context, const zta_error *why), void *context,
    zta_error *err)
{
	entities_check check = { refused, context };
	zta_error_sink sink = { tell_refused, &check, file, 0, UINT32_MAX };
	zta_error local = { 0 };
	zta_status status = zta_cedar__enter(engine, ZTA_CEDAR_ENTITIES, err);

	err = err == NULL ? &local : err;
	engine->loader.sink = &sink;
	if (status == ZTA_OK) {
		status =
		    zta_entities_loader__add(&engine->loader, file, json, err);
	}
	if (status == ZTA_OK && sink.told == 0 &&
	    zta_entities_loader__finish(&engine->loader, err) != ZTA_OK) {
		zta_error__replace(err, "%.*s", ZTA_STR_ARG(file));
		refused(context, err);
	}
	engine->loader.sink = NULL;
	engine->phase = ZTA_CEDAR_BROKEN;
	return status;
}

zta_status
zta_cedar_seal(zta_cedar *engine, zta_error *err)
{
	zta_status status = zta_cedar__enter(engine, ZTA_CEDAR_SEALED, err);

	if (status == ZTA_OK && engine->sink != NULL &&
	    engine->sink->told != engine->told) {
		status = zta_error__set(
		    err, ZTA_EINVAL, "the engine lacks what was wrong");
	}
	engine->sink = engine->policies.sink = engine->loader.sink = NULL;
	if (engine->base == NULL) {
		engine->names_first = zta_names__count(&engine->names);
	}
	engine->base = NULL;
	if (status == ZTA_OK && !engine->entities_taken) {
		status = zta_entities_loader__finish(&engine->loader, err);
	}
	if (status == ZTA_OK) {
		status = zta_policies__seal(&engine->policies, err);
	}
	return zta_cedar__leave(engine, status, err);
}

/* --- validation */

static zta_status
tell_findings(zta_cedar *engine, const zta_findings *found,
    const zta_cedar_finding **list, zta_error *err)
{
	zta_cedar_finding *out = zta_arena__zalloc(
	    &engine->findings, found->count + 1, sizeof(*out));
	const zta_finding *f;
	uint32_t i;

	if (out == NULL) {
		return zta_arena__failed(&engine->findings, err);
	}
	for (i = 0; i < found->count; i++) {
		f = &found->list[i];
		out[i] = (zta_cedar_finding){ .policy = f->policy->id,
			.rule = zta_rule__name(f->rule),
			.message = zta_rule__message(f->rule),
			.hint = zta_rule__hint(f->rule),
			.warning = f->rule == ZTA_RULE_IMPOSSIBLE };
		out[i].file = zta_policy_file__place(
		    f->policy->file, f->at, &out[i].line, &out[i].column);
	}
	*list = out;
	return ZTA_OK;
}

/* What the base found in what was taken over; NULL: that does not count here. */
static const zta_findings *
known_findings(const zta_cedar *engine, uint32_t level)
{
	const zta_cedar *base = engine->base;

	return base != NULL && base->validated && base->level == level ?
	    &base->found :
	    NULL;
}

zta_status
zta_cedar_validate(zta_cedar *engine, uint32_t level,
    const zta_cedar_finding **list, size_t *count, zta_error *err)
{
	const zta_findings *known;
	zta_status status;

	*list = NULL;
	*count = 0;
	if (engine->schema == NULL || engine->phase == ZTA_CEDAR_BROKEN) {
		return zta_error__set(
		    err, ZTA_EINVAL, "validation needs a schema");
	}
	zta_arena__reset(&engine->findings);
	known = known_findings(engine, level);
	status = zta_validate__run(engine->schema, &engine->policies, known,
	    level, &engine->findings, &engine->found, err);
	engine->validated = status == ZTA_OK;
	engine->level = level;
	if (status == ZTA_OK) {
		status = tell_findings(engine, &engine->found, list, err);
	}
	if (status == ZTA_OK) {
		*count = engine->found.count;
	}
	return status;
}
