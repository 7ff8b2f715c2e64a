/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema.c - see schema.h: resolve the names of a schema.
 *
 * 1. An unqualified name is looked for in its own namespace, then in the empty
 *    one, then among the builtins; a qualified one is absolute. At each place a
 *    common type comes before an entity type.
 * 2. Nothing in the empty namespace may hide behind the same name in another
 *    (Cedar RFC 70), so that rule 1 never surprises.
 * 3. Types form no cycle through common types; entity types may contain each
 *    other as they like; actions form no cycle.
 */
#include "cedar/schema.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/error.h"
#include "base/map.h"
#include "base/sort.h"
#include "base/str.h"
#include "cedar/entities.h"
#include "cedar/ext.h"

/* Type names nest no deeper than texts do: the parser has a limit. */

enum { NEW, OPEN, DONE };

typedef struct common {
	const zta_common_text *text;
	zta_str space;
	const zta_type *type; /* once DONE */
	int state;
} common;

typedef struct resolver {
	zta_schema *schema;
	zta_names *names;
	zta_arena *arena; /* of the schema */
	zta_arena scratch;
	zta_schema_text text;
	zta_map commons;  /* qualified name -> index in `common_list` */
	zta_map entities; /* qualified name -> 1; Action types -> 0 */
	zta_map actions;  /* type, NUL, id -> position */
	common *common_list;
	const zta_action_text **action_texts; /* beside schema->actions */
	zta_str *action_spaces;
	zta_error *err;
} resolver;

static zta_status
no_room(resolver *r)
{
	return r->scratch.limited ? zta_arena__failed(&r->scratch, r->err) :
				    zta_arena__failed(r->arena, r->err);
}

__attribute__((format(printf, 3, 4))) static zta_status
wrong(resolver *r, uint32_t at, const char *format, ...)
{
	char message[ZTA_MSG_MAX];
	uint32_t line, column;
	va_list args;

	va_start(args, format);
	(void)vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	zta_error__position(r->text.text, at, &line, &column);
	return zta_error__at(r->err, ZTA_EINVALID, line, column, "%s", message);
}

/* "N::X", or "X" in the empty namespace. */
static zta_status
qualify(resolver *r, zta_str space, zta_str name, zta_str *out)
{
	char *to;

	if (space.len == 0) {
		*out = name;
		return ZTA_OK;
	}
	to = zta_arena__alloc(&r->scratch, space.len + 2 + name.len);
	if (to == NULL) {
		return no_room(r);
	}
	memcpy(to, space.ptr, space.len);
	memcpy(to + space.len, "::", 2);
	memcpy(to + space.len + 2, name.ptr, name.len);
	*out = (zta_str){ to, space.len + 2 + name.len };
	return ZTA_OK;
}

static bool
is_qualified(zta_str name)
{
	return zta_str__find(name, ':') < name.len;
}

/* --- declarations */

static zta_status
declare(resolver *r, zta_map *map, zta_str space, const zta_name_ref *name,
    uint32_t value)
{
	zta_str full;
	zta_status status = qualify(r, space, name->name, &full);

	if (status == ZTA_OK) {
		status = zta_map__add(map, full, value, r->err);
	}
	return status == ZTA_EEXIST ?
	    wrong(r, name->at, "`%.*s` is declared twice",
		ZTA_STR_ARG(name->name)) :
	    status;
}

static zta_status
check_common_name(resolver *r, const zta_name_ref *name)
{
	static const char *const taken[] = { "Bool", "Boolean", "Entity",
		"Extension", "Long", "Record", "Set", "String" };
	size_t i;

	for (i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
		if (zta_str__is(name->name, taken[i])) {
			return wrong(r, name->at,
			    "`%s` is reserved, a common type cannot have it",
			    taken[i]);
		}
	}
	return ZTA_OK;
}

/* The key of an action in the map: its type, a NUL, its id. */
static zta_status
action_key(resolver *r, zta_str type, zta_str id, zta_str *out)
{
	char *to = zta_arena__alloc(&r->scratch, type.len + 1 + id.len);

	if (to == NULL) {
		return no_room(r);
	}
	memcpy(to, type.ptr, type.len);
	to[type.len] = '\0';
	memcpy(to + type.len + 1, id.ptr, id.len);
	*out = (zta_str){ to, type.len + 1 + id.len };
	return ZTA_OK;
}

