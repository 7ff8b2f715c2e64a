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
	zta_arena__init(&policies->scratch, SIZE_MAX);
}

void
zta_policies__release(zta_policies *policies)
{
	uint32_t i;

	for (i = 0; i < policies->file_count; i++) {
		zta_shared__drop(policies->files[i].file->memory);
	}
	zta_arena__release(&policies->scratch);
}

static zta_status
no_room(const zta_policies *policies, zta_error *err)
{
	return zta_arena__failed(policies->names->arena, err);
}

static bool
push(zta_policies *policies, zta_policy_list *list, const zta_policy *policy)
{
	uint32_t more = list->room == 0 ? 16 : list->room * 2;
	const zta_policy **bigger;

	if (list->count == list->room) {
		bigger = zta_arena__grow(policies->names->arena, list->list,
		    list->count, more, sizeof(zta_policy *));
		if (bigger == NULL) {
			return false;
		}
		list->list = bigger;
		list->room = more;
	}
	list->list[list->count++] = policy;
	return true;
}

/* Ids of policies carry the index in their list; templates have this bit. */
#define TEMPLATE_BIT (1u << 31)

/* The id is taken: say by whom. */
static zta_status
fail_taken(const zta_policies *policies, zta_str id, zta_error *err)
{
	uint32_t number = zta_map__get(&policies->ids, id), line, column;
	const zta_policy *other = (number & TEMPLATE_BIT) != 0 ?
	    policies->templates.list[number & ~TEMPLATE_BIT] :
	    policies->policies.list[number];
	zta_str file =
	    zta_policy_file__place(other->file, other->at, &line, &column);

	return zta_error__set(err, ZTA_EEXIST,
	    "two policies have the id `%.*s`; the other is at %.*s:%u:%u",
	    ZTA_STR_ARG(id), ZTA_STR_ARG(file), line, column);
}

/* Into the list that it belongs to, under its id. */
static zta_status
list_policy(zta_policies *policies, const zta_policy *policy, bool template,
    zta_error *err)
{
	zta_policy_list *list =
	    template ? &policies->templates : &policies->policies;
	uint32_t number = list->count | (template ? TEMPLATE_BIT : 0);
	zta_status status = zta_map__add_hashed(
	    &policies->ids, policy->id, policy->id_hash, number, err);

	if (status == ZTA_EEXIST) {
		return fail_taken(policies, policy->id, err);
	}
	return status != ZTA_OK || push(policies, list, policy) ?
	    status :
	    no_room(policies, err);
}

/* The id of a policy in its set: given, or as the naming has it. */
static zta_status
name_policy(const zta_policy_file *file, const zta_policy_text *text,
    zta_policy_naming naming, uint32_t position, zta_str *out, zta_error *err)
{
	zta_str name =
	    naming == ZTA_NAMING_PATH ? file->name : ZTA_STR("policy");
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
	made = zta_arena__alloc(&file->memory->arena, name.len + 1 + len);
	if (made == NULL) {
		return zta_arena__failed(&file->memory->arena, err);
	}
	memcpy(made, name.ptr, name.len);
	*out = (zta_str){ made, name.len + len };
	made += name.len;
	if (naming == ZTA_NAMING_PATH) {
		*made++ = '#';
		out->len++;
	}
	memcpy(made, digits, len);
	return ZTA_OK;
}

