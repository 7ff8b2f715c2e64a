/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map.h - from byte strings to 32-bit numbers, in an arena.
 *
 * Keys are slices that must outlive the map. Nothing is ever removed; a map is
 * forgotten with its arena.
 */
#ifndef ZTA_BASE_MAP_H
#define ZTA_BASE_MAP_H

#include "base/arena.h"

#define ZTA_MAP_NONE UINT32_MAX

typedef struct zta_map_slot {
	zta_str key; /* key.ptr is NULL in a free slot */
	uint32_t hash;
	uint32_t value;
} zta_map_slot;

typedef struct zta_map {
	zta_arena *arena;
	zta_map_slot *slots;
	uint32_t mask; /* slots - 1; slots is 0 or a power of two */
	uint32_t count;
	uint64_t seed;
} zta_map;

void zta_map__init(zta_map *map, zta_arena *arena, uint64_t seed);

/* The value of `key`, or ZTA_MAP_NONE. */
uint32_t zta_map__get(const zta_map *map, zta_str key);

/* The hash that the map has of a key: for what is added to many of one seed. */
uint32_t zta_map__hash(const zta_map *map, zta_str key);

/* As zta_map__add(), of a key whose hash is known. */
ZTA_MUST_USE zta_status zta_map__add_hashed(
    zta_map *map, zta_str key, uint32_t hash, uint32_t value, zta_error *err);

/*
 * Add `key` with `value`. ZTA_EEXIST leaves the map as it was; ZTA_ENOMEM and
 * ZTA_ELIMIT as zta_arena__failed(). `key.ptr` must not be NULL.
 */
ZTA_MUST_USE zta_status zta_map__add(
    zta_map *map, zta_str key, uint32_t value, zta_error *err);

#endif
