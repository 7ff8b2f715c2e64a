/* SPDX-License-Identifier: Apache-2.0 */
/* test_retain.c - logs that give up their oldest entries. SPEC: c2sp tlog-tiles */
#include "tests.h"

#include <string.h>

#include "log/retain.h"
#include "log/segment.h"
#include "log/view.h"
#include "log_made.h"
#include "ztauth/log.h"

/* More than two runs of ids, so that one of them may go. */
#define ENTRIES 140000u
#define SEGMENT ((uint64_t)1 << 20)

static zta_log_head
write_log(void)
{
	zta_log_found found;
	zta_log *log = open_log(NULL, SEGMENT, &found);
	zta_log_lane *lane = zta_log__lane(log, 0);
	zta_leaf leaf = sample("buy");
	zta_log_done done;
	zta_log_head head;
	uint32_t sent = 0, durable = 0;

	while (durable < ENTRIES) {
		while (sent < ENTRIES &&
		    zta_log_lane__append(lane, &leaf, NULL) == ZTA_OK) {
			sent++;
		}
		done = wait_done(lane);
		assert_int_equal(done.status, ZTA_OK);
		durable += done.count;
	}
	assert_int_equal(
	    zta_log_tree__head(zta_log__tree(log), &head, NULL), ZTA_OK);
	zta_log__close(log);
	return head;
}

static uint64_t
first_of_log(void)
{
	uint64_t *firsts, first;
	size_t count;

	assert_int_equal(zta_segment__list(dir, &firsts, &count, NULL), ZTA_OK);
	first = firsts[0];
	free(firsts);
	return first;
}

/* Publish what may go, and let it go. */
static zta_retention
retain(const zta_log_head *head)
{
	zta_log_found found;
	zta_log *log = open_log(NULL, SEGMENT, &found);
	zta_retention what;
	zta_leaf leaf;

	assert_int_equal(
	    zta_retain__plan(dir, head->size, INT64_MAX, &what, NULL), ZTA_OK);
	leaf = zta_retain__leaf(&what);
	leaf.id = ZTA_STR("fedcba9876543210");
	leaf.time = 1;
	assert_int_equal(
	    zta_log_lane__write(zta_log__lane(log, 0), &leaf, NULL), ZTA_OK);
	assert_int_equal(zta_retain__apply(dir, &what, NULL), ZTA_OK);
	zta_log__close(log);
	return what;
}

static zta_status
verify(zta_log_verified *out)
{
	zta_error err;

	return zta_log_verify(dir, ZTA_STR(""), ZTA_STR(""), out, &err);
}

/* What is newer, not signed for, or needed at a start, stays. */
static void
test_retain__what_is_needed_stays(void **state)
{
	const zta_log_head head = write_log();
	zta_retention what;

	(void)state;
	assert_int_equal(
	    zta_retain__plan(dir, head.size, 0, &what, NULL), ZTA_OK);
	assert_int_equal(what.segments, 0);
	assert_int_equal(
	    zta_retain__plan(dir, 65535, INT64_MAX, &what, NULL), ZTA_OK);
	assert_int_equal(what.segments, 0);
	assert_int_equal(
	    zta_retain__plan(dir, 65536, INT64_MAX, &what, NULL), ZTA_OK);
	assert_true(what.segments > 0 && what.first <= 65536);
	assert_int_equal(
	    zta_retain__plan(dir, head.size, INT64_MAX, &what, NULL), ZTA_OK);
	assert_true(what.first > 0 && what.first <= 131072);
	assert_true(what.minimum >= what.first &&
	    what.minimum < what.first + ZTA_TILE_ROWS &&
	    what.minimum % ZTA_TILE_ROWS == 0);
}

