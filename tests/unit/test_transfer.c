/* SPDX-License-Identifier: Apache-2.0 */
/* test_transfer.c - objects between stores. SPEC: docs/formats/sync.md */
#include "tests.h"

#include <stdlib.h>

#include "base/deflate.h"
#include "base/limits.h"
#include "crypto/digest.h"
#include "ledger_made.h"
#include "pap/transfer.h"

#define COMMITS 3

typedef struct fixture {
	zta_arena arena;
	zta_store *from, *to;
	zta_ledger ledger, copy;
	zta_oid commits[COMMITS];
} fixture;

static zta_store *
store_with(zta_str ledger)
{
	zta_store *store;

	assert_int_equal(zta_store__open(&store, "memory:", NULL), ZTA_OK);
	assert_int_equal(zta_store__ledger_create(store, ledger, NULL), ZTA_OK);
	return store;
}

static int
set_up(void **state)
{
	static fixture f;

	zta_arena__init(&f.arena, SIZE_MAX);
	f.from = store_with(ZTA_STR("z/shop"));
	f.to = store_with(ZTA_STR("z/copy"));
	f.ledger = (zta_ledger){ f.from, ZTA_STR("z/shop") };
	f.copy = (zta_ledger){ f.to, ZTA_STR("z/copy") };
	f.commits[0] = make_commit(&f.ledger, NULL, "one");
	f.commits[1] = make_commit(&f.ledger, &f.commits[0], "two");
	f.commits[2] = make_commit(&f.ledger, &f.commits[1], "three");
	*state = &f;
	return 0;
}

static int
tear_down(void **state)
{
	fixture *f = *state;

	zta_store__close(f->from);
	zta_store__close(f->to);
	zta_arena__release(&f->arena);
	return 0;
}

/* A transfer of the commits from `have` (-1: none) on; in the arena. */
static zta_str
fetch(fixture *f, int want, int have)
{
	zta_buf buf;
	zta_str bytes;

	zta_buf__init(&buf, ZTA_TRANSFER_MAX);
	assert_int_equal(
	    zta_transfer__fetch(&f->ledger, &f->commits[want],
		have < 0 ? NULL : &f->commits[have], have >= 0, &buf, NULL),
	    ZTA_OK);
	bytes = zta_arena__copy(&f->arena, zta_buf__str(&buf));
	zta_buf__release(&buf);
	return bytes;
}

/* What begins so, with an end that fits. */
static zta_str
ended(fixture *f, zta_str bytes)
{
	zta_buf buf;
	zta_str out;

	zta_buf__init(&buf, SIZE_MAX);
	zta_buf__put(&buf, bytes);
	zta_transfer__end(&buf);
	out = zta_arena__copy(&f->arena, zta_buf__str(&buf));
	zta_buf__release(&buf);
	return out;
}

static void
test_transfer__carries_a_history(void **state)
{
	fixture *f = *state;
	zta_transfer transfer;
	zta_tree tree;
	bool yes;
	int i;

	for (i = 0; i < COMMITS; i++) {
		assert_int_equal(zta_transfer__read(&f->arena,
				     fetch(f, i, i - 1), &transfer, NULL),
		    ZTA_OK);
		assert_int_equal(
		    transfer.list[transfer.count - 1].kind, ZTA_OBJECT_COMMIT);
		assert_int_equal(zta_store__object_put(f->to, f->copy.name,
				     transfer.list, transfer.count, NULL),
		    ZTA_OK);
		assert_int_equal(zta_ledger__files(&f->copy, &f->commits[i],
				     &f->arena, &tree, NULL),
		    ZTA_OK);
		assert_int_equal(tree.count, 2);
	}
	assert_int_equal(zta_ledger__descends(&f->copy, &f->commits[0],
			     &f->commits[COMMITS - 1], &yes, NULL),
	    ZTA_OK);
	assert_true(yes);
}

static void
test_transfer__may_be_empty(void **state)
{
	fixture *f = *state;
	zta_transfer transfer;

	assert_int_equal(
	    zta_transfer__read(&f->arena, fetch(f, 1, 1), &transfer, NULL),
	    ZTA_OK);
	assert_int_equal(transfer.count, 0);
}

