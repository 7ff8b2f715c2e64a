/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_validate.c - the strict validator, a rule a line. Cedar's own data
 * (tests/conform) has thousands more. SPEC: cedar validation
 */
#include "tests.h"

#include <stdlib.h>

#include "ztauth/cedar.h"

static const char schema[] =
    "entity Role;\n"
    "entity Color enum [\"red\", \"blue\"];\n"
    "entity User in [Role] { n: Long, s?: String, r: { k?: String },\n"
    "  set: Set<Long>, c: Color, boss?: User,\n"
    "  chief: User } tags String;\n"
    "entity Doc { owner: User };\n"
    "action all;\n"
    "action view in [all] appliesTo { principal: User, resource: Doc,\n"
    "  context: { n: Long, t: datetime, who?: User, r?: { k: String },\n"
    "    s?: Set<String> } };\n"
    "action drop appliesTo { principal: User, resource: [Doc, User] };\n";

/* A condition under `view`, and the rules it breaks; "": none. */
static const struct {
	const char *condition, *rules;
} cases[] = {
	{ "context.n > 1 && principal.n == 2", "" },
	{ "principal.n == \"2\"", "incompatible-types" },
	{ "principal == resource", "impossible-policy" },
	{ "1 == \"1\"", "impossible-policy" },
	{ "false == (false || true)", "impossible-policy" },
	{ "(true && (true || false)) == true", "" },
	{ "(true && principal.n == 1) == \"1\"", "incompatible-types" },
	{ "(true && false) == \"1\"", "impossible-policy" },
	{ "context.n > \"1\"", "unexpected-type" },
	{ "context.t > datetime(\"2024-01-01\")", "" },
	{ "context.t > datetime(\"yesterday\")", "bad-literal" },
	{ "context.t > datetime(principal.s)", "not-a-literal" },
	{ "ip(\"1.2.3.4\").isInRange()", "wrong-arity" },
	{ "principal.x == 1", "unknown-attribute" },
	{ "principal.s == \"a\"", "optional-attribute" },
	{ "principal has s && principal.s == \"a\"", "" },
	{ "principal has s || principal.s == \"a\"", "optional-attribute" },
	{ "!(principal has s) || principal.s == \"a\"", "optional-attribute" },
	{ "if principal has s then principal.s == \"a\" else true", "" },
	{ "if principal has s then true else principal.s == \"a\"",
	    "optional-attribute" },
	{ "(principal has s && principal.n == 1) && principal[\"s\"] == \"a\"",
	    "" },
	{ "(principal has s || principal has r.k) && principal.s == \"a\"",
	    "optional-attribute" },
	{ "principal has r.k && principal.r.k like \"a*\"", "" },
	{ "principal has r && principal.r.k like \"a*\"",
	    "optional-attribute" },
	{ "context has who && context.who.n == 1", "" },
	{ "principal.hasTag(\"a\") && principal.getTag(\"a\") == \"b\"", "" },
	{ "principal.hasTag(\"a\") && principal.getTag(\"b\") == \"b\"",
	    "optional-tag" },
	{ "resource.getTag(\"a\") == \"b\"", "no-tags" },
	{ "principal.set.contains(1)", "" },
	{ "principal.set.contains(\"1\")", "incompatible-types" },
	{ "[1, \"a\"].contains(1)", "incompatible-types" },
	{ "principal.set == []", "empty-set" },
	{ "principal in Role::\"r\"", "" },
	{ "principal in Doc::\"d\"", "impossible-policy" },
	{ "principal is User", "" },
	{ "resource is User", "impossible-policy" },
	{ "principal is Nobody", "unknown-entity-type" },
	{ "principal.c == Color::\"red\"", "" },
	{ "principal.c == Color::\"green\"", "not-a-choice" },
	{ "action in Action::\"all\"", "" },
	{ "action in Action::\"drop\"", "impossible-policy" },
	{ "action == Action::\"burn\"", "unknown-action" },
	{ "action.x == 1", "unknown-attribute" },
	{ "false && principal.x", "impossible-policy" },
	{ "true || principal.x", "" },
	{ "false && principal == Nobody::\"x\"", "unknown-entity-type" },
	{ "principal.n", "unexpected-type" },
	{ "{a: 1} == {a: principal.n}", "" },
	{ "{a: 1} == {b: 1}", "incompatible-types" },
	{ "(if principal.n > 1 then {a: 1} else {a: \"x\"}).a == 1",
	    "incompatible-types" },
	/* What is shown, and where it holds. */
	{ "(principal has s || false) && principal.s == \"a\"", "" },
	{ "(false || principal has s) && principal.s == \"a\"", "" },
	{ "(principal has s || principal has s) && principal.s == \"a\"", "" },
	{ "(principal has s && principal has r.k || principal has r.k && "
	  "principal has s) && principal.s == principal.r.k",
	    "" },
	{ "(principal has s && false) || principal.s == \"a\"",
	    "optional-attribute" },
	{ "principal has s && (principal.n == 1 || principal.s == \"a\")", "" },
	{ "principal has s && (principal has r.k && principal.s == \"a\") && "
	  "principal.r.k == \"a\"",
	    "" },
	{ "principal has s && principal.x == 1 && principal.s == \"a\"",
	    "unknown-attribute optional-attribute" },
	{ "(if principal.n > 1 then principal has s else principal has s) && "
	  "principal.s == \"a\"",
	    "" },
	{ "(if principal.n > 1 then true else principal has s) && "
	  "principal.s == \"a\"",
	    "optional-attribute" },
	{ "(if principal has s then true else principal has s) && "
	  "principal.s == \"a\"",
	    "" },
	{ "(if true then principal has s else principal.x) && "
	  "principal.s == \"a\"",
	    "" },
	{ "!(principal.hasTag(\"a\")) || principal.getTag(\"a\") == \"b\"",
	    "optional-tag" },
	{ "principal has s && principal.hasTag(principal.s) && "
	  "principal.getTag(principal.s) == \"x\"",
	    "" },
	/* What is written the same is the same, and nothing else is. */
	{ "(if principal.n == 1 then principal else principal) has s && "
	  "(if principal.n == 1 then principal else principal).s == \"a\"",
	    "" },
	{ "(if principal.n == 1 then principal else principal) has s && "
	  "(if principal.n == 2 then principal else principal).s == \"a\"",
	    "optional-attribute" },
	{ "context has who.s && context[\"who\"][\"s\"] like \"b\"", "" },
	{ "context has who && context.who has s && context.who.s == \"a\"",
	    "" },
	/* Operands. */
	{ "resource.owner is User in principal", "" },
	{ "resource.owner is Doc in principal.x", "impossible-policy" },
	{ "resource.owner is User in principal.x", "unknown-attribute" },
	{ "{b: 1, a: 2} == {a: principal.n, b: 2}", "" },
	{ "{b: 1, a: \"x\"} == {a: principal.n, b: 2}", "incompatible-types" },
	{ "action in [Action::\"drop\", principal]", "incompatible-types" },
	{ "ip(principal.x) == ip(\"1.2.3.4\")", "not-a-literal" },
	{ "-principal.n < 1 && principal.n <= 2 && principal.n >= 1", "" },
	{ "principal.n.isEmpty()", "unexpected-type" },
	{ "principal.n like \"x\"", "unexpected-type" },
	{ "!principal.n", "unexpected-type" },
	{ "if principal.n then true else true", "unexpected-type" },
	{ "(if 1 == 1 then principal.x else 1) == 1", "unknown-attribute" },
};

