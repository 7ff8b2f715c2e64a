/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load.c - what it costs to take 100,000 policies in: all of them, and the file
 * of them that has changed.
 *
 *     load                      all shapes: CPU milliseconds, the best of five
 *     load FILES POLICIES       one shape, so many policies a file
 *     load FILES POLICIES WHAT ROUNDSx   only so many rounds of `full`, `check`,
 *                               `next` or `push`, to count instructions
 *
 * The ledger is the same each time: a schema, some entities, and policies that
 * name groups, folders and actions. A round of `next` and `push` changes one
 * policy of one file. CPU is that of the thread, nothing waits for a disk.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/sort.h"
#include "base/str.h"
#include "pap/check.h"
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
} ledger;

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

static void
load_full(ledger *l)
{
	zta_snapshot *s;
	zta_arena arena;
	zta_error err = { 0 };

	zta_arena__init(&arena, SIZE_MAX);
	must(zta_snapshot__of_tree(&s, &arena, &l->tree, NULL, NULL, &err),
	    &err);
	zta_snapshot__drop(s);
}

static void
check_full(ledger *l)
{
	zta_check check;
	zta_arena arena;
	zta_error err = { 0 };

	zta_arena__init(&arena, SIZE_MAX);
	must(zta_check__tree(&check, &arena, &l->tree, 0, NOW, &err), &err);
	if (zta_check__snapshot(&check) == NULL) {
		fprintf(stderr, "%s\n", check.findings.list[0].message);
		exit(1);
	}
	zta_check__release(&check);
}

static const struct {
	const char *name;
	void (*run)(ledger *l);
} whats[] = { { "full", load_full }, { "check", check_full } };

#define WHATS (sizeof(whats) / sizeof(whats[0]))

static void
measure(uint32_t files, uint32_t policies)
{
	ledger l;
	double start, took, best;
	size_t i, round;

	open_ledger(&l, files, policies);
	printf("%u files of %u:", files, policies);
	for (i = 0; i < WHATS; i++) {
		for (best = 1e9, round = 0; round < BEST_OF; round++) {
			start = cpu_ms();
			whats[i].run(&l);
			took = cpu_ms() - start;
			best = took < best ? took : best;
		}
		printf("  %s %.1f ms", whats[i].name, best);
	}
	printf("\n");
	zta_arena__release(&l.arena);
}

static int
count_rounds(char **argv)
{
	ledger l;
	unsigned long rounds = strtoul(argv[4], NULL, 10);
	size_t i = 0;

	open_ledger(&l, (uint32_t)strtoul(argv[1], NULL, 10),
	    (uint32_t)strtoul(argv[2], NULL, 10));
	while (i < WHATS && strcmp(whats[i].name, argv[3]) != 0) {
		i++;
	}
	for (; i < WHATS && rounds > 0; rounds--) {
		whats[i].run(&l);
	}
	zta_arena__release(&l.arena);
	return i == WHATS;
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
