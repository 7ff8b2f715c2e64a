/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ztauth/ledger.h - ledgers: versions of policies, each checked before it is.
 *
 * A ledger is a tree of files (docs/formats/ledger.md): a manifest, schemas,
 * policies and entities of its partitions, the trust model, identity sources,
 * and decision tests (docs/formats/tests.md). Unlike a repository of source
 * code, it holds nothing that is broken. A version gets into it only if the
 * whole of it is valid: each file has a place and follows its format, policies
 * are valid in Cedar's strict mode, elevation policies are so under their fixed
 * schema, and the ledger's own tests pass.
 *
 * All that is wrong is told at once, with file, line, column, a rule for
 * machines and a hint for people:
 *
 *     zta_ledger_check_dir(&report, "policies", 0, &err);
 *     for (i = 0; i < report->finding_count; i++)
 *             print(&report->findings[i]);
 *     zta_ledger_report_close(report);
 *
 * A check is made of the files alone. Key files that identity sources name lie
 * elsewhere and are not looked at, so a valid ledger may still not load where
 * its keys are missing. A report decides nothing: see ztauth/pdp.h.
 */
#ifndef ZTAUTH_LEDGER_H
#define ZTAUTH_LEDGER_H

#include "ztauth/cedar.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Something that is wrong, or worth a look. */
typedef struct zta_ledger_finding {
	zta_str file;          /* in the ledger; empty: about all of it */
	uint32_t line, column; /* 1-based; 0 without a file */
	const char *rule;      /* such as "syntax" or "optional-attribute" */
	const char *message;   /* what is wrong */
	const char *hint;      /* what helps */
	zta_str policy;        /* its id; empty: about none */
	bool warning;          /* the ledger is valid all the same */
} zta_ledger_finding;

/* A decision test that was run. */
typedef struct zta_ledger_test {
	zta_str file;
	uint32_t line, column;
	zta_str name;
	bool passed;
	const char *message; /* what was expected, what came; "" if it passed */
	/* With ZTA_LEDGER_EXPLAIN, of one that failed: why, policy by policy. */
	const zta_cedar_explanation *reasons;
	size_t reason_count;
} zta_ledger_test;

/* Everything in it lives as long as it does. */
typedef struct zta_ledger_report {
	bool valid;      /* no finding but warnings */
	zta_str version; /* the id that git gives the tree; empty: none */
	const zta_ledger_finding *findings; /* by file and place */
	size_t finding_count;
	bool tested; /* the tests were run: nothing was in the way */
	const zta_ledger_test *tests;
	size_t test_count;
	size_t tests_failed;
} zta_ledger_report;

/* A folder without a manifest is one partition, and has a warning. */
#define ZTA_LEDGER_ASSUME_MANIFEST 1u
/* Say of each test that fails what became of the policies. */
#define ZTA_LEDGER_EXPLAIN 2u

/*
 * Check the folder `dir` as a version of a ledger. ZTA_OK: it has been looked
 * at, and the report says what was found. ZTA_EIO: it cannot be read; ZTA_ELIMIT,
 * ZTA_ENOMEM. Free with zta_ledger_report_close().
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_ledger_check_dir(
    zta_ledger_report **out, const char *dir, unsigned flags, zta_error *err);

/* NULL is fine. */
ZTA_PUBLIC void zta_ledger_report_close(zta_ledger_report *report);

/*
 * A workspace: a folder of policies with its history beside it, and the verbs
 * of git on it (docs/formats/workspace.md). What a call gives lives until the
 * workspace is closed. Ids are 64 hexadecimal digits. Where a COMMIT is asked
 * for, it is as users write it: "HEAD", "HEAD~2", "3f2a"; ZTA_ENOTFOUND if
 * there is none, ZTA_EINVALID if there are several. Calls that write return
 * ZTA_ECONFLICT if somebody else has moved HEAD meanwhile.
 */
typedef struct zta_workspace zta_workspace;

/* What zta_workspace_init() did. */
typedef struct zta_workspace_made {
	bool existed;     /* it was one already, and nothing has changed */
	bool manifest;    /* a manifest was written */
	bool schema;      /* there is a schema at the top */
	char ledger[160]; /* "<zone>/<name>" */
} zta_workspace_made;

/* Make the folder `dir` a workspace; NULL: the usual name, the usual zone. */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_workspace_init(const char *dir,
    const char *name, const char *zone, zta_workspace_made *out,
    zta_error *err);

