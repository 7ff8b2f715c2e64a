/* SPDX-License-Identifier: Apache-2.0 */
/* serve.h - the server, as the program starts it. */
#ifndef ZTA_DAEMON_SERVE_H
#define ZTA_DAEMON_SERVE_H

#include "daemon/config.h"

/* What is served: one of the first two. */
typedef struct zta_serve {
	const char *config; /* a file */
	const char *dir;    /* a folder of policies, watched: develop.h */
	zta_config_flags flags;
} zta_serve;

/*
 * Serve until SIGTERM or SIGINT. SIGHUP loads the ledger anew. Messages go to
 * standard error. Returns the exit code.
 */
int zta_daemon__serve(const zta_serve *how);

/* Read everything that serving needs, and say what was found. The exit code. */
int zta_daemon__check(const zta_serve *how);

#endif
