/* SPDX-License-Identifier: Apache-2.0 */
/* host.h - is a Host header a name of this server? */
#ifndef ZTA_API_HOST_H
#define ZTA_API_HOST_H

#include "ztauth/base.h"

/*
 * `server_name`, if there is one, or a loopback address. The port is not looked
 * at: there may be another one before ours.
 */
bool zta_host__is_ours(zta_str host, const char *server_name);

#endif
