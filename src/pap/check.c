/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check.c - see check.h.
 *
 * The stages: names, manifest and places; all documents, schemas, policies and
 * entities, as the snapshot reads them; statements; validation; sealing; tests. A stage
 * goes on behind what is wrong, and the next ones look at what is left. Only
 * what would have to be guessed is left out: nothing is sealed that lacks
 * something, and no test is run on it.
 */
#include "pap/check.h"

#include "base/str.h"
#include "pap/names.h"
#include "pap/statements.h"

typedef struct checker {
	zta_check *out;
	zta_error_sink sink;
	const zta_snapshot *base; /* or NULL */
	unsigned flags;
	zta_error *err;
} checker;

static void
add(checker *c, bool warning, const char *file, const char *rule,
    const char *message, const char *hint)
{
	const zta_ledger_finding finding = { .file = zta_str_of(file),
		.line = 1,
		.column = 1,
		.rule = rule,
		.message = message,
		.hint = hint,
		.policy = ZTA_STR(""),
		.warning = warning };

	zta_finding_list__add(&c->out->findings, &finding);
}

/* --- files and the manifest */

/* These may be absent, but there is no JSON in an empty text. */
static void
check_empty(checker *c, const zta_tree *tree)
{
	static const char *const paths[] = { "trust/levels.json",
		"trust/groups.json", "trust/delegators.json",
		"trust/domains.json", "identity/sources.json",
		"audit/masks.json" };
	const zta_tree_file *file;
	size_t i;

	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		file = zta_tree__find(tree, zta_str_of(paths[i]));
		if (file != NULL && file->text.len == 0) {
			add(c, false, paths[i], "syntax", "the file is empty",
			    "remove it, or write JSON");
		}
	}
}

static zta_status
read_manifest(
    checker *c, zta_arena *arena, const zta_tree *tree, zta_manifest *manifest)
{
	zta_finding_list *findings = &c->out->findings;
	zta_status status;

	findings->manifest = manifest;
	if ((c->flags & ZTA_LEDGER_ASSUME_MANIFEST) == 0 ||
	    zta_tree__find(tree, ZTA_STR("manifest.json")) != NULL) {
		return zta_manifest__check(
		    arena, tree, &c->sink, manifest, c->err);
	}
	add(c, true, "manifest.json", "manifest",
	    "there is no manifest: this folder is taken for one partition",
	    "a ledger needs one: {\"metadata\": {\"name\": \"...\"}, "
	    "\"partitions\": {\"/\": {\"schema\": true}}}");
	status = zta_manifest__assume(arena, tree, manifest, c->err);
	return status != ZTA_OK ?
	    status :
	    zta_manifest__check_places(manifest, tree, &c->sink, c->err);
}

static zta_status
load(checker *c, zta_arena *arena, const zta_tree *tree)
{
	zta_manifest manifest = { 0 };
	zta_status status;

	c->out->findings.rule = "tree";
	status = zta_tree_names__check(tree, &c->sink, c->err);
	c->out->findings.rule = NULL;
	check_empty(c, tree);
	if (status == ZTA_OK) {
		status = read_manifest(c, arena, tree, &manifest);
	}
	if (status == ZTA_OK) {
		status = zta_snapshot__check(&c->out->loaded, arena, tree,
		    &manifest, c->base, &c->sink, c->err);
	}
	c->out->findings.manifest =
	    status == ZTA_OK ? &c->out->loaded->manifest : NULL;
	return status;
}

/* --- validation */

static bool
has_schema(const zta_manifest *manifest)
{
	uint32_t i;

	for (i = 0; i < manifest->partition_count; i++) {
		if (manifest->partitions[i].schema) {
			return true;
		}
	}
	return false;
}

zta_status
zta_check__warn_no_schema(zta_finding_list *list, zta_arena *arena,
    const zta_tree *tree, const zta_manifest *manifest, zta_error *err)
{
	zta_ledger_finding finding = { .line = 1,
		.column = 1,
		.rule = ZTA_RULE_NO_SCHEMA,
		.message = "there is no schema: the policies of this partition "
			   "could not be validated",
		.hint = "write schema.cedarschema, and \"schema\": true into "
			"the manifest",
		.policy = ZTA_STR(""),
		.warning = true };
	bool *told =
	    zta_arena__zalloc(arena, manifest->partition_count, sizeof(*told));
	size_t at;
	uint32_t i;

	if (told == NULL) {
		return zta_arena__failed(arena, err);
	}
	for (i = 0; !has_schema(manifest) && i < tree->count; i++) {
		finding.file = tree->files[i].path;
		if (zta_manifest__part_of(manifest, finding.file) ==
		    ZTA_PART_POLICIES) {
			at = (size_t)(zta_manifest__partition_of(
					  manifest, finding.file) -
			    manifest->partitions);
			if (!told[at]) {
				zta_finding_list__add(list, &finding);
			}
			told[at] = true;
		}
	}
	return ZTA_OK;
}

static zta_status
validate(checker *c)
{
	zta_snapshot *s = c->out->loaded;
	const zta_cedar_finding *found;
	size_t count;
	zta_status status = ZTA_OK;

	if (s->cedar->schema != NULL) {
		status = zta_cedar_validate(
		    s->cedar, ZTA_CEDAR_ANY_LEVEL, &found, &count, c->err);
		if (status == ZTA_OK) {
			zta_finding_list__add_cedar(
			    &c->out->findings, found, count);
		}
	} else {
		status = zta_check__warn_no_schema(&c->out->findings, &s->arena,
		    &s->tree, &s->manifest, c->err);
	}
	if (status == ZTA_OK) {
		status = zta_elevation__validate(
		    s->elevation, &found, &count, c->err);
	}
	if (status == ZTA_OK) {
		zta_finding_list__add_cedar(&c->out->findings, found, count);
	}
	return status;
}

