/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sort.c - see sort.h: insertion for a few elements, a heap for more, and one
 * look for what is in order already, as names out of a tree are.
 */
#include "base/sort.h"

#include <stdbool.h>
#include <string.h>

#define INSERTION_MAX 16

typedef struct sorter {
	char *items;
	size_t size;
	int (*cmp)(const void *, const void *);
} sorter;

static char *
at(const sorter *s, size_t i)
{
	return s->items + i * s->size;
}

static void
insertion_sort(const sorter *s, size_t count)
{
	char spare[ZTA_SORT_ELEMENT_MAX];
	size_t i, j;

	for (i = 1; i < count; i++) {
		memcpy(spare, at(s, i), s->size);
		for (j = i; j > 0 && s->cmp(spare, at(s, j - 1)) < 0; j--) {
			memcpy(at(s, j), at(s, j - 1), s->size);
		}
		memcpy(at(s, j), spare, s->size);
	}
}

/* Let the element at `i` sink to where both below it are smaller. */
static void
sink(const sorter *s, size_t i, size_t count)
{
	char spare[ZTA_SORT_ELEMENT_MAX];
	size_t child;

	memcpy(spare, at(s, i), s->size);
	for (child = 2 * i + 1; child < count; child = 2 * i + 1) {
		if (child + 1 < count &&
		    s->cmp(at(s, child), at(s, child + 1)) < 0) {
			child++;
		}
		if (s->cmp(spare, at(s, child)) >= 0) {
			break;
		}
		memcpy(at(s, i), at(s, child), s->size);
		i = child;
	}
	memcpy(at(s, i), spare, s->size);
}

static void
heap_sort(const sorter *s, size_t count)
{
	char spare[ZTA_SORT_ELEMENT_MAX];
	size_t i;

	for (i = count / 2; i > 0; i--) {
		sink(s, i - 1, count);
	}
	for (i = count - 1; i > 0; i--) {
		memcpy(spare, at(s, 0), s->size);
		memcpy(at(s, 0), at(s, i), s->size);
		memcpy(at(s, i), spare, s->size);
		sink(s, 0, i);
	}
}

static bool
is_sorted(const sorter *s, size_t count)
{
	size_t i;

	for (i = 1; i < count; i++) {
		if (s->cmp(at(s, i - 1), at(s, i)) > 0) {
			return false;
		}
	}
	return true;
}

void
zta_sort__run(void *items, size_t count, size_t size,
    int (*cmp)(const void *, const void *))
{
	sorter s = { items, size, cmp };

	if (count <= INSERTION_MAX) {
		insertion_sort(&s, count);
	} else if (!is_sorted(&s, count)) {
		heap_sort(&s, count);
	}
}
