/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grants_mirror.h - keep the grants of a zone as the server has them that is
 * followed: a thread asks it for more, and what comes is in force before it is
 * written. SPEC: docs/formats/sync.md
 */
#ifndef ZTA_DAEMON_GRANTS_MIRROR_H
#define ZTA_DAEMON_GRANTS_MIRROR_H

#include "daemon/asking.h"
#include "daemon/mirror.h"

typedef struct zta_grants_mirror {
	zta_followed *grants; /* ours; NULL: there is nothing to do */
	zta_remote remote;
	/* Another file than ours, as far as it has come. */
	zta_file_draft draft;
	zta_grants_position drafted;
	int64_t refused_until; /* a whole file was, and why; monotonic ms */
	zta_error refused;
	zta_asking asking;
} zta_grants_mirror;

/*
 * Nothing is done unless `mirror` follows a server and `grants` is not NULL.
 * Both outlive it. Release it with zta_grants_mirror__close() either way.
 */
ZTA_MUST_USE zta_status zta_grants_mirror__open(zta_grants_mirror *m,
    const zta_mirror *mirror, zta_followed *grants, zta_error *err);
ZTA_MUST_USE zta_status zta_grants_mirror__start(
    zta_grants_mirror *m, zta_error *err);

/* End the thread. */
void zta_grants_mirror__stop(zta_grants_mirror *m);
void zta_grants_mirror__close(zta_grants_mirror *m);

#endif