static void
assert_proved(zta_log_view *view, uint64_t index, const zta_log_head *head)
{
	const zta_merkle_source rows = zta_log_view__rows(view);
	unsigned char leaf[ZTA_SHA256_LEN];
	zta_merkle_path path;

	assert_int_equal(
	    rows.read(rows.context, 0, index, 1, leaf, NULL), ZTA_OK);
	assert_int_equal(
	    zta_merkle__prove(&rows, index, head->size, &path, NULL), ZTA_OK);
	assert_true(
	    zta_merkle__verify(leaf, index, head->size, &path, head->root));
}

/* The log begins later; all that was signed is proved as before. */
static void
test_retain__proofs_stay(void **state)
{
	const zta_log_head head = write_log();
	const zta_log_options options = {
		.lanes = 1, .segment_max = SEGMENT, .known = &head
	};
	zta_retention what = retain(&head);
	zta_log_verified done;
	zta_log_reader *reader;
	zta_log_found found;
	zta_log_view *view;
	zta_log *log;
	zta_buf entry;
	zta_str json;
	uint64_t i;

	(void)state;
	assert_int_equal(first_of_log(), what.first);
	assert_int_equal(
	    zta_log__open(&log, dir, &options, &found, NULL), ZTA_OK);
	assert_int_equal(found.next, ENTRIES + 1);
	assert_int_equal(append(log, "buy").status, ZTA_OK);
	zta_log__close(log);
	assert_int_equal(verify(&done), ZTA_OK);
	assert_int_equal(done.minimum, what.first);
	assert_int_equal(done.entries, ENTRIES + 2);
	zta_buf__init(&entry, SIZE_MAX);
	assert_int_equal(zta_log_view__open(&view, dir, NULL), ZTA_OK);
	for (i = 0; i < ENTRIES; i += 1009) {
		assert_proved(view, i, &head);
		assert_int_equal(zta_log_view__entry(view, i, &entry, NULL),
		    i < what.first ? ZTA_ENOTFOUND : ZTA_OK);
	}
	zta_log_view__close(view);
	zta_buf__release(&entry);
	assert_int_equal(zta_log_reader_open(&reader, dir, 0, NULL), ZTA_OK);
	assert_int_equal(zta_log_reader_next(reader, &json, NULL), ZTA_OK);
	assert_int_equal(
	    strtoull(json.ptr + strlen("{\"index\":"), NULL, 10), what.first);
	zta_log_reader_close(reader);
}

/* Whoever takes entries away, and says nothing, is found out. */
static void
test_retain__has_to_be_published(void **state)
{
	const zta_log_head head = write_log();
	zta_log_verified done;
	zta_retention what;
	char path[128];

	(void)state;
	assert_int_equal(
	    zta_retain__plan(dir, head.size, INT64_MAX, &what, NULL), ZTA_OK);
	assert_int_equal(zta_retain__apply(dir, &what, NULL), ZTA_OK);
	assert_int_equal(verify(&done), ZTA_EINVALID);
	(void)retain(&head);
	/* And nothing more than what was published. */
	(void)snprintf(
	    path, sizeof(path), "%s/%020d.seg", dir, (int)first_of_log());
	assert_int_equal(unlink(path), 0);
	assert_int_equal(verify(&done), ZTA_EINVALID);
}

/* A hash of what is gone, changed: the tree does not follow from it any more. */
static void
test_retain__the_hashes_are_held_to_the_tree(void **state)
{
	const zta_log_head head = write_log();
	zta_log_verified done;
	char path[128];

	(void)state;
	(void)retain(&head);
	(void)snprintf(path, sizeof(path), "%s/tree/0", dir);
	flip(path, 32 * 1000);
	assert_int_equal(verify(&done), ZTA_EINVALID);
	flip(path, 32 * 1000);
	assert_int_equal(verify(&done), ZTA_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_retain__what_is_needed_stays, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_retain__proofs_stay, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_retain__has_to_be_published, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_retain__the_hashes_are_held_to_the_tree, setup,
		    teardown),
	};

	return cmocka_run_group_tests_name("retain", tests, NULL, NULL);
}
