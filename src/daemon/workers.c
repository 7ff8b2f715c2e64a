/* SPDX-License-Identifier: Apache-2.0 */
/* workers.c - see workers.h. */
#include "daemon/workers.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/error.h"
#include "daemon/say.h"

static void *
work(void *context)
{
	zta_worker *worker = context;
	zta_error err = { 0 };

	if (zta_http__run(worker->http, &err) != ZTA_OK) {
		(void)zta_daemon__complain("a worker has stopped", &err);
		(void)kill(getpid(), SIGTERM);
	}
	return NULL;
}

static zta_status
open_log_desk(zta_workers *w, zta_worker *worker, zta_error *err)
{
	const zta_log_desk_options options = { .dir = w->config->log_dir,
		.log = w->service->log,
		.publisher = w->publisher,
		.entries = w->config->serve_entries,
		.say = zta_daemon__say };
	zta_status status;

	if (w->publisher == NULL) {
		return ZTA_OK;
	}
	status = zta_log_desk__open(&worker->log_desk, &options, err);
	return status != ZTA_OK ?
	    status :
	    zta_http__watch(worker->http, zta_log_desk__fd(worker->log_desk),
		zta_log_desk__ready, worker->log_desk, err);
}

static zta_status
open_witness_desk(zta_workers *w, zta_worker *worker, zta_error *err)
{
	zta_status status;

	if (w->witness == NULL) {
		return ZTA_OK;
	}
	status = zta_witness_desk__open(&worker->witness_desk, w->witness, err);
	return status != ZTA_OK ?
	    status :
	    zta_http__watch(worker->http,
		zta_witness_desk__fd(worker->witness_desk),
		zta_witness_desk__ready, worker->witness_desk, err);
}

static zta_status
open_collector_desk(zta_workers *w, zta_worker *worker, zta_error *err)
{
	zta_status status;

	if (w->collector == NULL) {
		return ZTA_OK;
	}
	status =
	    zta_collector_desk__open(&worker->collector, w->collector, err);
	return status != ZTA_OK ?
	    status :
	    zta_http__watch(worker->http,
		zta_collector_desk__fd(worker->collector),
		zta_collector_desk__ready, worker->collector, err);
}

static zta_status
open_worker(zta_workers *w, uint32_t i, zta_error *err)
{
	zta_worker *worker = &w->list[i];
	const zta_http_options options = { .host = w->config->host,
		.port = w->port,
		.tls = w->tls,
		.handle = zta_worker__handle,
		.answered = zta_worker__answered,
		.body_max = zta_worker__body_max,
		.large_left = &w->service->large_left,
		.gate = w->gate,
		.context = worker };
	zta_status status;

	worker->service = w->service;
	worker->lane = zta_log__lane(w->service->log, i);
	worker->sign = zta_keeper__sign;
	worker->sign_seal = zta_keeper__sign_seal;
	worker->sign_grant = zta_keeper__sign_grant;
	worker->channel = &w->keeper->workers[i];
	status = zta_http__open(&worker->http, &options, err);
	if (status == ZTA_OK) {
		w->port = zta_http__port(worker->http);
		status = zta_http__watch(worker->http,
		    zta_log_lane__fd(worker->lane), zta_worker__recorded,
		    worker, err);
	}
	if (status == ZTA_OK) {
		status = zta_fetch_desk__open(
		    &worker->fetch, w->fetcher, worker, err);
	}
	if (status == ZTA_OK) {
		status = zta_http__watch(worker->http,
		    zta_fetch_desk__fd(worker->fetch), zta_fetch_desk__ready,
		    worker->fetch, err);
	}
	if (status == ZTA_OK && w->ledgers != NULL) {
		status = zta_ledger_desk__open(&worker->desk, w->ledgers, err);
	}
	if (status == ZTA_OK && worker->desk != NULL) {
		status = zta_http__watch(worker->http,
		    zta_ledger_desk__fd(worker->desk), zta_ledger_desk__ready,
		    worker->desk, err);
	}
	if (status == ZTA_OK) {
		status = open_log_desk(w, worker, err);
	}
	if (status == ZTA_OK) {
		status = open_collector_desk(w, worker, err);
	}
	return status == ZTA_OK ? open_witness_desk(w, worker, err) : status;
}

/*
 * Connections leave descriptors to the rest of the server: without one the log
 * cannot begin a segment, and without the log nothing is decided.
 */
static uint32_t
connections_max(const zta_config *config)
{
	struct rlimit files;
	rlim_t room, wanted = config->connections_max;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0 ||
	    files.rlim_cur == RLIM_INFINITY || files.rlim_cur > UINT32_MAX) {
		return config->connections_max;
	}
	room = files.rlim_cur >= 2 * ZTA_HTTP_FILES_KEPT ?
	    files.rlim_cur - ZTA_HTTP_FILES_KEPT :
	    (files.rlim_cur + 1) / 2;
	return (uint32_t)(wanted != 0 && wanted < room ? wanted : room);
}

static zta_status
open_gate(zta_workers *w, zta_error *err)
{
	const zta_gate_limits limits = { connections_max(w->config),
		w->config->peer_connections_max, w->config->peer_requests_max };

	return zta_gate__open(&w->gate, &limits, err);
}

zta_status
zta_workers__start(zta_workers *w, zta_error *err)
{
	uint32_t i, count = w->config->workers;
	zta_status status = open_gate(w, err);

	w->port = w->config->port;
	w->list = calloc(count, sizeof(*w->list));
	w->threads = calloc(count, sizeof(*w->threads));
	if (w->list == NULL || w->threads == NULL) {
		return zta_error__nomem(err);
	}
	for (i = 0; status == ZTA_OK && i < count; i++) {
		status = open_worker(w, i, err);
	}
	for (i = 0; status == ZTA_OK && i < count; i++) {
		if (pthread_create(&w->threads[i], NULL, work, &w->list[i]) !=
		    0) {
			return zta_error__set(
			    err, ZTA_ENOMEM, "cannot start a worker");
		}
		w->started++;
	}
	return status;
}

/* The loops, then the threads that have calls of theirs, then those calls. */
void
zta_workers__stop(zta_workers *w)
{
	uint32_t i;

	zta_ledgers__drain(w->ledgers);
	zta_fetcher__drain(w->fetcher);
	for (i = 0; i < w->started; i++) {
		zta_http__stop(w->list[i].http);
	}
	for (i = 0; i < w->started; i++) {
		(void)pthread_join(w->threads[i], NULL);
	}
	zta_ledgers__close(w->ledgers);
	zta_collector__close(w->collector);
	zta_fetcher__close(w->fetcher);
	zta_witness__close(w->witness);
	for (i = 0; w->list != NULL && i < w->config->workers; i++) {
		zta_ledger_desk__close(w->list[i].desk);
		zta_collector_desk__close(w->list[i].collector);
		zta_fetch_desk__close(w->list[i].fetch);
		zta_log_desk__close(w->list[i].log_desk);
		zta_witness_desk__close(w->list[i].witness_desk);
		zta_http__close(w->list[i].http);
	}
	zta_gate__close(w->gate);
	free(w->list);
	free(w->threads);
}
