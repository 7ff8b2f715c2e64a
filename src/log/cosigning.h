/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cosigning.h - what a witness judges, and what it remembers of each log.
 * SPEC: c2sp tlog-witness; docs/formats/witness.md
 *
 * Whoever cosigns a head has seen that it goes on from the last one that was
 * cosigned, and puts it on disk before anybody has the cosignature.
 */
#ifndef ZTA_LOG_COSIGNING_H
#define ZTA_LOG_COSIGNING_H

#include "log/consistency.h"
#include "log/log_policy.h"

/* The text of a checkpoint that is cosigned; another log may say more in it. */
#define ZTA_COSIGNED_TEXT_MAX ((size_t)8 << 10)
/* A call: an old size, hashes, and a checkpoint with its signatures. */
#define ZTA_COSIGN_CALL_MAX (ZTA_NOTE_MAX + ((size_t)4 << 10))

/* The body of add-checkpoint; it refers to what it was read from. */
typedef struct zta_cosign_call {
	uint64_t old;
	zta_merkle_path proof;
	zta_str note;
} zta_cosign_call;

/* ZTA_EINVALID. */
ZTA_MUST_USE zta_status zta_cosign_call__read(
    zta_str body, zta_cosign_call *out, zta_error *err);
void zta_cosign_call__put(zta_buf *buf, const zta_cosign_call *call);

typedef enum zta_cosign_verdict {
	ZTA_COSIGN_MALFORMED, /* no call, or its old size is above the new */
	ZTA_COSIGN_UNKNOWN,   /* of no log that is known here */
	ZTA_COSIGN_UNSIGNED,  /* its log has not signed it */
	ZTA_COSIGN_STALE,     /* the old size is another than the last */
	ZTA_COSIGN_SPLIT,     /* as large as the last, and another */
	ZTA_COSIGN_UNPROVED,  /* larger, and not what the last became */
	ZTA_COSIGN_GOOD
} zta_cosign_verdict;

/* What is known of the logs of a policy: of each, the last head. */
typedef struct zta_cosigned {
	const zta_log_policy *logs;
	zta_log_head last[ZTA_LOG_POLICY_LOGS_MAX];
} zta_cosigned;

/* What a call is about, as far as it was understood. */
typedef struct zta_cosign_case {
	uint32_t log; /* its number in the policy */
	zta_str text;
	zta_log_head head;
} zta_cosign_case;

/* May it be cosigned? */
zta_cosign_verdict zta_cosigned__judge(const zta_cosigned *known,
    const zta_cosign_call *call, zta_cosign_case *out);

/* Append the note with nothing but its text and lines of its log. */
ZTA_MUST_USE zta_status zta_cosigned__strip(
    const zta_cosigned *known, zta_str note, zta_buf *out, zta_error *err);

/* --- the directory of a witness: a checkpoint for each log */

#define ZTA_COSIGNED_NAME_LEN (2 * (size_t)ZTA_SHA256_LEN)

/* The name of a log's file: hexadecimal digits of SHA-256(origin). */
void zta_cosigned__name(zta_str origin, char out[ZTA_COSIGNED_NAME_LEN + 1]);

/*
 * Make the directory if need be, and hold it until `*fd` is closed: two that know
 * a log by it could cosign two histories. ZTA_EUNAVAILABLE: another holds it.
 */
ZTA_MUST_USE zta_status zta_cosigned__hold(
    const char *dir, int *fd, zta_error *err);

/* The last heads of all logs; of one that was not seen, nothing. Errors name
 * the file. */
ZTA_MUST_USE zta_status zta_cosigned__load(zta_cosigned *out,
    const zta_log_policy *logs, const char *dir, zta_error *err);

/*
 * Put a checkpoint of a log there, so that it lasts: the last one, or, with a
 * suffix, one that was refused, unless there is one of that name already.
 */
ZTA_MUST_USE zta_status zta_cosigned__store(const char *dir, zta_str origin,
    const char *suffix, zta_str note, zta_error *err);

#endif
