/* SPDX-License-Identifier: Apache-2.0 */
/* test_openings.c - what is personal in a log. SPEC: ztauth 9 */
#include "tests.h"

#include <string.h>

#include "base/limits.h"
#include "base/str.h"
#include "log/erase.h"
#include "log/leaf_fields.h"
#include "log/openings.h"
#include "log/reader.h"
#include "log_made.h"
#include "ztauth/log.h"

/* Of one who is asked about another. */
static zta_leaf
personal(const char *subject, const char *resource)
{
	zta_leaf leaf = sample("buy");

	leaf.subject_type = ZTA_STR("User");
	leaf.subject_id = zta_str_of(subject);
	leaf.resource_type = ZTA_STR("Shop::User");
	leaf.resource_id = zta_str_of(resource);
	leaf.reason = ZTA_STR("because of wilhelmina");
	leaf.request = ZTA_STR("0123456789abcdef0123456789abcdef");
	leaf.ref = ZTA_STR("wilhelmina/fix");
	return leaf;
}

static zta_status
put(zta_log *log, const zta_leaf *leaf)
{
	zta_status status =
	    zta_log_lane__append(zta_log__lane(log, 0), leaf, NULL);

	return status == ZTA_OK ? wait_done(zta_log__lane(log, 0)).status :
				  status;
}

static void
write_some(size_t count)
{
	zta_log_found found;
	zta_log *log = open_log(NULL, 0, &found);
	zta_leaf leaf = personal("alice", "bob");
	size_t i;

	for (i = 0; i < count; i++) {
		assert_int_equal(put(log, &leaf), ZTA_OK);
	}
	zta_log__close(log);
}

/* What the reader says of entry `index`; its subject is copied to `subject`. */
static zta_opening_state
read_state(uint64_t index, char subject[64])
{
	zta_log_reader *reader;
	zta_opening_state state;
	zta_leaf leaf;
	uint64_t at;

	assert_int_equal(
	    zta_log_reader_open(&reader, dir, (int64_t)index, NULL), ZTA_OK);
	assert_int_equal(
	    zta_log_reader__leaf(reader, &leaf, &at, NULL), ZTA_OK);
	assert_int_equal(at, index);
	state = zta_log_reader__read(reader)->state;
	(void)snprintf(subject, 64, "%.*s", ZTA_STR_ARG(leaf.subject_id));
	zta_log_reader_close(reader);
	return state;
}

static void
openings_path(char out[128])
{
	(void)snprintf(out, 128, "%s/openings/%020d.open", dir, 0);
}

static zta_status
verify(zta_log_verified *out)
{
	zta_error err;

	return zta_log_verify(dir, ZTA_STR(""), ZTA_STR(""), out, &err);
}

/* --- windows */

/* Openings of all sizes, one behind the other; every seventh entry has none. */
static void
write_openings(uint64_t count)
{
	static const zta_log_io io = { pwrite, fdatasync, ftruncate, NULL };
	static char bytes[ZTA_OPENING_HEAD + 3000] = { 'O' };
	zta_openings o = { 0 };
	zta_buf lane;
	uint64_t i;
	size_t len;

	zta_openings__init(&o);
	zta_buf__init(&lane, SIZE_MAX);
	assert_int_equal(zta_openings__open(&o, dir, 0, 0, NULL), ZTA_OK);
	for (i = 0; i < count; i++) {
		len = i % 1000 == 1 ? 3000 : (size_t)(i % 251);
		bytes[2] = (char)(len >> 8);
		bytes[3] = (char)len;
		memset(bytes + ZTA_OPENING_HEAD, (int)(i % 127), len);
		zta_openings__hand_in(&lane,
		    (zta_str){
			bytes, i % 7 == 0 ? 0 : len + ZTA_OPENING_HEAD });
	}
	zta_openings__take(&o, zta_buf__str(&lane));
	assert_true(zta_openings__write(&o, 0, &io));
	assert_true(zta_openings__sync(&o, &io));
	zta_openings__close(&o);
	zta_buf__release(&lane);
}