/* The rules that are broken, with spaces between them. */
static void
validate(const char *policy, uint32_t level, char *out, size_t room)
{
	const zta_cedar_finding *list;
	zta_cedar *engine;
	zta_error err;
	size_t count, i;

	assert_int_equal(zta_cedar_open(&engine, NULL), ZTA_OK);
	if (zta_cedar_add_schema(engine, ZTA_STR("s"), ZTA_STR(schema), &err) !=
		ZTA_OK ||
	    zta_cedar_add_policies(engine, ZTA_STR("p"), zta_str_of(policy),
		ZTA_CEDAR_NUMBERED, &err) != ZTA_OK) {
		fail_msg(
		    "%s: %u:%u: %s", policy, err.line, err.column, err.message);
	}
	assert_int_equal(
	    zta_cedar_validate(engine, level, &list, &count, NULL), ZTA_OK);
	out[0] = '\0';
	for (i = 0; i < count; i++) {
		(void)snprintf(out + strlen(out), room - strlen(out), "%s%s",
		    i > 0 ? " " : "", list[i].rule);
		assert_true(list[i].line > 0 && list[i].hint != NULL);
	}
	zta_cedar_close(engine);
}

static void
test_validate__conditions(void **state)
{
	char policy[1024], rules[1024];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)snprintf(policy, sizeof(policy),
		    "permit (principal, action == Action::\"view\", resource) "
		    "when { %s };",
		    cases[i].condition);
		validate(policy, ZTA_CEDAR_ANY_LEVEL, rules, sizeof(rules));
		if (strcmp(rules, cases[i].rules) != 0) {
			fail_msg("%s: '%s', not '%s'", cases[i].condition,
			    rules, cases[i].rules);
		}
	}
}

