/* SPDX-License-Identifier: Apache-2.0 */
/* schema_scope.c - see schema_scope.h. */
#include "cedar/schema_scope.h"

#include "base/error.h"
#include "base/str.h"

zta_status
zta_schema_scope__wrong(
    const zta_schema_scope *scope, uint32_t at, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)zta_error__in(
	    scope->err, ZTA_EINVALID, scope->text->text, at, format, args);
	va_end(args);
	return ZTA_EINVALID;
}

/* The two pieces with `between` between them. */
static zta_status
join(zta_schema_scope *scope, zta_str a, zta_str between, zta_str b,
    zta_str *out)
{
	char *to = zta_arena__alloc(scope->arena, a.len + between.len + b.len);

	if (to == NULL) {
		return zta_arena__failed(scope->arena, scope->err);
	}
	*out = (zta_str){ to, a.len + between.len + b.len };
	memcpy(to, a.ptr, a.len);
	memcpy(to + a.len, between.ptr, between.len);
	if (b.len > 0) {
		memcpy(to + a.len + between.len, b.ptr, b.len);
	}
	return ZTA_OK;
}

bool
zta_schema_scope__is_qualified(zta_str name)
{
	return zta_str__find(name, ':') < name.len;
}

zta_status
zta_schema_scope__qualify(
    zta_schema_scope *scope, zta_str space, zta_str name, zta_str *out)
{
	if (space.len == 0) {
		*out = name;
		return ZTA_OK;
	}
	return join(scope, space, ZTA_STR("::"), name, out);
}

/* The key of an action in the map. */
static zta_status
action_key(zta_schema_scope *scope, zta_str type, zta_str id, zta_str *out)
{
	return join(scope, type, (zta_str){ "", 1 }, id, out);
}

/* --- declarations */

static zta_status
declare(zta_schema_scope *scope, zta_map *map, zta_str space,
    const zta_name_ref *name, uint32_t value)
{
	zta_str full;
	zta_status status =
	    zta_schema_scope__qualify(scope, space, name->name, &full);

	if (status == ZTA_OK) {
		status = zta_map__add(map, full, value, scope->err);
	}
	return status == ZTA_EEXIST ?
	    zta_schema_scope__wrong(scope, name->at, "`%.*s` is declared twice",
		ZTA_STR_ARG(name->name)) :
	    status;
}

static zta_status
declare_entity(zta_schema_scope *scope, zta_str space, const zta_name_ref *name)
{
	scope->entity_count++;
	if (zta_str__is(name->name, "Action")) {
		return zta_schema_scope__wrong(scope, name->at,
		    "an entity type cannot be called `Action`");
	}
	return declare(scope, &scope->entities, space, name, 1);
}

static zta_status
declare_common(zta_schema_scope *scope, zta_str space, const zta_name_ref *name)
{
	static const char *const taken[] = { "Bool", "Boolean", "Entity",
		"Extension", "Long", "Record", "Set", "String" };
	size_t i;

	for (i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
		if (zta_str__is(name->name, taken[i])) {
			return zta_schema_scope__wrong(scope, name->at,
			    "`%s` is reserved, a common type cannot have it",
			    taken[i]);
		}
	}
	return declare(
	    scope, &scope->commons, space, name, scope->common_count++);
}

/* The action, and with the first one of a namespace the type of all of them. */
static zta_status
declare_action(zta_schema_scope *scope, zta_str space, const zta_name_ref *name)
{
	zta_str type, key;
	zta_status status =
	    zta_schema_scope__qualify(scope, space, ZTA_STR("Action"), &type);

	if (status == ZTA_OK) {
		status = action_key(scope, type, name->name, &key);
	}
	if (status == ZTA_OK) {
		status = zta_map__add(
		    &scope->actions, key, scope->action_count++, scope->err);
	}
	if (status == ZTA_EEXIST) {
		return zta_schema_scope__wrong(scope, name->at,
		    "action `%.*s` is declared twice", ZTA_STR_ARG(name->name));
	}
	if (status == ZTA_OK &&
	    zta_map__get(&scope->entities, type) == ZTA_MAP_NONE) {
		status = zta_map__add(&scope->entities, type, 0, scope->err);
	}
	return status;
}

/* --- rule 2 */

static zta_status
check_type(zta_schema_scope *scope, zta_str space, const zta_name_ref *name)
{
	(void)space;
	if (zta_map__get(&scope->commons, name->name) != ZTA_MAP_NONE ||
	    zta_map__get(&scope->entities, name->name) == 1) {
		return zta_schema_scope__wrong(scope, name->at,
		    "`%.*s` would hide the type of this name that stands "
		    "in no namespace",
		    ZTA_STR_ARG(name->name));
	}
	return ZTA_OK;
}

