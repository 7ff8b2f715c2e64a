/* SPDX-License-Identifier: Apache-2.0 */
/*
 * find.c - searches for principals, resources and actions; ztauth/cedar.h
 * tells their use.
 *
 * Actions are few, and with a schema each gives the context types of its own,
 * so nothing can be evaluated beforehand: each is decided by the authorizer,
 * whose index finds the policies that name it.
 */
#include <stdlib.h>

#include "base/error.h"
#include "base/str.h"
#include "cedar/conform.h"
#include "cedar/search.h"

/* --- a search, open and closed */

/* Without a schema: what is in the store, and what policies name. */
static zta_status
list_actions(zta_cedar_search *search, zta_error *err)
{
	const zta_cedar *engine = search->engine;
	const zta_schema *schema = engine->schema;
	uint32_t end = zta_names__uid_count(&engine->names), uid, count = 0;
	uint32_t room = schema != NULL ? schema->action_count : end;
	uint32_t *list;

	list = zta_arena__alloc(&search->arena, room * sizeof(*list));
	if (list == NULL) {
		return zta_arena__failed(&search->arena, err);
	}
	if (schema != NULL) {
		for (; count < schema->action_count; count++) {
			list[count] = schema->actions[count].uid;
		}
		end = 0;
	}
	for (uid = 0; uid < end; uid++) {
		if (zta_names__is_action(&engine->names,
			zta_names__type_of(&engine->names, uid)) &&
		    (uid < engine->policies.named ||
			zta_entities__get(&engine->entities, uid) != NULL)) {
			list[count++] = uid;
		}
	}
	search->actions = (zta_uid_list){ list, count };
	return ZTA_OK;
}

static zta_status
find_paths_of(const zta_policy_file *file, zta_arena *scratch, zta_path *paths,
    uint32_t *count, zta_error *err)
{
	uint8_t *marks =
	    zta_arena__zalloc(scratch, file->code.node_count + 1u, 1);
	const zta_policy *policy = file->policies;
	uint32_t i;

	if (marks == NULL) {
		return zta_arena__failed(scratch, err);
	}
	for (i = 0; i < file->count; i++, policy++) {
		if (!policy->forbid && policy->condition != ZTA_NAME_NONE) {
			marks[policy->condition] = ZTA_MARK_WHOLE;
		}
	}
	zta_code__paths(&file->code, file->reads, marks, paths, count);
	return ZTA_OK;
}

/* The paths that permits compare: forbids are not looked up. */
static zta_status
find_paths(
    zta_cedar_search *search, zta_path **paths, uint32_t *count, zta_error *err)
{
	const zta_policies *policies = &search->engine->policies;
	zta_arena *arena = &search->arena, scratch;
	zta_status status = ZTA_OK;
	uint32_t i;

	*count = 0;
	*paths =
	    zta_arena__zalloc(arena, ZTA_SEARCH_PATHS_MAX, sizeof(**paths));
	if (*paths == NULL) {
		return zta_arena__failed(arena, err);
	}
	zta_arena__init(&scratch, SIZE_MAX);
	for (i = policies->file_count; status == ZTA_OK && i > 0; i--) {
		status = find_paths_of(
		    policies->files[i - 1].file, &scratch, *paths, count, err);
		zta_arena__reset(&scratch);
	}
	zta_arena__release(&scratch);
	return status;
}

static zta_status
build(zta_cedar_search *search, zta_error *err)
{
	const zta_policies *policies = &search->engine->policies;
	zta_arena *arena = &search->arena;
	zta_path *paths;
	uint32_t path_count;
	zta_status status = find_paths(search, &paths, &path_count, err);

	if (status == ZTA_OK) {
		status = zta_search_index__build(&search->index, arena,
		    &search->engine->entities, &search->engine->names, paths,
		    path_count, err);
	}
	if (status == ZTA_OK) {
		status = zta_policies__index(policies, ZTA_VAR_PRINCIPAL, arena,
		    &search->blind[ZTA_VAR_PRINCIPAL], err);
	}
	if (status == ZTA_OK) {
		status = zta_policies__index(policies, ZTA_VAR_RESOURCE, arena,
		    &search->blind[ZTA_VAR_RESOURCE], err);
	}
	return status == ZTA_OK ? list_actions(search, err) : status;
}

zta_status
zta_cedar_search_open(
    zta_cedar_search **out, const zta_cedar *engine, zta_error *err)
{
	zta_cedar_search *search;
	zta_status status;

	*out = NULL;
	if (engine->phase != ZTA_CEDAR_SEALED) {
		return zta_error__set(
		    err, ZTA_EINVAL, "the engine is not sealed");
	}
	search = calloc(1, sizeof(*search));
	if (search == NULL) {
		return zta_error__nomem(err);
	}
	zta_arena__init(&search->arena, SIZE_MAX);
	search->engine = engine;
	status = build(search, err);
	if (status != ZTA_OK) {
		zta_cedar_search_close(search);
		return status;
	}
	*out = search;
	return ZTA_OK;
}

void
zta_cedar_search_close(zta_cedar_search *search)
{
	if (search != NULL) {
		zta_arena__release(&search->arena);
		free(search);
	}
}

/* --- actions */

typedef struct action_search {
	const zta_cedar *engine;
	zta_value_reader reader; /* of one context after another */
	const zta_json *context; /* NULL: none */
	zta_question question;
	unsigned flags;
	zta_arena *scratch;
	bool asked; /* an action could be asked for */
} action_search;

