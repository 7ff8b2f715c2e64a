/* SPDX-License-Identifier: Apache-2.0 */
/* say.h - messages of the server to its operator, on standard error. */
#ifndef ZTA_DAEMON_SAY_H
#define ZTA_DAEMON_SAY_H

#include "ztauth/base.h"

/* A line, from any thread. */
__attribute__((format(printf, 1, 2))) void zta_daemon__say(
    const char *format, ...);

/* "<what>: <place>: <message>"; returns 1, the exit code. */
int zta_daemon__complain(const char *what, const zta_error *err);

#endif
