/* SPDX-License-Identifier: Apache-2.0 */
/* report.h - a check, together with the form in which it is shown outside. */
#ifndef ZTA_PAP_REPORT_H
#define ZTA_PAP_REPORT_H

#include "pap/check.h"

typedef struct zta_report {
	zta_ledger_report shown; /* first: what a caller holds points to it */
	zta_check check;
} zta_report;

/* As zta_recheck__dir() and zta_check__tree(), of now. NULL after an error. */
ZTA_MUST_USE zta_status zta_report__dir(zta_report **out, const char *dir,
    unsigned flags, bool load, zta_error *err);
ZTA_MUST_USE zta_status zta_report__tree(zta_report **out, zta_arena *arena,
    const zta_tree *tree, unsigned flags, zta_error *err);

/* Of a check that was made; it is taken over. ZTA_ENOMEM: it is released. */
ZTA_MUST_USE zta_status zta_report__of(
    zta_report **out, zta_check *check, zta_error *err);

/* Its findings have changed. */
void zta_report__show(zta_report *report);

/* NULL is fine. */
void zta_report__close(zta_report *report);

#endif
