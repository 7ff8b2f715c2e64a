/* SPDX-License-Identifier: Apache-2.0 */
/* names.c - see names.h. Open addressing, linear probing, at most 1/2 full. */
#include "cedar/names.h"

#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"

#define ROOM_MIN 16u

void
zta_names__init(zta_names *names, zta_arena *arena, uint64_t seed)
{
	*names = (zta_names){ .arena = arena, .seed = seed };
}

void
zta_names__lay_over(zta_names *names, zta_arena *arena, const zta_names *below)
{
	zta_names__init(names, arena, below->seed);
	names->below = below;
	names->symbols.first = below->symbols.first + below->symbols.count;
	names->uids.first = below->uids.first + below->uids.count;
}

static uint32_t
hash_of(const zta_names *names, uint32_t type, zta_str text)
{
	return (uint32_t)zta_str__hash(
	    text, names->seed + type * UINT64_C(0x9e3779b97f4a7c15));
}

/* The slot that holds the name, or the free one where it belongs. */
static uint32_t *
find_slot(const zta_name_table *table, const zta_name *name)
{
	uint32_t at = name->hash & table->mask;
	const zta_name *other;

	for (; table->slots[at] != 0; at = (at + 1) & table->mask) {
		other = &table->list[table->slots[at] - 1];
		if (other->hash == name->hash && other->type == name->type &&
		    zta_str__eq(other->text, name->text)) {
			break;
		}
	}
	return &table->slots[at];
}

static uint32_t
find(const zta_name_table *table, const zta_name *name)
{
	uint32_t slot;

	if (table->count == 0) {
		return ZTA_NAME_NONE;
	}
	slot = *find_slot(table, name);
	return slot == 0 ? ZTA_NAME_NONE : table->first + slot - 1;
}

static bool
grow(zta_names *names, zta_name_table *table)
{
	zta_name_table bigger = *table;
	uint32_t i;

	bigger.room = table->room == 0 ? ROOM_MIN : table->room * 2;
	bigger.mask = bigger.room * 2 - 1;
	bigger.list = zta_arena__grow(names->arena, table->list, table->count,
	    bigger.room, sizeof(zta_name));
	if (bigger.list == NULL) {
		return false;
	}
	table->list = bigger.list;
	bigger.slots = zta_arena__grow(names->arena, table->slots,
	    table->room * 2, (size_t)bigger.room * 2, sizeof(uint32_t));
	if (bigger.slots == NULL) {
		return false;
	}
	memset(bigger.slots, 0, (size_t)bigger.room * 2 * sizeof(uint32_t));
	for (i = 0; i < bigger.count; i++) {
		*find_slot(&bigger, &bigger.list[i]) = i + 1;
	}
	*table = bigger;
	return true;
}

/* Add a name that is not there; only a snapshot keeps copies. */
static zta_status
add(zta_names *names, zta_name_table *table, zta_name name, uint32_t *out,
    zta_error *err)
{
	uint32_t max =
	    names->below == NULL ? UINT32_MAX / 8 : ZTA_CEDAR_REQUEST_NAMES_MAX;

	if (table->count >= max) {
		return zta_error__set(
		    err, ZTA_ELIMIT, "over %u different names", max);
	}
	if (table->count == table->room && !grow(names, table)) {
		return zta_arena__failed(names->arena, err);
	}
	if (names->below == NULL) {
		name.text = zta_arena__copy(names->arena, name.text);
		if (name.text.ptr == NULL) {
			return zta_arena__failed(names->arena, err);
		}
	}
	table->list[table->count] = name;
	*find_slot(table, &name) = ++table->count;
	*out = table->first + table->count - 1;
	return ZTA_OK;
}

uint32_t
zta_names__find_symbol(const zta_names *names, zta_str text)
{
	zta_name name = { text, 0, hash_of(names, 0, text) };
	uint32_t found = ZTA_NAME_NONE;

	if (names->below != NULL) {
		found = find(&names->below->symbols, &name);
	}
	return found != ZTA_NAME_NONE ? found : find(&names->symbols, &name);
}

uint32_t
zta_names__find_uid(const zta_names *names, uint32_t type, zta_str id)
{
	zta_name name = { id, type, hash_of(names, type, id) };
	uint32_t found = ZTA_NAME_NONE;

	if (names->below != NULL) {
		found = find(&names->below->uids, &name);
	}
	return found != ZTA_NAME_NONE ? found : find(&names->uids, &name);
}

zta_status
zta_names__symbol(zta_names *names, zta_str text, uint32_t *out, zta_error *err)
{
	zta_name name = { text, 0, 0 };

	*out = zta_names__find_symbol(names, text);
	if (*out != ZTA_NAME_NONE) {
		return ZTA_OK;
	}
	name.hash = hash_of(names, 0, text);
	return add(names, &names->symbols, name, out, err);
}

zta_status
zta_names__uid(
    zta_names *names, uint32_t type, zta_str id, uint32_t *out, zta_error *err)
{
	zta_name name = { id, type, 0 };

	*out = zta_names__find_uid(names, type, id);
	if (*out != ZTA_NAME_NONE) {
		return ZTA_OK;
	}
	name.hash = hash_of(names, type, id);
	return add(names, &names->uids, name, out, err);
}

static const zta_name *
symbol_at(const zta_names *names, uint32_t symbol)
{
	while (symbol < names->symbols.first) {
		names = names->below;
	}
	return &names->symbols.list[symbol - names->symbols.first];
}

static const zta_name *
uid_at(const zta_names *names, uint32_t uid)
{
	while (uid < names->uids.first) {
		names = names->below;
	}
	return &names->uids.list[uid - names->uids.first];
}

zta_str
zta_names__text(const zta_names *names, uint32_t symbol)
{
	return symbol_at(names, symbol)->text;
}

zta_str
zta_names__id_of(const zta_names *names, uint32_t uid)
{
	return uid_at(names, uid)->text;
}

uint32_t
zta_names__type_of(const zta_names *names, uint32_t uid)
{
	return uid_at(names, uid)->type;
}

bool
zta_names__is_action(const zta_names *names, uint32_t type)
{
	zta_str text = zta_names__text(names, type);

	return zta_str__is(text, "Action") ||
	    zta_str__ends(text, ZTA_STR("::Action"));
}
