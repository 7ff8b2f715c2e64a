/* SPDX-License-Identifier: Apache-2.0 */
/* findings.c - see findings.h. */
#include "pap/findings.h"

#include "base/limits.h"
#include "base/sort.h"
#include "base/str.h"

static const struct {
	const char *rule, *hint;
} parts[] = {
	[ZTA_PART_NONE] = { "place",
	    "see docs/formats/ledger.md for the places "
	    "that files have" },
	[ZTA_PART_MANIFEST] = { "manifest",
	    "see manifest.json in docs/formats/ledger.md" },
	[ZTA_PART_SCHEMA] = { "schema",
	    "see https://docs.cedarpolicy.com/schema/" },
	[ZTA_PART_POLICIES] = { "policy", "see https://docs.cedarpolicy.com" },
	[ZTA_PART_ENTITIES] = { "entity",
	    "compare with the declaration of its type" },
	[ZTA_PART_LEVELS] = { "levels", "see docs/formats/trust.md" },
	[ZTA_PART_GROUPS] = { "groups", "see docs/formats/trust.md" },
	[ZTA_PART_DELEGATORS] = { "delegators",
	    "see docs/formats/delegation.md" },
	[ZTA_PART_DOMAINS] = { "domains", "see docs/formats/trust.md" },
	[ZTA_PART_ELEVATION] = { "policy", "see docs/formats/trust.md" },
	[ZTA_PART_STATEMENT] = { "statement", "see docs/formats/trust.md" },
	[ZTA_PART_SOURCES] = { "sources", "see docs/formats/sources.md" },
	[ZTA_PART_MASKS] = { "masks", "see docs/formats/masks.md" },
	[ZTA_PART_TEST] = { "test", "see docs/formats/tests.md" },
};

void
zta_finding_list__init(zta_finding_list *list, zta_arena *arena)
{
	*list = (zta_finding_list){ .arena = arena, .file = ZTA_STR("") };
}

/* Warnings leave room for errors, of which there may be more to come. */
#define WARNINGS_MAX (ZTA_LEDGER_FINDINGS_MAX / 2)

/* Room for one more, or NULL with the reason noted. */
static zta_ledger_finding *
push(zta_finding_list *list, bool warning)
{
	uint32_t more = list->room == 0 ? 16 : list->room * 2;
	zta_ledger_finding *bigger;

	if (list->count == ZTA_LEDGER_FINDINGS_MAX ||
	    (warning && list->count >= WARNINGS_MAX)) {
		list->full = true;
		return NULL;
	}
	if (list->count == list->room) {
		bigger = zta_arena__grow(list->arena, list->list, list->count,
		    more, sizeof(*bigger));
		if (bigger == NULL) {
			list->no_memory = true;
			return NULL;
		}
		list->list = bigger;
		list->room = more;
	}
	return &list->list[list->count];
}

/* A copy of `text`; those of one file follow each other. */
static zta_str
keep_file(zta_finding_list *list, zta_str file)
{
	if (!zta_str__eq(list->file, file)) {
		list->file = zta_arena__copy(list->arena, file);
	}
	return list->file;
}

void
zta_finding_list__add(zta_finding_list *list, const zta_ledger_finding *finding)
{
	zta_ledger_finding *kept = push(list, finding->warning);

	list->errors += !finding->warning;
	if (kept == NULL) {
		return;
	}
	*kept = *finding;
	kept->file = keep_file(list, finding->file);
	kept->policy = zta_arena__copy(list->arena, finding->policy);
	kept->message =
	    zta_arena__cstr(list->arena, zta_str_of(finding->message));
	if (kept->file.ptr == NULL || kept->policy.ptr == NULL ||
	    kept->message == NULL) {
		list->no_memory = true;
		return;
	}
	list->count++;
}