static const struct {
	const char *scope, *rules;
} scopes[] = {
	{ "principal, action, resource", "" },
	{ "principal in Role::\"r\", action, resource is Doc", "" },
	{ "principal is Doc, action, resource", "no-applicable-action" },
	{ "principal, action == Action::\"all\", resource",
	    "no-applicable-action" },
	{ "principal, action in Action::\"all\", resource", "" },
	{ "principal, action in Action::\"all\", resource is User",
	    "no-applicable-action" },
	{ "principal, action in [], resource",
	    "no-applicable-action empty-set" },
	{ "principal == ?principal, action, resource in ?resource", "" },
	{ "principal == User::\"a\", action == Action::\"x\", resource",
	    "no-applicable-action unknown-action" },
};

static void
test_validate__scopes(void **state)
{
	char policy[1024], rules[1024];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(scopes) / sizeof(scopes[0]); i++) {
		(void)snprintf(
		    policy, sizeof(policy), "permit (%s);", scopes[i].scope);
		validate(policy, ZTA_CEDAR_ANY_LEVEL, rules, sizeof(rules));
		if (strcmp(rules, scopes[i].rules) != 0) {
			fail_msg("%s: '%s', not '%s'", scopes[i].scope, rules,
			    scopes[i].rules);
		}
	}
}

/*
 * The lowest level at which a condition is in order; -1: at none.
 * SPEC: cedar rfc76
 */
static const struct {
	const char *condition;
	int level;
} levels[] = {
	{ "principal == resource.owner", 1 },
	{ "context.n == 1 && principal == User::\"a\"", 0 },
	{ "principal is User", 0 },
	{ "principal in Role::\"r\"", 1 },
	{ "principal is User in Role::\"r\"", 1 },
	{ "context.n == 1 || principal is Role in Role::\"r\"", 0 },
	{ "context.n == 1 || resource.owner is Role in Role::\"r\"", 1 },
	{ "principal.n == 1", 1 },
	{ "principal.r has k && principal.r.k == \"x\"", 1 },
	{ "principal has r.k", 1 },
	{ "resource has owner.s", 2 },
	{ "resource.owner.n == 1", 2 },
	{ "resource.owner in Role::\"r\"", 2 },
	{ "principal.hasTag(\"t\")", 1 },
	{ "context has who && context.who.n == 1", 1 },
	{ "context has who.n", 1 },
	{ "{a: principal, b: resource.owner}.a.n == 1", 1 },
	{ "{a: principal, b: resource.owner}.b.n == 1", 2 },
	{ "(if context.n > 1 then principal else resource.owner).n == 1", 2 },
	{ "(if true then principal else resource.owner).n == 1", 1 },
	{ "User::\"a\".n == 1", -1 },
	{ "User::\"a\" in Role::\"r\"", -1 },
	{ "true || resource.owner.n == 1", 0 },
	{ "[principal.n].contains(resource.owner.n)", 2 },
};

