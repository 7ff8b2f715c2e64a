/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_receipt.c - receipts, checkpoints that are published, and verifying a
 * whole log. SPEC: docs/formats/receipt.md, docs/formats/checkpoint.md
 */
#include "tests.h"

#include <sys/eventfd.h>

#include "base/error.h"
#include "log/consistency.h"
#include "log/publish.h"
#include "log/receipt.h"
#include "log/tile_name.h"
#include "log_made.h"
#include "ztauth/log.h"

static zta_key *log_key;
static zta_note_key name;
static char vkey[ZTA_NOTE_VKEY_MAX];

static int
make_key(void **state)
{
	(void)state;
	if (zta_key_generate(&log_key, ZTA_ALG_EDDSA, NULL) != ZTA_OK ||
	    zta_note_key__of(
		&name, ZTA_STR("shop.example/log"), log_key, NULL) != ZTA_OK) {
		return -1;
	}
	zta_note_key__put(&name, vkey);
	return 0;
}

static int
close_key(void **state)
{
	(void)state;
	zta_key_close(log_key);
	return 0;
}

/* --- checkpoints that are published */

/* The publisher's thread reads these while the test sets them. */
static _Atomic bool refuse;
static _Atomic bool lose; /* what was signed does not come back */
static zta_log_head signed_for;

static zta_status
last(void *context, uint64_t *size, zta_error *err)
{
	(void)context;
	(void)err;
	*size = signed_for.size;
	return ZTA_OK;
}

static zta_status
sign(void *context, zta_str text, const zta_merkle_path *proof, zta_buf *note,
    zta_error *err)
{
	zta_log_head head;

	(void)context;
	if (refuse) {
		return zta_error__set(err, ZTA_EUNAVAILABLE, "refused");
	}
	assert_int_equal(
	    zta_checkpoint__read(text, zta_str_of(name.name), &head, NULL),
	    ZTA_OK);
	assert_true(zta_consistency__holds(&signed_for, &head, proof));
	signed_for = head;
	return lose ? zta_error__set(err, ZTA_EUNAVAILABLE, "lost") :
		      zta_note__sign(note, text, &name, log_key, err);
}

static _Atomic int said;

__attribute__((format(printf, 1, 2))) static void
say(const char *format, ...)
{
	(void)format;
	said++;
}

static zta_publisher *
open_publisher(zta_log *log)
{
	const zta_publisher_options options = { .dir = dir,
		.key = &name,
		.log = log,
		.last = last,
		.sign = sign,
		.say = say };
	zta_publisher *p;

	if (zta_checkpoint__load(dir, &name, &signed_for, NULL, NULL) !=
	    ZTA_OK) {
		signed_for = (zta_log_head){ 0 };
	}
	assert_int_equal(zta_publisher__open(&p, &options, NULL), ZTA_OK);
	return p;
}

/* The first checkpoint of `size`; its note goes to `note`. */
static void
wait_checkpoint(zta_publisher *p, uint64_t size, zta_buf *note)
{
	zta_log_head head = { 0 };
	int tries;

	for (tries = 0; tries < 2000; tries++) {
		zta_publisher__want(p);
		zta_buf__clear(note);
		if (zta_publisher__latest(p, &head, note) == ZTA_OK &&
		    head.size == size) {
			return;
		}
		(void)usleep(5000);
	}
	fail_msg("no checkpoint of %lu entries", (unsigned long)size);
}

static const char *action = "buy";

/* With what is personal, so that there is something to be opened. */
static zta_log_done
append_personal(zta_log *log)
{
	zta_leaf leaf = sample(action);

	leaf.subject_type = ZTA_STR("User");
	leaf.subject_id = ZTA_STR("alice");
	leaf.resource_id = ZTA_STR("teapot");
	leaf.reason = ZTA_STR("because");
	assert_int_equal(
	    zta_log_lane__append(zta_log__lane(log, 0), &leaf, NULL), ZTA_OK);
	return wait_done(zta_log__lane(log, 0));
}

