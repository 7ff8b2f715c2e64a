/* SPDX-License-Identifier: Apache-2.0 */
/* live.c - see live.h. */
#include "identity/live.h"

#include "identity/revocations.h"

zta_status
zta_live__open(zta_live *live, const zta_live_files *files, zta_error *err)
{
	zta_status status;

	*live = (zta_live){ 0 };
	zta_dpop_nonces__init(&live->nonces);
	status = zta_used__open(&live->used, err);
	if (status == ZTA_OK) {
		status = zta_known__open(&live->known, err);
	}
	live->has_api_keys = files->api_keys != NULL;
	if (status == ZTA_OK && live->has_api_keys) {
		status = zta_followed__open(&live->api_keys,
		    &zta_api_keys__class, files->api_keys, files->tell, err);
	}
	live->has_revocations = files->revocations != NULL;
	if (status == ZTA_OK && live->has_revocations) {
		status = zta_followed__open(&live->revocations,
		    &zta_revocations__class, files->revocations, files->tell,
		    err);
	}
	return status;
}

void
zta_live__close(zta_live *live)
{
	zta_used__close(live->used);
	zta_known__close(live->known);
	zta_followed__close(&live->api_keys);
	zta_followed__close(&live->revocations);
	*live = (zta_live){ 0 };
}
