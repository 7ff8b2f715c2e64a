/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event.h - a record of the log as it leaves: masked, and in the words of whoever
 * takes it. docs/formats/export.md
 */
#ifndef ZTA_EXPORT_EVENT_H
#define ZTA_EXPORT_EVENT_H

#include "base/json_write.h"
#include "log/masks.h"

typedef struct zta_event {
	uint64_t index;
	unsigned char hash[ZTA_LEAF_DIGEST_LEN]; /* of the leaf, as it is */
	zta_leaf leaf;                           /* masked */
	zta_leaf_list masked;                    /* paths of what was */
} zta_event;

/* The record as `ztauth log tail` has it, with what ties it to the log. */
void zta_event__json(const zta_event *event, zta_json_out *out);
/* An event of the class API Activity. SPEC: ocsf 1.5.0, class 6003 */
void zta_event__ocsf(const zta_event *event, zta_json_out *out);
/* A LogRecord. SPEC: opentelemetry-proto logs/v1 */
void zta_event__otlp(const zta_event *event, zta_json_out *out);
/* One message with its length before it. SPEC: rfc5424 6, rfc5425 4.3 */
void zta_event__syslog(
    const zta_event *event, const char *host, zta_buf *frame);

/* --- for the files of export */

/* One line that says what happened. */
void zta_event__sentence(const zta_event *event, zta_buf *out);
/* Members: its hash, and what was masked. */
void zta_event__ties(const zta_event *event, zta_json_out *out);
/* A member: bytes in hexadecimal, at most a digest's. Nothing of none. */
void zta_event__hex(zta_json_out *out, const char *name, zta_str bytes);

#endif
