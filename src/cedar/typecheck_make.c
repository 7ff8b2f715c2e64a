/* SPDX-License-Identifier: Apache-2.0 */
/*
 * typecheck_make.c - sets, records, values of extension types; see
 * typecheck_rules.h.
 *
 * SPEC: cedar validation
 */
#include "base/sort.h"
#include "cedar/typecheck_rules.h"
#include "cedar/types.h"

/* Elements of one type, of which an empty set tells none. */
const zta_type *
zta_typecheck__set(
    zta_typecheck *k, const zta_expr *e, const zta_type *const *kids)
{
	const zta_type *element = NULL;
	zta_type *set;
	bool ok = true;
	uint32_t i;

	if (e->kid_count == 0) {
		return zta_typecheck__wrong(k, ZTA_RULE_EMPTY_SET, e);
	}
	for (i = 0; ok && i < e->kid_count; i++) {
		ok = kids[i] != NULL;
		if (ok) {
			element = zta_typecheck__join(
			    k, e->kids[i], element, kids[i]);
			ok = element != NULL;
		}
	}
	set = ok ? zta_arena__zalloc(k->arena, 1, sizeof(*set)) : NULL;
	if (set == NULL) {
		return ok ? zta_typecheck__no_memory(k) : NULL;
	}
	*set = (zta_type){ .kind = ZTA_VALUE_SET, .element = element };
	return set;
}

static int
by_key(const void *a, const void *b)
{
	const zta_attr *x = a, *y = b;

	return x->key < y->key ? -1 : x->key > y->key;
}

/* A record that is written out has all of its attributes. */
const zta_type *
zta_typecheck__record(
    zta_typecheck *k, const zta_expr *e, const zta_type *const *kids)
{
	zta_type *record = zta_arena__zalloc(k->arena, 1, sizeof(*record));
	zta_attr *attrs =
	    zta_arena__zalloc(k->arena, e->kid_count, sizeof(*attrs));
	bool ok = true;
	uint32_t i;

	if (record == NULL || attrs == NULL) {
		return zta_typecheck__no_memory(k);
	}
	for (i = 0; i < e->kid_count; i++) {
		attrs[i] = (zta_attr){ zta_names__find_symbol(
					   k->schema->names, e->names[i]),
			true, kids[i] };
		ok = ok && kids[i] != NULL;
	}
	zta_sort__run(attrs, e->kid_count, sizeof(*attrs), by_key);
	*record = (zta_type){ .kind = ZTA_VALUE_RECORD,
		.attrs = attrs,
		.attr_count = e->kid_count };
	return ok ? record : NULL;
}

/* The argument must be a string that is written out, and a value of the type. */
const zta_type *
zta_typecheck__constructor(zta_typecheck *k, const zta_expr *e)
{
	const zta_ext_info *info = zta_ext__info((zta_ext_fn)e->number);
	const zta_expr *arg = e->kids[0];
	zta_value value, out;

	if (arg->op != ZTA_EXPR_STRING) {
		return zta_typecheck__wrong(k, ZTA_RULE_EXT_LITERAL, arg);
	}
	value = zta_value__str(arg->names[0]);
	switch (
	    zta_ext__call(k->arena, (zta_ext_fn)e->number, &value, 1, &out)) {
	case ZTA_EXT_OK:
		return zta_type__plain((zta_value_kind)info->result);
	case ZTA_EXT_NO_MEMORY:
		return zta_typecheck__no_memory(k);
	default:
		return zta_typecheck__wrong(k, ZTA_RULE_EXT_VALUE, arg);
	}
}

const zta_type *
zta_typecheck__method(
    zta_typecheck *k, const zta_expr *e, const zta_type *const *kids)
{
	const zta_ext_info *info = zta_ext__info((zta_ext_fn)e->number);
	bool ok = true;
	uint32_t i;

	for (i = 0; i < e->kid_count; i++) {
		ok &= zta_typecheck__is_kind(
		    k, e, kids, i, (zta_value_kind)info->params[i]);
	}
	return ok ? zta_type__plain((zta_value_kind)info->result) : NULL;
}
