/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entities_json.c - see entities_json.h. Elements are read one by one, so that
 * a file may be larger than its parsed form would leave room for.
 */
#include "cedar/entities_json.h"

#include "base/error.h"
#include "base/json.h"
#include "base/str.h"
#include "cedar/conform.h"
#include "cedar/value_json.h"

#define FAIL(r, node, ...) \
	zta_json__fail((r)->doc, node, (r)->err, ZTA_EINVALID, __VA_ARGS__)

/* The member `name`, which must have `type`; NULL with the error set. */
static const zta_json *
member(zta_value_reader *r, const zta_json *node, const char *name,
    zta_json_type type)
{
	const zta_json *found = zta_json__get(node, name);

	if (found == NULL) {
		(void)FAIL(r, node, "an entity needs `%s`", name);
		return NULL;
	}
	if (found->type != (uint32_t)type) {
		(void)FAIL(r, found, "`%s` cannot be %s", name,
		    zta_json__type_name(found));
		return NULL;
	}
	return found;
}

static zta_status
read_parents(zta_value_reader *r, zta_arena *scratch, const zta_json *node,
    uint32_t uid, const zta_entity_type *type, zta_entity *entity)
{
	uint32_t *uids =
	    zta_arena__alloc(scratch, (node->count + 1) * sizeof(*uids));
	const zta_json *item = zta_json__first(node);
	bool action =
	    zta_names__is_action(r->names, zta_names__type_of(r->names, uid));
	uint32_t i, parent;
	zta_status status;

	if (uids == NULL) {
		return zta_arena__failed(scratch, r->err);
	}
	for (i = 0; i < node->count; i++) {
		status = zta_value_json__uid(r, item, &uids[i]);
		if (status != ZTA_OK) {
			return status;
		}
		parent = zta_names__type_of(r->names, uids[i]);
		if (action && !zta_names__is_action(r->names, parent)) {
			return FAIL(r, item,
			    "the parent of an action must be an action");
		}
		if (type != NULL &&
		    !zta_uids__has(
			type->ancestors, type->ancestor_count, parent)) {
			return FAIL(r, item,
			    "the schema lets no `%.*s` be in a `%.*s`",
			    ZTA_STR_ARG(zta_names__text(r->names, type->name)),
			    ZTA_STR_ARG(zta_names__text(r->names, parent)));
		}
		item = zta_json__after(item);
	}
	entity->ancestors = uids;
	entity->ancestor_count = node->count;
	return ZTA_OK;
}

/* Tags: every value has the one type that the schema gives. */
static zta_status
read_tags(zta_value_reader *r, const zta_json *node,
    const zta_entity_type *type, zta_entity *entity)
{
	zta_record *tags = zta_record__alloc(r->arena, node->count);
	const zta_json *name = zta_json__first(node);
	uint32_t i;
	zta_status status = ZTA_OK;

	if (tags == NULL) {
		return zta_arena__failed(r->arena, r->err);
	}
	if (type != NULL && type->tags == NULL && node->count > 0) {
		return FAIL(r, node, "the schema gives `%.*s` no tags",
		    ZTA_STR_ARG(zta_names__text(r->names, type->name)));
	}
	for (i = 0; status == ZTA_OK && i < node->count; i++) {
		status = zta_names__symbol(r->names, zta_json__str(name),
		    &tags->fields[i].key, r->err);
		name = zta_json__after(name);
		if (status == ZTA_OK) {
			status = zta_value_json__read(r, name,
			    type == NULL ? NULL : type->tags,
			    &tags->fields[i].value);
		}
		name = zta_json__after(name);
	}
	if (status == ZTA_OK && !zta_record__seal(tags)) {
		return FAIL(r, node, "a tag stands twice");
	}
	entity->tags = tags;
	return status;
}