static zta_status
declare_action(resolver *r, const zta_namespace_text *space,
    const zta_action_text *text, uint32_t position)
{
	zta_action *action = &r->schema->actions[position];
	zta_str type, key;
	uint32_t symbol;
	zta_status status =
	    qualify(r, space->name.name, ZTA_STR("Action"), &type);

	r->action_texts[position] = text;
	r->action_spaces[position] = space->name.name;
	if (status == ZTA_OK) {
		status = action_key(r, type, text->name.name, &key);
	}
	if (status == ZTA_OK) {
		status = zta_map__add(&r->actions, key, position, r->err);
	}
	if (status == ZTA_EEXIST) {
		return wrong(r, text->name.at,
		    "action `%.*s` is declared twice",
		    ZTA_STR_ARG(text->name.name));
	}
	if (status == ZTA_OK) {
		status = zta_names__symbol(r->names, type, &symbol, r->err);
	}
	if (status == ZTA_OK) {
		status = zta_names__uid(
		    r->names, symbol, text->name.name, &action->uid, r->err);
	}
	if (status == ZTA_OK &&
	    zta_map__get(&r->entities, type) == ZTA_MAP_NONE) {
		status = zta_map__add(&r->entities, type, 0, r->err);
	}
	return status;
}

static zta_status
declare_space(resolver *r, const zta_namespace_text *space,
    uint32_t *common_count, uint32_t *action_count)
{
	zta_str name = space->name.name;
	zta_status status = ZTA_OK;
	uint32_t i;

	for (i = 0; status == ZTA_OK && i < space->entity_count; i++) {
		if (zta_str__is(space->entities[i].name.name, "Action")) {
			return wrong(r, space->entities[i].name.at,
			    "an entity type cannot be called `Action`");
		}
		status =
		    declare(r, &r->entities, name, &space->entities[i].name, 1);
	}
	for (i = 0; status == ZTA_OK && i < space->common_count; i++) {
		r->common_list[*common_count] =
		    (common){ &space->commons[i], name, NULL, NEW };
		status = check_common_name(r, &space->commons[i].name);
		if (status == ZTA_OK) {
			status = declare(r, &r->commons, name,
			    &space->commons[i].name, (*common_count)++);
		}
	}
	for (i = 0; status == ZTA_OK && i < space->action_count; i++) {
		status = declare_action(
		    r, space, &space->actions[i], (*action_count)++);
	}
	return status;
}

/* RFC 70: is `name` of `space` declared in the empty namespace too? */
static zta_status
check_hidden(resolver *r, const zta_name_ref *name)
{
	if (zta_map__get(&r->commons, name->name) != ZTA_MAP_NONE ||
	    zta_map__get(&r->entities, name->name) != ZTA_MAP_NONE) {
		return wrong(r, name->at,
		    "`%.*s` would hide the type of this name that stands "
		    "in no namespace",
		    ZTA_STR_ARG(name->name));
	}
	return ZTA_OK;
}

static zta_status
check_space_hides_nothing(resolver *r, const zta_namespace_text *space)
{
	zta_status status = ZTA_OK;
	zta_str key;
	uint32_t i;

	for (i = 0; status == ZTA_OK && i < space->entity_count; i++) {
		status = check_hidden(r, &space->entities[i].name);
	}
	for (i = 0; status == ZTA_OK && i < space->common_count; i++) {
		status = check_hidden(r, &space->commons[i].name);
	}
	for (i = 0; status == ZTA_OK && i < space->action_count; i++) {
		status = action_key(
		    r, ZTA_STR("Action"), space->actions[i].name.name, &key);
		if (status == ZTA_OK &&
		    zta_map__get(&r->actions, key) != ZTA_MAP_NONE) {
			return wrong(r, space->actions[i].name.at,
			    "action `%.*s` would hide the one of this name "
			    "that stands in no namespace",
			    ZTA_STR_ARG(space->actions[i].name.name));
		}
	}
	return status;
}

