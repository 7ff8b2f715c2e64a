/* SPDX-License-Identifier: Apache-2.0 */
/*
 * replay_groups.c - see replay_groups.h.
 *
 * They are counted in the order of the log, so that examples are the first ones,
 * and sorted at the end: largest first, and those of a size as they came.
 */
#include "pap/replay_groups.h"

#include "base/b64.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/random.h"
#include "base/sort.h"
#include "base/str.h"
#include "pdp/question.h"

zta_status
zta_replay_grouping__begin(
    zta_replay_grouping *g, zta_arena *arena, zta_error *err)
{
	zta_replay_table *const tables[] = { &g->by_policy, &g->by_subject };
	size_t i;

	*g = (zta_replay_grouping){ .arena = arena };
	zta_arena__init(&g->scratch, SIZE_MAX);
	for (i = 0; i < 2; i++) {
		zta_map__init(&tables[i]->keys, arena, zta_random__seed());
		tables[i]->list = zta_arena__alloc(
		    arena, ZTA_REPLAY_GROUPS_MAX * sizeof(zta_replay_row));
		if (tables[i]->list == NULL) {
			return zta_arena__failed(arena, err);
		}
	}
	return ZTA_OK;
}

/* --- one group */

/* The group of this key, a new one if need be; NULL: there are too many. */
static zta_status
find_group(zta_replay_grouping *g, zta_replay_table *table, zta_str key,
    zta_replay_row **out, zta_error *err)
{
	uint32_t number = zta_map__get(&table->keys, key);
	zta_status status;

	*out = NULL;
	if (number == ZTA_MAP_NONE && table->count == ZTA_REPLAY_GROUPS_MAX) {
		g->ungrouped++;
		return ZTA_OK;
	}
	if (number == ZTA_MAP_NONE) {
		key = zta_arena__copy(g->arena, key);
		if (key.ptr == NULL) {
			return zta_arena__failed(g->arena, err);
		}
		number = table->count;
		status = zta_map__add(&table->keys, key, number, err);
		if (status != ZTA_OK) {
			return status;
		}
		table->list[table->count++] =
		    (zta_replay_row){ .shown = { .subjects = ZTA_STR("") } };
	}
	*out = &table->list[number];
	return ZTA_OK;
}

zta_str
zta_replay__entity(zta_arena *arena, zta_str type, zta_str id)
{
	static const char open[] = "::\"";
	size_t len = type.len + sizeof(open) - 1 + id.len + 1;
	char *text = zta_arena__alloc(arena, len);

	if (text == NULL) {
		return (zta_str){ NULL, 0 };
	}
	memcpy(text, type.ptr, type.len);
	memcpy(text + type.len, open, sizeof(open) - 1);
	memcpy(text + type.len + sizeof(open) - 1, id.ptr, id.len);
	text[len - 1] = '"';
	return (zta_str){ text, len };
}

/* Count it once; `*example`: it has become an example. */
static zta_status
count(zta_replay_grouping *g, zta_replay_row *row, const zta_pair *pair,
    bool *example, zta_error *err)
{
	zta_replay_group *group = &row->shown;
	const zta_leaf *leaf = pair->record;
	zta_replay_example *e;
	bool again = row->last == pair->index + 1;

	row->last = pair->index + 1;
	group->count += !again;
	*example = !again && group->example_count < ZTA_REPLAY_EXAMPLES;
	if (!*example) {
		return ZTA_OK;
	}
	e = &group->examples[group->example_count++];
	*e = (zta_replay_example){ .index = pair->index,
		.subject = zta_replay__entity(
		    g->arena, leaf->subject_type, leaf->subject_id),
		.action = zta_arena__copy(g->arena, leaf->action),
		.resource = zta_replay__entity(
		    g->arena, leaf->resource_type, leaf->resource_id) };
	zta_hex__encode(leaf->id, e->id);
	return e->subject.ptr == NULL || e->action.ptr == NULL ||
		e->resource.ptr == NULL ?
	    zta_arena__failed(g->arena, err) :
	    ZTA_OK;
}

/* --- by what decided */

static void
put_outcome(zta_buf *key, const zta_replay_outcome *o)
{
	size_t i;

	zta_buf__byte(key, (char)('0' + o->answer));
	zta_buf__put(key, o->leg);
	zta_buf__byte(key, '\0');
	zta_buf__put(key, o->code);
	for (i = 0; i < o->policy_count; i++) {
		zta_buf__byte(key, '\0');
		zta_buf__put(key, o->policies[i]);
	}
	zta_buf__byte(key, '\n');
}