/* A large commit ends an answer, so that the next one goes on behind it. */
static void
test_transfer__ends_early_with_a_commit(void **state)
{
	fixture *f = *state;
	char *text = malloc(ZTA_TRANSFER_PART + 1);
	zta_transfer transfer;
	zta_oid large;

	assert_non_null(text);
	memset(text, 'x', ZTA_TRANSFER_PART);
	text[ZTA_TRANSFER_PART] = '\0';
	large = make_commit(&f->ledger, &f->commits[0], text);
	free(text);
	f->commits[2] = make_commit(&f->ledger, &large, "after it");
	assert_int_equal(
	    zta_transfer__read(&f->arena, fetch(f, 2, -1), &transfer, NULL),
	    ZTA_OK);
	assert_true(
	    zta_oid__eq(&transfer.list[transfer.count - 1].oid, &large));
	f->commits[1] = large;
	assert_int_equal(
	    zta_transfer__read(&f->arena, fetch(f, 2, 1), &transfer, NULL),
	    ZTA_OK);
	assert_true(zta_oid__eq(
	    &transfer.list[transfer.count - 1].oid, &f->commits[2]));
}

static void
test_transfer__says_what_it_cannot_send(void **state)
{
	fixture *f = *state;
	const zta_oid unknown = { "?" };
	zta_error err;
	zta_buf buf;

	zta_buf__init(&buf, 64);
	assert_int_equal(zta_transfer__fetch(
			     &f->ledger, &f->commits[0], NULL, 0, &buf, &err),
	    ZTA_ELIMIT);
	zta_buf__release(&buf);
	zta_buf__init(&buf, SIZE_MAX);
	assert_int_equal(
	    zta_transfer__fetch(&f->ledger, &unknown, NULL, 0, &buf, &err),
	    ZTA_ENOTFOUND);
	zta_buf__release(&buf);
}

/* --- hostile input */

static void
is_refused(fixture *f, zta_str bytes, const char *place)
{
	zta_transfer transfer = { (void *)f, 7 };
	zta_error err = { 0 };
	zta_arena arena;

	zta_arena__init(&arena, (size_t)1 << 20);
	assert_int_not_equal(
	    zta_transfer__read(&arena, bytes, &transfer, &err), ZTA_OK);
	assert_null(transfer.list);
	assert_int_equal(transfer.count, 0);
	assert_memory_equal(err.place, "transfer, byte ", 15);
	assert_int_not_equal(err.message[0], '\0');
	if (place != NULL) {
		assert_string_equal(err.place, place);
	}
	zta_arena__release(&arena);
}

/* The copy is as long as what is read: a byte too many is found by sanitizers. */
static void
test_transfer__refuses_every_cut(void **state)
{
	fixture *f = *state;
	zta_str bytes = fetch(f, 2, -1);
	char *cut;
	size_t len;

	for (len = 0; len < bytes.len; len++) {
		cut = malloc(len + (len == 0));
		assert_non_null(cut);
		memcpy(cut, bytes.ptr, len);
		is_refused(f, (zta_str){ cut, len }, NULL);
		free(cut);
	}
}

static void
test_transfer__refuses_every_changed_byte(void **state)
{
	static const char masks[] = { 0x01, 0x04, (char)0x80, (char)0xff };
	fixture *f = *state;
	zta_str bytes = fetch(f, 2, -1);
	char *changed = malloc(bytes.len);
	size_t i, k;

	assert_non_null(changed);
	memcpy(changed, bytes.ptr, bytes.len);
	for (i = 0; i < bytes.len; i++) {
		for (k = 0; k < sizeof(masks); k++) {
			changed[i] = (char)(bytes.ptr[i] ^ masks[k]);
			is_refused(f, (zta_str){ changed, bytes.len }, NULL);
		}
		changed[i] = bytes.ptr[i];
	}
	free(changed);
}

/* A history that is worth it, compressed; in the arena. */
static zta_str
pack(fixture *f)
{
	zta_buf buf;
	zta_str bytes = fetch(f, 2, -1), packed;

	zta_buf__init(&buf, SIZE_MAX);
	zta_transfer__pack(&buf, bytes);
	packed = zta_arena__copy(&f->arena, zta_buf__str(&buf));
	zta_buf__release(&buf);
	assert_true(packed.len < bytes.len);
	return packed;
}

