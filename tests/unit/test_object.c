/* SPDX-License-Identifier: Apache-2.0 */
/* test_object.c - git objects in the SHA-256 format. SPEC: ztauth 2 */
#include "tests.h"

#include <stdlib.h>

#include "base/limits.h"
#include "ledger/commit.h"
#include "ledger/object.h"
#include "ledger/tree_object.h"
#include "store/oid.h"

/* As `git hash-object --stdin -t KIND` has them in a sha256 repository. */
static const struct {
	zta_object_kind kind;
	const char *body;
	const char *id;
} id_cases[] = {
	{ ZTA_OBJECT_BLOB, "",
	    "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813" },
	{ ZTA_OBJECT_BLOB, "hello\n",
	    "2cf8d83d9ee29543b34a87727421fdecb7e3f3a183d337639025de576db9ebb4" },
	{ ZTA_OBJECT_TREE, "",
	    "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321" },
};

static void
test_oid__is_the_one_of_git(void **state)
{
	char text[ZTA_OID_HEX_MAX];
	zta_oid oid, again;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(id_cases) / sizeof(id_cases[0]); i++) {
		assert_int_equal(zta_oid__of(id_cases[i].kind,
				     zta_str_of(id_cases[i].body), &oid, NULL),
		    ZTA_OK);
		zta_oid__hex(&oid, text);
		assert_string_equal(text, id_cases[i].id);
		assert_true(zta_oid__parse(zta_str_of(text), &again));
		assert_true(zta_oid__eq(&oid, &again));
	}
}

static void
test_oid__reads_64_lower_case_digits(void **state)
{
	static const char good[] =
	    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0";
	zta_oid oid;
	char bad[64];

	(void)state;
	assert_true(zta_oid__parse((zta_str){ good, 64 }, &oid));
	assert_int_equal(oid.bytes[0], 0x01);
	assert_int_equal(oid.bytes[31], 0xef);
	assert_false(zta_oid__parse((zta_str){ good, 40 }, &oid));
	assert_false(zta_oid__parse((zta_str){ good, 63 }, &oid));
	assert_false(zta_oid__parse((zta_str){ good, 65 }, &oid));
	assert_false(zta_oid__parse(ZTA_STR(""), &oid));
	memcpy(bad, good, 64);
	bad[10] = 'A';
	assert_false(zta_oid__parse((zta_str){ bad, 64 }, &oid));
	bad[10] = 'g';
	assert_false(zta_oid__parse((zta_str){ bad, 64 }, &oid));
	bad[10] = '\0';
	assert_false(zta_oid__parse((zta_str){ bad, 64 }, &oid));
}

/* --- trees */

/* Ids are 32 letters, so that they can be written down; none has a NUL. */
#define ID "iiiiiiiiiiiiiiiiiiiiiiiiiiiiiiii"
#define NO_ID "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define FILE_OF(name) "100644 " name "\0" ID
#define DIR_OF(name) "40000 " name "\0" ID
#define NAME_250                                             \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

typedef struct object_case {
	const char *body;
	size_t len;
	const char *place, *rule;
	uint32_t line, column;
} object_case;

#define TREE(body, place, rule)                           \
	{                                                 \
		body, sizeof(body) - 1, place, rule, 0, 0 \
	}
#define PLAIN "a name has letters, digits"
#define MODE "a mode is `100644` or `40000`"
#define DEVICE "a name is not that of a device"
#define TWINS "are one name to some file systems"

