/* SPDX-License-Identifier: Apache-2.0 */
/* outside.h - the way out to identity providers, and where it may lead. */
#ifndef ZTA_API_OUTSIDE_H
#define ZTA_API_OUTSIDE_H

#include "base/url.h"
#include "http/client.h"
#include "identity/need.h"

/* Origins that may be asked. */
typedef struct zta_outside_rules {
	zta_arena arena;
	zta_url *list;
	uint32_t count;
} zta_outside_rules;

/*
 * Read origins with spaces between them, each https:// or of this machine.
 * NULL: none. ZTA_EINVAL. Release them either way.
 */
ZTA_MUST_USE zta_status zta_outside_rules__read(
    zta_outside_rules *out, const char *text, zta_error *err);
void zta_outside_rules__release(zta_outside_rules *rules);

/* May this URL be asked? */
bool zta_outside_rules__allow(const zta_outside_rules *rules, zta_str url);

/* Of one thread. */
typedef struct zta_way_out {
	const zta_outside_rules *rules;
	zta_http_client *client;
} zta_way_out;

/* As zta_outside.ask; `context` is a zta_way_out. */
ZTA_MUST_USE zta_status zta_way_out__ask(void *context, zta_arena *arena,
    const zta_outside_request *request, zta_outside_answer *out,
    zta_error *err);

#endif
