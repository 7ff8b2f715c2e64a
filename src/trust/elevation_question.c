/* SPDX-License-Identifier: Apache-2.0 */
/* elevation_question.c - may it act for the subject, in Cedar's terms. */
#include "base/error.h"
#include "base/str.h"
#include "cedar/quote.h"
#include "trust/elevation_part.h"

typedef struct builder {
	const zta_elevation *e;
	zta_arena *arena;
	zta_names *names;
} builder;

/*
 * A record of `count` fields given as name, value pairs, in the order of the
 * names, so that nothing has to be put in order; NULL: no memory.
 */
typedef struct pair {
	int name;
	zta_value value;
} pair;

static const zta_record *
make_record(builder *b, const pair *pairs, uint32_t count)
{
	zta_record *record = zta_record__alloc(b->arena, count);
	uint32_t i;

	if (record == NULL) {
		return NULL;
	}
	for (i = 0; i < count; i++) {
		record->fields[i].key = b->e->names[pairs[i].name];
		record->fields[i].value = pairs[i].value;
	}
	return record;
}

static zta_value
record_value(const zta_record *record)
{
	return (zta_value){ .kind = ZTA_VALUE_RECORD, .u.record = record };
}

static bool
make_workload(builder *b, const zta_elevation_question *q,
    const zta_elevation_answer *weighed, zta_elevation_view view,
    zta_entity *out)
{
	const zta_trust_model *model = b->e->model;
	const pair pairs[] = {
		{ N_LEVEL,
		    zta_value__number(ZTA_VALUE_LONG, weighed->level->rank) },
		{ N_SOURCE, zta_value__str(q->ring->source) },
		{ N_TRUST_DOMAIN, zta_value__str(q->ring->trust_domain) },
	};
	uint32_t *groups = zta_arena__alloc(
	    b->arena, (model->group_count + 1) * sizeof(*groups));
	uint32_t i, count = 0;

	out->attrs = make_record(b, pairs, 3);
	if (groups == NULL || out->attrs == NULL) {
		return false;
	}
	for (i = 0; i < model->group_count; i++) {
		if (view == ZTA_ELEVATION_NAMED ?
			zta_group__has(&model->groups[i], q->ring->workload) :
			zta_elevation__meets(
			    model, q, &weighed->foreign, &model->groups[i])) {
			groups[count++] = b->e->groups[i];
		}
	}
	out->ancestors = groups;
	out->ancestor_count = zta_uids__seal(groups, count);
	return true;
}

static const zta_record *
make_subject(builder *b, const zta_subject *subject)
{
	const pair pairs[] = {
		{ N_SOURCE, zta_value__str(subject->source) },
		{ N_TRUST_DOMAIN, zta_value__str(subject->trust_domain) },
		{ N_KIND, zta_value__str(subject->kind) },
	};

	return make_record(b, pairs, 3);
}

static const zta_record *
make_operation(builder *b, const zta_operation *op)
{
	const pair pairs[] = {
		{ N_ACTION, zta_value__str(op->action) },
		{ N_RESOURCE_TYPE, zta_value__str(op->resource_type) },
		{ N_RESOURCE_ID, zta_value__str(op->resource_id) },
	};

	return make_record(b, pairs, 3);
}

static const zta_record *
make_context(
    builder *b, const zta_elevation_question *q, const zta_record *operation)
{
	const zta_record *proof, *consent;
	int64_t age = (q->now - q->ring->at) / 1000;
	const pair proof_pairs[] = {
		{ N_KIND,
		    zta_value__str(
			zta_str_of(zta_proof__name(q->ring->proof))) },
		{ N_AGE, zta_value__number(ZTA_VALUE_LONG, age) },
	};
	const pair consent_pairs[] = {
		{ N_PRESENT, zta_value__bool(q->consent != NULL) },
		{ N_KIND,
		    zta_value__str(
			zta_str_of(q->consent == NULL ? "" : q->consent)) },
		{ N_AGE,
		    zta_value__number(
			ZTA_VALUE_LONG, (q->now - q->consent_at) / 1000) },
	};
	pair pairs[6];

	proof = make_record(b, proof_pairs, 2);
	consent = make_record(b, consent_pairs, q->consent != NULL ? 3 : 1);
	if (proof == NULL || consent == NULL) {
		return NULL;
	}
	pairs[0] = (pair){ N_OPERATION, record_value(operation) };
	pairs[1] = (pair){ N_PROOF, record_value(proof) };
	pairs[2] = (pair){ N_CONSENT, record_value(consent) };
	pairs[3] =
	    (pair){ N_RING, zta_value__number(ZTA_VALUE_LONG, q->number) };
	pairs[4] =
	    (pair){ N_DEPTH, zta_value__number(ZTA_VALUE_LONG, q->depth) };
	pairs[5] =
	    (pair){ N_NOW, zta_value__number(ZTA_VALUE_DATETIME, q->now) };
	return operation != NULL ? make_record(b, pairs, 6) :
				   make_record(b, pairs + 1, 5);
}

