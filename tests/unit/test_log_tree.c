/* SPDX-License-Identifier: Apache-2.0 */
/* test_log_tree.c - the tree of a log under faults. SPEC: docs/formats/tree.md */
#include "tests.h"

#include "log/segment.h"
#include "log/view.h"
#include "log_made.h"

#define LEN ZTA_SHA256_LEN
#define ENTRIES 700

/* Leaf hashes of the log, as it was written. */
static unsigned char leaves[ENTRIES * LEN];

static zta_leaf
numbered(uint32_t n, unsigned char id[ZTA_LEAF_ID_LEN])
{
	static char action[32];
	zta_leaf leaf;

	(void)snprintf(action, sizeof(action), "action %u", n);
	leaf = sample(action);
	memset(id, 0, ZTA_LEAF_ID_LEN);
	/* Spread, as random ids are. */
	n *= 2654435761u;
	memcpy(id, &n, sizeof(n));
	leaf.id = (zta_str){ (const char *)id, ZTA_LEAF_ID_LEN };
	return leaf;
}

static void
hash_of(uint32_t n, unsigned char *out)
{
	unsigned char id[ZTA_LEAF_ID_LEN];
	zta_leaf leaf = numbered(n, id);
	zta_buf bytes;

	zta_buf__init(&bytes, SIZE_MAX);
	zta_leaf__encode(&leaf, &bytes);
	zta_hash_tree__leaf(zta_buf__str(&bytes), out);
	zta_buf__release(&bytes);
}

static zta_status
append_numbered(zta_log *log, uint32_t n)
{
	unsigned char id[ZTA_LEAF_ID_LEN];
	zta_leaf leaf = numbered(n, id);

	if (zta_log_lane__append(zta_log__lane(log, 0), &leaf, NULL) !=
	    ZTA_OK) {
		return ZTA_EUNAVAILABLE;
	}
	return wait_done(zta_log__lane(log, 0)).status;
}

static zta_log_head
head_at(zta_log *log, uint64_t size)
{
	zta_log_head head;

	/* Whoever has been told of an entry finds it in the tree. */
	assert_int_equal(
	    zta_log_tree__head(zta_log__tree(log), &head, NULL), ZTA_OK);
	assert_int_equal(head.size, size);
	return head;
}

static void
defined_head(size_t size, unsigned char *root)
{
	static unsigned char spent[ENTRIES * LEN];

	memcpy(spent, leaves, size * LEN);
	zta_merkle__fold(spent, size);
	memcpy(root, spent, LEN);
}

static void
check_head(zta_log *log, size_t size)
{
	zta_log_head head = head_at(log, size);
	unsigned char root[LEN];

	defined_head(size, root);
	assert_memory_equal(head.root, root, LEN);
}

static zta_log_head
write_entries(uint64_t segment_max)
{
	zta_log_found found;
	zta_log *log = open_log(NULL, segment_max, &found);
	zta_log_head head;
	uint32_t n;

	for (n = 0; n < ENTRIES; n++) {
		hash_of(n, leaves + n * LEN);
		assert_int_equal(append_numbered(log, n), ZTA_OK);
	}
	head = head_at(log, ENTRIES);
	zta_log__close(log);
	return head;
}

static zta_status
reopen(const zta_log_head *known, zta_log **log, zta_error *err)
{
	const zta_log_options options = { .lanes = 1, .known = known };
	zta_log_found found;

	return zta_log__open(log, dir, &options, &found, err);
}

static char *
tree_file(const char *name)
{
	static char path[128];

	(void)snprintf(path, sizeof(path), "%s/tree/%s", dir, name);
	return path;
}

static off_t
size_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_size;
}

