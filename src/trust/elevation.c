/* SPDX-License-Identifier: Apache-2.0 */
/* elevation.c - see elevation.h. */
#include "trust/elevation.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/str.h"
#include "cedar/value_json.h"

/* SPEC: ztauth 6. Policies see this and nothing else. */
static const char schema_text[] =
    "namespace ZTAuth {\n"
    "  entity Group;\n"
    "  entity Workload in [Group] {\n"
    "    level: Long, source: String, trust_domain: String\n"
    "  };\n"
    "  entity Subject {\n"
    "    kind: String, source: String, trust_domain: String\n"
    "  };\n"
    "  type Elevation = {\n"
    "    operation?: {\n"
    "      action: String, resource_type: String, resource_id: String\n"
    "    },\n"
    "    proof: { kind: String, age: Long },\n"
    "    consent: { present: Bool, kind?: String, age?: Long },\n"
    "    ring: Long, depth: Long, now: datetime\n"
    "  };\n"
    "  action act_for, delegate, relay appliesTo {\n"
    "    principal: Workload, resource: Subject, context: Elevation\n"
    "  };\n"
    "}\n";

/* Names of the schema, looked up once. */
enum {
	N_LEVEL,
	N_SOURCE,
	N_TRUST_DOMAIN,
	N_KIND,
	N_OPERATION,
	N_ACTION,
	N_RESOURCE_TYPE,
	N_RESOURCE_ID,
	N_PROOF,
	N_AGE,
	N_CONSENT,
	N_PRESENT,
	N_RING,
	N_DEPTH,
	N_NOW,
	N_GROUP_TYPE,
	N_WORKLOAD_TYPE,
	N_SUBJECT_TYPE,
	N_ACTION_TYPE,
	N_COUNT
};

static const char *const name_texts[N_COUNT] = { "level", "source",
	"trust_domain", "kind", "operation", "action", "resource_type",
	"resource_id", "proof", "age", "consent", "present", "ring", "depth",
	"now", "ZTAuth::Group", "ZTAuth::Workload", "ZTAuth::Subject",
	"ZTAuth::Action" };

struct zta_elevation {
	zta_cedar *engine;
	const zta_trust_model *model;
	uint32_t names[N_COUNT];
	uint32_t act_for;
	uint32_t *groups; /* uids, by the number of the group */
};

const char *
zta_elevation__code_name(zta_elevation_code code)
{
	static const char *const names[] = {
		[ZTA_ELEVATION_UNAUTHORIZED] = "unauthorized_actor",
		[ZTA_ELEVATION_QUARANTINED] = "actor_quarantined",
		[ZTA_ELEVATION_BELOW_LEVEL] = "actor_below_level",
		[ZTA_ELEVATION_CONSENT] = "consent_required",
		[ZTA_ELEVATION_OK] = "",
	};

	return names[code];
}

/* --- building */

static zta_status
intern(zta_elevation *e, zta_error *err)
{
	zta_cedar *engine = e->engine;
	zta_status status = ZTA_OK;
	uint32_t i;

	for (i = 0; status == ZTA_OK && i < N_COUNT; i++) {
		status = zta_names__symbol(&engine->names,
		    zta_str_of(name_texts[i]), &e->names[i], err);
	}
	if (status == ZTA_OK) {
		status = zta_names__uid(&engine->names, e->names[N_ACTION_TYPE],
		    ZTA_STR("act_for"), &e->act_for, err);
	}
	e->groups = zta_arena__alloc(
	    &engine->arena, (e->model->group_count + 1) * sizeof(*e->groups));
	if (e->groups == NULL) {
		return zta_arena__failed(&engine->arena, err);
	}
	for (i = 0; status == ZTA_OK && i < e->model->group_count; i++) {
		status = zta_names__uid(&engine->names, e->names[N_GROUP_TYPE],
		    e->model->groups[i].name, &e->groups[i], err);
	}
	return status;
}

