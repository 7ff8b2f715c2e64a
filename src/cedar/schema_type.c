/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema_type.c - from names to types.
 *
 * Common types may not contain themselves. Equal types are one object, because
 * a small schema can stand for types that are huge when written out: whoever
 * compares two stops where both are the same. The height of a type is limited,
 * so that a walk may recurse.
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

/* --- equal types are one */

/* What tells the type from others, all inside it being kept already. */
static zta_status
key_of(zta_resolver *r, const zta_type *type, zta_str *out)
{
	size_t count = 2 + 2 * (size_t)type->attr_count;
	uint64_t *words = zta_arena__zalloc(&r->scratch, count, sizeof(*words));
	uint32_t i;

	if (words == NULL) {
		return zta_arena__failed(&r->scratch, r->err);
	}
	words[0] = type->kind;
	words[1] = type->kind == ZTA_VALUE_SET ?
	    (uint64_t)(uintptr_t)type->element :
	    type->entity;
	for (i = 0; i < type->attr_count; i++) {
		words[2 + 2 * i] =
		    (uint64_t)type->attrs[i].key << 1 | type->attrs[i].required;
		words[3 + 2 * i] = (uint64_t)(uintptr_t)type->attrs[i].type;
	}
	*out = (zta_str){ (const char *)words, count * sizeof(*words) };
	return ZTA_OK;
}

/* A copy of the type, the next one in the list. */
static zta_status
add_kept(zta_resolver *r, const zta_type *type)
{
	uint32_t more = r->kept_room == 0 ? 64 : r->kept_room * 2;
	size_t size = type->attr_count * sizeof(*type->attrs);
	zta_type *copy = zta_arena__alloc(r->arena, sizeof(*copy));
	zta_attr *attrs = zta_arena__alloc(r->arena, size + 1);
	const zta_type **bigger;

	if (copy == NULL || attrs == NULL) {
		return no_room(r);
	}
	if (r->kept_count == r->kept_room) {
		bigger = zta_arena__grow(
		    &r->scratch, r->kept, r->kept_count, more, sizeof(*bigger));
		if (bigger == NULL) {
			return zta_arena__failed(&r->scratch, r->err);
		}
		r->kept = bigger;
		r->kept_room = more;
	}
	*copy = *type;
	if (size > 0) {
		copy->attrs = memcpy(attrs, type->attrs, size);
	}
	r->kept[r->kept_count++] = copy;
	return ZTA_OK;
}

/* The one that is equal to `type`, which may go. */
static zta_status
keep(zta_resolver *r, const zta_type *type, const zta_type **out)
{
	uint32_t found;
	zta_str key;
	zta_status status = key_of(r, type, &key);

	if (status != ZTA_OK) {
		return status;
	}
	found = zta_map__get(&r->kept_by_key, key);
	if (found == ZTA_MAP_NONE) {
		found = r->kept_count;
		status = add_kept(r, type);
		if (status == ZTA_OK) {
			status =
			    zta_map__add(&r->kept_by_key, key, found, r->err);
		}
	}
	if (status == ZTA_OK) {
		*out = r->kept[found];
	}
	return status;
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
	zta_type type = { .kind = ZTA_VALUE_ENTITY };
	zta_status status;

	if (found != ZTA_MAP_NONE) {
		return zta_resolver__common(r, found, at, out);
	}
	if (only == ZTA_ONLY_COMMON ||
	    zta_map__get(&r->scope.entities, full) == ZTA_MAP_NONE) {
		return ZTA_OK;
	}
	status =
	    zta_names__symbol(r->schema->names, full, &type.entity, r->err);
	return status != ZTA_OK ? status : keep(r, &type, out);
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
resolve_record(zta_resolver *r, zta_str space, const zta_type_text *text,
    const zta_type **out)
{
	zta_attr *attrs = zta_arena__zalloc(
	    &r->scratch, (size_t)text->attr_count + 1, sizeof(*attrs));
	const zta_attr_text *attr = text->attrs;
	zta_type type = { .kind = ZTA_VALUE_RECORD,
		.attrs = attrs,
		.attr_count = text->attr_count };
	uint32_t i, height = 0;
	zta_status status = ZTA_OK;

	if (attrs == NULL) {
		return zta_arena__failed(&r->scratch, r->err);
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
	r->height = height;
	zta_sort__run(attrs, text->attr_count, sizeof(*attrs), cmp_attrs);
	return status != ZTA_OK ? status : keep(r, &type, out);
}

static zta_status
resolve_set(zta_resolver *r, zta_str space, const zta_type_text *text,
    const zta_type **out)
{
	zta_type type = { .kind = ZTA_VALUE_SET };
	zta_status status =
	    zta_resolver__type(r, space, text->element, &type.element);

	return status != ZTA_OK ? status : keep(r, &type, out);
}

static zta_status
resolve(zta_resolver *r, zta_str space, const zta_type_text *text,
    const zta_type **out)
{
	r->height = 0;
	switch (text->form) {
	case ZTA_TYPE_SET:
		return resolve_set(r, space, text, out);
	case ZTA_TYPE_RECORD:
		return resolve_record(r, space, text, out);
	default:
		return resolve_name(r, space, text, out);
	}
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
