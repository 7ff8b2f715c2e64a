/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_snapshot_base.c - what is loaded on a base is what is loaded anew: after
 * any changes the same findings, decisions, reasons and errors.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/sort.h"
#include "base/str.h"
#include "ledger/ledger.h"
#include "ledger/tree_build.h"
#include "pap/check.h"
#include "pap/latest.h"

#define NOW INT64_C(1767225600000)
#define FILES_MAX 32

/* --- a ledger that changes */

static const char *const schemas[] = {
	"entity Team; entity User in [Team] { level: Long, mail?: String };\n"
	"entity Doc { owner: User, open: Bool };\n"
	"action read, write appliesTo {\n"
	"  principal: [User], resource: [Doc], context: { hour: Long } };\n",
	"entity Team; entity User in [Team] { level: Long };\n"
	"entity Doc { owner: User, open: Bool };\n"
	"action read, write appliesTo {\n"
	"  principal: [User], resource: [Doc], context: { hour: Long } };\n",
	"entity Team; entity User in [Team] { level: Long, mail?: String };\n"
	"entity Doc { open: Bool, owner: User };\n"
	"action write, read, share appliesTo {\n"
	"  resource: [Doc], principal: [User], context: { hour: Long } };\n",
	"entity Team; entity User in Team",
};

static const char *const entities[] = {
	"[{\"uid\": {\"type\": \"User\", \"id\": \"u1\"}, \"attrs\": "
	"{\"level\": 3, \"mail\": \"u1@a\"}, \"parents\": [{\"type\": \"Team\", "
	"\"id\": \"t1\"}]}]",
	"[{\"uid\": {\"type\": \"User\", \"id\": \"u1\"}, \"attrs\": "
	"{\"level\": 1}, \"parents\": [{\"type\": \"Team\", \"id\": \"t2\"}]},\n"
	"{\"uid\": {\"type\": \"Doc\", \"id\": \"d1\"}, \"attrs\": {\"owner\": "
	"{\"__entity\": {\"type\": \"User\", \"id\": \"u1\"}}, \"open\": true}, "
	"\"parents\": []}]",
	"[{\"uid\": {\"type\": \"Doc\", \"id\": \"d1\"}, \"attrs\": {\"owner\": "
	"{\"__entity\": {\"type\": \"User\", \"id\": \"u2\"}}, \"open\": false}, "
	"\"parents\": []}]",
	"[{\"uid\": {\"type\": \"Doc\", \"id\": \"d1\"}, \"attrs\": {}}]",
};

/* %u is a number of its own, so that ids are seldom taken. */
static const char *const policies[] = {
	"permit (principal, action, resource);\n",
	"@id(\"same\") forbid (principal in Team::\"t1\", action, resource);\n",
	"@id(\"p%u\") permit (principal == User::\"u%u\", action == "
	"Action::\"read\",\n resource) when { resource.open };\n",
	"permit (principal in Team::\"t2\", action in [Action::\"read\", "
	"Action::\"write\"],\n resource is Doc) unless { principal.level < 2 };\n",
	"forbid (principal, action, resource) when { principal has mail &&\n"
	"  principal.mail like \"*@a\" && context.hour + 9223372036854775807 > "
	"0 };\n",
	"// never\npermit (principal is Team, action, resource);\n",
	"permit (principal, action, resource) when { false };\n",
	"permit (principal, action, resource) when { principal.mail == \"a\" "
	"};\n",
	"permit (principal, action, resource) when { resource.owner.level > 1 "
	"};\n",
	"permit (principal == ?principal, action, resource);\n",
	"@id(\"t%u\") permit (principal, action, resource == ?resource) when {\n"
	" principal.level > 2 };\n",
	"permit (principal == User::\"new-%u\", action, resource == "
	"Doc::\"%u\");\n",
	"permit (principal, action, resource) when { ",
	"{\"staticPolicies\": {\"s%u\": {\"effect\": \"forbid\", \"principal\": "
	"{\"op\": \"All\"}, \"action\": {\"op\": \"All\"}, \"resource\": "
	"{\"op\": \"==\", \"entity\": {\"type\": \"Doc\", \"id\": \"d2\"}}, "
	"\"conditions\": []}}, \"templates\": {}, \"templateLinks\": "
	"[{\"templateId\": \"rules/a.cedar#0\", \"newId\": \"link%u\", "
	"\"values\": {\"?principal\": {\"type\": \"User\", \"id\": \"u1\"}}}]}",
};

