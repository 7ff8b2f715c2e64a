/* SPDX-License-Identifier: Apache-2.0 */
/* log_signer.c - see log_signer.h. */
#include "daemon/log_signer.h"

#include "base/error.h"
#include "base/str.h"
#include "daemon/hoard.h"
#include "log/consistency.h"

zta_status
zta_log_signer__open(
    zta_log_signer *out, const zta_log_signer_files *files, zta_error *err)
{
	zta_status status;

	*out = (zta_log_signer){ 0 };
	if (files->key == NULL) {
		return ZTA_OK;
	}
	status =
	    zta_hoard__read_private(&out->key, files->key, ZTA_ALG_EDDSA, err);
	if (status == ZTA_OK) {
		status = zta_note_key__of(
		    &out->name, zta_str_of(files->origin), out->key, err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	status =
	    zta_checkpoint__load(files->dir, &out->name, &out->last, NULL, err);
	return status == ZTA_ENOTFOUND ? ZTA_OK : status;
}

void
zta_log_signer__close(zta_log_signer *signer)
{
	zta_key_close(signer->key);
	*signer = (zta_log_signer){ 0 };
}

zta_status
zta_log_signer__sign(zta_log_signer *signer, zta_str text,
    const zta_merkle_path *proof, zta_buf *note, zta_error *err)
{
	zta_log_head head;
	zta_status status;

	if (signer->key == NULL) {
		return zta_error__set(
		    err, ZTA_EINVALID, "there is no key of the log");
	}
	status = zta_checkpoint__read(
	    text, zta_str_of(signer->name.name), &head, err);
	/* SPEC: rfc6962 2.1.2: a tree that is larger alone need not go on. */
	if (status == ZTA_OK &&
	    (head.size == 0 ||
		!zta_consistency__holds(&signer->last, &head, proof))) {
		status = zta_error__set(err, ZTA_ECONFLICT,
		    "the checkpoint takes back what was signed");
	}
	if (status == ZTA_OK) {
		status =
		    zta_note__sign(note, text, &signer->name, signer->key, err);
	}
	if (status == ZTA_OK) {
		signer->last = head;
	}
	return status;
}