static bool
keep_outcome(
    zta_arena *arena, const zta_replay_outcome *from, zta_replay_outcome *out)
{
	zta_str *list =
	    zta_arena__alloc(arena, (from->policy_count + 1) * sizeof(*list));
	bool whole = list != NULL;
	size_t i;

	*out = *from;
	out->leg = zta_arena__copy(arena, from->leg);
	out->code = zta_arena__copy(arena, from->code);
	out->policies = list;
	for (i = 0; whole && i < from->policy_count; i++) {
		list[i] = zta_arena__copy(arena, from->policies[i]);
		whole = list[i].ptr != NULL;
	}
	return whole && out->leg.ptr != NULL && out->code.ptr != NULL;
}

static zta_status
add_by_policy(zta_replay_grouping *g, const zta_replayed *one, bool *example,
    zta_error *err)
{
	zta_replay_row *row;
	zta_buf key;
	zta_status status;

	zta_buf__init(&key, SIZE_MAX);
	put_outcome(&key, &one->before);
	put_outcome(&key, &one->after);
	status = key.status != ZTA_OK ?
	    zta_error__nomem(err) :
	    find_group(g, &g->by_policy, zta_buf__str(&key), &row, err);
	zta_buf__release(&key);
	if (status != ZTA_OK || row == NULL) {
		return status;
	}
	if (row->last == 0 &&
	    (!keep_outcome(g->arena, &one->before, &row->shown.before) ||
		!keep_outcome(g->arena, &one->after, &row->shown.after))) {
		return zta_arena__failed(g->arena, err);
	}
	return count(g, row, &one->pair, example, err);
}

/* --- by who asked */

static zta_status
add_to_subjects(zta_replay_grouping *g, const zta_replayed *one,
    zta_str subjects, zta_error *err)
{
	zta_replay_row *row;
	bool example;
	zta_buf key;
	zta_status status;

	zta_buf__init(&key, SIZE_MAX);
	zta_buf__byte(&key, (char)('0' + one->before.answer));
	zta_buf__byte(&key, (char)('0' + one->after.answer));
	zta_buf__put(&key, subjects);
	status = key.status != ZTA_OK ?
	    zta_error__nomem(err) :
	    find_group(g, &g->by_subject, zta_buf__str(&key), &row, err);
	zta_buf__release(&key);
	if (status != ZTA_OK || row == NULL) {
		return status;
	}
	if (row->last == 0) {
		row->shown.before.answer = one->before.answer;
		row->shown.after.answer = one->after.answer;
		row->shown.subjects = zta_arena__copy(g->arena, subjects);
		if (row->shown.subjects.ptr == NULL) {
			return zta_arena__failed(g->arena, err);
		}
	}
	return count(g, row, &one->pair, &example, err);
}

/* What the version knows of an entity, or NULL. */
static const zta_entity *
find_entity(
    const zta_snapshot *version, zta_arena *scratch, zta_str type, zta_str id)
{
	const zta_cedar *cedar = version->cedar;
	zta_str whole = zta_question__type(version, scratch, type);
	uint32_t symbol = whole.ptr == NULL ?
	    ZTA_NAME_NONE :
	    zta_names__find_symbol(&cedar->names, whole);
	uint32_t uid = symbol == ZTA_NAME_NONE ?
	    ZTA_NAME_NONE :
	    zta_names__find_uid(&cedar->names, symbol, id);

	return uid == ZTA_NAME_NONE ? NULL :
				      zta_entities__get(&cedar->entities, uid);
}

static zta_status
add_entity(zta_replay_grouping *g, const zta_replayed *one, zta_str type,
    zta_str id, zta_error *err)
{
	zta_str text = zta_replay__entity(&g->scratch, type, id);

	return text.ptr == NULL ? zta_arena__failed(&g->scratch, err) :
				  add_to_subjects(g, one, text, err);
}

/* All that an entity is in, at any remove. */
static zta_status
add_ancestors(zta_replay_grouping *g, const zta_replayed *one, zta_str type,
    zta_str id, uint32_t *added, zta_error *err)
{
	const zta_names *names = &one->version->cedar->names;
	const zta_entity *entity =
	    find_entity(one->version, &g->scratch, type, id);
	uint32_t i, count = entity == NULL ? 0 : entity->ancestor_count;
	zta_status status = ZTA_OK;

	for (i = 0; status == ZTA_OK && i < count; i++) {
		status = add_entity(g, one,
		    zta_names__text(
			names, zta_names__type_of(names, entity->ancestors[i])),
		    zta_names__id_of(names, entity->ancestors[i]), err);
	}
	*added += count;
	return status;
}

