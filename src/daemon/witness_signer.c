/* SPDX-License-Identifier: Apache-2.0 */
/* witness_signer.c - see witness_signer.h. */
#include "daemon/witness_signer.h"

#include "base/error.h"
#include "base/str.h"
#include "base/time.h"
#include "daemon/hoard.h"
#include "log/cosignature.h"

zta_status
zta_witness_signer__open(
    zta_witness_signer *out, const zta_witness_files *files, zta_error *err)
{
	zta_status status;

	*out = (zta_witness_signer){ 0 };
	zta_arena__init(&out->arena, SIZE_MAX);
	if (files->key == NULL) {
		return ZTA_OK;
	}
	status =
	    zta_hoard__read_private(&out->key, files->key, ZTA_ALG_EDDSA, err);
	if (status == ZTA_OK) {
		status = zta_cosigner__of(
		    &out->name, zta_str_of(files->name), out->key, err);
	}
	if (status == ZTA_OK) {
		status = zta_log_policy__load(
		    &out->arena, files->logs, &out->logs, err);
	}
	return status != ZTA_OK ?
	    status :
	    zta_cosigned__load(&out->known, &out->logs, files->dir, err);
}

void
zta_witness_signer__close(zta_witness_signer *signer)
{
	zta_key_close(signer->key);
	zta_arena__release(&signer->arena);
	signer->key = NULL;
}

zta_status
zta_witness_signer__sign(
    zta_witness_signer *signer, zta_str body, zta_buf *line, zta_error *err)
{
	zta_cosign_call call;
	zta_cosign_case what;
	zta_status status = zta_cosign_call__read(body, &call, err);

	if (status != ZTA_OK) {
		return status;
	}
	if (signer->key == NULL ||
	    zta_cosigned__judge(&signer->known, &call, &what) !=
		ZTA_COSIGN_GOOD) {
		return zta_error__set(err, ZTA_EINVALID,
		    "it does not go on from what was cosigned");
	}
	status = zta_cosignature__put(line, what.text, &signer->name,
	    signer->key, zta_time__now_ms() / 1000, err);
	if (status == ZTA_OK) {
		signer->known.last[what.log] = what.head;
	}
	return status;
}
