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
	f->status = zta_schema__read(&f->schema, &f->names, text, &f->err);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_schema__closes_long_chains),
		cmocka_unit_test(test_schema__closes_cycles),
		cmocka_unit_test(test_schema__depth_is_limited),
		cmocka_unit_test(test_schema__last_attribute_counts),
	};

	return cmocka_run_group_tests_name("schema", tests, NULL, NULL);
}
