/* SPDX-License-Identifier: Apache-2.0 */
/* follow.c - see follow.h. */
#include "daemon/follow.h"

#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/error.h"
#include "base/str.h"
#include "daemon/develop.h"
#include "daemon/say.h"
#include "ledger/ledger.h"

/* How soon a thread sees that it is to stop, or to load anew. */
#define LOOK_MS 100

/* Which commit the ref names; none if it does not exist yet. */
static zta_status
find_commit(const zta_follower *f, zta_oid *commit, zta_error *err)
{
	const zta_ledger ledger = { f->store, f->ledger };
	zta_store_ref *refs;
	size_t count;
	zta_arena arena;
	zta_status status =
	    zta_ledger__ref(&ledger, ZTA_LEDGER_MAIN, commit, err);

	if (status != ZTA_ENOTFOUND) {
		return status;
	}
	/* No ref, or no ledger? */
	zta_arena__init(&arena, SIZE_MAX);
	status = zta_store__ref_list(
	    f->store, f->ledger, &arena, &refs, &count, err);
	zta_arena__release(&arena);
	return status;
}

static zta_status
load_commit(const zta_follower *f, const zta_oid *commit, zta_snapshot **out,
    zta_error *err)
{
	const zta_ledger ledger = { f->store, f->ledger };
	zta_snapshot *base = zta_latest__get(f->latest, f->ledger);
	zta_arena arena;
	zta_tree tree;
	zta_status status;

	zta_arena__init(&arena, SIZE_MAX);
	status = zta_ledger__files_on(&ledger, commit,
	    base == NULL ? NULL : &base->tree, &arena, &tree, err);
	if (status == ZTA_OK) {
		zta_oid__hex(commit, tree.id);
		status = zta_snapshot__of_tree(
		    out, &arena, &tree, base, f->config->jwks_dir, err);
	} else {
		zta_arena__release(&arena);
	}
	if (status == ZTA_OK) {
		zta_latest__put(f->latest, f->ledger, *out);
	}
	zta_snapshot__drop(base);
	return status;
}

/* What should be in force; NULL: nothing yet. */
static zta_status
load(const zta_follower *f, zta_snapshot **out, zta_error *err)
{
	zta_oid commit;
	zta_status status;

	*out = NULL;
	if (f->folder != NULL) {
		return zta_develop__load(
		    f->folder, f->config->jwks_dir, out, err);
	}
	if (f->store == NULL) {
		return zta_snapshot__load(
		    out, f->config->ledger_dir, f->config->jwks_dir, err);
	}
	status = find_commit(f, &commit, err);
	if (status != ZTA_OK || zta_oid__is_none(&commit)) {
		return status;
	}
	return load_commit(f, &commit, out, err);
}

/*
 * Put what should be in force in force; what does not load, or cannot be
 * recorded, changes nothing.
 */
static void
renew(zta_follower *f)
{
	zta_snapshot *snapshot;
	zta_error err = { 0 };
	zta_status status = load(f, &snapshot, &err);

	if (status == ZTA_OK && snapshot != NULL) {
		status = zta_chronicle__in_force(f->chronicle, snapshot, &err);
		if (status != ZTA_OK) {
			zta_snapshot__drop(snapshot);
		}
	}
	if (status != ZTA_OK) {
		(void)zta_daemon__complain("reload refused", &err);
		snapshot = zta_service__snapshot(f->service);
		zta_daemon__say("still in force: %s",
		    snapshot == NULL ? "nothing" : snapshot->tree.id);
		zta_snapshot__drop(snapshot);
	} else if (snapshot != NULL) {
		zta_daemon__say("in force: %s", snapshot->tree.id);
		zta_service__replace(f->service, snapshot);
	}
}

/* Has the ref moved away from what is in force? */
static zta_status
has_moved(const zta_follower *f, bool *moved, zta_error *err)
{
	zta_snapshot *snapshot;
	char digits[ZTA_OID_HEX_MAX];
	zta_oid commit;
	zta_status status = find_commit(f, &commit, err);

	*moved = false;
	if (status != ZTA_OK || zta_oid__is_none(&commit)) {
		return status;
	}
	zta_oid__hex(&commit, digits);
	snapshot = zta_service__snapshot(f->service);
	*moved = snapshot == NULL || strcmp(snapshot->tree.id, digits) != 0;
	zta_snapshot__drop(snapshot);
	return ZTA_OK;
}