/* A log of `count` records with its checkpoint in `note`. */
static void
write_log(int count, uint64_t segment_max, zta_buf *note)
{
	zta_log_found found;
	zta_log *log = open_log(NULL, segment_max, &found);
	zta_publisher *p = open_publisher(log);
	int i;

	for (i = 0; i < count; i++) {
		assert_int_equal(append_personal(log).status, ZTA_OK);
	}
	wait_checkpoint(p, found.next + (uint64_t)count, note);
	zta_publisher__close(p);
	zta_log__close(log);
}

static void
test_publish__follows_the_log(void **state)
{
	zta_log_found found;
	zta_log *log = open_log(NULL, 0, &found);
	zta_publisher *p = open_publisher(log);
	zta_log_head head, stored;
	struct pollfd fd = { eventfd(0, EFD_NONBLOCK), POLLIN, 0 };
	zta_buf note;

	(void)state;
	zta_buf__init(&note, ZTA_CHECKPOINT_MAX);
	assert_int_equal(zta_publisher__tell(p, fd.fd, NULL), ZTA_OK);
	assert_int_equal(zta_publisher__latest(p, &head, NULL), ZTA_ENOTFOUND);
	assert_int_equal(append(log, "one").status, ZTA_OK);
	wait_checkpoint(p, 1, &note);
	assert_int_equal(poll(&fd, 1, 10000), 1);
	assert_int_equal(
	    zta_checkpoint__open(zta_buf__str(&note), &name, &head, NULL),
	    ZTA_OK);
	assert_int_equal(
	    zta_checkpoint__load(dir, &name, &stored, NULL, NULL), ZTA_OK);
	assert_memory_equal(&head, &stored, sizeof(head));
	/* What the signer refuses is not handed out, and said once. */
	refuse = true;
	said = 0;
	assert_int_equal(append(log, "two").status, ZTA_OK);
	(void)usleep(1500000);
	assert_int_equal(zta_publisher__latest(p, &head, NULL), ZTA_OK);
	assert_int_equal(head.size, 1);
	assert_int_equal(said, 1);
	refuse = false;
	wait_checkpoint(p, 2, &note);
	/* What was signed, but is not here, is gone on from all the same. */
	lose = true;
	said = 0;
	assert_int_equal(append(log, "lost").status, ZTA_OK);
	(void)usleep(1500000);
	assert_int_equal(said, 1);
	assert_int_equal(append(log, "next").status, ZTA_OK);
	lose = false;
	wait_checkpoint(p, 4, &note);
	zta_publisher__untell(p, fd.fd);
	(void)close(fd.fd);
	zta_buf__release(&note);
	/* The last one is made when it closes. */
	assert_int_equal(append(log, "three").status, ZTA_OK);
	while (zta_log_tree__head(zta_log__tree(log), &head, NULL) == ZTA_OK &&
	    head.size < 5) {
		(void)usleep(1000);
	}
	zta_publisher__close(p);
	assert_int_equal(
	    zta_checkpoint__load(dir, &name, &stored, NULL, NULL), ZTA_OK);
	assert_int_equal(stored.size, 5);
	zta_log__close(log);
}

/* --- receipts */

static unsigned opened = ZTA_RECEIPT_FIELDS;

static void
make_receipt(uint64_t index, const zta_buf *note, zta_buf *out)
{
	zta_log_view *view;
	zta_log_head head;

	assert_int_equal(zta_log_view__open(&view, dir, NULL), ZTA_OK);
	assert_int_equal(
	    zta_checkpoint__open(zta_buf__str(note), &name, &head, NULL),
	    ZTA_OK);
	assert_int_equal(zta_receipt__make(view, index, opened,
			     zta_buf__str(note), &head, out, NULL),
	    ZTA_OK);
	zta_log_view__close(view);
}

static zta_status
judge(const zta_buf *receipt, const char *under)
{
	zta_str record;
	zta_status status = zta_receipt_verify(
	    zta_buf__str(receipt), zta_str_of(under), &record, NULL);

	zta_str_free(record);
	return status;
}

