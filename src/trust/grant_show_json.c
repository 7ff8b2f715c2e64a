/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grant_show_json.c - grants that are shown, in JSON. What is read back is the
 * grant itself: of what a server says around it, only its state and its chain
 * are taken, for these nobody else knows.
 */
#include "base/error.h"
#include "base/str.h"
#include "trust/grant_show.h"

static void
put_list(zta_json_out *out, const char *name, const zta_str *list, size_t count)
{
	size_t i;

	zta_json_out__name(out, name);
	zta_json_out__open(out, '[');
	for (i = 0; i < count; i++) {
		zta_json_out__str(out, list[i]);
	}
	zta_json_out__close(out, ']');
}

void
zta_grant_show__put(zta_json_out *out, const zta_grant_shown *g)
{
	zta_json_out__open(out, '{');
	zta_json_out__member_if(out, "jti", g->jti);
	zta_json_out__member_if(out, "state", zta_str_of(g->state));
	zta_json_out__member_if(out, "delegator", g->delegator);
	zta_json_out__member_if(out, "delegate", g->delegate);
	zta_json_out__member_if(out, "zone", g->zone);
	zta_json_out__member_if(out, "statement", g->statement);
	put_list(out, "actions", g->actions, g->action_count);
	put_list(out, "resources", g->resources, g->resource_count);
	zta_json_out__member_if(out, "when", g->when);
	zta_json_out__member_if(out, "purpose", g->purpose);
	zta_json_out__member_if(out, "holder", g->holder);
	zta_json_out__member_if(out, "consent", zta_str_of(g->consent));
	zta_json_out__member_int(out, "iat", g->consent_s);
	zta_json_out__member_int(out, "nbf", g->not_before_s);
	zta_json_out__member_int(out, "exp", g->expires_s);
	zta_json_out__member_int(out, "max_depth", g->max_depth);
	zta_json_out__name(out, "once");
	zta_json_out__bool(out, g->once);
	zta_json_out__member_if(out, "digest", g->digest);
	put_list(out, "above", g->above, g->above_count);
	put_list(out, "below", g->below, g->below_count);
	zta_json_out__member_if(out, "grant", g->grant);
	zta_json_out__close(out, '}');
}

zta_status
zta_grant_json(const zta_grant_shown *grant, zta_str *out, zta_error *err)
{
	zta_buf buf;
	zta_json_out json = { &buf, false };

	zta_buf__init(&buf, SIZE_MAX);
	zta_grant_show__put(&json, grant);
	return zta_buf__give(&buf, ZTA_OK, out, err);
}

/* --- as a server writes it */

static const char *
state_named(zta_str name)
{
	static const char *const states[] = { "live", "not_yet", "ended",
		"revoked" };
	size_t i;

	for (i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		if (zta_str__is(name, states[i])) {
			return states[i];
		}
	}
	return NULL;
}

static bool
take_list(const zta_json *node, const char *name, zta_arena *arena,
    const zta_str **out, size_t *count)
{
	const zta_json *list = zta_json__get(node, name), *item;
	zta_str *texts;
	uint32_t i;

	if (list == NULL || list->type != ZTA_JSON_ARRAY) {
		return false;
	}
	texts =
	    zta_arena__zalloc(arena, (size_t)list->count + 1, sizeof(*texts));
	if (texts == NULL) {
		return false;
	}
	item = zta_json__first(list);
	for (i = 0; i < list->count; i++, item = zta_json__after(item)) {
		if (item->type != ZTA_JSON_STRING) {
			return false;
		}
		texts[i] = zta_json__str(item);
	}
	*out = texts;
	*count = list->count;
	return true;
}

zta_status
zta_grant_show__get(zta_grant_shown *out, zta_arena *arena,
    const zta_json *node, zta_error *err)
{
	const zta_json *grant, *state;
	zta_status status;

	if (node->type != ZTA_JSON_OBJECT) {
		return zta_error__set(err, ZTA_EINVALID, "it is no object");
	}
	grant = zta_json__get(node, "grant");
	state = zta_json__get(node, "state");
	if (grant == NULL || grant->type != ZTA_JSON_STRING || state == NULL ||
	    state->type != ZTA_JSON_STRING) {
		return zta_error__set(
		    err, ZTA_EINVALID, "it has no `grant`, or no `state`");
	}
	status = zta_grant_show__read(out, arena, zta_json__str(grant), err);
	if (status != ZTA_OK) {
		return status;
	}
	out->state = state_named(zta_json__str(state));
	if (out->state == NULL ||
	    !take_list(node, "above", arena, &out->above, &out->above_count) ||
	    !take_list(node, "below", arena, &out->below, &out->below_count)) {
		return zta_error__set(err, ZTA_EINVALID,
		    "`state`, `above` or `below` is none that is known");
	}
	return ZTA_OK;
}
