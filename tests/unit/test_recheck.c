/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_recheck.c - checking again comes to what a whole check comes to, over
 * random edits, with a memo that is damaged, foreign or forged in between; and
 * a memo is read only where it was written.
 */
#include "tests.h"

#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "crypto/digest.h"
#include "pap/memo.h"
#include "pap/recheck.h"
#include "pap/workspace.h"

#define STEPS 400
#define FILES 12
#define MEMO_MAX ((size_t)1 << 24)

static char top[] = "/tmp/ztauth-recheck-XXXXXX";
static uint32_t seed = 1;

static uint32_t
next(uint32_t below)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % below;
}

static void
path_of(const char *name, char out[128])
{
	(void)snprintf(out, 128, "%s/%s", top, name);
}

static void
put_file(const char *name, const char *text)
{
	char path[128];
	FILE *file;

	path_of(name, path);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void
remove_file(const char *name)
{
	char path[128];

	path_of(name, path);
	(void)remove(path);
}

/* --- edits */

static bool bare;   /* there is no schema, but another partition */
static bool tested; /* there are always tests */

static uint32_t person;
static const char *const people[] = { "[]",
	"[{\"uid\":{\"type\":\"U\",\"id\":\"a\"},"
	"\"attrs\":{\"a\":20,\"b\":\"q\",\"c\":5},\"parents\":[]}]" };

static const char *const schemas[] = {
	"entity U { a: Long, b?: String }; entity D;\n"
	"action view appliesTo { principal: U, resource: D };\n",
	"entity U { a: Long, b?: String, c: Long }; entity D;\n"
	"action view, edit appliesTo { principal: U, resource: D };\n",
	"entity U { a: Long, };;\n"
};

static const char *const policies[] = {
	"permit (principal, action, resource) when { principal.a > %u };\n",
	"@id(\"x%u\") permit (principal, action, resource);\n",
	"@id(\"x%u\") forbid (principal, action == Action::\"view\", "
	"resource) unless { principal has b && principal.b == \"q\" };\n",
	/* a warning: it can never hold */
	"permit (principal is D, action, resource) when { %u == 1 };\n",
	/* valid under one of the schemas */
	"permit (principal, action, resource) when { principal.c > %u };\n",
	"permit (principal, action, resource) when { principal.%u };\n",
	"permit (principal, action, resource) when { principal.d > %u };\n",
	"permit (principal %u\n",
	"// nothing %u\n",
};

/* Policies of one file: most of them valid, ids seldom twice. */
static void
edit_policies(void)
{
	char name[32], text[2048] = "";
	uint32_t i, kind, count = next(4), number = next(FILES);
	size_t len = 0;

	(void)snprintf(name, sizeof(name), "%sp%02u.cedar",
	    bare && number % 3 == 0 ? "a/" : "", number);
	for (i = 0; i < count; i++) {
		kind = next(8) == 0 ? next(9) : next(4);
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    policies[kind], number * 10 + next(next(8) == 0 ? 30 : 10));
	}
	put_file(name, text);
}

/* What they expect is true now and then. */
static void
edit_tests(void)
{
	char text[1024];
	size_t len = 0;
	uint32_t i, count = 1 + next(3);

	len += (size_t)snprintf(text, sizeof(text), "{\"tests\":[");
	for (i = 0; i < count; i++) {
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    "%s{\"name\":\"n%u\",\"request\":{"
		    "\"subject\":{\"type\":\"U\",\"id\":\"%s\"},"
		    "\"action\":{\"name\":\"view\"},"
		    "\"resource\":{\"type\":\"D\",\"id\":\"d\"}},"
		    "\"expect\":{\"decision\":%s}}",
		    i > 0 ? "," : "", i, next(2) == 0 ? "a" : "b",
		    next(8) == 0 ? "false" : "true");
	}
	(void)snprintf(text + len, sizeof(text) - len, "]}");
	put_file("tests/t.json", text);
}

