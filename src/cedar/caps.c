/* SPDX-License-Identifier: Apache-2.0 */
/* caps.c - see caps.h. Each step costs what it moves on the stack. */
#include "cedar/caps.h"

#include <string.h>

void
zta_caps__init(zta_caps *caps, uint64_t seed)
{
	*caps = (zta_caps){ 0 };
	zta_arena__init(&caps->arena, SIZE_MAX);
	zta_shapes__init(&caps->shapes, &caps->arena, seed);
}

void
zta_caps__release(zta_caps *caps)
{
	zta_arena__release(&caps->arena);
}

void
zta_caps__reset(zta_caps *caps)
{
	zta_arena arena = caps->arena;
	uint64_t seed = caps->shapes.forms.seed;

	zta_arena__reset(&arena);
	*caps = (zta_caps){ .arena = arena, .no_memory = caps->no_memory };
	zta_shapes__init(&caps->shapes, &caps->arena, seed);
}

bool
zta_caps__holds(zta_caps *caps, uint32_t shape)
{
	caps->no_memory = caps->no_memory || shape == ZTA_SHAPE_NONE;
	return shape < caps->room && caps->list[shape].assumed > 0;
}

/* Is there a place in the list for this shape? */
static bool
reserve(zta_caps *caps, uint32_t shape)
{
	uint32_t more = shape * 2 + 16;
	zta_cap *bigger;

	if (shape < caps->room) {
		return true;
	}
	bigger = zta_arena__zalloc(&caps->arena, more, sizeof(*bigger));
	if (bigger == NULL) {
		return false;
	}
	if (caps->room > 0) {
		memcpy(bigger, caps->list, sizeof(*bigger) * caps->room);
	}
	caps->list = bigger;
	caps->room = more;
	return true;
}

void
zta_caps__show(zta_caps *caps, uint32_t shape)
{
	uint32_t more = caps->shown_room * 2 + 16;
	uint32_t *bigger;

	if (shape == ZTA_SHAPE_NONE || !reserve(caps, shape)) {
		caps->no_memory = true;
		return;
	}
	if (caps->shown_count == caps->shown_room) {
		bigger = zta_arena__grow(&caps->arena, caps->shown,
		    caps->shown_count, more, sizeof(*bigger));
		if (bigger == NULL) {
			caps->no_memory = true;
			return;
		}
		caps->shown = bigger;
		caps->shown_room = more;
	}
	caps->shown[caps->shown_count++] = shape;
}

void
zta_caps__assume(zta_caps *caps, uint32_t from, uint32_t to)
{
	for (; from < to; from++) {
		caps->list[caps->shown[from]].assumed++;
	}
}

void
zta_caps__forget(zta_caps *caps, uint32_t from, uint32_t to)
{
	for (; from < to; from++) {
		caps->list[caps->shown[from]].assumed--;
	}
}

void
zta_caps__keep_second(zta_caps *caps, uint32_t from, uint32_t to)
{
	for (; to < caps->shown_count; to++) {
		caps->shown[from++] = caps->shown[to];
	}
	caps->shown_count = from;
}

void
zta_caps__keep_both(zta_caps *caps, uint32_t from, uint32_t to)
{
	uint32_t i, shape;

	caps->meetings++;
	for (i = from; i < to; i++) {
		caps->list[caps->shown[i]].met = caps->meetings;
	}
	for (i = to; i < caps->shown_count; i++) {
		shape = caps->shown[i];
		if (caps->list[shape].met == caps->meetings) {
			caps->shown[from++] = shape;
		}
	}
	caps->shown_count = from;
}
