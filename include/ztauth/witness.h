/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ztauth/witness.h - look at a log from outside, as a witness does: does it go
 * on from what it showed before? docs/formats/witness.md
 */
#ifndef ZTAUTH_WITNESS_H
#define ZTAUTH_WITNESS_H

#include "ztauth/key.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct zta_log_watch {
	const char *url;      /* of a log as tiles: <url>/checkpoint */
	zta_str verifier_key; /* of the log */
	const char *dir;      /* what was seen before; made if need be */
	const zta_key *sign;  /* NULL: what is seen is not cosigned */
	zta_str name;         /* of `sign` */
} zta_log_watch;

typedef struct zta_log_seen {
	uint64_t before, now; /* entries */
	zta_str note;         /* the checkpoint; zta_str_free() frees it */
	char refused[512];    /* the file of one that was refused; "": none */
} zta_log_seen;

/*
 * Fetch the checkpoint of a log, verify it, and prove from tiles that it goes on
 * from the last one, which it replaces then; the first one is proved to be of
 * the tiles. Nothing that the log says is believed but what its key has signed.
 *
 * ZTA_ECONFLICT: it does not go on: it is smaller, or another; the last one stays,
 * and what was shown is kept beside it. ZTA_EUNTRUSTED: the key has not signed it.
 * ZTA_EINVALID: it is no checkpoint, or a file in `dir` is damaged.
 * ZTA_EUNAVAILABLE: the log does not answer. ZTA_EIO, ZTA_ENOMEM.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_log_look(
    const zta_log_watch *watch, zta_log_seen *out, zta_error *err);

#ifdef __cplusplus
}
#endif
#endif