/* --- types */

static zta_status resolve_type(resolver *r, zta_str space,
    const zta_type_text *text, const zta_type **out);

/* A builtin by its short name; false: none. */
static bool
builtin(zta_str name, zta_value_kind *kind)
{
	static const struct {
		const char *name;
		zta_value_kind kind;
	} table[] = { { "Bool", ZTA_VALUE_BOOL }, { "Long", ZTA_VALUE_LONG },
		{ "String", ZTA_VALUE_STRING },
		{ "decimal", ZTA_VALUE_DECIMAL },
		{ "ipaddr", ZTA_VALUE_IPADDR },
		{ "datetime", ZTA_VALUE_DATETIME },
		{ "duration", ZTA_VALUE_DURATION } };
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (zta_str__is(name, table[i].name)) {
			*kind = table[i].kind;
			return true;
		}
	}
	return false;
}

static zta_status
new_type(resolver *r, zta_value_kind kind, zta_type **out)
{
	*out = zta_arena__zalloc(r->arena, 1, sizeof(**out));
	if (*out == NULL) {
		return no_room(r);
	}
	(*out)->kind = kind;
	return ZTA_OK;
}

static zta_status
resolve_common(resolver *r, common *c, uint32_t at, const zta_type **out)
{
	zta_status status;

	if (c->state == OPEN) {
		return wrong(r, at, "type `%.*s` contains itself",
		    ZTA_STR_ARG(c->text->name.name));
	}
	if (c->state == NEW) {
		c->state = OPEN;
		status = resolve_type(r, c->space, c->text->type, &c->type);
		if (status != ZTA_OK) {
			return status;
		}
		c->state = DONE;
	}
	*out = c->type;
	return ZTA_OK;
}

/* Rule 1 at one place. `*out` stays NULL if there is nothing of this name. */
static zta_status
look_up(
    resolver *r, zta_str full, uint32_t at, zta_only only, const zta_type **out)
{
	uint32_t found = only == ZTA_ONLY_ENTITY ?
	    ZTA_MAP_NONE :
	    zta_map__get(&r->commons, full);
	zta_type *type;
	zta_status status;

	if (found != ZTA_MAP_NONE) {
		return resolve_common(r, &r->common_list[found], at, out);
	}
	if (only == ZTA_ONLY_COMMON ||
	    zta_map__get(&r->entities, full) == ZTA_MAP_NONE) {
		return ZTA_OK;
	}
	status = new_type(r, ZTA_VALUE_ENTITY, &type);
	if (status == ZTA_OK) {
		status =
		    zta_names__symbol(r->names, full, &type->entity, r->err);
	}
	*out = type;
	return status;
}

static zta_status
resolve_name(resolver *r, zta_str space, const zta_name_ref *ref, zta_only only,
    const zta_type **out)
{
	zta_str name = ref->name, full = name;
	bool absolute = is_qualified(name);
	zta_value_kind kind;
	zta_type *type;
	zta_status status = ZTA_OK;

	*out = NULL;
	if (!absolute && space.len > 0) {
		status = qualify(r, space, name, &full);
		if (status == ZTA_OK) {
			status = look_up(r, full, ref->at, only, out);
		}
	}
	if (status == ZTA_OK && *out == NULL) {
		status = look_up(r, name, ref->at, only, out);
	}
	if (status != ZTA_OK || *out != NULL) {
		return status;
	}
	if (zta_str__starts(name, ZTA_STR("__cedar::"))) {
		name = (zta_str){ name.ptr + 9, name.len - 9 };
		absolute = false;
	}
	if (absolute || only == ZTA_ONLY_ENTITY || !builtin(name, &kind)) {
		return wrong(r, ref->at, "there is no type `%.*s`",
		    ZTA_STR_ARG(ref->name));
	}
	status = new_type(r, kind, &type);
	*out = type;
	return status;
}

static int
cmp_attrs(const void *a, const void *b)
{
	const zta_attr *x = a, *y = b;

	return x->key < y->key ? -1 : x->key > y->key;
}