#define COUNT(list) (uint32_t)(sizeof(list) / sizeof((list)[0]))

static const char *const requests[] = {
	"{\"principal\": {\"type\": \"User\", \"id\": \"u1\"}, \"action\": "
	"{\"type\": \"Action\", \"id\": \"read\"}, \"resource\": {\"type\": "
	"\"Doc\", \"id\": \"d1\"}, \"context\": {\"hour\": 9}}",
	"{\"principal\": {\"type\": \"User\", \"id\": \"u2\"}, \"action\": "
	"{\"type\": \"Action\", \"id\": \"write\"}, \"resource\": {\"type\": "
	"\"Doc\", \"id\": \"d2\"}, \"context\": {\"hour\": -9}}",
	"{\"principal\": {\"type\": \"User\", \"id\": \"new-7\"}, \"action\": "
	"{\"type\": \"Action\", \"id\": \"read\"}, \"resource\": {\"type\": "
	"\"Doc\", \"id\": \"7\"}, \"context\": {\"hour\": 1}}",
};

typedef struct file {
	char path[32];
	char text[4096];
} file;

typedef struct world {
	uint64_t random;
	file files[FILES_MAX];
	uint32_t count, number;
	zta_ledger ledger;
	zta_snapshot *base;
	uint32_t good, bad, shared;
} world;

static uint32_t
below(world *w, uint32_t n)
{
	w->random = w->random * UINT64_C(6364136223846793005) + 1;
	return (uint32_t)(w->random >> 33) % n;
}

static file *
put(world *w, const char *path, const char *text)
{
	uint32_t i = 0;

	while (i < w->count && strcmp(w->files[i].path, path) != 0) {
		i++;
	}
	assert_true(i < FILES_MAX);
	w->count += i == w->count;
	(void)snprintf(w->files[i].path, sizeof(w->files[i].path), "%s", path);
	(void)snprintf(w->files[i].text, sizeof(w->files[i].text), "%s", text);
	return &w->files[i];
}

static void
take_away(world *w, uint32_t i)
{
	w->files[i] = w->files[--w->count];
}

/* One to three policies; mostly without mistakes. */
static void
write_policies(world *w, const char *path)
{
	char text[2048] = "", one[1024];
	uint32_t n = 1 + below(w, 3), which;

	while (n-- > 0) {
		which =
		    below(w, 4) == 0 ? below(w, COUNT(policies)) : below(w, 5);
		if (policies[which][0] == '{') {
			text[0] = '\0';
			n = 0;
		}
		w->number++;
		(void)snprintf(
		    one, sizeof(one), policies[which], w->number, w->number);
		strcat(text, one);
	}
	(void)put(w, path, text);
}

static void
change(world *w)
{
	static const char *const paths[] = { "rules/a.cedar", "rules/b.cedar",
		"rules/c.cedar", "rules/d.cedar", "x.cedar", "z.cedar" };
	const char *path = paths[below(w, COUNT(paths))];
	uint32_t i;

	switch (below(w, 12)) {
	case 0:
		(void)put(w, "schema.cedarschema",
		    schemas[below(w, 5) == 0 ? 3 : below(w, 3)]);
		return;
	case 1:
		(void)put(w, "entities/all.json",
		    entities[below(w, COUNT(entities))]);
		return;
	case 2:
	case 3:
		for (i = 0; i < w->count; i++) {
			if (strcmp(w->files[i].path, path) == 0) {
				take_away(w, i);
			}
		}
		return;
	case 4: /* to another name, or over another file */
		for (i = 0; i < w->count; i++) {
			if (strcmp(w->files[i].path, path) == 0) {
				(void)put(w, paths[below(w, COUNT(paths))],
				    w->files[i].text);
				return;
			}
		}
		return;
	default:
		write_policies(w, path);
	}
}

