/* SPDX-License-Identifier: Apache-2.0 */
/*
 * follow.h - the snapshot that decisions are made under, and who renews it.
 *
 * It comes from a directory, or from the commit that the ref `main` of the
 * zone's ledger names in a store. With a store one thread waits for changes of
 * it: it tells whoever waits too, then builds the new snapshot and puts it in
 * force. A folder that is developed in is watched in the same way. What does
 * not load is said, and changes nothing.
 */
#ifndef ZTA_DAEMON_FOLLOW_H
#define ZTA_DAEMON_FOLLOW_H

#include "api/service.h"
#include "daemon/chronicle.h"
#include "daemon/config.h"
#include "daemon/watch.h"
#include "pap/latest.h"
#include "store/store.h"

typedef struct zta_follower {
	const zta_config *config;
	zta_service *service;
	zta_chronicle *chronicle; /* hears first of what goes in force */
	zta_ledgers *ledgers;     /* to be told of changes; NULL: nobody */
	zta_store *store;         /* NULL: a directory */
	zta_str ledger;           /* "<zone>/<name>" */
	zta_latest *latest;       /* of all ledgers, for whoever changes them */
	uint64_t seen;            /* the change that was looked at last */
	const char *folder;       /* that is developed in; NULL: none */
	zta_watch *watch;         /* of it */
	atomic_bool reload, stop;
	bool started;
	pthread_t thread;
} zta_follower;

/*
 * Open the store, if there is one, and put the first snapshot in force; none if
 * the ref does not exist yet, or `folder` (NULL: there is none to develop in)
 * is not valid. Release it with zta_follower__close().
 */
ZTA_MUST_USE zta_status zta_follower__open(zta_follower *f,
    const zta_config *config, const char *folder, zta_service *service,
    zta_arena *arena, zta_error *err);

/* Begin to follow the store, or the folder. */
ZTA_MUST_USE zta_status zta_follower__start(zta_follower *f, zta_error *err);

/* Load anew, also if the commit is the same: key files may have changed. */
void zta_follower__reload(zta_follower *f);

/* End the thread. */
void zta_follower__stop(zta_follower *f);

/* Close the store, which nobody else uses any more. */
void zta_follower__close(zta_follower *f);

#endif
