/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_check.c - a ledger that is valid, and one thing after another that makes
 * it not so, each with all its findings and their places. SPEC: ztauth 2
 */
#include "tests.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/sort.h"
#include "pap/check.h"
#include "pdp/decide.h"

#define NOW 1767225600000
#define FILES_MAX 32

typedef struct file {
	const char *path, *text; /* no text: the file is not there */
} file;

#define JWKS                                                              \
	"\"jwks\":{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":" \
	"\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}]}"

/* SPEC: docs/formats/trust.md; signed with a key that was thrown away. */
#define DOMAINS                                                         \
	"{\"own\":\"a.example\",\"domains\":[{\"name\":\"b.example\","  \
	"\"jwks\":{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x"  \
	"\":\"neuHp6qBwhmj4guK60zDecqmI8w_J9RoU795NsQq84Q\",\"kid\":\"" \
	"k\"}]}}]}"
#define STATEMENT                                                      \
	"{\"jws\":\"eyJhbGciOiJFZERTQSIsInR5cCI6Inp0YXV0aC1zdGF0ZW1lb" \
	"nQrand0Iiwia2lkIjoiayJ9.eyJpc3MiOiJiLmV4YW1wbGUiLCJhdWQiOiJh" \
	"LmV4YW1wbGUiLCJqdGkiOiJzdGF0ZW1lbnQtMDAwMDAwMSIsIm5iZiI6MTc2" \
	"NzIyNTYwMCwiZXhwIjoxNzk4ODQ3OTk5LCJraW5kIjoiZmVkZXJhdGlvbiIs" \
	"ImxldmVsIjoibCJ9.OO2o9UumRfXjsWQQSxmmGC6v4FROI-8MQc3NhRnr2vm" \
	"9oWOFi-mJoCFPLKixJO9UEd7EyeXB88WetbnN_ihICA\"}"
#define STATEMENT_ENDED                                                \
	"{\"jws\":\"eyJhbGciOiJFZERTQSIsInR5cCI6Inp0YXV0aC1zdGF0ZW1lb" \
	"nQrand0Iiwia2lkIjoiayJ9.eyJpc3MiOiJiLmV4YW1wbGUiLCJhdWQiOiJh" \
	"LmV4YW1wbGUiLCJqdGkiOiJzdGF0ZW1lbnQtMDAwMDAwMiIsIm5iZiI6MTc2" \
	"NzIyNTU5OSwiZXhwIjoxNzY3MjI1NjAwLCJraW5kIjoiZmVkZXJhdGlvbiIs" \
	"ImxldmVsIjoibCJ9.Q3Ro_zMskBlS-FsA8ab76rHKhSP5VUPYNODWc5iZ254" \
	"D4Nbor4a1e3RI1chQkF1nJBOJM6IacZlqn77xmvWkDA\"}"
#define STATEMENT_FORGED                                               \
	"{\"jws\":\"eyJhbGciOiJFZERTQSIsInR5cCI6Inp0YXV0aC1zdGF0ZW1lb" \
	"nQrand0Iiwia2lkIjoiayJ9.eyJpc3MiOiJiLmV4YW1wbGUiLCJhdWQiOiJh" \
	"LmV4YW1wbGUiLCJqdGkiOiJzdGF0ZW1lbnQtMDAwMDAwMyIsIm5iZiI6MTc2" \
	"NzIyNTYwMCwiZXhwIjoxNzk4ODQ3OTk5LCJraW5kIjoiZmVkZXJhdGlvbiIs" \
	"ImxldmVsIjoibCJ9.kdu8Rb-lEL0jTgOn-kAc00vqDLX5qNdUbP9tcebZyRm" \
	"uoiy30B9fISUwah2R-6whOf4kLBA9dApkzY0-88WfDw\"}"
#define STATEMENT_OF_LOST_KEY                                          \
	"{\"jws\":\"eyJhbGciOiJFZERTQSIsInR5cCI6Inp0YXV0aC1zdGF0ZW1lb" \
	"nQrand0Iiwia2lkIjoibG9zdCJ9.eyJpc3MiOiJiLmV4YW1wbGUiLCJhdWQi" \
	"OiJhLmV4YW1wbGUiLCJqdGkiOiJzdGF0ZW1lbnQtMDAwMDAwNCIsIm5iZiI6" \
	"MTc2NzIyNTYwMCwiZXhwIjoxNzk4ODQ3OTk5LCJraW5kIjoiZmVkZXJhdGlv" \
	"biIsImxldmVsIjoibCJ9.SkUixKNkcqcj6l2Xu9vlY53LzRm4Nva52M5maZD" \
	"gLRQCaKNOAxOoCVhE1K0AKoq2_hscKppC_mN4wVSqawVQCg\"}"