static void
edit_rest(void)
{
	switch (next(8)) {
	case 0:
		put_file("schema.cedarschema", schemas[next(3)]);
		break;
	case 1:
		put_file("schema.cedarschema", schemas[0]);
		break;
	case 2:
		person = next(2);
		put_file("entities/u.json",
		    next(3) == 0 ? "[{\"uid\":{\"type\":\"U\",\"id\":\"a\"},"
				   "\"attrs\":{\"a\":\"no\"},\"parents\":[]}]" :
				   "[]");
		break;
	case 3:
		put_file("README", "no place for it");
		break;
	case 4:
		put_file("P00.cedar", "");
		break;
	case 5:
		edit_tests();
		break;
	case 6:
		put_file("trust/levels.json", next(2) == 0 ? "" : "[]");
		break;
	default:
		put_file("manifest.json", "{}");
	}
}

/* What cannot be valid does not last, so that most steps are not about it. */
static void
mend(void)
{
	remove_file("README");
	remove_file("P00.cedar");
	remove_file("trust/levels.json");
	put_file("entities/u.json", people[person]);
	if (!tested) {
		remove_file("tests/t.json");
	} else if (next(8) == 0) {
		edit_tests();
	}
	if (bare) {
		remove_file("schema.cedarschema");
	} else {
		put_file("schema.cedarschema", schemas[next(2)]);
	}
	put_file("manifest.json",
	    bare ? "{\"metadata\":{\"name\":\"x\"},\"partitions\":{"
		   "\"/\":{\"schema\":false},"
		   "\"/a\":{\"schema\":false}}}" :
		   "{\"metadata\":{\"name\":\"x\"},\"partitions\":{\"/\":"
		   "{\"schema\":true}}}");
}

static void
mend_policies(void)
{
	char name[32];
	uint32_t i;

	for (i = 0; i < FILES; i++) {
		(void)snprintf(name, sizeof(name), "p%02u.cedar", i);
		put_file(name, "permit (principal, action, resource);\n");
	}
}

static void
damage(void)
{
	static const char *const foreign = "ZTAM\002";
	char path[128];
	zta_arena arena;
	zta_str bytes;

	path_of(".ztauth/memo", path);
	zta_arena__init(&arena, SIZE_MAX);
	if (zta_file__read(&arena, path, MEMO_MAX, &bytes, NULL) == ZTA_OK &&
	    bytes.len > 0) {
		switch (next(3)) {
		case 0:
			assert_int_equal(
			    truncate(path, next((uint32_t)bytes.len)), 0);
			break;
		case 1:
			((char *)(uintptr_t)
				bytes.ptr)[next((uint32_t)bytes.len)] ^= 16;
			assert_int_equal(
			    zta_file__replace(path, 0600, bytes, NULL), ZTA_OK);
			break;
		default:
			put_file(".ztauth/memo", foreign);
		}
	}
	zta_arena__release(&arena);
}

static void
edit(void)
{
	char name[32];
	uint32_t number;

	switch (next(12)) {
	case 0:
		edit_rest();
		break;
	case 1:
		mend_policies();
		mend();
		break;
	case 2:
		number = next(FILES);
		(void)snprintf(name, sizeof(name), "%sp%02u.cedar",
		    bare && number % 3 == 0 ? "a/" : "", number);
		remove_file(name);
		break;
	case 3:
		damage();
		break;
	case 4:
		break;
	default:
		mend();
		edit_policies();
	}
}

/* --- comparing */

static void
compare(const zta_check *a, const zta_check *b)
{
	const zta_ledger_finding *x, *y;
	uint32_t i;

	assert_string_equal(a->version, b->version);
	assert_int_equal(a->tested, b->tested);
	assert_int_equal(a->done, b->done);
	assert_int_equal(a->whole, b->whole);
	assert_int_equal(a->listed, b->listed);
	assert_int_equal(a->tests.count, b->tests.count);
	assert_int_equal(a->tests.failed, b->tests.failed);
	for (i = 0; i < a->tests.count; i++) {
		assert_true(
		    zta_str__eq(a->tests.list[i].file, b->tests.list[i].file));
		assert_true(
		    zta_str__eq(a->tests.list[i].name, b->tests.list[i].name));
		assert_int_equal(a->tests.list[i].line, b->tests.list[i].line);
		assert_int_equal(
		    a->tests.list[i].passed, b->tests.list[i].passed);
		assert_string_equal(
		    a->tests.list[i].message, b->tests.list[i].message);
	}
	assert_int_equal(zta_check__is_version(a), zta_check__is_version(b));
	assert_int_equal(a->findings.errors, b->findings.errors);
	assert_int_equal(a->findings.count, b->findings.count);
	for (i = 0; i < a->findings.count; i++) {
		x = &a->findings.list[i];
		y = &b->findings.list[i];
		assert_true(zta_str__eq(x->file, y->file));
		assert_int_equal(x->line, y->line);
		assert_int_equal(x->column, y->column);
		assert_string_equal(x->rule, y->rule);
		assert_string_equal(x->message, y->message);
		assert_string_equal(x->hint, y->hint);
		assert_true(zta_str__eq(x->policy, y->policy));
		assert_int_equal(x->warning, y->warning);
	}
	assert_int_equal(a->tree.count, b->tree.count);
	for (i = 0; i < a->tree.count; i++) {
		assert_true(
		    zta_str__eq(a->tree.files[i].path, b->tree.files[i].path));
		assert_true(zta_oid__eq(
		    &a->tree.files[i].blob, &b->tree.files[i].blob));
	}
}

