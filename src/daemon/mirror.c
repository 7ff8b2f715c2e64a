/* SPDX-License-Identifier: Apache-2.0 */
/* mirror.c - see mirror.h. */
#include "daemon/mirror.h"

#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/str.h"
#include "daemon/say.h"
#include "pap/signers.h"

/* How long one question waits for a change. */
#define WAIT_MS 25000u

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

static zta_status
ask(void *context, bool wait, zta_error *err)
{
	zta_mirror *m = context;
	zta_status status = zta_remote__look(&m->remote, ZTA_LEDGER_MAIN,
	    m->state.sequence, wait ? WAIT_MS : 0, &m->state, err);

	if (status == ZTA_OK) {
		status = pull(m, &m->state.head, err);
	}
	if (status == ZTA_OK) {
		zta_service__heard(m->service, &m->state.head);
	}
	return status;
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
	m->asking = (zta_asking){ .what = "follow", .ask = ask, .context = m };
	options.stop = &m->asking.stop;
	zta_arena__init(&arena, SIZE_MAX);
	status = read_key(m, &arena, err);
	if (!service->zone.follows) {
		zta_arena__release(&arena);
		return status;
	}
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
	return zta_asking__start(&m->asking, err);
}

void
zta_mirror__stop(zta_mirror *m)
{
	zta_asking__stop(&m->asking);
}

void
zta_mirror__close(zta_mirror *m)
{
	zta_remote__close(&m->remote);
	zta_key_close(m->key);
	m->key = NULL;
}
