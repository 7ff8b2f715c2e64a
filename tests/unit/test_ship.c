/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_ship.c - a log on its way to another server: batches, the copy that
 * grows of them, and who may send. SPEC: docs/formats/ship.md
 */
#include "tests.h"

#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "log/copy.h"
#include "log/nodes.h"
#include "log_made.h"
#include "ztauth/log.h"

#define ENTRIES 300

static zta_key *log_key;
static zta_note_key name;
static char vkey[ZTA_NOTE_VKEY_MAX];
static char copy_dir[80];

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

static int
set_up(void **state)
{
	int code = setup(state);

	(void)snprintf(copy_dir, sizeof(copy_dir), "%s/copy", dir);
	fail_write = fail_sync = 0;
	return code;
}

/* --- a node, and what it sends */

typedef struct node {
	zta_log *log;
	zta_log_view *view;
	zta_log_head head;
	zta_buf note, batch;
} node;

/* It has signed for all that it has. */
static void
sign_head(node *n)
{
	zta_buf text;

	zta_buf__init(&text, SIZE_MAX);
	assert_int_equal(
	    zta_log_tree__head(zta_log__tree(n->log), &n->head, NULL), ZTA_OK);
	zta_checkpoint__put(&text, zta_str_of(name.name), &n->head);
	zta_buf__clear(&n->note);
	assert_int_equal(
	    zta_note__sign(&n->note, zta_buf__str(&text), &name, log_key, NULL),
	    ZTA_OK);
	zta_buf__release(&text);
}

static void
grow(node *n, const char *action, int count)
{
	while (count-- > 0) {
		assert_int_equal(append(n->log, action).status, ZTA_OK);
	}
	sign_head(n);
}

/* Its log is in the folder `sub`. */
static node
open_node(const char *sub)
{
	const zta_log_options options = { .lanes = 1, .segment_max = 4096 };
	char path[128];
	node n = { 0 };
	zta_log_found found;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, sub);
	assert_int_equal(
	    zta_log__open(&n.log, path, &options, &found, NULL), ZTA_OK);
	assert_int_equal(zta_log_view__open(&n.view, path, NULL), ZTA_OK);
	zta_buf__init(&n.note, SIZE_MAX);
	zta_buf__init(&n.batch, SIZE_MAX);
	return n;
}

static void
close_node(node *n)
{
	zta_buf__release(&n->note);
	zta_buf__release(&n->batch);
	zta_log_view__close(n->view);
	zta_log__close(n->log);
}

/* A batch from `from` on with about so many bytes of entries; where it ends. */
static uint64_t
make(node *n, uint64_t from, size_t bytes)
{
	uint64_t end;

	zta_buf__clear(&n->batch);
	assert_int_equal(
	    zta_shipment__make(n->view, from, zta_buf__str(&n->note), &n->head,
		bytes, &n->batch, &end, NULL),
	    ZTA_OK);
	return end;
}

static zta_status
take(zta_log_copy *copy, const node *n)
{
	return zta_log_copy__take(copy, zta_buf__str(&n->batch), NULL);
}

static zta_log_copy *
open_copy(const zta_log_io *io)
{
	zta_log_copy *copy;
	zta_error err = { 0 };

	if (zta_log_copy__open(&copy, copy_dir, &name, io, &err) != ZTA_OK) {
		fail_msg("%s: %s", err.place, err.message);
	}
	return copy;
}

static uint64_t
size_of(zta_log_copy *copy)
{
	uint64_t size;

	assert_int_equal(zta_log_copy__size(copy, &size, NULL), ZTA_OK);
	return size;
}

static void
send_all(zta_log_copy *copy, node *n, size_t bytes)
{
	uint64_t at = size_of(copy);

	while (at < n->head.size) {
		at = make(n, at, bytes);
		assert_int_equal(take(copy, n), ZTA_OK);
		assert_int_equal(size_of(copy), at);
	}
}

static bool
exists(const char *file)
{
	char path[ZTA_ROWS_PATH_MAX];

	assert_int_equal(
	    zta_log_copy__path(path, copy_dir, file, NULL), ZTA_OK);
	return access(path, F_OK) == 0;
}

