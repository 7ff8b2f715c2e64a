/* SPDX-License-Identifier: Apache-2.0 */
/*
 * workspaces.c - the verbs of workspaces for test_histories.py, a thousand of
 * them without a thousand processes. Each line of standard input is a request:
 *
 *     {"do":"init","dir":"...","name":"h1","zone":"1","url":"http://..."}
 *     {"do":"commit","dir":"...","message":"...","author":"...","email":"...",
 *      "key":"..."}                               without a key: not signed
 *     {"do":"revert","dir":"...","commit":"HEAD", author, email, key}
 *     {"do":"diff","dir":"...","from":"...","to":"..."}
 *     {"do":"push","dir":"...","key":"..."}
 *
 * and is answered with a line: {"id","changes":[[path, "added", text]]}, or
 * {"error":"..."}.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/json_write.h"
#include "base/str.h"
#include "ztauth/sync.h"

typedef struct program {
	zta_arena arena; /* of one request */
	const zta_json *request;
	zta_workspace *workspace;
	zta_json_out out;
	zta_error err;
} program;

/* A member of the request; NULL if it has none. */
static const char *
text_of(program *p, const char *name)
{
	const zta_json *node = zta_json__get(p->request, name);
	const char *text = NULL;

	if (node != NULL) {
		text = zta_arena__cstr(&p->arena, zta_json__str(node));
		if (text == NULL) {
			abort();
		}
	}
	return text;
}

static zta_str
str_of(program *p, const char *name)
{
	const char *text = text_of(p, name);

	return zta_str_of(text == NULL ? "" : text);
}

static zta_workspace_signing
signing_of(program *p)
{
	return (zta_workspace_signing){ .author = str_of(p, "author"),
		.email = str_of(p, "email"),
		.key = text_of(p, "key") };
}

static zta_status
put_changes(program *p, const zta_ledger_changes *changes)
{
	static const char *const kinds[] = { "added", "changed", "removed" };
	zta_str text;
	size_t i;
	zta_status status = ZTA_OK;

	zta_json_out__name(&p->out, "changes");
	zta_json_out__open(&p->out, '[');
	for (i = 0; status == ZTA_OK && i < changes->count; i++) {
		zta_json_out__open(&p->out, '[');
		zta_json_out__str(&p->out, changes->list[i].path);
		zta_json_out__text(&p->out, kinds[changes->list[i].kind]);
		status =
		    zta_ledger_change_text(&changes->list[i], &text, &p->err);
		if (status == ZTA_OK) {
			zta_json_out__str(&p->out, text);
			zta_str_free(text);
		}
		zta_json_out__close(&p->out, ']');
	}
	zta_json_out__close(&p->out, ']');
	return status;
}

static zta_status
put_result(program *p, const zta_workspace_result *result)
{
	const zta_ledger_finding *f = result->report->findings;
	zta_str id = result->commit.id;

	if (!result->report->valid) {
		zta_error__place(&p->err, "%.*s", ZTA_STR_ARG(f->file));
		return zta_error__set(&p->err, ZTA_EINVALID, "%s", f->message);
	}
	if (result->unchanged) {
		return zta_error__set(&p->err, ZTA_EEXIST, "unchanged");
	}
	zta_json_out__name(&p->out, "id");
	zta_json_out__str(&p->out, id);
	zta_json_out__name(&p->out, "time");
	zta_json_out__int(&p->out, result->commit.time_s);
	return ZTA_OK;
}

static zta_status
do_init(program *p)
{
	zta_workspace_made made;
	zta_status status = zta_workspace_init(text_of(p, "dir"),
	    text_of(p, "name"), text_of(p, "zone"), &made, &p->err);

	if (status == ZTA_OK) {
		status = zta_workspace_open(
		    &p->workspace, text_of(p, "dir"), &p->err);
	}
	return status != ZTA_OK ? status :
				  zta_workspace_remote_add(p->workspace,
				      "origin", text_of(p, "url"), &p->err);
}

static zta_status
do_commit(program *p)
{
	const zta_workspace_signing signing = signing_of(p);
	zta_workspace_result result;
	zta_status status = zta_workspace_commit(
	    p->workspace, str_of(p, "message"), &signing, &result, &p->err);

	return status != ZTA_OK ? status : put_result(p, &result);
}

static zta_status
do_revert(program *p)
{
	const zta_workspace_signing signing = signing_of(p);
	zta_workspace_undone undone;
	zta_status status = zta_workspace_revert(
	    p->workspace, text_of(p, "commit"), &signing, &undone, &p->err);

	if (status == ZTA_OK && undone.place_count > 0) {
		status = zta_error__set(&p->err, ZTA_ECONFLICT, "clash");
	}
	return status != ZTA_OK ? status : put_result(p, &undone.result);
}

static zta_status
do_diff(program *p)
{
	zta_ledger_diff diff;
	zta_status status = zta_workspace_diff(
	    p->workspace, text_of(p, "from"), text_of(p, "to"), &diff, &p->err);

	return status != ZTA_OK ? status : put_changes(p, &diff.files);
}

static zta_status
do_push(program *p)
{
	const zta_workspace_signing signing = signing_of(p);
	zta_workspace_synced synced;

	return zta_workspace_push(
	    p->workspace, NULL, &signing, &synced, &p->err);
}

static const struct {
	const char *name;
	zta_status (*run)(program *p);
} verbs[] = { { "init", do_init }, { "commit", do_commit },
	{ "revert", do_revert }, { "diff", do_diff }, { "push", do_push } };

static zta_status
run(program *p)
{
	size_t i;
	zta_status status = ZTA_OK;

	if (!zta_str__is(str_of(p, "do"), "init")) {
		status = zta_workspace_open(
		    &p->workspace, text_of(p, "dir"), &p->err);
	}
	for (i = 0; status == ZTA_OK && i < sizeof(verbs) / sizeof(verbs[0]);
	     i++) {
		if (zta_str__is(str_of(p, "do"), verbs[i].name)) {
			status = verbs[i].run(p);
		}
	}
	zta_workspace_close(p->workspace);
	p->workspace = NULL;
	return status;
}

static void
answer(zta_str line)
{
	program p = { .request = NULL };
	zta_json_doc doc;
	zta_buf text;
	zta_status status;

	zta_arena__init(&p.arena, SIZE_MAX);
	zta_buf__init(&text, SIZE_MAX);
	p.out = (zta_json_out){ &text, false };
	zta_json_out__open(&p.out, '{');
	status = zta_json__read(&p.arena, line, &doc, &p.err);
	if (status == ZTA_OK) {
		p.request = doc.root;
		status = run(&p);
	}
	if (status != ZTA_OK) {
		zta_buf__clear(&text);
		p.out.comma = false;
		zta_json_out__open(&p.out, '{');
		zta_json_out__name(&p.out, "error");
		zta_json_out__text(&p.out, p.err.message);
		zta_json_out__name(&p.out, "at");
		zta_json_out__text(&p.out, p.err.place);
	}
	zta_json_out__close(&p.out, '}');
	printf("%.*s\n", ZTA_STR_ARG(zta_buf__str(&text)));
	fflush(stdout);
	zta_buf__release(&text);
	zta_arena__release(&p.arena);
}

int
main(void)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t len;

	while ((len = getline(&line, &room, stdin)) > 0) {
		answer((zta_str){ line, (size_t)len - 1 });
	}
	free(line);
	return 0;
}
