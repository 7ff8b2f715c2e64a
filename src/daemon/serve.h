/* SPDX-License-Identifier: Apache-2.0 */
/* serve.h - the server, as the program starts it. */
#ifndef ZTA_DAEMON_SERVE_H
#define ZTA_DAEMON_SERVE_H

#include "ztauth/base.h"

/*
 * Serve under the configuration in `path` until SIGTERM or SIGINT. SIGHUP loads
 * the ledger anew. Messages go to standard error. Returns the exit code.
 */
int zta_daemon__serve(const char *path);

/* Read everything that serving needs, and say what was found. The exit code. */
int zta_daemon__check(const char *path);

#endif
