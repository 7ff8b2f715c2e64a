/* SPDX-License-Identifier: Apache-2.0 */
/* test_log.c - the log under faults. SPEC: ztauth 9 */
#include "tests.h"

#include <pthread.h>

#include "log/frame.h"
#include "log_made.h"
#include "ztauth/log.h"

/* Read the log as JSON; the number of records. */
static uint64_t
count_records(void)
{
	zta_log_reader *reader;
	zta_str json;
	uint64_t count = 0;

	assert_int_equal(zta_log_reader_open(&reader, dir, 0, NULL), ZTA_OK);
	while (zta_log_reader_next(reader, &json, NULL) == ZTA_OK) {
		count++;
	}
	zta_log_reader_close(reader);
	return count;
}

static void
test_log__keeps_what_it_acknowledged(void **state)
{
	zta_log_found found;
	zta_log *log = open_log(NULL, 0, &found);
	int i;

	(void)state;
	for (i = 0; i < 100; i++) {
		zta_log_done done = append(log, "buy");

		assert_int_equal(done.status, ZTA_OK);
		assert_int_equal(done.first, i);
	}
	assert_int_equal(count_records(), 100);
	zta_log__close(log);
	log = open_log(NULL, 0, &found);
	assert_int_equal(found.next, 100);
	assert_int_equal(found.torn, 0);
	assert_int_equal(append(log, "buy").first, 100);
	zta_log__close(log);
}

static void
test_log__is_written_by_one(void **state)
{
	const zta_log_options options = { .lanes = 1 };
	zta_log_found found;
	zta_log *log = open_log(NULL, 0, &found), *second;

	(void)state;
	assert_int_equal(zta_log__open(&second, dir, &options, &found, NULL),
	    ZTA_EUNAVAILABLE);
	zta_log__close(log);
}

static void
test_log__goes_on_in_new_segments(void **state)
{
	zta_log_found found;
	zta_log *log = open_log(NULL, 300, &found);
	int i;

	(void)state;
	for (i = 0; i < 20; i++) {
		assert_int_equal(append(log, "buy").status, ZTA_OK);
	}
	zta_log__close(log);
	assert_int_equal(count_records(), 20);
	log = open_log(NULL, 300, &found);
	assert_int_equal(found.next, 20);
	zta_log__close(log);
}

static void
segment(char *path, size_t room)
{
	(void)snprintf(path, room, "%s/%020d.seg", dir, 0);
}

/* Cut the file at every length: what was whole stays, the rest is torn. */
static void
test_log__cuts_a_torn_end(void **state)
{
	zta_log_found found;
	zta_log *log = open_log(NULL, 0, &found);
	struct stat st;
	char path[128];
	off_t whole, size;

	(void)state;
	(void)append(log, "one");
	segment(path, sizeof(path));
	assert_int_equal(stat(path, &st), 0);
	whole = st.st_size;
	(void)append(log, "two");
	assert_int_equal(stat(path, &st), 0);
	zta_log__close(log);
	for (size = st.st_size - 1; size > whole; size -= 7) {
		assert_int_equal(truncate(path, size), 0);
		log = open_log(NULL, 0, &found);
		assert_int_equal(found.next, 1);
		assert_int_equal(found.torn, size - whole);
		(void)append(log, "two");
		zta_log__close(log);
		assert_int_equal(count_records(), 2);
	}
}

/* A flipped bit anywhere before the last frame is damage, not a torn end. */
static void
test_log__refuses_damage_in_the_middle(void **state)
{
	const zta_log_options options = { .lanes = 1 };
	zta_log_found found;
	zta_log *log = open_log(NULL, 0, &found);
	zta_error err = { 0 };
	struct stat st;
	char path[128];
	off_t first, at;

	(void)state;
	(void)append(log, "one");
	segment(path, sizeof(path));
	assert_int_equal(stat(path, &st), 0);
	first = st.st_size;
	(void)append(log, "two");
	zta_log__close(log);
	for (at = 0; at < first; at++) {
		flip(path, at);
		assert_int_equal(
		    zta_log__open(&log, dir, &options, &found, &err),
		    ZTA_EINVALID);
		flip(path, at);
	}
	assert_int_equal(count_records(), 2);
}

/* A frame of two entries. */
static void
make_frame(zta_buf *frame, unsigned char leaves[2][ZTA_SHA256_LEN])
{
	const zta_str entries[] = { ZTA_STR("one"), ZTA_STR("and another") };
	unsigned char hash[ZTA_SHA256_LEN] = { 7 };
	zta_buf sums;
	int i;

	zta_buf__init(frame, SIZE_MAX);
	zta_buf__init(&sums, SIZE_MAX);
	zta_frame__begin(frame);
	for (i = 0; i < 2; i++) {
		zta_hash_tree__leaf(entries[i], leaves[i]);
		zta_frame__put_entry(frame, entries[i]);
		zta_frame__put_sum(&sums, entries[i].len, leaves[i]);
	}
	zta_frame__finish(frame, zta_buf__str(&sums), 5, 2, 1, hash);
	assert_int_equal(sums.status, ZTA_OK);
	zta_buf__release(&sums);
}

