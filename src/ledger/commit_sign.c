/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commit_sign.c - see commit_sign.h. Since a commit has one encoding, what is
 * signed is the encoding of the commit without its signature.
 */
#include "ledger/commit_sign.h"

#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"

static zta_status
put_payload(const zta_commit *commit, zta_buf *out, zta_error *err)
{
	zta_commit unsigned_one = *commit;

	unsigned_one.signature = ZTA_STR("");
	return zta_commit__encode(&unsigned_one, out, err);
}

/* The armor as a header has it: a space before each further line. */
static void
fold(zta_str armor, zta_buf *out)
{
	zta_str line;
	bool first = true;

	armor.len -= zta_str__ends(armor, ZTA_STR("\n"));
	while (zta_str__next(&armor, '\n', &line)) {
		zta_buf__text(out, first ? "" : "\n ");
		zta_buf__put(out, line);
		first = false;
	}
}

/* The other way. */
static void
unfold(zta_str header, zta_buf *out)
{
	zta_str line;
	size_t space;

	while (zta_str__next(&header, '\n', &line)) {
		space = zta_str__starts(line, ZTA_STR(" "));
		zta_buf__put(
		    out, (zta_str){ line.ptr + space, line.len - space });
		zta_buf__byte(out, '\n');
	}
}

zta_status
zta_commit__sign(zta_arena *arena, zta_commit *commit,
    const zta_ssh_signer *signer, zta_error *err)
{
	zta_buf payload, armor, header;
	zta_status status;

	zta_buf__init(&payload, SIZE_MAX);
	zta_buf__init(&armor, ZTA_SSH_ARMOR_MAX);
	zta_buf__init(&header, ZTA_COMMIT_MAX);
	status = put_payload(commit, &payload, err);
	if (status == ZTA_OK) {
		status = zta_ssh_sig__make(
		    signer, ZTA_SSH_GIT, zta_buf__str(&payload), &armor, err);
	}
	if (status == ZTA_OK) {
		fold(zta_buf__str(&armor), &header);
		commit->signature =
		    zta_arena__copy(arena, zta_buf__str(&header));
		if (header.status != ZTA_OK || commit->signature.ptr == NULL) {
			status = zta_error__nomem(err);
		}
	}
	if (status != ZTA_OK) {
		commit->signature = ZTA_STR("");
	}
	zta_buf__release(&payload);
	zta_buf__release(&armor);
	zta_buf__release(&header);
	return status;
}

static zta_status
not_signed(zta_error *err)
{
	zta_status status =
	    zta_error__set(err, ZTA_EUNTRUSTED, "the commit is not signed");

	zta_error__place(err, "commit");
	return status;
}

zta_status
zta_commit__signed_by(
    const zta_commit *commit, zta_ssh_key *who, zta_error *err)
{
	zta_buf payload, armor;
	zta_ssh_sig sig;
	zta_status status;

	if (commit->signature.len == 0) {
		return not_signed(err);
	}
	zta_buf__init(&payload, SIZE_MAX);
	zta_buf__init(&armor, SIZE_MAX);
	unfold(commit->signature, &armor);
	status = put_payload(commit, &payload, err);
	if (status == ZTA_OK && armor.status != ZTA_OK) {
		status = zta_error__nomem(err);
	}
	if (status == ZTA_OK) {
		status = zta_ssh_sig__read(zta_buf__str(&armor), &sig, err);
	}
	if (status == ZTA_OK &&
	    !zta_ssh_sig__verify(&sig, ZTA_SSH_GIT, zta_buf__str(&payload))) {
		status = zta_error__set(err, ZTA_EUNTRUSTED,
		    "the signature is not one of this commit");
	}
	if (status == ZTA_OK) {
		*who = sig.key;
	} else {
		zta_error__place(err, "commit gpgsig-sha256");
	}
	zta_buf__release(&payload);
	zta_buf__release(&armor);
	return status;
}

zta_status
zta_commit__signature(
    const zta_commit *commit, zta_ssh_sig *out, zta_error *err)
{
	zta_buf armor;
	zta_status status;

	zta_buf__init(&armor, SIZE_MAX);
	unfold(commit->signature, &armor);
	status = armor.status == ZTA_OK ?
	    zta_ssh_sig__read(zta_buf__str(&armor), out, err) :
	    zta_error__nomem(err);
	zta_buf__release(&armor);
	return status;
}

zta_status
zta_commit__verify(const zta_commit *commit, const zta_ssh_allowed_list *list,
    int64_t now_s, const zta_ssh_allowed **who, zta_error *err)
{
	zta_buf payload, armor;
	zta_status status;

	*who = NULL;
	if (commit->signature.len == 0) {
		return not_signed(err);
	}
	zta_buf__init(&payload, SIZE_MAX);
	zta_buf__init(&armor, SIZE_MAX);
	status = put_payload(commit, &payload, err);
	if (status == ZTA_OK) {
		unfold(commit->signature, &armor);
		status = armor.status == ZTA_OK ?
		    zta_ssh_allowed__judge(list, ZTA_SSH_GIT,
			zta_buf__str(&payload), zta_buf__str(&armor), now_s,
			who, err) :
		    zta_error__nomem(err);
	}
	if (status != ZTA_OK) {
		zta_error__place(err, "commit gpgsig-sha256");
	}
	zta_buf__release(&payload);
	zta_buf__release(&armor);
	return status;
}
