/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server.c - a zone at a server: what is in force, its ledgers, and where they
 * are. Names and ids that a server says go to terminals: only those that could
 * be ours are taken.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/json_write.h"
#include "base/limits.h"
#include "base/str.h"
#include "pap/remote_ask.h"
#include "pap/show.h"
#include "pap/signer.h"
#include "ztauth/sync.h"

#define PATIENCE_MS 30000
#define PATH_MAX_LEN (2 * ZTA_STORE_LEDGER_MAX + 128)

struct zta_server {
	zta_arena arena;
	char *url;
	zta_signer signer;
	zta_remote remote;
	zta_str zone, ledger;
};

zta_status
zta_server_open(zta_server **out, const char *url,
    const zta_workspace_signing *signing, zta_error *err)
{
	zta_server *s = calloc(1, sizeof(*s));
	zta_remote_options options = { 0 };
	zta_status status;

	*out = NULL;
	if (s == NULL) {
		return zta_error__nomem(err);
	}
	zta_arena__init(&s->arena, SIZE_MAX);
	s->url = zta_arena__cstr(&s->arena, zta_str_of(url));
	status = s->url == NULL ?
	    zta_arena__failed(&s->arena, err) :
	    zta_signer__open(&s->signer, signing->key, signing->agent, err);
	if (status == ZTA_OK) {
		options.url = s->url;
		options.signer = s->signer.present ? &s->signer.ssh : NULL;
		status = zta_remote__open_server(
		    &s->remote, &options, &s->zone, &s->ledger, err);
	}
	if (status != ZTA_OK) {
		zta_server_close(s);
		return status;
	}
	*out = s;
	return ZTA_OK;
}

void
zta_server_close(zta_server *s)
{
	if (s != NULL) {
		zta_remote__close(&s->remote);
		zta_signer__close(&s->signer);
		zta_arena__release(&s->arena);
		free(s);
	}
}

zta_str
zta_server_zone(const zta_server *s)
{
	return s->zone;
}

zta_str
zta_server_ledger(const zta_server *s)
{
	return s->ledger;
}

/* --- asking */

/* The answer is in the arena of the remote. */
static zta_status
ask(zta_server *s, const char *method, zta_str path, zta_str body,
    zta_str *answer, zta_error *err)
{
	const zta_remote_request request = { .method = method,
		.path = path,
		.type = body.len > 0 ? "application/json" : NULL,
		.body = body,
		.timeout_ms = PATIENCE_MS,
		.answer_max = ZTA_REMOTE_ANSWER_MAX };
	zta_http_response response;
	zta_status status =
	    zta_remote__ask(&s->remote, &request, &response, err);

	*answer = status == ZTA_OK ? response.body : ZTA_STR("");
	return status;
}

static zta_status
no_sense(const zta_server *s, zta_error *err)
{
	zta_error__replace(err, "%s", s->url);
	return zta_error__set(err, ZTA_EINVALID,
	    "the answer of the server is not what was asked for");
}

/* An object of JSON below the zone, or at the root. */
static zta_status
ask_json(zta_server *s, bool zone, const char *below, zta_json_doc *doc,
    zta_error *err)
{
	char path[PATH_MAX_LEN];
	zta_str answer;
	zta_status status;

	(void)snprintf(path, sizeof(path), "%s%.*s%s", zone ? "/zones/" : "",
	    zone ? (int)s->zone.len : 0, s->zone.ptr, below);
	status = ask(s, "GET", zta_str_of(path), ZTA_STR(""), &answer, err);
	if (status != ZTA_OK) {
		return status;
	}
	return zta_json__read(&s->remote.arena, answer, doc, NULL) == ZTA_OK &&
		doc->root->type == ZTA_JSON_OBJECT ?
	    ZTA_OK :
	    no_sense(s, err);
}

static const zta_json *
member(const zta_json *object, const char *name, zta_json_type type)
{
	const zta_json *node = object->type == ZTA_JSON_OBJECT ?
	    zta_json__get(object, name) :
	    NULL;

	return node != NULL && node->type == type ? node : NULL;
}