/* The copy has the bytes of the node, and what it signed covers all of it. */
static void
assert_same(node *n)
{
	zta_log_verified done;
	zta_log_view *view;
	zta_error err = { 0 };
	zta_buf a, b;
	uint64_t i;

	if (zta_log_verify(copy_dir, zta_str_of(vkey), ZTA_STR(""), &done,
		&err) != ZTA_OK) {
		fail_msg("%s: %s", err.place, err.message);
	}
	assert_int_equal(done.entries, n->head.size);
	assert_int_equal(done.covered, n->head.size);
	zta_buf__init(&a, SIZE_MAX);
	zta_buf__init(&b, SIZE_MAX);
	assert_int_equal(zta_log_view__open(&view, copy_dir, NULL), ZTA_OK);
	for (i = 0; i < n->head.size; i++) {
		zta_buf__clear(&a);
		zta_buf__clear(&b);
		assert_int_equal(
		    zta_log_view__entry(n->view, i, &a, NULL), ZTA_OK);
		assert_int_equal(
		    zta_log_view__entry(view, i, &b, NULL), ZTA_OK);
		assert_true(zta_str__eq(zta_buf__str(&a), zta_buf__str(&b)));
	}
	zta_log_view__close(view);
	zta_buf__release(&a);
	zta_buf__release(&b);
}

/* --- what a path says of what is before it. SPEC: rfc6962 2.1.1 */

static void
ignore(void *context, unsigned level, const unsigned char *hash)
{
	(void)context;
	(void)level;
	(void)hash;
}

static void
test_merkle__prefix_of_every_path(void **state)
{
	static unsigned char roots[601][ZTA_SHA256_LEN];
	zta_merkle_growth *growth = calloc(1, sizeof(*growth));
	unsigned char leaf[ZTA_SHA256_LEN], root[ZTA_SHA256_LEN];
	const uint64_t sizes[] = { 1, 2, 3, 7, 8, 255, 256, 257, 300 };
	zta_merkle_source rows;
	zta_merkle_path path;
	node n = open_node("node");
	zta_buf entry;
	uint64_t i;
	size_t k;

	(void)state;
	assert_non_null(growth);
	grow(&n, "buy", ENTRIES);
	rows = zta_log_view__rows(n.view);
	zta_buf__init(&entry, SIZE_MAX);
	for (i = 0; i < ENTRIES; i++) {
		assert_int_equal(
		    rows.read(rows.context, 0, i, 1, leaf, NULL), ZTA_OK);
		zta_merkle__grow(growth, leaf, ignore, NULL);
		zta_merkle__grown_root(growth, roots[i + 1]);
	}
	for (k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
		for (i = 0; i < sizes[k]; i++) {
			assert_int_equal(
			    rows.read(rows.context, 0, i, 1, leaf, NULL),
			    ZTA_OK);
			assert_int_equal(
			    zta_merkle__prove(&rows, i, sizes[k], &path, NULL),
			    ZTA_OK);
			zta_merkle__prefix(leaf, i, sizes[k], &path, root);
			assert_memory_equal(root, roots[i + 1], sizeof(root));
		}
	}
	zta_buf__release(&entry);
	free(growth);
	close_node(&n);
}

/* --- taking */

static void
test_copy__has_what_was_sent(void **state)
{
	const size_t rooms[] = { 1, 100, 1000, ZTA_SHIPMENT_ENTRIES_MAX };
	zta_log_copy *copy;
	char command[256];
	node n = open_node("node");
	size_t i;

	(void)state;
	grow(&n, "buy", ENTRIES);
	for (i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++) {
		copy = open_copy(NULL);
		send_all(copy, &n, rooms[i]);
		grow(&n, "sell", 3);
		send_all(copy, &n, rooms[i]);
		zta_log_copy__close(copy);
		assert_same(&n);
		(void)snprintf(command, sizeof(command), "rm -r %s", copy_dir);
		assert_int_equal(system(command), 0);
	}
	close_node(&n);
}

