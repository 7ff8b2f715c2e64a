/* SPDX-License-Identifier: Apache-2.0 */
/* json_elements.c - one element of an array after the other. */
#include "base/json_part.h"

#include "base/error.h"
#include "base/limits.h"

/* Move past one value without reading it: only strings and depth matter. */
static void
skim_value(zta_json_reader *r)
{
	uint32_t depth = 0;
	bool quoted = false;

	for (; r->p < r->end; r->p++) {
		if (quoted) {
			if (*r->p == '\\' && r->p + 1 < r->end) {
				r->p++;
			} else if (*r->p == '"') {
				quoted = false;
			}
		} else if (*r->p == '"') {
			quoted = true;
		} else if (*r->p == '[' || *r->p == '{') {
			depth++;
		} else if (*r->p == ']' || *r->p == '}' || *r->p == ',') {
			if (depth == 0) {
				return;
			}
			depth -= *r->p != ',';
		}
	}
}

/* Nothing but space may follow the array. */
static zta_status
end_elements(zta_json_reader *r)
{
	r->p++;
	zta_json_reader__skip_space(r);
	return r->p == r->end ?
	    ZTA_OK :
	    zta_json_reader__fail(r, r->p, "text after the value");
}

/* From `*at` to the first byte of the next element, or past the array. */
static zta_status
seek_element(zta_json_reader *r, bool first, bool *more)
{
	*more = false;
	zta_json_reader__skip_space(r);
	if (first) {
		if (r->p == r->end || *r->p != '[') {
			return zta_json_reader__fail(
			    r, r->p, "expected an array");
		}
		r->p++;
		zta_json_reader__skip_space(r);
		*more = r->p == r->end || *r->p != ']';
		return *more ? ZTA_OK : end_elements(r);
	}
	if (r->p == r->end || (*r->p != ',' && *r->p != ']')) {
		return zta_json_reader__fail(r, r->p, "expected ',' or ']'");
	}
	if (*r->p == ']') {
		return end_elements(r);
	}
	r->p++;
	zta_json_reader__skip_space(r);
	*more = true;
	return ZTA_OK;
}

zta_status
zta_json__next_element(zta_arena *arena, zta_str text, size_t *at,
    zta_json_doc *doc, zta_error *err)
{
	zta_json *stack[ZTA_JSON_DEPTH_MAX];
	zta_error_mark mark = *at == 0 ? (zta_error_mark){ 0 } : doc->mark;
	const char *begin;
	uint32_t line, column;
	zta_status status;
	zta_json_reader r;
	bool more;

	*doc = (zta_json_doc){ .text = text, .mark = mark };
	status = zta_json_reader__start(
	    &r, arena, text, stack, ZTA_JSON_DEPTH_MAX, err);
	if (status != ZTA_OK) {
		return status;
	}
	r.p += *at;
	status = seek_element(&r, *at == 0, &more);
	if (status != ZTA_OK || !more) {
		return status;
	}
	begin = r.p;
	zta_error__move(
	    &doc->mark, text, (size_t)(begin - text.ptr), &line, &column);
	skim_value(&r);
	status = zta_json_reader__make_nodes(
	    &r, (zta_str){ begin, (size_t)(r.p - begin) });
	r.p = begin;
	if (status == ZTA_OK) {
		status = zta_json_reader__value(&r);
	}
	if (status == ZTA_OK) {
		*at = (size_t)(r.p - text.ptr);
		doc->root = r.nodes;
	}
	return status;
}