/* A valid ledger, which has one of everything. */
static const file base[] = {
	{ "a/b.cedar",
	    "permit (principal, action == Action::\"view\", "
	    "resource);\n" },
	{ "a/entities/x.json", "[]" },
	{ "a/schema.cedarschema", "entity Thing;\n" },
	{ "entities/users.json",
	    "[{\"uid\":{\"type\":\"User\",\"id\":\"ann\"},\"attrs\":{\"n\":1},"
	    "\"parents\":[]}]\n" },
	{ "identity/sources.json",
	    "{\"sources\":{\"corp\":{\"kind\":\"jwt\",\"issuer\":\"i\","
	    "\"audience\":\"a\",\"algorithms\":[\"ES256\"],"
	    "\"jwks_file\":\"no-such-file.json\"}}}\n" },
	{ "main.cedar",
	    "@id(\"low\") permit (principal, action, resource)\n"
	    "when { principal.n < 5 };\n"
	    "@id(\"own\") permit (principal == ?principal, action, resource);"
	    "\n" },
	{ "manifest.json",
	    "{\"metadata\":{\"name\":\"t\"},\n"
	    "\"runtimes\":{\"cedar\":{\"language\":{\"name\":\"cedar\"}}},\n"
	    "\"partitions\":{\"/\":{\"schema\":true,\"runtime\":\"cedar\"},\n"
	    "\"/a\":{\"schema\":true}},\n"
	    "\"zone\":{\"require\":\"none\"}}\n" },
	{ "schema.cedarschema",
	    "entity User = { n: Long, s?: String };\n"
	    "entity Doc in [Doc];\n"
	    "action view, edit appliesTo {\n"
	    "  principal: User, resource: Doc, context: {} };\n" },
	{ "tests/t.json",
	    "{\"tests\":[\n"
	    "{\"name\":\"ann sees\",\"request\":{\n"
	    "  \"subject\":{\"type\":\"User\",\"id\":\"ann\"},\n"
	    "  \"action\":{\"name\":\"edit\"},\n"
	    "  \"resource\":{\"type\":\"Doc\",\"id\":\"d\"}},\n"
	    " \"expect\":{\"decision\":true,\"policies\":[\"low\"],"
	    "\"code\":\"permitted\"}},\n"
	    "{\"name\":\"w acts\",\"elevation\":{\"workload\":\"w\","
	    "\"proof\":\"mtls\",\"proof_age_s\":9,\n"
	    "  \"subject\":{\"type\":\"User\",\"id\":\"ann\"},"
	    "\"now\":\"2026-01-01T00:00:00Z\"},\n"
	    " \"expect\":{\"decision\":true}}]}\n" },
	{ "trust/elevation.cedar",
	    "permit (principal in ZTAuth::Group::\"g\", action, resource)\n"
	    "when { context.now < datetime(\"2027-01-01\") };\n" },
	{ "trust/groups.json",
	    "{\"groups\":[\n"
	    "{\"name\":\"g\",\"level\":\"l\",\"members\":[\"w\"]}]}\n" },
	{ "trust/levels.json",
	    "{\"levels\":[\n"
	    "{\"name\":\"l\",\"rank\":1,\"requires\":{\"proof\":[\"mtls\"],"
	    "\"proof_age_max_s\":10}}]}\n" },
	{ "trust/domains.json", DOMAINS },
	{ "trust/statements/s.json", STATEMENT },
};

#define BASE_COUNT (sizeof(base) / sizeof(base[0]))

/* --- running */

static int
by_path(const void *a, const void *b)
{
	const zta_tree_file *x = a, *y = b;

	return zta_str__cmp(x->path, y->path);
}

static void
put_file(zta_tree *tree, const file *f)
{
	zta_str path = zta_str_of(f->path);
	uint32_t i;

	for (i = 0; i < tree->count; i++) {
		if (zta_str__eq(tree->files[i].path, path)) {
			break;
		}
	}
	if (f->text == NULL) {
		assert_true(i < tree->count);
		tree->files[i] = tree->files[--tree->count];
		return;
	}
	tree->count += i == tree->count;
	tree->files[i] =
	    (zta_tree_file){ .path = path, .text = zta_str_of(f->text) };
}

/* The base with changes. */
static void
check(const file *changes, size_t count, unsigned flags, zta_check *out)
{
	zta_tree_file files[FILES_MAX];
	zta_tree tree = { .files = files };
	zta_arena arena;
	zta_error err = { 0 };
	size_t i;

	for (i = 0; i < BASE_COUNT; i++) {
		put_file(&tree, &base[i]);
	}
	for (i = 0; i < count && changes[i].path != NULL; i++) {
		put_file(&tree, &changes[i]);
	}
	zta_sort__run(files, tree.count, sizeof(files[0]), by_path);
	zta_arena__init(&arena, SIZE_MAX);
	tree.files = zta_arena__grow(
	    &arena, files, tree.count, tree.count, sizeof(files[0]));
	if (zta_check__tree(out, &arena, &tree, flags, NOW, &err) != ZTA_OK) {
		fail_msg("%s:%u: %s", err.place, err.line, err.message);
	}
}

/* "file:line:column rule", a line each; a warning has a question mark. */
static void
put_findings(zta_buf *buf, const zta_finding_list *list)
{
	const zta_ledger_finding *f;
	uint32_t i;

	for (i = 0; i < list->count; i++) {
		f = &list->list[i];
		zta_buf__printf(buf, "%s%.*s:%u:%u %s%s", i > 0 ? "\n" : "",
		    ZTA_STR_ARG(f->file), f->line, f->column, f->rule,
		    f->warning ? "?" : "");
		assert_true(f->message[0] != '\0');
		assert_true(f->hint[0] != '\0');
	}
	zta_buf__byte(buf, '\0');
}

static void
expect(const char *name, const zta_check *out, const char *wanted)
{
	zta_buf buf;
	bool valid = strstr(wanted, " ") == NULL || out->findings.errors == 0;

	zta_buf__init(&buf, SIZE_MAX);
	put_findings(&buf, &out->findings);
	if (strcmp(buf.ptr, wanted) != 0) {
		fail_msg("%s: found\n%s\nnot\n%s", name, buf.ptr, wanted);
	}
	zta_buf__release(&buf);
	assert_int_equal(valid, zta_check__snapshot(out) != NULL);
}

/* --- every kind of finding */

#define CHANGES_MAX 4

