/* SPDX-License-Identifier: Apache-2.0 */
/* caps.c - see caps.h. */
#include "cedar/caps.h"

#include "base/str.h"

bool
zta_expr__same(const zta_expr *a, const zta_expr *b)
{
	uint32_t i;

	if (a == b) {
		return true;
	}
	if (a->op != b->op || a->number != b->number ||
	    a->kid_count != b->kid_count || a->name_count != b->name_count) {
		return false;
	}
	for (i = 0; i < a->name_count; i++) {
		if (!zta_str__eq(a->names[i], b->names[i])) {
			return false;
		}
	}
	for (i = 0; i < a->kid_count; i++) {
		if (!zta_expr__same(a->kids[i], b->kids[i])) {
			return false;
		}
	}
	return true;
}

const zta_caps *
zta_caps__add(zta_arena *arena, const zta_caps *set, const zta_expr *on,
    zta_str attr, const zta_expr *tag)
{
	zta_caps *cap = zta_arena__alloc(arena, sizeof(*cap));

	if (cap != NULL) {
		*cap = (zta_caps){ set, on, attr, tag };
	}
	return cap;
}

bool
zta_caps__has(
    const zta_caps *set, const zta_expr *on, zta_str attr, const zta_expr *tag)
{
	for (; set != NULL; set = set->rest) {
		if ((set->tag == NULL) == (tag == NULL) &&
		    (tag == NULL ? zta_str__eq(set->attr, attr) :
				   zta_expr__same(set->tag, tag)) &&
		    zta_expr__same(set->on, on)) {
			return true;
		}
	}
	return false;
}

bool
zta_caps__join(zta_arena *arena, const zta_caps *a, const zta_caps *b,
    const zta_caps **out)
{
	*out = b;
	if (b == NULL || a == b) {
		*out = a;
		return true;
	}
	for (; a != NULL; a = a->rest) {
		*out = zta_caps__add(arena, *out, a->on, a->attr, a->tag);
		if (*out == NULL) {
			return false;
		}
	}
	return true;
}

bool
zta_caps__meet(zta_arena *arena, const zta_caps *a, const zta_caps *b,
    const zta_caps **out)
{
	*out = NULL;
	for (; a != NULL; a = a->rest) {
		if (!zta_caps__has(b, a->on, a->attr, a->tag)) {
			continue;
		}
		*out = zta_caps__add(arena, *out, a->on, a->attr, a->tag);
		if (*out == NULL) {
			return false;
		}
	}
	return true;
}
