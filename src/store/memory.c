/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memory.c - the store without a disk: what the others do, in plain C.
 *
 * A call that writes first makes all that it needs, which may fail, then links
 * it, which cannot: so nothing of a call that failed is seen.
 */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/random.h"
#include "base/str.h"
#include "store/class.h"
#include "store/object_table.h"

/* Changes of the first array of them. */
#define CHANGES_MIN 64u

/* What has a name; in lists that ascend by it. First member of the others. */
typedef struct named {
	struct named *next;
	size_t len;
	char name[ZTA_STORE_NAME_MAX];
} named;

typedef struct ref {
	named named;
	zta_oid oid;
} ref;

typedef struct value {
	named named;
	char *body; /* malloc; NULL: none */
	size_t len;
} value;

typedef struct ledger {
	named named;
	named *refs, *values;
	zta_object_table objects;
} ledger;

typedef struct change {
	const ledger *ledger;
	const ref *ref;
	zta_oid from, to;
} change;

typedef struct memory {
	zta_store store;
	named *ledgers;
	change *changes; /* the first has the number 1 */
	size_t change_count, change_room;
} memory;

/* --- names */

static zta_str
name_of(const named *n)
{
	return (zta_str){ n->name, n->len };
}

/* Where `name` is linked, or would be. */
static named **
find(named **list, zta_str name)
{
	while (*list != NULL && zta_str__cmp(name_of(*list), name) < 0) {
		list = &(*list)->next;
	}
	return list;
}

/* What is linked at `link`, if it has this name, or NULL. */
static named *
at(named **link, zta_str name)
{
	return *link != NULL && zta_str__eq(name_of(*link), name) ? *link :
								    NULL;
}

/* A zeroed piece of `size` bytes that begins with this name, or NULL. */
static named *
make(zta_str name, size_t size)
{
	named *n = calloc(1, size);

	if (n != NULL) {
		n->len = name.len;
		memcpy(n->name, name.ptr, name.len);
	}
	return n;
}

static void
link_at(named **link, named *n)
{
	n->next = *link;
	*link = n;
}

static ledger *
find_ledger(zta_store *store, zta_str name)
{
	return (ledger *)at(find(&((memory *)store)->ledgers, name), name);
}

/* --- ledgers */

static zta_status
memory_ledger_create(zta_store *store, zta_str name, zta_error *err)
{
	memory *m = (memory *)store;
	named **link = find(&m->ledgers, name);
	ledger *l;

	if (at(link, name) != NULL) {
		return ZTA_EEXIST;
	}
	l = (ledger *)make(name, sizeof(*l));
	if (l == NULL) {
		return zta_error__nomem(err);
	}
	l->objects.seed = zta_random__seed();
	link_at(link, &l->named);
	return ZTA_OK;
}

static zta_status
memory_ledger_list(zta_store *store, zta_str prefix, zta_arena *arena,
    zta_str **ledgers, size_t *count, zta_error *err)
{
	const memory *m = (const memory *)store;
	const named *l;
	size_t room = 0;
	zta_str name;

	for (l = m->ledgers; l != NULL; l = l->next) {
		room += zta_str__starts(name_of(l), prefix);
	}
	*ledgers = zta_arena__zalloc(arena, room, sizeof(**ledgers));
	if (*ledgers == NULL) {
		return zta_arena__failed(arena, err);
	}
	for (l = m->ledgers; l != NULL; l = l->next) {
		if (!zta_str__starts(name_of(l), prefix)) {
			continue;
		}
		name = zta_arena__copy(arena, name_of(l));
		if (name.ptr == NULL) {
			return zta_arena__failed(arena, err);
		}
		(*ledgers)[(*count)++] = name;
	}
	return ZTA_OK;
}

/* --- objects */

static zta_status
memory_object_get(zta_store *store, zta_str name, zta_arena *arena,
    zta_store_object *out, zta_error *err)
{
	const ledger *l = find_ledger(store, name);
	const zta_table_object *object = NULL;

	if (l != NULL) {
		object = zta_object_table__find(&l->objects, &out->oid);
	}
	if (object == NULL) {
		return ZTA_ENOTFOUND;
	}
	out->kind = object->kind;
	out->body =
	    zta_arena__copy(arena, (zta_str){ object->body, object->len });
	return out->body.ptr == NULL ? zta_arena__failed(arena, err) : ZTA_OK;
}

