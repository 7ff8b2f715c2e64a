/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_grants_copy.c - a copy of the file of grants, and whatever it is given.
 * SPEC: docs/formats/sync.md
 */
#include "tests.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/str.h"
#include "grants_made.h"
#include "trust/grants.h"

static char ours_path[64], copy_path[64];
static zta_followed ours, copy;

static zta_str
number(uint32_t n)
{
	char jti[32];
	const grant_member changes[] = { { "jti", jti }, { NULL, NULL } };

	(void)snprintf(jti, sizeof(jti), "\"grant-number-%04u\"", n);
	return made_grant(&arena, changes, ZTA_GRANT_TYP, "k", key);
}

static void
open_copy(void)
{
	zta_followed__close(&copy);
	assert_int_equal(zta_followed__open(
			     &copy, &zta_grants__class, copy_path, NULL, NULL),
	    ZTA_OK);
}

/* Ours has two grants, one of which was taken back; the copy nothing. */
static int
begin(void **state)
{
	(void)state;
	(void)unlink(ours_path);
	(void)unlink(copy_path);
	assert_int_equal(
	    zta_delegation_add(ours_path, number(1), GRANT_NOW, NULL), ZTA_OK);
	assert_int_equal(
	    zta_delegation_add(ours_path, number(2), GRANT_NOW, NULL), ZTA_OK);
	assert_int_equal(zta_delegation_revoke(ours_path,
			     ZTA_STR("grant-number-0001"), GRANT_NOW, NULL),
	    ZTA_OK);
	assert_int_equal(zta_followed__open(
			     &ours, &zta_grants__class, ours_path, NULL, NULL),
	    ZTA_OK);
	assert_int_equal(zta_grants__make(copy_path, NULL), ZTA_OK);
	open_copy();
	return 0;
}

static int
end(void **state)
{
	(void)state;
	zta_followed__close(&ours);
	zta_followed__close(&copy);
	return 0;
}

/* What ours gives to who has what the copy has; `*start` as there. */
static zta_str
ask(uint64_t *start)
{
	zta_grants_position from;
	uint64_t last;
	zta_buf lines;
	zta_str text;

	zta_buf__init(&lines, SIZE_MAX);
	zta_grants__position(&copy, &from);
	assert_int_equal(
	    zta_grants__give(&ours, &from, &lines, start, &last, NULL), ZTA_OK);
	assert_int_equal(last, *start + lines.len);
	text = zta_arena__copy(&arena, zta_buf__str(&lines));
	zta_buf__release(&lines);
	return text;
}

static zta_str
file(const char *path)
{
	zta_str text;

	assert_int_equal(
	    zta_file__read(&arena, path, (size_t)1 << 20, &text, NULL), ZTA_OK);
	return text;
}

static void
assert_same(void)
{
	zta_str a = file(ours_path), b = file(copy_path);

	assert_int_equal(a.len, b.len);
	assert_memory_equal(a.ptr, b.ptr, a.len);
}

static void
receive_all(void)
{
	uint64_t start;
	zta_str lines = ask(&start);

	assert_int_equal(zta_grants__receive(&copy, lines, NULL), ZTA_OK);
	assert_same();
}

static bool
is_revoked(const char *jti)
{
	const zta_known_grant *known =
	    zta_grants__find(copy.content, zta_str_of(jti));

	return known == NULL || known->revoked;
}

static void
test_grants__are_copied(void **state)
{
	uint64_t start;
	zta_str lines;

	(void)state;
	receive_all();
	assert_true(is_revoked("grant-number-0001"));
	assert_false(is_revoked("grant-number-0002"));
	lines = ask(&start);
	assert_int_equal(lines.len, 0);
	assert_int_equal(start, file(copy_path).len);
	assert_int_equal(
	    zta_grants__revoke(&ours, ZTA_STR("grant-number-0002"), NULL),
	    ZTA_OK);
	receive_all();
	assert_true(is_revoked("grant-number-0002"));
	open_copy();
	assert_true(is_revoked("grant-number-0002"));
}

/* Whole lines that are good are taken, and nothing from the first bad one on. */
static void
test_grants__take_no_lines_that_are_wrong(void **state)
{
	uint64_t start;
	zta_str lines = ask(&start), got;
	char *bytes = (char *)(uintptr_t)lines.ptr;
	size_t i, good = 0;

	(void)state;
	for (i = 0; i < lines.len; i++) {
		if (i % 7 == 0) {
			bytes[i] ^= 1;
			assert_int_equal(
			    zta_grants__receive(&copy, lines, NULL),
			    ZTA_EINVALID);
			bytes[i] ^= 1;
			got = file(copy_path);
			assert_int_equal(got.len, good);
			assert_memory_equal(got.ptr, lines.ptr, good);
			assert_int_equal(
			    ((zta_grants *)copy.content)->size, good);
			assert_int_equal(truncate(copy_path, 0), 0);
			open_copy();
		}
		good = lines.ptr[i] == '\n' ? i + 1 : good;
	}
	/* Torn, and of another file. */
	assert_int_equal(zta_grants__receive(&copy,
			     (zta_str){ lines.ptr, lines.len - 1 }, NULL),
	    ZTA_EINVALID);
	assert_int_equal(zta_grants__receive(&copy, lines, NULL), ZTA_EINVALID);
}

