/* SPDX-License-Identifier: Apache-2.0 */
/*
 * leaf.h - one record of the decision log, and its bytes.
 * SPEC: ztauth 9; docs/formats/decision.md
 */
#ifndef ZTA_LOG_LEAF_H
#define ZTA_LOG_LEAF_H

#include "base/arena.h"
#include "base/json_write.h"

#define ZTA_LEAF_ID_LEN 16
#define ZTA_LEAF_DIGEST_LEN 32

/*
 * Fields that may say who somebody is, in the order of their keys. The bytes have
 * a commitment to each, the openings are apart: log/opening.h. Types and actions
 * are as they are if the ledger has such names.
 */
typedef enum zta_personal {
	ZTA_PERSONAL_REQUEST,
	ZTA_PERSONAL_SUBJECT_TYPE,
	ZTA_PERSONAL_SUBJECT_ID,
	ZTA_PERSONAL_ACTION,
	ZTA_PERSONAL_RESOURCE_TYPE,
	ZTA_PERSONAL_RESOURCE_ID,
	ZTA_PERSONAL_REASON,
	ZTA_PERSONAL_REF,
	ZTA_PERSONAL_RESULTS,
	ZTA_PERSONAL_COUNT
} zta_personal;

/* A list of texts, or of bytes. */
typedef struct zta_leaf_list {
	const zta_str *items;
	uint32_t count;
} zta_leaf_list;

/* One workload of the chain, and how it showed itself. */
typedef struct zta_leaf_ring {
	zta_str workload;
	zta_str source;
	zta_str proof;  /* "bearer", "mtls" ... */
	zta_str digest; /* of its credential */
	int64_t at;     /* ms, when it was verified */
} zta_leaf_ring;

/* What is empty is left out of the bytes. */
typedef struct zta_leaf {
	zta_str kind; /* "decision" and so on: docs/formats/decision.md */
	zta_str id;   /* ZTA_LEAF_ID_LEN random bytes */
	int64_t time; /* ms since 1970 */
	zta_str zone, ledger, commit;
	zta_str txn;
	zta_str request;           /* SHA-256 of the request's bytes */
	zta_leaf_list credentials; /* SHA-256 of each */
	zta_str subject_type, subject_id;
	zta_str action;
	zta_str resource_type, resource_id;
	const zta_leaf_ring *rings;
	uint32_t ring_count;
	bool allowed;
	zta_str leg, code;       /* what decided */
	int64_t ring;            /* that it was about, from 1; 0: none */
	zta_leaf_list policies;  /* that decided */
	zta_leaf_list elevation; /* policies that let the rings act */
	zta_leaf_list errors;    /* policies that could not be evaluated */
	zta_str mode;            /* "strict": durable before the answer */
	zta_str reason;          /* for operators */
	zta_str follow;  /* "confirmed" or "unconfirmed"; empty: none is */
	int64_t age;     /* ms since it was confirmed */
	zta_str ref;     /* that is to be moved */
	zta_str to;      /* to this commit */
	zta_str key;     /* that a record about keys is about */
	zta_str digest;  /* SHA-256 of what was changed */
	int64_t minimum; /* entries below this index may be gone */
	zta_str results; /* SHA-256 of what a search has handed out */
	/* To the fields above; one whose value is empty was erased, or is not
	 * known here. */
	zta_str commitments[ZTA_PERSONAL_COUNT];
	/* Bits of types and actions that are no names of the ledger. */
	uint32_t strange;
} zta_leaf;

/*
 * Append the bytes of the record. Failures stick in `buf`: ZTA_EINVAL if a value
 * that is personal has no commitment.
 */
void zta_leaf__encode(const zta_leaf *leaf, zta_buf *buf);

/*
 * Read bytes that zta_leaf__encode() wrote, and no others; the record refers to
 * `bytes` and `arena`. ZTA_EINVALID, ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_leaf__decode(
    zta_str bytes, zta_arena *arena, zta_leaf *leaf, zta_error *err);

/* A copy that lasts as long as `arena`. ZTA_ENOMEM. */
ZTA_MUST_USE zta_status zta_leaf__copy(
    const zta_leaf *leaf, zta_arena *arena, zta_leaf *out, zta_error *err);

/*
 * The id of the record that these bytes are, without reading all of it. False:
 * they have none where it ought to be.
 */
ZTA_MUST_USE bool zta_leaf__id(
    zta_str bytes, unsigned char id[ZTA_LEAF_ID_LEN]);

/*
 * The next record of a log itself, and its index; valid until the next call.
 * What is personal in it is there if its opening is. As zta_log_reader_next().
 */
struct zta_log_reader;
ZTA_MUST_USE zta_status zta_log_reader__leaf(struct zta_log_reader *reader,
    zta_leaf *leaf, uint64_t *index, zta_error *err);

/* The hash of that record as a leaf of the log's tree. */
void zta_log_reader__hash(const struct zta_log_reader *reader,
    unsigned char out[ZTA_LEAF_DIGEST_LEN]);

/*
 * The record as one JSON object, at `index` of the log. Commitments whose values
 * are not here stand in its member `erased`.
 */
void zta_leaf__json(const zta_leaf *leaf, uint64_t index, zta_json_out *out);
/* The same with another word for them: `closed`. */
void zta_leaf__json_as(const zta_leaf *leaf, uint64_t index, const char *closed,
    zta_json_out *out);

#endif
