/* SPDX-License-Identifier: Apache-2.0 */
/*
 * serve.c - see serve.h.
 *
 * The main thread starts the keeper, the log and the workers, and then only
 * waits for signals. It stops in the other order: workers answer what is under
 * way, the log writes what it has, the keeper ends.
 */
#include "daemon/serve.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "api/service.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "crypto/key.h"
#include "daemon/certificate.h"
#include "daemon/config.h"
#include "daemon/develop.h"
#include "daemon/follow.h"
#include "daemon/keeper.h"
#include "daemon/mirror.h"
#include "daemon/say.h"
#include "daemon/watch.h"

typedef struct server {
	zta_arena arena;
	const char *path; /* of the configuration */
	zta_config config;
	zta_keeper keeper;
	zta_service service;
	zta_follower follower;
	zta_mirror mirror;
	zta_certificate certificate;
	zta_file_state keys;  /* of sources: files */
	zta_ledgers *ledgers; /* NULL: there is no store */
	zta_fetcher *fetcher;
	zta_key *key; /* public */
	zta_worker *workers;
	pthread_t *threads;
	uint32_t started;
	uint16_t port;
} server;

/* --- signals, which the main thread alone receives */

static void
signals_of_interest(sigset_t *set)
{
	(void)sigemptyset(set);
	(void)sigaddset(set, SIGHUP);
	(void)sigaddset(set, SIGINT);
	(void)sigaddset(set, SIGTERM);
	(void)sigaddset(set, SIGCHLD);
}

/* Files may have changed: look, now and then. */
static void
look_at_files(server *s)
{
	zta_certificate__renew(&s->certificate, false);
	if (zta_file_state__look(&s->keys)) {
		zta_follower__reload(&s->follower);
	}
}

/* Returns the exit code. */
static int
wait_for_the_end(server *s)
{
	const struct timespec look = { 1, 0 };
	sigset_t set;
	int signal;

	signals_of_interest(&set);
	for (;;) {
		signal = sigtimedwait(&set, NULL, &look);
		if (signal < 0) {
			look_at_files(s);
		} else if (signal == SIGHUP) {
			zta_certificate__renew(&s->certificate, true);
			zta_follower__reload(&s->follower);
		} else if (signal != SIGCHLD) {
			zta_daemon__say("stopping");
			return 0;
		} else if (waitpid(s->keeper.pid, NULL, WNOHANG) ==
		    s->keeper.pid) {
			s->keeper.pid = -1;
			zta_daemon__say("the keeper has died: stopping");
			return 1;
		}
	}
}

/* --- workers */

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
open_worker(server *s, uint32_t i, zta_error *err)
{
	zta_worker *worker = &s->workers[i];
	const zta_http_options options = { .host = s->config.host,
		.port = s->port,
		.tls = s->certificate.tls,
		.handle = zta_worker__handle,
		.body_max = zta_worker__body_max,
		.large_left = &s->service.large_left,
		.context = worker };
	zta_status status;

	worker->service = &s->service;
	worker->lane = zta_log__lane(s->service.log, i);
	worker->sign = zta_keeper__sign;
	worker->channel = &s->keeper.channels[i];
	status = zta_http__open(&worker->http, &options, err);
	if (status == ZTA_OK) {
		s->port = zta_http__port(worker->http);
		status = zta_http__watch(worker->http,
		    zta_log_lane__fd(worker->lane), zta_worker__recorded,
		    worker, err);
	}
	if (status == ZTA_OK) {
		status = zta_fetch_desk__open(
		    &worker->fetch, s->fetcher, worker, err);
	}
	if (status == ZTA_OK) {
		status = zta_http__watch(worker->http,
		    zta_fetch_desk__fd(worker->fetch), zta_fetch_desk__ready,
		    worker->fetch, err);
	}
	if (status == ZTA_OK && s->ledgers != NULL) {
		status = zta_ledger_desk__open(&worker->desk, s->ledgers, err);
	}
	if (status == ZTA_OK && worker->desk != NULL) {
		status = zta_http__watch(worker->http,
		    zta_ledger_desk__fd(worker->desk), zta_ledger_desk__ready,
		    worker->desk, err);
	}
	return status;
}

