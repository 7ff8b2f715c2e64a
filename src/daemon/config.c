/* SPDX-License-Identifier: Apache-2.0 */
/* config.c - see config.h. */
#include "daemon/config.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include "api/outside.h"
#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/uri.h"
#include "identity/spiffe_id.h"

/* A configuration is a page, not a database. */
#define CONFIG_MAX ((size_t)1 << 20)

/* What was taken back bites elsewhere after so long at most, as for tokens that
 * were issued before; and for as long as anybody may want it. */
#define FOLLOW_AGE_S 300u
#define FOLLOW_AGE_MAX_S 86400u

/* Of records: more do not fit on a disk, either. */
#define COUNT_MAX 999999999u

typedef enum form {
	TEXT,
	PATH,
	LISTEN,
	METRICS,
	WORKERS,
	AGE,
	LIFE,
	DAYS,
	YES_NO,
	CLIENT,
	QUORUM,
	COUNT,
	RATE,
	EXPORT /* it may stand more than once */
} form;

static const struct {
	const char *name;
	form form;
	size_t at; /* of a text, a flag, or a number */
	bool needed;
} keys[] = {
	{ "zone", TEXT, offsetof(zta_config, zone), true },
	{ "trust_domain", TEXT, offsetof(zta_config, trust_domain), true },
	{ "log_dir", PATH, offsetof(zta_config, log_dir), true },
	{ "signing_key", PATH, offsetof(zta_config, signing_key), true },
	{ "signing_key_next", PATH, offsetof(zta_config, signing_key_next),
	    false },
	{ "signing_key_previous", PATH,
	    offsetof(zta_config, signing_key_previous), false },
	{ "ledger_dir", PATH, offsetof(zta_config, ledger_dir), false },
	{ "data_dir", PATH, offsetof(zta_config, data_dir), false },
	{ "store", TEXT, offsetof(zta_config, store), false },
	{ "server_name", TEXT, offsetof(zta_config, server_name), false },
	{ "public_url", TEXT, offsetof(zta_config, public_url), false },
	{ "ledger", TEXT, offsetof(zta_config, ledger), false },
	{ "follow", TEXT, offsetof(zta_config, follow), false },
	{ "follow_key", PATH, offsetof(zta_config, follow_key), false },
	{ "follow_max_age_s", AGE, offsetof(zta_config, follow_max_age_s),
	    false },
	{ "signers", PATH, offsetof(zta_config, signers), false },
	{ "issuer", TEXT, offsetof(zta_config, issuer), false },
	{ "jwks_dir", PATH, offsetof(zta_config, jwks_dir), false },
	{ "api_keys", PATH, offsetof(zta_config, api_keys), false },
	{ "revocations", PATH, offsetof(zta_config, revocations), false },
	{ "delegations", PATH, offsetof(zta_config, delegations), false },
	{ "fetch_allow", TEXT, offsetof(zta_config, fetch_allow), false },
	{ "fetch_ca_file", PATH, offsetof(zta_config, fetch_ca_file), false },
	{ "secrets_dir", PATH, offsetof(zta_config, secrets_dir), false },
	{ "client_key", PATH, offsetof(zta_config, client_key), false },
	{ "tls_cert", PATH, offsetof(zta_config, tls_cert), false },
	{ "tls_key", PATH, offsetof(zta_config, tls_key), false },
	{ "tls_client", CLIENT, 0, false },
	{ "tls_client_ca", PATH, offsetof(zta_config, tls_client_ca), false },
	{ "listen", LISTEN, 0, false },
	{ "metrics", METRICS, 0, false },
	{ "workers", WORKERS, 0, false },
	{ "connections_max", COUNT, offsetof(zta_config, connections_max),
	    false },
	{ "peer_connections_max", COUNT,
	    offsetof(zta_config, peer_connections_max), false },
	{ "peer_requests_max", RATE, offsetof(zta_config, peer_requests_max),
	    false },
	{ "seal_lifetime_max", LIFE, offsetof(zta_config, seal_lifetime_max),
	    false },
	{ "log_key", PATH, offsetof(zta_config, log_key), false },
	{ "log_keep_days", DAYS, offsetof(zta_config, log_keep_days), false },
	{ "log_policy", PATH, offsetof(zta_config, log_policy), false },
	{ "log_quorum", QUORUM, 0, false },
	{ "witness_key", PATH, offsetof(zta_config, witness_key), false },
	{ "witness_logs", PATH, offsetof(zta_config, witness_logs), false },
	{ "witness_dir", PATH, offsetof(zta_config, witness_dir), false },
	{ "ship_to", TEXT, offsetof(zta_config, ship_to), false },
	{ "collect", PATH, offsetof(zta_config, collect), false },
	{ "serve_entries", YES_NO, offsetof(zta_config, serve_entries), false },
	{ "record_requests", YES_NO, offsetof(zta_config, record_requests),
	    false },
	{ "sandbox", YES_NO, offsetof(zta_config, sandbox), false },
	{ "export", EXPORT, 0, false },
	{ "export_lag_max", COUNT, offsetof(zta_config, export_lag_max),
	    false },
	{ "mask_key", PATH, offsetof(zta_config, mask_key), false },
};

