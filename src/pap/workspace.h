/* SPDX-License-Identifier: Apache-2.0 */
/*
 * workspace.h - a folder of policies and the store beside it, opened; what its
 * verbs share. ztauth/ledger.h tells their use. SPEC: docs/formats/workspace.md
 */
#ifndef ZTA_PAP_WORKSPACE_H
#define ZTA_PAP_WORKSPACE_H

#include "crypto/ssh_allowed.h"
#include "ledger/ledger.h"
#include "pap/files.h"
#include "pap/report.h"
#include "pap/signer.h"
#include "pap/workspace_config.h"

struct zta_workspace {
	zta_arena arena; /* of all that it gives */
	char *dir;       /* its top, as a path from where we are */
	zta_workspace_config config;
	zta_store *store;
	zta_ledger ledger;
	zta_report *report;      /* of the version that was judged last */
	zta_report *refusal;     /* of a commit that the gate refused */
	zta_report *head_report; /* of HEAD, for plans; NULL: not needed yet */
	struct zta_elevation *elevation; /* that was asked last; NULL: none */
};

/* "<top>/.ztauth/<name>" in its arena; NULL: no memory. */
ZTA_MUST_USE char *zta_workspace__path(
    zta_workspace *workspace, const char *name);

/* HEAD; none if there is no commit yet. */
ZTA_MUST_USE zta_status zta_workspace__head(
    zta_workspace *workspace, zta_oid *out, zta_error *err);

/* The commit that a user means. ZTA_ENOTFOUND; ZTA_EINVALID: several. */
ZTA_MUST_USE zta_status zta_workspace__resolve(
    zta_workspace *workspace, const char *commit, zta_oid *out, zta_error *err);

/* A commit in the form in which it is shown. */
ZTA_MUST_USE zta_status zta_workspace__show(zta_workspace *workspace,
    const zta_oid *oid, zta_ledger_commit *out, zta_error *err);

/*
 * Read the folder without judging it; what cannot be in a ledger is passed
 * over, and `*strange` says that there was such a thing.
 */
ZTA_MUST_USE zta_status zta_workspace__read(
    zta_workspace *workspace, zta_files *out, bool *strange, zta_error *err);

/* Is the folder as HEAD has it? `*head` are its files. ZTA_ECONFLICT: no. */
ZTA_MUST_USE zta_status zta_workspace__demand_clean(
    zta_workspace *workspace, zta_files *head, zta_error *err);

/*
 * Look at the folder and judge it; `*out` are its files. If it has to decide as
 * well, `load` it. The report is the workspace's. ZTA_ELIMIT: too much is wrong to say what its files are.
 */
ZTA_MUST_USE zta_status zta_workspace__judge(
    zta_workspace *workspace, bool load, zta_files *out, zta_error *err);

/* The same of a tree, whose arena is taken over. */
ZTA_MUST_USE zta_status zta_workspace__judge_tree(zta_workspace *workspace,
    zta_arena *arena, const zta_tree *tree, zta_files *out, zta_error *err);

/* The files of a commit; of none there are none. */
ZTA_MUST_USE zta_status zta_workspace__files(zta_workspace *workspace,
    const zta_oid *commit, zta_files *out, zta_error *err);

/* The id of the file `path` in a tree; none: it is not there. */
ZTA_MUST_USE zta_status zta_workspace__blob(zta_workspace *workspace,
    zta_oid tree, zta_str path, zta_oid *out, zta_error *err);

/* The text of a file; that of none is empty. */
ZTA_MUST_USE zta_status zta_workspace__text(zta_workspace *workspace,
    const zta_oid *blob, zta_str *out, zta_error *err);

/* What differs, in the form in which it is shown; `texts`: with both sides. */
ZTA_MUST_USE zta_status zta_workspace__changes(zta_workspace *workspace,
    const zta_files *before, const zta_files *after, bool texts,
    zta_ledger_changes *out, zta_error *err);

/* "<path>", from the top of the workspace if it is not absolute; in its arena. */
ZTA_MUST_USE char *zta_workspace__from_top(
    zta_workspace *workspace, zta_str path);

/* Who signs; see zta_workspace_commit(). Closed by the caller either way. */
ZTA_MUST_USE zta_status zta_workspace__signer(zta_workspace *workspace,
    const zta_workspace_signing *signing, zta_signer *out, zta_error *err);

/* Who may sign commits here; `*out` is `list`, or NULL: whoever. */
ZTA_MUST_USE zta_status zta_workspace__signers(zta_workspace *workspace,
    zta_ssh_allowed_list *list, const zta_ssh_allowed_list **out,
    zta_error *err);

/*
 * Commit `files`, which were judged last and differ from `head` by the changes
 * of `result`, which have texts, and move HEAD from there. The commit is shown
 * in `result`; if the gate refuses it, the report there says why, and nothing
 * was written. ZTA_ECONFLICT: HEAD is elsewhere.
 */
ZTA_MUST_USE zta_status zta_workspace__write(zta_workspace *workspace,
    const zta_files *head, const zta_files *files, zta_str message,
    const zta_workspace_signing *signing, zta_workspace_result *result,
    zta_error *err);

/*
 * What would change if `files`, which were judged last and loaded, were
 * committed; `out` is zeroed. See zta_workspace_plan().
 */
ZTA_MUST_USE zta_status zta_workspace__plan(zta_workspace *workspace,
    const zta_files *head, const zta_files *files,
    const zta_ledger_questions *questions, zta_workspace_outlook *out,
    zta_error *err);

#endif
