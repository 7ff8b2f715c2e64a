/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema_json_read.c - schemas in Cedar's JSON format.
 *
 * The result is that of the human syntax, so both mean the same by the same
 * code. Two things exist in JSON alone: a reference that can only be a common
 * type or only an entity type, and actions that apply to an empty list.
 */
#include "base/error.h"
#include "base/json.h"
#include "base/str.h"
#include "cedar/parse.h"
#include "cedar/schema_text.h"

typedef struct reader {
	zta_arena *arena;
	zta_json_doc doc;
	zta_error *err;
} reader;

#define FAIL(r, node, ...) \
	zta_json__fail(&(r)->doc, node, (r)->err, ZTA_EINVALID, __VA_ARGS__)

static zta_status
no_room(reader *r)
{
	return zta_arena__failed(r->arena, r->err);
}

static zta_status read_type(
    reader *r, const zta_json *node, const zta_type_text **out);

/* --- names */

/* A normalized name; of one part, if `path` is false. */
static zta_status
check_name(reader *r, const zta_json *node, bool path)
{
	zta_parser p;
	zta_str name = { NULL, 0 };
	zta_error why;
	zta_status status;

	if (node->type != ZTA_JSON_STRING) {
		return FAIL(r, node, "expected a name");
	}
	status = zta_parser__init(&p, r->arena, zta_json__str(node), &why);
	if (status == ZTA_OK) {
		p.builtins = true;
		status = zta_parser__name(&p, &name);
	}
	if (status == ZTA_ENOMEM) {
		return no_room(r);
	}
	if (status != ZTA_OK || !zta_parser__is(&p, ZTA_TOKEN_END) ||
	    !zta_str__eq(name, zta_json__str(node)) ||
	    (!path && memmem(name.ptr, name.len, "::", 2) != NULL)) {
		return FAIL(r, node, "`%.*s` is no name",
		    ZTA_STR_ARG(zta_json__str(node)));
	}
	return ZTA_OK;
}

static zta_status
read_ref(reader *r, const zta_json *node, zta_name_ref *out)
{
	*out = (zta_name_ref){ zta_json__str(node), node->at };
	return check_name(r, node, true);
}

/* A name that is declared here: one part, and not reserved. */
static zta_status
read_declared(reader *r, const zta_json *node, zta_name_ref *out)
{
	*out = (zta_name_ref){ zta_json__str(node), node->at };
	if (zta_str__starts(out->name, ZTA_STR("__cedar"))) {
		return FAIL(r, node, "`__cedar` is reserved");
	}
	return check_name(r, node, false);
}

/* An array of names, or nothing. */
static zta_status
read_refs(
    reader *r, const zta_json *node, const zta_name_ref **out, uint32_t *count)
{
	const zta_json *item;
	zta_name_ref *list;
	zta_status status = ZTA_OK;
	uint32_t i;

	if (node == NULL) {
		return ZTA_OK;
	}
	if (node->type != ZTA_JSON_ARRAY) {
		return FAIL(r, node, "expected an array of names");
	}
	list = zta_arena__zalloc(r->arena, node->count + 1, sizeof(*list));
	if (list == NULL) {
		return no_room(r);
	}
	item = zta_json__first(node);
	for (i = 0; status == ZTA_OK && i < node->count; i++) {
		status = read_ref(r, item, &list[i]);
		item = zta_json__after(item);
	}
	*out = list;
	*count = node->count;
	return status;
}

/* --- types */

static zta_status
read_attr(reader *r, const zta_json *name, zta_attr_text *out)
{
	const zta_json *node = zta_json__after(name);
	const zta_json *required = zta_json__get(node, "required");

	out->name = zta_json__str(name);
	if (required != NULL && !zta_json__is_bool(required)) {
		return FAIL(r, required, "`required` is true or false");
	}
	out->optional = required != NULL && required->type == ZTA_JSON_FALSE;
	return read_type(r, node, &out->type);
}

