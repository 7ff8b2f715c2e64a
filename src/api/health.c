/* SPDX-License-Identifier: Apache-2.0 */
/* health.c - is it alive, and can it decide? */
#include "api/service.h"

#include "base/json_write.h"
#include "base/time.h"
#include "identity/keys.h"

void
zta_api__healthz(zta_worker *worker, zta_http_call *call)
{
	(void)worker;
	zta_http_call__answer(call, 200, "", ZTA_STR("{\"status\":\"ok\"}"));
}

static void
put_age(zta_json_out *out, const char *name, int64_t heard)
{
	zta_json_out__name(out, name);
	if (heard > 0) {
		zta_json_out__int(out, zta_time__monotonic_ms() - heard);
	} else {
		zta_json_out__null(out);
	}
}

/* How long ago the server that is followed was heard, and about grants. */
static void
put_ages(zta_service *service, zta_json_out *out)
{
	if (!service->zone.follows) {
		return;
	}
	put_age(out, "age_ms", atomic_load(&service->heard_ms));
	if (service->zone.grants != NULL) {
		put_age(out, "grants_age_ms",
		    atomic_load(&service->zone.grants->heard_ms));
	}
}

static bool
lacks_keys(const zta_service *service, const zta_source *source)
{
	zta_keys_view view;
	bool lacks;

	zta_keys__look(source, service->ring, INT64_MAX, &view);
	lacks = view.keys == NULL;
	zta_keys__drop(&view);
	return lacks;
}

/* Sources whose keys are fetched, and which have none now; if there are any. */
static void
put_keyless(
    const zta_service *service, const zta_snapshot *snapshot, zta_json_out *out)
{
	const zta_source *source = snapshot->sources.list;
	uint32_t i, found = 0;

	for (i = 0; i < snapshot->sources.count; i++) {
		if (!lacks_keys(service, &source[i])) {
			continue;
		}
		if (found++ == 0) {
			zta_json_out__name(out, "sources_without_keys");
			zta_json_out__open(out, '[');
		}
		zta_json_out__str(out, source[i].name);
	}
	if (found > 0) {
		zta_json_out__close(out, ']');
	}
}

/* A condition that does not hold, and what to do. */
static void
put_reason(zta_json_out *out, const char *condition, const char *message,
    const char *mend)
{
	zta_json_out__open(out, '{');
	zta_json_out__member(out, "condition", zta_str_of(condition));
	zta_json_out__member(out, "message", zta_str_of(message));
	zta_json_out__member(out, "mend", zta_str_of(mend));
	zta_json_out__close(out, '}');
}

/* All reasons at once; who mends one shall not find the next only then. */
static void
put_not_ready(zta_service *service, bool log, bool ledger, zta_json_out *out)
{
	zta_json_out__open(out, '{');
	zta_http__put_error(out, "unavailable",
	    log ? zta_str_of("the ledger has no commit yet") :
		  zta_str_of("the log cannot be written"),
	    "");
	zta_json_out__name(out, "reasons");
	zta_json_out__open(out, '[');
	if (!log) {
		put_reason(out, "log", "the log cannot be written",
		    "make room in log_dir, or mend its disk, and restart");
	}
	if (!ledger) {
		put_reason(out, "ledger", "the ledger has no commit yet",
		    service->zone.follows ?
			"see that the server in `follow` can be reached" :
			"push a first commit (ztauth push), or see what the "
			"server has said of it");
	}
	zta_json_out__close(out, ']');
	zta_json_out__close(out, '}');
}

static void
put_ready(zta_worker *worker, const zta_snapshot *snapshot, zta_json_out *out)
{
	zta_json_out__open(out, '{');
	zta_json_out__name(out, "status");
	zta_json_out__text(out, "ready");
	zta_json_out__name(out, "commit");
	zta_json_out__text(out, snapshot->tree.id);
	put_ages(worker->service, out);
	put_keyless(worker->service, snapshot, out);
	zta_json_out__close(out, '}');
}

void
zta_api__readyz(zta_worker *worker, zta_http_call *call)
{
	zta_snapshot *snapshot = zta_service__snapshot(worker->service);
	bool log = zta_log__is_alive(worker->service->log);
	bool ready = log && snapshot != NULL;
	zta_buf buf;
	zta_json_out out = { &buf, false };

	zta_buf__init(&buf, SIZE_MAX);
	if (ready) {
		put_ready(worker, snapshot, &out);
	} else {
		put_not_ready(worker->service, log, snapshot != NULL, &out);
	}
	zta_snapshot__drop(snapshot);
	if (buf.status == ZTA_OK) {
		zta_http_call__answer(
		    call, ready ? 200 : 503, "", zta_buf__str(&buf));
	} else {
		zta_http_call__fail(
		    call, 503, "unavailable", "out of memory", "");
	}
	zta_buf__release(&buf);
}
