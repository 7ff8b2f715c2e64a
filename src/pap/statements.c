/* SPDX-License-Identifier: Apache-2.0 */
/* statements.c - see statements.h. */
#include "pap/statements.h"

#include <stdio.h>

#include "base/str.h"
#include "base/time.h"
#include "ledger/tree_object.h"

/* --- what is wrong, and what has lapsed */

static void
add(zta_finding_list *list, const zta_statement *s, bool lapsed,
    const char *message)
{
	const zta_ledger_finding finding = { .file = s->file,
		.line = s->line,
		.column = s->column,
		.rule = lapsed ? ZTA_RULE_LAPSED : "statement",
		.message = message,
		.hint = lapsed ? "it counts for nothing: remove it, or have it "
				 "signed anew" :
				 "see docs/formats/trust.md",
		.policy = ZTA_STR(""),
		.warning = lapsed };

	zta_finding_list__add(list, &finding);
}

void
zta_statements__judge(
    zta_finding_list *list, const zta_snapshot *snapshot, int64_t now)
{
	const zta_statements *all = &snapshot->model.statements;
	char date[ZTA_TIME_TEXT_MAX], message[ZTA_TIME_TEXT_MAX + 32];
	const zta_statement *s;
	uint32_t i;

	for (i = 0; i < all->count; i++) {
		s = &all->list[i];
		if (s->finding != ZTA_STATEMENT_HOLDS) {
			add(list, s,
			    s->finding == ZTA_STATEMENT_NO_DOMAIN ||
				s->finding == ZTA_STATEMENT_NO_KEY,
			    zta_statement__finding_text(s->finding));
		} else if (now >= s->ends_at) {
			zta_time__format(s->ends_at, date);
			(void)snprintf(message, sizeof(message),
			    "it has ended at %s", date);
			add(list, s, true, message);
		}
	}
}

/* --- what a change brings */

/* The tree that `path` begins with; none if it is not there. */
static zta_status
step_into(const zta_object_source *source, zta_arena *arena, const char *name,
    zta_oid *at, zta_error *err)
{
	zta_tree_object tree;
	uint32_t i;
	zta_status status;

	if (zta_oid__is_none(at)) {
		return ZTA_OK;
	}
	status = zta_tree_object__read(arena, source, at, &tree, err);
	for (i = 0; status == ZTA_OK && i < tree.count; i++) {
		if (zta_str__is(tree.entries[i].name, name)) {
			*at = tree.entries[i].oid;
			return ZTA_OK;
		}
	}
	*at = (zta_oid){ 0 };
	return status;
}

/* The statements of a tree. */
static zta_status
read_before(const zta_object_source *source, zta_arena *arena,
    const zta_oid *tree, zta_tree_object *out, zta_error *err)
{
	zta_oid at = *tree;
	zta_status status = step_into(source, arena, "trust", &at, err);

	*out = (zta_tree_object){ 0 };
	if (status == ZTA_OK) {
		status = step_into(source, arena, "statements", &at, err);
	}
	return status != ZTA_OK || zta_oid__is_none(&at) ?
	    status :
	    zta_tree_object__read(arena, source, &at, out, err);
}

static bool
had(const zta_tree_object *before, const zta_tree_file *file)
{
	uint32_t i;

	for (i = 0; i < before->count; i++) {
		if (zta_oid__eq(&before->entries[i].oid, &file->blob)) {
			return true;
		}
	}
	return false;
}

static bool
is_lapse(const zta_ledger_finding *finding)
{
	return finding->warning && strcmp(finding->rule, ZTA_RULE_LAPSED) == 0;
}

zta_status
zta_statements__refuse_new(zta_check *check, const zta_object_source *source,
    const zta_oid *before, zta_error *err)
{
	zta_finding_list *list = &check->findings;
	const zta_tree_file *file;
	zta_tree_object old = { 0 };
	zta_arena arena;
	uint32_t i, lapses = 0;
	zta_status status = ZTA_OK;

	for (i = 0; i < list->count; i++) {
		lapses += is_lapse(&list->list[i]);
	}
	if (lapses == 0) {
		return ZTA_OK;
	}
	zta_arena__init(&arena, SIZE_MAX);
	status = read_before(source, &arena, before, &old, err);
	for (i = 0; status == ZTA_OK && i < list->count; i++) {
		file = zta_tree__find(&check->tree, list->list[i].file);
		if (is_lapse(&list->list[i]) &&
		    (file == NULL || !had(&old, file))) {
			list->list[i].warning = false;
			list->errors++;
		}
	}
	zta_arena__release(&arena);
	return status;
}
