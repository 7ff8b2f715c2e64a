/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config.h - ztauth.conf: one `key value` a line, # begins a comment. Unknown
 * keys are errors. docs/man/ztauth.conf.5
 */
#ifndef ZTA_DAEMON_CONFIG_H
#define ZTA_DAEMON_CONFIG_H

#include "base/arena.h"
#include "base/limits.h"
#include "crypto/tls.h"
#include "daemon/config_export.h"

typedef struct zta_config {
	const char *zone, *trust_domain;   /* needed */
	const char *log_dir, *signing_key; /* needed */
	/* Files that may be absent; NULL: there are none. */
	const char *signing_key_next, *signing_key_previous;
	/* One of the first three; data_dir becomes a store. */
	const char *ledger_dir, *data_dir, *store;
	const char *ledger;      /* name; default "main" */
	const char *server_name; /* NULL: loopback addresses alone */
	const char *public_url;  /* NULL: http and one of those names */
	/* A ledger of another server, whose commits `signers` may sign, asked for
	 * with the key of `follow_key`; NULL: ours is its own. */
	const char *follow, *signers, *follow_key;
	/* How long what was heard of grants counts, in seconds. */
	uint32_t follow_max_age_s;
	const char *log_key; /* NULL: the log has no checkpoints */
	/* Who cosigns the log, a policy; NULL: nobody is asked. */
	const char *log_policy;
	bool quorum_required; /* else checkpoints do without */
	/* All or none: the key of a witness, the logs that it knows, a policy, and
	 * where it keeps what it saw. */
	const char *witness_key, *witness_logs, *witness_dir;
	uint32_t log_keep_days;    /* 0: for ever */
	const char *ship_to;       /* where the log is sent; NULL: nowhere */
	const char *collect;       /* folder of logs of others; NULL: none */
	bool serve_entries;        /* hand out what the log says, by HTTP */
	bool record_requests;      /* keep them, beside the log */
	bool sandbox;              /* default: yes */
	const char *issuer;        /* default ztauth://<domain>/<zone> */
	const char *jwks_dir;      /* NULL: sources name no key files */
	const char *fetch_allow;   /* origins that sources may have asked */
	const char *fetch_ca_file; /* NULL: the system's */
	const char *secrets_dir;   /* NULL: sources name no secrets */
	const char *client_key;    /* NULL: none signs client assertions */
	/* Both or none: PEM of the certificate with who signed it, and its key. */
	const char *tls_cert, *tls_key;
	const char *tls_client_ca; /* NULL: bundles of the sources */
	zta_tls_client tls_client; /* default: no certificate is asked for */
	/* Files; NULL: none. */
	const char *api_keys, *revocations, *delegations;
	uint32_t seal_lifetime_max; /* seconds; default: a day */
	const char *host;           /* of `listen` */
	uint16_t port;
	const char *metrics_host; /* of `metrics`; NULL: there are none */
	uint16_t metrics_port;
	uint32_t workers; /* default: one a core */
	/* Of the server; of one peer, requests in a second. 0: any number. */
	uint32_t connections_max, peer_connections_max, peer_requests_max;
	zta_config_export exports[ZTA_LOG_READERS_MAX];
	uint32_t export_count;
	uint32_t export_lag_max; /* records; 0: any number */
	const char *mask_key;    /* NULL: what would be hashed is removed */
} zta_config;

/* What the command line says instead of the file; NULL: nothing. */
typedef struct zta_config_flags {
	const char *listen, *follow, *signers;
} zta_config_flags;

/*
 * Read the file; texts are in `arena`. Relative paths are taken from the
 * directory of the file, those of flags from where we are. Errors name file,
 * line and column, or the flag.
 */
ZTA_MUST_USE zta_status zta_config__read(zta_config *out, zta_arena *arena,
    const char *path, const zta_config_flags *flags, zta_error *err);

#endif