/* Keep a name: visible characters of ASCII. */
static bool
keep_name(zta_server *s, const zta_json *node, zta_str *out)
{
	zta_str name;
	size_t i;

	if (node == NULL || node->type != ZTA_JSON_STRING) {
		return false;
	}
	name = zta_json__str(node);
	for (i = 0; i < name.len; i++) {
		if (name.ptr[i] <= ' ' || name.ptr[i] > '~') {
			return false;
		}
	}
	*out = zta_arena__copy(&s->arena, name);
	return name.len > 0 && out->ptr != NULL;
}

/* --- the zone */

static zta_status
read_keys(zta_server *s, zta_server_state *out, zta_error *err)
{
	const zta_json *list, *at;
	zta_json_doc doc;
	zta_str *keys;
	uint32_t i;
	zta_status status = ask_json(s, true, "/jwks.json", &doc, err);

	if (status != ZTA_OK) {
		return status;
	}
	list = member(doc.root, "keys", ZTA_JSON_ARRAY);
	if (list == NULL) {
		return no_sense(s, err);
	}
	keys = zta_arena__zalloc(
	    &s->arena, (size_t)list->count + 1, sizeof(*keys));
	if (keys == NULL) {
		return zta_arena__failed(&s->arena, err);
	}
	at = zta_json__first(list);
	for (i = 0; i < list->count; i++, at = zta_json__after(at)) {
		if (at->type != ZTA_JSON_OBJECT ||
		    !keep_name(s, zta_json__get(at, "kid"), &keys[i])) {
			return no_sense(s, err);
		}
	}
	out->keys = keys;
	out->key_count = list->count;
	return ZTA_OK;
}

zta_status
zta_server_look(zta_server *s, zta_server_state *out, zta_error *err)
{
	const zta_json *age;
	zta_json_doc doc;
	zta_error why = { 0 };
	zta_status status;

	*out = (zta_server_state){ .commit = ZTA_STR(""), .age_ms = -1 };
	status = read_keys(s, out, err);
	if (status != ZTA_OK) {
		return status;
	}
	status = ask_json(s, false, "/readyz", &doc, &why);
	/* It was there a moment ago: it is not ready. */
	if (status == ZTA_EUNAVAILABLE) {
		return ZTA_OK;
	}
	if (status != ZTA_OK) {
		if (err != NULL) {
			*err = why;
		}
		return status;
	}
	if (!keep_name(s, zta_json__get(doc.root, "commit"), &out->commit)) {
		return no_sense(s, err);
	}
	age = zta_json__get(doc.root, "age_ms");
	out->follows = age != NULL;
	if (age != NULL && age->type == ZTA_JSON_INTEGER) {
		out->age_ms = age->u.integer;
	}
	return ZTA_OK;
}

/* --- ledgers */

/* {"main":"<oid>"} */
static zta_status
read_refs(
    zta_server *s, const zta_json *object, zta_server_refs *out, zta_error *err)
{
	const zta_json *refs = member(object, "refs", ZTA_JSON_OBJECT), *at;
	zta_server_ref *list;
	zta_oid oid;
	uint32_t i;

	if (refs == NULL) {
		return no_sense(s, err);
	}
	list = zta_arena__zalloc(
	    &s->arena, (size_t)refs->count + 1, sizeof(*list));
	if (list == NULL) {
		return zta_arena__failed(&s->arena, err);
	}
	at = zta_json__first(refs);
	for (i = 0; i < refs->count; i++) {
		if (!keep_name(s, at, &list[i].name)) {
			return no_sense(s, err);
		}
		at = zta_json__after(at);
		if (!keep_name(s, at, &list[i].commit) ||
		    !zta_oid__parse(list[i].commit, &oid)) {
			return no_sense(s, err);
		}
		at = zta_json__after(at);
	}
	out->list = list;
	out->count = refs->count;
	return ZTA_OK;
}