static const struct {
	const char *name;
	file changes[CHANGES_MAX];
	const char *findings;
} cases[] = {
	{ "nothing is wrong", { { NULL, NULL } }, "" },

	/* the tree */
	{ "a name begins with a point", { { ".x.cedar", "" } },
	    ".x.cedar:1:1 tree" },
	{ "a directory has a space in its name", { { "a b/c.cedar", "" } },
	    "a b/c.cedar:1:1 place\na b/c.cedar:1:1 tree" },
	{ "two names are one to some file systems", { { "MAIN.cedar", "" } },
	    "main.cedar:1:1 tree" },
	{ "two directories are", { { "A/c.cedar", "" }, { "A/d.cedar", "" } },
	    "A/c.cedar:1:1 place\nA/d.cedar:1:1 place\n"
	    "a/b.cedar:1:1 tree" },
	{ "a file and a directory have one name",
	    { { "trust/levels.json/x", "" } },
	    "trust/levels.json/x:1:1 place\n"
	    "trust/levels.json/x:1:1 tree" },
	{ "directories nest too deep",
	    { { "1/2/3/4/5/6/7/8/9/0/1/2/3/4/5/6/x.cedar", "" } },
	    "1/2/3/4/5/6/7/8/9/0/1/2/3/4/5/6/x.cedar:1:1 place\n"
	    "1/2/3/4/5/6/7/8/9/0/1/2/3/4/5/6/x.cedar:1:1 tree" },
	{ "files have no place", { { "x.txt", "" }, { "b/x.cedar", "" } },
	    "b/x.cedar:1:1 place\nx.txt:1:1 place" },

	/* the manifest */
	{ "there is no manifest", { { "manifest.json", NULL } },
	    "manifest.json:1:1 manifest" },
	{ "the manifest is no JSON", { { "manifest.json", "{\n  \"a\" 1}" } },
	    "manifest.json:2:7 syntax" },
	{ "the manifest is no object", { { "manifest.json", "[]" } },
	    "manifest.json:1:1 manifest" },
	{ "a member stands twice",
	    { { "manifest.json",
		"{\"metadata\":{\"name\":\"t\"},\n\"metadata\":{}}" } },
	    "manifest.json:2:1 duplicate" },
	{ "several members of the manifest are wrong",
	    { { "manifest.json",
		"{\"metadata\":{\"name\":1},\n"
		"\"runtimes\":{\"cedar\":{\"language\":{\"naem\":\"\"}}},\n"
		"\"partitions\":{\"/\":{\"schema\":true,\"runtime\":\"c\"},\n"
		"\"/a\":{\"schema\":true},\n"
		"\"/b\":{\"schema\":true}},\n"
		"\"zone\":{\"require\":\"trust\",\n"
		"\"properties\":0,\n"
		"\"scopes\":{\"s\":{\"action\":[]},\n"
		"\"t\":{\"actions\":[1]}}},\n"
		"\"zones\":0}" } },
	    "manifest.json:1:21 manifest\n"
	    "manifest.json:2:34 manifest\n"
	    "manifest.json:3:44 manifest\n"
	    "manifest.json:5:16 manifest\n"
	    "manifest.json:6:19 manifest\n"
	    "manifest.json:7:14 manifest\n"
	    "manifest.json:8:16 manifest\n"
	    "manifest.json:9:17 manifest\n"
	    "manifest.json:10:1 manifest" },
	{ "a partition has the name of a part of the ledger",
	    { { "manifest.json",
		"{\"metadata\":{\"name\":\"t\"},\"partitions\":{\n"
		"\"/\":{\"schema\":true},\n"
		"\"/trust\":{}}}" } },
	    "manifest.json:3:1 manifest" },
	{ "the manifest does not tell of a schema",
	    { { "manifest.json",
		"{\"metadata\":{\"name\":\"t\"},\"partitions\":{"
		"\"/\":{\"schema\":true},\"/a\":{}}}" } },
	    "a/schema.cedarschema:1:1 place" },

	/* schemas */
	{ "a schema does not parse",
	    { { "schema.cedarschema", "entity User;\nentity Doc in;\n" } },
	    "schema.cedarschema:2:14 syntax" },
	{ "both do not",
	    { { "a/schema.cedarschema", "entity {};" },
		{ "schema.cedarschema", "namespace X {\n" } },
	    "a/schema.cedarschema:1:8 syntax\nschema.cedarschema:2:1 syntax" },
	{ "a brace is closed in the next schema",
	    { { "a/schema.cedarschema", "namespace X {" },
		{ "schema.cedarschema", "}" } },
	    "a/schema.cedarschema:1:14 syntax\nschema.cedarschema:1:1 syntax" },
	{ "one of several schemas is JSON",
	    { { "a/schema.cedarschema", "\n {}" } },
	    "a/schema.cedarschema:1:1 schema" },
	{ "a schema names what there is not",
	    { { "schema.cedarschema", "entity User;\nentity Doc in Nope;" } },
	    "schema.cedarschema:2:15 schema" },

	/* policies */
	{ "each file has its first syntax error",
	    { { "a/b.cedar", "permit (principal action, resource);" },
		{ "main.cedar",
		    "permit (principal, action, resource);\n"
		    "forbid (principal, action)\n"
		    "permit\n" } },
	    "a/b.cedar:1:19 syntax\nmain.cedar:2:26 syntax" },
	{ "what can be read is validated all the same",
	    { { "a/b.cedar", "permit (principal action, resource);" },
		{ "main.cedar",
		    "permit (principal, action, resource)\n"
		    "when { principal.x };" } },
	    "a/b.cedar:1:19 syntax\nmain.cedar:2:18 unknown-attribute" },
	{ "ids stand twice",
	    { { "a/b.cedar",
		  "@id(\"x\") permit (principal, action, resource);\n"
		  "@id(\"x\") permit (principal, action, resource);\n" },
		{ "c.cedar",
		    "\n  @id(\"low\") permit (principal, action, resource);\n"
		    "@id(\"own\") permit (principal, action, resource);\n" } },
	    "a/b.cedar:2:1 duplicate\nmain.cedar:1:1 duplicate\n"
	    "main.cedar:3:1 duplicate" },
	{ "every finding of validation, of templates too",
	    { { "main.cedar",
		  "@id(\"low\") permit (principal, action, resource)\n"
		  "when { principal.s == \"a\" && principal.n == \"b\" };\n"
		  "permit (principal in Team::\"t\", action, resource);\n"
		  "permit (principal in ?principal, action, resource)\n"
		  "when { resource.owner == principal };\n" },
		{ "tests/t.json", NULL } },
	    "main.cedar:2:18 optional-attribute\n"
	    "main.cedar:2:42 incompatible-types\n"
	    "main.cedar:3:1 no-applicable-action\n"
	    "main.cedar:3:22 unknown-entity-type\n"
	    "main.cedar:5:17 unknown-attribute" },
	{ "a policy can never hold",
	    { { "c.cedar",
		"permit (principal, action, resource)\n"
		"when { principal is Doc };\n" } },
	    "c.cedar:1:1 impossible-policy?" },

	/* entities */
	{ "entities are wrong, all are told of",
	    { { "entities/users.json",
		  "[{\"uid\":{\"type\":\"User\",\"id\":\"a\"},\"attrs\":{},"
		  "\"parents\":[]},\n"
		  "{\"uid\":{\"type\":\"Usr\",\"id\":\"a\"},\"attrs\":{},"
		  "\"parents\":[]},\n"
		  "{\"uid\":{\"type\":\"User\",\"id\":\"ann\"},"
		  "\"attrs\":{\"n\":1},\"parents\":[]}]" },
		{ "a/entities/x.json",
		    "[{\"uid\":{\"type\":\"User\",\"id\":\"ann\"},"
		    "\"attrs\":{\"n\":2},\"parents\":[]}]" } },
	    "entities/users.json:1:42 entity\n"
	    "entities/users.json:2:8 entity\n"
	    "entities/users.json:3:1 duplicate" },
	{ "entities are no JSON, no array",
	    { { "entities/users.json", "[{\"uid\"" },
		{ "a/entities/x.json", "\n{}" } },
	    "a/entities/x.json:2:1 syntax\nentities/users.json:1:8 syntax" },
	{ "an entity would be its own ancestor",
	    { { "entities/d.json",
		  "[{\"uid\":{\"type\":\"Doc\",\"id\":\"1\"},\"attrs\":{},"
		  "\"parents\":[]},\n"
		  "{\"uid\":{\"type\":\"Doc\",\"id\":\"2\"},\"attrs\":{},"
		  "\"parents\":[{\"type\":\"Doc\",\"id\":\"3\"}]}]" },
		{ "entities/e.json",
		    "[{\"uid\":{\"type\":\"Doc\",\"id\":\"3\"},\"attrs\":{},"
		    "\"parents\":[{\"type\":\"Doc\",\"id\":\"2\"}]}]" } },
	    "entities/d.json:2:1 entity" },
	{ "an action is not the one of the schema",
	    { { "entities/d.json",
		"[\n {\"uid\":{\"type\":\"Action\",\"id\":\"view\"},"
		"\"attrs\":{},\"parents\":["
		"{\"type\":\"Action\",\"id\":\"edit\"}]}]" } },
	    "entities/d.json:2:2 entity" },

	/* the trust model */
	{ "levels and groups are wrong, all are told of",
	    { { "trust/levels.json",
		  "{\"levels\":[\n"
		  "{\"name\":\"l\",\"rank\":1},\n"
		  "{\"name\":\"m\",\"rank\":-1},\n"
		  "{\"name\":\"l\",\"rank\":2},\n"
		  "{\"name\":\"n\",\"rank\":3,\"requires\":{\"proof\":"
		  "[\"x\"]}}]}" },
		{ "trust/groups.json",
		    "{\"quarantine\":[\"\"],\"groups\":[\n"
		    "{\"name\":\"g\",\"level\":\"m\",\"members\":[\"w\"]},\n"
		    "{\"name\":\"g\",\"level\":\"l\",\"members\":[]},\n"
		    "{\"name\":\"h\",\"level\":\"l\",\"member\":[]}]}" } },
	    "trust/groups.json:1:16 groups\n"
	    "trust/groups.json:3:1 groups\n"
	    "trust/groups.json:4:25 groups\n"
	    "trust/levels.json:3:20 levels\n"
	    "trust/levels.json:4:1 levels\n"
	    "trust/levels.json:5:42 levels" },
	{ "a group has no level that there is",
	    { { "trust/groups.json",
		"{\"groups\":[{\"name\":\"g\",\n\"level\":\"x\","
		"\"members\":[]}]}" } },
	    "trust/groups.json:2:9 groups" },
	{ "masks of what has to stay",
	    { { "audit/masks.json",
		"{\"masks\":[\n{\"op\":\"remove\",\"path\":\"/id\"}]}" } },
	    "audit/masks.json:2:23 masks" },
	{ "masks elsewhere", { { "audit/more.json", "{}" } },
	    "audit/more.json:1:1 place" },
	{ "levels are no JSON", { { "trust/levels.json", "{\"levels\":" } },
	    "trust/levels.json:1:11 syntax" },
	{ "documents are empty",
	    { { "trust/levels.json", "" }, { "trust/groups.json", "" },
		{ "identity/sources.json", "" } },
	    "identity/sources.json:1:1 syntax\n"
	    "trust/groups.json:1:1 syntax\n"
	    "trust/levels.json:1:1 syntax" },
	{ "elevation policies do not parse",
	    { { "trust/elevation.cedar", "permit (\n  everybody);" } },
	    "trust/elevation.cedar:2:3 syntax" },
	{ "elevation policies have one id",
	    { { "trust/elevation.cedar",
		"@id(\"x\") permit (principal, action, resource);\n"
		"@id(\"x\") permit (principal, action, resource);\n" } },
	    "trust/elevation.cedar:2:1 duplicate" },
	{ "elevation policies are not valid under their schema",
	    { { "trust/elevation.cedar",
		"permit (principal in ZTAuth::Group::\"g\", action, resource)\n"
		"when { principal.rank > 1 };\n"
		"permit (principal, action == Action::\"act_for\", resource);"
		"\n" } },
	    "tests/t.json:7:1 test-failed\n"
	    "trust/elevation.cedar:2:18 unknown-attribute\n"
	    "trust/elevation.cedar:3:1 no-applicable-action\n"
	    "trust/elevation.cedar:3:30 unknown-action" },
	{ "a statement is none",
	    { { "trust/statements/s.json", "{\n\"jws\": \"gossip\"}" },
		{ "trust/statements/t.json", "[]" },
		{ "trust/statements/u.json", "{" } },
	    "trust/statements/s.json:2:8 statement\n"
	    "trust/statements/t.json:1:1 statement\n"
	    "trust/statements/u.json:1:2 syntax" },
	{ "domains are wrong, so nobody speaks",
	    { { "trust/domains.json",
		"{\"own\":\"a.example\",\n"
		"\"domains\":{}}" } },
	    "trust/domains.json:2:11 domains" },
	/* Or its subjects would pass for those of the own domain. */
	{ "a domain has a source that is not there",
	    { { "trust/domains.json",
		"{\"own\":\"a.example\",\"domains\":["
		"{\"name\":\"b.example\",\n"
		"\"sources\":[\"crop\"]," JWKS "}]}" } },
	    "trust/domains.json:2:11 domains" },
	{ "a statement is forged, or stands twice",
	    { { "trust/statements/r.json", STATEMENT_FORGED },
		{ "trust/statements/t.json", STATEMENT } },
	    "trust/statements/r.json:1:8 statement\n"
	    "trust/statements/t.json:1:8 statement" },
	{ "a statement names a level that is not there",
	    { { "trust/levels.json",
		  "{\"levels\":[{\"name\":\"m\","
		  "\"rank\":1}]}" },
		{ "trust/groups.json", "{\"groups\":[]}" } },
	    "tests/t.json:7:1 test-failed\n"
	    "trust/statements/s.json:1:8 statement" },
	{ "a statement is for another domain",
	    { { "trust/domains.json",
		"{\"own\":\"z.example\","
		"\"domains\":[{\"name\":\"b.example\","
		"\"jwks\":{\"keys\":[{\"kty\":\"OKP\","
		"\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCr"
		"fVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}]}}]}" } },
	    "trust/statements/s.json:1:8 statement" },
	/* What has lapsed is no error of a version that has it. */
	{ "statements have lapsed",
	    { { "trust/statements/t.json", STATEMENT_ENDED },
		{ "trust/statements/u.json", STATEMENT_OF_LOST_KEY } },
	    "trust/statements/t.json:1:8 statement-lapsed?\n"
	    "trust/statements/u.json:1:8 statement-lapsed?" },

	/* identity */
	{ "sources are wrong, all are told of",
	    { { "identity/sources.json",
		"{\"sources\":{\"a\":{\"kind\":\"jwt\",\"issuer\":\"i\",\n"
		"\"algorithms\":[\"ES256\"],\"jwks_file\":\"x\"},\n"
		"\"b\":{\"kind\":\"smal\",\"audience\":\"a\"},\n"
		"\"c\":{\"kind\":\"jwt\",\"issuer\":\"i\",\"audience\":\"a\","
		"\"algorithms\":[\"ES256\"],\n"
		"\"jwks_file\":\"../x\"}}}" } },
	    "identity/sources.json:1:17 sources\n"
	    "identity/sources.json:3:13 sources\n"
	    "identity/sources.json:5:13 sources" },

	/* tests */
	{ "a test is no test",
	    { { "tests/t.json",
		  "{\"tests\":[\n"
		  "{},\n"
		  "{\"name\":\"a\"},\n"
		  "{\"name\":\"a\",\"request\":{},\"elevation\":{}},\n"
		  "{\"name\":\"a\",\"elevation\":{},\"flow\":{}},\n"
		  "{\"name\":\"a\",\"request\":{\"subject\":{}}}]}" },
		{ "tests/u.json", "{\"test\":[]}" },
		{ "tests/v.json", "{\"tests\":{}}" },
		{ "tests/w.json", "{\"tests\":[1" } },
	    "tests/t.json:2:1 test\n"
	    "tests/t.json:3:1 test\n"
	    "tests/t.json:4:1 test\n"
	    "tests/t.json:5:35 test\n"
	    "tests/t.json:6:34 test\n"
	    "tests/u.json:1:2 test\n"
	    "tests/v.json:1:10 test\n"
	    "tests/w.json:1:12 syntax" },
	{ "two tests have one name",
	    { { "tests/t.json",
		"{\"tests\":[\n"
		"{\"name\":\"a\",\"elevation\":{\"workload\":\"x\",\"proof\":"
		"\"mtls\",\"subject\":{\"type\":\"User\",\"id\":\"a\"}},"
		"\"expect\":{\"decision\":false}},\n"
		"{\"name\":\"a\",\"elevation\":{\"workload\":\"x\",\"proof\":"
		"\"mtls\",\"subject\":{\"type\":\"User\",\"id\":\"a\"}},"
		"\"expect\":{\"decision\":false}}]}" } },
	    "tests/t.json:3:1 duplicate" },
	{ "tests are not run on what does not load",
	    { { "main.cedar", "permit" },
		{ "tests/t.json", "{\"tests\":[\n{\"name\":1}]}" } },
	    "main.cedar:1:7 syntax\ntests/t.json:2:9 test" },
};

