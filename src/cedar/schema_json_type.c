/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema_json_type.c - lists, names, annotations and types of JSON schemas.
 *
 * A form of type has the members that it needs and no others, as the reference
 * has it: a misspelt `required` must not pass for one that is absent.
 */
#include "base/error.h"
#include "base/str.h"
#include "cedar/lex.h"
#include "cedar/schema_json_part.h"

/* Nesting of JSON is limited, and recursion with it. */

zta_status
zta_schema_part__no_room(zta_schema_reader *r)
{
	return zta_arena__failed(r->arena, r->err);
}

zta_status
zta_schema_part__all(zta_schema_reader *r, const zta_json *node,
    zta_json_type type, zta_schema_item *item, size_t size, void *items,
    uint32_t *count)
{
	char *list;
	uint32_t i;
	zta_status status = ZTA_OK;

	*count = 0;
	if (node == NULL) {
		return ZTA_OK;
	}
	if (node->type != type) {
		return ZTA_SCHEMA_FAIL(r, node, "expected %s",
		    type == ZTA_JSON_ARRAY ? "an array" : "an object");
	}
	list = zta_arena__zalloc(r->arena, (size_t)node->count + 1, size);
	if (list == NULL) {
		return zta_schema_part__no_room(r);
	}
	memcpy(items, &list, sizeof(list));
	*count = node->count;
	node = zta_json__first(node);
	for (i = 0; status == ZTA_OK && i < *count; i++) {
		status = item(r, node, list + i * size);
		node = zta_json__after(node);
		if (type == ZTA_JSON_OBJECT) {
			node = zta_json__after(node);
		}
	}
	return status;
}

/* --- names */

/* A builtin has a qualified name that nobody else can have. */
static zta_str
without_prefix(zta_str name)
{
	zta_str prefix = ZTA_STR("__cedar::");

	return zta_str__starts(name, prefix) ?
	    (zta_str){ name.ptr + prefix.len, name.len - prefix.len } :
	    name;
}

zta_status
zta_schema_part__ref(zta_schema_reader *r, const zta_json *node, void *item)
{
	zta_name_ref *out = item;

	if (node->type != ZTA_JSON_STRING) {
		return ZTA_SCHEMA_FAIL(r, node, "expected a name");
	}
	*out = (zta_name_ref){ zta_json__str(node), node->at };
	return zta_lex__is_name(without_prefix(out->name)) ?
	    ZTA_OK :
	    ZTA_SCHEMA_FAIL(
		r, node, "`%.*s` is no name", ZTA_STR_ARG(out->name));
}

/* --- annotations */

static zta_status
read_annotation(zta_schema_reader *r, const zta_json *name, void *item)
{
	const zta_json *value = zta_json__after(name);
	zta_annotation *out = item;

	out->key = zta_json__str(name);
	out->at = name->at;
	if (!zta_lex__is_ident(out->key)) {
		return ZTA_SCHEMA_FAIL(r, name, "`%.*s` is no annotation name",
		    ZTA_STR_ARG(out->key));
	}
	out->given = value->type == ZTA_JSON_STRING;
	if (out->given) {
		out->value = zta_json__str(value);
	}
	return out->given || value->type == ZTA_JSON_NULL ?
	    ZTA_OK :
	    ZTA_SCHEMA_FAIL(r, value, "an annotation is a string or null");
}

zta_status
zta_schema_part__annotations(
    zta_schema_reader *r, const zta_json *object, zta_annotations *out)
{
	return zta_schema_part__all(r, zta_json__get(object, "annotations"),
	    ZTA_JSON_OBJECT, read_annotation, sizeof(*out->list), &out->list,
	    &out->count);
}

/* --- types */

/* Has the type only the members `a` and `b`, and those of its place? */
static zta_status
only(zta_schema_reader *r, const zta_json *node, zta_type_place place,
    const char *a, const char *b)
{
	const char *names[6] = { "type" };
	size_t count = 1;

	if (place != ZTA_PLACE_INSIDE) {
		names[count++] = "annotations";
	}
	if (place == ZTA_PLACE_ATTRIBUTE) {
		names[count++] = "required";
	}
	names[count++] = a;
	names[count] = a == NULL ? NULL : b;
	return zta_json__only(&r->doc, node, names, r->err);
}

static zta_status
read_attr(zta_schema_reader *r, const zta_json *name, void *item)
{
	const zta_json *node = zta_json__after(name);
	const zta_json *required = zta_json__get(node, "required");
	zta_attr_text *out = item;
	zta_status status;

	out->name = zta_json__str(name);
	status =
	    zta_schema_part__type(r, node, ZTA_PLACE_ATTRIBUTE, &out->type);
	if (status == ZTA_OK && required != NULL &&
	    !zta_json__is_bool(required)) {
		return ZTA_SCHEMA_FAIL(
		    r, required, "`required` is true or false");
	}
	out->optional = required != NULL && required->type == ZTA_JSON_FALSE;
	return status != ZTA_OK ?
	    status :
	    zta_schema_part__annotations(r, node, &out->annotations);
}

