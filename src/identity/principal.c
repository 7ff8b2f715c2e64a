/* SPDX-License-Identifier: Apache-2.0 */
/* principal.c - see principal.h. */
#include "identity/principal.h"

const char *
zta_principal__kind_name(zta_principal_kind kind)
{
	return kind == ZTA_PRINCIPAL_WORKLOAD ? "workload" : "human";
}

const char *
zta_proof__name(zta_proof proof)
{
	static const char *const names[] = { "bearer", "mtls", "dpop", "wpt" };

	return names[proof];
}
