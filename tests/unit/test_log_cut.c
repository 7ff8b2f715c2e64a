/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_log_cut.c - a log whose writer is killed, or loses its power, at random
 * moments, many times in a row. However it is found: what was acknowledged is
 * there, under its index; every checkpoint that was handed out is of a log that
 * this one goes on from; every receipt still proves its record.
 * SPEC: docs/formats/log.md, docs/formats/tree.md, docs/formats/checkpoint.md
 *
 *     ZTAUTH_CUTS=100000 ZTAUTH_CUT_SEED=1 build/tests/unit/test_log_cut
 */
#include "tests.h"

#include <poll.h>

#include "base/error.h"
#include "base/str.h"
#include "cut_found.h"
#include "daemon/log_signer.h"
#include "log/publish.h"
#include "log/receipt.h"
#include "log/view.h"
#include "ztauth/log.h"
#include "ztauth/receipt.h"

/* Lives of one log, after which another is begun. */
#define LIVES 40
#define BATCHES 6
#define ENTRIES 8192
#define HEADS 256

typedef struct handed {
	zta_log_head head;
	zta_buf receipt; /* of some entry below it */
	size_t moment;
} handed;

static char work[48], dir[80], key_path[80], vkey[ZTA_NOTE_VKEY_MAX];
/* Of this log: what was acknowledged, and what was handed out. */
static uint32_t serials[ENTRIES]; /* by index; 0: not acknowledged */
static size_t moments[ENTRIES];   /* when it was */
static uint64_t acknowledged;     /* the next index is at least this */
static handed heads[HEADS];
static size_t head_count;
static uint32_t serial;
static unsigned long cuts, kills, torn;

static void
must(zta_status status, const zta_error *err)
{
	if (status != ZTA_OK) {
		fail_msg("after %lu cuts and %lu kills: %s: %s", cuts, kills,
		    err->place, err->message);
	}
}

static size_t
moment(void)
{
	size_t now;

	(void)pthread_mutex_lock(&disk.lock);
	now = disk.count;
	(void)pthread_mutex_unlock(&disk.lock);
	return now;
}

/* --- a life */

static zta_leaf
record(uint32_t number, char id[ZTA_LEAF_ID_LEN], char action[16])
{
	uint64_t spread = (number + 1) * UINT64_C(0x9E3779B97F4A7C15);

	memset(id, 0, ZTA_LEAF_ID_LEN);
	memcpy(id, &spread, sizeof(spread));
	(void)snprintf(action, 16, "%u", number);
	return (zta_leaf){ .kind = ZTA_STR("decision"),
		.id = { id, ZTA_LEAF_ID_LEN },
		.time = 1,
		.action = zta_str_of(action),
		.mode = ZTA_STR("strict") };
}

/* Some records, and who is told of them. */
static void
append_batch(zta_log *log)
{
	zta_log_lane *lane = zta_log__lane(log, 0);
	struct pollfd fd = { zta_log_lane__fd(lane), POLLIN, 0 };
	uint32_t first = serial + 1, sent = 0,
		 count = 1 + (uint32_t)disk_random(30), told = 0, i;
	char id[ZTA_LEAF_ID_LEN], action[16];
	zta_error err = { 0 };
	zta_log_done done;
	zta_leaf leaf;

	while (sent < count) {
		leaf = record(first + sent, id, action);
		must(zta_log_lane__append(lane, &leaf, &err), &err);
		sent++;
	}
	serial += count;
	while (told < count) {
		(void)poll(&fd, 1, 1000);
		if (!zta_log_lane__done(lane, &done)) {
			continue;
		}
		assert_int_equal(done.status, ZTA_OK);
		for (i = 0; i < done.count; i++) {
			assert_true(done.first + i < ENTRIES);
			serials[done.first + i] = first + told + i;
			moments[done.first + i] = moment();
		}
		told += done.count;
		acknowledged = done.first + done.count;
	}
}

/* The newest checkpoint is shown to somebody, and a receipt under it. */
static void
hand_out(zta_publisher *p)
{
	handed *h = &heads[head_count];
	zta_error err = { 0 };
	zta_log_view *view;
	zta_buf note;

	zta_buf__init(&note, ZTA_CHECKPOINT_MAX);
	if (head_count < HEADS &&
	    zta_publisher__latest(p, &h->head, &note) == ZTA_OK) {
		zta_buf__init(&h->receipt, SIZE_MAX);
		must(zta_log_view__open(&view, dir, &err), &err);
		must(zta_receipt__make(view, disk_random(h->head.size),
			 ZTA_RECEIPT_FIELDS, zta_buf__str(&note), &h->head,
			 &h->receipt, &err),
		    &err);
		zta_log_view__close(view);
		h->moment = moment();
		head_count++;
	}
	zta_buf__release(&note);
}

