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

static zta_status
begin(maker *m, const zta_snapshot *snapshot, zta_arena *arena,
    const zta_authzen *request, const zta_flow *flow, zta_names *names,
    zta_question *out, zta_error *err)
{
	const zta_cedar *cedar = snapshot->cedar;

	*m = (maker){ .snapshot = snapshot,
		.request = request,
		.flow = flow,
		.reader = { .arena = arena,
		    .names = names,
		    .schema = cedar->schema,
		    .doc = &request->doc,
		    .err = err },
		.extras = zta_arena__zalloc(arena, 2, sizeof(*m->extras)),
		.out = out,
		.err = err };
	*out = (zta_question){ .names = names,
		.extras = m->extras,
		.principal = ZTA_NAME_NONE,
		.resource = ZTA_NAME_NONE };
	if (m->extras == NULL) {
		return zta_arena__failed(arena, err);
	}
	zta_names__lay_over(names, arena, &cedar->names);
	return make_uid(m, request->action_at, ZTA_STR("Action"),
	    request->action, &out->action);
}

static zta_status
make_subject(maker *m)
{
	return make_uid(m, m->request->subject, m->request->subject_type,
	    m->request->subject_id, &m->out->principal);
}

static zta_status
make_resource(maker *m)
{
	return make_uid(m, m->request->resource, m->request->resource_type,
	    m->request->resource_id, &m->out->resource);
}

zta_status
zta_question__make(const zta_snapshot *snapshot, zta_arena *arena,
    const zta_authzen *request, const zta_flow *flow, zta_names *names,
    zta_question *out, zta_error *err)
{
	const zta_schema *schema = snapshot->cedar->schema;
	maker m;
	zta_status status =
	    begin(&m, snapshot, arena, request, flow, names, out, err);

	if (status == ZTA_OK) {
		status = make_subject(&m);
	}
	if (status == ZTA_OK) {
		status = make_resource(&m);
	}
	if (status == ZTA_OK) {
		status = zta_question__context(&m);
	}
	if (status == ZTA_OK) {
		status = zta_question__know_ends(&m);
	}
	if (status == ZTA_OK && schema != NULL) {
		status = zta_conform__question(schema, out, err);
	}
	return status;
}

/* --- a search */

/* The end that is known, and the type of the one that is sought. */
static zta_status
make_ends(maker *m, zta_authzen_open open, zta_sought *sought)
{
	const zta_authzen *r = m->request;
	bool subject = open == ZTA_OPEN_SUBJECT;
	zta_str type = zta_question__type(m->snapshot, m->reader.arena,
	    subject ? r->subject_type : r->resource_type);
	zta_status status = subject ? make_resource(m) : make_subject(m);

	if (type.ptr == NULL) {
		return zta_arena__failed(m->reader.arena, m->err);
	}
	sought->var = subject ? ZTA_VAR_PRINCIPAL : ZTA_VAR_RESOURCE;
	return status != ZTA_OK ?
	    status :
	    zta_names__symbol(m->reader.names, type, &sought->type, m->err);
}

zta_status
zta_question__open(const zta_snapshot *snapshot, zta_arena *arena,
    const zta_authzen *request, zta_authzen_open open, const zta_flow *flow,
    zta_names *names, zta_question *out, zta_sought *sought, zta_error *err)
{
	const zta_schema *schema = snapshot->cedar->schema;
	maker m;
	zta_status status =
	    begin(&m, snapshot, arena, request, flow, names, out, err);

	if (status == ZTA_OK) {
		status = make_ends(&m, open, sought);
	}
	if (status == ZTA_OK && schema != NULL &&
	    zta_schema__action(schema, out->action) == NULL) {
		return ZTA_ENOTFOUND;
	}
	if (status == ZTA_OK) {
		status = zta_question__context(&m);
	}
	if (status == ZTA_OK) {
		status = zta_question__know_ends(&m);
	}
	if (status != ZTA_OK || schema == NULL) {
		return status;
	}
	status = zta_conform__open_question(
	    schema, out, sought->var, sought->type, err);
	return status == ZTA_EINVALID ? ZTA_ENOTFOUND : status;
}