zta_status
zta_elevation__open(zta_elevation **out, const zta_trust_model *model,
    zta_str policies, zta_error *err)
{
	zta_elevation *e = calloc(1, sizeof(*e));
	zta_status status;

	*out = NULL;
	if (e == NULL) {
		return zta_error__nomem(err);
	}
	e->model = model;
	status = zta_cedar_open(&e->engine, err);
	if (status == ZTA_OK) {
		status = zta_cedar_add_schema(e->engine,
		    ZTA_STR("<ZTAuth schema>"), zta_str_of(schema_text), err);
	}
	if (status == ZTA_OK) {
		status = zta_cedar_add_policies(e->engine,
		    ZTA_STR("trust/elevation.cedar"), policies,
		    ZTA_CEDAR_BY_PATH, err);
	}
	if (status == ZTA_OK) {
		status = intern(e, err);
	}
	if (status == ZTA_OK) {
		status = zta_cedar_seal(e->engine, err);
	}
	if (status != ZTA_OK) {
		zta_elevation__close(e);
		return status;
	}
	*out = e;
	return ZTA_OK;
}

void
zta_elevation__close(zta_elevation *e)
{
	if (e != NULL) {
		zta_cedar_close(e->engine);
		free(e);
	}
}

/* --- levels */

static bool
meets(const zta_level *level, const zta_elevation_question *q)
{
	int64_t age = q->now - q->ring->at;

	return (level->proofs == 0 ||
		   (level->proofs & 1u << q->ring->proof) != 0) &&
	    (level->proof_age_ms == 0 ||
		(age >= 0 && age <= level->proof_age_ms)) &&
	    level->attestations == 0;
}

/* The highest level among the workload's groups whose requirements are met. */
static zta_elevation_code
find_level(const zta_trust_model *model, const zta_elevation_question *q,
    const zta_level **out)
{
	const zta_level *level;
	bool member = false, consent = false;
	uint32_t i;

	*out = NULL;
	for (i = 0; i < model->group_count; i++) {
		if (!zta_group__has(&model->groups[i], q->ring->workload)) {
			continue;
		}
		member = true;
		level = model->groups[i].level;
		if (!meets(level, q)) {
			continue;
		}
		if (level->consent) {
			consent = true;
		} else if (*out == NULL || level->rank > (*out)->rank) {
			*out = level;
		}
	}
	if (*out != NULL) {
		return ZTA_ELEVATION_OK;
	}
	return consent ? ZTA_ELEVATION_CONSENT :
	    member     ? ZTA_ELEVATION_BELOW_LEVEL :
			 ZTA_ELEVATION_UNAUTHORIZED;
}

/* --- the question in Cedar's terms */

typedef struct builder {
	const zta_elevation *e;
	zta_arena *arena;
	zta_names names;
} builder;

/* A record of `count` fields given as name, value pairs; NULL: no memory. */
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
	return zta_record__seal(record) ? record : NULL;
}

static zta_value
record_value(const zta_record *record)
{
	return (zta_value){ .kind = ZTA_VALUE_RECORD, .u.record = record };
}

static bool
make_workload(builder *b, const zta_elevation_question *q,
    const zta_level *level, zta_entity *out)
{
	const zta_trust_model *model = b->e->model;
	const pair pairs[] = {
		{ N_LEVEL, zta_value__number(ZTA_VALUE_LONG, level->rank) },
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
		if (zta_group__has(&model->groups[i], q->ring->workload)) {
			groups[count++] = b->e->groups[i];
		}
	}
	out->ancestors = groups;
	out->ancestor_count = zta_uids__seal(groups, count);
	return true;
}

static bool
make_subject(builder *b, const zta_subject *subject, zta_entity *out)
{
	const pair pairs[] = {
		{ N_KIND, zta_value__str(subject->kind) },
		{ N_SOURCE, zta_value__str(subject->source) },
		{ N_TRUST_DOMAIN, zta_value__str(subject->trust_domain) },
	};

	out->attrs = make_record(b, pairs, 3);
	return out->attrs != NULL;
}

