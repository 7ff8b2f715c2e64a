/* SPDX-License-Identifier: Apache-2.0 */
/*
 * value_json.c - see value_json.h. Recursion is as deep as the document, which
 * the JSON reader limits.
 */
#include "cedar/value_json.h"

#include "base/str.h"
#include "cedar/conform.h"
#include "cedar/ext.h"
#include "cedar/lex.h"

#define FAIL(r, node, ...) \
	zta_json__fail((r)->doc, node, (r)->err, ZTA_EINVALID, __VA_ARGS__)

static zta_status
no_room(zta_value_reader *r)
{
	return zta_arena__failed(r->arena, r->err);
}

static bool
is_string(const zta_json *node)
{
	return node != NULL && node->type == ZTA_JSON_STRING;
}

bool
zta_value_json__is_entity(const zta_json *node)
{
	return is_string(zta_json__get(node, "type")) &&
	    is_string(zta_json__get(node, "id"));
}

const zta_json *
zta_value_json__entity(const zta_json *node)
{
	const zta_json *inner = zta_json__get(node, "__entity");

	if (inner != NULL && zta_value_json__is_entity(inner)) {
		return inner;
	}
	return zta_value_json__is_entity(node) ? node : NULL;
}

/* {"fn":F,"arg":A} or {"fn":F,"args":[...]}; `arg` counts if there are both. */
bool
zta_value_json__is_call(const zta_json *node, zta_str *name,
    const zta_json **first, uint32_t *count)
{
	const zta_json *fn = zta_json__get(node, "fn");
	const zta_json *arg = zta_json__get(node, "arg");
	const zta_json *args = zta_json__get(node, "args");

	if (!is_string(fn)) {
		return false;
	}
	*name = zta_json__str(fn);
	if (arg != NULL) {
		*first = arg;
		*count = 1;
		return true;
	}
	if (args == NULL || args->type != ZTA_JSON_ARRAY) {
		return false;
	}
	*first = zta_json__first(args);
	*count = args->count;
	return true;
}

zta_status
zta_value_json__uid_of(zta_value_reader *r, const zta_json *node, zta_str type,
    zta_str id, uint32_t *uid)
{
	uint32_t symbol;
	zta_status status;

	if (!zta_lex__is_name(type)) {
		return FAIL(r, node, "`%.*s` is no name of an entity type",
		    ZTA_STR_ARG(type));
	}
	status = zta_names__symbol(r->names, type, &symbol, r->err);
	return status != ZTA_OK ?
	    status :
	    zta_names__uid(r->names, symbol, id, uid, r->err);
}

zta_status
zta_value_json__uid(zta_value_reader *r, const zta_json *node, uint32_t *uid)
{
	const zta_json *inner = zta_value_json__entity(node), *type;

	if (inner == NULL) {
		return FAIL(r, node,
		    "expected an entity, {\"type\": ..., \"id\": ...}");
	}
	type = zta_json__get(inner, "type");
	return zta_value_json__uid_of(r, type, zta_json__str(type),
	    zta_json__str(zta_json__get(inner, "id")), uid);
}

static zta_status
read_text(zta_value_reader *r, const zta_json *node, zta_value *out)
{
	zta_str text = zta_json__str(node);

	if (r->names->below == NULL) {
		text = zta_arena__copy(r->arena, text);
		if (text.ptr == NULL) {
			return no_room(r);
		}
	}
	*out = zta_value__str(text);
	return ZTA_OK;
}

static zta_status
read_set(zta_value_reader *r, const zta_json *node, const zta_type *type,
    zta_value *out)
{
	const zta_type *element = type == NULL ? NULL : type->element;
	zta_set *set = zta_set__alloc(r->arena, node->count);
	const zta_json *item = zta_json__first(node);
	uint32_t i;
	zta_status status = ZTA_OK;

	if (set == NULL) {
		return no_room(r);
	}
	for (i = 0; status == ZTA_OK && i < node->count; i++) {
		status = zta_value_json__read(r, item, element, &set->items[i]);
		item = zta_json__after(item);
	}
	if (status == ZTA_OK) {
		zta_set__seal(set);
		*out = (zta_value){ .kind = ZTA_VALUE_SET, .u.set = set };
	}
	return status;
}

