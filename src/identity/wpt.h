/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wpt.h - proof that a request comes from the workload of its identity token.
 * SPEC: wimse-wpt 2
 */
#ifndef ZTA_IDENTITY_WPT_H
#define ZTA_IDENTITY_WPT_H

#include "identity/presented.h"
#include "identity/proof.h"

/* How far ahead its end may be. */
#define ZTA_WPT_LIFE_MAX_MS 300000

/* What a proof is for, beside the request. */
typedef struct zta_wpt_for {
	zta_str token;            /* the WIT */
	const zta_json_doc *doc;  /* of its claims */
	const zta_json *jwk;      /* its key */
	const zta_str *audiences; /* names of the server beside its URL */
	uint32_t audience_count;
	const zta_circumstances *around; /* whose headers it may name */
} zta_wpt_for;

/*
 * Judge the proof: by the key of the token and its algorithm, for this request
 * and these tokens. ZTA_EUNTRUSTED with `*j->refusal`; ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_wpt__judge(
    zta_proof_judge *j, const zta_wpt_for *what);

#endif
