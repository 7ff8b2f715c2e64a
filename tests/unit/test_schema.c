/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_schema.c - which schemas there are, what they mean, and how they are
 * written in the other form. tests/differential asks the reference the same.
 */
#include "tests.h"

#include "base/buf.h"
#include "base/limits.h"
#include "cedar/entities.h"
#include "cedar/schema.h"
#include "ztauth/cedar.h"

/* A schema with the memory that it lies in. */
typedef struct fixture {
	zta_arena arena;
	zta_names names;
	zta_schema schema;
	zta_error err;
	zta_status status;
} fixture;

static void
setup(fixture *f, zta_str text)
{
	memset(f, 0, sizeof(*f));
	zta_arena__init(&f->arena, SIZE_MAX);
	zta_names__init(&f->names, &f->arena, 1);
	f->status = zta_schema__read(
	    &f->schema, &f->names, f->names.arena, text, &f->err);
}

static void
teardown(fixture *f)
{
	zta_arena__release(&f->arena);
}

static uint32_t
symbol(const fixture *f, const char *text)
{
	return zta_names__find_symbol(&f->names, zta_str_of(text));
}

/* `count` lines by a format that takes the number of the line and the next. */
__attribute__((format(printf, 2, 0))) static void
put_lines(zta_buf *buf, const char *format, unsigned count)
{
	unsigned i;

	for (i = 0; i < count; i++) {
		zta_buf__printf(buf, format, i, i + 1);
	}
}

static void
test_schema__closes_long_chains(void **state)
{
	const zta_entity_type *type;
	zta_buf buf;
	fixture f;

	(void)state;
	zta_buf__init(&buf, 1 << 20);
	put_lines(&buf, "entity T%u in [T%u];", 3000);
	put_lines(&buf, "action a%u in a%u;", 3000);
	zta_buf__text(&buf, "entity T3000; action a3000;");
	setup(&f, zta_buf__str(&buf));
	assert_int_equal(f.status, ZTA_OK);
	type = zta_schema__entity(&f.schema, symbol(&f, "T0"));
	assert_non_null(type);
	assert_int_equal(type->ancestor_count, 3000);
	assert_true(zta_uids__has(
	    type->ancestors, type->ancestor_count, symbol(&f, "T1234")));
	type = zta_schema__entity(&f.schema, symbol(&f, "T3000"));
	assert_int_equal(type->ancestor_count, 0);
	teardown(&f);

	/* The square of a chain is too much at some length. */
	zta_buf__clear(&buf);
	put_lines(&buf, "entity T%u in [T%u];", 6000);
	zta_buf__text(&buf, "entity T6000;");
	setup(&f, zta_buf__str(&buf));
	assert_int_equal(f.status, ZTA_ELIMIT);
	teardown(&f);
	zta_buf__release(&buf);
}

static void
test_schema__closes_cycles(void **state)
{
	const zta_entity_type *type;
	fixture f;

	(void)state;
	setup(&f,
	    ZTA_STR("entity A in [B, B]; entity B in C;"
		    "entity C in [A, D]; entity D; entity E in E;"));
	assert_int_equal(f.status, ZTA_OK);
	type = zta_schema__entity(&f.schema, symbol(&f, "A"));
	assert_int_equal(type->ancestor_count, 4);
	type = zta_schema__entity(&f.schema, symbol(&f, "E"));
	assert_int_equal(type->ancestor_count, 1);
	teardown(&f);
}

/* Whoever walks a type recurses, so it has an end; in whatever order. */
static void
test_schema__depth_is_limited(void **state)
{
	static const struct {
		const char *format;
		unsigned count;
		bool swapped;
		zta_status status;
	} chains[] = {
		{ "type T%1$u = T%2$u;", 999, false, ZTA_OK },
		{ "type T%1$u = T%2$u;", 1000, false, ZTA_ELIMIT },
		{ "type T%1$u = T%2$u;", 100000, false, ZTA_ELIMIT },
		{ "type T%2$u = T%1$u;", 999, true, ZTA_OK },
		{ "type T%2$u = T%1$u;", 1000, true, ZTA_ELIMIT },
		{ "type T%2$u = T%1$u;", 100000, true, ZTA_ELIMIT },
		{ "type T%1$u = Set<T%2$u>;", 499, false, ZTA_OK },
		{ "type T%1$u = { a: T%2$u };", 500, false, ZTA_ELIMIT },
		{ "type T%2$u = { a: T%1$u };", 499, true, ZTA_OK },
		{ "type T%2$u = Set<T%1$u>;", 100000, true, ZTA_ELIMIT },
	};
	zta_buf buf;
	fixture f;
	size_t i;

	(void)state;
	zta_buf__init(&buf, 1 << 22);
	for (i = 0; i < sizeof(chains) / sizeof(chains[0]); i++) {
		zta_buf__clear(&buf);
		zta_buf__printf(&buf, "type T%u = Long;",
		    chains[i].swapped ? 0 : chains[i].count);
		put_lines(&buf, chains[i].format, chains[i].count);
		setup(&f, zta_buf__str(&buf));
		if (f.status != chains[i].status) {
			fail_msg("chain %zu: %s", i, f.err.message);
		}
		teardown(&f);
	}
	zta_buf__release(&buf);
}

