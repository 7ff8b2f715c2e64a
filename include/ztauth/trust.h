/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ztauth/trust.h - the trust model of a workspace: look at it, ask it, take a
 * workload out (docs/trust.md).
 *
 *     zta_trust_edit edit = { ZTA_STR("spiffe://shop.example/web"), false };
 *     zta_trust_change(workspace, &edit, ZTA_STR("its key leaked"), &signing,
 *         &changed, &err);
 *
 * What a call gives lives until the workspace is closed.
 */
#ifndef ZTAUTH_TRUST_H
#define ZTAUTH_TRUST_H

#include "ztauth/ledger.h"

#ifdef __cplusplus
extern "C" {
#endif

/* An edit of the quarantine in trust/groups.json. */
typedef struct zta_trust_edit {
	zta_str entry; /* an exact id, or a prefix that ends with "/" and a * */
	bool restore;  /* take it out of the quarantine; else put it in */
} zta_trust_edit;

typedef struct zta_trust_changed {
	bool already; /* it is so in HEAD: nothing is to be done */
	bool known;   /* a group has a member that the entry is about */
	/* Entries that take the workload out too, or a part of the prefix. */
	const zta_str *others;
	size_t other_count;
	zta_workspace_result result; /* unless it is so already */
} zta_trust_changed;

/*
 * Make a commit of HEAD with this edit and nothing else, whose message holds
 * `because`, and put it into the folder. The layout of the file stays; other
 * changes of the folder are left alone. ZTA_ECONFLICT: the file itself differs
 * from HEAD; ZTA_EINVAL: that is no entry; ZTA_ENOTFOUND: there is no such file.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_trust_change(zta_workspace *workspace,
    const zta_trust_edit *edit, zta_str because,
    const zta_workspace_signing *signing, zta_trust_changed *out,
    zta_error *err);

/* What would it change? Nothing is written. As zta_workspace_plan(). */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_trust_plan(zta_workspace *workspace,
    const zta_trust_edit *edit, const zta_ledger_questions *questions,
    zta_trust_changed *out, zta_workspace_outlook *outlook, zta_error *err);

#ifdef __cplusplus
}
#endif
#endif