/* As docs/formats/log.md says; and so every byte of a frame counts. */
static void
test_frame__hash_is_of_head_lengths_and_leaves(void **state)
{
	unsigned char leaves[2][ZTA_SHA256_LEN], hash[ZTA_SHA256_LEN];
	zta_buf bytes, read;
	zta_frame frame;
	zta_str parts[5];
	size_t i;

	(void)state;
	make_frame(&bytes, leaves);
	parts[0] = (zta_str){ bytes.ptr, 60 };
	parts[1] = (zta_str){ "\0\0\0\3", 4 };
	parts[2] = (zta_str){ (const char *)leaves[0], 32 };
	parts[3] = (zta_str){ "\0\0\0\13", 4 };
	parts[4] = (zta_str){ (const char *)leaves[1], 32 };
	zta_digest__sha256_parts(parts, 5, hash);
	assert_memory_equal(bytes.ptr + bytes.len - 32, hash, 32);
	zta_buf__init(&read, SIZE_MAX);
	assert_int_equal(
	    zta_frame__read(zta_buf__str(&bytes), 5, NULL, &read, &frame),
	    ZTA_FRAME_GOOD);
	assert_int_equal(read.len, sizeof(leaves));
	assert_memory_equal(read.ptr, leaves, sizeof(leaves));
	for (i = 0; i < bytes.len * 8; i++) {
		bytes.ptr[i / 8] = (char)(bytes.ptr[i / 8] ^ 1 << i % 8);
		assert_int_not_equal(zta_frame__read(zta_buf__str(&bytes), 5,
					 NULL, NULL, &frame),
		    ZTA_FRAME_GOOD);
		bytes.ptr[i / 8] = (char)(bytes.ptr[i / 8] ^ 1 << i % 8);
	}
	zta_buf__release(&bytes);
	zta_buf__release(&read);
}

static void
test_log__survives_a_full_disk(void **state)
{
	zta_log_found found;
	zta_log *log = open_log(&faulty, 0, &found);

	(void)state;
	assert_int_equal(append(log, "one").status, ZTA_OK);
	fail_write = 1;
	assert_int_equal(append(log, "two").status, ZTA_EUNAVAILABLE);
	fail_write = 2; /* a short write, then none */
	assert_int_equal(append(log, "three").status, ZTA_EUNAVAILABLE);
	fail_write = 0;
	assert_true(zta_log__is_alive(log));
	assert_int_equal(append(log, "four").first, 1);
	assert_int_equal(count_records(), 2);
	zta_log__close(log);
}

static void
test_log__is_dead_after_a_failed_sync(void **state)
{
	zta_leaf leaf = sample("three");
	zta_log_found found;
	zta_log *log = open_log(&faulty, 0, &found);

	(void)state;
	assert_int_equal(append(log, "one").status, ZTA_OK);
	fail_sync = 1;
	assert_int_equal(append(log, "two").status, ZTA_EUNAVAILABLE);
	fail_sync = 0;
	assert_false(zta_log__is_alive(log));
	assert_int_equal(
	    zta_log_lane__append(zta_log__lane(log, 0), &leaf, NULL),
	    ZTA_EUNAVAILABLE);
	zta_log__close(log);
}

static void
test_log__is_dead_when_it_cannot_take_back(void **state)
{
	zta_log_found found;
	zta_log *log = open_log(&faulty, 0, &found);

	(void)state;
	spared = 1; /* the row of openings */
	fail_write = 2;
	fail_truncate = 1;
	assert_int_equal(append(log, "one").status, ZTA_EUNAVAILABLE);
	assert_false(zta_log__is_alive(log));
	zta_log__close(log);
	fail_write = fail_truncate = 0;
	log = open_log(NULL, 0, &found);
	assert_int_equal(found.next, 0);
	assert_true(found.torn > 0);
	zta_log__close(log);
}

/* --- records that are durable together */

static void
append_all(zta_log_lane *lane, const char *action, uint32_t count)
{
	zta_leaf leaf = sample(action);

	while (count-- > 0) {
		assert_int_equal(
		    zta_log_lane__append(lane, &leaf, NULL), ZTA_OK);
	}
}

