/* SPDX-License-Identifier: Apache-2.0 */
/*
 * replay.c - see replay.h. Chains of a hash table through one array. Entries
 * that have expired are unlinked when none is free, and not before one has.
 */
#include "identity/replay.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

/* 200 credentials a second that live for five minutes, in 4 MiB. */
#define ENTRIES_MAX 65536u
#define NONE UINT32_MAX

typedef struct entry {
	unsigned char id[ZTA_SHA256_LEN];
	int64_t until;
	uint32_t next; /* of its chain, or of the free ones; NONE: the last */
} entry;

struct zta_replay {
	pthread_mutex_t lock;
	uint32_t free;    /* first of the free ones */
	int64_t earliest; /* end of an entry; none ends before */
	uint32_t chains[ENTRIES_MAX];
	entry entries[ENTRIES_MAX];
};

zta_status
zta_replay__open(zta_replay **out, zta_error *err)
{
	zta_replay *r = malloc(sizeof(*r));
	uint32_t i;

	*out = r;
	if (r == NULL) {
		return zta_error__nomem(err);
	}
	(void)pthread_mutex_init(&r->lock, NULL);
	memset(r->chains, 0xff, sizeof(r->chains));
	for (i = 0; i < ENTRIES_MAX; i++) {
		r->entries[i].next = i + 1 < ENTRIES_MAX ? i + 1 : NONE;
	}
	r->free = 0;
	r->earliest = INT64_MAX;
	return ZTA_OK;
}

void
zta_replay__close(zta_replay *replay)
{
	if (replay != NULL) {
		(void)pthread_mutex_destroy(&replay->lock);
		free(replay);
	}
}

/* Free what has expired. */
static void
sweep(zta_replay *r, int64_t now)
{
	uint32_t chain, i, *at;

	r->earliest = INT64_MAX;
	for (chain = 0; chain < ENTRIES_MAX; chain++) {
		at = &r->chains[chain];
		while (*at != NONE) {
			i = *at;
			if (r->entries[i].until <= now) {
				*at = r->entries[i].next;
				r->entries[i].next = r->free;
				r->free = i;
				continue;
			}
			if (r->entries[i].until < r->earliest) {
				r->earliest = r->entries[i].until;
			}
			at = &r->entries[i].next;
		}
	}
}

static zta_status
take(zta_replay *r, const unsigned char id[ZTA_SHA256_LEN], int64_t now,
    int64_t until, zta_error *err)
{
	/* A digest is as good as a hash of it. */
	uint32_t *chain =
	    &r->chains[(id[0] | (uint32_t)id[1] << 8) % ENTRIES_MAX];
	uint32_t i;

	for (i = *chain; i != NONE; i = r->entries[i].next) {
		if (memcmp(r->entries[i].id, id, ZTA_SHA256_LEN) == 0) {
			return zta_error__set(
			    err, ZTA_EUNTRUSTED, "it was used before");
		}
	}
	if (r->free == NONE && r->earliest <= now) {
		sweep(r, now);
	}
	if (r->free == NONE) {
		return zta_error__set(err, ZTA_EUNAVAILABLE,
		    "too many credentials that are good once");
	}
	i = r->free;
	r->free = r->entries[i].next;
	memcpy(r->entries[i].id, id, ZTA_SHA256_LEN);
	r->entries[i].until = until;
	r->entries[i].next = *chain;
	*chain = i;
	if (until < r->earliest) {
		r->earliest = until;
	}
	return ZTA_OK;
}

zta_status
zta_replay__take(zta_replay *replay, const unsigned char id[ZTA_SHA256_LEN],
    int64_t now, int64_t until, zta_error *err)
{
	zta_status status;

	(void)pthread_mutex_lock(&replay->lock);
	status = take(replay, id, now, until, err);
	(void)pthread_mutex_unlock(&replay->lock);
	return status;
}