static zta_status
check_required(zta_value_reader *r, const zta_json *node, const zta_type *type,
    const zta_record *record)
{
	uint32_t i;

	for (i = 0; type != NULL && i < type->attr_count; i++) {
		if (type->attrs[i].required &&
		    zta_record__get(record, type->attrs[i].key) == NULL) {
			return FAIL(r, node, "`%.*s` is required here",
			    ZTA_STR_ARG(
				zta_names__text(r->names, type->attrs[i].key)));
		}
	}
	return ZTA_OK;
}

zta_status
zta_value_json__record(zta_value_reader *r, const zta_json *node,
    const zta_type *type, const zta_record **out)
{
	zta_record *record = zta_record__alloc(r->arena, node->count);
	const zta_json *name = zta_json__first(node);
	const zta_attr *attr = NULL;
	zta_field *field;
	uint32_t i;
	zta_status status = ZTA_OK;

	if (record == NULL) {
		return no_room(r);
	}
	for (i = 0; status == ZTA_OK && i < node->count; i++) {
		field = &record->fields[i];
		status = zta_names__symbol(
		    r->names, zta_json__str(name), &field->key, r->err);
		if (status == ZTA_OK && type != NULL) {
			attr = zta_type__attr(type, field->key);
			if (attr == NULL) {
				return FAIL(r, zta_json__after(name),
				    "the schema has no attribute of this "
				    "name here");
			}
		}
		name = zta_json__after(name);
		if (status == ZTA_OK) {
			status = zta_value_json__read(r, name,
			    attr == NULL ? NULL : attr->type, &field->value);
		}
		name = zta_json__after(name);
	}
	if (status != ZTA_OK) {
		return status;
	}
	if (!zta_record__seal(record)) {
		return FAIL(r, node, "a key stands twice");
	}
	*out = record;
	return check_required(r, node, type, record);
}

/* --- extension values */

/* Types of the parameters of extension functions. */
static const zta_type *
type_of_kind(zta_value_kind kind)
{
	static const zta_type types[] = {
		[ZTA_VALUE_STRING] = { .kind = ZTA_VALUE_STRING },
		[ZTA_VALUE_DECIMAL] = { .kind = ZTA_VALUE_DECIMAL },
		[ZTA_VALUE_DATETIME] = { .kind = ZTA_VALUE_DATETIME },
		[ZTA_VALUE_DURATION] = { .kind = ZTA_VALUE_DURATION },
		[ZTA_VALUE_IPADDR] = { .kind = ZTA_VALUE_IPADDR },
	};

	return &types[kind];
}

/* With `typed`, arguments may be in implicit forms, too. */
static zta_status
call(zta_value_reader *r, const zta_json *node, zta_ext_fn fn, bool typed,
    const zta_json *first, uint32_t count, zta_value *out)
{
	const zta_ext_info *info = zta_ext__info(fn);
	zta_value args[ZTA_EXT_ARITY_MAX];
	uint32_t i;
	zta_status status;

	if (count != info->arity) {
		return FAIL(r, node, "%s takes %u argument%s", info->name,
		    info->arity, info->arity == 1 ? "" : "s");
	}
	for (i = 0; i < count; i++) {
		status = zta_value_json__read(r, first,
		    typed ? type_of_kind(info->params[i]) : NULL, &args[i]);
		if (status != ZTA_OK) {
			return status;
		}
		first = zta_json__after(first);
	}
	switch (zta_ext__call(r->arena, fn, args, count, out)) {
	case ZTA_EXT_OK:
		return ZTA_OK;
	case ZTA_EXT_NO_MEMORY:
		return no_room(r);
	default:
		return FAIL(r, node, "this is no argument of %s", info->name);
	}
}

static zta_status
read_call(zta_value_reader *r, const zta_json *node, zta_str name, bool typed,
    const zta_json *first, uint32_t count, zta_value *out)
{
	zta_ext_fn fn = zta_ext__find(name);

	if (fn == ZTA_EXT_FN_COUNT) {
		return FAIL(r, node, "there is no extension function `%.*s`",
		    ZTA_STR_ARG(name));
	}
	return call(r, node, fn, typed, first, count, out);
}

