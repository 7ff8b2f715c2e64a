/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arena.c - see arena.h.
 *
 * Blocks double in size, from 4 KiB to 1 MiB. A large piece has a block of its
 * own, in another list, so that it can grow where it is.
 */
#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

#define BLOCK_MIN ((size_t)4096)
#define BLOCK_MAX ((size_t)1 << 20)

struct zta_arena_block {
	zta_arena_block *next;
	size_t size; /* bytes of data */
	bool used;   /* of a large one: since the last reset */
	_Alignas(16) char data[];
};

struct zta_arena_share {
	zta_arena_share *next;
	void *what;
	void (*drop)(void *what);
};

void
zta_arena__init(zta_arena *arena, size_t bytes_max)
{
	memset(arena, 0, sizeof(*arena));
	arena->max = bytes_max;
}

static void
free_all(zta_arena_block *block)
{
	zta_arena_block *next;

	for (; block != NULL; block = next) {
		next = block->next;
		free(block);
	}
}

static void
let_go(zta_arena *arena)
{
	zta_arena_share *share = arena->shares;

	arena->shares = NULL;
	for (; share != NULL; share = share->next) {
		share->drop(share->what);
	}
}

void
zta_arena__release(zta_arena *arena)
{
	let_go(arena);
	free_all(arena->first);
	free_all(arena->large);
	zta_arena__init(arena, arena->max);
}

static void
enter(zta_arena *arena, zta_arena_block *block)
{
	arena->current = block;
	arena->next = block->data;
	arena->end = block->data + block->size;
}

void
zta_arena__reset(zta_arena *arena)
{
	zta_arena_block *block;

	let_go(arena);
	arena->limited = false;
	if (arena->first != NULL) {
		enter(arena, arena->first);
	}
	for (block = arena->large; block != NULL; block = block->next) {
		block->used = false;
	}
}

/* Make `block`, or a new one for NULL, `size` bytes large. */
static zta_arena_block *
resize(zta_arena *arena, zta_arena_block *block, size_t size)
{
	size_t held = arena->held - (block == NULL ? 0 : block->size);
	zta_arena_block *resized;

	if (size > arena->max - held) {
		arena->limited = true;
		return NULL;
	}
	resized = realloc(block, sizeof(*block) + size);
	if (resized != NULL) {
		resized->size = size;
		arena->held = held + size;
	}
	return resized;
}

/* Link a new block of at least `size` bytes behind the current one. */
static bool
add_block(zta_arena *arena, size_t size)
{
	zta_arena_block *block;
	size_t want = BLOCK_MIN;

	if (arena->current != NULL && arena->current->size < BLOCK_MAX) {
		want = arena->current->size * 2;
	} else if (arena->current != NULL) {
		want = BLOCK_MAX;
	}
	if (want < size) {
		want = size;
	}
	if (want > arena->max - arena->held) {
		want = size;
	}
	block = resize(arena, NULL, want);
	if (block == NULL) {
		return false;
	}
	block->next = NULL;
	if (arena->current == NULL) {
		arena->first = block;
	} else {
		block->next = arena->current->next;
		arena->current->next = block;
	}
	enter(arena, block);
	return true;
}

bool
zta_arena__begin_with(zta_arena *arena, size_t size)
{
	zta_arena_block *block = resize(arena, NULL, size);

	if (block == NULL) {
		return false;
	}
	block->next = NULL;
	arena->first = block;
	enter(arena, block);
	return true;
}

static void *
alloc_large(zta_arena *arena, size_t size)
{
	zta_arena_block *block = arena->large;

	while (block != NULL && (block->used || block->size < size)) {
		block = block->next;
	}
	if (block == NULL) {
		block = resize(arena, NULL, size);
		if (block == NULL) {
			return NULL;
		}
		block->next = arena->large;
		arena->large = block;
	}
	block->used = true;
	return block->data;
}

