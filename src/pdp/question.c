/* SPDX-License-Identifier: Apache-2.0 */
/* question.c - see question.h. */
#include "pdp/question_part.h"

#include "base/error.h"
#include "base/json_write.h"
#include "base/str.h"
#include "cedar/conform.h"
#include "cedar/request.h"

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
make_uid(maker *m, const char *at, zta_str type, zta_str id, uint32_t *uid)
{
	const zta_json *node = zta_json__get(m->request->doc.root, at);

	type = zta_question__type(m->snapshot, m->reader.arena, type);
	if (type.ptr == NULL) {
		return zta_arena__failed(m->reader.arena, m->err);
	}
	return zta_value_json__uid_of(&m->reader, node, type, id, uid);
}

/* --- context */

static bool
declares(const maker *m, uint32_t action, const char *name)
{
	const zta_cedar *cedar = m->snapshot->cedar;
	const zta_action *declared;
	uint32_t key;

	if (cedar->schema == NULL) {
		return true;
	}
	declared = zta_schema__action(cedar->schema, action);
	key = zta_names__find_symbol(m->reader.names, zta_str_of(name));
	return declared != NULL && key != ZTA_NAME_NONE &&
	    zta_type__attr(declared->context, key) != NULL;
}

static void
put_flow(const zta_flow *flow, zta_json_out *out)
{
	const zta_txn *txn = flow->txn;
	zta_str workload = txn != NULL ?
	    txn->rings[txn->ring_count - 1].workload :
	    flow->caller != NULL ? flow->caller->id :
				   (zta_str){ "", 0 };
	uint32_t i;

	zta_json_out__open(out, '{');
	zta_json_out__name(out, "workload");
	zta_json_out__str(out, workload);
	zta_json_out__name(out, "level");
	zta_json_out__int(out, flow->level);
	zta_json_out__name(out, "ring");
	zta_json_out__int(out, txn == NULL ? 0 : txn->ring_count);
	zta_json_out__name(out, "scopes");
	zta_json_out__open(out, '[');
	for (i = 0; txn != NULL && i < txn->scope_count; i++) {
		zta_json_out__str(out, txn->scopes[i]);
	}
	zta_json_out__close(out, ']');
	zta_json_out__name(out, "delegation");
	zta_json_out__open(out, '[');
	for (i = 0; txn != NULL && i < txn->delegation_count; i++) {
		zta_json_out__str(out, txn->delegations[i]);
	}
	zta_json_out__close(out, ']');
	zta_json_out__close(out, '}');
}

static void
put_context(maker *m, uint32_t action, zta_json_out *out)
{
	const zta_json *context = m->request->context, *name;
	uint32_t i;

	zta_json_out__open(out, '{');
	name = context == NULL ? NULL : zta_json__first(context);
	for (i = 0; context != NULL && i < context->count; i++) {
		zta_json_out__name_str(out, zta_json__str(name));
		name = zta_json_out__node(out, zta_json__after(name));
	}
	if (declares(m, action, "action")) {
		zta_json_out__name(out, "action");
		if (m->request->action_properties != NULL) {
			(void)zta_json_out__node(
			    out, m->request->action_properties);
		} else {
			zta_json_out__open(out, '{');
			zta_json_out__close(out, '}');
		}
	}
	if (declares(m, action, "ztauth")) {
		zta_json_out__name(out, "ztauth");
		put_flow(m->flow, out);
	}
	zta_json_out__close(out, '}');
}

/*
 * The context goes through JSON once more, so that what the PEP sent and what
 * the decision adds get their types from the schema in one way.
 */
static zta_status
make_context(maker *m)
{
	zta_value_reader reader = m->reader;
	zta_json_doc doc;
	zta_buf buf;
	zta_json_out out = { &buf, false };
	char place[ZTA_PLACE_MAX];
	zta_str text;
	zta_status status;

	zta_buf__init(&buf, SIZE_MAX);
	put_context(m, m->out->action, &out);
	text = zta_arena__copy(m->reader.arena, zta_buf__str(&buf));
	status = buf.status;
	zta_buf__release(&buf);
	if (status != ZTA_OK || text.ptr == NULL) {
		return zta_error__nomem(m->err);
	}
	status = zta_json__read(m->reader.arena, text, &doc, m->err);
	if (status != ZTA_OK) {
		return status;
	}
	reader.doc = &doc;
	status = zta_request__context(
	    &reader, doc.root, m->out->action, &m->out->context);
	if (status != ZTA_OK && m->err != NULL) {
		/* Line and column would be of the text made here. */
		m->err->line = m->err->column = 0;
		memcpy(place, m->err->place, sizeof(place));
		zta_error__replace(m->err, "/context%s", place);
	}
	return status;
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
	status = make_uid(&m, "subject", request->subject_type,
	    request->subject_id, &out->principal);
	if (status == ZTA_OK) {
		status = make_uid(&m, "action", ZTA_STR("Action"),
		    request->action, &out->action);
	}
	if (status == ZTA_OK) {
		status = make_uid(&m, "resource", request->resource_type,
		    request->resource_id, &out->resource);
	}
	if (status == ZTA_OK) {
		status = make_context(&m);
	}
	if (status == ZTA_OK) {
		status = zta_question__know_ends(&m);
	}
	if (status == ZTA_OK && cedar->schema != NULL) {
		status = zta_conform__question(cedar->schema, out, err);
	}
	return status;
}
