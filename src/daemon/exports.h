/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exports.h - the exporters of a server: a thread each, which reads what is
 * durable, under the masks of the commit in force. docs/audit.md
 */
#ifndef ZTA_DAEMON_EXPORTS_H
#define ZTA_DAEMON_EXPORTS_H

#include <pthread.h>

#include "api/service.h"
#include "daemon/config.h"
#include "export/exporter.h"

struct zta_exports;

typedef struct zta_export_thread {
	struct zta_exports *all;
	uint32_t number; /* of the reader of the log */
	zta_exporter_options options;
	zta_exporter *exporter;
	bool started;
	pthread_t thread;
} zta_export_thread;

typedef struct zta_exports {
	zta_service *service;
	zta_buf mask_key;
	atomic_bool stop;
	zta_export_thread list[ZTA_LOG_READERS_MAX];
	uint32_t count;
} zta_exports;

/* Can there be exports as they are configured? ZTA_EINVALID and others. */
ZTA_MUST_USE zta_status zta_exports__check(
    const zta_config *config, zta_error *err);

/*
 * After the log is open, before anything else is written. Paths are in `arena`.
 * Close it either way.
 */
ZTA_MUST_USE zta_status zta_exports__open(zta_exports *exports,
    const zta_config *config, zta_service *service, zta_arena *arena,
    zta_error *err);
ZTA_MUST_USE zta_status zta_exports__start(
    zta_exports *exports, zta_error *err);
/* End the threads; the rest is sent by the next server. */
void zta_exports__stop(zta_exports *exports);
void zta_exports__close(zta_exports *exports);

#endif