static const object_case bad_trees[] = {
	/* Taken by `git fsck --strict`, with a warning at most. */
	TREE("100664 a\0" ID, "tree entry 1, byte 0", MODE),
	TREE("100600 a\0" ID, "tree entry 1, byte 0", MODE),
	TREE(FILE_OF("a") "100755 b\0" ID, "tree entry 2, byte 41",
	    "a ledger has no executable files"),
	TREE("120000 a\0" ID, "tree entry 1, byte 0",
	    "a ledger has no symbolic links"),
	TREE("160000 a\0" ID, "tree entry 1, byte 0",
	    "a ledger has no submodules"),
	TREE("", "tree", "a tree has an entry"),
	TREE(FILE_OF("A") FILE_OF("a"), "tree entry 2, byte 48", TWINS),
	TREE(FILE_OF("A") FILE_OF("B") DIR_OF("a"), "tree entry 3, byte 88",
	    TWINS),
	TREE(FILE_OF("a") FILE_OF("a.b") DIR_OF("a"), "tree entry 3, byte 90",
	    TWINS),
	TREE(FILE_OF("a b"), "tree entry 1, byte 8", PLAIN),
	TREE(FILE_OF("\xc3\xa4"), "tree entry 1, byte 7", PLAIN),
	TREE(FILE_OF("a\xff"), "tree entry 1, byte 8", PLAIN),
	TREE(FILE_OF("a\x1b[2J"), "tree entry 1, byte 8", PLAIN),
	TREE(FILE_OF("a\\b"), "tree entry 1, byte 8", PLAIN),
	TREE(FILE_OF("a:b"), "tree entry 1, byte 8", PLAIN),
	TREE(FILE_OF("git~1"), "tree entry 1, byte 10", PLAIN),
	TREE(FILE_OF("-x"), "tree entry 1, byte 7", "begin with a dash"),
	TREE(FILE_OF("a."), "tree entry 1, byte 8", "end with a point"),
	TREE(FILE_OF("...."), "tree entry 1, byte 7", "begin with a point"),
	TREE(FILE_OF(".gitmodules"), "tree entry 1, byte 7",
	    "begin with a point"),
	TREE(FILE_OF(NAME_250 "aaaaaa"), "tree entry 1, byte 262",
	    "at most 255 bytes"),
	TREE(FILE_OF("a "), "tree entry 1, byte 8", PLAIN),
	TREE(FILE_OF("a.."), "tree entry 1, byte 9", "end with a point"),
	TREE(DIR_OF("a."), "tree entry 1, byte 7", "end with a point"),
	/* What HFS+ passes over in a name, and NTFS puts behind one. */
	TREE(FILE_OF("g\xe2\x80\x8cit"), "tree entry 1, byte 8", PLAIN),
	TREE(FILE_OF("a\xef\xbb\xbf"), "tree entry 1, byte 8", PLAIN),
	TREE(FILE_OF("a::$DATA"), "tree entry 1, byte 8", PLAIN),
	TREE(FILE_OF("GITMOD~1"), "tree entry 1, byte 13", PLAIN),
	/* One name in two spellings: composed, decomposed. */
	TREE(FILE_OF("a\xcc\x88") FILE_OF("\xc3\xa4"), "tree entry 1, byte 8",
	    PLAIN),
	/* Not UTF-8: cut off, too long, a surrogate. */
	TREE(FILE_OF("a\xc3"), "tree entry 1, byte 8", PLAIN),
	TREE(FILE_OF("a\xc0\xaf"), "tree entry 1, byte 8", PLAIN),
	TREE(FILE_OF("a\xed\xa0\x80"), "tree entry 1, byte 8", PLAIN),
	/* Names that Windows keeps for devices, with any ending. */
	TREE(FILE_OF("con"), "tree entry 1, byte 7", DEVICE),
	TREE(FILE_OF("CON.cedar"), "tree entry 1, byte 7", DEVICE),
	TREE(DIR_OF("Aux"), "tree entry 1, byte 6", DEVICE),
	TREE(FILE_OF("a") FILE_OF("nul.tar.gz"), "tree entry 2, byte 48",
	    DEVICE),
	TREE(FILE_OF("prn.json"), "tree entry 1, byte 7", DEVICE),
	TREE(FILE_OF("com0"), "tree entry 1, byte 7", DEVICE),
	TREE(FILE_OF("Com9.x"), "tree entry 1, byte 7", DEVICE),
	TREE(FILE_OF("lpt1.cedar"), "tree entry 1, byte 7", DEVICE),
	TREE("100644  a\0" ID, "tree entry 1, byte 7", PLAIN),
	/* Refused by git too. */
	TREE("40755 a\0" ID, "tree entry 1, byte 0", MODE),
	TREE("040000 a\0" ID, "tree entry 1, byte 0", "no leading zero"),
	TREE("0100644 a\0" ID, "tree entry 1, byte 0", "no leading zero"),
	TREE("00040000 a\0" ID, "tree entry 1, byte 0", "no leading zero"),
	TREE("40000", "tree entry 1, byte 0", MODE),
	TREE("100645 a\0" ID, "tree entry 1, byte 0", MODE),
	TREE("37777700644 a\0" ID, "tree entry 1, byte 0", MODE),
	TREE(DIR_OF("a") DIR_OF("a"), "tree entry 2, byte 46",
	    "`a` stands here a second time"),
	TREE(FILE_OF("a") FILE_OF("b") FILE_OF("a"), "tree entry 3, byte 89",
	    "`a` is out of order after `b`"),
	TREE(DIR_OF("..") FILE_OF("a"), "tree entry 1, byte 6",
	    "begin with a point"),
	TREE("100644", "tree entry 1, byte 0", MODE),
	TREE("100644a\0" ID, "tree entry 1, byte 0", MODE),
	TREE("100644\0a\0" ID, "tree entry 1, byte 0", MODE),
	TREE("-1 a\0" ID, "tree entry 1, byte 0", MODE),
	TREE(" a\0" ID, "tree entry 1, byte 0", MODE),
	TREE(FILE_OF(""), "tree entry 1, byte 7", "a name is not empty"),
	TREE(FILE_OF("."), "tree entry 1, byte 7", "begin with a point"),
	TREE(FILE_OF(".."), "tree entry 1, byte 7", "begin with a point"),
	TREE(DIR_OF(".git"), "tree entry 1, byte 6", "begin with a point"),
	TREE(DIR_OF(".GIT"), "tree entry 1, byte 6", "begin with a point"),
	TREE(FILE_OF("a/b"), "tree entry 1, byte 8", "no slash"),
	TREE(FILE_OF("/a"), "tree entry 1, byte 7", "no slash"),
	TREE("100644 a\0" NO_ID, "tree entry 1, byte 9", "not all zeros"),
	TREE(FILE_OF("a") FILE_OF("a"), "tree entry 2, byte 48",
	    "`a` stands here a second time"),
	TREE(FILE_OF("b") FILE_OF("a"), "tree entry 2, byte 48",
	    "`a` is out of order after `b`"),
	TREE(DIR_OF("foo") FILE_OF("foo.b"), "tree entry 2, byte 49",
	    "`foo.b` is out of order after `foo`"),
	TREE(FILE_OF("foo0") DIR_OF("foo"), "tree entry 2, byte 50",
	    "`foo` is out of order after `foo0`"),
	TREE("100644 ", "tree entry 1, byte 7", "no NUL ends the name"),
	TREE("100644 a", "tree entry 1, byte 7", "no NUL ends the name"),
	TREE("100644 a\0iii", "tree entry 1, byte 9",
	    "the tree ends within an id"),
	TREE(FILE_OF("a") "1", "tree entry 2, byte 41", MODE),
	TREE(FILE_OF("a") "\0", "tree entry 2, byte 41", MODE),
};