static void
test_log_tree__is_that_of_its_entries(void **state)
{
	static const uint64_t segments[] = { 0, 300, 20000 };
	zta_log_head head;
	zta_log *log;
	unsigned char root[LEN];
	size_t i;

	for (i = 0; i < 3; i++) {
		assert_int_equal(teardown(state), 0);
		assert_int_equal(setup(state), 0);
		head = write_entries(segments[i]);
		defined_head(ENTRIES, root);
		assert_memory_equal(head.root, root, LEN);
		assert_int_equal(size_of(tree_file("0")), ENTRIES * LEN);
		assert_int_equal(size_of(tree_file("1")), 2 * LEN);
		assert_int_equal(size_of(tree_file("2")), 0);
		assert_int_equal(reopen(&head, &log, NULL), ZTA_OK);
		check_head(log, ENTRIES);
		zta_log__close(log);
	}
}

/* Whatever its files lack is made again. */
static void
test_log_tree__is_made_again_where_it_is_behind(void **state)
{
	static const struct {
		const char *file;
		off_t size;
	} cuts[] = { { "0", 0 }, { "0", 1 }, { "0", 300 * LEN },
		{ "0", 300 * LEN + 7 }, { "1", 0 }, { "1", LEN }, { "at", 0 },
		{ "at", 401 } };
	zta_log_head head = write_entries(20000);
	zta_log *log;
	char command[128];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		assert_int_equal(
		    truncate(tree_file(cuts[i].file), cuts[i].size), 0);
		assert_int_equal(reopen(&head, &log, NULL), ZTA_OK);
		check_head(log, ENTRIES);
		zta_log__close(log);
		assert_int_equal(size_of(tree_file("0")), ENTRIES * LEN);
		assert_int_equal(size_of(tree_file("at")), ENTRIES * 4);
	}
	(void)snprintf(command, sizeof(command), "rm -r %s/tree", dir);
	assert_int_equal(system(command), 0);
	assert_int_equal(reopen(&head, &log, NULL), ZTA_OK);
	check_head(log, ENTRIES);
	zta_log__close(log);
}

/* What nobody signed for may be anything after a crash: zeros, or longer. */
static void
test_log_tree__makes_again_what_was_not_signed_for(void **state)
{
	zta_log_head head = write_entries(0), early = { .size = 400 };
	zta_log *log;
	int fd;

	(void)state;
	defined_head(400, early.root);
	fd = open(tree_file("0"), O_RDWR);
	assert_int_equal(truncate(tree_file("0"), 400 * LEN), 0);
	assert_int_equal(truncate(tree_file("0"), 900 * LEN), 0);
	(void)close(fd);
	assert_int_equal(reopen(&early, &log, NULL), ZTA_OK);
	check_head(log, ENTRIES);
	zta_log__close(log);
	assert_int_equal(size_of(tree_file("0")), ENTRIES * LEN);
	assert_int_equal(reopen(&head, &log, NULL), ZTA_OK);
	zta_log__close(log);
}

/* What was signed for is never mended. */
static void
test_log_tree__refuses_damage(void **state)
{
	static const char *const names[] = { "0", "1", "at" };
	zta_log_head head = write_entries(20000);
	zta_error err;
	zta_log *log;
	size_t i;
	off_t at, step, size;

	(void)state;
	for (i = 0; i < 3; i++) {
		size = size_of(tree_file(names[i]));
		step = size / 9 + 1;
		for (at = 0; at < size; at += step) {
			flip(tree_file(names[i]), at);
			err = (zta_error){ 0 };
			assert_int_equal(
			    reopen(&head, &log, &err), ZTA_EINVALID);
			assert_non_null(strstr(err.message, "damaged"));
			assert_string_equal(err.place, tree_file(names[i]));
			flip(tree_file(names[i]), at);
		}
	}
	assert_int_equal(reopen(&head, &log, NULL), ZTA_OK);
	zta_log__close(log);
}

/* A backup that was put back, a log under another's checkpoint. */
static void
test_log_tree__refuses_what_was_not_signed(void **state)
{
	zta_log_head head = write_entries(0);
	zta_error err = { 0 };
	zta_log *log;

	(void)state;
	head.root[5] ^= 1;
	assert_int_equal(reopen(&head, &log, &err), ZTA_EINVALID);
	assert_non_null(strstr(err.message, "not those that were signed"));
	head.size++;
	assert_int_equal(reopen(&head, &log, &err), ZTA_EINVALID);
	assert_non_null(strstr(err.message, "it has lost entries"));
}

