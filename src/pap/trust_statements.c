/* SPDX-License-Identifier: Apache-2.0 */
/* trust_statements.c - what other domains say in a folder; see trust_view.h. */
#include <stdio.h>
#include <unistd.h>

#include "base/error.h"
#include "base/str.h"
#include "pap/trust_view.h"

#define FOLDER "trust/statements"

static zta_status
add(zta_workspace *w, zta_trust_model *model, const zta_tree_file *file,
    zta_error *err)
{
	char path[ZTA_PLACE_MAX];
	zta_str kept;
	zta_status status;

	(void)snprintf(
	    path, sizeof(path), FOLDER "/%.*s", ZTA_STR_ARG(file->path));
	kept = zta_arena__copy(&w->arena, zta_str_of(path));
	if (kept.ptr == NULL) {
		return zta_arena__failed(&w->arena, err);
	}
	status = zta_statements__add(
	    &model->statements, &w->arena, kept, file->text, err);
	if (status != ZTA_OK) {
		zta_error__replace(err, "%s", path);
	}
	return status;
}

static zta_status
read_files(zta_workspace *w, zta_trust_model *model, zta_error *err)
{
	const char *place = zta_workspace__from_top(w, ZTA_STR(FOLDER));
	zta_tree tree = { 0 };
	uint32_t i;
	zta_status status = ZTA_OK;

	if (place == NULL) {
		return zta_arena__failed(&w->arena, err);
	}
	if (access(place, F_OK) == 0) {
		status = zta_tree__read_dir(&w->arena, place, &tree, err);
	}
	for (i = 0; status == ZTA_OK && i < tree.count; i++) {
		status = add(w, model, &tree.files[i], err);
	}
	return status;
}

static zta_trust_statement
show(const zta_trust_read *r, const zta_statement *s, int64_t now)
{
	const zta_level *cap = zta_trust_model__level(&r->model, s->level);

	return (zta_trust_statement){ .file = s->file,
		.kind = zta_statement__kind_name(s->kind),
		.domain = s->issuer,
		.begins_at = s->not_before,
		.ends_at = s->ends_at,
		.cap = cap == NULL ? NULL : &r->levels[cap - r->model.levels],
		.workload = s->workload,
		.properties = s->properties.items,
		.property_count = s->properties.count,
		.problem = zta_statement__finding_text(s->finding),
		.in_force = zta_statement__is_in_force(s, now) };
}

zta_status
zta_trust_view__statements(
    zta_workspace *w, int64_t now, zta_trust_read *r, zta_error *err)
{
	zta_statements *all = &r->model.statements;
	zta_str text;
	uint32_t i;
	zta_status status =
	    zta_trust_view__file(w, "trust/domains.json", &text, err);

	if (status == ZTA_ENOTFOUND) {
		text = ZTA_STR("");
		status = ZTA_OK;
	}
	if (status == ZTA_OK) {
		status = zta_trust_model__take_domains(
		    &r->model, &w->arena, text, err);
		if (status != ZTA_OK) {
			zta_error__replace(err, "trust/domains.json");
		}
	}
	if (status == ZTA_OK) {
		status = read_files(w, &r->model, err);
	}
	if (status == ZTA_OK) {
		zta_trust_model__verify_statements(&r->model);
	}
	zta_trust_model__release(&r->model);
	if (status != ZTA_OK) {
		return status;
	}
	r->statements = zta_arena__zalloc(
	    &w->arena, (size_t)all->count + 1, sizeof(*r->statements));
	for (i = 0; r->statements != NULL && i < all->count; i++) {
		r->statements[i] = show(r, &all->list[i], now);
	}
	return r->statements == NULL ? zta_arena__failed(&w->arena, err) :
				       ZTA_OK;
}