/* Wait for a change and follow it. A failure of the store is tried again. */
static zta_status
follow_once(zta_follower *f, zta_error *err)
{
	uint64_t newest;
	bool moved = false;
	zta_status status =
	    zta_store__wait(f->store, f->seen, LOOK_MS, &newest, err);

	if (status != ZTA_OK) {
		return status;
	}
	if (newest > f->seen) {
		zta_ledgers__changed(f->ledgers);
		status = has_moved(f, &moved, err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	f->seen = newest > f->seen ? newest : f->seen;
	if (moved || atomic_exchange(&f->reload, false)) {
		renew(f);
	}
	return ZTA_OK;
}

/* The same of the folder that is developed in. */
static zta_status
watch_once(zta_follower *f, zta_error *err)
{
	bool changed = false;
	zta_status status = zta_watch__wait(f->watch, LOOK_MS, &changed, err);

	if (status == ZTA_OK &&
	    (atomic_exchange(&f->reload, false) || changed)) {
		renew(f);
	}
	return status;
}

static void *
follow(void *context)
{
	const struct timespec pause = { 0, (long)LOOK_MS * 1000000 };
	zta_follower *f = context;
	zta_error err;
	bool well = true;

	while (!atomic_load(&f->stop)) {
		err = (zta_error){ 0 };
		if ((f->watch != NULL ? watch_once(f, &err) :
					follow_once(f, &err)) == ZTA_OK) {
			well = true;
			continue;
		}
		if (well) {
			(void)zta_daemon__complain(
			    f->watch != NULL ? "watch" : "store", &err);
		}
		well = false;
		(void)nanosleep(&pause, NULL);
	}
	return NULL;
}

/* "<zone>/<name>" */
static zta_status
name_ledger(zta_follower *f, zta_arena *arena, zta_error *err)
{
	const zta_config *c = f->config;
	size_t len = strlen(c->zone) + 1 + strlen(c->ledger);
	char *name = zta_arena__alloc(arena, len + 1);

	if (name == NULL) {
		return zta_arena__failed(arena, err);
	}
	(void)stpcpy(stpcpy(stpcpy(name, c->zone), "/"), c->ledger);
	f->ledger = (zta_str){ name, len };
	return ZTA_OK;
}

/* Watch, then look: what happens from then on is seen. */
static zta_status
open_folder(zta_follower *f, zta_error *err)
{
	zta_status status = zta_watch__open(&f->watch, f->folder, err);

	if (status == ZTA_OK) {
		status = load(f, &f->service->snapshot, err);
	}
	/* There is somebody who will mend it. */
	if (zta_error__is_input(status)) {
		(void)zta_daemon__complain("not in force", err);
		status = ZTA_OK;
	}
	return status;
}

zta_status
zta_follower__open(zta_follower *f, const zta_config *config,
    const char *folder, zta_service *service, zta_arena *arena, zta_error *err)
{
	zta_status status;

	*f = (zta_follower){
		.config = config, .service = service, .folder = folder
	};
	if (folder != NULL) {
		return open_folder(f, err);
	}
	status = name_ledger(f, arena, err);
	if (status == ZTA_OK) {
		status = zta_latest__open(&f->latest, err);
	}
	if (status == ZTA_OK && config->follow != NULL &&
	    config->data_dir != NULL) {
		/* If it cannot be made, the store says so. */
		(void)mkdir(config->data_dir, 0700);
	}
	if (status == ZTA_OK && config->store != NULL) {
		status = zta_store__open(&f->store, config->store, err);
	}
	if (status == ZTA_OK && config->follow != NULL) {
		status = zta_store__ledger_create(f->store, f->ledger, err);
		status = status == ZTA_EEXIST ? ZTA_OK : status;
	}
	/* The number first: what happens from then on is seen. */
	if (status == ZTA_OK && f->store != NULL) {
		status = zta_store__wait(f->store, 0, 0, &f->seen, err);
	}
	return status != ZTA_OK ? status : load(f, &service->snapshot, err);
}

zta_status
zta_follower__start(zta_follower *f, zta_error *err)
{
	if (f->store == NULL && f->watch == NULL) {
		return ZTA_OK;
	}
	if (pthread_create(&f->thread, NULL, follow, f) != 0) {
		return zta_error__set(err, ZTA_ENOMEM, "cannot start a thread");
	}
	f->started = true;
	return ZTA_OK;
}

void
zta_follower__reload(zta_follower *f)
{
	if (!f->started) {
		renew(f);
	} else {
		atomic_store(&f->reload, true);
	}
}

void
zta_follower__stop(zta_follower *f)
{
	atomic_store(&f->stop, true);
	if (f->started) {
		(void)pthread_join(f->thread, NULL);
		f->started = false;
	}
}

void
zta_follower__close(zta_follower *f)
{
	zta_latest__close(f->latest);
	f->latest = NULL;
	zta_store__close(f->store);
	f->store = NULL;
	zta_watch__close(f->watch);
	f->watch = NULL;
}