#define KEYS (sizeof(keys) / sizeof(keys[0]))

typedef struct reader {
	zta_config *out;
	zta_arena *arena;
	zta_str dir; /* of the file, with its slash; may be empty */
	uint32_t line, column;
	bool seen[KEYS];
	zta_error *err;
} reader;

#define FAIL(r, ...)   \
	zta_error__at( \
	    (r)->err, ZTA_EINVALID, (r)->line, (r)->column, __VA_ARGS__)

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static zta_str
trim(zta_str text)
{
	while (text.len > 0 && is_space(text.ptr[0])) {
		text.ptr++;
		text.len--;
	}
	while (text.len > 0 && is_space(text.ptr[text.len - 1])) {
		text.len--;
	}
	return text;
}

static bool
read_number(zta_str text, uint32_t max, uint32_t *out)
{
	size_t i;

	*out = 0;
	for (i = 0; i < text.len && i < 9; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9') {
			return false;
		}
		*out = *out * 10 + (uint32_t)(text.ptr[i] - '0');
	}
	return i > 0 && i == text.len && *out <= max;
}

/* address:port; an IPv6 address is in brackets. */
static zta_status
read_listen(reader *r, zta_str value, const char **to_host, uint16_t *to_port)
{
	size_t colon = value.len;
	zta_str host, port;
	uint32_t number;

	while (colon > 0 && value.ptr[colon - 1] != ':') {
		colon--;
	}
	if (colon < 2) {
		return FAIL(r, "expected address:port");
	}
	host = (zta_str){ value.ptr, colon - 1 };
	port = (zta_str){ value.ptr + colon, value.len - colon };
	if (host.ptr[0] == '[' && host.ptr[host.len - 1] == ']') {
		host = (zta_str){ host.ptr + 1, host.len - 2 };
	}
	if (!read_number(port, UINT16_MAX, &number)) {
		return FAIL(r, "a port is a number from 0 to 65535");
	}
	*to_port = (uint16_t)number;
	*to_host = zta_arena__cstr(r->arena, host);
	return *to_host == NULL ? zta_arena__failed(r->arena, r->err) : ZTA_OK;
}

static zta_status
read_text(reader *r, zta_str value, bool path, size_t at)
{
	zta_str dir = path && value.ptr[0] != '/' ? r->dir : (zta_str){ "", 0 };
	char *text = zta_arena__alloc(r->arena, dir.len + value.len + 1);

	if (text == NULL) {
		return zta_arena__failed(r->arena, r->err);
	}
	memcpy(text, dir.ptr, dir.len);
	memcpy(text + dir.len, value.ptr, value.len);
	text[dir.len + value.len] = '\0';
	memcpy((char *)r->out + at, &text, sizeof(text));
	return ZTA_OK;
}

static zta_status
read_yes_no(reader *r, zta_str value, size_t at)
{
	bool yes = zta_str__is(value, "yes");

	if (!yes && !zta_str__is(value, "no")) {
		return FAIL(r, "expected yes or no");
	}
	memcpy((char *)r->out + at, &yes, sizeof(yes));
	return ZTA_OK;
}

