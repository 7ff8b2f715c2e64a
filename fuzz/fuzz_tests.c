/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_tests.c - decision tests, and the check of a whole ledger. The first
 * byte says what the input is: the tests of a ledger that is valid, or any
 * files in place of those: a path, a line feed, a text, and a NUL between two.
 *
 * A ledger is never valid and without a snapshot, nor the other way.
 */
#include "fuzz.h"

#include "base/sort.h"
#include "base/str.h"
#include "pap/check.h"

#define FILES_MAX 24u

static const struct {
	const char *path, *text;
} base[] = {
	{ "entities/e.json",
	    "[{\"uid\":{\"type\":\"User\",\"id\":\"a\"},\"attrs\":{\"n\":1},"
	    "\"parents\":[]}]" },
	{ "main.cedar",
	    "@id(\"low\") permit (principal, action, resource)\n"
	    "when { principal.n < 5 && context has q && context.q > 0 };\n"
	    "@id(\"no\") forbid (principal, action, resource)\n"
	    "when { context.ztauth.level < 1 };\n" },
	{ "manifest.json",
	    "{\"metadata\":{\"name\":\"t\"},"
	    "\"partitions\":{\"/\":{\"schema\":true}}}" },
	{ "schema.cedarschema",
	    "entity User = { n: Long }; entity Doc;\n"
	    "type Flow = { workload: String, level: Long, ring: Long,\n"
	    "  scopes: Set<String>, delegation: Set<String> };\n"
	    "action view appliesTo { principal: User, resource: Doc,\n"
	    "  context: { q?: Long, ztauth: Flow } };\n" },
	{ "trust/elevation.cedar",
	    "permit (principal in ZTAuth::Group::\"g\", action, resource)\n"
	    "when { context.now < datetime(\"2027-01-01\") };\n" },
	{ "trust/groups.json",
	    "{\"groups\":[{\"name\":\"g\",\"level\":\"l\",\"members\":[\"w\"]"
	    "}]}" },
	{ "trust/levels.json",
	    "{\"levels\":[{\"name\":\"l\",\"rank\":1,\"requires\":{\"proof\":"
	    "[\"mtls\"],\"proof_age_max_s\":10}}]}" },
};

#define BASE_COUNT (sizeof(base) / sizeof(base[0]))

static int
by_path(const void *a, const void *b)
{
	const zta_tree_file *x = a, *y = b;

	return zta_str__cmp(x->path, y->path);
}

/* In place of the file of this path, or beside the others. */
static void
put_file(zta_tree *tree, zta_str path, zta_str text)
{
	uint32_t i = 0;

	while (i < tree->count && !zta_str__eq(tree->files[i].path, path)) {
		i++;
	}
	if (i < FILES_MAX) {
		tree->files[i] = (zta_tree_file){ .path = path, .text = text };
		tree->count += i == tree->count;
	}
}

static void
put_files(zta_tree *tree, zta_str input)
{
	zta_str file, path;

	while (zta_str__next(&input, '\0', &file)) {
		if (zta_str__next(&file, '\n', &path)) {
			put_file(tree, path,
			    file.ptr == NULL ? (zta_str){ "", 0 } : file);
		}
	}
}

static void
check(zta_arena *arena, const zta_tree *tree, unsigned flags)
{
	zta_check out;
	zta_error err;
	zta_status status =
	    zta_check__tree(&out, arena, tree, flags, 1767225600000, &err);
	uint32_t i;

	if (status != ZTA_OK && status != ZTA_ENOMEM) {
		abort();
	}
	if (status == ZTA_OK &&
	    (out.findings.errors == 0) != (zta_check__snapshot(&out) != NULL)) {
		abort();
	}
	for (i = 0; i < out.findings.count; i++) {
		if (out.findings.list[i].rule == NULL ||
		    out.findings.list[i].hint == NULL ||
		    out.findings.list[i].message[0] == '\0') {
			abort();
		}
	}
	zta_check__release(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	zta_tree tree = { 0 };
	zta_arena arena;
	zta_str input;
	size_t i;

	if (size < 1) {
		return 0;
	}
	zta_arena__init(&arena, SIZE_MAX);
	tree.files = zta_arena__zalloc(&arena, FILES_MAX, sizeof(*tree.files));
	input = zta_arena__copy(
	    &arena, (zta_str){ (const char *)data + 1, size - 1 });
	if (tree.files == NULL || input.ptr == NULL) {
		abort();
	}
	for (i = 0; i < BASE_COUNT; i++) {
		put_file(
		    &tree, zta_str_of(base[i].path), zta_str_of(base[i].text));
	}
	if (data[0] % 2 == 0) {
		put_file(&tree, ZTA_STR("tests/t.json"), input);
	} else {
		put_files(&tree, input);
	}
	zta_sort__run(tree.files, tree.count, sizeof(*tree.files), by_path);
	check(&arena, &tree,
	    (data[0] & 2 ? ZTA_LEDGER_ASSUME_MANIFEST : 0) |
		(data[0] & 4 ? ZTA_LEDGER_EXPLAIN : 0));
	return 0;
}