static zta_status
read_attributes(reader *r, const zta_json *type, zta_type_text *out)
{
	const zta_json *node = zta_json__get(type, "attributes"), *name;
	const zta_json *open = zta_json__get(type, "additionalAttributes");
	zta_attr_text *attrs;
	zta_status status = ZTA_OK;
	uint32_t i;

	if (open != NULL && open->type != ZTA_JSON_FALSE) {
		return FAIL(r, open,
		    "records with other attributes than those "
		    "declared are not supported");
	}
	if (node == NULL || node->type != ZTA_JSON_OBJECT) {
		return FAIL(r, type, "a record needs `attributes`, an object");
	}
	attrs = zta_arena__zalloc(r->arena, node->count + 1, sizeof(*attrs));
	if (attrs == NULL) {
		return no_room(r);
	}
	name = zta_json__first(node);
	for (i = 0; status == ZTA_OK && i < node->count; i++) {
		status = read_attr(r, name, &attrs[i]);
		name = zta_json__after(zta_json__after(name));
	}
	out->form = ZTA_TYPE_RECORD;
	out->attrs = attrs;
	out->attr_count = node->count;
	return status;
}

/* "Long" is a builtin whatever else is called so: __cedar::Long. */
static zta_status
name_builtin(reader *r, zta_str name, zta_type_text *out)
{
	zta_str prefix = ZTA_STR("__cedar::");
	char *text = zta_arena__alloc(r->arena, prefix.len + name.len);

	if (text == NULL) {
		return no_room(r);
	}
	memcpy(text, prefix.ptr, prefix.len);
	memcpy(text + prefix.len, name.ptr, name.len);
	out->name.name = (zta_str){ text, prefix.len + name.len };
	return ZTA_OK;
}

static zta_status
read_named(reader *r, const zta_json *node, zta_type_text *out)
{
	const zta_json *name = zta_json__get(node, "name");

	if (name == NULL) {
		return FAIL(r, node, "the type needs a `name`");
	}
	return read_ref(r, name, &out->name);
}

static zta_status
read_extension(reader *r, const zta_json *node, zta_type_text *out)
{
	static const char *const names[] = { "ipaddr", "decimal", "datetime",
		"duration" };
	const zta_json *name = zta_json__get(node, "name");
	size_t i;

	for (i = 0; name != NULL && name->type == ZTA_JSON_STRING && i < 4;
	     i++) {
		if (zta_str__is(zta_json__str(name), names[i])) {
			return name_builtin(r, zta_json__str(name), out);
		}
	}
	return FAIL(r, name == NULL ? node : name,
	    "an extension type is ipaddr, decimal, datetime or duration");
}

static zta_status
read_form(
    reader *r, const zta_json *node, const zta_json *form, zta_type_text *out)
{
	zta_str word = zta_json__str(form);
	const zta_json *element;

	if (zta_str__is(word, "Long") || zta_str__is(word, "String")) {
		return name_builtin(r, word, out);
	}
	if (zta_str__is(word, "Boolean")) {
		return name_builtin(r, ZTA_STR("Bool"), out);
	}
	if (zta_str__is(word, "Extension")) {
		return read_extension(r, node, out);
	}
	if (zta_str__is(word, "Record")) {
		return read_attributes(r, node, out);
	}
	if (zta_str__is(word, "Set")) {
		element = zta_json__get(node, "element");
		out->form = ZTA_TYPE_SET;
		return element == NULL ?
		    FAIL(r, node, "a set needs an `element`") :
		    read_type(r, element, &out->element);
	}
	if (zta_str__is(word, "Entity")) {
		out->only = ZTA_ONLY_ENTITY;
		return read_named(r, node, out);
	}
	if (zta_str__is(word, "EntityOrCommon")) {
		return read_named(r, node, out);
	}
	out->only = ZTA_ONLY_COMMON;
	return read_ref(r, form, &out->name);
}

static zta_status
read_type(reader *r, const zta_json *node, const zta_type_text **out)
{
	static const char *const names[] = { "type", "element", "attributes",
		"additionalAttributes", "name", "required", "annotations",
		NULL };
	const zta_json *form;
	zta_type_text *type = zta_arena__zalloc(r->arena, 1, sizeof(*type));
	zta_status status = zta_json__only(&r->doc, node, names, r->err);

	if (status != ZTA_OK) {
		return status;
	}
	if (type == NULL) {
		return no_room(r);
	}
	*out = type;
	form = zta_json__get(node, "type");
	if (form == NULL || form->type != ZTA_JSON_STRING) {
		return FAIL(r, node, "a type needs `type`, a string");
	}
	type->form = ZTA_TYPE_NAME;
	status = read_form(r, node, form, type);
	type->name.at = node->at;
	return status;
}

static zta_status
read_optional_type(reader *r, const zta_json *object, const char *name,
    const zta_type_text **out)
{
	const zta_json *node = zta_json__get(object, name);

	return node == NULL ? ZTA_OK : read_type(r, node, out);
}