/* Of logs of every size up to some, each record; no bit can be changed. */
static void
test_receipt__proves_its_record(void **state)
{
	zta_buf note, receipt;
	zta_str record;
	uint64_t size, i;
	size_t bit;

	(void)state;
	zta_buf__init(&note, ZTA_CHECKPOINT_MAX);
	zta_buf__init(&receipt, SIZE_MAX);
	for (size = 1; size <= 5; size++) {
		write_log(1, 300, &note);
		for (i = 0; i < size; i++) {
			zta_buf__clear(&receipt);
			make_receipt(i, &note, &receipt);
			assert_int_equal(
			    zta_receipt_verify(zta_buf__str(&receipt),
				zta_str_of(vkey), &record, NULL),
			    ZTA_OK);
			assert_int_equal(record.ptr[9], '0' + (char)i);
			zta_str_free(record);
		}
	}
	for (bit = 0; bit < 8 * receipt.len; bit++) {
		receipt.ptr[bit / 8] ^= (char)(1 << bit % 8);
		assert_int_not_equal(judge(&receipt, vkey), ZTA_OK);
		receipt.ptr[bit / 8] ^= (char)(1 << bit % 8);
	}
	while (receipt.len > 0) {
		receipt.len--;
		assert_int_not_equal(judge(&receipt, vkey), ZTA_OK);
	}
	zta_buf__release(&receipt);
	zta_buf__release(&note);
}

/* What a receipt shows, of those openings that `list` names. */
static void
assert_shows(const zta_buf *note, const char *list, bool subject, bool resource)
{
	static const char *const values[] = { "\"subject_id\":\"alice\"",
		"\"resource_id\":\"teapot\"", "because" };
	const bool shown[] = { subject, resource, false };
	zta_buf receipt;
	zta_str record;
	size_t i;

	zta_buf__init(&receipt, SIZE_MAX);
	assert_true(zta_receipt__fields(zta_str_of(list), &opened));
	make_receipt(0, note, &receipt);
	assert_int_equal(zta_receipt_verify(zta_buf__str(&receipt),
			     zta_str_of(vkey), &record, NULL),
	    ZTA_OK);
	for (i = 0; i < 3; i++) {
		assert_int_equal(memmem(record.ptr, record.len, values[i],
				     strlen(values[i])) != NULL,
		    shown[i]);
	}
	assert_non_null(memmem(record.ptr, record.len, "\"withheld\":{", 12));
	zta_str_free(record);
	zta_buf__release(&receipt);
	opened = ZTA_RECEIPT_FIELDS;
}

/* What was chosen travels, and the reason never does. */
static void
test_receipt__opens_what_was_chosen(void **state)
{
	static const char *const bad[] = { "reason", "subject,reason",
		"subject,,resource", "Subject", "subject_id", "all" };
	zta_buf note;
	unsigned fields;
	size_t i;

	(void)state;
	zta_buf__init(&note, ZTA_CHECKPOINT_MAX);
	write_log(2, 0, &note);
	assert_shows(&note, "subject,action,resource,request,ref", true, true);
	assert_shows(&note, "none", false, false);
	assert_shows(&note, "subject", true, false);
	assert_shows(&note, "ref,resource", false, true);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(zta_receipt__fields(zta_str_of(bad[i]), &fields));
	}
	zta_buf__release(&note);
}