static void
refused_as(zta_object_kind kind, const object_case *c)
{
	/* From the heap, so that sanitizers see what lies beyond. */
	char *body = malloc(c->len + (c->len == 0));
	zta_error err = { 0 };
	zta_arena arena;

	zta_arena__init(&arena, SIZE_MAX);
	assert_non_null(body);
	memcpy(body, c->body, c->len);
	if (zta_object__check(&arena, kind, (zta_str){ body, c->len }, &err) ==
	    ZTA_OK) {
		fail_msg("taken: %s at %s", c->rule, c->place);
	}
	assert_string_equal(err.place, c->place);
	if (strstr(err.message, c->rule) == NULL) {
		fail_msg("%s: `%s`, not `%s`", c->place, err.message, c->rule);
	}
	assert_int_equal(err.line, c->line);
	assert_int_equal(err.column, c->column);
	free(body);
	zta_arena__release(&arena);
}

static void
test_tree_object__refuses_by_rule_and_place(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad_trees) / sizeof(bad_trees[0]); i++) {
		refused_as(ZTA_OBJECT_TREE, &bad_trees[i]);
	}
}

static void
test_object__refuses_other_kinds(void **state)
{
	const object_case tag = { "", 0, "object", "no objects of this kind", 0,
		0 };
	/* Too large to be there; nothing looks at its bytes. */
	const zta_str large = { "", ZTA_LEDGER_FILE_MAX + 1 };
	zta_error err = { 0 };

	(void)state;
	refused_as(ZTA_OBJECT_TAG, &tag);
	refused_as((zta_object_kind)0, &tag);
	assert_int_equal(
	    zta_object__check(NULL, ZTA_OBJECT_BLOB, large, &err), ZTA_ELIMIT);
	assert_string_equal(err.place, "blob");
}

