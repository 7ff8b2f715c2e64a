/* SPDX-License-Identifier: Apache-2.0 */
/* leaf_copy.c - a record that outlasts its bytes: see leaf.h. */
#include "base/error.h"
#include "log/leaf_fields.h"

/* False: no memory. */
static bool
copy_str(zta_arena *arena, zta_str *text)
{
	*text = zta_arena__copy(arena, *text);
	return text->ptr != NULL;
}

static bool
copy_list(zta_arena *arena, zta_leaf_list *list)
{
	zta_str *items =
	    zta_arena__alloc(arena, (list->count + 1) * sizeof(*items));
	uint32_t i;

	for (i = 0; items != NULL && i < list->count; i++) {
		items[i] = list->items[i];
		if (!copy_str(arena, &items[i])) {
			return false;
		}
	}
	list->items = items;
	return items != NULL;
}

static bool copy_fields(
    zta_arena *arena, const zta_leaf_table *table, void *base);

static bool
copy_rings(zta_arena *arena, zta_leaf *leaf)
{
	zta_leaf_ring *rings =
	    zta_arena__alloc(arena, (leaf->ring_count + 1) * sizeof(*rings));
	uint32_t i;

	for (i = 0; rings != NULL && i < leaf->ring_count; i++) {
		rings[i] = leaf->rings[i];
		if (!copy_fields(arena, &zta_leaf_ring_fields, &rings[i])) {
			return false;
		}
	}
	leaf->rings = rings;
	return rings != NULL;
}

static bool
copy_fields(zta_arena *arena, const zta_leaf_table *table, void *base)
{
	bool done = true;
	size_t i;
	void *p;

	for (i = 0; done && i < table->count; i++) {
		p = (char *)base + table->fields[i].at;
		switch (table->fields[i].form) {
		case ZTA_FORM_TEXT:
		case ZTA_FORM_BYTES:
			done = copy_str(arena, p);
			break;
		case ZTA_FORM_TEXTS:
		case ZTA_FORM_DIGESTS:
			done = copy_list(arena, p);
			break;
		case ZTA_FORM_RINGS:
			done = copy_rings(arena, base);
			break;
		case ZTA_FORM_NUMBER:
		case ZTA_FORM_TIME:
		case ZTA_FORM_FLAG:
			break;
		}
	}
	return done;
}

zta_status
zta_leaf__copy(
    const zta_leaf *leaf, zta_arena *arena, zta_leaf *out, zta_error *err)
{
	bool done;
	unsigned i;

	*out = *leaf;
	done = copy_fields(arena, &zta_leaf_fields, out);
	for (i = 0; done && i < ZTA_PERSONAL_COUNT; i++) {
		done = copy_str(arena, &out->commitments[i]);
	}
	return done ? ZTA_OK : zta_arena__failed(arena, err);
}
