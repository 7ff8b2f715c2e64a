/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_workspace.c - which commit is meant; and every allocation fails once:
 * what could not be done has left nothing behind. The linker wraps the
 * allocator for this test.
 */
#include "tests.h"

#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "failing_alloc.h"
#include "log/journal.h"
#include "log/log.h"
#include "pap/workspace.h"
#include "ztauth/why.h"

/* --- which commit */

#define COMMITS 600

/* A history without files to speak of; its ids are `oids`. */
static void
make_history(zta_workspace *w, zta_oid oids[COMMITS])
{
	const zta_commit_person person = { ZTA_STR("A"), ZTA_STR("a@b.c"), 1 };
	zta_commit commit = { .author = person,
		.committer = person,
		.signature = ZTA_STR(""),
		.message = ZTA_STR("m\n") };
	zta_store_object object = { .kind = ZTA_OBJECT_COMMIT };
	zta_store_move move = { .ref = ZTA_LEDGER_MAIN };
	zta_buf body;
	int i;

	commit.tree.bytes[0] = 1;
	zta_buf__init(&body, SIZE_MAX);
	for (i = 0; i < COMMITS; i++) {
		commit.author.time_s = i;
		zta_buf__clear(&body);
		assert_int_equal(
		    zta_commit__encode(&commit, &body, NULL), ZTA_OK);
		object.body = zta_buf__str(&body);
		assert_int_equal(zta_oid__of(ZTA_OBJECT_COMMIT, object.body,
				     &object.oid, NULL),
		    ZTA_OK);
		/* The last is on a ref of its own. */
		if (i == COMMITS - 1) {
			move = (zta_store_move){ .ref = ZTA_STR("aside") };
		}
		move.to = oids[i] = object.oid;
		move.objects = &object;
		move.count = 1;
		assert_int_equal(
		    zta_store__ref_move(w->store, w->ledger.name, &move, NULL),
		    ZTA_OK);
		move.from = commit.parent = object.oid;
		commit.has_parent = true;
	}
	zta_buf__release(&body);
}

/* What a prefix must come to, the slow way. */
static zta_status
expected(const zta_oid oids[COMMITS], const char *prefix, int *which)
{
	char hex[ZTA_OID_HEX_MAX];
	int i, count = 0;

	for (i = 0; i < COMMITS; i++) {
		zta_oid__hex(&oids[i], hex);
		if (strncmp(hex, prefix, strlen(prefix)) == 0) {
			*which = i;
			count++;
		}
	}
	return count == 1 ? ZTA_OK : count == 0 ? ZTA_ENOTFOUND : ZTA_EINVALID;
}

static void
check_prefixes(zta_workspace *w, const zta_oid oids[COMMITS])
{
	char hex[ZTA_OID_HEX_MAX];
	zta_oid oid;
	int i, len, which = 0, several = 0;
	zta_status wanted;

	for (i = 0; i < COMMITS; i += 3) {
		for (len = 4; len <= 7; len++) {
			zta_oid__hex(&oids[i], hex);
			hex[len] = '\0';
			hex[len - 1] = i % 9 == 0 ? '0' : hex[len - 1];
			wanted = expected(oids, hex, &which);
			assert_int_equal(
			    zta_workspace__resolve(w, hex, &oid, NULL), wanted);
			assert_true(wanted != ZTA_OK ||
			    zta_oid__eq(&oid, &oids[which]));
			several += wanted == ZTA_EINVALID;
		}
	}
	assert_true(several > 0);
}

static void
test_workspace__resolve(void **state)
{
	static const struct {
		const char *name;
		int which; /* from the end; negative: there is none */
	} cases[] = { { "HEAD", 1 }, { "main", 1 }, { "aside", 0 },
		{ "aside~1", 1 }, { "aside~", 1 }, { "HEAD~0", 1 },
		{ "HEAD~598", COMMITS - 1 }, { "HEAD~599", -1 },
		{ "HEAD~-1", -1 }, { "HEAD~x", -1 }, { "HEAD~1x", -1 },
		{ "head", -1 }, { "", -1 }, { "~1", -1 }, { "000", -1 },
		{ "a b", -1 }, { "HEAD~99999999999999999999", -1 } };
	static zta_oid oids[COMMITS];
	zta_workspace w = { .ledger.name = ZTA_STR("local/x") };
	char hex[ZTA_OID_HEX_MAX];
	zta_oid oid;
	size_t i;

	(void)state;
	zta_arena__init(&w.arena, SIZE_MAX);
	assert_int_equal(zta_store__open(&w.store, "memory:", NULL), ZTA_OK);
	w.ledger.store = w.store;
	assert_int_equal(
	    zta_store__ledger_create(w.store, w.ledger.name, NULL), ZTA_OK);
	assert_int_equal(
	    zta_workspace__resolve(&w, "HEAD", &oid, NULL), ZTA_ENOTFOUND);
	make_history(&w, oids);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
		    zta_workspace__resolve(&w, cases[i].name, &oid, NULL),
		    cases[i].which < 0 ? ZTA_ENOTFOUND : ZTA_OK);
		assert_true(cases[i].which < 0 ||
		    zta_oid__eq(&oid, &oids[COMMITS - 1 - cases[i].which]));
	}
	zta_oid__hex(&oids[7], hex);
	assert_int_equal(zta_workspace__resolve(&w, hex, &oid, NULL), ZTA_OK);
	assert_true(zta_oid__eq(&oid, &oids[7]));
	check_prefixes(&w, oids);
	zta_store__close(w.store);
	zta_arena__release(&w.arena);
}

