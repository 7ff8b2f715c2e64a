/* SPDX-License-Identifier: Apache-2.0 */
/* test_admit.c - which commits may exist. SPEC: ztauth 2 */
#include "tests.h"

#include "base/buf.h"
#include "pap/admit.h"

/* 2026-01-01T00:00:00Z and a bit */
#define NOW INT64_C(1767225600500)
#define DAY INT64_C(86400000)

static const zta_oid head = { { 1 } }, other = { { 2 } };
static zta_key *key, *stranger;

enum { NO_HEAD, HEAD };
enum { NO_PARENT, PARENT, OTHER };
enum { NOBODY, US, STRANGER };

#define ALLOWED "us@example.com %s\n"

static const struct {
	const char *name;
	int ref, parent;
	bool must_be_signed;
	int signer;
	const char *list; /* of signers, with our key at %s; NULL: none */
	int64_t revoked_at;
	const char *rules, *message; /* "": the commit is admitted */
} cases[] = {
	{ "the first commit", NO_HEAD, NO_PARENT, false, NOBODY, NULL, 0, "",
	    "" },
	{ "a child of the head", HEAD, PARENT, false, NOBODY, NULL, 0, "", "" },
	{ "a first commit with a parent", NO_HEAD, PARENT, false, NOBODY, NULL,
	    0, "parent", "the first commit of a ref has no parent" },
	{ "a second first commit", HEAD, NO_PARENT, false, NOBODY, NULL, 0,
	    "parent", "the commit has no parent" },
	{ "the ref has moved on", HEAD, OTHER, false, NOBODY, NULL, 0, "parent",
	    "the parent is not what the ref names now" },

	{ "not signed, but must be", HEAD, PARENT, true, NOBODY, ALLOWED, 0,
	    "signature", "the commit is not signed" },
	{ "signed", HEAD, PARENT, true, US, ALLOWED, 0, "", "" },
	{ "signed, and need not be", HEAD, PARENT, false, US, ALLOWED, 0, "",
	    "" },
	{ "signed, but who may is not known", HEAD, PARENT, true, US, NULL, 0,
	    "signature", "there is no list of those who may sign" },
	{ "signed, but nobody looks", HEAD, PARENT, false, STRANGER, NULL, 0,
	    "", "" },
	{ "nobody may sign", HEAD, PARENT, true, US, "", 0, "signature",
	    "the key SHA256:" },
	{ "a stranger", HEAD, PARENT, true, STRANGER, ALLOWED, 0, "signature",
	    "the key SHA256:" },
	{ "a stranger who need not sign", HEAD, PARENT, false, STRANGER,
	    ALLOWED, 0, "signature", "the key SHA256:" },
	{ "for other namespaces", HEAD, PARENT, true, US,
	    "us namespaces=\"file\" %s\n", 0, "signature", "the key SHA256:" },

	/* The commit says that it is a year old: that does not count. */
	{ "in force from now on", HEAD, PARENT, true, US,
	    "us valid-after=\"20260101000000Z\" %s\n", 0, "", "" },
	{ "not in force yet", HEAD, PARENT, true, US,
	    "us valid-after=\"20260101000001Z\" %s\n", 0, "signature",
	    "the key SHA256:" },
	{ "in force until now", HEAD, PARENT, true, US,
	    "us valid-before=\"20260101000000Z\" %s\n", 0, "", "" },
	{ "in force no more", HEAD, PARENT, true, US,
	    "us valid-before=\"20251231235959Z\" %s\n", 0, "signature",
	    "the key SHA256:" },
	{ "revoked", HEAD, PARENT, true, US, ALLOWED, NOW, "signature",
	    "the key of the signature is revoked" },
	{ "revoked, and need not sign", HEAD, PARENT, false, US, ALLOWED,
	    NOW - DAY, "signature", "the key of the signature is revoked" },
	{ "revoked later", HEAD, PARENT, true, US, ALLOWED, NOW + 1, "", "" },

	{ "everything at once", HEAD, OTHER, true, NOBODY, ALLOWED, 0,
	    "parent signature", "the parent is not" },
};

static void
load_tree(const char *dir, zta_arena *arena, zta_tree *tree, zta_commit *commit)
{
	zta_error err;

	zta_arena__init(arena, SIZE_MAX);
	assert_int_equal(zta_tree__read_dir(arena, dir, tree, &err), ZTA_OK);
	*commit = (zta_commit){
		.author = { ZTA_STR("us"), ZTA_STR("us@example.com"), 1 },
		.message = ZTA_STR("a commit\n"),
	};
	/* What a thief would write. */
	commit->author.time_s = NOW / 1000 - 365 * 86400;
	commit->committer = commit->author;
	assert_true(zta_oid__parse(zta_str_of(tree->id), &commit->tree));
}

static void
sign(zta_arena *arena, zta_commit *commit, const zta_key *with)
{
	const zta_ssh_signer signer = { .pair = with };
	zta_error err;

	assert_int_equal(
	    zta_commit__sign(arena, commit, &signer, &err), ZTA_OK);
}

static void
read_list(zta_arena *arena, const char *format, zta_ssh_allowed_list *list)
{
	char line[ZTA_KEY_SSH_MAX], *text;
	zta_buf buf;

	assert_int_equal(
	    zta_key_public_ssh(key, ZTA_STR(""), line, NULL), ZTA_OK);
	zta_buf__init(&buf, SIZE_MAX);
	text = strstr(format, "%s");
	if (text != NULL) {
		zta_buf__put(
		    &buf, (zta_str){ format, (size_t)(text - format) });
		zta_buf__printf(&buf, "%s\n", line);
	}
	text = zta_arena__cstr(
	    arena, buf.len == 0 ? ZTA_STR("") : zta_buf__str(&buf));
	zta_buf__release(&buf);
	assert_int_equal(
	    zta_ssh_allowed__read(arena, zta_str_of(text), list, NULL), ZTA_OK);
}

