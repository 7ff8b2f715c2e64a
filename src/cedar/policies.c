/* SPDX-License-Identifier: Apache-2.0 */
/* policies.c - see policies.h. */
#include "cedar/policies.h"

#include <stdio.h>

#include "base/error.h"
#include "base/json.h"
#include "base/str.h"
#include "cedar/parse.h"
#include "cedar/policy_json.h"

void
zta_policies__init(zta_policies *policies, zta_names *names)
{
	*policies = (zta_policies){ .names = names };
	zta_map__init(&policies->ids, names->arena, names->seed);
}

static zta_status
no_room(const zta_policies *policies, zta_error *err)
{
	return zta_arena__failed(policies->names->arena, err);
}

/* Room for one more, or NULL. */
static zta_policy *
push(zta_policies *policies, zta_policy_list *list)
{
	uint32_t more = list->room == 0 ? 16 : list->room * 2;
	zta_policy *bigger;

	if (list->count == list->room) {
		bigger = zta_arena__grow(policies->names->arena, list->list,
		    list->count, more, sizeof(*bigger));
		if (bigger == NULL) {
			return NULL;
		}
		list->list = bigger;
		list->room = more;
	}
	return &list->list[list->count++];
}

/* Ids of policies carry the index in their list; templates have this bit. */
#define TEMPLATE_BIT (1u << 31)

/* The id is taken: say by whom. */
static zta_status
fail_taken(const zta_policies *policies, zta_str id, zta_error *err)
{
	uint32_t number = zta_map__get(&policies->ids, id), line, column;
	const zta_policy *other = (number & TEMPLATE_BIT) != 0 ?
	    &policies->templates.list[number & ~TEMPLATE_BIT] :
	    &policies->policies.list[number];
	zta_str file = zta_policies__place(
	    policies, other->file, other->at, &line, &column);

	return zta_error__set(err, ZTA_EEXIST,
	    "two policies have the id `%.*s`; the other is at %.*s:%u:%u",
	    ZTA_STR_ARG(id), ZTA_STR_ARG(file), line, column);
}

static zta_status
add_policy(zta_policies *policies, const zta_policy *policy, bool template,
    zta_error *err)
{
	zta_policy_list *list =
	    template ? &policies->templates : &policies->policies;
	uint32_t number = list->count | (template ? TEMPLATE_BIT : 0);
	zta_policy *kept;
	zta_status status =
	    zta_map__add(&policies->ids, policy->id, number, err);

	if (status != ZTA_OK) {
		return status == ZTA_EEXIST ?
		    fail_taken(policies, policy->id, err) :
		    status;
	}
	kept = push(policies, list);
	if (kept == NULL) {
		return no_room(policies, err);
	}
	*kept = *policy;
	return ZTA_OK;
}

static zta_status
compile_scope(zta_policies *policies, const zta_scope_text *text,
    zta_scope *scope, zta_error *err)
{
	zta_names *names = policies->names;
	uint32_t *uids, type, i;
	zta_status status = ZTA_OK;

	*scope = (zta_scope){ .op = text->op, .slot = text->slot };
	if (text->type.len > 0) {
		status =
		    zta_names__symbol(names, text->type, &scope->type, err);
	}
	uids =
	    zta_arena__alloc(names->arena, (text->count + 1) * sizeof(*uids));
	if (uids == NULL) {
		return no_room(policies, err);
	}
	for (i = 0; status == ZTA_OK && i < text->count; i++) {
		status = zta_names__symbol(
		    names, text->entities[i].type, &type, err);
		if (status == ZTA_OK) {
			status = zta_names__uid(
			    names, type, text->entities[i].id, &uids[i], err);
		}
	}
	scope->entities = uids;
	scope->count = text->count;
	return status;
}