static zta_status
read_record(zta_schema_reader *r, const zta_json *node, zta_type_place place,
    zta_type_text *out)
{
	const zta_json *attrs = zta_json__get(node, "attributes");
	const zta_json *open = zta_json__get(node, "additionalAttributes");
	zta_status status =
	    only(r, node, place, "attributes", "additionalAttributes");

	if (status != ZTA_OK) {
		return status;
	}
	if (attrs == NULL) {
		return ZTA_SCHEMA_FAIL(r, node, "a record needs `attributes`");
	}
	if (open != NULL && open->type != ZTA_JSON_FALSE) {
		return ZTA_SCHEMA_FAIL(r, open,
		    "records with other attributes than those declared are "
		    "not supported");
	}
	out->form = ZTA_TYPE_RECORD;
	return zta_schema_part__all(r, attrs, ZTA_JSON_OBJECT, read_attr,
	    sizeof(*out->attrs), &out->attrs, &out->attr_count);
}

static zta_status
read_set(zta_schema_reader *r, const zta_json *node, zta_type_place place,
    zta_type_text *out)
{
	const zta_json *element = zta_json__get(node, "element");
	zta_status status = only(r, node, place, "element", NULL);

	if (status != ZTA_OK) {
		return status;
	}
	if (element == NULL) {
		return ZTA_SCHEMA_FAIL(r, node, "a set needs an `element`");
	}
	out->form = ZTA_TYPE_SET;
	return zta_schema_part__type(
	    r, element, ZTA_PLACE_INSIDE, &out->element);
}

/* "Long" is a builtin whatever else is called so: __cedar::Long. */
static zta_status
name_builtin(zta_schema_reader *r, zta_str name, zta_type_text *out)
{
	zta_str prefix = ZTA_STR("__cedar::");
	char *text = zta_arena__alloc(r->arena, prefix.len + name.len);

	if (text == NULL) {
		return zta_schema_part__no_room(r);
	}
	memcpy(text, prefix.ptr, prefix.len);
	memcpy(text + prefix.len, name.ptr, name.len);
	out->name.name = (zta_str){ text, prefix.len + name.len };
	return ZTA_OK;
}

static zta_status
read_plain(zta_schema_reader *r, const zta_json *node, zta_type_place place,
    zta_str name, zta_type_text *out)
{
	zta_status status = only(r, node, place, NULL, NULL);

	return status != ZTA_OK ? status : name_builtin(r, name, out);
}

static zta_status
read_extension(zta_schema_reader *r, const zta_json *node, const zta_json *name,
    zta_type_text *out)
{
	static const char *const known[] = { "ipaddr", "decimal", "datetime",
		"duration" };
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (name != NULL && name->type == ZTA_JSON_STRING &&
		    zta_str__is(zta_json__str(name), known[i])) {
			return name_builtin(r, zta_json__str(name), out);
		}
	}
	return ZTA_SCHEMA_FAIL(r, name == NULL ? node : name,
	    "an extension type is ipaddr, decimal, datetime or duration");
}

/* Entity, EntityOrCommon, Extension: with a `name`. */
static zta_status
read_named(zta_schema_reader *r, const zta_json *node, zta_type_place place,
    zta_str form, zta_type_text *out)
{
	const zta_json *name = zta_json__get(node, "name");
	zta_status status = only(r, node, place, "name", NULL);

	if (status != ZTA_OK) {
		return status;
	}
	if (zta_str__is(form, "Extension")) {
		return read_extension(r, node, name, out);
	}
	if (zta_str__is(form, "Entity")) {
		out->only = ZTA_ONLY_ENTITY;
	}
	return name == NULL ?
	    ZTA_SCHEMA_FAIL(r, node, "the type needs a `name`") :
	    zta_schema_part__ref(r, name, &out->name);
}

/* Any other form is the name of a common type. */
static zta_status
read_common(zta_schema_reader *r, const zta_json *node, zta_type_place place,
    const zta_json *form, zta_type_text *out)
{
	zta_status status = only(r, node, place, NULL, NULL);

	out->only = ZTA_ONLY_COMMON;
	return status != ZTA_OK ? status :
				  zta_schema_part__ref(r, form, &out->name);
}

static zta_status
read_form(zta_schema_reader *r, const zta_json *node, zta_type_place place,
    const zta_json *form, zta_type_text *out)
{
	zta_str word = zta_json__str(form);

	if (zta_str__is(word, "Long") || zta_str__is(word, "String")) {
		return read_plain(r, node, place, word, out);
	}
	if (zta_str__is(word, "Boolean")) {
		return read_plain(r, node, place, ZTA_STR("Bool"), out);
	}
	if (zta_str__is(word, "Record")) {
		return read_record(r, node, place, out);
	}
	if (zta_str__is(word, "Set")) {
		return read_set(r, node, place, out);
	}
	if (zta_str__is(word, "Entity") || zta_str__is(word, "Extension") ||
	    zta_str__is(word, "EntityOrCommon")) {
		return read_named(r, node, place, word, out);
	}
	return read_common(r, node, place, form, out);
}

zta_status
zta_schema_part__type(zta_schema_reader *r, const zta_json *node,
    zta_type_place place, const zta_type_text **out)
{
	const zta_json *form = zta_json__get(node, "type");
	zta_type_text *type = zta_arena__zalloc(r->arena, 1, sizeof(*type));
	zta_status status;

	if (type == NULL) {
		return zta_schema_part__no_room(r);
	}
	if (form == NULL || form->type != ZTA_JSON_STRING) {
		return ZTA_SCHEMA_FAIL(
		    r, node, "a type needs `type`, a string");
	}
	type->form = ZTA_TYPE_NAME;
	status = read_form(r, node, place, form, type);
	type->name.at = node->at;
	*out = type;
	return status;
}
