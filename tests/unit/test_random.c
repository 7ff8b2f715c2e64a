/* SPDX-License-Identifier: Apache-2.0 */
/* test_random.c - bytes that nobody else has. */
#include "tests.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/random.h"

#define LEN 16
#define DRAWS 1000

typedef unsigned char draws[DRAWS][LEN];

static void
draw(draws out)
{
	size_t i;

	for (i = 0; i < DRAWS; i++) {
		zta_random__bytes(out[i], LEN);
	}
}

static int
compare(const void *a, const void *b)
{
	return memcmp(a, b, LEN);
}

/* Of values of 128 bits, no two are the same. */
static void
assert_all_differ(unsigned char (*list)[LEN], size_t count)
{
	size_t i;

	qsort(list, count, LEN, compare);
	for (i = 1; i < count; i++) {
		assert_memory_not_equal(list[i - 1], list[i], LEN);
	}
}

static void
test_random__never_repeats(void **state)
{
	static draws list;

	(void)state;
	draw(list);
	assert_all_differ(list, DRAWS);
}

/* Every length is filled, to the last byte, and no further. */
static void
test_random__fills_any_length(void **state)
{
	unsigned char bytes[1024 + 2], seen;
	size_t len, tries;

	(void)state;
	for (len = 1; len <= 1024; len++) {
		seen = 0;
		for (tries = 0; tries < 100 && seen == 0; tries++) {
			memset(bytes, 0, sizeof(bytes));
			zta_random__bytes(bytes + 1, len);
			seen |= bytes[len];
			assert_int_equal(bytes[0], 0);
			assert_int_equal(bytes[len + 1], 0);
		}
		assert_int_not_equal(seen, 0);
	}
}

/* A child goes on with others than its parent, and than its own child. */
static void
test_random__differs_after_fork(void **state)
{
	draws *shared = mmap(NULL, 3 * sizeof(draws), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned char first[LEN];
	int status;
	pid_t pid;

	(void)state;
	assert_ptr_not_equal(shared, MAP_FAILED);
	zta_random__bytes(first, sizeof(first));
	pid = fork();
	if (pid == 0) {
		pid = fork();
		draw(shared[pid == 0 ? 2 : 1]);
		_exit(pid != 0 && waitpid(pid, &status, 0) != pid);
	}
	draw(shared[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_all_differ(shared[0], 3 * (size_t)DRAWS);
	assert_int_equal(munmap(shared, 3 * sizeof(draws)), 0);
}

static void *
run(void *out)
{
	draw(out);
	return NULL;
}

/* Threads that end give back what they had; those that go on have their own. */
static void
test_random__differs_between_threads(void **state)
{
	static draws lists[8];
	pthread_t threads[8];
	size_t i;

	(void)state;
	for (i = 0; i < 8; i++) {
		assert_int_equal(
		    pthread_create(&threads[i], NULL, run, lists[i]), 0);
	}
	for (i = 0; i < 8; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	}
	assert_all_differ(lists[0], 8 * (size_t)DRAWS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random__never_repeats),
		cmocka_unit_test(test_random__fills_any_length),
		cmocka_unit_test(test_random__differs_after_fork),
		cmocka_unit_test(test_random__differs_between_threads),
	};

	return cmocka_run_group_tests_name("random", tests, NULL, NULL);
}
