/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema_type.c - from names to types.
 *
 * Common types may not contain themselves. A type that is met twice is one
 * object, so a small schema can stand for a type that is huge when written out:
 * whoever walks one must not assume that it is a tree. Its height is limited,
 * so that such a walk may recurse.
 */
#include "base/error.h"
#include "base/limits.h"
#include "base/sort.h"
#include "base/str.h"
#include "cedar/ext.h"
#include "cedar/schema_resolve.h"
#include "cedar/types.h"

static zta_status
no_room(zta_resolver *r)
{
	return zta_arena__failed(r->arena, r->err);
}

static zta_status
new_type(zta_resolver *r, zta_value_kind kind, zta_type **out)
{
	*out = zta_arena__zalloc(r->arena, 1, sizeof(**out));
	if (*out == NULL) {
		return no_room(r);
	}
	(*out)->kind = kind;
	return ZTA_OK;
}

/* --- names */

/* A builtin by its short name; NULL: none. */
static const zta_type *
builtin(zta_str name)
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
			return zta_type__plain(table[i].kind);
		}
	}
	return NULL;
}

zta_status
zta_resolver__common(
    zta_resolver *r, uint32_t position, uint32_t at, const zta_type **out)
{
	zta_common *c = &r->commons[position];
	zta_status status;

	if (c->state == ZTA_COMMON_OPEN) {
		return zta_schema_scope__wrong(&r->scope, at,
		    "type `%.*s` contains itself",
		    ZTA_STR_ARG(c->text->name.name));
	}
	if (c->state == ZTA_COMMON_NEW) {
		c->state = ZTA_COMMON_OPEN;
		status =
		    zta_resolver__type(r, c->space, c->text->type, &c->type);
		if (status != ZTA_OK) {
			return status;
		}
		c->state = ZTA_COMMON_DONE;
		c->height = r->height;
	}
	r->height = c->height;
	*out = c->type;
	return ZTA_OK;
}

/* What is declared as `full`; `*out` stays NULL if there is nothing. */
static zta_status
look_up(zta_resolver *r, zta_str full, uint32_t at, zta_only only,
    const zta_type **out)
{
	uint32_t found = only == ZTA_ONLY_ENTITY ?
	    ZTA_MAP_NONE :
	    zta_map__get(&r->scope.commons, full);
	zta_type *type;
	zta_status status;

	if (found != ZTA_MAP_NONE) {
		return zta_resolver__common(r, found, at, out);
	}
	if (only == ZTA_ONLY_COMMON ||
	    zta_map__get(&r->scope.entities, full) == ZTA_MAP_NONE) {
		return ZTA_OK;
	}
	status = new_type(r, ZTA_VALUE_ENTITY, &type);
	if (status == ZTA_OK) {
		status = zta_names__symbol(
		    r->schema->names, full, &type->entity, r->err);
	}
	*out = type;
	return status;
}

/*
 * A builtin. An entity type that stands in no namespace has its short name for
 * itself, even where only a common type can be meant.
 */
static const zta_type *
find_builtin(const zta_resolver *r, const zta_type_text *text)
{
	zta_str name = text->name.name, prefix = ZTA_STR("__cedar::");

	if (text->only == ZTA_ONLY_ENTITY) {
		return NULL;
	}
	if (zta_str__starts(name, prefix)) {
		name.ptr += prefix.len;
		name.len -= prefix.len;
		return builtin(name);
	}
	return zta_map__get(&r->scope.entities, name) == ZTA_MAP_NONE ?
	    builtin(name) :
	    NULL;
}

static zta_status
resolve_name(zta_resolver *r, zta_str space, const zta_type_text *text,
    const zta_type **out)
{
	zta_str name = text->name.name, full;
	zta_status status = ZTA_OK;

	*out = NULL;
	if (!zta_schema_scope__is_qualified(name) && space.len > 0) {
		status =
		    zta_schema_scope__qualify(&r->scope, space, name, &full);
		if (status == ZTA_OK) {
			status =
			    look_up(r, full, text->name.at, text->only, out);
		}
	}
	if (status == ZTA_OK && *out == NULL) {
		status = look_up(r, name, text->name.at, text->only, out);
	}
	if (status != ZTA_OK || *out != NULL) {
		return status;
	}
	*out = find_builtin(r, text);
	return *out != NULL ? ZTA_OK :
			      zta_schema_scope__wrong(&r->scope, text->name.at,
				  "there is no type `%.*s`", ZTA_STR_ARG(name));
}

/* --- records and sets */

static int
cmp_attrs(const void *a, const void *b)
{
	const zta_attr *x = a, *y = b;

	return x->key < y->key ? -1 : x->key > y->key;
}

static zta_status
resolve_record(
    zta_resolver *r, zta_str space, const zta_type_text *text, zta_type *type)
{
	zta_attr *attrs = zta_arena__zalloc(
	    r->arena, (size_t)text->attr_count + 1, sizeof(*attrs));
	const zta_attr_text *attr = text->attrs;
	uint32_t i, height = 0;
	zta_status status = ZTA_OK;

	if (attrs == NULL) {
		return no_room(r);
	}
	for (i = 0; status == ZTA_OK && i < text->attr_count; i++, attr++) {
		attrs[i].required = !attr->optional;
		status = zta_names__symbol(
		    r->schema->names, attr->name, &attrs[i].key, r->err);
		if (status == ZTA_OK) {
			status = zta_resolver__type(
			    r, space, attr->type, &attrs[i].type);
		}
		height = r->height > height ? r->height : height;
	}
	zta_sort__run(attrs, text->attr_count, sizeof(*attrs), cmp_attrs);
	type->attrs = attrs;
	type->attr_count = text->attr_count;
	r->height = height;
	return status;
}

static zta_status
resolve(zta_resolver *r, zta_str space, const zta_type_text *text,
    const zta_type **out)
{
	zta_type *type;
	zta_status status;

	r->height = 0;
	if (text->form == ZTA_TYPE_NAME) {
		return resolve_name(r, space, text, out);
	}
	status = new_type(r,
	    text->form == ZTA_TYPE_SET ? ZTA_VALUE_SET : ZTA_VALUE_RECORD,
	    &type);
	if (status != ZTA_OK) {
		return status;
	}
	*out = type;
	return text->form == ZTA_TYPE_SET ?
	    zta_resolver__type(r, space, text->element, &type->element) :
	    resolve_record(r, space, text, type);
}

zta_status
zta_resolver__type(zta_resolver *r, zta_str space, const zta_type_text *text,
    const zta_type **out)
{
	zta_status status = ZTA_OK;

	if (r->depth < ZTA_CEDAR_DEPTH_MAX) {
		r->depth++;
		status = resolve(r, space, text, out);
		r->depth--;
		r->height++;
	}
	/* Too deep on the way down, or by common types that are known. */
	if (r->depth == ZTA_CEDAR_DEPTH_MAX ||
	    (status == ZTA_OK && r->height > ZTA_CEDAR_DEPTH_MAX)) {
		(void)zta_schema_scope__wrong(&r->scope, text->name.at,
		    "over %d levels of nesting", ZTA_CEDAR_DEPTH_MAX);
		return ZTA_ELIMIT;
	}
	return status;
}
