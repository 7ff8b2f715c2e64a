/* SPDX-License-Identifier: Apache-2.0 */
/*
 * names.h - every name and every entity is a small number.
 *
 * A symbol stands for the text of an attribute, a tag or a type name; a uid for
 * an entity, that is a type symbol and an id. Equal numbers mean equal texts.
 *
 * There are two layers. The names of a snapshot are made while it is built and
 * never change afterwards. A request lays its own over them: what the snapshot
 * knows keeps its number, what it does not know gets a number above all of the
 * snapshot's, in the request's arena.
 */
#ifndef ZTA_CEDAR_NAMES_H
#define ZTA_CEDAR_NAMES_H

#include "base/arena.h"

/* No symbol and no uid. */
#define ZTA_NAME_NONE UINT32_MAX

typedef struct zta_name {
	const char *text;
	uint32_t len;
	uint32_t type; /* of a uid; 0 for a symbol */
} zta_name;

typedef struct zta_name_slot {
	uint32_t hash;
	uint32_t place; /* in the list + 1; 0: free */
} zta_name_slot;

typedef struct zta_name_table {
	zta_name *list; /* number `first + i` is list[i] */
	zta_name_slot *slots;
	uint32_t slot_count; /* 0 or a power of two */
	uint32_t first;      /* numbers below it belong to the layer below */
	uint32_t count;
} zta_name_table;

typedef struct zta_names zta_names;
struct zta_names {
	const zta_names *below; /* NULL in a snapshot */
	zta_arena *arena;
	uint64_t seed;
	zta_name_table symbols;
	zta_name_table uids;
};

/* `seed` keys the hash, so that texts cannot be chosen to collide. */
void zta_names__init(zta_names *names, zta_arena *arena, uint64_t seed);

/* A copy with the same numbers, to which more can be added. */
ZTA_MUST_USE bool zta_names__copy(
    zta_names *names, zta_arena *arena, const zta_names *from);

/* How many names there are, of both kinds. */
static inline uint32_t
zta_names__count(const zta_names *names)
{
	return names->symbols.count + names->uids.count;
}

/* An empty layer over `below`, which must not change from now on. */
void zta_names__lay_over(
    zta_names *names, zta_arena *arena, const zta_names *below);

/*
 * The number of `text`, a new one if need be. In a snapshot the text is copied;
 * in a request it must live as long as the request. ZTA_ELIMIT, ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_names__symbol(
    zta_names *names, zta_str text, uint32_t *out, zta_error *err);
ZTA_MUST_USE zta_status zta_names__uid(
    zta_names *names, uint32_t type, zta_str id, uint32_t *out, zta_error *err);

/* The number of `text`, or ZTA_NAME_NONE. */
uint32_t zta_names__find_symbol(const zta_names *names, zta_str text);
uint32_t zta_names__find_uid(const zta_names *names, uint32_t type, zta_str id);

/* What a number stands for. */
zta_str zta_names__text(const zta_names *names, uint32_t symbol);
zta_str zta_names__id_of(const zta_names *names, uint32_t uid);
uint32_t zta_names__type_of(const zta_names *names, uint32_t uid);

/* One past the highest uid. */
static inline uint32_t
zta_names__uid_count(const zta_names *names)
{
	return names->uids.first + names->uids.count;
}

/* Is the last part of the type's name `Action`? */
bool zta_names__is_action(const zta_names *names, uint32_t type);

#endif
