/* SPDX-License-Identifier: Apache-2.0 */
/* exports.c - see exports.h. */
#include "daemon/exports.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/b64.h"
#include "base/error.h"
#include "base/file.h"
#include "base/str.h"
#include "base/time.h"
#include "daemon/say.h"

/* Between tries to go on with an export that has failed here. */
#define REST_MS 2000
#define LOOK_MS 50
/* Digits of a cursor's name: the digest of where it is sent to. */
#define NAME_BYTES 16

static zta_sink_options
sink_of(const zta_config_export *from)
{
	return (zta_sink_options){ .to = from->to,
		.ca_file = from->ca_file,
		.certificate_file = from->certificate_file,
		.key_file = from->key_file,
		.header_file = from->header_file };
}

zta_status
zta_exports__check(const zta_config *config, zta_error *err)
{
	zta_sink_options options;
	zta_sink *sink;
	zta_status status = ZTA_OK;
	uint32_t i;

	for (i = 0; status == ZTA_OK && i < config->export_count; i++) {
		options = sink_of(&config->exports[i]);
		status = zta_sink__open(&sink, &options, err);
		zta_sink__close(sink);
	}
	return status;
}

/* --- what an exporter asks for */

static const zta_masks *
hold(void *context, void **held)
{
	const zta_export_thread *t = context;
	zta_snapshot *snapshot = zta_service__snapshot(t->all->service);

	*held = snapshot;
	return snapshot == NULL ? NULL : &snapshot->masks;
}

static void
drop(void *held)
{
	zta_snapshot__drop(held);
}

static void
reached(void *context, uint64_t next)
{
	const zta_export_thread *t = context;

	zta_log__reached(t->all->service->log, t->number, next);
}

/* What is read before it is synced may never have been. */
static uint64_t
durable(void *context)
{
	const zta_export_thread *t = context;

	return zta_log__durable(t->all->service->log);
}

/* --- opening */

/* <log_dir>/export/<what is sent to whom> */
static zta_status
name_cursor(zta_export_thread *t, zta_arena *arena, zta_error *err)
{
	static const char folder[] = "/export/";
	const char *dir = t->options.dir;
	unsigned char digest[ZTA_SHA256_LEN];
	char *path = zta_arena__alloc(
	    arena, strlen(dir) + sizeof(folder) + 2 * NAME_BYTES);
	char *end;

	if (path == NULL) {
		return zta_arena__failed(arena, err);
	}
	end = stpcpy(stpcpy(path, dir), "/export");
	if (mkdir(path, 0750) != 0 && errno != EEXIST) {
		(void)zta_error__errno(err, "make the folder of cursors");
		zta_error__place(err, "%s", path);
		return ZTA_EIO;
	}
	*end++ = '/';
	zta_digest__sha256(zta_str_of(t->options.sink.to), digest);
	zta_hex__encode((zta_str){ (const char *)digest, NAME_BYTES }, end);
	end[2 * NAME_BYTES] = '\0';
	t->options.cursor = path;
	return ZTA_OK;
}

static zta_status
open_one(zta_exports *exports, const zta_config *config, uint32_t i,
    zta_arena *arena, zta_error *err)
{
	zta_export_thread *t = &exports->list[i];
	zta_status status;

	*t = (zta_export_thread){ .all = exports,
		.number = i,
		.options = { .dir = config->log_dir,
		    .sink = sink_of(&config->exports[i]),
		    .begin_behind = true,
		    .follow = true,
		    .mask_key = zta_buf__str(&exports->mask_key),
		    .hold = hold,
		    .drop = drop,
		    .durable = durable,
		    .reached = reached,
		    .context = t,
		    .say = zta_daemon__say } };
	t->options.sink.stop = &exports->stop;
	status = name_cursor(t, arena, err);
	return status != ZTA_OK ?
	    status :
	    zta_exporter__open(&t->exporter, &t->options, err);
}

zta_status
zta_exports__open(zta_exports *exports, const zta_config *config,
    zta_service *service, zta_arena *arena, zta_error *err)
{
	zta_status status = ZTA_OK;
	uint32_t i;

	exports->service = service;
	zta_buf__init_secret(&exports->mask_key, ZTA_MASK_KEY_MAX);
	if (config->mask_key != NULL) {
		status = zta_file__read_secret(
		    config->mask_key, &exports->mask_key, err);
	}
	for (i = 0; status == ZTA_OK && i < config->export_count; i++) {
		status = open_one(exports, config, i, arena, err);
		exports->count = i + 1;
	}
	return status;
}

/* --- the threads */

static void
rest(const zta_exports *exports)
{
	const struct timespec look = { 0, LOOK_MS * 1000000L };
	int64_t end = zta_time__monotonic_ms() + REST_MS;

	while (!atomic_load(&exports->stop) && zta_time__monotonic_ms() < end) {
		(void)nanosleep(&look, NULL);
	}
}

/* What fails here, such as a full disk, is tried again: nothing is given up. */
static void *
work(void *context)
{
	zta_export_thread *t = context;
	char said[ZTA_MSG_MAX] = "";
	zta_status status;
	zta_error err;

	while (!atomic_load(&t->all->stop)) {
		err = (zta_error){ 0 };
		status = t->exporter != NULL ?
		    ZTA_OK :
		    zta_exporter__open(&t->exporter, &t->options, &err);
		if (status == ZTA_OK) {
			status = zta_exporter__run(t->exporter, &err);
		}
		if (status != ZTA_OK && strcmp(said, err.message) != 0) {
			zta_daemon__say("export: %s: %s%s%s; it lags until "
					"this is mended",
			    t->options.sink.to, err.place,
			    err.place[0] == '\0' ? "" : ": ", err.message);
			memcpy(said, err.message, sizeof(said));
		}
		zta_exporter__close(t->exporter);
		t->exporter = NULL;
		rest(t->all);
	}
	return NULL;
}

zta_status
zta_exports__start(zta_exports *exports, zta_error *err)
{
	zta_export_thread *t;
	uint32_t i;

	for (i = 0; i < exports->count; i++) {
		t = &exports->list[i];
		if (pthread_create(&t->thread, NULL, work, t) != 0) {
			return zta_error__set(
			    err, ZTA_ENOMEM, "cannot start a thread");
		}
		t->started = true;
		zta_daemon__say("export: to %s", t->options.sink.to);
	}
	return ZTA_OK;
}

void
zta_exports__stop(zta_exports *exports)
{
	uint32_t i;

	atomic_store(&exports->stop, true);
	for (i = 0; i < exports->count; i++) {
		if (exports->list[i].started) {
			(void)pthread_join(exports->list[i].thread, NULL);
			exports->list[i].started = false;
		}
	}
}

void
zta_exports__close(zta_exports *exports)
{
	uint32_t i;

	for (i = 0; i < exports->count; i++) {
		zta_exporter__close(exports->list[i].exporter);
	}
	zta_buf__release(&exports->mask_key);
}