static void
check_rules(const char *name, const zta_check *out, const char *rules)
{
	char found[256] = "";
	size_t len = 0;
	uint32_t i;

	for (i = 0; i < out->findings.count; i++) {
		len += (size_t)snprintf(found + len, sizeof(found) - len,
		    "%s%s", i > 0 ? " " : "", out->findings.list[i].rule);
		assert_int_equal(out->findings.list[i].file.len, 0);
		assert_int_equal(out->findings.list[i].line, 0);
	}
	if (strcmp(found, rules) != 0) {
		fail_msg("%s: '%s', not '%s'", name, found, rules);
	}
	assert_int_equal(rules[0] == '\0', zta_check__snapshot(out) != NULL);
}

static void
test_admit__judges_commits(void **state)
{
	zta_admission admission = { .head = head, .received_at = NOW };
	zta_ssh_allowed_list list;
	zta_revocation revoked;
	zta_commit commit;
	zta_arena arena, keep;
	zta_tree tree;
	zta_check out;
	size_t i;

	(void)state;
	zta_arena__init(&keep, SIZE_MAX);
	assert_int_equal(zta_ssh_key__of(key, &revoked.key, NULL), ZTA_OK);
	admission.revoked = &revoked;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		load_tree("tests/unit/ledger", &arena, &tree, &commit);
		admission.has_head = cases[i].ref == HEAD;
		admission.must_be_signed = cases[i].must_be_signed;
		admission.signers = NULL;
		if (cases[i].list != NULL) {
			read_list(&keep, cases[i].list, &list);
			admission.signers = &list;
		}
		revoked.at_ms = cases[i].revoked_at;
		admission.revoked_count = cases[i].revoked_at != 0;
		commit.has_parent = cases[i].parent != NO_PARENT;
		commit.parent = cases[i].parent == OTHER ? other : head;
		if (cases[i].signer != NOBODY) {
			sign(&keep, &commit,
			    cases[i].signer == US ? key : stranger);
		}
		assert_int_equal(zta_admit__commit(&out, &admission, &commit,
				     &arena, &tree, NULL),
		    ZTA_OK);
		check_rules(cases[i].name, &out, cases[i].rules);
		if (out.findings.count > 0) {
			assert_ptr_equal(strstr(out.findings.list[0].message,
					     cases[i].message),
			    out.findings.list[0].message);
		}
		zta_check__release(&out);
	}
	zta_arena__release(&keep);
}

/* A signature of another commit, and one that is none. */
static void
test_admit__refuses_bad_signatures(void **state)
{
	zta_admission admission = { .received_at = NOW };
	zta_ssh_allowed_list list;
	zta_commit commit;
	zta_arena arena, keep;
	zta_tree tree;
	zta_check out;

	(void)state;
	zta_arena__init(&keep, SIZE_MAX);
	read_list(&keep, ALLOWED, &list);
	admission.signers = &list;
	load_tree("tests/unit/ledger", &arena, &tree, &commit);
	sign(&keep, &commit, key);
	commit.message = ZTA_STR("another commit\n");
	assert_int_equal(
	    zta_admit__commit(&out, &admission, &commit, &arena, &tree, NULL),
	    ZTA_OK);
	check_rules("moved", &out, "signature");
	zta_check__release(&out);
	load_tree("tests/unit/ledger", &arena, &tree, &commit);
	commit.signature = ZTA_STR("trust me");
	assert_int_equal(
	    zta_admit__commit(&out, &admission, &commit, &arena, &tree, NULL),
	    ZTA_OK);
	check_rules("no signature", &out, "signature");
	zta_check__release(&out);
	zta_arena__release(&keep);
}

/* The tree must be the one of the commit, and valid. */
static void
test_admit__judges_trees(void **state)
{
	const zta_admission admission = { .received_at = NOW };
	zta_commit commit;
	zta_arena arena;
	zta_tree tree;
	zta_check out;

	(void)state;
	load_tree("tests/unit/ledger", &arena, &tree, &commit);
	commit.tree = other;
	assert_int_equal(
	    zta_admit__commit(&out, &admission, &commit, &arena, &tree, NULL),
	    ZTA_OK);
	check_rules("another tree", &out, "tree-id");
	zta_check__release(&out);

	load_tree("tests/unit/ledger-broken", &arena, &tree, &commit);
	assert_int_equal(
	    zta_admit__commit(&out, &admission, &commit, &arena, &tree, NULL),
	    ZTA_OK);
	assert_int_equal(out.findings.errors, 3);
	assert_null(zta_check__snapshot(&out));
	zta_check__release(&out);
}

/* Zeroed, nothing is admitted. */
static void
test_admit__zero_is_no(void **state)
{
	const zta_check check = { 0 };

	(void)state;
	assert_null(zta_check__snapshot(&check));
}

static int
setup(void **state)
{
	(void)state;
	return zta_key_generate(&key, ZTA_ALG_EDDSA, NULL) != ZTA_OK ||
	    zta_key_generate(&stranger, ZTA_ALG_EDDSA, NULL) != ZTA_OK;
}

static int
teardown(void **state)
{
	(void)state;
	zta_key_close(key);
	zta_key_close(stranger);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_admit__judges_commits),
		cmocka_unit_test(test_admit__refuses_bad_signatures),
		cmocka_unit_test(test_admit__judges_trees),
		cmocka_unit_test(test_admit__zero_is_no),
	};

	return cmocka_run_group_tests_name("admit", tests, setup, teardown);
}
