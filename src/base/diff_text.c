/* SPDX-License-Identifier: Apache-2.0 */
/* diff_text.c - a difference in the unified format. */
#include <inttypes.h>

#include "base/diff.h"
#include "base/str.h"

static void
put_line(char sign, zta_str line, zta_buf *out)
{
	zta_buf__byte(out, sign);
	zta_buf__put(out, line);
	if (!zta_str__ends(line, ZTA_STR("\n"))) {
		zta_buf__text(out, "\n\\ No newline at end of file\n");
	}
}

static void
put_lines(char sign, const zta_diff_lines *lines, uint32_t from, uint32_t count,
    zta_buf *out)
{
	uint32_t i;

	for (i = from; i < from + count; i++) {
		put_line(sign, lines->list[i], out);
	}
}

/* "12,3"; a range of no lines is named after the line before it. */
static void
put_range(uint32_t from, uint32_t count, zta_buf *out)
{
	zta_buf__printf(out, "%" PRIu32, count == 0 ? from : from + 1);
	if (count != 1) {
		zta_buf__printf(out, ",%" PRIu32, count);
	}
}

/* Hunks from `first` to before `last`, which are close together. */
static void
put_group(const zta_diff *diff, uint32_t first, uint32_t last, uint32_t context,
    zta_buf *out)
{
	const zta_diff_hunk *h = &diff->hunks[first];
	const zta_diff_hunk *end = &diff->hunks[last - 1];
	uint32_t lead = h->a < context ? h->a : context;
	uint32_t rest = diff->before.count - end->a - end->a_count;
	uint32_t tail = rest < context ? rest : context;
	uint32_t at = h->a - lead, i;

	zta_buf__text(out, "@@ -");
	put_range(at, end->a + end->a_count + tail - at, out);
	zta_buf__text(out, " +");
	put_range(
	    h->b - lead, end->b + end->b_count + tail - (h->b - lead), out);
	zta_buf__text(out, " @@\n");
	for (i = first; i < last; i++) {
		h = &diff->hunks[i];
		put_lines(' ', &diff->before, at, h->a - at, out);
		put_lines('-', &diff->before, h->a, h->a_count, out);
		put_lines('+', &diff->after, h->b, h->b_count, out);
		at = h->a + h->a_count;
	}
	put_lines(' ', &diff->before, at, tail, out);
}

void
zta_diff__put(const zta_diff *diff, uint32_t context, zta_buf *out)
{
	uint32_t first = 0, last;
	const zta_diff_hunk *h;

	while (first < diff->count) {
		last = first + 1;
		while (last < diff->count) {
			h = &diff->hunks[last - 1];
			if (diff->hunks[last].a - h->a - h->a_count >
			    2 * context) {
				break;
			}
			last++;
		}
		put_group(diff, first, last, context, out);
		first = last;
	}
}
