/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema_resolve.c - from a schema as it was written to what it means.
 *
 * Entity types may contain each other as they like; actions form no cycle.
 */
#include "cedar/schema_resolve.h"

#include "base/error.h"
#include "base/sort.h"
#include "base/str.h"
#include "cedar/entities.h"

static zta_status
no_room(zta_resolver *r)
{
	return zta_arena__failed(r->arena, r->err);
}

/* A record type; NULL is the empty record. */
static zta_status
resolve_shape(zta_resolver *r, zta_str space, const zta_type_text *text,
    const char *what, const zta_type **out)
{
	static const zta_type empty = { .kind = ZTA_VALUE_RECORD };
	zta_status status;

	*out = &empty;
	if (text == NULL) {
		return ZTA_OK;
	}
	status = zta_resolver__type(r, space, text, out);
	if (status == ZTA_OK && (*out)->kind != ZTA_VALUE_RECORD) {
		return zta_schema_scope__wrong(
		    &r->scope, text->name.at, "%s must be a record type", what);
	}
	return status;
}

/* Names that can only be entity types: memberOf and appliesTo. */
static zta_status
resolve_entity_names(zta_resolver *r, zta_str space, const zta_name_ref *refs,
    uint32_t count, const uint32_t **out, uint32_t *out_count)
{
	uint32_t *list =
	    zta_arena__alloc(r->arena, ((size_t)count + 1) * sizeof(*list));
	zta_str full;
	uint32_t i;
	zta_status status = ZTA_OK;

	if (list == NULL) {
		return no_room(r);
	}
	for (i = 0; status == ZTA_OK && i < count; i++) {
		status =
		    zta_schema_scope__entity(&r->scope, space, &refs[i], &full);
		if (status == ZTA_OK) {
			status = zta_names__symbol(
			    r->schema->names, full, &list[i], r->err);
		}
	}
	*out = list;
	*out_count = status != ZTA_OK ? 0 : zta_uids__seal(list, count);
	return status;
}

/* --- entity types */

/* The ids of an enum outlive the text. */
static zta_status
keep_choices(
    zta_resolver *r, const zta_entity_text *text, zta_entity_type *entity)
{
	zta_str *list = zta_arena__zalloc(
	    r->arena, (size_t)text->choice_count + 1, sizeof(*list));
	uint32_t i;

	if (list == NULL) {
		return no_room(r);
	}
	for (i = 0; i < text->choice_count; i++) {
		list[i] = zta_arena__copy(r->arena, text->choices[i]);
		if (list[i].ptr == NULL) {
			return no_room(r);
		}
	}
	entity->choices = list;
	entity->choice_count = text->choice_count;
	return ZTA_OK;
}

static zta_status
resolve_entity(zta_resolver *r, zta_str space, const zta_entity_text *text,
    zta_entity_type *entity)
{
	zta_str full;
	zta_status status =
	    zta_schema_scope__qualify(&r->scope, space, text->name.name, &full);

	if (status == ZTA_OK) {
		status = zta_names__symbol(
		    r->schema->names, full, &entity->name, r->err);
	}
	if (status == ZTA_OK) {
		status = resolve_entity_names(r, space, text->parents,
		    text->parent_count, &entity->ancestors,
		    &entity->ancestor_count);
	}
	if (status == ZTA_OK) {
		status = resolve_shape(
		    r, space, text->shape, "an entity", &entity->shape);
	}
	if (status == ZTA_OK && text->tags != NULL) {
		status =
		    zta_resolver__type(r, space, text->tags, &entity->tags);
	}
	if (status == ZTA_OK && text->choice_count > 0) {
		status = keep_choices(r, text, entity);
	}
	return status;
}

static int
cmp_entities(const void *a, const void *b)
{
	const zta_entity_type *x = a, *y = b;

	return x->name < y->name ? -1 : x->name > y->name;
}