static zta_status
start_workers(server *s, zta_error *err)
{
	uint32_t i, count = s->config.workers;
	zta_status status = ZTA_OK;

	s->port = s->config.port;
	s->workers = calloc(count, sizeof(*s->workers));
	s->threads = calloc(count, sizeof(*s->threads));
	if (s->workers == NULL || s->threads == NULL) {
		return zta_error__nomem(err);
	}
	for (i = 0; status == ZTA_OK && i < count; i++) {
		status = open_worker(s, i, err);
	}
	for (i = 0; status == ZTA_OK && i < count; i++) {
		if (pthread_create(
			&s->threads[i], NULL, work, &s->workers[i]) != 0) {
			return zta_error__set(
			    err, ZTA_ENOMEM, "cannot start a worker");
		}
		s->started++;
	}
	return status;
}

/* The loops, then the thread that has calls of theirs, then those calls. */
static void
stop_workers(server *s)
{
	uint32_t i;

	zta_ledgers__drain(s->ledgers);
	zta_fetcher__drain(s->fetcher);
	for (i = 0; i < s->started; i++) {
		zta_http__stop(s->workers[i].http);
	}
	for (i = 0; i < s->started; i++) {
		(void)pthread_join(s->threads[i], NULL);
	}
	zta_ledgers__close(s->ledgers);
	zta_fetcher__close(s->fetcher);
	for (i = 0; s->workers != NULL && i < s->config.workers; i++) {
		zta_ledger_desk__close(s->workers[i].desk);
		zta_fetch_desk__close(s->workers[i].fetch);
		zta_http__close(s->workers[i].http);
	}
	free(s->workers);
	free(s->threads);
}

/* --- starting */

/* The zone's key set, from what the keeper says. */
static zta_status
publish_key(server *s, zta_error *err)
{
	zta_str jwk = zta_str_of(s->keeper.jwk);
	zta_json_doc doc;
	const zta_json *kid;
	char *text = zta_arena__alloc(&s->arena, jwk.len + 16);
	zta_status status;

	if (text == NULL) {
		return zta_arena__failed(&s->arena, err);
	}
	(void)stpcpy(stpcpy(stpcpy(text, "{\"keys\":["), s->keeper.jwk), "]}");
	s->service.jwks = zta_str_of(text);
	status = zta_json__read(&s->arena, jwk, &doc, err);
	if (status == ZTA_OK) {
		status = zta_key__from_jwk(&s->key, &doc, doc.root, err);
	}
	kid = status == ZTA_OK ? zta_json__get(doc.root, "kid") : NULL;
	s->service.names =
	    (zta_api_names){ s->config.public_url, s->config.server_name };
	s->service.zone = (zta_zone){ .id = zta_str_of(s->config.zone),
		.trust_domain = zta_str_of(s->config.trust_domain),
		.ledger = zta_str_of(s->config.ledger),
		.issuer = zta_str_of(s->config.issuer),
		.key = s->key,
		.kid = kid == NULL ? (zta_str){ "", 0 } : zta_json__str(kid) };
	return status;
}

static zta_status
open_log(server *s, zta_error *err)
{
	/* One more, for what is decided about ledgers. */
	const zta_log_options options = { .lanes = s->config.workers + 1 };
	zta_log_found found;
	zta_status status = zta_log__open(
	    &s->service.log, s->config.log_dir, &options, &found, err);

	if (status == ZTA_OK && found.torn > 0) {
		zta_daemon__say("log: cut off %" PRIu64
				" bytes of an unfinished write",
		    found.torn);
	}
	if (status == ZTA_OK) {
		zta_daemon__say("log: %" PRIu64 " records", found.next);
	}
	if (status == ZTA_OK && s->config.record_requests) {
		status = zta_journal__open(
		    &s->service.journal, s->config.log_dir, err);
	}
	return status;
}

