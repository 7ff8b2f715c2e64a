/* SPDX-License-Identifier: Apache-2.0 */
/* test_ledger.c - one ledger in a store: files, descent, what a peer needs. */
#include "tests.h"

#include "ledger/ledger.h"
#include "ledger/tree_build.h"

typedef struct fixture {
	zta_store *store;
	zta_ledger ledger;
	zta_arena arena;
	zta_oid commits[4];
} fixture;

static zta_oid
put(const zta_ledger *ledger, zta_object_kind kind, zta_str body)
{
	zta_object_sink sink = zta_ledger__sink(ledger);
	zta_oid oid;

	assert_int_equal(zta_oid__of(kind, body, &oid, NULL), ZTA_OK);
	assert_int_equal(sink.write(sink.to, &oid, kind, body, NULL), ZTA_OK);
	return oid;
}

/* A commit whose tree has a/1, a/2, b/1; one of them says `text`. */
static zta_oid
commit(fixture *f, const zta_oid *parent, uint32_t which, const char *text)
{
	static const char *const paths[] = { "a/1", "a/2", "b/1" };
	const zta_commit_person person = { ZTA_STR("A"), ZTA_STR("a@b.c"), 1 };
	zta_object_source source = zta_ledger__source(&f->ledger);
	zta_object_sink sink = zta_ledger__sink(&f->ledger);
	zta_tree_leaf leaves[3];
	zta_commit made = {
		.author = person, .committer = person, .message = ZTA_STR("m\n")
	};
	zta_buf body;
	zta_oid oid;
	uint32_t i;

	for (i = 0; i < 3; i++) {
		leaves[i].path = zta_str_of(paths[i]);
		leaves[i].blob = put(&f->ledger, ZTA_OBJECT_BLOB,
		    i == which ? zta_str_of(text) : ZTA_STR("same"));
	}
	assert_int_equal(zta_tree_build__run(&f->arena, leaves, 3, &source,
			     NULL, &sink, &made.tree, NULL),
	    ZTA_OK);
	if (parent != NULL) {
		made.has_parent = true;
		made.parent = *parent;
	}
	zta_buf__init(&body, SIZE_MAX);
	assert_int_equal(zta_commit__encode(&made, &body, NULL), ZTA_OK);
	oid = put(&f->ledger, ZTA_OBJECT_COMMIT, zta_buf__str(&body));
	zta_buf__release(&body);
	return oid;
}

static int
set_up(void **state)
{
	static fixture f;

	zta_arena__init(&f.arena, SIZE_MAX);
	assert_int_equal(zta_store__open(&f.store, "memory:", NULL), ZTA_OK);
	f.ledger = (zta_ledger){ f.store, ZTA_STR("100000000001/main") };
	assert_int_equal(
	    zta_store__ledger_create(f.store, f.ledger.name, NULL), ZTA_OK);
	f.commits[0] = commit(&f, NULL, 0, "one");
	f.commits[1] = commit(&f, &f.commits[0], 0, "two");
	f.commits[2] = commit(&f, &f.commits[1], 2, "three");
	f.commits[3] = commit(&f, &f.commits[0], 1, "aside");
	*state = &f;
	return 0;
}

static int
tear_down(void **state)
{
	fixture *f = *state;

	zta_store__close(f->store);
	zta_arena__release(&f->arena);
	return 0;
}

static void
test_ledger__files(void **state)
{
	fixture *f = *state;
	zta_tree tree;

	assert_int_equal(zta_ledger__files(&f->ledger, &f->commits[1],
			     &f->arena, &tree, NULL),
	    ZTA_OK);
	assert_int_equal(tree.count, 3);
	assert_true(zta_str__is(tree.files[0].path, "a/1"));
	assert_true(zta_str__is(tree.files[0].text, "two"));
	assert_true(zta_str__is(tree.files[2].text, "same"));
}

static void
test_ledger__descends(void **state)
{
	static const struct {
		int old, new;
		bool yes;
	} cases[] = { { 0, 2, true }, { 2, 2, true }, { 2, 0, false },
		{ 1, 3, false }, { 0, 3, true }, { -1, 0, true } };
	fixture *f = *state;
	const zta_oid none = { { 0 } };
	bool yes;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
		    zta_ledger__descends(&f->ledger,
			cases[i].old < 0 ? &none : &f->commits[cases[i].old],
			&f->commits[cases[i].new], &yes, NULL),
		    ZTA_OK);
		assert_int_equal(yes, cases[i].yes);
	}
	assert_int_equal(
	    zta_ledger__descends(&f->ledger, &f->commits[0], &none, &yes, NULL),
	    ZTA_ENOTFOUND);
}

/* "bbtttc": what is needed, in order. */
static void
needs(fixture *f, int want, int have, const char *kinds)
{
	static const char letters[] = " ctb";
	zta_ledger_needs list;
	char got[64] = "";
	uint32_t i;

	assert_int_equal(zta_ledger__needs(&f->ledger, &f->commits[want],
			     have < 0 ? NULL : &f->commits[have],
			     have < 0 ? 0 : 1, &f->arena, &list, NULL),
	    ZTA_OK);
	for (i = 0; i < list.count; i++) {
		got[i] = letters[list.list[i].kind];
	}
	got[i] = '\0';
	assert_string_equal(got, kinds);
}

static void
test_ledger__needs(void **state)
{
	fixture *f = *state;

	/* a/1, a/2 (b/1 is the same blob), a, b, root, commit */
	needs(f, 0, -1, "bbtttc");
	/* only what the commit changed: a/1, a, root */
	needs(f, 1, 0, "bttc");
	/* a/1 is as it was once, which is not looked up; b/1 is new */
	needs(f, 2, 1, "btbttc");
	needs(f, 2, 0, "bttcbtbttc");
	needs(f, 2, 2, "");
	/* One that is no ancestor helps nothing, and harms nothing. */
	needs(f, 0, 3, "bbtttc");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ledger__files),
		cmocka_unit_test(test_ledger__descends),
		cmocka_unit_test(test_ledger__needs),
	};

	return cmocka_run_group_tests_name("ledger", tests, set_up, tear_down);
}