static zta_status
resolve_entities(zta_resolver *r)
{
	zta_schema *schema = r->schema;
	const zta_namespace_text *space = r->scope.text->spaces;
	const zta_namespace_text *end = space + r->scope.text->count;
	uint32_t i;
	zta_status status;

	schema->entities = zta_arena__zalloc(r->arena,
	    (size_t)r->scope.entity_count + 1, sizeof(zta_entity_type));
	if (schema->entities == NULL) {
		return no_room(r);
	}
	for (; space < end; space++) {
		for (i = 0; i < space->entity_count; i++) {
			status = resolve_entity(r, space->name.name,
			    &space->entities[i],
			    &schema->entities[schema->entity_count++]);
			if (status != ZTA_OK) {
				return status;
			}
		}
	}
	zta_sort__run(schema->entities, schema->entity_count,
	    sizeof(zta_entity_type), cmp_entities);
	return ZTA_OK;
}

/* --- common types */

/* Each one is resolved, used or not. */
static zta_status
resolve_commons(zta_resolver *r)
{
	const zta_namespace_text *space = r->scope.text->spaces;
	const zta_namespace_text *end = space + r->scope.text->count;
	const zta_type *type;
	uint32_t i, position = 0;
	zta_status status = ZTA_OK;

	r->commons = zta_arena__zalloc(&r->scratch,
	    (size_t)r->scope.common_count + 1, sizeof(*r->commons));
	if (r->commons == NULL) {
		return zta_arena__failed(&r->scratch, r->err);
	}
	for (; space < end; space++) {
		for (i = 0; i < space->common_count; i++) {
			r->commons[position++] =
			    (zta_common){ .text = &space->commons[i],
				    .space = space->name.name };
		}
	}
	for (i = 0; status == ZTA_OK && i < position; i++) {
		status = zta_resolver__common(
		    r, i, r->commons[i].text->name.at, &type);
	}
	return status;
}

/* --- actions */

/* All uids first, because parents may stand anywhere. */
static zta_status
name_actions(zta_resolver *r, const zta_namespace_text *space)
{
	zta_names *names = r->schema->names;
	zta_action *action = &r->schema->actions[r->schema->action_count];
	zta_str type;
	uint32_t symbol, i;
	zta_status status = zta_schema_scope__qualify(
	    &r->scope, space->name.name, ZTA_STR("Action"), &type);

	if (status != ZTA_OK || space->action_count == 0) {
		return status;
	}
	status = zta_names__symbol(names, type, &symbol, r->err);
	for (i = 0; status == ZTA_OK && i < space->action_count; i++) {
		status = zta_names__uid(names, symbol,
		    space->actions[i].name.name, &action[i].uid, r->err);
	}
	r->schema->action_count += space->action_count;
	return status;
}

static zta_status
resolve_parents(zta_resolver *r, zta_str space, const zta_action_text *text,
    zta_action *action)
{
	uint32_t *parents = zta_arena__alloc(
	    &r->scratch, ((size_t)text->parent_count + 1) * sizeof(*parents));
	uint32_t i, position;
	zta_status status = ZTA_OK;

	if (parents == NULL) {
		return zta_arena__failed(&r->scratch, r->err);
	}
	for (i = 0; status == ZTA_OK && i < text->parent_count; i++) {
		status = zta_schema_scope__action(
		    &r->scope, space, &text->parents[i], &position);
		if (status == ZTA_OK) {
			parents[i] = r->schema->actions[position].uid;
		}
	}
	action->ancestors = parents;
	action->ancestor_count = text->parent_count;
	return status;
}

static zta_status
resolve_action(zta_resolver *r, zta_str space, const zta_action_text *text,
    zta_action *action)
{
	zta_status status = resolve_parents(r, space, text, action);

	if (status == ZTA_OK) {
		status = resolve_entity_names(r, space, text->principals,
		    text->principal_count, &action->principals,
		    &action->principal_count);
	}
	if (status == ZTA_OK) {
		status = resolve_entity_names(r, space, text->resources,
		    text->resource_count, &action->resources,
		    &action->resource_count);
	}
	return status != ZTA_OK ? status :
				  resolve_shape(r, space, text->context,
				      "a context", &action->context);
}

