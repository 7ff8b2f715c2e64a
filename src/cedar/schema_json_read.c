/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema_json_read.c - schemas in Cedar's JSON format.
 *
 * The result is that of the human syntax, so both mean the same by the same
 * code. Two things exist in JSON alone: a reference that can only be a common
 * type or only an entity type, and actions that apply to an empty list.
 */
#include "base/limits.h"
#include "base/str.h"
#include "cedar/lex.h"
#include "cedar/schema_json_part.h"

/* A name that is declared here: one part, and not reserved. */
static zta_status
read_declared(zta_schema_reader *r, const zta_json *node, zta_name_ref *out)
{
	*out = (zta_name_ref){ zta_json__str(node), node->at };
	return zta_lex__is_ident(out->name) && zta_lex__is_name(out->name) ?
	    ZTA_OK :
	    ZTA_SCHEMA_FAIL(r, node, "`%.*s` is reserved, or no name",
		ZTA_STR_ARG(out->name));
}

/* An array of names of entity types. */
static zta_status
read_refs(zta_schema_reader *r, const zta_json *node, const zta_name_ref **out,
    uint32_t *count)
{
	return zta_schema_part__all(r, node, ZTA_JSON_ARRAY,
	    zta_schema_part__ref, sizeof(**out), out, count);
}

static zta_status
read_optional_type(zta_schema_reader *r, const zta_json *object,
    const char *name, const zta_type_text **out)
{
	const zta_json *node = zta_json__get(object, name);

	return node == NULL ?
	    ZTA_OK :
	    zta_schema_part__type(r, node, ZTA_PLACE_INSIDE, out);
}

/* --- declarations; each is called with its name's node */

static zta_status
read_choice(zta_schema_reader *r, const zta_json *node, void *item)
{
	zta_str *out = item;

	if (node->type != ZTA_JSON_STRING) {
		return ZTA_SCHEMA_FAIL(r, node, "expected a string");
	}
	*out = zta_json__str(node);
	return ZTA_OK;
}

static zta_status
read_enum(zta_schema_reader *r, const zta_json *node, zta_entity_text *out)
{
	static const char *const names[] = { "enum", "annotations", NULL };
	const zta_json *choices = zta_json__get(node, "enum");
	zta_status status = zta_json__only(&r->doc, node, names, r->err);

	if (status == ZTA_OK) {
		status = zta_schema_part__all(r, choices, ZTA_JSON_ARRAY,
		    read_choice, sizeof(*out->choices), &out->choices,
		    &out->choice_count);
	}
	return status == ZTA_OK && out->choice_count == 0 ?
	    ZTA_SCHEMA_FAIL(r, choices, "an enum needs ids") :
	    status;
}

