/* SPDX-License-Identifier: Apache-2.0 */
/* mirror.c - see mirror.h. */
#include "daemon/mirror.h"

#include <string.h>
#include <time.h>

#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/time.h"
#include "daemon/say.h"
#include "pap/signers.h"

/* How long one question waits for a change. */
#define WAIT_MS 25000u
/* Pauses after failures: they double, up to the second. */
#define PAUSE_MIN_MS 100u
#define PAUSE_MAX_MS 2000u
/* How soon the thread sees that it is to stop. */
#define LOOK_MS 50u

/* What was refused, as an error. */
static zta_status
tell_refusal(const zta_remote_pull *pull, zta_error *err)
{
	char digits[ZTA_OID_HEX_MAX];
	const zta_ledger_finding *f = pull->check.findings.list;

	while (f->warning) {
		f++;
	}
	zta_oid__hex(&pull->culprit, digits);
	(void)zta_error__at(
	    err, ZTA_EINVALID, f->line, f->column, "%s", f->message);
	zta_error__place(err, "commit %s: %.*s", digits, ZTA_STR_ARG(f->file));
	return ZTA_EINVALID;
}

static zta_status
pull(zta_mirror *m, const zta_oid *head, zta_error *err)
{
	zta_ssh_allowed_list signers = { 0 };
	zta_remote_pull pull = { .ledger = &m->ledger,
		.ref = ZTA_LEDGER_MAIN,
		.signers = &signers,
		.latest = m->latest };
	char digits[ZTA_OID_HEX_MAX];
	zta_arena arena;
	zta_status status;

	zta_arena__init(&arena, SIZE_MAX);
	/* As the file has it now: a change needs no restart. */
	status = zta_signers__read(&arena, m->config->signers, &signers, err);
	if (status == ZTA_OK) {
		status = zta_remote__pull(&m->remote, head, &pull, err);
	}
	if (!zta_oid__eq(&pull.from, &pull.to)) {
		zta_oid__hex(&pull.to, digits);
		zta_daemon__say("follow: at %s", digits);
	}
	if (status == ZTA_OK && pull.outcome == ZTA_REMOTE_REFUSED) {
		status = tell_refusal(&pull, err);
	} else if (status == ZTA_OK && pull.outcome == ZTA_REMOTE_AHEAD) {
		status = zta_error__set(err, ZTA_ECONFLICT,
		    "the server has gone back to an older commit");
	}
	zta_check__release(&pull.check);
	zta_arena__release(&arena);
	return status;
}

/* What is said once need not be said again while it lasts. */
static void
complain(zta_mirror *m, const zta_error *err)
{
	if (strcmp(m->said, err->message) != 0) {
		(void)zta_daemon__complain("follow", err);
		memcpy(m->said, err->message, sizeof(m->said));
	}
}

static void
rest(const zta_mirror *m, uint32_t ms)
{
	const struct timespec look = { 0, (long)LOOK_MS * 1000000 };
	int64_t end = zta_time__monotonic_ms() + ms;

	while (!atomic_load(&m->stop) && zta_time__monotonic_ms() < end) {
		(void)nanosleep(&look, NULL);
	}
}

static void *
mirror(void *context)
{
	zta_mirror *m = context;
	zta_remote_state state = { .sequence = 0 };
	uint32_t wait = 0, pause = PAUSE_MIN_MS;
	zta_error err;
	zta_status status;

	while (!atomic_load(&m->stop)) {
		err = (zta_error){ 0 };
		status = zta_remote__look(&m->remote, ZTA_LEDGER_MAIN,
		    state.sequence, wait, &state, &err);
		if (status == ZTA_OK) {
			status = pull(m, &state.head, &err);
		}
		if (status == ZTA_OK) {
			zta_service__heard(m->service, &state.head);
			m->said[0] = '\0';
			wait = WAIT_MS;
			pause = PAUSE_MIN_MS;
		} else if (!atomic_load(&m->stop)) {
			complain(m, &err);
			wait = 0;
			rest(m, pause);
			pause =
			    pause * 2 < PAUSE_MAX_MS ? pause * 2 : PAUSE_MAX_MS;
		}
	}
	return NULL;
}

/* --- opening */

static zta_status
read_key(zta_mirror *m, zta_arena *arena, zta_error *err)
{
	zta_str text = ZTA_STR("");
	zta_status status;

	if (m->config->follow_key == NULL) {
		return ZTA_OK;
	}
	status = zta_file__read(
	    arena, m->config->follow_key, ZTA_SSH_ARMOR_MAX, &text, err);
	if (status == ZTA_OK) {
		status = zta_key_read_pem(&m->key, text, err);
	}
	if (status == ZTA_OK && !zta_key_is_private(m->key)) {
		status = zta_error__set(
		    err, ZTA_EINVALID, "the private key is needed");
	}
	if (status == ZTA_OK) {
		m->signer.pair = m->key;
		status = zta_ssh_key__of(m->key, &m->signer.key, err);
	}
	if (status != ZTA_OK) {
		zta_error__place(err, "%s", m->config->follow_key);
	}
	explicit_bzero((void *)(uintptr_t)text.ptr, text.len);
	return status;
}

zta_status
zta_mirror__open(zta_mirror *m, const zta_config *config, zta_service *service,
    const zta_follower *follower, zta_error *err)
{
	zta_remote_options options = { .url = config->follow };
	zta_ssh_allowed_list signers;
	zta_arena arena;
	zta_status status;

	*m = (zta_mirror){ .config = config,
		.service = service,
		.ledger = { follower->store, follower->ledger },
		.latest = follower->latest };
	service->zone.follows = config->follow != NULL;
	if (!service->zone.follows) {
		return ZTA_OK;
	}
	options.stop = &m->stop;
	zta_arena__init(&arena, SIZE_MAX);
	status = read_key(m, &arena, err);
	if (status == ZTA_OK) {
		status =
		    zta_signers__read(&arena, config->signers, &signers, err);
	}
	if (status == ZTA_OK) {
		options.signer = m->key == NULL ? NULL : &m->signer;
		status = zta_remote__open(&m->remote, &options, err);
	}
	zta_arena__release(&arena);
	return status;
}

zta_status
zta_mirror__start(zta_mirror *m, zta_error *err)
{
	if (m->config->follow == NULL) {
		return ZTA_OK;
	}
	if (pthread_create(&m->thread, NULL, mirror, m) != 0) {
		return zta_error__set(err, ZTA_ENOMEM, "cannot start a thread");
	}
	m->started = true;
	return ZTA_OK;
}

void
zta_mirror__stop(zta_mirror *m)
{
	atomic_store(&m->stop, true);
	if (m->started) {
		(void)pthread_join(m->thread, NULL);
		m->started = false;
	}
}

void
zta_mirror__close(zta_mirror *m)
{
	zta_remote__close(&m->remote);
	zta_key_close(m->key);
	m->key = NULL;
}
