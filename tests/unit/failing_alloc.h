/* SPDX-License-Identifier: Apache-2.0 */
/*
 * failing_alloc.h - an allocator whose nth allocation fails, of the thread that
 * asks. The linker puts it in the way of a test that includes it.
 */
#ifndef ZTA_FAILING_ALLOC_H
#define ZTA_FAILING_ALLOC_H

#include <stdbool.h>
#include <stddef.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);

/* Allocations until one fails; negative: none does. */
static _Thread_local long countdown = -1;

static bool
fails(void)
{
	return countdown >= 0 && countdown-- == 0;
}

void *
__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t count, size_t size)
{
	return fails() ? NULL : __real_calloc(count, size);
}

void *
__wrap_realloc(void *old, size_t size)
{
	return fails() ? NULL : __real_realloc(old, size);
}

#endif
