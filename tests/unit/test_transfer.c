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

static zta_str
fetch_so(fixture *f, int want, int have, bool differences)
{
	zta_buf buf;
	zta_str bytes;

	zta_buf__init(&buf, ZTA_TRANSFER_MAX);
	assert_int_equal(zta_transfer__fetch(&f->ledger, &f->commits[want],
			     have < 0 ? NULL : &f->commits[have], have >= 0,
			     differences, &buf, NULL),
	    ZTA_OK);
	bytes = zta_arena__copy(&f->arena, zta_buf__str(&buf));
	zta_buf__release(&buf);
	return bytes;
}

/* A transfer of the commits from `have` (-1: none) on; in the arena. */
static zta_str
fetch(fixture *f, int want, int have)
{
	return fetch_so(f, want, have, false);
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
				     fetch(f, i, i - 1), NULL, &transfer, NULL),
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

	assert_int_equal(zta_transfer__read(
			     &f->arena, fetch(f, 1, 1), NULL, &transfer, NULL),
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
	assert_int_equal(zta_transfer__read(
			     &f->arena, fetch(f, 2, -1), NULL, &transfer, NULL),
	    ZTA_OK);
	assert_true(
	    zta_oid__eq(&transfer.list[transfer.count - 1].oid, &large));
	f->commits[1] = large;
	assert_int_equal(zta_transfer__read(
			     &f->arena, fetch(f, 2, 1), NULL, &transfer, NULL),
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
	assert_int_equal(zta_transfer__fetch(&f->ledger, &f->commits[0], NULL,
			     0, false, &buf, &err),
	    ZTA_ELIMIT);
	zta_buf__release(&buf);
	zta_buf__init(&buf, SIZE_MAX);
	assert_int_equal(zta_transfer__fetch(
			     &f->ledger, &unknown, NULL, 0, false, &buf, &err),
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
	    zta_transfer__read(&arena, bytes, NULL, &transfer, &err), ZTA_OK);
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
	    zta_transfer__read(&f->arena, bytes, NULL, &plain, NULL), ZTA_OK);
	assert_int_equal(
	    zta_transfer__read(&f->arena, packed, NULL, &transfer, NULL),
	    ZTA_OK);
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

/* --- differences */

/* One policy of many: what is sent is that, and little else. */
static void
make_versions(fixture *f)
{
	zta_buf text;
	int i, n;

	zta_buf__init(&text, SIZE_MAX);
	for (i = 0; i < COMMITS; i++) {
		zta_buf__clear(&text);
		for (n = 0; n < 200; n++) {
			zta_buf__printf(&text,
			    "permit (principal, action, resource == R::\"%d\")"
			    " when { principal.level > %d };\n",
			    n, n == 100 ? 1000 + i : n);
		}
		f->commits[i] = make_commit(
		    &f->ledger, i == 0 ? NULL : &f->commits[i - 1], text.ptr);
	}
	zta_buf__release(&text);
}

static void
are_same(const zta_transfer *a, const zta_transfer *b)
{
	uint32_t i;

	assert_int_equal(a->count, b->count);
	for (i = 0; i < a->count; i++) {
		assert_true(zta_oid__eq(&a->list[i].oid, &b->list[i].oid));
		assert_int_equal(a->list[i].kind, b->list[i].kind);
		assert_true(zta_str__eq(a->list[i].body, b->list[i].body));
	}
}

/* The base is at the receiver, or came before. */
static void
test_transfer__differences(void **state)
{
	fixture *f = *state;
	zta_object_source source = zta_ledger__source(&f->ledger);
	zta_transfer whole, transfer;
	zta_str bytes;

	make_versions(f);
	bytes = fetch_so(f, 2, 1, true);
	assert_true(bytes.len < 1000);
	assert_int_equal(
	    zta_transfer__read(&f->arena, bytes, &source, &transfer, NULL),
	    ZTA_OK);
	assert_int_equal(
	    zta_transfer__read(&f->arena, fetch(f, 2, 1), NULL, &whole, NULL),
	    ZTA_OK);
	are_same(&transfer, &whole);
	bytes = fetch_so(f, 2, -1, true);
	assert_true(bytes.len < fetch(f, 0, -1).len + 2000);
	assert_int_equal(
	    zta_transfer__read(&f->arena, bytes, NULL, &transfer, NULL),
	    ZTA_OK);
	assert_int_equal(
	    zta_transfer__read(&f->arena, fetch(f, 2, -1), NULL, &whole, NULL),
	    ZTA_OK);
	are_same(&transfer, &whole);
}

/* A receiver who has not got the base takes nothing. */
static void
test_transfer__needs_the_base(void **state)
{
	fixture *f = *state;
	zta_object_source source = zta_ledger__source(&f->copy);
	zta_transfer transfer;
	zta_error err;

	make_versions(f);
	is_refused(f, fetch_so(f, 2, 1, true), NULL);
	assert_int_equal(zta_transfer__read(&f->arena, fetch_so(f, 2, 1, true),
			     &source, &transfer, &err),
	    ZTA_EINVALID);
	assert_string_equal(
	    err.message, "the base of the difference is not here");
	assert_int_equal(transfer.count, 0);
}

static zta_status
read_other(void *from, const zta_oid *oid, zta_object_kind kind,
    zta_arena *arena, zta_str *body, zta_error *err)
{
	(void)from;
	(void)oid;
	(void)kind;
	(void)arena;
	(void)err;
	*body = ZTA_STR("something else");
	return ZTA_OK;
}

/* Nor does one whose store has something else under its id. */
static void
test_transfer__verifies_the_base(void **state)
{
	fixture *f = *state;
	const zta_object_source source = { read_other, NULL, false };
	zta_transfer transfer;

	make_versions(f);
	assert_int_equal(zta_transfer__read(&f->arena, fetch_so(f, 2, 1, true),
			     &source, &transfer, NULL),
	    ZTA_EINVALID);
}

/* What differences name and make is counted by both sides. */
static void
test_transfer__differences_have_an_end(void **state)
{
	fixture *f = *state;
	zta_object_source source = zta_ledger__source(&f->ledger);
	zta_oid base, other;
	zta_ledger_need need = { .kind = ZTA_OBJECT_BLOB };
	size_t differ = 0, len = (size_t)1 << 20, i;
	char *text = calloc(1, len);
	zta_transfer transfer;
	zta_error err;
	zta_buf out;

	assert_non_null(text);
	base = make_object(&f->ledger, ZTA_OBJECT_BLOB, (zta_str){ text, len });
	text[7] = 'x';
	other =
	    make_object(&f->ledger, ZTA_OBJECT_BLOB, (zta_str){ text, len });
	need.oid = other;
	need.base = base;
	zta_buf__init(&out, SIZE_MAX);
	zta_transfer__begin(&out, true);
	for (i = 0; i < 64; i++) {
		assert_int_equal(zta_transfer__put_from(&out, &f->ledger, &need,
				     &differ, &f->arena, NULL),
		    ZTA_OK);
	}
	assert_true(out.len < 64 * 100);
	assert_int_equal(differ, ZTA_TRANSFER_DIFFERENCES_MAX);
	is_refused(f, ended(f, zta_buf__str(&out)), NULL);
	assert_int_equal(
	    zta_transfer__read(&f->arena, ended(f, zta_buf__str(&out)), &source,
		&transfer, NULL),
	    ZTA_OK);
	/* One more is sent whole, and would be refused as a difference. */
	i = out.len;
	assert_int_equal(zta_transfer__put_from(
			     &out, &f->ledger, &need, &differ, &f->arena, NULL),
	    ZTA_OK);
	assert_true(out.len > i + len);
	out.len = i;
	differ = 0;
	assert_int_equal(zta_transfer__put_from(
			     &out, &f->ledger, &need, &differ, &f->arena, NULL),
	    ZTA_OK);
	assert_int_equal(
	    zta_transfer__read(&f->arena, ended(f, zta_buf__str(&out)), &source,
		&transfer, &err),
	    ZTA_ELIMIT);
	zta_buf__release(&out);
	free(text);
}

#define BYTES(text)                    \
	{                              \
		text, sizeof(text) - 1 \
	}
#define HEAD "ZTAT\001"
#define HEAD_3 "ZTAT\003"
/* The blob "x", and its id. */
#define X "\003\0\0\0\1x"
#define X_ID                                                               \
	"\x4b\x6c\xea\x43\xda\x6e\x13\xc2\x4f\x19\x1b\xcb\x97\xb5\x1a\x58" \
	"\x78\x1d\x1c\xcd\xd8\x28\x1d\x96\x29\x1a\x25\x82\xf5\x17\x7b\x78"
/* A tree of it, and its id. */
#define TREE            \
	"\002\0\0\0\51" \
	"100644 a\0" X_ID
#define TREE_ID                                                            \
	"\xe8\x33\xea\x02\x10\x90\xcf\x3e\xf1\xc1\x4e\x4f\x6f\xbd\xad\xc1" \
	"\x26\x30\x7d\x8c\xa5\x8b\x8b\x92\x56\x52\x01\x26\x01\xb4\xc2\x5c"

/* What a sender says who knows how to make the digest. */
static void
test_transfer__refuses_what_is_signed_off(void **state)
{
	static const struct {
		zta_str bytes;
		const char *place;
	} cases[] = {
		{ BYTES("ZTAT\004"), "transfer, byte 0" },
		{ BYTES("ZTAB\001"), "transfer, byte 0" },
		{ BYTES(HEAD "\007\0\0\0\1x"), "transfer, byte 5" },
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
		{ BYTES(HEAD_3 "\004\0\0\0\1x"), "transfer, byte 5" },
		{ BYTES(HEAD_3 "\005\0\0\0\1x"), "transfer, byte 5" },
		{ BYTES(HEAD_3 X "\007\0\0\0\1x"), "transfer, byte 11" },
		{ BYTES(HEAD_3 X "\007\0\0\0\43" X_ID "\0\0\0"),
		    "transfer, byte 11" },
		/* It makes less, too much, and what reaches too far. */
		{ BYTES(HEAD_3 X "\007\0\0\0\44" X_ID "\0\0\0\1"),
		    "transfer, byte 11" },
		{ BYTES(HEAD_3 X "\007\0\0\0\44" X_ID "\xff\xff\xff\xff"),
		    "transfer, byte 11" },
		{ BYTES(HEAD_3 X "\007\0\0\0\60" X_ID "\0\0\0\2"
				 "\0\0\0\0\0\0\0\0\0\0\0\2"),
		    "transfer, byte 11" },
		/* The base is a blob, and comes first. */
		{ BYTES(HEAD_3 X "\006\0\0\0\60" X_ID "\0\0\0\1"
				 "\0\0\0\0\0\0\0\0\0\0\0\1"),
		    "transfer, byte 11" },
		{ BYTES(HEAD_3 "\007\0\0\0\60" X_ID "\0\0\0\1"
			       "\0\0\0\0\0\0\0\0\0\0\0\1" X),
		    "transfer, byte 5" },
		/* What is made is looked at. */
		{ BYTES(HEAD_3 TREE "\006\0\0\0\61" TREE_ID "\0\0\0\1"
				    "\0\0\0\1x\0\0\0\0\0\0\0\0"),
		    "transfer, byte 51: tree entry 1, byte 0" },
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
		    test_transfer__differences, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_transfer__needs_the_base, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_transfer__verifies_the_base, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_transfer__differences_have_an_end, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_transfer__refuses_what_is_signed_off, set_up,
		    tear_down),
	};

	return cmocka_run_group_tests_name("transfer", tests, NULL, NULL);
}
