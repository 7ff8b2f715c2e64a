/* SPDX-License-Identifier: Apache-2.0 */
/* kind.c - see kind.h. */
#include "identity/kind.h"

/* An issuer that is listed comes before a trust domain; a WIT is no JWT-SVID. */
const zta_kind *const zta_kind__all[] = {
	&zta_kind__jwt,
	&zta_kind__saml,
	&zta_kind__oidc,
	&zta_kind__wimse,
	&zta_kind__spiffe,
	&zta_kind__api_key,
	&zta_kind__introspection,
	NULL,
};