static zta_status
read_client(reader *r, zta_str value)
{
	static const char *const names[] = { [ZTA_TLS_CLIENT_NONE] = "none",
		[ZTA_TLS_CLIENT_OPTIONAL] = "optional",
		[ZTA_TLS_CLIENT_REQUIRED] = "required" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (zta_str__is(value, names[i])) {
			r->out->tls_client = (zta_tls_client)i;
			return ZTA_OK;
		}
	}
	return FAIL(r, "`tls_client` is none, optional or required");
}

static zta_status
read_quorum(reader *r, zta_str value)
{
	r->out->quorum_required = zta_str__is(value, "required");
	return r->out->quorum_required || zta_str__is(value, "wanted") ?
	    ZTA_OK :
	    FAIL(r, "`log_quorum` is wanted or required");
}

static zta_status
read_time(reader *r, zta_str value, size_t key, uint32_t max, const char *unit)
{
	uint32_t number;

	if (!read_number(value, max, &number) || number == 0) {
		return FAIL(r, "`%s` is 1 to %" PRIu32 " %s", keys[key].name,
		    max, unit);
	}
	memcpy((char *)r->out + keys[key].at, &number, sizeof(number));
	return ZTA_OK;
}

static zta_status
read_export(reader *r, zta_str value)
{
	const char *why;

	if (r->out->export_count == ZTA_LOG_READERS_MAX) {
		return FAIL(
		    r, "there are at most %u exports", ZTA_LOG_READERS_MAX);
	}
	why = zta_config_export__read(
	    &r->out->exports[r->out->export_count], r->arena, r->dir, value);
	r->out->export_count++;
	return why == NULL ? ZTA_OK : FAIL(r, "%s", why);
}

/* As many as a number of that size says, and not none. */
static zta_status
read_count(reader *r, zta_str value, size_t key)
{
	uint32_t number;

	if (!read_number(value, COUNT_MAX, &number) || number == 0) {
		return FAIL(r, "`%s` is a number from 1 to %u", keys[key].name,
		    COUNT_MAX);
	}
	memcpy((char *)r->out + keys[key].at, &number, sizeof(number));
	return ZTA_OK;
}

static zta_status
read_value(reader *r, size_t key, zta_str value)
{
	switch (keys[key].form) {
	case TEXT:
	case PATH:
		return read_text(
		    r, value, keys[key].form == PATH, keys[key].at);
	case LISTEN:
		return read_listen(r, value, &r->out->host, &r->out->port);
	case METRICS:
		return read_listen(
		    r, value, &r->out->metrics_host, &r->out->metrics_port);
	case CLIENT:
		return read_client(r, value);
	case QUORUM:
		return read_quorum(r, value);
	case WORKERS:
		return read_number(value, ZTA_WORKERS_MAX, &r->out->workers) &&
			r->out->workers > 0 ?
		    ZTA_OK :
		    FAIL(
			r, "workers is a number from 1 to %u", ZTA_WORKERS_MAX);
	case AGE:
		return read_time(r, value, key, FOLLOW_AGE_MAX_S, "seconds");
	case LIFE:
		return read_time(
		    r, value, key, ZTA_SEAL_LIFETIME_MAX_S, "seconds");
	case DAYS:
		return read_time(r, value, key, ZTA_LOG_KEEP_DAYS_MAX, "days");
	case YES_NO:
		return read_yes_no(r, value, keys[key].at);
	case COUNT:
		return read_count(r, value, key);
	case RATE:
		return read_time(
		    r, value, key, ZTA_HTTP_RATE_MAX, "requests a second");
	case EXPORT:
		return read_export(r, value);
	}
	return ZTA_EINVAL;
}

/* The number of a key, or KEYS. */
static size_t
find_key(zta_str name)
{
	size_t i;

	for (i = 0; i < KEYS && !zta_str__is(name, keys[i].name); i++) {
	}
	return i;
}

static zta_status
read_line(reader *r, zta_str line)
{
	zta_str text = { line.ptr, zta_str__find(line, '#') }, name, value;
	size_t i, len = 0;

	text = trim(text);
	if (text.len == 0) {
		return ZTA_OK;
	}
	while (len < text.len && !is_space(text.ptr[len])) {
		len++;
	}
	name = (zta_str){ text.ptr, len };
	value = trim((zta_str){ text.ptr + len, text.len - len });
	r->column = (uint32_t)(text.ptr - line.ptr) + 1;
	i = find_key(name);
	if (i == KEYS) {
		return FAIL(r, "there is no key `%.*s`", ZTA_STR_ARG(name));
	}
	if (value.len == 0) {
		return FAIL(r, "`%s` needs a value", keys[i].name);
	}
	if (r->seen[i] && keys[i].form != EXPORT) {
		return FAIL(r, "`%s` stands twice", keys[i].name);
	}
	r->seen[i] = true;
	r->column = (uint32_t)(value.ptr - line.ptr) + 1;
	return read_value(r, i, value);
}

