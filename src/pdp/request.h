/* SPDX-License-Identifier: Apache-2.0 */
/* request.h - an AuthZEN evaluation request. SPEC: authzen 1.0 5, 6 */
#ifndef ZTA_PDP_REQUEST_H
#define ZTA_PDP_REQUEST_H

#include "base/json.h"

typedef struct zta_authzen {
	zta_json_doc doc;
	/* Where they stand, for messages; NULL: nowhere yet. */
	const zta_json *subject, *action_at, *resource;
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

/* What a request leaves open, because it is searched for. */
typedef enum zta_authzen_open {
	ZTA_OPEN_NOTHING,
	ZTA_OPEN_SUBJECT,
	ZTA_OPEN_RESOURCE,
	ZTA_OPEN_ACTION
} zta_authzen_open;

/*
 * Read `body` into `arena`; the request refers to both. Members that are not
 * known are passed over, but in `authorization_model`, which is ours.
 * ZTA_ESYNTAX, ZTA_EEXIST, ZTA_EINVALID with line, column and JSON pointer.
 * SPEC: authzen 1.0 4: unknown members are ignored
 */
ZTA_MUST_USE zta_status zta_authzen__read(
    zta_arena *arena, zta_str body, zta_authzen *out, zta_error *err);

/*
 * The same of a request with `seal`, which is for the caller to judge; it has no
 * members but those that are known.
 */
ZTA_MUST_USE zta_status zta_authzen__read_sealing(
    zta_arena *arena, zta_str body, zta_authzen *out, zta_error *err);

/* As sealing, of a document that was read, whose root is the request. */
ZTA_MUST_USE zta_status zta_authzen__of(
    const zta_json_doc *doc, zta_authzen *out, zta_error *err);

/*
 * The parts of it. Take subject, action, resource and context that `node` has;
 * what it lacks stays as it is in `out`, whose document it is in. A part that is
 * there replaces the whole one of before, but for a `type`, `id` or `name` that
 * it lacks. ZTA_EINVALID.
 */
ZTA_MUST_USE zta_status zta_authzen__take(
    zta_authzen *out, const zta_json *node, zta_error *err);

/* Take `authorization_model`, if `node` has it. ZTA_EINVALID. */
ZTA_MUST_USE zta_status zta_authzen__take_model(
    zta_authzen *out, const zta_json *node, zta_error *err);

/* Is all there but what is left open? ZTA_EINVALID: no, as `node` has it. */
ZTA_MUST_USE zta_status zta_authzen__need(const zta_authzen *request,
    const zta_json *node, zta_authzen_open open, zta_error *err);

#endif