/* How Cedar writes an entity; a NULL pointer: no memory. */
static zta_str
write_uid(zta_arena *arena, zta_str type, zta_str id)
{
	size_t len = type.len + id.len + 4;
	char *plain;
	zta_buf buf;
	zta_str text = { NULL, 0 };

	if (zta_quote__is_plain(id)) {
		plain = zta_arena__alloc(arena, len);
		if (plain != NULL) {
			memcpy(plain, type.ptr, type.len);
			memcpy(plain + type.len, "::\"", 3);
			memcpy(plain + type.len + 3, id.ptr, id.len);
			plain[len - 1] = '"';
		}
		return (zta_str){ plain, plain == NULL ? 0 : len };
	}
	/* Few ids are like that, so they may cost a buffer. */
	zta_buf__init(&buf, SIZE_MAX);
	zta_quote__uid(&buf, type, id);
	if (buf.status == ZTA_OK) {
		text = zta_arena__copy(arena, zta_buf__str(&buf));
	}
	zta_buf__release(&buf);
	return text;
}

/* The subject's id here is how Cedar writes the entity: User::"alice". */
static zta_status
subject_uid(builder *b, const zta_subject *s, uint32_t *uid, zta_error *err)
{
	zta_str text = write_uid(b->arena, s->type, s->id);

	return text.ptr == NULL ?
	    zta_error__nomem(err) :
	    zta_names__uid(
		b->names, b->e->names[N_SUBJECT_TYPE], text, uid, err);
}

static zta_status
make_common(builder *b, const zta_elevation_question *q,
    zta_elevation_common *out, zta_error *err)
{
	zta_status status;

	zta_names__lay_over(&out->names, b->arena, &b->e->engine->names);
	status = subject_uid(b, q->subject, &out->subject, err);
	if (status != ZTA_OK) {
		return status;
	}
	out->attrs = make_subject(b, q->subject);
	out->operation =
	    q->operation == NULL ? NULL : make_operation(b, q->operation);
	out->made = out->attrs != NULL &&
	    (q->operation == NULL || out->operation != NULL);
	return out->made ? ZTA_OK : zta_arena__failed(b->arena, err);
}

zta_status
zta_elevation__question(const zta_elevation *e, zta_arena *arena,
    const zta_elevation_question *q, const zta_elevation_answer *weighed,
    zta_elevation_view view, zta_elevation_asked *out, zta_error *err)
{
	zta_elevation_common *common =
	    q->common == NULL ? &out->common : q->common;
	builder b = { .e = e, .arena = arena, .names = &common->names };
	zta_question *question = &out->question;
	zta_status status = ZTA_OK;

	*out = (zta_elevation_asked){ .names = &common->names,
		.question = { .names = &common->names,
		    .action = e->actions[q->action],
		    .extras = out->extras,
		    .extra_count = 2 } };
	if (!common->made) {
		status = make_common(&b, q, common, err);
	}
	if (status == ZTA_OK) {
		status =
		    zta_names__uid(&common->names, e->names[N_WORKLOAD_TYPE],
			q->ring->workload, &question->principal, err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	question->resource = common->subject;
	out->extras[0].uid = question->principal;
	out->extras[1].uid = question->resource;
	out->extras[1].entity.attrs = common->attrs;
	question->context = make_context(&b, q, common->operation);
	if (question->context == NULL ||
	    !make_workload(&b, q, weighed, view, &out->extras[0].entity)) {
		return zta_arena__failed(arena, err);
	}
	return ZTA_OK;
}