static const object_case good_trees[] = {
	TREE(FILE_OF("a"), "", ""),
	TREE(DIR_OF("a"), "", ""),
	TREE(FILE_OF("foo.bar") DIR_OF("foo") FILE_OF("foo0"), "", ""),
	TREE(FILE_OF("A") FILE_OF("B") FILE_OF("_") FILE_OF("a0"), "", ""),
	TREE(FILE_OF("0-.-0") FILE_OF("a..b") FILE_OF("conf"), "", ""),
	TREE(FILE_OF("co") FILE_OF("com") FILE_OF("com10") FILE_OF("lptx"), "",
	    ""),
	TREE(FILE_OF("a.con") FILE_OF("con-1.json") FILE_OF("nulls"), "", ""),
	TREE(FILE_OF(NAME_250 "aaaaa"), "", ""),
};

static void
test_tree_object__encodes_what_it_decodes(void **state)
{
	zta_tree_object tree;
	zta_arena arena;
	zta_error err = { 0 };
	zta_buf buf;
	zta_str body;
	size_t i;

	(void)state;
	zta_arena__init(&arena, SIZE_MAX);
	zta_buf__init(&buf, SIZE_MAX);
	for (i = 0; i < sizeof(good_trees) / sizeof(good_trees[0]); i++) {
		body = (zta_str){ good_trees[i].body, good_trees[i].len };
		if (zta_tree_object__decode(&arena, body, &tree, &err) !=
		    ZTA_OK) {
			fail_msg("%s: %s", err.place, err.message);
		}
		zta_buf__clear(&buf);
		assert_int_equal(
		    zta_tree_object__encode(&arena, &tree, &buf, &err), ZTA_OK);
		assert_true(zta_str__eq(zta_buf__str(&buf), body));
	}
	zta_buf__release(&buf);
	zta_arena__release(&arena);
}

static void
test_tree_object__encodes_nothing_malformed(void **state)
{
	zta_tree_entry bad[] = {
		{ ZTA_STR("a/b"), { "i" }, false },
		{ ZTA_STR(".git"), { "i" }, true },
		{ ZTA_STR(""), { "i" }, false },
		{ ZTA_STR("a"), { "" }, false },
	};
	zta_tree_entry unsorted[] = {
		{ ZTA_STR("foo"), { "i" }, true },
		{ ZTA_STR("foo.b"), { "i" }, false },
	};
	zta_tree_entry twins[] = {
		{ ZTA_STR("A"), { "i" }, true },
		{ ZTA_STR("a"), { "i" }, false },
	};
	const zta_tree_object trees[] = { { &bad[0], 1 }, { &bad[1], 1 },
		{ &bad[2], 1 }, { &bad[3], 1 }, { unsorted, 2 }, { twins, 2 },
		{ NULL, 0 } };
	static const char *const places[] = { "tree entry 1", "tree entry 1",
		"tree entry 1", "tree entry 1", "tree entry 2", "tree entry 2",
		"tree" };
	zta_arena arena;
	zta_error err;
	zta_buf buf;
	size_t i;

	(void)state;
	zta_arena__init(&arena, SIZE_MAX);
	zta_buf__init(&buf, SIZE_MAX);
	for (i = 0; i < sizeof(trees) / sizeof(trees[0]); i++) {
		assert_int_equal(
		    zta_tree_object__encode(&arena, &trees[i], &buf, &err),
		    ZTA_EINVALID);
		assert_string_equal(err.place, places[i]);
	}
	zta_buf__release(&buf);
	zta_arena__release(&arena);
}

/* --- commits */

#define ID_1 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ID_0 "0000000000000000000000000000000000000000000000000000000000000000"
#define T "tree " ID_1 "\n"
#define P "parent " ID_1 "\n"
#define A "author A U Thor <a@example.com> 1 +0000\n"
#define C "committer C O Mit <c@example.com> 2 +0000\n"
#define ARMOR                             \
	"-----BEGIN SSH SIGNATURE-----\n" \
	" U1NI\n"                         \
	" -----END SSH SIGNATURE-----"
#define S "gpgsig-sha256 " ARMOR "\n"
#define M "\nsubject\n"
#define TIMES(text) T "author A <a@b> " text C M

#define COMMIT(body, where, line, column, rule)                             \
	{                                                                   \
		body, sizeof(body) - 1, "commit " where, rule, line, column \
	}