/* Two types that would fill the memory when written out, and compared. */
static void
test_schema__equal_types_are_one(void **state)
{
	const zta_attr *attrs;
	zta_buf buf;
	fixture f;
	unsigned i;

	(void)state;
	zta_buf__init(&buf, 1 << 16);
	for (i = 0; i < 90; i++) {
		zta_buf__printf(&buf,
		    "type T%u = { a: T%u, b?: Set<T%u> };"
		    "type U%u = { b?: Set<U%u>, a: U%u };",
		    i, i + 1, i + 1, i, i + 1, i + 1);
	}
	zta_buf__text(&buf,
	    "type T90 = {e: A}; type U90 = {e: A};"
	    "entity A { t: T0, u: U0, v: U1 };");
	setup(&f, zta_buf__str(&buf));
	assert_int_equal(f.status, ZTA_OK);
	attrs = f.schema.entities[0].shape->attrs;
	assert_ptr_equal(attrs[0].type, attrs[1].type);
	assert_ptr_not_equal(attrs[0].type, attrs[2].type);
	teardown(&f);
	zta_buf__release(&buf);
}

static void
test_schema__last_attribute_counts(void **state)
{
	const zta_entity_type *type;
	const zta_attr *attr;
	fixture f;

	(void)state;
	setup(&f,
	    ZTA_STR("entity A { a: Nope, b: Long, a?: Set<Nope>,"
		    "\"a\": String, a?: Bool };"));
	assert_int_equal(f.status, ZTA_OK);
	type = zta_schema__entity(&f.schema, symbol(&f, "A"));
	assert_int_equal(type->shape->attr_count, 2);
	attr = zta_type__attr(type->shape, symbol(&f, "a"));
	assert_int_equal(attr->type->kind, ZTA_VALUE_BOOL);
	assert_false(attr->required);
	teardown(&f);
}

/* One namespace around declarations of JSON. */
#define JSON(entities, actions) \
	"{\"\":{\"entityTypes\":{" entities "},\"actions\":{" actions "}}}"
/* An attribute of type `type`, beside a common type C. */
#define ATTR(type)                                                              \
	"{\"N\":{\"commonTypes\":{\"C\":{\"type\":\"Long\"}},\"entityTypes\":{" \
	"\"A\":{\"shape\":{\"type\":\"Record\",\"attributes\":{\"a\":" type     \
	"}}}},\"actions\":{}}}"
/* An action `a` with these members, beside an entity type A. */
#define ACTION(members) JSON("\"A\":{}", "\"b\":{},\"a\":{" members "}")

