/* SPDX-License-Identifier: Apache-2.0 */
/* ledger_route.c - which verb a call about ledgers is. */
#include "api/ledger_job.h"
#include "base/limits.h"
#include "base/str.h"

static const zta_ledger_verb verbs[] = {
	{ "GET", NULL, NULL, false, zta_ledger_verb__list },
	{ "POST", NULL, NULL, false, zta_ledger_verb__create },
	{ "GET", "refs", "read", false, zta_ledger_verb__refs },
	{ "GET", "log", "read", false, zta_ledger_verb__log },
	{ "GET", "diff", "read", false, zta_ledger_verb__diff },
	{ "GET", "delegations", "read", false, zta_ledger_verb__delegations },
	{ "GET", "revocations", "read", false, zta_ledger_verb__revocations },
	{ "GET", "objects", "read", true, zta_ledger_verb__object },
	{ "POST", "fetch", "read", false, zta_ledger_verb__fetch },
	{ "POST", "objects", "push", false, zta_ledger_verb__store },
	{ "POST", "push", "push", false, zta_ledger_verb__push },
	{ "GET", "info", "read", true, zta_ledger_verb__git_info },
	{ "POST", "git-upload-pack", "read", false,
	    zta_ledger_verb__git_upload },
};

/* What the path says: /ledgers[/<name>/<verb>[/<id>]]. */
typedef struct route {
	zta_str name, verb, id;
} route;

static bool
is_name(zta_str name)
{
	size_t i;
	char c;

	if (name.len == 0 || name.len > ZTA_STORE_LEDGER_MAX ||
	    name.ptr[0] == '.' || name.ptr[0] == '-') {
		return false;
	}
	for (i = 0; i < name.len; i++) {
		c = name.ptr[i];
		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
		    !(c >= '0' && c <= '9') && c != '.' && c != '_' &&
		    c != '-') {
			return false;
		}
	}
	return true;
}

static bool
read_path(zta_str path, route *out)
{
	zta_str parts[6]; /* "", "ledgers", name, verb, id, more */
	size_t count = 0;

	*out = (route){ 0 };
	while (count < 6 && zta_str__next(&path, '/', &parts[count])) {
		count++;
	}
	if (count < 2 || !zta_str__is(parts[1], "ledgers")) {
		return false;
	}
	if (count == 2) {
		return true;
	}
	if ((count != 4 && count != 5) || !is_name(parts[2])) {
		return false;
	}
	out->name = parts[2];
	out->verb = parts[3];
	out->id = count == 5 ? parts[4] : (zta_str){ NULL, 0 };
	return true;
}

/* Methods that a path has, as bits. */
#define GET 1u
#define POST 2u

/* The verb, or NULL; `*methods` are those that there are. */
static const zta_ledger_verb *
find_verb(const route *r, zta_str method, unsigned *methods)
{
	const zta_ledger_verb *v;
	size_t i;

	*methods = 0;
	if (zta_str__is(method, "HEAD")) {
		method = ZTA_STR("GET");
	}
	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		v = &verbs[i];
		if ((v->path == NULL) != (r->name.len == 0) ||
		    (v->path != NULL && !zta_str__is(r->verb, v->path)) ||
		    v->object != (r->id.ptr != NULL)) {
			continue;
		}
		*methods |= v->method[0] == 'G' ? GET : POST;
		if (zta_str__is(method, v->method)) {
			return v;
		}
	}
	return NULL;
}

void
zta_ledger_desk__handle(
    zta_ledger_desk *desk, zta_http_call *call, zta_str path)
{
	static const char *const allow[] = { [GET] = "GET, HEAD",
		[POST] = "POST",
		[GET | POST] = "GET, HEAD, POST" };
	const zta_ledger_verb *verb = NULL;
	zta_ledger_job *job;
	unsigned methods = 0;
	route r;

	if (read_path(path, &r)) {
		verb = find_verb(&r, call->method, &methods);
	}
	if (verb == NULL && methods == 0) {
		zta_http_call__fail(call, 404, "not_found",
		    "there is nothing at this path", "");
		return;
	}
	if (verb == NULL) {
		zta_http_call__other_method(call, allow[methods]);
		return;
	}
	job = zta_arena__zalloc(call->arena, 1, sizeof(*job));
	if (job == NULL) {
		zta_http_call__fail(
		    call, 503, "unavailable", "out of memory", "");
		return;
	}
	job->call = call;
	job->verb = verb;
	job->name = r.name;
	job->id = r.id;
	zta_buf__init(&job->body, SIZE_MAX);
	zta_http_call__patience(call, ZTA_LEDGER_CALL_MS);
	zta_ledger_desk__hand_in(desk, job);
}

size_t
zta_ledger_desk__body_max(const zta_http_call *call, zta_str path)
{
	const zta_ledger_verb *verb;
	unsigned methods;
	route r;

	if (!read_path(path, &r)) {
		return ZTA_HTTP_BODY_MAX;
	}
	verb = find_verb(&r, call->method, &methods);
	return verb != NULL &&
		(verb->run == zta_ledger_verb__store ||
		    verb->run == zta_ledger_verb__push) ?
	    ZTA_UPLOAD_MAX :
	    ZTA_HTTP_BODY_MAX;
}