/* The short way was gone. */
static bool
recheck(void)
{
	zta_check whole, again;
	bool is_short;

	assert_int_equal(zta_check__dir(&whole, top, 0, 0, NULL), ZTA_OK);
	assert_int_equal(
	    zta_recheck__dir(&again, top, 0, false, 0, NULL), ZTA_OK);
	compare(&whole, &again);
	is_short = again.done && again.whole && again.loaded == NULL;
	zta_check__release(&again);
	assert_int_equal(
	    zta_recheck__dir(&again, top, 0, true, 0, NULL), ZTA_OK);
	assert_true(!whole.whole || again.loaded != NULL);
	compare(&whole, &again);
	zta_check__release(&again);
	zta_check__release(&whole);
	return is_short;
}

static void
change_often(void)
{
	int i, is_short = 0;

	mend_policies();
	mend();
	for (i = 0; i < STEPS; i++) {
		edit();
		is_short += recheck();
	}
	/* Else nothing of this says anything. */
	assert_true(is_short > STEPS / 10);
}

static void
test_recheck__random(void **state)
{
	(void)state;
	change_often();
}

/*
 * Tests under the schema and without: which policies answer changes with each
 * file that is edited.
 */
static void
test_recheck__with_tests(void **state)
{
	(void)state;
	tested = true;
	edit_tests();
	change_often();
	tested = false;
}

/* A permit that is overruled answers: without the forbid it decides. */
static void
test_recheck__overruled(void **state)
{
	(void)state;
	tested = true;
	mend_policies();
	mend();
	put_file("tests/t.json",
	    "{\"tests\":[{\"name\":\"n\",\"request\":{"
	    "\"subject\":{\"type\":\"U\",\"id\":\"a\"},"
	    "\"action\":{\"name\":\"view\"},"
	    "\"resource\":{\"type\":\"D\",\"id\":\"d\"}},"
	    "\"expect\":{\"decision\":false}}]}");
	put_file("p03.cedar", "forbid (principal, action, resource);\n");
	assert_false(recheck());
	put_file("p04.cedar", "// nothing\n");
	assert_true(recheck());
	remove_file("p03.cedar");
	assert_true(recheck());
	tested = false;
	mend();
}

/* A warning about each partition, at its first file. */
static void
test_recheck__without_schema(void **state)
{
	char path[128];

	(void)state;
	path_of("a", path);
	assert_int_equal(mkdir(path, 0700), 0);
	bare = true;
	change_often();
	bare = false;
}

/* A file that changes right after it was read, in size and id the same. */
static void
test_recheck__racy(void **state)
{
	int i;

	(void)state;
	mend_policies();
	mend();
	for (i = 0; i < 100; i++) {
		put_file("p03.cedar",
		    i % 2 == 0 ?
			"@id(\"x7\") permit (principal, action, resource);\n" :
			"@id(\"x8\") permit (principal, action, resource);\n");
		(void)recheck();
	}
}

/* --- who is believed */

/* What is remembered, to be written back by somebody else. */
static zta_str
read_memo(zta_arena *arena)
{
	char path[128];
	zta_str bytes;

	path_of(".ztauth/memo", path);
	assert_int_equal(
	    zta_file__read(arena, path, MEMO_MAX, &bytes, NULL), ZTA_OK);
	return bytes;
}

