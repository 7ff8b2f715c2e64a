/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load.c - what it costs to take 100,000 policies in: all of them, and the file
 * of them that has changed.
 *
 *     load                      all shapes: CPU milliseconds, the best of five
 *     load FILES POLICIES       one shape, so many policies a file
 *     load FILES POLICIES WHAT ROUNDSx   only so many rounds, to count
 *                               instructions
 *
 * The ledger is the same each time: a schema, some entities, and policies that
 * name groups, folders and actions; it lies in a store in memory.
 *
 *     full    files -> a snapshot, as a server starts
 *     check   files -> validated, a snapshot
 *     push    one policy of one file has changed: an upload -> judged, committed,
 *             a snapshot, as a server that is pushed to
 *     follow  that commit -> the next snapshot, as a server that follows a ref
 *
 * CPU is that of the thread, and what is freed is counted where it is freed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/sort.h"
#include "base/str.h"
#include "ledger/tree_build.h"
#include "pap/receive.h"
#include "workload.h"

#define BEST_OF 5
#define NOW INT64_C(1767225600000)

static const char schema[] =
    "entity Group;\n"
    "entity User in [Group] { level: Long, email?: String };\n"
    "entity Folder in [Folder] { owner: User };\n"
    "entity Document in [Folder] {\n"
    "  owner: User, archived: Bool, labels: Set<String>\n"
    "};\n"
    "action read, edit, share, remove appliesTo {\n"
    "  principal: [User], resource: [Folder, Document],\n"
    "  context: { mfa: Bool, hour: Long }\n"
    "};\n"
    "action comment, print appliesTo {\n"
    "  principal: [User], resource: [Document], context: { mfa: Bool }\n"
    "};\n";

static const char manifest[] =
    "{\"metadata\": {\"name\": \"bench\"}, \"partitions\": "
    "{\"/\": {\"schema\": true}, \"/rules\": {\"schema\": false}}}\n";

typedef struct ledger {
	uint32_t files, policies; /* of each file */
	zta_arena arena;          /* of the texts */
	zta_tree tree;
	zta_ledger in; /* a store */
	zta_oid head;
	uint32_t pushes;
	zta_arena scratch; /* of one push */
	zta_store_object *pile;
	uint32_t pile_count;
	zta_latest *latest;     /* of who is pushed to */
	zta_snapshot *in_force; /* of who follows */
} ledger;

#define PILE_MAX 100000u

static double
cpu_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* --- the ledger */

/* Policy number `n`; `level` is what a change changes. */
static void
put_policy(zta_buf *out, uint32_t n, uint32_t level)
{
	static const char *const actions[] = { "read", "edit", "share",
		"remove" };

	zta_buf__printf(out,
	    "// Work of group %u: who is in it, and far enough up.\n"
	    "@id(\"rule-%06u\")\n"
	    "%s (\n"
	    "    principal in Group::\"group-%u\",\n"
	    "    action in [Action::\"%s\", Action::\"comment\"],\n"
	    "    resource in Folder::\"folder-%u\"\n"
	    ")\n"
	    "when {\n"
	    "    principal.level >= %u && resource.owner != principal\n"
	    "}\n",
	    n % 997, n, n % 50 == 0 ? "forbid" : "permit", n % 997,
	    actions[n % 4], n, level);
	if (n % 3 == 0) {
		zta_buf__printf(out,
		    "unless { context.mfa == false && principal has email &&\n"
		    "    principal.email like \"*@example.com\" }");
	}
	zta_buf__printf(out, ";\n\n");
}

static zta_str
make_file(zta_arena *arena, const ledger *l, uint32_t file, uint32_t level)
{
	zta_buf out;
	zta_str text;
	uint32_t i;

	zta_buf__init(&out, SIZE_MAX);
	for (i = 0; i < l->policies; i++) {
		put_policy(
		    &out, file * l->policies + i, i == 0 ? level : i % 10);
	}
	text = zta_arena__copy(arena, zta_buf__str(&out));
	zta_buf__release(&out);
	return text;
}

static zta_str
make_entities(zta_arena *arena)
{
	zta_buf out;
	zta_str text;
	uint32_t i;

	zta_buf__init(&out, SIZE_MAX);
	for (i = 0; i < 1000; i++) {
		zta_buf__printf(&out,
		    "%s{\"uid\": {\"type\": \"User\", \"id\": \"user-%u\"}, "
		    "\"attrs\": {\"level\": %u}, \"parents\": "
		    "[{\"type\": \"Group\", \"id\": \"group-%u\"}]}",
		    i == 0 ? "[" : ",\n", i, i % 10, i % 997);
	}
	zta_buf__text(&out, "]\n");
	text = zta_arena__copy(arena, zta_buf__str(&out));
	zta_buf__release(&out);
	return text;
}

static void
put_file(ledger *l, const char *path, zta_str text)
{
	zta_tree_file *f = &l->tree.files[l->tree.count++];

	*f = (zta_tree_file){ .path =
				  zta_arena__copy(&l->arena, zta_str_of(path)),
		.text = text };
	must(zta_oid__of(ZTA_OBJECT_BLOB, text, &f->blob, NULL), NULL);
}