/* What is synced and signed for is not read again, however long the log is. */
static void
test_log_tree__makes_little_again(void **state)
{
	static const struct {
		const char *file;
		off_t size;
		uint64_t redone;
	} cuts[] = { { "0", 70000 * LEN, 70000 - 65536 },
		{ "0", 65535 * LEN, 70000 },
		{ "0", 65536 * LEN, 70000 - 65536 },
		{ "1", 256 * LEN, 70000 - 65536 }, { "1", 255 * LEN, 70000 },
		{ "2", 0, 70000 }, { "at", 65535 * 4, 70000 },
		{ "ids", 65536 * 8, 70000 - 65536 },
		{ "ids", 65535 * 8, 70000 } };
	zta_log_found found;
	zta_log *log = open_log(NULL, 100000, &found);
	zta_log_options options = { .lanes = 1, .segment_max = 100000 };
	zta_log_lane *lane = zta_log__lane(log, 0);
	unsigned char id[ZTA_LEAF_ID_LEN];
	zta_log_head head, again;
	zta_log_view *view;
	uint32_t sent = 0, durable = 0;
	zta_leaf leaf;
	zta_buf bytes;
	size_t i;

	(void)state;
	while (durable < 70000) {
		/* Frames stay small, so that segments do. */
		while (sent < 70000 && sent < durable + 500) {
			leaf = numbered(sent, id);
			if (zta_log_lane__append(lane, &leaf, NULL) != ZTA_OK) {
				break;
			}
			sent++;
		}
		durable += wait_done(lane).count;
	}
	head = head_at(log, 70000);
	zta_log__close(log);
	options.known = &head;
	for (i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		assert_int_equal(
		    truncate(tree_file(cuts[i].file), cuts[i].size), 0);
		assert_int_equal(
		    zta_log__open(&log, dir, &options, &found, NULL), ZTA_OK);
		assert_int_equal(found.redone, cuts[i].redone);
		again = head_at(log, 70000);
		assert_memory_equal(again.root, head.root, LEN);
		zta_log__close(log);
	}
	/* Entries of segments that are over are found too. */
	assert_int_equal(zta_log_view__open(&view, dir, NULL), ZTA_OK);
	zta_buf__init(&bytes, SIZE_MAX);
	for (i = 0; i < 70000; i += 999) {
		assert_int_equal(
		    zta_log_view__entry(view, i, &bytes, NULL), ZTA_OK);
	}
	zta_buf__release(&bytes);
	zta_log_view__close(view);
}

/* --- a disk that fails for the tree alone */

static bool tree_fails;

static ssize_t
write_segments_alone(int fd, const void *bytes, size_t len, off_t at)
{
	char link[64], path[256] = { 0 };

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	assert_true(readlink(link, path, sizeof(path) - 1) > 0);
	if (tree_fails && strstr(path, "/tree/") != NULL) {
		errno = ENOSPC;
		return -1;
	}
	return pwrite(fd, bytes, len, at);
}

static void
test_log_tree__is_at_most_a_frame_behind(void **state)
{
	static const zta_log_io io = { write_segments_alone, fdatasync,
		ftruncate, zta_time__now_ms };
	zta_log_found found;
	zta_log *log = open_log(&io, 0, &found);
	zta_log_head head;
	uint32_t n;

	(void)state;
	for (n = 0; n < 20; n++) {
		hash_of(n, leaves + n * LEN);
	}
	for (n = 0; n < 10; n++) {
		assert_int_equal(append_numbered(log, n), ZTA_OK);
	}
	check_head(log, 10);
	tree_fails = true;
	assert_int_equal(append_numbered(log, 10), ZTA_OK);
	assert_int_equal(append_numbered(log, 11), ZTA_EUNAVAILABLE);
	assert_int_equal(
	    zta_log_tree__head(zta_log__tree(log), &head, NULL), ZTA_EIO);
	tree_fails = false;
	assert_true(zta_log__is_alive(log));
	for (n = 11; n < 20; n++) {
		assert_int_equal(append_numbered(log, n), ZTA_OK);
	}
	check_head(log, 20);
	zta_log__close(log);
}