static void
test_validate__levels(void **state)
{
	char policy[1024], rules[1024], wanted[32];
	size_t i;
	uint32_t level;

	(void)state;
	for (i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		(void)snprintf(policy, sizeof(policy),
		    "permit (principal, action == Action::\"view\", resource) "
		    "when { %s };",
		    levels[i].condition);
		for (level = 0; level < 4; level++) {
			validate(policy, level, rules, sizeof(rules));
			(void)snprintf(wanted, sizeof(wanted), "%s",
			    levels[i].level < 0              ? "literal-read" :
				(int)level < levels[i].level ? "level" :
							       "");
			if (strstr(rules, wanted) == NULL ||
			    (wanted[0] == '\0' && rules[0] != '\0')) {
				fail_msg("%s at %u: '%s', not '%s'",
				    levels[i].condition, level, rules, wanted);
			}
		}
	}
	/* The scope reads, too; the action that was asked is near. */
	validate("permit (principal in Role::\"r\", action, resource is Doc);",
	    0, rules, sizeof(rules));
	assert_string_equal(rules, "level");
	validate("permit (principal in Role::\"r\", action, resource is Doc);",
	    1, rules, sizeof(rules));
	assert_string_equal(rules, "");
	validate("permit (principal, action == Action::\"view\", resource) "
		 "when { Action::\"view\" in Action::\"all\" };",
	    1, rules, sizeof(rules));
	assert_string_equal(rules, "");
}

/*
 * What is wrong with a template is not said again of its links, of which only
 * what fills the slot is looked at.
 */
static const struct {
	const char *policy, *slot, *rules;
} linked[] = {
	{ "permit (principal == ?principal, action, resource) when { 1 };",
	    "{\"type\":\"User\",\"id\":\"u\"}", "policy0:unexpected-type " },
	{ "permit (principal in ?principal, action, resource);",
	    "{\"type\":\"Role\",\"id\":\"r\"}", "" },
	{ "permit (principal == ?principal, action, resource);",
	    "{\"type\":\"Role\",\"id\":\"r\"}", "link:no-applicable-action " },
	{ "permit (principal is User in ?principal, action, resource);",
	    "{\"type\":\"Doc\",\"id\":\"d\"}", "link:no-applicable-action " },
	{ "permit (principal == ?principal, action in [Action::\"view\", "
	  "Action::\"burn\"], resource);",
	    "{\"type\":\"User\",\"id\":\"u\"}",
	    "policy0:no-applicable-action policy0:unknown-action "
	    "link:no-applicable-action " },
	{ "permit (principal == ?principal, action, resource);",
	    "{\"type\":\"Ghost\",\"id\":\"g\"}",
	    "link:unknown-entity-type link:no-applicable-action " },
};

