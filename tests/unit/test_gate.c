/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_gate.c - what a workspace writes passes the gate: a commit that may not
 * exist is told with its rule, and nothing of it is kept.
 */
#include "tests.h"

#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/time.h"
#include "pap/workspace.h"
#include "statement_made.h"

static char top[] = "/tmp/ztauth-gate-XXXXXX";
static const zta_workspace_signing nobody = { .author = { "A", 1 },
	.email = { "a@b.c", 5 } };

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

static zta_workspace *
open_top(void)
{
	zta_workspace *w;

	assert_int_equal(zta_workspace_open(&w, top, NULL), ZTA_OK);
	return w;
}

/* A workspace with one commit; what differs from it is judged. */
static zta_workspace *
begin(zta_files *head, zta_files *folder, zta_workspace_result *result)
{
	zta_workspace *w = open_top();
	zta_oid oid;

	*result = (zta_workspace_result){ 0 };
	assert_int_equal(zta_workspace__head(w, &oid, NULL), ZTA_OK);
	assert_int_equal(zta_workspace__files(w, &oid, head, NULL), ZTA_OK);
	assert_int_equal(zta_workspace__judge(w, false, folder, NULL), ZTA_OK);
	assert_int_equal(zta_workspace__changes(
			     w, head, folder, true, &result->changes, NULL),
	    ZTA_OK);
	return w;
}

/* The gate says `rule`, and the ref stays. */
static void
refuses(zta_workspace *w, const zta_files *head, const zta_files *folder,
    zta_workspace_result *result, const char *rule)
{
	zta_oid before, after;
	zta_error err;

	assert_int_equal(zta_workspace__head(w, &before, NULL), ZTA_OK);
	assert_int_equal(zta_workspace__write(w, head, folder, ZTA_STR("m\n"),
			     &nobody, result, &err),
	    ZTA_OK);
	assert_non_null(result->report);
	assert_false(result->report->valid);
	assert_string_equal(result->report->findings[0].rule, rule);
	assert_int_equal(result->report->findings[0].file.len, 0);
	assert_int_equal(result->commit.id.len, 0);
	assert_int_equal(zta_workspace__head(w, &after, NULL), ZTA_OK);
	assert_true(zta_oid__eq(&before, &after));
}

/* Somebody else has committed since HEAD was read. */
static void
test_gate__parent(void **state)
{
	zta_files head, folder, none = { 0 };
	zta_workspace_result result, other;
	zta_workspace *w, *second;

	(void)state;
	put_file("p.cedar", "permit (principal, action, resource);\n");
	w = begin(&head, &folder, &result);
	refuses(w, &none, &folder, &result, "parent");
	second = open_top();
	assert_int_equal(
	    zta_workspace_commit(second, ZTA_STR("m\n"), &nobody, &other, NULL),
	    ZTA_OK);
	assert_true(other.commit.id.len > 0);
	zta_workspace_close(second);
	refuses(w, &head, &folder, &result, "parent");
	zta_workspace_close(w);
}

/* What is written is not what was judged, or was not valid. */
static void
test_gate__tree(void **state)
{
	zta_files head, folder, less;
	zta_workspace_result result;
	zta_workspace *w;

	(void)state;
	put_file("p.cedar", "forbid (principal, action, resource);\n");
	w = begin(&head, &folder, &result);
	less = folder;
	less.count--;
	result.changes.count = 0;
	refuses(w, &head, &less, &result, "tree-id");
	zta_workspace_close(w);

	put_file("p.cedar", "forbid (\n");
	w = begin(&head, &folder, &result);
	refuses(w, &head, &folder, &result, "tree-id");
	zta_workspace_close(w);
}

/* With a list of signers, nobody else commits; without one, whoever. */
static void
test_gate__signature(void **state)
{
	zta_files head, folder;
	zta_workspace_result result;
	zta_workspace *w;

	(void)state;
	put_file("p.cedar", "forbid (principal, action, resource);\n");
	put_file(".ztauth/signers", "# nobody\n");
	put_file(".ztauth/config.json",
	    "{\"zone\":\"local\",\"name\":\"x\","
	    "\"signers\":\".ztauth/signers\"}\n");
	w = begin(&head, &folder, &result);
	refuses(w, &head, &folder, &result, "signature");
	zta_workspace_close(w);
	put_file(
	    ".ztauth/config.json", "{\"zone\":\"local\",\"name\":\"x\"}\n");
	w = begin(&head, &folder, &result);
	assert_int_equal(zta_workspace__write(w, &head, &folder, ZTA_STR("m\n"),
			     &nobody, &result, NULL),
	    ZTA_OK);
	assert_null(result.report);
	assert_true(result.commit.id.len > 0);
	zta_workspace_close(w);
}