/* The id of a policy in its set: given, or as the naming has it. */
static zta_status
name_policy(const zta_policies *policies, const zta_policy_text *text,
    zta_policy_naming naming, uint32_t position, zta_str *out, zta_error *err)
{
	zta_str file = policies->files[policies->file_count - 1].name;
	char digits[16];
	char *made;
	size_t len;
	uint32_t i;

	if (text->id.ptr != NULL) {
		*out = text->id;
		return ZTA_OK;
	}
	for (i = 0; naming == ZTA_NAMING_PATH && i < text->annotation_count;
	     i++) {
		if (zta_str__is(text->annotations[i].key, "id")) {
			*out = text->annotations[i].value;
			return ZTA_OK;
		}
	}
	len = (size_t)snprintf(digits, sizeof(digits), "%u", position);
	if (naming == ZTA_NAMING_NUMBER) {
		file = ZTA_STR("policy");
	}
	made = zta_arena__alloc(policies->names->arena, file.len + 1 + len);
	if (made == NULL) {
		return no_room(policies, err);
	}
	memcpy(made, file.ptr, file.len);
	*out = (zta_str){ made, file.len + len };
	made += file.len;
	if (naming == ZTA_NAMING_PATH) {
		*made++ = '#';
		out->len++;
	}
	memcpy(made, digits, len);
	return ZTA_OK;
}

static zta_status
add_text(zta_policies *policies, const zta_policy_text *text,
    zta_policy_naming naming, uint32_t position, zta_error *err)
{
	zta_policy policy = { .forbid = text->forbid,
		.file = policies->file_count - 1,
		.at = text->at,
		.source = text };
	zta_compiler compiler = { &policies->code, policies->names, err };
	zta_expr_var var;
	zta_status status =
	    name_policy(policies, text, naming, position, &policy.id, err);

	for (var = 0; status == ZTA_OK && var < ZTA_SCOPES; var++) {
		status = compile_scope(
		    policies, &text->scope[var], &policy.scope[var], err);
	}
	if (status == ZTA_OK) {
		status = zta_compiler__conditions(
		    &compiler, text, &policy.condition);
	}
	if (status == ZTA_OK) {
		status = add_policy(
		    policies, &policy, zta_policy_text__is_template(text), err);
	}
	if (status != ZTA_OK && err != NULL && err->line == 0) {
		(void)zta_policies__place(
		    policies, policy.file, text->at, &err->line, &err->column);
	}
	return status;
}

static zta_status
add_file(zta_policies *policies, zta_str name, zta_str text, zta_error *err)
{
	zta_arena *arena = policies->names->arena;
	uint32_t more = policies->file_room == 0 ? 8 : policies->file_room * 2;
	zta_policy_file *bigger, file;
	zta_status status;

	if (policies->file_count == policies->file_room) {
		bigger = zta_arena__grow(arena, policies->files,
		    policies->file_count, more, sizeof(*bigger));
		if (bigger == NULL) {
			return no_room(policies, err);
		}
		policies->files = bigger;
		policies->file_room = more;
	}
	file.name = zta_arena__copy(arena, name);
	file.text = zta_arena__copy(arena, text);
	if (file.name.ptr == NULL || file.text.ptr == NULL) {
		return no_room(policies, err);
	}
	status = zta_lines__find(&file.lines, arena, file.text, err);
	if (status == ZTA_OK) {
		policies->files[policies->file_count++] = file;
	}
	return status;
}

/* Policies and templates of the file that was added last. */
static zta_status
add_texts(zta_policies *policies, const zta_policy_texts *texts,
    zta_policy_naming naming, zta_error *err)
{
	uint32_t i, position;
	zta_status status = ZTA_OK;

	for (i = 0; status == ZTA_OK && i < texts->count; i++) {
		position = naming == ZTA_NAMING_NUMBER ? policies->parsed : i;
		status =
		    add_text(policies, &texts->list[i], naming, position, err);
		status = zta_error__tell(policies->sink, status, err) ? ZTA_OK :
									status;
		policies->parsed++;
	}
	return status;
}

/* --- links */