/* Openings of another record, twice, or in another order. */
static void
test_receipt__opens_its_record_alone(void **state)
{
	zta_buf note, texts[2], out, parts;
	zta_receipt r[2];
	zta_arena arena;
	size_t i, half;

	(void)state;
	zta_arena__init(&arena, SIZE_MAX);
	zta_buf__init(&note, ZTA_CHECKPOINT_MAX);
	zta_buf__init(&out, SIZE_MAX);
	zta_buf__init(&parts, SIZE_MAX);
	write_log(2, 0, &note);
	for (i = 0; i < 2; i++) {
		zta_buf__init(&texts[i], SIZE_MAX);
		make_receipt(i, &note, &texts[i]);
		assert_int_equal(zta_receipt__read(&arena,
				     zta_buf__str(&texts[i]), &r[i], NULL),
		    ZTA_OK);
	}
	half = 1 + ZTA_SALT_LEN + 2 + strlen("alice");
	for (i = 0; i < 4; i++) {
		zta_buf__clear(&out);
		zta_buf__clear(&parts);
		if (i == 1) { /* those of the other */
			zta_buf__put(&parts, r[1].openings);
		} else if (i > 1) { /* the other way round, or one twice */
			zta_buf__put(&parts,
			    (zta_str){ r[0].openings.ptr + half,
				r[0].openings.len - half });
			zta_buf__put(&parts,
			    i == 2 ? (zta_str){ r[0].openings.ptr, half } :
				     zta_buf__str(&parts));
		} else {
			zta_buf__put(&parts, r[0].openings);
		}
		r[0].path.count += 0;
		{
			zta_receipt changed = r[0];

			changed.openings = zta_buf__str(&parts);
			zta_receipt__put(&out, &changed);
		}
		assert_int_equal(
		    judge(&out, vkey), i == 0 ? ZTA_OK : ZTA_EINVALID);
	}
	zta_buf__release(&texts[0]);
	zta_buf__release(&texts[1]);
	zta_buf__release(&note);
	zta_buf__release(&out);
	zta_buf__release(&parts);
	zta_arena__release(&arena);
}

static void
test_receipt__has_one_form(void **state)
{
#define START "c2sp.org/tlog-proof@v1\n"
#define HASH "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
	static const char *const bad[] = { "", "\n", START,
		START "extra AAA=\n", START "extra AAA=\nindex 0\n",
		START "extra AAA=\nindex 0", START "extra AA\nindex 0\n\n",
		START "extra A\nindex 0\n\n", START "index 0\n\n",
		START "extra AAA=\n\n", START "extra AAA=\nindex 00\n\n",
		START "extra AAA=\nindex -1\n\n",
		START "extra AAA=\nindex 0\n" HASH "AAAA\n\n",
		/* As long without padding: a byte more. */
		START "extra AAA=\nindex 0\n"
		      "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2II\n\n",
		"C2sp.org/tlog-proof@v1\nextra AAA=\nindex 0\n\n",
		"c2sp.org/tlog-proof@v2\nextra AAA=\nindex 0\n\n" };
	zta_receipt receipt;
	zta_arena arena;
	zta_buf many;
	size_t i;

	(void)state;
	zta_arena__init(&arena, SIZE_MAX);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(zta_receipt__read(&arena, zta_str_of(bad[i]),
				     &receipt, NULL),
		    ZTA_EINVALID);
	}
	zta_buf__init(&many, SIZE_MAX);
	zta_buf__text(&many, START "extra AAA=\nindex 0\n");
	for (i = 0; i < ZTA_PATH_MAX; i++) {
		zta_buf__text(&many, HASH);
	}
	zta_buf__text(&many, "\n");
	assert_int_equal(
	    zta_receipt__read(&arena, zta_buf__str(&many), &receipt, NULL),
	    ZTA_OK);
	assert_int_equal(receipt.path.count, ZTA_PATH_MAX);
	many.len--;
	zta_buf__text(&many, HASH "\n");
	assert_int_equal(
	    zta_receipt__read(&arena, zta_buf__str(&many), &receipt, NULL),
	    ZTA_EINVALID);
	zta_buf__release(&many);
	zta_arena__release(&arena);
}

static void
test_receipt__needs_the_key_of_the_log(void **state)
{
	char other[ZTA_NOTE_VKEY_MAX];
	zta_note_key named;
	zta_buf note, receipt;
	zta_key *key;

	(void)state;
	assert_int_equal(zta_key_generate(&key, ZTA_ALG_EDDSA, NULL), ZTA_OK);
	zta_buf__init(&note, ZTA_CHECKPOINT_MAX);
	zta_buf__init(&receipt, SIZE_MAX);
	write_log(3, 0, &note);
	make_receipt(1, &note, &receipt);
	assert_int_equal(
	    zta_note_key__of(&named, zta_str_of(name.name), key, NULL), ZTA_OK);
	zta_note_key__put(&named, other);
	assert_int_equal(judge(&receipt, other), ZTA_EUNTRUSTED);
	/* The same key under another name is another log. */
	assert_int_equal(zta_note_key__of(&named, ZTA_STR("other.example/log"),
			     log_key, NULL),
	    ZTA_OK);
	zta_note_key__put(&named, other);
	assert_int_equal(judge(&receipt, other), ZTA_EUNTRUSTED);
	assert_int_equal(judge(&receipt, "nonsense"), ZTA_EINVALID);
	assert_int_equal(judge(&receipt, vkey), ZTA_OK);
	zta_buf__release(&receipt);
	zta_buf__release(&note);
	zta_key_close(key);
}