static const struct {
	bool valid;
	const char *text;
} cases[] = {
	/* Names that are reserved, and names that only look like it. */
	{ false, "entity __cedar;" },
	{ false, "type __cedar = Long;" },
	{ false, "namespace A::__cedar {}" },
	{ false, "namespace __cedar::A {}" },
	{ true,
	    "namespace __cedarx { entity __cedar1; type __cedar_ = Long; }" },
	{ true, "action __cedar; entity A { __cedar: Long };" },
	{ false, "entity A { a: __cedar::Boolean };" },
	{ false, "entity A { a: __cedar::Long::x };" },
	{ false, "entity Action;" },
	{ true, "type Action = Long; action Action;" },
	{ false, "type Set = Long;" },
	{ true, "entity Set, Long; type A = Set; type B = Set<Long>;" },
	{ false, JSON("\"__cedar\":{}", "") },
	{ true, JSON("\"__cedarx\":{}", "") },
	{ false, JSON("\"A::B\":{}", "") },
	{ false, JSON("\"in\":{}", "") },
	{ false, "{\"N::__cedar\":{\"entityTypes\":{},\"actions\":{}}}" },
	{ true, "{\"N::__cedarx\":{\"entityTypes\":{},\"actions\":{}}}" },
	{ false, "{\"N \":{\"entityTypes\":{},\"actions\":{}}}" },

	/* Annotations. */
	{ false, "@a @a entity A;" },
	{ false, "@a @b(\"x\") @a namespace N {}" },
	{ false, "entity A { @a @a x: Long };" },
	{ true, "@in @__cedar @a(\"\\0\") entity A { @a x: Long };" },
	{ false, JSON("\"A\":{\"annotations\":null}", "") },
	{ false, JSON("\"A\":{\"annotations\":{\"a\":1}}", "") },
	{ false, JSON("\"A\":{\"annotations\":{\"a b\":\"\"}}", "") },
	{ true, JSON("\"A\":{\"annotations\":{\"if\":null}}", "") },
	{ false,
	    "{\"\":{\"entityTypes\":{},\"actions\":{},\"annotations\":"
	    "{\"a\":\"\"}}}" },
	{ true,
	    "{\"N\":{\"entityTypes\":{},\"actions\":{},\"annotations\":"
	    "{\"a\":\"\"}}}" },

	/* Names that are looked for, and what they hide. */
	{ true, "namespace N { entity Long { a: Long }; }" },
	{ false, "entity A; namespace N { entity A; }" },
	{ false, "entity A; namespace N { type A = Long; }" },
	{ false, "type A = Long; namespace N { type A = Long; }" },
	{ false, "action a; namespace N { action a; }" },
	{ true, "entity A; type A = Set<Long>;" },
	{ true, "entity A { a: Action }; action a;" },
	{ true, "action a; namespace N { type Action = Long; }" },
	{ true, "type Action = Long; namespace N { action a; }" },
	{ false, "entity A { a: Action };" },
	{ false, "entity A in Action; action a;" },
	{ false,
	    "entity A; action a appliesTo { principal: A, resource: Action };" },
	{ true, ATTR("{\"type\":\"ipaddr\"}") },
	{ true, ATTR("{\"type\":\"C\"}") },
	{ false, ATTR("{\"type\":\"A\"}") },
	{ false, ATTR("{\"type\":\"Entity\",\"name\":\"C\"}") },
	{ true, ATTR("{\"type\":\"EntityOrCommon\",\"name\":\"A\"}") },
	{ false, JSON("\"Bool\":{},\"A\":{\"tags\":{\"type\":\"Bool\"}}", "") },
	{ true,
	    JSON("\"Bool\":{},\"A\":{\"tags\":{\"type\":\"Boolean\"}}", "") },

	/* Lists. */
	{ true, "entity A in [];" },
	{ false, "action a in [];" },
	{ true, ACTION("\"memberOf\":[]") },
	{ true, JSON("\"A\":{\"enum\":[\"\"]}", "") },
	{ false, JSON("\"A\":{\"enum\":[]}", "") },
	{ false, JSON("\"A\":{\"enum\":[\"a\"],\"memberOfTypes\":[]}", "") },
	{ true, ACTION("\"attributes\":null,\"appliesTo\":null") },
	{ false, ACTION("\"attributes\":{}") },
	{ false, ACTION("\"memberOf\":[{\"id\":\"b\",\"x\":1}]") },
	{ true, ACTION("\"memberOf\":[{\"id\":\"b\",\"type\":null}]") },
	{ false, ACTION("\"appliesTo\":{\"principalTypes\":[]}") },

	/* Each form of type has its own members. */
	{ true, ATTR("{\"type\":\"Long\",\"required\":false}") },
	{ true, ATTR("{\"type\":\"Long\",\"annotations\":{\"a\":null}}") },
	{ false, ATTR("{\"type\":\"Long\",\"name\":\"A\"}") },
	{ false, ATTR("{\"type\":\"C\",\"name\":\"A\"}") },
	{ false, ATTR("{\"type\":\"Entity\"}") },
	{ false,
	    ATTR("{\"type\":\"Entity\",\"name\":\"A\",\"element\":null}") },
	{ false, ATTR("{\"type\":\"Long\",\"attributes\":{}}") },
	{ false, ATTR("{\"type\":\"Record\"}") },
	{ true,
	    ATTR("{\"type\":\"Record\",\"attributes\":{},"
		 "\"additionalAttributes\":false}") },
	{ false,
	    ATTR("{\"type\":\"Record\",\"attributes\":{},"
		 "\"additionalAttributes\":true}") },
	{ false, ATTR("{\"type\":\"Set\"}") },
	{ false,
	    ATTR("{\"type\":\"Set\",\"element\":{\"type\":\"Long\","
		 "\"required\":true}}") },
	{ false,
	    ATTR("{\"type\":\"Set\",\"element\":{\"type\":\"Long\","
		 "\"annotations\":{}}}") },
	{ false,
	    JSON("\"A\":{\"shape\":{\"type\":\"Record\",\"attributes\":{},"
		 "\"required\":true}}",
		"") },
	{ false,
	    JSON("\"A\":{\"tags\":{\"type\":\"Long\",\"annotations\":{}}}",
		"") },
	{ false, "{\"N\":[]}" },
	{ false, "[]" },
	{ true, "{}" },
	{ true, "" },
};

