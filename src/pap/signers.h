/* SPDX-License-Identifier: Apache-2.0 */
/* signers.h - who may sign commits that come from elsewhere: those of a list. */
#ifndef ZTA_PAP_SIGNERS_H
#define ZTA_PAP_SIGNERS_H

#include "base/arena.h"
#include "crypto/ssh_allowed.h"

typedef struct zta_signers {
	const zta_ssh_allowed_list *list; /* NULL: whoever, and nobody must */
	int64_t now;                      /* ms */
} zta_signers;

/* Read the list of the file `path` into `arena`. Errors have the place. */
ZTA_MUST_USE zta_status zta_signers__read(zta_arena *arena, const char *path,
    zta_ssh_allowed_list *out, zta_error *err);

/* Of a zta_received; the context is a zta_signers. */
ZTA_MUST_USE zta_status zta_signers__may(
    void *signers, const zta_ssh_key *key, zta_error *err);

#endif
