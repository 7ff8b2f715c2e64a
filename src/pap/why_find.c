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
#include "pap/recorded.h"
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

zta_status
zta_why__find_version(zta_account *a)
{
	zta_workspace *w = a->asked->workspace;
	zta_status status = w == NULL ?
	    ZTA_OK :
	    zta_recorded__version(w, a->leaf.commit, &a->report, a->err);

	/* It was valid once, by rules of then. */
	if (status != ZTA_OK || a->report == NULL || !a->report->check.whole) {
		return status;
	}
	a->version = a->report->check.loaded;
	a->trust.model = a->version->model;
	return zta_trust_view__of(&a->arena, &a->trust, a->err);
}