static void
test_validate__links(void **state)
{
	const zta_cedar_finding *list;
	zta_cedar *engine;
	char json[256], rules[256];
	size_t i, j, count;

	(void)state;
	for (i = 0; i < sizeof(linked) / sizeof(linked[0]); i++) {
		(void)snprintf(json, sizeof(json),
		    "[{\"templateId\":\"policy0\",\"newId\":\"link\",\"values\":"
		    "{\"?principal\":%s}}]",
		    linked[i].slot);
		assert_int_equal(zta_cedar_open(&engine, NULL), ZTA_OK);
		assert_int_equal(zta_cedar_add_schema(engine, ZTA_STR("s"),
				     ZTA_STR(schema), NULL),
		    ZTA_OK);
		assert_int_equal(
		    zta_cedar_add_policies(engine, ZTA_STR("p"),
			zta_str_of(linked[i].policy), ZTA_CEDAR_NUMBERED, NULL),
		    ZTA_OK);
		assert_int_equal(zta_cedar_add_links(engine, ZTA_STR("l"),
				     zta_str_of(json), NULL),
		    ZTA_OK);
		assert_int_equal(zta_cedar_validate(engine, ZTA_CEDAR_ANY_LEVEL,
				     &list, &count, NULL),
		    ZTA_OK);
		rules[0] = '\0';
		for (j = 0; j < count; j++) {
			(void)snprintf(rules + strlen(rules),
			    sizeof(rules) - strlen(rules), "%.*s:%s ",
			    (int)list[j].policy.len, list[j].policy.ptr,
			    list[j].rule);
		}
		if (strcmp(rules, linked[i].rules) != 0) {
			fail_msg("%s %s: '%s', not '%s'", linked[i].policy,
			    linked[i].slot, rules, linked[i].rules);
		}
		zta_cedar_close(engine);
	}
}

/* Contexts of `view`: of the declared types, and not refused unasked. */
static const struct {
	const char *context;
	bool valid, readable;
} contexts[] = {
	{ "{\"n\":1,\"t\":\"2024-01-01\"}", true, true },
	{ "{\"n\":\"1\",\"t\":\"2024-01-01\"}", false, true },
	{ "{\"n\":1,\"t\":\"2024-01-01\",\"who\":{\"type\":\"Role\","
	  "\"id\":\"r\"}}",
	    false, true },
	{ "{\"n\":1,\"t\":\"yesterday\"}", false, false },
	{ "{\"n\":1,\"t\":\"2024-01-01\",\"r\":\"k\"}", false, false },
	{ "{\"n\":1,\"t\":\"2024-01-01\",\"r\":{\"k\":1}}", false, true },
	{ "{\"n\":1,\"t\":\"2024-01-01\",\"s\":{\"k\":1}}", false, false },
	{ "{\"n\":1,\"t\":\"2024-01-01\",\"s\":[1,\"k\"]}", false, true },
	{ "{\"n\":1,\"t\":{\"fn\":\"datetime\",\"arg\":\"2024-01-01\","
	  "\"args\":[]}}",
	    true, true },
	{ "{\"n\":1,\"t\":{\"__extn\":{\"fn\":\"offset\",\"args\":"
	  "[\"2024-01-01\",\"1d\"]}}}",
	    true, true },
	{ "{\"t\":\"2024-01-01\",\"n\":{\"__extn\":{\"fn\":\"offset\","
	  "\"args\":[\"2024-01-01\",\"1d\"]}}}",
	    false, false },
	{ "{\"n\":1,\"t\":{\"fn\":\"datetime\",\"arg\":\"2024-01-01\","
	  "\"__extn\":1},\"who\":{\"type\":\"User\",\"id\":\"u\","
	  "\"__entity\":1}}",
	    true, true },
	{ "{\"n\":1}", false, false },
	{ "{\"n\":1,\"t\":\"2024-01-01\",\"x\":1}", false, false },
};