static void
test_copy__goes_on_after_a_restart(void **state)
{
	zta_log_copy *copy;
	node n = open_node("node");
	uint64_t at = 0;

	(void)state;
	grow(&n, "buy", ENTRIES);
	while (at < n.head.size) {
		copy = open_copy(NULL);
		assert_int_equal(size_of(copy), at);
		at = make(&n, at, 2000);
		assert_int_equal(take(copy, &n), ZTA_OK);
		zta_log_copy__close(copy);
	}
	assert_same(&n);
	close_node(&n);
}

/* What came before changes nothing; what comes too early has to come again. */
static void
test_copy__takes_an_entry_once(void **state)
{
	zta_log_copy *copy = open_copy(NULL);
	node n = open_node("node");

	(void)state;
	grow(&n, "buy", ENTRIES);
	(void)make(&n, 10, 1000);
	assert_int_equal(take(copy, &n), ZTA_ECONFLICT);
	assert_int_equal(size_of(copy), 0);
	assert_true(exists(ZTA_LOG_COPY_NEWEST));
	(void)make(&n, 0, 4000);
	assert_int_equal(take(copy, &n), ZTA_OK);
	assert_int_equal(take(copy, &n), ZTA_OK);
	(void)make(&n, 3, 10);
	assert_int_equal(take(copy, &n), ZTA_OK);
	(void)make(&n, 5, 8000); /* some are there, some are new */
	assert_int_equal(take(copy, &n), ZTA_OK);
	send_all(copy, &n, 5000);
	(void)make(&n, n.head.size - 1, 1);
	assert_int_equal(take(copy, &n), ZTA_OK);
	assert_int_equal(size_of(copy), ENTRIES);
	assert_false(exists(ZTA_LOG_COPY_FORKED));
	zta_log_copy__close(copy);
	assert_same(&n);
	close_node(&n);
}

/* No bit of a batch can be another one. */
static void
test_copy__takes_nothing_damaged(void **state)
{
	zta_log_copy *copy = open_copy(NULL);
	node n = open_node("node");
	zta_status status;
	size_t i;

	(void)state;
	grow(&n, "buy", 20);
	(void)make(&n, 0, 500);
	for (i = 0; i < n.batch.len; i++) {
		n.batch.ptr[i] ^= 1;
		status = take(copy, &n);
		n.batch.ptr[i] ^= 1;
		if (status != ZTA_EINVALID && status != ZTA_EUNTRUSTED &&
		    status != ZTA_ECONFLICT) {
			fail_msg("byte %zu: %d", i, (int)status);
		}
		assert_int_equal(size_of(copy), 0);
	}
	for (i = 0; i < n.batch.len; i++) {
		assert_int_not_equal(
		    zta_log_copy__take(copy, (zta_str){ n.batch.ptr, i }, NULL),
		    ZTA_OK);
	}
	assert_false(exists(ZTA_LOG_COPY_FORKED));
	assert_int_equal(take(copy, &n), ZTA_OK);
	/* The same of entries that are there. */
	for (i = 20; i < 400; i++) {
		n.batch.ptr[i] ^= 1;
		assert_int_not_equal(take(copy, &n), ZTA_OK);
		n.batch.ptr[i] ^= 1;
	}
	assert_false(exists(ZTA_LOG_COPY_FORKED));
	zta_log_copy__close(copy);
	close_node(&n);
}

static void
test_copy__believes_one_key(void **state)
{
	zta_log_copy *copy = open_copy(NULL);
	zta_note_key mine = name;
	zta_key *other, *ours = log_key;
	node n = open_node("node");

	(void)state;
	assert_int_equal(zta_key_generate(&other, ZTA_ALG_EDDSA, NULL), ZTA_OK);
	assert_int_equal(
	    zta_note_key__of(&name, ZTA_STR("shop.example/log"), other, NULL),
	    ZTA_OK);
	log_key = other;
	grow(&n, "buy", 3);
	name = mine;
	log_key = ours;
	(void)make(&n, 0, 500);
	assert_int_equal(take(copy, &n), ZTA_EUNTRUSTED);
	assert_int_equal(size_of(copy), 0);
	assert_false(exists(ZTA_LOG_COPY_NEWEST));
	zta_key_close(other);
	zta_log_copy__close(copy);
	close_node(&n);
}

/* --- two logs under one key */

