/* SPDX-License-Identifier: Apache-2.0 */
/*
 * need.h - something outside that must be fetched before a credential can be
 * judged, and who fetches it. Never from the thread of a worker.
 */
#ifndef ZTA_IDENTITY_NEED_H
#define ZTA_IDENTITY_NEED_H

#include "base/buf.h"
#include "crypto/tls_peer.h"
#include "identity/ring.h"

typedef struct zta_source zta_source;
typedef struct zta_need zta_need;

typedef struct zta_outside_request {
	zta_str url;
	/* A form is posted, without one it is a GET. */
	zta_str form;
	zta_str authorization; /* value of the header; empty: none */
	const char *accept;
	size_t answer_max;
	zta_tls_peer
	    *peer; /* who must answer; NULL: the host, as the web has it */
} zta_outside_request;

typedef struct zta_outside_answer {
	unsigned status; /* of HTTP */
	zta_str type, body;
	int64_t max_age_ms; /* that caches may keep it; -1: not said */
} zta_outside_answer;

/* The way out. Its functions block; each thread has its own. */
typedef struct zta_outside {
	/* Ask; any status is an answer. ZTA_EUNTRUSTED: that may not be asked. */
	zta_status (*ask)(void *context, zta_arena *arena,
	    const zta_outside_request *request, zta_outside_answer *out,
	    zta_error *err);
	/* A secret of ours, in a file of this name, to be wiped. */
	zta_status (*secret)(
	    void *context, zta_str file, zta_buf *out, zta_error *err);
	/* Sign the payload of a client assertion: the keeper does it. */
	zta_status (*sign)(
	    void *context, zta_str payload, zta_buf *token, zta_error *err);
	void *context;
} zta_outside;

/* Fetch it and put it into the ring. */
typedef zta_status zta_need_fetch(const zta_need *need, zta_ring *ring,
    const zta_outside *outside, zta_error *err);

struct zta_need {
	const zta_source *source; /* NULL: nothing is needed */
	zta_need_fetch *fetch;
	zta_str key;  /* under which it will be in the ring */
	zta_str gate; /* who is asked: see ring.h */
	bool metered;
	zta_str credential; /* that is asked about; empty: none */
	int64_t now;        /* ms, with it */
};

/* What fetching came to, to be told to the operator. */
typedef enum zta_need_outcome {
	ZTA_NEED_SHUT, /* not asked: too often, or it failed just now */
	ZTA_NEED_FETCHED,
	ZTA_NEED_BACK, /* fetched, after failures */
	ZTA_NEED_FAILED,
	ZTA_NEED_FAILED_AGAIN
} zta_need_outcome;

/* Fetch if the gate lets us. `err` is filled where it failed. */
zta_need_outcome zta_need__fetch(const zta_need *need, zta_ring *ring,
    const zta_outside *outside, zta_error *err);

/* GET what must be a JSON object; the answer is in `arena`. ZTA_EUNAVAILABLE. */
ZTA_MUST_USE zta_status zta_outside__get_json(const zta_outside *outside,
    zta_arena *arena, zta_str url, size_t max, zta_tls_peer *peer,
    zta_outside_answer *answer, zta_json_doc *doc, zta_error *err);

#endif
