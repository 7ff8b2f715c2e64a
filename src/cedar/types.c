/* SPDX-License-Identifier: Apache-2.0 */
/* types.c - see types.h. */
#include "cedar/types.h"

const zta_type zta_type_bool = { .kind = ZTA_VALUE_BOOL };
const zta_type zta_type_true = { .kind = ZTA_VALUE_BOOL };
const zta_type zta_type_false = { .kind = ZTA_VALUE_BOOL };

const zta_type *
zta_type__plain(zta_value_kind kind)
{
	static const zta_type plain[] = {
		[ZTA_VALUE_LONG] = { .kind = ZTA_VALUE_LONG },
		[ZTA_VALUE_STRING] = { .kind = ZTA_VALUE_STRING },
		[ZTA_VALUE_DECIMAL] = { .kind = ZTA_VALUE_DECIMAL },
		[ZTA_VALUE_DATETIME] = { .kind = ZTA_VALUE_DATETIME },
		[ZTA_VALUE_DURATION] = { .kind = ZTA_VALUE_DURATION },
		[ZTA_VALUE_IPADDR] = { .kind = ZTA_VALUE_IPADDR },
	};

	return kind == ZTA_VALUE_BOOL ? &zta_type_bool : &plain[kind];
}

const zta_type *
zta_type__not(const zta_type *type)
{
	return type == &zta_type_true ? &zta_type_false :
	    type == &zta_type_false   ? &zta_type_true :
					type;
}

static const zta_type *
join_sets(zta_arena *arena, const zta_type *a, const zta_type *b, bool *failed)
{
	const zta_type *element =
	    zta_type__join(arena, a->element, b->element, failed);
	zta_type *set;

	if (element == NULL && (a->element != NULL || b->element != NULL)) {
		return NULL;
	}
	if (element == a->element) {
		return a;
	}
	set = zta_arena__zalloc(arena, 1, sizeof(*set));
	if (set == NULL) {
		*failed = true;
		return NULL;
	}
	*set = (zta_type){ .kind = ZTA_VALUE_SET, .element = element };
	return set;
}

/* The same keys, required alike. A new record only where types differ. */
static const zta_type *
join_records(
    zta_arena *arena, const zta_type *a, const zta_type *b, bool *failed)
{
	uint32_t i, count = a->attr_count;
	const zta_type *type;
	zta_attr *attrs = NULL;
	zta_type *record;

	if (count != b->attr_count) {
		return NULL;
	}
	for (i = 0; i < count; i++) {
		if (a->attrs[i].key != b->attrs[i].key ||
		    a->attrs[i].required != b->attrs[i].required) {
			return NULL;
		}
		type = zta_type__join(
		    arena, a->attrs[i].type, b->attrs[i].type, failed);
		if (type == a->attrs[i].type) {
			continue;
		}
		if (type != NULL && attrs == NULL) {
			attrs = zta_arena__grow(
			    arena, a->attrs, count, count, sizeof(*attrs));
			*failed = *failed || attrs == NULL;
		}
		if (type == NULL || attrs == NULL) {
			return NULL;
		}
		attrs[i].type = type;
	}
	if (attrs == NULL) {
		return a;
	}
	record = zta_arena__zalloc(arena, 1, sizeof(*record));
	if (record == NULL) {
		*failed = true;
		return NULL;
	}
	*record = (zta_type){
		.kind = ZTA_VALUE_RECORD, .attrs = attrs, .attr_count = count
	};
	return record;
}

const zta_type *
zta_type__join(
    zta_arena *arena, const zta_type *a, const zta_type *b, bool *failed)
{
	if (a == b || b == NULL) {
		return a;
	}
	if (a == NULL) {
		return b;
	}
	if (a->kind != b->kind) {
		return NULL;
	}
	switch (a->kind) {
	case ZTA_VALUE_BOOL:
		return &zta_type_bool;
	case ZTA_VALUE_ENTITY:
		return a->entity == b->entity ? a : NULL;
	case ZTA_VALUE_SET:
		return join_sets(arena, a, b, failed);
	case ZTA_VALUE_RECORD:
		return join_records(arena, a, b, failed);
	default:
		return a;
	}
}