static zta_status
open_ledgers(server *s, zta_error *err)
{
	const zta_ledgers_options options = { .store = s->follower.store,
		.zone = s->service.zone.id,
		.server_name = s->config.server_name,
		.lane = zta_log__lane(s->service.log, s->config.workers),
		.latest = s->follower.latest,
		.say = zta_daemon__say };
	zta_status status;

	atomic_init(&s->service.large_left, ZTA_UPLOADS_MAX);
	/* What is followed is changed at the server that it comes from. */
	if (options.store == NULL || s->config.follow != NULL) {
		return ZTA_OK;
	}
	status = zta_ledgers__open(&s->ledgers, &options, err);
	s->follower.ledgers = s->ledgers;
	return status;
}

static zta_snapshot *
give_snapshot(void *context)
{
	return zta_service__snapshot(context);
}

static zta_status
open_fetcher(server *s, zta_error *err)
{
	const zta_fetcher_options options = { .ring = s->service.ring,
		.allow = s->config.fetch_allow,
		.ca_file = s->config.fetch_ca_file,
		.secrets = s->config.secrets_dir,
		.sign = zta_keeper__sign_client,
		.channels = s->keeper.channels + s->config.workers,
		.snapshot = give_snapshot,
		.context = &s->service,
		.say = zta_daemon__say };

	return zta_fetcher__open(&s->fetcher, &options, err);
}

static void
harden(void)
{
	const struct rlimit none = { 0, 0 };

	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	/* The limit alone does not count where dumps go to a program. */
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	(void)setrlimit(RLIMIT_CORE, &none);
}

static zta_status
read_config(server *s, const zta_serve *how, zta_error *err)
{
	zta_status status = ZTA_OK;

	s->path = how->config;
	if (how->dir != NULL) {
		status =
		    zta_develop__config(&s->arena, how->dir, &s->path, err);
	}
	return status != ZTA_OK ?
	    status :
	    zta_config__read(&s->config, &s->arena, s->path, &how->flags, err);
}

/* A file of credentials was changed to a bad one. */
static void
tell_damage(const zta_error *why)
{
	zta_daemon__say("%s:%u: %s; what was read before stays in force",
	    why->place, why->line, why->message);
}

/* What is checked before anything is started. */
static int
prepare(server *s, const zta_serve *how)
{
	zta_live_files files = { .tell = tell_damage };
	zta_keeper_keys keys;
	zta_error err = { 0 };

	zta_arena__init(&s->arena, SIZE_MAX);
	(void)pthread_mutex_init(&s->service.lock, NULL);
	s->service.say = zta_daemon__say;
	s->keeper.pid = -1;
	if (read_config(s, how, &err) != ZTA_OK) {
		return zta_daemon__complain("configuration", &err);
	}
	keys = (zta_keeper_keys){ s->config.signing_key, s->config.client_key };
	if (zta_keeper__start(&s->keeper, &keys,
		s->config.workers + ZTA_FETCH_THREADS, &err) != ZTA_OK) {
		return zta_daemon__complain("signing key", &err);
	}
	if (publish_key(s, &err) != ZTA_OK) {
		return zta_daemon__complain("signing key", &err);
	}
	zta_file_state__add(&s->keys, s->config.jwks_dir);
	(void)zta_file_state__look(&s->keys);
	files.api_keys = s->config.api_keys;
	files.revocations = s->config.revocations;
	if (zta_live__open(&s->service.live, &files, &err) != ZTA_OK) {
		return zta_daemon__complain("credentials", &err);
	}
	if (s->config.delegations != NULL) {
		if (zta_followed__open(&s->service.grants, &zta_grants__class,
			s->config.delegations, files.tell, &err) != ZTA_OK) {
			return zta_daemon__complain("delegations", &err);
		}
		s->service.zone.grants = &s->service.grants;
	}
	/* After the keeper, which is to have no part in the store. */
	if (zta_follower__open(&s->follower, &s->config, how->dir, &s->service,
		&s->arena, &err) != ZTA_OK) {
		return zta_daemon__complain("ledger", &err);
	}
	if (zta_ring__open(&s->service.ring, NULL, &err) != ZTA_OK) {
		return zta_daemon__complain("memory", &err);
	}
	if (zta_certificate__open(
		&s->certificate, &s->config, &s->service, &err) != ZTA_OK) {
		return zta_daemon__complain("certificate", &err);
	}
	if (zta_mirror__open(&s->mirror, &s->config, &s->service, &s->follower,
		&err) != ZTA_OK) {
		return zta_daemon__complain("follow", &err);
	}
	return 0;
}