static void
test_check__tells_everything(void **state)
{
	zta_check out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		check(cases[i].changes, CHANGES_MAX, 0, &out);
		expect(cases[i].name, &out, cases[i].findings);
		zta_check__release(&out);
	}
}

/* --- places */

static void
test_check__knows_the_part_of_a_file(void **state)
{
	static const struct {
		const char *path;
		zta_ledger_part part;
	} paths[] = { { "x.cedar", ZTA_PART_POLICIES },
		{ ".cedar", ZTA_PART_NONE }, { "x.cedars", ZTA_PART_NONE },
		{ "", ZTA_PART_NONE }, { "/x.cedar", ZTA_PART_NONE },
		{ "a/x.cedar", ZTA_PART_POLICIES },
		{ "a/b/x.cedar", ZTA_PART_NONE },
		{ "a.b/x.cedar", ZTA_PART_POLICIES },
		{ "a/entities/x.json", ZTA_PART_ENTITIES },
		{ "a/entities/x.cedar", ZTA_PART_POLICIES },
		{ "a/entities/entities/x.json", ZTA_PART_ENTITIES },
		{ "a.b/entities/x.cedar", ZTA_PART_NONE },
		{ "entities/x.json", ZTA_PART_ENTITIES },
		{ "entities/.json", ZTA_PART_NONE },
		{ "a/entities", ZTA_PART_NONE },
		{ "schema.cedarschema", ZTA_PART_NONE },
		{ "a/schema.cedarschema", ZTA_PART_SCHEMA },
		{ "tests/x.json", ZTA_PART_TEST },
		{ "tests/x/y.json", ZTA_PART_NONE },
		{ "trust/x.cedar", ZTA_PART_NONE },
		{ "trust/elevation.cedar", ZTA_PART_ELEVATION },
		{ "trust/statements/x.json", ZTA_PART_STATEMENT },
		{ "trust/domains.json", ZTA_PART_DOMAINS },
		{ "a/manifest.json", ZTA_PART_NONE } };
	/* By path, as they are when they were read. */
	zta_partition partitions[] = { { .path = { "", 0 } },
		{ .path = { "a", 1 }, .schema = true },
		{ .path = { "a.b", 3 } }, { .path = { "a/entities", 10 } } };
	const zta_manifest manifest = { .partitions = partitions,
		.partition_count = 4 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		if (zta_manifest__part_of(&manifest,
			zta_str_of(paths[i].path)) != paths[i].part) {
			fail_msg("%s", paths[i].path);
		}
	}
}

