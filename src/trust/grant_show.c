/* SPDX-License-Identifier: Apache-2.0 */
/* grant_show.c - see grant_show.h. */
#include "trust/grant_show.h"

#include <stdlib.h>

#include "base/b64.h"
#include "base/error.h"
#include "base/str.h"
#include "cedar/quote.h"

/* --- one grant */

static zta_str
write_resource(zta_arena *arena, const zta_grant_resource *r)
{
	zta_buf buf;
	zta_str text = r->type;

	if (r->id.ptr != NULL) {
		zta_buf__init(&buf, SIZE_MAX);
		zta_quote__uid(&buf, r->type, r->id);
		text = buf.status == ZTA_OK ?
		    zta_arena__copy(arena, zta_buf__str(&buf)) :
		    (zta_str){ NULL, 0 };
		zta_buf__release(&buf);
	}
	return text;
}

static zta_status
show(zta_grant_shown *out, zta_arena *arena, const zta_grant *g, zta_str text,
    zta_error *err)
{
	zta_str *resources =
	    zta_arena__zalloc(arena, g->resource_count, sizeof(*resources));
	char *digest = zta_arena__alloc(arena, ZTA_B64_LEN(ZTA_SHA256_LEN));
	uint32_t i;

	for (i = 0; resources != NULL && i < g->resource_count; i++) {
		resources[i] = write_resource(arena, &g->resources[i]);
		if (resources[i].ptr == NULL) {
			resources = NULL;
		}
	}
	if (resources == NULL || digest == NULL) {
		return zta_arena__failed(arena, err);
	}
	zta_b64__encode(
	    (zta_str){ (const char *)g->digest, ZTA_SHA256_LEN }, digest);
	*out = (zta_grant_shown){ .grant = text,
		.state = "",
		.jti = g->jti,
		.delegator = g->delegator,
		.delegate = g->delegate,
		.zone = g->zone,
		.digest = { digest, ZTA_B64_LEN(ZTA_SHA256_LEN) },
		.actions = g->actions,
		.action_count = g->action_count,
		.resources = resources,
		.resource_count = g->resource_count,
		.when = g->when,
		.purpose = g->purpose,
		.holder = g->holder,
		.statement = g->statement,
		.consent = zta_consent__name(g->consent),
		.not_before_s = g->not_before / 1000,
		.expires_s = g->expires_at / 1000,
		.max_depth = g->max_depth,
		.once = g->once,
		.has_parent = g->has_parent };
	return ZTA_OK;
}

zta_status
zta_grant_show__read(
    zta_grant_shown *out, zta_arena *arena, zta_str text, zta_error *err)
{
	zta_grant grant;
	zta_status status;

	text = zta_arena__copy(arena, text);
	if (text.ptr == NULL) {
		return zta_arena__failed(arena, err);
	}
	status = text.len > 0 && text.ptr[0] == '{' ?
	    zta_grant__read_payload(&grant, arena, text, err) :
	    zta_grant__read(&grant, arena, text, err);
	return status != ZTA_OK ? status : show(out, arena, &grant, text, err);
}

/* --- those of a zone */

static bool
is_revoked(const zta_grants *grants, const zta_known_grant *known)
{
	uint32_t i;

	for (i = 0; known != NULL && i < ZTA_GRANT_CHAIN_MAX; i++) {
		if (known->revoked) {
			return true;
		}
		known = zta_grants__above(grants, known);
	}
	return false;
}

static const char *
state_of(const zta_grants *grants, const zta_known_grant *known,
    const zta_grant_shown *shown, int64_t now)
{
	if (is_revoked(grants, known)) {
		return "revoked";
	}
	if (now >= shown->expires_s * 1000) {
		return "ended";
	}
	return now < shown->not_before_s * 1000 ? "not_yet" : "live";
}

static zta_status
name_above(const zta_grants *grants, const zta_known_grant *known,
    zta_arena *arena, zta_grant_shown *out, zta_error *err)
{
	zta_str *list =
	    zta_arena__zalloc(arena, ZTA_GRANT_CHAIN_MAX, sizeof(*list));
	size_t at = ZTA_GRANT_CHAIN_MAX;

	if (list == NULL) {
		return zta_arena__failed(arena, err);
	}
	while (at > 0 && (known = zta_grants__above(grants, known)) != NULL) {
		list[--at] = zta_arena__copy(arena, known->jti);
		if (list[at].ptr == NULL) {
			return zta_arena__failed(arena, err);
		}
	}
	out->above = list + at;
	out->above_count = ZTA_GRANT_CHAIN_MAX - at;
	return ZTA_OK;
}