static void
open_world(world *w, uint64_t seed)
{
	zta_error err = { 0 };

	memset(w, 0, sizeof(*w));
	w->random = seed;
	w->ledger.name = ZTA_STR("zone/test");
	assert_int_equal(
	    zta_store__open(&w->ledger.store, "memory:", &err), ZTA_OK);
	assert_int_equal(
	    zta_store__ledger_create(w->ledger.store, w->ledger.name, &err),
	    ZTA_OK);
	(void)put(w, "manifest.json",
	    "{\"metadata\": {\"name\": \"w\"}, \"partitions\": {\"/\": "
	    "{\"schema\": true}, \"/rules\": {\"schema\": false}}}");
	(void)put(w, "schema.cedarschema", schemas[0]);
	(void)put(w, "entities/all.json", entities[0]);
}

static void
close_world(world *w)
{
	zta_snapshot__drop(w->base);
	zta_store__close(w->ledger.store);
}

/* --- as a commit has it */

static int
by_path(const void *a, const void *b)
{
	return strcmp(((const file *)a)->path, ((const file *)b)->path);
}

static zta_oid
write_tree(world *w)
{
	zta_object_sink sink = zta_ledger__sink(&w->ledger);
	zta_tree_leaf leaves[FILES_MAX];
	zta_error err = { 0 };
	zta_arena arena;
	zta_oid root;
	zta_str text;
	uint32_t i;

	qsort(w->files, w->count, sizeof(w->files[0]), by_path);
	for (i = 0; i < w->count; i++) {
		text = zta_str_of(w->files[i].text);
		leaves[i].path = zta_str_of(w->files[i].path);
		assert_int_equal(
		    zta_oid__of(ZTA_OBJECT_BLOB, text, &leaves[i].blob, &err),
		    ZTA_OK);
		assert_int_equal(sink.write(sink.to, &leaves[i].blob,
				     ZTA_OBJECT_BLOB, text, &err),
		    ZTA_OK);
	}
	zta_arena__init(&arena, SIZE_MAX);
	assert_int_equal(zta_tree_build__run(&arena, leaves, w->count, NULL,
			     NULL, &sink, &root, &err),
	    ZTA_OK);
	zta_arena__release(&arena);
	return root;
}

static void
check_on(
    world *w, const zta_oid *root, const zta_snapshot *base, zta_check *check)
{
	zta_object_source source = zta_ledger__source(&w->ledger);
	zta_arena arena;
	zta_tree tree;
	zta_error err = { 0 };

	zta_arena__init(&arena, SIZE_MAX);
	assert_int_equal(
	    zta_ledger__files_of(&source, root,
		base == NULL ? NULL : &base->tree, &arena, &tree, &err),
	    ZTA_OK);
	assert_int_equal(
	    zta_check__tree_on(check, &arena, &tree, base, 0, NOW, &err),
	    ZTA_OK);
}

/* --- comparing */

static void
assert_same_str(zta_str a, zta_str b)
{
	if (!zta_str__eq(a, b)) {
		fail_msg(
		    "`%.*s` is not `%.*s`", ZTA_STR_ARG(a), ZTA_STR_ARG(b));
	}
}

static void
assert_same_findings(const zta_finding_list *a, const zta_finding_list *b)
{
	const zta_ledger_finding *x = a->list, *y = b->list;
	uint32_t i;

	assert_int_equal(a->errors, b->errors);
	assert_int_equal(a->count, b->count);
	for (i = 0; i < a->count; i++, x++, y++) {
		assert_same_str(x->file, y->file);
		assert_int_equal(x->line, y->line);
		assert_int_equal(x->column, y->column);
		assert_string_equal(x->rule, y->rule);
		assert_string_equal(x->message, y->message);
		assert_string_equal(x->hint, y->hint);
		assert_same_str(x->policy, y->policy);
		assert_int_equal(x->warning, y->warning);
	}
}

