/* SPDX-License-Identifier: Apache-2.0 */
/* test_tree.c - trees from lists of files, and their differences. */
#include "tests.h"

#include "base/error.h"
#include "base/limits.h"
#include "ledger/tree_build.h"
#include "ledger/tree_diff.h"
#include "ledger/tree_object.h"

#define OBJECTS_MAX 64

/* Objects in memory; what was read and written is counted. */
typedef struct shelf {
	zta_arena arena;
	zta_oid ids[OBJECTS_MAX];
	zta_str bodies[OBJECTS_MAX];
	uint32_t count, reads, writes;
} shelf;

static zta_status
shelf_read(void *from, const zta_oid *oid, zta_object_kind kind,
    zta_arena *arena, zta_str *body, zta_error *err)
{
	shelf *s = from;
	uint32_t i;

	(void)arena;
	assert_int_equal(kind, ZTA_OBJECT_TREE);
	s->reads++;
	for (i = 0; i < s->count; i++) {
		if (zta_oid__eq(&s->ids[i], oid)) {
			*body = s->bodies[i];
			return ZTA_OK;
		}
	}
	return zta_error__set(err, ZTA_ENOTFOUND, "there is no such object");
}

static zta_status
shelf_write(void *to, const zta_oid *oid, zta_object_kind kind, zta_str body,
    zta_error *err)
{
	shelf *s = to;

	(void)err;
	assert_int_equal(kind, ZTA_OBJECT_TREE);
	assert_true(s->count < OBJECTS_MAX);
	s->writes++;
	s->ids[s->count] = *oid;
	s->bodies[s->count] = zta_arena__copy(&s->arena, body);
	s->count++;
	return ZTA_OK;
}

static zta_object_source
source_of(shelf *s)
{
	return (zta_object_source){ shelf_read, s, false };
}

static zta_oid
id_of(zta_object_kind kind, zta_str body)
{
	zta_oid oid;

	assert_int_equal(zta_oid__of(kind, body, &oid, NULL), ZTA_OK);
	return oid;
}

/* "path path path", each with the content named after `=`, or its own path. */
static uint32_t
read_leaves(shelf *s, const char *text, zta_tree_leaf *leaves)
{
	zta_str rest = zta_arena__copy(&s->arena, zta_str_of(text)), word;
	uint32_t count = 0;
	size_t at;

	while (rest.len > 0 && zta_str__next(&rest, ' ', &word)) {
		at = zta_str__find(word, '=');
		leaves[count].blob = id_of(ZTA_OBJECT_BLOB,
		    at == word.len ?
			word :
			(zta_str){ word.ptr + at + 1, word.len - at - 1 });
		leaves[count++].path = (zta_str){ word.ptr, at };
	}
	return count;
}

static zta_status
build(shelf *s, const char *text, const zta_oid *base, zta_oid *root,
    zta_error *err)
{
	const zta_object_source source = source_of(s);
	const zta_object_sink sink = { shelf_write, s };
	zta_tree_leaf leaves[32];
	uint32_t count = read_leaves(s, text, leaves);

	return zta_tree_build__run(
	    &s->arena, leaves, count, &source, base, &sink, root, err);
}

static zta_oid
built(shelf *s, const char *text, const zta_oid *base)
{
	zta_oid root;
	zta_error err = { 0 };

	if (build(s, text, base, &root, &err) != ZTA_OK) {
		fail_msg("%s: %s: %s", text, err.place, err.message);
	}
	return root;
}

/* "+a ~b -c" */
static void
differ_in(
    shelf *s, const zta_oid *before, const zta_oid *after, const char *wanted)
{
	const zta_object_source source = source_of(s);
	zta_tree_changes changes;
	zta_error err = { 0 };
	zta_buf buf;
	uint32_t i;

	if (zta_tree_diff__run(
		&s->arena, &source, before, after, &changes, &err) != ZTA_OK) {
		fail_msg("%s: %s: %s", wanted, err.place, err.message);
	}
	zta_buf__init(&buf, SIZE_MAX);
	for (i = 0; i < changes.count; i++) {
		zta_buf__printf(&buf, "%s%c%.*s", i == 0 ? "" : " ",
		    "+~-"[changes.items[i].kind],
		    ZTA_STR_ARG(changes.items[i].path));
	}
	zta_buf__byte(&buf, '\0');
	assert_string_equal(buf.ptr, wanted);
	zta_buf__release(&buf);
}