static void
test_schema__accepts_what_cedar_accepts(void **state)
{
	fixture f;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		setup(&f, zta_str_of(cases[i].text));
		if ((f.status == ZTA_OK) != cases[i].valid) {
			fail_msg("%s: %s", cases[i].text, f.err.message);
		}
		teardown(&f);
	}
}

/* --- the other form */

static const struct {
	const char *text;
	const char *json;
} forms[] = {
	{ "", "{}\n" },
	{ "namespace N {\n}\n",
	    "{\"N\":{\"entityTypes\":{},\"actions\":{}}}\n" },
	{ "@doc(\"a\\n\\u{0}\\\"\")\n@if\nentity A;\n",
	    "{\"\":{\"entityTypes\":{\"A\":{\"annotations\":"
	    "{\"doc\":\"a\\n\\u0000\\\"\",\"if\":\"\"}}},\"actions\":{}}}\n" },
	{ "type T = Set<__cedar::Long>;\n\nentity A enum [\"\", \"x\"];\n",
	    "{\"\":{\"commonTypes\":{\"T\":{\"type\":\"Set\",\"element\":"
	    "{\"type\":\"EntityOrCommon\",\"name\":\"__cedar::Long\"}}},"
	    "\"entityTypes\":{\"A\":{\"enum\":[\"\",\"x\"]}},\"actions\":{}}}\n" },
	{ "@a\nnamespace N {\n"
	  "  entity A in [A, N::B] {\n"
	  "    @b\n    \"a b\"?: {\n      \"in\": {}\n    }\n  } tags String;\n\n"
	  "  entity B;\n}\n",
	    "{\"N\":{\"entityTypes\":{\"A\":{\"memberOfTypes\":[\"A\",\"N::B\"],"
	    "\"shape\":{\"type\":\"Record\",\"attributes\":{\"a b\":"
	    "{\"type\":\"Record\",\"attributes\":{\"in\":{\"type\":\"Record\","
	    "\"attributes\":{}}},\"required\":false,\"annotations\":{\"b\":\"\"}}}},"
	    "\"tags\":{\"type\":\"EntityOrCommon\",\"name\":\"String\"}},"
	    "\"B\":{}},\"actions\":{},\"annotations\":{\"a\":\"\"}}}\n" },
	{ "type C = {};\n\nentity A;\n\n"
	  "action a in [\"b c\", Action::\"in\", N::Action::\"\"] appliesTo {\n"
	  "  principal: [A],\n  resource: [A, A],\n  context: C\n};\n\n"
	  "action \"b c\";\n\n@x\naction \"in\";\n\nnamespace N {\n"
	  "  action \"\" appliesTo {\n    principal: [A],\n"
	  "    resource: [A],\n    context: {\n      x: Long\n    }\n  };\n}\n",
	    "{\"\":{\"commonTypes\":{\"C\":{\"type\":\"Record\",\"attributes\":{}}},"
	    "\"entityTypes\":{\"A\":{}},\"actions\":{\"a\":{\"memberOf\":["
	    "{\"id\":\"b c\"},{\"id\":\"in\",\"type\":\"Action\"},"
	    "{\"id\":\"\",\"type\":\"N::Action\"}],\"appliesTo\":{"
	    "\"principalTypes\":[\"A\"],\"resourceTypes\":[\"A\",\"A\"],"
	    "\"context\":{\"type\":\"C\"}}},\"b c\":{\"appliesTo\":{"
	    "\"principalTypes\":[],\"resourceTypes\":[]}},\"in\":{\"appliesTo\":{"
	    "\"principalTypes\":[],\"resourceTypes\":[]},\"annotations\":"
	    "{\"x\":\"\"}}}},\"N\":{\"entityTypes\":{},\"actions\":{\"\":{"
	    "\"appliesTo\":{\"principalTypes\":[\"A\"],\"resourceTypes\":[\"A\"],"
	    "\"context\":{\"type\":\"Record\",\"attributes\":{\"x\":{\"type\":"
	    "\"EntityOrCommon\",\"name\":\"Long\"}}}}}}}}\n" },
};

typedef zta_status translation(zta_str, zta_str, zta_str *, zta_error *);