static void
assert_same_answers(const zta_cedar_answer *a, const zta_cedar_answer *b)
{
	size_t i;

	assert_int_equal(a->permitted, b->permitted);
	assert_int_equal(a->reason_count, b->reason_count);
	for (i = 0; i < a->reason_count; i++) {
		assert_same_str(a->reasons[i], b->reasons[i]);
	}
	assert_int_equal(a->error_count, b->error_count);
	for (i = 0; i < a->error_count; i++) {
		assert_same_str(a->errors[i].policy, b->errors[i].policy);
		assert_same_str(a->errors[i].file, b->errors[i].file);
		assert_int_equal(a->errors[i].line, b->errors[i].line);
		assert_int_equal(a->errors[i].column, b->errors[i].column);
		assert_string_equal(a->errors[i].message, b->errors[i].message);
	}
}

static void
assert_same_decisions(const zta_snapshot *a, const zta_snapshot *b)
{
	zta_cedar_session *x, *y;
	zta_cedar_answer p, q;
	zta_status status;
	uint32_t i;

	assert_int_equal(zta_cedar_session_open(&x, a->cedar, NULL), ZTA_OK);
	assert_int_equal(zta_cedar_session_open(&y, b->cedar, NULL), ZTA_OK);
	for (i = 0; i < COUNT(requests); i++) {
		status = zta_cedar_authorize(
		    x, zta_str_of(requests[i]), 0, &p, NULL);
		assert_int_equal(zta_cedar_authorize(
				     y, zta_str_of(requests[i]), 0, &q, NULL),
		    status);
		assert_same_answers(&p, &q);
	}
	zta_cedar_session_close(x);
	zta_cedar_session_close(y);
}

static uint32_t
count_shared(const zta_snapshot *s)
{
	uint32_t i, count = 0;

	for (i = 0; i < s->cedar->policies.file_count; i++) {
		count += s->cedar->policies.files[i].shared;
	}
	return count;
}

/* Judge what the files are now in both ways; a good version is the next base. */
static void
compare(world *w)
{
	zta_oid root = write_tree(w);
	zta_check on_base, anew;
	zta_snapshot *s;

	check_on(w, &root, w->base, &on_base);
	check_on(w, &root, NULL, &anew);
	assert_same_findings(&on_base.findings, &anew.findings);
	s = zta_check__snapshot(&on_base);
	assert_int_equal(s == NULL, zta_check__snapshot(&anew) == NULL);
	w->bad += s == NULL;
	if (s != NULL) {
		w->good++;
		w->shared += count_shared(s);
		zta_snapshot__drop(w->base);
		w->base = zta_snapshot__keep(s);
		assert_same_decisions(s, zta_check__snapshot(&anew));
	}
	zta_check__release(&on_base);
	zta_check__release(&anew);
}

/* --- tests */

static void
test_snapshot_base__is_as_loaded_anew(void **state)
{
	world *w = malloc(sizeof(*w));
	file saved[FILES_MAX];
	uint32_t seed, step, count, good = 0, bad = 0, shared = 0;

	(void)state;
	assert_non_null(w);
	for (seed = 1; seed <= 12; seed++) {
		open_world(w, seed);
		compare(w);
		for (step = 0; step < 60; step++) {
			memcpy(saved, w->files, sizeof(saved));
			count = w->count;
			change(w);
			compare(w);
			/* Mostly a mistake is mended before the next change. */
			if (w->bad > bad && below(w, 4) > 0) {
				memcpy(w->files, saved, sizeof(saved));
				w->count = count;
				compare(w);
			}
			bad = w->bad;
		}
		good += w->good;
		shared += w->shared;
		bad = 0;
		close_world(w);
	}
	/* The changes were of all kinds. */
	assert_true(good > 200);
	assert_true(shared > 300);
	free(w);
}

