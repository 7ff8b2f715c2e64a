/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema_json_write.c - from schema_text.h to the JSON schema format.
 *
 * What says nothing is left out, and actions that apply to nothing say so, as
 * the reference has it.
 */
#include "base/json_write.h"
#include "cedar/schema_text.h"

/* Recursion is as deep as types nest, which their readers limit. */

static void
put_member(zta_json_out *out, const char *name, zta_str value)
{
	zta_json_out__name(out, name);
	zta_json_out__str(out, value);
}

/* No value is the empty one. SPEC: cedar rfc48 */
static void
put_annotations(zta_json_out *out, const zta_annotations *annotations)
{
	const zta_annotation *a = annotations->list;
	uint32_t i;

	if (annotations->count == 0) {
		return;
	}
	zta_json_out__name(out, "annotations");
	zta_json_out__open(out, '{');
	for (i = 0; i < annotations->count; i++) {
		zta_json_out__name_str(out, a[i].key);
		zta_json_out__str(out, a[i].value);
	}
	zta_json_out__close(out, '}');
}

static void
put_refs(zta_json_out *out, const char *name, const zta_name_ref *refs,
    uint32_t count)
{
	uint32_t i;

	zta_json_out__name(out, name);
	zta_json_out__open(out, '[');
	for (i = 0; i < count; i++) {
		zta_json_out__str(out, refs[i].name);
	}
	zta_json_out__close(out, ']');
}

/* --- types */

static void put_form(zta_json_out *out, const zta_type_text *type);

static void
put_type(zta_json_out *out, const zta_type_text *type)
{
	zta_json_out__open(out, '{');
	put_form(out, type);
	zta_json_out__close(out, '}');
}

static void
put_attr(zta_json_out *out, const zta_attr_text *attr)
{
	zta_json_out__name_str(out, attr->name);
	zta_json_out__open(out, '{');
	put_form(out, attr->type);
	if (attr->optional) {
		zta_json_out__name(out, "required");
		zta_json_out__bool(out, false);
	}
	put_annotations(out, &attr->annotations);
	zta_json_out__close(out, '}');
}

static void
put_attrs(zta_json_out *out, const zta_type_text *type)
{
	uint32_t i;

	zta_json_out__name(out, "attributes");
	zta_json_out__open(out, '{');
	for (i = 0; i < type->attr_count; i++) {
		put_attr(out, &type->attrs[i]);
	}
	zta_json_out__close(out, '}');
}

/* The members of a type, without the braces. */
static void
put_form(zta_json_out *out, const zta_type_text *type)
{
	if (type->form == ZTA_TYPE_SET) {
		put_member(out, "type", ZTA_STR("Set"));
		zta_json_out__name(out, "element");
		put_type(out, type->element);
	} else if (type->form == ZTA_TYPE_RECORD) {
		put_member(out, "type", ZTA_STR("Record"));
		put_attrs(out, type);
	} else if (type->only == ZTA_ONLY_COMMON) {
		put_member(out, "type", type->name.name);
	} else {
		put_member(out, "type",
		    type->only == ZTA_ONLY_ENTITY ? ZTA_STR("Entity") :
						    ZTA_STR("EntityOrCommon"));
		put_member(out, "name", type->name.name);
	}
}

/* A type that is not there if it is the empty record. */
static void
put_record(zta_json_out *out, const char *name, const zta_type_text *type)
{
	if (!zta_type_text__is_empty(type)) {
		zta_json_out__name(out, name);
		put_type(out, type);
	}
}

/* --- declarations */

static void
put_common(zta_json_out *out, const zta_common_text *common)
{
	zta_json_out__name_str(out, common->name.name);
	zta_json_out__open(out, '{');
	put_form(out, common->type);
	put_annotations(out, &common->annotations);
	zta_json_out__close(out, '}');
}

