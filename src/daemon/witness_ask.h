/* SPDX-License-Identifier: Apache-2.0 */
/*
 * witness_ask.h - ask one witness for its cosignature, or for what it saw last.
 * SPEC: c2sp tlog-witness; docs/formats/witness.md
 */
#ifndef ZTA_DAEMON_WITNESS_ASK_H
#define ZTA_DAEMON_WITNESS_ASK_H

#include "http/client.h"
#include "log/log_policy.h"
#include "log/view.h"

/* For one thread at a time. */
typedef struct zta_witness_ask {
	const zta_policy_voter *witness; /* with its URL */
	const zta_note_key *log;         /* ours */
	zta_http_client *client;
	zta_log_view *view; /* of the log */
	uint64_t last;      /* what it has seen, as far as we know */
} zta_witness_ask;

/*
 * `lines` is what it answers to this checkpoint. ZTA_EUNAVAILABLE: it does not
 * cosign; ZTA_ECONFLICT: it says it has seen more of the log than there is.
 */
ZTA_MUST_USE zta_status zta_witness_ask__cosign(zta_witness_ask *ask,
    const zta_log_head *head, zta_str note, zta_buf *lines, zta_error *err);

/*
 * Compare what it saw last with our first `size` entries. Only what our own key
 * has signed counts; whatever else it says, or does not, is ZTA_OK. ZTA_ECONFLICT:
 * it has seen another log of ours; `note` is the checkpoint that proves it.
 */
ZTA_MUST_USE zta_status zta_witness_ask__compare(
    zta_witness_ask *ask, uint64_t size, zta_buf *note, zta_error *err);

#endif
