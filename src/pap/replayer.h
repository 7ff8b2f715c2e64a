/* SPDX-License-Identifier: Apache-2.0 */
/*
 * replayer.h - decide what a log has again, on several threads.
 *
 *     the caller's thread           threads            the caller's thread
 *     pairs of record and request   parse, decide      take what came of it,
 *     into batches                  under snapshots    in the order of the pairs
 */
#ifndef ZTA_PAP_REPLAYER_H
#define ZTA_PAP_REPLAYER_H

#include "pap/pairs.h"
#include "pap/versions.h"
#include "ztauth/replay.h"

typedef enum zta_replayed_fate {
	ZTA_REPLAYED_AGREES,
	ZTA_REPLAYED_CHANGED,
	ZTA_REPLAYED_NEITHER,  /* it is no question, neither before nor after */
	ZTA_REPLAYED_STRANGE,  /* the request is not the record's */
	ZTA_REPLAYED_UNLOADED, /* there is no such version to decide under */
	ZTA_REPLAYED_UNREADABLE /* the line is none: it was not kept */
} zta_replayed_fate;

/* What became of one pair. */
typedef struct zta_replayed {
	zta_pair pair;
	const zta_snapshot *version; /* that it was decided under, or NULL */
	const char *why; /* UNLOADED, the first time of this version */
	zta_replayed_fate fate;
	bool outdated; /* `before` is not the answer of the record */
	zta_replay_outcome before, after; /* CHANGED: */
	const zta_entity_name *parents;   /* that its token gave the subject */
	uint32_t parent_count;
} zta_replayed;

typedef struct zta_replayer_question {
	const char *log;
	int64_t since;    /* ms */
	unsigned threads; /* 0: one for each processor */
	/* Decide under this; NULL: each under that of its record, of these. */
	const zta_snapshot *version;
	zta_versions *versions;
	/* What comes out is held to the record; or to what comes out under
	 * `before` (NULL: which denies all). */
	bool held_to_version;
	const zta_snapshot *before;
	/* Whatever does not agree; all of it lives until this returns. Anything
	 * but ZTA_OK ends it, and is returned. */
	zta_status (*take)(
	    void *context, const zta_replayed *one, zta_error *err);
	bool (*go_on)(void *context, const zta_replay_progress *progress);
	void *context;
} zta_replayer_question;

/*
 * Find out what becomes of one whose pair, version and `why` are there, as is asked
 * for; for the threads of a replayer. `scratch` is for work and reset here; what
 * has changed is kept in `arena`. Anything but ZTA_OK has decided nothing.
 */
ZTA_MUST_USE zta_status zta_replayed__decide(zta_replayed *one,
    const zta_replayer_question *question, zta_arena *scratch, zta_arena *arena,
    zta_error *err);

typedef struct zta_replayer_counts {
	zta_replay_counts shown;
	uint64_t outdated, neither;
} zta_replayer_counts;

/* Errors as of zta_replay_log(). */
ZTA_MUST_USE zta_status zta_replayer__run(const zta_replayer_question *question,
    zta_replayer_counts *out, zta_error *err);

/* A time, or a duration until now; NULL: 0. ZTA_EINVAL. */
ZTA_MUST_USE zta_status zta_replayer__since(
    const char *text, int64_t *ms, zta_error *err);

#endif
