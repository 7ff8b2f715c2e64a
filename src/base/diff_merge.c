/* SPDX-License-Identifier: Apache-2.0 */
/*
 * diff_merge.c - bring two changes of one text together. Both are hunks over
 * the same lines; those that overlap or touch are settled together: by the one
 * side if only it has changed them, by either if both did the same, else they
 * clash.
 */
#include "base/diff.h"
#include "base/error.h"
#include "base/str.h"

/* One of the two changes. */
typedef struct side {
	zta_diff diff;
	uint32_t next; /* hunk */
	int64_t
	    offset; /* of lines behind the last hunk from those of the base */
} side;

/* Lines of the base, and what a side makes of them. */
typedef struct region {
	uint32_t from, to; /* of the base */
} region;

typedef struct merger {
	side ours, theirs;
	zta_arena *arena;
	zta_buf text;
	zta_diff_clash *clashes;
	uint32_t count, room;
	zta_error *err;
} merger;

/* Does the next hunk of the side begin in the region, or at its end? */
static bool
touches(const side *s, const region *r)
{
	return s->next < s->diff.count && s->diff.hunks[s->next].a <= r->to;
}

/* Take in the next hunk. */
static void
take(side *s, region *r)
{
	const zta_diff_hunk *h = &s->diff.hunks[s->next++];
	uint32_t end = h->a + h->a_count;

	s->offset += (int64_t)h->b_count - h->a_count;
	r->to = end > r->to ? end : r->to;
}

/* The lines that a side has there; `offset` is the one before the region. */
static zta_diff_lines
lines_of(const side *s, int64_t offset, const region *r)
{
	size_t from = (size_t)(r->from + offset);
	size_t to = (size_t)(r->to + s->offset);

	return (
	    zta_diff_lines){ s->diff.after.list + from, (uint32_t)(to - from) };
}

static bool
equal(const zta_diff_lines *a, const zta_diff_lines *b)
{
	uint32_t i;

	for (i = 0; i < a->count && i < b->count; i++) {
		if (!zta_str__eq(a->list[i], b->list[i])) {
			return false;
		}
	}
	return a->count == b->count;
}

static void
put(merger *m, const zta_diff_lines *lines)
{
	uint32_t i;

	for (i = 0; i < lines->count; i++) {
		zta_buf__put(&m->text, lines->list[i]);
	}
}

static zta_status
add_clash(merger *m, uint32_t line, uint32_t count)
{
	if (m->count == m->room) {
		m->room = m->room == 0 ? 8 : m->room * 2;
		m->clashes = zta_arena__grow(m->arena, m->clashes, m->count,
		    m->room, sizeof(*m->clashes));
		if (m->clashes == NULL) {
			return zta_arena__failed(m->arena, m->err);
		}
	}
	m->clashes[m->count++] = (zta_diff_clash){ line, count };
	return ZTA_OK;
}

/* Settle the region that the next hunks make. */
static zta_status
settle(merger *m, region *r)
{
	int64_t ours_before = m->ours.offset, theirs_before = m->theirs.offset;
	uint32_t ours_next = m->ours.next, theirs_next = m->theirs.next;
	zta_diff_lines ours, theirs;

	for (;;) {
		if (touches(&m->ours, r)) {
			take(&m->ours, r);
		} else if (touches(&m->theirs, r)) {
			take(&m->theirs, r);
		} else {
			break;
		}
	}
	ours = lines_of(&m->ours, ours_before, r);
	theirs = lines_of(&m->theirs, theirs_before, r);
	if (m->ours.next == ours_next) {
		put(m, &theirs);
	} else if (m->theirs.next == theirs_next || equal(&ours, &theirs)) {
		put(m, &ours);
	} else {
		return add_clash(
		    m, (uint32_t)(r->from + ours_before) + 1, ours.count);
	}
	return ZTA_OK;
}

/* Where the next hunk of a side begins, or the end of the base. */
static uint32_t
next_of(const side *s)
{
	return s->next < s->diff.count ? s->diff.hunks[s->next].a :
					 s->diff.before.count;
}

static zta_status
merge(merger *m)
{
	const zta_diff_lines *base = &m->ours.diff.before;
	uint32_t at = 0, a, b;
	zta_diff_lines same;
	region r;
	zta_status status = ZTA_OK;

	while (status == ZTA_OK) {
		a = next_of(&m->ours);
		b = next_of(&m->theirs);
		r.from = r.to = a < b ? a : b;
		same = (zta_diff_lines){ base->list + at, r.from - at };
		put(m, &same);
		if (!touches(&m->ours, &r) && !touches(&m->theirs, &r)) {
			break;
		}
		status = settle(m, &r);
		at = r.to;
	}
	return status;
}

zta_status
zta_diff__merge(zta_arena *arena, zta_str base, zta_str ours, zta_str theirs,
    zta_str *out, zta_diff_clash **clashes, uint32_t *count, zta_error *err)
{
	merger m = { .arena = arena, .err = err };
	zta_status status = zta_diff__run(arena, base, ours, &m.ours.diff, err);

	zta_buf__init(&m.text, SIZE_MAX);
	if (status == ZTA_OK) {
		status =
		    zta_diff__run(arena, base, theirs, &m.theirs.diff, err);
	}
	if (status == ZTA_OK) {
		status = merge(&m);
	}
	if (status == ZTA_OK) {
		*out = zta_arena__copy(arena, zta_buf__str(&m.text));
		if (m.text.status != ZTA_OK || out->ptr == NULL) {
			status = zta_error__nomem(err);
		}
	}
	zta_buf__release(&m.text);
	*clashes = m.clashes;
	*count = m.count;
	return status;
}
