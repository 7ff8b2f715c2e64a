/* SPDX-License-Identifier: Apache-2.0 */
/*
 * serving_sandbox.c - what a server may open once it runs: what its
 * configuration names, and what the resolver and OpenSSL read of the system.
 * The keys that the keeper has are not among it, unless they lie beside it.
 */
#include <sys/stat.h>

#include "base/str.h"
#include "daemon/sandbox.h"
#include "daemon/say.h"
#include "daemon/serving.h"

#define PATHS_MAX (40u + 4 * ZTA_LOG_READERS_MAX)

typedef struct list {
	zta_sandbox_path items[PATHS_MAX];
	size_t count;
} list;

static void
add(list *l, const char *path, bool around, zta_sandbox_access access)
{
	l->items[l->count++] = (zta_sandbox_path){
		.path = path, .around = around, .access = access
	};
}

static void
add_system(list *l)
{
	/* What the resolver, libpq and OpenSSL look up; /etc/resolv.conf is
	 * replaced, so its directory is meant. */
	static const char *const paths[] = { "/etc", "/run/systemd/resolve",
		"/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/share",
		"/dev/urandom", "/sys/devices/system/cpu" };
	size_t i;

	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		add(l, paths[i], false, ZTA_SANDBOX_READ);
	}
	add(l, "/dev/null", false, ZTA_SANDBOX_WRITE);
}

static void
add_exports(list *l, const zta_config *c)
{
	const zta_config_export *e;
	uint32_t i;

	for (i = 0; i < c->export_count; i++) {
		e = &c->exports[i];
		add(l, e->ca_file, true, ZTA_SANDBOX_READ);
		add(l, e->certificate_file, true, ZTA_SANDBOX_READ);
		add(l, e->key_file, true, ZTA_SANDBOX_READ);
		add(l, e->header_file, true, ZTA_SANDBOX_READ);
	}
}

static void
add_configured(list *l, const zta_config *c)
{
	const char *const around[] = { c->signers, c->follow_key, c->api_keys,
		c->fetch_ca_file, c->log_policy, c->witness_logs, c->mask_key,
		c->tls_cert, c->tls_key, c->tls_client_ca };
	const char *const below[] = { c->ledger_dir, c->jwks_dir,
		c->secrets_dir };
	size_t i;

	for (i = 0; i < sizeof(around) / sizeof(around[0]); i++) {
		add(l, around[i], true, ZTA_SANDBOX_READ);
	}
	for (i = 0; i < sizeof(below) / sizeof(below[0]); i++) {
		add(l, below[i], false, ZTA_SANDBOX_READ);
	}
	add(l, c->log_dir, false, ZTA_SANDBOX_WRITE);
	/* The name of a new log is synced in the directory above. */
	add(l, c->log_dir, true, ZTA_SANDBOX_LIST);
	add(l, c->data_dir, false, ZTA_SANDBOX_WRITE);
	add(l, c->witness_dir, false, ZTA_SANDBOX_WRITE);
	add(l, c->collect, false, ZTA_SANDBOX_WRITE);
	add(l, c->revocations, true, ZTA_SANDBOX_WRITE);
	add(l, c->delegations, true, ZTA_SANDBOX_WRITE);
	if (c->store != NULL &&
	    !zta_str__starts(zta_str_of(c->store), ZTA_STR("postgres"))) {
		add(l, c->store, true, ZTA_SANDBOX_WRITE);
	}
}

/* What is not there gets no rule; if it cannot be made, its owner says so. */
static void
make_dirs(const zta_config *c)
{
	const char *const dirs[] = { c->log_dir, c->witness_dir, c->collect };
	size_t i;

	for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		if (dirs[i] != NULL) {
			(void)mkdir(dirs[i], 0750);
		}
	}
}

zta_status
zta_serving__sandbox(const zta_serving *s, zta_error *err)
{
	list l = { .count = 0 };
	zta_status status;

	if (!s->config.sandbox) {
		zta_daemon__say("sandbox: none, as configured");
		return ZTA_OK;
	}
	make_dirs(&s->config);
	add_system(&l);
	add(&l, ZTA_SANDBOX_WATCHED ? "/proc" : NULL, false, ZTA_SANDBOX_READ);
	add_configured(&l, &s->config);
	add_exports(&l, &s->config);
	add(&l, s->folder, false, ZTA_SANDBOX_WRITE);
	status = zta_sandbox__files(l.items, l.count, err);
	if (status == ZTA_EUNAVAILABLE) {
		zta_daemon__say("sandbox: %s", err->message);
		status = ZTA_OK;
	}
	if (status == ZTA_OK) {
		status = zta_sandbox__calls(ZTA_SANDBOX_SERVER, err);
	}
	if (status == ZTA_EUNAVAILABLE) {
		zta_daemon__say("sandbox: %s", err->message);
		status = ZTA_OK;
	}
	return status;
}