static void
assert_evidence(void)
{
	char path[ZTA_ROWS_PATH_MAX];
	unsigned char prefix[ZTA_SHA256_LEN];
	zta_log_head head;
	zta_shipment s;
	zta_arena arena;
	zta_str bytes;

	zta_arena__init(&arena, SIZE_MAX);
	assert_int_equal(
	    zta_log_copy__path(path, copy_dir, ZTA_LOG_COPY_FORKED, NULL),
	    ZTA_OK);
	assert_int_equal(
	    zta_file__read(&arena, path, ZTA_SHIPMENT_MAX, &bytes, NULL),
	    ZTA_OK);
	assert_int_equal(zta_shipment__read(bytes, &s, NULL), ZTA_OK);
	assert_int_equal(
	    zta_shipment__check(&s, &name, &head, prefix, NULL), ZTA_OK);
	zta_arena__release(&arena);
}

static void
test_copy__tells_a_fork(void **state)
{
	/* How long the other log is, and which entry it shows. */
	static const struct {
		int size;
		uint64_t from;
	} cases[] = { { 10, 9 }, { 10, 0 }, { 20, 0 }, { 20, 19 }, { 30, 19 },
		{ 30, 5 }, { 400, 7 } };
	zta_log_copy *copy;
	char sub[32], command[256];
	node n = open_node("node"), other;
	size_t i;

	(void)state;
	grow(&n, "buy", 20);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		copy = open_copy(NULL);
		send_all(copy, &n, 1000);
		(void)snprintf(sub, sizeof(sub), "other%zu", i);
		other = open_node(sub);
		grow(&other, "buy", 5);
		grow(&other, "steal", cases[i].size - 5);
		assert_true(make(&other, cases[i].from, 1) <= 20);
		assert_int_equal(take(copy, &other), ZTA_EEXIST);
		assert_int_equal(size_of(copy), 20);
		assert_evidence();
		/* What fits goes on being taken. */
		grow(&n, "buy", 1);
		send_all(copy, &n, 1000);
		zta_log_copy__close(copy);
		close_node(&other);
		assert_same(&n);
		close_node(&n);
		(void)snprintf(command, sizeof(command), "rm -r %s %s/node",
		    copy_dir, dir);
		assert_int_equal(system(command), 0);
		n = open_node("node");
		grow(&n, "buy", 20);
	}
	close_node(&n);
}

/* A log that was put back, and has nothing new yet, is none. */
static void
test_copy__takes_an_older_checkpoint(void **state)
{
	zta_log_copy *copy = open_copy(NULL);
	node n = open_node("node");
	zta_buf old;

	(void)state;
	zta_buf__init(&old, SIZE_MAX);
	grow(&n, "buy", 5);
	(void)make(&n, 4, 1);
	zta_buf__put(&old, zta_buf__str(&n.batch));
	grow(&n, "buy", 5);
	send_all(copy, &n, 1000);
	assert_int_equal(
	    zta_log_copy__take(copy, zta_buf__str(&old), NULL), ZTA_OK);
	assert_int_equal(size_of(copy), 10);
	assert_false(exists(ZTA_LOG_COPY_FORKED));
	zta_buf__release(&old);
	zta_log_copy__close(copy);
	assert_same(&n);
	close_node(&n);
}

/* --- disks */

static void
test_copy__survives_a_full_disk(void **state)
{
	zta_log_copy *copy = open_copy(&faulty);
	node n = open_node("node");
	int way;

	(void)state;
	grow(&n, "buy", ENTRIES);
	(void)make(&n, 0, 3000);
	for (way = 1; way <= 2; way++) {
		fail_write = way;
		assert_int_equal(take(copy, &n), ZTA_EUNAVAILABLE);
		assert_int_equal(size_of(copy), 0);
	}
	fail_write = 0;
	send_all(copy, &n, 3000);
	zta_log_copy__close(copy);
	assert_same(&n);
	close_node(&n);
}

/* --- whose logs */

