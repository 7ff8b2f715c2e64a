/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recheck.c - see recheck.h.
 *
 * 1. Whatever is not as it was expected leads to a whole check: the short way
 *    is taken only where it comes to the same.
 * 2. What was judged together with the context is judged alone here: a tree of
 *    the context and of those files. Entities were checked against the context
 *    alone, so they are part of it and are loaded only if tests ask about them.
 * 3. Policies of two files may have one id. That is for a whole check to tell;
 *    hashes of the ids say whether it might be so.
 * 4. Policies that do not hold for any test, and can be evaluated for all, make
 *    no difference to their outcome. So tests ask the part, and with it the
 *    files that made a difference before: those that answer.
 */
#include "pap/recheck.h"

#include "base/map.h"
#include "base/random.h"
#include "base/str.h"
#include "pap/files.h"
#include "pap/recall.h"

typedef struct rechecker {
	const char *dir;
	zta_recall recall; /* its arena is also that of the tree */
	zta_tree tree;
	zta_manifest manifest; /* of the tree, for the short way */
} rechecker;

/* --- the short way */

typedef struct part {
	zta_tree tree; /* the context, and what is not judged or answers */
	bool tests;    /* there are some, so entities are part of it */
	zta_check check;
} part;

static bool
has_tests(const rechecker *r)
{
	uint32_t i;

	for (i = 0; i < r->tree.count; i++) {
		if (zta_manifest__part_of(
			&r->manifest, r->tree.files[i].path) == ZTA_PART_TEST) {
			return true;
		}
	}
	return false;
}

/* Was it judged, and need not be looked at for the tests? */
static bool
is_left_out(const zta_memo_file *file)
{
	return file->judged && !file->answers;
}

/* Is this file looked at? Those that are need their text. */
static bool
takes(const rechecker *r, const part *p, const zta_tree_file *file)
{
	const zta_memo_file *known;

	switch (zta_manifest__part_of(&r->manifest, file->path)) {
	case ZTA_PART_POLICIES:
		known = zta_recall__find(&r->recall, file->path);
		return known == NULL || !is_left_out(known);
	case ZTA_PART_ENTITIES:
		return p->tests;
	default:
		return true;
	}
}

static zta_status
read_text(rechecker *r, zta_tree_file *file, zta_error *err)
{
	return file->text.ptr != NULL ?
	    ZTA_OK :
	    zta_files__read(r->dir, file, &r->recall.arena, &file->text, err);
}

static zta_status
divide(rechecker *r, part *p, zta_error *err)
{
	zta_tree_file *file;
	uint32_t i;
	zta_status status = ZTA_OK;

	p->tree.files = zta_arena__alloc(
	    &r->recall.arena, ((size_t)r->tree.count + 1) * sizeof(*file));
	if (p->tree.files == NULL) {
		return zta_arena__failed(&r->recall.arena, err);
	}
	memcpy(p->tree.id, r->tree.id, sizeof(p->tree.id));
	p->tests = has_tests(r);
	for (i = 0; status == ZTA_OK && i < r->tree.count; i++) {
		file = &r->tree.files[i];
		if (takes(r, p, file)) {
			status = read_text(r, file, err);
			p->tree.files[p->tree.count++] = *file;
		}
	}
	return status;
}

static void
ignore(void *context, zta_str file, const zta_error *why)
{
	(void)file;
	(void)why;
	*(bool *)context = true;
}

/* The manifest, and is the context the one in which files were judged? */
static zta_status
recognise(rechecker *r, zta_error *err)
{
	static const unsigned char none[ZTA_MEMO_DIGEST];
	unsigned char context[ZTA_MEMO_DIGEST];
	bool strange = false;
	zta_error_sink sink = { ignore, &strange, ZTA_STR(""), 0, UINT32_MAX };
	zta_tree_file *file = (zta_tree_file *)(uintptr_t)zta_tree__find(
	    &r->tree, ZTA_STR("manifest.json"));
	zta_status status;

	if (r->tree.id[0] == '\0' || file == NULL ||
	    memcmp(r->recall.old.context, none, sizeof(none)) == 0) {
		return ZTA_ENOTFOUND;
	}
	status = read_text(r, file, err);
	if (status == ZTA_OK) {
		status = zta_manifest__check(
		    &r->recall.arena, &r->tree, &sink, &r->manifest, err);
	}
	if (status != ZTA_OK || strange) {
		return status != ZTA_OK ? status : ZTA_ENOTFOUND;
	}
	if (!zta_recall__digest(&r->tree, &r->manifest, context)) {
		return zta_error__nomem(err);
	}
	return memcmp(context, r->recall.old.context, sizeof(context)) == 0 ?
	    ZTA_OK :
	    ZTA_ENOTFOUND;
}

