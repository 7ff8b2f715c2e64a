/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ztauth/pdp.h - decisions.
 *
 * A decision is never a status: a call that fails has decided nothing, and
 * what decided nothing denies.
 */
#ifndef ZTAUTH_PDP_H
#define ZTAUTH_PDP_H

#include "ztauth/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Zeroed memory denies. */
typedef enum zta_effect { ZTA_DENY = 0, ZTA_ALLOW = 1 } zta_effect;

#ifdef __cplusplus
}
#endif
#endif
