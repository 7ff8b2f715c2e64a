/* SPDX-License-Identifier: Apache-2.0 */
/* live.c - see live.h. */
#include "identity/live.h"

zta_status
zta_live__open(zta_live *live, zta_error *err)
{
	*live = (zta_live){ 0 };
	zta_dpop_nonces__init(&live->nonces);
	return zta_replay__open(&live->proofs, err);
}

void
zta_live__close(zta_live *live)
{
	zta_replay__close(live->proofs);
	*live = (zta_live){ 0 };
}