static int
setup(void **state)
{
	static shelf s;

	s = (shelf){ 0 };
	zta_arena__init(&s.arena, (size_t)64 << 20);
	*state = &s;
	return 0;
}

static int
teardown(void **state)
{
	shelf *s = *state;

	zta_arena__release(&s->arena);
	return 0;
}

static void
test_tree_build__makes_the_trees_of_git(void **state)
{
	char digits[ZTA_OID_HEX_MAX];
	zta_oid root = built(
	    *state, "a.b=1 a/b/c=2 a/b0=3 a0=4 trust/levels.json=5", NULL);

	zta_oid__hex(&root, digits);
	assert_string_equal(digits,
	    "b7142031a7e5dfa6c5f37b6d9eeb74f9c5c8b33eab8f5d0e4acd4c7831eab9a9");
	assert_int_equal(((shelf *)*state)->writes, 4);
}

static void
test_tree_build__writes_what_is_new(void **state)
{
	shelf *s = *state;
	zta_oid base = built(s, "a/b/c=1 a/d=2 e/f=3 g=4", NULL);
	zta_oid next, same;

	s->writes = 0;
	same = built(s, "a/b/c=1 a/d=2 e/f=3 g=4", &base);
	assert_true(zta_oid__eq(&base, &same));
	assert_int_equal(s->writes, 0);
	/* The root and e; neither a nor a/b. */
	next = built(s, "a/b/c=1 a/d=2 e/f=5 g=4", &base);
	assert_int_equal(s->writes, 2);
	differ_in(s, &base, &next, "~e/f");
	/* A file that becomes a directory, and back. */
	s->writes = 0;
	next = built(s, "a=1 e/f=3 g/h=4", &base);
	assert_int_equal(s->writes, 2);
	differ_in(s, &base, &next, "+a -a/b/c -a/d -g +g/h");
	differ_in(s, &next, &base, "-a +a/b/c +a/d +g -g/h");
}

static void
test_tree_build__refuses_by_rule_and_place(void **state)
{
	static const struct {
		const char *leaves;
		zta_status status;
		const char *place, *rule;
	} cases[] = {
		{ "", ZTA_EINVALID, "tree", "a tree has an entry" },
		{ "b a", ZTA_EINVALID, "a", "paths ascend" },
		{ "a a", ZTA_EINVALID, "a", "paths ascend" },
		{ "a/c a/b", ZTA_EINVALID, "a/b", "paths ascend" },
		{ "a a/b", ZTA_EINVALID, "tree entry 2", "`a` and `a`" },
		{ "a a.b a/b", ZTA_EINVALID, "tree entry 3", "`a` and `a`" },
		{ "d/A/x d/a/y", ZTA_EINVALID, "d/: tree entry 2",
		    "`A` and `a`" },
		{ ".git/x", ZTA_EINVALID, "tree entry 1", "with a point" },
		{ "a/../b", ZTA_EINVALID, "a/: tree entry 1", "with a point" },
		{ "/a", ZTA_EINVALID, "tree entry 1", "not empty" },
		{ "a/", ZTA_EINVALID, "a/: tree entry 1", "not empty" },
		{ "a//b", ZTA_EINVALID, "a/: tree entry 1", "not empty" },
		{ "=1", ZTA_EINVALID, "tree entry 1", "not empty" },
		{ "a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/file", ZTA_OK, "", "" },
		{ "a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/file", ZTA_ELIMIT,
		    "a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/", "nest too deep" },
	};
	zta_oid root;
	zta_error err;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		err = (zta_error){ 0 };
		assert_int_equal(
		    build(*state, cases[i].leaves, NULL, &root, &err),
		    cases[i].status);
		assert_string_equal(err.place, cases[i].place);
		assert_non_null(strstr(err.message, cases[i].rule));
	}
}

static void
test_tree_diff__looks_only_where_ids_differ(void **state)
{
	shelf *s = *state;
	zta_oid one = built(s, "a/b/c=1 a/d=2 e/f=3 g=4", NULL);
	zta_oid two = built(s, "a/b/c=1 a/b/x=9 a/d=7 e/f=3", NULL);

	differ_in(s, NULL, &one, "+a/b/c +a/d +e/f +g");
	differ_in(s, &one, NULL, "-a/b/c -a/d -e/f -g");
	differ_in(s, NULL, NULL, "");
	s->reads = 0;
	differ_in(s, &one, &one, "");
	assert_int_equal(s->reads, 0);
	differ_in(s, &one, &two, "+a/b/x ~a/d -g");
	assert_int_equal(s->reads, 6);
}

