/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every limit of ztauth, with its reason. A limit that is passed gives
 * ZTA_ELIMIT; tests/unit/test_limits.c walks up to each one and over it.
 */
#ifndef ZTA_BASE_LIMITS_H
#define ZTA_BASE_LIMITS_H

/* Nesting of JSON arrays and objects. SPEC: ztauth 10 */
#define ZTA_JSON_DEPTH_MAX 64
/* One JSON text: offsets are 32 bits and a node is at least one byte. */
#define ZTA_JSON_TEXT_MAX ((size_t)1 << 30)

/* One policy or schema file: positions are 32 bits. */
#define ZTA_CEDAR_TEXT_MAX ((size_t)1 << 30)
/* Nesting of an expression; bounds the C stack of whoever walks it to 1 MiB. */
#define ZTA_CEDAR_DEPTH_MAX 1000
/* Nesting of policies in JSON, where `a && b && c` nests with each operand. */
#define ZTA_CEDAR_JSON_DEPTH_MAX 16384
/* Policies that are written in another form. */
#define ZTA_CEDAR_OUTPUT_MAX ((size_t)1 << 30)
/* Names, values and entities of one request: bounds its memory. */
#define ZTA_CEDAR_REQUEST_NAMES_MAX 65536
/* Memory of one decision: a request body is 1 MiB, its values take more. */
#define ZTA_CEDAR_REQUEST_MEMORY_MAX ((size_t)256 << 20)

/* One token, and its header: headers of HTTP end at 16 KiB. SPEC: ztauth 10 */
#define ZTA_JWS_MAX (16 * 1024)
#define ZTA_JWS_HEADER_MAX (4 * 1024)
/* Keys of one source: issuers publish a few, and each costs a lookup. */
#define ZTA_JWKS_KEYS_MAX 256
/* Longest leeway for clocks that differ, in seconds. */
#define ZTA_LEEWAY_MAX_S 300
/* Longest SPIFFE ID. SPEC: spiffe-id 2.3 */
#define ZTA_SPIFFE_ID_MAX 2048

/* One file of a ledger: a text that people review. */
#define ZTA_LEDGER_FILE_MAX ((size_t)256 << 20)
/* Files of a ledger, and how deep its directories nest: paths stay short. */
#define ZTA_LEDGER_FILES_MAX 1000000u
#define ZTA_LEDGER_DEPTH_MAX 16u
/* Partitions of a ledger: they are decided as one set. */
#define ZTA_LEDGER_PARTITIONS_MAX 1024u

/* One frame of the log, a group commit: what one recovery step may hold. */
#define ZTA_LOG_FRAME_MAX ((size_t)64 << 20)

/* One record: names and ids of one request, never its context. */
#define ZTA_LOG_ENTRY_MAX ((size_t)256 << 10)
/* What one lane may have waiting; more is refused. All fit in one frame. */
#define ZTA_LOG_LANE_MAX ((size_t)1 << 20)
#define ZTA_LOG_LANES_MAX 32u
/* A segment is closed by the frame that takes it over this size. */
#define ZTA_LOG_SEGMENT_MAX ((uint64_t)256 << 20)

/* One HTTP request: its head, its body, its headers. SPEC: ztauth 10 */
#define ZTA_HTTP_HEAD_MAX (16 * 1024)
#define ZTA_HTTP_BODY_MAX (1024 * 1024)
#define ZTA_HTTP_HEADERS_MAX 100u
/* Connections of one loop: each may hold a body. */
#define ZTA_HTTP_CONNECTIONS_MAX 10000u
/* Time for a whole request to arrive, for an answer to be taken. */
#define ZTA_HTTP_REQUEST_MS 10000
#define ZTA_HTTP_ANSWER_MS 10000
/* Time that a connection may rest between requests. */
#define ZTA_HTTP_IDLE_MS 60000
/* Time that requests under way have when the server stops. */
#define ZTA_HTTP_DRAIN_MS 10000

/* A file that is read whole: ledger documents, keys, configuration. */
#define ZTA_FILE_MAX ((size_t)1 << 30)

#endif
