/* SPDX-License-Identifier: Apache-2.0 */
/* status_check.c - see status_check.h. */
#include "identity/status_check.h"

#include <stdio.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "identity/keys.h"
#include "identity/status_list.h"

enum { VALID, INVALID, SUSPENDED };

/* --- fetching */

/*
 * Read it with the keys of the source, which may have been fetched too; what is
 * kept is the list alone.
 */
static zta_status
read_list(const zta_need *need, zta_ring *ring, zta_fetched *f,
    zta_arena *scratch, zta_str text, zta_error *err)
{
	zta_status_list_origin origin = { need->source, NULL,
		need->credential };
	zta_status_list *list = zta_arena__zalloc(&f->arena, 1, sizeof(*list));
	zta_keys_view view;
	zta_status status;

	if (list == NULL) {
		return zta_arena__failed(&f->arena, err);
	}
	zta_keys__look(need->source, ring, INT64_MAX, &view);
	origin.keys = view.keys;
	status = view.keys == NULL ?
	    zta_error__set(
		err, ZTA_EUNAVAILABLE, "the keys of the source are not there") :
	    zta_status_list__read(list, scratch, &origin, text, need->now, err);
	zta_keys__drop(&view);
	if (status != ZTA_OK) {
		return status;
	}
	list->statuses = zta_arena__copy(&f->arena, list->statuses);
	f->statuses = list;
	return list->statuses.ptr == NULL ? zta_arena__failed(&f->arena, err) :
					    ZTA_OK;
}

static zta_status
fetch(const zta_need *need, zta_ring *ring, const zta_outside *outside,
    zta_error *err)
{
	const zta_outside_request request = { .url = need->credential,
		.accept = "application/statuslist+jwt",
		.answer_max = ZTA_STATUS_TOKEN_MAX };
	zta_outside_answer answer = { 0 };
	zta_fetched *fetched = zta_fetched__make(ZTA_STR("status list"));
	zta_arena arena;
	zta_status status;
	int64_t life;

	zta_arena__init(&arena, SIZE_MAX);
	status = fetched == NULL ?
	    zta_error__nomem(err) :
	    outside->ask(outside->context, &arena, &request, &answer, err);
	if (status == ZTA_OK && answer.status != 200) {
		status = zta_error__set(err, ZTA_EUNAVAILABLE,
		    "the answer has status %u", answer.status);
	}
	if (status == ZTA_OK) {
		status =
		    read_list(need, ring, fetched, &arena, answer.body, err);
	}
	if (status == ZTA_OK) {
		life = fetched->statuses->life_ms;
		status = zta_ring__put(ring, need->key, fetched, life,
		    life + need->source->status_grace_ms, false);
	}
	if (status != ZTA_OK) {
		zta_error__replace(err, "%.*s", ZTA_STR_ARG(need->credential));
	}
	zta_fetched__drop(fetched);
	zta_arena__release(&arena);
	return status;
}

/* Lists of one URI are others for sources of other names and issuers. */
static zta_status
make_need(zta_verifying *v, zta_str uri, zta_need *out)
{
	const zta_source *s = v->source;
	zta_str name = s->issuer.len > 0 ? s->issuer : s->trust_domain;
	size_t room = name.len + s->name.len + uri.len + 16;
	char *key = zta_arena__alloc(v->with->arena, room);

	if (key == NULL) {
		return zta_arena__failed(v->with->arena, v->err);
	}
	(void)snprintf(key, room, "status %.*s %.*s %.*s", ZTA_STR_ARG(s->name),
	    ZTA_STR_ARG(name), ZTA_STR_ARG(uri));
	*out = (zta_need){ .source = s,
		.fetch = fetch,
		.key = zta_str_of(key),
		.gate = zta_str_of(key),
		.metered = true,
		.credential = uri,
		.now = v->with->now };
	return ZTA_OK;
}

/* --- judging */

static zta_status
judge(zta_verifying *v, const zta_status_list *list, uint64_t index)
{
	unsigned status;

	if (!zta_status_list__at(list, index, &status)) {
		return ZTA_REFUSE(v, STATUS_UNKNOWN,
		    "the status list is shorter than the credential says");
	}
	switch (status) {
	case VALID:
		return ZTA_OK;
	case INVALID:
		return ZTA_REFUSE(
		    v, STATUS_INVALID, "its issuer took the credential back");
	case SUSPENDED:
		return ZTA_REFUSE(
		    v, STATUS_SUSPENDED, "its issuer suspended the credential");
	default:
		return ZTA_REFUSE(v, STATUS_UNKNOWN,
		    "the credential has a status that is not known here: %u",
		    status);
	}
}

/*
 * With the list that there is. One whose time is over is asked for first; if it
 * cannot be had, the old one counts as long as the source says.
 */
static zta_status
look_up(zta_verifying *v, const zta_need *need, uint64_t index)
{
	zta_ring *ring = v->with->ring;
	zta_ring_view view = { 0 };
	bool fresh = false;
	zta_status status;

	if (ring != NULL) {
		zta_ring__look(
		    ring, need->key, need->gate, v->with->since, &view);
		fresh = view.value != NULL &&
		    (view.since || !zta_ring__is_due(ring, need->key));
	}
	if (!fresh && view.may_fetch) {
		v->why_not->need = *need;
		status = zta_error__set(v->err, ZTA_EUNAVAILABLE,
		    "a status list of source `%.*s` is needed",
		    ZTA_STR_ARG(v->source->name));
	} else if (view.value == NULL) {
		status = ZTA_REFUSE(v, STATUS_UNKNOWN,
		    "the status list of the credential is not to be had now");
	} else {
		status = judge(v, view.value->statuses, index);
	}
	zta_fetched__drop(view.value);
	return status;
}

zta_status
zta_status__check(zta_verifying *v)
{
	zta_status_place place = { { NULL, 0 }, 0 };
	zta_error why = { 0 };
	zta_need need;
	zta_status status;

	if (v->claims.of[ZTA_CLAIM_STATUS] == NULL) {
		return ZTA_OK;
	}
	if (zta_status_place__read(v->claims.doc.root, &place, &why) !=
	    ZTA_OK) {
		return ZTA_REFUSE(v, STATUS_UNKNOWN, "%.200s", why.message);
	}
	if (place.uri.len == 0) {
		return ZTA_OK;
	}
	status = make_need(v, place.uri, &need);
	return status != ZTA_OK ? status : look_up(v, &need, place.index);
}
