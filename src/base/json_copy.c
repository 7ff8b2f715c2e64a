/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_copy.c - a document in one piece of memory: nodes, then the text, then
 * strings that are not in the text because they were written with escapes.
 */
#include "base/json.h"

#include "base/str.h"

static bool
has_text(const zta_json *node)
{
	return node->type == ZTA_JSON_STRING || node->type == ZTA_JSON_NUMBER;
}

static bool
is_inside(zta_str text, const zta_json *node)
{
	uintptr_t at = (uintptr_t)node->u.text - (uintptr_t)text.ptr;

	return at <= text.len && node->count <= text.len - at;
}

size_t
zta_json__weight(const zta_json_doc *doc)
{
	const zta_json *node = doc->root, *end = node + node->span;
	size_t weight = node->span * sizeof(*node) + doc->text.len;

	for (; node < end; node++) {
		if (has_text(node) && !is_inside(doc->text, node)) {
			weight += node->count;
		}
	}
	return weight;
}

void
zta_json__copy(const zta_json_doc *doc, void *to, zta_json_doc *out)
{
	const zta_json *from = doc->root, *end = from + from->span;
	zta_json *node = to;
	char *text = (char *)(node + from->span), *more = text + doc->text.len;

	memcpy(node, from, from->span * sizeof(*from));
	memcpy(text, doc->text.ptr, doc->text.len);
	*out = (zta_json_doc){ .text = { text, doc->text.len }, .root = node };
	for (; from < end; from++, node++) {
		if (!has_text(from)) {
			continue;
		}
		if (is_inside(doc->text, from)) {
			node->u.text = text + (from->u.text - doc->text.ptr);
			continue;
		}
		memcpy(more, from->u.text, from->count);
		node->u.text = more;
		more += from->count;
	}
}
