/* SPDX-License-Identifier: Apache-2.0 */
/* names.c - see names.h. Open addressing, linear probing, at most 3/4 full. */
#include "cedar/names.h"

#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"

#define SLOTS_MIN 32u

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

/* How many names fit so many slots. */
static uint32_t
room_of(uint32_t slots)
{
	return slots / 4 * 3;
}

/* Of names and slots; the texts stay where they are. */
static bool
copy_table(zta_arena *arena, zta_name_table *table)
{
	const zta_name *list = table->list;
	const zta_name_slot *slots = table->slots;
	size_t room = room_of(table->slot_count);

	if (table->slot_count == 0) {
		return true;
	}
	table->list = zta_arena__alloc(arena, room * sizeof(*list));
	table->slots =
	    zta_arena__alloc(arena, table->slot_count * sizeof(*slots));
	if (table->list == NULL || table->slots == NULL) {
		return false;
	}
	memcpy(table->list, list, table->count * sizeof(*list));
	memcpy(table->slots, slots, table->slot_count * sizeof(*slots));
	return true;
}

/* All texts in one piece. */
static bool
copy_texts(zta_arena *arena, zta_name_table *table)
{
	size_t len = 0;
	uint32_t i;
	char *to;

	for (i = 0; i < table->count; i++) {
		len += table->list[i].len;
	}
	to = zta_arena__alloc(arena, len);
	for (i = 0; to != NULL && i < table->count; i++) {
		len = table->list[i].len;
		if (len > 0) {
			memcpy(to, table->list[i].text, len);
		}
		table->list[i].text = to;
		to += len;
	}
	return to != NULL;
}

bool
zta_names__copy(zta_names *names, zta_arena *arena, const zta_names *from)
{
	*names = *from;
	names->arena = arena;
	return copy_table(arena, &names->symbols) &&
	    copy_table(arena, &names->uids) &&
	    copy_texts(arena, &names->symbols) &&
	    copy_texts(arena, &names->uids);
}

static uint32_t
hash_of(const zta_names *names, uint32_t type, zta_str text)
{
	return (uint32_t)zta_str__hash(
	    text, names->seed + type * UINT64_C(0x9e3779b97f4a7c15));
}

/* The slot that holds the name, or the free one where it belongs. */
static zta_name_slot *
find_slot(
    const zta_name_table *table, uint32_t hash, uint32_t type, zta_str text)
{
	uint32_t mask = table->slot_count - 1, at = hash & mask;
	zta_name_slot *slot;
	const zta_name *name;

	for (;; at = (at + 1) & mask) {
		slot = &table->slots[at];
		if (slot->place == 0) {
			return slot;
		}
		if (slot->hash != hash) {
			continue;
		}
		name = &table->list[slot->place - 1];
		if (name->type == type && name->len == text.len &&
		    (text.len == 0 ||
			memcmp(name->text, text.ptr, text.len) == 0)) {
			return slot;
		}
	}
}

static uint32_t
find(const zta_name_table *table, uint32_t hash, uint32_t type, zta_str text)
{
	uint32_t place;

	if (table->count == 0) {
		return ZTA_NAME_NONE;
	}
	place = find_slot(table, hash, type, text)->place;
	return place == 0 ? ZTA_NAME_NONE : table->first + place - 1;
}

/* Twice the slots, each name in its new place. */
static bool
grow(zta_names *names, zta_name_table *table)
{
	uint32_t i, at, count = table->slot_count;
	uint32_t more = count == 0 ? SLOTS_MIN : count * 2;
	zta_name_slot *slots, slot;
	zta_name *list = zta_arena__grow(names->arena, table->list,
	    table->count, room_of(more), sizeof(*list));

	if (list == NULL) {
		return false;
	}
	table->list = list;
	slots = zta_arena__zalloc(names->arena, more, sizeof(*slots));
	if (slots == NULL) {
		return false;
	}
	for (i = 0; i < count; i++) {
		slot = table->slots[i];
		if (slot.place != 0) {
			at = slot.hash & (more - 1);
			while (slots[at].place != 0) {
				at = (at + 1) & (more - 1);
			}
			slots[at] = slot;
		}
	}
	zta_arena__drop(names->arena, table->slots, count * sizeof(*slots));
	table->slots = slots;
	table->slot_count = more;
	return true;
}

/* Add a name that is not there; only a snapshot keeps copies. */
static zta_status
add(zta_names *names, zta_name_table *table, uint32_t hash, uint32_t type,
    zta_str text, uint32_t *out, zta_error *err)
{
	uint32_t max =
	    names->below == NULL ? UINT32_MAX / 8 : ZTA_CEDAR_REQUEST_NAMES_MAX;

	if (table->count >= max) {
		return zta_error__set(
		    err, ZTA_ELIMIT, "over %u different names", max);
	}
	if (table->count == room_of(table->slot_count) && !grow(names, table)) {
		return zta_arena__failed(names->arena, err);
	}
	if (names->below == NULL) {
		text = zta_arena__copy(names->arena, text);
		if (text.ptr == NULL) {
			return zta_arena__failed(names->arena, err);
		}
	}
	table->list[table->count] =
	    (zta_name){ text.ptr, (uint32_t)text.len, type };
	*out = table->first + table->count;
	*find_slot(table, hash, type, text) =
	    (zta_name_slot){ hash, ++table->count };
	return ZTA_OK;
}

/* Below first, where there is a layer below; all have the same seed. */
static uint32_t
find_symbol(const zta_names *names, uint32_t hash, zta_str text)
{
	uint32_t found = ZTA_NAME_NONE;

	if (names->below != NULL) {
		found = find(&names->below->symbols, hash, 0, text);
	}
	return found != ZTA_NAME_NONE ? found :
					find(&names->symbols, hash, 0, text);
}

static uint32_t
find_uid(const zta_names *names, uint32_t hash, uint32_t type, zta_str id)
{
	uint32_t found = ZTA_NAME_NONE;

	if (names->below != NULL) {
		found = find(&names->below->uids, hash, type, id);
	}
	return found != ZTA_NAME_NONE ? found :
					find(&names->uids, hash, type, id);
}

uint32_t
zta_names__find_symbol(const zta_names *names, zta_str text)
{
	return find_symbol(names, hash_of(names, 0, text), text);
}

uint32_t
zta_names__find_uid(const zta_names *names, uint32_t type, zta_str id)
{
	return find_uid(names, hash_of(names, type, id), type, id);
}

zta_status
zta_names__symbol(zta_names *names, zta_str text, uint32_t *out, zta_error *err)
{
	uint32_t hash = hash_of(names, 0, text);

	*out = find_symbol(names, hash, text);
	return *out != ZTA_NAME_NONE ?
	    ZTA_OK :
	    add(names, &names->symbols, hash, 0, text, out, err);
}

zta_status
zta_names__uid(
    zta_names *names, uint32_t type, zta_str id, uint32_t *out, zta_error *err)
{
	uint32_t hash = hash_of(names, type, id);

	*out = find_uid(names, hash, type, id);
	return *out != ZTA_NAME_NONE ?
	    ZTA_OK :
	    add(names, &names->uids, hash, type, id, out, err);
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

static zta_str
text_of(const zta_name *name)
{
	return (zta_str){ name->text, name->len };
}

zta_str
zta_names__text(const zta_names *names, uint32_t symbol)
{
	return text_of(symbol_at(names, symbol));
}

zta_str
zta_names__id_of(const zta_names *names, uint32_t uid)
{
	return text_of(uid_at(names, uid));
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
