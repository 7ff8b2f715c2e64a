/* SPDX-License-Identifier: Apache-2.0 */
/*
 * why_find.c - what an account of a decision is made of: its record, the
 * request that was kept beside it, and the version that it was decided under.
 */
#include <stdlib.h>
#include <string.h>

#include "base/b64.h"
#include "base/error.h"
#include "base/str.h"
#include "log/journal.h"
#include "pap/why.h"
#include "ztauth/log.h"

/* --- the record */

/* An index has fewer digits than an id. */
static bool
read_index(const char *text, int64_t *out)
{
	size_t len = strspn(text, "0123456789");

	if (len == 0 || len > 18 || text[len] != '\0') {
		return false;
	}
	*out = strtoll(text, NULL, 10);
	return true;
}

zta_status
zta_why__find_record(zta_account *a)
{
	zta_str text = zta_str_of(a->asked->decision);
	unsigned char id[ZTA_LEAF_ID_LEN];
	int64_t from = 0;
	bool by_index = read_index(a->asked->decision, &from);
	zta_status status;

	if (!by_index &&
	    (text.len != 2 * sizeof(id) || !zta_hex__decode(text, id))) {
		return zta_error__set(a->err, ZTA_EINVAL,
		    "a decision is an id of 32 hexadecimal digits, or the "
		    "index of its record");
	}
	status = zta_log_reader_open(&a->log, a->asked->log, from, a->err);
	if (status != ZTA_OK) {
		return status;
	}
	do {
		status = zta_log_reader__leaf(
		    a->log, &a->leaf, &a->told.index, a->err);
	} while (status == ZTA_OK && !by_index &&
	    !zta_str__eq(
		a->leaf.id, (zta_str){ (const char *)id, sizeof(id) }));
	return status == ZTA_ENOTFOUND ?
	    zta_error__set(a->err, ZTA_ENOTFOUND, "the log has no record `%s`",
		a->asked->decision) :
	    status;
}

/* --- the request */

/* Is it this record's? Its id stands in it. */
static zta_status
try_line(void *context, zta_str line)
{
	zta_account *a = context;
	zta_replay replay;
	zta_status status;

	if (a->kept ||
	    memmem(line.ptr, line.len, a->told.id, strlen(a->told.id)) ==
		NULL) {
		return ZTA_OK;
	}
	line = zta_arena__copy(&a->arena, line);
	status = line.ptr == NULL ?
	    ZTA_ENOMEM :
	    zta_replay__read(&a->arena, line, &replay, NULL);
	if (status == ZTA_ENOMEM) {
		return zta_arena__failed(&a->arena, a->err);
	}
	if (status == ZTA_OK &&
	    memcmp(replay.id, a->leaf.id.ptr, ZTA_LEAF_ID_LEN) == 0) {
		a->replay = replay;
		a->kept = true;
	}
	return ZTA_OK;
}

zta_status
zta_why__find_request(zta_account *a)
{
	const char *const *paths;
	size_t count;
	zta_status status = zta_journal__list(
	    a->asked->log, a->leaf.time, &a->arena, &paths, &count, a->err);

	/* It is in the file of its day, which is the first from then on. */
	return status != ZTA_OK || count == 0 ?
	    status :
	    zta_journal__lines(paths[0], try_line, a, a->err);
}

/* --- the version */

/* The commit of this tree, from `at` back; none: there is none. */
static zta_status
find_tree(const zta_ledger *ledger, const zta_oid *tree, zta_oid at,
    zta_oid *out, zta_error *err)
{
	zta_commit commit;
	zta_arena scratch;
	zta_status status = ZTA_OK;

	zta_arena__init(&scratch, SIZE_MAX);
	while (status == ZTA_OK && zta_oid__is_none(out)) {
		zta_arena__reset(&scratch);
		status =
		    zta_ledger__commit(ledger, &at, &scratch, &commit, err);
		if (status == ZTA_OK && zta_oid__eq(&commit.tree, tree)) {
			*out = at;
		}
		if (status != ZTA_OK || !commit.has_parent) {
			break;
		}
		at = commit.parent;
	}
	zta_arena__release(&scratch);
	return status;
}

/*
 * The record names a commit, or the tree of a folder that was no ledger of a
 * store. None in `*out`: neither is here.
 */
static zta_status
find_commit(zta_account *a, zta_workspace *w, zta_oid *out)
{
	zta_arena scratch;
	zta_commit commit;
	zta_oid named, head;
	zta_status status;

	*out = (zta_oid){ 0 };
	if (!zta_oid__parse(a->leaf.commit, &named)) {
		return ZTA_OK;
	}
	zta_arena__init(&scratch, SIZE_MAX);
	status =
	    zta_ledger__commit(&w->ledger, &named, &scratch, &commit, NULL);
	zta_arena__release(&scratch);
	if (status == ZTA_OK) {
		*out = named;
		return ZTA_OK;
	}
	if (status == ZTA_ENOMEM) {
		return zta_error__nomem(a->err);
	}
	status = zta_workspace__head(w, &head, a->err);
	return status != ZTA_OK || zta_oid__is_none(&head) ?
	    status :
	    find_tree(&w->ledger, &named, head, out, a->err);
}

zta_status
zta_why__find_version(zta_account *a)
{
	zta_workspace *w = a->asked->workspace;
	zta_arena arena;
	zta_tree tree;
	zta_oid commit;
	zta_status status = w == NULL ? ZTA_OK : find_commit(a, w, &commit);

	if (status != ZTA_OK || w == NULL || zta_oid__is_none(&commit)) {
		return status;
	}
	zta_arena__init(&arena, SIZE_MAX);
	status = zta_ledger__files(&w->ledger, &commit, &arena, &tree, a->err);
	if (status != ZTA_OK) {
		zta_arena__release(&arena);
		return status;
	}
	status = zta_report__tree(&a->report, &arena, &tree, 0, a->err);
	if (status != ZTA_OK) {
		return status;
	}
	/* It was valid once, by rules of then. */
	if (!a->report->check.whole) {
		return ZTA_OK;
	}
	a->version = a->report->check.loaded;
	a->trust.model = a->version->model;
	return zta_trust_view__of(&a->arena, &a->trust, a->err);
}