/* What a flag says stands instead of what the file said. */
static zta_status
read_flag(reader *r, const char *name, const char *value)
{
	size_t i = find_key(zta_str_of(name));
	zta_status status;

	if (value == NULL) {
		return ZTA_OK;
	}
	if (*value == '\0') {
		status = FAIL(r, "`%s` needs a value", name);
	} else {
		status = read_value(r, i, zta_str_of(value));
	}
	r->seen[i] = true;
	if (status != ZTA_OK) {
		zta_error__place(r->err, "--%s", name);
	}
	return status;
}

static zta_status
read_flags(reader *r, const zta_config_flags *flags)
{
	zta_status status;

	r->dir = ZTA_STR("");
	r->line = r->column = 0;
	status = read_flag(r, "listen", flags->listen);
	if (status == ZTA_OK) {
		status = read_flag(r, "follow", flags->follow);
	}
	return status != ZTA_OK ? status :
				  read_flag(r, "signers", flags->signers);
}

static zta_status
check_fetch(reader *r)
{
	zta_outside_rules rules;
	zta_status status =
	    zta_outside_rules__read(&rules, r->out->fetch_allow, r->err);

	zta_outside_rules__release(&rules);
	if (status != ZTA_OK) {
		zta_error__place(r->err, "fetch_allow");
	}
	return status;
}

static zta_status
check_tls(reader *r)
{
	const zta_config *c = r->out;

	if ((c->tls_cert == NULL) != (c->tls_key == NULL)) {
		return FAIL(r, "`tls_cert` and `tls_key` need each other");
	}
	if (c->tls_client != ZTA_TLS_CLIENT_NONE && c->tls_cert == NULL) {
		return FAIL(r, "`tls_client` needs `tls_cert`");
	}
	if (c->tls_client_ca != NULL && c->tls_client == ZTA_TLS_CLIENT_NONE) {
		return FAIL(r,
		    "`tls_client_ca` needs `tls_client` optional or required");
	}
	return ZTA_OK;
}

static zta_status
check_witnesses(reader *r)
{
	const zta_config *c = r->out;
	int parts = (c->witness_key != NULL) + (c->witness_logs != NULL) +
	    (c->witness_dir != NULL);

	if (c->log_policy != NULL && c->log_key == NULL) {
		return FAIL(r, "`log_policy` needs `log_key`");
	}
	if (c->quorum_required && c->log_policy == NULL) {
		return FAIL(r, "`log_quorum` needs `log_policy`");
	}
	return parts == 0 || parts == 3 ?
	    ZTA_OK :
	    FAIL(r,
		"`witness_key`, `witness_logs` and `witness_dir` need each "
		"other");
}

/* Other servers that are asked, and what is asked of them. */
static zta_status
check_servers(reader *r)
{
	const zta_config *c = r->out;

	if ((c->follow != NULL || c->signers != NULL) &&
	    (c->follow == NULL || c->signers == NULL ||
		c->ledger_dir != NULL)) {
		return FAIL(
		    r, "`follow` needs `signers`, and `data_dir` or `store`");
	}
	if (c->follow_key != NULL && c->follow == NULL && c->ship_to == NULL) {
		return FAIL(r, "`follow_key` needs `follow` or `ship_to`");
	}
	if (c->ship_to != NULL &&
	    (c->follow_key == NULL || c->log_key == NULL)) {
		return FAIL(r, "`ship_to` needs `follow_key` and `log_key`");
	}
	return ZTA_OK;
}