static int
sync_segments_alone(int fd)
{
	char link[64], path[256] = { 0 };

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	assert_true(readlink(link, path, sizeof(path) - 1) > 0);
	errno = EIO;
	return tree_fails && strstr(path, "/tree/") != NULL ? -1 :
							      fdatasync(fd);
}

/* Who signs for a tree has it synced; once that fails, it is not tried again. */
static void
test_log_tree__is_not_synced_after_a_failure(void **state)
{
	static const zta_log_io io = { pwrite, sync_segments_alone, ftruncate,
		zta_time__now_ms };
	zta_log_found found;
	zta_log *log = open_log(&io, 300, &found);
	zta_log_tree *tree = zta_log__tree(log);

	(void)state;
	hash_of(0, leaves);
	assert_int_equal(append_numbered(log, 0), ZTA_OK);
	assert_int_equal(zta_log_tree__sync(tree, NULL), ZTA_OK);
	tree_fails = true;
	assert_int_equal(zta_log_tree__sync(tree, NULL), ZTA_EIO);
	tree_fails = false;
	assert_int_equal(zta_log_tree__sync(tree, NULL), ZTA_EIO);
	/* The segment is full, and no other one begins. */
	assert_int_equal(append_numbered(log, 1), ZTA_OK);
	assert_int_equal(append_numbered(log, 2), ZTA_EUNAVAILABLE);
	zta_log__close(log);
	log = open_log(NULL, 300, &found);
	assert_int_equal(found.next, 2);
	assert_int_equal(append_numbered(log, 2), ZTA_OK);
	zta_log__close(log);
}

/* --- reading, and ids */

static void
test_log_tree__finds_entries(void **state)
{
	zta_log_head head = write_entries(20000);
	unsigned char id[ZTA_LEAF_ID_LEN], first[LEN];
	zta_ids_found found;
	zta_log_view *view;
	zta_buf bytes;
	zta_leaf leaf;
	zta_log *log;
	uint32_t n;

	(void)state;
	assert_int_equal(reopen(&head, &log, NULL), ZTA_OK);
	assert_int_equal(zta_log_view__open(&view, dir, NULL), ZTA_OK);
	zta_buf__init(&bytes, SIZE_MAX);
	for (n = 0; n < ENTRIES; n += 7) {
		leaf = numbered(n, id);
		assert_int_equal(
		    zta_log_tree__find(zta_log__tree(log),
			(const unsigned char *)leaf.id.ptr, &found, NULL),
		    ZTA_OK);
		assert_int_equal(found.count, 1);
		assert_int_equal(found.entries[0], n);
		zta_buf__clear(&bytes);
		assert_int_equal(
		    zta_log_view__entry(view, n, &bytes, NULL), ZTA_OK);
		zta_hash_tree__leaf(zta_buf__str(&bytes), first);
		assert_memory_equal(first, leaves + n * LEN, LEN);
	}
	(void)numbered(ENTRIES, id);
	assert_int_equal(
	    zta_log_tree__find(zta_log__tree(log), id, &found, NULL), ZTA_OK);
	assert_int_equal(found.count, 0);
	assert_int_equal(
	    zta_log_view__entry(view, ENTRIES, &bytes, NULL), ZTA_EINVALID);
	zta_buf__release(&bytes);
	zta_log_view__close(view);
	zta_log__close(log);
}

