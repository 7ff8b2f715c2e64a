/* SPDX-License-Identifier: Apache-2.0 */
/* turns.c - see turns.h. */
#include "turns.h"

#include <stdlib.h>
#include <time.h>

static double
cpu_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int
compare(const void *a, const void *b, void *context)
{
	double x = *(const double *)a, y = *(const double *)b;

	(void)context;
	return (x > y) - (x < y);
}

double
median(double *list)
{
	qsort_r(list, TURNS_BLOCKS, sizeof(*list), compare, NULL);
	return list[TURNS_BLOCKS / 2];
}

void
contend(contender *list, size_t count)
{
	size_t block, i, n;
	double start;

	for (block = 0; block < TURNS_BLOCKS; block++) {
		for (i = 0; i < count; i++) {
			start = cpu_ns();
			for (n = 0; n < TURNS_BLOCK; n++) {
				list[i].run(list[i].context);
			}
			list[i].blocks[block] =
			    (cpu_ns() - start) / TURNS_BLOCK;
		}
	}
	for (i = 0; i < count; i++) {
		list[i].ns = median(list[i].blocks);
		list[i].least = list[i].blocks[0];
	}
}