static void
test_transfer__packed(void **state)
{
	fixture *f = *state;
	zta_str packed = pack(f), bytes = fetch(f, 2, -1);
	zta_transfer plain, transfer;
	uint32_t i;
	char *changed = malloc(packed.len);
	zta_buf buf;

	assert_int_equal(
	    zta_transfer__read(&f->arena, bytes, &plain, NULL), ZTA_OK);
	assert_int_equal(
	    zta_transfer__read(&f->arena, packed, &transfer, NULL), ZTA_OK);
	assert_int_equal(transfer.count, plain.count);
	for (i = 0; i < plain.count; i++) {
		assert_true(
		    zta_oid__eq(&transfer.list[i].oid, &plain.list[i].oid));
		assert_true(
		    zta_str__eq(transfer.list[i].body, plain.list[i].body));
	}
	assert_non_null(changed);
	memcpy(changed, packed.ptr, packed.len);
	for (i = 0; i < packed.len; i++) {
		is_refused(f, (zta_str){ changed, i }, NULL);
		changed[i] ^= 4;
		is_refused(f, (zta_str){ changed, packed.len }, NULL);
		changed[i] ^= 4;
	}
	free(changed);
	/* Nothing follows it, and none is in another. */
	zta_buf__init(&buf, SIZE_MAX);
	zta_buf__put(&buf, packed);
	zta_buf__byte(&buf, 'x');
	is_refused(f, zta_buf__str(&buf), NULL);
	zta_buf__clear(&buf);
	zta_buf__text(&buf, "ZTAT\002");
	zta_buf__put(&buf, (zta_str){ "\0\0\0\5", 4 });
	zta_deflate__put(&buf, ZTA_STR("ZTAT\002"));
	is_refused(f, zta_buf__str(&buf), "transfer, byte 0");
	zta_buf__release(&buf);
}

/* A little body must not take much memory. */
static void
test_transfer__bomb(void **state)
{
	fixture *f = *state;
	size_t len = (size_t)4 << 20;
	char *zeros = calloc(1, len);
	zta_buf buf;

	assert_non_null(zeros);
	zta_buf__init(&buf, SIZE_MAX);
	zta_transfer__pack(&buf, (zta_str){ zeros, len });
	assert_int_equal(buf.len, len);
	zta_buf__clear(&buf);
	zta_buf__put(&buf, ZTA_STR("ZTAT\002"));
	zta_buf__put(&buf, (zta_str){ "\0\x40\0\0", 4 });
	zta_deflate__put(&buf, (zta_str){ zeros, len });
	is_refused(f, zta_buf__str(&buf), "transfer, byte 5");
	zta_buf__release(&buf);
	free(zeros);
}

#define BYTES(text)                    \
	{                              \
		text, sizeof(text) - 1 \
	}
#define HEAD "ZTAT\001"

/* What a sender says who knows how to make the digest. */
static void
test_transfer__refuses_what_is_signed_off(void **state)
{
	static const struct {
		zta_str bytes;
		const char *place;
	} cases[] = {
		{ BYTES("ZTAT\003"), "transfer, byte 0" },
		{ BYTES("ZTAB\001"), "transfer, byte 0" },
		{ BYTES(HEAD "\004\0\0\0\1x"), "transfer, byte 5" },
		{ BYTES(HEAD "\005\0\0\0\1x"), "transfer, byte 5" },
		{ BYTES(HEAD "\xff\0\0\0\1x"), "transfer, byte 5" },
		{ BYTES(HEAD "\003\0\0\0\1x\003\0\0\1\1x"),
		    "transfer, byte 11" },
		{ BYTES(HEAD "\003\xff\xff\xff\xffx"), "transfer, byte 5" },
		{ BYTES(HEAD "\003\0\0\0\1x\0"), "transfer, byte 11" },
		{ BYTES(HEAD "\002\0\0\0\0"), "transfer, byte 5: tree" },
		{ BYTES(HEAD "\003\0\0\0\1x\002\0\0\0\1x"),
		    "transfer, byte 11: tree entry 1, byte 0" },
		{ BYTES(HEAD "\001\0\0\0\2\n\n"),
		    "transfer, byte 5: commit header" },
	};
	fixture *f = *state;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		is_refused(f, ended(f, cases[i].bytes), cases[i].place);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_transfer__carries_a_history, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_transfer__may_be_empty, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_transfer__ends_early_with_a_commit, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_transfer__says_what_it_cannot_send, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_transfer__refuses_every_cut, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_transfer__refuses_every_changed_byte, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(
		    test_transfer__packed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_transfer__bomb, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_transfer__refuses_what_is_signed_off, set_up,
		    tear_down),
	};

	return cmocka_run_group_tests_name("transfer", tests, NULL, NULL);
}
