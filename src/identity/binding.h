/* SPDX-License-Identifier: Apache-2.0 */
/*
 * binding.h - the key that a credential is bound to, and whether its holder
 * presented it. SPEC: rfc7800, rfc8705 3, rfc9449 6, wimse-workload-creds 3.1
 */
#ifndef ZTA_IDENTITY_BINDING_H
#define ZTA_IDENTITY_BINDING_H

#include "identity/kind.h"

/*
 * A credential with `cnf` is taken with the proof that it asks for, and with no
 * less; one without it is taken if its source does not demand more. Sets
 * `v->out->proof`. Called last, when all else has been verified.
 */
ZTA_MUST_USE zta_status zta_binding__check(zta_verifying *v);

#endif