/* The file is made anew before the copy has all of it. */
static void
test_grants__give_what_was_there_before(void **state)
{
	zta_grants_position from;
	uint64_t start, last;
	zta_buf lines;
	bool made;

	(void)state;
	receive_all();
	zta_grants__position(&copy, &from);
	assert_int_equal(
	    zta_grants__revoke(&ours, ZTA_STR("grant-number-0002"), NULL),
	    ZTA_OK);
	(void)zta_followed__enter(&ours);
	zta_followed__leave(&ours);
	assert_int_equal(zta_grants__compact(
			     ours.content, ours_path, GRANT_NOW + 1000, NULL),
	    ZTA_OK);
	zta_buf__init(&lines, SIZE_MAX);
	assert_int_equal(
	    zta_grants__give(&ours, &from, &lines, &start, &last, NULL),
	    ZTA_OK);
	assert_int_equal(start, from.size);
	assert_true(lines.len > 0 && last > start + lines.len);
	assert_int_equal(
	    zta_grants__receive(&copy, zta_buf__str(&lines), NULL), ZTA_OK);
	assert_true(is_revoked("grant-number-0002"));
	zta_buf__release(&lines);
	assert_int_equal(
	    zta_grants__remake(&copy, ask(&start), &made, NULL), ZTA_OK);
	assert_true(made);
	assert_same();
}

/* The file is made anew: the copy makes the same. */
static void
test_grants__are_made_anew_alike(void **state)
{
	uint64_t start;
	zta_str lines;
	bool made;

	(void)state;
	receive_all();
	assert_int_equal(zta_grants__compact(
			     ours.content, ours_path, GRANT_NOW + 1000, NULL),
	    ZTA_OK);
	lines = ask(&start);
	assert_int_equal(start, 0);
	assert_true(lines.len > 0);
	assert_int_equal(zta_grants__remake(&copy, lines, &made, NULL), ZTA_OK);
	assert_true(made);
	assert_same();
	lines = ask(&start);
	assert_int_equal(lines.len, 0);
	assert_int_equal(start, file(copy_path).len);
	assert_true(is_revoked("grant-number-0001"));
	/* Of what it is now it was not made. */
	assert_int_equal(
	    zta_grants__remake(&copy, file(ours_path), &made, NULL), ZTA_OK);
	assert_false(made);
	assert_int_equal(zta_grants__remake(&copy, ZTA_STR("x\n"), &made, NULL),
	    ZTA_EINVALID);
	assert_int_equal(
	    zta_grants__remake(&copy, ZTA_STR(""), &made, NULL), ZTA_EINVALID);
}

static zta_status
replace(zta_str text, int64_t now)
{
	zta_file_draft draft;
	zta_status status;

	assert_int_equal(zta_file_draft__open(&draft, copy_path, NULL), ZTA_OK);
	assert_int_equal(zta_file__write_all(draft.fd, text, NULL), ZTA_OK);
	status = zta_grants__replace(&copy, &draft, now, NULL);
	zta_file_draft__drop(&draft);
	assert_int_equal(access(draft.temporary, F_OK), -1);
	return status;
}

/* A whole file comes into place if it is good, and nothing has gone back. */
static void
test_grants__are_replaced_by_no_less(void **state)
{
	zta_str text = file(ours_path), before;

	(void)state;
	receive_all();
	assert_int_equal(
	    zta_grants__revoke(&ours, ZTA_STR("grant-number-0002"), NULL),
	    ZTA_OK);
	before = text;
	text = file(ours_path);
	assert_int_equal(replace(text, GRANT_NOW), ZTA_OK);
	assert_true(is_revoked("grant-number-0002"));
	assert_same();
	assert_int_equal(replace(before, GRANT_NOW), ZTA_ECONFLICT);
	assert_int_equal(replace(ZTA_STR(""), GRANT_NOW), ZTA_ECONFLICT);
	assert_int_equal(replace(ZTA_STR("x\n"), GRANT_NOW), ZTA_EINVALID);
	assert_true(is_revoked("grant-number-0002"));
	assert_same();
	/* What has ended may be missing. */
	assert_int_equal(replace(ZTA_STR(""), GRANT_NOW + 3600000), ZTA_OK);
	assert_int_equal(((zta_grants *)copy.content)->count, 0);
}

static int
setup(void **state)
{
	(void)state;
	set_up_grants();
	(void)snprintf(ours_path, sizeof(ours_path), "%s/ours", dir);
	(void)snprintf(copy_path, sizeof(copy_path), "%s/copy", dir);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_grants__are_copied, begin, end),
		cmocka_unit_test_setup_teardown(
		    test_grants__take_no_lines_that_are_wrong, begin, end),
		cmocka_unit_test_setup_teardown(
		    test_grants__are_made_anew_alike, begin, end),
		cmocka_unit_test_setup_teardown(
		    test_grants__give_what_was_there_before, begin, end),
		cmocka_unit_test_setup_teardown(
		    test_grants__are_replaced_by_no_less, begin, end),
	};

	return cmocka_run_group_tests_name(
	    "grants_copy", tests, setup, tear_down_grants);
}
