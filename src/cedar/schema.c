/* SPDX-License-Identifier: Apache-2.0 */
/* schema.c - see schema.h: read a schema, and look into it. */
#include "cedar/schema.h"

#include <string.h>

/*
 * The item of `size` bytes that begins with `key`, in a list that is ascending
 * by it; NULL: there is none.
 */
static inline const void *
find(const void *list, uint32_t count, size_t size, uint32_t key)
{
	const char *items = list;
	uint32_t low = 0, high = count, middle, found;

	while (low < high) {
		middle = low + (high - low) / 2;
		memcpy(&found, items + middle * size, sizeof(found));
		if (found == key) {
			return items + middle * size;
		}
		if (found < key) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return NULL;
}

const zta_entity_type *
zta_schema__entity(const zta_schema *schema, uint32_t name)
{
	return find(schema->entities, schema->entity_count,
	    sizeof(*schema->entities), name);
}

const zta_action *
zta_schema__action(const zta_schema *schema, uint32_t uid)
{
	return find(schema->actions, schema->action_count,
	    sizeof(*schema->actions), uid);
}

const zta_attr *
zta_type__attr(const zta_type *type, uint32_t key)
{
	return find(type->attrs, type->attr_count, sizeof(*type->attrs), key);
}

zta_status
zta_schema__read(zta_schema *schema, zta_names *names, zta_arena *arena,
    zta_str text, zta_error *err)
{
	zta_schema_text written;
	zta_arena scratch;
	zta_status status;

	zta_arena__init(&scratch, SIZE_MAX);
	status = zta_schema_text__parse(&scratch, text, &written, err);
	if (status == ZTA_OK) {
		status =
		    zta_schema__resolve(schema, names, arena, &written, err);
	}
	zta_arena__release(&scratch);
	return status;
}
