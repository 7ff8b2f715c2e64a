/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client_auth.h - who we are to those that we ask about tokens.
 * SPEC: rfc6749 2.3.1, rfc7523 2.2
 */
#ifndef ZTA_IDENTITY_CLIENT_AUTH_H
#define ZTA_IDENTITY_CLIENT_AUTH_H

#include "identity/source.h"

/* A question to them; it holds secrets, which releasing wipes. */
typedef struct zta_client_form {
	zta_buf form;
	zta_buf authorization; /* empty: there is no such header */
} zta_client_form;

void zta_client_form__init(zta_client_form *out);
void zta_client_form__release(zta_client_form *form);

/* One more field, percent-encoded. */
void zta_client_form__put(
    zta_client_form *out, const char *name, zta_str value);

/*
 * Add what shows that it is `client`, which `audience` hears. ZTA_EIO,
 * ZTA_EUNAVAILABLE: the secret cannot be read, the keeper does not sign.
 */
ZTA_MUST_USE zta_status zta_client_form__show(zta_client_form *out,
    const zta_client *client, zta_str audience, const zta_outside *outside,
    zta_error *err);

#endif