/* A tile that is damaged gives no receipt, rather than one that is wrong. */
static void
test_receipt__is_not_made_from_damage(void **state)
{
	zta_log_view *view;
	zta_log_head head;
	zta_buf note, receipt;
	char path[128];
	off_t at;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/tree/0", dir);
	zta_buf__init(&note, ZTA_CHECKPOINT_MAX);
	zta_buf__init(&receipt, SIZE_MAX);
	write_log(7, 0, &note);
	assert_int_equal(
	    zta_checkpoint__open(zta_buf__str(&note), &name, &head, NULL),
	    ZTA_OK);
	assert_int_equal(zta_log_view__open(&view, dir, NULL), ZTA_OK);
	for (at = 0; at < 7 * ZTA_SHA256_LEN; at += 5) {
		flip(path, at);
		assert_int_equal(
		    zta_receipt__make(view, 3, ZTA_RECEIPT_FIELDS,
			zta_buf__str(&note), &head, &receipt, NULL),
		    ZTA_EINVALID);
		assert_int_equal(receipt.len, 0);
		flip(path, at);
	}
	zta_log_view__close(view);
	zta_buf__release(&receipt);
	zta_buf__release(&note);
}

/* --- verifying a whole log */

static zta_status
verify(const zta_buf *older, zta_error *err)
{
	zta_log_verified done;

	return zta_log_verify(dir, zta_str_of(vkey),
	    older == NULL ? ZTA_STR("") : zta_buf__str(older), &done, err);
}

static void
test_verify__finds_every_flipped_bit(void **state)
{
	static const char *const files[] = { "checkpoint", "tree/0", "tree/at",
		"00000000000000000000.seg" };
	zta_buf note, older;
	char path[128];
	struct stat st;
	size_t i;
	off_t at;

	(void)state;
	zta_buf__init(&note, ZTA_CHECKPOINT_MAX);
	zta_buf__init(&older, ZTA_CHECKPOINT_MAX);
	write_log(5, 300, &older);
	write_log(6, 300, &note);
	assert_int_equal(verify(&older, NULL), ZTA_OK);
	assert_int_equal(verify(&note, NULL), ZTA_OK);
	for (i = 0; i < 4; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir, files[i]);
		assert_int_equal(stat(path, &st), 0);
		for (at = 0; at < st.st_size; at++) {
			flip(path, at);
			assert_int_not_equal(verify(&older, NULL), ZTA_OK);
			flip(path, at);
		}
	}
	assert_int_equal(verify(&older, NULL), ZTA_OK);
	zta_buf__release(&older);
	zta_buf__release(&note);
}

/* A backup that was put back: all of it agrees, but not with what was kept. */
static void
test_verify__finds_a_backup(void **state)
{
	zta_buf note, kept;
	zta_error err = { 0 };
	char command[256];

	(void)state;
	zta_buf__init(&note, ZTA_CHECKPOINT_MAX);
	zta_buf__init(&kept, ZTA_CHECKPOINT_MAX);
	write_log(5, 0, &note);
	(void)snprintf(command, sizeof(command), "cp -r %s %s.old", dir, dir);
	assert_int_equal(system(command), 0);
	write_log(5, 0, &kept);
	(void)snprintf(command, sizeof(command), "rm -r %s && mv %s.old %s",
	    dir, dir, dir);
	assert_int_equal(system(command), 0);
	assert_int_equal(verify(NULL, NULL), ZTA_OK);
	assert_int_equal(verify(&kept, &err), ZTA_EINVALID);
	assert_non_null(strstr(err.message, "it has lost entries"));
	/* It goes on in another way, and is still not what was kept. */
	action = "sell";
	write_log(7, 0, &note);
	action = "buy";
	assert_int_equal(verify(NULL, NULL), ZTA_OK);
	assert_int_equal(verify(&kept, &err), ZTA_EINVALID);
	assert_non_null(strstr(err.message, "not those that were signed"));
	zta_buf__release(&kept);
	zta_buf__release(&note);
}