/* --- tests */

static zta_status
run_tests(checker *c, int64_t now)
{
	zta_snapshot *s = c->out->loaded;
	const zta_tree_file *file;
	uint32_t i, policies = s->cedar->policies.policies.count;
	zta_status status = ZTA_OK;

	c->out->tested = s->whole;
	c->out->tests = (zta_tests){ .snapshot = s,
		.findings = &c->out->findings,
		.sink = &c->sink,
		.arena = &c->out->arena,
		.now = now,
		.explain = (c->flags & ZTA_LEDGER_EXPLAIN) != 0,
		.answers = zta_arena__zalloc(
		    &c->out->arena, (size_t)policies + 1, sizeof(bool)) };
	if (c->out->tests.answers == NULL) {
		return zta_arena__failed(&c->out->arena, c->err);
	}
	for (i = 0; status == ZTA_OK && i < s->tree.count; i++) {
		file = &s->tree.files[i];
		if (zta_manifest__part_of(&s->manifest, file->path) ==
		    ZTA_PART_TEST) {
			status = zta_tests__run_file(
			    &c->out->tests, file->path, file->text, c->err);
		}
	}
	c->out->tests.sink = NULL;
	return status;
}

/* --- the whole */

static zta_status
check(checker *c, zta_arena *arena, const zta_tree *tree, int64_t now)
{
	const zta_finding_list *findings = &c->out->findings;
	bool loads;
	zta_status status = load(c, arena, tree);

	if (status != ZTA_OK) {
		zta_arena__release(arena);
		return status;
	}
	memcpy(c->out->version, tree->id, sizeof(tree->id));
	c->out->tree = c->out->loaded->tree;
	c->out->listed = true;
	loads = findings->errors == 0;
	if (loads) {
		/* They are judged by what else there is. */
		zta_statements__judge(&c->out->findings, c->out->loaded, now);
	}
	status = validate(c);
	if (status == ZTA_OK && loads) {
		status = zta_snapshot__seal(c->out->loaded, &c->sink, c->err);
	}
	c->out->whole = c->out->loaded->whole;
	return status != ZTA_OK ? status : run_tests(c, now);
}

/* A list that is full ends the check: it has found enough. */
static zta_status
conclude(checker *c, zta_status status)
{
	zta_finding_list *findings = &c->out->findings;

	if (zta_error__is_input(status) && c->sink.told == c->sink.max) {
		findings->full = true;
		findings->errors++;
		status = ZTA_OK;
	}
	findings->manifest = NULL;
	if (status == ZTA_OK) {
		status = zta_finding_list__end(findings, c->err);
	}
	c->out->done = status == ZTA_OK;
	return status;
}

static checker
begin(zta_check *out, unsigned flags, zta_error *err)
{
	*out = (zta_check){ 0 };
	zta_arena__init(&out->arena, SIZE_MAX);
	zta_finding_list__init(&out->findings, &out->arena);
	return (checker){ .out = out,
		.sink = zta_finding_list__sink(&out->findings),
		.flags = flags,
		.err = err };
}

zta_status
zta_check__tree(zta_check *out, zta_arena *arena, const zta_tree *tree,
    unsigned flags, int64_t now, zta_error *err)
{
	return zta_check__tree_on(out, arena, tree, NULL, flags, now, err);
}

zta_status
zta_check__tree_on(zta_check *out, zta_arena *arena, const zta_tree *tree,
    const zta_snapshot *base, unsigned flags, int64_t now, zta_error *err)
{
	zta_error why = { 0 };
	checker c = begin(out, flags, err == NULL ? &why : err);

	c.base = base;
	return conclude(&c, check(&c, arena, tree, now));
}

zta_status
zta_check__dir_learning(zta_check *out, const char *dir,
    const zta_tree_memory *memory, unsigned flags, int64_t now, zta_error *err)
{
	zta_error why = { 0 };
	checker c = begin(out, flags, err == NULL ? &why : err);
	zta_arena arena;
	zta_tree tree;
	zta_status status;

	zta_arena__init(&arena, SIZE_MAX);
	out->findings.rule = "tree";
	status = zta_tree__look_dir(&arena, dir, memory, &c.sink, &tree, c.err);
	out->findings.rule = NULL;
	if (status != ZTA_OK) {
		zta_arena__release(&arena);
		return conclude(&c, status);
	}
	return conclude(&c, check(&c, &arena, &tree, now));
}

zta_status
zta_check__dir(zta_check *out, const char *dir, unsigned flags, int64_t now,
    zta_error *err)
{
	return zta_check__dir_learning(out, dir, NULL, flags, now, err);
}

zta_status
zta_check__refuse(zta_check *out, const zta_ledger_finding *findings,
    uint32_t count, zta_error *err)
{
	checker c = begin(out, 0, err);
	uint32_t i;

	for (i = 0; i < count; i++) {
		zta_finding_list__add(&out->findings, &findings[i]);
	}
	return conclude(&c, ZTA_OK);
}

bool
zta_check__is_version(const zta_check *check)
{
	return check->done && check->findings.errors == 0 && check->whole;
}

zta_snapshot *
zta_check__snapshot(const zta_check *check)
{
	return zta_check__is_version(check) ? check->loaded : NULL;
}

void
zta_check__release(zta_check *check)
{
	zta_snapshot__drop(check->loaded);
	zta_arena__release(&check->arena);
	*check = (zta_check){ 0 };
}