static zta_status
resolve_record(
    resolver *r, zta_str space, const zta_type_text *text, zta_type *type)
{
	zta_attr *attrs =
	    zta_arena__zalloc(r->arena, text->attr_count + 1, sizeof(*attrs));
	uint32_t i, j, key, count = 0;
	zta_status status = ZTA_OK;

	if (attrs == NULL) {
		return no_room(r);
	}
	for (i = 0; status == ZTA_OK && i < text->attr_count; i++) {
		status = zta_names__symbol(
		    r->names, text->attrs[i].name, &key, r->err);
		for (j = 0; j < count && attrs[j].key != key; j++) {
		}
		if (status == ZTA_OK) {
			attrs[j].key = key;
			attrs[j].required = !text->attrs[i].optional;
			status = resolve_type(
			    r, space, text->attrs[i].type, &attrs[j].type);
			count = j == count ? count + 1 : count;
		}
	}
	zta_sort__run(attrs, count, sizeof(*attrs), cmp_attrs);
	type->attrs = attrs;
	type->attr_count = count;
	return status;
}

static zta_status
resolve_type(
    resolver *r, zta_str space, const zta_type_text *text, const zta_type **out)
{
	zta_type *type;
	zta_status status;

	if (text->form == ZTA_TYPE_NAME) {
		return resolve_name(r, space, &text->name, text->only, out);
	}
	status = new_type(r,
	    text->form == ZTA_TYPE_SET ? ZTA_VALUE_SET : ZTA_VALUE_RECORD,
	    &type);
	if (status != ZTA_OK) {
		return status;
	}
	*out = type;
	return text->form == ZTA_TYPE_SET ?
	    resolve_type(r, space, text->element, &type->element) :
	    resolve_record(r, space, text, type);
}

/* A record type; NULL is the empty record. */
static zta_status
resolve_shape(resolver *r, zta_str space, const zta_type_text *text,
    const char *what, const zta_type **out)
{
	static const zta_type empty = { .kind = ZTA_VALUE_RECORD };
	zta_status status;

	*out = &empty;
	if (text == NULL) {
		return ZTA_OK;
	}
	status = resolve_type(r, space, text, out);
	if (status == ZTA_OK && (*out)->kind != ZTA_VALUE_RECORD) {
		return wrong(
		    r, text->name.at, "%s must be a record type", what);
	}
	return status;
}

/* Names that can only be entity types: memberOf and appliesTo. */
static zta_status
resolve_entity_name(
    resolver *r, zta_str space, const zta_name_ref *ref, uint32_t *out)
{
	zta_str full = ref->name;
	zta_status status = ZTA_OK;

	if (!is_qualified(ref->name)) {
		status = qualify(r, space, ref->name, &full);
	}
	if (status != ZTA_OK) {
		return status;
	}
	if (zta_map__get(&r->entities, full) == ZTA_MAP_NONE) {
		full = ref->name;
	}
	if (zta_map__get(&r->entities, full) == ZTA_MAP_NONE) {
		return wrong(r, ref->at, "there is no entity type `%.*s`",
		    ZTA_STR_ARG(ref->name));
	}
	return zta_names__symbol(r->names, full, out, r->err);
}

static zta_status
resolve_entity_names(resolver *r, zta_str space, const zta_name_ref *refs,
    uint32_t count, const uint32_t **out, uint32_t *out_count)
{
	uint32_t *list =
	    zta_arena__alloc(r->arena, (count + 1) * sizeof(*list));
	uint32_t i;
	zta_status status = ZTA_OK;

	if (list == NULL) {
		return no_room(r);
	}
	for (i = 0; status == ZTA_OK && i < count; i++) {
		status = resolve_entity_name(r, space, &refs[i], &list[i]);
	}
	*out = list;
	*out_count = status != ZTA_OK ? 0 : zta_uids__seal(list, count);
	return status;
}

