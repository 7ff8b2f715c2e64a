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
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "daemon/develop.h"
#include "daemon/say.h"
#include "daemon/serving.h"

static void
name_zone(zta_serving *s)
{
	s->service.names =
	    (zta_api_names){ s->config.public_url, s->config.server_name };
	s->service.zone = (zta_zone){ .id = zta_str_of(s->config.zone),
		.trust_domain = zta_str_of(s->config.trust_domain),
		.ledger = zta_str_of(s->config.ledger),
		.issuer = zta_str_of(s->config.issuer),
		.keys = &s->service.keys,
		.seal_lifetime = (int64_t)s->config.seal_lifetime_max * 1000 };
	(void)snprintf(s->origin, sizeof(s->origin), "%s/zones/%s/log",
	    s->config.trust_domain, s->config.zone);
	(void)snprintf(s->witness_name, sizeof(s->witness_name),
	    "%s/zones/%s/witness", s->config.trust_domain, s->config.zone);
}

static zta_status
open_ledgers(zta_serving *s, zta_error *err)
{
	const zta_ledgers_options options = { .store = s->follower.store,
		.zone = s->service.zone.id,
		.ledger = s->service.zone.ledger,
		.grants = s->service.zone.grants,
		.revocations = s->service.live.has_revocations ?
		    &s->service.live.revocations :
		    NULL,
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
	status = zta_ledgers__open(&s->workers.ledgers, &options, err);
	s->follower.ledgers = s->workers.ledgers;
	return status;
}

/* Logs of others that come here, and ours that goes elsewhere. */
static zta_status
open_logs(zta_serving *s, zta_error *err)
{
	const zta_collector_options options = { .dir = s->config.collect,
		.server_name = s->config.server_name,
		.say = zta_daemon__say };
	zta_status status = ZTA_OK;

	if (options.dir != NULL) {
		status =
		    zta_collector__open(&s->workers.collector, &options, err);
	}
	return status != ZTA_OK ? status :
				  zta_shipper__open(&s->shipper, &s->config,
				      &s->mirror.signer, s->publisher, err);
}

static zta_snapshot *
give_snapshot(void *context)
{
	return zta_service__snapshot(context);
}

static zta_status
open_fetcher(zta_serving *s, zta_error *err)
{
	const zta_fetcher_options options = { .ring = s->service.ring,
		.allow = s->config.fetch_allow,
		.ca_file = s->config.fetch_ca_file,
		.secrets = s->config.secrets_dir,
		.sign = zta_keeper__sign_client,
		.channels = s->keeper.clients,
		.snapshot = give_snapshot,
		.context = &s->service,
		.say = zta_daemon__say };

	return zta_fetcher__open(&s->workers.fetcher, &options, err);
}

static void
harden(void)
{
	const struct rlimit none = { 0, 0 };
	struct rlimit files;

	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	/* The limit alone does not count where dumps go to a program. */
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	(void)setrlimit(RLIMIT_CORE, &none);
	/* The soft limit is low for programs that select(2); none here does. */
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
}

static zta_status
read_config(zta_serving *s, const zta_serve *how, zta_error *err)
{
	zta_status status = ZTA_OK;

	s->path = how->config;
	s->folder = how->dir;
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

/* What is known of grants; of another zone's, a copy. */
static zta_status
open_grants(zta_serving *s, zta_error *err)
{
	zta_followed *grants = &s->service.grants;
	const char *path = s->config.delegations;
	zta_status status =
	    s->config.follow == NULL ? ZTA_OK : zta_grants__make(path, err);

	if (status == ZTA_OK) {
		status = zta_followed__open(
		    grants, &zta_grants__class, path, tell_damage, err);
	}
	if (status == ZTA_OK && s->config.follow != NULL) {
		grants->max_age_ms = (int64_t)s->config.follow_max_age_s * 1000;
		s->service.grants_at = s->config.follow;
	}
	s->service.zone.grants = grants;
	return status;
}

static int
start_keeper(zta_serving *s)
{
	const zta_keeper_keys keys = { .zone = s->config.signing_key,
		.next = s->config.signing_key_next,
		.previous = s->config.signing_key_previous,
		.client = s->config.client_key,
		.sandbox = s->config.sandbox };
	const zta_log_signer_files log = { s->config.log_key, s->origin,
		s->config.log_dir };
	const zta_witness_files witness = { s->config.witness_key,
		s->witness_name, s->config.witness_logs,
		s->config.witness_dir };
	const zta_keeper_threads threads = { s->config.workers,
		ZTA_FETCH_THREADS };
	zta_error err = { 0 };
	bool changed;

	if (zta_keeper__start(
		&s->keeper, &keys, &log, &witness, &threads, &err) != ZTA_OK ||
	    zta_zone_keys__publish(&s->service.keys, zta_str_of(s->keeper.jwks),
		&changed, &err) != ZTA_OK) {
		return zta_daemon__complain("signing key", &err);
	}
	return 0;
}

/* After it is known what is watched: what changes from here on is seen. */
static int
open_credentials(zta_serving *s)
{
	const zta_live_files files = { .api_keys = s->config.api_keys,
		.revocations = s->config.revocations,
		.tell = tell_damage };
	zta_error err = { 0 };

	if (zta_live__open(&s->service.live, &files, &err) != ZTA_OK) {
		return zta_daemon__complain("credentials", &err);
	}
	s->service.zone.known = s->service.live.known;
	if (s->config.delegations != NULL && open_grants(s, &err) != ZTA_OK) {
		return zta_daemon__complain("delegations", &err);
	}
	return 0;
}

static int
open_mirrors(zta_serving *s)
{
	zta_error err = { 0 };

	if (zta_mirror__open(&s->mirror, &s->config, &s->service, &s->follower,
		&err) != ZTA_OK ||
	    zta_grants_mirror__open(&s->grants_mirror, &s->mirror,
		s->service.zone.grants, &err) != ZTA_OK ||
	    zta_revocations_mirror__open(
		&s->revocations_mirror, &s->mirror, &err) != ZTA_OK) {
		return zta_daemon__complain("follow", &err);
	}
	return 0;
}

/* What is checked before anything is started. */
static int
prepare(zta_serving *s, const zta_serve *how)
{
	zta_error err = { 0 };
	int code;

	zta_arena__init(&s->arena, SIZE_MAX);
	(void)pthread_mutex_init(&s->service.lock, NULL);
	(void)pthread_mutex_init(&s->chronicle.lock, NULL);
	s->service.say = zta_daemon__say;
	s->keeper.pid = -1;
	s->notify = -1;
	if (read_config(s, how, &err) != ZTA_OK) {
		return zta_daemon__complain("configuration", &err);
	}
	name_zone(s);
	code = start_keeper(s);
	if (code != 0) {
		return code;
	}
	zta_serving__watch(s);
	code = open_credentials(s);
	if (code != 0) {
		return code;
	}
	/* After the keeper, which is to have no part in the store. */
	if (zta_follower__open(&s->follower, &s->config, how->dir, &s->service,
		&s->arena, &err) != ZTA_OK) {
		return zta_daemon__complain("ledger", &err);
	}
	s->follower.chronicle = &s->chronicle;
	if (zta_ring__open(&s->service.ring, NULL, &err) != ZTA_OK) {
		return zta_daemon__complain("memory", &err);
	}
	if (zta_certificate__open(
		&s->certificate, &s->config, &s->service, &err) != ZTA_OK) {
		return zta_daemon__complain("certificate", &err);
	}
	if (zta_exports__check(&s->config, &err) != ZTA_OK) {
		return zta_daemon__complain("export", &err);
	}
	return open_mirrors(s);
}

static void
release(zta_serving *s)
{
	zta_shipper__close(&s->shipper);
	zta_exports__close(&s->exports);
	zta_publisher__close(s->publisher);
	zta_witnesses__close(s->witnesses);
	zta_log__close(s->service.log);
	zta_journal__close(s->service.journal);
	zta_spent__close(s->service.spent);
	zta_keeper__stop(&s->keeper);
	zta_live__close(&s->service.live);
	zta_zone_keys__release(&s->service.keys);
	zta_followed__close(&s->service.grants);
	zta_snapshot__drop(s->service.snapshot);
	zta_certificate__close(&s->certificate);
	zta_revocations_mirror__close(&s->revocations_mirror);
	zta_grants_mirror__close(&s->grants_mirror);
	zta_mirror__close(&s->mirror);
	zta_follower__close(&s->follower);
	zta_ring__close(s->service.ring);
	(void)pthread_mutex_destroy(&s->service.lock);
	(void)pthread_mutex_destroy(&s->chronicle.lock);
	zta_arena__release(&s->arena);
	zta_notify__close(s->notify);
}

static const char *
in_force(const zta_serving *s)
{
	const zta_snapshot *snapshot = s->service.snapshot;

	return snapshot == NULL          ? "nothing" :
	    snapshot->tree.id[0] == '\0' ? "an empty folder" :
					   snapshot->tree.id;
}

static int
run(zta_serving *s)
{
	zta_error err = { 0 };
	int code;

	s->notify = zta_notify__open();
	/* Before there are threads, which it would not be of. */
	if (zta_serving__sandbox(s, &err) != ZTA_OK) {
		return zta_daemon__complain("sandbox", &err);
	}
	if (zta_serving__open_log(s, &err) != ZTA_OK) {
		return zta_daemon__complain("log", &err);
	}
	if (zta_exports__open(&s->exports, &s->config, &s->service, &s->arena,
		&err) != ZTA_OK) {
		return zta_daemon__complain("export", &err);
	}
	s->workers.config = &s->config;
	s->workers.service = &s->service;
	s->workers.keeper = &s->keeper;
	s->workers.publisher = s->publisher;
	s->workers.tls = s->certificate.tls;
	if (zta_serving__open_witness(s, &err) != ZTA_OK) {
		return zta_daemon__complain("witness", &err);
	}
	/* Until the follower starts, what is in force stays the same. */
	zta_daemon__say("in force: %s", in_force(s));
	if (open_ledgers(s, &err) != ZTA_OK) {
		code = zta_daemon__complain("admin ledger", &err);
	} else if (open_logs(s, &err) != ZTA_OK) {
		code = zta_daemon__complain("logs", &err);
	} else if (open_fetcher(s, &err) != ZTA_OK) {
		code = zta_daemon__complain("fetch_allow", &err);
	} else if (zta_exports__start(&s->exports, &err) != ZTA_OK) {
		code = zta_daemon__complain("export", &err);
	} else if (zta_workers__start(&s->workers, &err) != ZTA_OK) {
		code = zta_daemon__complain("listen", &err);
	} else if (zta_meter__start(&s->meter, &s->workers, &err) != ZTA_OK) {
		code = zta_daemon__complain("metrics", &err);
	} else if (zta_follower__start(&s->follower, &err) != ZTA_OK ||
	    zta_mirror__start(&s->mirror, &err) != ZTA_OK ||
	    zta_grants_mirror__start(&s->grants_mirror, &err) != ZTA_OK ||
	    zta_revocations_mirror__start(&s->revocations_mirror, &err) !=
		ZTA_OK ||
	    zta_shipper__start(&s->shipper, &err) != ZTA_OK) {
		code = zta_daemon__complain("follow", &err);
	} else {
		zta_daemon__say("listening on %s://%s:%u",
		    s->certificate.tls == NULL ? "http" : "https",
		    s->config.host, s->workers.port);
		zta_notify__ready(s->notify);
		code = zta_serving__wait(s);
		zta_notify__stopping(s->notify);
	}
	zta_shipper__stop(&s->shipper);
	zta_revocations_mirror__stop(&s->revocations_mirror);
	zta_grants_mirror__stop(&s->grants_mirror);
	zta_mirror__stop(&s->mirror);
	zta_follower__stop(&s->follower);
	zta_meter__stop(&s->meter);
	zta_workers__stop(&s->workers);
	zta_exports__stop(&s->exports);
	return code;
}

int
zta_daemon__serve(const zta_serve *how)
{
	static zta_serving s;
	sigset_t set;
	int code;

	zta_serving__signals(&set);
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
print_check(const zta_serving *s)
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
	static zta_serving s;
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
