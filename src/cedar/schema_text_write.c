/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema_text_write.c - from schema_text.h to the human syntax.
 *
 * Some things only JSON can say, and they are refused: a shape that is the name
 * of a type, an empty list of what an action applies to, an entity type where a
 * common type has its name. What is written parses to the same meaning.
 */
#include "base/str.h"
#include "cedar/lex.h"
#include "cedar/quote.h"
#include "cedar/schema_scope.h"

/* Recursion is as deep as types nest, which their readers limit. */

typedef struct writer {
	zta_buf *out;
	zta_schema_scope *scope;
	zta_str space;
	unsigned indent; /* levels */
	bool first;      /* nothing stands before in this block */
} writer;

static zta_status put_type(writer *w, const zta_type_text *type);

static void
put(writer *w, const char *text)
{
	zta_buf__text(w->out, text);
}

static void
put_indent(writer *w)
{
	unsigned i;

	for (i = 0; i < w->indent; i++) {
		put(w, "  ");
	}
}

static void
new_line(writer *w)
{
	put(w, "\n");
	put_indent(w);
}

static void
open_block(writer *w)
{
	put(w, "{");
	w->indent++;
	new_line(w);
}

static void
close_block(writer *w)
{
	w->indent--;
	new_line(w);
	put(w, "}");
}

/* One a line. No value is the empty one. SPEC: cedar rfc48 */
static void
put_annotations(writer *w, const zta_annotations *annotations)
{
	const zta_annotation *annotation = annotations->list;
	uint32_t i;

	for (i = 0; i < annotations->count; i++, annotation++) {
		put(w, "@");
		zta_buf__put(w->out, annotation->key);
		if (annotation->value.len > 0) {
			put(w, "(");
			zta_quote__string(w->out, annotation->value);
			put(w, ")");
		}
		new_line(w);
	}
}

/* --- lists */

static void
put_ref(writer *w, const void *item)
{
	const zta_name_ref *ref = item;

	zta_buf__put(w->out, ref->name);
}

static void
put_choice(writer *w, const void *item)
{
	const zta_str *choice = item;

	zta_quote__string(w->out, *choice);
}

static void
put_parent(writer *w, const void *item)
{
	const zta_action_ref *parent = item;

	if (parent->type.len > 0) {
		zta_quote__uid(w->out, parent->type, parent->id);
	} else {
		zta_quote__key(w->out, parent->id);
	}
}

/* `before` and the items in brackets; nothing, if there are none. */
static void
put_list(writer *w, const char *before, const void *items, size_t size,
    uint32_t count, void (*put_item)(writer *w, const void *item))
{
	const char *item = items;
	uint32_t i;

	for (i = 0; i < count; i++) {
		put(w, i == 0 ? before : ", ");
		put_item(w, item + i * size);
	}
	put(w, count > 0 ? "]" : "");
}

/* --- types */

/* In text a name is a common type first, then an entity type, then a builtin. */
static zta_status
put_name(writer *w, const zta_type_text *type)
{
	zta_str name = type->name.name;
	bool common;
	zta_status status =
	    zta_schema_scope__is_common(w->scope, w->space, name, &common);

	if (status == ZTA_OK && type->only == ZTA_ONLY_ENTITY && common) {
		return zta_schema_scope__wrong(w->scope, type->name.at,
		    "text cannot say that `%.*s` is the entity type here: "
		    "a common type has the same name",
		    ZTA_STR_ARG(name));
	}
	if (type->only == ZTA_ONLY_COMMON && !common &&
	    !zta_schema_scope__is_qualified(name)) {
		put(w, "__cedar::");
	}
	zta_buf__put(w->out, name);
	return status;
}

static zta_status
put_attr(writer *w, const zta_attr_text *attr)
{
	put_annotations(w, &attr->annotations);
	zta_quote__key(w->out, attr->name);
	put(w, attr->optional ? "?: " : ": ");
	return put_type(w, attr->type);
}

static zta_status
put_record(writer *w, const zta_type_text *type)
{
	uint32_t i;
	zta_status status = ZTA_OK;

	if (type->attr_count == 0) {
		put(w, "{}");
		return ZTA_OK;
	}
	open_block(w);
	for (i = 0; status == ZTA_OK && i < type->attr_count; i++) {
		if (i > 0) {
			put(w, ",");
			new_line(w);
		}
		status = put_attr(w, &type->attrs[i]);
	}
	close_block(w);
	return status;
}

static zta_status
put_type(writer *w, const zta_type_text *type)
{
	zta_status status;

	if (type->form == ZTA_TYPE_NAME) {
		return put_name(w, type);
	}
	if (type->form == ZTA_TYPE_RECORD) {
		return put_record(w, type);
	}
	put(w, "Set<");
	status = put_type(w, type->element);
	put(w, ">");
	return status;
}

/* --- declarations */