static zta_status
resolve_entity(resolver *r, zta_str space, const zta_entity_text *text,
    zta_entity_type *entity)
{
	zta_str full;
	zta_status status = qualify(r, space, text->name.name, &full);

	*entity = (zta_entity_type){ .choices = text->choices,
		.choice_count = text->choice_count };
	if (status == ZTA_OK) {
		status =
		    zta_names__symbol(r->names, full, &entity->name, r->err);
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
		status = resolve_type(r, space, text->tags, &entity->tags);
	}
	return status;
}

/* --- hierarchies of types and of actions */

/* A list of lists of numbers that is closed in place. */
typedef struct hierarchy {
	uint32_t count;
	uint32_t (*name)(const zta_schema *, uint32_t position);
	const uint32_t **(*list)(
	    zta_schema *, uint32_t position, uint32_t **count);
} hierarchy;

static uint32_t
entity_name(const zta_schema *schema, uint32_t position)
{
	return schema->entities[position].name;
}

static const uint32_t **
entity_list(zta_schema *schema, uint32_t position, uint32_t **count)
{
	*count = &schema->entities[position].ancestor_count;
	return &schema->entities[position].ancestors;
}

static uint32_t
action_name(const zta_schema *schema, uint32_t position)
{
	return schema->actions[position].uid;
}

static const uint32_t **
action_list(zta_schema *schema, uint32_t position, uint32_t **count)
{
	*count = &schema->actions[position].ancestor_count;
	return &schema->actions[position].ancestors;
}

static uint32_t
find_position(const zta_schema *schema, const hierarchy *h, uint32_t name)
{
	uint32_t low = 0, high = h->count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (h->name(schema, middle) < name) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low < h->count && h->name(schema, low) == name ? low : h->count;
}

/* Walk up from `start`, breadth first; `queue` and `seen` have room for all. */
static zta_status
close_one(resolver *r, const hierarchy *h, uint32_t start, uint32_t *queue,
    bool *seen)
{
	uint32_t head = 0, tail = 0, at = start, i, up, *count;
	const uint32_t **list;
	uint32_t *names;

	memset(seen, 0, h->count);
	for (;;) {
		list = h->list(r->schema, at, &count);
		for (i = 0; i < *count; i++) {
			up = find_position(r->schema, h, (*list)[i]);
			if (up < h->count && !seen[up]) {
				seen[up] = true;
				queue[tail++] = up;
			}
		}
		if (head == tail) {
			break;
		}
		at = queue[head++];
	}
	names = zta_arena__alloc(r->arena, (tail + 1) * sizeof(*names));
	if (names == NULL) {
		return no_room(r);
	}
	for (i = 0; i < tail; i++) {
		names[i] = h->name(r->schema, queue[i]);
	}
	list = h->list(r->schema, start, &count);
	*list = names;
	*count = zta_uids__seal(names, tail);
	return ZTA_OK;
}

static zta_status
close_hierarchy(resolver *r, const hierarchy *h)
{
	uint32_t *queue =
	    zta_arena__alloc(&r->scratch, (h->count + 1) * sizeof(*queue));
	bool *seen = zta_arena__alloc(&r->scratch, h->count + 1);
	zta_status status = ZTA_OK;
	uint32_t i;

	if (queue == NULL || seen == NULL) {
		return no_room(r);
	}
	for (i = 0; status == ZTA_OK && i < h->count; i++) {
		status = close_one(r, h, i, queue, seen);
	}
	return status;
}

/* --- actions */

static zta_status
resolve_action_ref(
    resolver *r, zta_str space, const zta_action_ref *ref, uint32_t *uid)
{
	zta_str type = ref->type, key;
	uint32_t found = ZTA_MAP_NONE;
	zta_status status = ZTA_OK;

	if (type.len == 0 && space.len > 0) {
		status = qualify(r, space, ZTA_STR("Action"), &type);
		if (status == ZTA_OK) {
			status = action_key(r, type, ref->id, &key);
		}
		if (status == ZTA_OK) {
			found = zta_map__get(&r->actions, key);
		}
		type.len = 0;
	} else if (type.len > 0 && !is_qualified(type)) {
		status = qualify(r, space, type, &type);
		if (status == ZTA_OK) {
			status = action_key(r, type, ref->id, &key);
		}
		if (status == ZTA_OK) {
			found = zta_map__get(&r->actions, key);
		}
		type = ref->type;
	}
	if (status == ZTA_OK && found == ZTA_MAP_NONE) {
		status = action_key(
		    r, type.len == 0 ? ZTA_STR("Action") : type, ref->id, &key);
		if (status == ZTA_OK) {
			found = zta_map__get(&r->actions, key);
		}
	}
	if (status == ZTA_OK && found == ZTA_MAP_NONE) {
		return wrong(r, ref->at, "there is no action `%.*s`",
		    ZTA_STR_ARG(ref->id));
	}
	if (status == ZTA_OK) {
		*uid = r->schema->actions[found].uid;
	}
	return status;
}