/* Everything that the entity speaks of, and itself, may be spoken of. */
static zta_status
check_uids(zta_value_reader *r, const zta_json *node, uint32_t uid,
    const zta_entity *entity)
{
	zta_value attrs = { .kind = ZTA_VALUE_RECORD,
		.u.record = entity->attrs };
	zta_value tags = { .kind = ZTA_VALUE_RECORD, .u.record = entity->tags };
	zta_error why;
	uint32_t i;
	zta_status status = zta_conform__uid(r->schema, r->names, uid, &why);

	if (status == ZTA_OK) {
		status = zta_conform__uids(r->schema, r->names, &attrs, &why);
	}
	if (status == ZTA_OK && entity->tags != NULL) {
		status = zta_conform__uids(r->schema, r->names, &tags, &why);
	}
	for (i = 0; status == ZTA_OK && i < entity->ancestor_count; i++) {
		status = zta_conform__uid(
		    r->schema, r->names, entity->ancestors[i], &why);
	}
	return status == ZTA_OK ? status : FAIL(r, node, "%s", why.message);
}

static zta_status
read_entity(zta_value_reader *r, zta_arena *scratch, const zta_json *node,
    uint32_t *uid, zta_entity *entity)
{
	const zta_json *name, *attrs, *parents, *tags;
	const zta_entity_type *type = NULL;
	uint32_t symbol;
	bool action;
	zta_status status;

	*entity = (zta_entity){ 0 };
	if (node->type != ZTA_JSON_OBJECT) {
		return FAIL(r, node, "an entity must be an object");
	}
	name = member(r, node, "uid", ZTA_JSON_OBJECT);
	attrs = member(r, node, "attrs", ZTA_JSON_OBJECT);
	parents = member(r, node, "parents", ZTA_JSON_ARRAY);
	if (name == NULL || attrs == NULL || parents == NULL) {
		return ZTA_EINVALID;
	}
	status = zta_value_json__uid(r, name, uid);
	if (status != ZTA_OK) {
		return status;
	}
	symbol = zta_names__type_of(r->names, *uid);
	action = zta_names__is_action(r->names, symbol);
	if (r->schema != NULL && !action) {
		type = zta_schema__entity(r->schema, symbol);
		if (type == NULL) {
			return FAIL(r, name,
			    "the schema has no entity type `%.*s`",
			    ZTA_STR_ARG(zta_names__text(r->names, symbol)));
		}
	}
	status = zta_value_json__record(
	    r, attrs, type == NULL ? NULL : type->shape, &entity->attrs);
	if (status == ZTA_OK) {
		status = read_parents(r, scratch, parents, *uid, type, entity);
	}
	tags = zta_json__get(node, "tags");
	if (status == ZTA_OK && tags != NULL) {
		if (tags->type != ZTA_JSON_OBJECT) {
			return FAIL(r, tags, "`tags` must be an object");
		}
		status = read_tags(r, tags, type, entity);
	}
	if (status == ZTA_OK && type != NULL) {
		status = check_uids(r, node, *uid, entity);
	}
	return status;
}

/* Remember an action; it is compared with the schema at the end. */
static zta_status
note_action(zta_entities_loader *loader, uint32_t uid, zta_error *err)
{
	uint32_t more = loader->action_room == 0 ? 16 : loader->action_room * 2;
	uint32_t *bigger;

	if (loader->action_count == loader->action_room) {
		bigger =
		    zta_arena__grow(loader->entities->arena, loader->actions,
			loader->action_count, more, sizeof(*bigger));
		if (bigger == NULL) {
			return zta_arena__failed(loader->entities->arena, err);
		}
		loader->actions = bigger;
		loader->action_room = more;
	}
	loader->actions[loader->action_count++] = uid;
	return ZTA_OK;
}

static zta_status
add_one(zta_entities_loader *loader, zta_arena *scratch,
    const zta_json_doc *doc, zta_error *err)
{
	zta_value_reader reader = { .arena = loader->entities->arena,
		.names = loader->names,
		.schema = loader->schema,
		.doc = doc,
		.err = err };
	zta_entity entity;
	zta_error why;
	uint32_t uid;
	zta_status status =
	    read_entity(&reader, scratch, doc->root, &uid, &entity);

	if (status != ZTA_OK) {
		return status;
	}
	status = zta_entities__add(loader->entities, uid, &entity, &why);
	if (status != ZTA_OK) {
		return zta_json__fail(
		    doc, doc->root, err, status, "%s", why.message);
	}
	return zta_names__is_action(
		   loader->names, zta_names__type_of(loader->names, uid)) ?
	    note_action(loader, uid, err) :
	    ZTA_OK;
}

