/* SPDX-License-Identifier: Apache-2.0 */
/*
 * findings.c - see findings.h. Repetitions are dropped when the list is full,
 * so that its size follows what is told, and the work what is reported.
 */
#include "cedar/findings.h"

#include "base/sort.h"

#define ROOM_MIN 8u

void
zta_findings__init(zta_findings *findings, zta_arena *arena)
{
	*findings = (zta_findings){ .arena = arena };
}

void
zta_findings__begin(zta_findings *findings, const zta_policy *policy)
{
	findings->policy = policy;
	findings->first = findings->count;
}

static int
by_place(const void *a, const void *b)
{
	const zta_finding *x = a, *y = b;

	if (x->at != y->at) {
		return x->at < y->at ? -1 : 1;
	}
	return x->rule < y->rule ? -1 : x->rule > y->rule;
}

void
zta_findings__end(zta_findings *findings)
{
	zta_finding *list = findings->list;
	uint32_t i, kept = findings->first;

	if (!zta_findings__any(findings)) {
		return;
	}
	zta_sort__run(
	    list + kept, findings->count - kept, sizeof(*list), by_place);
	for (i = kept++; i < findings->count; i++) {
		if (by_place(&list[kept - 1], &list[i]) != 0) {
			list[kept++] = list[i];
		}
	}
	findings->count = kept;
}

/* The list doubles unless dropping repetitions frees half of it. */
static bool
make_room(zta_findings *findings)
{
	uint32_t more = findings->room * 2 + ROOM_MIN;
	zta_finding *bigger;

	zta_findings__end(findings);
	if (findings->count < findings->room / 2) {
		return true;
	}
	bigger = zta_arena__grow(findings->arena, findings->list,
	    findings->count, more, sizeof(*bigger));
	if (bigger == NULL) {
		return false;
	}
	findings->list = bigger;
	findings->room = more;
	return true;
}

void
zta_findings__add(zta_findings *findings, zta_rule rule, uint32_t at)
{
	if (findings->count == findings->room && !make_room(findings)) {
		findings->no_memory = true;
		return;
	}
	findings->list[findings->count++] =
	    (zta_finding){ findings->policy, rule, at };
}
