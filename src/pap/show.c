/* SPDX-License-Identifier: Apache-2.0 */
/* show.c - see show.h. */
#include "pap/show.h"

#include "base/error.h"
#include "base/str.h"
#include "ledger/commit_sign.h"

zta_status
zta_show__id(zta_arena *arena, const zta_oid *oid, zta_str *out, zta_error *err)
{
	char hex[ZTA_OID_HEX_MAX] = "";

	if (!zta_oid__is_none(oid)) {
		zta_oid__hex(oid, hex);
	}
	*out = zta_arena__copy(arena, zta_str_of(hex));
	return out->ptr != NULL ? ZTA_OK : zta_arena__failed(arena, err);
}

static zta_status
show_signer(zta_arena *arena, const zta_commit *commit, zta_ledger_commit *out,
    zta_error *err)
{
	char fingerprint[ZTA_KEY_FINGERPRINT_MAX];
	zta_ssh_key key;
	zta_status status;

	out->key = ZTA_STR("");
	if (commit->signature.len == 0) {
		return ZTA_OK;
	}
	status = zta_commit__signed_by(commit, &key, err);
	if (status == ZTA_ENOMEM) {
		return status;
	}
	out->bad_signature = status != ZTA_OK;
	if (out->bad_signature) {
		return ZTA_OK;
	}
	zta_ssh_key__fingerprint(&key, fingerprint);
	out->key = zta_arena__copy(arena, zta_str_of(fingerprint));
	return out->key.ptr != NULL ? ZTA_OK : zta_arena__failed(arena, err);
}

zta_status
zta_show__commit(zta_arena *arena, const zta_oid *oid, const zta_commit *commit,
    zta_ledger_commit *out, zta_error *err)
{
	zta_status status;

	*out = (zta_ledger_commit){ .parent = ZTA_STR(""),
		.author = commit->author.name,
		.email = commit->author.email,
		.time_s = commit->author.time_s,
		.message = commit->message };
	status = zta_show__id(arena, oid, &out->id, err);
	if (status == ZTA_OK) {
		status = zta_show__id(arena, &commit->tree, &out->tree, err);
	}
	if (status == ZTA_OK && commit->has_parent) {
		status =
		    zta_show__id(arena, &commit->parent, &out->parent, err);
	}
	return status != ZTA_OK ? status : show_signer(arena, commit, out, err);
}
