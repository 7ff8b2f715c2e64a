/* SPDX-License-Identifier: Apache-2.0 */
/*
 * remote.h - a ledger of a server, over HTTP: where its ref is, what is new,
 * and sending what is ours. SPEC: docs/formats/sync.md, docs/design/ledger.md
 *
 * A server is not believed. What it sends goes through the same gate as
 * everything else (receive.h), and history only grows: a server that names an
 * older commit, or another line of history, is refused.
 */
#ifndef ZTA_PAP_REMOTE_H
#define ZTA_PAP_REMOTE_H

#include "crypto/ssh_allowed.h"
#include "http/client.h"
#include "pap/check.h"
#include "pap/latest.h"
#include "pap/transfer.h"
#include "trust/grants.h"

typedef struct zta_remote_options {
	/* "http://host:port/zones/<zone>/ledgers/<name>", or https. */
	const char *url;
	const zta_ssh_signer *signer; /* of requests; NULL: nobody */
	const char *ca_file;          /* NULL: the system's */
	const atomic_bool *stop;      /* ends requests; NULL: nothing does */
} zta_remote_options;

/* For one thread at a time. */
typedef struct zta_remote {
	zta_remote_options options;
	zta_str base; /* what paths are appended to: the URL, or its root */
	zta_str host, path; /* of it */
	zta_http_client *client;
	zta_arena arena; /* of one exchange after another */
} zta_remote;

/* Zone and name in the URL, of which they are part. ZTA_EINVAL: it has none. */
ZTA_MUST_USE zta_status zta_remote__parse(
    const char *url, zta_str *zone, zta_str *name, zta_error *err);

/*
 * ZTA_EINVAL: that is no URL of a ledger. What `options` refer to outlives it.
 * Release it with zta_remote__close(), also after an error.
 */
ZTA_MUST_USE zta_status zta_remote__open(
    zta_remote *remote, const zta_remote_options *options, zta_error *err);
void zta_remote__close(zta_remote *remote);

/*
 * The same for all of a server: paths begin at its root. The URL is that of a
 * zone, http[s]://host/zones/<zone>, or of a ledger; `name` is empty or it.
 */
ZTA_MUST_USE zta_status zta_remote__open_server(zta_remote *remote,
    const zta_remote_options *options, zta_str *zone, zta_str *name,
    zta_error *err);

/* The same for a log that is sent there: http[s]://host/zones/<zone>/logs/<name>. */
ZTA_MUST_USE zta_status zta_remote__open_log(
    zta_remote *remote, const zta_remote_options *options, zta_error *err);

/*
 * The calls below return ZTA_EUNAVAILABLE if the server cannot be reached, or
 * cannot do it now; ZTA_EUNTRUSTED if it does not let us; ZTA_ENOTFOUND if it
 * has no such ledger; ZTA_EINVALID if it makes no sense.
 */

typedef struct zta_remote_state {
	zta_oid head;      /* where the ref is; none: nowhere yet */
	uint64_t sequence; /* a number for `after` */
} zta_remote_state;

/*
 * Ask where the ref is. With `wait_ms` the server answers when there has been a
 * change since `after`, or when the time is over.
 */
ZTA_MUST_USE zta_status zta_remote__look(zta_remote *remote, zta_str ref,
    uint64_t after, uint32_t wait_ms, zta_remote_state *out, zta_error *err);

/* Lines of what the zone there knows of grants; in the remote's arena. */
typedef struct zta_remote_grants {
	uint64_t start; /* where they begin in its file: as asked, or 0 */
	uint64_t end;   /* where that ends */
	zta_str lines;
} zta_remote_grants;

/*
 * Ask for what comes after `from`; the server waits so long for it.
 * SPEC: docs/formats/sync.md
 */
ZTA_MUST_USE zta_status zta_remote__grants(zta_remote *remote,
    const zta_grants_position *from, uint32_t wait_ms, zta_remote_grants *out,
    zta_error *err);

/*
 * Ask for the list of revocations there; the server waits so long for another
 * one than the caller has, by its digest (NULL: none). Empty: there is no other.
 */
ZTA_MUST_USE zta_status zta_remote__revocations(zta_remote *remote,
    const unsigned char *have, uint32_t wait_ms, zta_str *out, zta_error *err);

/* How many entries of our log does it have? SPEC: docs/formats/ship.md */
ZTA_MUST_USE zta_status zta_remote__log_size(
    zta_remote *remote, uint64_t *size, zta_error *err);
/* Send a batch of them; it then has `*size`. ZTA_ECONFLICT: they do not fit. */
ZTA_MUST_USE zta_status zta_remote__log_send(
    zta_remote *remote, zta_str batch, uint64_t *size, zta_error *err);

typedef enum zta_remote_outcome {
	ZTA_REMOTE_SAME,    /* both are at the same commit */
	ZTA_REMOTE_MOVED,   /* something was fetched, or sent */
	ZTA_REMOTE_AHEAD,   /* we have all of it, and more */
	ZTA_REMOTE_REFUSED, /* by the gate; see the findings */
} zta_remote_outcome;

typedef struct zta_remote_pull {
	const zta_ledger *ledger; /* ours */
	zta_str ref;
	/* Who may sign commits; NULL: whoever, and nobody must. */
	const zta_ssh_allowed_list *signers;
	zta_latest *latest; /* see receive.h; or NULL */
	/* Set by the call: */
	zta_remote_outcome outcome;
	zta_oid from, to; /* of our ref */
	zta_check check;  /* of what was refused; released by the caller */
	zta_oid culprit;  /* the commit that it is about */
} zta_remote_pull;

/*
 * Bring our ref to `head`, where that of the server is. It moves in steps, each
 * of which is judged, and so it is at a good commit also after an error.
 * ZTA_ECONFLICT: the other has left our line of history; ZTA_EUNTRUSTED also: a
 * commit is not signed by somebody who may.
 */
ZTA_MUST_USE zta_status zta_remote__pull(zta_remote *remote,
    const zta_oid *head, zta_remote_pull *pull, zta_error *err);

/*
 * Bring the ref of the server to ours. ZTA_ECONFLICT: it has commits that we
 * have not. ZTA_EINVALID with the place of a finding: the server's gate refused.
 */
ZTA_MUST_USE zta_status zta_remote__push(zta_remote *remote,
    const zta_ledger *ledger, zta_str ref, zta_remote_outcome *outcome,
    zta_error *err);

#endif