/* Open the workspace that `dir` lies in. ZTA_ENOTFOUND: it lies in none. */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_workspace_open(
    zta_workspace **out, const char *dir, zta_error *err);

/* NULL is fine. */
ZTA_PUBLIC void zta_workspace_close(zta_workspace *workspace);

/* The path of its top, from where we are. */
ZTA_PUBLIC const char *zta_workspace_dir(const zta_workspace *workspace);

typedef enum zta_ledger_change_kind {
	ZTA_LEDGER_ADDED,
	ZTA_LEDGER_CHANGED,
	ZTA_LEDGER_REMOVED
} zta_ledger_change_kind;

typedef struct zta_ledger_change {
	zta_ledger_change_kind kind;
	zta_str path;
	zta_str before, after; /* texts, where they were asked for */
} zta_ledger_change;

typedef struct zta_ledger_changes {
	const zta_ledger_change *list; /* ascending by path */
	size_t count;
} zta_ledger_changes;

typedef struct zta_ledger_commit {
	zta_str id, tree;
	zta_str parent; /* empty: it is the first */
	zta_str author, email;
	int64_t time_s; /* since 1970, as the author says */
	zta_str message;
	zta_str key;        /* fingerprint of who signed; empty: not signed */
	bool bad_signature; /* there is one, which is not of this commit */
} zta_ledger_commit;

typedef struct zta_workspace_state {
	zta_str ledger;
	zta_str head;                    /* empty: there is no commit yet */
	zta_ledger_changes changes;      /* of the folder, from HEAD */
	const zta_ledger_report *report; /* of the folder */
} zta_workspace_state;

/* How is the folder? ZTA_ELIMIT: more is wrong with it than is listed. */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_workspace_look(
    zta_workspace *workspace, zta_workspace_state *out, zta_error *err);

/* Who commits, and how it is signed. */
typedef struct zta_workspace_signing {
	zta_str author, email; /* where the configuration names nobody */
	const char *key;       /* a file; NULL: the configured key */
	const char *agent;     /* socket of ssh-agent; NULL: there is none */
} zta_workspace_signing;

typedef struct zta_workspace_result {
	const zta_ledger_report *report; /* not valid: nothing was written */
	bool unchanged;                  /* there was nothing to commit */
	zta_ledger_commit commit;
	zta_ledger_changes changes;
} zta_workspace_result;

/*
 * Commit the folder: all of it is valid, or nothing is written. Signed by the
 * key that was given, else the configured one, else the first Ed25519 key of
 * the agent, else not at all.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_workspace_commit(
    zta_workspace *workspace, zta_str message,
    const zta_workspace_signing *signing, zta_workspace_result *out,
    zta_error *err);

/* The commits from `commit` back, `limit` of them at most. */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_workspace_log(zta_workspace *workspace,
    const char *commit, size_t limit, const zta_ledger_commit **list,
    size_t *count, zta_error *err);

/* A policy that was added, changed or removed; its layout does not count. */
typedef struct zta_ledger_policy_change {
	zta_ledger_change_kind kind;
	zta_str policy; /* its id */
	zta_str file;   /* where it is, or was if it was removed */
} zta_ledger_policy_change;

/* Between two versions. */
typedef struct zta_ledger_diff {
	zta_ledger_changes files;                 /* with their texts */
	const zta_ledger_policy_change *policies; /* by id */
	size_t policy_count;
} zta_ledger_diff;

/*
 * From `before` (NULL: HEAD, which may not be there yet) to `after` (NULL: the
 * folder). Policies of files that cannot be read are left out.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_workspace_diff(zta_workspace *workspace,
    const char *before, const char *after, zta_ledger_diff *out,
    zta_error *err);

/* A commit, and the difference from its parent. */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_workspace_show(zta_workspace *workspace,
    const char *commit, zta_ledger_commit *out, zta_ledger_diff *diff,
    zta_error *err);

/* The lines that differ, unified, without names; for zta_str_free(). */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_ledger_change_text(
    const zta_ledger_change *change, zta_str *out, zta_error *err);

/* A line of a file, and the commit that brought it. */
typedef struct zta_ledger_blame {
	const zta_ledger_commit *commit;
	zta_str text; /* without its line feed */
} zta_ledger_blame;