/* --- declarations; each is called with its name's node */

static zta_status
read_entity(reader *r, const zta_json *name, void *item)
{
	static const char *const names[] = { "memberOfTypes", "shape", "tags",
		"annotations", NULL };
	static const char *const enum_names[] = { "enum", "annotations", NULL };
	const zta_json *node = zta_json__after(name), *choices;
	zta_entity_text *out = item;
	zta_status status;

	status = read_declared(r, name, &out->name);
	if (status != ZTA_OK) {
		return status;
	}
	choices = zta_json__get(node, "enum");
	if (choices != NULL) {
		status = zta_json__only(&r->doc, node, enum_names, r->err);
		if (status == ZTA_OK &&
		    (choices->type != ZTA_JSON_ARRAY || choices->count == 0)) {
			return FAIL(r, choices, "an enum needs ids");
		}
		return status != ZTA_OK ?
		    status :
		    zta_json__strings(&r->doc, choices, r->arena, &out->choices,
			&out->choice_count, r->err);
	}
	status = zta_json__only(&r->doc, node, names, r->err);
	if (status == ZTA_OK) {
		status = read_refs(r, zta_json__get(node, "memberOfTypes"),
		    &out->parents, &out->parent_count);
	}
	if (status == ZTA_OK) {
		status = read_optional_type(r, node, "shape", &out->shape);
	}
	return status != ZTA_OK ?
	    status :
	    read_optional_type(r, node, "tags", &out->tags);
}

static zta_status
read_common(reader *r, const zta_json *name, void *item)
{
	zta_common_text *out = item;
	zta_status status = read_declared(r, name, &out->name);

	return status != ZTA_OK ?
	    status :
	    read_type(r, zta_json__after(name), &out->type);
}

static zta_status
read_action_ref(reader *r, const zta_json *node, zta_action_ref *out)
{
	static const char *const names[] = { "id", "type", NULL };
	const zta_json *id, *type;
	zta_status status = zta_json__only(&r->doc, node, names, r->err);

	if (status != ZTA_OK) {
		return status;
	}
	id = zta_json__get(node, "id");
	type = zta_json__get(node, "type");
	if (id == NULL || id->type != ZTA_JSON_STRING) {
		return FAIL(r, node, "an action group needs its `id`");
	}
	out->id = zta_json__str(id);
	out->at = node->at;
	if (type == NULL || type->type == ZTA_JSON_NULL) {
		return ZTA_OK;
	}
	out->type = zta_json__str(type);
	return check_name(r, type, true);
}

static zta_status
read_groups(reader *r, const zta_json *node, zta_action_text *out)
{
	const zta_json *item;
	zta_action_ref *list;
	zta_status status = ZTA_OK;
	uint32_t i;

	if (node == NULL || node->type == ZTA_JSON_NULL) {
		return ZTA_OK;
	}
	if (node->type != ZTA_JSON_ARRAY) {
		return FAIL(r, node, "expected an array of action groups");
	}
	list = zta_arena__zalloc(r->arena, node->count + 1, sizeof(*list));
	if (list == NULL) {
		return no_room(r);
	}
	item = zta_json__first(node);
	for (i = 0; status == ZTA_OK && i < node->count; i++) {
		status = read_action_ref(r, item, &list[i]);
		item = zta_json__after(item);
	}
	out->parents = list;
	out->parent_count = node->count;
	return status;
}

static zta_status
read_applies_to(reader *r, const zta_json *node, zta_action_text *out)
{
	static const char *const names[] = { "principalTypes", "resourceTypes",
		"context", NULL };
	zta_status status;

	if (node == NULL || node->type == ZTA_JSON_NULL) {
		return ZTA_OK;
	}
	status = zta_json__only(&r->doc, node, names, r->err);
	if (status == ZTA_OK &&
	    (zta_json__get(node, "principalTypes") == NULL ||
		zta_json__get(node, "resourceTypes") == NULL)) {
		return FAIL(r, node,
		    "`appliesTo` needs `principalTypes` and `resourceTypes`");
	}
	if (status == ZTA_OK) {
		status = read_refs(r, zta_json__get(node, "principalTypes"),
		    &out->principals, &out->principal_count);
	}
	if (status == ZTA_OK) {
		status = read_refs(r, zta_json__get(node, "resourceTypes"),
		    &out->resources, &out->resource_count);
	}
	return status != ZTA_OK ?
	    status :
	    read_optional_type(r, node, "context", &out->context);
}

