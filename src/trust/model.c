/* SPDX-License-Identifier: Apache-2.0 */
/* model.c - see model.h. */
#include "trust/model.h"

#include "base/error.h"
#include "base/limits.h"
#include "base/sort.h"
#include "base/str.h"

typedef struct reader {
	zta_arena *arena;
	zta_json_doc doc;
	zta_trust_model *out;
	zta_error_sink *sink; /* NULL: the first error ends it */
	bool lost;            /* a level was left out */
	zta_error *err;
} reader;

#define FAIL(r, node, ...) \
	zta_json__fail(&(r)->doc, node, (r)->err, ZTA_EINVALID, __VA_ARGS__)

/* The status with which to go on. */
static zta_status
tell(reader *r, zta_status status)
{
	return zta_error__tell(r->sink, status, r->err) ? ZTA_OK : status;
}

static zta_status
read_name(reader *r, const zta_json *node, zta_str *out)
{
	const zta_json *name = zta_json__get(node, "name");

	if (name == NULL || name->type != ZTA_JSON_STRING || name->count == 0) {
		return FAIL(r, name == NULL ? node : name,
		    "`name` must be there, a string");
	}
	*out = zta_json__str(name);
	return ZTA_OK;
}

/* --- levels */

static zta_status
read_proofs(reader *r, const zta_json *node, zta_level *out)
{
	const zta_str *words;
	uint32_t i, count;
	zta_proof proof;
	zta_status status =
	    zta_json__words(&r->doc, node, r->arena, &words, &count, r->err);

	for (i = 0; status == ZTA_OK && i < count; i++) {
		for (proof = ZTA_PROOF_BEARER; proof <= ZTA_PROOF_WPT &&
		     !zta_str__is(words[i], zta_proof__name(proof));
		     proof++) {
		}
		if (proof > ZTA_PROOF_WPT) {
			return FAIL(r, node,
			    "a proof is \"bearer\", \"mtls\", \"dpop\" or "
			    "\"wpt\"");
		}
		out->proofs |= 1u << proof;
	}
	return status == ZTA_OK && node != NULL && count == 0 ?
	    FAIL(r, node, "no proof would ever do; leave `proof` out for any") :
	    status;
}