static void
open_ledger(ledger *l, uint32_t files, uint32_t policies)
{
	char path[64];
	uint32_t i;

	*l = (ledger){ .files = files, .policies = policies };
	zta_arena__init(&l->arena, SIZE_MAX);
	l->tree.files =
	    zta_arena__alloc(&l->arena, (files + 3) * sizeof(zta_tree_file));
	put_file(l, "entities/users.json", make_entities(&l->arena));
	put_file(l, "manifest.json", zta_str_of(manifest));
	for (i = 0; i < files; i++) {
		(void)snprintf(path, sizeof(path), "rules/%05u.cedar", i);
		put_file(l, path, make_file(&l->arena, l, i, 3));
	}
	put_file(l, "schema.cedarschema", zta_str_of(schema));
	memset(l->tree.id, '0', sizeof(l->tree.id) - 1);
}

/* --- what is measured */

/* The list of a tree becomes the snapshot's, so it gets one of its own. */
static zta_tree
copy_tree(zta_arena *arena, const ledger *l)
{
	zta_tree tree = l->tree;

	zta_arena__init(arena, SIZE_MAX);
	tree.files = zta_arena__grow(
	    arena, tree.files, tree.count, tree.count, sizeof(*tree.files));
	return tree;
}

static void
load_full(ledger *l)
{
	zta_snapshot *s;
	zta_arena arena;
	zta_tree tree = copy_tree(&arena, l);
	zta_error err = { 0 };

	must(zta_snapshot__of_tree(&s, &arena, &tree, NULL, NULL, &err), &err);
	zta_snapshot__drop(s);
}

static void
check_full(ledger *l)
{
	zta_check check;
	zta_arena arena;
	zta_tree tree = copy_tree(&arena, l);
	zta_error err = { 0 };

	must(zta_check__tree(&check, &arena, &tree, 0, NOW, &err), &err);
	if (zta_check__snapshot(&check) == NULL) {
		fprintf(stderr, "%.*s: %s\n",
		    ZTA_STR_ARG(check.findings.list[0].file),
		    check.findings.list[0].message);
		exit(1);
	}
	zta_check__release(&check);
}

/* --- commits */

static zta_status
put_object(void *to, const zta_oid *oid, zta_object_kind kind, zta_str body,
    zta_error *err)
{
	ledger *l = to;

	body = zta_arena__copy(&l->scratch, body);
	if (body.ptr == NULL || l->pile_count == PILE_MAX) {
		return zta_error__nomem(err);
	}
	l->pile[l->pile_count++] = (zta_store_object){ *oid, kind, body };
	return ZTA_OK;
}

static zta_status
may_sign(void *context, const zta_ssh_key *key, zta_error *err)
{
	(void)context;
	(void)key;
	(void)err;
	return ZTA_OK;
}

/* Put the trees and the commit of what the tree is now on the pile. */
static zta_oid
pile_commit(ledger *l, const zta_oid *base)
{
	zta_tree_leaf *leaves =
	    zta_arena__alloc(&l->scratch, l->tree.count * sizeof(*leaves));
	zta_object_source source = zta_ledger__source(&l->in);
	zta_object_sink sink = { put_object, l };
	zta_commit commit = { .parent = l->head,
		.has_parent = !zta_oid__is_none(&l->head),
		.author = { ZTA_STR("Bench"), ZTA_STR("bench@localhost"), 1 },
		.message = ZTA_STR("change\n") };
	zta_error err = { 0 };
	zta_oid oid;
	zta_buf body;
	uint32_t i;

	for (i = 0; i < l->tree.count; i++) {
		leaves[i] = (zta_tree_leaf){ l->tree.files[i].path,
			l->tree.files[i].blob };
	}
	must(zta_tree_build__run(&l->scratch, leaves, l->tree.count, &source,
		 base, &sink, &commit.tree, &err),
	    &err);
	commit.committer = commit.author;
	zta_buf__init(&body, SIZE_MAX);
	must(zta_commit__encode(&commit, &body, &err), &err);
	must(zta_oid__of(ZTA_OBJECT_COMMIT, zta_buf__str(&body), &oid, &err),
	    &err);
	must(put_object(l, &oid, ZTA_OBJECT_COMMIT, zta_buf__str(&body), &err),
	    &err);
	zta_buf__release(&body);
	l->tree.root = commit.tree;
	return oid;
}

/* What the pusher does; only what the server does is measured. */
static zta_oid
prepare_push(ledger *l)
{
	uint32_t number = l->pushes++ * 7 % l->files;
	zta_tree_file *file = &l->tree.files[2 + number];
	zta_oid base = l->tree.root;

	zta_arena__reset(&l->scratch);
	l->pile_count = 0;
	file->text = make_file(&l->arena, l, number, 4 + l->pushes % 5);
	must(zta_oid__of(ZTA_OBJECT_BLOB, file->text, &file->blob, NULL), NULL);
	must(put_object(l, &file->blob, ZTA_OBJECT_BLOB, file->text, NULL),
	    NULL);
	return pile_commit(l, &base);
}

