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
		.consent_s = g->consent_at / 1000,
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
	return now < shown->not_before_s * 1000 ||
		now < shown->consent_s * 1000 ?
	    "not_yet" :
	    "live";
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

/*
 * What is asked of all that are known. The index has numbers for names, and the
 * grants themselves the names: only of those that may be meant are these read.
 */
typedef struct shower {
	const zta_grants *grants;
	const zta_grant_choice *choice;
	zta_arena *arena;
	zta_error *err;
	uint64_t delegator, delegate, readers[2];
} shower;

static bool
may_be_chosen(const shower *s, const zta_known_grant *known)
{
	const zta_grant_filter *f = &s->choice->filter;

	return (f->delegator.len == 0 || s->delegator == known->delegator) &&
	    (f->delegate.len == 0 || s->delegate == known->delegate);
}

/* Does this one name a reader? */
static zta_status
names_reader(shower *s, const zta_known_grant *known, bool *out)
{
	zta_grant grant;
	zta_str token, name;
	zta_status status = ZTA_OK;
	size_t i;

	*out = false;
	for (i = 0; i < 2 && status == ZTA_OK && !*out; i++) {
		name = s->choice->readers[i];
		if (name.len == 0 ||
		    (s->readers[i] != known->delegator &&
			s->readers[i] != known->delegate)) {
			continue;
		}
		status = zta_grants__token(
		    s->grants, known, s->arena, &token, s->err);
		if (status == ZTA_OK) {
			status =
			    zta_grant__read(&grant, s->arena, token, s->err);
		}
		if (status == ZTA_EUNTRUSTED) {
			return ZTA_OK; /* the line lied: it is no grant */
		}
		*out = status == ZTA_OK &&
		    (zta_str__eq(name, grant.delegator) ||
			zta_str__eq(name, grant.delegate));
	}
	return status;
}

/* Who has part in a grant has it in all that were made of it. */
static zta_status
may_see(shower *s, const zta_known_grant *known, bool *out)
{
	zta_status status = ZTA_OK;
	uint32_t i;

	*out = s->choice->all;
	for (i = 0; known != NULL && !*out && status == ZTA_OK &&
	     i < ZTA_GRANT_CHAIN_MAX;
	     i++) {
		status = names_reader(s, known, out);
		known = zta_grants__above(s->grants, known);
	}
	return status;
}

/* Is the grant the one that its line spoke of, and is it meant? */
static bool
is_chosen(
    const shower *s, const zta_known_grant *known, const zta_grant_shown *shown)
{
	const zta_grant_filter *f = &s->choice->filter;
	char digits[ZTA_B64_LEN(ZTA_SHA256_LEN)];

	zta_b64__encode(
	    (zta_str){ (const char *)known->digest, ZTA_SHA256_LEN }, digits);
	return zta_str__eq(shown->jti, known->jti) &&
	    zta_str__eq(shown->digest, (zta_str){ digits, sizeof(digits) }) &&
	    (f->delegator.len == 0 ||
		zta_str__eq(f->delegator, shown->delegator)) &&
	    (f->delegate.len == 0 || zta_str__eq(f->delegate, shown->delegate));
}

/* Read it, and see whether it is one that is meant. */
static zta_status
show_known(
    shower *s, const zta_known_grant *known, zta_grant_shown *out, bool *chosen)
{
	zta_str token;
	zta_status status =
	    zta_grants__token(s->grants, known, s->arena, &token, s->err);

	if (status == ZTA_OK) {
		status = zta_grant_show__read(out, s->arena, token, s->err);
	}
	*chosen = false;
	if (status != ZTA_OK) {
		return status == ZTA_EUNTRUSTED ? ZTA_OK : status;
	}
	*chosen = is_chosen(s, known, out);
	if (!*chosen) {
		return ZTA_OK;
	}
	out->state = state_of(s->grants, known, out, s->choice->now);
	status = name_above(s->grants, known, s->arena, out, s->err);
	return status == ZTA_OK && s->choice->filter.jti.len > 0 ?
	    name_below(s->grants, known, s->arena, out, s->err) :
	    status;
}

/* Add it to those that are shown, if it is one of them. */
static zta_status
add(shower *s, const zta_known_grant *known, zta_grant_shown **list,
    zta_grant_list *out)
{
	zta_grant_shown shown;
	bool chosen;
	zta_status status = may_see(s, known, &chosen);

	if (status == ZTA_OK && chosen) {
		status = show_known(s, known, &shown, &chosen);
	}
	if (status != ZTA_OK || !chosen) {
		return status;
	}
	if (out->count == ZTA_GRANTS_SHOWN_MAX) {
		out->more = true;
		return ZTA_OK;
	}
	*list = zta_arena__grow(
	    s->arena, *list, out->count, out->count + 1, sizeof(**list));
	if (*list == NULL) {
		return zta_arena__failed(s->arena, s->err);
	}
	(*list)[out->count++] = shown;
	return ZTA_OK;
}

zta_status
zta_grants__show(const zta_grants *grants, const zta_grant_choice *choice,
    zta_arena *arena, zta_grant_list *out, zta_error *err)
{
	shower s = { .grants = grants,
		.choice = choice,
		.arena = arena,
		.err = err,
		.delegator = zta_grants_line__party(choice->filter.delegator),
		.delegate = zta_grants_line__party(choice->filter.delegate),
		.readers = { zta_grants_line__party(choice->readers[0]),
		    zta_grants_line__party(choice->readers[1]) } };
	const zta_known_grant *one =
	    zta_grants__find(grants, choice->filter.jti);
	zta_grant_shown *list = NULL;
	zta_status status = ZTA_OK;
	uint32_t i = 0, end = grants->count;

	*out = (zta_grant_list){ 0 };
	if (choice->filter.jti.len > 0) {
		i = one == NULL ? end : (uint32_t)(one - grants->list);
		end = one == NULL ? end : i + 1;
	}
	for (; status == ZTA_OK && !out->more && i < end; i++) {
		if (may_be_chosen(&s, &grants->list[i])) {
			status = add(&s, &grants->list[i], &list, out);
		}
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
	const zta_grant_choice choice = {
		.filter = *filter, .all = true, .now = now
	};
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