/* An extension value that is expected: `__extn`, a bare call, or its string. */
static zta_status
read_extension(zta_value_reader *r, const zta_json *node, const zta_type *type,
    zta_value *out)
{
	const zta_json *extn = zta_json__get(node, "__extn"), *first;
	zta_str name;
	uint32_t count;

	if ((extn != NULL &&
		zta_value_json__is_call(extn, &name, &first, &count)) ||
	    zta_value_json__is_call(node, &name, &first, &count)) {
		return read_call(r, node, name, true, first, count, out);
	}
	if (node->type == ZTA_JSON_OBJECT) {
		return FAIL(
		    r, node, "expected a %s", zta_ext__type_name(type->kind));
	}
	return call(
	    r, node, zta_ext__constructor(type->kind), true, node, 1, out);
}

/* --- without a type: an object with one key may be more than a record */

static zta_status
read_object(zta_value_reader *r, const zta_json *node, zta_value *out)
{
	const zta_json *name = zta_json__first(node), *inner, *first;
	uint32_t uid = 0, count;
	zta_str fn;
	zta_status status;

	*out = (zta_value){ .kind = ZTA_VALUE_RECORD };
	if (node->count == 1) {
		inner = zta_json__after(name);
		if (zta_str__is(zta_json__str(name), "__entity") &&
		    zta_value_json__is_entity(inner)) {
			status = zta_value_json__uid(r, inner, &uid);
			*out = zta_value__entity(uid);
			return status;
		}
		if (zta_str__is(zta_json__str(name), "__extn") &&
		    zta_value_json__is_call(inner, &fn, &first, &count)) {
			return read_call(
			    r, inner, fn, false, first, count, out);
		}
		if (zta_str__is(zta_json__str(name), "__expr") &&
		    inner->type == ZTA_JSON_STRING) {
			return FAIL(r, inner, "Cedar has no `__expr` any more");
		}
	}
	return zta_value_json__record(r, node, NULL, &out->u.record);
}

static zta_status
read_untyped(zta_value_reader *r, const zta_json *node, zta_value *out)
{
	switch ((zta_json_type)node->type) {
	case ZTA_JSON_FALSE:
	case ZTA_JSON_TRUE:
		*out = zta_value__bool(node->type == ZTA_JSON_TRUE);
		return ZTA_OK;
	case ZTA_JSON_INTEGER:
		*out = zta_value__number(ZTA_VALUE_LONG, node->u.integer);
		return ZTA_OK;
	case ZTA_JSON_STRING:
		return read_text(r, node, out);
	case ZTA_JSON_ARRAY:
		return read_set(r, node, NULL, out);
	case ZTA_JSON_OBJECT:
		return read_object(r, node, out);
	case ZTA_JSON_NULL:
	case ZTA_JSON_NUMBER:
		break;
	}
	return FAIL(
	    r, node, "Cedar has no value for %s", zta_json__type_name(node));
}

/* What the type calls for; another kind of value is found out afterwards. */
static zta_status
read_typed(zta_value_reader *r, const zta_json *node, const zta_type *type,
    zta_value *out)
{
	uint32_t uid = 0;
	zta_status status;

	if (type->kind == ZTA_VALUE_ENTITY) {
		status = zta_value_json__uid(r, node, &uid);
		*out = zta_value__entity(uid);
		return status;
	}
	if (zta_ext__type_name(type->kind) != NULL) {
		return read_extension(r, node, type, out);
	}
	if (type->kind == ZTA_VALUE_SET) {
		return node->type == ZTA_JSON_ARRAY ?
		    read_set(r, node, type, out) :
		    FAIL(r, node, "expected an array");
	}
	if (type->kind == ZTA_VALUE_RECORD) {
		*out = (zta_value){ .kind = ZTA_VALUE_RECORD };
		return node->type == ZTA_JSON_OBJECT ?
		    zta_value_json__record(r, node, type, &out->u.record) :
		    FAIL(r, node, "expected an object");
	}
	return read_untyped(r, node, out);
}

zta_status
zta_value_json__read(zta_value_reader *r, const zta_json *node,
    const zta_type *type, zta_value *out)
{
	zta_status status;

	if (type == NULL) {
		return read_untyped(r, node, out);
	}
	status = read_typed(r, node, type, out);
	if (type->kind == ZTA_VALUE_SET || type->kind == ZTA_VALUE_RECORD) {
		/* What is in it was checked when it was read. */
		return status;
	}
	if (status == ZTA_OK && !r->unchecked &&
	    !zta_conform__value(r->names, out, type)) {
		return FAIL(
		    r, node, "the schema declares another type for this");
	}
	return status;
}