static void
test_validate__contexts(void **state)
{
	zta_cedar *engine;
	zta_cedar_session *session;
	zta_cedar_answer answer;
	char request[256];
	size_t i;

	(void)state;
	assert_int_equal(zta_cedar_open(&engine, NULL), ZTA_OK);
	assert_int_equal(
	    zta_cedar_add_schema(engine, ZTA_STR("s"), ZTA_STR(schema), NULL),
	    ZTA_OK);
	assert_int_equal(zta_cedar_seal(engine, NULL), ZTA_OK);
	assert_int_equal(
	    zta_cedar_session_open(&session, engine, NULL), ZTA_OK);
	for (i = 0; i < sizeof(contexts) / sizeof(contexts[0]); i++) {
		(void)snprintf(request, sizeof(request),
		    "{\"principal\":\"User::\\\"u\\\"\",\"action\":"
		    "\"Action::\\\"view\\\"\",\"resource\":"
		    "\"Doc::\\\"d\\\"\",\"context\":%s}",
		    contexts[i].context);
		if ((zta_cedar_authorize(session, zta_str_of(request),
			 ZTA_CEDAR_VALIDATE_REQUEST, &answer,
			 NULL) == ZTA_OK) != contexts[i].valid ||
		    (zta_cedar_authorize(session, zta_str_of(request), 0,
			 &answer, NULL) == ZTA_OK) != contexts[i].readable) {
			fail_msg("%s", request);
		}
	}
	zta_cedar_session_close(session);
	zta_cedar_close(engine);
}

/* Schemas in JSON that are in order. */
static const char *const json_schemas[] = {
	"{\"\":{\"entityTypes\":{\"K\":{\"enum\":[\"\",\"k\"]}},"
	"\"actions\":{\"\":{}}}}",
};

static void
test_validate__schemas_in_json(void **state)
{
	zta_cedar *engine;
	zta_error err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(json_schemas) / sizeof(json_schemas[0]); i++) {
		assert_int_equal(zta_cedar_open(&engine, NULL), ZTA_OK);
		if (zta_cedar_add_schema(engine, ZTA_STR("s.json"),
			zta_str_of(json_schemas[i]), &err) != ZTA_OK) {
			fail_msg("%s: %u: %s", json_schemas[i], err.column,
			    err.message);
		}
		zta_cedar_close(engine);
	}
}

/* Work that grows with more than the size of these does not end. */
static const struct {
	const char *open, *middle, *close;
	size_t count; /* of `open`, and of `close` */
	const char *tail, *rules;
} large[] = {
	{ "(if ", "principal",
	    " is User in Role::\"r\" then principal else principal)", 100,
	    " is User in Role::\"r\"", "" },
	{ "principal has s && ", "principal.s == \"a\"", "", 100000,
	    " && principal has boss && principal.boss.s == \"a\"",
	    "optional-attribute" },
	{ "", "principal has boss", ".boss", 100000,
	    " && principal.boss has boss && principal.boss.boss.n == 1", "" },
	{ "principal.hasTag(\"a\") && ", "true", "", 100000,
	    " && principal.getTag(\"b\") == \"c\"", "optional-tag" },
};

static char *
repeat(char *to, const char *part, size_t count)
{
	for (; count > 0; count--) {
		to = stpcpy(to, part);
	}
	return to;
}

/* A policy whose condition is `open`, `middle`, `close`, `tail`; free it. */
static char *
make_large(const char *open, const char *middle, const char *close,
    size_t count, const char *tail)
{
	char *policy = malloc(256 + (strlen(open) + strlen(close)) * count);
	char *to;

	assert_non_null(policy);
	to = stpcpy(policy,
	    "permit (principal, action == Action::\"view\", resource) "
	    "when { ");
	to = repeat(to, open, count);
	to = stpcpy(to, middle);
	to = repeat(to, close, count);
	(void)stpcpy(stpcpy(to, tail), " };");
	return policy;
}

static void
test_validate__large(void **state)
{
	char *policy, rules[1024];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(large) / sizeof(large[0]); i++) {
		policy = make_large(large[i].open, large[i].middle,
		    large[i].close, large[i].count, large[i].tail);
		validate(policy, ZTA_CEDAR_ANY_LEVEL, rules, sizeof(rules));
		assert_string_equal(rules, large[i].rules);
		free(policy);
	}
}

