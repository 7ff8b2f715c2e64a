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
#include "base/time.h"
#include "daemon/certificate.h"
#include "daemon/config.h"
#include "daemon/develop.h"
#include "daemon/follow.h"
#include "daemon/grants_mirror.h"
#include "daemon/keeper.h"
#include "daemon/mirror.h"
#include "daemon/revocations_mirror.h"
#include "daemon/say.h"
#include "daemon/watch.h"
#include "daemon/workers.h"
#include "log/publish.h"

/* Files of administrators, whose changes are recorded. */
enum { API_KEYS, REVOCATIONS, DELEGATIONS, ADMIN_FILES };

typedef struct server {
	zta_arena arena;
	const char *path; /* of the configuration */
	zta_config config;
	zta_keeper keeper;
	zta_service service;
	zta_chronicle chronicle;
	char origin[ZTA_NOTE_NAME_MAX + 1]; /* of the log */
	zta_note_key log_key;
	zta_publisher *publisher; /* NULL: the log has no key */
	zta_follower follower;
	zta_mirror mirror;
	zta_grants_mirror grants_mirror;
	zta_revocations_mirror revocations_mirror;
	zta_certificate certificate;
	zta_file_state keys; /* of sources: files */
	zta_file_state changes[ADMIN_FILES];
	zta_workers workers;
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

static zta_status
record_key(server *s, zta_error *err)
{
	const zta_zone_key_set *set = zta_zone_keys__now(&s->service.keys);

	return zta_chronicle__key(&s->chronicle, set->keys.keys[0].kid, err);
}

/* Published before it is used: no token is signed by a key unheard of. */
static void
replace_keys(server *s)
{
	bool changed = false;
	zta_error err = { 0 };
	zta_status status = zta_keeper__load(&s->keeper, &err);

	if (status == ZTA_OK) {
		status = zta_zone_keys__publish(&s->service.keys,
		    zta_str_of(s->keeper.jwks), &changed, &err);
	}
	if (status == ZTA_OK && changed) {
		status = record_key(s, &err);
	}
	if (status == ZTA_OK) {
		status = zta_keeper__use(&s->keeper, &err);
	}
	if (status != ZTA_OK) {
		zta_daemon__say("signing key: %s%s%s; what was read before "
				"stays in force",
		    err.place, err.place[0] == '\0' ? "" : ": ", err.message);
	} else if (changed) {
		zta_daemon__say("signing key: other keys are in force");
	}
}

static void
look_at_changes(server *s)
{
	static const char *const names[ADMIN_FILES] = { [API_KEYS] = "api_keys",
		[REVOCATIONS] = "revocations",
		[DELEGATIONS] = "delegations" };
	zta_error err = { 0 };
	size_t i;

	for (i = 0; i < ADMIN_FILES; i++) {
		if (s->changes[i].count > 0 &&
		    zta_file_state__look(&s->changes[i]) &&
		    zta_chronicle__file(&s->chronicle, names[i],
			s->changes[i].paths[0], &err) != ZTA_OK) {
			zta_daemon__say(
			    "a change of %s is not recorded: %s: %s", names[i],
			    err.place, err.message);
		}
	}
}

/* Files may have changed: look, now and then. */
static void
look_at_files(server *s)
{
	look_at_changes(s);
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
			replace_keys(s);
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

/* --- starting */

static void
name_zone(server *s)
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
}

/* In the folder of the log, which no other server has. */
static zta_status
open_spent(server *s, zta_error *err)
{
	static const char name[] = "/used";
	char *path = zta_arena__alloc(
	    &s->arena, strlen(s->config.log_dir) + sizeof(name));

	if (path == NULL) {
		return zta_arena__failed(&s->arena, err);
	}
	(void)stpcpy(stpcpy(path, s->config.log_dir), name);
	return zta_spent__open(
	    &s->service.spent, path, zta_time__now_ms(), err);
}

/* Who signs checkpoints, and what was signed last. */
static zta_status
look_at_checkpoint(
    server *s, zta_log_head *head, const zta_log_head **known, zta_error *err)
{
	zta_status status = ZTA_ENOTFOUND;

	*known = NULL;
	if (s->keeper.log_key[0] != '\0') {
		status = zta_note_key__read(
		    &s->log_key, zta_str_of(s->keeper.log_key), err);
	}
	if (status == ZTA_OK) {
		status = zta_checkpoint__load(
		    s->config.log_dir, &s->log_key, head, NULL, err);
	}
	if (status == ZTA_OK) {
		*known = head;
	}
	return status == ZTA_ENOTFOUND ? ZTA_OK : status;
}

/* What the log says first of this server. */
static zta_status
begin_chronicle(server *s, bool empty, zta_error *err)
{
	zta_chronicle *c = &s->chronicle;
	zta_snapshot *snapshot = s->service.snapshot;
	zta_status status = ZTA_OK;

	c->lane = zta_log__lane(s->service.log, s->config.workers + 1);
	c->zone = s->config.zone;
	c->ledger = s->config.ledger;
	if (empty) {
		status =
		    zta_chronicle__begin(c, s->origin, s->keeper.log_key, err);
	}
	if (status == ZTA_OK) {
		status = record_key(s, err);
	}
	if (status == ZTA_OK && snapshot != NULL) {
		status = zta_chronicle__in_force(c, snapshot, err);
	}
	look_at_changes(s);
	return status;
}

static zta_status
open_publisher(server *s, zta_error *err)
{
	const zta_publisher_options options = { .dir = s->config.log_dir,
		.key = &s->log_key,
		.log = s->service.log,
		.sign = zta_keeper__sign_log,
		.context =
		    &s->keeper.channels[s->config.workers + ZTA_FETCH_THREADS],
		.say = zta_daemon__say };

	if (s->keeper.log_key[0] == '\0') {
		return ZTA_OK;
	}
	zta_daemon__say("log key: %s", s->keeper.log_key);
	return zta_publisher__open(&s->publisher, &options, err);
}

static zta_status
open_log(server *s, zta_error *err)
{
	zta_log_head known;
	zta_log_options options = { .lanes = s->config.workers + 2 };
	zta_log_found found;
	zta_status status = look_at_checkpoint(s, &known, &options.known, err);

	if (status == ZTA_OK) {
		status = zta_log__open(
		    &s->service.log, s->config.log_dir, &options, &found, err);
	}

	if (status == ZTA_OK && found.torn > 0) {
		zta_daemon__say("log: cut off %" PRIu64
				" bytes of an unfinished write",
		    found.torn);
	}
	if (status == ZTA_OK) {
		zta_daemon__say("log: %" PRIu64 " records", found.next);
	}
	if (status == ZTA_OK) {
		status = open_spent(s, err);
	}
	if (status == ZTA_OK && s->config.record_requests) {
		status = zta_journal__open(
		    &s->service.journal, s->config.log_dir, err);
	}
	if (status == ZTA_OK) {
		status = begin_chronicle(s, found.next == 0, err);
	}
	return status == ZTA_OK ? open_publisher(s, err) : status;
}

static zta_status
open_ledgers(server *s, zta_error *err)
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

	return zta_fetcher__open(&s->workers.fetcher, &options, err);
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

/* What is known of grants; of another zone's, a copy. */
static zta_status
open_grants(server *s, void (*tell)(const zta_error *why), zta_error *err)
{
	zta_followed *grants = &s->service.grants;
	const char *path = s->config.delegations;
	zta_status status =
	    s->config.follow == NULL ? ZTA_OK : zta_grants__make(path, err);

	if (status == ZTA_OK) {
		status = zta_followed__open(
		    grants, &zta_grants__class, path, tell, err);
	}
	if (status == ZTA_OK && s->config.follow != NULL) {
		grants->max_age_ms = (int64_t)s->config.follow_max_age_s * 1000;
		s->service.grants_at = s->config.follow;
	}
	s->service.zone.grants = grants;
	return status;
}

/* What is checked before anything is started. */
static int
prepare(server *s, const zta_serve *how)
{
	zta_live_files files = { .tell = tell_damage };
	zta_keeper_keys keys;
	zta_log_signer_files log;
	zta_error err = { 0 };
	bool changed;

	zta_arena__init(&s->arena, SIZE_MAX);
	(void)pthread_mutex_init(&s->service.lock, NULL);
	(void)pthread_mutex_init(&s->chronicle.lock, NULL);
	s->service.say = zta_daemon__say;
	s->keeper.pid = -1;
	if (read_config(s, how, &err) != ZTA_OK) {
		return zta_daemon__complain("configuration", &err);
	}
	name_zone(s);
	keys = (zta_keeper_keys){ .zone = s->config.signing_key,
		.next = s->config.signing_key_next,
		.previous = s->config.signing_key_previous,
		.client = s->config.client_key };
	log = (zta_log_signer_files){ s->config.log_key, s->origin,
		s->config.log_dir };
	/* One more, for who makes checkpoints. */
	if (zta_keeper__start(&s->keeper, &keys, &log,
		s->config.workers + ZTA_FETCH_THREADS + 1, &err) != ZTA_OK) {
		return zta_daemon__complain("signing key", &err);
	}
	if (zta_zone_keys__publish(&s->service.keys, zta_str_of(s->keeper.jwks),
		&changed, &err) != ZTA_OK) {
		return zta_daemon__complain("signing key", &err);
	}
	zta_file_state__add(&s->keys, s->config.jwks_dir);
	(void)zta_file_state__look(&s->keys);
	zta_file_state__add(&s->changes[API_KEYS], s->config.api_keys);
	zta_file_state__add(&s->changes[REVOCATIONS], s->config.revocations);
	zta_file_state__add(&s->changes[DELEGATIONS], s->config.delegations);
	files.api_keys = s->config.api_keys;
	files.revocations = s->config.revocations;
	if (zta_live__open(&s->service.live, &files, &err) != ZTA_OK) {
		return zta_daemon__complain("credentials", &err);
	}
	s->service.zone.known = s->service.live.known;
	if (s->config.delegations != NULL) {
		if (open_grants(s, files.tell, &err) != ZTA_OK) {
			return zta_daemon__complain("delegations", &err);
		}
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

static void
release(server *s)
{
	zta_publisher__close(s->publisher);
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
	s->workers.config = &s->config;
	s->workers.service = &s->service;
	s->workers.keeper = &s->keeper;
	s->workers.publisher = s->publisher;
	s->workers.tls = s->certificate.tls;
	/* Until the follower starts, what is in force stays the same. */
	zta_daemon__say("in force: %s", in_force(s));
	if (open_ledgers(s, &err) != ZTA_OK) {
		code = zta_daemon__complain("admin ledger", &err);
	} else if (open_fetcher(s, &err) != ZTA_OK) {
		code = zta_daemon__complain("fetch_allow", &err);
	} else if (zta_workers__start(&s->workers, &err) != ZTA_OK) {
		code = zta_daemon__complain("listen", &err);
	} else if (zta_follower__start(&s->follower, &err) != ZTA_OK ||
	    zta_mirror__start(&s->mirror, &err) != ZTA_OK ||
	    zta_grants_mirror__start(&s->grants_mirror, &err) != ZTA_OK ||
	    zta_revocations_mirror__start(&s->revocations_mirror, &err) !=
		ZTA_OK) {
		code = zta_daemon__complain("follow", &err);
	} else {
		zta_daemon__say("listening on %s://%s:%u",
		    s->certificate.tls == NULL ? "http" : "https",
		    s->config.host, s->workers.port);
		code = wait_for_the_end(s);
	}
	zta_revocations_mirror__stop(&s->revocations_mirror);
	zta_grants_mirror__stop(&s->grants_mirror);
	zta_mirror__stop(&s->mirror);
	zta_follower__stop(&s->follower);
	zta_workers__stop(&s->workers);
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