/* --- without a schema, without a manifest */

static const file no_schema[] = {
	{ "schema.cedarschema", NULL },
	{ "a/schema.cedarschema", NULL },
	{ "a/c.cedar", "permit (principal, action, resource);" },
	{ "manifest.json",
	    "{\"metadata\":{\"name\":\"t\"},\"partitions\":{\"/a\":{}}}" },
};

static void
test_check__warns_of_partitions_without_schema(void **state)
{
	zta_check out;

	(void)state;
	check(no_schema, 4, 0, &out);
	expect("no schema", &out,
	    "a/b.cedar:1:1 no-schema?\nmain.cedar:1:1 no-schema?\n"
	    "tests/t.json:2:1 test-failed");
	zta_check__release(&out);
}

/* One partition, with a schema if it is there; others have no place. */
static void
test_check__assumes_a_manifest(void **state)
{
	const file changes[] = { { "manifest.json", NULL },
		{ "a/b.cedar", NULL }, { "a/entities/x.json", NULL },
		{ "a/schema.cedarschema", NULL },
		{ "b/x.cedar", "permit (principal, action, resource);" } };
	zta_check out;

	(void)state;
	check(changes, 4, ZTA_LEDGER_ASSUME_MANIFEST, &out);
	expect("assumed", &out, "manifest.json:1:1 manifest?");
	zta_check__release(&out);
	check(changes, 5, ZTA_LEDGER_ASSUME_MANIFEST, &out);
	expect("assumed", &out,
	    "b/x.cedar:1:1 place\nmanifest.json:1:1 manifest?");
	zta_check__release(&out);
	check(changes, 5, 0, &out);
	expect("not assumed", &out, "manifest.json:1:1 manifest");
	zta_check__release(&out);
}

