/* SPDX-License-Identifier: Apache-2.0 */
/*
 * witness_desk.h - a witness over HTTP. SPEC: c2sp tlog-witness;
 * docs/formats/witness.md
 *
 * One thread judges all calls, one after another, and writes what it cosigned
 * before it says so: that is why no call can take back what another has moved.
 * A desk is of one loop, where a call waits for it.
 */
#ifndef ZTA_API_WITNESS_DESK_H
#define ZTA_API_WITNESS_DESK_H

#include "http/http.h"
#include "log/cosigning.h"

typedef struct zta_witness zta_witness;
typedef struct zta_witness_desk zta_witness_desk;

typedef struct zta_witness_options {
	const char *logs; /* a policy, whose logs are known */
	const char *dir;  /* what was cosigned */
	/* Append the line of a cosignature; called by the thread alone. */
	zta_status (*sign)(
	    void *context, zta_str call, zta_buf *line, zta_error *err);
	void *context;
	/* Tell the operator: of another history, and that nothing is written. */
	void (*say)(const char *format, ...)
	    __attribute__((format(printf, 1, 2)));
} zta_witness_options;

/* Errors name the file. ZTA_ENOMEM. */
ZTA_MUST_USE zta_status zta_witness__open(
    zta_witness **out, const zta_witness_options *options, zta_error *err);
/* When all loops have ended and their connections are there. NULL is fine. */
void zta_witness__close(zta_witness *witness);

/* ZTA_EIO, ZTA_ENOMEM. */
ZTA_MUST_USE zta_status zta_witness_desk__open(
    zta_witness_desk **out, zta_witness *witness, zta_error *err);
/* After the thread has ended. NULL is fine. */
void zta_witness_desk__close(zta_witness_desk *desk);

/* Readable when something has come back; then call this. */
int zta_witness_desk__fd(const zta_witness_desk *desk);
void zta_witness_desk__ready(void *desk);

/* Is a path, below the zone, about the witness? */
bool zta_witness_desk__knows(zta_str path);
/* Then answer the call, at once or later. */
void zta_witness_desk__handle(
    zta_witness_desk *desk, zta_http_call *call, zta_str path);

/* --- between the desk and the thread */

/* A call that waits, in its own arena. */
typedef struct zta_witness_job {
	struct zta_witness_job *next;
	zta_witness_desk *desk;
	zta_http_call *call;
	/* What is answered: */
	unsigned status;
	const char *type;
	zta_str body;
} zta_witness_job;

/* False: too many wait. */
ZTA_MUST_USE bool zta_witness__hand_in(
    zta_witness *witness, zta_witness_job *job);
/* From the thread. */
void zta_witness_desk__give_back(zta_witness_job *job);
/* Where checkpoints are. */
const char *zta_witness__dir(const zta_witness *witness);

#endif