/* Compile the policy, and put it last in its file. */
static zta_status
add_text(zta_policies *policies, zta_policy_file *file,
    const zta_policy_text *text, zta_policy_naming naming, uint32_t position,
    zta_error *err)
{
	zta_policy *policy = &file->policies[file->count];
	zta_status status =
	    name_policy(file, text, naming, position, &policy->id, err);

	if (status == ZTA_OK) {
		status = zta_policy__compile(
		    policy, file, text, &policies->draft, policies->names, err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	file->count++;
	policy->id_hash = zta_map__hash(&policies->ids, policy->id);
	return list_policy(
	    policies, policy, zta_policy_text__is_template(text), err);
}

/* Policies and templates of the file that was added last. */
static zta_status
add_texts(zta_policies *policies, zta_policy_file *file,
    const zta_policy_texts *texts, zta_policy_naming naming, zta_error *err)
{
	uint32_t i, position;
	zta_status status = ZTA_OK;

	file->policies = zta_arena__zalloc(
	    &file->memory->arena, texts->count, sizeof(*file->policies));
	if (file->policies == NULL) {
		return zta_arena__failed(&file->memory->arena, err);
	}
	zta_code__clear(&policies->draft);
	policies->draft.arena = &policies->scratch;
	for (i = 0; status == ZTA_OK && i < texts->count; i++) {
		position = naming == ZTA_NAMING_NUMBER ? policies->parsed : i;
		status = add_text(
		    policies, file, &texts->list[i], naming, position, err);
		if (status != ZTA_OK && err != NULL && err->line == 0) {
			(void)zta_policy_file__place(
			    file, texts->list[i].at, &err->line, &err->column);
		}
		status = zta_error__tell(policies->sink, status, err) ? ZTA_OK :
									status;
		policies->parsed++;
	}
	return status != ZTA_OK ?
	    status :
	    zta_policy_file__seal(file, &policies->draft, err);
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
	zta_status status = zta_scope__compile(
	    policies->names, policies->names->arena, &filled, scope, err);

	scope->type = type;
	return status;
}

/* A policy from a template. */
static zta_status
add_link(zta_policies *policies, const zta_link_text *link, zta_error *err)
{
	uint32_t number = zta_map__get(&policies->ids, link->template_id);
	zta_policy *policy;
	zta_expr_var var;
	zta_status status = ZTA_OK;

	if (number == ZTA_MAP_NONE || (number & TEMPLATE_BIT) == 0) {
		return zta_error__set(err, ZTA_ENOTFOUND,
		    "there is no template `%.*s`",
		    ZTA_STR_ARG(link->template_id));
	}
	policy = zta_arena__alloc(policies->names->arena, sizeof(*policy));
	if (policy == NULL) {
		return no_room(policies, err);
	}
	*policy = *policies->templates.list[number & ~TEMPLATE_BIT];
	policy->id = link->id;
	policy->id_hash = zta_map__hash(&policies->ids, policy->id);
	for (var = 0; status == ZTA_OK && var < ZTA_SCOPES; var++) {
		if (policy->scope[var].slot != link->filled[var]) {
			return zta_error__set(err, ZTA_EINVALID,
			    "link `%.*s` must fill exactly the slots of its "
			    "template",
			    ZTA_STR_ARG(link->id));
		}
		if (policy->scope[var].slot) {
			status = fill_slot(policies, &link->slots[var],
			    &policy->scope[var], err);
		}
	}
	return status != ZTA_OK ? status :
				  list_policy(policies, policy, false, err);
}

static zta_status
add_links(zta_policies *policies, const zta_policy_file *file, zta_error *err)
{
	zta_status status = ZTA_OK;
	uint32_t i;

	for (i = 0; status == ZTA_OK && i < file->link_count; i++) {
		status = add_link(policies, &file->links[i], err);
		if (status != ZTA_OK && err != NULL) {
			(void)zta_policy_file__place(
			    file, file->links[i].at, &err->line, &err->column);
		}
		status = zta_error__tell(policies->sink, status, err) ? ZTA_OK :
									status;
	}
	return status;
}

/* --- files */

static zta_status
add_file(
    zta_policies *policies, zta_policy_file *file, bool shared, zta_error *err)
{
	uint32_t more = policies->file_room == 0 ? 8 : policies->file_room * 2;
	zta_policy_part *bigger;

	if (policies->file_count == policies->file_room) {
		bigger =
		    zta_arena__grow(policies->names->arena, policies->files,
			policies->file_count, more, sizeof(*bigger));
		if (bigger == NULL) {
			zta_shared__drop(file->memory);
			return no_room(policies, err);
		}
		policies->files = bigger;
		policies->file_room = more;
	}
	policies->files[policies->file_count++] =
	    (zta_policy_part){ file, shared };
	return ZTA_OK;
}

static zta_status
open_file(zta_policies *policies, zta_str name, zta_str text,
    zta_policy_file **file, zta_error *err)
{
	zta_status status = zta_policy_file__open(file, name, text, err);

	return status != ZTA_OK ? status :
				  add_file(policies, *file, false, err);
}

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
zta_policies__add(zta_policies *policies, zta_str name, zta_str text,
    zta_policy_naming naming, zta_error *err)
{
	zta_policy_texts texts = { 0 };
	zta_policy_file *file;
	zta_status status = open_file(policies, name, text, &file, err);

	if (status == ZTA_OK) {
		status = zta_json__begins(file->text) ?
		    zta_policy_json__read(
			&file->memory->arena, file->text, &texts, err) :
		    zta_parse__policies(
			&file->memory->arena, file->text, &texts, err);
	}
	if (status == ZTA_OK) {
		file->links = texts.links;
		file->link_count = texts.link_count;
		status = add_texts(policies, file, &texts, naming, err);
	}
	if (status == ZTA_OK) {
		status = add_links(policies, file, err);
	}
	return tell_file(name, status, err);
}

zta_status
zta_policies__add_links(
    zta_policies *policies, zta_str name, zta_str json, zta_error *err)
{
	zta_policy_texts texts = { 0 };
	zta_policy_file *file;
	zta_status status = open_file(policies, name, json, &file, err);

	if (status == ZTA_OK) {
		status = zta_policy_json__read_links(
		    &file->memory->arena, file->text, &texts, err);
	}
	if (status == ZTA_OK) {
		file->links = texts.links;
		file->link_count = texts.link_count;
		status = add_links(policies, file, err);
	}
	return tell_file(name, status, err);
}

zta_status
zta_policies__share(
    zta_policies *policies, zta_policy_file *file, zta_error *err)
{
	uint32_t i;
	zta_status status;

	(void)zta_shared__keep(file->memory);
	status = add_file(policies, file, true, err);
	for (i = 0; status == ZTA_OK && i < file->count; i++) {
		status = list_policy(policies, &file->policies[i],
		    zta_policy_text__is_template(file->policies[i].source),
		    err);
		if (status != ZTA_OK && err != NULL) {
			(void)zta_policy_file__place(file, file->policies[i].at,
			    &err->line, &err->column);
		}
		status = zta_error__tell(policies->sink, status, err) ? ZTA_OK :
									status;
	}
	if (status == ZTA_OK) {
		status = add_links(policies, file, err);
	}
	return tell_file(file->name, status, err);
}
