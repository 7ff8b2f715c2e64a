/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_grant_show.c - which grants are shown to whom, out of a file whose lines
 * may lie. SPEC: docs/formats/delegation.md
 */
#include "tests.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "grant_made.h"
#include "trust/grant_show.h"

#define ALICE "User::\"alice\""
#define BOB "User::\"bob\""

static zta_arena arena;
static zta_key *key;
static char path[] = "/tmp/ztauth-grant-show-XXXXXX";
static zta_buf text;
static unsigned char check[ZTA_SHA256_LEN];

static int
set_up(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	(void)close(fd);
	zta_arena__init(&arena, SIZE_MAX);
	assert_int_equal(zta_key_generate(&key, ZTA_ALG_EDDSA, NULL), ZTA_OK);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	(void)unlink(path);
	zta_key_close(key);
	zta_arena__release(&arena);
	return 0;
}

/* A grant whose line has these names for its parties; NULL: its own. */
static void
put(const grant_member *changes, const char *delegator, const char *delegate)
{
	zta_str token = made_grant(&arena, changes, ZTA_GRANT_TYP, "k", key);
	zta_grants_line line = { .token = token };
	zta_grant grant;

	assert_int_equal(zta_grant__read(&grant, &arena, token, NULL), ZTA_OK);
	line.jti = grant.jti;
	line.expires_at = grant.expires_at;
	line.has_parent = grant.has_parent;
	memcpy(line.digest, grant.digest, ZTA_SHA256_LEN);
	memcpy(line.parent, grant.parent, ZTA_SHA256_LEN);
	line.delegator = zta_grants_line__party(
	    delegator == NULL ? grant.delegator : zta_str_of(delegator));
	line.delegate = zta_grants_line__party(
	    delegate == NULL ? grant.delegate : zta_str_of(delegate));
	zta_grants_line__added(&text, &line, check);
}

/* The digest of a grant as JSON. */
static const char *
digest_of(const grant_member *changes)
{
	zta_grant_shown shown;
	char digits[ZTA_B64_LEN(ZTA_SHA256_LEN) + 3];

	assert_int_equal(
	    zta_grant_show__read(&shown, &arena,
		made_grant(&arena, changes, ZTA_GRANT_TYP, "k", key), NULL),
	    ZTA_OK);
	(void)snprintf(
	    digits, sizeof(digits), "\"%.*s\"", ZTA_STR_ARG(shown.digest));
	return zta_arena__cstr(&arena, zta_str_of(digits));
}

/*
 * alice's grant to w:one, which w:one passes on to w:two; and one of bob, whose
 * line says that it is alice's, to w:four.
 */
static void
write_file(void)
{
	static const grant_member first[] = {
		{ "jti", "\"grant-number-0001\"" }, { NULL, NULL }
	};
	static const grant_member lie[] = { { "jti", "\"grant-number-0003\"" },
		{ "iss", "\"User::\\\"bob\\\"\"" },
		{ "sub", "\"User::\\\"bob\\\"\"" },
		{ "delegate", "\"w:three\"" }, { NULL, NULL } };
	const grant_member second[] = { { "jti", "\"grant-number-0002\"" },
		{ "iss", "\"w:one\"" }, { "sub", "\"w:one\"" },
		{ "delegate", "\"w:two\"" }, { "max_depth", "1" },
		{ "parent", digest_of(first) }, { NULL, NULL } };

	zta_buf__init(&text, SIZE_MAX);
	zta_grants_line__first(&text, check, 0, 0, check);
	put(first, NULL, NULL);
	put(second, NULL, NULL);
	put(lie, ALICE, "w:four");
	assert_int_equal(
	    zta_file__replace(path, 0600, zta_buf__str(&text), NULL), ZTA_OK);
	zta_buf__release(&text);
}

