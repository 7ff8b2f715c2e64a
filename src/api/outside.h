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

/* Sign the payload of a client assertion. ZTA_EUNAVAILABLE. */
typedef zta_status zta_client_signer(
    void *channel, zta_str payload, zta_buf *token, zta_error *err);

/* Of one thread. */
typedef struct zta_way_out {
	const zta_outside_rules *rules;
	const char *secrets; /* where secrets are; NULL: nowhere */
	zta_client_signer *sign;
	void *channel; /* to the keeper */
	zta_http_client *client;
} zta_way_out;

/* The whole of it; `way` is its context. */
zta_outside zta_way_out__outside(zta_way_out *way);

#endif