/* --- tests */

#define SUBJECT "\"subject\":{\"type\":\"User\",\"id\":\"ann\"}"
#define REQUEST                                                    \
	"\"request\":{" SUBJECT ",\"action\":{\"name\":\"edit\"}," \
	"\"resource\":{\"type\":\"Doc\",\"id\":\"d\"}}"
#define ELEVATION \
	"\"elevation\":{\"workload\":\"w\",\"proof\":\"mtls\"," SUBJECT

/* A test, and what its failure or its reading says; "": it passes. */
static const struct {
	const char *test, *message;
} outcomes[] = {
	{ REQUEST ",\"expect\":{\"decision\":true}", "" },
	{ REQUEST ",\"expect\":{\"decision\":true,\"code\":\"permitted\","
		  "\"policies\":[\"low\"]}",
	    "" },
	{ REQUEST ",\"expect\":{\"decision\":false}",
	    "the test `t` fails: expected deny, came allow (permitted) by "
	    "`low`" },
	{ REQUEST ",\"expect\":{\"decision\":true,\"policies\":[]}",
	    "the test `t` fails: expected allow by no policy, came allow "
	    "(permitted) by `low`" },
	{ REQUEST ",\"expect\":{\"decision\":true,"
		  "\"policies\":[\"low\",\"high\"]}",
	    "the test `t` fails: expected allow by `low`, `high`, came allow "
	    "(permitted) by `low`" },
	{ REQUEST ",\"expect\":{\"decision\":true,\"policies\":[\"high\"]}",
	    "the test `t` fails: expected allow by `high`, came allow "
	    "(permitted) by `low`" },
	{ "\"request\":{\"subject\":{\"type\":\"User\",\"id\":\"bob\"},"
	  "\"action\":{\"name\":\"edit\"},"
	  "\"resource\":{\"type\":\"Doc\",\"id\":\"d\"}},"
	  "\"expect\":{\"decision\":false,\"code\":\"denied_by_policy\"}",
	    "the test `t` fails: expected deny (denied_by_policy), came deny "
	    "(no_policy_permits) by no policy; policies that could not be "
	    "evaluated: 1" },
	{ "\"request\":{\"subject\":{\"type\":\"Nobody\",\"id\":\"bob\"},"
	  "\"action\":{\"name\":\"edit\"},"
	  "\"resource\":{\"type\":\"Doc\",\"id\":\"d\"}},"
	  "\"expect\":{\"decision\":false}",
	    "the test `t` fails: expected deny, but there is no such question: "
	    "the schema has no entity type `Nobody` at /principal" },
	{ "\"request\":{" SUBJECT ",\"action\":{\"name\":\"edit\"},"
	  "\"resource\":{\"type\":\"Doc\",\"id\":\"d\"},"
	  "\"context\":{\"x\":1}},\"expect\":{\"decision\":true}",
	    "the test `t` fails: expected allow, but there is no such "
	    "question: " },
	{ "\"request\":{" SUBJECT ",\"action\":{\"name\":\"edit\"},"
	  "\"resource\":{\"type\":\"Doc\",\"id\":\"d\"},"
	  "\"authorization_model\":{}},\"expect\":{\"decision\":true}",
	    "there is no such member here" },
	{ "\"request\":{" SUBJECT ",\"action\":{\"name\":\"edit\"},"
	  "\"resource\":{\"type\":\"Doc\",\"id\":\"d\"},"
	  "\"context\":{\"ztauth\":{}}},\"expect\":{\"decision\":true}",
	    "`ztauth` is reserved: the decision point sets it" },
	{ REQUEST ",\"flow\":{\"workload\":\"w\",\"level\":1,\"ring\":32,"
		  "\"scopes\":[\"s\"]},\"expect\":{\"decision\":true}",
	    "" },
	{ REQUEST ",\"flow\":{\"workload\":\"w\",\"scopes\":[\"\"]},"
		  "\"expect\":{\"decision\":true}",
	    "expected a string that is not empty" },
	{ REQUEST ",\"flow\":{},\"expect\":{\"decision\":true}",
	    "`workload` is missing" },
	{ REQUEST ",\"flow\":{\"workload\":\"w\",\"ring\":33},"
		  "\"expect\":{\"decision\":true}",
	    "`ring` is 1 to 32" },
	{ REQUEST ",\"flow\":{\"workload\":\"w\",\"level\":1.5},"
		  "\"expect\":{\"decision\":true}",
	    "`level` is 0 to 9223372036854775807" },
	{ REQUEST
	    ",\"expect\":{\"decision\":true,\"code\":\"actor_quarantined\"}",
	    "there is no such code of a request" },
	{ REQUEST ",\"expect\":{\"decision\":true,"
		  "\"code\":\"no_policy_permits\"}",
	    "this code does not go with the decision" },
	{ REQUEST ",\"expect\":{\"policies\":[]}",
	    "`decision` must be there, true or false" },
	{ REQUEST ",\"expect\":{\"decision\":true,\"polices\":[]}",
	    "there is no such member here" },
	{ REQUEST, "`expect` is missing" },

	{ ELEVATION "},\"expect\":{\"decision\":true,\"code\":\"permitted\"}",
	    "" },
	{ ELEVATION ",\"proof_age_s\":11},\"expect\":{\"decision\":false,"
		    "\"code\":\"actor_below_level\",\"policies\":[]}",
	    "" },
	{ ELEVATION ",\"now\":\"2027-01-01T00:00:00Z\"},"
		    "\"expect\":{\"decision\":true}",
	    "the test `t` fails: expected allow, came deny "
	    "(unauthorized_actor) by no policy" },
	{ ELEVATION ",\"now\":\"2026-12-31T23:59:59Z\"},"
		    "\"expect\":{\"decision\":true,"
		    "\"policies\":[\"trust/elevation.cedar#0\"]}",
	    "" },
	{ ELEVATION ",\"now\":\"tomorrow\"},\"expect\":{\"decision\":true}",
	    "`now` is a datetime, such as \"2026-01-31T12:00:00Z\"" },
	{ ELEVATION ",\"ring\":2,\"depth\":1},\"expect\":{\"decision\":true}",
	    "the chain is shorter than the number of the ring" },
	{ ELEVATION ",\"operation\":{\"action\":\"a\"}},"
		    "\"expect\":{\"decision\":true}",
	    "`resource_type` is missing" },
	{ ELEVATION "},\"flow\":{},\"expect\":{\"decision\":true}",
	    "`flow` goes with `request`" },
	{ ELEVATION "},\"now\":\"2026-12-31\",\"expect\":{\"decision\":true}",
	    "there is no such member here" },
	{ ELEVATION ",\"consent\":{}},\"expect\":{\"decision\":true}",
	    "`kind` is missing" },
	{ ELEVATION ",\"consent\":{\"kind\":\"\"}},"
		    "\"expect\":{\"decision\":true}",
	    "`kind` must be a string that is not empty" },
	{ ELEVATION ",\"consent\":{\"kind\":\"console\"}},"
		    "\"expect\":{\"decision\":true}",
	    "`kind` of consent is `signature` or `oidc-nonce`" },
	{ ELEVATION ",\"consent\":{\"kind\":\"signature\",\"age_s\":-1}},"
		    "\"expect\":{\"decision\":true}",
	    "`age_s` is 0 to " },
	{ "\"elevation\":{\"workload\":\"w\",\"proof\":\"faith\"," SUBJECT "},"
	  "\"expect\":{\"decision\":true}",
	    "a proof is \"bearer\", \"mtls\", \"dpop\" or \"wpt\"" },
	{ "\"elevation\":{\"workload\":\"w\",\"proof\":\"mtls\",\"subject\":"
	  "{\"type\":\"User\",\"id\":\"a\",\"kind\":\"robot\"}},"
	  "\"expect\":{\"decision\":true}",
	    "`kind` is \"human\" or \"workload\"" },
};

