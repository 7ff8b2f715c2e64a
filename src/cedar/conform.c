/* SPDX-License-Identifier: Apache-2.0 */
/* conform.c - see conform.h. */
#include "cedar/conform.h"

#include "base/error.h"
#include "base/str.h"

static bool
conform_record(
    const zta_names *names, const zta_record *record, const zta_type *type)
{
	const zta_attr *attr;
	uint32_t i, j = 0;

	for (i = 0; i < type->attr_count; i++) {
		attr = &type->attrs[i];
		if (j < record->count && record->fields[j].key == attr->key) {
			if (!zta_conform__value(
				names, &record->fields[j].value, attr->type)) {
				return false;
			}
			j++;
		} else if (attr->required) {
			return false;
		}
	}
	return j == record->count;
}

bool
zta_conform__value(
    const zta_names *names, const zta_value *value, const zta_type *type)
{
	uint32_t i;

	if (value->kind != (uint32_t)type->kind) {
		return false;
	}
	switch (type->kind) {
	case ZTA_VALUE_ENTITY:
		return zta_names__type_of(names, value->u.entity) ==
		    type->entity;
	case ZTA_VALUE_SET:
		for (i = 0; i < value->u.set->count; i++) {
			if (!zta_conform__value(names, &value->u.set->items[i],
				type->element)) {
				return false;
			}
		}
		return true;
	case ZTA_VALUE_RECORD:
		return conform_record(names, value->u.record, type);
	default:
		return true;
	}
}

zta_status
zta_conform__uid(const zta_schema *schema, const zta_names *names, uint32_t uid,
    zta_error *err)
{
	uint32_t type = zta_names__type_of(names, uid), i;
	zta_str id = zta_names__id_of(names, uid);
	const zta_entity_type *entity = zta_schema__entity(schema, type);

	if (zta_names__is_action(names, type)) {
		if (zta_schema__action(schema, uid) == NULL) {
			return zta_error__set(err, ZTA_EINVALID,
			    "the schema has no action `%.*s`", ZTA_STR_ARG(id));
		}
		return ZTA_OK;
	}
	if (entity == NULL || entity->choice_count == 0) {
		return ZTA_OK;
	}
	for (i = 0; i < entity->choice_count; i++) {
		if (zta_str__eq(entity->choices[i], id)) {
			return ZTA_OK;
		}
	}
	return zta_error__set(err, ZTA_EINVALID,
	    "`%.*s` is none of the ids of the enum `%.*s`", ZTA_STR_ARG(id),
	    ZTA_STR_ARG(zta_names__text(names, type)));
}

zta_status
zta_conform__uids(const zta_schema *schema, const zta_names *names,
    const zta_value *value, zta_error *err)
{
	zta_status status = ZTA_OK;
	uint32_t i;

	if (value->kind == ZTA_VALUE_ENTITY) {
		return zta_conform__uid(schema, names, value->u.entity, err);
	}
	if (value->kind == ZTA_VALUE_SET) {
		for (i = 0; status == ZTA_OK && i < value->u.set->count; i++) {
			status = zta_conform__uids(
			    schema, names, &value->u.set->items[i], err);
		}
	}
	if (value->kind == ZTA_VALUE_RECORD) {
		for (i = 0; status == ZTA_OK && i < value->u.record->count;
		     i++) {
			status = zta_conform__uids(schema, names,
			    &value->u.record->fields[i].value, err);
		}
	}
	return status;
}

/* A question, of which perhaps the entity `open` has only a type. */
typedef struct asked {
	const zta_schema *schema;
	const zta_question *question;
	zta_expr_var open;
	uint32_t type;
} asked;

/* The principal or the resource: declared, and of a type the action takes. */
static zta_status
conform_end(const asked *a, zta_expr_var var, uint32_t uid,
    const uint32_t *types, uint32_t count, zta_error *err)
{
	const zta_names *names = a->question->names;
	bool open = a->open == var;
	uint32_t type = open ? a->type : zta_names__type_of(names, uid);
	zta_str text = zta_names__text(names, type);
	const char *what = zta_expr_vars[var];
	zta_status status = ZTA_OK;

	if (zta_schema__entity(a->schema, type) == NULL) {
		status = zta_error__set(err, ZTA_EINVALID,
		    "the schema has no entity type `%.*s`", ZTA_STR_ARG(text));
	} else if (!zta_uids__has(types, count, type)) {
		status = zta_error__set(err, ZTA_EINVALID,
		    "the action does not apply to a %s of type `%.*s`", what,
		    ZTA_STR_ARG(text));
	} else if (!open) {
		status = zta_conform__uid(a->schema, names, uid, err);
	}
	if (status != ZTA_OK) {
		zta_error__place(err, "/%s", what);
	}
	return status;
}

static zta_status
conform_context(const asked *a, const zta_action *action, zta_error *err)
{
	const zta_names *names = a->question->names;
	zta_value context = { .kind = ZTA_VALUE_RECORD,
		.u.record = a->question->context };
	zta_status status = zta_conform__uids(a->schema, names, &context, err);

	if (status == ZTA_OK &&
	    !zta_conform__value(names, &context, action->context)) {
		status = zta_error__set(err, ZTA_EINVALID,
		    "the context is not what the action declares");
	}
	if (status != ZTA_OK) {
		zta_error__place(err, "/context");
	}
	return status;
}

static zta_status
conform(const asked *a, zta_error *err)
{
	const zta_question *q = a->question;
	const zta_action *action = zta_schema__action(a->schema, q->action);
	zta_status status;

	if (action == NULL) {
		status = zta_error__set(err, ZTA_EINVALID,
		    "the schema has no action `%.*s`",
		    ZTA_STR_ARG(zta_names__id_of(q->names, q->action)));
		zta_error__place(err, "/action");
		return status;
	}
	status = conform_end(a, ZTA_VAR_PRINCIPAL, q->principal,
	    action->principals, action->principal_count, err);
	if (status == ZTA_OK) {
		status = conform_end(a, ZTA_VAR_RESOURCE, q->resource,
		    action->resources, action->resource_count, err);
	}
	return status == ZTA_OK ? conform_context(a, action, err) : status;
}

zta_status
zta_conform__question(
    const zta_schema *schema, const zta_question *question, zta_error *err)
{
	asked a = { schema, question, ZTA_VAR_CONTEXT, ZTA_NAME_NONE };

	return conform(&a, err);
}

zta_status
zta_conform__open_question(const zta_schema *schema,
    const zta_question *question, zta_expr_var open, uint32_t type,
    zta_error *err)
{
	asked a = { schema, question, open, type };

	return conform(&a, err);
}