/* ZTA_EINVALID: with this action there is no such request. */
static zta_status
try_action(action_search *s, uint32_t uid, bool *permitted, zta_error *err)
{
	const zta_cedar *engine = s->engine;
	zta_verdict verdict;
	zta_status status = ZTA_OK;

	*permitted = false;
	zta_arena__reset(s->scratch);
	s->question.action = uid;
	if (engine->schema != NULL) {
		status = zta_request__context(
		    &s->reader, s->context, uid, &s->question.context);
	}
	if (status == ZTA_OK && engine->schema != NULL &&
	    (s->flags & ZTA_CEDAR_VALIDATE_REQUEST) != 0) {
		status =
		    zta_conform__question(engine->schema, &s->question, err);
	}
	if (status == ZTA_OK) {
		s->asked = true;
		status = zta_authorize__run(&engine->policies,
		    &engine->entities, &s->question, s->scratch, &verdict, err);
		*permitted = status == ZTA_OK && verdict.permitted;
	}
	return status;
}

/* What is wrong for every action is wrong with the request. */
static zta_status
try_actions(action_search *s, zta_uid_list actions, zta_search_page *page,
    zta_error *err)
{
	uint32_t i = 0, uid;
	zta_status status = ZTA_OK;
	bool permitted;

	while (i < actions.count && actions.list[i] < page->from) {
		i++;
	}
	for (; i < actions.count && page->count < page->limit; i++) {
		uid = actions.list[i];
		page->evaluations++;
		status = try_action(s, uid, &permitted, err);
		if (status != ZTA_OK && status != ZTA_EINVALID) {
			return status;
		}
		if (permitted) {
			page->uids[page->count++] = uid;
		}
		page->next = (uint64_t)uid + 1;
	}
	if (i == actions.count) {
		page->next = 0;
	}
	return s->asked || page->from > 0 ? ZTA_OK : status;
}

/* --- requests */

static zta_value_reader
reader_of(
    const zta_cedar *engine, zta_arena *arena, zta_asked *asked, zta_error *err)
{
	return (zta_value_reader){ .arena = arena,
		.names = &asked->names,
		.schema = engine->schema,
		.doc = &asked->doc,
		.err = err };
}

static zta_status
search_actions(const zta_cedar_search *search, unsigned flags,
    zta_search_room room, zta_asked *asked, zta_search_page *page,
    zta_error *err)
{
	action_search s = { .engine = search->engine,
		.reader = reader_of(search->engine, room.scratch, asked, err),
		.context = zta_json__get(asked->doc.root, "context"),
		.question = asked->question,
		.flags = flags,
		.scratch = room.scratch };

	page->uids =
	    zta_arena__alloc(room.arena, page->limit * sizeof(page->uids[0]));
	return page->uids == NULL ? zta_arena__failed(room.arena, err) :
				    try_actions(&s, search->actions, page, err);
}

zta_status
zta_search__run(const zta_cedar_search *search, zta_str request, unsigned flags,
    zta_search_room room, zta_asked *asked, zta_search_page *page,
    zta_error *err)
{
	const zta_cedar *engine = search->engine;
	zta_value_reader reader = reader_of(engine, room.arena, asked, err);
	zta_sought sought;
	zta_status status;

	zta_names__lay_over(&asked->names, room.arena, &engine->names);
	status = zta_json__read(room.arena, request, &asked->doc, err);
	if (status == ZTA_OK) {
		status = zta_request__read_search(
		    &reader, asked->doc.root, &asked->question, &sought);
	}
	if (status == ZTA_OK && sought.var == ZTA_VAR_ACTION) {
		return search_actions(search, flags, room, asked, page, err);
	}
	if (status == ZTA_OK && engine->schema != NULL &&
	    (flags & ZTA_CEDAR_VALIDATE_REQUEST) != 0) {
		status = zta_conform__open_question(engine->schema,
		    &asked->question, sought.var, sought.type, err);
	}
	return status != ZTA_OK ? status :
				  zta_search__entities(search, &asked->question,
				      &sought, room, page, err);
}

static zta_status
tell(const zta_search_page *page, const zta_names *names, zta_arena *arena,
    zta_cedar_found *found, zta_error *err)
{
	zta_cedar_entity *list =
	    zta_arena__alloc(arena, page->count * sizeof(*list));
	uint32_t i;

	if (list == NULL) {
		return zta_arena__failed(arena, err);
	}
	for (i = 0; i < page->count; i++) {
		list[i].type = zta_names__text(
		    names, zta_names__type_of(names, page->uids[i]));
		list[i].id = zta_names__id_of(names, page->uids[i]);
	}
	*found = (zta_cedar_found){ .list = list,
		.count = page->count,
		.next = page->next,
		.evaluations = page->evaluations };
	return ZTA_OK;
}

zta_status
zta_cedar_find(zta_cedar_session *session, const zta_cedar_search *search,
    zta_str request, unsigned flags, zta_cedar_page where,
    zta_cedar_found *found, zta_error *err)
{
	zta_search_room room = { &session->arena, &session->scratch };
	zta_search_page page = { .from = where.after,
		.limit = (uint32_t)where.limit };
	zta_asked asked;
	zta_status status;

	*found = (zta_cedar_found){ 0 };
	if (search->engine != session->engine) {
		return zta_error__set(
		    err, ZTA_EINVAL, "the search is of another engine");
	}
	if (where.limit == 0 || where.limit > ZTA_CEDAR_PAGE_MAX) {
		return zta_error__set(err, ZTA_EINVAL,
		    "a page has a limit of 1 to %u", ZTA_CEDAR_PAGE_MAX);
	}
	zta_arena__reset(&session->arena);
	zta_arena__reset(&session->scratch);
	status =
	    zta_search__run(search, request, flags, room, &asked, &page, err);
	return status != ZTA_OK ?
	    status :
	    tell(&page, &search->engine->names, &session->arena, found, err);
}