static const object_case bad_commits[] = {
	/* Taken by `git fsck --strict`. */
	COMMIT(T A C "x-own yes\n" M, "header", 4, 1, "an empty line is due"),
	COMMIT(T A C "encoding ISO-8859-1\n" M, "header", 4, 1,
	    "needs no `encoding`"),
	COMMIT(T A C "gpgsig x\n" M, "header", 4, 1, "in `gpgsig-sha256`"),
	COMMIT(T P A C "mergetag object x\n" M, "header", 5, 1, "no merges"),
	COMMIT(T P P A C M, "header", 3, 1, "one parent at most"),
	COMMIT(T P P P A C M, "header", 3, 1, "one parent at most"),
	COMMIT(T A C "mergetag object " ID_1 "\n type commit\n tag t\n" M,
	    "header", 4, 1, "no merges"),
	COMMIT(T A C "HG:extra branch:x\n" M, "header", 4, 1,
	    "an empty line is due"),
	COMMIT(T A C " folded\n" M, "header", 4, 1, "an empty line is due"),
	COMMIT(T A " folded\n" C M, "header", 3, 1, "committer is due"),
	COMMIT(T A C S "x-own yes\n" M, "header", 7, 1, "an empty line is due"),
	COMMIT(T A C S S M, "header", 7, 1, "a signature follows"),
	COMMIT(T A S C M, "header", 3, 1, "a signature follows"),
	COMMIT(T A C, "header", 4, 1, "an empty line is due"),
	COMMIT(T A C "\n", "message", 5, 1, "not empty"),
	COMMIT(T A C "\nsubject", "message", 5, 7, "ends with a line feed"),
	COMMIT(T A C "\n\nsubject\n", "message", 5, 1, "nor empty line"),
	COMMIT(T A C "\n subject\n", "message", 5, 1, "neither space"),
	COMMIT(T A C "\n\tsubject\n", "message", 5, 1, "neither space"),
	COMMIT(T A C "\ns\xff\n", "message", 5, 2, "UTF-8"),
	COMMIT(T A C "\ns\xc0\x80\n", "message", 5, 2, "UTF-8"),
	COMMIT(T A C "\ns\xed\xa0\x80\n", "message", 5, 2, "UTF-8"),
	COMMIT(T A C "\ns\n\x1b[2J\n", "message", 6, 1, "control"),
	COMMIT(T A C "\nsubject\r\n", "message", 5, 8, "control"),
	COMMIT(T A C "\ns\xc2\x9b\n", "message", 5, 2, "control"),
	COMMIT(T A C "\ns\x7f\n", "message", 5, 2, "control"),
	COMMIT(TIMES("1 +0100\n"), "author", 2, 17, "` +0000`"),
	COMMIT(TIMES("1 -0000\n"), "author", 2, 17, "` +0000`"),
	COMMIT(TIMES("1 +1400\n"), "author", 2, 17, "` +0000`"),
	COMMIT(TIMES("1 +0530\n"), "author", 2, 17, "` +0000`"),
	COMMIT(TIMES("1 +9999\n"), "author", 2, 17, "` +0000`"),
	COMMIT(TIMES("253402300800 +0000\n"), "author", 2, 16, "year 9999"),
	COMMIT(T "author  <a@b> 1 +0000\n" C M, "author", 2, 8, "1 to 256"),
	COMMIT(T "author A <> 1 +0000\n" C M, "author", 2, 11, "1 to 256"),
	COMMIT(T "author  A <a@b> 1 +0000\n" C M, "author", 2, 8,
	    "neither begins nor ends"),
	COMMIT(T "author A  <a@b> 1 +0000\n" C M, "author", 2, 8,
	    "neither begins nor ends"),
	COMMIT(T "author \xff <a@b> 1 +0000\n" C M, "author", 2, 8, "UTF-8"),
	COMMIT(T "author A\x1b <a@b> 1 +0000\n" C M, "author", 2, 9, "control"),
	COMMIT(T "author A <a b> 1 +0000\n" C M, "author", 2, 12, "an email"),
	COMMIT(T "author A <\xff> 1 +0000\n" C M, "author", 2, 11, "UTF-8"),
	COMMIT(T A C "gpgsig-sha256 -----BEGIN PGP SIGNATURE-----\n \n A\n"
		     " -----END PGP SIGNATURE-----\n" M,
	    "gpgsig-sha256", 4, 15, "an armored SSH signature"),
	COMMIT(T A C "gpgsig-sha256 x\n" M, "gpgsig-sha256", 4, 15,
	    "an armored SSH signature"),
	COMMIT(T A C "gpgsig-sha256 -----BEGIN SSH SIGNATURE-----\n"
		     " -----END SSH SIGNATURE-----\n" M,
	    "gpgsig-sha256", 4, 15, "an armored SSH signature"),
	COMMIT(T A C "gpgsig-sha256 \n" M, "gpgsig-sha256", 4, 15,
	    "an armored SSH signature"),
	COMMIT(T A C "gpgsig-sha256 -----BEGIN SSH SIGNATURE-----\n \x1b\n"
		     " -----END SSH SIGNATURE-----\n" M,
	    "gpgsig-sha256", 5, 2, "control"),
	COMMIT(T A C S " more\n" M, "gpgsig-sha256", 4, 15,
	    "an armored SSH signature"),
	/* Refused by git too. */
	COMMIT("", "header", 1, 1, "tree is due"),
	COMMIT("\n", "header", 1, 1, "tree is due"),
	COMMIT(A C M, "header", 1, 1, "tree is due"),
	COMMIT("Tree " ID_1 "\n" A C M, "header", 1, 1, "tree is due"),
	COMMIT(T T A C M, "header", 2, 1, "author is due"),
	COMMIT(P T A C M, "header", 1, 1, "after `tree`"),
	COMMIT(T A P C M, "header", 3, 1, "after `tree`"),
	COMMIT(T C A M, "header", 2, 1, "author is due"),
	COMMIT(T A M, "header", 3, 1, "committer is due"),
	COMMIT(T A A C M, "header", 3, 1, "committer is due"),
	COMMIT(T A C C M, "header", 4, 1, "an empty line is due"),
	COMMIT("tree " ID_1 "0\n" A C M, "tree", 1, 6, "64 hexadecimal"),
	COMMIT("tree  " ID_1 "\n" A C M, "tree", 1, 6, "64 hexadecimal"),
	COMMIT("tree " ID_1 " \n" A C M, "tree", 1, 6, "64 hexadecimal"),
	COMMIT("tree a\n" A C M, "tree", 1, 6, "64 hexadecimal"),
	COMMIT("tree " ID_0 "\n" A C M, "tree", 1, 6, "not all zeros"),
	COMMIT("tree " ID_1, "tree", 1, 70, "the line does not end"),
	COMMIT("tree", "header", 1, 1, "tree is due"),
	COMMIT(T "parent " ID_0 "\n" A C M, "parent", 2, 8, "not all zeros"),
	COMMIT(T "parent aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n" A C M,
	    "parent", 2, 8, "64 hexadecimal"),
	COMMIT(T "author\n" C M, "header", 2, 1, "author is due"),
	COMMIT(T "author \n" C M, "author", 2, 8, "a name, a space"),
	COMMIT(
	    T "author <a@b> 1 +0000\n" C M, "author", 2, 8, "a name, a space"),
	COMMIT(
	    T "author A<a@b> 1 +0000\n" C M, "author", 2, 8, "a name, a space"),
	COMMIT(
	    T "author A a@b 1 +0000\n" C M, "author", 2, 8, "a name, a space"),
	COMMIT(T "author A> <a@b> 1 +0000\n" C M, "author", 2, 9,
	    "neither `<` nor `>`"),
	COMMIT(
	    T "author A <a@b 1 +0000\n" C M, "author", 2, 11, "ends with `>`"),
	COMMIT(
	    T "author A <a@b>1 +0000\n" C M, "author", 2, 11, "ends with `>`"),
	COMMIT(T "author A <a@b>\n" C M, "author", 2, 11, "ends with `>`"),
	COMMIT(T "author A <a<b> 1 +0000\n" C M, "author", 2, 12,
	    "neither `<` nor `>`"),
	COMMIT(T "author A\0B <a@b> 1 +0000\n" C M, "author", 2, 9, "control"),
	COMMIT(TIMES("01 +0000\n"), "author", 2, 16, "leading zeros"),
	COMMIT(TIMES("00 +0000\n"), "author", 2, 16, "leading zeros"),
	COMMIT(TIMES("-1 +0000\n"), "author", 2, 16, "number of seconds"),
	COMMIT(TIMES("+1 +0000\n"), "author", 2, 16, "number of seconds"),
	COMMIT(TIMES(" 1 +0000\n"), "author", 2, 16, "number of seconds"),
	COMMIT(TIMES("1x +0000\n"), "author", 2, 17, "` +0000`"),
	COMMIT(TIMES("1\n"), "author", 2, 17, "` +0000`"),
	COMMIT(TIMES("1 +000\n"), "author", 2, 17, "` +0000`"),
	COMMIT(TIMES("1 +0000 \n"), "author", 2, 17, "` +0000`"),
	COMMIT(TIMES("1  +0000\n"), "author", 2, 17, "` +0000`"),
	COMMIT(TIMES("18446744073709551617 +0000\n"), "author", 2, 16,
	    "year 9999"),
	COMMIT(
	    TIMES("9223372036854775808 +0000\n"), "author", 2, 16, "year 9999"),
	COMMIT(TIMES("1 Z\n"), "author", 2, 17, "` +0000`"),
	COMMIT(TIMES("1 +00000\n"), "author", 2, 17, "` +0000`"),
	COMMIT(TIMES("1.5 +0000\n"), "author", 2, 17, "` +0000`"),
	COMMIT(TIMES("0x1 +0000\n"), "author", 2, 17, "` +0000`"),
	COMMIT(TIMES(" +0000\n"), "author", 2, 16, "number of seconds"),
	COMMIT(T A "committer C <c@b> 1 +0000", "committer", 3, 26,
	    "the line does not end"),
	COMMIT(T A C "\ns\0t\n", "message", 5, 2, "control"),
	COMMIT(T A C "gpgsig-sha256 " ARMOR, "gpgsig-sha256", 6, 29,
	    "the line does not end"),
};