static zta_status
resolve_action(resolver *r, uint32_t position)
{
	const zta_action_text *text = r->action_texts[position];
	zta_action *action = &r->schema->actions[position];
	zta_str space = r->action_spaces[position];
	uint32_t *parents = zta_arena__alloc(
	    r->arena, (text->parent_count + 1) * sizeof(*parents));
	uint32_t i;
	zta_status status = ZTA_OK;

	if (parents == NULL) {
		return no_room(r);
	}
	for (i = 0; status == ZTA_OK && i < text->parent_count; i++) {
		status = resolve_action_ref(
		    r, space, &text->parents[i], &parents[i]);
	}
	action->ancestors = parents;
	action->ancestor_count = text->parent_count;
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
	if (status == ZTA_OK) {
		status = resolve_shape(
		    r, space, text->context, "a context", &action->context);
	}
	return status;
}

static int
cmp_entities(const void *a, const void *b)
{
	const zta_entity_type *x = a, *y = b;

	return x->name < y->name ? -1 : x->name > y->name;
}

/* No action stands above itself. */
static zta_status
check_actions(resolver *r)
{
	const zta_action *action;
	uint32_t i;

	for (i = 0; i < r->schema->action_count; i++) {
		action = &r->schema->actions[i];
		if (zta_uids__has(action->ancestors, action->ancestor_count,
			action->uid)) {
			return wrong(r, r->action_texts[i]->name.at,
			    "action `%.*s` would be its own ancestor",
			    ZTA_STR_ARG(r->action_texts[i]->name.name));
		}
	}
	return ZTA_OK;
}

/* --- the whole */

static zta_status
declare_all(resolver *r)
{
	uint32_t i, commons = 0, actions = 0, entities = 0;
	const zta_namespace_text *space;
	zta_schema *schema = r->schema;
	zta_status status = ZTA_OK;

	for (i = 0; i < r->text.count; i++) {
		space = &r->text.spaces[i];
		commons += space->common_count;
		actions += space->action_count;
		entities += space->entity_count;
	}
	r->common_list =
	    zta_arena__zalloc(&r->scratch, commons + 1, sizeof(common));
	r->action_texts =
	    zta_arena__zalloc(&r->scratch, actions + 1, sizeof(void *));
	r->action_spaces =
	    zta_arena__zalloc(&r->scratch, actions + 1, sizeof(zta_str));
	schema->actions =
	    zta_arena__zalloc(r->arena, actions + 1, sizeof(zta_action));
	schema->entities =
	    zta_arena__zalloc(r->arena, entities + 1, sizeof(zta_entity_type));
	if (r->common_list == NULL || r->action_texts == NULL ||
	    r->action_spaces == NULL || schema->actions == NULL ||
	    schema->entities == NULL) {
		return no_room(r);
	}
	schema->action_count = actions;
	schema->entity_count = entities;
	commons = actions = 0;
	for (i = 0; status == ZTA_OK && i < r->text.count; i++) {
		status =
		    declare_space(r, &r->text.spaces[i], &commons, &actions);
	}
	for (i = 1; status == ZTA_OK && i < r->text.count; i++) {
		status = check_space_hides_nothing(r, &r->text.spaces[i]);
	}
	return status;
}