/* Near the limit of the depth: whoever walks the tree, the stack suffices. */
static const struct {
	const char *open, *middle, *close;
	size_t count;
	const char *tail, *rules;
} deep[] = {
	{ "(", "true", ")", 990, "", "" },
	{ "!(", "true", ")", 990, "", "" },
	{ "-(", "1", ")", 990, " == 1", "" },
	{ "if true then true else ", "true", "", 990, "", "" },
	{ "if (", "true", ") then true else false", 490, "", "" },
	{ "(context.n > 1 && (context.n > 2 || ", "true", "))", 330, "", "" },
	{ "", "principal", ".chief", 990, " == principal", "" },
	{ "(if principal in ", "principal", " then principal else principal)",
	    300, " == principal", "" },
	{ "[", "1", "]", 990, ".isEmpty()", "" },
	{ "{a: ", "1", "}", 990, " == {b: 1}", "incompatible-types" },
	{ "[", "true", "].contains(true)", 490, "", "" },
};

static void
test_validate__deep(void **state)
{
	char *policy, rules[1024];
	zta_str json, text, links;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(deep) / sizeof(deep[0]); i++) {
		policy = make_large(deep[i].open, deep[i].middle, deep[i].close,
		    deep[i].count, deep[i].tail);
		validate(policy, 1000, rules, sizeof(rules));
		assert_string_equal(rules, deep[i].rules);
		assert_int_equal(zta_cedar_format(ZTA_STR("p"),
				     zta_str_of(policy), &text, NULL),
		    ZTA_OK);
		zta_str_free(text);
		assert_int_equal(
		    zta_cedar_policies_to_json(ZTA_STR("p"), zta_str_of(policy),
			ZTA_STR("l"), ZTA_STR(""), &json, NULL),
		    ZTA_OK);
		assert_int_equal(zta_cedar_policies_to_text(
				     ZTA_STR("p"), json, &text, &links, NULL),
		    ZTA_OK);
		zta_str_free(json);
		zta_str_free(text);
		zta_str_free(links);
		free(policy);
	}
}

/* Many findings, each told once and with its own place. */
static void
test_validate__many_findings(void **state)
{
	enum { COUNT = 100000 };
	static const char line[] = "principal.n == \"a\" &&\n";
	char *policy = malloc(COUNT * sizeof(line) + 256), *to;
	const zta_cedar_finding *list;
	zta_cedar *engine;
	size_t count, i;

	(void)state;
	assert_non_null(policy);
	to = stpcpy(policy, "permit (principal, action, resource) when {\n");
	to = repeat(to, line, COUNT);
	(void)stpcpy(to, "true };");
	assert_int_equal(zta_cedar_open(&engine, NULL), ZTA_OK);
	assert_int_equal(
	    zta_cedar_add_schema(engine, ZTA_STR("s"), ZTA_STR(schema), NULL),
	    ZTA_OK);
	assert_int_equal(zta_cedar_add_policies(engine, ZTA_STR("p"),
			     zta_str_of(policy), ZTA_CEDAR_NUMBERED, NULL),
	    ZTA_OK);
	assert_int_equal(zta_cedar_validate(
			     engine, ZTA_CEDAR_ANY_LEVEL, &list, &count, NULL),
	    ZTA_OK);
	assert_int_equal(count, COUNT);
	for (i = 0; i < COUNT; i++) {
		assert_int_equal(list[i].line, 2 + i);
		assert_int_equal(list[i].column, 13);
	}
	zta_cedar_close(engine);
	free(policy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_validate__conditions),
		cmocka_unit_test(test_validate__scopes),
		cmocka_unit_test(test_validate__levels),
		cmocka_unit_test(test_validate__links),
		cmocka_unit_test(test_validate__contexts),
		cmocka_unit_test(test_validate__schemas_in_json),

		cmocka_unit_test(test_validate__large),
		cmocka_unit_test(test_validate__deep),
		cmocka_unit_test(test_validate__many_findings),
	};

	return cmocka_run_group_tests_name("validate", tests, NULL, NULL);
}
