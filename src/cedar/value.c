/* SPDX-License-Identifier: Apache-2.0 */
/* value.c - see value.h. */
#include "cedar/value.h"

#include "base/sort.h"
#include "base/str.h"

/* Records up to this size are searched from the front. */
#define LINEAR_MAX 8
/* And up to this one put in order one by one. */
#define FEW 16

zta_value
zta_value__bool(bool boolean)
{
	return (zta_value){ .kind = ZTA_VALUE_BOOL, .u.boolean = boolean };
}

zta_value
zta_value__number(zta_value_kind kind, int64_t number)
{
	return (zta_value){ .kind = kind, .u.number = number };
}

zta_value
zta_value__str(zta_str text)
{
	return (zta_value){ .kind = ZTA_VALUE_STRING,
		.len = (uint32_t)text.len,
		.u.text = text.ptr };
}

zta_value
zta_value__entity(uint32_t entity)
{
	return (zta_value){ .kind = ZTA_VALUE_ENTITY, .u.entity = entity };
}

static int
order(int64_t a, int64_t b)
{
	return a < b ? -1 : a > b;
}

static int
cmp_sets(const zta_set *a, const zta_set *b)
{
	uint32_t i;
	int by = order(a->count, b->count);

	for (i = 0; by == 0 && i < a->count; i++) {
		by = zta_value__cmp(&a->items[i], &b->items[i]);
	}
	return by;
}

static int
cmp_records(const zta_record *a, const zta_record *b)
{
	uint32_t i;
	int by = order(a->count, b->count);

	for (i = 0; by == 0 && i < a->count; i++) {
		by = order(a->fields[i].key, b->fields[i].key);
		if (by == 0) {
			by = zta_value__cmp(
			    &a->fields[i].value, &b->fields[i].value);
		}
	}
	return by;
}

static int
cmp_ips(const zta_ipaddr *a, const zta_ipaddr *b)
{
	int by = order(a->v6, b->v6);

	if (by == 0) {
		by = order(a->prefix, b->prefix);
	}
	return by != 0 ? by : memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

int
zta_value__cmp(const zta_value *a, const zta_value *b)
{
	if (a->kind != b->kind) {
		return order(a->kind, b->kind);
	}
	switch ((zta_value_kind)a->kind) {
	case ZTA_VALUE_BOOL:
		return order(a->u.boolean, b->u.boolean);
	case ZTA_VALUE_LONG:
	case ZTA_VALUE_DECIMAL:
	case ZTA_VALUE_DATETIME:
	case ZTA_VALUE_DURATION:
		return order(a->u.number, b->u.number);
	case ZTA_VALUE_STRING:
		return zta_str__cmp(zta_value__text(a), zta_value__text(b));
	case ZTA_VALUE_ENTITY:
		return order(a->u.entity, b->u.entity);
	case ZTA_VALUE_SET:
		return cmp_sets(a->u.set, b->u.set);
	case ZTA_VALUE_RECORD:
		return cmp_records(a->u.record, b->u.record);
	case ZTA_VALUE_IPADDR:
		return cmp_ips(a->u.ip, b->u.ip);
	}
	return 0;
}

static int
cmp_items(const void *a, const void *b)
{
	return zta_value__cmp(a, b);
}

static int
cmp_fields(const void *a, const void *b)
{
	const zta_field *x = a, *y = b;

	return order(x->key, y->key);
}

zta_set *
zta_set__alloc(zta_arena *arena, size_t count)
{
	zta_set *set = zta_arena__alloc(
	    arena, sizeof(*set) + count * sizeof(set->items[0]));

	if (set != NULL) {
		set->count = (uint32_t)count;
	}
	return set;
}

zta_record *
zta_record__alloc(zta_arena *arena, size_t count)
{
	zta_record *record = zta_arena__alloc(
	    arena, sizeof(*record) + count * sizeof(record->fields[0]));

	if (record != NULL) {
		record->count = (uint32_t)count;
	}
	return record;
}

void
zta_set__seal(zta_set *set)
{
	uint32_t i, kept = 0;

	zta_sort__run(set->items, set->count, sizeof(set->items[0]), cmp_items);
	for (i = 0; i < set->count; i++) {
		if (kept == 0 ||
		    zta_value__cmp(&set->items[kept - 1], &set->items[i]) !=
			0) {
			set->items[kept++] = set->items[i];
		}
	}
	set->count = kept;
}

/* Most records have a few fields, which are put in order where they are. */
static void
order_few(zta_field *fields, uint32_t count)
{
	zta_field spare;
	uint32_t i, j;

	for (i = 1; i < count; i++) {
		spare = fields[i];
		for (j = i; j > 0 && spare.key < fields[j - 1].key; j--) {
			fields[j] = fields[j - 1];
		}
		fields[j] = spare;
	}
}

bool
zta_record__seal(zta_record *record)
{
	uint32_t i;

	if (record->count <= FEW) {
		order_few(record->fields, record->count);
	} else {
		zta_sort__run(record->fields, record->count,
		    sizeof(record->fields[0]), cmp_fields);
	}
	for (i = 1; i < record->count; i++) {
		if (record->fields[i - 1].key == record->fields[i].key) {
			return false;
		}
	}
	return true;
}

bool
zta_set__has(const zta_set *set, const zta_value *value)
{
	uint32_t low = 0, high = set->count, middle;
	int by;

	while (low < high) {
		middle = low + (high - low) / 2;
		by = zta_value__cmp(value, &set->items[middle]);
		if (by == 0) {
			return true;
		}
		if (by < 0) {
			high = middle;
		} else {
			low = middle + 1;
		}
	}
	return false;
}

bool
zta_set__includes(const zta_set *set, const zta_set *part)
{
	uint32_t i = 0, j = 0;
	int by;

	while (j < part->count) {
		if (i == set->count) {
			return false;
		}
		by = zta_value__cmp(&set->items[i], &part->items[j]);
		if (by > 0) {
			return false;
		}
		i++;
		j += by == 0;
	}
	return true;
}

bool
zta_set__meets(const zta_set *a, const zta_set *b)
{
	uint32_t i = 0, j = 0;
	int by;

	while (i < a->count && j < b->count) {
		by = zta_value__cmp(&a->items[i], &b->items[j]);
		if (by == 0) {
			return true;
		}
		i += by < 0;
		j += by > 0;
	}
	return false;
}

const zta_value *
zta_record__get(const zta_record *record, uint32_t key)
{
	uint32_t low = 0, high = record->count, middle;

	while (high - low > LINEAR_MAX) {
		middle = low + (high - low) / 2;
		if (record->fields[middle].key <= key) {
			low = middle;
		} else {
			high = middle;
		}
	}
	for (; low < high; low++) {
		if (record->fields[low].key == key) {
			return &record->fields[low].value;
		}
	}
	return NULL;
}
