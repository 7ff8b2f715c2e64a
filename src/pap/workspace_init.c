/* SPDX-License-Identifier: Apache-2.0 */
/*
 * workspace_init.c - make a folder a workspace. Each step may find that it was
 * done before; the configuration comes last and says that all of them were.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/json_write.h"
#include "base/limits.h"
#include "base/str.h"
#include "pap/remote.h"
#include "pap/workspace.h"

/* The zone of no server: those are numbers. */
static const char local_zone[] = "local";

typedef struct maker {
	zta_arena arena;
	const char *dir;
	zta_workspace_config config;
	bool cloned; /* the files come from elsewhere */
	zta_workspace_made *out;
	zta_error *err;
} maker;

/* "<dir>/<name>"; an error if it does not fit. */
static zta_status
path_of(maker *m, const char *name, char out[PATH_MAX])
{
	int len = snprintf(out, PATH_MAX, "%s/%s", m->dir, name);

	return len >= 0 && len < PATH_MAX ?
	    ZTA_OK :
	    zta_error__set(m->err, ZTA_ELIMIT, "the path is too long");
}

static bool
exists(maker *m, const char *name)
{
	char path[PATH_MAX];

	return path_of(m, name, path) == ZTA_OK && access(path, F_OK) == 0;
}

static zta_status
make_dir(maker *m, const char *path, unsigned mode)
{
	zta_status status;

	if (mkdir(path, mode) == 0 || errno == EEXIST) {
		return ZTA_OK;
	}
	status = zta_error__errno(m->err, "make the folder");
	zta_error__place(m->err, "%s", path);
	return status;
}

static zta_status
write_file(maker *m, const char *name, zta_str text)
{
	char path[PATH_MAX];
	zta_status status = path_of(m, name, path);

	return status != ZTA_OK ? status :
				  zta_file__replace(path, 0644, text, m->err);
}

/* --- what it is called */

/* `text` as the name of a ledger; empty if nothing is left of it. */
static zta_status
clean(maker *m, zta_str text, zta_str *out)
{
	char *name;
	size_t i;

	while (text.len > 0 && strchr(".-/", text.ptr[0]) != NULL) {
		text.ptr++;
		text.len--;
	}
	text.len =
	    text.len < ZTA_STORE_LEDGER_MAX ? text.len : ZTA_STORE_LEDGER_MAX;
	name = zta_arena__cstr(&m->arena, text);
	if (name == NULL) {
		return zta_arena__failed(&m->arena, m->err);
	}
	for (i = 0; i < text.len; i++) {
		if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxy"
			   "z0123456789._-",
			name[i]) == NULL) {
			name[i] = '-';
		}
	}
	*out = (zta_str){ name, text.len };
	return ZTA_OK;
}

/* The name that the manifest gives; empty: there is none. */
static zta_status
name_of_manifest(maker *m, zta_str *out)
{
	char path[PATH_MAX];
	zta_json_doc doc;
	const zta_json *node = NULL;
	zta_str text;
	zta_status status = path_of(m, "manifest.json", path);

	*out = ZTA_STR("");
	if (status != ZTA_OK || access(path, F_OK) != 0) {
		return status;
	}
	status =
	    zta_file__read(&m->arena, path, ZTA_LEDGER_FILE_MAX, &text, m->err);
	if (status != ZTA_OK ||
	    zta_json__read(&m->arena, text, &doc, NULL) != ZTA_OK) {
		return status;
	}
	if (doc.root->type == ZTA_JSON_OBJECT) {
		node = zta_json__get(doc.root, "metadata");
	}
	if (node != NULL && node->type == ZTA_JSON_OBJECT) {
		node = zta_json__get(node, "name");
	}
	return node == NULL || node->type != ZTA_JSON_STRING ?
	    ZTA_OK :
	    clean(m, zta_json__str(node), out);
}

static zta_status
name_of_dir(maker *m, zta_str *out)
{
	char path[PATH_MAX];
	const char *slash;

	if (realpath(m->dir, path) == NULL) {
		return zta_error__errno(m->err, "find the folder");
	}
	slash = strrchr(path, '/');
	return clean(m, zta_str_of(slash + 1), out);
}

static zta_status
choose_name(maker *m, const char *name)
{
	zta_status status = ZTA_OK;

	if (name != NULL) {
		m->config.name = zta_str_of(name);
		return ZTA_OK;
	}
	status = name_of_manifest(m, &m->config.name);
	if (status == ZTA_OK && m->config.name.len == 0) {
		status = name_of_dir(m, &m->config.name);
	}
	if (m->config.name.len == 0) {
		m->config.name = ZTA_STR("ledger");
	}
	return status;
}

/* --- what is made */

static zta_status
make_store(maker *m)
{
	const char *name = m->out->ledger;
	char path[PATH_MAX];
	zta_store *store = NULL;
	zta_status status;

	(void)snprintf(m->out->ledger, sizeof(m->out->ledger), "%.*s/%.*s",
	    ZTA_STR_ARG(m->config.zone), ZTA_STR_ARG(m->config.name));
	status = path_of(m, ".ztauth/store.db", path);
	if (status == ZTA_OK) {
		status = zta_store__open(&store, path, m->err);
	}
	if (status == ZTA_OK) {
		status =
		    zta_store__ledger_create(store, zta_str_of(name), m->err);
		status = status == ZTA_EEXIST ? ZTA_OK : status;
	}
	zta_store__close(store);
	return status;
}

