/* SPDX-License-Identifier: Apache-2.0 */
/*
 * import.c - ledgers to and from files of git; see ztauth/sync.h.
 *
 * What a bundle holds is kept first, where no ref reaches it, and then taken
 * commit by commit through the gate, so that a long history needs no more
 * memory than its longest step.
 */
#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/time.h"
#include "pap/bundle.h"
#include "pap/receive.h"
#include "pap/report.h"
#include "pap/signers.h"
#include "ztauth/sync.h"

/* --- to git */

zta_status
zta_ledger_export(
    const char *store, const char *ledger, const char *dir, zta_error *err)
{
	zta_ledger l = { NULL, zta_str_of(ledger) };
	zta_status status = zta_store__open(&l.store, store, err);

	if (status == ZTA_OK) {
		status = zta_bundle__repository(&l, dir, err);
	}
	zta_store__close(l.store);
	return status;
}

zta_status
zta_ledger_bundle(const char *store, const char *ledger, const char *since,
    const char *path, zta_error *err)
{
	zta_ledger l = { NULL, zta_str_of(ledger) };
	zta_oid base = { { 0 } };
	zta_buf out;
	zta_status status;

	if (since != NULL && !zta_oid__parse(zta_str_of(since), &base)) {
		return zta_error__set(
		    err, ZTA_EINVAL, "an id is 64 hexadecimal digits");
	}
	zta_buf__init(&out, ZTA_TRANSFER_MAX);
	status = zta_store__open(&l.store, store, err);
	if (status == ZTA_OK) {
		status = zta_bundle__write(&l, &base, &out, err);
	}
	if (status == ZTA_OK) {
		status = zta_file__replace(path, 0644, zta_buf__str(&out), err);
	}
	zta_store__close(l.store);
	zta_buf__release(&out);
	return status;
}

/* --- from git */

typedef struct importer {
	zta_ledger ledger;
	zta_arena arena; /* of the bundle and all else */
	const char *signers_path;
	zta_ssh_allowed_list signers; /* if there is a path; else whoever */
	zta_oid ours;
	zta_check check;
	zta_ledger_imported *out;
	zta_error *err;
} importer;

static zta_status
open_ledger(importer *m, const char *store)
{
	zta_status status = zta_store__open(&m->ledger.store, store, m->err);

	if (status == ZTA_OK) {
		status = zta_store__ledger_create(
		    m->ledger.store, m->ledger.name, m->err);
		status = status == ZTA_EEXIST ? ZTA_OK : status;
	}
	if (status == ZTA_OK) {
		status = zta_ledger__ref(
		    &m->ledger, ZTA_LEDGER_MAIN, &m->ours, m->err);
	}
	if (status == ZTA_ENOTFOUND) {
		m->ours = (zta_oid){ 0 };
		status = ZTA_OK;
	}
	return status;
}

/* One commit, with the objects that are kept. */
static zta_status
take(importer *m, const zta_oid *commit)
{
	const zta_transfer nothing = { NULL, 0 };
	zta_signers signers = { m->signers_path == NULL ? NULL : &m->signers,
		zta_time__now_ms() };
	const zta_received received = { .ledger = &m->ledger,
		.ref = ZTA_LEDGER_MAIN,
		.from = m->ours,
		.to = *commit,
		.transfer = &nothing,
		.at = signers.now,
		.may_sign = zta_signers__may,
		.context = &signers };
	zta_oid culprit;
	zta_status status =
	    zta_receive__run(&received, &m->check, &culprit, m->err);

	if (status == ZTA_OK && m->check.findings.errors > 0) {
		m->out->outcome = ZTA_WORKSPACE_REFUSED;
		zta_oid__hex(&culprit, m->out->culprit);
		return ZTA_OK;
	}
	zta_check__release(&m->check);
	if (status == ZTA_OK) {
		m->ours = *commit;
		m->out->outcome = ZTA_WORKSPACE_MOVED;
	}
	return status;
}

typedef struct step step;
struct step {
	zta_oid oid;
	step *newer;
};

