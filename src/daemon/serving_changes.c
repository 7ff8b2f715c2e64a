/* SPDX-License-Identifier: Apache-2.0 */
/*
 * serving_changes.c - what the main thread does while workers answer: it waits
 * for signals, and looks now and then at files that may have changed.
 */
#include "daemon/serving.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/time.h"
#include "daemon/say.h"
#include "log/erase.h"
#include "log/retain.h"

void
zta_serving__signals(sigset_t *set)
{
	(void)sigemptyset(set);
	(void)sigaddset(set, SIGHUP);
	(void)sigaddset(set, SIGINT);
	(void)sigaddset(set, SIGTERM);
	(void)sigaddset(set, SIGCHLD);
}

/* Published before it is used: no token is signed by a key unheard of. */
static void
replace_keys(zta_serving *s)
{
	bool changed = false;
	zta_error err = { 0 };
	zta_status status = zta_keeper__load(&s->keeper, &err);

	if (status == ZTA_OK) {
		status = zta_zone_keys__publish(&s->service.keys,
		    zta_str_of(s->keeper.jwks), &changed, &err);
	}
	if (status == ZTA_OK && changed) {
		status = zta_serving__record_key(s, &err);
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

void
zta_serving__watch(zta_serving *s)
{
	zta_file_state__add(&s->keys, s->config.jwks_dir);
	(void)zta_file_state__look(&s->keys);
	zta_file_state__add(&s->changes[API_KEYS], s->config.api_keys);
	zta_file_state__add(&s->changes[REVOCATIONS], s->config.revocations);
	zta_file_state__add(&s->changes[DELEGATIONS], s->config.delegations);
	(void)snprintf(s->erasures, sizeof(s->erasures),
	    "%s/" ZTA_ERASURES_FILE, s->config.log_dir);
	zta_file_state__add(&s->changes[ERASURES], s->erasures);
}

void
zta_serving__look(zta_serving *s)
{
	static const char *const names[ADMIN_FILES] = { [API_KEYS] = "api_keys",
		[REVOCATIONS] = "revocations",
		[DELEGATIONS] = "delegations",
		[ERASURES] = "erasures" };
	zta_error err = { 0 };
	size_t i;

	for (i = 0; i < ADMIN_FILES; i++) {
		if (s->changes[i].count > 0 &&
		    zta_file_state__look(&s->changes[i]) &&
		    /* Without it, nothing was erased. */
		    (i != ERASURES || access(s->erasures, F_OK) == 0) &&
		    zta_chronicle__file(&s->chronicle, names[i],
			s->changes[i].paths[0], &err) != ZTA_OK) {
			zta_daemon__say(
			    "a change of %s is not recorded: %s: %s", names[i],
			    err.place, err.message);
		}
	}
}

/*
 * What is older than the log shall be, and has arrived where the log is sent to:
 * what has not is looked for again soon.
 */
static zta_status
plan_retention(
    zta_serving *s, uint64_t covered, zta_retention *out, zta_error *err)
{
	const int64_t day = 24 * 3600 * INT64_C(1000);
	int64_t before = zta_time__now_ms() - s->config.log_keep_days * day;
	uint64_t arrived = zta_shipper__arrived(&s->shipper);
	zta_status status =
	    zta_retain__plan(s->config.log_dir, covered, before, out, err);

	if (status != ZTA_OK || out->first <= arrived) {
		s->retain_waits = false;
		return status;
	}
	if (!s->retain_waits) {
		s->retain_waits = true;
		zta_daemon__say("log: entries below %" PRIu64
				" are kept until %s has them",
		    out->first, s->config.ship_to);
	}
	s->retain_at = zta_time__monotonic_ms() + ZTA_LOG_RETAIN_AGAIN_MS;
	return zta_retain__plan(s->config.log_dir, arrived, before, out, err);
}

/* Give up what is older than the log shall be. */
static void
retain(zta_serving *s)
{
	int64_t now = zta_time__monotonic_ms();
	zta_retention what = { 0 };
	zta_log_head head;
	zta_error err = { 0 };
	zta_status status = ZTA_OK;

	if (s->config.log_keep_days == 0 || now < s->retain_at ||
	    zta_publisher__latest(s->publisher, &head, NULL) != ZTA_OK) {
		return;
	}
	s->retain_at = now + ZTA_LOG_RETAIN_MS;
	status = plan_retention(s, head.size, &what, &err);
	if (status == ZTA_OK && what.segments > 0) {
		status = zta_chronicle__retain(&s->chronicle, &what, &err);
	}
	if (status == ZTA_OK) {
		status = zta_retain__apply(s->config.log_dir, &what, &err);
	}
	if (status == ZTA_OK && what.segments > 0) {
		zta_daemon__say(
		    "log: begins with entry %" PRIu64 " now", what.first);
	}
	if (status != ZTA_OK) {
		zta_daemon__say("log: old entries are still kept: %s: %s",
		    err.place, err.message);
	}
}

/* Files may have changed: look, now and then. */
static void
look_at_files(zta_serving *s)
{
	zta_serving__look(s);
	retain(s);
	zta_certificate__renew(&s->certificate, false);
	if (zta_file_state__look(&s->keys)) {
		zta_follower__reload(&s->follower);
	}
}

/* The ledger is loaded by the follower, and it says what became of it. */
static void
reload(zta_serving *s)
{
	zta_notify__reloading(s->notify);
	replace_keys(s);
	zta_certificate__renew(&s->certificate, true);
	zta_follower__reload(&s->follower);
	zta_notify__ready(s->notify);
}

/* Returns the exit code. */
int
zta_serving__wait(zta_serving *s)
{
	const struct timespec look = { 1, 0 };
	sigset_t set;
	int signal;

	zta_serving__signals(&set);
	for (;;) {
		signal = sigtimedwait(&set, NULL, &look);
		if (signal < 0) {
			look_at_files(s);
		} else if (signal == SIGHUP) {
			reload(s);
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