static zta_status
put_common(writer *w, const zta_common_text *common)
{
	zta_status status;

	put_annotations(w, &common->annotations);
	put(w, "type ");
	zta_buf__put(w->out, common->name.name);
	put(w, " = ");
	status = put_type(w, common->type);
	put(w, ";\n");
	return status;
}

static zta_status
put_shape(writer *w, const zta_entity_text *entity)
{
	if (entity->shape != NULL && entity->shape->form != ZTA_TYPE_RECORD) {
		return zta_schema_scope__wrong(w->scope, entity->shape->name.at,
		    "text cannot say that the shape of `%.*s` is `%.*s`: "
		    "write its attributes out",
		    ZTA_STR_ARG(entity->name.name),
		    ZTA_STR_ARG(entity->shape->name.name));
	}
	if (zta_type_text__is_empty(entity->shape)) {
		return ZTA_OK;
	}
	put(w, " ");
	return put_record(w, entity->shape);
}

static zta_status
put_entity(writer *w, const zta_entity_text *entity)
{
	zta_status status;

	put_annotations(w, &entity->annotations);
	put(w, "entity ");
	zta_buf__put(w->out, entity->name.name);
	put_list(w, " enum [", entity->choices, sizeof(*entity->choices),
	    entity->choice_count, put_choice);
	put_list(w, " in [", entity->parents, sizeof(*entity->parents),
	    entity->parent_count, put_ref);
	status = put_shape(w, entity);
	if (status == ZTA_OK && entity->tags != NULL) {
		put(w, " tags ");
		status = put_type(w, entity->tags);
	}
	put(w, ";\n");
	return status;
}

static zta_status
put_applies_to(writer *w, const zta_action_text *action)
{
	zta_status status = ZTA_OK;

	if (action->principal_count == 0 && action->resource_count == 0 &&
	    zta_type_text__is_empty(action->context)) {
		return ZTA_OK;
	}
	if (action->principal_count == 0 || action->resource_count == 0) {
		return zta_schema_scope__wrong(w->scope, action->name.at,
		    "text cannot say that action `%.*s` applies to no %s: "
		    "give one, or drop `appliesTo`",
		    ZTA_STR_ARG(action->name.name),
		    action->principal_count == 0 ? "principal" : "resource");
	}
	put(w, " appliesTo ");
	open_block(w);
	put_list(w, "principal: [", action->principals,
	    sizeof(*action->principals), action->principal_count, put_ref);
	put(w, ",");
	new_line(w);
	put_list(w, "resource: [", action->resources,
	    sizeof(*action->resources), action->resource_count, put_ref);
	if (!zta_type_text__is_empty(action->context)) {
		put(w, ",");
		new_line(w);
		put(w, "context: ");
		status = put_type(w, action->context);
	}
	close_block(w);
	return status;
}

static zta_status
put_action(writer *w, const zta_action_text *action)
{
	zta_status status;

	put_annotations(w, &action->annotations);
	put(w, "action ");
	zta_quote__key(w->out, action->name.name);
	put_list(w, " in [", action->parents, sizeof(*action->parents),
	    action->parent_count, put_parent);
	status = put_applies_to(w, action);
	put(w, ";\n");
	return status;
}

/* --- namespaces */

/* Begin a declaration, with a blank line after another one. */
static void
begin(writer *w)
{
	put(w, w->first ? "" : "\n");
	put_indent(w);
	w->first = false;
}

static zta_status
put_declarations(writer *w, const zta_namespace_text *space)
{
	uint32_t i;
	zta_status status = ZTA_OK;

	w->space = space->name.name;
	for (i = 0; status == ZTA_OK && i < space->common_count; i++) {
		begin(w);
		status = put_common(w, &space->commons[i]);
	}
	for (i = 0; status == ZTA_OK && i < space->entity_count; i++) {
		begin(w);
		status = put_entity(w, &space->entities[i]);
	}
	for (i = 0; status == ZTA_OK && i < space->action_count; i++) {
		begin(w);
		status = put_action(w, &space->actions[i]);
	}
	return status;
}

static zta_status
put_namespace(writer *w, const zta_namespace_text *space)
{
	zta_status status;

	begin(w);
	put_annotations(w, &space->annotations);
	put(w, "namespace ");
	zta_buf__put(w->out, space->name.name);
	put(w, " {\n");
	w->indent++;
	w->first = true;
	status = put_declarations(w, space);
	w->first = false;
	w->indent--;
	put(w, "}\n");
	return status;
}

zta_status
zta_schema_text__write(zta_buf *buf, zta_schema_scope *scope)
{
	writer w = { .out = buf, .scope = scope, .first = true };
	const zta_schema_text *text = scope->text;
	uint32_t i;
	zta_status status = put_declarations(&w, &text->spaces[0]);

	for (i = 1; status == ZTA_OK && i < text->count; i++) {
		status = put_namespace(&w, &text->spaces[i]);
	}
	return status;
}