static zta_status
read_action(reader *r, const zta_json *name, void *item)
{
	static const char *const names[] = { "memberOf", "appliesTo",
		"annotations", NULL };
	const zta_json *node = zta_json__after(name);
	zta_action_text *out = item;
	zta_status status = zta_json__only(&r->doc, node, names, r->err);

	out->name = (zta_name_ref){ zta_json__str(name), name->at };
	if (status == ZTA_OK) {
		status = read_groups(r, zta_json__get(node, "memberOf"), out);
	}
	return status != ZTA_OK ?
	    status :
	    read_applies_to(r, zta_json__get(node, "appliesTo"), out);
}

/* --- namespaces */

/* The members of an object, each read into an item of `size` bytes. */
static zta_status
read_all(reader *r, const zta_json *node, size_t size,
    zta_status (*read)(reader *, const zta_json *, void *), void **items,
    uint32_t *count)
{
	const zta_json *name;
	char *list;
	zta_status status = ZTA_OK;
	uint32_t i;

	if (node->type != ZTA_JSON_OBJECT) {
		return FAIL(r, node, "expected an object");
	}
	list = zta_arena__zalloc(r->arena, node->count + 1, size);
	if (list == NULL) {
		return no_room(r);
	}
	name = zta_json__first(node);
	for (i = 0; status == ZTA_OK && i < node->count; i++) {
		status = read(r, name, list + i * size);
		name = zta_json__after(zta_json__after(name));
	}
	*items = list;
	*count = node->count;
	return status;
}

static zta_status
read_space(reader *r, const zta_json *name, zta_namespace_text *out)
{
	static const char *const names[] = { "commonTypes", "entityTypes",
		"actions", "annotations", NULL };
	const zta_json *node = zta_json__after(name);
	const zta_json *commons, *entities, *actions;
	void *items = NULL;
	zta_status status = zta_json__only(&r->doc, node, names, r->err);

	if (status != ZTA_OK) {
		return status;
	}
	commons = zta_json__get(node, "commonTypes");
	entities = zta_json__get(node, "entityTypes");
	actions = zta_json__get(node, "actions");
	if (entities == NULL || actions == NULL) {
		return FAIL(
		    r, node, "a namespace needs `entityTypes` and `actions`");
	}
	if (name->count > 0) {
		status = read_ref(r, name, &out->name);
		if (status == ZTA_OK &&
		    zta_str__starts(out->name.name, ZTA_STR("__cedar"))) {
			return FAIL(r, name, "`__cedar` is reserved");
		}
	}
	if (status == ZTA_OK) {
		status = read_all(r, entities, sizeof(*out->entities),
		    read_entity, &items, &out->entity_count);
		out->entities = items;
	}
	if (status == ZTA_OK) {
		status = read_all(r, actions, sizeof(*out->actions),
		    read_action, &items, &out->action_count);
		out->actions = items;
	}
	if (status == ZTA_OK && commons != NULL) {
		status = read_all(r, commons, sizeof(*out->commons),
		    read_common, &items, &out->common_count);
		out->commons = items;
	}
	return status;
}

zta_status
zta_schema_json__read(
    zta_arena *arena, zta_str text, zta_schema_text *out, zta_error *err)
{
	reader r = { .arena = arena, .err = err };
	const zta_json *name;
	zta_namespace_text *space;
	uint32_t i;
	zta_status status = zta_json__read(arena, text, &r.doc, err);

	*out = (zta_schema_text){ .text = text };
	if (status != ZTA_OK) {
		return status;
	}
	if (r.doc.root->type != ZTA_JSON_OBJECT) {
		return FAIL(&r, r.doc.root, "expected an object");
	}
	/* The empty namespace comes first, whether or not it is there. */
	out->spaces = zta_arena__zalloc(
	    arena, r.doc.root->count + 1, sizeof(*out->spaces));
	if (out->spaces == NULL) {
		return no_room(&r);
	}
	out->count = 1;
	name = zta_json__first(r.doc.root);
	for (i = 0; status == ZTA_OK && i < r.doc.root->count; i++) {
		space = name->count == 0 ? &out->spaces[0] :
					   &out->spaces[out->count++];
		status = read_space(&r, name, space);
		name = zta_json__after(zta_json__after(name));
	}
	return status;
}