/* All of them are looked at, so it is for one grant alone. */
static zta_status
name_below(const zta_grants *grants, const zta_known_grant *known,
    zta_arena *arena, zta_grant_shown *out, zta_error *err)
{
	zta_str *list = NULL;
	uint32_t i;

	for (i = 0; i < grants->count; i++) {
		if (zta_grants__above(grants, &grants->list[i]) != known ||
		    out->below_count == ZTA_GRANTS_SHOWN_MAX) {
			continue;
		}
		list = zta_arena__grow(arena, list, out->below_count,
		    out->below_count + 1, sizeof(*list));
		if (list == NULL) {
			return zta_arena__failed(arena, err);
		}
		list[out->below_count] =
		    zta_arena__copy(arena, grants->list[i].jti);
		if (list[out->below_count].ptr == NULL) {
			return zta_arena__failed(arena, err);
		}
		out->below_count++;
	}
	out->below = list;
	return ZTA_OK;
}

static bool
is_chosen(const zta_grants *grants, const zta_known_grant *known,
    const zta_grant_choice *c)
{
	return (c->filter.jti.len == 0 ||
		   zta_str__eq(c->filter.jti, known->jti)) &&
	    (c->filter.delegator.len == 0 ||
		zta_str__eq(c->filter.delegator, known->delegator)) &&
	    (c->filter.delegate.len == 0 ||
		zta_str__eq(c->filter.delegate, known->delegate)) &&
	    (c->may_see == NULL || c->may_see(c->reader, grants, known));
}

static zta_status
show_known(const zta_grants *grants, const zta_known_grant *known,
    const zta_grant_choice *choice, zta_arena *arena, zta_grant_shown *out,
    zta_error *err)
{
	zta_status status = zta_grant_show__read(out, arena, known->token, err);

	if (status == ZTA_OK) {
		out->state = state_of(grants, known, out, choice->now);
		status = name_above(grants, known, arena, out, err);
	}
	if (status == ZTA_OK && choice->filter.jti.len > 0) {
		status = name_below(grants, known, arena, out, err);
	}
	return status;
}

zta_status
zta_grants__show(const zta_grants *grants, const zta_grant_choice *choice,
    zta_arena *arena, zta_grant_list *out, zta_error *err)
{
	zta_grant_shown *list = NULL;
	zta_status status = ZTA_OK;
	uint32_t i;

	*out = (zta_grant_list){ 0 };
	for (i = 0; status == ZTA_OK && i < grants->count; i++) {
		if (!is_chosen(grants, &grants->list[i], choice)) {
			continue;
		}
		if (out->count == ZTA_GRANTS_SHOWN_MAX) {
			out->more = true;
			break;
		}
		list = zta_arena__grow(
		    arena, list, out->count, out->count + 1, sizeof(*list));
		if (list == NULL) {
			return zta_arena__failed(arena, err);
		}
		status = show_known(grants, &grants->list[i], choice, arena,
		    &list[out->count], err);
		out->count++;
	}
	out->list = list;
	return status;
}

/* --- lists that are handed out */

zta_grant_list_held *
zta_grant_list__open(zta_error *err)
{
	zta_grant_list_held *held = calloc(1, sizeof(*held));

	if (held == NULL) {
		(void)zta_error__nomem(err);
		return NULL;
	}
	zta_arena__init(&held->arena, SIZE_MAX);
	return held;
}

void
zta_grant_list_free(const zta_grant_list *list)
{
	zta_grant_list_held *held = (zta_grant_list_held *)(uintptr_t)list;

	if (held != NULL) {
		zta_arena__release(&held->arena);
		free(held);
	}
}

zta_status
zta_grant_look(zta_str text, const zta_grant_list **out, zta_error *err)
{
	zta_grant_list_held *held = zta_grant_list__open(err);
	zta_grant_shown *shown;
	zta_status status;

	*out = NULL;
	if (held == NULL) {
		return ZTA_ENOMEM;
	}
	shown = zta_arena__zalloc(&held->arena, 1, sizeof(*shown));
	status = shown == NULL ?
	    zta_arena__failed(&held->arena, err) :
	    zta_grant_show__read(shown, &held->arena, text, err);
	held->list = (zta_grant_list){ shown, 1, false };
	if (status != ZTA_OK) {
		zta_grant_list_free(&held->list);
		return status;
	}
	*out = &held->list;
	return ZTA_OK;
}

zta_status
zta_grants_in_file(const char *path, const zta_grant_filter *filter,
    int64_t now, const zta_grant_list **out, zta_error *err)
{
	const zta_grant_choice choice = { .filter = *filter, .now = now };
	zta_grant_list_held *held = zta_grant_list__open(err);
	zta_grants grants;
	zta_status status;

	*out = NULL;
	if (held == NULL) {
		return ZTA_ENOMEM;
	}
	status = zta_grants__read(&grants, path, err);
	if (status == ZTA_OK) {
		status = zta_grants__show(
		    &grants, &choice, &held->arena, &held->list, err);
	}
	zta_grants__release(&grants);
	if (status == ZTA_OK && filter->jti.len > 0 && held->list.count == 0) {
		status = zta_error__set(
		    err, ZTA_ENOTFOUND, "there is no grant of this `jti`");
	}
	if (status != ZTA_OK) {
		zta_grant_list_free(&held->list);
		return status;
	}
	*out = &held->list;
	return ZTA_OK;
}
