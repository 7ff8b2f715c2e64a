/* SPDX-License-Identifier: Apache-2.0 */
/* may_act.h - whom a subject's credential names as actor. SPEC: rfc8693 4.4 */
#ifndef ZTA_PDP_MAY_ACT_H
#define ZTA_PDP_MAY_ACT_H

#include "identity/principal.h"

typedef enum zta_may_act {
	ZTA_MAY_ACT_NO,        /* another one is named */
	ZTA_MAY_ACT_MALFORMED, /* not understood: nobody may */
	ZTA_MAY_ACT_YES        /* this one is named, or the claim is absent */
} zta_may_act;

/*
 * Does `may_act` of the subject, if it is there, name the actor? Each of its
 * members is a claim of the actor with this very value, and `sub` is one of
 * them. Without `iss` it is a name that the subject's issuer gives, or one that
 * is a workload's everywhere: of a trust domain.
 */
zta_may_act zta_may_act__judge(
    const zta_principal *subject, const zta_principal *actor);

#endif