/* --- names of tiles. SPEC: c2sp tlog-tiles */

static void
test_tile_name__has_one_form(void **state)
{
	static const struct {
		const char *text;
		zta_tile_name name;
	} good[] = {
		{ "0/000", { false, 0, 0, 256 } },
		{ "5/999", { false, 5, 999, 256 } },
		{ "0/x001/x234/067", { false, 0, 1234067, 256 } },
		{ "0/x001/000", { false, 0, 1000, 256 } },
		{ "1/273.p/112", { false, 1, 273, 112 } },
		{ "entries/x001/234", { true, 0, 1234, 256 } },
		{ "entries/000.p/1", { true, 0, 0, 1 } },
	};
	static const char *const bad[] = { "", "/", "0", "0/", "0/0", "0/00",
		"0/0000", "0/x000", "0/x000/000", "0/x000/001", "0/001/234",
		"0/x01/234", "0/X001/234", "0/x001/x234", "00/000", "-1/000",
		"6/000", "64/000", "data/000", "0/000.p", "0/000.p/",
		"0/000.p/0", "0/000.p/256", "0/000.p/01", "0/000.p/-1",
		"0/000.p/1/", "0/000.p/1/2", "0/000.q/1", "0/000/", "0/00a",
		"0/x001/23a", "0/x001/x001/x001/x001/x001/001", "0//000",
		"entries/", "entries", "entries/0/000", "0/000 ", " 0/000" };
	zta_tile_name name_read;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(
		    zta_tile_name__read(zta_str_of(good[i].text), &name_read));
		assert_int_equal(name_read.entries, good[i].name.entries);
		assert_int_equal(name_read.level, good[i].name.level);
		assert_int_equal(name_read.number, good[i].name.number);
		assert_int_equal(name_read.width, good[i].name.width);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(
		    zta_tile_name__read(zta_str_of(bad[i]), &name_read));
	}
}

/* Checked by hand for a log of 70,000 entries. */
static void
test_tile_name__is_there_when_it_is_full(void **state)
{
	static const struct {
		const char *text;
		bool there;
	} cases[] = { { "0/272", true }, { "0/273", false },
		{ "0/273.p/112", true }, { "0/273.p/113", false },
		{ "1/000", true }, { "1/001", false }, { "1/001.p/17", true },
		{ "1/001.p/18", false }, { "2/000", false },
		{ "2/000.p/1", true }, { "2/000.p/2", false },
		{ "3/000.p/1", false }, { "entries/273.p/112", true },
		{ "entries/273.p/113", false },
		{ "0/x999/x999/x999/x999/999", false } };
	zta_tile_name name_read;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_true(
		    zta_tile_name__read(zta_str_of(cases[i].text), &name_read));
		assert_int_equal(
		    zta_tile_name__is_in(&name_read, 70000), cases[i].there);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_receipt__opens_what_was_chosen, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_receipt__opens_its_record_alone, setup, teardown),
		TEST(test_publish__follows_the_log),
		TEST(test_receipt__proves_its_record),
		TEST(test_receipt__has_one_form),
		TEST(test_receipt__needs_the_key_of_the_log),
		TEST(test_receipt__is_not_made_from_damage),
		TEST(test_verify__finds_every_flipped_bit),
		TEST(test_verify__finds_a_backup),
		cmocka_unit_test(test_tile_name__has_one_form),
		cmocka_unit_test(test_tile_name__is_there_when_it_is_full),
	};

	return cmocka_run_group_tests(tests, make_key, close_key);
}
