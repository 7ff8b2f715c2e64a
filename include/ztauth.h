/* SPDX-License-Identifier: Apache-2.0 */
/* ztauth.h - the whole public API of libztauth. */
#ifndef ZTAUTH_H
#define ZTAUTH_H

#include "ztauth/api_key.h"
#include "ztauth/base.h"
#include "ztauth/cedar.h"
#include "ztauth/delegation.h"
#include "ztauth/export.h"
#include "ztauth/grant.h"
#include "ztauth/key.h"
#include "ztauth/ledger.h"
#include "ztauth/log.h"
#include "ztauth/pdp.h"
#include "ztauth/pep.h"
#include "ztauth/receipt.h"
#include "ztauth/revocation.h"
#include "ztauth/sync.h"
#include "ztauth/token.h"
#include "ztauth/trust.h"
#include "ztauth/why.h"
#include "ztauth/witness.h"

#endif