/* Through windows and by itself, an opening is the same. */
static void
compare_one(zta_openings_run *run, uint64_t index)
{
	zta_arena arena;
	zta_str one, other;

	zta_arena__init(&arena, SIZE_MAX);
	assert_int_equal(
	    zta_openings_view__read(&run->view, index, &arena, &one, NULL),
	    ZTA_OK);
	assert_int_equal(
	    zta_openings_run__read(run, index, &other, NULL), ZTA_OK);
	assert_int_equal(one.len, other.len);
	assert_true(one.len == 0 || memcmp(one.ptr, other.ptr, one.len) == 0);
	zta_arena__release(&arena);
}

/* Also of entries that are not there, and where a row points anywhere. */
static void
test_openings__a_window_shows_what_is_there(void **state)
{
	static const unsigned char places[][4] = { { 0, 0, 0, 1 },
		{ 0, 255, 255, 255 }, { 1, 0, 0, 2 }, { 255, 255, 255, 255 } };
	enum { COUNT = 10000 };
	zta_openings_run run;
	char path[128];
	uint64_t i;
	int fd;

	(void)state;
	write_openings(COUNT);
	openings_path(path);
	fd = open(path, O_WRONLY);
	assert_true(fd >= 0);
	for (i = 0; i < 4; i++) {
		assert_int_equal(
		    pwrite(fd, places[i], 4, (off_t)(i * 2000 + 500) * 4), 4);
	}
	assert_int_equal(close(fd), 0);
	zta_openings_run__init(&run);
	assert_int_equal(zta_openings_run__open(&run, dir, 0, NULL), ZTA_OK);
	for (i = 0; i < COUNT + 100; i++) {
		compare_one(&run, i);
	}
	for (i = COUNT; i > 77; i -= 77) {
		compare_one(&run, i);
	}
	compare_one(&run, (uint64_t)1 << 22);
	compare_one(&run, UINT64_MAX);
	zta_openings_run__close(&run);
}

/* --- commitments */

static void
make(zta_leaf *leaf, zta_commitments room, zta_buf *bytes, zta_buf *opening)
{
	zta_buf__clear(bytes);
	zta_buf__clear(opening);
	zta_opening__make(leaf, room, opening);
	zta_leaf__encode(leaf, bytes);
	assert_int_equal(opening->status, ZTA_OK);
	assert_int_equal(bytes->status, ZTA_OK);
}

/*
 * In every field that may be personal, in every kind of record: the bytes do not
 * have what is planted, the opening does.
 */
static void
test_opening__nothing_personal_is_in_a_record(void **state)
{
	static const char planted[] = "wilhelmina-0451-of-the-north-gate";
	const zta_str value = { planted, ZTA_LEAF_DIGEST_LEN };
	const zta_leaf_field *f;
	zta_commitments room;
	zta_buf bytes, opening;
	zta_leaf leaf;
	unsigned i;

	(void)state;
	zta_buf__init(&bytes, SIZE_MAX);
	zta_buf__init(&opening, SIZE_MAX);
	for (i = 0; i < ZTA_PERSONAL_COUNT; i++) {
		leaf = sample("buy");
		f = zta_leaf_field__personal((zta_personal)i);
		*(zta_str *)(void *)((char *)&leaf + f->at) = value;
		leaf.strange = f->privacy == ZTA_PRIVACY_NAME ? 1u << i : 0;
		make(&leaf, room, &bytes, &opening);
		assert_null(memmem(bytes.ptr, bytes.len, planted, 10));
		assert_non_null(memmem(opening.ptr, opening.len, planted, 10));
	}
	zta_buf__release(&bytes);
	zta_buf__release(&opening);
}

/* Who forgets to commit writes nothing. */
static void
test_opening__no_value_goes_without_a_commitment(void **state)
{
	zta_leaf leaf = personal("alice", "bob");
	zta_buf bytes;

	(void)state;
	zta_buf__init(&bytes, SIZE_MAX);
	zta_leaf__encode(&leaf, &bytes);
	assert_int_equal(bytes.status, ZTA_EINVAL);
	zta_buf__release(&bytes);
}

/* The same value twice has two commitments: nobody can compare, or guess. */
static void
test_opening__salts_are_fresh(void **state)
{
	zta_leaf a = personal("alice", "alice"), b = a;
	zta_commitments of_a, of_b;
	zta_buf bytes, opening;
	unsigned i;

	(void)state;
	zta_buf__init(&bytes, SIZE_MAX);
	zta_buf__init(&opening, SIZE_MAX);
	make(&a, of_a, &bytes, &opening);
	make(&b, of_b, &bytes, &opening);
	for (i = 0; i < ZTA_PERSONAL_COUNT; i++) {
		if (a.commitments[i].len > 0) {
			assert_memory_not_equal(
			    of_a[i], of_b[i], sizeof(of_a[i]));
		}
	}
	assert_memory_not_equal(of_a[ZTA_PERSONAL_SUBJECT_ID],
	    of_a[ZTA_PERSONAL_RESOURCE_ID], ZTA_LEAF_DIGEST_LEN);
	zta_buf__release(&bytes);
	zta_buf__release(&opening);
}

