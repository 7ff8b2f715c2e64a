/* SPDX-License-Identifier: Apache-2.0 */
/* meter.c - see meter.h; docs/operating.md tells what the metrics mean. */
#include "daemon/meter.h"

#include <inttypes.h>

#include "base/error.h"
#include "base/str.h"
#include "base/time.h"
#include "daemon/say.h"

#define TYPE "text/plain; version=0.0.4; charset=utf-8"

static void
put_gauge(zta_buf *out, const char *name, const char *help, uint64_t value)
{
	zta_buf__printf(out, "# HELP %s %s\n# TYPE %s gauge\n%s %" PRIu64 "\n",
	    name, help, name, name, value);
}

static void
put_log(zta_log *log, zta_buf *out)
{
	put_gauge(out, "ztauth_log_up",
	    "1 while the decision log can be written.",
	    zta_log__is_alive(log) ? 1 : 0);
	put_gauge(out, "ztauth_log_entries",
	    "Entries of the decision log that are durable.",
	    zta_log__durable(log));
}

/* What decisions stand on, and how old the knowledge of it is. */
static void
put_ledger(zta_service *service, zta_buf *out)
{
	zta_snapshot *snapshot = zta_service__snapshot(service);
	int64_t heard = atomic_load(&service->heard_ms);

	put_gauge(out, "ztauth_ledger_in_force",
	    "1 while a version of the ledger is in force.",
	    snapshot == NULL ? 0 : 1);
	zta_snapshot__drop(snapshot);
	if (service->zone.follows && heard > 0) {
		put_gauge(out, "ztauth_follow_age_milliseconds",
		    "Since the server that is followed was heard.",
		    (uint64_t)(zta_time__monotonic_ms() - heard));
	}
}

static void
answer(const zta_meter *meter, zta_http_call *call)
{
	const zta_workers *w = meter->workers;
	zta_buf buf;

	zta_buf__init(&buf, SIZE_MAX);
	zta_tally__put(&w->list[0].tally, w->config->workers,
	    sizeof(w->list[0]), w->config->zone, zta_worker__route, &buf);
	put_gauge(&buf, "ztauth_workers", "Threads that answer.", w->started);
	put_log(w->service->log, &buf);
	put_ledger(w->service, &buf);
	if (buf.status == ZTA_OK) {
		zta_http_call__answer_as(
		    call, 200, "", TYPE, zta_buf__str(&buf));
	} else {
		zta_http_call__fail(
		    call, 503, "unavailable", "out of memory", "");
	}
	zta_buf__release(&buf);
}

static void
handle(void *context, zta_http_call *call)
{
	if (!zta_str__is(call->path, "/metrics")) {
		zta_http_call__fail(call, 404, "not_found",
		    "there is nothing at this path", "");
	} else if (!zta_str__is(call->method, "GET") &&
	    !zta_str__is(call->method, "HEAD")) {
		zta_http_call__other_method(call, "GET, HEAD");
	} else {
		answer(context, call);
	}
}

static void *
listen_to(void *context)
{
	zta_meter *meter = context;
	zta_error err = { 0 };

	if (zta_http__run(meter->http, &err) != ZTA_OK) {
		(void)zta_daemon__complain("metrics have stopped", &err);
	}
	return NULL;
}

zta_status
zta_meter__start(zta_meter *meter, const zta_workers *workers, zta_error *err)
{
	const zta_config *config = workers->config;
	const zta_http_options options = { .host = config->metrics_host,
		.port = config->metrics_port,
		.handle = handle,
		.context = meter };
	zta_status status;

	if (config->metrics_host == NULL) {
		return ZTA_OK;
	}
	meter->workers = workers;
	status = zta_http__open(&meter->http, &options, err);
	if (status != ZTA_OK) {
		return status;
	}
	if (pthread_create(&meter->thread, NULL, listen_to, meter) != 0) {
		return zta_error__set(
		    err, ZTA_ENOMEM, "cannot start the thread of metrics");
	}
	meter->started = true;
	zta_daemon__say("metrics on http://%s:%u/metrics", config->metrics_host,
	    zta_http__port(meter->http));
	return ZTA_OK;
}

void
zta_meter__stop(zta_meter *meter)
{
	if (meter->started) {
		zta_http__stop(meter->http);
		(void)pthread_join(meter->thread, NULL);
		meter->started = false;
	}
	zta_http__close(meter->http);
	meter->http = NULL;
}