/* What is asked for, and the last digits of what is shown. */
static const struct {
	const char *jti, *delegator, *delegate, *reader, *shown;
} cases[] = {
	{ "", "", "", NULL, "123" },
	{ "", ALICE, "", NULL, "1" }, /* what its line says of 3 is not true */
	{ "", BOB, "", NULL, "" },    /* and so it is not found */
	{ "", "", "w:one", NULL, "1" },
	{ "", "", "w:four", NULL, "" },
	{ "", "w:one", "w:two", NULL, "2" },
	{ "", "w:one", "w:one", NULL, "" },
	{ "grant-number-0002", "", "", NULL, "2" },
	{ "grant-number-0002", ALICE, "", NULL, "" },
	{ "grant-number-0009", "", "", NULL, "" },
	/* Who has part in a grant has it in those that were made of it. */
	{ "", "", "", ALICE, "12" },
	{ "", "", "", "w:one", "12" },
	{ "", "", "", "w:two", "2" },
	{ "grant-number-0001", "", "", "w:two", "" },
	{ "grant-number-0002", "", "", ALICE, "2" },
	{ "", "", "w:two", ALICE, "2" },
	{ "", "", "", "w:four", "" },
	{ "grant-number-0003", "", "", ALICE, "" },
	{ "", "", "", "w:nobody", "" },
	{ "", "", "", "", "" },
};

/* In pieces it is the same list, and a piece looks at no more than it may. */
static void
test_grant_show__in_pieces(void **state)
{
	zta_grant_choice choice = {
		.all = true, .now = GRANT_NOW, .look_max = 1
	};
	zta_grants grants;
	zta_grant_list whole, piece;
	size_t n = 0;

	(void)state;
	write_file();
	assert_int_equal(zta_grants__read(&grants, path, NULL), ZTA_OK);
	choice.look_max = 0;
	assert_int_equal(
	    zta_grants__show(&grants, &choice, &arena, &whole, NULL), ZTA_OK);
	assert_true(whole.count > 2 && !whole.more && whole.next.len == 0);
	choice.look_max = 1;
	do {
		assert_int_equal(
		    zta_grants__show(&grants, &choice, &arena, &piece, NULL),
		    ZTA_OK);
		assert_true(piece.count <= 1);
		assert_int_equal(piece.more, piece.next.len > 0);
		if (piece.count == 1) {
			assert_true(zta_str__eq(
			    piece.list[0].jti, whole.list[n++].jti));
		}
		choice.filter.after = piece.next;
	} while (piece.more);
	assert_int_equal(n, whole.count);
	/* A place of another file, and what is none. */
	choice.look_max = 1;
	choice.filter.after = ZTA_STR("");
	assert_int_equal(
	    zta_grants__show(&grants, &choice, &arena, &piece, NULL), ZTA_OK);
	choice.filter.after = piece.next;
	grants.inode++;
	assert_int_equal(
	    zta_grants__show(&grants, &choice, &arena, &piece, NULL),
	    ZTA_EINVALID);
	grants.inode--;
	choice.filter.after.len--;
	assert_int_equal(
	    zta_grants__show(&grants, &choice, &arena, &piece, NULL),
	    ZTA_EINVALID);
	choice.filter.after = ZTA_STR("ffffffffffffffffffffffff");
	assert_int_equal(
	    zta_grants__show(&grants, &choice, &arena, &piece, NULL),
	    ZTA_EINVALID);
	zta_grants__release(&grants);
}

static void
test_grant_show__to_whom(void **state)
{
	zta_grants grants;
	zta_grant_list list;
	char shown[8];
	size_t i, n;

	(void)state;
	write_file();
	assert_int_equal(zta_grants__read(&grants, path, NULL), ZTA_OK);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *reader = cases[i].reader;
		const zta_grant_choice choice = {
			.filter = { zta_str_of(cases[i].jti),
			    zta_str_of(cases[i].delegator),
			    zta_str_of(cases[i].delegate) },
			.all = reader == NULL,
			.readers = { ZTA_STR(""),
			    zta_str_of(reader == NULL ? "" : reader) },
			.now = GRANT_NOW
		};

		assert_int_equal(
		    zta_grants__show(&grants, &choice, &arena, &list, NULL),
		    ZTA_OK);
		for (n = 0; n < list.count; n++) {
			shown[n] =
			    list.list[n].jti.ptr[list.list[n].jti.len - 1];
			assert_string_equal(list.list[n].state, "live");
		}
		shown[n] = '\0';
		if (strcmp(shown, cases[i].shown) != 0) {
			fail_msg("case %zu: %s", i, shown);
		}
	}
	zta_grants__release(&grants);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grant_show__to_whom),
		cmocka_unit_test(test_grant_show__in_pieces),
	};

	return cmocka_run_group_tests_name(
	    "grant_show", tests, set_up, tear_down);
}