zta_status
zta_entities_loader__add(
    zta_entities_loader *loader, zta_str file, zta_str text, zta_error *err)
{
	zta_arena scratch;
	zta_json_doc doc = { 0 };
	size_t at = 0;
	zta_status status;

	zta_arena__init(&scratch, SIZE_MAX);
	do {
		zta_arena__reset(&scratch);
		status = zta_json__next_element(&scratch, text, &at, &doc, err);
		if (status == ZTA_OK && doc.root != NULL) {
			status = add_one(loader, &scratch, &doc, err);
			status = zta_error__tell(loader->sink, status, err) ?
			    ZTA_OK :
			    status;
		}
	} while (status == ZTA_OK && doc.root != NULL);
	zta_arena__release(&scratch);
	if (status != ZTA_OK) {
		zta_error__replace(err, "%.*s", ZTA_STR_ARG(file));
	}
	return status;
}

/* An action in a file must say exactly what the schema says. */
static zta_status
check_action(const zta_entities_loader *loader, uint32_t uid, zta_error *err)
{
	const zta_entity *entity = zta_entities__get(loader->entities, uid);
	const zta_action *action = zta_schema__action(loader->schema, uid);
	zta_str id = zta_names__id_of(loader->names, uid);

	if (action == NULL) {
		return zta_error__set(err, ZTA_EINVALID,
		    "the schema has no action `%.*s`", ZTA_STR_ARG(id));
	}
	if (entity->attrs->count > 0 ||
	    (entity->tags != NULL && entity->tags->count > 0) ||
	    entity->ancestor_count != action->ancestor_count ||
	    (entity->ancestor_count > 0 &&
		memcmp(entity->ancestors, action->ancestors,
		    entity->ancestor_count * sizeof(uint32_t)) != 0)) {
		return zta_error__set(err, ZTA_EINVALID,
		    "action `%.*s` differs from the schema's", ZTA_STR_ARG(id));
	}
	return ZTA_OK;
}

zta_status
zta_entities_loader__finish(zta_entities_loader *loader, zta_error *err)
{
	static const zta_record empty = { 0 };
	const zta_schema *schema = loader->schema;
	zta_entity entity = { .attrs = &empty };
	uint32_t i;
	zta_status status =
	    zta_entities__seal(loader->entities, loader->names->seed, err);

	if (status != ZTA_OK || schema == NULL) {
		return status;
	}
	for (i = 0; status == ZTA_OK && i < loader->action_count; i++) {
		loader->entities->culprit = loader->actions[i];
		status = check_action(loader, loader->actions[i], err);
	}
	for (i = 0; status == ZTA_OK && i < schema->action_count; i++) {
		if (zta_entities__get(
			loader->entities, schema->actions[i].uid) == NULL) {
			entity.ancestors = schema->actions[i].ancestors;
			entity.ancestor_count =
			    schema->actions[i].ancestor_count;
			status = zta_entities__add_sealed(loader->entities,
			    schema->actions[i].uid, &entity, err);
		}
	}
	return status;
}

bool
zta_entities_loader__place(const zta_entities_loader *loader, zta_str text,
    uint32_t uid, uint32_t *line, uint32_t *column)
{
	zta_arena scratch;
	zta_names names;
	zta_json_doc doc = { 0 };
	zta_value_reader reader = {
		.arena = &scratch, .names = &names, .doc = &doc
	};
	const zta_json *name;
	size_t at = 0;
	uint32_t found;
	bool here = false, more;

	zta_arena__init(&scratch, SIZE_MAX);
	do {
		zta_arena__reset(&scratch);
		zta_names__lay_over(&names, &scratch, loader->names);
		more = zta_json__next_element(
			   &scratch, text, &at, &doc, NULL) == ZTA_OK &&
		    doc.root != NULL;
		name = more ? zta_json__get(doc.root, "uid") : NULL;
		here = name != NULL &&
		    zta_value_json__uid(&reader, name, &found) == ZTA_OK &&
		    found == uid;
	} while (more && !here);
	if (here) {
		zta_error__position(text, doc.root->at, line, column);
	}
	zta_arena__release(&scratch);
	return here;
}