/* SPEC: docs/formats/openings.md: SHA-256(salt || key || value) */
static void
test_opening__is_of_salt_key_and_value(void **state)
{
	zta_leaf leaf = sample("buy");
	unsigned char text[ZTA_SALT_LEN + 1 + 5], hash[ZTA_SHA256_LEN];
	zta_commitments room;
	zta_buf bytes, opening;

	(void)state;
	zta_buf__init(&bytes, SIZE_MAX);
	zta_buf__init(&opening, SIZE_MAX);
	leaf.subject_id = ZTA_STR("alice");
	make(&leaf, room, &bytes, &opening);
	assert_int_equal(opening.len, ZTA_OPENING_HEAD + ZTA_OPENING_PART + 5);
	assert_memory_equal(opening.ptr, "O\0\0\x18\x0b", 5);
	assert_memory_equal(opening.ptr + opening.len - 7,
	    "\0\x05"
	    "alice",
	    7);
	memcpy(text, opening.ptr + ZTA_OPENING_HEAD + 1, ZTA_SALT_LEN);
	text[ZTA_SALT_LEN] = 11;
	memcpy(text + ZTA_SALT_LEN + 1, "alice", 5);
	zta_digest__sha256((zta_str){ (const char *)text, sizeof(text) }, hash);
	assert_memory_equal(room[ZTA_PERSONAL_SUBJECT_ID], hash, sizeof(hash));
	assert_non_null(memmem(bytes.ptr, bytes.len, hash, sizeof(hash)));
	zta_buf__release(&bytes);
	zta_buf__release(&opening);
}

/* One bit of it, anywhere, and none of it is believed. */
static void
test_opening__a_flipped_bit_opens_nothing(void **state)
{
	zta_leaf leaf = personal("alice", "bob"), read;
	zta_commitments room;
	zta_buf bytes, opening;
	zta_arena arena;
	size_t bit;

	(void)state;
	zta_arena__init(&arena, SIZE_MAX);
	zta_buf__init(&bytes, SIZE_MAX);
	zta_buf__init(&opening, SIZE_MAX);
	make(&leaf, room, &bytes, &opening);
	for (bit = 0; bit <= 8 * opening.len; bit++) {
		if (bit < 8 * opening.len) {
			opening.ptr[bit / 8] ^= (char)(1 << bit % 8);
		}
		assert_int_equal(
		    zta_leaf__decode(zta_buf__str(&bytes), &arena, &read, NULL),
		    ZTA_OK);
		assert_int_equal(
		    zta_opening__use(&read, zta_buf__str(&opening)),
		    bit < 8 * opening.len ? ZTA_OPENING_DAMAGED :
					    ZTA_OPENING_OPEN);
		assert_int_equal(
		    read.subject_id.len, bit < 8 * opening.len ? 0 : 5);
		if (bit < 8 * opening.len) {
			opening.ptr[bit / 8] ^= (char)(1 << bit % 8);
		}
	}
	/* Nor if it is cut, or longer. */
	zta_buf__byte(&opening, 0);
	for (bit = 1; bit <= opening.len; bit++) {
		assert_int_equal(
		    zta_leaf__decode(zta_buf__str(&bytes), &arena, &read, NULL),
		    ZTA_OK);
		assert_int_equal(
		    zta_opening__use(&read, (zta_str){ opening.ptr, bit }),
		    bit == opening.len - 1 ? ZTA_OPENING_OPEN :
					     ZTA_OPENING_DAMAGED);
	}
	zta_buf__release(&bytes);
	zta_buf__release(&opening);
	zta_arena__release(&arena);
}