static void
test_log__holds_records_together(void **state)
{
	const struct timespec a_while = { 0, 50000000 };
	zta_log_found found;
	zta_log *log = open_log(NULL, 0, &found);
	zta_log_lane *lane = zta_log__lane(log, 0);
	zta_log_done done;

	(void)state;
	zta_log_lane__hold(lane);
	append_all(lane, "many", 500);
	(void)nanosleep(&a_while, NULL);
	assert_false(zta_log_lane__done(lane, &done));
	assert_int_equal(count_records(), 0);
	zta_log_lane__release(lane);
	done = wait_done(lane);
	assert_int_equal(done.status, ZTA_OK);
	assert_int_equal(done.count, 500);
	assert_int_equal(done.first, 0);
	assert_false(zta_log_lane__done(lane, &done));
	zta_log__close(log);
}

static void
test_log__takes_back_what_is_held(void **state)
{
	zta_log_found found;
	zta_log *log = open_log(NULL, 0, &found);
	zta_log_lane *lane = zta_log__lane(log, 0);
	zta_leaf large = sample("large");
	char reason[60000];
	uint32_t count = 0;

	(void)state;
	memset(reason, 'x', sizeof(reason));
	large.reason = (zta_str){ reason, sizeof(reason) };
	zta_log_lane__hold(lane);
	while (zta_log_lane__append(lane, &large, NULL) == ZTA_OK) {
		count++;
	}
	assert_true(count > 10 && count < 20);
	zta_log_lane__take_back(lane);
	assert_int_equal(append(log, "alone").first, 0);
	/* What was there before stays. */
	zta_log_lane__hold(lane);
	append_all(lane, "first", 1);
	zta_log_lane__release(lane);
	zta_log_lane__hold(lane);
	append_all(lane, "second", 2);
	zta_log_lane__take_back(lane);
	assert_int_equal(wait_done(lane).count, 1);
	assert_int_equal(count_records(), 2);
	zta_log__close(log);
}

/* --- records */

static void
test_log__leaf_keeps_its_fields(void **state)
{
	zta_leaf leaf = sample("push"), again;
	zta_json_out out;
	zta_arena arena;
	zta_buf bytes, buf;

	(void)state;
	leaf.follow = ZTA_STR("confirmed");
	leaf.age = 17;
	leaf.to = ZTA_STR("abc");
	zta_arena__init(&arena, SIZE_MAX);
	zta_buf__init(&bytes, SIZE_MAX);
	zta_buf__init(&buf, SIZE_MAX);
	zta_leaf__encode(&leaf, &bytes);
	assert_int_equal(
	    zta_leaf__decode(zta_buf__str(&bytes), &arena, &again, NULL),
	    ZTA_OK);
	assert_int_equal(again.age, 17);
	out = (zta_json_out){ &buf, false };
	zta_leaf__json(&again, 3, &out);
	zta_buf__byte(&buf, '\0');
	assert_non_null(strstr(
	    buf.ptr, "\"follow\":\"confirmed\",\"age\":17,\"to\":\"abc\"}"));
	zta_buf__release(&buf);
	zta_buf__release(&bytes);
	zta_arena__release(&arena);
}

/* --- many lanes at once */

#define THREADS 4
#define EACH 500

static void *
worker(void *arg)
{
	zta_log_lane *lane = arg;
	zta_leaf leaf = sample("buy");
	zta_log_done done;
	uint32_t sent = 0, finished = 0;

	while (finished < EACH) {
		while (sent < EACH &&
		    zta_log_lane__append(lane, &leaf, NULL) == ZTA_OK) {
			sent++;
		}
		done = wait_done(lane);
		assert_int_equal(done.status, ZTA_OK);
		finished += done.count;
	}
	return NULL;
}

static void
test_log__serves_many_lanes(void **state)
{
	const zta_log_options options = { .lanes = THREADS };
	pthread_t threads[THREADS];
	zta_log_found found;
	zta_log *log;
	uint32_t i;

	(void)state;
	assert_int_equal(
	    zta_log__open(&log, dir, &options, &found, NULL), ZTA_OK);
	for (i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_create(&threads[i], NULL, worker,
				     zta_log__lane(log, i)),
		    0);
	}
	for (i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	}
	zta_log__close(log);
	assert_int_equal(count_records(), THREADS * EACH);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_frame__hash_is_of_head_lengths_and_leaves),
		cmocka_unit_test_setup_teardown(
		    test_log__keeps_what_it_acknowledged, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_log__is_written_by_one, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_log__goes_on_in_new_segments, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_log__cuts_a_torn_end, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_log__refuses_damage_in_the_middle, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_log__survives_a_full_disk, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_log__is_dead_after_a_failed_sync, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_log__is_dead_when_it_cannot_take_back, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    test_log__holds_records_together, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_log__takes_back_what_is_held, setup, teardown),
		cmocka_unit_test(test_log__leaf_keeps_its_fields),
		cmocka_unit_test_setup_teardown(
		    test_log__serves_many_lanes, setup, teardown),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
