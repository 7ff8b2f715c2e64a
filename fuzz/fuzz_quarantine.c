/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_quarantine.c - an entry put into the text of trust/groups.json and taken
 * out again: the text stays JSON, and differs by that entry alone. The first
 * line is the entry.
 */
#include "fuzz.h"

#include "base/str.h"
#include "trust/quarantine.h"

static const zta_json *
list_of(const zta_json_doc *doc)
{
	return zta_json__get(doc->root, "quarantine");
}

static bool
same(const zta_json *a, const zta_json *b)
{
	return a->type == b->type && a->count == b->count &&
	    a->span == b->span &&
	    (a->type == ZTA_JSON_STRING || a->type == ZTA_JSON_NUMBER ?
		    zta_str__eq(zta_json__str(a), zta_json__str(b)) :
		    a->type != ZTA_JSON_INTEGER ||
			a->u.integer == b->u.integer);
}

/* The next entry of a quarantine that is not `entry`, or its end. */
static const zta_json *
next(const zta_json *node, const zta_json *end, zta_str entry)
{
	while (node < end && zta_str__eq(zta_json__str(node), entry)) {
		node++;
	}
	return node;
}

/* Are they the same but for this entry? */
static bool
same_lists(const zta_json *a, const zta_json *b, zta_str entry)
{
	const zta_json *a_end = a + a->span, *b_end = b + b->span;

	a = next(a + 1, a_end, entry);
	b = next(b + 1, b_end, entry);
	while (a < a_end && b < b_end && same(a, b)) {
		a = next(a + 1, a_end, entry);
		b = next(b + 1, b_end, entry);
	}
	return a == a_end && b == b_end;
}

/* `before` as it was read, and `text`, which came of it. */
static void
demand(zta_arena *arena, const zta_json_doc *before, zta_str text,
    zta_str entry, bool there)
{
	const zta_json *list = list_of(before), *a, *b;
	const zta_json *end = before->root + before->root->span;
	zta_json_doc after;
	uint32_t i, found = 0;

	if (zta_json__read(arena, text, &after, NULL) != ZTA_OK) {
		abort();
	}
	a = before->root + 1;
	b = after.root + 1;
	while (a < end) {
		if (a == list) {
			if (!same_lists(a, b, entry)) {
				abort();
			}
			a += a->span;
			b += b->span;
		} else if (!same(a++, b++)) {
			abort();
		}
	}
	list = list_of(&after);
	if (b != after.root + after.root->span && list != b + 1) {
		abort();
	}
	for (i = 0; list != NULL && i < list->count; i++) {
		found += zta_str__eq(zta_json__str(list + 1 + i), entry);
	}
	if (there != (found > 0)) {
		abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	zta_str text = { (const char *)data, size }, entry, with, without;
	zta_arena arena;
	zta_json_doc doc;
	zta_error err;

	if (!zta_str__next(&text, '\n', &entry) || text.ptr == NULL ||
	    zta_quarantine__check(entry, &err) != ZTA_OK) {
		return 0;
	}
	zta_arena__init(&arena, (size_t)1 << 28);
	if (zta_quarantine__add(&arena, text, entry, &with, &err) == ZTA_OK) {
		if (zta_json__read(&arena, text, &doc, NULL) != ZTA_OK) {
			abort();
		}
		demand(&arena, &doc, with, entry, true);
		if (zta_quarantine__remove(
			&arena, with, entry, &without, &err) != ZTA_OK) {
			abort();
		}
		demand(&arena, &doc, without, entry, false);
	}
	zta_arena__release(&arena);
	return 0;
}