static zta_status
memory_object_has(zta_store *store, zta_str name, const zta_oid *oids,
    size_t count, bool *has, zta_error *err)
{
	const ledger *l = find_ledger(store, name);
	size_t i;

	(void)err;
	for (i = 0; l != NULL && i < count; i++) {
		has[i] = zta_object_table__find(&l->objects, &oids[i]) != NULL;
	}
	return l == NULL ? ZTA_ENOTFOUND : ZTA_OK;
}

static zta_status
memory_object_put(zta_store *store, zta_str name,
    const zta_store_object *objects, size_t count, zta_error *err)
{
	ledger *l = find_ledger(store, name);
	zta_table_object *list;
	zta_status status;

	if (l == NULL) {
		return ZTA_ENOTFOUND;
	}
	status =
	    zta_object_table__prepare(&l->objects, objects, count, &list, err);
	if (status == ZTA_OK) {
		zta_object_table__commit(&l->objects, list);
	}
	return status;
}

/* --- refs */

static zta_status
memory_ref_get(zta_store *store, zta_str name, zta_str ref_name, zta_oid *oid,
    zta_error *err)
{
	ledger *l = find_ledger(store, name);
	const ref *r = NULL;

	(void)err;
	if (l != NULL) {
		r = (const ref *)at(find(&l->refs, ref_name), ref_name);
	}
	if (r == NULL) {
		return ZTA_ENOTFOUND;
	}
	*oid = r->oid;
	return ZTA_OK;
}

static zta_status
memory_ref_list(zta_store *store, zta_str name, zta_arena *arena,
    zta_store_ref **refs, size_t *count, zta_error *err)
{
	const ledger *l = find_ledger(store, name);
	const named *n;
	size_t room = 0;
	zta_str copy;

	if (l == NULL) {
		return ZTA_ENOTFOUND;
	}
	for (n = l->refs; n != NULL; n = n->next) {
		room++;
	}
	*refs = zta_arena__zalloc(arena, room, sizeof(**refs));
	if (*refs == NULL) {
		return zta_arena__failed(arena, err);
	}
	for (n = l->refs; n != NULL; n = n->next) {
		copy = zta_arena__copy(arena, name_of(n));
		if (copy.ptr == NULL) {
			return zta_arena__failed(arena, err);
		}
		(*refs)[(*count)++] =
		    (zta_store_ref){ copy, ((const ref *)n)->oid };
	}
	return ZTA_OK;
}

/* Room for one more change. */
static zta_status
reserve_change(memory *m, zta_error *err)
{
	size_t room = m->change_room == 0 ? CHANGES_MIN : m->change_room * 2;
	change *changes;

	if (m->change_count < m->change_room) {
		return ZTA_OK;
	}
	changes = realloc(m->changes, room * sizeof(*changes));
	if (changes == NULL) {
		return zta_error__nomem(err);
	}
	m->changes = changes;
	m->change_room = room;
	return ZTA_OK;
}

static zta_status
memory_ref_move(
    zta_store *store, zta_str name, const zta_store_move *move, zta_error *err)
{
	static const zta_oid none;
	memory *m = (memory *)store;
	ledger *l = find_ledger(store, name);
	named **link = l == NULL ? NULL : find(&l->refs, move->ref);
	ref *there = l == NULL ? NULL : (ref *)at(link, move->ref), *r = there;
	zta_table_object *list;
	zta_status status;

	if (l == NULL) {
		return ZTA_ENOTFOUND;
	}
	if (!zta_oid__eq(there == NULL ? &none : &there->oid, &move->from)) {
		return ZTA_ECONFLICT;
	}
	status = reserve_change(m, err);
	if (status == ZTA_OK && there == NULL) {
		r = (ref *)make(move->ref, sizeof(*r));
		status = r == NULL ? zta_error__nomem(err) : ZTA_OK;
	}
	if (status == ZTA_OK) {
		status = zta_object_table__prepare(
		    &l->objects, move->objects, move->count, &list, err);
	}
	if (status != ZTA_OK) {
		free(there == NULL ? r : NULL);
		return status;
	}
	zta_object_table__commit(&l->objects, list);
	if (there == NULL) {
		link_at(link, &r->named);
	}
	r->oid = move->to;
	m->changes[m->change_count++] = (change){ l, r, move->from, move->to };
	return ZTA_OK;
}

/* --- values */