/* It is of one record: that of another, or of another field, does not fit. */
static void
test_opening__fits_one_record(void **state)
{
	zta_leaf a = personal("alice", "bob"), b = a, read;
	zta_commitments of_a, of_b;
	zta_buf bytes, opening, other;
	zta_arena arena;

	(void)state;
	zta_arena__init(&arena, SIZE_MAX);
	zta_buf__init(&bytes, SIZE_MAX);
	zta_buf__init(&opening, SIZE_MAX);
	zta_buf__init(&other, SIZE_MAX);
	make(&b, of_b, &bytes, &other);
	make(&a, of_a, &bytes, &opening);
	assert_int_equal(
	    zta_leaf__decode(zta_buf__str(&bytes), &arena, &read, NULL),
	    ZTA_OK);
	assert_int_equal(
	    zta_opening__use(&read, zta_buf__str(&other)), ZTA_OPENING_DAMAGED);
	zta_buf__release(&bytes);
	zta_buf__release(&opening);
	zta_buf__release(&other);
	zta_arena__release(&arena);
}

static void
test_opening__has_a_limit(void **state)
{
	static char text[ZTA_LOG_OPENING_MAX + 1];
	zta_log_found found;
	zta_log *log = open_log(NULL, 0, &found);
	zta_leaf leaf = sample("buy");

	(void)state;
	memset(text, 'a', sizeof(text));
	leaf.subject_id = (zta_str){ text,
		ZTA_LOG_OPENING_MAX - ZTA_OPENING_HEAD - ZTA_OPENING_PART };
	assert_int_equal(put(log, &leaf), ZTA_OK);
	leaf.subject_id.len++;
	assert_int_equal(put(log, &leaf), ZTA_ELIMIT);
	leaf.subject_id.len = sizeof(text);
	assert_int_equal(put(log, &leaf), ZTA_ELIMIT);
	zta_log__close(log);
}

/* --- files */

static void
test_openings__are_found_by_index(void **state)
{
	zta_log_found found;
	zta_log *log = open_log(NULL, 2000, &found);
	zta_leaf leaf, bare = sample("buy");
	char name[64], read[64];
	zta_log_verified done;
	uint64_t i;

	(void)state;
	for (i = 0; i < 100; i++) {
		(void)snprintf(name, sizeof(name), "u%d", (int)i);
		leaf = personal(name, "bob");
		assert_int_equal(put(log, i % 7 == 0 ? &bare : &leaf), ZTA_OK);
		if (i % 30 == 29) {
			zta_log__close(log);
			log = open_log(NULL, 2000, &found);
		}
	}
	zta_log__close(log);
	for (i = 0; i < 100; i++) {
		(void)snprintf(name, sizeof(name), "u%d", (int)i);
		assert_int_equal(read_state(i, read),
		    i % 7 == 0 ? ZTA_OPENING_NONE : ZTA_OPENING_OPEN);
		assert_string_equal(read, i % 7 == 0 ? "" : name);
	}
	assert_int_equal(verify(&done), ZTA_OK);
	assert_int_equal(done.open, 85);
	assert_int_equal(done.missing, 0);
	assert_true(done.segments > 3);
}

