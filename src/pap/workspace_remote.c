/* SPDX-License-Identifier: Apache-2.0 */
/* workspace_remote.c - a workspace and the servers that it is in step with. */
#include "base/error.h"
#include "base/str.h"
#include "pap/remote.h"
#include "pap/show.h"
#include "pap/workspace.h"

/* --- names of servers */

void
zta_workspace_remotes(
    const zta_workspace *w, const zta_workspace_remote **list, size_t *count)
{
	*list = w->config.remotes;
	*count = w->config.remote_count;
}

/* Its number, or that of none. */
static uint32_t
find(const zta_workspace *w, const char *name)
{
	uint32_t i;

	for (i = 0; i < w->config.remote_count &&
	     !zta_str__is(w->config.remotes[i].name, name);
	     i++) {
	}
	return i;
}

static zta_status
write_config(
    zta_workspace *w, const zta_workspace_config *config, zta_error *err)
{
	char *path = zta_workspace__path(w, "config.json");
	zta_status status = path == NULL ?
	    zta_arena__failed(&w->arena, err) :
	    zta_workspace_config__write(path, config, err);

	if (status == ZTA_OK) {
		w->config = *config;
	}
	return status;
}

/* The list of remotes, to be changed, with room for one more. */
static zta_status
copy_remotes(zta_workspace *w, zta_workspace_remote **out, zta_error *err)
{
	size_t count = w->config.remote_count;

	*out = zta_arena__zalloc(&w->arena, count + 1, sizeof(**out));
	if (*out == NULL) {
		return zta_arena__failed(&w->arena, err);
	}
	if (count > 0) {
		memcpy(*out, w->config.remotes, count * sizeof(**out));
	}
	return ZTA_OK;
}

