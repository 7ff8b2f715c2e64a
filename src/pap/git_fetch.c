/* SPDX-License-Identifier: Apache-2.0 */
/*
 * git_fetch.c - the objects that stock git asks for; see git_upload.h.
 *
 * 1. A client gets what refs reach, and nothing else: objects that were sent
 *    before a push was refused stay between us and who sent them.
 * 2. History is a line, so one common commit says all that the client has.
 */
#include "base/limits.h"
#include "base/sort.h"
#include "base/str.h"
#include "pap/git_request.h"
#include "pap/pktline.h"

#define OIDS_MIN 64u
#define WANTS_MAX 1000u
/* A ref may have moved on since a client saw it; so far it is looked back. */
#define BEHIND_MAX 1000u

/* "want <id>": keep the id. */
static zta_status
read_id(zta_git_request *u, zta_str line, size_t head, zta_git_ids *list)
{
	size_t more = list->room == 0 ? OIDS_MIN : list->room * 2;
	zta_oid *bigger;

	if (list->count == list->room) {
		bigger = zta_arena__grow(
		    &u->arena, list->ids, list->count, more, sizeof(*bigger));
		if (bigger == NULL) {
			return zta_arena__failed(&u->arena, u->err);
		}
		list->ids = bigger;
		list->room = more;
	}
	return zta_oid__parse((zta_str){ line.ptr + head, line.len - head },
		   &list->ids[list->count++]) ?
	    ZTA_OK :
	    zta_git_request__refuse(u, "an id is 64 hexadecimal digits");
}

/* What does not change the answer: it may say less than was asked for. */
static bool
is_harmless(zta_str line)
{
	static const char *const known[] = { "thin-pack", "no-progress",
		"include-tag", "ofs-delta" };
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (zta_str__is(line, known[i])) {
			return true;
		}
	}
	return false;
}

static zta_status
read_fetch(zta_git_request *u)
{
	zta_pktline_kind kind;
	zta_str line;
	zta_status status = ZTA_OK;

	while (status == ZTA_OK &&
	    (kind = zta_pktline__next(&u->rest, &line)) == ZTA_PKTLINE_TEXT) {
		if (zta_str__starts(line, ZTA_STR("want "))) {
			status = read_id(u, line, 5, &u->want);
		} else if (zta_str__starts(line, ZTA_STR("have "))) {
			status = read_id(u, line, 5, &u->have);
		} else if (zta_str__is(line, "done")) {
			u->done = true;
		} else if (!is_harmless(line)) {
			status = zta_git_request__refuse(u,
			    "this way to fetch is not offered: whole histories"
			    " only, neither shallow nor filtered");
		}
	}
	if (status != ZTA_OK) {
		return status;
	}
	if (kind == ZTA_PKTLINE_BAD) {
		return zta_git_request__refuse(u, "the request is cut off");
	}
	return u->want.count > 0 ?
	    ZTA_OK :
	    zta_git_request__refuse(u, "nothing is wanted");
}

/* Sort ids and leave out those that are there twice, as git sends them. */
static int
cmp_oids(const void *a, const void *b)
{
	return zta_oid__cmp(a, b);
}

static void
sort_ids(zta_git_ids *list)
{
	size_t i, kept = 0;

	zta_sort__run(list->ids, list->count, sizeof(*list->ids), cmp_oids);
	for (i = 0; i < list->count; i++) {
		if (kept == 0 ||
		    !zta_oid__eq(&list->ids[kept - 1], &list->ids[i])) {
			list->ids[kept++] = list->ids[i];
		}
	}
	list->count = kept;
}