static zta_status
make_manifest(maker *m)
{
	zta_buf buf;
	zta_json_out out = { &buf, false };
	zta_status status;

	m->out->schema = exists(m, "schema.cedarschema");
	if (exists(m, "manifest.json")) {
		return ZTA_OK;
	}
	zta_buf__init(&buf, SIZE_MAX);
	zta_buf__text(&buf, "{ \"metadata\": { \"name\": ");
	zta_json_out__str(&out, m->config.name);
	zta_buf__printf(&buf,
	    " },\n  \"partitions\": { \"/\": { \"schema\": %s } } }\n",
	    m->out->schema ? "true" : "false");
	status = buf.status != ZTA_OK ?
	    zta_error__nomem(m->err) :
	    write_file(m, "manifest.json", zta_buf__str(&buf));
	zta_buf__release(&buf);
	m->out->manifest = status == ZTA_OK;
	return status;
}

static zta_status
make_config(maker *m)
{
	char path[PATH_MAX];
	zta_status status = path_of(m, ".ztauth/config.json", path);

	return status != ZTA_OK ?
	    status :
	    zta_workspace_config__write(path, &m->config, m->err);
}

static zta_status
make(maker *m, const char *name)
{
	char path[PATH_MAX];
	zta_status status = path_of(m, ".ztauth", path);

	if (status == ZTA_OK) {
		status = make_dir(m, m->dir, 0777);
	}
	if (status == ZTA_OK) {
		status = choose_name(m, name);
	}
	if (status == ZTA_OK) {
		status = make_dir(m, path, 0700);
	}
	if (status == ZTA_OK) {
		status = make_store(m);
	}
	if (status == ZTA_OK) {
		status = write_file(m, ".ztauth/.gitignore", ZTA_STR("*\n"));
	}
	if (status == ZTA_OK && !m->cloned) {
		status = make_manifest(m);
	}
	return status != ZTA_OK ? status : make_config(m);
}

/* Say what was there. */
static zta_status
tell(maker *m)
{
	char path[PATH_MAX];
	zta_status status = path_of(m, ".ztauth/config.json", path);

	if (status == ZTA_OK) {
		status = zta_workspace_config__read(
		    &m->arena, path, &m->config, m->err);
	}
	if (status == ZTA_OK) {
		m->out->existed = true;
		m->out->schema = exists(m, "schema.cedarschema");
		(void)snprintf(m->out->ledger, sizeof(m->out->ledger),
		    "%.*s/%.*s", ZTA_STR_ARG(m->config.zone),
		    ZTA_STR_ARG(m->config.name));
	}
	return status;
}

zta_status
zta_workspace_init(const char *dir, const char *name, const char *zone,
    zta_workspace_made *out, zta_error *err)
{
	maker m = { .dir = dir, .out = out, .err = err };
	zta_status status;

	*out = (zta_workspace_made){ 0 };
	zta_arena__init(&m.arena, SIZE_MAX);
	m.config = (zta_workspace_config){
		.zone = zta_str_of(zone == NULL ? local_zone : zone)
	};
	status = exists(&m, ".ztauth/config.json") ? tell(&m) : make(&m, name);
	zta_arena__release(&m.arena);
	return status;
}

/* Is it empty, or not there? */
static zta_status
demand_empty(maker *m)
{
	struct dirent *entry = NULL;
	DIR *dir = opendir(m->dir);

	if (dir == NULL) {
		return errno == ENOENT ? ZTA_OK :
					 zta_error__errno(m->err, "open");
	}
	do {
		entry = readdir(dir);
	} while (entry != NULL &&
	    (strcmp(entry->d_name, ".") == 0 ||
		strcmp(entry->d_name, "..") == 0));
	(void)closedir(dir);
	return entry == NULL ?
	    ZTA_OK :
	    zta_error__set(m->err, ZTA_EEXIST, "the folder is not empty");
}

/* `signers` from everywhere. */
static zta_status
set_signers(maker *m, const char *signers)
{
	char path[PATH_MAX];

	if (signers == NULL) {
		return ZTA_OK;
	}
	if (realpath(signers, path) == NULL) {
		return zta_error__errno(m->err, "find the list of signers");
	}
	m->config.signers = zta_arena__copy(&m->arena, zta_str_of(path));
	return m->config.signers.ptr != NULL ?
	    ZTA_OK :
	    zta_arena__failed(&m->arena, m->err);
}

zta_status
zta_workspace_clone(
    const char *url, const char *dir, const char *signers, zta_error *err)
{
	const zta_workspace_remote origin = { ZTA_STR("origin"),
		zta_str_of(url) };
	zta_workspace_made made = { 0 };
	maker m = { .dir = dir, .cloned = true, .out = &made, .err = err };
	char *name = NULL;
	zta_status status;

	zta_arena__init(&m.arena, SIZE_MAX);
	m.config.remotes = &origin;
	m.config.remote_count = 1;
	status = zta_remote__parse(url, &m.config.zone, &m.config.name, err);
	if (status == ZTA_OK) {
		status = demand_empty(&m);
	}
	if (status == ZTA_OK) {
		status = set_signers(&m, signers);
	}
	if (status == ZTA_OK) {
		name = zta_arena__cstr(&m.arena, m.config.name);
		status = name == NULL ? zta_arena__failed(&m.arena, err) :
					make(&m, name);
	}
	zta_error__place(status == ZTA_OK ? NULL : err, "%s", dir);
	zta_arena__release(&m.arena);
	return status;
}