/* Bytes of all that the snapshot holds. */
static size_t
held(const zta_snapshot *s)
{
	const zta_cedar *c = s->cedar;
	size_t bytes = s->arena.held + c->arena.held + c->findings.held +
	    c->schema_memory->arena.held + c->entities_memory->arena.held +
	    c->policies.scratch.held;
	uint32_t i;

	for (i = 0; i < c->policies.file_count; i++) {
		bytes += c->policies.files[i].file->memory->arena.held;
	}
	return bytes;
}

/* Each version names what the one before did not. */
static void
test_snapshot_base__takes_bounded_memory(void **state)
{
	world *w = malloc(sizeof(*w));
	char text[128];
	size_t most = 0;
	uint32_t step;
	zta_check check;
	zta_oid root;

	(void)state;
	assert_non_null(w);
	open_world(w, 1);
	(void)put(w, "rules/a.cedar", policies[0]);
	for (step = 0; step < 10000; step++) {
		(void)snprintf(text, sizeof(text),
		    "permit (principal == User::\"user-%u\", action, "
		    "resource);\n",
		    step);
		(void)put(w, "rules/b.cedar", text);
		root = write_tree(w);
		check_on(w, &root, w->base, &check);
		assert_int_equal(check.findings.errors, 0);
		zta_snapshot__drop(w->base);
		w->base = zta_snapshot__keep(zta_check__snapshot(&check));
		zta_check__release(&check);
		assert_true(atomic_load(&w->base->references) == 1);
		most = held(w->base) > most ? held(w->base) : most;
	}
	assert_true(most < (size_t)2 << 20);
	close_world(w);
	free(w);
}

typedef struct readers {
	zta_latest *latest;
	atomic_bool stop;
	atomic_uint decided;
} readers;

/* Decide under whatever is the latest; the snapshot may be dropped meanwhile. */
static void *
read_latest(void *context)
{
	readers *r = context;
	zta_cedar_session *session;
	zta_cedar_answer answer;
	zta_snapshot *s;

	while (!atomic_load(&r->stop)) {
		s = zta_latest__get(r->latest, ZTA_STR("zone/test"));
		if (s != NULL &&
		    zta_cedar_session_open(&session, s->cedar, NULL) ==
			ZTA_OK) {
			if (zta_cedar_authorize(session,
				zta_str_of(requests[0]), 0, &answer,
				NULL) == ZTA_OK &&
			    answer.permitted) {
				atomic_fetch_add(&r->decided, 1);
			}
			zta_cedar_session_close(session);
		}
		zta_snapshot__drop(s);
	}
	return NULL;
}

static void
test_snapshot_base__serves_who_reads_an_older_one(void **state)
{
	world *w = malloc(sizeof(*w));
	readers r = { 0 };
	pthread_t threads[2];
	zta_check check;
	zta_snapshot *base;
	zta_oid root;
	uint32_t i;

	(void)state;
	assert_non_null(w);
	open_world(w, 7);
	assert_int_equal(zta_latest__open(&r.latest, NULL), ZTA_OK);
	(void)put(w, "rules/a.cedar", policies[0]);
	for (i = 0; i < 2; i++) {
		assert_int_equal(
		    pthread_create(&threads[i], NULL, read_latest, &r), 0);
	}
	for (i = 0; i < 100 || atomic_load(&r.decided) == 0; i++) {
		w->number++;
		(void)snprintf(
		    put(w, "rules/b.cedar", "")->text, 256, policies[11], i, i);
		root = write_tree(w);
		base = zta_latest__get(r.latest, w->ledger.name);
		check_on(w, &root, base, &check);
		assert_non_null(zta_check__snapshot(&check));
		zta_latest__put(
		    r.latest, w->ledger.name, zta_check__snapshot(&check));
		zta_check__release(&check);
		zta_snapshot__drop(base);
	}
	atomic_store(&r.stop, true);
	for (i = 0; i < 2; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	}
	zta_latest__close(r.latest);
	close_world(w);
	free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_snapshot_base__is_as_loaded_anew),
		cmocka_unit_test(test_snapshot_base__takes_bounded_memory),
		cmocka_unit_test(
		    test_snapshot_base__serves_who_reads_an_older_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