static void
test_check__runs_tests(void **state)
{
	char text[1024];
	file change = { "tests/t.json", text };
	zta_check out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++) {
		(void)snprintf(text, sizeof(text),
		    "{\"tests\":[\n{\"name\":\"t\",%s}]}", outcomes[i].test);
		check(&change, 1, 0, &out);
		if (outcomes[i].message[0] == '\0') {
			assert_int_equal(out.findings.count, 0);
			assert_true(out.tests.list[0].passed);
		} else {
			assert_int_equal(out.findings.count, 1);
			assert_int_equal(out.findings.list[0].line, 2);
			if (strncmp(out.findings.list[0].message,
				outcomes[i].message,
				strlen(outcomes[i].message)) != 0) {
				fail_msg("%s", out.findings.list[0].message);
			}
			assert_null(zta_check__snapshot(&out));
		}
		zta_check__release(&out);
	}
}

/* Policies see the consent of a test, and none where there is none. */
static void
test_check__tests_consent(void **state)
{
	const file changes[] = {
		{ "trust/elevation.cedar",
		    "permit (principal, action, resource) when {\n"
		    "context.consent has kind && context.consent has age &&\n"
		    "context.consent.kind == \"oidc-nonce\" &&\n"
		    "context.consent.age == 7 };\n" },
		{ "tests/t.json",
		    "{\"tests\":[{\"name\":\"a\"," ELEVATION
		    ",\"consent\":{\"kind\":\"oidc-nonce\",\"age_s\":7}},"
		    "\"expect\":{\"decision\":true}},"
		    "{\"name\":\"b\"," ELEVATION
		    ",\"consent\":{\"kind\":\"signature\",\"age_s\":7}},"
		    "\"expect\":{\"decision\":false}},"
		    "{\"name\":\"c\"," ELEVATION
		    "},\"expect\":{\"decision\":false}}]}" },
	};
	zta_check out;

	(void)state;
	check(changes, 2, 0, &out);
	assert_int_equal(out.tests.count, 3);
	assert_int_equal(out.tests.failed, 0);
	zta_check__release(&out);
}