/* Might a policy of the part have the id of one that is left out? */
static zta_status
compare_ids(rechecker *r, const part *p, zta_error *err)
{
	const zta_policies *policies = &p->check.loaded->cedar->policies;
	const zta_policy_list *lists[] = { &policies->policies,
		&policies->templates };
	uint64_t *hash;
	const zta_memo_file *file;
	zta_map ids;
	uint32_t i, l;
	size_t at;
	zta_status status = ZTA_OK;

	zta_map__init(&ids, &r->recall.arena, zta_random__seed());
	for (l = 0; l < 2; l++) {
		for (i = 0; i < lists[l]->count; i++) {
			hash =
			    zta_arena__alloc(&r->recall.arena, sizeof(*hash));
			if (hash == NULL) {
				return zta_arena__failed(&r->recall.arena, err);
			}
			*hash = zta_memo__hash(lists[l]->list[i]->id);
			status = zta_map__add(&ids,
			    (zta_str){ (const char *)hash, sizeof(*hash) }, 0,
			    err);
			if (status != ZTA_OK && status != ZTA_EEXIST) {
				return status;
			}
		}
	}
	for (i = 0; ids.count > 0 && i < r->recall.new.count; i++) {
		file = &r->recall.new.files[i];
		for (at = 0; is_left_out(file) && at < file->ids.len;
		     at += sizeof(*hash)) {
			if (zta_map__get(&ids,
				(zta_str){ file->ids.ptr + at,
				    sizeof(*hash) }) != ZTA_MAP_NONE) {
				return ZTA_ENOTFOUND;
			}
		}
	}
	return ZTA_OK;
}

/* Is it about one file, so that it is the same in a part and in the whole? */
static bool
is_of_a_file(const zta_ledger_finding *finding)
{
	return strcmp(finding->rule, ZTA_RULE_NO_SCHEMA) != 0;
}

/* What a whole check would have found. */
static zta_status
list_findings(rechecker *r, const zta_check *check, zta_finding_list *list,
    zta_error *err)
{
	const zta_ledger_finding *old = r->recall.old.warnings;
	const zta_memo_file *file;
	uint32_t i;
	zta_status status;

	zta_finding_list__init(list, &r->recall.arena);
	for (i = 0; i < check->findings.count; i++) {
		if (is_of_a_file(&check->findings.list[i])) {
			zta_finding_list__add(list, &check->findings.list[i]);
		}
	}
	for (i = 0; i < r->recall.old.warning_count; i++) {
		file = zta_recall__find(&r->recall, old[i].file);
		if (file != NULL && is_left_out(file) &&
		    is_of_a_file(&old[i])) {
			zta_finding_list__add(list, &old[i]);
		}
	}
	status = zta_check__warn_no_schema(
	    list, &r->recall.arena, &r->tree, &r->manifest, err);
	if (status == ZTA_OK) {
		status = list->full ? ZTA_ENOTFOUND :
				      zta_finding_list__end(list, err);
	}
	return status;
}

/* The results of the tests, which the part's memory goes with. */
static zta_status
copy_tests(rechecker *r, const zta_tests *tests, zta_tests *out, zta_error *err)
{
	zta_arena *arena = &r->recall.arena;
	zta_ledger_test *list =
	    zta_arena__alloc(arena, ((size_t)tests->count + 1) * sizeof(*list));
	uint32_t i;

	*out = (zta_tests){
		.list = list, .count = tests->count, .failed = tests->failed
	};
	for (i = 0; list != NULL && i < tests->count; i++) {
		list[i] = tests->list[i];
		list[i].file = zta_arena__copy(arena, list[i].file);
		list[i].name = zta_arena__copy(arena, list[i].name);
		list[i].message =
		    zta_arena__cstr(arena, zta_str_of(list[i].message));
		if (list[i].file.ptr == NULL || list[i].name.ptr == NULL ||
		    list[i].message == NULL) {
			list = NULL;
		}
	}
	return list != NULL ? ZTA_OK : zta_arena__failed(arena, err);
}