static void
check_translation(translation *translate, const char *from, const char *to)
{
	zta_error err = { 0 };
	zta_str out;

	if (translate(ZTA_STR("f"), zta_str_of(from), &out, &err) != ZTA_OK) {
		fail_msg("%s: %s", from, err.message);
	}
	assert_string_equal(out.ptr, to);
	zta_str_free(out);
}

static void
test_schema__has_two_forms(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		check_translation(
		    zta_cedar_schema_to_json, forms[i].text, forms[i].json);
		check_translation(
		    zta_cedar_schema_to_text, forms[i].json, forms[i].text);
		/* From the form that it has, each gives itself. */
		check_translation(
		    zta_cedar_schema_to_json, forms[i].json, forms[i].json);
		check_translation(
		    zta_cedar_schema_to_text, forms[i].text, forms[i].text);
	}
}

/* What text says otherwise, and what it cannot say. */
static void
test_schema__names_what_only_json_says(void **state)
{
	static const struct {
		const char *json;
		const char *said; /* in the text, or in the error */
		uint32_t column;  /* 0: no error */
	} only[] = {
		{ ATTR("{\"type\":\"Boolean\"}"), "a: __cedar::Bool\n", 0 },
		{ ATTR("{\"type\":\"ipaddr\"}"), "a: __cedar::ipaddr\n", 0 },
		{ ATTR("{\"type\":\"Extension\",\"name\":\"decimal\"}"),
		    "a: __cedar::decimal\n", 0 },
		{ ATTR("{\"type\":\"C\"}"), "a: C\n", 0 },
		{ ATTR("{\"type\":\"Entity\",\"name\":\"N::A\"}"), "a: N::A\n",
		    0 },
		{ ATTR("{\"type\":\"Long\",\"annotations\":{\"k\":null}}"),
		    "    @k\n    a: __cedar::Long\n", 0 },
		{ ACTION("\"appliesTo\":{\"principalTypes\":[],"
			 "\"resourceTypes\":[],\"context\":{\"type\":"
			 "\"Record\",\"attributes\":{}}}"),
		    "action a;\n", 0 },
		{ ACTION("\"appliesTo\":{\"principalTypes\":[\"A\"],"
			 "\"resourceTypes\":[]}"),
		    "action `a` applies to no resource", 47 },
		{ ACTION("\"appliesTo\":{\"principalTypes\":[],"
			 "\"resourceTypes\":[\"A\"]}"),
		    "action `a` applies to no principal", 47 },
		{ ACTION("\"appliesTo\":{\"principalTypes\":[],"
			 "\"resourceTypes\":[],\"context\":{\"type\":"
			 "\"Record\",\"attributes\":{\"a\":{\"type\":"
			 "\"Long\"}}}}"),
		    "action `a` applies to no principal", 47 },
		{ "{\"\":{\"commonTypes\":{\"C\":{\"type\":\"Record\","
		  "\"attributes\":{}}},\"entityTypes\":{\"A\":{\"shape\":"
		  "{\"type\":\"C\"}}},\"actions\":{}}}",
		    "the shape of `A` is `C`", 88 },
		{ "{\"N\":{\"commonTypes\":{\"A\":{\"type\":\"Long\"}},"
		  "\"entityTypes\":{\"A\":{\"tags\":{\"type\":\"Entity\","
		  "\"name\":\"A\"}}},\"actions\":{}}}",
		    "`A` is the entity type here", 70 },
	};
	zta_error err;
	zta_str out;
	zta_status status;
	const char *said;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(only) / sizeof(only[0]); i++) {
		memset(&err, 0, sizeof(err));
		status = zta_cedar_schema_to_text(
		    ZTA_STR("f"), zta_str_of(only[i].json), &out, &err);
		said = status == ZTA_OK ? out.ptr : err.message;
		if (strstr(said, only[i].said) == NULL ||
		    err.column != only[i].column) {
			fail_msg("%s: %u: %s", only[i].json, err.column, said);
		}
		assert_int_equal(
		    status, only[i].column > 0 ? ZTA_EINVALID : ZTA_OK);
		zta_str_free(out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_schema__closes_long_chains),
		cmocka_unit_test(test_schema__closes_cycles),
		cmocka_unit_test(test_schema__depth_is_limited),
		cmocka_unit_test(test_schema__equal_types_are_one),
		cmocka_unit_test(test_schema__last_attribute_counts),
		cmocka_unit_test(test_schema__accepts_what_cedar_accepts),
		cmocka_unit_test(test_schema__has_two_forms),
		cmocka_unit_test(test_schema__names_what_only_json_says),
	};

	return cmocka_run_group_tests_name("schema", tests, NULL, NULL);
}