static zta_status
read_requires(reader *r, const zta_json *node, zta_level *out)
{
	static const char *const names[] = { "proof", "proof_age_max_s",
		"consent", "attestation", NULL };
	const zta_json *age, *consent;
	zta_status status = zta_json__only(&r->doc, node, names, r->err);

	if (status == ZTA_OK) {
		status = read_proofs(r, zta_json__get(node, "proof"), out);
	}
	if (status == ZTA_OK) {
		status = zta_json__words(&r->doc,
		    zta_json__get(node, "attestation"), r->arena,
		    &out->attestations, &out->attestation_count, r->err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	age = zta_json__get(node, "proof_age_max_s");
	if (age != NULL) {
		if (age->type != ZTA_JSON_INTEGER || age->u.integer < 1 ||
		    age->u.integer > INT32_MAX) {
			return FAIL(r, age,
			    "`proof_age_max_s` is a number of seconds from 1");
		}
		out->proof_age_ms = age->u.integer * 1000;
	}
	consent = zta_json__get(node, "consent");
	if (consent != NULL) {
		if (!zta_json__is_bool(consent)) {
			return FAIL(r, consent, "expected true or false");
		}
		out->consent = consent->type == ZTA_JSON_TRUE;
	}
	return ZTA_OK;
}

static int
by_rank(const void *a, const void *b)
{
	const zta_level *x = a, *y = b;

	return (x->rank > y->rank) - (x->rank < y->rank);
}

static zta_status
read_level(reader *r, const zta_json *node, zta_level *out)
{
	static const char *const names[] = { "name", "rank", "requires", NULL };
	const zta_json *rank, *needs;
	uint32_t i;
	zta_status status = zta_json__only(&r->doc, node, names, r->err);

	if (status == ZTA_OK) {
		status = read_name(r, node, &out->name);
	}
	if (status != ZTA_OK) {
		return status;
	}
	rank = zta_json__get(node, "rank");
	if (rank == NULL || rank->type != ZTA_JSON_INTEGER ||
	    rank->u.integer < 0) {
		return FAIL(r, rank == NULL ? node : rank,
		    "`rank` must be there, a whole number from 0");
	}
	out->rank = rank->u.integer;
	for (i = 0; i < r->out->level_count; i++) {
		if (r->out->levels[i].rank == out->rank ||
		    zta_str__eq(r->out->levels[i].name, out->name)) {
			return FAIL(r, node,
			    "another level has this name or this rank");
		}
	}
	needs = zta_json__get(node, "requires");
	return needs == NULL ? ZTA_OK : read_requires(r, needs, out);
}

static zta_status
read_levels(reader *r)
{
	static const char *const names[] = { "levels", NULL };
	const zta_json *root = r->doc.root, *list, *node;
	zta_trust_model *m = r->out;
	uint32_t i;
	zta_status status = zta_json__only(&r->doc, root, names, r->err);

	if (status != ZTA_OK) {
		return status;
	}
	list = zta_json__get(root, "levels");
	if (list == NULL || list->type != ZTA_JSON_ARRAY) {
		return FAIL(r, root, "expected {\"levels\": [...]}");
	}
	if (list->count > ZTA_TRUST_LEVELS_MAX) {
		return zta_json__fail(&r->doc, list, r->err, ZTA_ELIMIT,
		    "over %u levels", ZTA_TRUST_LEVELS_MAX);
	}
	m->levels =
	    zta_arena__zalloc(r->arena, list->count + 1, sizeof(*m->levels));
	if (m->levels == NULL) {
		return zta_arena__failed(r->arena, r->err);
	}
	node = zta_json__first(list);
	for (i = 0; status == ZTA_OK && i < list->count; i++) {
		m->levels[m->level_count] = (zta_level){ 0 };
		status = read_level(r, node, &m->levels[m->level_count]);
		m->level_count += status == ZTA_OK;
		if (zta_error__tell(r->sink, status, r->err)) {
			r->lost = true;
			status = ZTA_OK;
		}
		node = zta_json__after(node);
	}
	if (status == ZTA_OK) {
		zta_sort__run(
		    m->levels, m->level_count, sizeof(*m->levels), by_rank);
	}
	return status;
}

/* --- groups */

static zta_status
read_group(reader *r, const zta_json *node, zta_group *out)
{
	static const char *const names[] = { "name", "level", "members", NULL };
	const zta_json *level;
	uint32_t i;
	zta_status status = zta_json__only(&r->doc, node, names, r->err);

	if (status == ZTA_OK) {
		status = read_name(r, node, &out->name);
	}
	if (status == ZTA_OK) {
		status =
		    zta_json__words(&r->doc, zta_json__get(node, "members"),
			r->arena, &out->members, &out->member_count, r->err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	for (i = 0; i < r->out->group_count; i++) {
		if (zta_str__eq(r->out->groups[i].name, out->name)) {
			return FAIL(r, node, "another group has this name");
		}
	}
	level = zta_json__get(node, "level");
	if (r->lost && level != NULL && level->type == ZTA_JSON_STRING) {
		return ZTA_OK; /* perhaps it is the one that was left out */
	}
	if (level != NULL && level->type == ZTA_JSON_STRING) {
		out->level =
		    zta_trust_model__level(r->out, zta_json__str(level));
	}
	return out->level != NULL ?
	    ZTA_OK :
	    FAIL(r, level == NULL ? node : level,
		"`level` must be the name of a level in trust/levels.json");
}

static zta_status
read_groups(reader *r)
{
	static const char *const names[] = { "groups", "quarantine", NULL };
	const zta_json *root = r->doc.root, *list, *node;
	zta_trust_model *m = r->out;
	uint32_t i;
	zta_status status = zta_json__only(&r->doc, root, names, r->err);

	if (status == ZTA_OK) {
		status =
		    zta_json__words(&r->doc, zta_json__get(root, "quarantine"),
			r->arena, &m->quarantine, &m->quarantine_count, r->err);
	}
	status = tell(r, status);
	if (status != ZTA_OK) {
		return status;
	}
	list = zta_json__get(root, "groups");
	if (list == NULL || list->type != ZTA_JSON_ARRAY) {
		return FAIL(r, root, "expected {\"groups\": [...]}");
	}
	if (list->count > ZTA_TRUST_GROUPS_MAX) {
		return zta_json__fail(&r->doc, list, r->err, ZTA_ELIMIT,
		    "over %u groups", ZTA_TRUST_GROUPS_MAX);
	}
	m->groups =
	    zta_arena__zalloc(r->arena, list->count + 1, sizeof(*m->groups));
	if (m->groups == NULL) {
		return zta_arena__failed(r->arena, r->err);
	}
	node = zta_json__first(list);
	for (i = 0; status == ZTA_OK && i < list->count; i++) {
		m->groups[m->group_count] = (zta_group){ 0 };
		status = read_group(r, node, &m->groups[m->group_count]);
		m->group_count += status == ZTA_OK;
		status = tell(r, status);
		node = zta_json__after(node);
	}
	return status;
}

static zta_status
read_document(
    reader *r, zta_str text, const char *file, zta_status (*read)(reader *))
{
	zta_status status;

	if (text.len == 0) {
		return ZTA_OK;
	}
	if (r->sink != NULL) {
		r->sink->file = zta_str_of(file);
	}
	status = zta_json__read(r->arena, text, &r->doc, r->err);
	if (status == ZTA_OK) {
		status = read(r);
	}
	if (status != ZTA_OK) {
		r->lost = true;
		zta_error__replace(r->err, "%s", file);
	}
	return tell(r, status);
}

zta_status
zta_trust_model__check(zta_trust_model *out, zta_arena *arena, zta_str levels,
    zta_str groups, zta_error_sink *sink, zta_error *err)
{
	reader r = { .arena = arena, .out = out, .sink = sink, .err = err };
	zta_status status;

	*out = (zta_trust_model){ 0 };
	status = read_document(&r, levels, "trust/levels.json", read_levels);
	if (status == ZTA_OK) {
		status =
		    read_document(&r, groups, "trust/groups.json", read_groups);
	}
	return status;
}

zta_status
zta_trust_model__read(zta_trust_model *out, zta_arena *arena, zta_str levels,
    zta_str groups, zta_error *err)
{
	return zta_trust_model__check(out, arena, levels, groups, NULL, err);
}

unsigned
zta_level__lacks(const zta_level *level, zta_proof proof, int64_t age_ms)
{
	bool kind = level->proofs == 0 || (level->proofs & 1u << proof) != 0;
	bool fresh = level->proof_age_ms == 0 ||
	    (age_ms >= 0 && age_ms <= level->proof_age_ms);

	return (kind ? 0 : ZTA_LEVEL_PROOF) | (fresh ? 0 : ZTA_LEVEL_AGE) |
	    (level->consent ? ZTA_LEVEL_CONSENT : 0) |
	    (level->attestation_count > 0 ? ZTA_LEVEL_ATTESTATION : 0);
}

/* Equal, or below a prefix "spiffe://domain/path/" and a star. */
bool
zta_trust_entry__covers(zta_str entry, zta_str workload)
{
	if (zta_str__ends(entry, ZTA_STR("/*"))) {
		entry.len--;
		return workload.len > entry.len &&
		    zta_str__starts(workload, entry);
	}
	return zta_str__eq(entry, workload);
}

static bool
any_matches(const zta_str *members, uint32_t count, zta_str workload)
{
	uint32_t i;

	for (i = 0; i < count; i++) {
		if (zta_trust_entry__covers(members[i], workload)) {
			return true;
		}
	}
	return false;
}

bool
zta_group__has(const zta_group *group, zta_str workload)
{
	return any_matches(group->members, group->member_count, workload);
}

bool
zta_trust_model__is_quarantined(const zta_trust_model *model, zta_str workload)
{
	return any_matches(
	    model->quarantine, model->quarantine_count, workload);
}

/* --- what other domains say */

zta_status
zta_trust_model__take_domains(
    zta_trust_model *model, zta_arena *arena, zta_str domains, zta_error *err)
{
	return zta_domains__read(&model->domains, arena, domains, err);
}

void
zta_trust_model__release(zta_trust_model *model)
{
	zta_domains__release(&model->domains);
}

const zta_level *
zta_trust_model__level(const zta_trust_model *model, zta_str name)
{
	uint32_t i;

	for (i = 0; i < model->level_count; i++) {
		if (zta_str__eq(model->levels[i].name, name)) {
			return &model->levels[i];
		}
	}
	return NULL;
}

/* Is there one before it that has its name? The first one counts. */
static bool
stands_before(const zta_statements *all, uint32_t number)
{
	const zta_statement *s = &all->list[number];
	uint32_t i;

	for (i = 0; i < number; i++) {
		if (zta_str__eq(all->list[i].jti, s->jti) &&
		    zta_str__eq(all->list[i].issuer, s->issuer)) {
			return true;
		}
	}
	return false;
}

void
zta_trust_model__verify_statements(zta_trust_model *model)
{
	zta_statement *s;
	uint32_t i;

	for (i = 0; i < model->statements.count; i++) {
		s = &model->statements.list[i];
		s->finding = zta_statement__verify(s, &model->domains);
		if (s->finding == ZTA_STATEMENT_HOLDS &&
		    s->kind == ZTA_STATEMENT_FEDERATION &&
		    zta_trust_model__level(model, s->level) == NULL) {
			s->finding = ZTA_STATEMENT_NO_LEVEL;
		}
		if (s->finding == ZTA_STATEMENT_HOLDS &&
		    stands_before(&model->statements, i)) {
			s->finding = ZTA_STATEMENT_TWICE;
		}
	}
}

static bool
is_attested(const zta_trust_model *model, zta_str property, zta_str workload,
    int64_t now)
{
	const zta_statement *s;
	uint32_t i, j;

	for (i = 0; i < model->statements.count; i++) {
		s = &model->statements.list[i];
		if (s->kind != ZTA_STATEMENT_ATTESTATION ||
		    !zta_statement__is_in_force(s, now) ||
		    !zta_trust_entry__covers(s->workload, workload)) {
			continue;
		}
		for (j = 0; j < s->properties.count; j++) {
			if (zta_str__eq(s->properties.items[j], property)) {
				return true;
			}
		}
	}
	return false;
}

const zta_str *
zta_trust_model__unattested(const zta_trust_model *model,
    const zta_level *level, zta_str workload, int64_t now)
{
	uint32_t i;

	for (i = 0; i < level->attestation_count; i++) {
		if (!is_attested(
			model, level->attestations[i], workload, now)) {
			return &level->attestations[i];
		}
	}
	return NULL;
}
