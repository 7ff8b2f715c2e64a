/* SPDX-License-Identifier: Apache-2.0 */
/* elevation.c - see elevation.h. */
#include "trust/elevation.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/str.h"
#include "cedar/explain.h"
#include "trust/elevation_part.h"

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

static const char *const name_texts[N_COUNT] = { "level", "source",
	"trust_domain", "kind", "operation", "action", "resource_type",
	"resource_id", "proof", "age", "consent", "present", "ring", "depth",
	"now", "ZTAuth::Group", "ZTAuth::Workload", "ZTAuth::Subject",
	"ZTAuth::Action" };

static const char *const action_texts[ZTA_ELEVATION_ACTIONS] = {
	[ZTA_ELEVATION_ACT_FOR] = "act_for",
	[ZTA_ELEVATION_DELEGATE] = "delegate",
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

/* The first names of all, in this order: so are the fields of records. */
static zta_status
name_fields(zta_elevation *e, zta_error *err)
{
	zta_status status = ZTA_OK;
	uint32_t i;

	for (i = 0; status == ZTA_OK && i < N_COUNT; i++) {
		status = zta_names__symbol(&e->engine->names,
		    zta_str_of(name_texts[i]), &e->names[i], err);
	}
	return status;
}

static zta_status
name_entities(zta_elevation *e, zta_error *err)
{
	zta_cedar *engine = e->engine;
	uint32_t i;
	zta_status status = ZTA_OK;

	for (i = 0; status == ZTA_OK && i < ZTA_ELEVATION_ACTIONS; i++) {
		status = zta_names__uid(&engine->names, e->names[N_ACTION_TYPE],
		    zta_str_of(action_texts[i]), &e->actions[i], err);
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

/* Fill the engine; false in `*whole`: something was told of and left out. */
static zta_status
fill(zta_elevation *e, zta_str policies, zta_error_sink *sink, bool *whole,
    zta_error *err)
{
	uint32_t told = sink == NULL ? 0 : sink->told;
	zta_status status = name_fields(e, err);

	if (status == ZTA_OK) {
		status = zta_cedar_add_schema(e->engine,
		    ZTA_STR("<ZTAuth schema>"), zta_str_of(schema_text), err);
	}
	if (sink != NULL) {
		zta_cedar__tell(e->engine, sink);
	}
	if (status == ZTA_OK) {
		status = zta_cedar_add_policies(e->engine,
		    ZTA_STR("trust/elevation.cedar"), policies,
		    ZTA_CEDAR_BY_PATH, err);
	}
	*whole = sink == NULL || sink->told == told;
	return status != ZTA_OK ? status : name_entities(e, err);
}

zta_status
zta_elevation__check(zta_elevation **out, const zta_trust_model *model,
    zta_str policies, zta_error_sink *sink, zta_error *err)
{
	zta_elevation *e = calloc(1, sizeof(*e));
	bool whole;
	zta_status status;

	*out = NULL;
	if (e == NULL) {
		return zta_error__nomem(err);
	}
	e->model = model;
	status = zta_cedar_open(&e->engine, err);
	if (status == ZTA_OK) {
		status = fill(e, policies, sink, &whole, err);
	}
	if (status == ZTA_OK && whole) {
		status = zta_cedar_seal(e->engine, err);
	}
	if (status != ZTA_OK) {
		zta_elevation__close(e);
		return status;
	}
	*out = e;
	return ZTA_OK;
}

zta_status
zta_elevation__open(zta_elevation **out, const zta_trust_model *model,
    zta_str policies, zta_error *err)
{
	return zta_elevation__check(out, model, policies, NULL, err);
}

zta_status
zta_elevation__validate(zta_elevation *e, const zta_cedar_finding **list,
    size_t *count, zta_error *err)
{
	return zta_cedar_validate(
	    e->engine, ZTA_CEDAR_ANY_LEVEL, list, count, err);
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

/* What the workload lacks for the level; what is not attested is noted. */
static unsigned
find_lack(const zta_trust_model *model, const zta_elevation_question *q,
    const zta_level *level, zta_refused *refused)
{
	unsigned lacks =
	    zta_level__lacks(level, q->ring->proof, q->now - q->ring->at) &
	    ~(q->consent != NULL ? (unsigned)ZTA_LEVEL_CONSENT : 0u);
	const zta_str *property = zta_trust_model__unattested(
	    model, level, q->ring->workload, q->now);

	if (property == NULL) {
		return lacks & ~(unsigned)ZTA_LEVEL_ATTESTATION;
	}
	*refused = (zta_refused){ "this is not attested of it", *property };
	return lacks;
}

bool
zta_elevation__meets(const zta_trust_model *model,
    const zta_elevation_question *q, const zta_foreign *foreign,
    const zta_group *group)
{
	zta_refused refused;

	return zta_foreign__counts(foreign, group, q->ring->workload) &&
	    find_lack(model, q, group->level, &refused) == 0;
}

/* The highest level among the workload's groups whose requirements are met. */
static zta_elevation_code
find_level(const zta_trust_model *model, const zta_elevation_question *q,
    zta_elevation_answer *out)
{
	const zta_group *group;
	bool member = false, consent = false;
	unsigned lacks;
	uint32_t i;

	for (i = 0; i < model->group_count; i++) {
		group = &model->groups[i];
		if (!zta_group__has(group, q->ring->workload)) {
			continue;
		}
		if (!zta_foreign__has_group(&out->foreign, group)) {
			out->named_beyond = true;
			continue;
		}
		member = true;
		if (!zta_foreign__reaches(&out->foreign, group->level)) {
			out->refused =
			    (zta_refused){ "its group is above the level of",
				    out->foreign.capped->file };
			out->named_beyond = true;
			continue;
		}
		lacks = find_lack(model, q, group->level, &out->refused);
		consent = consent || lacks == ZTA_LEVEL_CONSENT;
		out->named_beyond = out->named_beyond || lacks != 0;
		if (lacks == 0 &&
		    (out->level == NULL ||
			group->level->rank > out->level->rank)) {
			out->level = group->level;
		}
	}
	if (out->level != NULL) {
		out->refused = (zta_refused){ .what = { "", 0 } };
		return ZTA_ELEVATION_OK;
	}
	return consent ? ZTA_ELEVATION_CONSENT :
	    member     ? ZTA_ELEVATION_BELOW_LEVEL :
			 ZTA_ELEVATION_UNAUTHORIZED;
}

/* --- asking */

const char *
zta_elevation__reason(const zta_elevation_answer *answer, zta_arena *arena)
{
	static const char plain[] = "the workload may not act for the subject";
	const zta_refused *r = &answer->refused;
	char *text =
	    r->why == NULL ? NULL : zta_arena__alloc(arena, ZTA_MSG_MAX);

	if (text == NULL) {
		return plain;
	}
	(void)snprintf(text, ZTA_MSG_MAX, "%s: %s `%.*s`", plain, r->why,
	    ZTA_STR_ARG(r->what));
	return text;
}

bool
zta_elevation__weigh(const zta_trust_model *model,
    const zta_elevation_question *q, zta_elevation_answer *out)
{
	*out = (zta_elevation_answer){ 0 };
	if (zta_trust_model__is_quarantined(model, q->ring->workload)) {
		out->code = ZTA_ELEVATION_QUARANTINED;
		return false;
	}
	if (!zta_foreign__judge(model, q, &out->foreign, &out->refused)) {
		out->code = ZTA_ELEVATION_UNAUTHORIZED;
		return false;
	}
	out->code = find_level(model, q, out);
	return out->code == ZTA_ELEVATION_OK;
}

bool
zta_elevation__knows(const zta_trust_model *model, const zta_ring *ring,
    zta_str home, int64_t now)
{
	const zta_elevation_question q = {
		.ring = ring, .now = now, .home = home
	};
	zta_foreign foreign;
	zta_refused refused;
	uint32_t i;

	if (zta_trust_model__is_quarantined(model, ring->workload) ||
	    !zta_foreign__judge(model, &q, &foreign, &refused)) {
		return false;
	}
	for (i = 0; i < model->group_count; i++) {
		if (zta_foreign__counts(
			&foreign, &model->groups[i], ring->workload)) {
			return true;
		}
	}
	return false;
}

static zta_status
ask_policies(const zta_elevation *e, zta_arena *arena,
    const zta_elevation_question *q, zta_elevation_view view,
    zta_elevation_answer *out, zta_error *err)
{
	const zta_cedar *engine = e->engine;
	zta_elevation_asked asked;
	zta_verdict verdict;
	zta_str *ids;
	uint32_t i;
	zta_status status =
	    zta_elevation__question(e, arena, q, out, view, &asked, err);

	out->code = ZTA_ELEVATION_UNAUTHORIZED;
	if (status == ZTA_OK) {
		status = zta_authorize__run(&engine->policies,
		    &engine->entities, &asked.question, arena, &verdict, err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	ids =
	    zta_arena__alloc(arena, (verdict.reason_count + 1) * sizeof(*ids));
	if (ids == NULL) {
		return zta_arena__failed(arena, err);
	}
	for (i = 0; i < verdict.reason_count; i++) {
		ids[i] = engine->policies.policies.list[verdict.reasons[i]]->id;
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
	zta_status status;

	if (!zta_elevation__weigh(e->model, q, out)) {
		return ZTA_OK;
	}
	status = ask_policies(e, arena, q, ZTA_ELEVATION_NAMED, out, err);
	if (status == ZTA_OK && out->code == ZTA_ELEVATION_OK &&
	    out->named_beyond) {
		status = ask_policies(e, arena, q, ZTA_ELEVATION_MET, out, err);
	}
	return status;
}

zta_status
zta_elevation__explain(const zta_elevation *e, zta_arena *arena,
    const zta_elevation_question *q, const zta_cedar_explanation **list,
    size_t *count, zta_error *err)
{
	zta_elevation_view view = ZTA_ELEVATION_NAMED;
	zta_elevation_answer answer;
	zta_elevation_asked asked;
	zta_status status = ZTA_OK;

	*list = NULL;
	*count = 0;
	if (!zta_elevation__weigh(e->model, q, &answer)) {
		return ZTA_OK;
	}
	/* What decides is the view in which it may not, or the narrower one. */
	if (answer.named_beyond) {
		status = ask_policies(e, arena, q, view, &answer, err);
		view =
		    answer.code == ZTA_ELEVATION_OK ? ZTA_ELEVATION_MET : view;
	}
	if (status == ZTA_OK) {
		status = zta_elevation__question(
		    e, arena, q, &answer, view, &asked, err);
	}
	return status != ZTA_OK ?
	    status :
	    zta_explain__run(&e->engine->policies, &e->engine->entities,
		&asked.question, asked.names, false, arena, list, count, err);
}
