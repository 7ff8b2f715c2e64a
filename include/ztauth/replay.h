/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ztauth/replay.h - decide the decisions of a log again.
 *
 * Each is decided under the version that its record names, and has to come out
 * as it was recorded, for the same reasons. Its request must have been kept
 * (docs/formats/requests.md). Needs no lock; a server may go on writing.
 */
#ifndef ZTAUTH_REPLAY_H
#define ZTAUTH_REPLAY_H

#include "ztauth/ledger.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct zta_replay_outcome {
	bool allowed;
	zta_str leg, code; /* what decided; empty: it was not decided */
} zta_replay_outcome;

/* A decision that does not come out as it was recorded, or cannot. */
typedef struct zta_replay_difference {
	uint64_t index; /* of its record */
	char id[33];
	zta_str commit; /* the version that it names */
	zta_replay_outcome recorded, again;
	const char *why; /* it was not decided again; NULL: it was */
} zta_replay_difference;

typedef struct zta_replay_question {
	const char *log;          /* the directory of the decision log */
	const char *since;        /* a time; NULL: all of it */
	zta_workspace *workspace; /* that has the versions */
	/* What is told lives until this returns. A version that cannot be
	 * decided under is told of once. */
	void (*tell)(void *context, const zta_replay_difference *difference);
	void *context;
} zta_replay_question;

/* Each record of a decision is counted in `recorded` and in one of those after
 * it. */
typedef struct zta_replay_counts {
	uint64_t recorded;
	uint64_t agree, differ;
	uint64_t strange;  /* the kept request is not the record's */
	uint64_t unloaded; /* the version is not there, or not valid any more */
	uint64_t token;    /* failed at its token, which is not kept */
	uint64_t unkept;   /* other requests that were not kept */
	/* Requests without a record: they were never answered. */
	uint64_t unrecorded;
} zta_replay_counts;

/*
 * ZTA_ENOTFOUND: there is no log. ZTA_EINVAL: `since` is no time. ZTA_EINVALID:
 * the log or the workspace's store is damaged. ZTA_EIO, ZTA_ELIMIT, ZTA_ENOMEM.
 * After an error the counts are of what came before it.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_replay_log(
    const zta_replay_question *question, zta_replay_counts *out,
    zta_error *err);

#ifdef __cplusplus
}
#endif
#endif
