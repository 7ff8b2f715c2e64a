/* SPDX-License-Identifier: Apache-2.0 */
/* init.h - make the store of a server: `ztauth init --server`. */
#ifndef ZTA_DAEMON_INIT_H
#define ZTA_DAEMON_INIT_H

#include "ztauth/base.h"

typedef struct zta_init {
	const char *data;  /* directory; made if need be. NULL: `store` */
	const char *store; /* URI of a database */
	const char *zone;  /* 12 digits */
	const char
	    *key; /* the administrator's SSH key: a file, as for commits */
	const char *agent;  /* socket of ssh-agent; NULL: there is none */
	const char *domain; /* trust domain, for what is printed */
	const char *ledger; /* directory of the first commit; NULL: none yet */
} zta_init;

/*
 * Make the store with the ledgers `admin`, whose first commit is signed with
 * the key and lets it do everything, and `main`. Prints a configuration and
 * the next steps; messages go to standard error. Returns the exit code.
 */
int zta_daemon__init(const zta_init *init);

#endif