/* The slot's entity, as the one entity of the scope. */
static zta_status
fill_slot(zta_policies *policies, const zta_uid_text *uid, zta_scope *scope,
    zta_error *err)
{
	zta_scope_text filled = { .op = scope->op,
		.entities = (zta_uid_text *)(uintptr_t)uid,
		.count = 1 };
	uint32_t type = scope->type;
	zta_status status = compile_scope(policies, &filled, scope, err);

	scope->type = type;
	return status;
}

/* A policy from a template. */
static zta_status
add_link(zta_policies *policies, const zta_link_text *link, zta_error *err)
{
	uint32_t number = zta_map__get(&policies->ids, link->template_id);
	zta_policy policy;
	zta_expr_var var;
	zta_status status = ZTA_OK;

	if (number == ZTA_MAP_NONE || (number & TEMPLATE_BIT) == 0) {
		return zta_error__set(err, ZTA_ENOTFOUND,
		    "there is no template `%.*s`",
		    ZTA_STR_ARG(link->template_id));
	}
	policy = policies->templates.list[number & ~TEMPLATE_BIT];
	policy.id = link->id;
	for (var = 0; status == ZTA_OK && var < ZTA_SCOPES; var++) {
		if (policy.scope[var].slot != link->filled[var]) {
			return zta_error__set(err, ZTA_EINVALID,
			    "link `%.*s` must fill exactly the slots of its "
			    "template",
			    ZTA_STR_ARG(link->id));
		}
		if (policy.scope[var].slot) {
			status = fill_slot(policies, &link->slots[var],
			    &policy.scope[var], err);
		}
	}
	return status != ZTA_OK ? status :
				  add_policy(policies, &policy, false, err);
}

static zta_status
add_links(zta_policies *policies, const zta_policy_texts *texts, zta_error *err)
{
	zta_status status = ZTA_OK;
	uint32_t i;

	for (i = 0; status == ZTA_OK && i < texts->link_count; i++) {
		status = add_link(policies, &texts->links[i], err);
		if (status != ZTA_OK && err != NULL) {
			(void)zta_policies__place(policies,
			    policies->file_count - 1, texts->links[i].at,
			    &err->line, &err->column);
		}
		status = zta_error__tell(policies->sink, status, err) ? ZTA_OK :
									status;
	}
	return status;
}

/* --- files */

/* Errors have the line and the column already. */
static zta_status
tell_file(zta_str file, zta_status status, zta_error *err)
{
	if (status != ZTA_OK) {
		zta_error__replace(err, "%.*s", ZTA_STR_ARG(file));
	}
	return status;
}

zta_status
zta_policies__add(zta_policies *policies, zta_str file, zta_str text,
    zta_policy_naming naming, zta_error *err)
{
	zta_arena *arena = policies->names->arena;
	zta_policy_texts texts = { 0 };
	zta_status status = add_file(policies, file, text, err);

	if (status == ZTA_OK) {
		text = policies->files[policies->file_count - 1].text;
		status = zta_json__begins(text) ?
		    zta_policy_json__read(arena, text, &texts, err) :
		    zta_parse__policies(arena, text, &texts, err);
	}
	if (status == ZTA_OK) {
		status = add_texts(policies, &texts, naming, err);
	}
	if (status == ZTA_OK) {
		status = add_links(policies, &texts, err);
	}
	return tell_file(file, status, err);
}

zta_status
zta_policies__add_links(
    zta_policies *policies, zta_str file, zta_str json, zta_error *err)
{
	zta_policy_texts texts = { 0 };
	zta_status status = add_file(policies, file, json, err);

	if (status == ZTA_OK) {
		json = policies->files[policies->file_count - 1].text;
		status = zta_policy_json__read_links(
		    policies->names->arena, json, &texts, err);
	}
	if (status == ZTA_OK) {
		status = add_links(policies, &texts, err);
	}
	return tell_file(file, status, err);
}

zta_str
zta_policies__place(const zta_policies *policies, uint32_t file, uint32_t at,
    uint32_t *line, uint32_t *column)
{
	zta_lines__place(&policies->files[file].lines, at, line, column);
	return policies->files[file].name;
}
