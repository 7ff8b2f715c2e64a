/* SPDX-License-Identifier: Apache-2.0 */
/* transaction.c - see transaction.h. */
#include "pdp/transaction.h"

#include "base/error.h"
#include "base/str.h"

#define REFUSE(why, ...) zta_error__set(why, ZTA_EUNTRUSTED, __VA_ARGS__)

static zta_status
check_signature(const zta_zone *zone, const char *typ, zta_known_token *token,
    zta_error *why)
{
	const zta_jws *jws = token->jws;
	const zta_zone_key_set *set = zta_zone_keys__now(zone->keys);
	const zta_key *key = set == NULL || jws->kid.len == 0 ?
	    NULL :
	    zta_jwks__find(&set->keys, jws);

	if (jws->alg != ZTA_ALG_ES256 || key == NULL ||
	    !zta_jws__typ_is(jws, zta_str_of(typ))) {
		return REFUSE(
		    why, "not a token of this zone of the type %s", typ);
	}
	return zta_known__verify(token, key) ?
	    ZTA_OK :
	    REFUSE(why, "the signature is wrong");
}

zta_status
zta_transaction__signed(const zta_zone *zone, zta_arena *arena, zta_str token,
    const char *typ, const zta_known_reading *reading, const void **out,
    zta_error *why)
{
	zta_refusal refusal;
	zta_known_token known;
	zta_status status = zta_known__parse(
	    zone->known, arena, reading, token, &known, &refusal, why);

	if (status == ZTA_OK) {
		status = check_signature(zone, typ, &known, why);
	}
	if (status == ZTA_OK) {
		status = zta_known__read(&known, why);
	}
	*out = status == ZTA_OK ? known.meaning : NULL;
	return status;
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
	return txn->expires_at > now &&
		txn->issued_at <= now + ZTA_TXN_LEEWAY_MS ?
	    ZTA_OK :
	    REFUSE(why, "the token has expired, or is not valid yet");
}

zta_status
zta_transaction__verify(const zta_zone *zone, zta_arena *arena, zta_str token,
    int64_t now, zta_txn *out, zta_error *why)
{
	const void *txn;
	zta_status status = zta_transaction__signed(zone, arena, token,
	    ZTA_TXN_TYP, &zta_txn_token__reading, &txn, why);

	if (status == ZTA_OK) {
		*out = *(const zta_txn *)txn;
	}
	return status != ZTA_OK ? status : check_claims(zone, out, now, why);
}

zta_status
zta_transaction__extend(
    zta_txn *txn, zta_arena *arena, zta_ring **ring, zta_error *why)
{
	zta_ring *rings;

	if (txn->ring_count >= ZTA_TXN_RINGS_MAX) {
		return REFUSE(
		    why, "a chain has at most %u rings", ZTA_TXN_RINGS_MAX);
	}
	rings = zta_arena__zalloc(arena, txn->ring_count + 1, sizeof(*rings));
	if (rings == NULL) {
		return zta_arena__failed(arena, why);
	}
	memcpy(rings, txn->rings, txn->ring_count * sizeof(*rings));
	txn->rings = rings;
	*ring = &rings[txn->ring_count];
	return ZTA_OK;
}
