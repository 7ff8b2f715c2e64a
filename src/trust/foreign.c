/* SPDX-License-Identifier: Apache-2.0 */
/*
 * foreign.c - see foreign.h.
 *
 * Of federations in force each is a limit, so all of them are asked: what one
 * leaves out is out. Delegations only allow, so one is enough.
 */
#include "trust/foreign.h"

#include "base/str.h"
#include "identity/spiffe_id.h"
#include "trust/elevation.h"

typedef struct zta_elevation_question question;

/* --- whose they are */

/*
 * The domain that has its source, or that the credential names; or empty. A
 * source of another domain may name whom it likes: it makes none of them ours.
 */
static zta_str
domain_of(const zta_domains *domains, zta_str trust_domain, zta_str source)
{
	const zta_domain *d = zta_domains__of_source(domains, source);

	return d == NULL ? trust_domain : d->name;
}

static zta_str
domain_of_workload(const zta_domains *domains, const zta_ring *ring)
{
	zta_str domain = domain_of(domains, ring->trust_domain, ring->source);

	if (domain.len == 0) {
		(void)zta_workload_id__read(ring->workload, &domain);
	}
	return domain;
}

static bool
is_foreign(const zta_domains *domains, zta_str home, zta_str domain)
{
	zta_str own = domains->own.len > 0 ? domains->own : home;

	return domain.len > 0 && own.len > 0 && !zta_str__eq(domain, own);
}

bool
zta_foreign__is(const zta_domains *domains, zta_str home, zta_str trust_domain,
    zta_str source)
{
	return is_foreign(
	    domains, home, domain_of(domains, trust_domain, source));
}

/* --- what statements cover */

static bool
has_item(const zta_statement_list *list, zta_str item)
{
	return list->items == NULL ||
	    zta_str__is_among(item, list->items, list->count);
}

static bool
has_workload(const zta_statement *s, zta_str workload)
{
	uint32_t i;

	for (i = 0; i < s->workloads.count; i++) {
		if (zta_trust_entry__covers(s->workloads.items[i], workload)) {
			return true;
		}
	}
	return s->workloads.items == NULL;
}

static bool
has_subject(const zta_statement *s, const zta_subject *subject)
{
	const zta_statement_subject *one;
	uint32_t i;

	for (i = 0; i < s->subject_count; i++) {
		one = &s->subjects[i];
		if (zta_str__eq(one->type, subject->type) &&
		    (one->id.ptr == NULL ||
			zta_str__eq(one->id, subject->id))) {
			return true;
		}
	}
	return false;
}

static bool
has_action(const zta_statement *s, const question *q)
{
	return q->operation == NULL ||
	    has_item(&s->actions, q->operation->action);
}

/* --- federation */

static bool
refuse(zta_refused *out, const char *why, zta_str what)
{
	*out = (zta_refused){ why, what };
	return false;
}

/* The next federation of the domain from number `*at` on; or NULL. */
static const zta_statement *
next_federation(const zta_foreign *f, uint32_t *at, bool in_force)
{
	const zta_statements *all = &f->model->statements;
	const zta_statement *s;

	while (*at < all->count) {
		s = &all->list[(*at)++];
		if (s->kind == ZTA_STATEMENT_FEDERATION &&
		    zta_str__eq(s->issuer, f->domain) &&
		    (!in_force || zta_statement__is_in_force(s, f->now))) {
			return s;
		}
	}
	return NULL;
}

/* None is in force: name one that is not. */
static bool
refuse_unfederated(const zta_foreign *f, zta_refused *refused)
{
	uint32_t at = 0;
	const zta_statement *s = next_federation(f, &at, false);

	return s == NULL ?
	    refuse(refused, "no statement federates its domain", f->domain) :
	    refuse(refused, "the federation of its domain is not in force",
		s->file);
}

static bool
check_federations(zta_foreign *f, const question *q, zta_refused *refused)
{
	const zta_statement *s;
	const zta_level *level;
	uint32_t at = 0;

	while ((s = next_federation(f, &at, true)) != NULL) {
		if (!has_workload(s, q->ring->workload) || !has_action(s, q)) {
			return refuse(refused,
			    "it is outside the scope of the federation",
			    s->file);
		}
		level = zta_trust_model__level(f->model, s->level);
		if (f->cap == NULL || level->rank < f->cap->rank) {
			f->cap = level;
			f->capped = s;
		}
	}
	return f->cap != NULL || refuse_unfederated(f, refused);
}

/* --- delegation */

static bool
check_delegations(const zta_foreign *f, const question *q, zta_refused *refused)
{
	const zta_trust_model *m = f->model;
	const zta_statement *s;
	zta_str domain;
	uint32_t i;

	if (q->subject == NULL) {
		return true;
	}
	domain = domain_of(
	    &m->domains, q->subject->trust_domain, q->subject->source);
	if (!is_foreign(&m->domains, q->home, domain)) {
		return true;
	}
	for (i = 0; zta_str__eq(domain, f->domain) && i < m->statements.count;
	     i++) {
		s = &m->statements.list[i];
		if (s->kind == ZTA_STATEMENT_DELEGATION &&
		    zta_str__eq(s->issuer, domain) &&
		    zta_statement__is_in_force(s, f->now) &&
		    zta_trust_entry__covers(s->workload, q->ring->workload) &&
		    has_subject(s, q->subject) && has_action(s, q)) {
			return true;
		}
	}
	return refuse(
	    refused, "no statement lets it act for the subjects of", domain);
}

/* --- both */

bool
zta_foreign__judge(const zta_trust_model *model, const question *q,
    zta_foreign *out, zta_refused *refused)
{
	const zta_str domain = domain_of_workload(&model->domains, q->ring);

	*out = (zta_foreign){ .domain = { "", 0 } };
	*refused = (zta_refused){ .what = { "", 0 } };
	if (!is_foreign(&model->domains, q->home, domain)) {
		return true;
	}
	*out = (zta_foreign){ .domain = domain, .model = model, .now = q->now };
	return check_federations(out, q, refused) &&
	    check_delegations(out, q, refused);
}

bool
zta_foreign__has_group(const zta_foreign *f, const zta_group *group)
{
	const zta_statement *s;
	uint32_t at = 0;

	while (
	    f->domain.len > 0 && (s = next_federation(f, &at, true)) != NULL) {
		if (!has_item(&s->groups, group->name)) {
			return false;
		}
	}
	return true;
}

bool
zta_foreign__reaches(const zta_foreign *f, const zta_level *level)
{
	return f->domain.len == 0 ||
	    (f->cap != NULL && level->rank <= f->cap->rank);
}

bool
zta_foreign__counts(
    const zta_foreign *f, const zta_group *group, zta_str workload)
{
	return zta_group__has(group, workload) &&
	    zta_foreign__has_group(f, group) &&
	    zta_foreign__reaches(f, group->level);
}