/* Somebody took the file away: the log is whole, and says less. */
static void
test_openings__may_be_gone(void **state)
{
	zta_log_verified done;
	char path[128], read[64];

	(void)state;
	write_some(3);
	openings_path(path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(read_state(1, read), ZTA_OPENING_NONE);
	assert_int_equal(verify(&done), ZTA_OK);
	assert_int_equal(done.missing, 3);
	write_some(2);
	assert_int_equal(read_state(4, read), ZTA_OPENING_OPEN);
	assert_int_equal(verify(&done), ZTA_OK);
	assert_int_equal(done.missing, 3);
	assert_int_equal(done.open, 2);
}

/* Every byte of the openings: readers see nothing, verify says where. */
static void
test_openings__damage_is_told(void **state)
{
	zta_log_verified done;
	struct stat st;
	char path[128], read[64];
	off_t at;

	(void)state;
	write_some(1);
	openings_path(path);
	assert_int_equal(stat(path, &st), 0);
	for (at = (off_t)1 << 24; at < st.st_size; at++) {
		flip(path, at);
		assert_int_equal(read_state(0, read), ZTA_OPENING_DAMAGED);
		assert_string_equal(read, "");
		assert_int_equal(verify(&done), ZTA_EINVALID);
		flip(path, at);
	}
	/* The row leads elsewhere. */
	for (at = 0; at < 4; at++) {
		flip(path, at);
		assert_int_not_equal(read_state(0, read), ZTA_OPENING_OPEN);
		flip(path, at);
	}
	assert_int_equal(read_state(0, read), ZTA_OPENING_OPEN);
	assert_int_equal(verify(&done), ZTA_OK);
	/* A server goes on behind it, whatever it is. */
	flip(path, (off_t)1 << 24);
	write_some(1);
	assert_int_equal(read_state(0, read), ZTA_OPENING_DAMAGED);
	assert_int_equal(read_state(1, read), ZTA_OPENING_OPEN);
}

/* What a crash left behind the last entry is not there after a start. */
static void
test_openings__torn_end_is_cut(void **state)
{
	zta_log_found found;
	zta_log *log;
	struct stat st, after;
	char path[128], segment[128], read[64];

	(void)state;
	write_some(2);
	openings_path(path);
	(void)snprintf(segment, sizeof(segment), "%s/%020d.seg", dir, 0);
	assert_int_equal(stat(path, &st), 0);
	write_some(1);
	/* The frame of the third is torn: its opening is of nothing. */
	assert_int_equal(stat(segment, &after), 0);
	assert_int_equal(truncate(segment, after.st_size - 1), 0);
	log = open_log(NULL, 0, &found);
	zta_log__close(log);
	assert_int_equal(found.next, 2);
	assert_int_equal(stat(path, &after), 0);
	assert_int_equal(after.st_size, st.st_size);
	write_some(1);
	assert_int_equal(read_state(2, read), ZTA_OPENING_OPEN);
}

/* No opening, no entry; and what was written of it does not stay. */
static void
test_openings__full_disk(void **state)
{
	zta_log_found found;
	zta_log *log = open_log(&faulty, 0, &found);
	zta_leaf leaf = personal("wilhelmina", "bob");
	struct stat before, after;
	char path[128];
	int i;

	(void)state;
	openings_path(path);
	assert_int_equal(put(log, &leaf), ZTA_OK);
	assert_int_equal(stat(path, &before), 0);
	for (i = 0; i < 6; i++) {
		spared = i % 3; /* opening, row, frame */
		fail_write = 1 + i / 3;
		assert_int_equal(put(log, &leaf), ZTA_EUNAVAILABLE);
		assert_int_equal(stat(path, &after), 0);
		assert_int_equal(after.st_size, before.st_size);
		assert_true(zta_log__is_alive(log));
	}
	fail_write = 0;
	assert_int_equal(put(log, &leaf), ZTA_OK);
	/* It cannot be taken back: nothing is known any more. */
	fail_write = 2;
	fail_truncate = 1;
	assert_int_equal(put(log, &leaf), ZTA_EUNAVAILABLE);
	assert_false(zta_log__is_alive(log));
	fail_write = fail_truncate = 0;
	zta_log__close(log);
}

static int syncs, fail_at;

static int
counted_sync(int fd)
{
	errno = EIO;
	return ++syncs == fail_at ? -1 : fdatasync(fd);
}

/* An entry is acknowledged when its opening is durable, not before. */
static void
test_openings__sync_fails(void **state)
{
	zta_log_io io = faulty;
	zta_log_found found;
	zta_log *log;
	zta_leaf leaf = personal("alice", "bob"), bare = sample("buy");

	(void)state;
	io.sync = counted_sync;
	log = open_log(&io, 0, &found);
	syncs = fail_at = 0;
	assert_int_equal(put(log, &leaf), ZTA_OK);
	assert_int_equal(syncs, 2);
	assert_int_equal(put(log, &bare), ZTA_OK);
	assert_int_equal(syncs, 3);
	fail_at = syncs + 1;
	assert_int_equal(put(log, &leaf), ZTA_EUNAVAILABLE);
	assert_int_equal(syncs, fail_at);
	assert_false(zta_log__is_alive(log));
	zta_log__close(log);
}

/* --- erasing */

static void
test_erase__matches_whom_it_names(void **state)
{
	static const struct {
		const char *person, *type, *id;
		bool is;
	} cases[] = {
		{ "User", "User", "a", true },
		{ "User", "Shop::User", "a", true },
		{ "Shop::User", "User", "a", true },
		{ "Shop::User", "Shop::User", "a", true },
		{ "Shop::User", "Admin::User", "a", false },
		{ "User", "SuperUser", "a", false },
		{ "User", "User", "A", false },
		{ "User", "User", "", false },
		{ "User", "", "a", false },
	};
	zta_person person = { .id = ZTA_STR("a") };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		person.type = zta_str_of(cases[i].person);
		assert_int_equal(
		    zta_person__is(&person, zta_str_of(cases[i].type),
			zta_str_of(cases[i].id)),
		    cases[i].is);
	}
}

