/* SPDX-License-Identifier: Apache-2.0 */
/* test_pack.c - packs and bundles. SPEC: docs/formats/sync.md */
#include "tests.h"

#include <stdlib.h>

#include "base/deflate.h"
#include "base/limits.h"
#include "crypto/digest.h"
#include "ledger_made.h"
#include "pap/bundle.h"
#include "pap/git_pack.h"

#define COMMITS 3

typedef struct fixture {
	zta_arena arena;
	zta_ledger ledger;
	zta_oid commits[COMMITS];
} fixture;

static int
set_up(void **state)
{
	static fixture f;
	const zta_oid none = { { 0 } };
	zta_store_move move = { .ref = ZTA_LEDGER_MAIN };
	int i;

	zta_arena__init(&f.arena, SIZE_MAX);
	f.ledger.name = ZTA_STR("z/shop");
	assert_int_equal(
	    zta_store__open(&f.ledger.store, "memory:", NULL), ZTA_OK);
	assert_int_equal(
	    zta_store__ledger_create(f.ledger.store, f.ledger.name, NULL),
	    ZTA_OK);
	for (i = 0; i < COMMITS; i++) {
		f.commits[i] = make_commit(
		    &f.ledger, i == 0 ? NULL : &f.commits[i - 1], &"three"[i]);
		move.from = i == 0 ? none : f.commits[i - 1];
		move.to = f.commits[i];
		assert_int_equal(zta_store__ref_move(f.ledger.store,
				     f.ledger.name, &move, NULL),
		    ZTA_OK);
	}
	*state = &f;
	return 0;
}

static int
tear_down(void **state)
{
	fixture *f = *state;

	zta_store__close(f->ledger.store);
	zta_arena__release(&f->arena);
	return 0;
}

static zta_str
keep(fixture *f, zta_buf *buf)
{
	zta_str bytes = zta_arena__copy(&f->arena, zta_buf__str(buf));

	assert_int_equal(buf->status, ZTA_OK);
	zta_buf__release(buf);
	return bytes;
}

static zta_str
bundle_of(fixture *f, int base)
{
	const zta_oid none = { { 0 } };
	zta_buf buf;

	zta_buf__init(&buf, SIZE_MAX);
	assert_int_equal(zta_bundle__write(&f->ledger,
			     base < 0 ? &none : &f->commits[base], &buf, NULL),
	    ZTA_OK);
	return keep(f, &buf);
}

static zta_str
pack_of(fixture *f, const zta_store_object *objects, uint32_t count)
{
	zta_pack pack;
	zta_buf buf;
	uint32_t i;

	zta_buf__init(&buf, SIZE_MAX);
	zta_pack__begin(&pack, &buf, count);
	for (i = 0; i < count; i++) {
		zta_pack__put(&pack, objects[i].kind, objects[i].body);
	}
	zta_pack__end(&pack);
	return keep(f, &buf);
}

static void
test_bundle__carries_a_history(void **state)
{
	fixture *f = *state;
	zta_bundle all, some;

	assert_int_equal(
	    zta_bundle__read(&f->arena, bundle_of(f, -1), &all, NULL), ZTA_OK);
	assert_true(zta_oid__eq(&all.head, &f->commits[COMMITS - 1]));
	/* Blobs a/same and b, trees a and the root, a commit; then b anew. */
	assert_int_equal(all.count, 5 + 3 * (COMMITS - 1));
	assert_true(zta_oid__eq(
	    &all.list[all.count - 1].oid, &f->commits[COMMITS - 1]));
	assert_int_equal(
	    zta_bundle__read(&f->arena, bundle_of(f, 1), &some, NULL), ZTA_OK);
	assert_int_equal(some.count, 3);
}

static void
test_pack__has_sizes_of_all_lengths(void **state)
{
	static const size_t sizes[] = { 0, 1, 15, 16, 2047, 2048, 262143,
		262144, 1000003 };
	fixture *f = *state;
	char *text = calloc(1, 1000003);
	zta_store_object object = { .kind = ZTA_OBJECT_BLOB }, *read;
	zta_str bytes;
	uint32_t count;
	size_t i;

	assert_non_null(text);
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		object.body = (zta_str){ text, sizes[i] };
		bytes = pack_of(f, &object, 1);
		assert_int_equal(
		    zta_pack__read(&f->arena, bytes, &read, &count, NULL),
		    ZTA_OK);
		assert_int_equal(count, 1);
		assert_true(zta_str__eq(read[0].body, object.body));
	}
	free(text);
}

/* --- hostile input */

static void
is_refused(fixture *f, zta_str bytes)
{
	zta_bundle bundle;
	zta_error err = { 0 };
	zta_arena arena;

	(void)f;
	zta_arena__init(&arena, (size_t)1 << 22);
	assert_int_not_equal(
	    zta_bundle__read(&arena, bytes, &bundle, &err), ZTA_OK);
	assert_null(bundle.list);
	assert_true(err.line > 0 || memcmp(err.place, "pack, byte ", 11) == 0);
	zta_arena__release(&arena);
}

static void
test_bundle__refuses_every_cut(void **state)
{
	fixture *f = *state;
	zta_str bytes = bundle_of(f, -1);
	char *cut;
	size_t len;

	for (len = 0; len < bytes.len; len++) {
		cut = malloc(len + (len == 0));
		assert_non_null(cut);
		memcpy(cut, bytes.ptr, len);
		is_refused(f, (zta_str){ cut, len });
		free(cut);
	}
}