zta_status
zta_workspace_remote_add(
    zta_workspace *w, const char *name, const char *url, zta_error *err)
{
	zta_workspace_config config = w->config;
	zta_workspace_remote *list, *added;
	zta_str zone, ledger;
	zta_status status = zta_remote__parse(url, &zone, &ledger, err);

	if (status == ZTA_OK && find(w, name) < config.remote_count) {
		status = zta_error__set(
		    err, ZTA_EEXIST, "there is a remote %s already", name);
	}
	if (status == ZTA_OK && (name[0] == '\0' || name[0] == '-')) {
		status = zta_error__set(
		    err, ZTA_EINVAL, "that is no name of a remote");
	}
	if (status == ZTA_OK) {
		status = copy_remotes(w, &list, err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	added = &list[config.remote_count++];
	added->name = zta_arena__copy(&w->arena, zta_str_of(name));
	added->url = zta_arena__copy(&w->arena, zta_str_of(url));
	config.remotes = list;
	return added->name.ptr == NULL || added->url.ptr == NULL ?
	    zta_arena__failed(&w->arena, err) :
	    write_config(w, &config, err);
}

static zta_status
no_remote(const char *name, zta_error *err)
{
	return zta_error__set(err, ZTA_ENOTFOUND,
	    "there is no remote %s; `ztauth remote add` makes one", name);
}

zta_status
zta_workspace_remote_remove(zta_workspace *w, const char *name, zta_error *err)
{
	zta_workspace_config config = w->config;
	zta_workspace_remote *list;
	uint32_t at = find(w, name);
	zta_status status;

	if (at == config.remote_count) {
		return no_remote(name, err);
	}
	status = copy_remotes(w, &list, err);
	if (status != ZTA_OK) {
		return status;
	}
	config.remote_count--;
	memmove(&list[at], &list[at + 1],
	    (config.remote_count - at) * sizeof(*list));
	config.remotes = list;
	return write_config(w, &config, err);
}

/* --- exchanges */

typedef struct exchange {
	zta_workspace *w;
	zta_signer signer;
	zta_remote remote;
	zta_workspace_synced *out;
	zta_error *err;
} exchange;

static zta_status
open_exchange(
    exchange *x, const char *name, const zta_workspace_signing *signing)
{
	zta_remote_options options = { 0 };
	uint32_t at;
	zta_status status;

	name = name == NULL ? "origin" : name;
	at = find(x->w, name);
	*x->out = (zta_workspace_synced){ .head = ZTA_STR("") };
	if (at == x->w->config.remote_count) {
		return no_remote(name, x->err);
	}
	x->out->url = x->w->config.remotes[at].url;
	options.url = zta_arena__cstr(&x->w->arena, x->out->url);
	if (options.url == NULL) {
		return zta_arena__failed(&x->w->arena, x->err);
	}
	status = zta_workspace__signer(x->w, signing, &x->signer, x->err);
	if (status == ZTA_OK) {
		options.signer = x->signer.present ? &x->signer.ssh : NULL;
		status = zta_remote__open(&x->remote, &options, x->err);
	}
	return status;
}

static void
close_exchange(exchange *x)
{
	zta_remote__close(&x->remote);
	zta_signer__close(&x->signer);
}

static zta_status
keep_id(exchange *x, const zta_oid *oid, zta_str *out)
{
	return zta_show__id(&x->w->arena, oid, out, x->err);
}

/* --- pulling */

/* Show what the gate refused. */
static zta_status
keep_refusal(exchange *x, zta_remote_pull *pull)
{
	zta_status status;

	zta_report__close(x->w->report);
	status = zta_report__of(&x->w->report, &pull->check, x->err);
	if (status == ZTA_OK) {
		x->out->report = &x->w->report->shown;
		status = keep_id(x, &pull->culprit, &x->out->culprit);
	}
	return status;
}

/* Where the folder was as HEAD had it, it will be as HEAD has it. */
static zta_status
update_folder(exchange *x, zta_error *err)
{
	zta_workspace_checked checked;
	zta_status status =
	    zta_workspace_checkout(x->w, "HEAD", false, &checked, err);

	if (status == ZTA_OK && checked.place_count > 0) {
		return zta_error__set(err, ZTA_ECONFLICT,
		    "HEAD has moved, but %.*s is in the way of the folder; "
		    "see `ztauth checkout`",
		    ZTA_STR_ARG(checked.places[0].file));
	}
	x->out->changes = checked.changes;
	return status;
}

static zta_status
pull(exchange *x)
{
	zta_ssh_allowed_list list;
	zta_remote_pull pull = { .ledger = &x->w->ledger,
		.ref = ZTA_LEDGER_MAIN };
	zta_remote_state state;
	zta_status after,
	    status = zta_workspace__signers(x->w, &list, &pull.signers, x->err);

	if (status == ZTA_OK) {
		status = zta_remote__look(
		    &x->remote, ZTA_LEDGER_MAIN, 0, 0, &state, x->err);
	}
	if (status == ZTA_OK) {
		status =
		    zta_remote__pull(&x->remote, &state.head, &pull, x->err);
	}
	x->out->outcome = (zta_workspace_outcome)pull.outcome;
	if (status == ZTA_OK && pull.outcome == ZTA_REMOTE_REFUSED) {
		status = keep_refusal(x, &pull);
	}
	zta_check__release(&pull.check);
	/* Also where the last of several steps has failed. */
	if (!zta_oid__eq(&pull.from, &pull.to)) {
		after = update_folder(x, status == ZTA_OK ? x->err : NULL);
		status = status != ZTA_OK ? status : after;
	}
	return status != ZTA_OK ? status : keep_id(x, &pull.to, &x->out->head);
}

zta_status
zta_workspace_pull(zta_workspace *w, const char *remote,
    const zta_workspace_signing *signing, zta_workspace_synced *out,
    zta_error *err)
{
	exchange x = { .w = w, .out = out, .err = err };
	zta_files head;
	zta_status status = open_exchange(&x, remote, signing);

	if (status == ZTA_OK) {
		status = zta_workspace__demand_clean(w, &head, err);
	}
	if (status == ZTA_OK) {
		status = pull(&x);
	}
	close_exchange(&x);
	return status;
}

/* --- pushing */

zta_status
zta_workspace_push(zta_workspace *w, const char *remote,
    const zta_workspace_signing *signing, zta_workspace_synced *out,
    zta_error *err)
{
	exchange x = { .w = w, .out = out, .err = err };
	zta_remote_outcome outcome;
	zta_oid head;
	zta_status status = open_exchange(&x, remote, signing);

	if (status == ZTA_OK) {
		status = zta_remote__push(
		    &x.remote, &w->ledger, ZTA_LEDGER_MAIN, &outcome, err);
	}
	if (status == ZTA_OK) {
		out->outcome = (zta_workspace_outcome)outcome;
		status = zta_workspace__head(w, &head, err);
	}
	if (status == ZTA_OK) {
		status = keep_id(&x, &head, &out->head);
	}
	close_exchange(&x);
	return status;
}
