/* SPDX-License-Identifier: Apache-2.0 */
/* presented.h - what stands around the credentials of a call. */
#ifndef ZTA_API_PRESENTED_H
#define ZTA_API_PRESENTED_H

#include "http/http.h"
#include "identity/presented.h"

/* They refer to the call. No memory: they are absent. */
void zta_api__circumstances(zta_http_call *call, zta_circumstances *out);

#endif