/* The id of a tree that holds the directory `name`, `count` times. */
static zta_oid
nest(shelf *s, zta_oid inner, uint32_t count)
{
	static const zta_str names[] = { { "a", 1 }, { "b", 1 }, { "c", 1 },
		{ "d", 1 } };
	zta_tree_entry entries[4];
	zta_oid oid;
	zta_buf buf;
	uint32_t i;

	for (i = 0; i < count; i++) {
		entries[i] = (zta_tree_entry){ names[i], inner, true };
	}
	zta_buf__init(&buf, SIZE_MAX);
	assert_int_equal(zta_tree_object__encode(&s->arena,
			     &(zta_tree_object){ entries, count }, &buf, NULL),
	    ZTA_OK);
	oid = id_of(ZTA_OBJECT_TREE, zta_buf__str(&buf));
	assert_int_equal(
	    shelf_write(s, &oid, ZTA_OBJECT_TREE, zta_buf__str(&buf), NULL),
	    ZTA_OK);
	zta_buf__release(&buf);
	return oid;
}

static void
test_tree_diff__ends_on_hostile_trees(void **state)
{
	shelf *s = *state;
	const zta_object_source source = source_of(s);
	zta_tree_changes changes;
	zta_error err = { 0 };
	zta_oid leaf = built(s, "file", NULL), deep = leaf, bomb = leaf;
	uint32_t i;

	for (i = 0; i < ZTA_LEDGER_DEPTH_MAX; i++) {
		deep = nest(s, deep, 1);
		/* 4 to the power of 15 files in 16 objects. */
		bomb = i + 1 < ZTA_LEDGER_DEPTH_MAX ? nest(s, bomb, 4) : bomb;
	}
	assert_int_equal(
	    zta_tree_diff__run(&s->arena, &source, NULL, &deep, &changes, &err),
	    ZTA_ELIMIT);
	assert_string_equal(err.place, "a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a");
	assert_int_equal(
	    zta_tree_diff__run(&s->arena, &source, NULL, &bomb, &changes, &err),
	    ZTA_ELIMIT);
}

static void
test_tree_diff__checks_what_it_reads(void **state)
{
	static const char empty[] = "";
	shelf *s = *state;
	const zta_object_source source = source_of(s);
	zta_tree_changes changes;
	zta_error err = { 0 };
	zta_oid root = built(s, "a/b=1", NULL);
	zta_oid missing = id_of(ZTA_OBJECT_TREE, ZTA_STR("x"));
	zta_oid malformed = id_of(ZTA_OBJECT_TREE, ZTA_STR(empty));

	assert_int_equal(zta_tree_diff__run(&s->arena, &source, &root, &missing,
			     &changes, &err),
	    ZTA_ENOTFOUND);
	assert_true(zta_str__starts(zta_str_of(err.place), ZTA_STR("tree ")));
	assert_int_equal(
	    shelf_write(s, &malformed, ZTA_OBJECT_TREE, ZTA_STR(empty), NULL),
	    ZTA_OK);
	assert_int_equal(zta_tree_diff__run(&s->arena, &source, NULL,
			     &malformed, &changes, &err),
	    ZTA_EINVALID);
	assert_string_equal(err.place,
	    "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321"
	    ": tree");
	/* One bit of a stored object has changed. */
	((char *)(uintptr_t)s->bodies[0].ptr)[12] ^= 1;
	assert_int_equal(
	    zta_tree_diff__run(&s->arena, &source, NULL, &root, &changes, &err),
	    ZTA_EINVALID);
	assert_string_equal(err.message, "the content is not that of the id");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_tree_build__makes_the_trees_of_git),
		TEST(test_tree_build__writes_what_is_new),
		TEST(test_tree_build__refuses_by_rule_and_place),
		TEST(test_tree_diff__looks_only_where_ids_differ),
		TEST(test_tree_diff__ends_on_hostile_trees),
		TEST(test_tree_diff__checks_what_it_reads),
	};

	return cmocka_run_group_tests_name("tree", tests, NULL, NULL);
}