/* Each line of the file `path` of `commit`. ZTA_ENOTFOUND: no such file. */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_workspace_blame(zta_workspace *workspace,
    const char *commit, const char *path, const zta_ledger_blame **list,
    size_t *count, zta_error *err);

/* Where something cannot be done. */
typedef struct zta_ledger_place {
	zta_str file;
	uint32_t line; /* 1-based; 0: the whole file */
	const char *message;
} zta_ledger_place;

typedef struct zta_workspace_undone {
	const zta_ledger_place *places; /* in the way: nothing was done */
	size_t place_count;
	zta_workspace_result result; /* if nothing was in the way */
} zta_workspace_undone;

/*
 * Make a commit that undoes `commit`, and put it into the folder, which must be
 * as HEAD has it (ZTA_ECONFLICT).
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_workspace_revert(
    zta_workspace *workspace, const char *commit,
    const zta_workspace_signing *signing, zta_workspace_undone *out,
    zta_error *err);

typedef struct zta_workspace_checked {
	const zta_ledger_place *places; /* in the way: nothing was done */
	size_t place_count;
	zta_ledger_changes changes; /* of the folder */
} zta_workspace_checked;

/*
 * Put the files of `commit` into the folder. Those that are in no commit are
 * overwritten only with `force`.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_workspace_checkout(
    zta_workspace *workspace, const char *commit, bool force,
    zta_workspace_checked *out, zta_error *err);

/* What became of a request under one version. Zeroed, it denies. */
typedef struct zta_ledger_verdict {
	bool permitted;
	const char *refused; /* why it is no question there; NULL: it is one */
	const zta_str *policies; /* that decided */
	size_t policy_count;
	/* Of a record: which leg decided, how (docs/formats/evaluation.md), and
	 * the workload that was refused. NULL and empty: the policies did. */
	const char *leg, *code;
	zta_str actor;
	/* Of those that decide here or under the other version: the first. */
	const zta_cedar_explanation *reasons;
	size_t reason_count;
} zta_ledger_verdict;

/* A request that would be answered otherwise. */
typedef struct zta_ledger_flip {
	size_t line;   /* of the request; the first is 1 */
	bool recorded; /* `line` is the index of a record of the log */
	zta_str request;
	zta_str about; /* of a record: who did what, for people */
	zta_ledger_verdict before, after;
} zta_ledger_flip;

struct zta_replay_groups;

typedef struct zta_workspace_outlook {
	zta_ledger_diff diff;            /* from HEAD to the folder */
	const zta_ledger_report *report; /* of the folder */
	bool decided; /* the requests were: the folder loads */
	size_t requests;
	size_t to_allow, to_deny; /* answered otherwise */
	size_t to_none;           /* a question no more */
	size_t no_questions;      /* under neither */
	size_t recorded;          /* decisions in the log, since then */
	size_t unkept;            /* of them, without a request that was kept */
	size_t erased;   /* that do not say any more of whom they were */
	size_t strange;  /* with a request that is not the record's */
	size_t outdated; /* that HEAD answers otherwise than they were */
	/*
	 * Requests that are a question under neither, by line, and why; those
	 * of records have the log as their file, and only some are here.
	 */
	const zta_ledger_place *refused;
	size_t refused_count;
	/* All of the lines; of records the examples of the groups. */
	const zta_ledger_flip *flips;
	size_t flip_count;
	const struct zta_replay_groups *groups; /* NULL: no log was asked */
} zta_workspace_outlook;

struct zta_replay_progress;

/* What is asked under HEAD, where no commit denies all, and under the folder. */
typedef struct zta_ledger_questions {
	/* Lines, each a request of AuthZEN, which is asked without a token, or
	 * one as for zta_cedar_authorize(). Lives as long as the workspace. */
	zta_str requests;
	/* The directory of a decision log whose requests are kept
	 * (docs/formats/requests.md); with `since` from then on only, a time, or
	 * a duration until now. NULL: none, all. */
	const char *log, *since;
	/* Often, while the log is asked: false ends it. NULL: nobody wants to
	 * know. See ztauth/replay.h. */
	bool (*go_on)(
	    void *context, const struct zta_replay_progress *progress);
	void *context;
} zta_ledger_questions;

/* What would change if the folder were committed? */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_workspace_plan(zta_workspace *workspace,
    const zta_ledger_questions *questions, zta_workspace_outlook *out,
    zta_error *err);

#ifdef __cplusplus
}
#endif
#endif
