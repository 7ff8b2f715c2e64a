/* SPDX-License-Identifier: Apache-2.0 */
/*
 * register.h - may the zone take this grant, and may it be taken back? What a
 * decision asks of a chain of grants is asked here first, so that whoever makes
 * a grant hears at once what is wrong with it. SPEC: ztauth 7
 *
 * Nothing is changed: that is for the caller, once it is recorded.
 */
#ifndef ZTA_PDP_REGISTER_H
#define ZTA_PDP_REGISTER_H

#include "pdp/consent.h"
#include "pdp/decide.h"

typedef struct zta_register_request {
	const zta_principal *caller; /* its delegator, or its delegate */
	zta_str token;               /* as a JWS; or: */
	zta_str payload;             /* that nobody has signed, with */
	const zta_presented *id_token;
	zta_ring *ring; /* NULL: nothing is fetched */
	zta_live *live;
	int64_t since; /* when the call came, by the ring's clock */
	int64_t now;   /* ms */
} zta_register_request;

typedef struct zta_register_answer {
	bool may_be;
	unsigned status;  /* of HTTP */
	const char *leg;  /* "token", "delegation", "elevation" */
	const char *code; /* ours: "registered", "delegation_exceeded" ... */
	const char *at;   /* a JSON pointer into the grant, or "" */
	zta_str reason;   /* for operators */
	zta_str message;  /* for the caller: of the grant alone */
	zta_taken_grants taken; /* the chain, which ends with the grant */
	zta_principal person;   /* who consented by an ID token */
	const zta_str *elevation;
	uint32_t elevation_count;
	zta_need need; /* of ZTA_EUNAVAILABLE */
} zta_register_answer;

/*
 * Judge; `*out` is in `arena`. Anything but ZTA_OK is a no. ZTA_EUNAVAILABLE:
 * fetch `need`, and ask again.
 */
ZTA_MUST_USE zta_status zta_pdp__register(const zta_zone *zone,
    const zta_snapshot *snapshot, zta_arena *arena,
    const zta_register_request *request, zta_register_answer **out,
    zta_error *err);

/* Is the principal who is named so, as grants name who gives and who is given? */
bool zta_pdp__is_named(const zta_principal *principal, zta_str name);

/* Is it named as an administrator of grants? */
bool zta_pdp__administers(
    const zta_snapshot *snapshot, const zta_principal *principal);

/* What is recorded of a grant that is registered, or revoked, or not. */
typedef struct zta_register_record {
	const char *action;          /* "register" or "revoke" */
	const zta_principal *caller; /* NULL: it did not show itself */
	const zta_principal *person; /* who consented, or NULL */
	const zta_taken_grants *taken;
	zta_str jti;
	bool allowed;
	const char *leg, *code;
	zta_str reason;
	const zta_str *elevation;
	uint32_t elevation_count;
	zta_str body; /* as it came */
	int64_t now;
} zta_register_record;

ZTA_MUST_USE zta_status zta_pdp__record_register(const zta_zone *zone,
    const zta_snapshot *snapshot, zta_arena *arena,
    const zta_register_record *what, zta_leaf *out, zta_error *err);

#endif