static void
test_nodes__reads_lines(void **state)
{
	static const char ssh[] = "ssh-ed25519 "
				  "AAAAC3NzaC1lZDI1NTE5AAAAIEzvLFLI0uVo5S+p"
				  "6BqFLZ9bZ3c0dpT2bE4VbxUMLSpT";
	/* That of the example of signed-note. */
	static const char peter[] =
	    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/"
	    "LDE4izWy10TW";
	static const struct {
		/* $K, $P: verifier keys, $S: an SSH key */
		const char *before;
		zta_status status;
		uint32_t line;
	} cases[] = {
		{ "", ZTA_OK, 0 },
		{ "# nobody\n\n", ZTA_OK, 0 },
		{ "a $K $S\n", ZTA_OK, 0 },
		{ "a.b_c-9 $K $S someone@there\n", ZTA_OK, 0 },
		{ "a $K\n", ZTA_ESYNTAX, 1 },
		{ "a\n", ZTA_ESYNTAX, 1 },
		{ "nodes $K $S\n", ZTA_EINVALID, 1 },
		{ ".a $K $S\n", ZTA_EINVALID, 1 },
		{ "../a $K $S\n", ZTA_EINVALID, 1 },
		{ "a/b $K $S\n", ZTA_EINVALID, 1 },
		{ "-a $K $S\n", ZTA_EINVALID, 1 },
		{ " a $K $S\n", ZTA_EINVALID, 1 },
		{ "a $S $K\n", ZTA_EINVALID, 1 },
		{ "a $K ssh-rsa AAAA\n", ZTA_EINVALID, 1 },
		{ "\na $K $S\na $K $S\n", ZTA_EINVALID, 3 },
		{ "a $K $S\nb $K $S\n", ZTA_EINVALID, 2 },
		{ "a $K $S\na $P $S\n", ZTA_EINVALID, 2 },
		{ "0123456789012345678901234567890123456789012345678901234567"
		  "8901234 $K $S\n",
		    ZTA_EINVALID, 1 },
	};
	zta_nodes nodes;
	zta_error err;
	zta_arena arena;
	zta_buf text;
	const char *at;
	zta_status status;
	size_t i;

	(void)state;
	zta_buf__init(&text, SIZE_MAX);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		zta_buf__clear(&text);
		for (at = cases[i].before; *at != '\0'; at++) {
			if (*at == '$') {
				at++;
				zta_buf__text(&text,
				    *at == 'K'     ? vkey :
					*at == 'P' ? peter :
						     ssh);
			} else {
				zta_buf__byte(&text, *at);
			}
		}
		zta_arena__init(&arena, SIZE_MAX);
		err = (zta_error){ 0 };
		status =
		    zta_nodes__read(&arena, zta_buf__str(&text), &nodes, &err);
		if (status != cases[i].status || err.line != cases[i].line) {
			fail_msg("case %zu: %d, line %u: %s", i, (int)status,
			    err.line, err.message);
		}
		if (status == ZTA_OK && strstr(cases[i].before, "$K")) {
			assert_int_equal(nodes.count, 1);
			assert_ptr_equal(zta_nodes__find(&nodes,
					     zta_str_of(nodes.list[0].name)),
			    &nodes.list[0]);
		}
		zta_arena__release(&arena);
	}
	zta_buf__release(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_merkle__prefix_of_every_path, set_up, teardown),
		cmocka_unit_test_setup_teardown(
		    test_copy__has_what_was_sent, set_up, teardown),
		cmocka_unit_test_setup_teardown(
		    test_copy__goes_on_after_a_restart, set_up, teardown),
		cmocka_unit_test_setup_teardown(
		    test_copy__takes_an_entry_once, set_up, teardown),
		cmocka_unit_test_setup_teardown(
		    test_copy__takes_nothing_damaged, set_up, teardown),
		cmocka_unit_test_setup_teardown(
		    test_copy__believes_one_key, set_up, teardown),
		cmocka_unit_test_setup_teardown(
		    test_copy__tells_a_fork, set_up, teardown),
		cmocka_unit_test_setup_teardown(
		    test_copy__takes_an_older_checkpoint, set_up, teardown),
		cmocka_unit_test_setup_teardown(
		    test_copy__survives_a_full_disk, set_up, teardown),
		cmocka_unit_test(test_nodes__reads_lines),
	};

	return cmocka_run_group_tests(tests, make_key, close_key);
}
