/* SPDX-License-Identifier: Apache-2.0 */
/* report.c - see report.h and ztauth/ledger.h. */
#include "pap/report.h"

#include <stdlib.h>

#include "base/time.h"
#include "pap/recheck.h"

void
zta_report__show(zta_report *r)
{
	const zta_check *check = &r->check;

	r->shown = (zta_ledger_report){ .valid = check->findings.errors == 0,
		.version = zta_str_of(check->version),
		.findings = check->findings.list,
		.finding_count = check->findings.count,
		.tested = check->tested,
		.tests = check->tests.list,
		.test_count = check->tests.count,
		.tests_failed = check->tests.failed };
}

/* The report, or what `status` says. */
static zta_status
give(zta_report *r, zta_report **out, zta_status status)
{
	if (status != ZTA_OK) {
		zta_report__close(r);
		r = NULL;
	} else {
		zta_report__show(r);
	}
	*out = r;
	return status;
}

zta_status
zta_report__dir(zta_report **out, const char *dir, unsigned flags, bool load,
    zta_error *err)
{
	zta_report *r = calloc(1, sizeof(*r));

	*out = NULL;
	return r == NULL ? zta_error__nomem(err) :
			   give(r, out,
			       zta_recheck__dir(&r->check, dir, flags, load,
				   zta_time__now_ms(), err));
}

zta_status
zta_report__tree(zta_report **out, zta_arena *arena, const zta_tree *tree,
    unsigned flags, zta_error *err)
{
	zta_report *r = calloc(1, sizeof(*r));

	*out = NULL;
	if (r == NULL) {
		zta_arena__release(arena);
		return zta_error__nomem(err);
	}
	return give(r, out,
	    zta_check__tree(
		&r->check, arena, tree, flags, zta_time__now_ms(), err));
}

zta_status
zta_report__of(zta_report **out, zta_check *check, zta_error *err)
{
	zta_report *r = calloc(1, sizeof(*r));

	*out = r;
	if (r == NULL) {
		zta_check__release(check);
		return zta_error__nomem(err);
	}
	r->check = *check;
	r->check.findings.arena = &r->check.arena;
	*check = (zta_check){ 0 };
	zta_report__show(r);
	return ZTA_OK;
}

void
zta_report__close(zta_report *r)
{
	if (r != NULL) {
		zta_check__release(&r->check);
		free(r);
	}
}

zta_status
zta_ledger_check_dir(
    zta_ledger_report **out, const char *dir, unsigned flags, zta_error *err)
{
	zta_report *r;
	zta_status status = zta_report__dir(&r, dir, flags, false, err);

	*out = r == NULL ? NULL : &r->shown;
	return status;
}

void
zta_ledger_report_close(zta_ledger_report *shown)
{
	zta_report__close((zta_report *)shown);
}
