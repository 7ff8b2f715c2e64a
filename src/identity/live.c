/* SPDX-License-Identifier: Apache-2.0 */
/* live.c - see live.h. */
#include "identity/live.h"

zta_status
zta_live__open(zta_live *live, const zta_live_files *files, zta_error *err)
{
	zta_status status;

	*live = (zta_live){ 0 };
	zta_dpop_nonces__init(&live->nonces);
	status = zta_replay__open(&live->proofs, err);
	if (status == ZTA_OK && files->api_keys != NULL) {
		status = zta_api_keys__open(
		    &live->api_keys, files->api_keys, files->tell, err);
	}
	return status;
}

void
zta_live__close(zta_live *live)
{
	zta_replay__close(live->proofs);
	zta_api_keys__close(live->api_keys);
	*live = (zta_live){ 0 };
}
