/* SPDX-License-Identifier: Apache-2.0 */
/* statement.c - see statement.h. Its form is read in statement_read.c. */
#include "trust/statement.h"

#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "trust/model.h"

const char *
zta_statement__kind_name(zta_statement_kind kind)
{
	static const char *const names[] = { "federation", "attestation",
		"delegation" };

	return names[kind];
}

const char *
zta_statement__finding_text(zta_statement_finding finding)
{
	static const char *const texts[] = {
		[ZTA_STATEMENT_UNVERIFIED] = "nobody has verified it",
		[ZTA_STATEMENT_NO_DOMAIN] =
		    "trust/domains.json does not have the domain that speaks",
		[ZTA_STATEMENT_NO_KEY] = "trust/domains.json has no key of its "
					 "domain that could have signed it",
		[ZTA_STATEMENT_BAD_SIGNATURE] = "its signature is wrong",
		[ZTA_STATEMENT_WRONG_AUDIENCE] =
		    "it is made for another domain than `own` of "
		    "trust/domains.json",
		[ZTA_STATEMENT_OF_OWN] =
		    "the own domain needs no federation or delegation",
		[ZTA_STATEMENT_NO_LEVEL] =
		    "trust/levels.json has no level of this name",
		[ZTA_STATEMENT_NOT_ATTESTER] =
		    "`attests` of trust/domains.json does not let its domain "
		    "say this of this workload",
		[ZTA_STATEMENT_TWICE] =
		    "another statement of its domain has this `jti`",
		[ZTA_STATEMENT_HOLDS] = "",
	};

	return texts[finding];
}

/* May the domain say of the workload that it has this property? */
static bool
may_attest(const zta_domain *domain, zta_str property, zta_str workload)
{
	const zta_attests *a;
	uint32_t i, j;

	for (i = 0; i < domain->attests_count; i++) {
		a = &domain->attests[i];
		for (j = 0; zta_str__eq(a->property, property) &&
		     j < a->workload_count;
		     j++) {
			if (zta_trust_entry__covers(
				a->workloads[j], workload)) {
				return true;
			}
		}
	}
	return false;
}

static zta_statement_finding
verify_signature(const zta_statement *s, const zta_domain *domain)
{
	const zta_key *key = zta_jwks__find(&domain->keys, &s->jws);

	if (key == NULL) {
		return ZTA_STATEMENT_NO_KEY;
	}
	return zta_key__verify(
		   key, s->jws.alg, s->jws.input, s->jws.signature) ?
	    ZTA_STATEMENT_HOLDS :
	    ZTA_STATEMENT_BAD_SIGNATURE;
}

zta_statement_finding
zta_statement__verify(const zta_statement *s, const zta_domains *domains)
{
	const zta_domain *domain = zta_domains__find(domains, s->issuer);
	uint32_t i;

	if (domain == NULL) {
		return ZTA_STATEMENT_NO_DOMAIN;
	}
	if (!zta_str__eq(s->audience, domains->own)) {
		return ZTA_STATEMENT_WRONG_AUDIENCE;
	}
	if (s->kind != ZTA_STATEMENT_ATTESTATION &&
	    zta_str__eq(s->issuer, domains->own)) {
		return ZTA_STATEMENT_OF_OWN;
	}
	for (i = 0; i < s->properties.count; i++) {
		if (!may_attest(domain, s->properties.items[i], s->workload)) {
			return ZTA_STATEMENT_NOT_ATTESTER;
		}
	}
	return verify_signature(s, domain);
}

zta_status
zta_statements__add(zta_statements *list, zta_arena *arena, zta_str path,
    zta_str text, zta_error *err)
{
	uint32_t more = list->room == 0 ? 8 : list->room * 2;
	zta_statement *bigger;
	zta_status status;

	if (list->count == ZTA_STATEMENTS_MAX) {
		return zta_error__at(err, ZTA_ELIMIT, 1, 1,
		    "over %u statements", ZTA_STATEMENTS_MAX);
	}
	if (list->count == list->room) {
		bigger = zta_arena__grow(
		    arena, list->list, list->count, more, sizeof(*bigger));
		if (bigger == NULL) {
			return zta_arena__failed(arena, err);
		}
		list->list = bigger;
		list->room = more;
	}
	status =
	    zta_statement__read(&list->list[list->count], arena, text, err);
	list->list[list->count].file = path;
	list->count += status == ZTA_OK;
	return status;
}

bool
zta_statement__is_in_force(const zta_statement *s, int64_t now)
{
	return s->finding == ZTA_STATEMENT_HOLDS && now >= s->not_before &&
	    now < s->ends_at;
}
