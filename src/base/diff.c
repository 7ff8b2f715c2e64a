/* SPDX-License-Identifier: Apache-2.0 */
/*
 * diff.c - see diff.h. The algorithm is that of Myers ("An O(ND) Difference
 * Algorithm and Its Variations", 1986) in linear space: paths through the grid
 * of lines grow from both corners until they meet, and where they meet the grid
 * is divided.
 *
 * 1. A box that is divided has lines on both sides, of which neither the first
 *    nor the last are equal: it needs two edits at least, so each path has one,
 *    and both parts are smaller than the box.
 * 2. The paths share the edits evenly, so that the recursion is as deep as the
 *    logarithm of the number of edits.
 * 3. A box that needs more than EDITS_MAX edits counts as replaced. That bounds
 *    the work by EDITS_MAX times the lines.
 */
#include "base/diff.h"

#include "base/error.h"
#include "base/map.h"
#include "base/random.h"
#include "base/str.h"

#define LINES_MAX (1u << 26)
#define EDITS_MAX 4096

typedef struct differ {
	const uint32_t *a, *b; /* lines as numbers: equal lines have one */
	bool *a_gone, *b_new;  /* what has been found */
	int32_t *forward, *backward; /* furthest points, by diagonal */
} differ;

/* A part of both texts. */
typedef struct box {
	uint32_t a, a_end;
	uint32_t b, b_end;
} box;

/* --- lines */

static zta_status
split(zta_arena *arena, zta_str text, zta_diff_lines *out, zta_error *err)
{
	zta_str rest = text;
	size_t len, count = 0;

	while (rest.len > 0) {
		len = zta_str__find(rest, '\n');
		len += len < rest.len;
		rest = (zta_str){ rest.ptr + len, rest.len - len };
		count++;
	}
	if (count > LINES_MAX) {
		return zta_error__set(
		    err, ZTA_ELIMIT, "more than %u lines", LINES_MAX);
	}
	out->list = zta_arena__alloc(arena, (count + 1) * sizeof(*out->list));
	out->count = 0;
	if (out->list == NULL) {
		return zta_arena__failed(arena, err);
	}
	while (text.len > 0) {
		len = zta_str__find(text, '\n');
		len += len < text.len;
		out->list[out->count++] = (zta_str){ text.ptr, len };
		text = (zta_str){ text.ptr + len, text.len - len };
	}
	return ZTA_OK;
}

/* Numbers for lines; `names` has those of both texts. */
static zta_status
number(zta_arena *arena, const zta_diff_lines *lines, zta_map *names,
    const uint32_t **out, zta_error *err)
{
	uint32_t *list =
	    zta_arena__alloc(arena, ((size_t)lines->count + 1) * sizeof(*list));
	uint32_t i;
	zta_status status = ZTA_OK;

	if (list == NULL) {
		return zta_arena__failed(arena, err);
	}
	for (i = 0; status == ZTA_OK && i < lines->count; i++) {
		list[i] = zta_map__get(names, lines->list[i]);
		if (list[i] == ZTA_MAP_NONE) {
			list[i] = names->count;
			status =
			    zta_map__add(names, lines->list[i], list[i], err);
		}
	}
	*out = list;
	return status;
}

/* --- the search */

/*
 * The furthest point on diagonal `k` with one edit more than its neighbours
 * have in `v`; negative: there is none inside of `n` times `m`.
 */
static int32_t
furthest(const int32_t *v, int32_t k, int32_t d, int32_t n, int32_t m)
{
	int32_t x = -1;

	if (d == 0) {
		return 0;
	}
	if (k > -d && v[k - 1] >= 0 && v[k - 1] < n) {
		x = v[k - 1] + 1;
	}
	if (k < d && v[k + 1] >= 0 && v[k + 1] - k <= m && v[k + 1] > x) {
		x = v[k + 1];
	}
	return x;
}

/* One more edit from the beginning. True: the paths have met at `*x`, `*y`. */
static bool
go_forward(const differ *s, const box *g, int32_t d, int32_t *x, int32_t *y)
{
	const uint32_t *a = s->a + g->a, *b = s->b + g->b;
	int32_t n = (int32_t)(g->a_end - g->a), m = (int32_t)(g->b_end - g->b);
	int32_t *v = s->forward, *w = s->backward;
	int32_t k, other, delta = n - m;

	for (k = -d; k <= d; k += 2) {
		v[k] = furthest(v, k, d, n, m);
		if (v[k] < 0) {
			continue;
		}
		while (v[k] < n && v[k] - k < m && a[v[k]] == b[v[k] - k]) {
			v[k]++;
		}
		other = delta - k;
		if (delta % 2 != 0 && other > -d && other < d &&
		    w[other] >= 0 && v[k] + w[other] >= n) {
			*x = v[k];
			*y = v[k] - k;
			return true;
		}
	}
	return false;
}