static void
test_commit__refuses_by_rule_and_place(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad_commits) / sizeof(bad_commits[0]); i++) {
		refused_as(ZTA_OBJECT_COMMIT, &bad_commits[i]);
	}
}

static const char *const good_commits[] = {
	T A C M,
	T P A C M,
	T P A C S M,
	T A C "\nsubject\n\nbody\n\twith tab\n\n\n",
	T A C "\n\xc3\xa4 \xe2\x82\xac \xf0\x9f\x90\xa7\n",
	T "author \xc3\x84 \xc3\x96 <\xc3\xa4@b> 0 +0000\n" C M,
	T "author A <x> 253402300799 +0000\n" C M,
};

static void
test_commit__encodes_what_it_decodes(void **state)
{
	zta_commit commit;
	zta_error err = { 0 };
	zta_buf buf;
	zta_str body;
	size_t i;

	(void)state;
	zta_buf__init(&buf, SIZE_MAX);
	for (i = 0; i < sizeof(good_commits) / sizeof(good_commits[0]); i++) {
		body = zta_str_of(good_commits[i]);
		if (zta_commit__decode(body, &commit, &err) != ZTA_OK) {
			fail_msg("%s: %s", err.place, err.message);
		}
		zta_buf__clear(&buf);
		assert_int_equal(
		    zta_commit__encode(&commit, &buf, &err), ZTA_OK);
		assert_true(zta_str__eq(zta_buf__str(&buf), body));
	}
	zta_buf__release(&buf);
}

