/* SPDX-License-Identifier: Apache-2.0 */
/* question.c - see question.h. */
#include "pdp/question_part.h"

#include "base/error.h"
#include "base/str.h"
#include "cedar/conform.h"

typedef zta_question_maker maker;

/* --- entities */

zta_str
zta_question__type(const zta_snapshot *snapshot, zta_arena *arena, zta_str type)
{
	zta_str space = zta_snapshot__namespace(snapshot);
	char *text;

	if (space.len == 0 || memmem(type.ptr, type.len, "::", 2) != NULL) {
		return type;
	}
	text = zta_arena__alloc(arena, space.len + 2 + type.len);
	if (text == NULL) {
		return (zta_str){ NULL, 0 };
	}
	memcpy(text, space.ptr, space.len);
	memcpy(text + space.len, "::", 2);
	memcpy(text + space.len + 2, type.ptr, type.len);
	return (zta_str){ text, space.len + 2 + type.len };
}

static zta_status
make_uid(
    maker *m, const zta_json *node, zta_str type, zta_str id, uint32_t *uid)
{
	type = zta_question__type(m->snapshot, m->reader.arena, type);
	if (type.ptr == NULL) {
		return zta_arena__failed(m->reader.arena, m->err);
	}
	return zta_value_json__uid_of(&m->reader, node, type, id, uid);
}

zta_status
zta_question__make(const zta_snapshot *snapshot, zta_arena *arena,
    const zta_authzen *request, const zta_flow *flow, zta_names *names,
    zta_question *out, zta_error *err)
{
	const zta_cedar *cedar = snapshot->cedar;
	maker m = { .snapshot = snapshot,
		.request = request,
		.flow = flow,
		.reader = { .arena = arena,
		    .names = names,
		    .schema = cedar->schema,
		    .doc = &request->doc,
		    .err = err },
		.extras = zta_arena__zalloc(arena, 2, sizeof(*m.extras)),
		.out = out,
		.err = err };
	zta_status status;

	*out = (zta_question){ .names = names, .extras = m.extras };
	if (m.extras == NULL) {
		return zta_arena__failed(arena, err);
	}
	zta_names__lay_over(names, arena, &cedar->names);
	status = make_uid(&m, request->subject, request->subject_type,
	    request->subject_id, &out->principal);
	if (status == ZTA_OK) {
		status = make_uid(&m, request->action_at, ZTA_STR("Action"),
		    request->action, &out->action);
	}
	if (status == ZTA_OK) {
		status = make_uid(&m, request->resource, request->resource_type,
		    request->resource_id, &out->resource);
	}
	if (status == ZTA_OK) {
		status = zta_question__context(&m);
	}
	if (status == ZTA_OK) {
		status = zta_question__know_ends(&m);
	}
	if (status == ZTA_OK && cedar->schema != NULL) {
		status = zta_conform__question(cedar->schema, out, err);
	}
	return status;
}