static zta_status
check_action(zta_schema_scope *scope, zta_str space, const zta_name_ref *name)
{
	zta_str key;
	zta_status status =
	    action_key(scope, ZTA_STR("Action"), name->name, &key);

	(void)space;
	if (status == ZTA_OK &&
	    zta_map__get(&scope->actions, key) != ZTA_MAP_NONE) {
		return zta_schema_scope__wrong(scope, name->at,
		    "action `%.*s` would hide the one of this name that stands "
		    "in no namespace",
		    ZTA_STR_ARG(name->name));
	}
	return status;
}

/* --- all of them */

typedef zta_status visit(
    zta_schema_scope *scope, zta_str space, const zta_name_ref *name);

/* Every declaration of a namespace. */
static zta_status
each(zta_schema_scope *scope, const zta_namespace_text *space, visit *entity,
    visit *common, visit *action)
{
	zta_str name = space->name.name;
	zta_status status = ZTA_OK;
	uint32_t i;

	for (i = 0; status == ZTA_OK && i < space->entity_count; i++) {
		status = entity(scope, name, &space->entities[i].name);
	}
	for (i = 0; status == ZTA_OK && i < space->common_count; i++) {
		status = common(scope, name, &space->commons[i].name);
	}
	for (i = 0; status == ZTA_OK && i < space->action_count; i++) {
		status = action(scope, name, &space->actions[i].name);
	}
	return status;
}

zta_status
zta_schema_scope__open(zta_schema_scope *scope, zta_arena *arena,
    const zta_schema_text *text, uint64_t seed, zta_error *err)
{
	zta_status status = ZTA_OK;
	uint32_t i;

	*scope = (zta_schema_scope){ .text = text, .arena = arena, .err = err };
	zta_map__init(&scope->commons, arena, seed);
	zta_map__init(&scope->entities, arena, seed);
	zta_map__init(&scope->actions, arena, seed);
	for (i = 0; status == ZTA_OK && i < text->count; i++) {
		status = each(scope, &text->spaces[i], declare_entity,
		    declare_common, declare_action);
	}
	for (i = 1; status == ZTA_OK && i < text->count; i++) {
		status = each(scope, &text->spaces[i], check_type, check_type,
		    check_action);
	}
	return status;
}

/* --- looking up */

zta_status
zta_schema_scope__is_common(
    zta_schema_scope *scope, zta_str space, zta_str name, bool *out)
{
	zta_str full = name;
	zta_status status = ZTA_OK;

	if (!zta_schema_scope__is_qualified(name)) {
		status = zta_schema_scope__qualify(scope, space, name, &full);
	}
	*out = status == ZTA_OK &&
	    (zta_map__get(&scope->commons, full) != ZTA_MAP_NONE ||
		zta_map__get(&scope->commons, name) != ZTA_MAP_NONE);
	return status;
}

zta_status
zta_schema_scope__entity(zta_schema_scope *scope, zta_str space,
    const zta_name_ref *ref, zta_str *out)
{
	zta_status status = ZTA_OK;

	*out = ref->name;
	if (!zta_schema_scope__is_qualified(ref->name)) {
		status =
		    zta_schema_scope__qualify(scope, space, ref->name, out);
	}
	if (status == ZTA_OK && zta_map__get(&scope->entities, *out) != 1) {
		*out = ref->name;
	}
	if (status == ZTA_OK && zta_map__get(&scope->entities, *out) != 1) {
		return zta_schema_scope__wrong(scope, ref->at,
		    "there is no entity type `%.*s`", ZTA_STR_ARG(ref->name));
	}
	return status;
}

static zta_status
find_action(
    zta_schema_scope *scope, zta_str type, zta_str id, uint32_t *position)
{
	zta_str key;
	zta_status status = action_key(scope, type, id, &key);

	if (status == ZTA_OK) {
		*position = zta_map__get(&scope->actions, key);
	}
	return status;
}

zta_status
zta_schema_scope__action(zta_schema_scope *scope, zta_str space,
    const zta_action_ref *ref, uint32_t *out)
{
	zta_str name = ref->type.len == 0 ? ZTA_STR("Action") : ref->type;
	zta_str type = name;
	zta_status status = ZTA_OK;

	if (!zta_schema_scope__is_qualified(name)) {
		status = zta_schema_scope__qualify(scope, space, name, &type);
	}
	if (status == ZTA_OK) {
		status = find_action(scope, type, ref->id, out);
	}
	if (status == ZTA_OK && *out == ZTA_MAP_NONE) {
		status = find_action(scope, name, ref->id, out);
	}
	if (status == ZTA_OK && *out == ZTA_MAP_NONE) {
		return zta_schema_scope__wrong(scope, ref->at,
		    "there is no action `%.*s`", ZTA_STR_ARG(ref->id));
	}
	return status;
}