/* --- no memory */

static char top[] = "/tmp/ztauth-workspace-XXXXXX";

static void
put_file(const char *name, const char *text)
{
	char path[128];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", top, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static zta_status
commit(zta_workspace *w, const char *message, zta_workspace_result *out)
{
	const zta_workspace_signing signing = { .author = ZTA_STR("A"),
		.email = ZTA_STR("a@b.c") };
	zta_error err;

	return zta_workspace_commit(
	    w, zta_str_of(message), &signing, out, &err);
}

/*
 * Open it, do one thing, and close it, with the nth allocation failing. What is
 * remembered is of no account: that it could not be read would be no error.
 */
static zta_status
attempt(long n, zta_status (*verb)(zta_workspace *w))
{
	zta_workspace *w = NULL;
	char memo[PATH_MAX];
	zta_error err;
	zta_status status;

	(void)snprintf(memo, sizeof(memo), "%s/.ztauth/memo", top);
	(void)unlink(memo);
	countdown = n;
	status = zta_workspace_open(&w, top, &err);
	if (status == ZTA_OK) {
		status = verb(w);
	}
	zta_workspace_close(w);
	countdown = -1;
	return status;
}

static zta_oid
head(void)
{
	zta_workspace *w;
	zta_oid oid;

	assert_int_equal(zta_workspace_open(&w, top, NULL), ZTA_OK);
	assert_int_equal(zta_workspace__head(w, &oid, NULL), ZTA_OK);
	zta_workspace_close(w);
	return oid;
}

/* Until it succeeds, it fails and leaves HEAD where it is. */
static void
fail_often(zta_status (*verb)(zta_workspace *w), bool writes)
{
	zta_oid before = head(), after;
	zta_status status;
	long n = 0;

	do {
		status = attempt(n, verb);
		after = head();
		if (status == ZTA_OK || !zta_oid__eq(&before, &after)) {
			break;
		}
		assert_true(status == ZTA_ENOMEM || status == ZTA_EIO);
		n++;
	} while (n < 10000);
	assert_true(n > 3);
	assert_int_equal(!zta_oid__eq(&before, &after), writes);
	/* All that is left to fail is to show what was done. */
	assert_true(status == ZTA_OK || (writes && status == ZTA_ENOMEM));
}

static zta_status
do_commit(zta_workspace *w)
{
	zta_workspace_result result;
	zta_status status = commit(w, "second\n", &result);

	assert_true(status != ZTA_OK || result.report->valid);
	return status;
}

static zta_status
do_look(zta_workspace *w)
{
	zta_workspace_state state;
	zta_ledger_diff diff;
	zta_error err;
	zta_status status = zta_workspace_look(w, &state, &err);

	assert_true(status != ZTA_OK || state.changes.count == 1);
	if (status == ZTA_OK) {
		status = zta_workspace_diff(w, NULL, NULL, &diff, &err);
		assert_true(status != ZTA_OK || diff.policy_count == 2);
	}
	return status;
}

static zta_status
do_plan(zta_workspace *w)
{
	static const char request[] =
	    "{\"principal\":\"U::\\\"a\\\"\",\"action\":\"Action::\\\"a\\\"\","
	    "\"resource\":\"U::\\\"b\\\"\",\"context\":{}}\n{}\n";
	const zta_ledger_questions questions = { .requests = ZTA_STR(request) };
	zta_workspace_outlook outlook;
	zta_error err;
	zta_status status = zta_workspace_plan(w, &questions, &outlook, &err);

	assert_true(status != ZTA_OK ||
	    (outlook.flip_count == 1 && outlook.refused_count == 1 &&
		outlook.flips[0].before.permitted &&
		!outlook.flips[0].after.permitted &&
		outlook.flips[0].after.reason_count == 2));
	return status;
}

static zta_status
do_blame(zta_workspace *w)
{
	const zta_ledger_blame *list;
	size_t count;
	zta_error err;
	zta_status status =
	    zta_workspace_blame(w, "HEAD", "p.cedar", &list, &count, &err);

	assert_true(status != ZTA_OK ||
	    (count == 2 && list[0].commit != list[1].commit));
	return status;
}

static zta_status
do_checkout(zta_workspace *w)
{
	zta_workspace_checked checked;
	zta_error err;
	zta_status status =
	    zta_workspace_checkout(w, "HEAD", true, &checked, &err);

	assert_true(status != ZTA_OK || checked.changes.count == 1);
	return status;
}

static zta_status
do_revert(zta_workspace *w)
{
	const zta_workspace_signing signing = { .author = ZTA_STR("A"),
		.email = ZTA_STR("a@b.c") };
	zta_workspace_undone undone;
	zta_error err;
	zta_status status =
	    zta_workspace_revert(w, "HEAD", &signing, &undone, &err);

	assert_true(status != ZTA_OK || undone.place_count == 0);
	return status;
}

static const zta_trust_edit quarantine = { { "w:a", 3 }, false };

static zta_status
do_quarantine(zta_workspace *w)
{
	const zta_workspace_signing signing = { .author = ZTA_STR("A"),
		.email = ZTA_STR("a@b.c") };
	zta_trust_changed changed;
	zta_error err;

	return zta_trust_change(
	    w, &quarantine, ZTA_STR("why"), &signing, &changed, &err);
}

static zta_status
do_foresee(zta_workspace *w)
{
	const zta_ledger_questions questions = { .requests = ZTA_STR("{}\n") };
	zta_trust_changed changed;
	zta_workspace_outlook outlook;
	zta_error err;
	zta_status status = zta_trust_plan(
	    w, &quarantine, &questions, &changed, &outlook, &err);

	assert_true(status != ZTA_OK ||
	    (changed.known && outlook.diff.files.count == 1));
	return status;
}

static zta_status
do_trust_show(zta_workspace *w)
{
	zta_trust_view view;
	zta_error err;
	zta_status status = zta_trust_show(w, &view, &err);

	assert_true(status != ZTA_OK ||
	    (view.quarantine_count == 1 && view.quarantine[0].commit != NULL));
	return status;
}

static zta_status
do_trust_explain(zta_workspace *w)
{
	const zta_trust_question question = { .workload = ZTA_STR("w:b"),
		.proof = ZTA_STR("bearer"),
		.subject = ZTA_STR("U::\"a\"") };
	zta_trust_explained explained;
	zta_error err;
	zta_status status = zta_trust_explain(w, &question, &explained, &err);

	assert_true(status != ZTA_OK ||
	    (explained.permitted && explained.reason_count == 1));
	return status;
}

/* --- why a decision was */

#define DECIDED 1767225600000
static char decisions[] = "/tmp/ztauth-decisions-XXXXXX";

/* A log with one decision: a workload that is in no group. */
static void
make_log(zta_str commit)
{
	static const char line[] =
	    "{\"id\":\"30313233343536373839616263646566\","
	    "\"time\":1767225600000,\"request\":{\"subject\":{\"type\":\"U\","
	    "\"id\":\"a\"},\"action\":{\"name\":\"do\"},\"resource\":{\"type\":"
	    "\"R\",\"id\":\"r\"}},\"chain\":{\"subject\":{\"type\":\"U\",\"id\":"
	    "\"a\",\"kind\":\"human\",\"source\":\"s\",\"trust_domain\":\"\"},"
	    "\"scopes\":[\"do\"],\"rings\":[{\"workload\":\"w:c\",\"source\":"
	    "\"s\",\"trust_domain\":\"\",\"proof\":\"bearer\","
	    "\"at\":1767225600000}]}}";
	const zta_leaf_ring ring = { .workload = ZTA_STR("w:c"),
		.source = ZTA_STR("s"),
		.proof = ZTA_STR("bearer"),
		.at = DECIDED };
	const zta_leaf leaf = { .kind = ZTA_STR("decision"),
		.id = ZTA_STR("0123456789abcdef"),
		.time = DECIDED,
		.commit = commit,
		.txn = ZTA_STR("t"),
		.subject_type = ZTA_STR("U"),
		.subject_id = ZTA_STR("a"),
		.action = ZTA_STR("do"),
		.resource_type = ZTA_STR("R"),
		.resource_id = ZTA_STR("r"),
		.rings = &ring,
		.ring_count = 1,
		.leg = ZTA_STR("elevation"),
		.code = ZTA_STR("unauthorized_actor"),
		.ring = 1 };
	const zta_log_options options = { .lanes = 1 };
	zta_log_found found;
	zta_journal *journal;
	zta_log *log;

	assert_int_equal(
	    zta_log__open(&log, decisions, &options, &found, NULL), ZTA_OK);
	assert_int_equal(
	    zta_log_lane__append(zta_log__lane(log, 0), &leaf, NULL), ZTA_OK);
	zta_log__close(log);
	assert_int_equal(zta_journal__open(&journal, decisions, NULL), ZTA_OK);
	assert_int_equal(
	    zta_journal__append(journal, DECIDED, ZTA_STR(line), NULL), ZTA_OK);
	zta_journal__close(journal);
}

/* What there was no memory for is no account that lacks something. */
static zta_status
do_why(zta_workspace *w)
{
	const zta_why_question question = {
		.log = decisions, .decision = "0", .workspace = w
	};
	zta_error err;
	zta_why *why;
	zta_status status = zta_why_open(&why, &question, &err);

	if (status == ZTA_OK) {
		assert_null(why->not_again);
		assert_true(why->agrees);
		assert_int_equal(why->change_count, 1);
		assert_int_equal(why->changes[0].kind, ZTA_WHY_GROUP);
		assert_true(why->changes[0].allowed);
		zta_why_close(why);
	}
	return status;
}

/* The verbs of the trust model; the folder is as HEAD has it afterwards. */
static void
test_trust_model(void)
{
	zta_workspace_result result;
	zta_workspace *w;
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/trust", top);
	assert_int_equal(mkdir(path, 0700), 0);
	put_file(
	    "trust/levels.json", "{\"levels\":[{\"name\":\"l\",\"rank\":1}]}");
	put_file("trust/groups.json",
	    "{\"groups\":[{\"name\":\"g\",\"level\":\"l\","
	    "\"members\":[\"w:a\",\"w:b\"]}]}");
	put_file(
	    "trust/elevation.cedar", "permit (principal, action, resource);\n");
	assert_int_equal(zta_workspace_open(&w, top, NULL), ZTA_OK);
	assert_int_equal(commit(w, "trust\n", &result), ZTA_OK);
	assert_true(result.report->valid);
	make_log(result.commit.id);
	zta_workspace_close(w);
	fail_often(do_why, false);
	fail_often(do_foresee, false);
	fail_often(do_quarantine, true);
	/* If it could not say so, it says that it is so already. */
	fail_often(do_quarantine, false);
	fail_often(do_trust_show, false);
	fail_often(do_trust_explain, false);
}

static void
test_workspace__nomem(void **state)
{
	zta_workspace_made made;
	zta_workspace_result result;
	zta_workspace *w;

	(void)state;
	assert_int_equal(
	    zta_workspace_init(top, "x", NULL, &made, NULL), ZTA_OK);
	put_file(
	    "p.cedar", "@id(\"all\") permit (principal, action, resource);\n");
	assert_int_equal(zta_workspace_open(&w, top, NULL), ZTA_OK);
	assert_int_equal(commit(w, "first\n", &result), ZTA_OK);
	assert_true(result.report->valid);
	zta_workspace_close(w);
	test_trust_model();

	put_file("p.cedar",
	    "@id(\"all\") permit (principal, action, resource);\n"
	    "@id(\"some\") permit (principal, action, resource);\n");
	fail_often(do_commit, true);
	fail_often(do_blame, false);
	put_file("p.cedar",
	    "@id(\"some\") permit (principal, action, resource);\n"
	    "@id(\"none\") forbid (principal, action, resource);\n");
	fail_often(do_look, false);
	put_file("p.cedar",
	    "@id(\"all\") permit (principal, action, resource) when { false };"
	    "\n@id(\"some\") permit (principal is G, action, resource);\n");
	fail_often(do_plan, false);
	fail_often(do_checkout, false);
	fail_often(do_revert, true);
}

static int
make_top(void **state)
{
	(void)state;
	return mkdtemp(top) == NULL || mkdtemp(decisions) == NULL;
}

static int
remove_one(
    const char *path, const struct stat *info, int kind, struct FTW *place)
{
	(void)info;
	(void)kind;
	(void)place;
	return remove(path);
}

static int
remove_top(void **state)
{
	(void)state;
	return nftw(top, remove_one, 8, FTW_DEPTH | FTW_PHYS) != 0 ||
	    nftw(decisions, remove_one, 8, FTW_DEPTH | FTW_PHYS) != 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_workspace__resolve),
		cmocka_unit_test(test_workspace__nomem),
	};

	return cmocka_run_group_tests_name(
	    "workspace", tests, make_top, remove_top);
}