static const zta_record *
make_context(builder *b, const zta_elevation_question *q)
{
	const zta_operation *op = q->operation;
	const zta_record *operation = NULL, *proof, *consent;
	int64_t age = (q->now - q->ring->at) / 1000;
	const pair proof_pairs[] = {
		{ N_KIND,
		    zta_value__str(
			zta_str_of(zta_proof__name(q->ring->proof))) },
		{ N_AGE, zta_value__number(ZTA_VALUE_LONG, age) },
	};
	const pair consent_pairs[] = { { N_PRESENT, zta_value__bool(false) } };
	pair pairs[6];

	if (op != NULL) {
		const pair op_pairs[] = {
			{ N_ACTION, zta_value__str(op->action) },
			{ N_RESOURCE_TYPE, zta_value__str(op->resource_type) },
			{ N_RESOURCE_ID, zta_value__str(op->resource_id) },
		};

		operation = make_record(b, op_pairs, 3);
	}
	proof = make_record(b, proof_pairs, 2);
	consent = make_record(b, consent_pairs, 1);
	if (proof == NULL || consent == NULL ||
	    (op != NULL && operation == NULL)) {
		return NULL;
	}
	pairs[0] = (pair){ N_PROOF, record_value(proof) };
	pairs[1] = (pair){ N_CONSENT, record_value(consent) };
	pairs[2] =
	    (pair){ N_RING, zta_value__number(ZTA_VALUE_LONG, q->number) };
	pairs[3] =
	    (pair){ N_DEPTH, zta_value__number(ZTA_VALUE_LONG, q->depth) };
	pairs[4] =
	    (pair){ N_NOW, zta_value__number(ZTA_VALUE_DATETIME, q->now) };
	pairs[5] = (pair){ N_OPERATION, record_value(operation) };
	return make_record(b, pairs, op != NULL ? 6 : 5);
}

/* The subject's id here is how Cedar writes the entity: User::"alice". */
static zta_status
subject_uid(builder *b, const zta_subject *s, uint32_t *uid, zta_error *err)
{
	size_t len = s->type.len + s->id.len + 4;
	char *text = zta_arena__alloc(b->arena, len);

	if (text == NULL) {
		return zta_arena__failed(b->arena, err);
	}
	memcpy(text, s->type.ptr, s->type.len);
	memcpy(text + s->type.len, "::\"", 3);
	memcpy(text + s->type.len + 3, s->id.ptr, s->id.len);
	text[len - 1] = '"';
	return zta_names__uid(&b->names, b->e->names[N_SUBJECT_TYPE],
	    (zta_str){ text, len }, uid, err);
}

static zta_status
ask_policies(builder *b, const zta_elevation_question *q,
    zta_elevation_answer *out, zta_error *err)
{
	const zta_cedar *engine = b->e->engine;
	zta_eval_extra extras[2] = { 0 };
	zta_question question = { .names = &b->names,
		.action = b->e->act_for,
		.extras = extras,
		.extra_count = 2 };
	zta_verdict verdict;
	zta_str *ids;
	uint32_t i;
	zta_status status =
	    zta_names__uid(&b->names, b->e->names[N_WORKLOAD_TYPE],
		q->ring->workload, &question.principal, err);

	if (status == ZTA_OK) {
		status = subject_uid(b, q->subject, &question.resource, err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	extras[0].uid = question.principal;
	extras[1].uid = question.resource;
	question.context = make_context(b, q);
	if (question.context == NULL ||
	    !make_workload(b, q, out->level, &extras[0].entity) ||
	    !make_subject(b, q->subject, &extras[1].entity)) {
		return zta_arena__failed(b->arena, err);
	}
	status = zta_authorize__run(&engine->policies, &engine->entities,
	    &question, b->arena, &verdict, err);
	if (status != ZTA_OK) {
		return status;
	}
	ids = zta_arena__alloc(
	    b->arena, (verdict.reason_count + 1) * sizeof(*ids));
	if (ids == NULL) {
		return zta_arena__failed(b->arena, err);
	}
	for (i = 0; i < verdict.reason_count; i++) {
		ids[i] = engine->policies.policies.list[verdict.reasons[i]].id;
	}
	out->policies = ids;
	out->policy_count = verdict.reason_count;
	out->code =
	    verdict.permitted ? ZTA_ELEVATION_OK : ZTA_ELEVATION_UNAUTHORIZED;
	return ZTA_OK;
}

zta_status
zta_elevation__ask(const zta_elevation *e, zta_arena *arena,
    const zta_elevation_question *q, zta_elevation_answer *out, zta_error *err)
{
	builder b = { .e = e, .arena = arena };
	zta_elevation_code code;

	*out = (zta_elevation_answer){ 0 };
	if (zta_trust_model__is_quarantined(e->model, q->ring->workload)) {
		out->code = ZTA_ELEVATION_QUARANTINED;
		return ZTA_OK;
	}
	code = find_level(e->model, q, &out->level);
	if (code != ZTA_ELEVATION_OK) {
		out->code = code;
		return ZTA_OK;
	}
	zta_names__lay_over(&b.names, arena, &e->engine->names);
	return ask_policies(&b, q, out, err);
}