static void
receive(ledger *l, const zta_oid *commit)
{
	zta_transfer transfer = { l->pile, l->pile_count };
	zta_received in = { .ledger = &l->in,
		.ref = ZTA_LEDGER_MAIN,
		.from = l->head,
		.to = *commit,
		.transfer = &transfer,
		.at = NOW,
		.may_sign = may_sign,
		.latest = l->latest };
	zta_check check;
	zta_oid culprit;
	zta_error err = { 0 };

	must(zta_receive__run(&in, &check, &culprit, &err), &err);
	if (check.findings.errors > 0) {
		fprintf(stderr, "%.*s: %s\n",
		    ZTA_STR_ARG(check.findings.list[0].file),
		    check.findings.list[0].message);
		exit(1);
	}
	l->head = *commit;
	zta_check__release(&check);
}

static void
open_store(ledger *l)
{
	zta_error err = { 0 };
	zta_oid commit;
	uint32_t i;

	l->in.name = ZTA_STR("zone/bench");
	zta_arena__init(&l->scratch, SIZE_MAX);
	l->pile = zta_arena__alloc(&l->arena, PILE_MAX * sizeof(*l->pile));
	must(zta_latest__open(&l->latest, &err), &err);
	must(zta_store__open(&l->in.store, "memory:", &err), &err);
	must(zta_store__ledger_create(l->in.store, l->in.name, &err), &err);
	for (i = 0; i < l->tree.count; i++) {
		must(put_object(l, &l->tree.files[i].blob, ZTA_OBJECT_BLOB,
			 l->tree.files[i].text, &err),
		    &err);
	}
	commit = pile_commit(l, NULL);
	receive(l, &commit);
}

static void
follow(ledger *l)
{
	zta_snapshot *base = l->in_force;
	zta_arena arena;
	zta_tree tree;
	zta_error err = { 0 };

	zta_arena__init(&arena, SIZE_MAX);
	must(zta_ledger__files_on(&l->in, &l->head,
		 base == NULL ? NULL : &base->tree, &arena, &tree, &err),
	    &err);
	must(zta_snapshot__of_tree(
		 &l->in_force, &arena, &tree, base, NULL, &err),
	    &err);
	zta_snapshot__drop(base);
}

static void
close_ledger(ledger *l)
{
	zta_snapshot__drop(l->in_force);
	zta_latest__close(l->latest);
	zta_store__close(l->in.store);
	zta_arena__release(&l->scratch);
	zta_arena__release(&l->arena);
}

/* --- measuring */

typedef enum what { FULL, CHECK, PUSH, FOLLOW, WHATS } what;

static const char *const names[] = { "full", "check", "push", "follow" };

/* Milliseconds of one round. */
static double
run(ledger *l, what w)
{
	zta_oid commit = { 0 };
	double start;

	if (w == PUSH || w == FOLLOW) {
		commit = prepare_push(l);
	}
	if (w == FOLLOW) {
		receive(l, &commit);
	}
	start = cpu_ms();
	switch (w) {
	case FULL:
		load_full(l);
		break;
	case CHECK:
		check_full(l);
		break;
	case PUSH:
		receive(l, &commit);
		break;
	default:
		follow(l);
		break;
	}
	return cpu_ms() - start;
}

static void
measure(uint32_t files, uint32_t policies)
{
	ledger l;
	double took, best;
	uint32_t w, round;

	open_ledger(&l, files, policies);
	open_store(&l);
	follow(&l);
	printf("%5u files of %4u:", files, policies);
	for (w = 0; w < WHATS; w++) {
		for (best = 1e9, round = 0; round < BEST_OF; round++) {
			took = run(&l, (what)w);
			best = took < best ? took : best;
		}
		printf("  %s %.1f ms", names[w], best);
		(void)fflush(stdout);
	}
	printf("\n");
	close_ledger(&l);
}

static int
count_rounds(char **argv)
{
	ledger l;
	unsigned long rounds = strtoul(argv[4], NULL, 10);
	uint32_t w = 0;

	open_ledger(&l, (uint32_t)strtoul(argv[1], NULL, 10),
	    (uint32_t)strtoul(argv[2], NULL, 10));
	open_store(&l);
	follow(&l);
	while (w < WHATS && strcmp(names[w], argv[3]) != 0) {
		w++;
	}
	for (; w < WHATS && rounds > 0; rounds--) {
		(void)run(&l, (what)w);
	}
	close_ledger(&l);
	return w == WHATS;
}

int
main(int argc, char **argv)
{
	if (argc == 5) {
		return count_rounds(argv);
	}
	if (argc == 3) {
		measure((uint32_t)strtoul(argv[1], NULL, 10),
		    (uint32_t)strtoul(argv[2], NULL, 10));
		return 0;
	}
	measure(100, 1000);
	measure(1000, 100);
	measure(10000, 10);
	return 0;
}