/* As the version knows it, and as its credential said. */
static zta_status
add_subject(zta_replay_grouping *g, const zta_replayed *one, uint32_t *added,
    zta_error *err)
{
	const zta_leaf *leaf = one->pair.record;
	const zta_entity_name *parent;
	uint32_t i;
	zta_status status = add_ancestors(
	    g, one, leaf->subject_type, leaf->subject_id, added, err);

	for (i = 0; status == ZTA_OK && i < one->parent_count; i++) {
		parent = &one->parents[i];
		status = add_entity(g, one, parent->type, parent->id, err);
		if (status == ZTA_OK) {
			status = add_ancestors(
			    g, one, parent->type, parent->id, added, err);
		}
		(*added)++;
	}
	return status;
}

/* The groups of the workload that came last. */
static zta_status
add_workload(zta_replay_grouping *g, const zta_replayed *one, uint32_t *added,
    zta_error *err)
{
	const zta_trust_model *model = &one->version->model;
	const zta_leaf *leaf = one->pair.record;
	const zta_group *group;
	uint32_t i;
	zta_status status = ZTA_OK;

	for (i = 0;
	     status == ZTA_OK && leaf->ring_count > 0 && i < model->group_count;
	     i++) {
		group = &model->groups[i];
		if (!zta_group__has(
			group, leaf->rings[leaf->ring_count - 1].workload)) {
			continue;
		}
		status =
		    add_entity(g, one, ZTA_STR("workloads"), group->name, err);
		(*added)++;
	}
	return status;
}

static zta_status
add_by_subject(zta_replay_grouping *g, const zta_replayed *one, zta_error *err)
{
	uint32_t added = 0;
	zta_status status;

	zta_arena__reset(&g->scratch);
	status = add_subject(g, one, &added, err);
	if (status == ZTA_OK) {
		status = add_workload(g, one, &added, err);
	}
	return status == ZTA_OK && added == 0 ?
	    add_to_subjects(g, one, ZTA_STR("in no group"), err) :
	    status;
}

zta_status
zta_replay_grouping__add(zta_replay_grouping *g, const zta_replayed *one,
    bool *example, zta_error *err)
{
	zta_status status;

	*example = false;
	if (one->before.answer == one->after.answer) {
		return ZTA_OK;
	}
	status = add_by_policy(g, one, example, err);
	return status != ZTA_OK ? status : add_by_subject(g, one, err);
}

/* --- their order */

static int
larger_first(const void *a, const void *b)
{
	const zta_replay_row *x = *(const zta_replay_row *const *)a;
	const zta_replay_row *y = *(const zta_replay_row *const *)b;

	return x->shown.count != y->shown.count ?
	    (x->shown.count < y->shown.count ? 1 : -1) :
	    x < y ? -1 :
		    1;
}

static const zta_replay_group *
sorted(zta_arena *arena, const zta_replay_table *table)
{
	const zta_replay_row **order =
	    zta_arena__alloc(arena, (table->count + 1) * sizeof(*order));
	zta_replay_group *list =
	    zta_arena__alloc(arena, (table->count + 1) * sizeof(*list));
	uint32_t i;

	if (order == NULL || list == NULL) {
		return NULL;
	}
	for (i = 0; i < table->count; i++) {
		order[i] = &table->list[i];
	}
	if (table->count > 0) {
		zta_sort__run(
		    order, table->count, sizeof(*order), larger_first);
	}
	for (i = 0; i < table->count; i++) {
		list[i] = order[i]->shown;
	}
	return list;
}

zta_status
zta_replay_grouping__finish(
    zta_replay_grouping *g, zta_replay_groups *out, zta_error *err)
{
	*out =
	    (zta_replay_groups){ .by_policy = sorted(g->arena, &g->by_policy),
		    .by_subject = sorted(g->arena, &g->by_subject),
		    .by_policy_count = g->by_policy.count,
		    .by_subject_count = g->by_subject.count,
		    .ungrouped = g->ungrouped };
	return out->by_policy == NULL || out->by_subject == NULL ?
	    zta_arena__failed(g->arena, err) :
	    ZTA_OK;
}

void
zta_replay_grouping__release(zta_replay_grouping *g)
{
	zta_arena__release(&g->scratch);
}