/* Runs that are full, in a file; the last one in memory; ids that are alike. */
static void
test_log_tree__sorts_ids(void **state)
{
	static zta_ids_run run;
	const zta_log_io io = { pwrite, fdatasync, ftruncate, NULL };
	unsigned char id[ZTA_LEAF_ID_LEN], same[ZTA_IDS_LEN] = { 0 };
	zta_ids_found found;
	zta_rows rows;
	char path[128];
	uint32_t n;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/ids", dir);
	assert_int_equal(
	    zta_rows__open(&rows, path, ZTA_IDS_WIDTH, true, NULL), ZTA_OK);
	for (n = 0; n < 3 * ZTA_IDS_RUN; n++) {
		(void)numbered(n, id);
		/* One run is of ids that are no random numbers. */
		zta_ids__add(&run, &rows, n, n / ZTA_IDS_RUN == 1 ? same : id);
	}
	assert_int_equal(zta_rows__flush(&rows, &io, NULL), ZTA_OK);
	assert_int_equal(rows.written, 3 * ZTA_IDS_RUN);
	for (n = 1; n < 3 * ZTA_IDS_RUN; n += 101) {
		(void)numbered(n, id);
		found.count = 0;
		assert_int_equal(
		    zta_ids__find(&rows, rows.written, id, &found, NULL),
		    ZTA_OK);
		assert_int_equal(found.count, n / ZTA_IDS_RUN == 1 ? 0 : 1);
		assert_true(found.count == 0 || found.entries[0] == n);
	}
	found.count = 0;
	assert_int_equal(
	    zta_ids__find(&rows, rows.written, same, &found, NULL), ZTA_OK);
	assert_int_equal(found.count, ZTA_IDS_FOUND_MAX);
	zta_rows__close(&rows);
}

/* A reader sees a damaged entry, wherever it is. */
static void
test_log_tree__view_refuses_damage(void **state)
{
	zta_log_head head = write_entries(0);
	zta_log_view *view;
	zta_buf bytes;
	char path[128];
	off_t at;

	(void)state;
	(void)head;
	(void)snprintf(path, sizeof(path), "%s/%020d.seg", dir, 0);
	assert_int_equal(zta_log_view__open(&view, dir, NULL), ZTA_OK);
	zta_buf__init(&bytes, SIZE_MAX);
	for (at = ZTA_FRAME_HEAD; at < ZTA_FRAME_HEAD + 40; at++) {
		flip(path, at);
		assert_int_equal(
		    zta_log_view__entry(view, 0, &bytes, NULL), ZTA_EINVALID);
		assert_int_equal(bytes.len, 0);
		flip(path, at);
	}
	assert_int_equal(zta_log_view__entry(view, 0, &bytes, NULL), ZTA_OK);
	zta_buf__release(&bytes);
	zta_log_view__close(view);
}

/* Frames of a log never go back in time, though clocks may. */
static void
test_log_tree__time_does_not_go_back(void **state)
{
	static const int64_t shows[] = { 2000, 1000, 1500, 3000 };
	static const int64_t said[] = { 2000, 2000, 2000, 3000 };
	zta_log_found found;
	zta_log *log;
	zta_segment_end end;
	char path[128];
	size_t i;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/%020d.seg", dir, 0);
	for (i = 0; i < 4; i++) {
		clock_shows = shows[i];
		log = open_log(&faulty, 0, &found);
		assert_int_equal(append(log, "x").status, ZTA_OK);
		zta_log__close(log);
		assert_int_equal(
		    zta_segment__scan(path, 0, NULL, &end, NULL), ZTA_OK);
		assert_int_equal(end.time, said[i]);
	}
	clock_shows = 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_log_tree__is_that_of_its_entries),
		TEST(test_log_tree__is_made_again_where_it_is_behind),
		TEST(test_log_tree__makes_again_what_was_not_signed_for),
		TEST(test_log_tree__refuses_damage),
		TEST(test_log_tree__refuses_what_was_not_signed),
		TEST(test_log_tree__makes_little_again),
		TEST(test_log_tree__is_at_most_a_frame_behind),
		TEST(test_log_tree__is_not_synced_after_a_failure),
		TEST(test_log_tree__finds_entries),
		TEST(test_log_tree__sorts_ids),
		TEST(test_log_tree__view_refuses_damage),
		TEST(test_log_tree__time_does_not_go_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
