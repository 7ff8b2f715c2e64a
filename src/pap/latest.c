/* SPDX-License-Identifier: Apache-2.0 */
/* latest.c - see latest.h. */
#include "pap/latest.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "store/turn.h"

typedef struct entry {
	char *ledger; /* NULL: free */
	zta_snapshot *snapshot;
	uint64_t used; /* by the clock of uses */
} entry;

struct zta_latest {
	zta_turn turn; /* for all below */
	entry list[ZTA_LATEST_MAX];
	uint64_t clock;
};

zta_status
zta_latest__open(zta_latest **out, zta_error *err)
{
	zta_latest *latest = calloc(1, sizeof(*latest));

	*out = NULL;
	if (latest == NULL) {
		return zta_error__nomem(err);
	}
	if (zta_turn__init(&latest->turn, err) != ZTA_OK) {
		free(latest);
		return ZTA_ENOMEM;
	}
	*out = latest;
	return ZTA_OK;
}

static void
forget(entry *e)
{
	zta_snapshot__drop(e->snapshot);
	free(e->ledger);
	*e = (entry){ 0 };
}

void
zta_latest__close(zta_latest *latest)
{
	size_t i;

	if (latest == NULL) {
		return;
	}
	for (i = 0; i < ZTA_LATEST_MAX; i++) {
		forget(&latest->list[i]);
	}
	zta_turn__release(&latest->turn);
	free(latest);
}

static entry *
find(zta_latest *latest, zta_str ledger)
{
	size_t i;

	for (i = 0; i < ZTA_LATEST_MAX; i++) {
		if (latest->list[i].ledger != NULL &&
		    zta_str__is(ledger, latest->list[i].ledger)) {
			latest->list[i].used = ++latest->clock;
			return &latest->list[i];
		}
	}
	return NULL;
}

zta_snapshot *
zta_latest__get(zta_latest *latest, zta_str ledger)
{
	zta_snapshot *snapshot = NULL;
	entry *e;

	if (latest == NULL) {
		return NULL;
	}
	zta_turn__enter(&latest->turn);
	e = find(latest, ledger);
	if (e != NULL) {
		snapshot = zta_snapshot__keep(e->snapshot);
	}
	zta_turn__leave(&latest->turn);
	return snapshot;
}

/* The place of this ledger: its own, or the one that was not used longest. */
static entry *
make_place(zta_latest *latest, zta_str ledger)
{
	entry *e = find(latest, ledger), *oldest = &latest->list[0];
	size_t i;

	for (i = 1; e == NULL && i < ZTA_LATEST_MAX; i++) {
		if (latest->list[i].used < oldest->used) {
			oldest = &latest->list[i];
		}
	}
	if (e == NULL) {
		e = oldest;
		forget(e);
		e->ledger = strndup(ledger.ptr, ledger.len);
		e->used = ++latest->clock;
	}
	return e->ledger == NULL ? NULL : e;
}

static bool
is_better(const zta_snapshot *old, const zta_snapshot *new)
{
	return old == NULL || !zta_oid__eq(&old->tree.root, &new->tree.root) ||
	    !old->cedar->validated;
}

void
zta_latest__put(zta_latest *latest, zta_str ledger, zta_snapshot *snapshot)
{
	zta_snapshot *old = NULL;
	entry *e;

	if (latest == NULL) {
		return;
	}
	zta_turn__enter(&latest->turn);
	e = make_place(latest, ledger);
	if (e != NULL && is_better(e->snapshot, snapshot)) {
		old = e->snapshot;
		e->snapshot = zta_snapshot__keep(snapshot);
	}
	zta_turn__leave(&latest->turn);
	zta_snapshot__drop(old);
}