static void
tick_off(const zta_git_ids *want, const zta_oid *oid, bool *reached)
{
	size_t low = 0, high = want->count, middle;
	int order;

	while (low < high) {
		middle = low + (high - low) / 2;
		order = zta_oid__cmp(&want->ids[middle], oid);
		if (order == 0) {
			reached[middle] = true;
			return;
		}
		if (order < 0) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
}

static bool
are_all(const bool *reached, size_t count)
{
	size_t i = 0;

	while (i < count && reached[i]) {
		i++;
	}
	return i == count;
}

/* Tick off what a ref reaches from not too far. */
static zta_status
look_back(zta_git_request *u, const zta_oid *tip, bool *reached)
{
	zta_commit commit;
	zta_oid at = *tip;
	zta_arena arena;
	uint32_t i;
	zta_status status = ZTA_OK;

	zta_arena__init(&arena, SIZE_MAX);
	for (i = 0; i < BEHIND_MAX && !are_all(reached, u->want.count); i++) {
		tick_off(&u->want, &at, reached);
		zta_arena__reset(&arena);
		status =
		    zta_ledger__commit(u->ledger, &at, &arena, &commit, u->err);
		if (status != ZTA_OK || !commit.has_parent) {
			break;
		}
		at = commit.parent;
	}
	zta_arena__release(&arena);
	return status;
}

/* Is all that is wanted reached by a ref? By the newest commit nearly always. */
static zta_status
check_wants(zta_git_request *u)
{
	bool *reached = zta_arena__zalloc(&u->arena, u->want.count, 1);
	size_t i;
	zta_status status = ZTA_OK;

	if (u->want.count > WANTS_MAX) {
		return zta_git_request__refuse(
		    u, "too many commits are wanted at a time");
	}
	if (reached == NULL) {
		return zta_arena__failed(&u->arena, u->err);
	}
	for (i = 0; i < u->ref_count; i++) {
		tick_off(&u->want, &u->refs[i].oid, reached);
	}
	for (i = 0; status == ZTA_OK && i < u->ref_count; i++) {
		status = look_back(u, &u->refs[i].oid, reached);
	}
	return status != ZTA_OK || are_all(reached, u->want.count) ?
	    status :
	    zta_git_request__refuse(u, "no ref reaches what is wanted");
}

/* Keep those of `have` that are here. */
static zta_status
find_common(zta_git_request *u)
{
	bool *has = zta_arena__zalloc(&u->arena, u->have.count + 1, 1);
	size_t i, kept = 0;
	zta_status status;

	if (has == NULL) {
		return zta_arena__failed(&u->arena, u->err);
	}
	status = zta_store__object_has(u->ledger->store, u->ledger->name,
	    u->have.ids, u->have.count, has, u->err);
	for (i = 0; status == ZTA_OK && i < u->have.count; i++) {
		if (has[i]) {
			u->have.ids[kept++] = u->have.ids[i];
		}
	}
	u->have.count = kept;
	return status;
}

static void
put_common(const zta_git_request *u)
{
	char digits[ZTA_OID_HEX_MAX];
	size_t i;

	zta_pktline__text(u->out, "acknowledgments");
	for (i = 0; i < u->have.count; i++) {
		zta_oid__hex(&u->have.ids[i], digits);
		zta_pktline__text(u->out, "ACK %s", digits);
	}
	zta_pktline__text(u->out, u->have.count == 0 ? "NAK" : "ready");
	if (u->have.count == 0) {
		zta_pktline__flush(u->out);
	} else {
		zta_pktline__delim(u->out);
	}
}

static zta_status
put_pack(zta_git_request *u)
{
	zta_ledger_needs needs;
	zta_buf pack;
	zta_status status =
	    zta_git__needs(u->ledger, u->want.ids, u->want.count, u->have.ids,
		u->have.count, &u->arena, &needs, u->err);

	zta_buf__init(&pack, ZTA_TRANSFER_MAX);
	if (status == ZTA_OK) {
		status = zta_git__pack(u->ledger, &needs, &pack, NULL, u->err);
	}
	if (status == ZTA_OK) {
		zta_pktline__text(u->out, "packfile");
		zta_pktline__data(u->out, zta_buf__str(&pack));
		zta_pktline__flush(u->out);
	}
	zta_buf__release(&pack);
	return status;
}

zta_status
zta_git_fetch__run(zta_git_request *u)
{
	zta_status status = read_fetch(u);

	if (status == ZTA_OK) {
		sort_ids(&u->want);
		sort_ids(&u->have);
		status = check_wants(u);
	}
	if (status == ZTA_OK) {
		status = find_common(u);
	}
	if (status != ZTA_OK) {
		return status;
	}
	if (!u->done) {
		put_common(u);
	}
	return u->done || u->have.count > 0 ? put_pack(u) : ZTA_OK;
}