static zta_status
read_plain_entity(
    zta_schema_reader *r, const zta_json *node, zta_entity_text *out)
{
	static const char *const names[] = { "memberOfTypes", "shape", "tags",
		"annotations", NULL };
	zta_status status = zta_json__only(&r->doc, node, names, r->err);

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
read_entity(zta_schema_reader *r, const zta_json *name, void *item)
{
	const zta_json *node = zta_json__after(name);
	zta_entity_text *out = item;
	zta_status status = read_declared(r, name, &out->name);

	if (status == ZTA_OK) {
		status = zta_json__get(node, "enum") != NULL ?
		    read_enum(r, node, out) :
		    read_plain_entity(r, node, out);
	}
	return status != ZTA_OK ?
	    status :
	    zta_schema_part__annotations(r, node, &out->annotations);
}

static zta_status
read_common(zta_schema_reader *r, const zta_json *name, void *item)
{
	const zta_json *node = zta_json__after(name);
	zta_common_text *out = item;
	zta_status status = read_declared(r, name, &out->name);

	if (status == ZTA_OK) {
		status = zta_schema_part__type(
		    r, node, ZTA_PLACE_COMMON, &out->type);
	}
	return status != ZTA_OK ?
	    status :
	    zta_schema_part__annotations(r, node, &out->annotations);
}

static zta_status
read_parent(zta_schema_reader *r, const zta_json *node, void *item)
{
	static const char *const names[] = { "id", "type", NULL };
	const zta_json *id = zta_json__get(node, "id");
	const zta_json *type = zta_json__get(node, "type");
	zta_action_ref *out = item;
	zta_name_ref ref;
	zta_status status = zta_json__only(&r->doc, node, names, r->err);

	if (status != ZTA_OK) {
		return status;
	}
	if (id == NULL || id->type != ZTA_JSON_STRING) {
		return ZTA_SCHEMA_FAIL(
		    r, node, "an action group needs its `id`");
	}
	out->id = zta_json__str(id);
	out->at = node->at;
	if (type == NULL || type->type == ZTA_JSON_NULL) {
		return ZTA_OK;
	}
	status = zta_schema_part__ref(r, type, &ref);
	out->type = ref.name;
	return status;
}

static zta_status
read_applies_to(
    zta_schema_reader *r, const zta_json *node, zta_action_text *out)
{
	static const char *const names[] = { "principalTypes", "resourceTypes",
		"context", NULL };
	const zta_json *principals = zta_json__get(node, "principalTypes");
	const zta_json *resources = zta_json__get(node, "resourceTypes");
	zta_status status = zta_json__only(&r->doc, node, names, r->err);

	if (status != ZTA_OK) {
		return status;
	}
	if (principals == NULL || resources == NULL) {
		return ZTA_SCHEMA_FAIL(r, node,
		    "`appliesTo` needs `principalTypes` and `resourceTypes`");
	}
	status =
	    read_refs(r, principals, &out->principals, &out->principal_count);
	if (status == ZTA_OK) {
		status = read_refs(
		    r, resources, &out->resources, &out->resource_count);
	}
	return status != ZTA_OK ?
	    status :
	    read_optional_type(r, node, "context", &out->context);
}

/* The member, or NULL where it is absent or null: both mean none. */
static const zta_json *
get(const zta_json *object, const char *name)
{
	const zta_json *node = zta_json__get(object, name);

	return node == NULL || node->type == ZTA_JSON_NULL ? NULL : node;
}

static zta_status
read_action(zta_schema_reader *r, const zta_json *name, void *item)
{
	static const char *const names[] = { "memberOf", "appliesTo",
		"attributes", "annotations", NULL };
	const zta_json *node = zta_json__after(name);
	const zta_json *attributes = get(node, "attributes");
	const zta_json *applies_to = get(node, "appliesTo");
	zta_action_text *out = item;
	zta_status status = zta_json__only(&r->doc, node, names, r->err);

	out->name = (zta_name_ref){ zta_json__str(name), name->at };
	if (status == ZTA_OK && attributes != NULL) {
		return ZTA_SCHEMA_FAIL(
		    r, attributes, "actions have no attributes");
	}
	if (status == ZTA_OK) {
		status = zta_schema_part__all(r, get(node, "memberOf"),
		    ZTA_JSON_ARRAY, read_parent, sizeof(*out->parents),
		    &out->parents, &out->parent_count);
	}
	if (status == ZTA_OK && applies_to != NULL) {
		status = read_applies_to(r, applies_to, out);
	}
	return status != ZTA_OK ?
	    status :
	    zta_schema_part__annotations(r, node, &out->annotations);
}

/* --- namespaces */

static zta_status
read_declarations(
    zta_schema_reader *r, const zta_json *node, zta_namespace_text *out)
{
	const zta_json *entities = zta_json__get(node, "entityTypes");
	const zta_json *actions = zta_json__get(node, "actions");
	zta_status status;

	if (entities == NULL || actions == NULL) {
		return ZTA_SCHEMA_FAIL(
		    r, node, "a namespace needs `entityTypes` and `actions`");
	}
	status = zta_schema_part__all(r, entities, ZTA_JSON_OBJECT, read_entity,
	    sizeof(*out->entities), &out->entities, &out->entity_count);
	if (status == ZTA_OK) {
		status = zta_schema_part__all(r, actions, ZTA_JSON_OBJECT,
		    read_action, sizeof(*out->actions), &out->actions,
		    &out->action_count);
	}
	return status != ZTA_OK ?
	    status :
	    zta_schema_part__all(r, zta_json__get(node, "commonTypes"),
		ZTA_JSON_OBJECT, read_common, sizeof(*out->commons),
		&out->commons, &out->common_count);
}

static zta_status
read_space(zta_schema_reader *r, const zta_json *name, zta_namespace_text *out)
{
	static const char *const names[] = { "commonTypes", "entityTypes",
		"actions", "annotations", NULL };
	const zta_json *node = zta_json__after(name);
	zta_status status = zta_json__only(&r->doc, node, names, r->err);

	out->name = (zta_name_ref){ zta_json__str(name), name->at };
	if (status == ZTA_OK && name->count > 0 &&
	    !zta_lex__is_name(out->name.name)) {
		return ZTA_SCHEMA_FAIL(r, name,
		    "`%.*s` is reserved, or no name",
		    ZTA_STR_ARG(out->name.name));
	}
	if (status == ZTA_OK) {
		status = read_declarations(r, node, out);
	}
	if (status == ZTA_OK) {
		status =
		    zta_schema_part__annotations(r, node, &out->annotations);
	}
	if (status == ZTA_OK && name->count == 0 &&
	    out->annotations.count > 0) {
		return ZTA_SCHEMA_FAIL(r, zta_json__get(node, "annotations"),
		    "the empty namespace cannot have annotations");
	}
	return status;
}

zta_status
zta_schema_json__read(
    zta_arena *arena, zta_str text, zta_schema_text *out, zta_error *err)
{
	zta_schema_reader r = { .arena = arena, .err = err };
	const zta_json *name;
	uint32_t i;
	zta_status status = zta_json__read_deep(
	    arena, text, ZTA_CEDAR_SCHEMA_DEPTH_MAX, &r.doc, err);

	*out = (zta_schema_text){ .text = text };
	if (status != ZTA_OK) {
		return status;
	}
	if (r.doc.root->type != ZTA_JSON_OBJECT) {
		return ZTA_SCHEMA_FAIL(&r, r.doc.root, "expected an object");
	}
	/* The empty namespace comes first, whether or not it is there. */
	out->spaces = zta_arena__zalloc(
	    arena, (size_t)r.doc.root->count + 1, sizeof(*out->spaces));
	if (out->spaces == NULL) {
		return zta_schema_part__no_room(&r);
	}
	out->count = 1;
	name = zta_json__first(r.doc.root);
	for (i = 0; status == ZTA_OK && i < r.doc.root->count; i++) {
		status = read_space(&r, name,
		    name->count == 0 ? &out->spaces[0] :
				       &out->spaces[out->count++]);
		name = zta_json__after(zta_json__after(name));
	}
	return status;
}
