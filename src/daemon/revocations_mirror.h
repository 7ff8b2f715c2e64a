/* SPDX-License-Identifier: Apache-2.0 */
/*
 * revocations_mirror.h - put into our list of revocations what the server has in
 * its own that is followed. SPEC: docs/formats/sync.md
 */
#ifndef ZTA_DAEMON_REVOCATIONS_MIRROR_H
#define ZTA_DAEMON_REVOCATIONS_MIRROR_H

#include "daemon/asking.h"
#include "daemon/mirror.h"

typedef struct zta_revocations_mirror {
	const char *path; /* of ours; NULL: there is nothing to do */
	zta_remote remote;
	bool has_seen;
	unsigned char seen[ZTA_SHA256_LEN]; /* digest of their list */
	zta_asking asking;
} zta_revocations_mirror;

/*
 * Nothing is done unless `mirror` follows a server and our configuration has a
 * list. `mirror` outlives it. Release it with zta_revocations_mirror__close()
 * either way.
 */
ZTA_MUST_USE zta_status zta_revocations_mirror__open(
    zta_revocations_mirror *m, const zta_mirror *mirror, zta_error *err);
ZTA_MUST_USE zta_status zta_revocations_mirror__start(
    zta_revocations_mirror *m, zta_error *err);

/* End the thread. */
void zta_revocations_mirror__stop(zta_revocations_mirror *m);
void zta_revocations_mirror__close(zta_revocations_mirror *m);

#endif
