/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arena.h - memory that is given back as a whole.
 *
 * An arena hands out 16-byte aligned pieces of blocks that grow. It serves one
 * lifetime: a snapshot, or one request after another. A reset keeps the blocks,
 * so that a request that is no larger than those before it calls no malloc.
 *
 * An arena has a hard maximum; passing it looks like an empty heap (NULL), and
 * zta_arena__status() tells the two apart. Not for secrets: nothing is wiped.
 */
#ifndef ZTA_BASE_ARENA_H
#define ZTA_BASE_ARENA_H

#include "ztauth/base.h"

typedef struct zta_arena_block zta_arena_block;
typedef struct zta_arena_share zta_arena_share;

typedef struct zta_arena {
	char *next;             /* first free byte of the current block */
	char *end;              /* one past its last byte */
	zta_arena_block *first; /* all blocks, in the order of their use */
	zta_arena_block *current;
	zta_arena_block *large;  /* those of one large piece */
	zta_arena_share *shares; /* what is let go of at a reset */
	size_t held;             /* bytes of all blocks */
	size_t max;              /* `held` never passes it */
	bool limited; /* an allocation was refused because of `max` */
} zta_arena;

/* Begin empty; nothing is allocated until the first use. */
void zta_arena__init(zta_arena *arena, size_t bytes_max);

/*
 * Begin with one block of `size` bytes instead of the usual: for one that is
 * kept for long and holds little. It is empty; false: the heap or the maximum
 * is reached.
 */
ZTA_MUST_USE bool zta_arena__begin_with(zta_arena *arena, size_t size);

/* Give every block back to the heap; the arena is as after init. */
void zta_arena__release(zta_arena *arena);

/* Forget every piece, keep the blocks. */
void zta_arena__reset(zta_arena *arena);

/* Pieces begin at multiples of this. */
#define ZTA_ARENA_ALIGNMENT 16u
/* One of so many bytes has a block of its own, so that it can grow. */
#define ZTA_ARENA_LARGE ((size_t)64 << 10)

/* Make room for a piece that the current block has none for. */
ZTA_MUST_USE void *zta_arena__alloc_more(zta_arena *arena, size_t size);

/*
 * `size` bytes, uninitialised. NULL when the heap or the maximum is reached.
 * Also an empty piece has an address of its own.
 */
ZTA_MUST_USE static inline void *
zta_arena__alloc(zta_arena *arena, size_t size)
{
	size_t left = (size_t)(arena->end - arena->next);
	size_t room = (size + (size == 0) + ZTA_ARENA_ALIGNMENT - 1) &
	    ~(size_t)(ZTA_ARENA_ALIGNMENT - 1);
	void *piece = arena->next;

	if (size >= ZTA_ARENA_LARGE || room > left) {
		return zta_arena__alloc_more(arena, size);
	}
	arena->next += room;
	return piece;
}

/* `count` times `size` zeroed bytes, or NULL (also when that overflows). */
ZTA_MUST_USE void *zta_arena__zalloc(
    zta_arena *arena, size_t count, size_t size);

/*
 * The array `old` of `count` elements with room for `more`, or for no more than
 * it needs. It may have moved: `old` is no longer valid. On NULL it still is.
 */
ZTA_MUST_USE void *zta_arena__grow(
    zta_arena *arena, const void *old, size_t count, size_t more, size_t size);

/*
 * Let pieces of the arena refer to `what`, which others have a share in: it is
 * let go of by `drop` when the arena is reset or released. False: no memory, and
 * the caller still has it.
 */
ZTA_MUST_USE bool zta_arena__share(
    zta_arena *arena, void *what, void (*drop)(void *what));

/* Give a piece of `size` bytes back early, if it is large. */
void zta_arena__drop(zta_arena *arena, const void *piece, size_t size);

/* A copy of `text`, or a slice with a NULL pointer. */
ZTA_MUST_USE zta_str zta_arena__copy(zta_arena *arena, zta_str text);

/* A NUL-terminated copy of `text`, or NULL. */
ZTA_MUST_USE char *zta_arena__cstr(zta_arena *arena, zta_str text);

/* Why the last allocation gave NULL: ZTA_ELIMIT or ZTA_ENOMEM, into `err`. */
zta_status zta_arena__failed(const zta_arena *arena, zta_error *err);

#endif