/* Then the arena goes over to it. */
static zta_status
join(rechecker *r, const part *p, zta_check *out, zta_error *err)
{
	const zta_check *check = &p->check;
	zta_finding_list list;
	zta_tests tests;
	zta_status status = list_findings(r, check, &list, err);

	if (status == ZTA_OK) {
		status = copy_tests(r, &check->tests, &tests, err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	*out = (zta_check){ .arena = r->recall.arena,
		.findings = list,
		.tested = check->tested,
		.tests = tests,
		.listed = true,
		.tree = r->tree,
		.whole = check->whole,
		.done = true };
	out->findings.arena = &out->arena;
	memcpy(out->version, r->tree.id, sizeof(out->version));
	zta_arena__init(&r->recall.arena, SIZE_MAX);
	return ZTA_OK;
}

/* Both have been found out together. */
static void
note_part(rechecker *r, const part *p, const zta_check *check)
{
	if (check->findings.errors > 0) {
		zta_recall__note_old(&r->recall);
		return;
	}
	memcpy(r->recall.new.context, r->recall.old.context,
	    sizeof(r->recall.new.context));
	zta_recall__note_judged(&r->recall, &r->manifest,
	    &p->check.loaded->cedar->policies, p->check.tests.answers);
	zta_recall__note_warnings(
	    &r->recall, check->findings.list, check->findings.count);
}

/* ZTA_ENOTFOUND: it has to be the long way. */
static zta_status
check_part(rechecker *r, zta_check *out, int64_t now, zta_error *err)
{
	part p = { 0 };
	zta_arena arena;
	zta_status status = recognise(r, err);

	if (status == ZTA_OK) {
		status = divide(r, &p, err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	zta_arena__init(&arena, SIZE_MAX);
	status = zta_check__tree(&p.check, &arena, &p.tree, 0, now, err);
	if (status == ZTA_OK &&
	    (p.check.loaded == NULL || p.check.findings.full)) {
		status = ZTA_ENOTFOUND;
	}
	if (status == ZTA_OK) {
		status = compare_ids(r, &p, err);
	}
	if (status == ZTA_OK) {
		status = join(r, &p, out, err);
	}
	if (status == ZTA_OK) {
		note_part(r, &p, out);
	}
	zta_check__release(&p.check);
	return status;
}

static zta_status
take_short_way(
    rechecker *r, zta_check *out, int64_t now, bool *taken, zta_error *err)
{
	bool strange = false;
	zta_error_sink sink = { ignore, &strange, ZTA_STR(""), 0, UINT32_MAX };
	const zta_tree_memory memory = zta_recall__begin(&r->recall, false);
	zta_status status = zta_tree__look_dir(
	    &r->recall.arena, r->dir, &memory, &sink, &r->tree, err);

	*out = (zta_check){ 0 };
	if (status == ZTA_OK && !strange) {
		status = check_part(r, out, now, err);
	} else if (status == ZTA_OK) {
		status = ZTA_ENOTFOUND;
	}
	*taken = status == ZTA_OK;
	/* What else is wrong, the long way tells. */
	return status == ZTA_ENOMEM ? status : ZTA_OK;
}

/* --- the long way */

/* What has been found out, if the short way can make use of it. */
static void
note_check(rechecker *r, const zta_check *check)
{
	const zta_snapshot *s = check->loaded;
	uint32_t i;

	if (!zta_check__is_version(check) || check->findings.full) {
		zta_recall__note_old(&r->recall);
		return;
	}
	for (i = 0; i < r->recall.new.count; i++) {
		r->recall.new.files[i].judged = false;
		r->recall.new.files[i].answers = false;
		r->recall.new.files[i].ids = ZTA_STR("");
	}
	r->recall.lost = r->recall.lost ||
	    !zta_recall__digest(&s->tree, &s->manifest, r->recall.new.context);
	zta_recall__note_judged(&r->recall, &s->manifest, &s->cedar->policies,
	    check->tests.answers);
	zta_recall__note_warnings(
	    &r->recall, check->findings.list, check->findings.count);
}

static zta_status
take_long_way(
    rechecker *r, zta_check *out, unsigned flags, int64_t now, zta_error *err)
{
	const zta_tree_memory memory = zta_recall__begin(&r->recall, true);
	zta_status status =
	    zta_check__dir_learning(out, r->dir, &memory, flags, now, err);

	if (status == ZTA_OK) {
		note_check(r, out);
	}
	r->recall.lost = r->recall.lost || status != ZTA_OK;
	return status;
}

zta_status
zta_recheck__dir(zta_check *out, const char *dir, unsigned flags, bool load,
    int64_t now, zta_error *err)
{
	rechecker r = { .dir = dir };
	zta_error why = { 0 };
	bool taken = false;
	zta_status status = ZTA_OK;

	*out = (zta_check){ 0 };
	err = err == NULL ? &why : err;
	zta_recall__open(&r.recall, dir, true);
	if (r.recall.old.count > 0 && !load &&
	    (flags & ZTA_LEDGER_EXPLAIN) == 0) {
		status = take_short_way(&r, out, now, &taken, err);
	}
	if (status == ZTA_OK && !taken) {
		status = take_long_way(&r, out, flags, now, err);
	}
	r.recall.lost = r.recall.lost || status != ZTA_OK;
	zta_recall__close(&r.recall);
	return status;
}
