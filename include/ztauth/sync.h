/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ztauth/sync.h - move ledgers: between a workspace and a server, and to and
 * from git.
 *
 *     zta_workspace_clone("https://.../zones/1.../ledgers/shop", "shop", ...);
 *     zta_workspace_open(&workspace, "shop", &err);
 *     zta_workspace_pull(workspace, NULL, &signing, &synced, &err);
 *     ... zta_workspace_commit() ...
 *     zta_workspace_push(workspace, NULL, &signing, &synced, &err);
 *
 * Nothing is believed because of where it came from: ids are computed here,
 * every commit is judged, signatures are verified if a list of signers is
 * configured, and history only grows. The protocol is in docs/formats/sync.md.
 */
#ifndef ZTAUTH_SYNC_H
#define ZTAUTH_SYNC_H

#include "ztauth/ledger.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Make a workspace of the folder `dir`, which is empty or not there, for the
 * ledger at `url`; pulling it is the next step. `signers` (or NULL): a file
 * with who may sign what is pulled. ZTA_EEXIST: the folder is not empty.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_workspace_clone(
    const char *url, const char *dir, const char *signers, zta_error *err);

typedef enum zta_workspace_outcome {
	ZTA_WORKSPACE_SAME,    /* both sides have the same commit */
	ZTA_WORKSPACE_MOVED,   /* one side has caught up */
	ZTA_WORKSPACE_AHEAD,   /* we have commits that the server has not */
	ZTA_WORKSPACE_REFUSED, /* what came is no version; see the report */
} zta_workspace_outcome;

typedef struct zta_workspace_synced {
	zta_workspace_outcome outcome;
	zta_str url;
	zta_str head;                    /* ours afterwards; empty: none yet */
	zta_ledger_changes changes;      /* of the folder */
	zta_str culprit;                 /* the commit that was refused */
	const zta_ledger_report *report; /* of it */
} zta_workspace_synced;

/*
 * Bring HEAD and the folder to what `remote` (NULL: "origin") has. The folder
 * must be as HEAD has it. Requests are signed as commits are. ZTA_ECONFLICT:
 * it is not, or both sides have new commits; ZTA_ENOTFOUND: no such remote, or
 * no such ledger; ZTA_EUNTRUSTED: the server does not let us, or somebody has
 * signed who may not; ZTA_EUNAVAILABLE: it cannot be reached.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_workspace_pull(zta_workspace *workspace,
    const char *remote, const zta_workspace_signing *signing,
    zta_workspace_synced *out, zta_error *err);

/*
 * Send HEAD. ZTA_ECONFLICT: the server has commits that are not here, which
 * are to be pulled first; ZTA_EINVALID: it does not admit ours, with the place.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_workspace_push(zta_workspace *workspace,
    const char *remote, const zta_workspace_signing *signing,
    zta_workspace_synced *out, zta_error *err);

typedef struct zta_workspace_remote {
	zta_str name, url;
} zta_workspace_remote;

/* Those that are configured, in the order of the configuration. */
ZTA_PUBLIC void zta_workspace_remotes(const zta_workspace *workspace,
    const zta_workspace_remote **list, size_t *count);

/* ZTA_EEXIST; ZTA_EINVAL: that is no name, or no URL of a ledger. */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_workspace_remote_add(
    zta_workspace *workspace, const char *name, const char *url,
    zta_error *err);

/* ZTA_ENOTFOUND. */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_workspace_remote_remove(
    zta_workspace *workspace, const char *name, zta_error *err);

/*
 * A zone at a server, over HTTP. What a call gives lives until the server is
 * closed. Statuses are those of zta_workspace_pull().
 */
typedef struct zta_server zta_server;

/*
 * `url` is that of a zone, http[s]://host/zones/<zone>, or of a ledger in it.
 * Requests are signed as commits are. ZTA_EINVAL: that is no such URL.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_server_open(zta_server **out,
    const char *url, const zta_workspace_signing *signing, zta_error *err);
/* NULL is fine. */
ZTA_PUBLIC void zta_server_close(zta_server *server);

/* What the URL names; the ledger may be empty. */
ZTA_PUBLIC zta_str zta_server_zone(const zta_server *server);
ZTA_PUBLIC zta_str zta_server_ledger(const zta_server *server);

typedef struct zta_server_state {
	zta_str commit;      /* in force; empty: none yet */
	bool follows;        /* the policies are those of another server */
	int64_t age_ms;      /* since it was heard last; -1: not yet */
	const zta_str *keys; /* ids of keys that sign transaction tokens */
	size_t key_count;
} zta_server_state;

ZTA_PUBLIC ZTA_MUST_USE zta_status zta_server_look(
    zta_server *server, zta_server_state *out, zta_error *err);

typedef struct zta_server_ref {
	zta_str name, commit;
} zta_server_ref;

typedef struct zta_server_refs {
	zta_str ledger;
	const zta_server_ref *list;
	size_t count;
} zta_server_refs;

/* The ledgers of the zone that we may read. */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_server_list(zta_server *server,
    const zta_server_refs **list, size_t *count, zta_error *err);

/* Make the ledger that the URL names. ZTA_ECONFLICT: there is one. */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_server_create(
    zta_server *server, zta_error *err);

/*
 * Refs of the ledger that the URL names, and the commit of its ref main, which
 * is checked to be what its id says; its `id` is empty if there is none yet.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_server_show(zta_server *server,
    zta_server_refs *refs, zta_ledger_commit *last, zta_error *err);

/*
 * A ledger and git. `store` is the place of a store (docs/formats/store.md),
 * `ledger` is "<zone>/<name>" in it. ZTA_ENOTFOUND: it has no commit yet.
 */

/* Make `dir` a bare git repository of the ledger. ZTA_EEXIST. */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_ledger_export(
    const char *store, const char *ledger, const char *dir, zta_error *err);

/*
 * Write `path`, a git bundle of its history; with `since` (an id, or NULL) only
 * of what is newer.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_ledger_bundle(const char *store,
    const char *ledger, const char *since, const char *path, zta_error *err);

typedef struct zta_ledger_imported {
	zta_workspace_outcome outcome;
	char head[65]; /* of the ledger afterwards */
	char culprit[65];
	zta_ledger_report *report; /* of what was refused; close it */
} zta_ledger_imported;

/*
 * Bring the ledger, which is made if need be, to what a bundle has. `signers`
 * (or NULL) as for a clone. ZTA_ECONFLICT, ZTA_EUNTRUSTED as for a pull; and
 * what is wrong with the bundle, with its place.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_ledger_import(const char *store,
    const char *ledger, const char *path, const char *signers,
    zta_ledger_imported *out, zta_error *err);

#ifdef __cplusplus
}
#endif
#endif