static zta_status
resolve_actions(zta_resolver *r)
{
	const zta_schema_text *text = r->scope.text;
	const zta_namespace_text *space;
	zta_action *action;
	uint32_t i, j;
	zta_status status = ZTA_OK;

	r->schema->actions = zta_arena__zalloc(
	    r->arena, (size_t)r->scope.action_count + 1, sizeof(zta_action));
	if (r->schema->actions == NULL) {
		return no_room(r);
	}
	for (i = 0; status == ZTA_OK && i < text->count; i++) {
		status = name_actions(r, &text->spaces[i]);
	}
	action = r->schema->actions;
	for (i = 0; status == ZTA_OK && i < text->count; i++) {
		space = &text->spaces[i];
		for (j = 0; status == ZTA_OK && j < space->action_count; j++) {
			status = resolve_action(
			    r, space->name.name, &space->actions[j], action++);
		}
	}
	return status;
}

/* --- hierarchies */

/* No action stands above itself. */
static zta_status
check_actions(zta_resolver *r)
{
	const zta_schema_text *text = r->scope.text;
	const zta_action *action = r->schema->actions;
	const zta_name_ref *name;
	uint32_t i, j;

	for (i = 0; i < text->count; i++) {
		for (j = 0; j < text->spaces[i].action_count; j++, action++) {
			if (zta_uids__has(action->ancestors,
				action->ancestor_count, action->uid)) {
				name = &text->spaces[i].actions[j].name;
				return zta_schema_scope__wrong(&r->scope,
				    name->at,
				    "action `%.*s` would be its own ancestor",
				    ZTA_STR_ARG(name->name));
			}
		}
	}
	return ZTA_OK;
}

static zta_status
close_hierarchies(zta_resolver *r)
{
	zta_schema *schema = r->schema;
	uint32_t types = schema->entity_count, i;
	size_t count = (size_t)types + schema->action_count;
	zta_lineage *list =
	    zta_arena__alloc(&r->scratch, (count + 1) * sizeof(*list));
	zta_status status;

	if (list == NULL) {
		return zta_arena__failed(&r->scratch, r->err);
	}
	for (i = 0; i < types; i++) {
		list[i] = (zta_lineage){ schema->entities[i].name,
			&schema->entities[i].ancestors,
			&schema->entities[i].ancestor_count };
	}
	for (i = 0; i < schema->action_count; i++) {
		list[types + i] = (zta_lineage){ schema->actions[i].uid,
			&schema->actions[i].ancestors,
			&schema->actions[i].ancestor_count };
	}
	status = zta_lineage__close(list, types, r->arena, r->err);
	if (status == ZTA_OK) {
		status = zta_lineage__close(
		    list + types, schema->action_count, r->arena, r->err);
	}
	return status != ZTA_OK ? status : check_actions(r);
}

zta_status
zta_schema__resolve(zta_schema *schema, zta_names *names, zta_arena *arena,
    const zta_schema_text *text, zta_error *err)
{
	zta_resolver r = { .schema = schema, .arena = arena, .err = err };
	zta_status status;

	*schema = (zta_schema){ .names = names };
	zta_arena__init(&r.scratch, SIZE_MAX);
	zta_map__init(&r.kept_by_key, &r.scratch, names->seed);
	status = zta_schema_scope__open(
	    &r.scope, &r.scratch, text, names->seed, err);
	if (status == ZTA_OK) {
		status = resolve_commons(&r);
	}
	if (status == ZTA_OK) {
		status = resolve_entities(&r);
	}
	if (status == ZTA_OK) {
		status = resolve_actions(&r);
	}
	if (status == ZTA_OK) {
		status = close_hierarchies(&r);
	}
	zta_arena__release(&r.scratch);
	return status;
}