zta_status
zta_server_list(
    zta_server *s, const zta_server_refs **list, size_t *count, zta_error *err)
{
	const zta_json *ledgers, *at;
	zta_server_refs *found;
	zta_json_doc doc;
	uint32_t i;
	zta_status status = ask_json(s, true, "/ledgers", &doc, err);

	if (status != ZTA_OK) {
		return status;
	}
	ledgers = member(doc.root, "ledgers", ZTA_JSON_ARRAY);
	if (ledgers == NULL) {
		return no_sense(s, err);
	}
	found = zta_arena__zalloc(
	    &s->arena, (size_t)ledgers->count + 1, sizeof(*found));
	if (found == NULL) {
		return zta_arena__failed(&s->arena, err);
	}
	at = zta_json__first(ledgers);
	for (i = 0; i < ledgers->count && status == ZTA_OK; i++) {
		if (at->type != ZTA_JSON_OBJECT ||
		    !keep_name(
			s, zta_json__get(at, "name"), &found[i].ledger)) {
			return no_sense(s, err);
		}
		status = read_refs(s, at, &found[i], err);
		at = zta_json__after(at);
	}
	*list = found;
	*count = ledgers->count;
	return status;
}

static zta_status
need_ledger(const zta_server *s, zta_error *err)
{
	return s->ledger.len > 0 ?
	    ZTA_OK :
	    zta_error__set(err, ZTA_EINVAL,
		"the URL of a ledger is needed:"
		" http[s]://<host>/zones/<zone>/ledgers/<name>");
}

zta_status
zta_server_create(zta_server *s, zta_error *err)
{
	char path[PATH_MAX_LEN];
	zta_buf body;
	zta_json_out out = { &body, false };
	zta_str answer;
	zta_status status = need_ledger(s, err);

	if (status != ZTA_OK) {
		return status;
	}
	(void)snprintf(
	    path, sizeof(path), "/zones/%.*s/ledgers", ZTA_STR_ARG(s->zone));
	zta_buf__init(&body, SIZE_MAX);
	zta_json_out__open(&out, '{');
	zta_json_out__name(&out, "name");
	zta_json_out__str(&out, s->ledger);
	zta_json_out__close(&out, '}');
	status = body.status != ZTA_OK ?
	    zta_error__nomem(err) :
	    ask(s, "POST", zta_str_of(path), zta_buf__str(&body), &answer, err);
	zta_buf__release(&body);
	return status;
}

/* The body is kept: texts of the commit refer to it. */
static zta_status
fetch_commit(zta_server *s, zta_str id, zta_ledger_commit *out, zta_error *err)
{
	char path[PATH_MAX_LEN];
	zta_commit commit;
	zta_oid oid, found;
	zta_str body;
	zta_status status;

	if (!zta_oid__parse(id, &oid)) {
		return no_sense(s, err);
	}
	(void)snprintf(path, sizeof(path),
	    "/zones/%.*s/ledgers/%.*s/objects/%.*s", ZTA_STR_ARG(s->zone),
	    ZTA_STR_ARG(s->ledger), ZTA_STR_ARG(id));
	status = ask(s, "GET", zta_str_of(path), ZTA_STR(""), &body, err);
	if (status == ZTA_OK) {
		body = zta_arena__copy(&s->arena, body);
		status = body.ptr == NULL ?
		    zta_arena__failed(&s->arena, err) :
		    zta_oid__of(ZTA_OBJECT_COMMIT, body, &found, err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	if (!zta_oid__eq(&oid, &found)) {
		return no_sense(s, err);
	}
	status = zta_commit__decode(body, &commit, err);
	return status != ZTA_OK ?
	    status :
	    zta_show__commit(&s->arena, &oid, &commit, out, err);
}

zta_status
zta_server_show(zta_server *s, zta_server_refs *refs, zta_ledger_commit *last,
    zta_error *err)
{
	char below[PATH_MAX_LEN];
	zta_json_doc doc;
	size_t i;
	zta_status status = need_ledger(s, err);

	*last = (zta_ledger_commit){ .id = ZTA_STR("") };
	*refs = (zta_server_refs){ .ledger = s->ledger };
	(void)snprintf(
	    below, sizeof(below), "/ledgers/%.*s/refs", ZTA_STR_ARG(s->ledger));
	if (status == ZTA_OK) {
		status = ask_json(s, true, below, &doc, err);
	}
	if (status == ZTA_OK) {
		status = read_refs(s, doc.root, refs, err);
	}
	for (i = 0; status == ZTA_OK && i < refs->count; i++) {
		if (zta_str__is(refs->list[i].name, "main")) {
			status =
			    fetch_commit(s, refs->list[i].commit, last, err);
		}
	}
	return status;
}
