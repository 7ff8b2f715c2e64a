/* SPDX-License-Identifier: Apache-2.0 */
/* test_journal.c - kept requests, after a crash. */
#include "log/journal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"

/* 2026-01-31 */
#define DAY INT64_C(1769860000000)
#define PAGE "requests/2026-01-31.jsonl"

static char dir[64], page[128];
static unsigned whole;

static void
append(zta_journal *journal, const char *line)
{
	assert_int_equal(
	    zta_journal__append(journal, DAY, zta_str_of(line), NULL), ZTA_OK);
}

static zta_status
count(void *context, zta_str line)
{
	(void)context;
	whole += zta_str__is(line, "{\"whole\":1}");
	return ZTA_OK;
}

/* What a crash left of a line does not take the next one with it. */
static void
test_journal__goes_on_after_a_crash(void **state)
{
	zta_journal *journal;

	(void)state;
	(void)snprintf(dir, sizeof(dir), "/tmp/ztauth-test-journal-XXXXXX");
	assert_non_null(mkdtemp(dir));
	(void)snprintf(page, sizeof(page), "%s/" PAGE, dir);
	assert_int_equal(zta_journal__open(&journal, dir, NULL), ZTA_OK);
	append(journal, "{\"whole\":1}");
	append(journal, "{\"whole\":1}");
	zta_journal__close(journal);
	/* The second one has lost its end. */
	assert_int_equal(truncate(page, 12 + 5), 0);
	assert_int_equal(zta_journal__open(&journal, dir, NULL), ZTA_OK);
	append(journal, "{\"whole\":1}");
	append(journal, "{\"whole\":1}");
	zta_journal__close(journal);
	assert_int_equal(zta_journal__lines(page, count, NULL, NULL), ZTA_OK);
	assert_int_equal(whole, 3);
	assert_int_equal(unlink(page), 0);
	(void)snprintf(page, sizeof(page), "%s/requests", dir);
	assert_int_equal(rmdir(page), 0);
	assert_int_equal(rmdir(dir), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_journal__goes_on_after_a_crash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