void
zta_finding_list__add_cedar(
    zta_finding_list *list, const zta_cedar_finding *found, size_t count)
{
	zta_ledger_finding finding;
	size_t i;

	for (i = 0; i < count; i++) {
		finding = (zta_ledger_finding){ .file = found[i].file,
			.line = found[i].line,
			.column = found[i].column,
			.rule = found[i].rule,
			.message = found[i].message,
			.hint = found[i].hint,
			.policy = found[i].policy,
			.warning = found[i].warning };
		zta_finding_list__add(list, &finding);
	}
}

/* --- what sinks are told */

static zta_ledger_part
part_of(const zta_finding_list *list, zta_str file)
{
	static const zta_manifest none = { 0 };

	return zta_manifest__part_of(
	    list->manifest == NULL ? &none : list->manifest, file);
}

static void
tell(void *context, zta_str file, const zta_error *why)
{
	zta_finding_list *list = context;
	zta_ledger_part part = part_of(list, file);
	zta_ledger_finding finding = { .file = file,
		.line = why->line > 0 ? why->line : 1,
		.column = why->line > 0 ? why->column : 1,
		.rule = parts[part].rule,
		.message = why->message,
		.hint = parts[part].hint,
		.policy = ZTA_STR("") };

	if (list->rule != NULL) {
		finding.rule = list->rule;
		finding.hint = parts[ZTA_PART_NONE].hint;
	} else if (why->status == ZTA_ESYNTAX) {
		finding.rule = "syntax";
		finding.hint = "correct it; what stands behind it in the file "
			       "was not read";
	} else if (why->status == ZTA_EEXIST) {
		finding.rule = "duplicate";
		finding.hint = "rename or remove one of them";
	} else if (why->status == ZTA_ELIMIT) {
		finding.rule = "limit";
		finding.hint = "make it smaller, or divide it";
	}
	zta_finding_list__add(list, &finding);
}

zta_error_sink
zta_finding_list__sink(zta_finding_list *list)
{
	return (zta_error_sink){ .tell = tell,
		.context = list,
		.file = ZTA_STR(""),
		.max = ZTA_LEDGER_FINDINGS_MAX };
}

/* --- the end */

static int
by_place(const void *a, const void *b)
{
	const zta_ledger_finding *x = *(const zta_ledger_finding *const *)a;
	const zta_ledger_finding *y = *(const zta_ledger_finding *const *)b;
	int by = zta_str__cmp(x->file, y->file);

	if (by != 0) {
		return by;
	}
	if (x->line != y->line) {
		return x->line < y->line ? -1 : 1;
	}
	if (x->column != y->column) {
		return x->column < y->column ? -1 : 1;
	}
	by = strcmp(x->rule, y->rule);
	return by != 0 ? by : strcmp(x->message, y->message);
}

static zta_status
sort(zta_finding_list *list, zta_error *err)
{
	zta_ledger_finding *sorted =
	    zta_arena__alloc(list->arena, (list->count + 2) * sizeof(*sorted));
	const zta_ledger_finding **order =
	    zta_arena__alloc(list->arena, (list->count + 1) * sizeof(*order));
	uint32_t i;

	if (sorted == NULL || order == NULL) {
		return zta_arena__failed(list->arena, err);
	}
	for (i = 0; i < list->count; i++) {
		order[i] = &list->list[i];
	}
	zta_sort__run(order, list->count, sizeof(*order), by_place);
	for (i = 0; i < list->count; i++) {
		sorted[i] = *order[i];
	}
	list->list = sorted;
	return ZTA_OK;
}

zta_status
zta_finding_list__end(zta_finding_list *list, zta_error *err)
{
	zta_status status =
	    list->no_memory ? zta_error__nomem(err) : sort(list, err);

	if (status == ZTA_OK && list->full) {
		list->list[list->count++] =
		    (zta_ledger_finding){ .file = ZTA_STR(""),
			    .rule = "limit",
			    .message = "there is more: not all findings are "
				       "listed",
			    .hint = "correct these, and check again",
			    .policy = ZTA_STR(""),
			    .warning = true };
	}
	return status;
}