static zta_status
last(void *context, uint64_t *size, zta_error *err)
{
	const zta_log_signer *signer = context;

	(void)err;
	*size = signer->last.size;
	return ZTA_OK;
}

static zta_status
sign(void *context, zta_str text, const zta_merkle_path *proof, zta_buf *note,
    zta_error *err)
{
	return zta_log_signer__sign(context, text, proof, note, err);
}

__attribute__((format(printf, 1, 2))) static void
say(const char *format, ...)
{
	char text[256];
	va_list list;

	va_start(list, format);
	(void)vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	fail_msg("after %lu cuts: %s", cuts, text);
}

static zta_log_signer signer;
static zta_log *log_now;

static void
begin(void)
{
	const zta_log_signer_files files = { key_path, "shop.example/log",
		dir };
	zta_log_options options = { .lanes = 1, .segment_max = 9000 };
	zta_log_found found;
	zta_error err = { 0 };

	must(zta_log_signer__open(&signer, &files, &err), &err);
	options.known = signer.last.size > 0 ? &signer.last : NULL;
	must(zta_log__open(&log_now, dir, &options, &found, &err), &err);
	if (found.next < acknowledged) {
		fail_msg("after %lu cuts and %lu kills: %lu records of %lu",
		    cuts, kills, (unsigned long)found.next,
		    (unsigned long)acknowledged);
	}
	torn += found.torn > 0;
}

static void
finish(void)
{
	zta_log__close(log_now);
	zta_note_key__put(&signer.name, vkey);
	zta_log_signer__close(&signer);
}

/* As a server does: the keeper, the log, checkpoints, and records meanwhile. */
static void
live(uint64_t batches)
{
	zta_publisher_options publishing = { .dir = dir,
		.key = &signer.name,
		.last = last,
		.sign = sign,
		.context = &signer,
		.say = say };
	zta_publisher *p;
	zta_error err = { 0 };

	begin();
	publishing.log = log_now;
	must(zta_publisher__open(&p, &publishing, &err), &err);
	for (; batches > 0; batches--) {
		append_batch(log_now);
		if (disk_random(2) == 0) {
			hand_out(p);
		}
	}
	zta_publisher__close(p);
	finish();
}

/* --- what must hold */

static void
check_entry(zta_log_view *view, uint64_t index)
{
	zta_error err = { 0 };
	char action[16];
	zta_leaf leaf;
	zta_arena arena;
	zta_buf bytes;

	zta_buf__init(&bytes, SIZE_MAX);
	zta_arena__init(&arena, SIZE_MAX);
	must(zta_log_view__entry(view, index, &bytes, &err), &err);
	must(zta_leaf__decode(zta_buf__str(&bytes), &arena, &leaf, &err), &err);
	(void)snprintf(action, sizeof(action), "%u", serials[index]);
	assert_true(zta_str__is(leaf.action, action));
	zta_arena__release(&arena);
	zta_buf__release(&bytes);
}

/* What was told before the end of that life still holds. */
static void
check(void)
{
	unsigned char root[ZTA_SHA256_LEN];
	zta_merkle_source rows;
	zta_error err = { 0 };
	zta_log_view *view;
	uint64_t i;
	size_t n;

	must(zta_log_view__open(&view, dir, &err), &err);
	rows = zta_log_view__rows(view);
	for (i = 0; i < acknowledged; i++) {
		if (serials[i] != 0) {
			check_entry(view, i);
		}
	}
	for (n = 0; n < head_count; n++) {
		must(zta_merkle__root(&rows, heads[n].head.size, root, &err),
		    &err);
		assert_memory_equal(root, heads[n].head.root, sizeof(root));
	}
	zta_log_view__close(view);
}

/* The end of a log: every receipt, and all of it, as an auditor does. */
static void
check_all(void)
{
	zta_log_verified done;
	zta_error err = { 0 };
	zta_str json;
	size_t n;

	check();
	for (n = 0; n < head_count; n++) {
		must(zta_receipt_verify(zta_buf__str(&heads[n].receipt),
			 zta_str_of(vkey), &json, &err),
		    &err);
		zta_str_free(json);
		zta_buf__release(&heads[n].receipt);
	}
	must(zta_log_verify(dir, zta_str_of(vkey), ZTA_STR(""), &done, &err),
	    &err);
	assert_true(done.entries >= acknowledged);
	head_count = 0;
}

/* What came after `end` did not come to pass. */
static void
forget_after(size_t end)
{
	uint64_t i;

	for (i = 0; i < acknowledged; i++) {
		if (serials[i] != 0 && moments[i] > end) {
			serials[i] = 0;
		}
	}
	while (acknowledged > 0 && serials[acknowledged - 1] == 0) {
		acknowledged--;
	}
	while (head_count > 0 && heads[head_count - 1].moment > end) {
		zta_buf__release(&heads[--head_count].receipt);
	}
}

