/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ztauth/revocation.h - take credentials back before their end.
 *
 * A list is a file that servers follow: what is put into it holds from their
 * next request on, and until its own end. The format is in
 * docs/formats/revocations.md.
 *
 * What this does not do: it does not reach tokens that were issued on a
 * credential before; those live for five minutes at most.
 */
#ifndef ZTAUTH_REVOCATION_H
#define ZTAUTH_REVOCATION_H

#include "ztauth/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What is taken back: one of the three; the others are empty. */
typedef struct zta_revocation {
	zta_str issuer, jti; /* a credential of an issuer */
	zta_str digest;      /* SHA-256 of one, 64 digits */
	zta_str type, id;    /* all of a principal */
	int64_t before_s;    /* of those, what was issued before; 0: any */
	int64_t until_s;     /* since 1970 */
	zta_str note;        /* for the reader; may be empty */
} zta_revocation;

/*
 * Put `what` (NULL: nothing more) into the list `path` at `now` (ms), which is
 * made if there is none; lines that have ended leave it. ZTA_EINVAL: `what`
 * makes no sense. ZTA_EINVALID: the file is damaged. ZTA_ELIMIT, ZTA_EIO.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_revoke(
    const char *path, const zta_revocation *what, int64_t now, zta_error *err);

#ifdef __cplusplus
}
#endif
#endif
