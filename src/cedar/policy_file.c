/* SPDX-License-Identifier: Apache-2.0 */
/* policy_file.c - see policy_file.h. */
#include "cedar/policy_file.h"

#include "cedar/code_reads.h"

zta_status
zta_policy_file__open(
    zta_policy_file **out, zta_str name, zta_str text, zta_error *err)
{
	zta_shared *memory = zta_shared__new();
	zta_policy_file *file;
	zta_status status;

	*out = NULL;
	if (memory == NULL) {
		return zta_error__nomem(err);
	}
	file = zta_arena__zalloc(&memory->arena, 1, sizeof(*file));
	if (file == NULL) {
		zta_shared__drop(memory);
		return zta_error__nomem(err);
	}
	file->memory = memory;
	file->name = zta_arena__copy(&memory->arena, name);
	file->text = zta_arena__copy(&memory->arena, text);
	status = file->name.ptr == NULL || file->text.ptr == NULL ?
	    zta_error__nomem(err) :
	    zta_lines__find(&file->lines, &memory->arena, file->text, err);
	if (status != ZTA_OK) {
		zta_shared__drop(memory);
		return status;
	}
	*out = file;
	return ZTA_OK;
}

zta_str
zta_policy_file__place(
    const zta_policy_file *file, uint32_t at, uint32_t *line, uint32_t *column)
{
	zta_lines__place(&file->lines, at, line, column);
	return file->name;
}

zta_status
zta_scope__compile(zta_names *names, zta_arena *arena,
    const zta_scope_text *text, zta_scope *scope, zta_error *err)
{
	uint32_t *uids, type, i;
	zta_status status = ZTA_OK;

	*scope = (zta_scope){ .op = text->op, .slot = text->slot };
	if (text->type.len > 0) {
		status =
		    zta_names__symbol(names, text->type, &scope->type, err);
	}
	uids = zta_arena__alloc(arena, (text->count + 1) * sizeof(*uids));
	if (uids == NULL) {
		return zta_arena__failed(arena, err);
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

zta_status
zta_policy__compile(zta_policy *policy, const zta_policy_file *file,
    const zta_policy_text *text, zta_code *draft, zta_names *names,
    zta_error *err)
{
	zta_arena *arena = &file->memory->arena;
	zta_compiler compiler = { draft, names, arena, err };
	zta_expr_var var;
	zta_status status = ZTA_OK;

	policy->forbid = text->forbid;
	policy->file = file;
	policy->source = text;
	policy->at = text->at;
	for (var = 0; status == ZTA_OK && var < ZTA_SCOPES; var++) {
		status = zta_scope__compile(
		    names, arena, &text->scope[var], &policy->scope[var], err);
	}
	return status != ZTA_OK ?
	    status :
	    zta_compiler__conditions(&compiler, text, &policy->condition);
}

zta_status
zta_policy_file__seal(
    zta_policy_file *file, const zta_code *draft, zta_error *err)
{
	zta_arena *arena = &file->memory->arena;

	if (!zta_code__copy(draft, arena, &file->code)) {
		return zta_arena__failed(arena, err);
	}
	file->reads = zta_code__reads(&file->code, arena);
	return file->reads == NULL ? zta_arena__failed(arena, err) : ZTA_OK;
}
