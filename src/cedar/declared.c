/* SPDX-License-Identifier: Apache-2.0 */
/* declared.c - see declared.h. */
#include "cedar/declared.h"

#include "cedar/entities.h"

uint32_t
zta_declared__uid(const zta_schema *schema, zta_str type, zta_str id)
{
	uint32_t name = zta_names__find_symbol(schema->names, type);

	return name == ZTA_NAME_NONE ?
	    ZTA_NAME_NONE :
	    zta_names__find_uid(schema->names, name, id);
}

bool
zta_declared__is_type(const zta_schema *schema, uint32_t name)
{
	uint32_t i;

	if (name == ZTA_NAME_NONE) {
		return false;
	}
	if (zta_schema__entity(schema, name) != NULL) {
		return true;
	}
	for (i = 0; i < schema->action_count; i++) {
		if (zta_names__type_of(schema->names, schema->actions[i].uid) ==
		    name) {
			return true;
		}
	}
	return false;
}

/* Is an action of type `type` below one of type `ancestor`? */
static bool
action_type_is_in(const zta_schema *schema, uint32_t type, uint32_t ancestor)
{
	const zta_action *action = schema->actions;
	uint32_t i, j;

	for (i = 0; i < schema->action_count; i++, action++) {
		if (zta_names__type_of(schema->names, action->uid) != type) {
			continue;
		}
		for (j = 0; j < action->ancestor_count; j++) {
			if (zta_names__type_of(schema->names,
				action->ancestors[j]) == ancestor) {
				return true;
			}
		}
	}
	return false;
}

bool
zta_declared__type_is_in(
    const zta_schema *schema, uint32_t type, uint32_t ancestor)
{
	const zta_entity_type *entity;

	if (type == ancestor) {
		return true;
	}
	entity = zta_schema__entity(schema, type);
	return entity != NULL ?
	    zta_uids__has(entity->ancestors, entity->ancestor_count, ancestor) :
	    action_type_is_in(schema, type, ancestor);
}

bool
zta_declared__action_is_in(
    const zta_schema *schema, uint32_t uid, uint32_t ancestor)
{
	const zta_action *action;

	if (uid == ancestor) {
		return true;
	}
	action = zta_schema__action(schema, uid);
	return action != NULL &&
	    zta_uids__has(action->ancestors, action->ancestor_count, ancestor);
}

const zta_attr *
zta_declared__attr(const zta_schema *schema, const zta_type *type, zta_str name)
{
	uint32_t key = zta_names__find_symbol(schema->names, name);
	const zta_entity_type *entity;

	if (type->kind == ZTA_VALUE_ENTITY) {
		entity = zta_schema__entity(schema, type->entity);
		type = entity == NULL ? NULL : entity->shape;
	}
	return type == NULL || type->kind != ZTA_VALUE_RECORD ||
		key == ZTA_NAME_NONE ?
	    NULL :
	    zta_type__attr(type, key);
}

const zta_type *
zta_declared__tags(const zta_schema *schema, const zta_type *type)
{
	const zta_entity_type *entity =
	    zta_schema__entity(schema, type->entity);

	return entity == NULL ? NULL : entity->tags;
}