/* In the pack; the head has ids, and whether they are there is seen later. */
static void
test_bundle__refuses_every_changed_byte(void **state)
{
	fixture *f = *state;
	zta_str bytes = bundle_of(f, -1);
	char *changed = malloc(bytes.len);
	size_t i = (size_t)((char *)memmem(bytes.ptr, bytes.len, "PACK", 4) -
	    bytes.ptr);

	assert_non_null(changed);
	memcpy(changed, bytes.ptr, bytes.len);
	for (; i < bytes.len; i++) {
		changed[i] = (char)(bytes.ptr[i] ^ 0x10);
		is_refused(f, (zta_str){ changed, bytes.len });
		changed[i] = bytes.ptr[i];
	}
	free(changed);
}

static void
test_bundle__refuses_other_heads(void **state)
{
	static const char *const heads[] = { "# v2 git bundle\n\n",
		"# v3 git bundle\n\n",
		"# v3 git bundle\n@object-format=sha1\n\n",
		"# v3 git bundle\n@filter=blob:none\n\n",
		"# v3 git bundle\nab refs/heads/main\n\n",
		"# v3 git bundle\n-\n\n", "# v3 git bundle\n\n\n" };
	fixture *f = *state;
	size_t i;

	for (i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		is_refused(f, zta_str_of(heads[i]));
	}
}

/* An entry as it is, with a digest that fits. */
static zta_str
sealed(fixture *f, uint32_t count, zta_str entries)
{
	unsigned char digest[ZTA_SHA256_LEN];
	zta_buf buf;

	zta_buf__init(&buf, SIZE_MAX);
	zta_buf__put(&buf, (zta_str){ "PACK\0\0\0\2\0\0\0", 11 });
	zta_buf__byte(&buf, (char)count);
	zta_buf__put(&buf, entries);
	zta_digest__sha256(zta_buf__str(&buf), digest);
	zta_buf__put(&buf, (zta_str){ (char *)digest, sizeof(digest) });
	return keep(f, &buf);
}

#define ENTRY(text, count, where, rule)                        \
	{                                                      \
		{ text, sizeof(text) - 1 }, count, where, rule \
	}
#define EMPTY "\x78\x9c\x03\0\0\0\0\1"

static void
test_pack__refuses_what_is_sealed(void **state)
{
	static const struct {
		zta_str entries;
		uint32_t count;
		const char *place, *message;
	} cases[] = {
		ENTRY("\x30" EMPTY, 1, NULL, NULL),
		ENTRY("\x30" EMPTY, 2, "pack, byte 21", "cut off"),
		ENTRY("\x30" EMPTY, 0, "pack, byte 12", "follows"),
		ENTRY("\x31" EMPTY, 1, "pack, byte 12", "malformed"),
		ENTRY("\x30\x78", 1, "pack, byte 12", "malformed"),
		ENTRY("\x40" EMPTY, 1, "pack, byte 12", "of this kind"),
		ENTRY("\x00" EMPTY, 1, "pack, byte 12", "of this kind"),
		ENTRY("\x60\1" EMPTY, 1, "pack, byte 12", "is a delta"),
		ENTRY("\x70" EMPTY, 1, "pack, byte 12", "is a delta"),
		ENTRY("\xbf\xff\xff\xff\xff\x7f" EMPTY, 1, "pack, byte 12",
		    "too large"),
		ENTRY("\xb0\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 1,
		    "pack, byte 12", "cut off"),
		ENTRY("\x20" EMPTY, 1, "pack, byte 12: tree", "has an entry"),
		ENTRY("", 255, "pack, byte 8", "cut off"),
	};
	fixture *f = *state;
	zta_store_object *list;
	uint32_t count;
	size_t i;
	zta_error err;
	zta_status status;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		err = (zta_error){ 0 };
		status = zta_pack__read(&f->arena,
		    sealed(f, cases[i].count, cases[i].entries), &list, &count,
		    &err);
		if (cases[i].place == NULL) {
			assert_int_equal(status, ZTA_OK);
			continue;
		}
		assert_int_not_equal(status, ZTA_OK);
		assert_string_equal(err.place, cases[i].place);
		assert_non_null(strstr(err.message, cases[i].message));
	}
}

/* A few bytes that swell are stopped by what they may come to together. */
static void
test_inflate__is_bounded(void **state)
{
	char *zeros = calloc(1, 1 << 20);
	zta_buf packed, out;
	size_t used;
	char room[17];

	(void)state;
	assert_non_null(zeros);
	zta_buf__init(&packed, SIZE_MAX);
	zta_deflate__put(&packed, (zta_str){ zeros, 1 << 20 });
	assert_true(packed.len < 4096);
	assert_int_equal(
	    zta_inflate__exactly(zta_buf__str(&packed), room, 16, &used, NULL),
	    ZTA_EINVALID);
	zta_buf__init(&out, 1000);
	assert_int_equal(
	    zta_inflate__gzip(zta_buf__str(&packed), &out, NULL), ZTA_EINVALID);
	zta_buf__release(&packed);
	zta_buf__release(&out);
	free(zeros);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bundle__carries_a_history),
		cmocka_unit_test(test_pack__has_sizes_of_all_lengths),
		cmocka_unit_test(test_bundle__refuses_every_cut),
		cmocka_unit_test(test_bundle__refuses_every_changed_byte),
		cmocka_unit_test(test_bundle__refuses_other_heads),
		cmocka_unit_test(test_pack__refuses_what_is_sealed),
		cmocka_unit_test(test_inflate__is_bounded),
	};

	return cmocka_run_group_tests_name("pack", tests, set_up, tear_down);
}
