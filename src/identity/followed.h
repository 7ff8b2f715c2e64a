/* SPDX-License-Identifier: Apache-2.0 */
/*
 * followed.h - what is in a file that others change while a server runs: it is
 * read anew when it has changed, and what cannot be read changes nothing.
 */
#ifndef ZTA_IDENTITY_FOLLOWED_H
#define ZTA_IDENTITY_FOLLOWED_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/watched.h"

/* What could not be read is tried again after so long, changed or not. */
#define ZTA_FOLLOWED_AGAIN_MS 250

/* How content is read, and forgotten (NULL is fine). */
typedef struct zta_followed_class {
	zta_status (*load)(void **out, const char *path, zta_error *err);
	void (*forget)(void *content);
	/*
	 * Bring content to what the file has now, or as far as that is good. NULL:
	 * it is loaded anew.
	 */
	zta_status (*advance)(void *content, const char *path, zta_error *err);
} zta_followed_class;

typedef struct zta_followed {
	const zta_followed_class *class;
	pthread_mutex_t lock;
	const char *path; /* never changes, as `watched` does */
	zta_watched watched;
	int64_t again_ms; /* monotonic: read it once more; 0: it was read */
	void (*tell)(const zta_error *why); /* NULL: nobody hears */
	void *content;                      /* NULL: it is not open */
	/* Of a copy of another server's file; 0: it is no copy. */
	int64_t max_age_ms;
	atomic_llong heard_ms; /* it was up to date; monotonic, 0: never yet */
} zta_followed;

/*
 * Read the file, which must be good. `tell` hears when it no longer is, once a
 * change. As `load` says.
 */
ZTA_MUST_USE zta_status zta_followed__open(zta_followed *f,
    const zta_followed_class *class, const char *path,
    void (*tell)(const zta_error *why), zta_error *err);
/* One that was not opened is fine. */
void zta_followed__close(zta_followed *f);

/* The content as it is now; nobody else enters before one has left. */
void *zta_followed__enter(zta_followed *f);
void zta_followed__leave(zta_followed *f);

/*
 * The same for who is to change the file: what is there must be good. Otherwise
 * nobody has entered, and it is as `load` says.
 */
ZTA_MUST_USE zta_status zta_followed__enter_good(
    zta_followed *f, void **content, zta_error *err);

/* Is it a copy of which nobody knows any more whether it is up to date? */
bool zta_followed__is_stale(const zta_followed *f);

#endif