static zta_status
memory_value_get(zta_store *store, zta_str name, zta_str key, zta_arena *arena,
    zta_str *out, zta_error *err)
{
	ledger *l = find_ledger(store, name);
	const value *v = NULL;

	if (l != NULL) {
		v = (const value *)at(find(&l->values, key), key);
	}
	if (v == NULL) {
		return ZTA_ENOTFOUND;
	}
	*out = zta_arena__copy(arena, (zta_str){ v->body, v->len });
	return out->ptr == NULL ? zta_arena__failed(arena, err) : ZTA_OK;
}

static zta_status
memory_value_put(
    zta_store *store, zta_str name, zta_str key, zta_str text, zta_error *err)
{
	ledger *l = find_ledger(store, name);
	named **link;
	value *v;
	char *body;

	if (l == NULL) {
		return ZTA_ENOTFOUND;
	}
	body = malloc(text.len + 1);
	if (body == NULL) {
		return zta_error__nomem(err);
	}
	link = find(&l->values, key);
	v = (value *)at(link, key);
	if (v == NULL) {
		v = (value *)make(key, sizeof(*v));
		if (v == NULL) {
			free(body);
			return zta_error__nomem(err);
		}
		link_at(link, &v->named);
	}
	if (text.len > 0) {
		memcpy(body, text.ptr, text.len);
	}
	free(v->body);
	v->body = body;
	v->len = text.len;
	return ZTA_OK;
}

/* --- changes */

static zta_status
memory_changes(zta_store *store, uint64_t after, size_t max, zta_arena *arena,
    zta_store_change **changes, size_t *count, zta_error *err)
{
	const memory *m = (const memory *)store;
	size_t n = after >= m->change_count ? 0 : m->change_count - after;
	const change *c;
	zta_store_change *out;

	n = n > max ? max : n;
	*changes = zta_arena__zalloc(arena, n, sizeof(**changes));
	if (*changes == NULL) {
		return zta_arena__failed(arena, err);
	}
	for (; *count < n; *count += 1) {
		c = &m->changes[after + *count];
		out = &(*changes)[*count];
		*out = (zta_store_change){ .seq = after + *count + 1,
			.ledger =
			    zta_arena__copy(arena, name_of(&c->ledger->named)),
			.ref = zta_arena__copy(arena, name_of(&c->ref->named)),
			.from = c->from,
			.to = c->to };
		if (out->ledger.ptr == NULL || out->ref.ptr == NULL) {
			return zta_arena__failed(arena, err);
		}
	}
	return ZTA_OK;
}

static zta_status
memory_newest(zta_store *store, uint64_t *newest, zta_error *err)
{
	(void)err;
	*newest = ((const memory *)store)->change_count;
	return ZTA_OK;
}

static zta_status
memory_rest(zta_store *store, int64_t deadline_ms, zta_error *err)
{
	(void)err;
	zta_turn__wait(&store->turn, deadline_ms);
	return ZTA_OK;
}

/* --- the handle */

static void
free_list(named *list)
{
	named *next;

	for (; list != NULL; list = next) {
		next = list->next;
		free(list);
	}
}

static void
memory_close(zta_store *store)
{
	memory *m = (memory *)store;
	named *l, *v;

	for (l = m->ledgers; l != NULL; l = l->next) {
		for (v = ((ledger *)l)->values; v != NULL; v = v->next) {
			free(((value *)v)->body);
		}
		free_list(((ledger *)l)->values);
		free_list(((ledger *)l)->refs);
		zta_object_table__release(&((ledger *)l)->objects);
	}
	free_list(m->ledgers);
	free(m->changes);
	free(m);
}

static const zta_store_class memory_class = { .version =
						  ZTA_STORE_CLASS_VERSION,
	.close = memory_close,
	.ledger_create = memory_ledger_create,
	.ledger_list = memory_ledger_list,
	.object_get = memory_object_get,
	.object_has = memory_object_has,
	.object_put = memory_object_put,
	.ref_get = memory_ref_get,
	.ref_list = memory_ref_list,
	.ref_move = memory_ref_move,
	.value_get = memory_value_get,
	.value_put = memory_value_put,
	.changes = memory_changes,
	.newest = memory_newest,
	.rest = memory_rest };

zta_status
zta_memory__open(zta_store **out, zta_error *err)
{
	memory *m = calloc(1, sizeof(*m));

	if (m == NULL) {
		return zta_error__nomem(err);
	}
	m->store.class = &memory_class;
	*out = &m->store;
	return ZTA_OK;
}