/* SPEC: ztauth 1 */
static zta_status
check(reader *r)
{
	zta_config *c = r->out;
	zta_status status;
	size_t i;

	r->column = 1;
	for (i = 0; i < KEYS; i++) {
		if (keys[i].needed && !r->seen[i]) {
			return FAIL(r, "`%s` is missing", keys[i].name);
		}
	}
	if ((c->ledger_dir != NULL) + (c->data_dir != NULL) +
		(c->store != NULL) !=
	    1) {
		return FAIL(
		    r, "one of `data_dir`, `store` and `ledger_dir` is needed");
	}
	if (c->public_url != NULL &&
	    !zta_uri__same_target(
		zta_str_of(c->public_url), zta_str_of(c->public_url))) {
		return FAIL(r, "`public_url` is no http or https URL");
	}
	status = check_servers(r);
	if (status != ZTA_OK) {
		return status;
	}
	if (c->log_keep_days != 0 && c->log_key == NULL) {
		return FAIL(r, "`log_keep_days` needs `log_key`");
	}
	if (strlen(c->zone) != 12 || c->zone[0] == '0' ||
	    strspn(c->zone, "0123456789") != 12) {
		return FAIL(r, "`zone` is a number of 12 digits");
	}
	if (!zta_trust_domain__is_valid(zta_str_of(c->trust_domain))) {
		return FAIL(
		    r, "`trust_domain` is made of a-z 0-9 . - _ in lower case");
	}
	status = check_fetch(r);
	if (status == ZTA_OK) {
		status = check_witnesses(r);
	}
	return status != ZTA_OK ? status : check_tls(r);
}

/* The store of a directory is a file in it. */
static zta_status
set_store(reader *r)
{
	static const char name[] = "/ztauth.db";
	zta_config *c = r->out;
	char *path;

	if (c->data_dir == NULL) {
		return ZTA_OK;
	}
	path = zta_arena__alloc(r->arena, strlen(c->data_dir) + sizeof(name));
	if (path == NULL) {
		return zta_arena__failed(r->arena, r->err);
	}
	(void)stpcpy(stpcpy(path, c->data_dir), name);
	c->store = path;
	return ZTA_OK;
}

static zta_status
set_defaults(reader *r)
{
	zta_config *c = r->out;
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	size_t len;
	char *issuer;

	if (c->workers == 0) {
		c->workers = cores < 1            ? 1 :
		    cores > (long)ZTA_WORKERS_MAX ? ZTA_WORKERS_MAX :
						    (uint32_t)cores;
	}
	if (c->follow_max_age_s == 0) {
		c->follow_max_age_s = FOLLOW_AGE_S;
	}
	if (c->host == NULL) {
		c->host = "127.0.0.1";
		c->port = 8420;
	}
	if (c->seal_lifetime_max == 0) {
		c->seal_lifetime_max = ZTA_SEAL_LIFETIME_S;
	}
	if (c->ledger == NULL) {
		c->ledger = "main";
	}
	if (c->issuer == NULL) {
		len = strlen("ztauth:///") + strlen(c->trust_domain) +
		    strlen(c->zone) + 1;
		issuer = zta_arena__alloc(r->arena, len);
		if (issuer == NULL) {
			return zta_arena__failed(r->arena, r->err);
		}
		(void)stpcpy(
		    stpcpy(stpcpy(stpcpy(issuer, "ztauth://"), c->trust_domain),
			"/"),
		    c->zone);
		c->issuer = issuer;
	}
	return set_store(r);
}

zta_status
zta_config__read(zta_config *out, zta_arena *arena, const char *path,
    const zta_config_flags *flags, zta_error *err)
{
	reader r = { .out = out, .arena = arena, .err = err };
	const char *slash = strrchr(path, '/');
	zta_str text, line;
	uint32_t lines;
	zta_status status = zta_file__read(arena, path, CONFIG_MAX, &text, err);

	*out = (zta_config){ .sandbox = true };
	if (status != ZTA_OK) {
		return status;
	}
	r.dir =
	    (zta_str){ path, slash == NULL ? 0 : (size_t)(slash - path) + 1 };
	while (status == ZTA_OK && zta_str__next(&text, '\n', &line)) {
		r.line++;
		status = read_line(&r, line);
	}
	if (status == ZTA_OK) {
		lines = r.line;
		status = read_flags(&r, flags);
		r.line = lines;
	}
	if (status == ZTA_OK) {
		status = check(&r);
	}
	if (status == ZTA_OK) {
		status = set_defaults(&r);
	}
	if (status != ZTA_OK) {
		zta_error__place(err, "%s", path);
	}
	return status;
}