/* The commits from ours to `head`, oldest first. ZTA_ECONFLICT: no such line. */
static zta_status
find_steps(importer *m, const zta_oid *head, step **oldest)
{
	zta_arena arena;
	zta_commit commit;
	zta_oid at = *head;
	step *found;
	zta_status status = ZTA_OK;

	*oldest = NULL;
	zta_arena__init(&arena, SIZE_MAX);
	while (status == ZTA_OK && !zta_oid__eq(&at, &m->ours)) {
		if (zta_oid__is_none(&at)) {
			status = zta_error__set(m->err, ZTA_ECONFLICT,
			    "the bundle is not of our line of history");
			break;
		}
		found = zta_arena__alloc(&m->arena, sizeof(*found));
		if (found == NULL) {
			status = zta_arena__failed(&m->arena, m->err);
			break;
		}
		*found = (step){ at, *oldest };
		*oldest = found;
		zta_arena__reset(&arena);
		status = zta_ledger__commit(
		    &m->ledger, &at, &arena, &commit, m->err);
		at = status == ZTA_OK && commit.has_parent ? commit.parent :
							     (zta_oid){ 0 };
	}
	zta_arena__release(&arena);
	return status;
}

static zta_status
take_all(importer *m, const zta_bundle *bundle)
{
	step *at = NULL;
	bool old = false;
	zta_status status = ZTA_OK;

	if (!zta_oid__is_none(&m->ours)) {
		status = zta_store__object_has(m->ledger.store, m->ledger.name,
		    &bundle->head, 1, &old, m->err);
	}
	if (status == ZTA_OK && old) {
		status = zta_ledger__descends(
		    &m->ledger, &bundle->head, &m->ours, &old, m->err);
	}
	if (status != ZTA_OK || old) {
		m->out->outcome = zta_oid__eq(&bundle->head, &m->ours) ?
		    ZTA_WORKSPACE_SAME :
		    ZTA_WORKSPACE_AHEAD;
		return status;
	}
	status = zta_store__object_put(m->ledger.store, m->ledger.name,
	    bundle->list, bundle->count, m->err);
	if (status == ZTA_OK) {
		status = find_steps(m, &bundle->head, &at);
	}
	while (status == ZTA_OK && at != NULL &&
	    m->out->outcome != ZTA_WORKSPACE_REFUSED) {
		status = take(m, &at->oid);
		at = at->newer;
	}
	return status;
}

static zta_status
run(importer *m, const char *store, const char *path)
{
	zta_bundle bundle;
	zta_str bytes;
	zta_status status = ZTA_OK;

	if (m->signers_path != NULL) {
		status = zta_signers__read(
		    &m->arena, m->signers_path, &m->signers, m->err);
	}
	if (status == ZTA_OK) {
		status = zta_file__read(
		    &m->arena, path, ZTA_TRANSFER_MAX, &bytes, m->err);
	}
	if (status == ZTA_OK) {
		status = zta_bundle__read(&m->arena, bytes, &bundle, m->err);
		if (status != ZTA_OK) {
			zta_error__inside(m->err, "%s", path);
		}
	}
	if (status == ZTA_OK) {
		status = open_ledger(m, store);
	}
	if (status == ZTA_OK) {
		status = take_all(m, &bundle);
	}
	if (status == ZTA_OK && !zta_oid__is_none(&m->ours)) {
		zta_oid__hex(&m->ours, m->out->head);
	}
	return status;
}

zta_status
zta_ledger_import(const char *store, const char *ledger, const char *path,
    const char *signers, zta_ledger_imported *out, zta_error *err)
{
	importer m = { .ledger = { NULL, zta_str_of(ledger) },
		.signers_path = signers,
		.out = out,
		.err = err };
	zta_report *report = NULL;
	zta_status status;

	*out = (zta_ledger_imported){ .outcome = ZTA_WORKSPACE_SAME };
	zta_arena__init(&m.arena, SIZE_MAX);
	status = run(&m, store, path);
	if (status == ZTA_OK && out->outcome == ZTA_WORKSPACE_REFUSED) {
		status = zta_report__of(&report, &m.check, err);
		out->report = report == NULL ? NULL : &report->shown;
	}
	zta_store__close(m.ledger.store);
	zta_arena__release(&m.arena);
	return status;
}
