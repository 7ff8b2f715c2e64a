/* SPDX-License-Identifier: Apache-2.0 */
/* map.c - see map.h. Open addressing, linear probing, at most 3/4 full. */
#include "base/map.h"

#include "base/error.h"
#include "base/str.h"

#define SLOTS_MIN 16u

void
zta_map__init(zta_map *map, zta_arena *arena, uint64_t seed)
{
	*map = (zta_map){ .arena = arena, .seed = seed };
}

/* The slot that holds `key`, or the free one where it belongs. */
static zta_map_slot *
find(const zta_map *map, zta_str key, uint32_t hash)
{
	uint32_t at = hash & map->mask;
	zta_map_slot *slot;

	for (;; at = (at + 1) & map->mask) {
		slot = &map->slots[at];
		if (slot->key.ptr == NULL ||
		    (slot->hash == hash && zta_str__eq(slot->key, key))) {
			return slot;
		}
	}
}

uint32_t
zta_map__hash(const zta_map *map, zta_str key)
{
	return (uint32_t)zta_str__hash(key, map->seed);
}

uint32_t
zta_map__get(const zta_map *map, zta_str key)
{
	const zta_map_slot *slot;

	if (map->count == 0) {
		return ZTA_MAP_NONE;
	}
	slot = find(map, key, zta_map__hash(map, key));
	return slot->key.ptr == NULL ? ZTA_MAP_NONE : slot->value;
}

static bool
grow(zta_map *map)
{
	zta_map bigger = *map;
	uint32_t i, slots = map->slots == NULL ? 0 : map->mask + 1;
	zta_map_slot *slot;

	bigger.mask = (slots == 0 ? SLOTS_MIN : slots * 2) - 1;
	bigger.slots = zta_arena__zalloc(
	    map->arena, (size_t)bigger.mask + 1, sizeof(*slot));
	if (bigger.slots == NULL) {
		return false;
	}
	for (i = 0; i < slots; i++) {
		slot = &map->slots[i];
		if (slot->key.ptr != NULL) {
			*find(&bigger, slot->key, slot->hash) = *slot;
		}
	}
	zta_arena__drop(map->arena, map->slots, slots * sizeof(*slot));
	*map = bigger;
	return true;
}

zta_status
zta_map__add(zta_map *map, zta_str key, uint32_t value, zta_error *err)
{
	return zta_map__add_hashed(
	    map, key, zta_map__hash(map, key), value, err);
}

zta_status
zta_map__add_hashed(
    zta_map *map, zta_str key, uint32_t hash, uint32_t value, zta_error *err)
{
	zta_map_slot *slot;

	if (map->slots == NULL || map->count >= map->mask / 4 * 3) {
		if (!grow(map)) {
			return zta_arena__failed(map->arena, err);
		}
	}
	slot = find(map, key, hash);
	if (slot->key.ptr != NULL) {
		return ZTA_EEXIST;
	}
	*slot = (zta_map_slot){ key, hash, value };
	map->count++;
	return ZTA_OK;
}
