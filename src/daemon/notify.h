/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notify.h - tell who started the server how far it is, if they want to know.
 * SPEC: sd_notify(3)
 */
#ifndef ZTA_DAEMON_NOTIFY_H
#define ZTA_DAEMON_NOTIFY_H

#include "ztauth/base.h"

/* A socket to where $NOTIFY_SOCKET says; -1: nobody asked, or it is not there. */
int zta_notify__open(void);
void zta_notify__close(int fd);

/* All are for those who asked, and do nothing for others. */
void zta_notify__ready(int fd);
/* Until zta_notify__ready(). */
void zta_notify__reloading(int fd);
void zta_notify__stopping(int fd);

#endif