static void
test_commit__gives_its_parts(void **state)
{
	zta_commit commit;

	(void)state;
	assert_int_equal(
	    zta_commit__decode(ZTA_STR(T P A C S M), &commit, NULL), ZTA_OK);
	assert_int_equal(commit.tree.bytes[0], 0xaa);
	assert_true(commit.has_parent);
	assert_int_equal(commit.parent.bytes[31], 0xaa);
	assert_true(zta_str__is(commit.author.name, "A U Thor"));
	assert_true(zta_str__is(commit.author.email, "a@example.com"));
	assert_int_equal(commit.author.time_s, 1);
	assert_true(zta_str__is(commit.committer.name, "C O Mit"));
	assert_int_equal(commit.committer.time_s, 2);
	assert_true(zta_str__is(commit.signature, ARMOR));
	assert_true(zta_str__is(commit.message, "subject\n"));
	assert_int_equal(
	    zta_commit__decode(ZTA_STR(T A C M), &commit, NULL), ZTA_OK);
	assert_false(commit.has_parent);
	assert_int_equal(commit.signature.len, 0);
}

/* Texts that would make headers of their own, or that would not read back. */
static void
test_commit__encodes_nothing_malformed(void **state)
{
	static const struct {
		const char *name, *email, *signature, *message;
		int64_t time_s;
		const char *place;
	} cases[] = {
		{ "A", "a", "", "m\n", 1, NULL },
		{ "A <a> 1 +0000\ncommitter B", "a", "", "m\n", 1,
		    "commit author" },
		{ "A <a> 1 +0000", "a", "", "m\n", 1, "commit author" },
		{ "A", "a> 1 +0000", "", "m\n", 1, "commit author" },
		{ "", "a", "", "m\n", 1, "commit author" },
		{ "A", "", "", "m\n", 1, "commit author" },
		{ "A", "a", "", "m\n", -1, "commit author" },
		{ "A", "a", "", "m\n", ZTA_COMMIT_TIME_MAX + 1,
		    "commit author" },
		{ "A", "a", "", "", 1, "commit message" },
		{ "A", "a", "", "m", 1, "commit message" },
		{ "A", "a", "x\n\nnew message", "m\n", 1,
		    "commit gpgsig-sha256" },
		{ "A", "a",
		    "-----BEGIN SSH SIGNATURE-----\n U1NI\nparent x\n"
		    " -----END SSH SIGNATURE-----",
		    "m\n", 1, "commit gpgsig-sha256" },
	};
	zta_commit commit = { .tree = { "i" },
		.committer = { ZTA_STR("C"), ZTA_STR("c"), 1 } };
	zta_error err;
	zta_buf buf;
	size_t i;

	(void)state;
	zta_buf__init(&buf, SIZE_MAX);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		commit.author = (zta_commit_person){ zta_str_of(cases[i].name),
			zta_str_of(cases[i].email), cases[i].time_s };
		commit.signature = zta_str_of(cases[i].signature);
		commit.message = zta_str_of(cases[i].message);
		err = (zta_error){ 0 };
		assert_int_equal(zta_commit__encode(&commit, &buf, &err),
		    cases[i].place == NULL ? ZTA_OK : ZTA_EINVALID);
		assert_string_equal(
		    err.place, cases[i].place == NULL ? "" : cases[i].place);
	}
	commit.signature = ZTA_STR("");
	commit.tree = (zta_oid){ "" };
	assert_int_equal(zta_commit__encode(&commit, &buf, NULL), ZTA_EINVALID);
	zta_buf__release(&buf);
}

