/* SPDX-License-Identifier: Apache-2.0 */
/*
 * develop.c - see develop.h. The folder is read once: what was judged is what
 * is in force.
 */
#include "daemon/develop.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "base/time.h"
#include "daemon/say.h"
#include "pap/check.h"
#include "ztauth/key.h"

#define PLACE ".ztauth/serve"

/* Paths in it begin where it is. */
static const char config[] =
    "# What `ztauth serve --dir` serves this folder by; see ztauth.conf(5).\n"
    "# It was made once, and is yours to change.\n"
    "zone         100000000001\n"
    "trust_domain localhost\n"
    "ledger_dir   ../..\n"
    "log_dir      log\n"
    "signing_key  zone.pem\n"
    "log_key      log.pem\n"
    "jwks_dir     keys\n"
    "listen       127.0.0.1:8420\n";

/* --- the place */

static const char *
path_in(zta_arena *arena, const char *dir, const char *name, zta_error *err)
{
	size_t len = strlen(dir) + strlen(name) + 2;
	char *path = zta_arena__alloc(arena, len);

	if (path == NULL) {
		(void)zta_arena__failed(arena, err);
		return NULL;
	}
	(void)snprintf(path, len, "%s/%s", dir, name);
	return path;
}

static zta_status
make_dir(zta_arena *arena, const char *dir, const char *name, zta_error *err)
{
	const char *path = path_in(arena, dir, name, err);
	zta_status status;

	if (path == NULL) {
		return ZTA_ENOMEM;
	}
	if (mkdir(path, 0700) == 0 || errno == EEXIST) {
		return ZTA_OK;
	}
	status = zta_error__errno(err, "make the directory");
	zta_error__place(err, "%s", path);
	return status;
}

/* Make a file that is not there yet. */
static zta_status
make_file(zta_arena *arena, const char *dir, const char *name,
    const char *content, zta_error *err)
{
	const char *path = path_in(arena, dir, name, err);

	if (path == NULL) {
		return ZTA_ENOMEM;
	}
	return access(path, F_OK) == 0 ?
	    ZTA_OK :
	    zta_file__replace(path, 0600, zta_str_of(content), err);
}

static zta_status
make_key(zta_arena *arena, const char *dir, const char *name, zta_alg alg,
    zta_error *err)
{
	const char *path = path_in(arena, dir, name, err);
	zta_key *key;
	zta_status status;

	if (path == NULL) {
		return ZTA_ENOMEM;
	}
	if (access(path, F_OK) == 0) {
		return ZTA_OK;
	}
	status = zta_key_generate(&key, alg, err);
	if (status == ZTA_OK) {
		status = zta_key_write_private(key, path, err);
		zta_key_close(key);
	}
	return status;
}

zta_status
zta_develop__config(
    zta_arena *arena, const char *dir, const char **path, zta_error *err)
{
	static const char *const dirs[] = { ".ztauth", PLACE, PLACE "/keys" };
	size_t i;
	zta_status status = ZTA_OK;

	for (i = 0; status == ZTA_OK && i < sizeof(dirs) / sizeof(dirs[0]);
	     i++) {
		status = make_dir(arena, dir, dirs[i], err);
	}
	if (status == ZTA_OK) {
		status =
		    make_file(arena, dir, ".ztauth/.gitignore", "*\n", err);
	}
	if (status == ZTA_OK) {
		status =
		    make_key(arena, dir, PLACE "/zone.pem", ZTA_ALG_ES256, err);
	}
	if (status == ZTA_OK) {
		status =
		    make_key(arena, dir, PLACE "/log.pem", ZTA_ALG_EDDSA, err);
	}
	if (status == ZTA_OK) {
		status =
		    make_file(arena, dir, PLACE "/ztauth.conf", config, err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	*path = path_in(arena, dir, PLACE "/ztauth.conf", err);
	if (*path == NULL) {
		return ZTA_ENOMEM;
	}
	zta_daemon__say("configuration, key and log are in %s/%s", dir, PLACE);
	return ZTA_OK;
}

/* --- the policies */

static void
say_findings(const char *dir, const zta_check *check)
{
	const zta_ledger_finding *f;
	uint32_t i;

	for (i = 0; i < check->findings.count; i++) {
		f = &check->findings.list[i];
		zta_daemon__say("%s%s/%.*s:%" PRIu32 ":%" PRIu32 ": %s [%s]",
		    f->warning ? "warning: " : "", dir, ZTA_STR_ARG(f->file),
		    f->line, f->column, f->message, f->rule);
	}
}

/* The check has not looked at key files. */
static zta_status
read_keys(zta_snapshot *s, const char *keys, zta_error *err)
{
	const zta_tree_file *file =
	    zta_tree__find(&s->tree, ZTA_STR("identity/sources.json"));

	if (file == NULL) {
		return ZTA_OK;
	}
	zta_sources__release(&s->sources);
	s->sources = (zta_sources){ 0 };
	return zta_sources__read(&s->sources, &s->arena, file->text, keys, err);
}

/* Who has not written that a token is needed needs none. */
static void
assume_no_token(zta_snapshot *s)
{
	if (zta_tree__find(&s->tree, ZTA_STR("manifest.json")) == NULL) {
		s->manifest.require = ZTA_REQUIRE_NONE;
		zta_daemon__say("without a manifest, requests need no token");
	}
}

zta_status
zta_develop__load(
    const char *dir, const char *keys, zta_snapshot **out, zta_error *err)
{
	zta_snapshot *snapshot;
	zta_check check;
	zta_status status = zta_check__dir(
	    &check, dir, ZTA_LEDGER_ASSUME_MANIFEST, zta_time__now_ms(), err);

	*out = NULL;
	if (status != ZTA_OK) {
		zta_check__release(&check);
		return status;
	}
	say_findings(dir, &check);
	snapshot = zta_check__snapshot(&check);
	if (snapshot == NULL) {
		status = zta_error__set(
		    err, ZTA_EINVALID, "the folder is not valid");
		zta_error__place(err, "%s", dir);
	} else {
		status = read_keys(snapshot, keys, err);
	}
	if (status == ZTA_OK) {
		assume_no_token(snapshot);
		*out = zta_snapshot__keep(snapshot);
	}
	zta_check__release(&check);
	return status;
}