static uint32_t
count_known(void)
{
	zta_memo_place place;
	zta_arena arena;
	zta_memo memo;
	uint32_t count;

	zta_arena__init(&arena, SIZE_MAX);
	zta_memo_place__open(&place, top, &arena, &memo);
	count = memo.count;
	zta_memo_place__close(&place);
	zta_arena__release(&arena);
	return count;
}

static void
test_recheck__belief(void **state)
{
	char path[128], link[128];
	zta_arena arena;
	zta_str bytes;

	(void)state;
	zta_arena__init(&arena, SIZE_MAX);
	mend_policies();
	mend();
	(void)recheck();
	assert_true(count_known() > FILES);
	path_of(".ztauth/memo", path);

	/* Another could have written it. */
	assert_int_equal(chmod(path, 0620), 0);
	assert_int_equal(count_known(), 0);
	assert_int_equal(chmod(path, 0600), 0);
	assert_true(count_known() > FILES);

	/* A link does not count. */
	bytes = read_memo(&arena);
	path_of("../ztauth-recheck-elsewhere", link);
	assert_int_equal(zta_file__replace(link, 0600, bytes, NULL), ZTA_OK);
	assert_int_equal(remove(path), 0);
	assert_int_equal(symlink(link, path), 0);
	assert_int_equal(count_known(), 0);
	assert_int_equal(remove(path), 0);
	assert_int_equal(remove(link), 0);
	assert_int_equal(zta_file__replace(path, 0600, bytes, NULL), ZTA_OK);
	assert_true(count_known() > FILES);

	/* The same folder at another time and place, as if it were unpacked. */
	path_of(".ztauth/config.json", path);
	path_of(".ztauth/config.old", link);
	assert_int_equal(rename(path, link), 0);
	put_file(".ztauth/config.json", "{\"zone\":\"local\",\"name\":\"x\"}");
	assert_int_equal(count_known(), 0);
	zta_arena__release(&arena);
}

/* A memo that is well formed and lies cannot be made without the key. */
static void
test_recheck__forged(void **state)
{
	unsigned char key[ZTA_MEMO_DIGEST] = { 0 };
	zta_memo_file file = {
		.path = ZTA_STR("p00.cedar"), .judged = true, .ids = ZTA_STR("")
	};
	zta_memo memo = { .context = { 1 }, .files = &file, .count = 1 }, read;
	zta_arena arena;
	zta_buf bytes;
	char path[128];

	(void)state;
	zta_arena__init(&arena, SIZE_MAX);
	zta_buf__init(&bytes, SIZE_MAX);
	zta_memo__put(&bytes, key, &memo);
	assert_true(zta_memo__read(&arena, zta_buf__str(&bytes), key, &read));
	assert_int_equal(read.count, 1);
	key[0]++;
	assert_false(zta_memo__read(&arena, zta_buf__str(&bytes), key, &read));
	assert_int_equal(read.count, 0);
	path_of(".ztauth/memo", path);
	assert_int_equal(
	    zta_file__replace(path, 0600, zta_buf__str(&bytes), NULL), ZTA_OK);
	assert_int_equal(count_known(), 0);
	(void)recheck();
	zta_buf__release(&bytes);
	zta_arena__release(&arena);
}

/* --- the folder */

static int
make_top(void **state)
{
	zta_workspace_made made;
	char path[128];

	(void)state;
	if (mkdtemp(top) == NULL ||
	    zta_workspace_init(top, "x", NULL, &made, NULL) != ZTA_OK) {
		return -1;
	}
	path_of("entities", path);
	(void)mkdir(path, 0777);
	path_of("tests", path);
	(void)mkdir(path, 0777);
	path_of("trust", path);
	return mkdir(path, 0777);
}

static int
remove_one(
    const char *path, const struct stat *info, int kind, struct FTW *place)
{
	(void)info;
	(void)kind;
	(void)place;
	return remove(path);
}

static int
remove_top(void **state)
{
	(void)state;
	return nftw(top, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recheck__random),
		cmocka_unit_test(test_recheck__with_tests),
		cmocka_unit_test(test_recheck__overruled),
		cmocka_unit_test(test_recheck__racy),
		cmocka_unit_test(test_recheck__belief),
		cmocka_unit_test(test_recheck__forged),
		cmocka_unit_test(test_recheck__without_schema),
	};

	return cmocka_run_group_tests_name(
	    "recheck", tests, make_top, remove_top);
}