static void
test_commit__has_a_largest_size(void **state)
{
	static const char head[] = T A C "\n";
	char *body = malloc(ZTA_COMMIT_MAX + 1);
	zta_commit commit;
	zta_error err = { 0 };
	zta_buf buf;

	(void)state;
	assert_non_null(body);
	memset(body, 'x', ZTA_COMMIT_MAX + 1);
	memcpy(body, head, sizeof(head) - 1);
	body[ZTA_COMMIT_MAX - 1] = '\n';
	body[ZTA_COMMIT_MAX] = '\n';
	assert_int_equal(
	    zta_commit__decode(
		(zta_str){ body, ZTA_COMMIT_MAX + 1 }, &commit, &err),
	    ZTA_ELIMIT);
	assert_string_equal(err.place, "commit");
	assert_int_equal(zta_commit__decode(
			     (zta_str){ body, ZTA_COMMIT_MAX }, &commit, &err),
	    ZTA_OK);
	zta_buf__init(&buf, SIZE_MAX);
	assert_int_equal(zta_commit__encode(&commit, &buf, &err), ZTA_OK);
	commit.message.len++;
	assert_int_equal(zta_commit__encode(&commit, &buf, &err), ZTA_ELIMIT);
	zta_buf__release(&buf);
	free(body);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_oid__is_the_one_of_git),
		cmocka_unit_test(test_oid__reads_64_lower_case_digits),
		cmocka_unit_test(test_object__refuses_other_kinds),
		cmocka_unit_test(test_tree_object__refuses_by_rule_and_place),
		cmocka_unit_test(test_tree_object__encodes_what_it_decodes),
		cmocka_unit_test(test_tree_object__encodes_nothing_malformed),
		cmocka_unit_test(test_commit__refuses_by_rule_and_place),
		cmocka_unit_test(test_commit__encodes_what_it_decodes),
		cmocka_unit_test(test_commit__gives_its_parts),
		cmocka_unit_test(test_commit__encodes_nothing_malformed),
		cmocka_unit_test(test_commit__has_a_largest_size),
	};

	return cmocka_run_group_tests_name("object", tests, NULL, NULL);
}