/* Where the opening of an entry is. */
static off_t
place_of(const char *path, size_t index)
{
	unsigned char slot[4];
	int fd = open(path, O_RDONLY);

	assert_int_equal(pread(fd, slot, 4, (off_t)index * 4), 4);
	(void)close(fd);
	return (off_t)slot[0] << 24 | slot[1] << 16 | slot[2] << 8 | slot[3];
}

static bool
holds(const char *path, const char *text)
{
	static char bytes[1 << 16];
	int fd = open(path, O_RDONLY);
	ssize_t len = pread(fd, bytes, sizeof(bytes), (off_t)1 << 24);

	(void)close(fd);
	assert_true(len > 0 && (size_t)len < sizeof(bytes));
	return memmem(bytes, (size_t)len, text, strlen(text)) != NULL;
}

/* As subject and as resource, and nobody else; the log stays whole. */
static void
test_erase__destroys_what_is_about_one(void **state)
{
	static const char *const whom[][2] = { { "alice", "bob" },
		{ "bob", "alice" }, { "bob", "carol" }, { "alice", "alice" } };
	zta_log_found found;
	zta_log *log = open_log(NULL, 0, &found);
	zta_log_verified done;
	zta_log_erased erased;
	zta_leaf leaf;
	char path[128], read[64];
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		leaf = personal(whom[i][0], whom[i][1]);
		assert_int_equal(put(log, &leaf), ZTA_OK);
	}
	openings_path(path);
	assert_true(holds(path, "alice"));
	/* While a server has the log. */
	assert_int_equal(
	    zta_log_erase(dir, ZTA_STR("User::\"alice\""), &erased, NULL),
	    ZTA_OK);
	assert_int_equal(erased.openings, 3);
	assert_int_equal(erased.entries, 4);
	assert_false(holds(path, "alice"));
	assert_int_equal(put(log, &leaf), ZTA_OK);
	zta_log__close(log);
	for (i = 0; i < 4; i++) {
		assert_int_equal(read_state(i, read),
		    i == 2 ? ZTA_OPENING_OPEN : ZTA_OPENING_ERASED);
	}
	assert_int_equal(read_state(4, read), ZTA_OPENING_OPEN);
	assert_int_equal(verify(&done), ZTA_OK);
	assert_int_equal(done.erased, 3);
	assert_int_equal(done.open, 2);
	/* It is erased once. */
	assert_int_equal(
	    zta_log_erase(dir, ZTA_STR("User::\"zoe\""), &erased, NULL),
	    ZTA_OK);
	assert_int_equal(erased.openings, 0);
}

/* A run that was cut short after its marks: nobody reads them, the next wipes. */
static void
test_erase__goes_on_after_a_crash(void **state)
{
	const zta_str zoe = ZTA_STR("User::\"zoe\"");
	zta_openings_view view;
	zta_log_verified done;
	zta_log_erased erased;
	char path[128], read[64];

	(void)state;
	write_some(2);
	openings_path(path);
	assert_int_equal(
	    zta_openings_view__open(&view, dir, 0, true, NULL), ZTA_OK);
	assert_int_equal(zta_openings_view__mark(&view, 1, NULL), ZTA_OK);
	zta_openings_view__close(&view);
	assert_int_equal(read_state(1, read), ZTA_OPENING_MARKED);
	assert_string_equal(read, "");
	assert_int_equal(verify(&done), ZTA_OK);
	assert_int_equal(done.erased, 1);
	assert_int_equal(zta_log_erase(dir, zoe, &erased, NULL), ZTA_OK);
	assert_int_equal(erased.openings, 1);
	assert_int_equal(read_state(1, read), ZTA_OPENING_ERASED);
	assert_int_equal(read_state(0, read), ZTA_OPENING_OPEN);
}