void *
zta_arena__alloc_more(zta_arena *arena, size_t size)
{
	void *piece;

	if (size > arena->max) {
		arena->limited = true;
		return NULL;
	}
	if (size >= ZTA_ARENA_LARGE) {
		return alloc_large(arena, size);
	}
	size = (size + (size == 0) + ZTA_ARENA_ALIGNMENT - 1) &
	    ~(size_t)(ZTA_ARENA_ALIGNMENT - 1);
	while ((size_t)(arena->end - arena->next) < size) {
		if (arena->current != NULL && arena->current->next != NULL &&
		    arena->current->next->size >= size) {
			enter(arena, arena->current->next);
		} else if (!add_block(arena, size)) {
			return NULL;
		}
	}
	piece = arena->next;
	arena->next += size;
	return piece;
}

bool
zta_arena__share(zta_arena *arena, void *what, void (*drop)(void *what))
{
	zta_arena_share *share = zta_arena__alloc(arena, sizeof(*share));

	if (share == NULL) {
		return false;
	}
	*share = (zta_arena_share){ arena->shares, what, drop };
	arena->shares = share;
	return true;
}

void *
zta_arena__zalloc(zta_arena *arena, size_t count, size_t size)
{
	void *piece;

	if (size != 0 && count > SIZE_MAX / size) {
		arena->limited = true;
		return NULL;
	}
	piece = zta_arena__alloc(arena, count * size);
	if (piece != NULL) {
		memset(piece, 0, count * size);
	}
	return piece;
}

/* Where the large block of the piece is linked, or NULL. */
static zta_arena_block **
find_large(zta_arena *arena, const void *piece)
{
	zta_arena_block **link = &arena->large;

	while (*link != NULL && (*link)->data != (const char *)piece) {
		link = &(*link)->next;
	}
	return *link == NULL ? NULL : link;
}

void *
zta_arena__grow(
    zta_arena *arena, const void *old, size_t count, size_t more, size_t size)
{
	zta_arena_block **link = NULL, *block;
	void *piece;

	if (more > SIZE_MAX / size) {
		arena->limited = true;
		return NULL;
	}
	if (count * size >= ZTA_ARENA_LARGE) {
		link = find_large(arena, old);
	}
	if (link != NULL && more > count && (*link)->size >= more * size) {
		return (*link)->data;
	}
	if (link != NULL) {
		block = resize(arena, *link, more * size);
		*link = block == NULL ? *link : block;
		return block == NULL ? NULL : block->data;
	}
	piece = zta_arena__alloc(arena, more * size);
	if (piece != NULL && count > 0) {
		memcpy(piece, old, count * size);
	}
	return piece;
}

void
zta_arena__drop(zta_arena *arena, const void *piece, size_t size)
{
	zta_arena_block **link =
	    size < ZTA_ARENA_LARGE ? NULL : find_large(arena, piece);
	zta_arena_block *block;

	if (link != NULL) {
		block = *link;
		*link = block->next;
		arena->held -= block->size;
		free(block);
	}
}

zta_str
zta_arena__copy(zta_arena *arena, zta_str text)
{
	char *piece = zta_arena__alloc(arena, text.len);

	if (piece == NULL) {
		return (zta_str){ NULL, 0 };
	}
	if (text.len > 0) {
		memcpy(piece, text.ptr, text.len);
	}
	return (zta_str){ piece, text.len };
}

char *
zta_arena__cstr(zta_arena *arena, zta_str text)
{
	char *piece = zta_arena__alloc(arena, text.len + 1);

	if (piece != NULL) {
		if (text.len > 0) {
			memcpy(piece, text.ptr, text.len);
		}
		piece[text.len] = '\0';
	}
	return piece;
}

zta_status
zta_arena__failed(const zta_arena *arena, zta_error *err)
{
	if (arena->limited) {
		return zta_error__set(err, ZTA_ELIMIT,
		    "needs more than its %zu bytes of memory", arena->max);
	}
	return zta_error__nomem(err);
}
