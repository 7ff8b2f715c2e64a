/* SPDX-License-Identifier: Apache-2.0 */
/* query.c - see query.h. */
#include "log/query.h"

#include "base/error.h"
#include "base/str.h"
#include "log/segment.h"

static bool
is(zta_str wanted, zta_str text)
{
	return wanted.len == 0 || zta_str__eq(wanted, text);
}

/* Are these the bytes of `id` as Cedar quotes them? */
static bool
is_quoted(zta_str text, zta_str id)
{
	size_t i, at = 0;

	for (i = 0; i < text.len; i++, at++) {
		if (text.ptr[i] == '\\' && i + 1 < text.len) {
			i++;
		}
		if (at == id.len || id.ptr[at] != text.ptr[i]) {
			return false;
		}
	}
	return at == id.len;
}

/* As it is, or Type::"id". */
static bool
is_entity(zta_str wanted, zta_str type, zta_str id)
{
	zta_str open = ZTA_STR("::\"");

	if (is(wanted, id)) {
		return true;
	}
	if (!zta_str__starts(wanted, type) || type.len == 0 ||
	    wanted.ptr[wanted.len - 1] != '"') {
		return false;
	}
	wanted = (zta_str){ wanted.ptr + type.len, wanted.len - type.len };
	return zta_str__starts(wanted, open) && wanted.len > open.len &&
	    is_quoted(
		(zta_str){ wanted.ptr + open.len, wanted.len - open.len - 1 },
		id);
}

static bool
has(const zta_leaf_list *list, zta_str wanted)
{
	return zta_str__is_among(wanted, list->items, list->count);
}

static bool
has_workload(const zta_leaf *leaf, zta_str wanted)
{
	uint32_t i;

	for (i = 0; wanted.len > 0 && i < leaf->ring_count; i++) {
		if (zta_str__eq(leaf->rings[i].workload, wanted)) {
			return true;
		}
	}
	return wanted.len == 0;
}

bool
zta_log_query__holds(const zta_log_query *q, const zta_leaf *leaf)
{
	return leaf->time >= q->since &&
	    (q->until == 0 || leaf->time < q->until) &&
	    (!q->allowed || leaf->allowed) && (!q->denied || !leaf->allowed) &&
	    is(q->kind, leaf->kind) && is(q->action, leaf->action) &&
	    is(q->leg, leaf->leg) && is(q->code, leaf->code) &&
	    is(q->commit, leaf->commit) && is(q->txn, leaf->txn) &&
	    is_entity(q->subject, leaf->subject_type, leaf->subject_id) &&
	    is_entity(q->resource, leaf->resource_type, leaf->resource_id) &&
	    has_workload(leaf, q->workload) &&
	    (q->policy.len == 0 || has(&leaf->policies, q->policy) ||
		has(&leaf->elevation, q->policy) ||
		has(&leaf->errors, q->policy));
}

zta_status
zta_log_since(const char *dir, int64_t ms, uint64_t *entry, zta_error *err)
{
	return zta_segment__since(dir, ms, entry, err);
}