static void
release(server *s)
{
	zta_log__close(s->service.log);
	zta_journal__close(s->service.journal);
	zta_keeper__stop(&s->keeper);
	zta_live__close(&s->service.live);
	zta_followed__close(&s->service.grants);
	zta_key_close(s->key);
	zta_snapshot__drop(s->service.snapshot);
	zta_certificate__close(&s->certificate);
	zta_mirror__close(&s->mirror);
	zta_follower__close(&s->follower);
	zta_ring__close(s->service.ring);
	(void)pthread_mutex_destroy(&s->service.lock);
	zta_arena__release(&s->arena);
}

static const char *
in_force(const server *s)
{
	const zta_snapshot *snapshot = s->service.snapshot;

	return snapshot == NULL          ? "nothing" :
	    snapshot->tree.id[0] == '\0' ? "an empty folder" :
					   snapshot->tree.id;
}

static int
run(server *s)
{
	zta_error err = { 0 };
	int code;

	if (open_log(s, &err) != ZTA_OK) {
		return zta_daemon__complain("log", &err);
	}
	if (open_ledgers(s, &err) != ZTA_OK) {
		return zta_daemon__complain("admin ledger", &err);
	}
	if (open_fetcher(s, &err) != ZTA_OK) {
		return zta_daemon__complain("fetch_allow", &err);
	}
	/* Until the follower starts, what is in force stays the same. */
	zta_daemon__say("in force: %s", in_force(s));
	if (start_workers(s, &err) != ZTA_OK) {
		code = zta_daemon__complain("listen", &err);
	} else if (zta_follower__start(&s->follower, &err) != ZTA_OK ||
	    zta_mirror__start(&s->mirror, &err) != ZTA_OK) {
		code = zta_daemon__complain("follow", &err);
	} else {
		zta_daemon__say("listening on %s://%s:%u",
		    s->certificate.tls == NULL ? "http" : "https",
		    s->config.host, s->port);
		code = wait_for_the_end(s);
	}
	zta_mirror__stop(&s->mirror);
	zta_follower__stop(&s->follower);
	stop_workers(s);
	return code;
}

int
zta_daemon__serve(const zta_serve *how)
{
	static server s;
	sigset_t set;
	int code;

	signals_of_interest(&set);
	(void)pthread_sigmask(SIG_BLOCK, &set, NULL);
	(void)setvbuf(stderr, NULL, _IOLBF, 0);
	harden();
	code = prepare(&s, how);
	if (code == 0) {
		code = run(&s);
	}
	release(&s);
	return code;
}

static void
print_check(const server *s)
{
	const zta_config *c = &s->config;
	const zta_snapshot *snapshot = s->service.snapshot;

	printf("%s: ok\n"
	       "zone         %s\n"
	       "trust domain %s\n"
	       "listen       %s:%u, %" PRIu32 " workers\n"
	       "ledger       %s\n"
	       "commit       %s\n"
	       "sources      %" PRIu32 "\n"
	       "groups       %" PRIu32 "\n"
	       "log          %s\n",
	    s->path, c->zone, c->trust_domain, c->host, c->port, c->workers,
	    c->store == NULL ? c->ledger_dir : s->follower.ledger.ptr,
	    in_force(s), snapshot == NULL ? 0 : snapshot->sources.count,
	    snapshot == NULL ? 0 : snapshot->model.group_count, c->log_dir);
}

int
zta_daemon__check(const zta_serve *how)
{
	static server s;
	int code = prepare(&s, how);

	/* What is wrong with a folder has been said. */
	if (how->dir != NULL && s.service.snapshot == NULL) {
		code = 1;
	}
	if (code == 0) {
		print_check(&s);
	}
	release(&s);
	return code;
}
