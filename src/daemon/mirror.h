/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mirror.h - keep the ledger of a store at the commit that another server has.
 *
 * A thread waits for changes there, fetches what is new, has it judged as a
 * push to us would be, and moves our ref; follow.h sees that and puts it in
 * force. Through any outage, and whatever the other server says, the last good
 * commit stays. SPEC: docs/design/ledger.md
 */
#ifndef ZTA_DAEMON_MIRROR_H
#define ZTA_DAEMON_MIRROR_H

#include "api/service.h"
#include "daemon/asking.h"
#include "daemon/config.h"
#include "daemon/follow.h"
#include "pap/remote.h"

typedef struct zta_mirror {
	const zta_config *config;
	zta_service *service; /* is told when we heard from it */
	zta_ledger ledger;    /* ours */
	zta_latest *latest;   /* the follower's */
	zta_key *key;         /* that signs requests; NULL: none does */
	zta_ssh_signer signer;
	zta_remote remote;
	zta_remote_state state; /* where it was last */
	zta_asking asking;
} zta_mirror;

/*
 * Read the key and the list of signers, and make the ledger, if there is
 * something to follow. Release it with zta_mirror__close() either way.
 */
ZTA_MUST_USE zta_status zta_mirror__open(zta_mirror *m,
    const zta_config *config, zta_service *service,
    const zta_follower *follower, zta_error *err);
ZTA_MUST_USE zta_status zta_mirror__start(zta_mirror *m, zta_error *err);

/* End the thread. */
void zta_mirror__stop(zta_mirror *m);
void zta_mirror__close(zta_mirror *m);

#endif