static void
settle(void)
{
	size_t n;

	/* It holds from now on, whatever is done and undone later. */
	for (n = 0; n < acknowledged; n++) {
		moments[n] = 0;
	}
	for (n = 0; n < head_count; n++) {
		heads[n].moment = 0;
	}
}

static void
new_log(void)
{
	disk_start();
	memset(serials, 0, sizeof(serials));
	acknowledged = 0;
}

/* One of the moments since `begun`; each other time right behind a write. */
static size_t
some_moment(size_t begun)
{
	size_t end = begun + disk_random(disk.count - begun + 1);

	if (disk_random(2) == 0) {
		while (end < disk.count &&
		    (end == begun || disk.ops[end - 1].kind != DISK_WRITE)) {
			end++;
		}
	}
	return end;
}

static void
one_log(void)
{
	size_t begun, end;
	int lives;
	bool cut;

	new_log();
	for (lives = 0; lives < LIVES; lives++) {
		begun = moment();
		live(disk_random(BATCHES));
		end = some_moment(begun);
		cut = disk_random(2) == 0;
		forget_after(end);
		disk_find_at(end, cut);
		if (cut) {
			settle();
		}
		cuts += cut;
		kills += !cut;
	}
	live(1);
	check_all();
}

/* The end of what was done last to a segment: a frame, or its name. */
static size_t
last_of(disk_kind kind)
{
	size_t end = disk.count;
	const disk_op *op;

	for (;; end--) {
		op = &disk.ops[end - 1];
		if (op->kind == kind &&
		    (kind == DISK_WRITE ? memcmp(op->bytes, "ZTAF", 4) == 0 :
					  strstr(op->name, ".seg") != NULL)) {
			return end;
		}
	}
}

/*
 * Its writer is killed between a write and its sync. Whoever reads the log then
 * takes the write for a part of it, and signs for it: so it has to last.
 */
static void
test_log_cut__is_sure_of_what_it_finds(void **state)
{
	size_t end;
	int i;

	(void)state;
	for (i = 0; i < 20; i++) {
		new_log();
		live(3);
		end = last_of(DISK_WRITE);
		forget_after(end);
		disk_find_at(end, false);
		live(0);
		disk_find_at(disk.count, true);
		live(1);
		check_all();
	}
}

/* The same with a segment, whose name was not synced. */
static void
test_log_cut__is_sure_of_names(void **state)
{
	size_t end;
	int i;

	(void)state;
	for (i = 0; i < 20; i++) {
		new_log();
		live(3);
		end = last_of(DISK_MAKE);
		forget_after(end);
		disk_find_at(end, false);
		begin();
		append_batch(log_now);
		finish();
		disk_find_at(disk.count, true);
		live(1);
		check_all();
	}
}

static void
test_log_cut__loses_nothing(void **state)
{
	const char *count = getenv("ZTAUTH_CUTS");
	unsigned long wanted = count != NULL ? strtoul(count, NULL, 10) : 200;

	(void)state;
	while (cuts < wanted) {
		one_log();
	}
	print_message(
	    "%lu cuts, %lu kills, %lu torn ends\n", cuts, kills, torn);
	assert_true(torn > 0);
}

static int
prepare(void **state)
{
	const char *seed = getenv("ZTAUTH_CUT_SEED");
	zta_key *key;
	zta_status status;

	(void)state;
	disk_state = (uint64_t)time(NULL) << 20 ^ (uint64_t)getpid();
	if (seed != NULL) {
		disk_state = strtoull(seed, NULL, 10);
	}
	print_message("seed %llu\n", (unsigned long long)disk_state);
	(void)snprintf(work, sizeof(work), "/tmp/ztauth-test-cut-XXXXXX");
	if (mkdtemp(work) == NULL ||
	    zta_key_generate(&key, ZTA_ALG_EDDSA, NULL) != ZTA_OK) {
		return -1;
	}
	(void)snprintf(key_path, sizeof(key_path), "%s/log.pem", work);
	(void)snprintf(disk.root, sizeof(disk.root), "%s/disk", work);
	(void)snprintf(dir, sizeof(dir), "%s/log", disk.root);
	status = zta_key_write_private(key, key_path, NULL);
	zta_key_close(key);
	return status == ZTA_OK ? 0 : -1;
}

static int
clean(void **state)
{
	(void)state;
	disk_forget();
	disk_free_nodes(disk.nodes);
	return nftw(work, disk_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_log_cut__is_sure_of_what_it_finds),
		cmocka_unit_test(test_log_cut__is_sure_of_names),
		cmocka_unit_test(test_log_cut__loses_nothing),
	};

	return cmocka_run_group_tests(tests, prepare, clean);
}