/* Why a test failed, if somebody asks. */
static void
test_check__explains_tests(void **state)
{
	const file changes[] = { { "tests/t.json",
	    "{\"tests\":[{\"name\":\"a\"," REQUEST
	    ",\"expect\":{\"decision\":false}},"
	    "{\"name\":\"b\"," ELEVATION "},\"expect\":{\"decision\":false}},"
	    "{\"name\":\"c\",\"elevation\":{\"workload\":\"x\",\"proof\":"
	    "\"mtls\"," SUBJECT "},\"expect\":{\"decision\":true}}]}" } };
	const zta_ledger_test *tests;
	zta_check out;

	(void)state;
	check(changes, 1, ZTA_LEDGER_EXPLAIN, &out);
	assert_int_equal(out.tests.count, 3);
	assert_int_equal(out.tests.failed, 3);
	tests = out.tests.list;
	assert_int_equal(tests[0].reason_count, 1);
	assert_true(zta_str__is(tests[0].reasons[0].policy, "low"));
	assert_int_equal(tests[0].reasons[0].outcome, ZTA_CEDAR_HOLDS);
	assert_true(zta_str__is(tests[0].reasons[0].steps[1].value, "1"));
	assert_int_equal(tests[1].reason_count, 1);
	assert_true(
	    zta_str__is(tests[1].reasons[0].file, "trust/elevation.cedar"));
	assert_int_equal(tests[2].reason_count, 0);
	zta_check__release(&out);
	check(changes, 1, 0, &out);
	assert_int_equal(out.tests.list[0].reason_count, 0);
	zta_check__release(&out);
}

/* --- limits */

/* `count` copies of `piece` between `begin` and `end`. */
static zta_buf
repeat(const char *begin, const char *piece, uint32_t count, const char *end)
{
	zta_buf buf;
	uint32_t i;

	zta_buf__init(&buf, SIZE_MAX);
	zta_buf__text(&buf, begin);
	for (i = 0; i < count; i++) {
		zta_buf__text(&buf, piece);
	}
	zta_buf__text(&buf, end);
	zta_buf__byte(&buf, '\0');
	assert_int_equal(buf.status, ZTA_OK);
	return buf;
}

/* No more findings than anybody reads, and errors before warnings. */
static void
test_check__lists_so_many_findings(void **state)
{
	static const struct {
		const char *path, *begin, *piece, *end;
	} many[] = {
		{ "tests/t.json", "{\"tests\":[{}", ",\n{}", "]}" },
		{ "entities/users.json", "[1", ",\n1", "]" },
		{ "c.cedar", "",
		    "permit (principal, action, resource)"
		    " when { principal.x };\n",
		    "" },
		{ "trust/groups.json", "{\"groups\":[{}", ",\n{}", "]}" },
	};
	zta_check out;
	zta_buf buf;
	file changes[2] = { { "main.cedar",
	    "@id(\"low\") permit (principal, action, resource);" } };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(many) / sizeof(many[0]); i++) {
		buf = repeat(many[i].begin, many[i].piece,
		    ZTA_LEDGER_FINDINGS_MAX * 2, many[i].end);
		changes[1] = (file){ many[i].path, buf.ptr };
		check(changes, 2, 0, &out);
		assert_int_equal(
		    out.findings.count, ZTA_LEDGER_FINDINGS_MAX + 1);
		assert_string_equal(
		    out.findings.list[ZTA_LEDGER_FINDINGS_MAX].rule, "limit");
		assert_null(zta_check__snapshot(&out));
		zta_check__release(&out);
		zta_buf__release(&buf);
	}
	buf = repeat("", "permit (principal is Doc, action, resource);\n",
	    ZTA_LEDGER_FINDINGS_MAX,
	    "permit (principal is X, action, resource);");
	changes[1] = (file){ "c.cedar", buf.ptr };
	check(changes, 2, 0, &out);
	assert_true(out.findings.errors > 0);
	assert_null(zta_check__snapshot(&out));
	zta_check__release(&out);
	zta_buf__release(&buf);
}

static void
test_check__runs_so_many_tests(void **state)
{
	zta_buf buf = repeat("{\"tests\":[0", ",0", ZTA_LEDGER_TESTS_MAX, "]}");
	const file change = { "tests/u.json", buf.ptr };
	zta_check out;

	(void)state;
	check(&change, 1, 0, &out);
	expect("many tests", &out, "tests/u.json:1:10 limit");
	zta_check__release(&out);
	zta_buf__release(&buf);
}

/* --- directories */

/* What is in no tree is told of, and the rest is checked. */
static void
test_check__directory(void **state)
{
	zta_check out;
	zta_error err;

	(void)state;
	assert_int_equal(
	    zta_check__dir(&out, "tests/unit/ledger", 0, NOW, &err), ZTA_OK);
	expect("small ledger", &out, "");
	assert_int_equal(strlen(out.version), 64);
	assert_string_equal(out.version, out.loaded->tree.id);
	zta_check__release(&out);
	assert_int_equal(
	    zta_check__dir(&out, "tests/unit/nowhere", 0, NOW, &err), ZTA_EIO);
	assert_null(zta_check__snapshot(&out));
	zta_check__release(&out);
}

/* What is not whole lacks policies, forbids perhaps: it decides nothing. */
static void
test_check__part_of_a_ledger_never_decides(void **state)
{
	const file broken = { "broken.cedar", "forbid (" };
	const zta_zone zone = { 0 };
	zta_check out;
	zta_decision decision;
	zta_authzen request = { 0 };
	zta_arena arena;
	zta_error err;

	(void)state;
	check(&broken, 1, 0, &out);
	assert_non_null(out.loaded);
	assert_false(out.loaded->whole);
	zta_arena__init(&arena, SIZE_MAX);
	assert_int_equal(zta_pdp__decide(&zone, out.loaded, &arena, &request,
			     NULL, 1767225600000, &decision, &err),
	    ZTA_EINVAL);
	assert_int_equal(decision.effect, ZTA_DENY);
	zta_arena__release(&arena);
	zta_check__release(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_check__part_of_a_ledger_never_decides),
		cmocka_unit_test(test_check__tells_everything),
		cmocka_unit_test(test_check__knows_the_part_of_a_file),
		cmocka_unit_test(
		    test_check__warns_of_partitions_without_schema),
		cmocka_unit_test(test_check__assumes_a_manifest),
		cmocka_unit_test(test_check__runs_tests),
		cmocka_unit_test(test_check__tests_consent),
		cmocka_unit_test(test_check__explains_tests),
		cmocka_unit_test(test_check__lists_so_many_findings),
		cmocka_unit_test(test_check__runs_so_many_tests),
		cmocka_unit_test(test_check__directory),
	};

	return cmocka_run_group_tests_name("check", tests, NULL, NULL);
}
