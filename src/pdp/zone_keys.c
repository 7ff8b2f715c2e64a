/* SPDX-License-Identifier: Apache-2.0 */
/* zone_keys.c - see zone_keys.h. */
#include "pdp/zone_keys.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/str.h"

static void
close_set(zta_zone_key_set *set)
{
	zta_jwks__release(&set->keys);
	zta_arena__release(&set->arena);
	free(set);
}

static zta_status
read_set(zta_zone_key_set *set, zta_str document, zta_error *err)
{
	zta_json_doc doc;
	zta_status status;

	zta_arena__init(&set->arena, SIZE_MAX);
	set->document = zta_arena__copy(&set->arena, document);
	if (set->document.ptr == NULL) {
		return zta_arena__failed(&set->arena, err);
	}
	status = zta_json__read(&set->arena, set->document, &doc, err);
	return status != ZTA_OK ?
	    status :
	    zta_jwks__read(&set->keys, &set->arena, &doc, doc.root, "sig", err);
}

zta_status
zta_zone_keys__publish(
    zta_zone_keys *keys, zta_str document, bool *changed, zta_error *err)
{
	zta_zone_key_set *now = atomic_load(&keys->now), *set;
	zta_status status;

	*changed = now == NULL || !zta_str__eq(now->document, document);
	if (!*changed) {
		return ZTA_OK;
	}
	set = calloc(1, sizeof(*set));
	if (set == NULL) {
		return zta_error__nomem(err);
	}
	status = read_set(set, document, err);
	if (status != ZTA_OK) {
		close_set(set);
		return status;
	}
	set->older = now;
	atomic_store(&keys->now, set);
	return ZTA_OK;
}

const zta_zone_key_set *
zta_zone_keys__now(zta_zone_keys *keys)
{
	return atomic_load(&keys->now);
}

void
zta_zone_keys__release(zta_zone_keys *keys)
{
	zta_zone_key_set *set = atomic_load(&keys->now), *older;

	for (; set != NULL; set = older) {
		older = set->older;
		close_set(set);
	}
	atomic_store(&keys->now, NULL);
}