static zta_status
resolve_space(resolver *r, const zta_namespace_text *space, uint32_t *entity)
{
	const zta_type *type;
	zta_name_ref ref;
	zta_status status = ZTA_OK;
	uint32_t i;

	for (i = 0; status == ZTA_OK && i < space->common_count; i++) {
		/* Each one is resolved, used or not. */
		ref = space->commons[i].name;
		status = qualify(r, space->name.name, ref.name, &ref.name);
		if (status == ZTA_OK) {
			status =
			    look_up(r, ref.name, ref.at, ZTA_ONLY_ANY, &type);
		}
	}
	for (i = 0; status == ZTA_OK && i < space->entity_count; i++) {
		status = resolve_entity(r, space->name.name,
		    &space->entities[i], &r->schema->entities[(*entity)++]);
	}
	return status;
}

static zta_status
resolve_all(resolver *r)
{
	zta_schema *schema = r->schema;
	uint32_t i, entity = 0;
	hierarchy types = { schema->entity_count, entity_name, entity_list };
	hierarchy actions = { schema->action_count, action_name, action_list };
	zta_status status = ZTA_OK;

	for (i = 0; status == ZTA_OK && i < r->text.count; i++) {
		status = resolve_space(r, &r->text.spaces[i], &entity);
	}
	for (i = 0; status == ZTA_OK && i < schema->action_count; i++) {
		status = resolve_action(r, i);
	}
	if (status != ZTA_OK) {
		return status;
	}
	zta_sort__run(schema->entities, schema->entity_count,
	    sizeof(zta_entity_type), cmp_entities);
	status = close_hierarchy(r, &types);
	if (status == ZTA_OK) {
		status = close_hierarchy(r, &actions);
	}
	return status != ZTA_OK ? status : check_actions(r);
}

/* No schema of the human syntax begins with a brace. */
static bool
is_json(zta_str text)
{
	size_t i;

	for (i = 0; i < text.len; i++) {
		if (text.ptr[i] == '{') {
			return true;
		}
		if (text.ptr[i] != ' ' && text.ptr[i] != '\t' &&
		    text.ptr[i] != '\r' && text.ptr[i] != '\n') {
			return false;
		}
	}
	return false;
}

zta_status
zta_schema__read(
    zta_schema *schema, zta_names *names, zta_str text, zta_error *err)
{
	resolver r = { .schema = schema,
		.names = names,
		.arena = names->arena,
		.err = err };
	zta_status status;

	*schema = (zta_schema){ .names = names };
	zta_arena__init(&r.scratch, SIZE_MAX);
	zta_map__init(&r.commons, &r.scratch, names->seed);
	zta_map__init(&r.entities, &r.scratch, names->seed);
	zta_map__init(&r.actions, &r.scratch, names->seed);
	/* Ids of enums point into the text, so it is kept. */
	text = zta_arena__copy(r.arena, text);
	status = text.ptr == NULL ?
	    no_room(&r) :
	    is_json(text) ?
	    zta_schema_text__parse_json(r.arena, text, &r.text, err) :
	    zta_schema_text__parse(r.arena, text, &r.text, err);
	if (status == ZTA_OK) {
		status = declare_all(&r);
	}
	if (status == ZTA_OK) {
		status = resolve_all(&r);
	}
	zta_arena__release(&r.scratch);
	return status;
}

const zta_entity_type *
zta_schema__entity(const zta_schema *schema, uint32_t name)
{
	hierarchy types = { schema->entity_count, entity_name, NULL };
	uint32_t at = find_position(schema, &types, name);

	return at < schema->entity_count ? &schema->entities[at] : NULL;
}

const zta_action *
zta_schema__action(const zta_schema *schema, uint32_t uid)
{
	hierarchy actions = { schema->action_count, action_name, NULL };
	uint32_t at = find_position(schema, &actions, uid);

	return at < schema->action_count ? &schema->actions[at] : NULL;
}

const zta_attr *
zta_type__attr(const zta_type *type, uint32_t key)
{
	uint32_t low = 0, high = type->attr_count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (type->attrs[middle].key == key) {
			return &type->attrs[middle];
		}
		if (type->attrs[middle].key < key) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return NULL;
}
