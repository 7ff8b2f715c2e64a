/* SPDX-License-Identifier: Apache-2.0 */
/* transaction.c - see transaction.h. */
#include "pdp/transaction.h"

#include "base/error.h"
#include "base/str.h"

/* How far clocks of our own servers may differ. */
#define LEEWAY_MS 5000

#define REFUSE(why, ...) zta_error__set(why, ZTA_EUNTRUSTED, __VA_ARGS__)

static zta_status
check_signature(const zta_zone *zone, zta_known_token *token, zta_error *why)
{
	const zta_jws *jws = token->jws;
	const zta_zone_key_set *set = zta_zone_keys__now(zone->keys);
	const zta_key *key = set == NULL || jws->kid.len == 0 ?
	    NULL :
	    zta_jwks__find(&set->keys, jws);

	if (jws->alg != ZTA_ALG_ES256 ||
	    !zta_jws__typ_is(jws, ZTA_STR(ZTA_TXN_TYP)) || key == NULL) {
		return REFUSE(why, "not a transaction token of this zone");
	}
	return zta_known__verify(token, key) ?
	    ZTA_OK :
	    REFUSE(why, "the signature is wrong");
}

static zta_status
check_claims(
    const zta_zone *zone, const zta_txn *txn, int64_t now, zta_error *why)
{
	if (!zta_str__eq(txn->issuer, zone->issuer) ||
	    !zta_str__eq(txn->audience, zone->trust_domain) ||
	    !zta_str__eq(txn->zone, zone->id)) {
		return REFUSE(why, "the token is for another zone or domain");
	}
	return txn->expires_at > now && txn->issued_at <= now + LEEWAY_MS ?
	    ZTA_OK :
	    REFUSE(why, "the token has expired, or is not valid yet");
}

zta_status
zta_transaction__verify(const zta_zone *zone, zta_arena *arena, zta_str token,
    int64_t now, zta_txn *out, zta_error *why)
{
	zta_refusal refusal;
	zta_known_token known;
	zta_status status = zta_known__parse(zone->known, arena,
	    &zta_txn_token__reading, token, &known, &refusal, why);

	if (status == ZTA_OK) {
		status = check_signature(zone, &known, why);
	}
	if (status == ZTA_OK) {
		status = zta_known__read(&known, why);
	}
	if (status == ZTA_OK) {
		*out = *(const zta_txn *)known.meaning;
	}
	return status != ZTA_OK ? status : check_claims(zone, out, now, why);
}

zta_status
zta_transaction__continue(const zta_zone *zone, zta_arena *arena, zta_str token,
    int64_t now, zta_txn *out, zta_ring **ring, const char **code,
    zta_error *why)
{
	zta_txn txn;
	zta_ring *rings;
	zta_status status =
	    zta_transaction__verify(zone, arena, token, now, &txn, why);

	*code = "invalid_token";
	if (status != ZTA_OK) {
		return status;
	}
	if (txn.delegation_count > 0) {
		*code = "delegation_invalid";
		return REFUSE(
		    why, "grants cannot be carried on by this version");
	}
	if (txn.ring_count >= ZTA_TXN_RINGS_MAX) {
		*code = "chain_too_long";
		return REFUSE(
		    why, "a chain has at most %u rings", ZTA_TXN_RINGS_MAX);
	}
	rings = zta_arena__zalloc(arena, txn.ring_count + 1, sizeof(*rings));
	if (rings == NULL) {
		return zta_arena__failed(arena, why);
	}
	memcpy(rings, txn.rings, txn.ring_count * sizeof(*rings));
	txn.rings = rings;
	*ring = &rings[txn.ring_count];
	*out = txn;
	return ZTA_OK;
}
