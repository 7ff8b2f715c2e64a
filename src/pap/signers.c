/* SPDX-License-Identifier: Apache-2.0 */
/* signers.c - see signers.h. */
#include "pap/signers.h"

#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"

zta_status
zta_signers__read(zta_arena *arena, const char *path, zta_ssh_allowed_list *out,
    zta_error *err)
{
	zta_str text;
	zta_status status =
	    zta_file__read(arena, path, ZTA_SSH_ALLOWED_TEXT_MAX, &text, err);

	if (status == ZTA_OK) {
		status = zta_ssh_allowed__read(arena, text, out, err);
		zta_error__place(status == ZTA_OK ? NULL : err, "%s", path);
	}
	return status;
}

zta_status
zta_signers__may(void *context, const zta_ssh_key *key, zta_error *err)
{
	const zta_signers *signers = context;

	if (signers->list == NULL) {
		return ZTA_OK;
	}
	return key != NULL ?
	    zta_ssh_allowed__may(
		signers->list, ZTA_SSH_GIT, key, signers->now / 1000, err) :
	    zta_error__set(err, ZTA_EUNTRUSTED, "a commit is not signed");
}
