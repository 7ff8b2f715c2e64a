/* SPDX-License-Identifier: Apache-2.0 */
/* test_object.c - git objects in the SHA-256 format. SPEC: ztauth 2 */
#include "tests.h"

#include "store/oid.h"

/* As `git hash-object --stdin -t KIND` has them in a sha256 repository. */
static const struct {
	zta_object_kind kind;
	const char *body;
	const char *id;
} id_cases[] = {
	{ ZTA_OBJECT_BLOB, "",
	    "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813" },
	{ ZTA_OBJECT_BLOB, "hello\n",
	    "2cf8d83d9ee29543b34a87727421fdecb7e3f3a183d337639025de576db9ebb4" },
	{ ZTA_OBJECT_TREE, "",
	    "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321" },
};

static void
test_oid__is_the_one_of_git(void **state)
{
	char text[ZTA_OID_TEXT_MAX];
	zta_oid oid, again;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(id_cases) / sizeof(id_cases[0]); i++) {
		oid =
		    zta_oid__of(id_cases[i].kind, zta_str_of(id_cases[i].body));
		zta_oid__hex(&oid, text);
		assert_string_equal(text, id_cases[i].id);
		assert_true(zta_oid__parse(zta_str_of(text), &again));
		assert_true(zta_oid__eq(&oid, &again));
	}
}

static void
test_oid__reads_64_lower_case_digits(void **state)
{
	static const char good[] =
	    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0";
	zta_oid oid;
	char bad[64];

	(void)state;
	assert_true(zta_oid__parse((zta_str){ good, 64 }, &oid));
	assert_int_equal(oid.bytes[0], 0x01);
	assert_int_equal(oid.bytes[31], 0xef);
	assert_false(zta_oid__parse((zta_str){ good, 40 }, &oid));
	assert_false(zta_oid__parse((zta_str){ good, 63 }, &oid));
	assert_false(zta_oid__parse((zta_str){ good, 65 }, &oid));
	assert_false(zta_oid__parse(ZTA_STR(""), &oid));
	memcpy(bad, good, 64);
	bad[10] = 'A';
	assert_false(zta_oid__parse((zta_str){ bad, 64 }, &oid));
	bad[10] = 'g';
	assert_false(zta_oid__parse((zta_str){ bad, 64 }, &oid));
	bad[10] = '\0';
	assert_false(zta_oid__parse((zta_str){ bad, 64 }, &oid));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_oid__is_the_one_of_git),
		cmocka_unit_test(test_oid__reads_64_lower_case_digits),
	};

	return cmocka_run_group_tests_name("object", tests, NULL, NULL);
}