/* Nobody can read it, and it names her all the same. */
static void
test_erase__takes_what_is_damaged(void **state)
{
	zta_log_erased erased;
	char path[128];

	(void)state;
	write_some(1);
	openings_path(path);
	flip(path, ((off_t)1 << 24) + 6); /* in the first salt */
	assert_int_equal(
	    zta_log_erase(dir, ZTA_STR("User::\"alice\""), &erased, NULL),
	    ZTA_OK);
	assert_int_equal(erased.openings, 1);
	assert_false(holds(path, "alice"));
}

/* A head that lies about its length, or is none: hers goes, and nobody else's. */
static void
test_erase__keeps_to_its_place(void **state)
{
	static const off_t damages[] = { 0, 2 }; /* the state, the length */
	zta_log_found found;
	zta_log_erased erased;
	zta_log *log;
	zta_leaf leaf;
	char path[128], read[64];
	size_t i;

	(void)state;
	log = open_log(NULL, 0, &found);
	for (i = 0; i < 4; i++) {
		leaf = i < 2 ? personal("alice", "a") : personal("bob", "b");
		assert_int_equal(put(log, &leaf), ZTA_OK);
	}
	zta_log__close(log);
	openings_path(path);
	for (i = 0; i < 2; i++) {
		flip(path, place_of(path, i) + damages[i]);
	}
	assert_int_equal(
	    zta_log_erase(dir, ZTA_STR("User::\"alice\""), &erased, NULL),
	    ZTA_OK);
	assert_int_equal(erased.openings, 2);
	assert_false(holds(path, "alice"));
	assert_int_equal(read_state(2, read), ZTA_OPENING_OPEN);
	assert_int_equal(read_state(3, read), ZTA_OPENING_OPEN);
}

static void
test_erase__blanks_kept_requests(void **state)
{
	static const char lines[] =
	    "{\"request\":{\"subject\":{\"type\":\"User\",\"id\":\"alice\"}}}\n"
	    "{\"request\":{\"subject\":{\"type\":\"User\",\"id\":\"bob\"}}}\n"
	    "{\"request\":{\"resource\":{\"type\":\"User\",\"id\":\"alice\"}}}\n"
	    "{\"chain\":{\"subject\":{\"type\":\"A::User\",\"id\":\"alice\"}}}\n"
	    "    \"alice\"}}}\n"
	    "\n"
	    "{\"request\":{\"subject\":{\"id\":\"alice";
	const zta_person alice = { ZTA_STR("User"), ZTA_STR("alice") };
	char path[128], bytes[sizeof(lines)];
	uint64_t count = 0;
	FILE *file;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/page", dir);
	file = fopen(path, "w");
	assert_int_equal(fputs(lines, file) < 0, 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(zta_erase__page(path, &alice, &count, NULL), ZTA_OK);
	assert_int_equal(count, 5);
	file = fopen(path, "r");
	assert_int_equal(
	    fread(bytes, 1, sizeof(bytes), file), sizeof(lines) - 1);
	(void)fclose(file);
	assert_null(memmem(bytes, sizeof(lines) - 1, "alice", 5));
	assert_non_null(memmem(bytes, sizeof(lines) - 1, "bob", 3));
	count = 0;
	assert_int_equal(zta_erase__page(path, &alice, &count, NULL), ZTA_OK);
	assert_int_equal(count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_opening__nothing_personal_is_in_a_record),
		cmocka_unit_test(
		    test_opening__no_value_goes_without_a_commitment),
		cmocka_unit_test(test_opening__salts_are_fresh),
		cmocka_unit_test(test_opening__is_of_salt_key_and_value),
		cmocka_unit_test(test_opening__a_flipped_bit_opens_nothing),
		cmocka_unit_test(test_opening__fits_one_record),
		cmocka_unit_test_setup_teardown(
		    test_opening__has_a_limit, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_openings__are_found_by_index, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_openings__may_be_gone, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_openings__damage_is_told, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_openings__a_window_shows_what_is_there, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    test_openings__torn_end_is_cut, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_openings__full_disk, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_openings__sync_fails, setup, teardown),
		cmocka_unit_test(test_erase__matches_whom_it_names),
		cmocka_unit_test_setup_teardown(
		    test_erase__destroys_what_is_about_one, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_erase__goes_on_after_a_crash, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_erase__takes_what_is_damaged, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_erase__keeps_to_its_place, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_erase__blanks_kept_requests, setup, teardown),
	};

	return cmocka_run_group_tests_name("openings", tests, NULL, NULL);
}
