/* SPDX-License-Identifier: Apache-2.0 */
/* request.h - an AuthZEN evaluation request. SPEC: authzen 1.0 5, 6 */
#ifndef ZTA_PDP_REQUEST_H
#define ZTA_PDP_REQUEST_H

#include "base/json.h"

typedef struct zta_authzen {
	zta_json_doc doc;
	zta_str subject_type, subject_id;
	zta_str action;
	zta_str resource_type, resource_id;
	const zta_json *subject_properties; /* NULL: none; so for all below */
	const zta_json *action_properties;
	const zta_json *resource_properties;
	const zta_json *context;
	zta_str zone, ledger; /* of authorization_model; may be empty */
	zta_str tx_token;     /* may be empty */
	const zta_json *seal; /* what is to be sealed; NULL: nothing */
	bool relays;          /* it is to be sealed, if it is allowed */
} zta_authzen;

/*
 * Read `body` into `arena`; the request refers to both. ZTA_ESYNTAX,
 * ZTA_EEXIST, ZTA_EINVALID with line, column and JSON pointer.
 */
ZTA_MUST_USE zta_status zta_authzen__read(
    zta_arena *arena, zta_str body, zta_authzen *out, zta_error *err);

/* The same of a request with `seal`, which is for the caller to judge. */
ZTA_MUST_USE zta_status zta_authzen__read_sealing(
    zta_arena *arena, zta_str body, zta_authzen *out, zta_error *err);

/* The same of a document that was read, whose root is the request. */
ZTA_MUST_USE zta_status zta_authzen__of(
    const zta_json_doc *doc, zta_authzen *out, zta_error *err);

#endif