static int
make_top(void **state)
{
	zta_workspace_made made;
	zta_workspace_result result;
	zta_workspace *w;

	(void)state;
	if (mkdtemp(top) == NULL ||
	    zta_workspace_init(top, "x", NULL, &made, NULL) != ZTA_OK) {
		return -1;
	}
	w = open_top();
	assert_int_equal(
	    zta_workspace_commit(w, ZTA_STR("first\n"), &nobody, &result, NULL),
	    ZTA_OK);
	zta_workspace_close(w);
	return 0;
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
	return nftw(top, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* --- statements that have lapsed. SPEC: docs/formats/trust.md */

static void
make_folder(const char *name)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", top, name);
	assert_int_equal(mkdir(path, 0777), 0);
}

static void
put_domains(const zta_key *key)
{
	zta_buf text;

	zta_buf__init(&text, SIZE_MAX);
	zta_buf__text(&text, "{\"own\":\"a.example\",\"domains\":[");
	made_domain(&text, "b.example", key, "");
	zta_buf__text(&text, "]}");
	zta_buf__byte(&text, '\0');
	put_file("trust/domains.json", text.ptr);
	zta_buf__release(&text);
}

/* One that ends so many seconds from now. */
static void
put_statement(
    const char *path, const char *jti, int seconds, const zta_key *key)
{
	zta_arena arena;
	char claims[512];
	long long now = zta_time__now_ms() / 1000;

	zta_arena__init(&arena, SIZE_MAX);
	(void)snprintf(claims, sizeof(claims),
	    "{\"iss\":\"b.example\",\"aud\":\"a.example\",\"jti\":\"%s\","
	    "\"nbf\":%lld,\"exp\":%lld,\"kind\":\"federation\","
	    "\"level\":\"low\"}",
	    jti, now - 1000, now + seconds);
	put_file(path,
	    zta_arena__cstr(&arena,
		made_statement(&arena, claims, ZTA_STATEMENT_TYP, key)));
	zta_arena__release(&arena);
}

/* Commit the folder; "", or the rule and the file of what is refused. */
static void
commits(const char *refused)
{
	zta_workspace *w = open_top();
	zta_workspace_result result;
	const zta_ledger_finding *f = NULL;
	size_t i;
	char said[256] = "";

	assert_int_equal(
	    zta_workspace_commit(w, ZTA_STR("m\n"), &nobody, &result, NULL),
	    ZTA_OK);
	for (i = 0; i < result.report->finding_count; i++) {
		f = &result.report->findings[i];
		if (!f->warning) {
			(void)snprintf(said, sizeof(said), "%.*s:%u:%u %s",
			    ZTA_STR_ARG(f->file), f->line, f->column, f->rule);
		}
	}
	assert_string_equal(said, refused);
	assert_int_equal(result.report->valid, refused[0] == '\0');
	assert_int_equal(result.commit.id.len > 0, refused[0] == '\0');
	zta_workspace_close(w);
}

/* Nobody brings one, but a key is taken out, whatever it has signed. */
static void
test_gate__statements(void **state)
{
	static const char path[] = "trust/statements/b.json";
	zta_key *key, *next;

	(void)state;
	assert_int_equal(zta_key_generate(&key, ZTA_ALG_EDDSA, NULL), ZTA_OK);
	assert_int_equal(zta_key_generate(&next, ZTA_ALG_ES256, NULL), ZTA_OK);
	make_folder("trust");
	make_folder("trust/statements");
	put_file("p.cedar", "forbid (principal, action, resource);\n");
	put_file("trust/levels.json",
	    "{\"levels\":[{\"name\":\"low\",\"rank\":1}]}");
	put_domains(key);
	put_statement(path, "statement-0000001", -1, key);
	commits("trust/statements/b.json:1:10 statement-lapsed");
	put_statement(path, "statement-0000001", 600, next);
	commits("trust/statements/b.json:1:10 statement-lapsed");
	put_statement(path, "statement-0000001", 600, key);
	commits("");
	/* The key is replaced: the old statement is still there, and nothing. */
	put_domains(next);
	commits("");
	put_file("p.cedar", "permit (principal, action, resource);\n");
	commits("");
	put_statement("trust/statements/c.json", "statement-0000002", 600, key);
	commits("trust/statements/c.json:1:10 statement-lapsed");
	put_statement(
	    "trust/statements/c.json", "statement-0000002", 600, next);
	commits("");
	zta_key_close(key);
	zta_key_close(next);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gate__parent),
		cmocka_unit_test(test_gate__tree),
		cmocka_unit_test(test_gate__statements),
		cmocka_unit_test(test_gate__signature),
	};

	return cmocka_run_group_tests_name("gate", tests, make_top, remove_top);
}
