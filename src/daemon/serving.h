/* SPDX-License-Identifier: Apache-2.0 */
/*
 * serving.h - the parts of a server, for the files that start it (serve.c), open
 * what it writes (serving_log.c) and take up what changes (serving_changes.c).
 */
#ifndef ZTA_DAEMON_SERVING_H
#define ZTA_DAEMON_SERVING_H

#include <limits.h>
#include <signal.h>

#include "api/service.h"
#include "daemon/certificate.h"
#include "daemon/config.h"
#include "daemon/exports.h"
#include "daemon/follow.h"
#include "daemon/grants_mirror.h"
#include "daemon/keeper.h"
#include "daemon/meter.h"
#include "daemon/mirror.h"
#include "daemon/notify.h"
#include "daemon/revocations_mirror.h"
#include "daemon/shipper.h"
#include "daemon/witnesses.h"
#include "daemon/workers.h"
#include "log/publish.h"

/* Files of administrators, whose changes are recorded. */
enum { API_KEYS, REVOCATIONS, DELEGATIONS, ERASURES, ADMIN_FILES };

typedef struct zta_serving {
	zta_arena arena;
	const char *path;   /* of the configuration */
	const char *folder; /* to develop in; NULL: none */
	zta_config config;
	zta_keeper keeper;
	zta_service service;
	zta_chronicle chronicle;
	char origin[ZTA_NOTE_NAME_MAX + 1]; /* of the log */
	char witness_name[ZTA_NOTE_NAME_MAX + 1];
	zta_note_key log_key;
	zta_publisher *publisher; /* NULL: the log has no key */
	zta_witnesses *witnesses; /* of it; NULL: nobody is asked */
	zta_exports exports;
	zta_follower follower;
	zta_mirror mirror;
	zta_grants_mirror grants_mirror;
	zta_revocations_mirror revocations_mirror;
	zta_shipper shipper;
	zta_certificate certificate;
	zta_file_state keys; /* of sources: files */
	zta_file_state changes[ADMIN_FILES];
	char erasures[PATH_MAX]; /* where the log says what was erased */
	int64_t retain_at;       /* monotonic ms: look again for what is old */
	bool retain_waits;       /* for what is on its way: it was said */
	zta_workers workers;
	int notify; /* who started us: zta_notify__open() */
	zta_meter meter;
} zta_serving;

/*
 * What the server writes into `log_dir`: the log, which says first what is true
 * of this server, what is spent, and what was asked. After what is in force.
 */
ZTA_MUST_USE zta_status zta_serving__open_log(zta_serving *s, zta_error *err);

/*
 * Take from this thread, and those that it starts, what a server that runs does
 * not need. What the kernel cannot do is said.
 */
ZTA_MUST_USE zta_status zta_serving__sandbox(
    const zta_serving *s, zta_error *err);

/* The witness that it is, if it is one. */
ZTA_MUST_USE zta_status zta_serving__open_witness(
    zta_serving *s, zta_error *err);

/* Record which key signs tokens now. */
ZTA_MUST_USE zta_status zta_serving__record_key(zta_serving *s, zta_error *err);

/* The signals that a server waits for; no thread may receive them otherwise. */
void zta_serving__signals(sigset_t *set);

/* What is there now of files that may change. */
void zta_serving__watch(zta_serving *s);

/* Record which files of administrators have changed since. */
void zta_serving__look(zta_serving *s);

/* Take up what changes, until a signal ends it, or the keeper. The exit code. */
int zta_serving__wait(zta_serving *s);

#endif
