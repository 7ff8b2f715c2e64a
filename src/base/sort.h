/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sort.h - sort in place. Never allocates, which the C library's qsort may do,
 * and never takes more than n log n steps. Not stable.
 */
#ifndef ZTA_BASE_SORT_H
#define ZTA_BASE_SORT_H

#include <stddef.h>

/* Largest element that can be sorted, in bytes. */
#define ZTA_SORT_ELEMENT_MAX 80

void zta_sort__run(void *items, size_t count, size_t size,
    int (*cmp)(const void *, const void *));

#endif
