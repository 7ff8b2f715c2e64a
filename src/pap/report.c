/* SPDX-License-Identifier: Apache-2.0 */
/* report.c - a check for those outside; see ztauth/ledger.h. */
#include "ztauth/ledger.h"

#include <stdlib.h>

#include "base/time.h"
#include "pap/check.h"

typedef struct report {
	zta_ledger_report shown; /* first: what a caller holds points to it */
	zta_check check;
} report;

static void
show(report *r)
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

zta_status
zta_ledger_check_dir(
    zta_ledger_report **out, const char *dir, unsigned flags, zta_error *err)
{
	report *r = calloc(1, sizeof(*r));
	zta_status status;

	*out = NULL;
	if (r == NULL) {
		return zta_error__nomem(err);
	}
	status = zta_check__dir(&r->check, dir, flags, zta_time__now_ms(), err);
	if (status != ZTA_OK) {
		zta_ledger_report_close(&r->shown);
		return status;
	}
	show(r);
	*out = &r->shown;
	return ZTA_OK;
}

void
zta_ledger_report_close(zta_ledger_report *shown)
{
	report *r = (report *)shown;

	if (r != NULL) {
		zta_check__release(&r->check);
		free(r);
	}
}