static void
put_choices(zta_json_out *out, const zta_entity_text *entity)
{
	uint32_t i;

	zta_json_out__name(out, "enum");
	zta_json_out__open(out, '[');
	for (i = 0; i < entity->choice_count; i++) {
		zta_json_out__str(out, entity->choices[i]);
	}
	zta_json_out__close(out, ']');
}

static void
put_entity(zta_json_out *out, const zta_entity_text *entity)
{
	zta_json_out__name_str(out, entity->name.name);
	zta_json_out__open(out, '{');
	if (entity->choice_count > 0) {
		put_choices(out, entity);
	}
	if (entity->parent_count > 0) {
		put_refs(out, "memberOfTypes", entity->parents,
		    entity->parent_count);
	}
	put_record(out, "shape", entity->shape);
	if (entity->tags != NULL) {
		zta_json_out__name(out, "tags");
		put_type(out, entity->tags);
	}
	put_annotations(out, &entity->annotations);
	zta_json_out__close(out, '}');
}

static void
put_parents(zta_json_out *out, const zta_action_text *action)
{
	const zta_action_ref *parent = action->parents;
	uint32_t i;

	zta_json_out__name(out, "memberOf");
	zta_json_out__open(out, '[');
	for (i = 0; i < action->parent_count; i++, parent++) {
		zta_json_out__open(out, '{');
		put_member(out, "id", parent->id);
		if (parent->type.len > 0) {
			put_member(out, "type", parent->type);
		}
		zta_json_out__close(out, '}');
	}
	zta_json_out__close(out, ']');
}

static void
put_action(zta_json_out *out, const zta_action_text *action)
{
	zta_json_out__name_str(out, action->name.name);
	zta_json_out__open(out, '{');
	if (action->parent_count > 0) {
		put_parents(out, action);
	}
	zta_json_out__name(out, "appliesTo");
	zta_json_out__open(out, '{');
	put_refs(
	    out, "principalTypes", action->principals, action->principal_count);
	put_refs(
	    out, "resourceTypes", action->resources, action->resource_count);
	put_record(out, "context", action->context);
	zta_json_out__close(out, '}');
	put_annotations(out, &action->annotations);
	zta_json_out__close(out, '}');
}

static void
put_space(zta_json_out *out, const zta_namespace_text *space)
{
	uint32_t i;

	zta_json_out__name_str(out, space->name.name);
	zta_json_out__open(out, '{');
	if (space->common_count > 0) {
		zta_json_out__name(out, "commonTypes");
		zta_json_out__open(out, '{');
		for (i = 0; i < space->common_count; i++) {
			put_common(out, &space->commons[i]);
		}
		zta_json_out__close(out, '}');
	}
	zta_json_out__name(out, "entityTypes");
	zta_json_out__open(out, '{');
	for (i = 0; i < space->entity_count; i++) {
		put_entity(out, &space->entities[i]);
	}
	zta_json_out__close(out, '}');
	zta_json_out__name(out, "actions");
	zta_json_out__open(out, '{');
	for (i = 0; i < space->action_count; i++) {
		put_action(out, &space->actions[i]);
	}
	zta_json_out__close(out, '}');
	put_annotations(out, &space->annotations);
	zta_json_out__close(out, '}');
}

/* The empty namespace stands first in every schema, mostly with nothing in it. */
static bool
is_empty(const zta_namespace_text *space)
{
	return space->name.name.len == 0 && space->common_count == 0 &&
	    space->entity_count == 0 && space->action_count == 0;
}

void
zta_schema_json__write(zta_buf *buf, const zta_schema_text *text)
{
	zta_json_out out = { buf, false };
	uint32_t i;

	zta_json_out__open(&out, '{');
	for (i = 0; i < text->count; i++) {
		if (!is_empty(&text->spaces[i])) {
			put_space(&out, &text->spaces[i]);
		}
	}
	zta_json_out__close(&out, '}');
	zta_buf__byte(buf, '\n');
}