/* The same from the end. */
static bool
go_backward(const differ *s, const box *g, int32_t d, int32_t *x, int32_t *y)
{
	const uint32_t *a = s->a + g->a, *b = s->b + g->b;
	int32_t n = (int32_t)(g->a_end - g->a), m = (int32_t)(g->b_end - g->b);
	int32_t *v = s->forward, *w = s->backward;
	int32_t k, other, delta = n - m;

	for (k = -d; k <= d; k += 2) {
		w[k] = furthest(w, k, d, n, m);
		if (w[k] < 0) {
			continue;
		}
		while (w[k] < n && w[k] - k < m &&
		    a[n - 1 - w[k]] == b[m - 1 - (w[k] - k)]) {
			w[k]++;
		}
		other = delta - k;
		if (delta % 2 == 0 && other >= -d && other <= d &&
		    v[other] >= 0 && w[k] + v[other] >= n) {
			*x = n - w[k];
			*y = m - (w[k] - k);
			return true;
		}
	}
	return false;
}

/* A point in the middle of a shortest way through the box; false: too long. */
static bool
find_middle(const differ *s, const box *g, uint32_t *a, uint32_t *b)
{
	int32_t d, x, y;

	for (d = 0; d <= EDITS_MAX / 2; d++) {
		if (go_forward(s, g, d, &x, &y) ||
		    go_backward(s, g, d, &x, &y)) {
			*a = g->a + (uint32_t)x;
			*b = g->b + (uint32_t)y;
			return true;
		}
	}
	return false;
}

static void
mark(bool *list, uint32_t from, uint32_t to)
{
	if (to > from) {
		memset(list + from, true, to - from);
	}
}

static void
search(const differ *s, box g)
{
	uint32_t a, b;

	while (g.a < g.a_end && g.b < g.b_end && s->a[g.a] == s->b[g.b]) {
		g.a++;
		g.b++;
	}
	while (g.a < g.a_end && g.b < g.b_end &&
	    s->a[g.a_end - 1] == s->b[g.b_end - 1]) {
		g.a_end--;
		g.b_end--;
	}
	if (g.a == g.a_end || g.b == g.b_end || !find_middle(s, &g, &a, &b)) {
		mark(s->a_gone, g.a, g.a_end);
		mark(s->b_new, g.b, g.b_end);
		return;
	}
	search(s, (box){ g.a, a, g.b, b });
	search(s, (box){ a, g.a_end, b, g.b_end });
}

/* --- the result */

/* Put the hunks into `hunks`, or count them if it is NULL. */
static uint32_t
collect(const differ *s, const zta_diff *diff, zta_diff_hunk *hunks)
{
	uint32_t a = 0, b = 0, count = 0;
	zta_diff_hunk hunk;

	while (a < diff->before.count || b < diff->after.count) {
		hunk = (zta_diff_hunk){ .a = a, .b = b };
		while (a < diff->before.count && s->a_gone[a]) {
			a++;
		}
		while (b < diff->after.count && s->b_new[b]) {
			b++;
		}
		hunk.a_count = a - hunk.a;
		hunk.b_count = b - hunk.b;
		if (hunk.a_count + hunk.b_count == 0) {
			a++;
			b++;
			continue;
		}
		if (hunks != NULL) {
			hunks[count] = hunk;
		}
		count++;
	}
	return count;
}

static zta_status
prepare(zta_arena *arena, const zta_diff *diff, differ *s, zta_error *err)
{
	uint32_t lines = diff->before.count + diff->after.count;
	size_t reach = lines < EDITS_MAX ? lines : EDITS_MAX;
	zta_map names;
	zta_status status;

	zta_map__init(&names, arena, zta_random__seed());
	status = number(arena, &diff->before, &names, &s->a, err);
	if (status == ZTA_OK) {
		status = number(arena, &diff->after, &names, &s->b, err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	s->a_gone = zta_arena__zalloc(arena, diff->before.count + 1, 1);
	s->b_new = zta_arena__zalloc(arena, diff->after.count + 1, 1);
	s->forward = zta_arena__zalloc(arena, 2 * reach + 3, sizeof(int32_t));
	s->backward = zta_arena__zalloc(arena, 2 * reach + 3, sizeof(int32_t));
	if (s->a_gone == NULL || s->b_new == NULL || s->forward == NULL ||
	    s->backward == NULL) {
		return zta_arena__failed(arena, err);
	}
	s->forward += reach + 1;
	s->backward += reach + 1;
	return ZTA_OK;
}

zta_status
zta_diff__run(zta_arena *arena, zta_str before, zta_str after, zta_diff *out,
    zta_error *err)
{
	differ s = { 0 };
	zta_status status = split(arena, before, &out->before, err);

	if (status == ZTA_OK) {
		status = split(arena, after, &out->after, err);
	}
	if (status == ZTA_OK) {
		status = prepare(arena, out, &s, err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	search(&s, (box){ 0, out->before.count, 0, out->after.count });
	out->count = collect(&s, out, NULL);
	out->hunks = zta_arena__alloc(
	    arena, ((size_t)out->count + 1) * sizeof(*out->hunks));
	if (out->hunks == NULL) {
		return zta_arena__failed(arena, err);
	}
	(void)collect(&s, out, out->hunks);
	return ZTA_OK;
}
