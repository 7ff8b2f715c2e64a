/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fetcher.h - what verifying credentials needs from outside, fetched by threads
 * of its own. SPEC: docs/identity.md
 *
 * A worker hands a call in, with what it needs, and does it again when it comes
 * back. The same need of many calls is fetched once; one source has some of the
 * threads at most, so that one that does not answer holds up itself alone. Key
 * sets of the snapshot in force are fetched at the start and again as they age.
 * Only addresses that the operator allows are asked.
 *
 *     worker: call, need -> desk     (loop: fd is readable) -> again
 *     thread:               -> queue -> ask, put into the ring -> desk
 */
#ifndef ZTA_API_FETCHER_H
#define ZTA_API_FETCHER_H

#include "api/outside.h"
#include "http/http.h"
#include "identity/need.h"
#include "pdp/snapshot.h"

typedef struct zta_fetcher zta_fetcher;
typedef struct zta_fetch_desk zta_fetch_desk;

typedef struct zta_fetcher_options {
	zta_ring *ring;
	const char *allow;   /* origins, spaces between them; NULL: none */
	const char *ca_file; /* NULL: the system's */
	const char *secrets; /* where secrets of ours are; NULL: nowhere */
	/* Sign client assertions; one channel for each of ZTA_FETCH_THREADS. */
	zta_client_signer *sign;
	int *channels;
	/* The snapshot in force, to be dropped, or NULL. */
	zta_snapshot *(*snapshot)(void *context);
	void *context;
	/* Tell the operator: who cannot be asked, and who can again. */
	void (*say)(const char *format, ...)
	    __attribute__((format(printf, 1, 2)));
} zta_fetcher_options;

/* Start the threads. ZTA_EINVAL: `allow` names no origins. */
ZTA_MUST_USE zta_status zta_fetcher__open(
    zta_fetcher **out, const zta_fetcher_options *options, zta_error *err);
/* From now on nothing is fetched, and nobody waits. NULL is fine for both. */
void zta_fetcher__drain(zta_fetcher *fetcher);
/* When all loops have ended and their connections are still there. */
void zta_fetcher__close(zta_fetcher *fetcher);

/*
 * Where calls of one loop wait; `context` goes to `again`. ZTA_ENOMEM, ZTA_EIO.
 */
ZTA_MUST_USE zta_status zta_fetch_desk__open(
    zta_fetch_desk **out, zta_fetcher *fetcher, void *context, zta_error *err);
/* After the threads have ended. NULL is fine. */
void zta_fetch_desk__close(zta_fetch_desk *desk);
/* Readable when something has come back; then call this. */
int zta_fetch_desk__fd(const zta_fetch_desk *desk);
void zta_fetch_desk__ready(void *desk);

/* Do a call again; `since` is when it came, by the ring's clock. */
typedef void zta_call_again(void *context, zta_http_call *call, int64_t since);

/*
 * Have `need` fetched, then do `call` again, whatever came of it. False: nobody
 * fetches now, or too many wait: the call is still the caller's.
 */
ZTA_MUST_USE bool zta_fetch_desk__hand_in(zta_fetch_desk *desk,
    zta_http_call *call, zta_snapshot *snapshot, const zta_need *need,
    int64_t since, zta_call_again *again);

#endif
