/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ztauth/replay.h - decide the decisions of a log again.
 *
 * Each is decided under the version that its record names, and has to come out
 * as it was recorded, for the same reasons; or all are decided under another
 * version, and those that come out otherwise are counted in groups. Requests
 * must have been kept (docs/formats/requests.md). Needs no lock; a server may go
 * on writing. What comes of it does not depend on the number of threads, nor
 * does the memory that it takes on the length of the log.
 */
#ifndef ZTAUTH_REPLAY_H
#define ZTAUTH_REPLAY_H

#include "ztauth/ledger.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum zta_replay_answer {
	ZTA_REPLAY_DENY,
	ZTA_REPLAY_ALLOW,
	ZTA_REPLAY_NO_QUESTION /* it is none under that version */
} zta_replay_answer;

typedef struct zta_replay_outcome {
	zta_replay_answer answer;
	zta_str leg, code;       /* what decided; empty: nothing did */
	const zta_str *policies; /* that decided */
	size_t policy_count;
} zta_replay_outcome;

/* A decision that does not come out as it was recorded, or cannot. */
typedef struct zta_replay_difference {
	uint64_t index; /* of its record */
	char id[33];
	zta_str commit; /* the version that it names */
	zta_replay_outcome recorded, again;
	const char *why; /* it was not decided again; NULL: it was */
} zta_replay_difference;

/* --- what comes out otherwise, in groups */

#define ZTA_REPLAY_EXAMPLES 3

typedef struct zta_replay_example {
	uint64_t index; /* of the record */
	char id[33];
	zta_str subject, action, resource;
} zta_replay_example;

/* Decisions that have in common what decided, or who asked. */
typedef struct zta_replay_group {
	zta_replay_outcome before, after; /* by who asked: the answers alone */
	zta_str subjects; /* Role::"customer", a group of workloads; empty:
	                     by what decided */
	uint64_t count;
	zta_replay_example examples[ZTA_REPLAY_EXAMPLES]; /* the first */
	size_t example_count;
} zta_replay_group;

typedef struct zta_replay_groups {
	/* Largest first. One decision is in one group by what decided, and in
	 * each that its subject is in, and its workload. */
	const zta_replay_group *by_policy, *by_subject;
	size_t by_policy_count, by_subject_count;
	uint64_t ungrouped; /* there were too many groups already */
} zta_replay_groups;

/* --- replaying */

typedef struct zta_replay_progress {
	uint64_t decisions;   /* so far */
	uint64_t done, total; /* of the work, in parts of some size */
} zta_replay_progress;

typedef struct zta_replay_question {
	const char *log; /* the directory of the decision log */
	const char
	    *since; /* a time, or a duration until now; NULL: all of it */
	zta_workspace *workspace; /* that has the versions; NULL with `with` */
	/* One of them at most: a commit, or a folder, under which all are
	 * decided. NULL: each under its own. */
	const char *at, *with;
	unsigned threads; /* 0: one for each processor */
	/* Each difference, where each is decided under its own version. What is
	 * told lives until this returns. A version that cannot be decided under
	 * is told of once. */
	void (*tell)(void *context, const zta_replay_difference *difference);
	/* Often: false ends it. NULL: nobody wants to know. */
	bool (*go_on)(void *context, const zta_replay_progress *progress);
	void *context;
} zta_replay_question;

/*
 * Each record of a decision is counted in `recorded` and in one of those after
 * it.
 */
typedef struct zta_replay_counts {
	uint64_t recorded;
	uint64_t agree;
	uint64_t to_deny, to_allow; /* answered otherwise */
	uint64_t to_none;           /* no question any more */
	uint64_t otherwise; /* the same answer, by another leg or policy */
	uint64_t strange;   /* the kept request is not the record's */
	uint64_t unloaded; /* the version is not there, or not valid any more */
	uint64_t token;    /* failed at its token, which is not kept */
	uint64_t erased;   /* of whom it was has been erased */
	uint64_t unkept;   /* other requests that were not kept */
	/* Requests without a record: they were never answered. */
	uint64_t unrecorded;
} zta_replay_counts;

typedef struct zta_replay_result {
	zta_replay_counts counts;
	zta_replay_groups groups; /* with `at` or `with` */
	void *memory;             /* of the groups */
} zta_replay_result;

/*
 * `out` is released with zta_replay_release() either way; after an error its
 * counts are of what came before it. ZTA_ENOTFOUND: there is no log, or no such
 * commit. ZTA_EINVAL: `since` is no time. ZTA_EINVALID: the log, the version or
 * the workspace's store is damaged. ZTA_EUNAVAILABLE: `go_on` ended it. ZTA_EIO,
 * ZTA_ELIMIT, ZTA_ENOMEM.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_replay_log(
    const zta_replay_question *question, zta_replay_result *out,
    zta_error *err);
ZTA_PUBLIC void zta_replay_release(zta_replay_result *result);

#ifdef __cplusplus
}
#endif
#endif
